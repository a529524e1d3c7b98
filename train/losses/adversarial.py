"""Adversarial loss (NTED Eq. 11, in its logistic form) with lazy R1, and the discriminator's training.

The discriminator sees pictures alone. Source of the numbers: NTED's published training code; lazy
regularisation: StyleGAN2 (Karras et al. 2020), appendix B.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn


@dataclass(frozen=True)
class AdversaryConfig:
    """How the discriminator is trained. learning_rate, betas: before the correction by `lazy_adam`."""

    learning_rate: float = 2e-3
    betas: tuple[float, float] = (0.0, 0.99)
    r1: float = 10.0  # weight gamma of the penalty: gamma / 2 times the squared norm of the gradient
    r1_every: int = 16  # steps between two penalties; each counts as many times


def generator_loss(fake_logits: Tensor) -> Tensor:
    """Eq. 11 for the generator: mean softplus(-D(fake)), the form that does not saturate."""
    return F.softplus(-fake_logits.float()).mean()


def discriminator_loss(fake_logits: Tensor, real_logits: Tensor) -> Tensor:
    """Eq. 11 for the discriminator: mean softplus(D(fake)) + mean softplus(-D(real))."""
    return F.softplus(fake_logits.float()).mean() + F.softplus(-real_logits.float()).mean()


def r1_penalty(real_logits: Tensor, real_BCHW: Tensor) -> Tensor:
    """Mean over the batch of the squared norm of the gradient of the summed logits by the real pictures.

    The logits must have been computed from `real_BCHW`, which must require a gradient. Can be differentiated
    again.
    """
    (gradient_BCHW,) = torch.autograd.grad(real_logits.sum(), real_BCHW, create_graph=True)
    return gradient_BCHW.square().sum((1, 2, 3)).mean()


def lazy_adam(
    learning_rate: float, betas: tuple[float, float], every: int
) -> tuple[float, tuple[float, float]]:
    """Learning rate and betas of an Adam that makes an extra step every `every` steps.

    lr c and betas^c with c = every / (every + 1): 0.001882 and 0.9905 from 0.002, 0.99 and 16.
    """
    share = every / (every + 1)
    return learning_rate * share, (betas[0] ** share, betas[1] ** share)


class Adversary:
    """A discriminator, its optimiser and their steps.

    network: picture [B, 3, H, W] in about [-1, 1] -> logit [B, 1]; may be wrapped for data parallelism.
    """

    def __init__(self, network: nn.Module, config: AdversaryConfig = AdversaryConfig()):
        self.network, self.config, self.steps = network, config, 0
        rate, betas = lazy_adam(config.learning_rate, config.betas, config.r1_every)
        self.optimiser = torch.optim.Adam(network.parameters(), rate, betas)

    def loss(self, fake_BCHW: Tensor) -> Tensor:
        """The generator's loss; gradients flow to the picture, none to the discriminator."""
        with _frozen(self._plain):
            return generator_loss(self._plain(fake_BCHW))

    def step(self, fake_BCHW: Tensor, real_BCHW: Tensor) -> dict[str, Tensor]:
        """One step on fakes and reals, and at every `r1_every`-th the penalty's own; the detached terms.

        Call it after the generator's step with the same fakes. Raises FloatingPointError on a loss that is
        no number, before it changes anything.
        """
        fake_BCHW, real_BCHW = fake_BCHW.detach(), real_BCHW.detach()
        loss = discriminator_loss(self.network(fake_BCHW), self.network(real_BCHW))
        terms = {"discriminator": self._descend(loss)}
        if self.steps % self.config.r1_every == 0:
            # The second derivative of a mixed precision pass is mostly noise.
            with torch.autocast(real_BCHW.device.type, enabled=False):
                real_BCHW = real_BCHW.float().requires_grad_()
                logits = self.network(real_BCHW)
                penalty = r1_penalty(logits, real_BCHW)
                # The last bias has no part in the penalty; a gradient of zero keeps it in Adam's step.
                weighted = self.config.r1 / 2 * self.config.r1_every * penalty + 0 * logits.sum()
            self._descend(weighted)
            terms["r1"] = penalty.detach()
        self.steps += 1
        return terms

    @property
    def _plain(self) -> nn.Module:
        """Without the wrapper, which would wait for gradients that a frozen network has not."""
        return getattr(self.network, "module", self.network)

    def _descend(self, loss: Tensor) -> Tensor:
        if not torch.isfinite(loss):
            raise FloatingPointError(f"The discriminator's loss at its step {self.steps} is not a number.")
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        self.optimiser.step()
        return loss.detach()

    def state(self) -> dict:
        """All a checkpoint needs to go on exactly."""
        return {
            "network": self._plain.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "steps": self.steps,
        }

    def restore(self, state: dict) -> None:
        self._plain.load_state_dict(state["network"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.steps = state["steps"]


@contextmanager
def _frozen(network: nn.Module) -> Iterator[None]:
    wanted = [parameter for parameter in network.parameters() if parameter.requires_grad]
    for parameter in wanted:
        parameter.requires_grad_(False)
    try:
        yield
    finally:
        for parameter in wanted:
            parameter.requires_grad_(True)
