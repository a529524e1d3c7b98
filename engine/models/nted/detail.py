"""What the renderer tells of the dressed surface, and the gate that it copies detail by: ours, not in the
paper.

Two small heads on the renderer's features. One says for every position of the last level but one where on the
dressed surface it lies, the other for every pixel how much of the photo it takes over. What is copied, and
from where, is not decided here (`engine.compositing.detail`).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from engine.ops.equalized import BiasedLeakyReLU, EqualConv2d, activated
from engine.regions import CLASSES

SEEN = 10  # planes of what is seen of the photo at a pixel


class SurfaceHead(nn.Module):
    """Features [B, C, h, w] -> a surface map [B, 11, h, w]: logits of the parsing classes, coordinates / 9
    dm."""

    def __init__(self, cin: int, channels: int):
        super().__init__()
        self.conv = EqualConv2d(cin, channels, 3, padding=1, bias=False)
        self.activate = BiasedLeakyReLU(channels)
        self.out = EqualConv2d(channels, CLASSES + 3, 1)
        with torch.no_grad():  # weights that come without detail are not to be torn away from what they know
            self.out.weight.zero_()

    def forward(self, x_BChw: Tensor) -> Tensor:
        return self.out(activated(self.conv, self.activate, x_BChw))


class Detail(nn.Module):
    """coarse, fine: channels of the renderer's last but one and last level, width: of what is between."""

    def __init__(self, coarse: int, fine: int, width: int):
        super().__init__()
        self.target_places = SurfaceHead(coarse, 2 * width)  # named as in the weights files
        self.conv = EqualConv2d(fine + 3 + SEEN, width, 3, padding=1, bias=False)
        self.activate = BiasedLeakyReLU(width)
        self.out = EqualConv2d(width, 2, 3, padding=1)
        with torch.no_grad():
            self.out.weight.zero_()

    def surface(self, coarse_BChw: Tensor) -> Tensor:
        """The surface map [B, 11, h, w] that features of the renderer's last level but one tell."""
        return self.target_places(coarse_BChw)

    def forward(self, fine_BCHW: Tensor, image_BCHW: Tensor, seen_B10HW: Tensor) -> Tensor:
        """Logits [B, 2, H, W]: how much of the photo is taken over, and how much of its detail is added.

        fine: features of the renderer's last level. seen: of the photo at each pixel.
        """
        known_BCHW = gate_input(fine_BCHW, image_BCHW, seen_B10HW)
        return self.out(activated(self.conv, self.activate, known_BCHW))


def gate_input(fine_BCHW: Tensor, image_BCHW: Tensor, seen_B10HW: Tensor) -> Tensor:
    """All that the gate is told of every pixel, in the features' precision.

    What decides about copying is not to bend the features that it is decided by.
    """
    beside_BCHW = torch.cat([image_BCHW, seen_B10HW], 1).to(fine_BCHW.dtype)
    return torch.cat([fine_BCHW, beside_BCHW.contiguous(memory_format=torch.channels_last)], 1).detach()
