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

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.models.nted import network as nted
from engine.models.nted.detail import Detail, SurfaceHead, gate_input
from engine.models.nted.folding import Down, bias_of, fold, fold_bias, fold_blur
from engine.models.nted.inference_reference import InferenceReferenceEncoder
from engine.ops.attention import distribution_attention_last
from engine.ops.equalized import LEAKY_GAIN, LEAKY_SLOPE
from engine.ops.fused import FusedConv, add_mixture_, matmul_nt
from engine.ops.resample import upsample_transposed
from engine.ops.winograd import WinogradConv, pays

_BLOCK = 16  # channels that oneDNN takes at once


class InferenceNted:
    """The fast `forms.NtedForm`. Raises ValueError for an ablation: those have none."""

    def __init__(
        self, network: nted.Nted, device: torch.device, dtype: torch.dtype, with_reference: bool = True
    ):
        self.dtype = dtype
        encoder = network.reference_encoder
        if encoder is None or not encoder.extracts:
            raise ValueError(f"an ablation ({network.config.transfer}) has no inference form")
        with torch.no_grad():
            self._skeleton_encoder = _SkeletonEncoder(network.skeleton_encoder, device, dtype)
            self._renderer = _Renderer(network.target_image_renderer, device, dtype)
            self.detail = None if network.detail is None else _Detail(network.detail, device, dtype)
            self._reference_encoder = (
                InferenceReferenceEncoder(encoder, device, torch.float32) if with_reference else None
            )

    def encode(self, reference_1CHW: Tensor) -> nted.Textures:
        assert self._reference_encoder is not None
        return self._reference_encoder(reference_1CHW)

    def pose_feature(self, planes_PHW: Tensor) -> Tensor:
        return self._skeleton_encoder(planes_PHW)

    def render(self, pose_1Chw: Tensor, textures: list[Tensor], levels: int | None = None) -> nted.Drawing:
        return self._renderer(pose_1Chw, textures, levels)


class _SkeletonEncoder:
    def __init__(self, encoder: nted.SkeletonEncoder, device: torch.device, dtype: torch.dtype):
        first = encoder.first
        self._weight_PC = fold(first.conv, device, dtype, LEAKY_GAIN / 255.0)[:, :, 0, 0].t().contiguous()
        self._bias = fold_bias(first.activate, device, dtype)
        self._levels = [Down(level, device, dtype) for level in encoder.convs]

    def __call__(self, planes_PHW: Tensor) -> Tensor:
        planes, height, width = planes_PHW.shape
        planes_PN = planes_PHW.to(self._bias.dtype).view(planes, height * width)
        # As a matrix product the planes are read as they lie and the result is channels last.
        x_NC = F.leaky_relu_(torch.addmm(self._bias, planes_PN.t(), self._weight_PC), LEAKY_SLOPE)
        x = x_NC.view(1, height, width, -1).permute(0, 3, 1, 2)
        for level in self._levels:
            x = level(x)
        return x


class _Renderer:
    def __init__(self, renderer: nted.Renderer, device: torch.device, dtype: torch.dtype):
        self._levels = [
            (
                [_styled(conv, device, dtype) for conv in (level.conv0, level.conv1)],
                _Rgb(level.to_rgb, device, dtype),
            )
            for level in renderer.convs
        ]

    def __call__(self, pose_1Chw: Tensor, textures: list[Tensor], levels: int | None = None) -> nted.Drawing:
        x = pose_1Chw
        skips: list[Tensor] = []
        logits: list[Tensor] = []
        features: list[Tensor] = []
        waiting = iter(textures)
        for convs, to_rgb in self._levels[:levels]:
            for conv in convs:
                if isinstance(conv, _Distributing):
                    x, logits_1Khw = conv(x, next(waiting))
                    logits.append(logits_1Khw)
                else:
                    x = conv(x)
            skips.append(to_rgb(x, skips[-1] if skips else None))
            features.append(x)
        return nted.Drawing(skips[-1], skips, logits, features)


def _styled(layer: nted.StyledConv, device: torch.device, dtype: torch.dtype) -> _Convolution | _Distributing:
    """`network.StyledConv`, with or without its distribution."""
    if isinstance(layer.distribution_operation, nted.Distribution):
        return _Distributing(layer, layer.distribution_operation, device, dtype)
    return _Convolution(layer, device, dtype, fold_bias(layer.activate, device, dtype))


class _Convolution:
    """The convolution of `network.StyledConv` and its blur. With a bias, bias and activation follow."""

    def __init__(
        self, layer: nted.StyledConv, device: torch.device, dtype: torch.dtype, bias: Tensor | None = None
    ):
        activated = bias is not None
        weight = fold(layer.conv, device, dtype, LEAKY_GAIN if activated else 1.0)
        self._conv: FusedConv | WinogradConv
        self._blur: FusedConv | None = None
        if layer.blur is not None:
            self._conv = FusedConv(weight.transpose(0, 1), stride=2, transposed=True)
            self._blur = fold_blur(layer.blur, len(weight), device, dtype, bias)
        elif pays(weight):
            self._conv = WinogradConv(weight, bias, activated)
        else:
            self._conv = FusedConv(weight, bias, padding=1, activated=activated)

    def __call__(self, x: Tensor) -> Tensor:
        y = self._conv(x)
        return y if self._blur is None else self._blur(y)


class _Distributing:
    """`network.StyledConv` with textures."""

    def __init__(
        self,
        layer: nted.StyledConv,
        operation: nted.Distribution,
        device: torch.device,
        dtype: torch.dtype,
    ):
        self._conv = _Convolution(layer, device, dtype)
        conv = operation.semantic_distribution_filter
        bias = bias_of(conv, device, dtype)
        self._filter = FusedConv(fold(conv, device, dtype), bias, padding=conv.padding)
        self._shift = fold_bias(layer.activate, device, torch.float32)[:, None]

    def __call__(self, x: Tensor, texture_1CK: Tensor) -> tuple[Tensor, Tensor]:
        y = self._conv(x)
        logits = self._filter(y)  # Eq. 4
        attention = distribution_attention_last(logits)  # Eq. 5
        add_mixture_(y, attention, (texture_1CK[0] + self._shift).to(y.dtype))  # Eq. 6
        return F.leaky_relu_(y, LEAKY_SLOPE), logits


class _Rgb:
    """`network.ToRGB`: every tap's three channels in one matrix product, then nine shifted sums."""

    def __init__(self, layer: nted.ToRGB, device: torch.device, dtype: torch.dtype):
        weight_3C33 = fold(layer.conv, device, dtype)
        self._weight_TC = weight_3C33.permute(2, 3, 0, 1).flatten(0, 2).contiguous()
        self._bias = bias_of(layer.conv, device, torch.float32)[:, None, None]
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
        if self._kernel is None or skip_13hw is None:
            return rgb_13hw
        return rgb_13hw + upsample_transposed(skip_13hw, self._kernel)


class _Detail:
    """`detail.Detail`."""

    def __init__(self, detail: Detail, device: torch.device, dtype: torch.dtype):
        self._surface = _Hidden(detail.target_places, device, dtype)
        self._gate = _Hidden(detail, device, dtype)

    def surface(self, coarse_BChw: Tensor) -> Tensor:
        return self._surface(coarse_BChw)

    def __call__(self, fine_BCHW: Tensor, image_BCHW: Tensor, seen_B10HW: Tensor) -> Tensor:
        return self._gate(gate_input(fine_BCHW, image_BCHW, seen_B10HW))


class _Hidden:
    """Two convolutions with an activation between, whose channels are filled up to whole blocks with zeros:
    oneDNN is slower at fewer."""

    def __init__(self, module: SurfaceHead | Detail, device: torch.device, dtype: torch.dtype):
        bias = fold_bias(module.activate, device, dtype)
        missing = -len(bias) % _BLOCK
        weight = F.pad(fold(module.conv, device, dtype, LEAKY_GAIN), (0, 0, 0, 0, 0, 0, 0, missing))
        self._first = FusedConv(weight, F.pad(bias, (0, missing)), padding=1, activated=True)
        weight = F.pad(fold(module.out, device, dtype), (0, 0, 0, 0, 0, missing))
        self._second = FusedConv(weight, bias_of(module.out, device, dtype), padding=module.out.padding)

    def __call__(self, x_1Chw: Tensor) -> Tensor:
        return self._second(self._first(x_1Chw))


def _overlap(shift: int, length: int) -> tuple[slice, slice]:
    """Where position i meets position i + shift of a line: the slice of the i, the slice of the i + shift."""
    return slice(max(0, -shift), length - max(0, shift)), slice(max(0, shift), length + min(0, shift))
