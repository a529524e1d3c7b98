"""The reference's half of the inference form (`inference`): what no target pose changes."""

from __future__ import annotations

import copy

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.models.nted import network as nted
from engine.models.nted.folding import Down, bias_of, fold, fold_bias
from engine.ops.attention import extraction_attention, normalise_features
from engine.ops.equalized import LEAKY_GAIN
from engine.ops.fused import FusedConv, matmul_nt
from engine.ops.modules import ModuleListOf


class InferenceReferenceEncoder:
    """`network.ReferenceEncoder`."""

    def __init__(self, encoder: nted.ReferenceEncoder, device: torch.device, dtype: torch.dtype):
        first = encoder.first
        weight = fold(first.conv, device, dtype, LEAKY_GAIN)
        self._first = FusedConv(weight, fold_bias(first.activate, device, dtype), activated=True)
        self._levels = [Down(level, device, dtype) for level in encoder.convs]
        self._extractions = [
            _Extractions(level.extraction_operations, device, dtype) for level in encoder.convs
        ]
        self._context = None
        if encoder.context is not None:
            self._context = copy.deepcopy(encoder.context).to(device, dtype)
            self._context.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # no stub

    def __call__(self, reference_1CHW: Tensor) -> nted.Textures:
        features: list[Tensor] = []
        x = self._first(reference_1CHW.contiguous(memory_format=torch.channels_last))
        for level in self._levels:
            x = level(x)
            features.append(x)
        contexts = [None] * len(features) if self._context is None else self._context(features)
        textures: list[Tensor] = []
        extraction: list[Tensor] = []
        for x, context, extractions in zip(features, contexts, self._extractions, strict=True):
            for texture_1CK, attention_1Khw in extractions(x, context):
                textures.insert(0, texture_1CK)
                extraction.insert(0, attention_1Khw)
        return nted.Textures(textures, extraction)


class _Extractions:
    """The extractions of a level: pooling first, as `ops.attention.extract`, for all of them in one go."""

    def __init__(self, operations: ModuleListOf[nted.Extraction], device: torch.device, dtype: torch.dtype):
        filters = [fold(operation.semantic_extraction_filter, device, dtype) for operation in operations]
        self._counts = [len(weight) for weight in filters]
        self._kernel = filters[0].shape[-1]
        self._filter = FusedConv(torch.cat(filters), padding=self._kernel // 2)
        # [C, taps C]: a tap after the other, the channels of a tap side by side.
        self._values = [fold(o.value_conv, device, dtype).permute(0, 2, 3, 1).flatten(1) for o in operations]
        self._biases = [bias_of(o.value_conv, device, dtype)[:, None] for o in operations]

    def __call__(self, x_1Chw: Tensor, context_1Khw: Tensor | None) -> list[tuple[Tensor, Tensor]]:
        key_1Chw = normalise_features(x_1Chw)
        logits_1Khw = self._filter(key_1Chw)  # Eq. 1
        if context_1Khw is not None:
            logits_1Khw = logits_1Khw + context_1Khw
        maps_1Khw = extraction_attention(logits_1Khw.contiguous())  # Eq. 2
        pooled_by_operation = self._pool(x_1Chw, maps_1Khw[0]).split(self._counts)
        found = zip(
            pooled_by_operation, self._values, self._biases, maps_1Khw.split(self._counts, 1), strict=True
        )
        # Eq. 3 of each operation: what was pooled, through its value convolution.
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
