"""A photo's person as she is shown with limbs that are elsewhere: without them, and before those that are
behind her.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from engine.compositing.armholes import Parts
from engine.compositing.cut_outs import Along, Poses
from engine.compositing.fields import Window, common, odd_side, ramp, size_of
from engine.compositing.limb_bones import ARM_CHAINS, HIPS, joints, off, sampled, seen
from engine.compositing.limb_claims import HEAD_CLASSES, LIES, arms_alone, arms_away, before
from engine.compositing.limbs_elsewhere import Elsewhere, Trunk, gone, head_stays
from engine.compositing.trunk_sides import GARMENT_CLASSES
from engine.compositing.under_arms import evened, with_rims, without_crumbs
from engine.ops.resample import running_mean

_WORN = 0.3, 0.7  # how sure it is that the trunk's garment is there
_HIDES = 0.4, 0.6  # units from a bone behind the person, up to which she is the photo's
_BESIDE = 7  # px of a map of 128 rows, side of the window in which what is beside an arm may be its
_LITTLE = 0.0, 0.2  # how much of that window is arm: from the first on, at the second surely
_STEPS = 2  # px of a picture a px of a map: where there are more, the map's steps are seen


class Own(NamedTuple):
    """Of a photo: its C planes, which are its colours or what it shows (`shown_surface`), and as its arms
    have them (`own_pose`) [1 or 2, C, H, W]; the same, and how sure it is that nobody is there [C + 1, H, W],
    without the hands that are elsewhere, and without any hand that lies on clothes; its plate [C, H, W],
    mattes of what is seen of its limbs, and of what is shown of its arms, the rims of its feet (`feet`), what
    is under its arms [C + 2, H, W], its classes (`OwnPose.classes`) and as they are seen [8, h, w], and the
    tones of its hands [2, 3], and what these hold [2, H, W]."""

    photo_CHW: Tensor
    arms_2CHW: Tensor
    bare_DHW: Tensor
    handless_DHW: Tensor
    plate_CHW: Tensor
    limbs_4HW: Tensor
    drawn_2HW: Tensor
    feet_2HW: Tensor
    under_EHW: Tensor
    class_8hw: Tensor
    seen_8hw: Tensor
    skin_23: Tensor
    held_2HW: Tensor

    def arm(self, limb: int) -> tuple[Tensor, Tensor]:
        """The planes of an arm [C, H, W] and its matte [H, W], by its number in BONES_OF_LIMB."""
        side = ARM_CHAINS.index(limb)
        return self.arms_2CHW[side % len(self.arms_2CHW)], self.drawn_2HW[side]


def without_arms(
    poses: Poses,
    shown: Sequence[Elsewhere],
    trunk: Trunk,
    own: Own,
    ways: Mapping[int, Along],
    told: Mapping[int, Parts],
    hair: Mapping[int, Tensor],
    here_hw: Tensor,
    window: Window,
) -> tuple[Tensor, Tensor]:
    """Planes [C, h, w] of the photo's trunk before its plate, without arms that are elsewhere: where these
    lay on clothes, and where cloth goes from trunk to sleeve now, of the clothes beside; and how much of a px
    is hers [h, w]. hair: what stays before each arm, 0 to 1 [H, W]."""
    rows = size_of(own.bare_DHW)[0]
    before_hw = before(poses, trunk, here_hw)
    seen_Chw, behind_1hw = seen(own.bare_DHW, before_hw, poses.sides_2).tensor_split([-1])
    of_arms_Ehw = sampled(own.under_EHW, before_hw, poses.sides_2)
    clothes_Chw, on_2hw = of_arms_Ehw.tensor_split([-2])
    parts_211 = on_2hw.new_tensor(gone(shown))[ARM_CHAINS, None, None]
    on_hw = (on_2hw * parts_211).amax(0)
    lay_hw, near_hw = arms_away(shown, own.limbs_4HW, own.class_8hw, before_hw, poses.sides_2, rows)
    for over_HW in hair.values():  # no rim of an arm is before it
        on_hw, lay_hw = (each_hw * (1.0 - over_HW[window]) for each_hw in (on_hw, lay_hw))
    gone_1hw = lay_hw * (1.0 - ramp(on_hw, *_WORN))
    for way in ways.values():
        if way.armhole is not None:
            leaves_hw = 1.0 - way.armhole.stays(before_hw, here_hw)
            on_hw, lay_hw, gone_1hw = on_hw * leaves_hw, lay_hw * leaves_hw, gone_1hw * leaves_hw
    for parts in told.values():
        beside, of_parts = common(window, parts.window)
        gone_1hw[(..., *beside)] *= 1.0 - parts.dressed[of_parts]
    hers_1hw = (1.0 - behind_1hw) * (1.0 - gone_1hw)
    whole_1hw = without_crumbs(hers_1hw[None], rows)[0]
    hers_1hw = torch.lerp(hers_1hw, whole_1hw, near_hw)
    if rows > _STEPS * size_of(own.class_8hw)[0]:
        hers_1hw = torch.lerp(hers_1hw, evened(hers_1hw[None], rows)[0], near_hw)
    # No rim has an arm's colours.
    lies_hw = ramp(on_hw, *LIES) * ramp(lay_hw, *LIES)
    under_1hw = lies_hw.maximum(gone_1hw).maximum(behind_1hw)
    around_1hw = torch.zeros_like(behind_1hw)
    for limb, parts in told.items():
        inside, of_parts = common(window, parts.window)
        near, hole = (..., *inside), ways[limb].armhole
        assert hole is not None
        head_hw = sampled(own.class_8hw[HEAD_CLASSES], before_hw[inside], poses.sides_2).sum(0)
        arm_hw, trunk_hw, beyond_hw = (each[of_parts] for each in (parts.arm, parts.trunk, parts.beyond))
        beyond_hw, inner_hw = beyond_hw * (1.0 - head_hw), arm_hw + trunk_hw
        told_hw = beyond_hw.maximum(inner_hw)
        hers_1hw[near] = (hers_1hw[near] * (1.0 - beyond_hw)).maximum(inner_hw)
        around_1hw[near] = around_1hw[near].maximum(told_hw)
        rims_1hw = with_rims(behind_1hw[near][None], rows)[0] * hole.below(here_hw[inside])
        if hole.bare:  # the photo shows its shoulder's own skin, and no clothes that go on beside a strap
            under_1hw[near] *= 1.0 - inner_hw
        under_1hw[near] = under_1hw[near].maximum(told_hw * rims_1hw)
    made_Chw = torch.lerp(
        own.plate_CHW[(..., *window)], torch.lerp(seen_Chw, clothes_Chw, under_1hw), hers_1hw
    )
    # Elsewhere a photo whose person stands still needs no telling of what is hers.
    alone = arms_alone(poses, shown, trunk)
    if alone > 0:
        beside_1hw = running_mean(lay_hw[None, None], odd_side(_BESIDE, rows))[0]
        made_Chw.lerp_(seen_Chw, alone * (1.0 - ramp(beside_1hw, *_LITTLE)) * (1.0 - around_1hw))
    return made_Chw, hers_1hw[0]


def trunk_matte(
    shown: Sequence[Elsewhere],
    trunk: Trunk,
    stays: float,
    class_8hw: Tensor,
    own: Own,
    here_hw: Tensor,
    poses: Poses,
) -> Tensor:
    """How far the photo's trunk is shown, 0 to 1 [1, h, w]: its top, which goes with the spine, and so does a
    dress above the hips."""
    before_hw, sides_2 = trunk.before(here_hw), poses.sides_2
    top_hw, dress_hw = sampled(own.class_8hw[GARMENT_CLASSES[:2]], before_hw, sides_2)
    if (poses.own_183[HIPS, 2] > 0).all():
        own_18 = joints(poses.own_183, sides_2)
        hips = min(own_18[joint].imag for joint in HIPS)
        top_hw = top_hw + dress_hw * (before_hw.imag < hips)
    gone_411 = own.limbs_4HW.new_tensor(gone(shown))[:, None, None]
    limb_hw = (gone_411 * sampled(own.limbs_4HW, before_hw, sides_2)).amax(0)
    lay_hw, near_hw = arms_away(shown, own.limbs_4HW, own.class_8hw, before_hw, sides_2, len(here_hw))
    limb_hw = limb_hw.maximum(lay_hw)
    before_head_hw = stays * (1.0 - class_8hw[HEAD_CLASSES].sum(0))
    matte_1hw = ramp(before_head_hw * top_hw * (1.0 - limb_hw), *_WORN)[None]
    # No edge of a sleeve that is gone.
    return torch.lerp(matte_1hw, without_crumbs(matte_1hw[None], len(here_hw))[0], near_hw)


def hides(shown: Sequence[Elsewhere], here_HW: Tensor) -> Tensor:
    """0 to 1 [H, W]: where limbs are that are behind their person."""
    hides_HW = torch.zeros_like(here_HW.real)
    for each in shown:
        if each.hidden:
            far_HW = off(each.now, here_HW, each.bone.beyond)
            hides_HW = torch.maximum(hides_HW, each.part * (1.0 - ramp(far_HW, *_HIDES)))
    return hides_HW


def stays_before(poses: Poses, shown: Sequence[Elsewhere], trunk: Trunk, own: Own, here_hw: Tensor) -> Tensor:
    """0 to 1 [h, w]: what of a photo's person is before limbs that are behind her: no leg that is elsewhere,
    and no head that is."""
    before_hw = before(poses, trunk, here_hw)
    gone_N11 = own.limbs_4HW.new_tensor(gone(shown))[:, None, None]
    limb_hw = (gone_N11 * sampled(own.limbs_4HW, before_hw, poses.sides_2)).amax(0)
    head_hw = sampled(own.class_8hw[HEAD_CLASSES], before_hw, poses.sides_2).sum(0)
    nods = 1.0 - head_stays(poses.now_183, poses.own_183, trunk, poses.sides_2)
    return (1.0 - limb_hw) * (1.0 - nods * head_hw)
