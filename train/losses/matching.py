"""Which positions of two pictures of a person belong together, as their surface coordinates tell."""

from __future__ import annotations

import torch
from torch import Tensor

from train.data.pairs import PairBatch

_SPREAD = 0.04  # of 9 dm: about half a cell of the correspondence on a whole person
_REACH = 0.08  # further away no point of the reference is the same


def surface_matching(logits_BTS: Tensor, batch: PairBatch) -> Tensor:
    """Mean cross-entropy between a correspondence and the true one, over target positions whose surface point
    the reference shows; 0 where there is none.

    logits: of every target position T over the reference's positions S, both cells of a grid over the
    picture, row by row.
    """
    target_BT3, source_BS3 = (
        _cells(surface, count)
        for surface, count in (
            (batch.target_surface_B3HW, logits_BTS.shape[1]),
            (batch.reference_surface_B3HW, logits_BTS.shape[2]),
        )
    )
    distance_BTS = torch.cdist(target_BT3.nan_to_num(9.0), source_BS3.nan_to_num(-9.0))
    near_BT = distance_BTS.amin(2) < _REACH
    if not near_BT.any():
        return logits_BTS.new_zeros(())
    truth_BTS = (-distance_BTS.square() / (2 * _SPREAD**2)).softmax(2)
    entropy_BT = -(truth_BTS * logits_BTS.log_softmax(2)).sum(2)
    return entropy_BT[near_BT].mean()


def _cells(surface_B3HW: Tensor, count: int) -> Tensor:
    """Surface coordinates in the middle of each of `count` square cells: [B, count, 3]."""
    stride = round((surface_B3HW.shape[2] * surface_B3HW.shape[3] / count) ** 0.5)
    return surface_B3HW[:, :, stride // 2 :: stride, stride // 2 :: stride].flatten(2).transpose(1, 2)
