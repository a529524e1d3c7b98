"""Weights of an `Nted` with their constants folded in, as both halves of its inference form take them."""

from __future__ import annotations

import torch
from torch import Tensor

from engine.models.nted import network as nted
from engine.ops.equalized import LEAKY_GAIN, BiasedLeakyReLU, EqualConv2d
from engine.ops.fused import FusedConv
from engine.ops.resample import Blur


def fold(conv: EqualConv2d, device: torch.device, dtype: torch.dtype, gain: float = 1.0) -> Tensor:
    return (conv.weight.detach() * (conv.scale * gain)).to(device, dtype)


def bias_of(conv: EqualConv2d, device: torch.device, dtype: torch.dtype) -> Tensor:
    return conv.get_parameter("bias").detach().to(device, dtype)


def fold_bias(activate: BiasedLeakyReLU, device: torch.device, dtype: torch.dtype) -> Tensor:
    return (activate.bias.detach() * LEAKY_GAIN).to(device, dtype)


def fold_blur(
    blur: Blur, channels: int, device: torch.device, dtype: torch.dtype, bias: Tensor | None = None
) -> FusedConv:
    """Depthwise. With a bias, bias and activation follow it."""
    kernel = blur.kernel.to(device, dtype).expand(channels, 1, 4, 4)
    return FusedConv(kernel, bias, padding=blur.pad[0], groups=channels, activated=bias is not None)


class Down:
    """`network.DownLevel` without its extractions."""

    def __init__(self, level: nted.DownLevel, device: torch.device, dtype: torch.dtype):
        self._blur = fold_blur(level.blur, level.conv.weight.shape[1], device, dtype)
        weight = fold(level.conv, device, dtype, LEAKY_GAIN)
        self._conv = FusedConv(weight, fold_bias(level.activate, device, dtype), stride=2, activated=True)

    def __call__(self, x: Tensor) -> Tensor:
        return self._conv(self._blur(x))
