"""Limbs that are elsewhere now: cut out of the photo, hands and feet and all, and moved by their bones.

Engines forget hands and make stumps of limbs that they saw in one pose only; the photo has them whole. What
an engine draws of such a limb gives way, to the limb and to what is behind it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from engine.compositing.atlas import CLASSES, centres
from engine.compositing.detail import DetailSource
from engine.compositing.fields import ramp, size_of
from engine.compositing.limb_mattes import (
    BONES,
    MOST_THICK,
    LimbBone,
    Segment,
    along,
    as_complex,
    core,
    off,
    off_trunk,
    sampled,
    segments,
)
from engine.compositing.own_pose import OwnPose
from engine.pose import skeleton as sk
from engine.regions import REGIONS

_SHOULDERS = [sk.RIGHT_SHOULDER, sk.LEFT_SHOULDER, sk.NECK]
_HIPS = [sk.RIGHT_HIP, sk.LEFT_HIP]
_SIDE = 0.15  # of the trunk's length, how much the shoulders' distance may differ; seen from before it is .7
_MOVED = 0.03, 0.08  # of half the picture's height, less what its trunk moved: a limb that is elsewhere
_LONGER, _SHORTER = (0.25, 0.45), (1.0, 1.4)  # log of what a bone may stretch or foreshorten as a cut-out
_WHOLE = 0.35, 0.6  # how much of its core a limb shows in the photo: from the first on, at the second surely
_BEHIND = 0.3, 0.7  # how sure it is that nobody is there
_TRUNK_REACH, _LIMB_REACH = 0.25, 1.0  # units from trunk, and from a limb, that what is drawn is of theirs
_NEAREST = 0.05  # units, over which what is near to one goes over to another
_BESIDE = 0.3  # units to both sides of a bone, where it is looked what hangs there
_HEM = 3  # of the points along a bone, from which on: a shirt ends on the hip
_LEFT = 0.1, 0.2  # units from all that is there now, from which on a leg has left what the photo shows
_HIDES = 0.4, 0.6  # units from a bone behind the trunk, up to which the trunk is the photo's
_FRONTAL = 0.7  # of the trunk's length, how far apart shoulders are that are seen from before
_GARMENTS = [REGIONS.index(name) for name in ("upper clothes", "dress or skirt", "pants")]


class _Trunk(NamedTuple):
    """Where a trunk was and is, complex: what was at `then` is at `now`, turned and enlarged by `turn`."""

    then: Tensor
    now: Tensor
    turn: Tensor


class _Shown(NamedTuple):
    """A bone, its number in BONES, where the photo has it and where it is now; how far it is elsewhere, and how far
    it is drawn as a cut-out, 0 to 1; and whether it is behind the trunk."""

    number: int
    bone: LimbBone
    then: Segment
    now: Segment
    part: Tensor
    drawn: Tensor
    hidden: bool


class _Own(NamedTuple):
    """Of a photo: its picture and how sure it is that nobody is there [4, H, W], its plate, its limbs' mattes
    [8, H, W], and its classes as its engine draws them [8, h, w]."""

    photo_4HW: Tensor
    plate_3HW: Tensor
    limbs_8HW: Tensor
    class_8hw: Tensor


@torch.no_grad()
def moved_limbs(pose_B183: Tensor, surface_B11HW: Tensor, source: DetailSource, own: OwnPose) -> Tensor:
    """A layer (`layers`) of the limbs that are elsewhere in the pose, and of the plate where an engine drew
    more of them.

    float32 [B, 4, H, W]. pose: as `moving_least_squares.normalised_pose` gives it. surface: the surface map of
    what the engine drew. A limb that ends in a guessed joint is behind the trunk. All of a person who shows
    another side is the engine's.
    """
    size = size_of(source.photo)
    sides_2 = own.pose.new_tensor((size[1] / size[0], 1.0))
    layers = []
    for i, (now_183, own_183) in enumerate(zip(pose_B183, own.pose, strict=True)):
        trunk = _trunk(now_183, own_183, sides_2)
        shown = [] if trunk is None else _shown(now_183, own_183, trunk, own.limbs[i].float(), sides_2)
        if trunk is None or not any(each.part > 0 for each in shown):
            layers.append(torch.zeros(4, *size, device=own.pose.device))
            continue  # at rest nothing of this is worth its time
        photo_4HW = torch.cat([source.photo[i, :3], source.photo[i, -1:]]).float()
        seen = _Own(photo_4HW, own.background[i], own.limbs[i].float(), own.surface[i, :CLASSES])
        layers.append(_of_one(now_183, surface_B11HW[i, :CLASSES].softmax(0), shown, trunk, seen, sides_2))
    return torch.stack(layers)


def _of_one(
    now_183: Tensor, class_8HW: Tensor, shown: list[_Shown], trunk: _Trunk, own: _Own, sides_2: Tensor
) -> Tensor:
    here_HW = as_complex(centres(size_of(class_8HW), sides_2.device).movedim(0, -1) * sides_2)
    claim_1HW = _claimed(now_183, shown, class_8HW, own, here_HW, sides_2)
    layer_4HW = torch.cat([claim_1HW, claim_1HW * own.plate_3HW])
    for behind in (True, False):
        for each in shown:
            if each.drawn > 0 and each.hidden == behind:
                _lay_over(layer_4HW, each, trunk, own, here_HW, sides_2)
        if behind and any(each.part > 0 and each.hidden for each in shown):
            patch_4HW = _before(shown, trunk, own, here_HW, sides_2)
            layer_4HW = patch_4HW + (1.0 - patch_4HW[:1]) * layer_4HW
    return layer_4HW


def _trunk(now_183: Tensor, own_183: Tensor, sides_2: Tensor) -> _Trunk | None:
    """By neck and hips, or by the shoulders of a picture that ends above them. None where the trunk shows
    another side: shoulders not as far apart, for its length, or not on their sides."""
    poses = now_183, own_183
    if not all((pose_183[_SHOULDERS, 2] > 0).all() for pose_183 in poses):
        return None
    (right, left, neck), (own_right, own_left, own_neck) = (
        as_complex(pose_183[_SHOULDERS, :2] * sides_2) for pose_183 in poses
    )
    breadth, own_breadth = left - right, own_left - own_right
    if all((pose_183[_HIPS, 2] > 0).all() for pose_183 in poses):
        spine, own_spine = (
            as_complex(pose_183[_HIPS, :2] * sides_2).mean() - place
            for pose_183, place in zip(poses, (neck, own_neck), strict=True)
        )
        apart = (breadth / _safe(spine)).imag - (own_breadth / _safe(own_spine)).imag
        turn = spine / _safe(own_spine)
    else:
        turn = breadth / _safe(own_breadth)
        apart = (turn - 1.0).abs() * _FRONTAL
    return _Trunk(own_neck, neck, turn) if apart.abs() < _SIDE else None


def _shown(
    now_183: Tensor, own_183: Tensor, trunk: _Trunk, limbs_8HW: Tensor, sides_2: Tensor
) -> list[_Shown]:
    """Of the bones that both poses have."""
    shown = []
    both = zip(BONES, segments(own_183, sides_2), segments(now_183, sides_2), strict=True)
    for number, (bone, then, now) in enumerate(both):
        if then is None or now is None:
            continue
        whole = ramp(sampled(limbs_8HW[number : number + 1], core(then), sides_2).mean(), *_WHOLE)
        root = BONES[number - (not bone.upper)].begin
        step = as_complex((now_183 - own_183)[root, :2] * sides_2)
        moved = torch.maximum((now.begin - then.begin - step).abs(), (now.end - then.end - step).abs())
        stretched = ((now.end - now.begin).abs() / (then.end - then.begin).abs().clamp_min(1e-6)).clamp_min(1e-6).log()
        whole = whole * (1.0 - ramp(stretched, *_LONGER)) * (1.0 - ramp(-stretched, *_SHORTER))
        part, hidden = ramp(moved, *_MOVED) * whole, bool(now_183[bone.end, 2] != sk.SEEN)
        on_a_leg = max((each.part for each in shown if not each.bone.of_arm), default=part)
        drawn = torch.maximum(part, on_a_leg * whole) if bone.of_arm and not hidden else part
        shown.append(_Shown(number, bone, then, now, part, drawn, hidden))
    return shown


def _lay_over(
    layer_4HW: Tensor, shown: _Shown, trunk: _Trunk, own: _Own, here_HW: Tensor, sides_2: Tensor
) -> None:
    """What lies on a bone in the photo, moved with it, over a layer: along the bone as long as the bone is, across
    it and beyond its ends as large as the person."""
    then, now, scale = shown.then, shown.now, trunk.turn.abs()
    bone, was = now.end - now.begin, then.end - then.begin
    tip = now.end + shown.bone.beyond * was.abs() * scale * bone / bone.abs().clamp_min(1e-6)
    window = _window((now.begin, tip), MOST_THICK * then.unit * scale, size_of(here_HW), sides_2)
    place_hw = along(now, here_HW[window])
    enlarged = bone.abs() / (scale * was.abs()).clamp_min(1e-6)
    inside_hw = place_hw.real.clamp(0.0, 1.0)
    place_hw = torch.complex(inside_hw + enlarged * (place_hw.real - inside_hw), enlarged * place_hw.imag)
    planes_5HW = torch.cat([own.photo_4HW, own.limbs_8HW[shown.number][None]])
    seen_5hw = sampled(planes_5HW, then.begin + place_hw * was, sides_2)
    matte_1hw = shown.drawn * seen_5hw[4:] * (1.0 - ramp(seen_5hw[3:4], *_BEHIND))
    under_4hw = layer_4HW[:, *window]
    under_4hw.lerp_(torch.cat([torch.ones_like(matte_1hw), seen_5hw[:3]]), matte_1hw)


def _window(
    points: Sequence[Tensor], margin: Tensor, size: tuple[int, int], sides_2: Tensor
) -> tuple[slice, slice]:
    """The rows and columns of a picture that are nearer than a margin to points."""
    places_N2 = torch.view_as_real(torch.stack(list(points)))
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


def _before(
    shown: Sequence[_Shown], trunk: _Trunk, own: _Own, here_HW: Tensor, sides_2: Tensor
) -> Tensor:
    """A layer [4, H, W] of the photo's trunk, where limbs are behind it."""
    there_HW = trunk.then + (here_HW - trunk.now) / trunk.turn
    near_HW = torch.zeros_like(here_HW.real)
    for each in shown:
        if each.hidden:
            far_HW = off(each.now, here_HW, each.bone.beyond)
            near_HW = torch.maximum(near_HW, each.part * (1.0 - ramp(far_HW, *_HIDES)))
    garment_1HW = sampled(own.class_8hw[_GARMENTS].sum(0, keepdim=True), there_HW, sides_2)
    limb_1HW = sampled(own.limbs_8HW.amax(0, keepdim=True), there_HW, sides_2)
    matte_1HW = near_HW[None] * ramp(garment_1HW * (1.0 - limb_1HW), *_BEHIND)
    return torch.cat([matte_1HW, matte_1HW * sampled(own.photo_4HW[:3], there_HW, sides_2)])


def _claimed(
    now_183: Tensor, shown: Sequence[_Shown], class_8HW: Tensor, own: _Own, here_HW: Tensor, sides_2: Tensor
) -> Tensor:
    """0 to 1 [1, H, W]: how far what an engine draws there is of a limb that is shown as a cut-out, or was
    left by a leg that is."""
    unit = torch.stack([each.now.unit for each in shown]).max()
    far = [off_trunk(now_183, here_HW, sides_2) / unit - _TRUNK_REACH]
    claims, left_HW = [torch.zeros_like(class_8HW[0])], torch.zeros_like(class_8HW[0])
    for each in shown:
        far_HW = off(each.now, here_HW, each.bone.beyond) * each.now.unit / unit
        far.append(far_HW)
        theirs_HW = torch.einsum("c,chw->hw", _theirs(each, own, sides_2), class_8HW)
        claims.append(each.part * theirs_HW * (1.0 - ramp(far_HW, 0.8 * _LIMB_REACH, _LIMB_REACH)))
        if not each.bone.of_arm:
            left_HW = torch.maximum(left_HW, each.part * own.limbs_8HW[each.number])
    far_NHW = torch.stack(far)
    claim_HW = ((-far_NHW / _NEAREST).softmax(0) * torch.stack(claims)).sum(0)
    return torch.maximum(claim_HW, left_HW * ramp(far_NHW.amin(0), *_LEFT))[None]


def _theirs(shown: _Shown, own: _Own, sides_2: Tensor) -> Tensor:
    """By class [8], 0 to 1: whether what is drawn as such near a limb is the limb's. What the photo shows to
    hang there, hair or a coat, is not."""
    bone, then = shown.bone, shown.then
    aside = 1j * (then.end - then.begin) / (then.end - then.begin).abs().clamp_min(1e-6) * then.unit
    below = core(then)[:, _HEM:]
    points = torch.cat([below + breadth * aside for breadth in (-_BESIDE, 0.0, _BESIDE)])
    theirs_8 = 1.0 - sampled(own.class_8hw, points, sides_2).amax((1, 2))
    theirs_8[[0, bone.bare, *bone.garments]] = 1.0
    return theirs_8


def _safe(length: Tensor) -> Tensor:
    return torch.where(length.abs() < 1e-6, torch.full_like(length, 1e-6), length)
