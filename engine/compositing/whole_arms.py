"""Arms as they are shown when they are elsewhere: entire, where a photo hides some of them.

One that is hardly seen, behind its trunk, in a sleeve that is nowhere told from its jacket, or turned away,
is lent by the other one, mirrored. Where one lies across the other, or hair before it, the hidden one goes on
as it is before and behind; what goes over into its hand, where nothing is behind, is lent too. Of whatever is
told of a photo's px: its colours, or classes and places.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.compositing.arms_joined import as_broad_as, breadths
from engine.compositing.cut_outs import window_around
from engine.compositing.fields import Window, between_known, ramp, size_of, without_valleys
from engine.compositing.limb_bones import ARM_CHAINS, ARMS, positions, sampled, segments
from engine.compositing.limb_mattes import THICK, reach
from engine.compositing.ribbons import Place, Ribbon, inner_side, place_of, position_at, ribbon
from engine.compositing.under_arms import with_rims

SEEN, FILLED, LENT = 0.0, 1.0, 2.0  # how an arm is shown

_HARDLY = 0.5  # of the other arm's breadth, less than which of one is hardly seen: others have .52 and more
_PIECE, _BROKEN = 5, 0.4  # points of its line, over which less than this share of an arm leaves it in pieces
_ENOUGH = 0.12  # units, so broad is an arm, on the mean, that can be lent
_POINTS = (
    0.25  # of the longer bone, so short a forearm points at us: of 140 one has .14, the others .44 and more
)
_SHORTENED = 0.6  # of the other one's forearm, so short one points at us, too
_GAP = 0.9  # of its breadth before and behind, less than which of an arm is seen where another hides it
_BROADER = 1.2  # times as broad as it mostly is, an arm is at most where it is hidden
_ACROSS = 0.5  # how much of what an arm's line passes there is the other's
_COVERED = 0.15  # of an upper arm's first half, of which more is under hair: it is lent by the other one
_BESIDE = 2  # points of its line from where it is hidden to where it is wholly seen
_EDGE = 0.02  # units, so soft is an edge
_SHORT = 9  # points of a line: over fewer an arm does not grow broader and narrower again


class WholeArms(NamedTuple):
    """arms: planes of the right and the left one [B, 2 C, H, W], of both alike [B, C, H, W] where nothing of
    them is hidden. drawn: what is shown of them, 0 to 1 [B, 2, H, W]."""

    arms: Tensor
    drawn: Tensor


@torch.no_grad()
def how_shown(arms_B2HW: Tensor, pose_B183: Tensor, hair_B1HW: Tensor) -> Tensor:
    """Whether the right and the left arm are shown as they are seen, filled, or lent: SEEN, FILLED, LENT,
    float32 [B, 2]. It is told once a photo: in another size it might be told otherwise.

    arms: mattes of what is seen of them, 0 to 1. pose: the photo's own, as
    `moving_least_squares.normalised_pose` gives it. hair: as of `hair_before.hair`."""
    size = size_of(arms_B2HW)
    sides_2 = pose_B183.new_tensor((size[1] / size[0], 1.0))
    shown_B2 = torch.full((len(pose_B183), 2), SEEN, device=arms_B2HW.device)
    each_of = zip(pose_B183.float(), arms_B2HW, hair_B1HW[:, 0], shown_B2, strict=True)
    for pose_183, arms_2HW, hair_HW, shown_2 in each_of:
        both = _both(pose_183, arms_2HW, sides_2)
        for side, (arm, other) in enumerate(zip(both, reversed(both), strict=True)):
            over_N = _over(arm, arms_2HW[1 - side].maximum(hair_HW), sides_2)
            covered = _under_hair(arm, other, hair_HW, sides_2) > _COVERED
            if _is_lent(arm, other, over_N, covered):
                shown_2[side] = LENT
            elif _gaps(arm, over_N) is not None:
                shown_2[side] = FILLED
    return shown_B2


@torch.no_grad()
def whole_arms(
    planes_BCHW: Tensor, arms_B2HW: Tensor, pose_B183: Tensor, shown_B2: Tensor, hair_B1HW: Tensor
) -> WholeArms:
    """planes: as both arms are seen. arms, pose, hair: as of `how_shown`, which tells shown."""
    size = size_of(arms_B2HW)
    sides_2 = pose_B183.new_tensor((size[1] / size[0], 1.0))
    here_HW = positions(size, sides_2)
    planes_B2CHW, mattes_B2HW, changed = planes_BCHW[:, None], arms_B2HW, False
    for number, pose_183 in enumerate(pose_B183.float()):
        both = _both(pose_183, arms_B2HW[number], sides_2)
        for side, (arm, other) in enumerate(zip(both, reversed(both), strict=True)):
            if (shown := float(shown_B2[number, side])) == SEEN:
                continue
            if not changed:
                planes_B2CHW = planes_BCHW[:, None].repeat(1, 2, 1, 1, 1)
                mattes_B2HW, changed = arms_B2HW.clone(), True
            window = window_around(arm.made.line_N, THICK[1] * arm.unit, size, sides_2)
            seen_CHW, own_HW, others_HW = planes_BCHW[number], *arms_B2HW[number, [side, 1 - side]]
            where = place_of(here_HW[window], arm.made.line_N)
            planes_Chw, matte_hw = (
                _lent(arm, other, where, seen_CHW, others_HW, sides_2)
                if shown == LENT
                else _filled(
                    (arm, other),
                    where,
                    window,
                    seen_CHW,
                    own_HW,
                    (others_HW, others_HW.maximum(hair_B1HW[number, 0])),
                    sides_2,
                )
            )
            planes_B2CHW[(number, side, ..., *window)] = planes_Chw
            mattes_B2HW[(number, side, *window)] = matte_hw
    return WholeArms(planes_B2CHW.flatten(1, 2), mattes_B2HW)


class _Arm(NamedTuple):
    """Its ribbon, its unit, and how broad it is seen to both sides of it [2, N], in units."""

    made: Ribbon
    unit: float
    broad_2N: Tensor

    @property
    def forearm(self) -> float:
        """How long its forearm is seen, in half the picture's height."""
        elbow, wrist = self.made.line_N[list(self.made.joints[1:])]
        return float((wrist - elbow).abs())

    @property
    def bones(self) -> slice:
        """The points of the line that are along its bones."""
        return slice(self.made.root, self.made.joints[-1] + 1)


def _arm(side: int, pose_183: Tensor, arm_HW: Tensor, sides_2: Tensor) -> _Arm | None:
    placed = segments(pose_183, sides_2)
    if not all(number in placed for number in ARMS[side]):
        return None
    made = ribbon(pose_183, placed, ARM_CHAINS[side], 1.0, sides_2)
    assert made is not None
    unit = placed[ARMS[side][0]].unit
    return _Arm(made, unit, breadths(made.line_N, unit, arm_HW, sides_2))


def _both(pose_183: Tensor, arms_2HW: Tensor, sides_2: Tensor) -> tuple[_Arm, ...]:
    """The right and the left one; none where one has not all its joints."""
    right, left = (_arm(side, pose_183, arm_HW, sides_2) for side, arm_HW in enumerate(arms_2HW))
    return () if right is None or left is None else (right, left)


def _over(arm: _Arm, over_HW: Tensor, sides_2: Tensor) -> Tensor:
    """Which points of its line something lies over [N]."""
    return sampled(over_HW[None], arm.made.line_N[None], sides_2)[0, 0] > _ACROSS


def _under_hair(arm: _Arm, other: _Arm, hair_HW: Tensor, sides_2: Tensor) -> float:
    """How much of the first half of an upper arm, which is as broad as the other one's, is under hair."""
    size = size_of(hair_HW)
    window = window_around(arm.made.line_N[: arm.made.joints[1]], THICK[1] * arm.unit, size, sides_2)
    where = place_of(positions(size, sides_2)[window], arm.made.line_N)
    broad_2N = as_broad_as(other.broad_2N, other.made, arm.made)
    half = (arm.made.root + arm.made.joints[1]) // 2
    there_hw = (where.piece >= arm.made.root) & (where.piece < half)
    there_hw &= where.aside.abs() < arm.unit * where.beside(broad_2N)
    return float(hair_HW[window][there_hw].mean()) if there_hw.any() else 0.0


def hardly_seen(broad_N: Tensor, other_N: Tensor) -> bool:
    """Of an arm and the other one, how broad both are seen along their bones, where they do not cross."""
    share_N = (broad_N / other_N.clamp_min(1e-3)).clamp(max=1.0)
    piece_N = F.avg_pool1d(share_N[None], min(_PIECE, len(share_N)), 1)[0]
    hardly = float(share_N.mean()) < _HARDLY or float(piece_N.min()) < _BROKEN
    return hardly and float(other_N.mean()) > _ENOUGH


def _is_lent(arm: _Arm, other: _Arm, over_N: Tensor, covered: bool) -> bool:
    """over: where something hides it, that does not tell how it is seen; covered: whether hair hides so much
    of it that there is too little to go on by."""
    free_N = ~over_N[arm.bones]
    broad_N, other_N = (each.broad_2N.sum(0)[each.bones] for each in (arm, other))
    if free_N.any():
        broad_N, other_N = broad_N[free_N], other_N[free_N]
    # An arm whose forearm points at us lends nothing: its few px would be drawn out to a slab.
    far = other.forearm > _POINTS * other.unit
    # What is hidden of one that points at us, too, would be drawn out to a slab.
    short = arm.forearm < _SHORTENED * other.forearm and _gaps(arm, over_N) is not None
    return far and (hardly_seen(broad_N, other_N) or (covered or short) and float(other_N.mean()) > _ENOUGH)


def _lent(
    arm: _Arm, other: _Arm, where: Place, planes_CHW: Tensor, others_HW: Tensor, sides_2: Tensor
) -> tuple[Tensor, Tensor]:
    """Its planes [C, h, w] and its matte [h, w], at places of it."""
    if inner_side(other.made) != inner_side(arm.made):
        where = where._replace(aside=-where.aside)
    over_hw = where.aside.abs() / arm.unit - where.beside(_as_sleeve(other, others_HW, sides_2))
    there_hw = position_at(where, other.made.line_N, arm.unit / other.unit)
    matte_hw = sampled(others_HW[None], there_hw, sides_2)[0].masked_fill(where.beyond, 0.0)
    matte_hw = matte_hw * (1.0 - ramp(over_hw, 0.0, 2 * _EDGE))
    return sampled(planes_CHW, there_hw, sides_2), matte_hw


def _as_sleeve(arm: _Arm, arm_HW: Tensor, sides_2: Tensor) -> Tensor:
    """How broad an arm is to both sides of its bones [2, N], in units, without what stands out of it on a
    short way: in the crook of an elbow lies another part of it."""
    broad_2N = THICK[1] * reach(arm.made.line_N, arm_HW, arm.unit, sides_2)
    inner_2N = -F.max_pool1d(-broad_2N, _SHORT, 1, _SHORT // 2)
    sleeve_2N = F.max_pool1d(inner_2N, _SHORT, 1, _SHORT // 2)
    sleeve_2N[:, : arm.made.root] = sleeve_2N[:, arm.made.root, None]  # what is beside that is a trunk
    sleeve_2N[:, arm.made.joints[-1] :] = THICK[1]  # a hand is of any shape
    return sleeve_2N


def _gaps(arm: _Arm, over_N: Tensor) -> tuple[Tensor, Tensor] | None:
    """Which points of its line the other arm hides, and at which it is wholly seen, [N] each; None where
    there are none."""
    broad_N = arm.broad_2N.sum(0)
    on_bones_N = torch.zeros_like(over_N)
    on_bones_N[arm.bones] = True
    whole_N = without_valleys(broad_N)
    free = (on_bones_N & ~over_N).nonzero()[:, 0].tolist()
    if free and free[0] > arm.made.root:  # hidden from its shoulder on, it is as broad as below
        below = min(free[0] + _BESIDE, len(whole_N) - 1)
        whole_N[: free[0]] = whole_N[: free[0]].maximum(whole_N[below])
    gap_N = on_bones_N & over_N & (broad_N < _GAP * whole_N)
    beside_N = F.max_pool1d(gap_N[None].float(), 2 * _BESIDE + 1, 1, _BESIDE)[0] > 0
    known_N = on_bones_N & ~beside_N
    return (gap_N, known_N) if gap_N.any() and known_N.any() else None


def _filled(
    both: tuple[_Arm, _Arm],
    where: Place,
    window: Window,
    planes_CHW: Tensor,
    own_HW: Tensor,
    over: tuple[Tensor, Tensor],
    sides_2: Tensor,
) -> tuple[Tensor, Tensor]:
    """Its planes [C, h, w] and its matte [h, w], at places of it in a window. both: it, and the other one.
    over: the other one's matte, and of all that is over it, hair too."""
    (arm, other), (others_HW, over_HW) = both, over
    matte_hw, planes_Chw = own_HW[window], planes_CHW[(..., *window)]
    gaps = _gaps(arm, _over(arm, over_HW, sides_2))
    if gaps is None:
        return planes_Chw, matte_hw
    gap_N, known_N = gaps
    # Beyond a wrist that is hidden is a hand: no arm is as broad.
    most_21 = _BROADER * arm.broad_2N[:, known_N].median(1, keepdim=True).values
    broad_2N = torch.stack([between_known(each_N, known_N) for each_N in arm.broad_2N])
    broad_2N = torch.where(known_N, broad_2N, broad_2N.minimum(most_21))
    line_N = arm.made.line_N
    shape_hw = 1.0 - ramp(where.aside.abs() / arm.unit - where.beside(broad_2N), -_EDGE, _EDGE)
    # Its rim has something of the other's colours.
    over_hw = with_rims(over_HW[window][None, None], len(over_HW))[0, 0]
    along_hw = where.piece + where.part
    lent_Chw, lent_hw = _lent(arm, other, where, planes_CHW, others_HW, sides_2)
    theirs_N = other.broad_2N.sum(0)
    known_hw = where.of((theirs_N > _ENOUGH).float())
    hand_hw = where.piece >= arm.made.joints[-1]
    for first, last in _runs(gap_N):
        before, behind = float(first - _BESIDE), float(last + _BESIDE)  # beside it an arm is partly hidden
        in_gap_hw = (along_hw > before - 1) & (along_hw < behind + 1) & ~where.beyond
        part_hw = ((along_hw - before) / (behind - before)).clamp(0.0, 1.0)
        if before <= arm.made.root:  # there is nothing before it
            part_hw = torch.ones_like(part_hw)
        ends = []
        root, wrist = arm.made.root, arm.made.joints[-1]
        for at, least, most in ((before, min(root, before), before), (behind, behind, max(wrist, behind))):
            at_hw = (2.0 * at - along_hw).clamp(least, most)  # as in a mirror that stands there
            piece_hw = at_hw.long().clamp(0, len(line_N) - 2)
            there = Place(piece_hw, at_hw - piece_hw, where.aside, where.beyond)
            broad_hw = (there.beside(broad_2N) / where.beside(broad_2N).clamp_min(1e-3)).clamp(max=1.0)
            there = there._replace(aside=where.aside * broad_hw)
            ends.append(sampled(planes_CHW, position_at(there, line_N), sides_2))
        made_Chw, within_hw = torch.lerp(ends[0], ends[1], part_hw), shape_hw
        if behind >= wrist and len(theirs_N) == len(line_N):
            made_Chw = torch.lerp(made_Chw, lent_Chw, torch.where(hand_hw, 1.0, known_hw * lent_hw))
            within_hw = torch.lerp(shape_hw, shape_hw.minimum(lent_hw), known_hw)
            within_hw = torch.where(hand_hw, lent_hw, within_hw)
        hidden_hw = in_gap_hw * within_hw * over_hw
        planes_Chw = torch.lerp(planes_Chw, made_Chw, hidden_hw)
        matte_hw = matte_hw.maximum(hidden_hw)
    return planes_Chw, matte_hw


def _runs(marked_N: Tensor) -> list[tuple[int, int]]:
    """First and last of each run of what is marked."""
    runs: list[tuple[int, int]] = []
    for place in marked_N.nonzero()[:, 0].tolist():
        if runs and runs[-1][1] == place - 1:
            runs[-1] = runs[-1][0], place
        else:
            runs.append((place, place))
    return runs
