"""Arms in one piece: what lies between a shoulder and a hand that is seen is arm, whether the parsing network
sees it or not. Of a cuff as dark as its skirt, or a sheer sleeve before a dress, it sees nothing.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.compositing.fields import between_known, ramp, size_of, without_valleys
from engine.compositing.limb_bones import ARM_CHAINS, ARMS, BONES, positions, sampled, segments
from engine.compositing.limb_mattes import THICK, across, reach
from engine.compositing.ribbons import Place, Ribbon, inner_side, place_of, ribbon
from engine.pose import skeleton as sk

_SEEN = 0.5  # of a matte
_ACROSS = 24  # points to either side that an arm's breadth is told by
_LEAST = 0.05  # units, so broad is an arm that is seen
_OF_HAND = 8  # points of the line beyond a wrist
_HAND = 0.3  # of these, how many show a hand at least
_NARROW = 0.5  # of what it is above and below, so broad is an arm that is seen; a wrist is less narrow
_NEAR = 0.25  # units from an arm's line, up to which a person's outline is its
_EDGE = -0.02, 0.02  # units beyond its breadth, up to which an arm is surely, and at most
_HIDDEN = 0.05  # of what is lacking, of which more is under hair: it hides the arm. Of 60 people .11 and more
_SURE = 0.3, 0.7  # how likely an arm may be there: from the first on, at the second surely


class _Arm(NamedTuple):
    """Its ribbon, where positions are along it, its unit, how broad it is seen to both sides [2, N], in
    units, and whether it is there seen at all [N]."""

    made: Ribbon
    where: Place
    unit: float
    broad_2N: Tensor
    seen_N: Tensor


@torch.no_grad()
def joined(arms_B2HW: Tensor, worn_B1HW: Tensor, pose_B183: Tensor, hair_B1HW: Tensor) -> Tensor:
    """Mattes of arms, as of `arms_seen.with_hands`, with what they lack from their shoulders to their hands:
    as broad as above and below; above all that is seen of an arm, as the other. What hair hides is lacking
    for good: there is a trunk beside it.

    worn: how likely an arm may be there, bare or in a sleeve. pose: the photo's own, as
    `moving_least_squares.normalised_pose` gives it. hair: as of `hair_before.hair`.
    """
    size = size_of(arms_B2HW)
    sides_2 = pose_B183.new_tensor((size[1] / size[0], 1.0))
    here_HW = positions(size, sides_2)
    made_B2HW = arms_B2HW.clone()
    each_of = zip(pose_B183.float(), arms_B2HW, worn_B1HW[:, 0], hair_B1HW[:, 0], made_B2HW, strict=True)
    for pose_183, arms_2HW, worn_HW, hair_HW, made_2HW in each_of:
        found = {side: _found(side, pose_183, arms_2HW[side], here_HW, sides_2) for side in range(2)}
        for side, arm in found.items():
            if arm is not None:
                lacks_HW = _lacking(arm, found[1 - side], worn_HW, sides_2)
                if float((lacks_HW * hair_HW).sum()) > _HIDDEN * float(lacks_HW.sum()):
                    continue
                lacks_HW = lacks_HW * ramp(worn_HW, *_SURE)
                made_2HW[side] = arms_2HW[side].maximum(lacks_HW * (1.0 - arms_2HW[1 - side]))
    return made_B2HW


def _found(side: int, pose_183: Tensor, arm_HW: Tensor, here_HW: Tensor, sides_2: Tensor) -> _Arm | None:
    """None of an arm that has not all its joints, or whose elbow or hand is not seen: it may be behind its
    trunk."""
    placed = segments(pose_183, sides_2)
    if not all(number in placed for number in ARMS[side]):
        return None
    if pose_183[BONES[ARMS[side][0]].end, 2] == sk.GUESSED:
        return None
    unit = placed[ARMS[side][0]].unit
    made = ribbon(pose_183, placed, ARM_CHAINS[side], 1.0, sides_2)
    assert made is not None
    line_N, wrist = made.line_N, made.joints[-1]
    to_end_N = torch.arange(_OF_HAND, device=line_N.device) / _OF_HAND * (line_N[-1] - line_N[wrist])
    line_N = torch.cat([line_N[:wrist], line_N[wrist] + to_end_N, line_N[-1:]])
    broad_2N = breadths(line_N, unit, arm_HW, sides_2)
    broad_N = broad_2N.sum(0)
    hand_N = broad_N[wrist + 1 :] > _LEAST
    if hand_N.float().mean() < _HAND:
        return None
    last = wrist + 1 + int(hand_N.nonzero().max())
    seen_N = broad_N > (_NARROW * without_valleys(broad_N)).clamp_min(_LEAST)
    seen_N[: made.root], seen_N[last:] = True, True
    made = made._replace(line_N=line_N)
    return _Arm(made, place_of(here_HW, line_N), unit, broad_2N, seen_N)


def breadths(line_N: Tensor, unit: float, arm_HW: Tensor, sides_2: Tensor) -> Tensor:
    """How much of an arm is seen to both sides of a line [2, N], in units."""
    aside_A = (torch.arange(_ACROSS, device=line_N.device) + 0.5) / _ACROSS * THICK[1] * unit
    point_2NA = across(line_N, aside_A)
    seen_2NA = sampled(arm_HW[None], point_2NA.flatten(0, 1), sides_2)[0].view(point_2NA.shape)
    return THICK[1] * (seen_2NA > _SEEN).float().mean(2)


def as_broad_as(theirs_2N: Tensor, other: Ribbon, made: Ribbon) -> Tensor:
    """How broad an arm is that is the other one's mirror image, to both of its sides [2, N]."""
    return theirs_2N if inner_side(other) == inner_side(made) else theirs_2N.flip(0)


def _lacking(arm: _Arm, other: _Arm | None, worn_HW: Tensor, sides_2: Tensor) -> Tensor:
    """0 to 1 [H, W]: the shape of an arm where nothing of it is seen, to the person's outline where that is
    near."""
    lacks_N = ~arm.seen_N
    broad_2N = torch.stack([between_known(each_N, arm.seen_N) for each_N in arm.broad_2N])
    if other is not None and len(other.seen_N) == len(lacks_N):
        theirs_2N = as_broad_as(other.broad_2N, other.made, arm.made)
        above_N = (lacks_N[arm.made.root :].float().cummin(0).values > 0) & other.seen_N[arm.made.root :]
        broad_2N[:, arm.made.root :] = torch.where(
            above_N, theirs_2N[:, arm.made.root :], broad_2N[:, arm.made.root :]
        )
    to_wall_2N = THICK[1] * reach(arm.made.line_N, worn_HW, arm.unit, sides_2)
    broad_2N = torch.where(to_wall_2N < _NEAR, to_wall_2N.maximum(broad_2N), broad_2N)
    over_HW = arm.where.aside.abs() / arm.unit - arm.where.beside(broad_2N)
    lacks_HW = arm.where.of(F.max_pool1d(lacks_N[None].float(), 3, 1, 1)[0])
    return (lacks_HW * (1.0 - ramp(over_HW, *_EDGE))).masked_fill(arm.where.beyond, 0.0)
