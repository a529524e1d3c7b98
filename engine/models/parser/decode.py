"""From the network's maps to keypoints."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.models.parser.network import HEAT_STRIDE, ParserOutput, places
from engine.pose.skeleton import ABSENT, GUESSED, SEEN

_REACH = 2  # cells around the best one that a joint's place is the mean over


def keypoints(output: ParserOutput, least: float = 0.5) -> Tensor:
    """float32 [B, 18, 3]: x, y px in the pictures, state 2 seen, 1 occluded, 0 absent (then all zeros).

    The best 3x3 cells are found, then the mean place over the 5x5 around them, weighted by probability: finer
    than a cell. least: probability of being in the picture from which a joint is given.
    """
    chance_BJhw, absent_BJ = places(output.heat_BJhw)
    height, width = chance_BJhw.shape[2:]
    best_BJ = F.avg_pool2d(chance_BJhw, 3, 1, 1).flatten(2).argmax(2)
    row, column = best_BJ // width, best_BJ % width
    rows = torch.arange(height, device=best_BJ.device)
    columns = torch.arange(width, device=best_BJ.device)
    near_BJh = (rows - row[..., None]).abs() <= _REACH
    near_BJw = (columns - column[..., None]).abs() <= _REACH
    weight_BJhw = chance_BJhw * near_BJh[..., None] * near_BJw[..., None, :]
    total_BJ = weight_BJhw.sum((2, 3)).clamp_min(1e-12)
    y = (weight_BJhw.sum(3) * rows).sum(2) / total_BJ
    x = (weight_BJhw.sum(2) * columns).sum(2) / total_BJ
    seen_BJ = output.seen_BJhw.flatten(2).gather(2, best_BJ[..., None])[..., 0] > 0
    state = torch.where(seen_BJ, float(SEEN), float(GUESSED))
    found = torch.stack([(x + 0.5) * HEAT_STRIDE, (y + 0.5) * HEAT_STRIDE, state], 2)
    return torch.where((1 - absent_BJ >= least)[..., None], found, float(ABSENT))
