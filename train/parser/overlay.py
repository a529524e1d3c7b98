"""What the parser sees in a picture, drawn over it."""

from __future__ import annotations

import numpy as np

from engine.cv import cv2
from engine.parsing import Parsed
from engine.pose.skeleton import COLOURS, LIMBS, SEEN

# By class: none, red, skin, green, magenta, blue, yellow, cyan.
_PAINT = np.array(
    [(0, 0, 0), (230, 60, 50), (255, 205, 160), (60, 190, 70),
     (215, 70, 215), (60, 90, 235), (245, 220, 60), (60, 215, 225)], np.float32,
)  # fmt: skip


def overlay(rgb_HWC: np.ndarray, parsed: Parsed, strength: float = 0.55) -> np.ndarray:
    """uint8 RGB [H, W, 3]: regions in colours, the skeleton, seen joints filled, occluded ones as rings."""
    cover = (parsed.regions_HW > 0)[:, :, None] * np.float32(strength)
    picture = rgb_HWC * (1 - cover) + _PAINT[parsed.regions_HW] * cover
    picture = np.ascontiguousarray(picture.round().astype(np.uint8))
    thick = max(1, rgb_HWC.shape[0] // 200)
    place = [tuple(int(v) for v in joint[:2]) for joint in parsed.keypoints_18x3]
    state = parsed.keypoints_18x3[:, 2]
    for index, (a, b) in enumerate(LIMBS):
        if state[a] and state[b]:
            cv2.line(picture, place[a], place[b], COLOURS[index], thick, cv2.LINE_AA)
    for joint in np.flatnonzero(state):
        colour, filled = COLOURS[joint], -1 if state[joint] == SEEN else thick
        cv2.circle(picture, place[joint], 2 * thick, colour, filled, cv2.LINE_AA)
    return picture
