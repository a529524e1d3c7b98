"""What a generated parsing map should be: the target's (Zhang et al. 2021, Eq. 4 to 6)."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor


def cross_entropy(
    parsing_BRHW: Tensor, labels_BHW: Tensor, gain: float = 1.0, regions: Sequence[float] | None = None
) -> Tensor:
    """Eq. 6: mean negative log of the label's share in a softmax over the regions.

    The softmax is taken of `gain` times the map. The map is in [0, 1], so with the paper's gain of 1 even a
    perfect one costs log(1 + 7 / e) = 1.274, and hardly less than a good one. regions: weight in the mean of
    a pixel of each region; None: all alike.
    """
    weight = None if regions is None else torch.tensor(regions, device=parsing_BRHW.device)
    return F.cross_entropy(gain * parsing_BRHW.float(), labels_BHW.long(), weight)


def map_l1(parsing_BRHW: Tensor, one_hot_BRHW: Tensor) -> Tensor:
    """Eq. 5: mean absolute difference to the one-hot map."""
    return F.l1_loss(parsing_BRHW.float(), one_hot_BRHW)
