"""The textbook form of a trained NTED network behind the calls of `inference.InferenceNted`."""

from __future__ import annotations

import copy

import torch
from torch import Tensor

from engine.models.nted import network as nted


class TextbookNted:
    """As `InferenceNted`, every operator as the paper writes it; float32 throughout."""

    dtype = torch.float32

    def __init__(
        self, network: nted.Nted, device: torch.device, dtype: torch.dtype, with_reference: bool = True
    ):
        self._network = nted.textbook(copy.deepcopy(network)).to(device)

    def encode(self, reference_1CHW: Tensor) -> nted.Textures:
        return self._network.reference_encoder(reference_1CHW)

    def pose_feature(self, planes_PHW: Tensor) -> Tensor:
        return self._network.skeleton_encoder(planes_PHW[None] / 255.0)

    def render(self, pose_1Chw: Tensor, textures: list[Tensor], levels: int | None = None) -> nted.Rendering:
        return self._network.target_image_renderer(pose_1Chw, textures, levels)

    def surface(self, rendering: nted.Rendering) -> Tensor:
        return self._network.detail.surface(rendering.features[len(self._network.config.levels) - 2])

    def gate(self, rendering: nted.Rendering, seen_110HW: Tensor) -> Tensor:
        return self._network.detail(rendering.features[-1], rendering.image_BCHW, seen_110HW)
