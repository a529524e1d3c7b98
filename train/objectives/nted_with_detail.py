"""NTED as it is trained and shown: the paper's network, and the detail that is copied over its picture."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from engine import parsing
from engine.compositing.detail import CopiedDetail, DetailSource, brought_together, copied, make_source
from engine.models.nted import Nted


class DetailedOutput(NamedTuple):
    """As `NtedOutput`; the image has the detail, which the last of the skips has not. copied: what the detail
    is and where it comes from, None of a network that has not learnt to copy any."""

    image_BCHW: Tensor
    extraction: list[Tensor]
    distribution: list[Tensor]
    distribution_logits: list[Tensor]
    textures: list[Tensor]
    skips: list[Tensor]
    features: list[Tensor]
    copied: CopiedDetail | None = None


class WithDetail(nn.Module):
    """One forward for all that learns, so that processes can average its gradients."""

    def __init__(self, network: Nted):
        super().__init__()
        self.network = network

    def forward(
        self, reference_BCHW: Tensor, planes_BPHW: Tensor, reference_planes_BPHW: Tensor
    ) -> DetailedOutput:
        """reference in [-1, 1], planes in [0, 1], of the target and of the reference's own pose."""
        output = self.network(reference_BCHW, planes_BPHW)
        if self.network.detail is None:
            return DetailedOutput(*output)
        detail = self.network.detail
        source = self._source(reference_BCHW, reference_planes_BPHW, output.textures)
        image_BCHW, taken = copied(
            output.image_BCHW,
            [(source, 1.0)],
            detail.surface(output.features[-2]),
            lambda seen_B10HW: detail(output.features[-1], output.image_BCHW, seen_B10HW),
        )
        return DetailedOutput(*output._replace(image_BCHW=image_BCHW), taken)

    @torch.no_grad()
    def _source(self, reference_BCHW: Tensor, planes_BPHW: Tensor, textures: list[Tensor]) -> DetailSource:
        """What can be copied of the references, as a session finds it in their own pose."""
        network = self.network
        pose_BChw, levels = network.skeleton_encoder(planes_BPHW), len(network.config.levels) - 1
        drawn = network.target_image_renderer(pose_BChw, textures, levels)
        own_B11hw = network.detail.surface(drawn.features[-1])
        return make_source(brought_together(parsing.surface_map(reference_BCHW), own_B11hw), reference_BCHW)
