"""The photo warped by its bones: what moves as a cut-out does that is pulled at its joints.

Where the engine draws, around a moved joint, the class and the surface point that it drew there before, the
person is cut out of the photo and moved by moving least squares, with all that the engine misses: a hat, a
wide skirt, the features of a face. What is behind the cut-out is the background plate.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.compositing.arms import at_moved_shoulders, gone_with_an_arm
from engine.compositing.atlas import CLASSES, centres
from engine.compositing.fields import (
    around,
    at,
    keeps_shape,
    length,
    mean_colour,
    moved_by,
    odd_side,
    of_other_classes,
    ramp,
    size_of,
    small,
    wide_mean,
)
from engine.compositing.moving_least_squares import motion, tilted, without_arms
from engine.compositing.own_pose import OwnPose
from engine.ops.resample import enlarged, running_mean, shrunk
from engine.pose.skeleton import LEFT_ANKLE, LEFT_HIP, LEFT_KNEE, LIMBS, RIGHT_ANKLE, RIGHT_HIP, RIGHT_KNEE
from engine.regions import REGIONS, SURFACE_SPAN

# Distance of surface points at which trust that they are the same has fallen to 1/e.
_SAME = 0.5 / SURFACE_SPAN
_SIMILAR = 1.5 / SURFACE_SPAN  # likewise of a leg, which is moved as a whole ...
_ALIKE_LEG = 0.08, 0.16  # ... where that much of it is the same: from the first, at the second surely
_LEGS = [
    LIMBS.index(limb)
    for limb in (
        (RIGHT_HIP, RIGHT_KNEE),
        (RIGHT_KNEE, RIGHT_ANKLE),
        (LEFT_HIP, LEFT_KNEE),
        (LEFT_KNEE, LEFT_ANKLE),
    )
]
_ALIKE_HEAD = 0.25, 0.5  # of a head's colours, from where on, and at the second surely, it is the same head
_OTHER_THING = 0.01  # so little trust is none
_RETURNS = 0.08  # of half the picture's height, likewise what does not come back to where it began
_HEAD = [REGIONS.index(name) for name in ("hair", "face")]
# Sides of windows, in px of a map of 128 rows.
_HAIR = 11  # around a head, what the engine misses is its hair, or a hat
_CLOSED, _CLOSED_LEG = 5, 13  # most of it trusted, all of it is; around a leg that is moved as a whole
_NEARBY = 31  # what the engine misses is trusted beside what is, and before the same background
_OTHER = 7  # around what was another thing before, by more than an outline's breadth
_COLOUR = 9  # a garment that is swapped, or mixed, is told by its colour
_LIGHT = 15  # light and shade change smoothly


class BoneWarp(NamedTuple):
    """How a photo moves with its bones, told on the grid of the surface map. trust: [B, 1, h, w], how far it
    is shown. hole: likewise, how far the background plate is what is behind it. steps: [B, 2, h, w], how far
    off (-1 to 1 across it) what is shown lies in the photo. change: [B, 3, h, w], by how much the engine's
    colours differ."""

    trust: Tensor
    hole: Tensor
    steps: Tensor
    change: Tensor

    def layer(
        self,
        photo_BDHW: Tensor,
        background_BCHW: Tensor,
        otherwise_BEHW: Tensor,
        *,
        recoloured: bool = True,
    ) -> Tensor:
        """A layer (`layers`) of planes of the photo, float32 [B, 1 + C, H, W].

        photo: its C planes, then how sure it is that nobody is there. background: its plate. otherwise: the
        layer that shows where this one does not. recoloured: as of `surface_warp.SurfaceWarp.layer`.
        """
        size = size_of(photo_BDHW)
        planes_B7HW = enlarged(torch.cat(self, 1), size)
        trust_B1HW, hole_B1HW, steps_B2HW, change_B3HW = planes_B7HW.split((1, 1, 2, 3), 1)
        cut_BDHW = torch.cat([photo_BDHW[:, :-1], 1.0 - photo_BDHW[:, -1:]], 1)
        moved_BDHW = moved_by(cut_BDHW, centres(size, steps_B2HW.device), steps_B2HW)
        behind_BCHW = torch.lerp(photo_BDHW[:, :-1], background_BCHW, hole_B1HW)
        seen_BCHW = moved_BDHW[:, :-1] + change_B3HW if recoloured else moved_BDHW[:, :-1]
        planes_BCHW = torch.lerp(behind_BCHW, seen_BCHW, moved_BDHW[:, -1:])
        return torch.lerp(otherwise_BEHW, F.pad(planes_BCHW, (0, 0, 0, 0, 1, 0), value=1.0), trust_B1HW)


@torch.no_grad()
def bone_warp(picture_BChw: Tensor, surface_B11hw: Tensor, pose_B183: Tensor, own: OwnPose) -> BoneWarp:
    """Of a reference's photo in a pose.

    picture, surface: what the engine draws in the pose, and its surface map. pose: as
    `moving_least_squares.normalised_pose` gives it.
    """
    size = size_of(surface_B11hw)
    class_B8hw = surface_B11hw[:, :CLASSES].softmax(1)
    person_B1hw = (class_B8hw[:, :1] < 0.5).float()
    before_B2hw, known_B1hw, shares_BLhw = motion(pose_B183, own.pose, size)
    head_B1hw = (class_B8hw[:, _HEAD].sum(1, keepdim=True) > 0.5).float()
    of_head = motion(without_arms(pose_B183), without_arms(own.pose), size, 4)
    hair_B1hw = around(head_B1hw, _HAIR) * head_B1hw.maximum(1.0 - person_B1hw)
    before_B2hw = torch.lerp(before_B2hw, of_head.positions, hair_B1hw)
    known_B1hw = torch.lerp(known_B1hw, of_head.known, hair_B1hw)
    same_B1hw, similar_B1hw = _compared(class_B8hw, surface_B11hw[:, CLASSES:], head_B1hw, own, before_B2hw)
    whole_leg_B1hw = _whole_leg(same_B1hw, person_B1hw, shares_BLhw[:, _LEGS])
    same_B1hw = torch.lerp(same_B1hw, similar_B1hw, whole_leg_B1hw)
    same_B1hw *= known_B1hw
    same_B1hw = torch.lerp(same_B1hw, same_B1hw * tilted(pose_B183, own.pose, size), head_B1hw)
    change_B3hw = picture_BChw - at(own.picture, before_B2hw)
    alike_B1hw = small(wide_mean(change_B3hw, _COLOUR, 2))
    alike_B1hw = torch.where(person_B1hw > 0.5, alike_B1hw, _same_background(picture_BChw, person_B1hw, own))
    alike_head_B111 = ramp(_same_head(picture_BChw, class_B8hw, own), *_ALIKE_HEAD)
    alike_B1hw = torch.lerp(alike_B1hw, alike_head_B111, hair_B1hw)
    same_B1hw *= alike_B1hw
    returns_B1hw = _returns(before_B2hw, motion(own.pose, pose_B183, size, 4).positions)
    trust_B1hw = _trusted(same_B1hw, whole_leg_B1hw, head_B1hw, hair_B1hw, person_B1hw, returns_B1hw)
    trust_B1hw *= torch.lerp(alike_B1hw, torch.ones_like(alike_B1hw), person_B1hw)
    trust_B1hw *= 1.0 - gone_with_an_arm(pose_B183, own.pose, before_B2hw)
    nobody_B1hw = 1.0 - person_B1hw.maximum(hair_B1hw)
    trust_B1hw *= 1.0 - nobody_B1hw * at_moved_shoulders(pose_B183, own.pose, size)

    steps_B2hw = before_B2hw - centres(size, before_B2hw.device)
    sides_2 = steps_B2hw.new_tensor((size[1] / 2, size[0] / 2)).view(2, 1, 1)
    left_B1hw = length(steps_B2hw * sides_2).clamp(max=1.0)
    lit_B1hw = same_B1hw * person_B1hw
    planes_B4hw = torch.cat([lit_B1hw, lit_B1hw * change_B3hw], 1)
    lit_B1hw, change_B3hw = wide_mean(planes_B4hw, _LIGHT, 4).split((1, 3), 1)
    change_B3hw = (1.0 - hair_B1hw) * change_B3hw / lit_B1hw.clamp_min(0.05)
    return BoneWarp(trust_B1hw, own.hole * left_B1hw, steps_B2hw, change_B3hw)


def _compared(
    class_B8hw: Tensor, point_B3hw: Tensor, head_B1hw: Tensor, own: OwnPose, before_B2hw: Tensor
) -> tuple[Tensor, Tensor]:
    """0 to 1: how far the engine draws what it drew where this was before, in the photo's own pose, and how
    far it draws what is near to that on the body, also where nobody was: an outline is not quite the same.
    Of a head the class says enough."""
    class_before_B8hw, point_before_B3hw = at(own.surface, before_B2hw).split((CLASSES, 3), 1)
    far_B1hw = (point_B3hw - point_before_B3hw).square().sum(1, keepdim=True)
    far_B1hw = far_B1hw.masked_fill((class_B8hw[:, :1] > 0.5) | (head_B1hw > 0.5), 0.0)
    within_B1hw = (before_B2hw.abs().amax(1, keepdim=True) <= 1.0).float() * keeps_shape(before_B2hw)
    unchanged_B1hw = 1.0 - of_other_classes(class_B8hw, class_before_B8hw)
    beside_B1hw = ((class_B8hw[:, :1] < 0.5) & (class_before_B8hw[:, :1] > 0.5)).float()
    same_B1hw = torch.exp(-far_B1hw / _SAME**2) * unchanged_B1hw * within_B1hw
    similar_B1hw = torch.exp(-far_B1hw / _SIMILAR**2) * unchanged_B1hw.maximum(beside_B1hw) * within_B1hw
    return same_B1hw, similar_B1hw


def _whole_leg(same_B1hw: Tensor, person_B1hw: Tensor, shares_BLhw: Tensor) -> Tensor:
    """0 to 1 [B, 1, h, w]: whether a position belongs to one of these bones along which enough is the same.

    Of legs only: they swing, where arms turn about themselves and show another side. On rendered people whose
    arms were pulled, arms moved as a whole were farther from the truth than the engine's, legs nearer.
    """
    planes_B2hw = torch.cat([same_B1hw * person_B1hw, person_B1hw], 1)
    planes_B2hw = shrunk(planes_B2hw, shares_BLhw.shape[2:])
    same_BL, all_BL = torch.einsum("bchw,blhw->cbl", planes_B2hw, shares_BLhw)
    alike_BL = ramp(same_BL / all_BL.clamp_min(1e-3), *_ALIKE_LEG)
    alike_B1hw = torch.einsum("bl,blhw->bhw", alike_BL, shares_BLhw)[:, None]
    return enlarged(alike_B1hw, size_of(same_B1hw))


def _same_head(picture_BChw: Tensor, class_B8hw: Tensor, own: OwnPose) -> Tensor:
    """0 to 1 [B, 1, 1, 1]: how far hair and face have the colours that the engine drew in the photo's own
    pose, whatever of them is seen: how much of a forehead hair covers, a tilt changes."""
    own_B8hw = own.surface[:, :CLASSES]
    same_B111 = torch.ones_like(picture_BChw[:, :1, :1, :1])
    for number in _HEAD:
        now_B3, then_B3 = (
            mean_colour(drawn_BChw, seen_B8hw[:, number, None])
            for drawn_BChw, seen_B8hw in ((picture_BChw, class_B8hw), (own.picture, own_B8hw))
        )
        same_B111 = same_B111 * small(now_B3 - then_B3)
    return same_B111


def _same_background(picture_BChw: Tensor, person_B1hw: Tensor, own: OwnPose) -> Tensor:
    """0 to 1: how far what is behind the person has the photo's colours, far and wide."""
    behind_B1hw = 1.0 - person_B1hw
    planes_B4hw = torch.cat([(picture_BChw - own.plate) * behind_B1hw, behind_B1hw], 1)
    change_B3hw, behind_B1hw = wide_mean(planes_B4hw, _NEARBY, 4).split((3, 1), 1)
    return small(change_B3hw / behind_B1hw.clamp_min(0.05))


def _returns(before_B2hw: Tensor, after_B2hw: Tensor) -> Tensor:
    """0 to 1: how far what was there comes here. What a bone takes elsewhere does not."""
    rows, columns = size = size_of(before_B2hw)
    here_2hw = centres(size, before_B2hw.device)
    amiss_B2hw = before_B2hw + at(after_B2hw - here_2hw, before_B2hw) - here_2hw
    amiss_B2hw *= amiss_B2hw.new_tensor((columns / rows, 1.0)).view(2, 1, 1)
    return torch.exp(-(length(amiss_B2hw) / _RETURNS).square())


def _trusted(
    same_B1hw: Tensor,
    whole_leg_B1hw: Tensor,
    head_B1hw: Tensor,
    hair_B1hw: Tensor,
    person_B1hw: Tensor,
    returns_B1hw: Tensor,
) -> Tensor:
    """Trust [B, 1, h, w], 0 to 1, from where the engine draws the same: closed over its small differences,
    for a head with its hair as a whole, and taken from what the person has left."""
    of_head_B111 = (same_B1hw * head_B1hw).sum((2, 3), keepdim=True)
    of_head_B111 = of_head_B111 / head_B1hw.sum((2, 3), keepdim=True).clamp_min(1.0)
    closed_B1hw, closed_leg_B1hw = (
        running_mean(same_B1hw, odd_side(side, same_B1hw.shape[-2])) for side in (_CLOSED, _CLOSED_LEG)
    )
    trust_B1hw = torch.lerp(closed_B1hw, closed_leg_B1hw, whole_leg_B1hw)
    trust_B1hw = ramp(torch.lerp(trust_B1hw, of_head_B111, hair_B1hw), 0.25, 0.5)

    planes_B2hw = torch.cat([same_B1hw * person_B1hw, person_B1hw], 1)
    drawn_B1hw, all_B1hw = wide_mean(planes_B2hw, _NEARBY, 4).split(1, 1)
    near_B1hw = drawn_B1hw / all_B1hw.clamp_min(1e-3)
    other_B1hw = around(1.0 - around((same_B1hw > _OTHER_THING).float(), 3), _OTHER)
    behind_B1hw = ramp(near_B1hw, 0.4, 0.6) * returns_B1hw * (1.0 - other_B1hw)
    return running_mean(trust_B1hw * torch.where(person_B1hw.maximum(hair_B1hw) > 0.5, 1.0, behind_B1hw), 3)
