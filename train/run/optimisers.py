"""What moves a network: Adam for all weights, or Muon for the kernels of its convolutions; and how fast.

Muon (Jordan et al. 2024, torch.optim.Muon) makes the momentum of a matrix orthogonal before it steps, so that
all directions of a layer learn equally fast. It is for matrices; kernels are given to it as such.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import torch
from torch import Tensor, nn

_LEAST_SIDE = 16  # a matrix with fewer rows or columns is left to Adam
_OWN_ROOT_MEAN_SQUARE = 0.2  # of a step of torch's Muon with learning rate 1, when matched to Adam's
KINDS = ("adam", "muon")


def cooling(samples: int, decay_from: int | None, decay_to: int | None) -> float:
    """Share of the learning rate that a linear decay to zero leaves; 1 where there is none."""
    if decay_to is None:
        return 1.0
    return min(1.0, max(0.0, (decay_to - samples) / (decay_to - decay_from)))


class KernelMuon(torch.optim.Muon):
    """Muon over convolution kernels [out, in, k, k], each as the matrix [out, k k in] in the same memory.

    A learning rate of 1 moves the weights by a root mean square of 1, whatever their shape.
    """

    def __init__(self, kernels: Iterable[Tensor], learning_rate: float, factor: float = 1.0):
        self.kernels = list(kernels)
        matrices = [_as_matrix(kernel) for kernel in self.kernels]
        for kernel, matrix in zip(self.kernels, matrices, strict=True):
            if matrix.data_ptr() != kernel.data_ptr():
                raise ValueError("kernels must be in channels_last order")
        super().__init__(matrices, learning_rate, weight_decay=0.0, adjust_lr_fn="match_rms_adamw")
        self.param_groups[0]["factor"] = factor / _OWN_ROOT_MEAN_SQUARE

    def step(self):
        for kernel, matrix in zip(self.kernels, self.param_groups[0]["params"], strict=True):
            matrix.grad = None if kernel.grad is None else _as_matrix(kernel.grad)
        super().step()
        for matrix in self.param_groups[0]["params"]:
            matrix.grad = None  # else two steps' gradients would be in memory at once


def _as_matrix(kernel_OIkk: Tensor) -> Tensor:
    return kernel_OIkk.detach().permute(0, 2, 3, 1).flatten(1)


def optimisers_for(
    network: nn.Module,
    kind: str,
    learning_rate: float,
    betas: tuple[float, float],
    factors: Mapping[str, float] | None = None,
    kernels_factor: float = 1.0,
) -> list[torch.optim.Optimizer]:
    """The optimisers of a network in channels_last order; a group's learning rate is its "factor" times the
    run's.

    kind: one of `KINDS`. factors: of weights whose name contains a key, which Adam always moves: where a
    sharp start makes them large, the others' steps would hardly turn them. kernels_factor: of what Muon
    moves.
    """
    if kind not in KINDS:
        raise ValueError(f"optimiser {kind!r} is not one of {KINDS}")
    factors = factors or {}
    named = dict(network.named_parameters())
    special = {key: [weight for name, weight in named.items() if key in name] for key in factors}
    others = [weight for name, weight in named.items() if not any(key in name for key in factors)]
    kernels = [weight for weight in others if kind == "muon" and _is_wide(weight)]
    taken = {id(weight) for weight in kernels}
    others = [weight for weight in others if id(weight) not in taken]
    groups = [{"params": others, "factor": 1.0}]
    groups += [{"params": special[key], "factor": factor} for key, factor in factors.items()]
    groups = [group for group in groups if group["params"]]
    fused = next(network.parameters()).device.type in ("cpu", "cuda")
    adam = torch.optim.Adam(groups, lr=learning_rate, betas=betas, fused=fused)
    return [adam, KernelMuon(kernels, learning_rate, kernels_factor)] if kernels else [adam]


def _is_wide(weight: Tensor) -> bool:
    return weight.ndim == 4 and min(len(weight), weight[0].numel()) >= _LEAST_SIDE
