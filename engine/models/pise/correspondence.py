"""Which source position belongs to which target position, and what is brought over by that (section 3.6).

Eq. 3 as coded officially: features are compared in patches of 3x3, after a 1x1 convolution that also sees
where in the picture they are. B batch, C channels, S source positions, T target positions, h w rows and
columns.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

TEMPERATURE = 0.01
_EPSILON = 2.2e-16
_VGG_LAYERS = (0, 0, None, 1, 1, None, 2)  # which of the widths a convolution has; None: pooling


class SpatialSource(NamedTuple):
    """What of the source the correspondence needs, free of the target.

    matched_BChw: its features as they are compared. modulation_BMhw: its gamma, then its beta.
    """

    matched_BChw: Tensor
    modulation_BMhw: Tensor


class VggEncoder(nn.Module):
    """VGG-19 up to relu3_1, with the official keys: [B, 3, H, W] in [-1, 1], as it is -> [B, C, H/4, W/4].

    Frozen in training: its features are what others are to become alike to.
    """

    def __init__(self, widths: tuple[int, ...]):
        super().__init__()
        layers: list[nn.Module] = []
        channels = 3
        for width in _VGG_LAYERS:
            if width is None:
                layers.append(nn.MaxPool2d(2))
            else:
                layers += [nn.Conv2d(channels, widths[width], 3, padding=1), nn.ReLU()]
                channels = widths[width]
        self.vgg = nn.Sequential(*layers)
        self.requires_grad_(False)

    def forward(self, picture_BCHW: Tensor) -> Tensor:
        return self.vgg(picture_BCHW)


class SourceModulation(nn.Module):
    """gamma and beta of every source position: one number each in the paper, or one a channel."""

    def __init__(self, channels: int, modulation: int):
        super().__init__()
        self.get_gamma = nn.Conv2d(channels, modulation, 1, bias=False)
        self.get_beta = nn.Conv2d(channels, modulation, 1, bias=False)

    def forward(self, x_BChw: Tensor) -> Tensor:
        return torch.cat([self.get_gamma(x_BChw), self.get_beta(x_BChw)], 1)


def placed(feature_BChw: Tensor) -> Tensor:
    """Features of length 1 and three more channels: x and y in [-1, 1], and the distance from the middle."""
    b, _, h, w = feature_BChw.shape
    y_hw, x_hw = torch.meshgrid(
        torch.linspace(-1, 1, h, device=feature_BChw.device),
        torch.linspace(-1, 1, w, device=feature_BChw.device),
        indexing="ij",
    )
    place_3hw = torch.stack([x_hw, y_hw, (x_hw.square() + y_hw.square()).sqrt()])
    unit_BChw = feature_BChw / (feature_BChw.norm(dim=1, keepdim=True) + _EPSILON)
    return torch.cat([unit_BChw, place_3hw.to(feature_BChw.dtype).expand(b, -1, -1, -1)], 1)


def correlation_textbook(target_BChw: Tensor, source_BChw: Tensor) -> Tensor:
    """[B, T, S]: cosine between the 3x3 patches, each less its own mean (Eq. 3)."""
    target_BPT, source_BPS = (_centred(F.unfold(x, 3, padding=1)) for x in (target_BChw, source_BChw))
    return target_BPT.transpose(1, 2) @ source_BPS


def _centred(patches_BPN: Tensor) -> Tensor:
    patches_BPN = patches_BPN - patches_BPN.mean(1, keepdim=True)
    return patches_BPN / (patches_BPN.norm(dim=1, keepdim=True) + _EPSILON)


def correlation(target_BChw: Tensor, source_BChw: Tensor) -> Tensor:
    """`correlation_textbook` without patches: products of single positions, then sums over the nine shifts
    that both take together. A ninth of the multiplications."""
    b, c, h, w = target_BChw.shape
    rows, columns = source_BChw.shape[2:]
    single_BTS = target_BChw.flatten(2).transpose(1, 2) @ source_BChw.flatten(2)
    both = _summed_along(single_BTS.view(b, h, w, rows, columns), 2, 4)
    product_BTS = _summed_along(both, 1, 3).reshape(b, h * w, rows * columns)
    (mean_BT, length_BT), (mean_BS, length_BS) = (
        _patch_statistics(target_BChw),
        _patch_statistics(source_BChw),
    )
    centred_BTS = product_BTS - 9 * c * mean_BT[:, :, None] * mean_BS[:, None]
    return centred_BTS / ((length_BT + _EPSILON)[:, :, None] * (length_BS + _EPSILON)[:, None])


def _summed_along(x: Tensor, a: int, b: int) -> Tensor:
    """Sum of x and of its two neighbours one step on, and one back, in dimensions a and b at once."""
    count, other = x.shape[a] - 1, x.shape[b] - 1
    total = x.clone()
    total.narrow(a, 0, count).narrow(b, 0, other).add_(x.narrow(a, 1, count).narrow(b, 1, other))
    total.narrow(a, 1, count).narrow(b, 1, other).add_(x.narrow(a, 0, count).narrow(b, 0, other))
    return total


def _patch_statistics(x_BChw: Tensor) -> tuple[Tensor, Tensor]:
    """Mean of every 3x3 patch [B, N], and its length without that mean [B, N]."""
    channels = x_BChw.shape[1]
    sums = torch.stack([x_BChw.sum(1), x_BChw.square().sum(1)], 1)
    mean_BN, square_BN = F.avg_pool2d(sums, 3, 1, 1).div_(channels).flatten(2).unbind(1)
    return mean_BN, (9 * channels * (square_BN - mean_BN.square())).clamp_min(0).sqrt()


def correspondence(correlation_BTS: Tensor, normalise: str) -> Tensor:
    """A of the spec as [B, T, S]: a softmax over the positions of the `normalise` side.

    "target", as in the official code: every source position shares itself out. "source": every target
    position reads a mean.
    """
    return (correlation_BTS / TEMPERATURE).softmax({"target": 1, "source": 2}[normalise])


def transported(modulation_BMhw: Tensor, correspondence_BTS: Tensor) -> Tensor:
    """The source's gamma and beta at the target's positions: [B, M, T]."""
    return modulation_BMhw.flatten(2) @ correspondence_BTS.transpose(1, 2)
