"""The inference form of a trained NTED network: the same function of one picture, everything folded.

Against network.py, which stays what the paper says:
- scale, gain sqrt 2 and 1/sqrt 2 are in the weights:
  out = sqrt2 lrelu((y + T p) / sqrt2 + b) = lrelu(y + T p + sqrt2 b),
- where textures are distributed the bias is in the textures too, because the attention p sums to 1,
- pose planes come as bytes, their 1/255 is in the first weight,
- both extractions of a level share one filter convolution and one read of the features,
- the RGB convolutions are matrix products with nine shifted sums, for three output channels are too few,
- wide 3x3 convolutions in float32 go by Winograd.
"""

from __future__ import annotations

import copy

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.models.nted import network as nted
from engine.models.nted.detail import Detail, SurfaceHead, gate_input
from engine.ops.attention import extraction_attention, normalise_features
from engine.ops.equalized import LEAKY_GAIN, LEAKY_SLOPE, BiasedLeakyReLU, EqualConv2d
from engine.ops.fused import FusedConv, add_mixture_, matmul_nt
from engine.ops.resample import Blur, upsample_transposed
from engine.ops.winograd import WinogradConv, pays

_BLOCK = 16  # channels that oneDNN takes at once


class InferenceNted:
    """Built once from an `Nted` (float32), for one device and precision; copies what it needs of the weights.

    with_reference: whether it is to encode references too, which is always done in float32.
    Not for training; batch size 1.
    """

    def __init__(
        self, network: nted.Nted, device: torch.device, dtype: torch.dtype, with_reference: bool = True
    ):
        self.config = network.config
        self.device, self.dtype = device, dtype
        with torch.no_grad():
            self._skeleton_encoder = _SkeletonEncoder(network.skeleton_encoder, device, dtype)
            self._renderer = _Renderer(network.target_image_renderer, device, dtype)
            self._detail = None
            if network.detail is not None:
                self._detail = _Detail(network.detail, device, dtype)
            self._reference_encoder = None
            if with_reference:
                self._reference_encoder = _ReferenceEncoder(network.reference_encoder, device, torch.float32)

    def encode(self, reference_1CHW: Tensor) -> nted.Textures:
        """Picture in [-1, 1] -> neural textures and extraction maps, as `ReferenceEncoder.forward`."""
        return self._reference_encoder(reference_1CHW)

    def surface(self, rendering: nted.Rendering) -> Tensor:
        """The surface map that the renderer's last level but one tells, as `Detail.surface`."""
        return self._detail.surface(rendering.features[len(self.config.levels) - 2])

    def gate(self, rendering: nted.Rendering, seen_110HW: Tensor) -> Tensor:
        """How much of the photo a rendering of all levels takes over, as `Detail.forward`."""
        return self._detail.gate(gate_input(rendering.features[-1], rendering.image_BCHW, seen_110HW))

    def pose_feature(self, planes_PHW: Tensor) -> Tensor:
        """Pose planes as bytes, uint8 [20, H, W] -> the coarsest feature [1, C, h, w] in `dtype`."""
        return self._skeleton_encoder(planes_PHW)

    def render(self, pose_1Chw: Tensor, textures: list[Tensor], levels: int | None = None) -> nted.Rendering:
        """As `Renderer.forward`; textures [1, C, K] in any precision, the RGB sums in float32."""
        return self._renderer(pose_1Chw, textures, levels)


def _fold(conv: EqualConv2d, device: torch.device, dtype: torch.dtype, gain: float = 1.0) -> Tensor:
    return (conv.weight.detach() * (conv.scale * gain)).to(device, dtype)


def _fold_bias(activate: BiasedLeakyReLU, device: torch.device, dtype: torch.dtype) -> Tensor:
    return (activate.bias.detach() * LEAKY_GAIN).to(device, dtype)


def _fold_blur(
    blur: Blur, channels: int, device: torch.device, dtype: torch.dtype, bias: Tensor | None = None
) -> FusedConv:
    """Depthwise. With a bias, bias and activation follow it."""
    kernel = blur.kernel.to(device, dtype).expand(channels, 1, 4, 4)
    return FusedConv(kernel, bias, padding=blur.pad[0], groups=channels, activated=bias is not None)


class _Down:
    """`network.DownLevel` without its extractions."""

    def __init__(self, level: nted.DownLevel, device: torch.device, dtype: torch.dtype):
        self._blur = _fold_blur(level.blur, level.conv.weight.shape[1], device, dtype)
        weight = _fold(level.conv, device, dtype, LEAKY_GAIN)
        self._conv = FusedConv(weight, _fold_bias(level.activate, device, dtype), stride=2, activated=True)

    def __call__(self, x: Tensor) -> Tensor:
        return self._conv(self._blur(x))


class _SkeletonEncoder:
    def __init__(self, encoder: nted.SkeletonEncoder, device: torch.device, dtype: torch.dtype):
        first = encoder.first
        self._weight_PC = _fold(first.conv, device, dtype, LEAKY_GAIN / 255.0)[:, :, 0, 0].t().contiguous()
        self._bias = _fold_bias(first.activate, device, dtype)
        self._levels = [_Down(level, device, dtype) for level in encoder.convs]

    def __call__(self, planes_PHW: Tensor) -> Tensor:
        planes, height, width = planes_PHW.shape
        planes_PN = planes_PHW.to(self._bias.dtype).view(planes, height * width)
        # As a matrix product the planes are read as they lie and the result is channels last.
        x_NC = F.leaky_relu_(torch.addmm(self._bias, planes_PN.t(), self._weight_PC), LEAKY_SLOPE)
        x = x_NC.view(1, height, width, -1).permute(0, 3, 1, 2)
        for level in self._levels:
            x = level(x)
        return x


class _ReferenceEncoder:
    def __init__(self, encoder: nted.ReferenceEncoder, device: torch.device, dtype: torch.dtype):
        first = encoder.first
        weight = _fold(first.conv, device, dtype, LEAKY_GAIN)
        self._first = FusedConv(weight, _fold_bias(first.activate, device, dtype), activated=True)
        self._levels = [_Down(level, device, dtype) for level in encoder.convs]
        self._extractions = [
            _Extractions(level.extraction_operations, device, dtype) for level in encoder.convs
        ]
        self._context = None
        if encoder.context is not None:
            self._context = copy.deepcopy(encoder.context).to(
                device, dtype, memory_format=torch.channels_last
            )

    def __call__(self, reference_1CHW: Tensor) -> nted.Textures:
        features = []
        x = self._first(reference_1CHW.contiguous(memory_format=torch.channels_last))
        for level in self._levels:
            x = level(x)
            features.append(x)
        contexts = [None] * len(features) if self._context is None else self._context(features)
        textures, extraction = [], []
        for x, context, extractions in zip(features, contexts, self._extractions, strict=True):
            for texture_1CK, attention_1Khw in extractions(x, context):
                textures.insert(0, texture_1CK)
                extraction.insert(0, attention_1Khw)
        return nted.Textures(textures, extraction)


class _Extractions:
    """The extractions of a level: pooling first, as `ops.attention.extract`, for all of them in one go."""

    def __init__(self, operations, device: torch.device, dtype: torch.dtype):
        filters = [_fold(operation.semantic_extraction_filter, device, dtype) for operation in operations]
        self._counts = [len(weight) for weight in filters]
        self._kernel = filters[0].shape[-1]
        self._filter = FusedConv(torch.cat(filters), padding=self._kernel // 2)
        # [C, taps C]: a tap after the other, the channels of a tap side by side.
        self._values = [_fold(o.value_conv, device, dtype).permute(0, 2, 3, 1).flatten(1) for o in operations]
        self._biases = [o.value_conv.bias.detach().to(device, dtype)[:, None] for o in operations]

    def __call__(self, x_1Chw: Tensor, context_1Khw: Tensor | None) -> list[tuple[Tensor, Tensor]]:
        logits_1Khw = self._filter(normalise_features(x_1Chw))
        if context_1Khw is not None:
            logits_1Khw = logits_1Khw + context_1Khw
        maps_1Khw = extraction_attention(logits_1Khw.contiguous())
        pooled_by_operation = self._pool(x_1Chw, maps_1Khw[0]).split(self._counts)
        found = zip(
            pooled_by_operation, self._values, self._biases, maps_1Khw.split(self._counts, 1), strict=True
        )
        return [((matmul_nt(value, pooled) + bias)[None], maps) for pooled, value, bias, maps in found]

    def _pool(self, x_1Chw: Tensor, maps_Khw: Tensor) -> Tensor:
        """Sums over positions of attention times the features under every tap of the values: [K, taps C].

        Attention and features are laid on a grid with a border of zeros, where a shift is an offset: nothing
        is copied.
        """
        k, (rows, columns) = self._kernel, maps_Khw.shape[1:]
        border = k // 2
        pitch = columns + 2 * border
        # One more row below, for the last shift reads past the corner.
        grid_HWC = F.pad(x_1Chw, (border, border, border, border + (border > 0))).permute(0, 2, 3, 1)[0]
        grid_NC = grid_HWC.reshape(-1, grid_HWC.shape[-1])
        maps_KN = F.pad(maps_Khw, (0, 2 * border)).flatten(1).to(grid_NC.dtype)
        shifts = (row * pitch + column for row in range(k) for column in range(k))
        pooled = [matmul_nt(maps_KN, grid_NC[shift : shift + rows * pitch].t()) for shift in shifts]
        return torch.cat(pooled, 1)


class _Renderer:
    def __init__(self, renderer: nted.Renderer, device: torch.device, dtype: torch.dtype):
        self._levels = [
            (
                _Styled(level.conv0, device, dtype),
                _Styled(level.conv1, device, dtype),
                _Rgb(level.to_rgb, device, dtype),
            )
            for level in renderer.convs
        ]

    def __call__(
        self, pose_1Chw: Tensor, textures: list[Tensor], levels: int | None = None
    ) -> nted.Rendering:
        x, skip = pose_1Chw, None
        skips, logits, features = [], [], []
        waiting = iter(textures)
        for conv0, conv1, to_rgb in self._levels[:levels]:
            for conv in (conv0, conv1):
                x, logits_1Khw = conv(x, next(waiting) if conv.distributes else None)
                if logits_1Khw is not None:
                    logits.append(logits_1Khw)
            skip = to_rgb(x, skip)
            skips.append(skip)
            features.append(x)
        return nted.Rendering(skip, skips, logits, features)


class _Styled:
    """`network.StyledConv`."""

    def __init__(self, layer: nted.StyledConv, device: torch.device, dtype: torch.dtype):
        operation = layer.distribution_operation
        self.distributes = operation is not None
        bias = _fold_bias(layer.activate, device, dtype)
        weight = _fold(layer.conv, device, dtype, 1.0 if self.distributes else LEAKY_GAIN)
        own = {} if self.distributes else {"bias": bias, "activated": True}
        if layer.blur is not None:
            self._conv = FusedConv(weight.transpose(0, 1), stride=2, transposed=True)
            self._blur = _fold_blur(layer.blur, len(weight), device, dtype, own.get("bias"))
        else:
            self._blur = None
            self._conv = WinogradConv(weight, **own) if pays(weight) else FusedConv(weight, padding=1, **own)
        if self.distributes:
            conv = operation.semantic_distribution_filter
            filter_bias = conv.bias.detach().to(device, dtype)
            self._filter = FusedConv(_fold(conv, device, dtype), filter_bias, padding=conv.padding)
            self._shift = layer.activate.bias.detach().to(device)[:, None] * LEAKY_GAIN

    def __call__(self, x: Tensor, texture_1CK: Tensor | None) -> tuple[Tensor, Tensor | None]:
        y = self._conv(x)
        if self._blur is not None:
            y = self._blur(y)
        if not self.distributes:
            return y, None
        logits = self._filter(y)
        attention = logits.permute(0, 2, 3, 1).softmax(-1).permute(0, 3, 1, 2)
        add_mixture_(y, attention, (texture_1CK[0] + self._shift).to(y.dtype))
        return F.leaky_relu_(y, LEAKY_SLOPE), logits


class _Rgb:
    """`network.ToRGB`: every tap's three channels in one matrix product, then nine shifted sums."""

    def __init__(self, layer: nted.ToRGB, device: torch.device, dtype: torch.dtype):
        weight_3C33 = _fold(layer.conv, device, dtype)
        self._weight_TC = weight_3C33.permute(2, 3, 0, 1).flatten(0, 2).contiguous()
        self._bias = layer.conv.bias.detach().to(device)[:, None, None]
        self._kernel = None if layer.upsample is None else layer.upsample.kernel.to(device)

    def __call__(self, x_1Chw: Tensor, skip_13hw: Tensor | None) -> Tensor:
        _, channels, h, w = x_1Chw.shape
        x_NC = x_1Chw.permute(0, 2, 3, 1).reshape(h * w, channels)
        taps = matmul_nt(self._weight_TC, x_NC).view(3, 3, 3, h, w)
        sum_3hw = taps[1, 1].float() + self._bias
        for row in range(3):
            for column in range(3):
                if (row, column) != (1, 1):
                    to_y, from_y = _overlap(row - 1, h)
                    to_x, from_x = _overlap(column - 1, w)
                    sum_3hw[:, to_y, to_x] += taps[row, column][:, from_y, from_x]
        rgb_13hw = sum_3hw[None]
        return rgb_13hw if self._kernel is None else rgb_13hw + upsample_transposed(skip_13hw, self._kernel)


class _Detail:
    """`detail.Detail`."""

    def __init__(self, detail: Detail, device: torch.device, dtype: torch.dtype):
        self.surface = _Hidden(detail.target_places, device, dtype)
        self.gate = _Hidden(detail, device, dtype)


class _Hidden:
    """Two convolutions with an activation between, whose channels are filled up to whole blocks with zeros:
    oneDNN is slower at fewer."""

    def __init__(self, module: SurfaceHead | Detail, device: torch.device, dtype: torch.dtype):
        bias = _fold_bias(module.activate, device, dtype)
        missing = -len(bias) % _BLOCK
        weight = F.pad(_fold(module.conv, device, dtype, LEAKY_GAIN), (0, 0, 0, 0, 0, 0, 0, missing))
        self._first = FusedConv(weight, F.pad(bias, (0, missing)), padding=1, activated=True)
        weight = F.pad(_fold(module.out, device, dtype), (0, 0, 0, 0, 0, missing))
        bias = module.out.bias.detach().to(device, dtype)
        self._second = FusedConv(weight, bias, padding=module.out.padding)

    def __call__(self, x_1Chw: Tensor) -> Tensor:
        return self._second(self._first(x_1Chw))


def _overlap(shift: int, length: int) -> tuple[slice, slice]:
    """Where position i meets position i + shift of a line: the slice of the i, the slice of the i + shift."""
    return slice(max(0, -shift), length - max(0, shift)), slice(max(0, shift), length + min(0, shift))
