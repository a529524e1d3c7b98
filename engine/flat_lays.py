"""Garments photographed with nobody in them, laid flat or hung: where the body would be.

The parsing network has learnt such garments too: it sees which part of a garment is worn where, and joints of
the body that would fill it. With them a garment alone is a reference like a photo of somebody, who wears
nothing else and of whom nothing is seen.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine import parsing
from engine.cv import cv2
from engine.pose.extent import Box
from engine.pose.skeleton import ABSENT, SEEN
from engine.regions import REGIONS

_GARMENTS = [REGIONS.index(name) for name in ("upper clothes", "dress or skirt", "pants")]
_LEAST_OF_PHOTO = 0.03  # share of the photo that a garment takes up
_LEAST_OF_FIGURE = 0.93  # share of all that is seen of a figure that is cloth: of dressed people it is less
_FEWEST_JOINTS = 2  # by one joint nobody knows how large a body is
_OF_BODY = range(1, 14)  # a face is no part of a garment


class Garment(NamedTuple):
    """pose_18x3: joints of the body that would fill it, px, without a face. box: around it, px."""

    pose_18x3: np.ndarray
    box: Box


def garment_alone(rgb_HWC: np.ndarray) -> Garment | None:
    """The garment that a photo shows with nobody in it, uint8 [H, W, 3]; None where a photo shows something
    else, or nothing can be parsed here."""
    if not parsing.available().available:
        return None
    seen = parsing.parse(rgb_HWC)
    counts = np.bincount(seen.regions_HW.ravel(), minlength=len(REGIONS))
    figure, cloth = counts[1:].sum(), counts[_GARMENTS].sum()
    if cloth < _LEAST_OF_PHOTO * seen.regions_HW.size or cloth < _LEAST_OF_FIGURE * figure:
        return None
    pose_18x3 = np.zeros((18, 3), np.float32)
    for joint in _OF_BODY:
        x, y, state = seen.keypoints_18x3[joint]
        if state > ABSENT:
            pose_18x3[joint] = x, y, SEEN
    if (pose_18x3[:, 2] > ABSENT).sum() < _FEWEST_JOINTS:
        return None
    cloth_HW = np.isin(seen.regions_HW, _GARMENTS).astype(np.uint8)
    _, _, boxes, _ = cv2.connectedComponentsWithStats(cloth_HW)
    left, top, width, height, _ = boxes[1 + int(boxes[1:, cv2.CC_STAT_AREA].argmax())]
    return Garment(pose_18x3, Box(float(left), float(top), float(width), float(height)))
