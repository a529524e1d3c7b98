"""Convolutions with an equalised learning rate and the activation they share (StyleGAN family; NTED spec
section 1).

A weight is stored as drawn from N(0, 1) and multiplied by 1/sqrt(fan in) at every call, so that one step size
suits all layers.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

LEAKY_SLOPE = 0.2
LEAKY_GAIN = math.sqrt(2.0)


class EqualConv2d(nn.Module):
    """Convolution x_BCHW -> [B, out, H', W'] with weight [out, in, k, k] scaled by 1/sqrt(in k k); the bias
    is not scaled.
    """

    def __init__(
        self, cin: int, cout: int, kernel: int, stride: int = 1, padding: int = 0, bias: bool = True
    ):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(cout, cin, kernel, kernel))
        self.bias = nn.Parameter(torch.zeros(cout)) if bias else None
        self.scale = 1.0 / math.sqrt(cin * kernel * kernel)
        self.stride = stride
        self.padding = padding

    def scaled_weight(self) -> Tensor:
        return self.weight * self.scale

    def forward(self, x_BCHW: Tensor) -> Tensor:
        return F.conv2d(x_BCHW, self.scaled_weight(), self.bias, self.stride, self.padding)


class EqualConvTranspose2d(EqualConv2d):
    """Transposed convolution of stride 2 without padding: h -> 2h + 1.

    The weight keeps a convolution's order [out, in, 3, 3] and is not flipped.
    """

    def __init__(self, cin: int, cout: int):
        super().__init__(cin, cout, kernel=3, stride=2, bias=False)

    def forward(self, x_BCHW: Tensor, gain: float = 1.0) -> Tensor:
        weight = self.weight * (self.scale * gain)
        return F.conv_transpose2d(x_BCHW, weight.transpose(0, 1), stride=2)


class BiasedLeakyReLU(nn.Module):
    """y = sqrt(2) leaky_relu(x + bias), slope 0.2: holds the bias of the convolution before it."""

    def __init__(self, channels: int):
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, x_BCHW: Tensor) -> Tensor:
        biased = x_BCHW + self.bias.view(1, -1, 1, 1)
        return F.leaky_relu(biased, LEAKY_SLOPE) * LEAKY_GAIN

    def gained_bias(self) -> Tensor:
        """What is added to a sum that holds the gain already: sqrt(2) leaky(x + b) = leaky(sqrt(2) x +
        sqrt(2) b)."""
        return self.bias * LEAKY_GAIN


def activated(conv: EqualConv2d, activate: BiasedLeakyReLU, x_BCHW: Tensor) -> Tensor:
    """`activate(conv(x))`, gain and bias inside of the convolution: one pass over the result instead of four.

    conv: without a bias of its own.
    """
    out = F.conv2d(
        x_BCHW, conv.weight * (conv.scale * LEAKY_GAIN), activate.gained_bias(), conv.stride, conv.padding
    )
    return F.leaky_relu_(out, LEAKY_SLOPE)
