"""Skeleton pictures in the ways that other programs draw them."""

from __future__ import annotations

import colorsys

import numpy as np

from engine.cv import cv2
from engine.pose import skeleton as sk
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


# OpenPose's BODY_25: its colours by joint, its bones, and what the 18 joints are there.
_COLOURS_25 = [
    (255, 0, 85),
    (255, 0, 0),
    (255, 85, 0),
    (255, 170, 0),
    (255, 255, 0),
    (170, 255, 0),
    (85, 255, 0),
    (0, 255, 0),
    (255, 0, 0),
    (0, 255, 85),
    (0, 255, 170),
    (0, 255, 255),
    (0, 170, 255),
    (0, 85, 255),
    (0, 0, 255),
    (255, 0, 170),
    (170, 0, 255),
    (255, 0, 255),
    (85, 0, 255),
    *[(0, 0, 255)] * 3,
    *[(0, 255, 255)] * 3,
]
_BONES_25 = [
    (1, 8),
    (1, 2),
    (1, 5),
    (2, 3),
    (3, 4),
    (5, 6),
    (6, 7),
    (8, 9),
    (9, 10),
    (10, 11),
    (8, 12),
    (12, 13),
    (13, 14),
    (1, 0),
    (0, 15),
    (15, 17),
    (0, 16),
    (16, 18),
    (14, 19),
    (19, 20),
    (14, 21),
    (11, 22),
    (22, 23),
    (11, 24),
]
_OF_18 = (0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18)
_FEET = {
    19: (14, 25, 30), 20: (14, 35, 25), 21: (14, -8, 15),
    22: (11, -25, 30), 23: (11, -35, 25), 24: (11, 8, 15),
}  # fmt: skip


def draw_body_25(
    canvas_HWC: np.ndarray, pose_18x3: np.ndarray, body_25: bool = True, width: int = 5
) -> np.ndarray:
    """A pose over a picture as OpenPose itself draws it, with middle of the hips and feet, or as COCO's 18:
    antialiased lines in the colour of the joint at their end, discs over them."""
    xy = np.zeros((25, 2))
    xy[list(_OF_18)] = pose_18x3[:, :2]
    xy[8] = pose_18x3[[sk.RIGHT_HIP, sk.LEFT_HIP], :2].mean(axis=0)
    for joint, (ankle, x, y) in _FEET.items():
        xy[joint] = xy[ankle] + (x, y)
    bones = _BONES_25 if body_25 else [(_OF_18[a], _OF_18[b]) for a, b in LIMBS]
    picture = canvas_HWC.copy()
    for a, b in bones:
        ends = ([int(v) for v in xy[joint]] for joint in (a, b))
        cv2.line(picture, *ends, _COLOURS_25[b], width, cv2.LINE_AA)
    for joint in sorted({joint for bone in bones for joint in bone}):
        cv2.circle(picture, [int(v) for v in xy[joint]], width, _COLOURS_25[joint], -1, cv2.LINE_AA)
    return picture


def draw_hands(picture_HWC: np.ndarray, pose_18x3: np.ndarray) -> np.ndarray:
    """Hands of coloured fingers with blue joints and a face of white dots, as DWPose draws them."""
    picture = picture_HWC.copy()
    for wrist in (sk.RIGHT_WRIST, sk.LEFT_WRIST):
        base = pose_18x3[wrist, :2]
        for finger in range(5):
            angle = np.deg2rad(60 + 18 * finger)
            places = [base + np.array([np.cos(angle), np.sin(angle)]) * 14 * step for step in range(5)]
            for step, (a, b) in enumerate(zip(places, places[1:], strict=False)):
                colour = [int(255 * v) for v in colorsys.hsv_to_rgb((4 * finger + step) / 20, 1, 1)]
                cv2.line(picture, [int(v) for v in a], [int(v) for v in b], colour, 2)
                cv2.circle(picture, [int(v) for v in b], 4, (0, 0, 255), -1)
    for x, y in pose_18x3[sk.NOSE, :2] + np.random.default_rng(1).normal(0, 1, (68, 2)) * (22, 26):
        cv2.circle(picture, (int(x), int(y)), 3, (255, 255, 255), -1)
    return picture
