"""Both pictures' positions told where on the dressed surface they lie: what detail is copied by."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.models.nted import NtedOutput
from train.data.pairs import PairBatch
from train.data.people import CLASSES
from train.losses.slots import reduced

_CLASS = 0.1  # weight of the class beside the place


def place_term(places_B11hw: Tensor, surface_B3HW: Tensor, parsing_BHW: Tensor) -> Tensor:
    """Mean distance of the places in units of 9 dm, plus a tenth of the cross-entropy of the classes.

    Means over a picture, then over the pictures, so that shares of a batch add up. A picture that shows
    nobody counts with distance 0.
    """
    surface_B3hw, parsing_Bhw = reduced(surface_B3HW, parsing_BHW, places_B11hw.shape[-2:])
    logits_B8hw, place_B3hw = places_B11hw.float().split((len(CLASSES), 3), 1)
    known_Bhw = ~surface_B3hw[:, 0].isnan()
    error_B3hw = place_B3hw - surface_B3hw.nan_to_num(0.0)
    far_Bhw = (error_B3hw.square().sum(1) + 1e-6).sqrt() * known_Bhw
    far_B = far_Bhw.sum((1, 2)) / known_Bhw.sum((1, 2)).clamp_min(1)
    return far_B.mean() + _CLASS * F.cross_entropy(logits_B8hw, parsing_Bhw.long())


def places_term(output: NtedOutput, batch: PairBatch) -> Tensor:
    """The mean of the reference's and the target's `place_term`."""
    reference = place_term(output.reference_places, batch.reference_surface_B3HW, batch.reference_parsing_BHW)
    target = place_term(output.copied.places, batch.target_surface_B3HW, batch.target_parsing_BHW)
    return torch.stack([reference, target]).mean()
