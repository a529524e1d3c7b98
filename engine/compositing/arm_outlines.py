"""Outlines of arms in a fine photo: as the photo has them, or as regular as arms are.

A matte tells px by px, so where an arm lies before clothes of its own colours its edge is frayed, and where
stripes of its sleeve are as light as the wall it is a comb. Moved, every bite shows. So an arm is as broad to
either side of its line as it is around there: before the wall the photo's edge is kept, but for teeth; before
its own trunk, where an edge is half guessed, more of it decides. And as no edge is free of what is behind it,
an arm's colours near its outline are those of farther inside.
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.compositing.fields import nearest_known, ramp, size_of, window_of
from engine.compositing.limb_bones import ARM_CHAINS, ARMS, along, positions, sampled, segments
from engine.compositing.limb_mattes import THICK
from engine.compositing.ribbons import (
    Place,
    Ribbon,
    inner_side,
    mitred,
    place_of,
    position_at,
    ribbon,
)
from engine.cv import cv2
from engine.ops.resample import enlarged, shrunk

_STEP = 2.0  # px along a line and across it, between which a breadth is told
_GAP = 1  # of these, how broad a slit may be that an arm goes on beyond
# How far off what is behind a px of it is at most, over so many steps, and an arm at least; and how much of
# what a matte has beyond is it then.
_ALIKE, _LONG, _UNLIKE, _MOSTLY = 0.06, 3, 0.25, 0.7
_MISSED = 0.6  # units along an arm, so much of which may be missed before clothes between its parts
_LEAST = 0.04  # units, less than which an arm is not to a side of its line
_TEETH, _SEEN, _GUESSED, _EVEN = 0.06, 0.06, 0.3, 0.06  # units along the arm: ...
# ... teeth that are closed, what decides before the wall, and before clothes, and a mean at last.
_WALL, _BEYOND = (0.3, 0.7), (2.0, 5.0)  # how sure nobody is there, px beyond an edge
# Parts of the upper arm, from where on its outline is regular away from the trunk, and on its side ...
_OUTER, _INNER = (0.1, 0.25), (0.5, 0.6)
_HAND = 0.9, 1.0  # ... and of the forearm, where it ends: a hand is of any shape
_COARSE = 2  # px, on which it is told where px are along an arm
_SOFT = 1.0  # px, of half an edge
_RIM, _BESIDE = 3.0, 8.0  # px inside an outline that have something of what is behind, and so far outside
# Px from an outline on that are left alone, and of half its breadth what of a finger is left so, and its rim.
_DEEP, _THIN = 10.0, 0.6


@torch.no_grad()
def even_arms(limbs_14HW: Tensor, behind_11HW: Tensor, apart_11HW: Tensor, pose_183: Tensor) -> Tensor:
    """Mattes of limbs [1, 4, H, W], 0 to 1, whose arms have regular outlines.

    behind: how sure it is that nobody is there. apart: how far a channel of the photo is off what is behind,
    -1 to 1 each. pose: the photo's own, as
    `moving_least_squares.normalised_pose` gives it.
    """
    rows, columns = size_of(limbs_14HW)
    sides_2 = pose_183.new_tensor((columns / rows, 1.0))
    here_HW, placed = positions((rows, columns), sides_2), segments(pose_183, sides_2)
    even_14HW = limbs_14HW.clone()
    for limb, bones in zip(ARM_CHAINS, ARMS, strict=True):
        made = ribbon(pose_183, placed, limb, 1.0, sides_2)
        limb_HW = limbs_14HW[0, limb]
        if made is None or not placed.keys() >= set(bones) or not limb_HW.any():
            continue
        stations = _Stations(made, placed[bones[0]].unit, 2.0 / rows)
        planes_3HW = torch.stack([limb_HW, behind_11HW[0, 0], apart_11HW[0, 0]])
        broad_2M, wall_2M = stations.breadth(planes_3HW, sides_2)
        broad_2M, there_2M, missed_2M = stations.without_gaps(broad_2M, wall_2M)
        window = window_of(limb_HW, round(_TEETH * stations.unit * rows / 2), _COARSE)
        size = size_of(limb_HW[window])
        half = size[0] // _COARSE, size[1] // _COARSE
        here_2hw = shrunk(torch.view_as_real(here_HW[window]).movedim(-1, 0)[None], half)[0]
        here_hw = torch.complex(*here_2hw)
        where = mitred(place_of(here_hw, made.line_N), here_hw, made, 0)
        over_hw = stations.at(where, stations.even(broad_2M, wall_2M)) - where.aside.abs()
        sure_hw, added_hw = (stations.at(where, each_2M) for each_2M in (there_2M, missed_2M))
        fields_13HW = enlarged(torch.stack([over_hw, sure_hw, added_hw])[None], size)
        over_HW, sure_HW, added_HW = fields_13HW[0]
        edge_HW = ramp(over_HW * rows / 2, -_SOFT, _SOFT)
        even_HW = torch.lerp(limb_HW[window], edge_HW, sure_HW)
        even_14HW[0, limb][window] = even_HW.maximum((sure_HW + added_HW).clamp(max=1.0) * edge_HW)
    return even_14HW


class _Stations:
    """Along an arm's line, every so many px: [2, M] is what is told there of its two sides."""

    def __init__(self, made: Ribbon, unit: float, px: float) -> None:
        """unit, px: in half the picture's height."""
        self.made, self.unit, self.px = made, unit, px
        self.along_N = F.pad(made.line_N.diff().abs().cumsum(0), (1, 0))
        count = max(2, round(float(self.along_N[-1]) / (_STEP * px)) + 1)
        self.along_M = torch.linspace(0.0, float(self.along_N[-1]), count, device=made.line_N.device)

    def breadth(self, planes_3HW: Tensor, sides_2: Tensor) -> tuple[Tensor, Tensor]:
        """How broad the arm is, and how far there is wall beyond, 0 to 1. planes: its matte, how sure it is
        that nobody is there, and how far off what is behind the photo is."""
        piece_M = torch.bucketize(self.along_M, self.along_N[1:-1])
        part_M = (self.along_M - self.along_N[piece_M]) / self.made.line_N.diff().abs()[piece_M].clamp_min(
            1e-6
        )
        far_A = torch.arange(0.0, THICK[1] * self.unit, _STEP * self.px, device=part_M.device)
        sides = []
        for side, sign in enumerate((1.0, -1.0)):
            size = len(part_M), len(far_A)
            piece_MA, part_MA = (each[:, None].expand(size) for each in (piece_M, part_M))
            aside_MA = (sign * far_A).expand(size)
            where = Place(
                piece_MA, part_MA, aside_MA, torch.zeros(size, dtype=torch.bool, device=part_M.device)
            )
            matte_MA, wall_MA, apart_MA = sampled(planes_3HW, position_at(where, self.made.line_N), sides_2)
            if side == inner_side(self.made):
                slit_MA = _slits(matte_MA, apart_MA)
                wall_MA, matte_MA = wall_MA.maximum(slit_MA), matte_MA * (1.0 - slit_MA)
            inside_MA = (matte_MA > 0.5).float()
            ahead_MA = F.max_pool1d(F.pad(inside_MA, (0, _GAP)), _GAP + 1, 1)
            number_A = torch.arange(1.0, len(far_A) + 1, device=part_M.device)
            count_M = (ahead_MA.cummin(1).values * inside_MA * number_A).amax(1)
            beyond_MA = (number_A - count_M[:, None] - 1) * _STEP
            beyond_MA = ((beyond_MA > _BEYOND[0]) & (beyond_MA < _BEYOND[1])).float()
            wall_M = (wall_MA * beyond_MA).sum(1) / beyond_MA.sum(1).clamp_min(1.0)
            last_M2 = (count_M.long()[:, None] + torch.tensor([-1, 0], device=far_A.device)).clamp(
                0, len(far_A) - 1
            )
            last_M, next_M = matte_MA.gather(1, last_M2).unbind(1)  # of the last step inside, and of the next
            crossed_M = ((last_M - 0.5) / (last_M - next_M).clamp_min(1e-3)).clamp(0.0, 1.0)
            broad_M = (count_M - 1.0 + crossed_M).clamp_min(0.0) * _STEP * self.px
            sides.append((broad_M, ramp(wall_M, *_WALL)))
        broad, wall = zip(*sides, strict=True)
        return torch.stack(broad), torch.stack(wall)

    def without_gaps(self, broad_2M: Tensor, wall_2M: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Such breadths where there is none between those before and after it; and 0 to 1, how far an arm
        is to that side, whose outline is to be regular, and where it was missed before its trunk."""
        there_2M = (broad_2M > _LEAST * self.unit).float()
        ends = self._window(_SEEN)  # where what is missed begins, an arm is partly told
        known_2M = -F.max_pool1d(-there_2M, ends, 1, ends // 2)
        there_2M = F.max_pool1d(known_2M, ends, 1, ends // 2)
        filled_2M, all_M = broad_2M.clone(), np.arange(broad_2M.shape[1])
        for filled_M, known_M in zip(filled_2M, known_2M > 0, strict=True):
            if known_M.any():
                known_K, broad_K = known_M.nonzero()[:, 0].tolist(), filled_M[known_M].tolist()
                filled_M[:] = torch.from_numpy(np.interp(all_M, known_K, broad_K))
        regular_2M, missed_2M = self.regular(), self._closed(there_2M, _MISSED) * (1.0 - wall_2M)
        # What is missed to both sides is so whatever its shape, a wrist and a hand too.
        gap_1M = missed_2M.amin(0, keepdim=True) * (1.0 - there_2M.amax(0, keepdim=True))
        gap_1M = F.max_pool1d(gap_1M, 2 * ends + 1, 1, ends)
        return filled_2M, regular_2M * there_2M, (missed_2M * regular_2M).maximum(gap_1M)

    def even(self, broad_2M: Tensor, wall_2M: Tensor) -> Tensor:
        """Such breadths without teeth before the wall, and regular before clothes."""
        seen_2M, guessed_2M = (
            self._median(self._closed(broad_2M, _TEETH), _SEEN),
            self._median(broad_2M, _GUESSED),
        )
        return self._mean(torch.lerp(guessed_2M, seen_2M, self._mean(wall_2M)))

    def regular(self) -> Tensor:
        """0 to 1: how far its outline is to be regular."""
        shoulder, elbow, wrist = self.along_N[list(self.made.joints)].tolist()
        upper_M, fore_M = (
            (self.along_M - begin) / max(end - begin, self.px)
            for begin, end in ((shoulder, elbow), (elbow, wrist))
        )
        sides = [1.0 - ramp(fore_M, *_HAND)] * 2
        inner = inner_side(self.made)
        sides[inner], sides[1 - inner] = (
            side * ramp(upper_M, *from_to) for side, from_to in zip(sides, (_INNER, _OUTER), strict=True)
        )
        return torch.stack(sides)

    def at(self, where: Place, value_2M: Tensor) -> Tensor:
        """What is told of both sides, at places on the line."""
        along_hw = where.of(self.along_N) / self.along_M[1]
        station_hw = along_hw.long().clamp(max=len(self.along_M) - 2)
        part_hw = along_hw - station_hw
        side_hw = (where.aside < 0).long()
        return torch.lerp(value_2M[side_hw, station_hw], value_2M[side_hw, station_hw + 1], part_hw)

    def _window(self, units: float) -> int:
        return round(units * self.unit / (_STEP * self.px)) | 1

    def _closed(self, value_2M: Tensor, units: float) -> Tensor:
        side = self._window(units)
        padded = F.pad(value_2M[None], (side - 1, side - 1), mode="replicate")[0]
        return -F.max_pool1d(-F.max_pool1d(padded, side, 1), side, 1)

    def _median(self, value_2M: Tensor, units: float) -> Tensor:
        side = self._window(units)
        padded = F.pad(value_2M[None], (side // 2, side // 2), mode="replicate")[0]
        return padded.unfold(1, side, 1).median(2).values

    def _mean(self, value_2M: Tensor) -> Tensor:
        side = self._window(_EVEN)
        padded = F.pad(value_2M[None], (side // 2, side // 2), mode="replicate")
        return F.avg_pool1d(padded, side, 1)[0]


def _slits(matte_MA: Tensor, apart_MA: Tensor) -> Tensor:
    """1 from where on across an arm [M, A] is the wall between it and its trunk, else 0: it is seen for long,
    and most of what the matte has beyond is wall, but the arm looks otherwise. A light stripe is no wall."""
    inside_MA = (matte_MA > 0.5).float().cummin(1).values
    alike_MA = (apart_MA < _ALIKE).float()
    long_MA = -F.max_pool1d(-F.pad(alike_MA, (0, _LONG - 1), value=1.0), _LONG, 1)
    beyond_MA, wall_MA = (each.flip(1).cumsum(1).flip(1) for each in (inside_MA, inside_MA * alike_MA))
    slit_MA = (long_MA * (wall_MA >= _MOSTLY * beyond_MA)).cummax(1).values
    own_M = (apart_MA * (1.0 - slit_MA)).sum(1) / (1.0 - slit_MA).sum(1).clamp_min(1.0)
    return slit_MA * (own_M > _UNLIKE)[:, None]


@torch.no_grad()
def without_rims(photo_B3HW: Tensor, arms_B2HW: Tensor, hers_B1HW: Tensor, pose_B183: Tensor) -> Tensor:
    """A photo whose arms have, at their outlines and a little beyond, the colours of farther inside: what is
    there is drawn out over its rim, the less the deeper. A shoulder has no rim, there is the trunk.

    arms: their mattes, 0 to 1. hers: how sure it is that somebody is there: what of a matte is not, gives no
    colours. pose: as of `even_arms`.
    """
    rows, columns = size_of(photo_B3HW)
    sides_2 = pose_B183.new_tensor((columns / rows, 1.0))
    here_HW, made_B3HW = positions((rows, columns), sides_2), photo_B3HW.clone()
    each = zip(photo_B3HW, arms_B2HW, hers_B1HW[:, 0], pose_B183.float(), made_B3HW, strict=True)
    for photo_3HW, arms_2HW, hers_HW, pose_183, made_3HW in each:
        placed = segments(pose_183, sides_2)
        for arm, (upper, _) in enumerate(ARMS):
            arm_HW = arms_2HW[arm]
            if not (arm_HW.minimum(hers_HW) > 0.5).any():
                continue
            window = window_of(arm_HW, round(_BESIDE) + 1)
            inside_hw, hers_hw, other_hw = (
                (each_HW[window] > 0.5).cpu().numpy() for each_HW in (arm_HW, hers_HW, arms_2HW[1 - arm])
            )
            from_hw2, near_hw = _inwards(inside_hw & hers_hw)
            rim_hw = torch.from_numpy(near_hw & (inside_hw | ~other_hw)).to(photo_3HW)
            if upper in placed:
                rim_hw *= ramp(along(placed[upper], here_HW[window]).real, *_OUTER)
            photo_13hw = photo_3HW[None][(..., *window)]
            ends_2 = 0.5 * (photo_13hw.new_tensor(size_of(photo_13hw)[::-1]) - 1.0)
            grid_1hw2 = (torch.from_numpy(from_hw2).to(photo_13hw) / ends_2 - 1.0)[None]
            seen_3hw = F.grid_sample(photo_13hw, grid_1hw2, padding_mode="border", align_corners=True)[0]
            made_3HW[(..., *window)].lerp_(seen_3hw, rim_hw)
    return made_B3HW


def _inwards(arm_hw: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where the colours of px are taken, x, y, float32 [h, w, 2], and which px are in an arm's rim or near
    enough to it."""
    depth_hw, outside_hw = _depth(arm_hw), _depth(~arm_hw)
    around = np.ones([round(2 * _DEEP) + 1] * 2, np.uint8)
    core_hw = arm_hw & (depth_hw >= np.minimum(_DEEP, _THIN * cv2.dilate(depth_hw, around)))
    far_hw, number_hw = nearest_known(core_hw)
    deep_hw = depth_hw.flatten()[number_hw]
    rim_hw = np.minimum(_RIM, _THIN * deep_hw)
    step_hw = np.where(arm_hw, rim_hw * (1.0 - depth_hw / deep_hw).clip(0.0), rim_hw + outside_hw)
    share_hw = np.minimum(step_hw / np.maximum(far_hw, 1e-3), 1.0)
    here_2hw = np.indices(arm_hw.shape)
    way_2hw = np.array(np.unravel_index(number_hw, arm_hw.shape)) - here_2hw
    from_hw2 = np.moveaxis((here_2hw + share_hw * way_2hw)[::-1], 0, -1)
    return np.ascontiguousarray(from_hw2, np.float32), (step_hw > 0) & (outside_hw <= _BESIDE)


def _depth(marked_hw: np.ndarray) -> np.ndarray:
    """How far px are from what is not marked, px."""
    padded_hw = np.pad(marked_hw, 1, mode="edge").astype(np.uint8)
    return cv2.distanceTransform(padded_hw, cv2.DIST_L2, 5)[1:-1, 1:-1]
