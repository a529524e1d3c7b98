"""How an engine draws a photo in the photo's own pose, and what it misses there.

Asked for that pose, a network gives the photo softened. What it draws is kept once a reference, so that in
another pose it can be told where it draws the same (`surface_warp`, `bone_warp`). Nothing of this is trained.

H W the picture, h w the surface map, on whose grid all decisions are made.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.compositing.arm_outlines import without_rims
from engine.compositing.arms_bare import with_bare
from engine.compositing.arms_behind import arms_behind, before_others, without_behind
from engine.compositing.arms_crossed import uncrossed
from engine.compositing.arms_joined import joined
from engine.compositing.arms_seen import arms_seen, with_hands
from engine.compositing.atlas import CLASSES, centres, look_up
from engine.compositing.detail import DetailSource
from engine.compositing.feet import rims_of_feet
from engine.compositing.fields import around, size_of
from engine.compositing.hair_before import hair
from engine.compositing.hands_seen import hand_mattes, with_hands_found
from engine.compositing.hidden_hands import LEGWEAR, out_of_pockets
from engine.compositing.hung_things import beneath_things, with_holes
from engine.compositing.leg_outlines import legs_outlined
from engine.compositing.limb_bones import ARM_CHAINS, LEG_CHAINS
from engine.compositing.limb_claims import HEAD_CLASSES
from engine.compositing.limb_mattes import limb_mattes
from engine.compositing.made_hands import skin_tones
from engine.compositing.under_hands import under_hands
from engine.compositing.whole_arms import LENT, how_shown, whole_arms
from engine.hands import Hand
from engine.ops.resample import enlarged
from engine.pictures import to_rgb
from engine.regions import REGIONS

_BARE = REGIONS.index("arms")
_WORN = [REGIONS.index(name) for name in ("arms", "upper clothes", "dress or skirt")]  # on an arm
BEHIND = 0.8  # so sure it has to be that nobody is there
MARGIN = 5  # px of a map of 128 rows around the person that have something of their colours


class OwnPose(NamedTuple):
    """Of a reference in its own pose, all float32, or float16 as kept.

    picture: [B, 3, h, w], what the engine drew. surface: [B, 11, h, w], probabilities of the classes, then
    surface coordinates / 9 dm. error: [B, 2, h, w], where its points were found in the photo, less where they
    are (-1 to 1 across it). far: [B, 1, h, w], how far from its points anything was seen, as in the atlas.
    missed: [B, 1, h, w], 1 where the photo shows the person and the engine's picture what is behind. hole:
    [B, 1, h, w], 1 where the photo shows the person, with a margin, and plate: [B, 3, h, w], the background
    plate: the photo with that filled from around it. background: [B, 3, H, W], the plate at the photo's size.
    limbs: [B, 4, H, W], as of `limb_mattes.limb_mattes`, arms with what their hands hold. feet: [B, 2, H, W],
    as of `feet.rims_of_feet`.
    arms: [B, 3 or 6, H, W], the photo for its arms, as of `arm_outlines.without_rims`, and drawn: [B, 2, H,
    W], what is shown of them, as of `whole_arms.whole_arms`; shown: [B, 2], as of its `how_shown`. under: [B,
    5, H, W], and cloth: [B, 3, H, W], as of `under_hands.under_hands`, less the head. held: [B, 2, H, W],
    what its hands hold (`held_things`). seen: [B, 11, h, w],
    the photo's own surface map as `surface` is, and bare: [B, 1, h, w], how likely skin would be seen without
    arms. skin: [B, 2, 3], as of `made_hands.skin_tones`. pose: float32
    [B, 18, 3], as `moving_least_squares.normalised_pose` gives it.
    """

    picture: Tensor
    surface: Tensor
    error: Tensor
    far: Tensor
    missed: Tensor
    hole: Tensor
    plate: Tensor
    background: Tensor
    limbs: Tensor
    feet: Tensor
    arms: Tensor
    drawn: Tensor
    shown: Tensor
    under: Tensor
    cloth: Tensor
    held: Tensor
    seen: Tensor
    bare: Tensor
    skin: Tensor
    pose: Tensor

    @property
    def drawn_limbs(self) -> Tensor:
        """[B, 4, H, W]: mattes of what is shown of its limbs."""
        return torch.cat([self.limbs[:, : ARM_CHAINS[0]], self.drawn], 1)

    @property
    def lent(self) -> Tensor:
        """bool [B, 2]: whether its right and its left arm are shown as the other one."""
        return self.shown == LENT

    @property
    def hair(self) -> Tensor:
        """[B, 1, H, W]: how far the photo's pixels are hair (`hair_before.hair`)."""
        return hair(self.seen[:, :CLASSES], size_of(self.limbs))

    @property
    def classes(self) -> Tensor:
        """[B, 8, h, w]: probabilities of what the engine drew, of arms no more than the photo shows, and no
        necks, that are bare without them: at a joint that is guessed an engine may draw a hand."""
        class_B8hw = self.surface[:, :CLASSES].clone()
        arms_B1hw = (self.seen[:, _BARE, None] - self.bare).clamp_min(0.0)
        class_B8hw[:, _BARE, None] = class_B8hw[:, _BARE, None].minimum(arms_B1hw)
        return class_B8hw

    def compact(self) -> OwnPose:
        """In half the memory."""
        return OwnPose._make((*(tensor.half() for tensor in self[:-1]), self.pose))


@torch.no_grad()
def own_pose_rendering(
    source: DetailSource,
    picture_BChw: Tensor,
    surface_B11hw: Tensor,
    pose_B183: Tensor,
    background_B3HW: Tensor,
    seen_B11hw: Tensor,
    arms_BAhw: Tensor,
    held_B2HW: Tensor | None = None,
    photos: Sequence[np.ndarray] | None = None,
    hands: Sequence[Sequence[Hand]] | None = None,
    toes: Sequence[Tensor | None] | None = None,
) -> OwnPose:
    """Of what an engine draws of a reference in its own pose: the picture and its surface map, at one size.

    pose: as `moving_least_squares.normalised_pose` gives it. background: the photo without its person, at
    its size. seen: the photo's own surface map; arms: what is seen of its arms (`parsing.Seen`); held: what
    its hands hold (`held_things`), if anything.
    photos: uint8 [H, W, 3] each, as fine as there are; source's, if none are. hands: of each, px of the
    background; none, if none are given. toes: as of `limb_mattes.limb_mattes`.
    """
    size = size_of(surface_B11hw)
    positions_B2hw, unseen_B2hw = look_up(source.atlas.float(), surface_B11hw.float())
    class_B8hw, point_B3hw = surface_B11hw.float().split((CLASSES, 3), 1)
    class_B8hw = class_B8hw.softmax(1)
    behind_B1hw = F.interpolate(source.photo[:, -1:].float(), size, mode="area")
    missed_B1hw = (behind_B1hw < 0.5) & (class_B8hw[:, :1] > 0.5)
    hole_B1hw = around((behind_B1hw < BEHIND).float(), MARGIN)
    pose_B183 = pose_B183.float()
    seen_class_B8hw, seen_point_B3hw = seen_B11hw.float().split((CLASSES, 3), 1)
    seen_class_B8hw = seen_class_B8hw.softmax(1)
    photo_B3HW, size_of_photo = source.photo[:, :3].float(), size_of(background_B3HW)
    hers_B1HW = 1.0 - source.photo[:, -1:].float()
    nothing_B2HW = hers_B1HW.new_zeros(len(hers_B1HW), len(ARM_CHAINS), *size_of_photo)
    things_B2HW = nothing_B2HW if held_B2HW is None else held_B2HW
    free_B1HW = 1.0 - things_B2HW.amax(1, keepdim=True)
    class_B8HW = F.interpolate(seen_class_B8hw, size_of_photo, mode="bilinear")
    photos = photos or [to_rgb(each_13HW) for each_13HW in photo_B3HW.split(1)]
    bare_B1HW, worn_B1HW = class_B8HW[:, _BARE, None], class_B8HW[:, _WORN].sum(1, keepdim=True)
    hands_B2HW = hand_mattes(hands or [()] * len(photos), photos, size_of_photo).to(class_B8HW)
    hands_B2HW = out_of_pockets(hands_B2HW, class_B8HW, LEGWEAR)  # where fingers are guessed
    arms_B2HW, beneath_B8HW = arms_seen(arms_BAhw, size_of_photo)
    beneath_B8HW = beneath_things(beneath_B8HW, things_B2HW)
    only_B1HW = hers_B1HW.minimum(beneath_B8HW[:, :1])
    only_B1HW = only_B1HW * (1.0 - class_B8HW[:, HEAD_CLASSES].sum(1, keepdim=True))
    sides_2 = pose_B183.new_tensor((size_of_photo[1] / size_of_photo[0], 1.0))
    behind_B2 = arms_behind(pose_B183, sides_2)
    seen_B183 = without_behind(pose_B183, behind_B2)
    arms_B2HW = with_bare(arms_B2HW, bare_B1HW, beneath_B8HW[:, _BARE, None], only_B1HW, seen_B183)
    of_arms_B1HW = (bare_B1HW - beneath_B8HW[:, _BARE, None]).clamp_min(0.0)  # no neck beside a hand
    arms_B2HW = before_others(with_hands(arms_B2HW, of_arms_B1HW, seen_B183, photos), behind_B2)
    hair_B1HW = hair(seen_class_B8hw, size_of_photo)
    arms_B2HW = joined(with_hands_found(arms_B2HW, hands_B2HW), worn_B1HW, pose_B183, hair_B1HW)
    arms_B2HW = uncrossed(arms_B2HW, hands_B2HW, bare_B1HW, worn_B1HW, pose_B183)
    arms_B2HW = out_of_pockets(arms_B2HW, class_B8HW) * free_B1HW * (1.0 - hair_B1HW)
    limbs_B4HW = limb_mattes(pose_B183, seen_B11hw, arms_B2HW, toes)
    shown_B2 = how_shown(limbs_B4HW[:, ARM_CHAINS], pose_B183, hair_B1HW)
    for i, legs_2HW in enumerate(limbs_B4HW[:, LEG_CHAINS]):
        maps = source.photo[i, -1].float(), class_B8HW[i], pose_B183[i], None if toes is None else toes[i]
        limbs_B4HW[i, LEG_CHAINS], _ = legs_outlined(photo_B3HW[i], background_B3HW[i], legs_2HW, *maps)
    arms_B2HW = limbs_B4HW[:, ARM_CHAINS]
    held_B2HW = with_holes(things_B2HW, photo_B3HW, background_B3HW)
    limbs_B4HW[:, ARM_CHAINS] = arms_B2HW.maximum(held_B2HW)
    under_B5HW, cloth_B3HW = under_hands(source.photo, seen_B11hw, pose_B183, limbs_B4HW, beneath_B8HW)
    # A hand in hair lies on no clothes; that is hair, the parsing network may not know.
    head_B1hw = class_B8hw[:, HEAD_CLASSES].sum(1, keepdim=True)
    under_B5HW[:, 3:] *= 1.0 - enlarged(head_B1hw, size_of(under_B5HW))
    rimless_B3HW = without_rims(photo_B3HW, arms_B2HW, hers_B1HW, pose_B183)
    return OwnPose(
        picture_BChw.float().clone(),  # what is drawn next may overwrite it
        torch.cat([class_B8hw, point_B3hw], 1),
        positions_B2hw - centres(size, positions_B2hw.device),
        unseen_B2hw[:, :1],
        F.max_pool2d(missed_B1hw.float(), 3, 1, 1),
        hole_B1hw,
        F.interpolate(background_B3HW, size, mode="area"),
        background_B3HW,
        limbs_B4HW,
        rims_of_feet(limbs_B4HW, pose_B183),
        *whole_arms(rimless_B3HW, arms_B2HW, pose_B183, shown_B2, hair_B1HW),
        shown_B2,
        under_B5HW,
        cloth_B3HW,
        held_B2HW,
        F.interpolate(torch.cat([seen_class_B8hw, seen_point_B3hw], 1), size, mode="area"),
        F.interpolate(beneath_B8HW[:, _BARE, None], size, mode="area"),
        skin_tones(photo_B3HW, free_B1HW * class_B8HW, limbs_B4HW, pose_B183),
        pose_B183,
    )
