"""One picture that the parsing network learns from, with its labels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.regions import of_an_arm


@dataclass(frozen=True, eq=False)
class ParsingSample:
    """image_HWC uint8 RGB; parsing_HW uint8; keypoints_18x3 float32 px; surface_HW3 uint8, 0 unknown;
    arms_HW uint8, in the code of `train.data.people`. told_18x3: joints that the network
    is told, None where nothing is."""

    image_HWC: np.ndarray
    parsing_HW: np.ndarray
    keypoints_18x3: np.ndarray
    surface_HW3: np.ndarray
    arms_HW: np.ndarray
    told_18x3: np.ndarray | None = None

    @property
    def shown_HW(self) -> np.ndarray:
        """Where the person is, and what they hold, bool [H, W]."""
        return (self.parsing_HW > 0) | of_an_arm(self.arms_HW)
