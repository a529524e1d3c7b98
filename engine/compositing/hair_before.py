"""Long hair before a shoulder: it is no arm's, an arm goes on beneath it, and it stays before an arm that is
elsewhere, as it hangs.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor

from engine.compositing.fields import ramp
from engine.compositing.limb_bones import Segment, off, sampled
from engine.regions import REGIONS

_HAIR = REGIONS.index("hair")
_SURE = 0.3, 0.7  # how likely a pixel is hair: from the first on, at the second surely
_BEFORE = 0.5, 0.7  # units from an upper arm, up to which hair that is seen lies before it


def hair(class_B8hw: Tensor, size: tuple[int, int]) -> Tensor:
    """How far pixels are hair, 0 to 1 [B, 1, H, W]. class: how likely each class is seen."""
    likely_B1hw = class_B8hw[:, _HAIR : _HAIR + 1].float()
    return ramp(F.interpolate(likely_B1hw, size, mode="bilinear"), *_SURE)


def hair_before(upper: Segment, class_8hw: Tensor, place_hw: Tensor, sides_2: Tensor) -> Tensor:
    """How far hair lies before an upper arm of a photo, 0 to 1 [h, w], at places of it. class: how likely
    each class is seen."""
    hair_hw = ramp(sampled(class_8hw[_HAIR, None], place_hw, sides_2)[0], *_SURE)
    return hair_hw * (1.0 - ramp(off(upper, place_hw, 0.0), *_BEFORE))
