"""What a lens adds to the drawn picture: light from around over the person's edges, and a little softness."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.cv import cv2


@dataclass(frozen=True)
class StudioLens:
    """softness: standard deviation of a point, px of a picture of any size; wrap: share of the light around
    just inside of the person's edge; glare: share of all light that is spread over the picture."""

    softness: float
    wrap: float
    glare: float

    def through(self, image_HWC: np.ndarray, person_HW: np.ndarray) -> np.ndarray:
        """The picture uint8 as this lens sees it. person_HW: bool."""
        height, width = person_HW.shape
        scale = height / 256
        picture = image_HWC.astype(np.float32)
        small = cv2.resize(picture, (width // 8, height // 8), interpolation=cv2.INTER_AREA)
        around = cv2.resize(cv2.GaussianBlur(small, (0, 0), 2 * scale), (width, height))
        behind = cv2.GaussianBlur(1 - person_HW.astype(np.float32), (0, 0), 1.3 * scale)
        share = self.glare + self.wrap * behind * person_HW
        picture += share[:, :, None] * (around - picture)
        picture = cv2.GaussianBlur(picture, (0, 0), self.softness)
        return np.rint(picture).astype(np.uint8)


def draw_lens(rng: np.random.Generator) -> StudioLens:
    return StudioLens(rng.uniform(0.3, 0.5), rng.uniform(0.1, 0.35), rng.uniform(0.01, 0.05))
