"""Pixel losses that need no other network: weighted L1 and gradients over scales, and early pictures."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.regions import REGIONS

FACE = REGIONS.index("face")


def region_weights(parsing_BHW: Tensor, person: float = 2.0, face: float = 4.0) -> Tensor:
    """Weight of every pixel [B, 1, H, W]: background 1, `person`, `face`, then scaled to a mean of 1 over the
    batch. parsing: class ids of the target."""
    weights = torch.ones(parsing_BHW.shape, device=parsing_BHW.device)
    weights[parsing_BHW > 0] = person
    weights[parsing_BHW == FACE] = face
    return (weights / weights.mean())[:, None]


def _weighted_l1(a_BCHW: Tensor, b_BCHW: Tensor, weights_B1HW: Tensor) -> Tensor:
    return ((a_BCHW - b_BCHW).abs() * weights_B1HW).mean()


def multiscale_l1(image_BCHW: Tensor, target_BCHW: Tensor, weights_B1HW: Tensor, scales: int = 3) -> Tensor:
    """Mean over `scales` (1, 1/2, 1/4 ...) of the weighted L1 of colours, plus that of their vertical and of
    their horizontal differences."""
    total = image_BCHW.new_zeros(())
    for scale in range(scales):
        if scale:
            image_BCHW, target_BCHW, weights_B1HW = (
                F.avg_pool2d(t, 2) for t in (image_BCHW, target_BCHW, weights_B1HW)
            )
        total = total + _weighted_l1(image_BCHW, target_BCHW, weights_B1HW)
        for dim in (2, 3):
            keep = weights_B1HW.narrow(dim, 1, weights_B1HW.shape[dim] - 1)
            total = total + _weighted_l1(image_BCHW.diff(dim=dim), target_BCHW.diff(dim=dim), keep)
    return total / scales


def early_pictures(skips: list[Tensor], target_BCHW: Tensor) -> Tensor:
    """L1 between the renderer's RGB sums and the reduced target, mean over all but the first and the last.

    Makes an early stop a picture.
    """
    terms = [F.l1_loss(skip, F.adaptive_avg_pool2d(target_BCHW, skip.shape[-2:])) for skip in skips[1:-1]]
    return torch.stack(terms).mean()


def beyond_range(image_BCHW: Tensor) -> Tensor:
    """Mean square of what lies beyond black and white (-1 and 1).

    L1 pulls at a runaway colour no harder than at a wrong one, and a few pixels of it hardly at all.
    """
    return F.relu(image_BCHW.abs() - 1.0).square().mean()
