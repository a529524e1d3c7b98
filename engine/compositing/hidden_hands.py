"""Hands that a photo does not show, in a pocket or a bag, behind a back, beyond the frame: an arm that leaves
such a place has the other hand, mirrored; where that is not seen either, has something in it or points at
us, one that was made (`made_hands`).

What is seen of the arm ends somewhere, straight across; below that is the hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from engine.compositing.fields import ramp
from engine.compositing.limb_bones import ARM_CHAINS, ARMS, Segment, along, divisor, sampled, segments
from engine.compositing.made_hands import made_hand
from engine.compositing.ribbons import Ribbon, inner_side, ribbon
from engine.regions import REGIONS

# How likely trousers are seen: from the first on an arm may be in them, at the second it surely is.
_POCKET = 0.4, 0.8
# Where a hand is: units beyond its wrist, around that, and a grid of points there.
_BEYOND, _AROUND, _GRID = 0.3, 0.42, 15
# Square units that are seen of a hand at least: of its skin, and of it in a glove. Of 38 hands of shops'
# photographs the 32 that are seen show .051 and more, or .073 with their rims; the others at most .013, .060.
_LEAST_SKIN, _LEAST = 0.025, 0.066
_EMPTY = (
    0.75  # of what is seen of a hand, that is skin if nothing is in it: .83 and more, with bags .7 and less
)
_ACROSS_US = 0.75  # of the longer bone, how long a forearm is at least that lies across our view
_ALONG = torch.arange(0.2, 1.35, 0.03)  # of a forearm: where it is looked at ...
_ACROSS = torch.linspace(-0.32, 0.32, 33)  # ... across it, in units
_USUAL = 14  # of those places, of which half are broader, and half ...
_ENDS = 0.5  # ... of that breadth is seen where it ends: edges of pockets are slanted, wrists narrower
_SEEN = 0.5
_EDGE = 0.03  # units that an end is soft over
_ARM, _TROUSERS = REGIONS.index("arms"), REGIONS.index("pants")
LEGWEAR = _TROUSERS, REGIONS.index("dress or skirt")  # dark trousers may count as either


class OtherHand(NamedTuple):
    """The number of the arm whose hand it is, None of one that is made; that arm's line [N], whether it is
    seen from its other side; how much larger it is there; and how far past the end of what is seen of its own
    arm the points of its line are, in units [N]."""

    limb: int | None
    line_N: Tensor
    mirrored: bool
    larger: float
    past_N: Tensor

    def own_part(self, past_hw: Tensor) -> Tensor:
        """0 to 1: how far what is seen of its own arm is shown."""
        return 1.0 - ramp(past_hw, -_EDGE, 0.0)

    def part(self, past_hw: Tensor) -> Tensor:
        """0 to 1: how far the hand is, from inside its sleeve on."""
        return ramp(past_hw, -3 * _EDGE, -2 * _EDGE)


def out_of_pockets(arms_B2HW: Tensor, class_B8HW: Tensor, over: Sequence[int] = (_TROUSERS,)) -> Tensor:
    """Mattes of arms without the clothes, of these classes, that are over their hands."""
    return arms_B2HW * (1.0 - ramp(class_B8HW[:, list(over)].sum(1, keepdim=True), *_POCKET))


def other_hand(
    limb: int, was: Ribbon, own_183: Tensor, class_8hw: Tensor, limbs_4HW: Tensor, sides_2: Tensor
) -> OtherHand | None:
    """Of an arm, by number in BONES_OF_LIMB, whose hand is not seen, else None. was: its ribbon in the photo;
    class: how likely each is seen there; limbs: mattes of what is shown of them (`whole_arms`)."""
    side, placed = ARM_CHAINS.index(limb), segments(own_183, sides_2)
    if not all(number in placed for number in ARMS[side]):
        return None
    forearm = placed[ARMS[side][1]]
    if _seen(forearm, class_8hw, limbs_4HW[limb], sides_2):
        return None
    ends = _end(forearm, limbs_4HW[limb], sides_2)
    past_N = (along(forearm, was.line_N).real - ends) * (abs(forearm.step) / forearm.unit)
    past_N[: was.joints[-2]] = -1.0
    other = ARM_CHAINS[1 - side]
    whole = all(number in placed for number in ARMS[1 - side])
    if whole and _lends(placed[ARMS[1 - side][1]], class_8hw, limbs_4HW[other], sides_2):
        theirs = ribbon(own_183, placed, other, 1.0, sides_2)
        assert theirs is not None  # all its bones are placed
        return OtherHand(other, theirs.line_N, inner_side(theirs) != inner_side(was), 1.0, past_N)
    made = made_hand(sides_2.device)
    mirrored = inner_side(made.was) != inner_side(was)
    return OtherHand(None, made.was.line_N, mirrored, made.unit / forearm.unit, past_N)


def _seen(forearm: Segment, class_8hw: Tensor, arm_HW: Tensor, sides_2: Tensor) -> bool:
    """Whether its hand is."""
    skin, area = _areas(forearm, class_8hw, arm_HW, sides_2)
    return skin > _LEAST_SKIN or area > _LEAST


def _lends(forearm: Segment, class_8hw: Tensor, arm_HW: Tensor, sides_2: Tensor) -> bool:
    """Whether its hand looks right at another arm: nothing is in it, and it does not point at us."""
    skin, area = _areas(forearm, class_8hw, arm_HW, sides_2)
    return skin > max(_LEAST_SKIN, _EMPTY * area) and abs(forearm.step) > _ACROSS_US * forearm.unit


def _areas(forearm: Segment, class_8hw: Tensor, arm_HW: Tensor, sides_2: Tensor) -> tuple[float, float]:
    """How much of a hand's skin is seen, and of it whatever it is, square units."""
    step = forearm.unit * divisor(forearm.step) / abs(divisor(forearm.step))
    grid_G = torch.linspace(-_AROUND, _AROUND, _GRID, device=sides_2.device)
    off_GG = torch.complex(*torch.meshgrid(grid_G, grid_G, indexing="ij"))
    hand_GG = (off_GG.abs() < _AROUND) & (off_GG.real > -_BEYOND)
    place_GG = forearm.end + step * (_BEYOND + off_GG)
    arm_GG = sampled(arm_HW[None], place_GG, sides_2)[0] * hand_GG
    skin_GG = sampled(class_8hw[[_ARM]], place_GG, sides_2)[0]
    area = float(grid_G[1] - grid_G[0]) ** 2
    return float((arm_GG * skin_GG).sum()) * area, float(arm_GG.sum()) * area


def _end(forearm: Segment, arm_HW: Tensor, sides_2: Tensor) -> float:
    """How far along a forearm it is seen."""
    step, device = divisor(forearm.step), sides_2.device
    aside_A = 1j * _ACROSS.to(device) * (forearm.unit * step / abs(step))
    place_TA = forearm.begin + _ALONG.to(device)[:, None] * step + aside_A
    broad_T = (sampled(arm_HW[None], place_TA, sides_2)[0] > _SEEN).float().mean(1)
    there_T = (broad_T >= _ENDS * broad_T[:_USUAL].median()).nonzero()
    return float(_ALONG[int(there_T.max())])
