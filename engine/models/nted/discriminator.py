"""The NTED discriminator: pictures only, not conditional (NTED spec section 4). Official state-dict keys."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine import weights
from engine.errors import InputError
from engine.ops.equalized import LEAKY_GAIN, LEAKY_SLOPE, BiasedLeakyReLU, EqualConv2d
from engine.ops.resample import Blur

COARSEST = 4  # rows of the last feature map; widths of 11:16 pictures end at 2 columns
STDDEV_GROUP = 4


class EqualLinear(nn.Module):
    """Linear layer with weight [out, in] scaled by 1/sqrt(in); `activated` adds the leaky ReLU after the
    bias.
    """

    def __init__(self, cin: int, cout: int, activated: bool = False):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(cout, cin))
        self.bias = nn.Parameter(torch.zeros(cout))
        self.scale = 1.0 / math.sqrt(cin)
        self.activated = activated

    def forward(self, x_BC: Tensor) -> Tensor:
        out = F.linear(x_BC, self.weight * self.scale, self.bias)
        return F.leaky_relu(out, LEAKY_SLOPE) * LEAKY_GAIN if self.activated else out


class ResidualDown(nn.Module):
    """Half the size: two 3x3 convolutions, the second of stride 2, beside a 1x1 skip; the sum divided by sqrt
    2.
    """

    def __init__(self, cin: int, cout: int):
        super().__init__()
        self.conv1 = nn.Sequential(EqualConv2d(cin, cin, 3, padding=1, bias=False), BiasedLeakyReLU(cin))
        self.conv2 = nn.Sequential(
            Blur((2, 2)), EqualConv2d(cin, cout, 3, stride=2, bias=False), BiasedLeakyReLU(cout)
        )
        self.skip = nn.Sequential(Blur((1, 1)), EqualConv2d(cin, cout, 1, stride=2, bias=False))

    def forward(self, x_BCHW: Tensor) -> Tensor:
        return (self.conv2(self.conv1(x_BCHW)) + self.skip(x_BCHW)) / math.sqrt(2.0)


def with_batch_deviation(x_BCHW: Tensor) -> Tensor:
    """One more channel: the standard deviation over groups of up to four pictures, averaged to one number a
    group.

    The members of a group are b, b + M, b + 2M, ... with M = B / group. Raises InputError where B does not
    divide.
    """
    b, _, h, w = x_BCHW.shape
    group = min(b, STDDEV_GROUP)
    if b % group:
        raise InputError(
            f"The discriminator takes 1 to {STDDEV_GROUP} pictures or a multiple of {STDDEV_GROUP}, not {b}."
        )
    grouped = x_BCHW.view(group, b // group, *x_BCHW.shape[1:])
    deviation_M111 = (grouped.var(0, unbiased=False) + 1e-8).sqrt().mean((1, 2, 3), keepdim=True)
    return torch.cat([x_BCHW, deviation_M111.repeat(group, 1, h, w)], 1)


class Discriminator(nn.Module):
    """Picture [B, 3, H, W] in [-1, 1] -> logit [B, 1]; positive means real.

    channels: of the full resolution, then of every half of it, down to 4 rows (official 256: 128, 256, 512 x
    5).
    """

    def __init__(self, channels: tuple[int, ...]):
        super().__init__()
        self.channels = channels
        first = nn.Sequential(EqualConv2d(3, channels[0], 1, bias=False), BiasedLeakyReLU(channels[0]))
        downs = (ResidualDown(a, b) for a, b in zip(channels, channels[1:], strict=False))
        self.convs = nn.Sequential(first, *downs)
        last = channels[-1]
        self.final_conv = nn.Sequential(
            EqualConv2d(last + 1, last, 3, padding=1, bias=False), BiasedLeakyReLU(last)
        )
        self.final_linear = nn.Sequential(
            EqualLinear(last * COARSEST * 2, last, activated=True), EqualLinear(last, 1)
        )

    def forward(self, picture_BCHW: Tensor) -> Tensor:
        x = self.final_conv(with_batch_deviation(self.convs(picture_BCHW)))
        if x.shape[2:] != (COARSEST, 2):
            h, w = picture_BCHW.shape[2:]
            raise InputError(f"The discriminator was made for pictures of 11:16; {h}x{w} does not fit it.")
        return self.final_linear(x.flatten(1))


def official_discriminator(rows: int) -> Discriminator:
    """The paper's discriminator for 256x176 or 512x352 pictures."""
    return Discriminator({256: (128, 256, *(512,) * 5), 512: (64, 128, 256, *(512,) * 5)}[rows])


def load_discriminator(path: str | os.PathLike) -> Discriminator:
    """From a safetensors file with official keys; widths are read from the shapes. Raises InputError."""
    return from_state(weights.read(path).tensors, path)


def save_discriminator(path: str | os.PathLike, network: Discriminator) -> None:
    """Write it so that `load_discriminator` reads it. Raises InputError."""
    config = {"channels": list(network.channels)}
    weights.write(path, network.state_dict(), model="nted-discriminator", config=config)


def from_state(tensors: Mapping[str, Tensor], path: str | os.PathLike) -> Discriminator:
    """From tensors by official keys; `path` is for the message of an InputError."""
    widths = []
    for index in range(64):
        key = f"convs.{index}.{'conv2.1' if index else '0'}.weight"
        if key not in tensors:
            break
        widths.append(weights.outputs(tensors, key, path))
    if len(widths) < 2:
        raise InputError(
            f"The weights file {path} is no NTED discriminator: convs.0.0.weight or convs.1 is missing."
        )
    return weights.network_of(lambda: Discriminator(tuple(widths)), tensors, path)
