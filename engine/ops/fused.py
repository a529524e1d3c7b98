"""Building blocks of the inference form: convolutions that bring bias and activation along, and matrix
products.

On x86 processors they go to oneDNN with the weight in the kernel's own layout (PyTorch otherwise converts it
at every call, and hands float32 matrix products to a library that is half as fast on other makers'
processors). Everywhere else they are the plain operators. No gradients pass through them.
"""

from __future__ import annotations

import platform

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.ops.equalized import LEAKY_SLOPE


def _onednn_is_here() -> bool:
    names = ("_convolution_pointwise", "_convolution_transpose_pointwise", "_linear_pointwise")
    x86 = platform.machine().lower() in ("x86_64", "amd64")
    return x86 and torch.backends.mkldnn.is_available() and all(hasattr(torch.ops.mkldnn, n) for n in names)


ONEDNN = _onednn_is_here()
# As oneDNN takes what follows an operator: its name, its numbers, its algorithm.
_ACTIVATED: tuple[str, list[float], str] = ("leaky_relu", [LEAKY_SLOPE], "")
_LINEAR: tuple[str, list[float], str] = ("none", [], "")


def uses_onednn(x: Tensor) -> bool:
    """In bfloat16 only on processors of which oneDNN has the kernels."""
    there = ONEDNN and x.device.type == "cpu"
    return there and (x.dtype != torch.bfloat16 or torch.ops.mkldnn._is_mkldnn_bf16_supported())


class FusedConv:
    """Convolution, bias and (if `activated`) leaky ReLU of slope 0.2 in one pass. x: [B, in, H, W], channels
    last.

    weight: [out, in / groups, k, l], scales and gains already in; the activation has no gain of its own.
    transposed: weight [in, out, k, l] and the upsampling convolution without padding.
    """

    def __init__(
        self,
        weight: Tensor,
        bias: Tensor | None = None,
        *,
        stride: int = 1,
        padding: int = 0,
        groups: int = 1,
        activated: bool = False,
        transposed: bool = False,
    ):
        self._weight = weight.contiguous(memory_format=torch.channels_last)
        self._bias = bias
        self._stride, self._padding, self._groups = [stride] * 2, [padding] * 2, groups
        self._activated, self._transposed = activated, transposed
        self._packed = False

    def __call__(self, x: Tensor) -> Tensor:
        if not uses_onednn(x):
            return self._plain(x)
        if not self._packed:
            self._pack(x)
        after = _ACTIVATED if self._activated else _LINEAR
        if self._transposed:
            return torch.ops.mkldnn._convolution_transpose_pointwise.default(
                x, self._weight, self._bias, self._padding, [0, 0], self._stride, [1, 1], self._groups, *after
            )
        return torch.ops.mkldnn._convolution_pointwise.default(
            x, self._weight, self._bias, self._padding, self._stride, [1, 1], self._groups, *after
        )

    def _plain(self, x: Tensor) -> Tensor:
        convolve = F.conv_transpose2d if self._transposed else F.conv2d
        y = convolve(x, self._weight, self._bias, self._stride, self._padding, groups=self._groups)
        return F.leaky_relu_(y, LEAKY_SLOPE) if self._activated else y

    def _pack(self, x: Tensor) -> None:
        """At the first picture, because the best layout depends on its size (any other size still works)."""
        size = list(x.shape)
        if self._transposed:
            self._weight = torch.ops.mkldnn._reorder_convolution_transpose_weight(
                self._weight, self._padding, [0, 0], self._stride, [1, 1], self._groups, size
            )
        else:
            self._weight = torch.ops.mkldnn._reorder_convolution_weight(
                self._weight, self._padding, self._stride, [1, 1], self._groups, size
            )
        self._packed = True


def matmul_nt(a_MK: Tensor, b_NK: Tensor) -> Tensor:
    """a @ b.T; either may be a transposed view."""
    if uses_onednn(a_MK):
        return torch.ops.mkldnn._linear_pointwise.default(a_MK, b_NK, None, *_LINEAR)
    return a_MK @ b_NK.t()


def add_mixture_(y_1Chw: Tensor, attention_1Khw: Tensor, texture_CK: Tensor) -> Tensor:
    """y += at every position the mixture of textures that the attention says; in place, channels last."""
    if uses_onednn(y_1Chw):
        return torch.ops.mkldnn._convolution_pointwise_.binary(
            y_1Chw,
            attention_1Khw,
            texture_CK[:, :, None, None],
            None,
            [0, 0],
            [1, 1],
            [1, 1],
            1,
            "add",
            1.0,
            None,
            [],
            None,
        )
    return y_1Chw.add_(F.conv2d(attention_1Khw, texture_CK[:, :, None, None]))
