"""Attention reconstruction (NTED Eq. 7 and 8): the maps alone should carry the reference to the target."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor


def attended(reference_BCHW: Tensor, extraction_BKhw: Tensor, distribution_BKhw: Tensor) -> Tensor:
    """Eq. 7: the reference read by C̄e and handed out by C̄d. [B, 3, h, w] of the distribution, in float32.

    The reference is brought to the extraction's rows and columns by nearest neighbour, as in the official
    code.
    """
    small_BCN = F.interpolate(reference_BCHW, extraction_BKhw.shape[-2:], mode="nearest").flatten(2).float()
    colours_BCK = small_BCN @ extraction_BKhw.flatten(2).float().transpose(1, 2)
    return (colours_BCK @ distribution_BKhw.flatten(2).float()).unflatten(2, distribution_BKhw.shape[-2:])


def attention_reconstruction(
    reference_BCHW: Tensor, target_BCHW: Tensor, extraction: list[Tensor], distribution: list[Tensor]
) -> Tensor:
    """Eq. 8 as coded officially: mean over the layers of the L1 between the attended reference and the
    target.

    extraction: C̄e [B, K, h, w] by layer; distribution: C̄d (probabilities) [B, K, h, w] by layer.
    """
    terms = []
    for extraction_BKhw, distribution_BKhw in zip(extraction, distribution, strict=True):
        estimate_BChw = attended(reference_BCHW, extraction_BKhw, distribution_BKhw)
        truth_BChw = F.interpolate(target_BCHW, estimate_BChw.shape[-2:], mode="nearest")
        terms.append(F.l1_loss(estimate_BChw, truth_BChw.float()))
    return torch.stack(terms).mean()
