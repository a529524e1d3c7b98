"""What moves a network: Adam for all weights, or Muon for the kernels of its convolutions; and how fast.

Muon (Jordan et al. 2024) makes the momentum of a matrix orthogonal before it steps, so that
all directions of a layer learn equally fast. It is for matrices; kernels are given to it as such.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import torch
from torch import Tensor, nn

_LEAST_SIDE = 16  # a matrix with fewer rows or columns is left to Adam
_QUINTIC, _STEPS = (3.4445, -4.7750, 2.0315), 5  # of x, x^3, x^5
KINDS = ("adam", "muon")


def cooling(samples: int, decay_from: int | None, decay_to: int | None) -> float:
    """Share of the learning rate that a linear decay to zero leaves; 1 where there is none."""
    if decay_to is None:
        return 1.0
    return min(1.0, max(0.0, (decay_to - samples) / (decay_to - decay_from)))


class KernelMuon(torch.optim.Optimizer):
    """Muon over convolution kernels [out, in, k, k], each as the matrix [out, k k in] in the same memory.

    A learning rate of 1 moves the weights by a root mean square of about 1, whatever their shape. Momentum is
    Nesterov's. The iteration multiplies in bfloat16 on a GPU and in float32 elsewhere: a processor without
    bfloat16 took over thirty times as long for it, half of a step.
    """

    def __init__(
        self, kernels: Iterable[Tensor], learning_rate: float, factor: float = 1.0, momentum: float = 0.95
    ):
        self.kernels = list(kernels)
        if any(not kernel.is_contiguous(memory_format=torch.channels_last) for kernel in self.kernels):
            raise ValueError("kernels must be in channels_last order")
        super().__init__(self.kernels, {"lr": learning_rate, "factor": factor, "momentum": momentum})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for kernel in group["params"]:
                if kernel.grad is None:
                    continue
                mean = self.state[kernel].setdefault("momentum", torch.zeros_like(kernel))
                mean.lerp_(kernel.grad, 1 - group["momentum"])
                matrix = _as_matrix(kernel.grad.lerp(mean, group["momentum"]))
                direction = orthogonalised(matrix, torch.bfloat16 if kernel.is_cuda else torch.float32)
                # An orthogonal matrix of m rows and n columns has the root mean square 1 / sqrt(max(m, n)).
                _as_matrix(kernel).add_(direction, alpha=-group["lr"] * max(matrix.shape) ** 0.5)


def orthogonalised(matrix_MN: Tensor, dtype: torch.dtype = torch.float32) -> Tensor:
    """About U V^T of a matrix U S V^T: all its directions with a strength of .68 to 1.13, in five steps of
    Newton and Schulz (the quintic of Jordan et al. 2024, steepest at zero).
    """
    wide = matrix_MN.to(dtype)
    upright = len(wide) > wide.shape[1]
    if upright:
        wide = wide.T
    wide = wide / wide.norm().clamp(min=1e-7)
    for _ in range(_STEPS):
        gram = wide @ wide.T
        update = torch.addmm(gram, gram, gram, beta=_QUINTIC[1], alpha=_QUINTIC[2])
        wide = torch.addmm(wide, update, wide, beta=_QUINTIC[0])
    return (wide.T if upright else wide).to(matrix_MN.dtype)


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
