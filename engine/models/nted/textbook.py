"""The textbook form of a trained NTED network behind the calls of its inference form."""

from __future__ import annotations

import copy

import torch
from torch import Tensor

from engine.models.nted import network as nted
from engine.ops.modules import in_textbook_form


class TextbookNted:
    """The slow `forms.NtedForm`: every operator as the paper writes it, float32 throughout."""

    dtype = torch.float32

    def __init__(
        self, network: nted.Nted, device: torch.device, dtype: torch.dtype, with_reference: bool = True
    ):
        self._network = in_textbook_form(copy.deepcopy(network)).to(device)
        self.detail = self._network.detail

    def encode(self, reference_1CHW: Tensor) -> nted.Textures:
        return self._network.encode(reference_1CHW)

    def pose_feature(self, planes_PHW: Tensor) -> Tensor:
        return self._network.skeleton_encoder(planes_PHW[None] / 255.0)

    def render(self, pose_1Chw: Tensor, textures: list[Tensor], levels: int | None = None) -> nted.Drawing:
        return self._network.target_image_renderer(pose_1Chw, textures, levels)
