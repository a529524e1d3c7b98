"""Labels drawn over or beside a picture: the parsing classes in their colours, and the skeleton."""

from __future__ import annotations

import numpy as np

from engine.cv import cv2
from engine.parsing import Parsed
from engine.pose.skeleton import ABSENT, COLOURS, LIMBS, SEEN

# sRGB of the parsing classes, in their order
PALETTE = np.array(
    [(44, 44, 48), (196, 120, 44), (255, 200, 160), (64, 120, 240), (210, 70, 210), (60, 180, 90),
     (250, 225, 80), (240, 80, 70)], np.uint8
)  # fmt: skip


def draw_skeleton(image_HWC: np.ndarray, keypoints_18x3: np.ndarray, thickness: int = 1) -> np.ndarray:
    """Draw a pose (x, y px, state) into a picture, which is returned: limbs, seen joints filled, guessed ones
    as rings."""
    points = [(int(round(x)), int(round(y))) for x, y in np.nan_to_num(keypoints_18x3[:, :2])]
    states = keypoints_18x3[:, 2]
    for (a, b), colour in zip(LIMBS, COLOURS, strict=False):
        if states[a] > ABSENT and states[b] > ABSENT:
            cv2.line(image_HWC, points[a], points[b], colour, thickness, cv2.LINE_AA)
    for joint, state in enumerate(states):
        if state > ABSENT:
            filled = -1 if state == SEEN else thickness
            cv2.circle(image_HWC, points[joint], 2 * thickness, COLOURS[joint], filled, cv2.LINE_AA)
    return image_HWC


def overlay(rgb_HWC: np.ndarray, parsed: Parsed, strength: float = 0.55) -> np.ndarray:
    """What the parser sees in a picture, over it, uint8 RGB [H, W, 3]: regions in colours, the skeleton, seen
    joints filled, occluded ones as rings."""
    cover = (parsed.regions_HW > 0)[:, :, None] * np.float32(strength)
    picture = rgb_HWC * (1 - cover) + PALETTE[parsed.regions_HW].astype(np.float32) * cover
    picture = np.ascontiguousarray(picture.round().astype(np.uint8))
    return draw_skeleton(picture, parsed.keypoints_18x3, max(1, rgb_HWC.shape[0] // 200))
