"""The skeleton as a picture, in OpenPose's colours, as ControlNet and the networks here are shown it."""

from __future__ import annotations

import numpy as np

from engine.pose.planes import pose_planes_u8

_OPACITY = 0.7  # of the skeleton over a picture: what is under it can still be seen


def skeleton_picture(keypoints_18x3: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """uint8 RGB [H, W, 3]: joints and limbs on black. keypoints_18x3: px of a picture of `size` (H, W)."""
    reversed_channels_3HW = pose_planes_u8(keypoints_18x3, size)[:3]
    return np.ascontiguousarray(reversed_channels_3HW[::-1].transpose(1, 2, 0))


def over(rgb_HWC: np.ndarray, keypoints_18x3: np.ndarray) -> np.ndarray:
    """A picture with the skeleton drawn on it; keypoints in its px."""
    drawn_HWC = skeleton_picture(keypoints_18x3, rgb_HWC.shape[:2])
    both = _OPACITY * drawn_HWC.astype(np.float32) + (1 - _OPACITY) * rgb_HWC
    return np.where(drawn_HWC.any(axis=2, keepdims=True), both.round().astype(np.uint8), rgb_HWC)
