"""The neural textures of a reference: as they are kept, and as they are settled."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from engine.models.nted.network import Nted
from engine.ops.attention import distribution_attention


@dataclass(frozen=True, eq=False)
class NtedAppearance:
    """The neural textures of all layers, [1, C, K] each, and the coefficients by which others are in them:
    of the layer whose attention says what is whose, a number or [K]; None where another left it alone."""

    layers: list[Tensor]
    taken: tuple[Tensor | None, ...] = ()

    def bytes(self) -> int:
        return sum(layer.numel() * layer.element_size() for layer in self.layers)


class LooseTextures:
    """`contract.Loose` of neural textures; the network's weights stay.

    A texture's scale is the deviation of its layer, less where it makes less of the own pose than its share
    of one in K: what the photo does not show keeps what extraction made of it.
    """

    def __init__(self, network: Nted, layers: list[Tensor], planes_PHW: Tensor):
        self._renderer = network.target_image_renderer
        with torch.no_grad():
            self.values = [layer.clone().float().requires_grad_(True) for layer in layers]
            self._pose_1Chw = network.skeleton_encoder(planes_PHW.clone()[None] / 255.0)
            drawn = self._renderer(self._pose_1Chw, self.values)
            self.scales = [
                layer.std() * _made_of(distribution_attention(logits.float()))
                for layer, logits in zip(self.values, drawn.distribution_logits, strict=True)
            ]

    def draw(self) -> Tensor:
        return self._renderer(self._pose_1Chw, self.values).image_BCHW

    def appearance(self) -> NtedAppearance:
        return NtedAppearance([each.detach().clone() for each in self.values])


def _made_of(attention_1Khw: Tensor) -> Tensor:
    """[1, 1, K]: how much of the picture is made of a texture, 1 for its share of one in K and more."""
    part_1K = attention_1Khw.mean((2, 3)) * attention_1Khw.shape[1]
    return part_1K.clamp(max=1.0)[:, None]
