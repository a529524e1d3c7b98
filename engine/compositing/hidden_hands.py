"""Hands that a photo does not show, in their pockets: an arm that leaves its pocket has the other hand,
mirrored.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from engine.compositing.fields import ramp
from engine.compositing.limb_bones import ARM_CHAINS, ARMS, Segment, divisor, sampled, segments
from engine.compositing.ribbons import Ribbon, inner_side, ribbon
from engine.regions import REGIONS

# How likely trousers are seen: from the first on an arm may be in them, at the second it surely is.
_POCKET = 0.4, 0.8
_SEEN = 0.5  # how likely a hand is seen
_ALONG = 0.1, 0.2, 0.3  # units beyond a wrist, where its hand is ...
_ASIDE = -0.15, 0.0, 0.15  # ... or so far beside that: joints are where they seem to be
_ARM, _TROUSERS = REGIONS.index("arms"), REGIONS.index("pants")


class OtherHand(NamedTuple):
    """The number of the other arm; its line in the photo [N], whether that is seen from its other side, and
    how far it is shown at its points, 0 to 1 [N]."""

    limb: int
    line_N: Tensor
    mirrored: bool
    shown_N: Tensor


def out_of_pockets(arms_B2HW: Tensor, class_B8HW: Tensor) -> Tensor:
    """Mattes of arms without the trousers that are over their hands."""
    return arms_B2HW * (1.0 - ramp(class_B8HW[:, _TROUSERS, None], *_POCKET))


def other_hand(
    limb: int, was: Ribbon, own_183: Tensor, class_8hw: Tensor, sides_2: Tensor
) -> OtherHand | None:
    """Of an arm, by number in BONES_OF_LIMB, whose hand is in its pocket; None if it is not, or the other is
    not seen either. was: its ribbon in the photo. class: how likely each is seen there."""
    side, placed = ARM_CHAINS.index(limb), segments(own_183, sides_2)
    if not all(number in placed for number in (*ARMS[0], *ARMS[1])):
        return None
    other = ARM_CHAINS[1 - side]
    theirs = ribbon(own_183, placed, other, 1.0, sides_2)
    assert theirs is not None  # all its bones are placed
    mine, hers = (_of_hand(placed[ARMS[each][1]], class_8hw, sides_2) for each in (side, 1 - side))
    if not (mine[0] < _SEEN < mine[1] and hers[0] > _SEEN):
        return None
    elbow, wrist = was.joints[-2:]
    step = placed[ARMS[side][1]].unit * divisor(placed[ARMS[side][1]].step)
    aside_A1 = torch.tensor([[1j * off * step / abs(step)] for off in _ASIDE], device=sides_2.device)
    trousers_AN = sampled(class_8hw[[_TROUSERS]], was.line_N + aside_A1, sides_2)[0]
    # From where on there are trousers at it.
    shown_N = (trousers_AN.amax(0) > _SEEN).float().flip(0).cummin(0).values.flip(0)
    shown_N[:elbow], shown_N[wrist:] = 0.0, 1.0
    return OtherHand(other, theirs.line_N, inner_side(theirs) != inner_side(was), shown_N)


def _of_hand(forearm: Segment, class_8hw: Tensor, sides_2: Tensor) -> tuple[float, float]:
    """How likely a hand is seen beyond a wrist, and trousers."""
    step = forearm.unit * forearm.step / abs(forearm.step)
    place_AL = torch.tensor([[forearm.end + step * (on + 1j * off) for on in _ALONG] for off in _ASIDE])
    arm_AL, trousers_AL = sampled(class_8hw[[_ARM, _TROUSERS]], place_AL.to(sides_2.device), sides_2)
    return float(arm_AL.amax(0).mean()), float(trousers_AL.mean())
