"""Limbs that are elsewhere now: cut out of the photo, hands and feet and all, and moved by their bones.

Engines forget hands and make stumps of limbs that they saw in one pose only; the photo has them whole. What
an engine draws of such a limb gives way, to the limb and to what is behind it.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.compositing.atlas import CLASSES
from engine.compositing.creases import near_hip
from engine.compositing.cut_outs import Along, CutOut, OtherArm, lay_over
from engine.compositing.detail import DetailSource
from engine.compositing.fields import Window, ramp, size_of, window_of
from engine.compositing.hair_before import hair_before
from engine.compositing.hidden_hands import OtherHand
from engine.compositing.hung_things import hung, lay_thing
from engine.compositing.legs_left import legs_left
from engine.compositing.limb_bones import ARM_CHAINS, LEG_CHAINS, positions, sampled, seen
from engine.compositing.limb_claims import before
from engine.compositing.limbs_behind import Own, hides, stays_before, trunk_matte, without_arms
from engine.compositing.limbs_elsewhere import Elsewhere, gone
from engine.compositing.limbs_found import MovedLimbs, by_limb
from engine.compositing.made_hands import made_hand
from engine.compositing.own_pose import OwnPose
from engine.compositing.pulled_thighs import at_crotch, at_hip
from engine.compositing.trunk_sides import GARMENT_CLASSES, dressed
from engine.compositing.under_arms import with_rims
from engine.compositing.under_hands import without_hands
from engine.ops.resample import enlarged
from engine.regions import REGIONS

_ARMS, _SKIRT = REGIONS.index("arms"), REGIONS.index("dress or skirt")
_ALL = slice(None), slice(None)
_WORN = 0.3, 0.7  # how sure it is that a skirt is there


@torch.no_grad()
def moved_limbs(
    found: Sequence[MovedLimbs | None], source: DetailSource, bare: DetailSource, own: OwnPose
) -> Tensor:
    """A layer (`layers`) of the limbs that are elsewhere in a pose, and of the plate where an engine drew
    more of them.

    float32 [B, 1 + C, H, W], of a photo's C = 3 colours, or whatever else its planes hold. bare: the photo
    without the hands that are elsewhere (`layers.without_moved_hands`). A limb that ends in a guessed joint
    is behind the trunk.
    """
    layers, colours, class_B8hw = [], own.background.shape[1], own.classes.float()
    for i, each in enumerate(found):
        if each is None:
            layers.append(torch.zeros(1 + colours, *size_of(source.photo), device=source.photo.device))
            continue
        bare_DHW = torch.cat([bare.photo[i, :colours], bare.photo[i, -1:]]).float()
        on_a_leg = any(bone.drawn > 0 and not bone.bone.of_arm for bone in each.shown)
        under_Ehw, surface_Dhw = own.under[i].float(), own.surface[i].float()
        handless_DHW = without_hands(bare_DHW, under_Ehw, surface_Dhw[_ARMS]) if on_a_leg else bare_DHW
        photo_CHW, arms_2CHW = (
            source.photo[i, :colours].float(),
            own.arms[i].float().unflatten(0, (-1, colours)),
        )
        pictures = photo_CHW, arms_2CHW, bare_DHW, handless_DHW, own.background[i].float()
        of_photo = Own(
            *pictures,
            own.limbs[i].float(),
            own.drawn[i].float(),
            own.feet[i].float(),
            under_Ehw,
            class_B8hw[i],
            own.seen[i, :CLASSES].float(),
            own.skin[i].float(),
            own.held[i].float(),
        )
        layers.append(_of_one(each, of_photo))
    return torch.stack(layers)


def _of_one(found: MovedLimbs, own: Own) -> Tensor:
    poses, trunk, shown, stays, ways, class_8hw, claims_3hw, pulled, skirt = found
    sides_2, size = poses.sides_2, size_of(own.bare_DHW)
    here_hw, here_HW = (positions(each, sides_2) for each in (size_of(class_8hw), size))
    drawn = by_limb(shown)

    def tell_dressed(here_hw: Tensor) -> Tensor:
        return dressed(own.seen_8hw, own.limbs_4HW[ARM_CHAINS], before(poses, trunk, here_hw), sides_2)

    hair = {
        limb: over_HW
        for limb, bones in drawn.items()
        if bones[0].bone.of_arm and (over_HW := _hair_over(bones[0], found, own, here_hw)) is not None
    }
    told = {
        limb: way.armhole.parts(here_HW, tell_dressed).beneath(hair.get(limb))
        for limb, way in ways.items()
        if way.armhole is not None and way.armhole.lifted > 0
    }
    claim_1HW, left_1HW, stands_1HW = enlarged(claims_3hw[None], size)[0].split(1)
    layer_DHW = torch.cat([claim_1HW, claim_1HW * own.plate_CHW])
    things = hung(poses.now_183, poses.own_183, own.held_2HW, abs(trunk.turn), sides_2)
    if things:
        parts_211 = left_1HW.new_tensor(gone(shown))[ARM_CHAINS, None, None]
        were_2HW = sampled(own.held_2HW, before(poses, trunk, here_HW), sides_2)
        were_1HW = (parts_211 * were_2HW).amax(0, keepdim=True)
        left_1HW = left_1HW.maximum(with_rims(were_1HW[None], size[0])[0])
    window = window_of(left_1HW[0], 0)
    seen_Chw, hers_hw = without_arms(poses, shown, trunk, own, ways, told, hair, here_HW[window], window)
    _lay(layer_DHW, seen_Chw, left_1HW[0][window], window)
    hers_HW = torch.zeros_like(left_1HW[0])
    hers_HW[window] = hers_hw
    window = window_of(stands_1HW[0], 0)
    seen_Chw = seen(own.bare_DHW, before(poses, trunk, here_HW[window]), sides_2)[:-1]
    _lay(layer_DHW, seen_Chw, stands_1HW[0][window], window)
    if any(each.part > 0 and not each.bone.of_arm for each in shown):
        was_HW = before(poses, trunk, here_HW)
        went_HW, other_HW = legs_left(own.limbs_4HW, shown, was_HW, sides_2)
        _lay(layer_DHW, own.plate_CHW, went_HW * (1.0 - other_HW), _ALL)
        window = window_of(other_HW, 0)
        seen_Chw = sampled(own.handless_DHW[:-1], was_HW[window], sides_2)
        _lay(layer_DHW, seen_Chw, other_HW[window], window)
    above: dict[int, Tensor] = {}
    arms_2HW = own.limbs_4HW[ARM_CHAINS]
    skirt_HW = _skirt(shown, own)
    if skirt_HW is not None:
        before_HW = trunk.before(here_HW)
        (there_HW,) = sampled(skirt_HW[None], before_HW, sides_2)
        window = window_of(there_HW, 0)
        seen_Chw = sampled(own.bare_DHW[:-1], before_HW[window], sides_2)
        _lay(layer_DHW, seen_Chw, there_HW[window], window)
    worn_8hw = own.class_8hw if skirt is None else skirt.without(own.class_8hw)
    for each in shown:
        if each.is_thigh and each.part > 0:
            near_HW = near_hip(each, here_HW)
            window = window_of(near_HW, 0)
            seen_Chw, matte_hw = at_hip(
                each, trunk, own.bare_DHW, arms_2HW, worn_8hw, here_HW[window], pulled, sides_2
            )
            near_HW[window] *= matte_hw  # and beyond it is 0
            _lay(layer_DHW, seen_Chw, near_HW[window], window)
            above[each.bone.chain] = near_HW
    for side, at in things.items():
        if ARM_CHAINS[side] not in drawn:
            lay_thing(layer_DHW, at, own.photo_CHW, own.held_2HW[side], here_HW, sides_2)
    if stays > 0:
        matte_1hw = trunk_matte(shown, trunk, stays, class_8hw, own, here_hw, poses)
        (matte_1HW,) = enlarged(matte_1hw[None], size)
        window = window_of(matte_1HW[0], 0)
        seen_Chw = sampled(own.bare_DHW[:-1], trunk.before(here_HW[window]), sides_2)
        _lay(layer_DHW, seen_Chw, matte_1HW[0][window], window)
    sheet = None
    if skirt is not None:
        sheet = skirt.sheet(own.handless_DHW, own.limbs_4HW[LEG_CHAINS], shown, poses, trunk, here_HW)
        _lay(layer_DHW, own.plate_CHW, sheet.left_HW, _ALL)
    for behind in (True, False):
        for limb, bones in drawn.items():
            if bones[-1].hidden == behind:
                if sheet is not None and bones[0].bone.of_arm and not behind:  # over legs, below arms
                    _lay(layer_DHW, sheet.planes_CHW, sheet.shown_HW, _ALL)
                    sheet = None
                lies = abs(trunk.turn), ways[limb]
                if bones[0].bone.of_arm:
                    side = ARM_CHAINS.index(limb)
                    if side in things:  # its fingers are around the handle
                        thing = things[side], own.photo_CHW, own.held_2HW[side]
                        lay_thing(layer_DHW, *thing, here_HW, sides_2)
                    rimless_CHW, limb_HW = own.arm(limb)
                    cut_out = CutOut(
                        own.photo_CHW,
                        limb_HW,
                        *lies,
                        rimless_CHW=rimless_CHW,
                        shoulder_HW=_shoulder(ways[limb], own),
                        other=_other_arm(limb, ways[limb].hand, own, sides_2),
                        above_HW=hair.get(limb),
                        parts=told.get(limb),
                        whole=len(own.arms_2CHW) > 1,
                    )
                else:
                    legs_CHW, limb_HW = own.handless_DHW[:-1], own.limbs_4HW[limb]
                    if skirt_HW is not None:
                        limb_HW = limb_HW * (1.0 - skirt_HW)
                    if sheet is not None:
                        limb_HW = limb_HW * (1.0 - sheet.gone_HW)
                    cut_out = CutOut(legs_CHW, limb_HW, *lies, own.feet_2HW, above.get(limb))
                # A shadow is of colours alone, and of an arm before its trunk.
                shaded = bones[0].bone.of_arm and not behind and len(own.photo_CHW) == 3
                lay_over(layer_DHW, bones, poses, cut_out, here_HW, hers_HW if shaded else None)
                if limb in pulled.stretches:
                    parted = pulled.stretches[limb]
                    cloth = own.handless_DHW, worn_8hw
                    _lay(layer_DHW, *at_crotch(bones[0], trunk, *cloth, here_HW, parted, sides_2))
        if behind and any(each.part > 0 and each.hidden for each in shown):
            hides_HW = hides(shown, here_HW)
            window = window_of(hides_HW, 0)
            here_hw = here_HW[window]
            seen_Chw, hers_hw = without_arms(poses, shown, trunk, own, ways, told, hair, here_hw, window)
            matte_hw = hides_HW[window] * hers_hw * stays_before(poses, shown, trunk, own, here_hw)
            _lay(layer_DHW, seen_Chw, matte_hw, window)
    if sheet is not None:
        _lay(layer_DHW, sheet.planes_CHW, sheet.shown_HW, _ALL)
    return layer_DHW


def _skirt(shown: Sequence[Elsewhere], own: Own) -> Tensor | None:
    """0 to 1 [H, W], in the photo: the skirt that stays with its trunk where a leg below it goes; None where
    none goes. Of one that lies on a thigh that is seen in it each leg takes its part."""
    legs = [each for each in shown if not each.bone.of_arm]
    thighs = max((each.part for each in legs if each.is_thigh), default=0.0)
    if thighs == 1.0 or not any(each.part > 0 for each in legs):
        return None
    size = size_of(own.bare_DHW)
    worn_HW = ramp(enlarged(own.seen_8hw[None, None, _SKIRT], size)[0, 0], *_WORN)
    arms_HW = own.limbs_4HW[ARM_CHAINS].amax(0)
    return (1.0 - thighs) * worn_HW * (1.0 - arms_HW) * (1.0 - own.bare_DHW[-1])


def _other_arm(limb: int, hand: OtherHand | None, own: Own, sides_2: Tensor) -> OtherArm | None:
    """Whose hand an arm has, if that is another's."""
    if hand is None:
        return None
    if hand.limb is not None:
        return OtherArm(*own.arm(hand.limb), sides_2)
    made = made_hand(sides_2.device)
    if len(own.photo_CHW) == len(made.times):
        planes_CHW = made.coloured(own.skin_23[ARM_CHAINS.index(limb)])
    else:  # of what the photo shows, a hand
        planes_CHW = torch.zeros(len(own.photo_CHW), *size_of(made.matte), device=made.matte.device)
        planes_CHW[_ARMS] = 1.0
    return OtherArm(planes_CHW, made.matte, made.sides_2)


def _shoulder(way: Along, own: Own) -> Tensor:
    """0 to 1 [H, W]: what an arm may take along of its shoulder: no wall, and of a bare one no strap. Where
    skin ends maps do not tell so finely."""
    hers_HW = 1.0 - own.bare_DHW[-1]
    if not way.sleeveless:
        return hers_HW
    worn_hw = own.seen_8hw[GARMENT_CLASSES].sum(0)
    return hers_HW * (1.0 - enlarged(worn_hw[None, None], size_of(hers_HW))[0, 0])


def _hair_over(upper: Elsewhere, found: MovedLimbs, own: Own, here_hw: Tensor) -> Tensor | None:
    """0 to 1 [H, W]: hair that stays before an upper arm; None where there is none."""
    if not upper.bone.upper:
        return None
    before_hw = before(found.poses, found.trunk, here_hw)
    hair_hw = hair_before(upper.then, own.seen_8hw, before_hw, found.poses.sides_2)
    return enlarged(hair_hw[None, None], size_of(own.bare_DHW))[0, 0] if hair_hw.any() else None


def _lay(layer_DHW: Tensor, planes_Chw: Tensor, matte_hw: Tensor, window: Window) -> None:
    """Over a layer's window."""
    layer_DHW[(..., *window)].lerp_(F.pad(planes_Chw, (0, 0, 0, 0, 1, 0), value=1.0), matte_hw)
