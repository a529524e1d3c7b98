"""What is under the arms and hands of a photo: for a hand that is taken off a hip, the trousers.

Which kind of clothes that is the parsing network tells (`arms_seen`); its colours are those around.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.compositing.atlas import CLASSES
from engine.compositing.body_cloth import (
    apart,
    as_sleeved,
    body_cloth,
    colours_beneath,
    kinds_beneath,
    rounded,
    seen_kinds,
)
from engine.compositing.fields import highest, odd_side, ramp, size_of, spread
from engine.compositing.limb_bones import ARM_CHAINS
from engine.compositing.limb_claims import LIES
from engine.compositing.prints import prints
from engine.compositing.trunk_sides import above_armpits, below_chest
from engine.compositing.under_arms import from_nearest, with_rims, without_crumbs, without_lumps
from engine.ops.resample import enlarged
from engine.regions import REGIONS

# Skirts, dresses and trousers are one: of a checked skirt the parsing network takes a part for trousers.
_KINDS = [
    [REGIONS.index(name) for name in names]
    for names in (("upper clothes",), ("dress or skirt", "pants"), ("legs",))
]
_BARE = REGIONS.index("arms")
_SHADOW = 7  # px of a map of 128 rows, side of the window around an arm from which no colours are taken
_NO_ARM = 5  # px of a map of 128 rows, side of the window around an arm in which it may pass for clothes
_BENEATH = 0.4, 0.6  # how likely clothes are beneath an arm: from the first on, at the second surely
_SHARP = 8  # power of these shares: a hem is some 2 px broad
_BESIDE = 0.02  # how likely a kind is at least, beside which no other is seen, and the other way round
_LIT = 0.2  # of -1 to 1, distance of colours up to which cloth is in no other light
_PLAIN = 0.35  # of what is known, how much of plain cloth has the colours around
_OPEN = 0.25  # of what is known, of which less is usual in an open jacket
_MEETS = 3  # px of a map of 128 rows, side of the window beyond an arm's rim in which colours meet
_MET = 0.2, 0.35  # of -1 to 1: colours that differ by so much meet, and do not
_SKIN = 0.3, 0.7  # how likely skin is seen, that surely is none, and is
_KNOWN = 0.5  # how sure it is that clothes are seen whose colours are taken


@torch.no_grad()
def under_hands(
    photo_B7HW: Tensor, seen_B11hw: Tensor, pose_B183: Tensor, limbs_B4HW: Tensor, beneath_B8HW: Tensor
) -> tuple[Tensor, Tensor]:
    """Of a photo in its own pose, [B, 5, H, W] of the size of its limbs: colours of the clothes around; and
    where its right and its left arm, with its rim, lie on clothes, 0 to 1. And 0 or 1 [B, 3, H, W]: what of
    each kind of clothes (`kinds_of`) lends its cloth.

    photo: as of `detail.DetailSource`. seen: its surface map. pose: as of
    `moving_least_squares.normalised_pose`. limbs: as of `limb_mattes.limb_mattes`.
    beneath: as of `arms_seen.ArmsSeen`.
    """
    size = size_of(limbs_B4HW)
    class_B8hw = F.interpolate(seen_B11hw[:, :CLASSES].float().softmax(1), size, mode="bilinear")
    kinds_B3hw, arms_B2hw = kinds_of(class_B8hw), limbs_B4HW[:, ARM_CHAINS]
    clothes_B1hw, arms_B1hw = kinds_B3hw.sum(1, keepdim=True), arms_B2hw.amax(1, keepdim=True)
    photo_B3hw = F.interpolate(photo_B7HW[:, :3].float(), size, mode="area")
    # Beside an arm lies its shadow, and what of it counts as clothes.
    shaded_B1hw = highest(arms_B1hw, odd_side(_SHADOW, size[0]))
    bare_B1hw = without_crumbs(clothes_B1hw * (1.0 - shaded_B1hw), size[0])
    # What is lighter or darker on trousers and skirts is worn or faded.
    on_cloth_B1hw = prints(photo_B3hw, kinds_B3hw[:, :1], bare_B1hw > _KNOWN)
    bare_B1hw = bare_B1hw * (1.0 - on_cloth_B1hw)
    rimless_B1hw = clothes_B1hw * (1.0 - with_rims(arms_B1hw))
    known_B3hw = apart(kinds_B3hw, bare_B1hw > _KNOWN)
    cloth_B3hw = body_cloth(photo_B3hw, kinds_B3hw > _KNOWN, known_B3hw)
    near_B1hw = highest(arms_B1hw, odd_side(_NO_ARM, size[0]))
    clear_B1hw = clothes_B1hw * (1.0 - near_B1hw) * (1.0 - on_cloth_B1hw)
    shares_B3hw = kinds_beneath(seen_kinds(kinds_B3hw, clear_B1hw.maximum(bare_B1hw) > _KNOWN))
    there_B3hw = kinds_of(beneath_B8HW)
    seen_B3hw = seen_kinds(kinds_B3hw, rimless_B1hw > _KNOWN)
    seen_B311 = seen_B3hw.any(3, keepdim=True).any(2, keepdim=True)  # whose colours are known
    # The network tells what is beneath, and what is beside tells where a hem or a waist goes on.
    shares_B3hw = seen_B311 * (there_B3hw + _BESIDE).square() * (shares_B3hw + _BESIDE)
    shares_B3hw = shares_B3hw.pow(_SHARP)
    shares_B3hw = shares_B3hw / shares_B3hw.sum(1, keepdim=True).clamp_min(1e-30)
    # Where the photo shows another kind, in its colours, that goes on; a bare belly may count as a top.
    others_B1hw = (seen_B3hw * (1.0 - shares_B3hw)).sum(1, keepdim=True)
    theirs_B3hw = colours_beneath(photo_B3hw, cloth_B3hw, seen_B3hw.float())
    others_B1hw = others_B1hw * ((photo_B3hw - theirs_B3hw).abs().amax(1, keepdim=True) < _MET[0])
    nearest_B3hw = from_nearest(seen_B3hw.float(), seen_B3hw.any(1, keepdim=True))
    shares_B3hw = torch.where(with_rims(others_B1hw) > _KNOWN, nearest_B3hw, shares_B3hw)
    shares_B3hw = rounded(shares_B3hw, seen_B3hw.any(1, keepdim=True))
    # Of what is bare a belly is beneath an arm too: a neck or a shoulder is seen beside it.
    below_B1h1, above_B1h1 = (
        torch.stack([level(pose_183.float(), size[0]) for pose_183 in pose_B183])[:, None, :, None]
        for level in (below_chest, above_armpits)
    )
    hers_B1hw = there_B3hw.sum(1, keepdim=True) + below_B1h1 * beneath_B8HW[:, _BARE, None]
    trunk_B1hw = clothes_B1hw + below_B1h1 * class_B8hw[:, _BARE, None]
    # As far as an arm's rim and beyond it, lest there be a line between the two.
    on_B2hw = with_rims(with_rims(arms_B2hw)) * ramp(hers_B1hw, *_BENEATH)
    on_B2hw = on_B2hw * (1.0 - arms_B2hw.flip(1))  # no rim of an arm is of the other
    on_B2hw = without_lumps(on_B2hw, trunk_B1hw * (1.0 - arms_B1hw), pose_B183)
    around_B3hw = colours_beneath(photo_B3hw, cloth_B3hw, shares_B3hw)
    # Nearer to an arm is cloth too, without its shadow.
    lit_B1hw = (photo_B3hw - around_B3hw).norm(dim=1, keepdim=True) < _LIT
    # Of a pattern all beside the arm is cloth; so is all of an open jacket, whose level is another garment's.
    of_all_B311 = known_B3hw.sum((2, 3), keepdim=True)
    plain_B311 = (cloth_B3hw & lit_B1hw).sum((2, 3), keepdim=True) > _PLAIN * of_all_B311
    open_B311 = cloth_B3hw.sum((2, 3), keepdim=True) <= _OPEN * of_all_B311
    cloth_there_B3hw = lit_B1hw | ~plain_B311 & (shaded_B1hw > 0) | open_B311
    nearer_B3hw = apart(kinds_B3hw, rimless_B1hw > _KNOWN) & cloth_there_B3hw
    cloth_B3hw = ((cloth_B3hw | nearer_B3hw) & (on_cloth_B1hw == 0)).float()
    cloth_B3hw = without_crumbs(cloth_B3hw, size[0])
    sleeves_B3hw = (kinds_B3hw > _KNOWN) & (arms_B1hw > _KNOWN)
    cloth_B3hw = cloth_B3hw * as_sleeved(photo_B3hw, cloth_B3hw > 0, sleeves_B3hw)
    colours_B3hw = colours_beneath(photo_B3hw, cloth_B3hw, shares_B3hw)
    rims_B1hw = with_rims(arms_B1hw)
    beside_B1hw = highest(rims_B1hw, odd_side(_MEETS, size[0])) * (1.0 - rims_B1hw) * rimless_B1hw
    beside_B1hw = beside_B1hw * (1.0 - on_cloth_B1hw)
    colours_B3hw = _met(photo_B3hw, colours_B3hw, beside_B1hw)
    # Between the strap of a top and a bare arm is skin, and it is the arm's.
    shoulder_B1hw = above_B1h1 * ramp(class_B8hw[:, _BARE, None], *_SKIN)
    return torch.cat([torch.lerp(colours_B3hw, photo_B3hw, shoulder_B1hw), on_B2hw], 1), cloth_B3hw


def _met(photo_B3hw: Tensor, colours_B3hw: Tensor, beside_B1hw: Tensor) -> Tensor:
    """Smooth colours, as light as what they meet beside an arm, lest its outline stays as an edge. What is
    quite another colour there, a pocket or a deep shadow, is met by none. beside: how far it is cloth that is
    seen."""
    off_B3hw = photo_B3hw - colours_B3hw
    alike_B1hw = 1.0 - ramp(off_B3hw.abs().amax(1, keepdim=True), *_MET)
    return colours_B3hw + spread(off_B3hw, beside_B1hw * alike_B1hw)


def kinds_of(class_B8hw: Tensor) -> Tensor:
    """How likely each kind of clothes is, [B, 3, h, w]: tops; skirts, dresses and trousers; legs."""
    return torch.stack([class_B8hw[:, kind].sum(1) for kind in _KINDS], 1)


def without_hands(bare_DHW: Tensor, under_Ehw: Tensor, arms_hw: Tensor) -> Tensor:
    """The photo with clothes where a hand lies on them, or an arm does: what a leg takes along."""
    # In a fine picture both are of half its size.
    under_EHW, arms_1HW = (enlarged(each[None], size_of(bare_DHW))[0] for each in (under_Ehw, arms_hw[None]))
    clothes_CHW, hands_2HW = under_EHW.tensor_split([-2])
    lies_1HW = hands_2HW.amax(0, keepdim=True).maximum(ramp(arms_1HW, *LIES))
    return torch.cat([torch.lerp(bare_DHW[:-1], clothes_CHW, lies_1HW), bare_DHW[-1:]])
