"""Skeleton pictures in the ways that other programs draw them."""

from __future__ import annotations

import numpy as np

from engine.cv import cv2
from engine.pose.skeleton import COLOURS, LIMBS

STYLES = ("controlnet", "openpose", "lines", "bones only")


def draw_bones(
    canvas_HWC: np.ndarray, people: list[np.ndarray], style: str = "controlnet", width: int = 4
) -> np.ndarray:
    """The poses [18, 3] over a picture (uint8 RGB): ControlNet's ellipses at 0.6 under dots, OpenPose's laid
    over the dots by 0.6, lines in full colour with dots, or ellipses alone.
    """
    picture = canvas_HWC.copy()
    for pose in people:
        if style == "openpose":
            _dots(picture, pose, width)
        for limb, (a, b) in enumerate(LIMBS):
            if pose[a, 2] > 0 and pose[b, 2] > 0:
                picture = _bone(picture, pose[a, :2], pose[b, :2], limb, style, width)
        if style in ("controlnet", "lines"):
            _dots(picture, pose, width)
    return picture


def _dots(picture: np.ndarray, pose: np.ndarray, width: int) -> None:
    for joint in np.flatnonzero(pose[:, 2] > 0).tolist():
        cv2.circle(picture, [int(v) for v in pose[joint, :2]], width, COLOURS[joint], -1)


def _bone(picture: np.ndarray, a: np.ndarray, b: np.ndarray, limb: int, style: str, width: int) -> np.ndarray:
    if style == "lines":
        ends = ([int(v) for v in end] for end in (a, b))
        return cv2.line(picture, *ends, COLOURS[limb], width)
    middle, angle = (a + b) / 2, np.degrees(np.arctan2(*(b - a)[::-1]))
    axes = (int(np.hypot(*(b - a)) / 2), width)
    outline = cv2.ellipse2Poly([int(v) for v in middle], axes, int(angle), 0, 360, 1)
    if style == "openpose":
        over = cv2.fillConvexPoly(picture.copy(), outline, COLOURS[limb])
        return cv2.addWeighted(picture, 0.4, over, 0.6, 0)
    return cv2.fillConvexPoly(picture, outline, [int(0.6 * c) for c in COLOURS[limb]])
