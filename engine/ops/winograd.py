"""3x3 convolutions by Winograd's minimal filtering F(4x4, 3x3), a quarter of the multiplications.

Lavin & Gray, Fast Algorithms for Convolutional Neural Networks, CVPR 2016.
Per 4x4 tile of the result: Y = A' [(G w G') * (B' d B)] A, d the 6x6 inputs under the tile; the products over
channels are one convolution of 36 groups. In float32 the result is good to about 1e-4; half precision would
not survive the transforms.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.ops.equalized import LEAKY_SLOPE
from engine.ops.fused import ONEDNN, FusedConv

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
_CONSTANT = 7  # the product that all 16 results of a tile take as it is (the second column of A twice)
STRIP_FLOATS = 3_300_000  # transformed inputs of a strip of tiles: about what fits into the cache
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
        cout, cin = weight_OI33.shape[:2]
        filters = torch.einsum("ij,ocjk,lk->iloc", g / 24, weight_OI33.double(), g / 24).float()
        biases = torch.zeros(36, cout)
        if bias is not None:
            biases[_CONSTANT] = bias
        self._products = FusedConv(filters.reshape(36 * cout, cin, 1, 1), biases.flatten(), groups=36)
        self._cout, self._activated = cout, activated

    def __call__(self, x_1CHW: Tensor) -> Tensor:
        _, cin, height, width = x_1CHW.shape
        rows, columns = -(-height // 4), -(-width // 4)
        border = (1, 4 * columns - width + 1, 1, 4 * rows - height + 1)
        padded_HWC = F.pad(x_1CHW, border).permute(0, 2, 3, 1)[0]
        result_HWC = x_1CHW.new_empty(4 * rows, 4 * columns, self._cout)
        strips = max(1, round(36 * rows * columns * cin / STRIP_FLOATS))
        step = -(-rows // strips)
        for first in range(0, rows, step):
            count = min(step, rows - first)
            tiles = self._tiles(padded_HWC[4 * first :], count, columns)
            where = result_HWC[4 * first : 4 * (first + count)].view(count, 4, columns, 4, self._cout)
            where.copy_(tiles.permute(0, 2, 1, 3, 4))
        # Dense where tiles stood over, with the batch's usual stride: oneDNN needs both to write in place.
        return result_HWC[:height, :width].contiguous()[None].permute(0, 3, 1, 2)

    def _tiles(self, padded_HWC: Tensor, rows: int, columns: int) -> Tensor:
        """The first rows of tiles: [rows, columns, 4, 4, out]."""
        cin, (down, right, _) = padded_HWC.shape[2], padded_HWC.stride()
        under = padded_HWC.as_strided((rows, columns, 6, 6, cin), (4 * down, 4 * right, down, right, 1))
        inputs_TFC = self._inputs @ under.reshape(rows * columns, 36, cin)
        inputs = inputs_TFC.view(1, rows, columns, 36 * cin).permute(0, 3, 1, 2)
        products_TFC = self._products(inputs).permute(0, 2, 3, 1).reshape(rows * columns, 36, self._cout)
        tiles = (self._outputs @ products_TFC).view(rows, columns, 4, 4, self._cout)
        return F.leaky_relu_(tiles, LEAKY_SLOPE) if self._activated else tiles
