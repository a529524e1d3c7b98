"""VGG-19 as what a perceptual loss looks through (`engine.features.Features`)."""

from __future__ import annotations

import os
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine import weights
from engine.errors import InputError

TAPS = (1, 6, 11, 20, 29)  # relu1_1, 2_1, 3_1, 4_1, 5_1 by their number in torchvision's `features`
_WIDTHS = (64, 64, "pool", 128, 128, "pool", *(256,) * 4, "pool", *(512,) * 4, "pool", *(512,) * 4)
_MEAN, _DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


class Vgg19(nn.Module):
    """VGG-19 (Simonyan and Zisserman 2014, variant E) up to the last of the taps, with torchvision's keys.

    Returns the maps at `taps`. Pictures are normalised as ImageNet's were, without a clamp, or taken as they
    are with `raw`. thinner: divisor of all widths.
    """

    def __init__(self, thinner: int = 1, taps: tuple[int, ...] = TAPS, raw: bool = False):
        super().__init__()
        self.taps, self.raw = taps, raw
        layers: list[nn.Module] = []
        channels = 3
        for width in _WIDTHS:
            if width == "pool":
                layers.append(nn.MaxPool2d(2))
            else:
                layers += [nn.Conv2d(channels, width // thinner, 3, padding=1), nn.ReLU()]
                channels = width // thinner
        self.features = nn.Sequential(*layers[: taps[-1] + 1])
        self.register_buffer("mean", torch.tensor(_MEAN).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("deviation", torch.tensor(_DEVIATION).view(1, 3, 1, 1), persistent=False)

    def forward(self, picture_BCHW: Tensor) -> list[Tensor]:
        x = picture_BCHW if self.raw else ((picture_BCHW + 1) / 2 - self.mean) / self.deviation
        maps = []
        for index, layer in enumerate(self.features):
            x = layer(x)
            if index in self.taps:
                maps.append(x)
        return maps


def load_vgg19(path: str | os.PathLike, network: Vgg19 | None = None) -> Vgg19:
    """VGG-19 from torchvision's weight file: state dict with `features.N.weight`, .pth or .safetensors.

    network: what to fill, where other maps of it are wanted. The classifier in the file is left alone.
    Nothing but tensors is unpickled. The network is frozen. Raises InputError naming the file where it is
    missing, damaged, or of another network.
    """
    path = Path(path)
    state = weights.read(path).tensors if path.suffix == ".safetensors" else weights.read_torch(path)
    network = Vgg19() if network is None else network
    wanted = network.state_dict()
    for key, tensor in wanted.items():
        found = state.get(key)
        if not isinstance(found, Tensor) or found.shape != tensor.shape:
            what = "is missing" if found is None else "has another shape"
            raise InputError(f"{path} is no weight file of torchvision's VGG-19: {key} {what}.")
    weights.fill(network, {key: state[key] for key in wanted}, path)
    return network.eval().requires_grad_(False)


def halved(picture_BCHW: Tensor) -> Tensor:
    """Half the rows and columns, bilinear (align_corners False), as the next scale of a perceptual loss."""
    return F.interpolate(picture_BCHW, scale_factor=0.5, mode="bilinear", align_corners=False)
