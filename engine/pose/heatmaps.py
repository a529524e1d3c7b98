"""A pose as heat maps: a bell curve at every joint, one map a joint.

`heat_maps` is the fast form; `heat_maps_textbook` is the definition. Source: the published data code of Zhang
et al. (CVPR 2021).
"""

from __future__ import annotations

import numpy as np

from engine.pose.planes import present_joints

_ROWS = 256
SIGMA = 6.0  # px in a frame of so many rows


def heat_maps(keypoints_18x3: np.ndarray, size: tuple[int, int], sigma: float = SIGMA) -> np.ndarray:
    """float32 [18, H, W]: exp(-d^2 / (2 sigma^2)) of the distance d px to the joint, 1 at the joint.

    keypoints_18x3: (x, y, state) in px of the frame, cut down to whole pixels; see `present_joints` for what
    is missing: its map is all zero. A joint outside of the frame reaches into it all the same. size: (H, W).
    The curve is a product of one over the columns and one over the rows. In memory the joints lie last, as
    convolutions read them fastest.
    """
    column_18, row_18, present_18 = _places(keypoints_18x3)
    height, width = size
    across_W18 = _bell(np.arange(width)[:, None] - column_18, sigma)
    down_H18 = _bell(np.arange(height)[:, None] - row_18, sigma) * present_18
    return (down_H18[:, None] * across_W18).transpose(2, 0, 1)


def sigma_of(size: tuple[int, int]) -> float:
    """As wide in a frame of this size (H, W) as `SIGMA` is in one of 256 rows."""
    return SIGMA * size[0] / _ROWS


def heat_maps_textbook(keypoints_18x3: np.ndarray, size: tuple[int, int], sigma: float = SIGMA) -> np.ndarray:
    """`heat_maps` as it is defined: every pixel's distance to every joint."""
    column_18, row_18, present_18 = _places(keypoints_18x3)
    rows, columns = np.mgrid[: size[0], : size[1]]
    squares = (rows - row_18[:, None, None]) ** 2 + (columns - column_18[:, None, None]) ** 2
    return (np.exp(-squares / (2 * sigma**2)) * present_18[:, None, None]).astype(np.float32)


def _places(keypoints_18x3: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Column and row of every joint, whole px, and whether it is present."""
    present_18 = present_joints(keypoints_18x3)
    points = np.where(present_18[:, None], np.asarray(keypoints_18x3, np.float64)[:, :2], 0)
    column_18, row_18 = points.astype(np.int64).T
    return column_18, row_18, present_18


def _bell(distance: np.ndarray, sigma: float) -> np.ndarray:
    return np.exp(-(distance.astype(np.float64) ** 2) / (2 * sigma**2)).astype(np.float32)
