"""Hands as a landmarker sees them: which pixels are of which hand, by its bones.

Where the other arm lies behind a hand, or clothes of skin's colour do, the parsing network does not know
where it ends, or whose its fingers are; its bones do.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.cv import cv2
from engine.hands import Hand

# By numbers of a hand's points (`hands.POINTS`).
_FINGERS = [[0, 1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12], [13, 14, 15, 16], [17, 18, 19, 20]]
_PALM = [0, 1, 5, 9, 13, 17]
_KNUCKLES = [5, 9, 13, 17]
# How broad a finger is: of the distance between knuckles, and of a palm's length at least, where that is
# seen from its side.
_BROAD, _NARROWEST = 1.0, 0.22
# Of 255 in CIELAB, how far off the palm's colours those of a finger are at most, light and tint: in a pocket
# fingers are guessed. Of seven photographs fingers in light and shade are off by .97 of it, denim by 1.04.
_LIGHT, _TINT = 195.0, 39.0


def hand_mattes(
    hands: Sequence[Sequence[Hand]], photos: Sequence[np.ndarray], size: tuple[int, int]
) -> Tensor:
    """0 to 1 [B, 2, H, W]: right and left hand, 0 of one that was not found.

    hands: of each of a batch, in px of that size, H, W. photos: uint8 [h, w, 3] each, of any size.
    """
    each = zip(hands, photos, strict=True)
    return torch.stack([_of_one(found, photo_HWC, size) for found, photo_HWC in each])


def with_hands_found(arms_B2HW: Tensor, hands_B2HW: Tensor) -> Tensor:
    """Mattes of both arms with hands as of `hand_mattes`, each its own and not the other's."""
    alone_B2HW = hands_B2HW * (1.0 - hands_B2HW.flip(1))
    return (arms_B2HW * (1.0 - alone_B2HW.flip(1))).maximum(alone_B2HW)


def _of_one(hands: Sequence[Hand], photo_HWC: np.ndarray, size: tuple[int, int]) -> Tensor:
    mattes_2hw = torch.zeros(2, *size)
    times_2 = np.array([photo_HWC.shape[1] / size[1], photo_HWC.shape[0] / size[0]], np.float32)
    for hand in hands:
        points_21x2 = (hand.points_21x2 + 0.5) * times_2 - 0.5
        shape_HW = torch.from_numpy(_shape(points_21x2, photo_HWC))
        mattes_2hw[hand.side] = F.interpolate(shape_HW[None, None], size, mode="area")[0, 0]
    return mattes_2hw


def _shape(points_21x2: np.ndarray, photo_HWC: np.ndarray) -> np.ndarray:
    """1 on palm and fingers, as far as these are seen, else 0, float32 [H, W]."""
    shape_HW = np.zeros(photo_HWC.shape[:2], np.uint8)
    across = np.linalg.norm(np.diff(points_21x2[_KNUCKLES], axis=0), axis=1).mean()
    long = np.linalg.norm(points_21x2[9] - points_21x2[0])
    broad = max(1, round(float(max(_BROAD * across, _NARROWEST * long))))
    drawn_21x2 = points_21x2.round().astype(np.int32)
    palm = cv2.convexHull(drawn_21x2[_PALM])
    cv2.fillConvexPoly(shape_HW, palm, 1)
    cv2.polylines(shape_HW, [palm], True, 1, broad)
    to_knuckles = [_colours(points_21x2, 0, end, photo_HWC) for end in _PALM[1:]]
    palm_3 = np.median(np.concatenate(to_knuckles), 0)
    for finger in _FINGERS:
        for begin, end in pairwise(finger):
            off_3 = np.median(_colours(points_21x2, begin, end, photo_HWC), 0) - palm_3
            if np.linalg.norm(off_3 / (_LIGHT, _TINT, _TINT)) > 1.0:
                break
            cv2.line(shape_HW, drawn_21x2[begin].tolist(), drawn_21x2[end].tolist(), 1, broad)
    return shape_HW.astype(np.float32)


def _colours(points_21x2: np.ndarray, begin: int, end: int, photo_HWC: np.ndarray) -> np.ndarray:
    """Along a bone, px by px, of 255 in CIELAB, float32 [S, 3]."""
    far = float(np.linalg.norm(points_21x2[end] - points_21x2[begin]))
    parts_S1 = np.linspace(0.0, 1.0, round(far) + 1)[:, None]
    place_S2 = points_21x2[begin] + parts_S1 * (points_21x2[end] - points_21x2[begin])
    height, width = photo_HWC.shape[:2]
    column_S, row_S = np.clip(place_S2.round().astype(int), 0, (width - 1, height - 1)).T
    return cv2.cvtColor(photo_HWC[row_S, column_S][None], cv2.COLOR_RGB2LAB)[0].astype(np.float32)
