"""Hands that touch, told apart along the edge between them, by a watershed of the photo from both palms
(Meyer 1991, as OpenCV has it): fingers belong to the hand that they grow out of, not to the nearer wrist.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.compositing.cut_outs import window_around
from engine.compositing.fields import Window, ramp, size_of
from engine.compositing.limb_bones import (
    ARMS,
    Segment,
    along_each,
    cores,
    distance,
    forearms_cross,
    homogeneous,
    off,
    positions,
    sampled,
    segments,
)
from engine.cv import cv2
from engine.ops.resample import running_mean

_TO = 0.5  # units, how far beyond its wrist a hand's line goes on
_HAND = 0.3, 0.4  # units from the line there, up to which what is bare is the hand surely, and at most
_PALM = -0.3, 0.2, 0.1  # units along a hand from its wrist, from, to, and aside: what is surely of it
_MAYBE = 0.3  # how likely a hand or an arm is seen, from which on it may be there
_ROOM = 0.75  # units around both wrists, in which their hands are
_MARGIN = 0.03  # units around what may be a hand: beyond that something else is
_FLAT = 9, 50.0, 5.0  # px, of 255 and px: skin's creases are no edges of hands (Tomasi and Manduchi 1998)
_SOFT = 3  # px that an edge between hands is soft over
_LEAST = 0.05  # of a px, that either hand has of it
_TIPS = 0.1, 0.3  # how likely skin is seen: from the first on finger tips may be there, at the second are


def hand_of(forearm: Segment, here_HW: Tensor) -> Tensor:
    """0 to 1 [H, W]: where its hand may be."""
    beyond = _TO * forearm.unit / abs(forearm.step)
    return 1.0 - ramp(off(forearm, here_HW, beyond, 1.0), *_HAND)


def told_apart(
    photo_HWC: np.ndarray,
    mattes_2hw: Tensor,
    bare_hw: Tensor,
    both_hw: Tensor,
    forearms: Sequence[Segment],
    sides_2: Tensor,
) -> Tensor:
    """Mattes of two arms, of these forearms, where both their hands may be: each has its own, to the finger
    tips; where the photo tells nothing, what is nearer to its wrist.

    photo: uint8, of any size. bare: how likely bare arms are seen; both: how far a hand of either may be.
    """
    size, photo_size = size_of(bare_hw), (photo_HWC.shape[0], photo_HWC.shape[1])
    maybe_hw = bare_hw.maximum(mattes_2hw.amax(0))
    window, whose_2HW = _told(photo_HWC, maybe_hw, forearms, sides_2)
    told_2HW = torch.zeros(len(forearms), *photo_size, device=sides_2.device)
    told_2HW[(..., *window)] = whose_2HW
    told_2hw = F.interpolate(told_2HW[None], size, mode="area")[0]
    first_hw, second_hw = (distance(positions(size, sides_2), each.end) for each in forearms)
    nearer_hw = first_hw <= second_hw
    either_hw = told_2hw.sum(0)
    share_2hw = told_2hw / either_hw.clamp_min(_LEAST)
    share_2hw = torch.where(either_hw > _LEAST, share_2hw, torch.stack([nearer_hw, ~nearer_hw]).float())
    own_2hw = mattes_2hw * (1.0 - both_hw * (1.0 - share_2hw))
    return own_2hw.maximum(both_hw * told_2hw * ramp(bare_hw, *_TIPS))


def finely_apart(photo_HWC: np.ndarray, mattes_2HW: Tensor, pose_183: Tensor) -> Tensor:
    """Mattes of right and left arm of a photo's own size, whose edges between two hands are the photo's.
    pose: as `moving_least_squares.normalised_pose` gives it."""
    size = size_of(mattes_2HW)
    sides_2 = pose_183.new_tensor((size[1] / size[0], 1.0))
    placed = segments(pose_183.float(), sides_2)
    forearms = [placed[forearm] for _, forearm in ARMS if forearm in placed]
    if len(forearms) < len(ARMS) or not _may_meet(forearms) or forearms_cross(*forearms):
        return mattes_2HW  # of crossed arms each hand is far from its own line
    window, told_2hw = _told(photo_HWC, mattes_2HW.amax(0), forearms, sides_2)
    here_hw = _within(window, size, sides_2)
    told_2hw = running_mean(told_2hw[None], _SOFT)[0]
    either_hw = told_2hw.sum(0).clamp_min(_LEAST)
    both_hw = hand_of(forearms[0], here_hw) * hand_of(forearms[1], here_hw) * either_hw.clamp(max=1.0)
    near_2hw = mattes_2HW[(..., *window)]
    apart_2HW = mattes_2HW.clone()
    apart_2HW[(..., *window)] = torch.lerp(near_2hw, near_2hw.amax(0) * told_2hw / either_hw, both_hw)
    return apart_2HW


def _may_meet(forearms: Sequence[Segment]) -> bool:
    """Whether two hands may be at one place."""
    first, second = forearms
    tips = [each.end + _TO * each.unit * each.step / abs(each.step) for each in forearms]
    ways = [Segment(each.end, tip, each.unit) for each, tip in zip(forearms, tips, strict=True)]
    places = cores(ways)
    return bool((places[0][:, None] - places[1]).abs().min() < 2 * _HAND[1] * max(first.unit, second.unit))


def _told(
    photo_HWC: np.ndarray, maybe_hw: Tensor, forearms: Sequence[Segment], sides_2: Tensor
) -> tuple[Window, Tensor]:
    """Around two hands, a window of the photo and whose its px are, as far as it tells, 0 or 1 [2, H, W].
    maybe: how likely a hand or an arm is seen."""
    size = photo_HWC.shape[0], photo_HWC.shape[1]
    ends_2 = torch.tensor([each.end for each in forearms], device=sides_2.device)
    window = window_around(ends_2, _ROOM * max(each.unit for each in forearms), size, sides_2)
    mark_HW = _marks(_within(window, size, sides_2), maybe_hw, forearms, sides_2)
    side = 2 * round(_MARGIN * forearms[0].unit * size[0] / 2) + 1
    near_HW = cv2.dilate((mark_HW >= 0).astype(np.uint8), np.ones((side, side), np.uint8))
    mark_HW = np.where(near_HW > 0, mark_HW.clip(min=0), len(forearms) + 1).astype(np.int32)
    seen_HWC = np.ascontiguousarray(photo_HWC[window])
    told_HW = torch.from_numpy(cv2.watershed(cv2.bilateralFilter(seen_HWC, *_FLAT), mark_HW))
    return window, torch.stack([told_HW == number + 1 for number in range(len(forearms))]).to(sides_2)


def _within(window: Window, size: tuple[int, int], sides_2: Tensor) -> Tensor:
    """`positions` of a window alone."""
    y_H, x_W = (
        (torch.arange(span.start, span.stop, device=sides_2.device) + 0.5) * 2.0 / side - 1.0
        for span, side in zip(window, size, strict=True)
    )
    return torch.complex(*torch.broadcast_tensors(x_W * sides_2[0], y_H[:, None]))


def _marks(here_HW: Tensor, maybe_hw: Tensor, forearms: Sequence[Segment], sides_2: Tensor) -> np.ndarray:
    """1 and 2 on both palms, 0 elsewhere where a hand or an arm may be, else -1 [H, W]."""
    far = [distance(here_HW, each.end) for each in forearms]
    mark_HW = (sampled(maybe_hw[None], here_HW, sides_2)[0] > _MAYBE).int() - 1
    begin, end, most = _PALM
    along_2NHW = along_each(forearms, homogeneous(here_HW))
    for number, forearm in enumerate(forearms):
        length = abs(forearm.step) / forearm.unit
        beyond_HW, aside_HW = (along_2NHW[0, number] - 1.0) * length, along_2NHW[1, number].abs() * length
        palm_HW = (beyond_HW > begin) & (beyond_HW < end) & (aside_HW < most)
        palm_HW &= (mark_HW == 0) & (far[number] < far[1 - number])
        mark_HW[palm_HW] = number + 1
    return mark_HW.cpu().numpy()
