"""A top or a dress with nobody in it, as it lies on a wearer: a trunk, and sleeves that turn with arms.

All of it is one mesh. The trunk's part is moved as a whole, so that prints stay what they are; a sleeve's
goes along its arm; around an armhole one goes over into the other. px of a picture of at most 256 rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from engine.compositing.bare_bodies import Limb
from engine.compositing.bodies import ARMPIT, TRUNK, Body, Ways, leg_length
from engine.compositing.cloth_meshes import looked_up, mesh_over, part_over
from engine.compositing.clothes import Clothes
from engine.compositing.fields import closed, ramp, ramp_at
from engine.compositing.garment_kinds import waist_of
from engine.compositing.shoulders import as_shoulders
from engine.compositing.sleeves_laid_on import SHORT, STRAIGHT, at_hem, of_sleeve, on_arm
from engine.cv import cv2

_HIPS = 1.0  # how broad hips are, in shoulders
_TALLER = 0.95, 1.6  # how much taller than broader a garment is drawn: people who are turned are narrow
# Trunks from shoulder joints to hem, from which on a top is no longer than tees are cut, and of what is more
# how much it is longer: tees are 1.0 to 1.3, a slim one with short sleeves would be 1.73.
_LONG, _LONGER = 1.2, 0.3
# Of a trunk, where a dress's waist lies, and how much less tall it is made for that at least: of 4 dresses of
# shops it lay at .70 to 1.04 by their breadth, and they ended at the ground or below it.
_WAIST, _SQUEEZED = 0.65, 0.65
_BROADER = 1.3  # how much broader at the hips than at the chest at most
_FALL, _NECK, _FALLEN = 0.42, 0.2, 0.6  # how shoulders fall, from where on aside, and down to where
_FALLS, _LOWER = (-0.2, 1.0), (-0.2, 0.25)  # likewise, how much more than in the photo, and how much lower
_LOOSE = 0.02  # likewise, how far above a wearer's shoulders a garment's lie
_FEWEST = 4  # points of an outline that tell of shoulders
_HANGS = 0.5, 0.85  # cosine of an upper arm's angle to the trunk, from which on it hangs, and wholly
_TUCKED = 0.8, 1.1  # of an upper arm, up to which its sleeve lies under the trunk's edge, where it hangs
# The ellipse that fills a shoulder, in shoulders: its middle, aside and down, and half of its sides; and how
# far inwards and down what is done along it fades.
_CAP_AT, _CAP, _CAP_FADES = (0.45, 0.35), (0.35, 0.43), (0.15, 0.6)
_STANDS_OFF = 0.25  # of how far cloth stands off a shoulder in a photo, that is left
_UNDER = 0.12  # of the shoulders, how far a trunk goes on under a sleeve
_COLLAR = 0.3  # of the shoulders, how far from the middle shoulders are no neck
_AS_BROAD = 0.36  # likewise, half of the breadth of clothes from which on they go around a body
_REACH = 0.35  # of the shoulders, how far aside of its bones an arm in its sleeve may be
_CUT = 3  # px of a map of 256 rows, that a line between a sleeve and its trunk is broad
_LAP = 3  # px of a map of 256 rows by which a sleeve laps over the trunk


class Layer(NamedTuple):
    """place: [h, w, 2], where in the photo's map each px is. there: bool [h, w], whether it is anywhere.
    only: bool, the part of the map that is of this layer, as an array. under: [h, w], how far it lies under
    the trunk where that is: a sleeve on an arm that hangs does."""

    place: Tensor
    there: Tensor
    only: np.ndarray
    under: Tensor


class Top(NamedTuple):
    """layers: its trunk, then its sleeves. sleeves: bool, the part of the map that is these, as an array.
    ended: [h, w], where an arm's sleeve is over, or it has none. hidden: likewise, where nothing is seen of a
    body, and within: likewise of its trunk, which is as broad as the clothes. sleeved: where an arm that is
    seen is in it."""

    layers: list[Layer]
    sleeves: np.ndarray
    ended: Tensor
    hidden: Tensor
    within: Tensor
    sleeved: Tensor


def top_on(
    body: Body,
    way: Ways,
    arms_hw: Tensor,
    bare_arms: Sequence[Limb],
    shoulders_N2: np.ndarray,
    rays_2A: np.ndarray,
    clothes: Clothes,
    dress: bool,
) -> Top:
    """arms: where arms are in the picture, [h, w]. bare_arms: as they are in sleeves, from left to right.
    shoulders, rays: as `bodies.shoulders_seen` and `shoulders.shoulder_rays`."""
    shape, size = clothes.upper, way.size
    trunk = _Trunk(body, way, clothes, shoulders_N2, dress)
    mesh = mesh_over(clothes.mask)
    edge_M2 = _outline(clothes.mask)
    place_V2 = np.concatenate([mesh.corners, edge_M2])
    on_trunk_V2 = trunk.of(place_V2)
    found = [
        (sleeve, arm, bare, other)
        for sleeve, arm, bare, other in zip(shape.sleeves, way.arms, bare_arms, bare_arms[::-1], strict=True)
        if sleeve is not None
    ]
    nearest_hw = torch.stack([aside_hw.abs() for _, _, aside_hw in way.arms]).amin(0)
    sleeved_hw, ended_hw, reach = torch.zeros_like(arms_hw), torch.ones_like(arms_hw), _REACH * body.shoulders
    sleeves_hw = np.zeros_like(clothes.mask)
    near_hw = np.zeros(clothes.mask.shape, np.uint8)
    moved_V2, turned, under = on_trunk_V2, [], [torch.zeros_like(arms_hw)]
    for sleeve, (arm_42, along_hw, aside_hw), bare, other in found:
        on_arm_V2, end, half = on_arm(body, shape, sleeve, arm_42, bare, other, place_V2)
        share_V, all_V = (of_sleeve(sleeve, shape, place_V2, below) for below in (False, True))
        moved_V2 = moved_V2 + share_V[:, None] * (on_arm_V2 - moved_V2)
        turned.append(on_trunk_V2 + all_V[:, None] * (on_arm_V2 - on_trunk_V2))
        # What is short has not wholly turned with its arm where it ends.
        hem_N2 = turned[-1][len(mesh.corners) :][at_hem(sleeve, edge_M2)]
        if sleeve.arm is None and len(hem_N2):
            x_N, y_N = (np.round(hem_N2).astype(int).clip(0, np.array(size[::-1]) - 1)).T
            end = min(end, float(along_hw[y_N, x_N].median()))
        # What is broader than its sleeve would be seen beside it.
        beside_hw = aside_hw.abs() > half
        short_hw = body.shoulders * torch.where(beside_hw, STRAIGHT, SHORT)
        near_arm_hw = (aside_hw.abs() < reach) & (along_hw > -reach) & (along_hw < end - short_hw)
        sleeved_hw = sleeved_hw.maximum(arms_hw * near_arm_hw)
        mine_hw = aside_hw.abs() <= nearest_hw
        ended_hw = torch.where(mine_hw & (along_hw < end - STRAIGHT * body.shoulders), 0.0, ended_hw)
        upper = max(float(np.linalg.norm(arm_42[1] - arm_42[0])), 1.0)
        under.append(_hangs(body, arm_42) * (1.0 - ramp(along_hw, _TUCKED[0] * upper, _TUCKED[1] * upper)))
        # Its rim is no rim of the trunk's, which goes on under it where they meet.
        sleeves_hw |= sleeve.mask
        # No farther down than the armpit, or a scrap of the sleeve would be seen below its hem.
        down_2 = sleeve.armpit - sleeve.shoulder
        down_2 = down_2 * max(0.0, 1.0 - _UNDER * shape.breadth / max(float(np.linalg.norm(down_2)), 1e-6))
        begin, low = (
            np.round(each).astype(int).tolist() for each in (sleeve.shoulder, sleeve.shoulder + down_2)
        )
        cv2.line(near_hw, begin, low, (1.0,), round(2 * _UNDER * shape.breadth))
    # What parts a sleeve from a trunk it lies on is of neither, and would be a step where they part.
    only_hw = clothes.mask & (~_dilated(sleeves_hw, _CUT) | (near_hw > 0))
    trunk_hw = ~_dilated(sleeves_hw, _LAP) if clothes.trunk is None else clothes.trunk.mask
    # A sleeve laps over its trunk where they are joined, and lies beside it below.
    lapped = [
        _dilated(sleeve.mask, 1) | (_dilated(sleeve.mask, _LAP) & (near_hw > 0)) for sleeve, *_ in found
    ]
    only = [only_hw | trunk_hw, *lapped]
    layers = []
    moved = [_round_shoulders(body, way.arms, each_V2) for each_V2 in (moved_V2, *turned)]
    edge_M = tuple(edge_M2.astype(int).T[::-1])
    edges_V2 = np.concatenate(
        [each_V2[len(mesh.corners) :][mine_hw[edge_M]] for each_V2, mine_hw in zip(moved, only, strict=True)]
    )
    right, left = (_hangs(body, arm_42) for arm_42, _, _ in way.arms)
    for each_V2, mine_hw, under_hw in zip(moved, only, under, strict=True):
        corners_V2 = each_V2[: len(mesh.corners)]
        corners_V2 = as_shoulders(body, rays_2A, (right, left), edges_V2, corners_V2)
        found_there = looked_up(part_over(mesh, mine_hw & clothes.mask), corners_V2, size)
        place_hw2, there_hw = (torch.from_numpy(each).to(arms_hw.device) for each in found_there)
        layers.append(Layer(place_hw2, there_hw, mine_hw, under_hw))
    # A body beside clothes as broad as it is has the clothes' outline.
    across_hw, down_hw = way.across_HW / body.shoulders, way.down_HW / body.shoulders
    half_h = torch.from_numpy(shape.half / shape.breadth).float().to(arms_hw.device) * trunk.broader
    row_hw = trunk.rows(down_hw).round().long().clamp(0, len(half_h) - 1)
    hem = np.flatnonzero(clothes.mask.any(1))[-1] - STRAIGHT * shape.breadth
    below_hw = (trunk.rows(down_hw) < hem) & (down_hw > ARMPIT)
    beside_hw = below_hw & (half_h[row_hw] > _AS_BROAD) & (across_hw.abs() > 0.2)
    if found:  # nor has who wears sleeves bare shoulders
        aside_hw = (across_hw.abs() > _COLLAR) & (down_hw <= ARMPIT)
        sleeved_hw = sleeved_hw.maximum(aside_hw * (1.0 - arms_hw))
    # Without the seams where parts of it meet, in which skin would be seen as a line.
    hidden_hw = closed(sleeved_hw.maximum(beside_hw * (1.0 - arms_hw))[None], 3)[0]
    return Top(layers, sleeves_hw, ended_hw, hidden_hw, beside_hw.to(hidden_hw), sleeved_hw)


class _Trunk:
    """How a garment's trunk is moved onto a body's."""

    def __init__(self, body: Body, way: Ways, clothes: Clothes, shoulders_N2: np.ndarray, dress: bool):
        self._body, self._shape = body, clothes.upper
        shape = clothes.upper
        self._middle_2 = shape.joints.mean(0)
        trunk = TRUNK if shape.trunk is None else shape.trunk / shape.breadth
        self._taller = float(np.clip(body.trunk / trunk / body.shoulders, *_TALLER))
        if not dress and shape.trunk is None:
            # What is cut slim is as long as other tops.
            hem = np.flatnonzero(clothes.mask.any(1))[-1]
            long = float(hem - self._middle_2[1]) / (TRUNK * shape.breadth)
            self._taller *= min(1.0, (_LONG + _LONGER * (long - _LONG)) / max(long, _LONG))
        elif shape.trunk is None:
            self._taller *= self._of_dress(clothes, way)
        at_hips = round(self._middle_2[1] + TRUNK * shape.breadth)
        half = shape.half[at_hips] / shape.breadth if at_hips < len(shape.half) else 0.0
        self.broader = float(np.clip(_HIPS / 2 / half, 1.0, _BROADER)) if half > 0.1 else 1.0
        self._lower, self._falls = self._to_shoulders(clothes.mask, shoulders_N2)

    def _of_dress(self, clothes: Clothes, way: Ways) -> float:
        """How much less tall a dress is than broad: its waist lies on the wearer's, for whom shops dress in
        it is narrower than one that lies flat; and nobody's hem is below their ankles."""
        shape, body, less = self._shape, self._body, 1.0
        sleeves = [sleeve.mask for sleeve in shape.sleeves if sleeve is not None]
        waist = waist_of(clothes.mask & ~np.logical_or.reduce(sleeves, initial=False))
        if waist is not None:
            down = max(waist - self._middle_2[1], 1.0) / (TRUNK * shape.breadth)
            less = float(np.clip(_WAIST / down, _SQUEEZED, 1.0))
        hem = float(np.flatnonzero(clothes.mask.any(1))[-1] - self._middle_2[1]) / shape.breadth
        legs = max(leg_length(leg_42, body.trunk) for leg_42, _, _ in way.legs)
        ankles = (body.trunk + legs) / body.shoulders
        return min(less, ankles / max(hem * self._taller, 1e-6))

    def _to_shoulders(self, mask_hw: np.ndarray, shoulders_N2: np.ndarray) -> tuple[float, float]:
        """How much lower a garment lies for its shoulders to lie on the wearer's, and how much more its
        shoulders fall there than in the photo, which are flat; of the garment's breadth."""
        columns = np.flatnonzero(mask_hw.any(0))
        falls = max(0.0, _FALL - self._shape.slope)
        if len(shoulders_N2) < _FEWEST:
            return 0.0, falls
        aside_N, down_N = shoulders_N2.T
        apart_N = np.zeros(len(aside_N))
        for way in (-1, 1):
            x_N = self._middle_2[0] + way * aside_N * self._shape.breadth
            x_N = np.clip(np.round(x_N).astype(int), columns[0], columns[-1])
            top_N = (mask_hw.argmax(0)[x_N] - self._middle_2[1]) / self._shape.breadth
            apart_N += 0.5 * (down_N / self._taller - top_N)
        fall, lower = np.polyfit(aside_N - _NECK, apart_N, 1) if np.ptp(aside_N) > 0.1 else (falls, 0.0)
        fall = float(np.clip(fall, *_FALLS))
        lower = float(np.median(apart_N - fall * (aside_N - _NECK)))
        return float(np.clip(lower - _LOOSE, *_LOWER)), fall

    def of(self, place_N2: np.ndarray) -> np.ndarray:
        """Where places of the photo are in the picture, [N, 2]."""
        x_N, y_N = ((place_N2 - self._middle_2) / self._shape.breadth).T
        # Shoulders that lie flat in a photo fall on somebody.
        fall_N = self._falls * (np.abs(x_N) - _NECK).clip(0.0, 0.5) * (1.0 - (y_N / _FALLEN).clip(0.0, 1.0))
        broad_N = 1.0 + (self.broader - 1.0) * ((y_N - 0.6) / (TRUNK - 0.6)).clip(0.0, 1.0)
        across_N, down_N = x_N * broad_N, self._taller * (y_N + self._lower + fall_N)
        body = self._body
        steps_N2 = across_N[:, None] * body.across + down_N[:, None] * body.down
        return body.middle + body.shoulders * steps_N2

    def rows(self, down_hw: Tensor) -> Tensor:
        """Which row of the photo is so far down a trunk, in shoulders, [h, w]; px."""
        return self._middle_2[1] + self._shape.breadth * (down_hw / self._taller - self._lower)


def _hangs(body: Body, arm_42: np.ndarray) -> float:
    """How far an upper arm hangs beside its trunk, 0 to 1."""
    arm_2 = arm_42[1] - arm_42[0]
    return ramp_at(float(arm_2 @ body.down) / max(float(np.linalg.norm(arm_2)), 1e-6), *_HANGS)


def _round_shoulders(
    body: Body, arms: list[tuple[np.ndarray, Tensor, Tensor]], place_N2: np.ndarray
) -> np.ndarray:
    """Places of cloth, [N, 2], with what stands off shoulders drawn in towards them, where arms hang."""
    across_N, down_N = ((place_N2 - body.middle) @ way / body.shoulders for way in (body.across, body.down))
    steps_N2 = np.zeros_like(place_N2)
    for way, (arm_42, _, _) in zip((-1, 1), arms, strict=True):
        arm_2 = arm_42[1] - arm_42[0]
        hangs = _hangs(body, arm_42)
        aslant = way * (arm_2 @ body.across) / max(arm_2 @ body.down, 1.0)
        beyond_N = way * across_N - _CAP_AT[0] - aslant * down_N.clip(0.0)
        below_N = down_N - _CAP_AT[1]
        far_N = np.hypot(beyond_N.clip(0.0) / _CAP[0], below_N.clip(None, 0.0) / _CAP[1])
        drawn_N = hangs * (1.0 - (1.0 + _STANDS_OFF * (far_N - 1.0)) / np.maximum(far_N, 1.0)).clip(0.0)
        drawn_N *= 1.0 - (below_N / _CAP_FADES[1]).clip(0.0, 1.0)
        drawn_N *= (1.0 + beyond_N / _CAP_FADES[0]).clip(0.0, 1.0)
        steps_N2 -= (drawn_N * beyond_N.clip(0.0))[:, None] * way * body.across
        steps_N2 -= (drawn_N * below_N.clip(None, 0.0))[:, None] * body.down
    return place_N2 + body.shoulders * steps_N2


def _outline(mask_hw: np.ndarray) -> np.ndarray:
    """All px at the edge of a mask, x and y, [N, 2]."""
    lines, _ = cv2.findContours(mask_hw.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return np.concatenate(lines).reshape(-1, 2).astype(float)


def _dilated(mask_hw: np.ndarray, px: int) -> np.ndarray:
    """A mask with so many px of a map of 256 rows around it."""
    side = 2 * (px * len(mask_hw) // 256) + 1
    return cv2.dilate(mask_hw.astype(np.uint8), np.ones((side, side), np.uint8)) > 0
