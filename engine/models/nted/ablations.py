"""What Table 2 of the NTED paper compares its textures with: attention between all positions of reference and
target.
"""

from __future__ import annotations

import math

from torch import Tensor, nn

from engine.ops.equalized import EqualConv2d


class FullAttention(nn.Module):
    """Every target position attends to every reference position of its level; takes the place of a
    distribution.

    The cost grows with the square of the number of positions, which neural textures avoid.
    """

    def __init__(self, channels: int):
        super().__init__()
        self.query = EqualConv2d(channels, channels, 1)
        self.key = EqualConv2d(channels, channels, 1)
        self.value = EqualConv2d(channels, channels, 1)

    def forward(self, x_BChw: Tensor, reference_BCmn: Tensor) -> tuple[Tensor, None]:
        """Returns (the sum of features and attended reference, None: there are no textures to show logits
        of).
        """
        query_BNC = self.query(x_BChw).flatten(2).transpose(1, 2)
        logits_BNM = query_BNC @ self.key(reference_BCmn).flatten(2)
        attention_BNM = (logits_BNM / math.sqrt(x_BChw.shape[1])).softmax(-1)
        attended_BNC = attention_BNM @ self.value(reference_BCmn).flatten(2).transpose(1, 2)
        attended_BChw = attended_BNC.transpose(1, 2).reshape(x_BChw.shape)
        return x_BChw + attended_BChw, None
