"""What the parsing network minimises."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.models.parser.network import HEAT_STRIDE, ParserOutput
from engine.pose.skeleton import ABSENT, SEEN
from engine.regions import ARMS_UNKNOWN, LEFT_ARM, RIGHT_ARM, of_an_arm
from train.data.parsing.samples import Batch

SPREAD = 1.0  # standard deviation of a joint's place in the target, cells


@dataclass(frozen=True)
class Weights:
    """regions: cross entropy, weighted by `of_classes` (small regions count more); places, seen: of the
    joints; surface: L1 of the coordinates in 9 dm; beneath, arms: `beneath_loss`, `arms_loss`."""

    regions: float = 1.0
    places: float = 0.2
    seen: float = 0.1
    surface: float = 3.0
    beneath: float = 0.5
    arms: float = 3.0
    of_classes: tuple[float, ...] = (0.6, 1.3, 1.6, 0.9, 1.2, 0.9, 1.4, 1.1)


def losses(output: ParserOutput, batch: Batch, weights: Weights) -> dict[str, Tensor]:
    """The weighted terms and first of all their `total`. A term without labels in the batch is 0."""
    balance = output.logits_BCHW.new_tensor(weights.of_classes)
    terms = {
        "regions": weights.regions * F.cross_entropy(output.logits_BCHW, batch.parsing_BHW, balance),
        "places": weights.places * place_loss(output.heat_BJhw, batch.keypoints_BJ3),
        "seen": weights.seen * seen_loss(output.seen_BJhw, batch.keypoints_BJ3),
        "surface": weights.surface * surface_loss(output.surface_B3HW, batch.surface_B3HW),
        "beneath": weights.beneath * beneath_loss(output.beneath_BCHW, batch.arms_BHW),
        "arms": weights.arms * arms_loss(output.arms_B2HW, batch.arms_BHW),
    }
    return {"total": sum(terms.values()), **terms}


def place_targets(keypoints_BJ3: Tensor, cells: tuple[int, int]) -> Tensor:
    """Probabilities float32 [B, J, h * w + 1]: a bell curve about each joint, or the last cell for absent."""
    height, width = cells
    x, y = (keypoints_BJ3[..., axis, None] / HEAT_STRIDE - 0.5 for axis in (0, 1))
    across = torch.exp(-0.5 * ((torch.arange(width, device=x.device) - x) / SPREAD) ** 2)
    down = torch.exp(-0.5 * ((torch.arange(height, device=y.device) - y) / SPREAD) ** 2)
    bell_BJN = (down[..., None] * across[..., None, :]).flatten(2)
    there = (keypoints_BJ3[..., 2] > ABSENT)[..., None]
    bell_BJN = bell_BJN / bell_BJN.sum(2, keepdim=True).clamp_min(1e-12) * there
    return torch.cat([bell_BJN, (~there).to(bell_BJN)], 2)


def place_loss(heat_BJhw: Tensor, keypoints_BJ3: Tensor) -> Tensor:
    """Cross entropy of the places, "absent" among them, less that of the target itself: 0 at best."""
    target_BJN = place_targets(keypoints_BJ3, tuple(heat_BJhw.shape[2:]))
    chance_BJN = F.log_softmax(F.pad(heat_BJhw.flatten(2), (0, 1)), 2)
    return F.kl_div(chance_BJN, target_BJN, reduction="sum") / target_BJN[..., 0].numel()


def seen_loss(seen_BJhw: Tensor, keypoints_BJ3: Tensor) -> Tensor:
    """Binary cross entropy of seen against occluded, in the cell of every joint that is there."""
    height, width = seen_BJhw.shape[2:]
    column = (keypoints_BJ3[..., 0] / HEAT_STRIDE).long().clamp(0, width - 1)
    row = (keypoints_BJ3[..., 1] / HEAT_STRIDE).long().clamp(0, height - 1)
    logit_BJ = seen_BJhw.flatten(2).gather(2, (row * width + column)[..., None])[..., 0]
    state_BJ = keypoints_BJ3[..., 2]
    there = (state_BJ > ABSENT).to(logit_BJ)
    loss_BJ = F.binary_cross_entropy_with_logits(logit_BJ, (state_BJ == SEEN).to(logit_BJ), reduction="none")
    return (loss_BJ * there).sum() / there.sum().clamp_min(1)


def surface_loss(surface_B3HW: Tensor, target_B3HW: Tensor) -> Tensor:
    """Mean L1 where there is a label."""
    known = torch.isfinite(target_B3HW)
    error = (surface_B3HW - torch.where(known, target_B3HW, surface_B3HW.detach())).abs()
    return error.sum() / known.sum().clamp_min(1)


def beneath_loss(beneath_BCHW: Tensor, arms_BHW: Tensor) -> Tensor:
    """Cross entropy of the class beneath arms, where it is known: its mean, and once more where arms are."""
    known_BHW = arms_BHW != ARMS_UNKNOWN
    arm_BHW = of_an_arm(arms_BHW)
    class_BHW = torch.where(known_BHW, arms_BHW % RIGHT_ARM, 0).long()
    loss_BHW = F.cross_entropy(beneath_BCHW, class_BHW, reduction="none")
    return sum((loss_BHW * each).sum() / each.sum().clamp_min(1) for each in (known_BHW, arm_BHW))  # type: ignore[return-value]


def arms_loss(arms_B2HW: Tensor, code_BHW: Tensor) -> Tensor:
    """Binary cross entropy of what is the right and what the left arm, mean where that is known."""
    known_BHW = code_BHW != ARMS_UNKNOWN
    truth_B2HW = torch.stack([code_BHW // RIGHT_ARM % 2, code_BHW // LEFT_ARM % 2], 1).to(arms_B2HW)
    loss_B2HW = F.binary_cross_entropy_with_logits(arms_B2HW, truth_B2HW, reduction="none")
    return (loss_B2HW.mean(1) * known_BHW).sum() / known_BHW.sum().clamp_min(1)
