"""The parsing and keypoint network: a small U-Net from a picture to regions, joints and surface coordinates.

Encoder of residual blocks over five scales (He et al. 2016), decoder that adds the encoder's maps on the way
up (Ronneberger et al. 2015, sums instead of concatenations). The joints are a distribution over places
(`ParserOutput.heat_BJhw`), not a regression to bell curves.
"""

from __future__ import annotations

from typing import NamedTuple, TypeVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from engine.models.parser.bones import BONES, bone_planes
from engine.models.parser.config import COARSEST, ParserConfig
from engine.pose.skeleton import JOINT_COUNT
from engine.regions import CLASSES

Network = TypeVar("Network", bound=nn.Module)

HEAT_STRIDE = 4  # px a cell of the heat maps
TOLD_AT = 2  # halvings of the picture at the map that joins what is told of joints
_DILATIONS = (1, 2, 4)  # of the coarsest blocks in turn, so that each sees most of the picture


class ParserOutput(NamedTuple):
    """Of pictures [B, 3, H, W].

    logits_BCHW: of the 8 classes. heat_BJhw: logits of a joint's place over h x w = H/4 x W/4 cells; together
    with one more cell of logit 0, "absent", their softmax is a probability (`places`). seen_BJhw: logit that
    the joint is seen, not occluded, if it is in this cell. surface_B3HW: canonical position of the visible
    surface, in 9 dm (x to the person's left, y up, z to the front), meaningful where there is a person.
    beneath_BCHW: logits of the class that would be seen without the person's arms.
    arms_B2HW: logits that a pixel is of the right and of the left arm, with its sleeve, its hand and what
    that holds.
    """

    logits_BCHW: Tensor
    heat_BJhw: Tensor
    seen_BJhw: Tensor
    surface_B3HW: Tensor
    beneath_BCHW: Tensor
    arms_B2HW: Tensor


class ConvNorm(nn.Module):
    """Convolution and batch normalisation; `fold` makes one convolution of both, for inference."""

    def __init__(self, inputs: int, outputs: int, kernel: int = 3, stride: int = 1, dilation: int = 1):
        super().__init__()
        padding = dilation * (kernel // 2)
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, padding, dilation, bias=False)
        self.norm: nn.BatchNorm2d | nn.Identity = nn.BatchNorm2d(outputs)

    def forward(self, x: Tensor) -> Tensor:
        return self.norm(self.conv(x))

    def fold(self) -> None:
        if isinstance(self.norm, nn.BatchNorm2d):
            self.conv = fuse_conv_bn_eval(self.conv, self.norm)
            self.norm = nn.Identity()


class Block(nn.Module):
    """Residual block of two 3x3 convolutions."""

    def __init__(self, width: int, dilation: int = 1):
        super().__init__()
        self.first = ConvNorm(width, width, dilation=dilation)
        self.second = ConvNorm(width, width)
        nn.init.zeros_(self.second.norm.get_parameter("weight"))  # starts as the identity

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(x + self.second(F.relu(self.first(x))))


class Encoder(nn.Module):
    """Picture float [B, 3, H, W] in about [-1, 1] -> maps at 1, 1/2, 1/4, 1/8 and 1/16, the finest first.

    The bones of the joints [B, 18, 3] that are told, if any are, join the map at a quarter (`bone_planes`).
    """

    def __init__(self, config: ParserConfig):
        super().__init__()
        widths, blocks = config.widths, (0, *config.encoder)
        self.stem = ConvNorm(3, widths[0])
        self.down = nn.ModuleList(
            ConvNorm(above, below, stride=2) for above, below in zip(widths, widths[1:], strict=False)
        )
        self.blocks = nn.ModuleList(
            nn.Sequential(
                *(Block(width, _DILATIONS[i % 3] if width is widths[-1] else 1) for i in range(count))
            )
            for width, count in zip(widths[1:], blocks, strict=True)
        )

        self.bones = nn.Conv2d(BONES, widths[TOLD_AT], 3, padding=1, bias=False)
        nn.init.zeros_(self.bones.weight)  # starts as if nothing was told

    def forward(self, picture_BCHW: Tensor, joints_BJ3: Tensor | None = None) -> list[Tensor]:
        maps = [F.relu(self.stem(picture_BCHW))]
        for level, (down, blocks) in enumerate(zip(self.down, self.blocks, strict=True), 1):
            finer = down(maps[-1])
            if joints_BJ3 is not None and level == TOLD_AT:
                planes_BLhw = bone_planes(joints_BJ3, picture_BCHW.shape[2:], finer.shape[2:])
                finer = finer + self.bones(planes_BLhw)
            maps.append(blocks(F.relu(finer)))
        return maps


class Parser(nn.Module):
    """Pictures float32 [B, 3, H, W] in [-1, 1], H and W multiples of 16 -> `ParserOutput`.

    Joints [B, 18, 3] of the pictures' persons (x, y in px, state), as a detector finds them, may be told: a
    detector knows people in photographs much better than a network that learnt from rendered ones does.
    Made for pictures of 256x176 that a person fills as the training pictures are filled.
    """

    def __init__(self, config: ParserConfig):
        super().__init__()
        self.config = config
        widths = config.widths
        self.encoder = Encoder(config)
        self.up = nn.ModuleList(
            ConvNorm(widths[i], widths[i - 1], kernel=1) for i in range(len(widths) - 1, 1, -1)
        )
        self.skip = nn.ModuleList(
            ConvNorm(widths[i - 1], widths[i - 1], kernel=1) for i in range(len(widths) - 1, 1, -1)
        )
        eighth, quarter = config.decoder
        self.blocks = nn.ModuleList(
            (
                nn.Sequential(*(Block(widths[3]) for _ in range(eighth))),
                nn.Sequential(*(Block(widths[2]) for _ in range(quarter))),
                nn.Sequential(ConvNorm(widths[1], widths[1]), nn.ReLU()),
            )
        )
        self.joints = nn.Conv2d(widths[2], 2 * JOINT_COUNT, 1)
        self.regions = nn.Conv2d(widths[1], CLASSES + 3, 1)
        self.arms = nn.Sequential(
            ConvNorm(widths[1], widths[1]), nn.ReLU(), nn.Conv2d(widths[1], CLASSES + 2, 1)
        )
        with torch.no_grad():
            self.joints.get_parameter("bias")[:JOINT_COUNT].fill_(-6.0)  # about as likely anywhere as absent

    def forward(self, picture_BCHW: Tensor, joints_BJ3: Tensor | None = None) -> ParserOutput:
        size = picture_BCHW.shape[2:]
        if size[0] % COARSEST or size[1] % COARSEST:
            raise ValueError(f"pictures of {size[0]}x{size[1]}: needs multiples of {COARSEST}")
        maps = self.encoder(picture_BCHW, joints_BJ3)
        x, decoded = maps[-1], []
        for up, skip, blocks, finer in zip(self.up, self.skip, self.blocks, maps[-2:0:-1], strict=True):
            coarse = F.interpolate(up(x), size=finer.shape[2:], mode="bilinear", align_corners=False)
            x = blocks(F.relu(coarse + skip(finer)))
            decoded.append(x)
        heat, seen = self.joints(decoded[1]).float().split(JOINT_COUNT, 1)
        told = torch.cat([self.regions(x), self.arms(x)], 1).float()
        fine = F.interpolate(told, size=size, mode="bilinear", align_corners=False)
        logits, surface, beneath, arms = fine.split((CLASSES, 3, CLASSES, 2), 1)
        return ParserOutput(logits, heat, seen, surface, beneath, arms)


def fold(network: Network) -> Network:
    """Every normalisation folded into its convolution, in place: the same function in eval mode, faster."""
    network.eval()
    for module in network.modules():
        if isinstance(module, ConvNorm):
            module.fold()
    return network


def places(heat_BJhw: Tensor) -> tuple[Tensor, Tensor]:
    """Probabilities float32 [B, J, h, w] that a joint is in a cell, and [B, J] that it is absent."""
    flat_BJN = F.pad(heat_BJhw.float().flatten(2), (0, 1))  # the last cell is "absent"
    chance_BJN = flat_BJN.softmax(2)
    return chance_BJN[..., :-1].unflatten(2, heat_BJhw.shape[2:]), chance_BJN[..., -1]
