"""Which limbs of a photo are elsewhere in a pose, and how far they can be shown there as cut-outs."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from engine.compositing.fields import ramp
from engine.compositing.limb_bones import (
    ARMS,
    BONES,
    FRONTAL,
    HIPS,
    SHOULDERS,
    LimbBone,
    Segment,
    as_complex,
    core,
    not_short,
    sampled,
    segments,
)
from engine.pose import skeleton as sk

_UPPER = [*SHOULDERS, sk.NECK]
_SIDE = 0.15  # of the trunk's length, how much the shoulders' distance may differ; seen from before it is .7
_MOVED = 0.03, 0.08  # of half the picture's height, less what its trunk moved: a limb that is elsewhere
_LONGER, _SHORTER = (0.25, 0.45), (1.0, 1.4)  # log of what a bone may stretch or foreshorten as a cut-out
_WHOLE = 0.35, 0.6  # how much of its core a limb shows in the photo: from the first on, at the second surely
_TELLS = 0.02  # of half the picture's height, shoulders or ends of a spine nearer to each other tell nothing
_LEANT = 0.05, 0.12  # what a trunk turns (radians) and grows, to be moved


class Trunk(NamedTuple):
    """Where a trunk was and is: what was at `then` is at `now`, turned and enlarged by `turn`, complex; and
    how far that is elsewhere, 0 to 1."""

    then: Tensor
    now: Tensor
    turn: Tensor

    @property
    def part(self) -> Tensor:
        return ramp((self.turn - 1.0).abs(), *_LEANT)

    def before(self, here: Tensor) -> Tensor:
        """Where was what is at these positions."""
        return self.then + (here - self.now) / self.turn


class Elsewhere(NamedTuple):
    """A bone, its number in BONES, where the photo has it and where it is now; how far it is elsewhere, and
    how far it is drawn as a cut-out, 0 to 1; and whether it is behind the trunk."""

    number: int
    bone: LimbBone
    then: Segment
    now: Segment
    part: Tensor
    drawn: Tensor
    hidden: bool

    @property
    def is_thigh(self) -> bool:
        return self.bone.upper and not self.bone.of_arm


def trunk_of(now_183: Tensor, own_183: Tensor, sides_2: Tensor) -> Trunk | None:
    """By neck and hips, or by the shoulders of a picture that ends above them. None where the trunk shows
    another side: shoulders not as far apart, for its length, or not on their sides; or where shoulders or
    spine are of no length."""
    poses = now_183, own_183
    if not all((pose_183[_UPPER, 2] > 0).all() for pose_183 in poses):
        return None
    (right, left, neck), (own_right, own_left, own_neck) = (
        as_complex(pose_183[_UPPER, :2] * sides_2) for pose_183 in poses
    )
    breadth, own_breadth = left - right, own_left - own_right
    if own_breadth.abs() < _TELLS:
        return None
    if all((pose_183[HIPS, 2] > 0).all() for pose_183 in poses):
        spine, own_spine = (
            as_complex(pose_183[HIPS, :2] * sides_2).mean() - place
            for pose_183, place in zip(poses, (neck, own_neck), strict=True)
        )
        if torch.minimum(spine.abs(), own_spine.abs()) < _TELLS:
            return None
        apart = (breadth / not_short(spine)).imag - (own_breadth / not_short(own_spine)).imag
        turn = spine / not_short(own_spine)
    else:
        turn = breadth / not_short(own_breadth)
        apart = (turn - 1.0).abs() * FRONTAL
    return Trunk(own_neck, neck, turn) if apart.abs() < _SIDE else None


def elsewhere(
    now_183: Tensor, own_183: Tensor, trunk: Trunk, limbs_4HW: Tensor, sides_2: Tensor
) -> list[Elsewhere]:
    """Of the bones that both poses have."""
    shown: list[Elsewhere] = []
    own, placed = segments(own_183, sides_2), segments(now_183, sides_2)
    for number in sorted(own.keys() & placed.keys()):
        bone, then, now = BONES[number], own[number], placed[number]
        whole = ramp(sampled(limbs_4HW[bone.chain][None], core(then), sides_2).mean(), *_WHOLE)
        root = BONES[number - (not bone.upper)].begin
        rooted = min(now_183[root, 2].item(), own_183[root, 2].item()) > sk.ABSENT
        step = as_complex((now_183 - own_183)[root, :2] * sides_2) if rooted else trunk.now - trunk.then
        moved = torch.maximum((now.begin - then.begin - step).abs(), (now.end - then.end - step).abs())
        bones = torch.stack([now.end - now.begin, then.end - then.begin])
        stretched = torch.sub(*not_short(bones).abs().log())
        whole = whole * (1.0 - ramp(stretched, *_LONGER)) * (1.0 - ramp(-stretched, *_SHORTER))
        part, hidden = ramp(moved, *_MOVED) * whole, bool(now_183[bone.end, 2] == sk.GUESSED)
        on_a_leg = max((each.part for each in shown if not each.bone.of_arm), default=part)
        drawn = torch.maximum(part, on_a_leg * whole) if bone.of_arm and not hidden else part
        shown.append(Elsewhere(number, bone, then, now, part, drawn, hidden))
    return shown


def hands_elsewhere(pose_B183: Tensor, own_pose_B183: Tensor, limbs_B8HW: Tensor) -> Tensor:
    """0 to 1 [B, 2]: how far the hands of the right and the left arm are shown elsewhere than in the photo.

    Poses as `moving_least_squares.normalised_pose` gives them; limbs: as of `limb_mattes.limb_mattes`.
    """
    rows, columns = limbs_B8HW.shape[-2:]
    sides_2 = pose_B183.new_tensor((columns / rows, 1.0))
    parts_B2 = pose_B183.new_zeros(len(pose_B183), 2)
    every = zip(pose_B183, own_pose_B183, limbs_B8HW, parts_B2, strict=True)
    for now_183, own_183, limbs_4HW, parts_2 in every:
        trunk = trunk_of(now_183, own_183, sides_2)
        if trunk is not None:
            for each in elsewhere(now_183, own_183, trunk, limbs_4HW.float(), sides_2):
                for arm, (_, forearm) in enumerate(ARMS):
                    if each.number == forearm:
                        parts_2[arm] = each.part
    return parts_B2
