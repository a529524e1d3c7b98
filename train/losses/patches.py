"""Neural textures held to the patches of the surface that they are for (`train.data.patches`).

A layer's attention maps are asked to agree: C̄d should give a target pixel the texture of its patch, C̄e should
read a texture inside of its patch, or where the reference does not show that, anywhere on the same class.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

import torch
import torch.nn.functional as F
from torch import Tensor

from train.data.pairs import PairBatch
from train.data.patches import BACKGROUND, NOBODYS, Patches


class HasTextures(Protocol):
    """A level of a network: its rows, and how many neural textures a layer of it has."""

    @property
    def rows(self) -> int: ...

    @property
    def textures(self) -> int: ...


Level = TypeVar("Level", bound=HasTextures)

TOLD = slice(-4, None, 2)  # layers, of 16a, 16b, ...: the first of the two finest levels with textures


def reduced(
    surface_B3HW: Tensor, parsing_BHW: Tensor, size: tuple[int, int] | torch.Size
) -> tuple[Tensor, Tensor]:
    """Both at a layer's rows and columns by nearest neighbour, as Eq. 8 reduces the pictures."""
    surface_B3hw = F.interpolate(surface_B3HW, size, mode="nearest")
    return surface_B3hw, _nearest(parsing_BHW, size)


def _nearest(parsing_BHW: Tensor, size: tuple[int, int] | torch.Size) -> Tensor:
    return F.interpolate(parsing_BHW[:, None], size, mode="nearest")[:, 0]


def distribution_term(
    logits_BKhw: Tensor, patches: Patches, patch_Bhw: Tensor, asked: Tensor | None = None
) -> Tensor:
    """Mean over the pixels of -log of the share that C̄d gives to the pixel's patch; of the background's
    pixels, to all of the background's textures together. asked: what the sum is divided by in place of these
    pixels' number."""
    log_BKhw = logits_BKhw.float().log_softmax(1)
    own_Bhw = log_BKhw.gather(1, patch_Bhw.clamp_min(0)[:, None])[:, 0]
    behind = int((patches.classes_K == BACKGROUND).sum())
    nobody_Bhw = log_BKhw[:, :behind].logsumexp(1)
    share_Bhw = torch.where(patch_Bhw < behind, nobody_Bhw, own_Bhw)
    known_Bhw = patch_Bhw != NOBODYS
    asked = known_Bhw.sum().clamp_min(1) if asked is None else asked
    return -(share_Bhw * known_Bhw).sum() / asked


def extraction_term(
    extraction_BKhw: Tensor,
    patches: Patches,
    patch_Bhw: Tensor,
    parsing_Bhw: Tensor,
    asked: Tensor | None = None,
    least: float = 1e-3,
) -> Tensor:
    """Mean over the textures of -log of the share of C̄e that lies in the patch, or where the reference does
    not show it, on its class; textures whose class is not there do not count. asked: what the sum is divided
    by in place of these textures' number."""
    maps_BKN = extraction_BKhw.flatten(2)
    textures = torch.arange(maps_BKN.shape[1], device=maps_BKN.device)
    behind = patches.classes_K == BACKGROUND
    own_BKN = (patch_Bhw.flatten(1)[:, None] == textures[None, :, None]) & ~behind[None, :, None]
    class_BKN = parsing_Bhw.flatten(1)[:, None] == patches.classes_K[None, :, None]
    wanted_BKN = torch.where(own_BKN.any(-1, keepdim=True), own_BKN, class_BKN)
    share_BK = (maps_BKN.float() * wanted_BKN).sum(-1)
    there_BK = wanted_BKN.any(-1)
    asked = there_BK.sum().clamp_min(1) if asked is None else asked
    return -(share_BK.clamp_min(least).log() * there_BK).sum() / asked


def asked_of(
    patches: Patches, reference_parsing_BHW: Tensor, target: tuple[Tensor, Tensor], size: tuple[int, int]
) -> Tensor:
    """int64 [2]: how many textures and how many pixels the terms of a layer of `size` are means over."""
    of_reference_BN = _nearest(reference_parsing_BHW, size).flatten(1)
    there_BK = (of_reference_BN[:, None] == patches.classes_K[None, :, None]).any(-1)
    surface_B3hw, parsing_Bhw = reduced(*target, size)
    known_Bhw = (parsing_Bhw == BACKGROUND) | ~surface_B3hw[:, 0].isnan()
    return torch.stack([there_BK.sum(), known_Bhw.sum()])


def layer_term(
    extraction_BKhw: Tensor,
    distribution_logits_BKhw: Tensor,
    patches: Patches,
    reference: tuple[Tensor, Tensor],
    target: tuple[Tensor, Tensor],
    asked: tuple[Tensor, Tensor] | tuple[None, None] = (None, None),
) -> Tensor:
    """The terms of both maps of a layer. reference, target: surface [B, 3, H, W] and parsing [B, H, W].
    asked: of the textures and of the pixels, what the sums are divided by in place of their numbers."""
    surface_B3hw, parsing_Bhw = reduced(*reference, extraction_BKhw.shape[-2:])
    patch_Bhw = patches.of_pixels(surface_B3hw, parsing_Bhw)
    extracted = extraction_term(extraction_BKhw, patches, patch_Bhw, parsing_Bhw, asked[0])
    target_patch_Bhw = patches.of_pixels(*reduced(*target, distribution_logits_BKhw.shape[-2:]))
    return extracted + distribution_term(distribution_logits_BKhw, patches, target_patch_Bhw, asked[1])


def told_levels(levels: Sequence[Level]) -> list[Level]:
    """The two finest levels with textures, the coarser first: those of the layers `TOLD`."""
    return [level for level in levels if level.textures][-2:]


def all_asked(batch: PairBatch, levels: Sequence[HasTextures], patches: dict[int, Patches]) -> Tensor:
    """int64 [layer, 2]: `asked_of` the layers that `patches_term` looks at. levels: coarsest first."""
    height, width = batch.target_BCHW.shape[-2:]
    target = batch.target_surface_B3HW, batch.target_parsing_BHW
    counts = []
    for level in told_levels(levels):
        step = levels[-1].rows // level.rows
        size = (height // step, width // step)
        counts.append(asked_of(patches[level.textures], batch.reference_parsing_BHW, target, size))
    return torch.stack(counts)


def patches_term(
    extraction: list[Tensor],
    distribution_logits: list[Tensor],
    patches: dict[int, Patches],
    batch: PairBatch,
    asked_L2: Tensor,
) -> Tensor:
    """Mean of `layer_term` over the first layer of the two finest levels with textures.

    Coarser maps are too small for so many patches, and held to them they learn worse (measured); the second
    layer of a level finds its textures' use itself. extraction, distribution_logits: [B, K, h, w] by layer,
    in the order 16a, 16b, ...; patches: by K. asked_L2: float32, what the layers' sums over textures and
    pixels are divided by.
    """
    reference = batch.reference_surface_B3HW, batch.reference_parsing_BHW
    target = batch.target_surface_B3HW, batch.target_parsing_BHW
    layers = zip(extraction[TOLD], distribution_logits[TOLD], asked_L2.unbind(), strict=True)
    terms = [
        layer_term(e, d, patches[e.shape[1]], reference, target, asked.unbind()) for e, d, asked in layers
    ]
    return torch.stack(terms).mean()
