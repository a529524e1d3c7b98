"""The photo that is open, and whether a pose is of it: by the canvas that is named, and by its own pose."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.api import Reference
from engine.pose.formats.layouts import stature_of
from engine.pose.formats.units import ANOTHER_SIZE, is_same, times_as_large

_ROUNDING = 1.0  # px of the smaller by which two canvases of one shape may differ
_FRAMED = 0.03  # of the frame's height, by which two framings of one person differ


@dataclass(frozen=True, eq=False)
class OpenPhoto:
    """The photo that is open: its (H, W), and photo px -> model frame px as `engine.framing` gives it.

    own_18x3: its own pose in the model frame, None where nobody knows it.
    """

    size: tuple[int, int]
    matrix_2x3: np.ndarray
    own_18x3: np.ndarray | None = None

    @classmethod
    def of(cls, reference: Reference | None, size: tuple[int, int]) -> OpenPhoto | None:
        """A reference's, as it lies in a frame of `size` (H, W); None where its photo is not known."""
        if reference is None or reference.photo_size is None or reference.matrix_2x3 is None:
            return None
        times = size[0] / reference.image_HWC.shape[0]
        own = reference.keypoints_18x3
        own = None if own is None else own * np.array([times, times, 1])
        return cls(reference.photo_size, reference.matrix_2x3 * times, own)

    def matrix_for(self, canvas: tuple[float, float]) -> np.ndarray:
        """From px of a canvas (H, W) of its shape to model frame px, float64 [2, 3]."""
        return self.matrix_2x3 * np.array((*[self.size[0] / canvas[0]] * 2, 1))

    def own_on(self, canvas: tuple[float, float]) -> np.ndarray | None:
        """Its own pose in px of a canvas (H, W) of its shape, float64 [18, 3]."""
        if self.own_18x3 is None:
            return None
        inverse = np.linalg.inv(np.vstack([self.matrix_2x3, (0, 0, 1)]))[:2] * (canvas[0] / self.size[0])
        own = self.own_18x3.astype(np.float64)
        own[:, :2] = own[:, :2] @ inverse[:, :2].T + inverse[:, 2]
        return own

    def is_on(self, canvas: tuple[float, float], size: tuple[int, int]) -> bool:
        """Whether a canvas is the photo: of its size, or of its shape and not of the shape of the frame, of
        `size`."""
        return canvas == self.size or (same_shape(canvas, self.size) and not same_shape(canvas, size))

    def is_on_its_side(self, canvas: tuple[float, float]) -> bool:
        """Whether a canvas is the photo turned by a quarter, as cameras store it."""
        return same_shape(canvas, self.size[::-1]) and not same_shape(canvas, self.size)

    def knows(self, pose: np.ndarray) -> bool:
        """Whether a pose is its own, in px of the photo or of the frame."""
        return self.shows(pose) or (self.own_18x3 is not None and is_same(pose, self.own_18x3))

    def shows(self, pose: np.ndarray) -> bool:
        """Whether a pose is its own, in px of the photo."""
        own = self.own_on(self.size)
        return own is not None and is_same(pose, own)

    def times_as_large(self, pose: np.ndarray, canvas: tuple[float, float]) -> np.ndarray | None:
        """By which factors (x, y) a pose is its own on this canvas, as it was found in a copy of another
        size; None where it is not, or of this size."""
        own = self.own_on(canvas)
        return None if own is None else times_as_large(pose, own)

    def times_as_tall(self, pose: np.ndarray, canvas: tuple[float, float]) -> float | None:
        """How many times as tall as its own person somebody in another pose is, on this canvas; None where
        that is about the same, or not known."""
        own = self.own_on(canvas)
        tall = 0.0 if own is None else stature_of(own)
        times = stature_of(pose) / tall if tall else 0.0
        return times if times and abs(np.log(times)) > ANOTHER_SIZE else None

    def apart(self, pose: np.ndarray) -> float:
        """How far a pose in the frame lies from its own, px: the median over the joints of both."""
        assert self.own_18x3 is not None
        both = (pose[:, 2] > 0) & (self.own_18x3[:, 2] > 0)
        return float(np.median(np.hypot(*(pose - self.own_18x3)[both, :2].T)))

    def is_framed_for(self, pose: np.ndarray, canvas: tuple[float, float], size: tuple[int, int]) -> bool:
        """Whether the photo lies in its frame as it would be framed for a pose on this canvas, which then is
        its person's."""
        from engine.framing import framing_of, to_frame  # OpenCV comes with it, and takes its time

        there = pose[:, 2] > 0
        shown, framed = (
            to_frame(pose[there, :2], matrix)
            for matrix in (self.matrix_for(canvas), framing_of(pose, canvas, size))
        )
        return float(np.hypot(*(shown - framed).T).max()) <= _FRAMED * size[0]


def same_shape(one: tuple[float, float], other: tuple[float, float]) -> bool:
    """Whether two canvases (H, W) are the same picture at two sizes, as far as rounding tells."""
    scale = other[0] / one[0]
    return abs(one[1] * scale - other[1]) <= _ROUNDING * max(scale, 1)
