"""Where what an engine draws gives way to cut-out limbs, and to what is behind them.

Engines blur a limb that they saw in one pose only, and leave some of it where it was; the photo tells whose
place that is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from engine.compositing.cut_outs import Poses
from engine.compositing.fields import highest, odd_side, ramp, ramp_at, window_of
from engine.compositing.limb_bones import (
    ARM_CHAINS,
    ARM_JOINTS,
    HIPS,
    STILL,
    STIRS,
    along,
    along_each,
    cores,
    homogeneous,
    joints,
    moved,
    off,
    off_each,
    off_trunk,
    sampled,
    within,
)
from engine.compositing.limb_mattes import THICK
from engine.compositing.limbs_elsewhere import Elsewhere, Trunk, gone, head_stays
from engine.compositing.under_arms import with_rims
from engine.regions import REGIONS

_TRUNK_REACH, _LIMB_REACH = 0.25, 1.0  # units from trunk, and from a limb, that what is drawn is of theirs
_NEAREST = 0.05  # units, over which what is near to one goes over to another
_AROUND = 0.4, 0.5  # units from where an arm was, or a limb stays, that its picture is taken from
_STANDS = 0.3, 0.5  # of a thigh that stays, from where on: above is the crotch, of both legs
_FOOT = 0.9, 1.0  # of a shank, from where on is its foot
_FREE = 0.3, 0.7  # how sure it is that nobody is there
_HEM = 3  # of the points along a bone, from which on: a shirt ends on the hip
_HAIR = 13  # px of a map of 128 rows, side of the window around a head in which all that is seen is its hair
LIES = 0.1, 0.3  # how sure it is that an arm lies there
_BELOW_SHOULDER = 0.3  # of an upper arm
_REACH = 0.45, 0.55  # units from where its bones were, that what counts as an arm is its
_HEAD = 0.01  # share from which a px is anything of a head
_ARMS = REGIONS.index("arms")
_TOPS = [REGIONS.index(name) for name in ("upper clothes", "dress or skirt")]
_BELOW = [REGIONS.index(name) for name in ("dress or skirt", "pants", "legs")]
HEAD_CLASSES = [REGIONS.index(name) for name in ("hair", "face")]


class Shown(NamedTuple):
    """What a photo shows, each in a size of its own: how sure it is that nobody is there [1, H, W], its
    limbs' mattes [4, H, W], and its classes as its engine draws them [8, H, W]."""

    behind_1HW: Tensor
    limbs_4HW: Tensor
    class_8HW: Tensor


def claimed(
    poses: Poses,
    bones: Sequence[Elsewhere],
    trunk: Trunk,
    class_8hw: Tensor,
    photo: Shown,
    here_hw: Tensor,
    near_hw: Tensor,
) -> Tensor:
    """0 to 1 [3, h, w]: how far what an engine draws there is of a limb that is shown as a cut-out, or where
    nobody is any more; how far the photo is shown there without an arm that is elsewhere now, with the head
    that the arm may be before; and how far the photo is shown with all that is behind its person, around
    limbs that stay while a leg leaves. class: what it draws; here: positions of its pixels; near: where what
    is elsewhere is, or was."""
    if not bones:
        return torch.zeros_like(class_8hw[:3])
    unit, here_3hw = max(each.now.unit for each in bones), homogeneous(here_hw)
    trunk_hw = off_trunk(poses.now_183, here_3hw, poses.sides_2) / unit
    now, beyond = [each.now._replace(unit=unit) for each in bones], [each.bone.beyond for each in bones]
    far_Nhw = off_each(now, along_each(now, here_3hw), beyond)
    before_hw = before(poses, trunk, here_hw)
    shows_8hw, (heads_hw, beside_heads_hw) = class_8hw, torch.zeros_like(class_8hw[:2])
    if any(each.part > 0 and each.bone.of_arm for each in bones):  # beside a raised arm hair is drawn as wall
        shows_8hw = class_8hw.clone()
        heads_hw, beside_heads_hw = _heads(bones, photo, before_hw, poses.sides_2)
        shows_8hw[0] *= 1.0 - heads_hw
        stays = head_stays(poses.now_183, poses.own_183, trunk, poses.sides_2)
        heads_hw = stays * ramp(heads_hw, _HEAD, 1.0 - _HEAD)
        beside_heads_hw *= stays * class_8hw[[0, *HEAD_CLASSES]].sum(0)
    theirs_Nhw = torch.einsum("nc,chw->nhw", _theirs(bones, photo, poses.sides_2), shows_8hw)
    theirs_Nhw = theirs_Nhw * (1.0 - ramp(far_Nhw, 0.8 * _LIMB_REACH, _LIMB_REACH))
    near_Nhw = _nearest(torch.cat([trunk_hw[None] - _TRUNK_REACH, far_Nhw]))[1:]
    drawn_hw = (near_Nhw * theirs_Nhw).sum(0)
    # Beyond its breadth an arm that stays has nothing, where the photo shows nobody.
    away = {each.bone.chain for each in bones if each.part > 0}
    stays_N11, broad_N11 = far_Nhw.new_tensor(
        [
            [float(each.bone.of_arm and each.bone.chain not in away) for each in bones],
            [each.now.unit / unit for each in bones],
        ]
    )[:, :, None, None]
    beside_hw = (_nearest(far_Nhw + stays_N11 * ramp(far_Nhw / broad_N11, *THICK)) * theirs_Nhw).sum(0)
    behind_hw, arms_hw, legs_hw, stands_hw = _left(poses, bones, class_8hw, photo, before_hw)
    no_head_hw = 1.0 - class_8hw[HEAD_CLASSES].sum(0)
    free_hw = beside_hw * behind_hw + legs_hw * no_head_hw
    free_hw = free_hw.maximum(beside_heads_hw * behind_hw)  # no ghost of a head
    claim_hw = drawn_hw.maximum(ramp(free_hw, *_FREE))
    shown_hw = (arms_hw * (1.0 - legs_hw) * no_head_hw).maximum(heads_hw * within(before_hw, poses.sides_2))
    alone = arms_alone(poses, bones, trunk)
    if alone > 0:
        lay_hw, _ = arms_away(bones, photo.limbs_4HW, photo.class_8HW, before_hw, poses.sides_2, len(here_hw))
        shown_hw = shown_hw.maximum(alone * near_hw * (1.0 - lay_hw * (1.0 - no_head_hw)))
    return torch.stack([claim_hw, shown_hw, stands_hw])


def arms_alone(poses: Poses, bones: Sequence[Elsewhere], trunk: Trunk) -> float:
    """0 to 1: how far a photo's person only holds an arm elsewhere, which can be shown as a cut-out: all else
    is as in the photo, but for a head that the arm was before."""
    far_18 = moved(poses.now_183, poses.own_183, poses.sides_2)
    others = max(far for joint, far in enumerate(far_18) if joint not in ARM_JOINTS)
    still = (1.0 - ramp_at(others, *STIRS)) * (trunk.part == 0)
    stirred = [each.part for each in bones if abs(each.now.end - each.then.end) > STILL]
    return still * max(stirred, default=0.0)


def _heads(
    bones: Sequence[Elsewhere], photo: Shown, before_hw: Tensor, sides_2: Tensor
) -> tuple[Tensor, Tensor]:
    """0 to 1 [h, w] each: where the photo has a head, with hair that its engine draws as wall, and no arm
    before it that is elsewhere now; and near it."""
    head_hw = sampled(photo.class_8HW[HEAD_CLASSES], before_hw, sides_2).sum(0)
    side = odd_side(_HAIR, len(head_hw))
    window = window_of((head_hw > _HEAD).float(), side // 2)
    near_hw, here_hw = highest(head_hw[window][None, None], side)[0, 0], before_hw[window]
    clothes_hw = sampled(photo.class_8HW[_TOPS], here_hw, sides_2).sum(0)
    hers_hw = 1.0 - sampled(photo.behind_1HW, here_hw, sides_2)[0]
    head_hw[window] = head_hw[window].maximum(near_hw * (1.0 - clothes_hw) * hers_hw)
    lay_hw, _ = arms_away(bones, photo.limbs_4HW, photo.class_8HW, here_hw, sides_2, len(head_hw))
    head_hw[window] *= 1.0 - lay_hw
    beside_hw = torch.zeros_like(head_hw)
    beside_hw[window] = near_hw
    return head_hw, beside_hw


def arms_away(
    bones: Sequence[Elsewhere],
    limbs_4HW: Tensor,
    class_8HW: Tensor,
    before_hw: Tensor,
    sides_2: Tensor,
    rows: int,
) -> tuple[Tensor, Tensor]:
    """0 to 1 [h, w] each: how far the photo shows arms at these positions that are elsewhere now, with their
    rims; and near where they were, from below their shoulders to fingers as long as they may be.

    limbs, class: of the photo, as in `Shown`. rows: of the whole picture that the positions are of."""
    parts_211 = limbs_4HW.new_tensor(gone(bones))[ARM_CHAINS, None, None]
    arms_2hw = sampled(limbs_4HW[ARM_CHAINS], before_hw, sides_2)
    lies_2hw = with_rims((arms_2hw * parts_211)[None], rows)[0]
    # Fingers farther than a ribbon reaches are the arm's too; a neck is bare as well.
    stays_hw = (arms_2hw * (1.0 - parts_211)).amax(0)
    fingers_hw = sampled(class_8HW[_ARMS, None], before_hw, sides_2)[0] * (1.0 - stays_hw)
    near_hw, below_hw = torch.zeros_like(fingers_hw), torch.zeros_like(fingers_hw)
    for each in bones:
        if each.bone.of_arm and each.part > 0:
            begin = _BELOW_SHOULDER * each.bone.upper
            far_hw = off(each.then, before_hw, 1.5 * each.bone.beyond, begin)
            # Beside an upper arm a throat is bare as well, and above it a strap may count as arm.
            of_it_hw = 1.0 - ramp(far_hw, *(THICK if each.bone.upper else _REACH))
            near_hw = near_hw.maximum(of_it_hw)
            if each.bone.upper:
                of_it_hw = of_it_hw * (along(each.then, before_hw).real >= begin)
            below_hw = below_hw.maximum(of_it_hw)
    lies_hw = lies_2hw.amax(0) * (1.0 - stays_hw)  # no rim of it is of the other hand
    return lies_hw.maximum(ramp(below_hw * fingers_hw, *LIES)), near_hw


def _nearest(far_Nhw: Tensor) -> Tensor:
    return (-far_Nhw / _NEAREST).softmax(0)


def before(poses: Poses, trunk: Trunk, here_hw: Tensor) -> Tensor:
    """Where was what is at these positions of a person whose limbs stay: below the hips a trunk does not
    turn."""
    before_hw = trunk.before(here_hw)
    if all((pose_183[HIPS, 2] > 0).all() for pose_183 in poses[:2]):
        hips, own_hips = (
            sum(joints(pose_183, poses.sides_2)[joint] for joint in HIPS) / len(HIPS)
            for pose_183 in poses[:2]
        )
        below_hw = ((here_hw - hips) / trunk.turn).imag > 0
        before_hw = torch.where(below_hw, here_hw + (own_hips - hips), before_hw)
    return before_hw


def _left(
    poses: Poses, bones: Sequence[Elsewhere], class_8hw: Tensor, photo: Shown, before_hw: Tensor
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """0 to 1 [h, w] each: where the photo shows nobody; around an arm that is elsewhere now; such a leg; and
    around limbs that stay meanwhile, with wall and floor. before: where positions were of a person whose
    limbs stay; class: what an engine draws."""
    (behind_hw,) = sampled(photo.behind_1HW, before_hw, poses.sides_2)
    then, beyond = [each.then for each in bones], [each.bone.beyond for each in bones]
    along_2Nhw = along_each(then, homogeneous(before_hw))
    was_Nhw = off_each(then, along_2Nhw, beyond)
    legs_hw, stands_hw = torch.zeros_like(behind_hw), torch.zeros_like(behind_hw)
    if any(each.part > 0 and not each.bone.of_arm for each in bones):
        limbs_4hw = _with_walls(sampled(photo.limbs_4HW, before_hw, poses.sides_2), behind_hw)
        away = gone(bones)
        planes = zip(bones, _nearest(was_Nhw), was_Nhw, along_2Nhw[0], strict=True)
        for each, nearest_hw, far_hw, part_hw in planes:
            if not each.bone.of_arm and not each.bone.upper:
                # Of feet beside each other mattes tell better whose a px is.
                on_foot_hw = limbs_4hw[each.bone.chain] * ramp(part_hw, *_FOOT)
                nearest_hw = nearest_hw.maximum(on_foot_hw)
            if not each.bone.of_arm:
                legs_hw += each.part * nearest_hw * limbs_4hw[each.bone.chain]
            stays_hw = (1.0 - away[each.bone.chain]) * nearest_hw
            if each.is_thigh:
                stays_hw = stays_hw * ramp(part_hw, *_STANDS)
            if each.bone.of_arm:  # beside a hand hang clothes that go with the leg
                wall_hw = behind_hw * (1.0 - class_8hw[_BELOW].sum(0))
                stays_hw = stays_hw * limbs_4hw[each.bone.chain].maximum(wall_hw)
            stands_hw += stays_hw * (1.0 - ramp(far_hw, *_AROUND))
        stands_hw *= 1.0 - torch.einsum("n,nhw->hw", limbs_4hw.new_tensor(away), limbs_4hw).clamp(max=1.0)
    arms_hw = torch.zeros_like(behind_hw)
    for chain in ARM_CHAINS:
        numbers = [n for n, each in enumerate(bones) if each.bone.chain == chain]
        if numbers:  # an upper arm that stays is not taken away with its forearm
            parts_N11 = was_Nhw.new_tensor([bones[n].part for n in numbers])[:, None, None]
            away_hw = (_nearest(was_Nhw[numbers]) * parts_N11).sum(0)
            arms_hw = arms_hw.maximum(away_hw * (1.0 - ramp(was_Nhw[numbers].amin(0), *_AROUND)))
    return behind_hw, arms_hw, legs_hw, stands_hw


def _with_walls(limbs_4hw: Tensor, behind_hw: Tensor) -> Tensor:
    """Limbs with what lies on the wall beside them, which has something of their colours."""
    rims_5hw = with_rims(torch.cat([limbs_4hw, behind_hw[None]])[None])[0]
    others_4hw = (limbs_4hw.sum(0) - limbs_4hw).clamp(max=1.0)
    return limbs_4hw.maximum(rims_5hw[:4] * rims_5hw[4] * (1.0 - others_4hw))


def _theirs(bones: Sequence[Elsewhere], photo: Shown, sides_2: Tensor) -> Tensor:
    """0 to 1 [N, 8]: how far what is drawn near a bone as of a class goes with it where it is elsewhere. A
    head does not, nor what the photo shows to hang there, as a coat does."""
    below_Nn = cores([each.then for each in bones])[:, _HEM:]
    seen_8Nn = sampled(photo.class_8HW, below_Nn.to(sides_2.device), sides_2)
    theirs_N8 = 1.0 - seen_8Nn.amax(2).t()
    for each, theirs_8 in zip(bones, theirs_N8, strict=True):
        theirs_8[[0, each.bone.bare, *each.bone.garments]] = 1.0
        theirs_8[HEAD_CLASSES] = 0.0
        theirs_8 *= each.part
    return theirs_N8
