"""The neural textures of a reference: as they are kept, as they are settled, and as they are mixed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from engine.contract import Mixed
from engine.models.nted.network import Nted
from engine.ops.attention import distribution_attention


@dataclass(frozen=True, eq=False)
class NtedAppearance:
    """The neural textures of all layers, [1, C, K] each, and the coefficients by which others are in them:
    of the layer whose attention says what is whose, a number or [K]; None where another left it alone.
    touched: [K] by the number of a layer, how much of each texture was changed by hand."""

    layers: list[Tensor]
    taken: tuple[Tensor | None, ...] = ()
    touched: Mapping[int, Tensor] = field(default_factory=dict)

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


class LooseCoefficients:
    """`contract.LooseMix` of neural textures, a group a layer; network and textures stay.

    names: of the layers.
    """

    def __init__(
        self,
        network: Nted,
        names: Sequence[str],
        own: list[Tensor],
        other: list[Tensor],
        planes_PHW: Tensor,
    ):
        self._renderer = network.target_image_renderer
        with torch.no_grad():
            self._own, self._other = ([layer.clone().float() for layer in layers] for layers in (own, other))
            self._pose_1Chw = network.skeleton_encoder(planes_PHW.clone()[None] / 255.0)
        self.m = {
            name: torch.zeros(layer.shape[-1], device=layer.device, requires_grad=True)
            for name, layer in zip(names, self._own, strict=True)
        }

    def draw(self) -> Mixed:
        textures = [
            own_1CK + m_K * (other_1CK - own_1CK)  # Eq. 13
            for own_1CK, other_1CK, m_K in zip(self._own, self._other, self.m.values(), strict=True)
        ]
        drawn = self._renderer(self._pose_1Chw, textures)
        attention = (distribution_attention(logits.detach().float()) for logits in drawn.distribution_logits)
        return Mixed(drawn.image_BCHW, dict(zip(self.m, attention, strict=True)))


def _made_of(attention_1Khw: Tensor) -> Tensor:
    """[1, 1, K]: how much of the picture is made of a texture, 1 for its share of one in K and more."""
    part_1K = attention_1Khw.mean((2, 3)) * attention_1Khw.shape[1]
    return part_1K.clamp(max=1.0)[:, None]
