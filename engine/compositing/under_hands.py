"""What is under the hands of a photo: for a hand that is taken out of its pocket, the trousers.

The parsing network does not see every hand that lies on clothes, and then the clothes would keep it. Where a
wrist says that a hand is, and as far around as its fingers may point where the photo has the colour of skin,
clothes are filled with the colours of those around.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.compositing.atlas import CLASSES
from engine.compositing.fields import highest, odd_side, ramp, size_of, spread
from engine.compositing.limb_bones import ARM_CHAINS, ARMS, BONES, cores, off, positions, sampled, segments
from engine.compositing.under_arms import from_nearest, on_clothes, with_rims, without_crumbs
from engine.ops.resample import running_mean
from engine.regions import REGIONS

_CLOTHES = [REGIONS.index(name) for name in ("upper clothes", "dress or skirt", "pants", "legs")]
_ARMS, _LEGS = REGIONS.index("arms"), REGIONS.index("legs")
_HAND = 0.26, 0.36  # of the longest arm bone, how far a hand reaches aside, parsed or not
_FINGERS = 0.6, 0.8  # of it, how far from the wrist fingers may be
_SKIN = 0.15, 0.4  # how much of a colour is skin's and not the clothes'
_BESIDE = 0.3, 0.5  # distance from the line between the two, of its length, at which it is neither
_SHADOW = 7  # px of a map of 128 rows, side of the window around an arm from which no colours are taken
_KNOWN = 0.5  # how sure it is that clothes are seen whose colours are taken
LEAST_SKIN = 4.0  # px of bare arms, of fewer the colour of skin is not known
_NEAR = 9  # px of a map of 128 rows, side of the window around clothes in which a hand may lie on them
# Of the way from the clothes' colour to skin's, off which it is surely, and at most, theirs.
_SAME = 0.2, 0.35
_EDGE = 3  # px of a map of 128 rows, side of the window in which an edge of that has an arm's colours
_FOLD = 3  # px, what is narrower is a fold and no finger
_TELLS = 0.3, 0.5  # distance of skin's colour from the clothes', from which that is told


@torch.no_grad()
def under_hands(photo_B7HW: Tensor, seen_B11hw: Tensor, pose_B183: Tensor, limbs_B4HW: Tensor) -> Tensor:
    """Of a photo in its own pose, [B, 6, H, W] of the size of its limbs: colours of the clothes around; where
    its right and its left arm lie on clothes (`under_arms`), or a hand on what counts as such, 0 to 1; and
    where, of that, the photo's own clothes are seen, beside an arm as the parsing network has it.

    photo: as of `detail.DetailSource`. seen: its surface map. pose: as of
    `moving_least_squares.normalised_pose`. limbs: as of `limb_mattes.limb_mattes`.
    """
    size = size_of(limbs_B4HW)
    class_B8hw = F.interpolate(seen_B11hw[:, :CLASSES].float().softmax(1), size, mode="bilinear")
    clothes_B1hw, legs_B1hw = class_B8hw[:, _CLOTHES].sum(1, keepdim=True), class_B8hw[:, _LEGS : _LEGS + 1]
    # Where the parsing network sees a hand, that is its matte.
    unseen_B211 = 1.0 - _seen(pose_B183, class_B8hw[:, _ARMS : _ARMS + 1])
    hands_B2hw = unseen_B211 * _hands(pose_B183, size, _HAND)
    near_B2hw = hands_B2hw.maximum(unseen_B211 * _hands(pose_B183, size, _FINGERS))
    photo_B3hw = F.interpolate(photo_B7HW[:, :3].float(), size, mode="area")
    skin_B1hw, cloth_B1hw, same_B1hw = _skin(photo_B3hw, class_B8hw, 1.0 - near_B2hw.amax(1, keepdim=True))
    # Where cloth is told from skin a hand is hidden, in its pocket.
    hands_B2hw = (hands_B2hw * (1.0 - cloth_B1hw)).maximum(near_B2hw * skin_B1hw)
    arms_B2hw = limbs_B4HW[:, ARM_CHAINS]
    # Beside an arm lies its shadow, and what of it counts as clothes.
    beside_B2hw = highest(arms_B2hw, odd_side(_SHADOW, size[0]))
    bare_B1hw = clothes_B1hw * (1.0 - hands_B2hw.maximum(beside_B2hw).amax(1, keepdim=True))
    hers_B1hw = 1.0 - F.interpolate(photo_B7HW[:, -1:].float(), size, mode="area")
    sleeves_B2hw = with_rims(
        (arms_B2hw * clothes_B1hw > _KNOWN).float()
    )  # are of the clothes' colour, and go
    kept_B1hw = _kept(same_B1hw * hers_B1hw * (1.0 - sleeves_B2hw.amax(1, keepdim=True)))
    # At its edge is something of an arm's colour.
    inner_B1hw = 1.0 - highest(1.0 - kept_B1hw, odd_side(_EDGE, size[0]))
    inner_B1hw = inner_B1hw * (1.0 - beside_B2hw.amax(1, keepdim=True))
    bare_B1hw = without_crumbs(bare_B1hw, size[0]).maximum(inner_B1hw)
    around_B3hw = running_mean(from_nearest(photo_B3hw, bare_B1hw > _KNOWN), 3)
    on_B2hw = on_clothes(arms_B2hw, torch.cat([clothes_B1hw - legs_B1hw, legs_B1hw], 1), pose_B183)
    on_B2hw = on_B2hw.maximum(hands_B2hw * clothes_B1hw * (1.0 - arms_B2hw))
    return torch.cat([around_B3hw, on_B2hw, kept_B1hw], 1)


def _kept(same_B1hw: Tensor) -> Tensor:
    """0 to 1 [B, 1, h, w]: what has the clothes' colour, without its rim, where an arm's shade is, and what
    is no broader than one."""
    inner_B1hw = 1.0 - highest(1.0 - same_B1hw, odd_side(_EDGE, same_B1hw.shape[-2]))
    return without_crumbs(inner_B1hw, inner_B1hw.shape[-2])


def _skin(photo_B3hw: Tensor, class_B8hw: Tensor, away_B1hw: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """0 to 1 [B, 1, h, w] each, where bare arms and clothes can be told: how much of the photo's colour is
    that of bare arms, with its rim; how much it is not, but some clothes'; and whether it is the same as that
    of some clothes. away: where no hand is."""
    sure_B1hw = class_B8hw[:, _ARMS : _ARMS + 1].square()
    total_B111 = sure_B1hw.sum((2, 3), keepdim=True)
    skin_B311 = (sure_B1hw * photo_B3hw).sum((2, 3), keepdim=True) / total_B111.clamp_min(1.0)
    cloth_B1hw, told_B1hw, same_B1hw = (torch.zeros_like(away_B1hw) for _ in range(3))
    for kind in _CLOTHES:  # at a hem there are two
        kind_B1hw = class_B8hw[:, kind : kind + 1]
        clothes_B3hw = spread(photo_B3hw, kind_B1hw * away_B1hw)
        share_B1hw, apart_B1hw = as_skin(photo_B3hw, clothes_B3hw, skin_B311)
        beside_B1hw = highest(kind_B1hw, odd_side(_NEAR, kind_B1hw.shape[-2]))
        here_B1hw = apart_B1hw * (total_B111 >= LEAST_SKIN) * beside_B1hw
        told_B1hw = told_B1hw.maximum(here_B1hw)
        cloth_B1hw = cloth_B1hw.maximum(here_B1hw * (1.0 - share_B1hw))
        off_B1hw = _norm(photo_B3hw - clothes_B3hw) / _norm(skin_B311 - clothes_B3hw).clamp_min(1e-6)
        same_B1hw = same_B1hw.maximum(here_B1hw * (1.0 - ramp(off_B1hw, *_SAME)))
    skin_B1hw = told_B1hw * (1.0 - cloth_B1hw)
    skin_B1hw = highest(1.0 - highest(1.0 - skin_B1hw, _FOLD), _FOLD)
    skin_B1hw = highest(skin_B1hw, odd_side(3, told_B1hw.shape[-2]))
    return skin_B1hw * (1.0 - class_B8hw[:, _LEGS : _LEGS + 1]), cloth_B1hw, same_B1hw


def _norm(colour_B3hw: Tensor) -> Tensor:
    return colour_B3hw.norm(dim=1, keepdim=True)


def as_skin(picture_B3hw: Tensor, clothes_B3hw: Tensor, skin_B311: Tensor) -> tuple[Tensor, Tensor]:
    """0 to 1 [B, 1, h, w] each: how much of a colour is skin's and not the clothes', as in matting: where on
    the line between the two it lies, if it lies near that; and how surely that is told, by how far apart they
    are."""
    between_B3hw, more_B3hw = skin_B311 - clothes_B3hw, picture_B3hw - clothes_B3hw
    apart_B1hw = between_B3hw.norm(dim=1, keepdim=True).clamp_min(1e-6)
    share_B1hw = (more_B3hw * between_B3hw).sum(1, keepdim=True) / apart_B1hw.square()
    beside_B1hw = (more_B3hw - share_B1hw * between_B3hw).norm(dim=1, keepdim=True) / apart_B1hw
    return ramp(share_B1hw, *_SKIN) * (1.0 - ramp(beside_B1hw, *_BESIDE)), ramp(apart_B1hw, *_TELLS)


def _seen(pose_B183: Tensor, arms_B1hw: Tensor) -> Tensor:
    """[B, 2, 1, 1]: how much of the lines on which forearms point beyond wrists is seen as arms, 0 to 1."""
    rows, columns = arms_B1hw.shape[-2:]
    sides_2 = pose_B183.new_tensor((columns / rows, 1.0))
    seen_B2 = pose_B183.new_zeros(len(pose_B183), len(ARMS))
    for pose_183, arms_1hw, seen_2 in zip(pose_B183, arms_B1hw, seen_B2, strict=True):
        placed = segments(pose_183, sides_2)
        for arm, (_, forearm) in enumerate(ARMS):
            if forearm in placed:
                hand = placed[forearm].end + BONES[forearm].beyond * placed[forearm].step
                (core_1n,) = cores([placed[forearm]._replace(begin=placed[forearm].end, end=hand)])
                seen_2[arm] = sampled(arms_1hw, core_1n[None].to(arms_1hw.device), sides_2).mean()
    return seen_B2[:, :, None, None]


def _hands(pose_B183: Tensor, size: tuple[int, int], aside: tuple[float, float]) -> Tensor:
    """0 to 1 [B, 2, h, w]: where the right and the left hand are, so far aside of where forearms point."""
    sides_2 = pose_B183.new_tensor((size[1] / size[0], 1.0))
    here_hw = positions(size, sides_2)
    hands_B2hw = here_hw.real.new_zeros(len(pose_B183), 2, *size)
    for pose_183, hands_2hw in zip(pose_B183, hands_B2hw, strict=True):
        placed = segments(pose_183, sides_2)
        for arm, (_, forearm) in enumerate(ARMS):
            if forearm in placed:
                hands_2hw[arm] = 1.0 - ramp(off(placed[forearm], here_hw, BONES[forearm].beyond, 1.0), *aside)
    return hands_B2hw
