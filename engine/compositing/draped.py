"""Skirts and dresses over thighs that are pulled, and below trunks that lean: a sheet of cloth between both
legs.

Around a thigh that goes elsewhere the cloth goes along, over one that stays it stays, and between them it is
stretched; past a knee it hangs, or goes with the shank where it is as long as that. It is told forwards, from
the photo to the picture (`cloth_meshes`), and stays in one piece. Positions are as in `limb_bones`.
"""

from __future__ import annotations

from cmath import phase, rect
from collections.abc import Sequence
from math import cos
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from engine.compositing.cloth_meshes import looked_up, mesh_over
from engine.compositing.cut_outs import Poses
from engine.compositing.fields import around, closed, highest, nearest_known, odd_side, ramp, ramp_at, size_of
from engine.compositing.limb_bones import (
    HIPS,
    LEG_CHAINS,
    LEGS,
    Segment,
    joints,
    positions,
    sampled,
    segments,
)
from engine.compositing.limb_claims import before
from engine.compositing.limbs_elsewhere import MOVED, Elsewhere, Trunk, gone
from engine.ops.resample import enlarged, shrunk
from engine.regions import REGIONS

_SKIRT, _NOBODY = REGIONS.index("dress or skirt"), REGIONS.index("background")
_WORN = 0.35, 0.6  # how much of what is worn there is the skirt: a hem is as sharp as that
_ANY = 0.05  # of it, that is meshed
_LEAST = 0.1  # how sure it is that somebody is there, to be divided by
_UNDER_HAND = 15  # px of a map of 128 rows, side of the window over which a skirt goes on below a hand
_RIM = 5  # likewise, around it, in which the rest of its outline may be
_LEAVES = 3  # likewise, around where it was, in which an engine's rim of it may be
_WAIST = 0.4  # of a thigh, below the hips, over which what goes with the trunk goes over to the legs
_ACROSS = 0.2, 0.8  # of the way from one leg to the other, over which cloth is stretched
_THIN = 0.05  # half heights between legs that lie behind each other
_KNEE = 0.8, 1.2  # of a thigh, from where on cloth hangs from its knee
_LONG = 0.3, 0.8  # of a shank, how far down a skirt reaches that hangs, and one that goes with it
_FLARE = 0.2  # of a thigh, farther outwards than which cloth falls off it when it is lifted

Leg = Sequence[tuple[Segment, Segment]]  # its bones, the thigh first: where each was, and is


class Draped(NamedTuple):
    """cloth: 0 to 1 [H, W], in the photo, how far it is the skirt's. before: complex [H, W], where what of it
    is here was; there: 0 to 1 [H, W], whether any is. parts: how far the bones below it are elsewhere, 0 to
    1, by their numbers in BONES; leant: and the trunk above it."""

    cloth_HW: Tensor
    before_HW: Tensor
    there_HW: Tensor
    parts: dict[int, float]
    leant: float

    @property
    def part(self) -> float:
        """0 to 1, how far the skirt is."""
        return max(self.leant, *self.parts.values())

    def raised(self, shown: Sequence[Elsewhere]) -> list[Elsewhere]:
        """Bones, of which those below it are elsewhere though the photo hardly shows them; what of their legs
        is seen is drawn, and arms before it."""
        elsewhere = [each._replace(part=max(each.part, self.parts.get(each.number, 0.0))) for each in shown]
        away = gone(elsewhere)
        return [
            each._replace(drawn=max(each.drawn, self.part))
            if not each.hidden and (each.bone.of_arm or away[each.bone.chain] > 0)
            else each
            for each in elsewhere
        ]

    def without(self, class_8hw: Tensor) -> Tensor:
        """Classes of the photo but for the skirt."""
        return class_8hw * (1.0 - shrunk(self.cloth_HW[None, None], size_of(class_8hw))[0])

    def sheet(
        self,
        photo_DHW: Tensor,
        legs_2HW: Tensor,
        shown: Sequence[Elsewhere],
        poses: Poses,
        trunk: Trunk,
        here_HW: Tensor,
    ) -> Sheet:
        """Of a picture of any size. photo: its planes without hands that lie on clothes, and how sure it is
        that nobody is there. legs: their mattes in it. here: positions of the picture's pixels."""
        size, sides_2 = size_of(photo_DHW), poses.sides_2
        cloth_HW = enlarged(self.cloth_HW[None, None], size)[0, 0] * (1.0 - photo_DHW[-1])
        planes_3HW = torch.cat([torch.view_as_real(self.before_HW).movedim(-1, 0), self.there_HW[None]])
        x_HW, y_HW, there_HW = enlarged(planes_3HW[None], size)[0]
        seen_DHW = sampled(torch.cat([photo_DHW[:-1], cloth_HW[None]]), torch.complex(x_HW, y_HW), sides_2)
        shown_HW = self.part * there_HW * seen_DHW[-1]
        gone_211 = legs_2HW.new_tensor(gone(shown))[LEG_CHAINS, None, None]
        others_HW = (1.0 - photo_DHW[-1] - cloth_HW).clamp_min(0.0) * (1.0 - gone_211 * legs_2HW).amin(0)
        both_2HW = torch.stack([cloth_HW, others_HW])
        was_HW, others_HW = sampled(both_2HW, before(poses, trunk, here_HW), sides_2)
        around_HW = highest(was_HW[None, None], odd_side(_LEAVES, size[0]))[0, 0]
        left_HW = self.part * around_HW * (1.0 - others_HW) * (1.0 - shown_HW)
        return Sheet(seen_DHW[:-1], shown_HW, left_HW, self.part * cloth_HW)


class Sheet(NamedTuple):
    """Of a picture: the planes of the skirt where it is now [C, H, W], and how far it is there; where it has
    left what is behind; and how far the photo's pixels go with it, 0 to 1 [H, W] each."""

    planes_CHW: Tensor
    shown_HW: Tensor
    left_HW: Tensor
    gone_HW: Tensor


def draped(poses: Poses, trunk: Trunk, seen_8hw: Tensor, on_HW: Tensor) -> Draped | None:
    """None where neither trunk nor legs are elsewhere, no skirt is seen, or a pose lacks a thigh.

    seen: the photo's classes. on: how far hands lie on clothes in it.
    """
    own, now = segments(poses.own_183, poses.sides_2), segments(poses.now_183, poses.sides_2)
    both = own.keys() & now.keys()
    if not all(numbers[0] in both for numbers in LEGS):
        return None
    legs = [[(own[number], now[number]) for number in numbers if number in both] for numbers in LEGS]
    size = size_of(on_HW)
    cloth_HW = _cloth(seen_8hw, on_HW)
    mask_HW = (cloth_HW > _ANY).cpu().numpy()
    if not mask_HW.any():
        return None
    mesh = mesh_over(mask_HW)
    place_V = _positions(mesh.corners, size)
    here_hw = positions(size_of(seen_8hw), poses.sides_2).cpu().numpy()
    worn_M = here_hw[(seen_8hw[_SKIRT] > 0.5).cpu().numpy()]
    hems = [_hem(worn_M, leg) for leg in legs]
    parts = {
        number: ramp_at(_moved(own[number], now[number]), *MOVED)
        for hem, (thigh, *shank) in zip(hems, LEGS, strict=True)
        for number in [thigh, *(shank if hem > _LONG[0] else [])]
        if number in both
    }
    if max(trunk.part, *parts.values()) == 0:
        return None
    hips = sum(joints(poses.own_183, poses.sides_2)[joint] for joint in HIPS) / len(HIPS)
    moved_V = moved(place_V, legs, hems, trunk, hips)
    moved_V2 = np.stack([moved_V.real * size[0] / size[1], moved_V.imag], -1)
    moved_V2 = (moved_V2 + 1) / 2 * (size[1], size[0]) - 0.5
    place_HW2, there_HW = looked_up(mesh, moved_V2, size)
    if not there_HW.any():
        return None
    _, number_HW = nearest_known(there_HW)
    before_HW = torch.from_numpy(_positions(place_HW2.reshape(-1, 2)[number_HW], size))
    before_HW = before_HW.to(on_HW.device, torch.complex64)
    return Draped(cloth_HW, before_HW, torch.from_numpy(there_HW).to(on_HW), parts, trunk.part)


def _cloth(seen_8hw: Tensor, on_HW: Tensor) -> Tensor:
    """0 to 1 [H, W]: what of a photo is a skirt, as far as its outline and beyond it, and under hands."""
    share_hw = seen_8hw[_SKIRT] / (1.0 - seen_8hw[_NOBODY]).clamp_min(_LEAST)
    there_hw = seen_8hw[_NOBODY] < 0.5
    if not there_hw.any():
        return torch.zeros_like(on_HW)
    _, number_hw = nearest_known(there_hw.cpu().numpy())
    share_hw = (
        around(there_hw[None, None].float(), _RIM)[0, 0]
        * share_hw.flatten()[torch.from_numpy(number_hw).to(share_hw.device)]
    )
    size = size_of(on_HW)
    cloth_HW = ramp(enlarged(share_hw[None, None], size)[0, 0], *_WORN)
    return cloth_HW.maximum(on_HW * closed(cloth_HW[None, None], odd_side(_UNDER_HAND, size[0]))[0, 0])


def _positions(place_N2: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Of places in px, of a picture of so many rows and columns."""
    rows, columns = size
    x_N, y_N = ((place_N2[..., axis] + 0.5) / side * 2 - 1 for axis, side in enumerate((columns, rows)))
    return x_N * columns / rows + 1j * y_N


def moved(
    place_V: np.ndarray, legs: Sequence[Leg], hems: Sequence[float], trunk: Trunk, hips: complex
) -> np.ndarray:
    """Where cloth is, complex [V], that was at these positions of the photo. legs: the right one, the left
    one. hems: how far down their shanks it reaches, in their lengths. hips: the middle between them, in the
    photo."""
    (right, _), (left, _) = legs[0][0], legs[1][0]
    right_V, left_V = (_axis(thigh, place_V.imag) for thigh in (right, left))
    gap_V = left_V - right_V
    gap_V = np.where(np.abs(gap_V) < _THIN, _THIN, gap_V)
    across_V = np.clip(((place_V.real - right_V) / gap_V - _ACROSS[0]) / (_ACROSS[1] - _ACROSS[0]), 0, 1)
    with_right_V, with_left_V = (
        _with_leg(place_V, leg, hem, hips, abs(trunk.turn)) for leg, hem in zip(legs, hems, strict=True)
    )
    with_legs_V = with_right_V + across_V * (with_left_V - with_right_V)
    down_V = _smooth((place_V.imag - hips.imag) / (_WAIST * right.unit))
    with_trunk_V = trunk.now + (place_V - trunk.then) * trunk.turn
    return with_trunk_V + down_V * (with_legs_V - with_trunk_V)


def _with_leg(place_V: np.ndarray, leg: Leg, hem: float, hips: complex, scale: float) -> np.ndarray:
    """Where cloth is that goes with a leg alone."""
    (then, now), *shank = leg
    along_V = (place_V - then.begin) / then.step
    part_V, aside_V = along_V.real, along_V.imag
    out = 1.0 if ((then.begin - hips) / then.step).imag > 0 else -1.0
    lifted = max(0.0, out * phase(now.step / then.step))
    falls_V = np.clip(out * aside_V - _FLARE, 0, None) * (1 - max(0.0, cos(lifted)))
    aside_V = (aside_V - out * falls_V) * scale * abs(then.step) / abs(now.step)
    with_thigh_V = now.begin + now.step * (part_V + 1j * aside_V)
    hangs_V = now.end + scale * (place_V - then.end)
    if shank:
        # Down a shank that comes nearer, as in a step, its foot and the hem above it do too.
        below_then, below_now = shank[0]
        longer = max(scale, abs(below_now.step) / abs(below_then.step))
        down_V = (place_V - below_then.begin) / below_then.step
        down_V = longer * down_V.real + 1j * scale * down_V.imag
        turn = rect(1.0, ramp_at(hem, *_LONG) * phase(below_now.step / below_then.step))
        hangs_V = below_now.begin + below_then.step * turn * down_V
    return with_thigh_V + _smooth((part_V - _KNEE[0]) / (_KNEE[1] - _KNEE[0])) * (hangs_V - with_thigh_V)


def _hem(worn_M: np.ndarray, leg: Leg) -> float:
    """How far down a shank cloth reaches that is at these positions, in its lengths; not at all where there
    is none."""
    if len(leg) < 2 or not len(worn_M):
        return 0.0
    then, _ = leg[1]
    return float(((worn_M - then.begin) / then.step).real.max())


def _moved(then: Segment, now: Segment) -> float:
    return abs(now.step - then.step)


def _axis(thigh: Segment, y_V: np.ndarray) -> np.ndarray:
    """x of a thigh at these heights; above and below it of its ends."""
    ends = sorted([thigh.begin, thigh.end], key=lambda end: end.imag)
    return np.interp(y_V, [end.imag for end in ends], [end.real for end in ends])


def _smooth(part_V: np.ndarray) -> np.ndarray:
    part_V = np.clip(part_V, 0, 1)
    return part_V * part_V * (3 - 2 * part_V)
