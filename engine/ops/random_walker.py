"""Random walker segmentation with priors (Grady, "Multilabel random walker image segmentation using prior
models", CVPR 2005, Eq. 14): soft labels that are smooth within what has one colour and change where colours
do.

Labels x of a picture's px minimise, each for itself, the sum of w_ij (x_i - x_j)^2 over neighbours to four
sides and of weight_i (x_i - prior_i)^2; with w_ij = exp(-|c_i - c_j|^2 / (2 noise^2)) of their colours.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor

_LEAST = 1e-4  # of w_ij, so that no px is cut off
_MOST = 400  # steps; of legs in a photo of 1,024 rows it takes some 150
_CLOSE = 2e-3  # how much a label may still change at most


def random_walker(
    picture_CHW: Tensor, prior_KHW: Tensor, weight_HW: Tensor, noise: float, first_KHW: Tensor | None = None
) -> Tensor:
    """Labels [K, H, W], as if each px were asked where a walk from it ends: 0 to 1 where priors are, and of
    sum 1 where theirs is.

    picture: in any unit, which noise has too. weight: above 0. first: labels that are near, from a smaller
    picture perhaps; by conjugate gradients with Jacobi's preconditioner.
    """
    across_HW, down_HW = edges(picture_CHW, noise)
    around_HW = across_HW + down_HW + F.pad(across_HW, (1, 0))[:, :-1] + F.pad(down_HW, (0, 0, 1, 0))[:-1]
    whole_HW = weight_HW + around_HW

    def times(x_KHW: Tensor) -> Tensor:
        y_KHW = whole_HW * x_KHW
        y_KHW[..., 1:] -= across_HW[:, :-1] * x_KHW[..., :-1]
        y_KHW[..., :-1] -= across_HW[:, :-1] * x_KHW[..., 1:]
        y_KHW[..., 1:, :] -= down_HW[:-1] * x_KHW[..., :-1, :]
        y_KHW[..., :-1, :] -= down_HW[:-1] * x_KHW[..., 1:, :]
        return y_KHW

    def dot(x_KHW: Tensor, y_KHW: Tensor) -> Tensor:
        return (x_KHW * y_KHW).sum((1, 2), keepdim=True)

    x_KHW = (prior_KHW if first_KHW is None else first_KHW).clone()
    left_KHW = weight_HW * prior_KHW - times(x_KHW)
    step_KHW = way_KHW = left_KHW / whole_HW
    size_K11 = dot(left_KHW, step_KHW)
    for _ in range(_MOST):
        if step_KHW.abs().max() < _CLOSE:
            break
        along_KHW = times(way_KHW)
        far_K11 = size_K11 / dot(way_KHW, along_KHW).clamp_min(1e-30)
        x_KHW += far_K11 * way_KHW
        left_KHW -= far_K11 * along_KHW
        step_KHW = left_KHW / whole_HW
        size_K11, before_K11 = dot(left_KHW, step_KHW), size_K11
        way_KHW = step_KHW + (size_K11 / before_K11.clamp_min(1e-30)) * way_KHW
    return x_KHW


def edges(picture_CHW: Tensor, noise: float) -> tuple[Tensor, Tensor]:
    """w_ij between each px and the next one in its row, and in its column, [H, W] each; 0 at the end."""
    across_CHW = picture_CHW[:, :, 1:] - picture_CHW[:, :, :-1]
    down_CHW = picture_CHW[:, 1:] - picture_CHW[:, :-1]
    across_HW, down_HW = (
        (-each_CHW.square().sum(0) / (2 * noise**2)).exp().clamp_min(_LEAST)
        for each_CHW in (across_CHW, down_CHW)
    )
    return F.pad(across_HW, (0, 1)), F.pad(down_HW, (0, 0, 0, 1))
