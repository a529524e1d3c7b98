"""Which of an arm's pixels in a photo lie on clothes, which will be seen when it leaves.

Clothes are under an arm between the places where they touch it: a forearm on the chest is on clothes, one
that hangs at the hip is beside them, and a hand that hangs half over a hip is on it up to where its outline
above and below says. A forearm with clothes on both sides is on them, though they do not meet around its
hand, which may hold something; so is one that has the other arm at one side.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from engine.compositing.fields import highest, nearest_known, odd_side, size_of
from engine.compositing.limb_bones import (
    ARMS,
    BONES,
    Segment,
    along,
    cores,
    distance,
    positions,
    sampled,
    segments,
)
from engine.cv import cv2
from engine.ops.resample import running_mean

_RIM = 3  # px of a map of 128 rows, side of the window in which what is beside an arm has its colours
_BESIDE = 0.8  # lengths of a forearm: what is so far aside is not its own
_SLIVER = 5  # px of a map of 128 rows: what is no broader beside a forearm is of its own sleeve
_ASIDE = 3  # times as far as aside is what is above or below
_SLEEVED = 0.5  # how likely clothes are seen along a forearm that has a sleeve
_ENCLOSED = 0.9  # of what is around a piece of an arm, how much has to be clothes: corners are uncertain
_ARMPIT = 0.5  # units from a shoulder, up to which clothes are the sleeve's


@torch.no_grad()
def on_clothes(arms_B2hw: Tensor, kinds_BKhw: Tensor, pose_B183: Tensor) -> Tensor:
    """0 to 1 [B, 2, h, w]: where the right and the left arm, with its rim, lie on clothes.

    arms: their mattes. kinds: how likely clothes are seen, of each kind: an arm may be on one and beside
    another. pose: the photo's own, as `moving_least_squares.normalised_pose` gives it.
    """
    rows, columns = size_of(arms_B2hw)
    sides_2 = pose_B183.new_tensor((columns / rows, 1.0))
    here_hw = positions((rows, columns), sides_2)
    on_B2hw = torch.zeros_like(arms_B2hw)
    worn_B1hw = kinds_BKhw.sum(1, keepdim=True)
    kinds_BKhw = kinds_BKhw * (1.0 - arms_B2hw.amax(1, keepdim=True))
    planes = pose_B183, worn_B1hw, kinds_BKhw, with_rims(arms_B2hw), on_B2hw
    for pose_183, worn_1hw, kinds_Khw, arms_2hw, on_2hw in zip(*planes, strict=True):
        placed = segments(pose_183, sides_2)
        for arm, (upper, forearm) in enumerate(ARMS):
            if upper in placed:
                far_hw = distance(here_hw, placed[upper].begin) / placed[upper].unit
                for kind_hw in kinds_Khw * (far_hw > _ARMPIT):
                    on_2hw[arm] = on_2hw[arm].maximum(_between(kind_hw, arms_2hw[arm]))
            if upper in placed and forearm in placed:
                core_N = cores([placed[forearm]])[0].to(here_hw.device)
                sleeved = bool(sampled(worn_1hw, core_N[None], sides_2).mean() > _SLEEVED)
                beside = odd_side(_SLIVER, rows) if sleeved else 1
                for kind_hw in kinds_Khw:
                    end = 1.0 + BONES[forearm].beyond
                    of_both = kind_hw, arms_2hw[arm], arms_2hw[1 - arm]
                    across_hw = _across(*of_both, placed[forearm], end, here_hw, beside)
                    on_2hw[arm] = on_2hw[arm].maximum(across_hw)
                of_arm_hw = arms_2hw[arm] * (far_hw > _ARMPIT)
                on_2hw[arm] = on_2hw[arm].maximum(_enclosed(kinds_Khw.amax(0), of_arm_hw, on_2hw[arm]))
    return running_mean(on_B2hw, 3)  # no stairs


def with_rims(arms_B2hw: Tensor, rows: int | None = None) -> Tensor:
    """Mattes of arms with what has something of an arm's colours. rows: of the whole picture, where they are
    of a part of it."""
    return highest(arms_B2hw, odd_side(_RIM, arms_B2hw.shape[-2] if rows is None else rows))


def without_crumbs(matte_B1hw: Tensor, rows: int) -> Tensor:
    """A matte without what is no broader than a rim: bits of fingers that no arm's matte holds. rows: of the
    whole picture."""
    side = odd_side(_RIM, rows)
    return highest(1.0 - highest(1.0 - matte_B1hw, side), side).minimum(matte_B1hw)


def _between(clothes_hw: Tensor, rimmed_hw: Tensor) -> Tensor:
    """0 or 1 [h, w]: between places where clothes touch an arm with its rim, without a gap between."""
    rimmed = (rimmed_hw > 0.5).cpu().numpy().astype(np.uint8)
    touching = cv2.dilate(rimmed, np.ones((3, 3), np.uint8)) * (clothes_hw > 0.5).cpu().numpy()
    number, pieces = cv2.connectedComponents(touching)
    for piece in range(1, number):
        outline = cv2.convexHull(np.argwhere(pieces == piece)[:, ::-1].astype(np.int32))
        cv2.fillConvexPoly(touching, outline, 1)
    return torch.from_numpy(touching).to(clothes_hw)


def _across(
    clothes_hw: Tensor,
    rimmed_hw: Tensor,
    other_hw: Tensor,
    forearm: Segment,
    end: float,
    here_hw: Tensor,
    sliver: int,
) -> Tensor:
    """0 or 1 [h, w]: of an arm with its rim, where clothes touch it on both sides of its forearm, or the
    other arm does. end: where its hand ends, in its lengths. sliver: px, narrower clothes are its own."""
    rimmed, other = ((each_hw > 0.5).cpu().numpy() for each_hw in (rimmed_hw, other_hw))
    clothes = ((clothes_hw > 0.5).cpu().numpy() & ~rimmed).astype(np.uint8)
    clothes = cv2.morphologyEx(clothes, cv2.MORPH_OPEN, np.ones((sliver, sliver), np.uint8)) > 0
    edge = cv2.dilate(rimmed.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    touching = edge & (clothes | other & ~rimmed)
    part_hw = along(forearm, here_hw).cpu().numpy()
    near_hw = (abs(part_hw.imag) < _BESIDE) & (part_hw.real > 0) & (part_hw.real < end)
    # Of a px: half the picture's height is 1.
    steps = max(1, round(end * abs(forearm.step) * len(rimmed) / 2))
    step_hw = np.clip((part_hw.real / end * steps).astype(int), 0, steps - 1)
    both = np.ones(steps, bool)
    for side in (part_hw.imag > 0, part_hw.imag < 0):
        there = np.zeros((1, steps), np.uint8)
        there[0, step_hw[touching & near_hw & side]] = 1
        both &= cv2.dilate(there, np.ones((1, 3), np.uint8))[0] > 0
    return torch.from_numpy((rimmed | touching) & near_hw & both[step_hw]).to(clothes_hw)


def _enclosed(clothes_hw: Tensor, rimmed_hw: Tensor, on_hw: Tensor) -> Tensor:
    """0 or 1 [h, w]: the rest of an arm, piece by piece, around which there are clothes only."""
    clothes, rimmed, on = ((each > 0.5).cpu().numpy() for each in (clothes_hw, rimmed_hw, on_hw))
    number, pieces = cv2.connectedComponents((rimmed & ~on).astype(np.uint8))
    made = np.zeros(rimmed.shape, bool)
    for piece in range(1, number) if on.any() else ():
        there = pieces == piece
        ring = (cv2.dilate(there.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0) & ~there
        made |= there & ((clothes | on)[ring].mean() > _ENCLOSED)
    return torch.from_numpy(made).to(on_hw)


def from_nearest(picture_B3hw: Tensor, known_B1hw: Tensor) -> Tensor:
    """The picture, each pixel that is not known as the nearest one that is; where none is, 0. Aside is nearer
    than above and below: hems and waists go on beside an arm that hangs."""
    filled_B3hw = torch.zeros_like(picture_B3hw)
    for picture_3hw, known_1hw, filled_3hw in zip(picture_B3hw, known_B1hw, filled_B3hw, strict=True):
        if known_1hw.any():
            known = known_1hw[0].cpu().numpy()
            rows = slice(_ASIDE // 2, None, _ASIDE)
            tall = np.zeros((_ASIDE * known.shape[0], known.shape[1]), bool)
            tall[rows] = known
            row_hw, column_hw = np.unravel_index(nearest_known(tall)[1][rows], tall.shape)
            nearest_hw = torch.from_numpy(row_hw // _ASIDE * known.shape[1] + column_hw)
            nearest_hw = nearest_hw.to(picture_3hw.device)
            filled_3hw[:] = picture_3hw.flatten(1)[:, nearest_hw]
    return filled_B3hw
