"""What a leg that goes leaves: its plate, as far as something of its colours is seen, and the other leg.

What an engine draws there, and maps of few rows, leave a ghost of a shoe on the floor and dark rims along the
leg that stays; mattes of both legs tell it to a px.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from engine.compositing.fields import odd_side, ramp
from engine.compositing.limb_bones import LEG_CHAINS, along, sampled
from engine.compositing.limbs_elsewhere import Elsewhere, gone
from engine.compositing.under_arms import with_rims
from engine.ops.resample import running_mean

_SOFT = 3  # px of a map of 128 rows, over which the plate goes over into the wall
_KNEE = -0.1, 0.1  # of a shank, over which a thigh goes over into it
_INNER = 0.3, 0.9  # of a matte: what is hardly a leg's has the other's colours


def legs_left(
    limbs_4HW: Tensor, shown: Sequence[Elsewhere], before_HW: Tensor, sides_2: Tensor
) -> tuple[Tensor, Tensor]:
    """0 to 1 [H, W] each: where the photo's plate is shown for a leg that is elsewhere now, and where the
    photo with a leg that stays. before: where was what is at these positions of who stands still."""
    legs_2HW = sampled(limbs_4HW[LEG_CHAINS], before_HW, sides_2)
    away_2HW = torch.stack([_away(chain, shown, before_HW) for chain in LEG_CHAINS])
    others_211 = legs_2HW.new_tensor(gone(shown))[LEG_CHAINS[::-1], None, None]
    stays_HW = (others_211 * (1.0 - away_2HW) * ramp(legs_2HW, *_INNER)).amax(0)
    around_2HW = running_mean(with_rims(legs_2HW[None]), odd_side(_SOFT, before_HW.shape[0]))[0]
    went_HW = (away_2HW * ramp(around_2HW, 0.0, 0.5).maximum(legs_2HW)).amax(0)
    return went_HW, stays_HW


def _away(chain: int, shown: Sequence[Elsewhere], before_HW: Tensor) -> Tensor:
    """0 to 1 [H, W]: how far a leg is elsewhere, above its knee as its thigh is."""
    bones = {each.bone.upper: each for each in shown if each.bone.chain == chain}
    parts = [bones[upper].part if upper in bones else 0.0 for upper in (True, False)]
    below_HW = torch.ones_like(before_HW.real)
    if False in bones:
        below_HW = ramp(along(bones[False].then, before_HW).real, *_KNEE)
    return parts[0] + (parts[1] - parts[0]) * below_HW
