"""Limbs that are elsewhere now: cut out of the photo, hands and feet and all, and moved by their bones.

Engines forget hands and make stumps of limbs that they saw in one pose only; the photo has them whole. What
an engine draws of such a limb gives way, to the limb and to what is behind it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.compositing.atlas import CLASSES
from engine.compositing.cut_outs import CutOut, Poses, lay_over
from engine.compositing.detail import DetailSource
from engine.compositing.fields import ramp, size_of
from engine.compositing.limb_bones import (
    core,
    not_short,
    off,
    off_trunk,
    positions,
    sampled,
)
from engine.compositing.limbs_elsewhere import Elsewhere, Trunk, elsewhere, trunk_of
from engine.compositing.own_pose import OwnPose
from engine.compositing.ribbons import LIMBS
from engine.regions import REGIONS

_LIES = 0.1, 0.3  # how sure it is that an arm lies there
_WORN = 0.3, 0.7  # how sure it is that the trunk's garment is there
_TRUNK_REACH, _LIMB_REACH = 0.25, 1.0  # units from trunk, and from a limb, that what is drawn is of theirs
_NEAREST = 0.05  # units, over which what is near to one goes over to another
_BESIDE = 0.3  # units to both sides of a bone, where it is looked what hangs there
_HEM = 3  # of the points along a bone, from which on: a shirt ends on the hip
_LEFT = 0.1, 0.2  # units from all that is there now, from which on a leg has left what the photo shows
_HIP = 0.6, 0.8  # units from a hip that a leg hangs on, up to which the trunk is the photo's
_HIDES = 0.4, 0.6  # units from a bone behind the trunk, up to which the trunk is the photo's
_ARMS = REGIONS.index("arms")
_HEAD = [REGIONS.index(name) for name in ("hair", "face")]
_GARMENTS = [REGIONS.index(name) for name in ("upper clothes", "dress or skirt", "pants")]


class _Own(NamedTuple):
    """Of a photo: its picture and how sure it is that nobody is there [4, H, W], the same without the hands
    that are elsewhere, and without any hand that lies on clothes; its plate [3, H, W], its limbs' mattes, and
    its classes as its engine draws them [8, h, w]."""

    photo_4HW: Tensor
    bare_4HW: Tensor
    handless_4HW: Tensor
    plate_3HW: Tensor
    limbs_4HW: Tensor
    class_8hw: Tensor


@torch.no_grad()
def moved_limbs(
    pose_B183: Tensor, surface_B11hw: Tensor, source: DetailSource, bare: DetailSource, own: OwnPose
) -> Tensor:
    """A layer (`layers`) of the limbs that are elsewhere in the pose, and of the plate where an engine drew
    more of them.

    float32 [B, 4, H, W]. pose: as `moving_least_squares.normalised_pose` gives it. surface: the surface map
    of what the engine drew. bare: the photo without the hands that are elsewhere
    (`layers.without_moved_hands`). A limb that ends in a guessed joint is behind the trunk. All of a person
    who shows another side is the engine's.
    """
    size = size_of(source.photo)
    sides_2 = own.pose.new_tensor((size[1] / size[0], 1.0))
    layers = []
    for i, (now_183, own_183) in enumerate(zip(pose_B183, own.pose, strict=True)):
        trunk = trunk_of(now_183, own_183, sides_2)
        shown = [] if trunk is None else elsewhere(now_183, own_183, trunk, own.limbs[i].float(), sides_2)
        if trunk is None or not (trunk.part > 0 or any(each.part > 0 for each in shown)):
            layers.append(torch.zeros(4, *size, device=own.pose.device))
            continue  # at rest nothing of this is worth its time
        photo_4HW, bare_4HW = (
            torch.cat([each.photo[i, :3], each.photo[i, -1:]]).float() for each in (source, bare)
        )
        on_a_leg = any(each.drawn > 0 and not each.bone.of_arm for each in shown)
        handless_4HW = _without_hands(bare_4HW, own.under[i], own.surface[i, _ARMS]) if on_a_leg else bare_4HW
        pictures = photo_4HW, bare_4HW, handless_4HW, own.background[i]
        seen = _Own(*pictures, own.limbs[i].float(), own.surface[i, :CLASSES])
        poses = Poses(now_183, own_183, sides_2)
        layers.append(_of_one(poses, surface_B11hw[i, :CLASSES].softmax(0), shown, trunk, seen))
    return torch.stack(layers)


def _of_one(poses: Poses, class_8hw: Tensor, shown: list[Elsewhere], trunk: Trunk, own: _Own) -> Tensor:
    now_183, sides_2 = poses.now_183, poses.sides_2
    # What decides is smooth, and told on the grid of the surface map.
    size = size_of(own.photo_4HW)
    here_hw, here_HW = (positions(each, sides_2) for each in (size_of(class_8hw), size))
    claim_1HW = _enlarged(_claimed(now_183, shown, trunk, class_8hw, own, here_hw, sides_2), size)
    layer_4HW = torch.cat([claim_1HW, claim_1HW * own.plate_3HW])
    for behind in (True, False):
        for limb in range(len(LIMBS)):
            bones = [each for each in shown if each.bone.chain == limb]
            if bones and bones[-1].hidden == behind and any(each.drawn > 0 for each in bones):
                seen_4HW = own.photo_4HW if bones[0].bone.of_arm else own.handless_4HW
                cut_out = CutOut(seen_4HW, own.limbs_4HW[limb], trunk.turn.abs())
                lay_over(layer_4HW, bones, poses, cut_out, here_HW)
        if behind and (trunk.part > 0 or any(each.part > 0 and each.hidden for each in shown)):
            matte_1HW = _enlarged(_trunk_matte(shown, trunk, class_8hw, own, here_hw, sides_2), size)
            seen_3HW = sampled(own.bare_4HW[:3], trunk.before(here_HW), sides_2)
            layer_4HW.lerp_(F.pad(seen_3HW, (0, 0, 0, 0, 1, 0), value=1.0), matte_1HW)
    return layer_4HW


def _without_hands(bare_4HW: Tensor, under_5hw: Tensor, arms_hw: Tensor) -> Tensor:
    """The photo with clothes where a hand lies on them, or an arm does: what a leg takes along."""
    planes_6HW = _enlarged(torch.cat([under_5hw, arms_hw[None]]).float(), size_of(bare_4HW))
    clothes_3HW, hands_2HW, arms_1HW = planes_6HW.split((3, 2, 1))
    lies_1HW = hands_2HW.amax(0, keepdim=True).maximum(ramp(arms_1HW, *_LIES))
    return torch.cat([torch.lerp(bare_4HW[:3], clothes_3HW, lies_1HW), bare_4HW[3:]])


def _enlarged(planes_Phw: Tensor, size: tuple[int, int]) -> Tensor:
    return F.interpolate(planes_Phw[None], size, mode="bilinear")[0]


def _trunk_matte(
    shown: Sequence[Elsewhere], trunk: Trunk, class_8hw: Tensor, own: _Own, here_hw: Tensor, sides_2: Tensor
) -> Tensor:
    """How far the photo's trunk is shown, 0 to 1 [1, h, w]: where it is leant, as far as it goes with the
    spine; and what limbs are behind."""
    before_hw = trunk.before(here_hw)
    top_hw, dress_hw, trousers_hw = sampled(own.class_8hw[_GARMENTS], before_hw, sides_2)
    limb_hw = sampled(own.limbs_4HW, before_hw, sides_2).amax(0)
    hidden_hw = torch.zeros_like(top_hw)
    for each in shown:
        if each.hidden:
            far_hw = off(each.now, here_hw, each.bone.beyond)
            hidden_hw = torch.maximum(hidden_hw, each.part * (1.0 - ramp(far_hw, *_HIDES)))
    leant_hw = trunk.part * (1.0 - class_8hw[_HEAD].sum(0))
    garment_hw = hidden_hw.maximum(leant_hw) * top_hw + hidden_hw * (dress_hw + trousers_hw)
    return ramp(garment_hw * (1.0 - limb_hw), *_WORN)[None]


def _claimed(
    now_183: Tensor,
    shown: Sequence[Elsewhere],
    trunk: Trunk,
    class_8hw: Tensor,
    own: _Own,
    here_hw: Tensor,
    sides_2: Tensor,
) -> Tensor:
    """0 to 1 [1, h, w]: how far what an engine draws there is of a limb that is shown as a cut-out, or was
    left by a leg that is."""
    if not shown:
        return torch.zeros_like(class_8hw[:1])
    unit = torch.stack([each.now.unit for each in shown]).max()
    far = [off_trunk(now_183, here_hw, sides_2) / unit - _TRUNK_REACH]
    claims, left_hw = [torch.zeros_like(class_8hw[0])], torch.zeros_like(class_8hw[0])
    for each in shown:
        far_hw = off(each.now, here_hw, each.bone.beyond) * each.now.unit / unit
        far.append(far_hw)
        theirs_hw = torch.einsum("c,chw->hw", _theirs(each, own, sides_2), class_8hw)
        claims.append(each.part * theirs_hw * (1.0 - ramp(far_hw, 0.8 * _LIMB_REACH, _LIMB_REACH)))
        if not each.bone.of_arm:
            (leg_hw,) = sampled(own.limbs_4HW[each.bone.chain][None], here_hw, sides_2)
            left_hw = torch.maximum(left_hw, each.part * leg_hw)
    far_Nhw = torch.stack(far)
    claim_hw = ((-far_Nhw / _NEAREST).softmax(0) * torch.stack(claims)).sum(0)
    # Around the hip that a leg hangs on, nobody is where the photo shows what is behind.
    (behind_hw,) = sampled(own.photo_4HW[3:], trunk.before(here_hw), sides_2)
    beside_hw = _at_hips(shown, here_hw) * behind_hw * (1.0 - class_8hw[_HEAD].sum(0))
    claim_hw = claim_hw.maximum(beside_hw)
    return torch.maximum(claim_hw, left_hw * ramp(far_Nhw.amin(0), *_LEFT))[None]


def _at_hips(shown: Sequence[Elsewhere], here_hw: Tensor) -> Tensor:
    """0 to 1 [h, w]: around the hips of legs that are elsewhere."""
    around_hw = torch.zeros_like(here_hw.real)
    for each in shown:
        if _is_thigh(each):
            far_hw = (here_hw - each.now.begin).abs() / each.now.unit
            around_hw = torch.maximum(around_hw, each.part * (1.0 - ramp(far_hw, *_HIP)))
    return around_hw


def _is_thigh(shown: Elsewhere) -> bool:
    return shown.bone.upper and not shown.bone.of_arm and bool(shown.part > 0)


def _theirs(shown: Elsewhere, own: _Own, sides_2: Tensor) -> Tensor:
    """By class [8], 0 to 1: whether what is drawn as such near a limb is the limb's. A head is not, nor what
    the photo shows to hang there, as a coat does."""
    bone, then, was = shown.bone, shown.then, shown.then.end - shown.then.begin
    aside = 1j * not_short(was) / not_short(was).abs() * then.unit
    below = core(then)[:, _HEM:]
    points = torch.cat([below + breadth * aside for breadth in (-_BESIDE, 0.0, _BESIDE)])
    theirs_8 = 1.0 - sampled(own.class_8hw, points, sides_2).amax((1, 2))
    theirs_8[[0, bone.bare, *bone.garments]] = 1.0
    theirs_8[_HEAD] = 0.0
    return theirs_8
