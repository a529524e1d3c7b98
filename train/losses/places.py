"""The result's positions told where on the dressed surface they lie: what detail is copied by."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor

from engine.regions import REGIONS, SURFACE_SPAN
from train.losses.patches import reduced

_CLASS = 0.1  # weight of the class beside the place
_STEP = 4  # positions of a map of 128 rows between two whose places are compared
_TORN = 1.5 / SURFACE_SPAN  # two places farther apart than this lie on two pieces of the surface


def place_term(places_B11hw: Tensor, surface_B3HW: Tensor, parsing_BHW: Tensor) -> Tensor:
    """Mean distance of the places in units of 9 dm, the same of the steps between them, and a tenth of the
    cross-entropy of the classes.

    A step leads from a place to that of a position close by on the same piece of the surface: where steps are
    right, straight stripes stay straight though all of them lie a little beside their place. Means over a
    picture, then over the pictures, so that shares of a batch add up. A picture that shows nobody counts with
    distance 0.
    """
    surface_B3hw, parsing_Bhw = reduced(surface_B3HW, parsing_BHW, places_B11hw.shape[-2:])
    logits_B8hw, place_B3hw = places_B11hw.float().split((len(REGIONS), 3), 1)
    known_Bhw = ~surface_B3hw[:, 0].isnan()
    truth_B3hw = surface_B3hw.nan_to_num(0.0)
    term = _mean_length(place_B3hw - truth_B3hw, known_Bhw)
    stride = max(1, round(_STEP * places_B11hw.shape[-2] / 128))
    for dim in (2, 3):
        step_B3hw, true_B3hw = _steps(place_B3hw, stride, dim), _steps(truth_B3hw, stride, dim)
        one_piece_Bhw = _steps(parsing_Bhw.int(), stride, dim - 1) == 0
        one_piece_Bhw &= true_B3hw.square().sum(1) < _TORN**2
        counted_Bhw = known_Bhw.narrow(dim - 1, 0, step_B3hw.shape[dim])
        counted_Bhw = counted_Bhw & known_Bhw.narrow(dim - 1, stride, step_B3hw.shape[dim]) & one_piece_Bhw
        term = term + _mean_length(step_B3hw - true_B3hw, counted_Bhw) / 2
    return term + _CLASS * F.cross_entropy(logits_B8hw, parsing_Bhw.long())


def _steps(x: Tensor, stride: int, dim: int) -> Tensor:
    length = x.shape[dim] - stride
    return x.narrow(dim, stride, length) - x.narrow(dim, 0, length)


def _mean_length(x_B3hw: Tensor, counted_Bhw: Tensor) -> Tensor:
    """Mean Euclidean length over what counts of each picture, then over the pictures."""
    length_Bhw = (x_B3hw.square().sum(1) + 1e-6).sqrt() * counted_Bhw
    return (length_Bhw.sum((1, 2)) / counted_Bhw.sum((1, 2)).clamp_min(1)).mean()
