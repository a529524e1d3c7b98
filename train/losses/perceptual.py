"""Perceptual and style loss (NTED Eq. 9) through any features."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.features import Features
from train.losses.features import halved


def gram(map_BCHW: Tensor) -> Tensor:
    """Gram matrices F F^T / (h w c): float32 [B, C, C]."""
    b, c, h, w = map_BCHW.shape
    flat_BCN = map_BCHW.float().flatten(2)
    return flat_BCN @ flat_BCN.transpose(1, 2) / (h * w * c)


def perceptual_and_style(
    features: Features, image_BCHW: Tensor, target_BCHW: Tensor, scales: int = 1, style: bool = True
) -> tuple[Tensor, Tensor]:
    """Eq. 9 as coded officially, both terms from one pass.

    perceptual: sum over `scales` (each half of the last) and over the maps of the mean L1 between them.
    style: sum over the maps, at the first scale only, of the mean L1 between Gram matrices; 0 if not wanted.
    No gradient flows to the target. Pictures in about [-1, 1].
    """
    perceptual, of_style = image_BCHW.new_zeros(()), image_BCHW.new_zeros(())
    for scale in range(scales):
        if scale:
            image_BCHW, target_BCHW = halved(image_BCHW), halved(target_BCHW)
        with torch.no_grad():
            truths = features(target_BCHW)
        for made, truth in zip(features(image_BCHW), truths, strict=True):
            perceptual = perceptual + F.l1_loss(made.float(), truth.float())
            if style and scale == 0:
                of_style = of_style + F.l1_loss(gram(made), gram(truth))
    return perceptual, of_style


def content_and_style(
    features: Features,
    image_BCHW: Tensor,
    target_BCHW: Tensor,
    content: tuple[int, ...],
    style: tuple[int, ...],
) -> tuple[Tensor, Tensor]:
    """Perceptual and style loss, each over its own maps (Zhang et al. 2021, Eq. 10 and 11 as coded).

    content: numbers of the maps whose mean L1 is summed; style: of those whose Gram matrices' is. No gradient
    flows to the target.
    """
    with torch.no_grad():
        truths = features(target_BCHW)
    made = features(image_BCHW)
    of_content = sum(F.l1_loss(made[i].float(), truths[i].float()) for i in content)
    of_style = sum(F.l1_loss(gram(made[i]), gram(truths[i])) for i in style)
    return of_content, of_style
