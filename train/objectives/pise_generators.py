"""PISE as it is trained: both generators in one forward, the picture drawn from true parsing maps, or from
generated ones."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from engine.models.pise import Pise, PiseOutput, SourceImage, hardened


class BothOutput(NamedTuple):
    """generated_BRHW: the parsing generator's map, in [0, 1]. drawn: what the image generator made.
    seen_BChw: what the target's features are to be (Eq. 8); None where that was not asked for."""

    generated_BRHW: Tensor
    drawn: PiseOutput
    seen_BChw: Tensor | None


class BothGenerators(nn.Module):
    """They share no weights, and no gradient passes a hardened map: trained at once from true maps, each
    learns what it would learn by itself."""

    def __init__(self, network: Pise):
        super().__init__()
        self.network = network

    def forward(
        self,
        source: SourceImage,
        target_heat_BJHW: Tensor,
        target_parsing_BRHW: Tensor,
        target_BCHW: Tensor | None = None,
        *,
        generated: int = 0,
        spatial: bool = True,
    ) -> BothOutput:
        """target_parsing_BRHW: one-hot. The first `generated` pictures are drawn from the generated map,
        hardened, in its place. target_BCHW: the picture, where `seen_BChw` is wanted."""
        network = self.network
        made_BRHW = network.parnet(source.parsing_BRHW, source.heat_BJHW, target_heat_BJHW).parsing_BRHW
        maps_BRHW = torch.cat([hardened(made_BRHW[:generated]), target_parsing_BRHW[generated:]])
        drawn = network(source, target_heat_BJHW, maps_BRHW, spatial=spatial)
        idle = [network.parnet.makout]
        if not spatial:
            idle += [network.getMatrix, network.phi, network.theta, network.res1]
        drawn = drawn._replace(image_BCHW=drawn.image_BCHW + _nothing(idle))
        seen_BChw = None if target_BCHW is None else network.imgenc(target_BCHW)
        return BothOutput(made_BRHW, drawn, seen_BChw)


def _nothing(idle: list[nn.Module]) -> Tensor:
    """Zero, with gradients of zero for all weights of these modules: processes that average gradients wait
    for every one, and these weights stay as they are."""
    return 0 * sum(weight.sum() for module in idle for weight in module.parameters())
