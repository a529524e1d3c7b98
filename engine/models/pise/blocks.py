"""What PISE's networks are built of (PISE spec section 2): normalise, activate, convolve.

Every block acts on its raw input first, so the very first ones normalise pictures and parsing maps too.
The modules' names are those of the official state dict; its spectral norms are folded into the weights.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

_GATE_SLOPE = 0.2  # in all networks
_FULL = 0.98  # black and white themselves would be infinitely far

Norm = type[nn.InstanceNorm2d] | type[nn.BatchNorm2d]
NORMS: dict[str, Norm] = {"instance": nn.InstanceNorm2d, "batch": nn.BatchNorm2d}


def _chain(
    cin: int, hidden: int, slope: float, norm: Norm, affine: bool, first: nn.Module, second: nn.Module
) -> nn.Sequential:
    return nn.Sequential(
        norm(cin, affine=affine),
        nn.LeakyReLU(slope),
        first,
        norm(hidden, affine=affine),
        nn.LeakyReLU(slope),
        second,
    )


class Down(nn.Module):
    """[B, in, H, W] -> [B, out, H/2, W/2]."""

    def __init__(self, cin: int, hidden: int, cout: int, slope: float, norm: Norm, affine: bool = True):
        super().__init__()
        halve = nn.Conv2d(cin, hidden, 4, stride=2, padding=1)
        self.model = _chain(cin, hidden, slope, norm, affine, halve, nn.Conv2d(hidden, cout, 3, padding=1))

    def forward(self, x: Tensor) -> Tensor:
        return self.model(x)


class Up(nn.Module):
    """[B, in, h, w] -> [B, out, 2 h, 2 w]."""

    def __init__(self, cin: int, hidden: int, cout: int, slope: float, norm: Norm, affine: bool = True):
        super().__init__()
        keep = nn.Conv2d(cin, hidden, 3, padding=1)
        self.model = _chain(cin, hidden, slope, norm, affine, keep, _double(hidden, cout))
        self.shortcut = nn.Sequential(_double(cin, cout))

    def forward(self, x: Tensor) -> Tensor:
        return self.model(x) + self.shortcut(x)


def _double(cin: int, cout: int) -> nn.Module:
    return nn.ConvTranspose2d(cin, cout, 3, stride=2, padding=1, output_padding=1)


class Residual(nn.Module):
    def __init__(self, channels: int, slope: float, norm: Norm):
        super().__init__()
        first, second = (nn.Conv2d(channels, channels, 3, padding=1) for _ in range(2))
        self.model = _chain(channels, channels, slope, norm, True, first, second)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.model(x)


class Gate(nn.Module):
    """Gated convolution (Eq. 1), normalised: which positions count is learnt for each of them."""

    def __init__(self, channels: int, norm: Norm):
        super().__init__()
        self.gated_conv = nn.Conv2d(channels, channels, 3, padding=1)
        self.mask_conv = nn.Conv2d(channels, channels, 3, padding=1)
        self.norm = norm(channels, affine=False)

    def forward(self, x: Tensor) -> Tensor:
        value = F.leaky_relu(self.gated_conv(x), _GATE_SLOPE)
        return self.norm(value * torch.sigmoid(self.mask_conv(x)))  # Eq. 1


class Out(nn.Module):
    """A network's last layer: [B, in, H, W] -> [B, out, H, W] in [-1, 1].

    begun_BCHW: a picture in [-1, 1] that it begins with: what it draws is what is to change in it.
    """

    def __init__(self, cin: int, cout: int, slope: float, norm: Norm, affine: bool = True):
        super().__init__()
        self.model = nn.Sequential(norm(cin, affine=affine), nn.LeakyReLU(slope))
        self.conv1 = nn.Conv2d(cin, cout, 3)

    def forward(self, x: Tensor, begun_BCHW: Tensor | None = None) -> Tensor:
        drawn = self.conv1(F.pad(self.model(x), (1, 1, 1, 1), mode="reflect"))
        if begun_BCHW is not None:
            drawn = drawn + begun_BCHW.clamp(-_FULL, _FULL).atanh()
        return torch.tanh(drawn)
