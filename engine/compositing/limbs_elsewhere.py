"""Which limbs of a photo are elsewhere in a pose, and how far they can be shown there as cut-outs."""

from __future__ import annotations

from collections.abc import Sequence
from math import log
from typing import NamedTuple

import torch
from torch import Tensor

from engine.compositing.fields import ramp_at
from engine.compositing.limb_bones import (
    ARM_CHAINS,
    ARMS,
    BONES,
    FRONTAL,
    HIPS,
    SHOULDERS,
    LimbBone,
    Segment,
    cores,
    cross,
    joints,
    sampled,
    segments,
)
from engine.compositing.ribbons import BONES_OF_LIMB
from engine.pose import skeleton as sk

_UPPER = [*SHOULDERS, sk.NECK]
_SIDE = 0.15  # of the trunk's length, how much the shoulders' distance may differ; seen from before it is .7
# Of half the picture's height, less what its trunk moved: a limb that is elsewhere. Half drawn by an engine
# it is seen twice, so that is soon past; by little more than half a px of 256 rows engines draw the same.
MOVED = 0.006, 0.02
# Likewise a head, or shoulders, that are not where the trunk takes them, and a thigh: one that is hardly
# turned goes on from its hip without a crease.
_OFF = 0.03, 0.08
# Half a px of 256 rows to one and a half: a head that is drawn twice is worse than a rim.
_NODDED = 0.004, 0.012  # of it, that a head moved less than its trunk takes it
# Log of what a bone may stretch as a cut-out, of a leg and of an arm: a forearm that points at us is half as
# long as it is, and what an engine draws of it is a ghost.
_LONGER = (0.25, 0.45), (0.7, 1.0)
# Likewise foreshorten, of a leg and of an arm: half a sleeve through which the engine's is seen is worse than
# a short one.
_SHORTER = (1.0, 1.4), (1.7, 2.2)
_ASIDE = -0.12, 0.0, 0.12  # units from a bone, where its limb may be seen: joints are where they seem to be
_WHOLE = 0.35, 0.6  # how much of its core a limb shows in the photo: from the first on, at the second surely
_TELLS = 0.02  # of half the picture's height, shoulders or ends of a spine nearer to each other tell nothing
_LEANT = 0.05, 0.12  # what a trunk turns (radians) and grows, to be moved
_ACROSS = 0.8, 1.1  # units from a bone, up to which an arm that is moved lies on another


class Trunk(NamedTuple):
    """Where a trunk was and is: what was at `then` is at `now`, turned and enlarged by `turn`, complex; and
    how far that is elsewhere, 0 to 1."""

    then: complex
    now: complex
    turn: complex

    @property
    def part(self) -> float:
        return ramp_at(abs(self.turn - 1.0), *_LEANT)

    def before(self, here_hw: Tensor) -> Tensor:
        """Where was what is at these positions."""
        back = 1.0 / self.turn
        return here_hw * back + (self.then - self.now * back)

    def after(self, place: complex) -> complex:
        """Where is now what was there."""
        return self.now + (place - self.then) * self.turn


class Elsewhere(NamedTuple):
    """A bone, its number in BONES, where the photo has it and where it is now; how far it is elsewhere, and
    how far it is drawn as a cut-out, 0 to 1; and whether its limb is behind its person, as one of which a
    joint is guessed."""

    number: int
    bone: LimbBone
    then: Segment
    now: Segment
    part: float
    drawn: float
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
    (point_18, own_18) = (joints(pose_183, sides_2) for pose_183 in poses)
    (right, left, neck), (own_right, own_left, own_neck) = (
        [each[joint] for joint in _UPPER] for each in (point_18, own_18)
    )
    breadth, own_breadth = left - right, own_left - own_right
    if abs(own_breadth) < _TELLS:
        return None
    if all((pose_183[HIPS, 2] > 0).all() for pose_183 in poses):
        spine, own_spine = (
            sum(each[joint] for joint in HIPS) / len(HIPS) - place
            for each, place in ((point_18, neck), (own_18, own_neck))
        )
        if min(abs(spine), abs(own_spine)) < _TELLS:
            return None
        apart = (breadth / spine).imag - (own_breadth / own_spine).imag
        turn = spine / own_spine
    else:
        turn = breadth / own_breadth
        apart = abs(turn - 1.0) * FRONTAL
    return Trunk(own_neck, neck, turn) if abs(apart) < _SIDE else None


def elsewhere(
    now_183: Tensor,
    own_183: Tensor,
    trunk: Trunk,
    limbs_4HW: Tensor,
    sides_2: Tensor,
    lent: Sequence[bool] = (False, False),
) -> list[Elsewhere]:
    """Of the bones that both poses have. lent: whether the right and the left arm are the other's."""
    shown: list[Elsewhere] = []
    wholes: list[float] = []
    own, placed = segments(own_183, sides_2), segments(now_183, sides_2)
    numbers = sorted(own.keys() & placed.keys())
    point_18, own_18 = joints(now_183, sides_2), joints(own_183, sides_2)
    state_18, own_state_18 = now_183[:, 2].tolist(), own_183[:, 2].tolist()
    behind = {bone.chain for bone in BONES if state_18[bone.end] == sk.GUESSED}
    seen = _seen([own[number] for number in numbers], [BONES[n].chain for n in numbers], limbs_4HW, sides_2)
    for number, whole in zip(numbers, seen, strict=True):
        bone, then, now = BONES[number], own[number], placed[number]
        root = BONES[number - (not bone.upper)].begin
        rooted = min(state_18[root], own_state_18[root]) > sk.ABSENT
        step = point_18[root] - own_18[root] if rooted else trunk.now - trunk.then
        moved = max(abs(now.begin - then.begin - step), abs(now.end - then.end - step))
        stretched = log(abs(now.step) / abs(then.step))
        whole *= 1.0 - ramp_at(stretched, *_LONGER[bone.of_arm])
        whole *= 1.0 - ramp_at(-stretched, *_SHORTER[bone.of_arm])
        softly = bone.upper and not bone.of_arm
        part, hidden = ramp_at(moved, *(_OFF if softly else MOVED)) * whole, bone.chain in behind
        on_a_leg = max((each.part for each in shown if not each.bone.of_arm), default=part)
        drawn = max(part, on_a_leg * whole) if bone.of_arm and not hidden else part
        shown.append(Elsewhere(number, bone, then, now, part, drawn, hidden))
        wholes.append(whole)
    lent_chains = [chain for chain, is_lent in zip(ARM_CHAINS, lent, strict=True) if is_lent]
    return _with_crossed(_with_roots(shown, wholes), wholes, lent_chains)


def _with_roots(shown: list[Elsewhere], wholes: list[float]) -> list[Elsewhere]:
    """A thigh or an upper arm that stays is drawn with a shank or a forearm that does not: at their joint an
    engine draws something else. wholes: how far each bone can be a cut-out, 0 to 1."""
    ends = {each.bone.chain: each.part for each in shown if not each.bone.upper}
    return [
        each._replace(drawn=max(each.drawn, whole * ends.get(each.bone.chain, 0.0)))
        if each.bone.upper
        else each
        for each, whole in zip(shown, wholes, strict=True)
    ]


def _with_crossed(shown: list[Elsewhere], wholes: list[float], lent_chains: Sequence[int]) -> list[Elsewhere]:
    """An arm that another is laid across, or was, is drawn too: what that hides an engine does not know, nor
    does the photo. One that the photo hardly shows, behind its trunk, stays there. wholes: how far each bone
    can be a cut-out, 0 to 1."""
    moved = [each for each in shown if each.bone.of_arm and each.part > 0]
    crossed: dict[int, float] = {}
    for each in shown:
        near = [
            min(
                _apart(its.longer(other.bone.beyond), own.longer(each.bone.beyond))
                for its, own in ((other.now, each.now), (other.then, each.then))
            )
            for other in moved
            if other.bone.chain != each.bone.chain
        ]
        if near and each.bone.of_arm and not each.hidden and each.bone.chain not in lent_chains:
            across = 1.0 - ramp_at(min(near), *_ACROSS)
            crossed[each.bone.chain] = max(across, crossed.get(each.bone.chain, 0.0))
    return [
        each._replace(drawn=max(each.drawn, whole * crossed.get(each.bone.chain, 0.0)))
        for each, whole in zip(shown, wholes, strict=True)
    ]


def _apart(first: Segment, second: Segment) -> float:
    """How near two bones come to each other, in units of the first; 0 where they cross."""
    if cross(first, second):
        return 0.0
    far = []
    for bone, ends in ((first, second), (second, first)):
        for place in (ends.begin, ends.end):
            part = (place - bone.begin) / bone.step
            far.append(abs(bone.step) * abs(part - min(max(part.real, 0.0), 1.0)))
    return min(far) / first.unit


def _seen(own: list[Segment], chains: list[int], limbs_4HW: Tensor, sides_2: Tensor) -> list[float]:
    """How far bones of these limbs are in the photo, 0 to 1 each."""
    if not own:
        return []
    aside_N1 = torch.tensor([1j * each.step / abs(each.step) * each.unit for each in own])[:, None]
    core_ANn = torch.stack([cores(own) + part * aside_N1 for part in _ASIDE]).to(sides_2.device)
    seen_4N = sampled(limbs_4HW, core_ANn.flatten(0, 1), sides_2).unflatten(1, core_ANn.shape[:2])
    seen_4N = seen_4N.amax(1).mean(2).tolist()
    return [ramp_at(seen_4N[chain][n], *_WHOLE) for n, chain in enumerate(chains)]


def trunk_shown(
    now_183: Tensor, own_183: Tensor, trunk: Trunk, limbs: list[Elsewhere], sides_2: Tensor
) -> float:
    """0 to 1: how far the photo's trunk is laid where it is now: when it is elsewhere, or a limb or head is
    and the shoulders are where the trunk takes them."""
    off_18 = _off_trunk(now_183, own_183, trunk, sides_2)
    head = ramp_at(max(off_18[joint] for joint in sk.HEAD), *_OFF)
    part = max([head, *(each.part for each in limbs)])
    return max(trunk.part, part * (1.0 - ramp_at(max(off_18[joint] for joint in SHOULDERS), *_OFF)))


def head_stays(now_183: Tensor, own_183: Tensor, trunk: Trunk, sides_2: Tensor) -> float:
    """0 to 1: how far the photo's head is where the trunk takes it."""
    off_18 = _off_trunk(now_183, own_183, trunk, sides_2)
    return 1.0 - ramp_at(max(off_18[joint] for joint in sk.HEAD), *_NODDED)


def _off_trunk(now_183: Tensor, own_183: Tensor, trunk: Trunk, sides_2: Tensor) -> list[float]:
    """How far joints are from where the trunk takes them, in half heights; 0 of those that a pose lacks."""
    both = zip(joints(now_183, sides_2), joints(own_183, sides_2), strict=True)
    there_18 = ((now_183[:, 2] > 0) & (own_183[:, 2] > 0)).tolist()
    return [
        abs(trunk.then + (point - trunk.now) / trunk.turn - own) if there else 0.0
        for (point, own), there in zip(both, there_18, strict=True)
    ]


class Moves(NamedTuple):
    """What is elsewhere of a photo's person: her trunk, None where it shows another side; her limbs; and how
    far the photo's trunk is shown, as of `trunk_shown`."""

    trunk: Trunk | None
    limbs: list[Elsewhere]
    stays: float


def moves(pose_B183: Tensor, own_pose_B183: Tensor, limbs_B4HW: Tensor, lent_B2: Tensor) -> list[Moves]:
    """Of each of a batch. Poses as `moving_least_squares.normalised_pose` gives them; limbs: as of
    `limb_mattes.limb_mattes`; lent: bool, as of `OwnPose.lent`."""
    rows, columns = limbs_B4HW.shape[-2:]
    sides_2 = pose_B183.new_tensor((columns / rows, 1.0))
    found = []
    each_of = zip(pose_B183, own_pose_B183, limbs_B4HW.float(), lent_B2.tolist(), strict=True)
    for now_183, own_183, limbs_4HW, lent in each_of:
        trunk = trunk_of(now_183, own_183, sides_2)
        shown = [] if trunk is None else elsewhere(now_183, own_183, trunk, limbs_4HW, sides_2, lent)
        stays = 0.0 if trunk is None else trunk_shown(now_183, own_183, trunk, shown, sides_2)
        found.append(Moves(trunk, shown, stays))
    return found


def gone(shown: Sequence[Elsewhere]) -> list[float]:
    """0 to 1: how far each of the four limbs is elsewhere."""
    parts = [0.0] * len(BONES_OF_LIMB)
    for each in shown:
        parts[each.bone.chain] = max(parts[each.bone.chain], each.part)
    return parts


def hands_elsewhere(moves: Sequence[Moves]) -> list[list[float]]:
    """0 to 1: of each of a batch, how far the hands of the right and the left arm are shown elsewhere than in
    the photo."""
    return [
        [max((each.part for each in limbs if each.number == forearm), default=0.0) for _, forearm in ARMS]
        for _, limbs, _ in moves
    ]
