"""3x3 convolutions by Winograd's minimal filtering F(4x4, 3x3), a quarter of the multiplications.

Lavin & Gray, Fast Algorithms for Convolutional Neural Networks, CVPR 2016.
Per 4x4 tile of the result: Y = A' [(G w G') * (B' d B)] A, d the 6x6 inputs under the tile. The products over
channels are 36 matrix products. In float32 the result is good to about 1e-4; half precision would not survive
the transforms.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.ops.equalized import LEAKY_SLOPE
from engine.ops.fused import ONEDNN, matmul_nt

_B = [
    [4, 0, -5, 0, 1, 0],
    [0, -4, -4, 1, 1, 0],
    [0, 4, -4, -1, 1, 0],
    [0, -2, -1, 2, 1, 0],
    [0, 2, -1, -2, 1, 0],
    [0, 4, 0, -5, 0, 1],
]
_G = [[6, 0, 0], [-4, -4, -4], [-4, 4, -4], [1, 2, 4], [1, -2, 4], [0, 0, 24]]  # over 24
_A = [[1, 1, 1, 1, 1, 0], [0, 1, -1, 2, -2, 0], [0, 1, 1, 4, 4, 0], [0, 1, -1, 8, -8, 1]]
# Transformed inputs of a strip of tiles: they should still be in the cache when they are used.
STRIP_FLOATS = 800_000
_CONSTANT = 7  # the product that all 16 results of a tile take as it is (the second column of A twice)
LEAST_CHANNELS = 128  # below, the transforms cost more than the multiplications they save


def pays(weight_OI33: Tensor) -> bool:
    """Whether a convolution of stride 1 is faster in this form (where it was measured: x86 processors)."""
    cout, cin, *kernel = weight_OI33.shape
    fits = kernel == [3, 3] and min(cin, cout) >= LEAST_CHANNELS
    return fits and ONEDNN and weight_OI33.device.type == "cpu" and weight_OI33.dtype == torch.float32


class WinogradConv:
    """x [1, in, H, W] channels last, float32 -> [1, out, H, W]: 3x3, stride 1, zero padding 1.

    activated: leaky ReLU of slope 0.2 after the bias, as `fused.FusedConv`.
    """

    def __init__(self, weight_OI33: Tensor, bias: Tensor | None = None, activated: bool = False):
        b, a, g = (torch.tensor(rows, dtype=torch.float64) for rows in (_B, _A, _G))
        self._inputs, self._outputs = torch.kron(b, b).float(), torch.kron(a, a).float()  # [36, 36], [16, 36]
        self._cout = weight_OI33.shape[0]
        filters = torch.einsum("ij,ocjk,lk->iloc", g / 24, weight_OI33.double(), g / 24).float().flatten(0, 1)
        self._filters = [_packed(filter_OI) for filter_OI in filters]
        self._biases = [bias if index == _CONSTANT else None for index in range(36)]
        self._activated = activated

    def __call__(self, x_1CHW: Tensor) -> Tensor:
        _, cin, height, width = x_1CHW.shape
        rows, columns = -(-height // 4), -(-width // 4)
        border = (1, 4 * columns - width + 1, 1, 4 * rows - height + 1)
        padded_HWC = F.pad(x_1CHW, border).permute(0, 2, 3, 1)[0]
        step = max(1, round(STRIP_FLOATS / (36 * columns * cin)))
        strips = [range(first, min(first + step, rows)) for first in range(0, rows, step)]

        transformed = x_1CHW.new_empty(36, rows, columns * cin)
        down, right, _ = padded_HWC.stride()
        for strip in strips:
            tiles = padded_HWC[4 * strip.start :].as_strided(
                (6, 6, len(strip), columns, cin), (down, right, 4 * down, 4 * right, 1)
            )
            product = matmul_nt(self._inputs, tiles.reshape(36, -1).t())
            transformed[:, strip.start : strip.stop] = product.view(36, len(strip), -1)

        inputs = transformed.view(36, rows * columns, cin)
        products = [matmul_nt(*factors) for factors in zip(inputs, self._filters, self._biases, strict=True)]

        result_HWC = x_1CHW.new_empty(4 * rows, 4 * columns, self._cout)
        for strip in strips:
            span = slice(strip.start * columns, strip.stop * columns)
            stacked = torch.stack([product_TO[span] for product_TO in products]).view(36, -1)
            tiles = matmul_nt(self._outputs, stacked.t()).view(4, 4, len(strip), columns, self._cout)
            if self._activated:
                F.leaky_relu_(tiles, LEAKY_SLOPE)
            where = result_HWC[4 * strip.start : 4 * strip.stop].view(len(strip), 4, columns, 4, self._cout)
            where.copy_(tiles.permute(2, 0, 3, 1, 4))
        # Dense where tiles stood over, with the batch's usual stride: oneDNN needs both to write in place.
        return result_HWC[:height, :width].contiguous()[None].permute(0, 3, 1, 2)


def _packed(filter_OI: Tensor) -> Tensor:
    dense_OI = filter_OI.contiguous()
    return torch.ops.mkldnn._reorder_linear_weight(dense_OI, None) if ONEDNN else dense_OI
