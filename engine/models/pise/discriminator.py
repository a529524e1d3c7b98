"""The PISE discriminator: pictures only, a verdict for every patch (PISE spec 3.8). Official state-dict
keys."""

from __future__ import annotations

import os
from collections.abc import Mapping

import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from engine import weights
from engine.errors import InputError
from engine.models.pise.folding import folded

_SLOPE = 0.1
OFFICIAL = (32, 64, 128, 128)


class HalvingBlock(nn.Module):
    """Half the size: two convolutions beside a mean and a 1x1 convolution."""

    def __init__(self, cin: int, hidden: int, cout: int):
        super().__init__()
        keep = nn.Conv2d(cin, hidden, 3, padding=1)
        halve = nn.Conv2d(hidden, cout, 4, stride=2, padding=1)
        self.model = nn.Sequential(nn.LeakyReLU(_SLOPE), keep, nn.LeakyReLU(_SLOPE), halve)
        self.shortcut = nn.Sequential(nn.AvgPool2d(2), nn.Conv2d(cin, cout, 1))

    def forward(self, x: Tensor) -> Tensor:
        return self.model(x) + self.shortcut(x)


class PatchDiscriminator(nn.Module):
    """Picture [B, 3, H, W] in [-1, 1] -> verdict [B, 1, H/16, W/16]: trained towards 1 for real, 0 for made.

    widths: channels at a half, a quarter, an eighth and a sixteenth.
    """

    def __init__(self, widths: tuple[int, ...] = OFFICIAL):
        super().__init__()
        self.widths = widths
        self.block0 = HalvingBlock(3, widths[0], widths[0])
        for index, (cin, cout) in enumerate(zip(widths, widths[1:], strict=False)):
            self.add_module(f"encoder{index}", HalvingBlock(cin, cin, cout))
        self.conv = nn.Conv2d(widths[-1], 1, 1)

    def forward(self, picture_BCHW: Tensor) -> Tensor:
        x = self.block0(picture_BCHW)
        for index in range(len(self.widths) - 1):
            x = getattr(self, f"encoder{index}")(x)
        return self.conv(F.leaky_relu(x, _SLOPE))


def bounded(network: PatchDiscriminator) -> PatchDiscriminator:
    """Every convolution under spectral normalisation, in place: the form to train, as the paper's was."""
    for module in list(network.modules()):
        if isinstance(module, nn.Conv2d):
            spectral_norm(module)
    return network


def load_discriminator(path: str | os.PathLike) -> PatchDiscriminator:
    """From a safetensors file with official keys; widths are read from the shapes. Raises InputError."""
    return from_state(weights.read(path).tensors, path)


def from_state(state: Mapping[str, Tensor], path: str | os.PathLike) -> PatchDiscriminator:
    """From tensors by official keys, spectral norms and all; `path` is for the message of an InputError."""
    try:
        tensors = folded(state)
    except InputError as error:
        raise InputError(f"{path}: {error}") from None
    names = ["block0", *(f"encoder{index}" for index in range(3))]
    for name in names:
        if f"{name}.model.3.weight" not in tensors:
            raise InputError(f"The weights file {path} is no PISE discriminator: {name}.model.3 is missing.")
    widths = tuple(weights.outputs(tensors, f"{name}.model.3.weight", path) for name in names)
    return weights.network_of(lambda: PatchDiscriminator(widths), tensors, path)
