"""The inference form of a trained PISE network: the same function of one picture, everything folded.

Against network.py, which stays what the paper says:
- batch norms are in the convolutions before them,
- a generator's first convolution is a sum of what the reference gives and what the target gives; the first
  part is made once a reference,
- the parsing generator's second output, which nobody reads, is not made.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from engine.errors import InputError
from engine.models.pise.blocks import Down
from engine.models.pise.config import REGION_COUNT
from engine.models.pise.correspondence import SpatialSource
from engine.models.pise.network import Pise, SourceImage
from engine.models.pise.style import Style
from engine.pose.skeleton import JOINT_COUNT

_SOURCE_POSE = range(REGION_COUNT, REGION_COUNT + JOINT_COUNT)  # channels of the parsing generator's input
_SOURCE_PICTURE = range(
    2 * REGION_COUNT + JOINT_COUNT, 2 * REGION_COUNT + JOINT_COUNT + 3
)  # target encoder's


class Encoded(NamedTuple):
    """All of a source that is free of the target. style, seen: as `Pise.encoded`. parsing_part, target_part:
    its part [1, C, H/2, W/2] of the first convolution of the parsing generator and of the target encoder."""

    style: Style
    seen: SpatialSource
    parsing_part: Tensor
    target_part: Tensor

    def tensors(self) -> list[Tensor]:
        return [*self.style, *self.seen, self.parsing_part, self.target_part]


class InferencePise:
    """Built once from a `Pise` with both generators, for one device, in float32; copies its weights. Not for
    training; batch size 1.

    network: the folded one, for the steps that stay as they are. Raises InputError where it has no parsing
    generator.
    """

    def __init__(self, network: Pise, device: torch.device):
        self.network = _folded(network).to(device)
        self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # no stub
        if self.network.parnet is None:
            raise InputError(
                "These weights are of texture transfer alone: no parsing generator, so they follow no pose."
            )
        self._parnet = self.network.parnet
        parsing = range(REGION_COUNT)
        self._parsing_first = _First(self._parnet.conv1, [*parsing, *_SOURCE_POSE])
        self._target_first = _First(self.network.parenc.block0, [*parsing, *_SOURCE_PICTURE])

    def encode(self, source: SourceImage) -> Encoded:
        style, seen = self.network.encoded(_channels_last(source.image_BCHW), source.parsing_BRHW)
        for_parsing = torch.cat([source.parsing_BRHW, source.heat_BJHW], 1)
        for_target = torch.cat([source.parsing_BRHW, source.image_BCHW], 1)
        return Encoded(
            style,
            seen,
            self._parsing_first.of_reference(for_parsing),
            self._target_first.of_reference(for_target),
        )

    def kernels(self, style: Style) -> Tensor:
        """`RegionNormalisation.kernels`, for `feature`."""
        return self.network.efb.kernels(style)

    def parsing(self, source: Encoded, target_heat_1JHW: Tensor) -> Tensor:
        """`Parsing.parsing_BRHW`."""
        parnet = self._parnet
        x = self._parsing_first(source.parsing_part, target_heat_1JHW)
        for encode in (parnet.conv2, parnet.conv3, parnet.conv4, parnet.deform3, parnet.deform4):
            x = encode(x)
        for decode in (parnet.up1, parnet.up2, parnet.up3, parnet.up4, parnet.parout):
            x = decode(x)
        return (x + 1) / 2

    def feature(
        self, source: Encoded, parsing_1RHW: Tensor, target_heat_1JHW: Tensor, kernels_1OK: Tensor
    ) -> Tensor:
        """`Pise.normalised`."""
        network, parenc = self.network, self.network.parenc
        x = self._target_first(source.target_part, torch.cat([parsing_1RHW, target_heat_1JHW], 1))
        for block in (parenc.block1, parenc.block2, parenc.block3, parenc.deform3, parenc.deform4):
            x = block(x)
        x = parenc.block5(parenc.block4(x))
        return network.res(network.efb.modulated(x, parsing_1RHW, kernels_1OK))


class _First:
    """A generator's first block, whose input is the reference's in some channels and the target's in the
    rest."""

    def __init__(self, block: Down, of_reference: Sequence[int]):
        norm, activate, convolve, *rest = block.model
        assert isinstance(norm, nn.BatchNorm2d | nn.InstanceNorm2d) and isinstance(convolve, nn.Conv2d)
        of_target = [c for c in range(convolve.in_channels) if c not in of_reference]
        self.of_reference, self._of_target = (
            nn.Sequential(_norm_of(norm, channels), activate, _convolution_of(convolve, channels, bias))
            for channels, bias in ((of_reference, convolve.bias), (of_target, None))
        )
        self._rest = nn.Sequential(*rest)

    def __call__(self, part_1Chw: Tensor, target_1CHW: Tensor) -> Tensor:
        return self._rest(self._of_target(_channels_last(target_1CHW)) + part_1Chw)


def _folded(network: Pise) -> Pise:
    """A copy without batch norms after convolutions."""
    network = copy.deepcopy(network)
    for module in network.modules():
        if isinstance(module, nn.LeakyReLU):
            module.inplace = True  # it follows a norm or a convolution, which made a tensor of its own
    for chain in [module for module in network.modules() if isinstance(module, nn.Sequential)]:
        for place, (convolve, norm) in enumerate(zip(chain, list(chain)[1:], strict=False)):
            if isinstance(convolve, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
                chain[place], chain[place + 1] = fuse_conv_bn_eval(convolve, norm), nn.Identity()
    return network


def _norm_of(norm: nn.BatchNorm2d | nn.InstanceNorm2d, channels: Sequence[int]) -> nn.Module:
    """A norm of some of its channels."""
    part = copy.deepcopy(norm)
    assert isinstance(part, nn.BatchNorm2d | nn.InstanceNorm2d)
    part.num_features = len(channels)
    for name, tensor in [*norm.named_parameters(), *norm.named_buffers()]:
        if tensor.ndim:
            chosen = tensor[list(channels)]
            setattr(part, name, nn.Parameter(chosen, False) if isinstance(tensor, nn.Parameter) else chosen)
    return part


def _convolution_of(convolve: nn.Conv2d, channels: Sequence[int], bias: Tensor | None) -> nn.Conv2d:
    """A convolution of some of its input's channels."""
    part = copy.deepcopy(convolve)
    part.in_channels, part.bias = len(channels), bias
    part.weight = nn.Parameter(_channels_last(convolve.weight[:, list(channels)]), False)
    return part


def _channels_last(x: Tensor) -> Tensor:
    return x.contiguous(memory_format=torch.channels_last)
