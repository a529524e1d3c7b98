"""Bare skin that counts as a garment's: hands that lie before it, and the neck above it.

Maps tell to one or two positions where clothes end, and do not see every hand. Where the joints say that skin
may be, what has its colour and not that of the garment is skin.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.compositing.fields import around, ramp, size_of, spread, window_of
from engine.compositing.tailoring import matte
from engine.cv import cv2
from engine.ops.random_walker import random_walker
from engine.ops.resample import shrunk
from engine.pose.skeleton import (
    LEFT_ELBOW,
    LEFT_SHOULDER,
    LEFT_WRIST,
    NECK,
    RIGHT_ELBOW,
    RIGHT_SHOULDER,
    RIGHT_WRIST,
)  # fmt: skip

_HAND = 0.6, 0.7  # of the longest forearm, how far a hand reaches beyond its wrist, and how wide it may lie
_WRIST, _PALM = 0.15, 0.3  # of it, around a wrist and from it, where a hand begins
_NECK = 0.4  # of the distance of the shoulders, how far around the neck a neckline is
_SKIN = 0.5  # share of a colour that is skin's rather than the garment's, from which it is skin
_MARGIN = 8  # positions of a map of 128 rows around where skin may be: as far as a matte looks
_JOINED = 7  # likewise, the window around skin that is seen, in which more of it begins
_LEAST_SKIN = 4.0  # positions of bare arms and face, of fewer the colour of skin is not known
_SKINS = 0.15, 0.4  # how much of a colour is skin's and not the clothes'
_BESIDE = 0.3, 0.5  # distance from the line between the two, of its length, at which it is neither
_TELLS = 0.3, 0.5  # distance of skin's colour from the clothes', from which that is told
_WEIGHT, _UNSURE, _NOISE = 0.1, 1e-3, 0.15  # as of `edges_told`
_FINGER = 5  # px of 256 rows; narrower gaps are between fingers, and what is narrower is a shadow's edge


class BareSkin(NamedTuple):
    """How much of a pixel is skin, [1, 1, H, W] each: hands before the garment, and the neck."""

    hands: Tensor
    neck: Tensor


def bare_skin(
    picture_1CHW: Tensor, garment_11HW: Tensor, skin_11hw: Tensor, joints_18x3: np.ndarray | None
) -> BareSkin:
    """Of what counts as a garment's.

    picture: in [-1, 1]. garment: what counts as its. skin: where arms and face are bare, [1, 1, h, w], of
    which H W are multiples. joints: x, y in positions of that map, and state; None: not known, and then
    nothing is told.
    """
    size = size_of(skin_11hw)
    nothing = BareSkin(torch.zeros_like(garment_11HW), torch.zeros_like(garment_11HW))
    small_1Chw, garment_11hw = (shrunk(each, size) for each in (picture_1CHW, garment_11HW))
    bare_11hw = skin_11hw.square() * (1.0 - garment_11hw)
    total = bare_11hw.sum()
    if joints_18x3 is None or total < _LEAST_SKIN:
        return nothing
    skin_1C11 = (bare_11hw * small_1Chw).sum((2, 3), keepdim=True) / total
    begin_11hw = around((skin_11hw > 0.5).float(), _JOINED)
    found = []
    for maybe_2hw in (_hands(joints_18x3, size), _neck(joints_18x3, size)):
        near_11hw, surely_11hw = torch.from_numpy(maybe_2hw)[None].to(small_1Chw.device).split(1, 1)
        if near_11hw.any():
            cloth_1Chw = spread(small_1Chw, garment_11hw * (1.0 - near_11hw))
            about = torch.cat([cloth_1Chw, near_11hw, begin_11hw.maximum(surely_11hw)], 1)
            found.append(_within(picture_1CHW, garment_11HW, about, skin_1C11))
        else:
            found.append(nothing.hands)
    return BareSkin(*found)


def _within(picture_1CHW: Tensor, garment_11HW: Tensor, about_1Dhw: Tensor, skin_1C11: Tensor) -> Tensor:
    """Skin in the window where it may be. about: the garment's colours without it; where it may be; where it
    begins."""
    found_11HW = torch.zeros_like(garment_11HW)
    rows, size = size_of(picture_1CHW)[0], size_of(about_1Dhw)
    window = window_of(about_1Dhw[0, 3], _MARGIN * size[0] // 128)
    y, x = (slice(each.start * rows // size[0], each.stop * rows // size[0]) for each in window)
    part_1CHW, times = picture_1CHW[..., y, x], max(1, round(rows / 256))
    middle = tuple(side // times for side in size_of(part_1CHW))
    part_1Cab = shrunk(part_1CHW, middle)
    about_1Dab = F.interpolate(about_1Dhw[(..., *window)], middle, mode="bilinear")
    cloth_1Cab, near_11ab, begin_11ab = about_1Dab.split((3, 1, 1), 1)
    share_11ab, told_11ab = _as_skin(part_1Cab, cloth_1Cab, skin_1C11)
    maybe_1ab = (share_11ab * told_11ab * near_11ab)[0]
    # Cloth in a hand's shade has half its colour, and no edge to the cloth beside it.
    sure_ab = _WEIGHT * (2.0 * maybe_1ab[0] - 1.0).abs().clamp_min(_UNSURE)
    maybe_1ab = random_walker(part_1Cab[0], maybe_1ab, sure_ab, _NOISE)
    whole_11ab = _whole(maybe_1ab[None], begin_11ab)
    if whole_11ab.any():
        found_11HW[..., y, x] = matte(whole_11ab, part_1CHW, rows) * garment_11HW[..., y, x]
    return found_11HW


def _as_skin(picture_B3hw: Tensor, clothes_B3hw: Tensor, skin_B311: Tensor) -> tuple[Tensor, Tensor]:
    """0 to 1 [B, 1, h, w] each: how much of a colour is skin's and not the clothes', as in matting: where on
    the line between the two it lies, if it lies near that; and how surely that is told, by how far apart they
    are."""
    between_B3hw, more_B3hw = skin_B311 - clothes_B3hw, picture_B3hw - clothes_B3hw
    apart_B1hw = between_B3hw.norm(dim=1, keepdim=True).clamp_min(1e-6)
    share_B1hw = (more_B3hw * between_B3hw).sum(1, keepdim=True) / apart_B1hw.square()
    beside_B1hw = (more_B3hw - share_B1hw * between_B3hw).norm(dim=1, keepdim=True) / apart_B1hw
    return ramp(share_B1hw, *_SKINS) * (1.0 - ramp(beside_B1hw, *_BESIDE)), ramp(apart_B1hw, *_TELLS)


def _whole(share_11hw: Tensor, begin_11hw: Tensor) -> Tensor:
    """Of what looks like skin all that hangs together with where it begins, less slivers and with its
    holes."""
    skin_hw = (share_11hw[0, 0].cpu().numpy() > _SKIN).astype(np.uint8)
    finger = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (_FINGER, _FINGER))
    for change in (cv2.MORPH_CLOSE, cv2.MORPH_OPEN):
        skin_hw[:] = cv2.morphologyEx(skin_hw, change, finger)
    lines, _ = cv2.findContours(skin_hw, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    cv2.drawContours(skin_hw, lines, -1, 1, cv2.FILLED)
    _, part_hw = cv2.connectedComponents(skin_hw)
    hers = np.unique(part_hw[begin_11hw[0, 0].cpu().numpy() > 0.5])
    whole_hw = (skin_hw > 0) & np.isin(part_hw, hers)
    return torch.from_numpy(whole_hw.astype(np.float32))[None, None].to(share_11hw.device)


def _hands(joints_18x3: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """1 where a hand may be, and where it begins; float32 [2, h, w]."""
    near_hw, wrists_hw = np.zeros((2, *size), np.float32)
    arms = [
        joints_18x3[[elbow, wrist], :2]
        for elbow, wrist in ((RIGHT_ELBOW, RIGHT_WRIST), (LEFT_ELBOW, LEFT_WRIST))
        if joints_18x3[elbow, 2] > 0 and joints_18x3[wrist, 2] > 0
    ]
    lengths = [max(float(np.linalg.norm(wrist - elbow)), 1e-6) for elbow, wrist in arms]
    broadest = 2 * max(size)  # than all there is: OpenCV draws no lines of any breadth
    for (elbow, wrist), length in zip(arms, lengths, strict=True):
        reach = max(lengths) * (wrist - elbow) / length
        begin, palm, end = (
            np.round(wrist + far * reach).astype(int).tolist() for far in (0.0, _PALM, _HAND[0])
        )
        cv2.line(near_hw, begin, end, 1.0, min(max(1, round(_HAND[1] * max(lengths))), broadest))
        cv2.line(wrists_hw, begin, palm, 1.0, min(max(1, round(2 * _WRIST * max(lengths))), broadest))
    return np.stack([near_hw, wrists_hw])


def _neck(joints_18x3: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """1 where a neckline may be; nowhere is sure. float32 [2, h, w]."""
    near_2hw = np.zeros((2, *size), np.float32)
    if (joints_18x3[[NECK, RIGHT_SHOULDER, LEFT_SHOULDER], 2] > 0).all():
        right, left = joints_18x3[[RIGHT_SHOULDER, LEFT_SHOULDER], :2]
        middle = np.round(joints_18x3[NECK, :2]).astype(int).tolist()
        cv2.circle(near_2hw[0], middle, round(_NECK * float(np.linalg.norm(right - left))), 1.0, -1)
    return near_2hw
