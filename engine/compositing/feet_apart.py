"""Which way feet point in a photo, for feet that touch: what is nearer to which is of which.

Each points from its ankle, turned in or out of its shank's way, or to where a landmarker saw its toes. Of
all pairs of ways that do not cross that is told which has the feet's pixels nearest to it, and itself on
them. Positions are as in `limb_bones`.
"""

from __future__ import annotations

from cmath import phase, rect
from collections.abc import Sequence
from math import radians

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.compositing.limb_bones import Segment, cross, sampled, within

_TURNS = [radians(turn) for turn in range(-75, 76, 15)]
_LONG = 0.4  # of a shank, how far a foot goes on from its ankle
_REACH = 0.65  # likewise, how far from an ankle its foot's pixels are
_OFF_IT = 0.3  # of a shank: what a way costs that is not on any foot, beside pixels far from it
_APART = 0.2  # of a shank, how far from each other tips of feet are: one shoe that is seen is no two
_TURNED = 0.03  # likewise, what a radian costs: a foot seen from before is hardly longer than broad
_TOLD = 0.1  # ... and what one costs off a foot that is told
_POINTS = 8  # of a way, that are looked at
_SEEN = 0.5  # how likely a foot is


def feet(
    shanks: tuple[Segment, Segment],
    bare_HW: Tensor,
    here_HW: Tensor,
    sides_2: Tensor,
    toes: Sequence[complex | None] = (None, None),
) -> list[Segment]:
    """The right and the left foot, from ankle on. bare: how far px are of legs and shoes. toes: where they
    end, if that was seen: a little off perhaps, and where both cross, wrong."""
    ways = [[_way(shank, turn) for turn in _TURNS] for shank in shanks]
    below_HW = torch.zeros_like(bare_HW, dtype=torch.bool)
    for shank in shanks:
        from_ankle_HW = (here_HW - shank.end) / shank.step
        below_HW |= (from_ankle_HW.real > 0) & (from_ankle_HW.abs() < _REACH)
    place_N = here_HW[below_HW & (bare_HW > _SEEN)]
    unit = max(abs(shank.step) for shank in shanks)
    if not len(place_N):
        return [each[len(_TURNS) // 2] for each in ways]
    far_2WN = torch.stack([torch.stack([off_foot(way, place_N) for way in each]) for each in ways])
    near_WW = far_2WN[0, :, None].minimum(far_2WN[1]).square().mean(2).sqrt() / unit
    part_P = torch.linspace(0.0, 1.0, _POINTS, device=here_HW.device)
    along_2WP = torch.stack([torch.stack([way.begin + part_P * way.step for way in each]) for each in ways])
    on_2WP = sampled(bare_HW[None], along_2WP.flatten(0, 1), sides_2)[0].view(along_2WP.shape)
    on_2WP = torch.where(within(along_2WP, sides_2), on_2WP, 1.0)  # what a photo cuts off is where it may be
    off_2W = _OFF_IT * (1.0 - on_2WP).mean(2)
    crossed_WW = torch.tensor([[cross(one, other) for other in ways[1]] for one in ways[0]])
    off_2W += torch.stack([_turned(*each) for each in zip(shanks, _uncrossed(shanks, toes), strict=True)]).to(
        off_2W
    )
    end_2W = along_2WP[..., -1]
    apart_WW = (end_2W[0, :, None] - end_2W[1]).abs() / (_APART * unit)
    cost_WW = near_WW + off_2W[0, :, None] + off_2W[1] + _OFF_IT * (1.0 - apart_WW).clamp_min(0.0)
    best = int(cost_WW.masked_fill(crossed_WW.to(cost_WW.device), torch.inf).argmin())
    return [ways[0][best // len(_TURNS)], ways[1][best % len(_TURNS)]]


def toes_of(toes_23: Tensor | None, sides_2: Tensor) -> tuple[complex | None, complex | None]:
    """Positions of toes with x and y from -1 to 1 across the picture; None of those that are not there."""
    if toes_23 is None:
        return None, None
    right, left = (
        complex(x, y) if there > 0 else None
        for x, y, there in (toes_23 * F.pad(sides_2, (0, 1), value=1.0)).tolist()
    )
    return right, left


def _uncrossed(shanks: tuple[Segment, Segment], toes: Sequence[complex | None]) -> Sequence[complex | None]:
    ways = [
        Segment(shank.end, toe, shank.unit)
        for shank, toe in zip(shanks, toes, strict=True)
        if toe is not None
    ]
    return (None, None) if len(ways) == 2 and cross(*ways) else toes


def _turned(shank: Segment, toe: complex | None) -> Tensor:
    """What ways cost by how they are turned [W]."""
    turn_W = torch.tensor(_TURNS)
    if toe is None:
        return _TURNED * turn_W.abs()
    told = phase((toe - shank.end) / shank.step)
    return _TOLD * (turn_W - min(max(told, _TURNS[0]), _TURNS[-1])).abs()


def off_foot(foot: Segment, place_hw: Tensor) -> Tensor:
    """Distance of positions from a foot."""
    part_hw = ((place_hw - foot.begin) / foot.step).real.clamp(0.0, 1.0)
    return (place_hw - foot.begin - part_hw * foot.step).abs()


def _way(shank: Segment, turn: float) -> Segment:
    return Segment(shank.end, shank.end + _LONG * shank.step * rect(1.0, turn), shank.unit)
