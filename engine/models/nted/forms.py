"""What the adapter runs of an NTED network, in either of its forms: `InferenceNted` or `TextbookNted`."""

from __future__ import annotations

from typing import Protocol

import torch
from torch import Tensor

from engine.models.nted.network import Drawing, Nted, Textures


class DetailForm(Protocol):
    """The heads of `detail.Detail`."""

    def surface(self, coarse_BChw: Tensor) -> Tensor:
        """As `Detail.surface`."""

    def __call__(self, fine_BCHW: Tensor, image_BCHW: Tensor, seen_B10HW: Tensor) -> Tensor:
        """As `Detail.forward`."""


class NtedForm(Protocol):
    """Built once from an `Nted` (float32), for one device; copies what it needs of the weights.

    dtype: of pose features and renderings. detail: None of a network that copies none. with_reference:
    whether it is to encode references too, which is always done in float32.
    Not for training; batch size 1.
    """

    dtype: torch.dtype

    def __init__(
        self, network: Nted, device: torch.device, dtype: torch.dtype, with_reference: bool = True
    ) -> None: ...

    @property
    def detail(self) -> DetailForm | None: ...

    def encode(self, reference_1CHW: Tensor) -> Textures:
        """Picture in [-1, 1] -> neural textures and extraction maps, as `ReferenceEncoder.forward`; of a form
        made with its reference."""

    def pose_feature(self, planes_PHW: Tensor) -> Tensor:
        """Pose planes as bytes, uint8 [20, H, W] -> the coarsest feature [1, C, h, w] in `dtype`."""

    def render(self, pose_1Chw: Tensor, textures: list[Tensor], levels: int | None = None) -> Drawing:
        """As `Renderer.forward`; textures [1, C, K] in any precision, the RGB sums in float32."""
