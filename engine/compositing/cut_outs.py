"""A limb cut out of the photo, as a ribbon, and laid over a layer where its bones are now."""

from __future__ import annotations

from cmath import phase
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from engine.compositing.armholes import Armhole, Parts, armhole
from engine.compositing.contact_shadows import REACH, shade_of_arm
from engine.compositing.fields import Window, common, ramp, ramp_at, size_of, window_of
from engine.compositing.hidden_hands import OtherHand
from engine.compositing.limb_bones import along, sampled
from engine.compositing.limb_mattes import THICK, reach
from engine.compositing.limbs_elsewhere import Elsewhere, Trunk
from engine.compositing.ribbons import (
    Place,
    Ribbon,
    in_crook,
    inner_side,
    least_radius,
    mitred,
    past_middle,
    place_of,
    position_at,
    ribbon,
    stretched,
)
from engine.compositing.sleeves import Sleeve, lifted_sleeve, sleeved
from engine.compositing.trunk_sides import Bared

_BENT = 0.2, 0.8  # radians that a joint is bent otherwise than in the photo, until it is pointed
_SHOULDER = 0.3, 0.7  # how sure it is that a px of a trunk's corner is of an arm
_CASTS = 0.3, 0.6  # of an upper arm, from where on it casts a shadow: above it is one with its trunk
_RIM, _RIM_PX = 0.02, 2.56  # of half the picture's height, and px of a fine matte at most: so soft is an edge


class Poses(NamedTuple):
    """As it is now, the photo's own, and the picture's sides, its width in heights, and 1."""

    now_183: Tensor
    own_183: Tensor
    sides_2: Tensor


class Along(NamedTuple):
    """A limb's ribbon in the photo and now; how broad it is to both sides of the first [2, N], as large as
    the person is now; its sleeve, if that is lifted; whether it is bare from its shoulder on; the armhole
    that it comes out of, if its upper arm is elsewhere; and the hand that is shown for one in a pocket."""

    was: Ribbon
    goes: Ribbon
    broad: Tensor
    sleeve: Sleeve | None
    sleeveless: bool
    armhole: Armhole | None
    hand: OtherHand | None = None


def along_limb(
    bones: Sequence[Elsewhere],
    poses: Poses,
    limb_HW: Tensor,
    trunk: Trunk,
    class_8hw: Tensor,
    photo_3HW: Tensor,
    hers: Bared,
) -> Along:
    """bones: of one limb. class, photo: the photo's."""
    limb, unit, scale = bones[0].bone.chain, bones[0].then.unit, abs(trunk.turn)
    then = {each.number: each.then for each in bones}
    now = {each.number: each.now._replace(unit=unit) for each in bones}
    was = ribbon(poses.own_183, then, limb, 1.0, poses.sides_2)
    goes = ribbon(poses.now_183, now, limb, scale, poses.sides_2, pointed=_bent(bones))
    assert was is not None and goes is not None
    broad_2N = scale * unit * THICK[1] * reach(was.line_N, limb_HW, unit, poses.sides_2)
    sleeve, sleeveless, hole = None, False, None
    if bones[0].bone.of_arm and bones[0].bone.upper:
        bare_hw, cloth_hw = class_8hw[bones[0].bone.bare], class_8hw[list(bones[0].bone.garments)].sum(0)
        sleeveless = not sleeved(was, broad_2N / scale, bare_hw, cloth_hw, photo_3HW, poses.sides_2)
        if not sleeveless:
            sleeve = lifted_sleeve((was, goes), broad_2N, bare_hw, cloth_hw, bones[0].then, poses.sides_2)
        inner, drawn_2N = inner_side(was), broad_2N if sleeve is None else sleeve.broad
        near_2 = drawn_2N[:, was.root + 2 : was.root + 5].median(1).values.tolist()
        hem, below = (1.0, near_2[inner]) if sleeve is None else (sleeve.hem, sleeve.below)
        if not bones[0].hidden:  # else the trunk is before it as the photo shows it
            hole = armhole(bones[0], (near_2[1 - inner], below), trunk, hers, sleeveless, hem, poses.sides_2)
    return Along(was, goes, broad_2N, sleeve, sleeveless, hole)


def _bent(bones: Sequence[Elsewhere]) -> float:
    """0 to 1: how far a limb is bent at its joint otherwise than in the photo."""
    if len(bones) < 2:
        return 0.0
    (upper_then, upper_now), (then, now) = ((each.then.step, each.now.step) for each in bones)
    return ramp_at(abs(phase(now / upper_now * upper_then / then)), *_BENT)


class OtherArm(NamedTuple):
    """Planes [C, h, w] and matte [h, w] of a picture of it, and that picture's sides."""

    planes_Chw: Tensor
    matte_hw: Tensor
    sides_2: Tensor


class CutOut(NamedTuple):
    """The photo's planes [C, H, W], the limb's matte [H, W], how much larger the person is now, along what it
    lies, of legs the rims of feet [2, H, W] (`feet`), and the matte of what stays of the trunk over it
    [H, W], if anything does; of arms the photo as one is shown that is elsewhere
    (`arm_outlines.without_rims`), what may be of a shoulder [H, W], the arm whose hand is shown, if that is
    another, what its armhole tells, if it is lifted, and whether it is shown so where it stays too, as the
    photo hides some of it (`whole_arms`)."""

    photo_CHW: Tensor
    limb_HW: Tensor
    scale: float
    along: Along
    feet_2HW: Tensor | None = None
    above_HW: Tensor | None = None
    rimless_CHW: Tensor | None = None
    shoulder_HW: Tensor | None = None
    other: OtherArm | None = None
    parts: Parts | None = None
    whole: bool = False

    def seen(self, place_hw: Tensor, part: float, sides_2: Tensor) -> Tensor:
        """Its planes at places of the photo [C, h, w], of a bone that is so far elsewhere."""
        if self.rimless_CHW is None or part == 0:
            return sampled(self.photo_CHW, place_hw, sides_2)
        rimless_Chw = sampled(self.rimless_CHW, place_hw, sides_2)
        if part == 1:
            return rimless_Chw
        return torch.lerp(sampled(self.photo_CHW, place_hw, sides_2), rimless_Chw, part)


def lay_over(
    layer_DHW: Tensor,
    bones: Sequence[Elsewhere],
    poses: Poses,
    cut_out: CutOut,
    here_HW: Tensor,
    hers_HW: Tensor | None = None,
) -> None:
    """Along a bone as long as the bone is, across it and beyond its end as large as the person. bones: of one
    limb. here: positions of the layer's pixels. hers: of an arm that casts a shadow how much of a px is the
    person's, which then has the arm too."""
    scale, unit, sides_2 = cut_out.scale, bones[0].then.unit, poses.sides_2
    rim = min(_RIM, 2.0 * _RIM_PX / len(cut_out.limb_HW))
    was, goes, broad_2N, sleeve, _, hole, hand = cut_out.along
    # A leg's rim has colours of what is behind it. A foot is of any shape, a trunk's corner has no rim.
    rim_N = torch.full_like(broad_2N[0], rim * scale)
    rim_N[: was.root + 1], rim_N[was.joints[-1] :] = 0.0, 0.0
    at_root_2N = broad_2N[:, was.root + 1 :][:, :1].expand_as(broad_2N)
    laid: list[tuple[Window, Tensor, Tensor]] = []
    casts_HW = None if hers_HW is None else torch.zeros_like(hers_HW)
    for place, each in enumerate(bones):
        if each.drawn == 0:
            continue
        points, upper = goes.of_bone(place), each.bone.upper
        # No limb is broader.
        rows, columns = window_around(goes.line_N[points], THICK[1] * unit * scale, size_of(here_HW), sides_2)
        here_hw = here_HW[rows, columns]
        near = place_of(here_hw, goes.line_N[points])
        where = stretched(mitred(near, here_hw, goes, points.start), here_hw, goes)
        past_hw = torch.zeros_like(where.aside)
        if sleeve is not None and upper:
            past_hw, where = sleeve.past_inner(where, was.root, rim), sleeve.in_photo(where)
        before_hw = position_at(where, was.line_N, scale)
        within_hw = torch.ones_like(where.aside)
        if least_radius(was.line_N) < THICK[1] * unit:
            # There lies another part of it: it is as to its other side.
            crook_hw = in_crook(where, before_hw, was.line_N, unit)
            crook_hw |= past_middle(where._replace(aside=where.aside / scale), was.line_N)
            crook_hw &= where.piece >= was.root  # before it lies its trunk's corner
            within_hw -= crook_hw * ramp(where.aside.abs() - where.beside(broad_2N), -rim, 0.0)
            where = where._replace(aside=torch.where(crook_hw, -where.aside, where.aside))
            before_hw = position_at(where, was.line_N, scale)
        matte_1hw = sampled(cut_out.limb_HW[None], before_hw, sides_2).masked_fill(where.beyond, 0.0)
        matte_1hw = matte_1hw * within_hw
        if upper:  # in the trunk's corner all is its, as broad as where it comes out of it
            over_hw = where.aside.abs() - where.beside(at_root_2N)
            corner_hw = 1.0 - ramp(over_hw, -rim, 0.0)
            if cut_out.shoulder_HW is not None:
                corner_hw = corner_hw * ramp(
                    sampled(cut_out.shoulder_HW[None], before_hw, sides_2)[0], *_SHOULDER
                )
            matte_1hw = torch.where(where.piece < was.root, corner_hw, matte_1hw)
        matte_1hw = matte_1hw * (1.0 - past_hw)
        if cut_out.above_HW is not None and upper:
            matte_1hw = matte_1hw * (1.0 - cut_out.above_HW[rows, columns])
        clean_hw = before_hw
        if cut_out.rimless_CHW is None:
            clean = where.drawn_in(broad_2N, each.part * rim_N)
            clean_hw = position_at(clean, was.line_N, scale)
        if cut_out.feet_2HW is not None and not upper:
            step_hw = torch.complex(*sampled(cut_out.feet_2HW, clean_hw, sides_2))
            clean_hw = clean_hw + each.part * rim / _RIM * step_hw  # a fine matte's rim is narrower
        seen_Chw = cut_out.seen(clean_hw, each.drawn if cut_out.whole else each.part, sides_2)
        if hand is not None and cut_out.other is not None and not upper:
            matte_1hw, seen_Chw = _with_hand(
                hand, cut_out.other, where, (matte_1hw, seen_Chw), each.part, scale
            )
        if hole is not None and cut_out.parts is not None and upper:
            _out_of_armhole(seen_Chw, matte_1hw, here_hw, (rows, columns), hole, cut_out, each.part, sides_2)
        # Drawn in part it lets the engine's picture through, and not what the layer has behind it.
        drawn_Dhw = each.drawn * torch.cat([torch.ones_like(matte_1hw), seen_Chw])
        matte_1hw = matte_1hw * near.of(goes.shown(place, upper))
        laid.append(((rows, columns), drawn_Dhw, matte_1hw))
        if casts_HW is not None:
            casts_hw = each.part * matte_1hw[0]
            if upper:
                lifted = 0.0 if hole is None else hole.lifted
                casts_hw = casts_hw * (1.0 - lifted) * ramp(along(each.now, here_hw).real, *_CASTS)
            casts_HW[rows, columns] = casts_HW[rows, columns].maximum(casts_hw)
    if hers_HW is not None and casts_HW is not None:
        shoulders = unit * scale * len(here_HW) / 2
        window = window_of(casts_HW, round(shoulders * REACH))
        shade_of_arm(layer_DHW, hers_HW, casts_HW[window], window, shoulders)
    for window, drawn_Dhw, matte_1hw in laid:
        layer_DHW[(..., *window)].lerp_(drawn_Dhw, matte_1hw)
        if hers_HW is not None:
            hers_HW[window] = hers_HW[window].maximum(matte_1hw[0])


def _with_hand(
    hand: OtherHand,
    other: OtherArm,
    where: Place,
    own: tuple[Tensor, Tensor],
    part: float,
    scale: float,
) -> tuple[Tensor, Tensor]:
    """The matte [1, h, w] and the planes [C, h, w] of a forearm whose hand is another's; own: without it."""
    own_1hw, own_Chw = own
    past_hw = where.of(hand.past_N)
    there = where._replace(aside=-where.aside) if hand.mirrored else where
    there_hw = position_at(there, hand.line_N, scale / hand.larger)
    matte_1hw = sampled(other.matte_hw[None], there_hw, other.sides_2).masked_fill(where.beyond, 0.0)
    planes_Chw = sampled(other.planes_Chw, there_hw, other.sides_2)
    shown_1hw = torch.lerp(torch.ones_like(own_1hw), hand.own_part(past_hw), part) * own_1hw
    hand_1hw = part * hand.part(past_hw) * matte_1hw * (1.0 - shown_1hw)
    made_1hw = shown_1hw + hand_1hw
    return made_1hw, torch.lerp(own_Chw, planes_Chw, hand_1hw / made_1hw.clamp_min(1e-6))


def _out_of_armhole(
    seen_Chw: Tensor,
    matte_1hw: Tensor,
    here_hw: Tensor,
    window: Window,
    hole: Armhole,
    cut_out: CutOut,
    part: float,
    sides_2: Tensor,
) -> None:
    """A lifted upper arm's planes and its matte, in this window, made to come out of its armhole."""
    parts = cut_out.parts
    assert parts is not None
    inside, of_parts = common(window, parts.window)
    arm_hw, beyond_hw, others_hw = (each[of_parts] for each in (parts.arm, parts.beyond, parts.others))
    near_hw, near = here_hw[inside], (..., *inside)
    outer_Chw = cut_out.seen(hole.before(near_hw), part, sides_2)
    unseen_1hw = ((1.0 - matte_1hw[near]) * arm_hw).maximum(hole.hung(near_hw))
    seen_Chw[near] = torch.lerp(seen_Chw[near], outer_Chw, unseen_1hw)
    matte_1hw[near] = (matte_1hw[near] * (1.0 - others_hw) * (1.0 - beyond_hw)).maximum(arm_hw)


def window_around(
    places_N: Tensor, margin: float, size: tuple[int, int], sides_2: Tensor
) -> tuple[slice, slice]:
    """The rows and columns of a picture that are nearer than a margin to places."""
    places_N2 = torch.view_as_real(places_N)
    least_2, most_2 = ((places_N2.amin(0) - margin) / sides_2, (places_N2.amax(0) + margin) / sides_2)
    (left, top), (right, bottom) = (
        [(float(part) + 1) / 2 * side for part, side in zip(corner, reversed(size), strict=True)]
        for corner in (least_2, most_2)
    )
    rows, columns = size
    return (
        slice(max(0, int(top)), max(0, min(rows, int(bottom) + 1))),
        slice(max(0, int(left)), max(0, min(columns, int(right) + 1))),
    )
