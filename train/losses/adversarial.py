"""Adversarial loss (NTED Eq. 11, in its logistic form) with lazy R1, and the discriminator's training.

The discriminator sees pictures alone. Source of the numbers: NTED's published training code; lazy
regularisation: StyleGAN2 (Karras et al. 2020), appendix B.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn


@dataclass(frozen=True)
class AdversaryConfig:
    """How the discriminator is trained. learning_rate, betas: before the correction by `lazy_adam`.

    relative: a fake is judged beside the real picture of its own pair (Jolicoeur-Martineau 2019, the
    relativistic discriminator): what both share says nothing.
    least_squares: logits are to be 1 for real pictures and 0 for fakes (Mao et al. 2017, LSGAN).
    """

    learning_rate: float = 2e-3
    betas: tuple[float, float] = (0.0, 0.99)
    r1: float = 10.0  # weight gamma of the penalty: gamma / 2 times the squared norm of the gradient
    r1_every: int = 16  # steps between two penalties; each counts as many times
    relative: bool = False
    least_squares: bool = False


Logits = Tensor | list[Tensor]  # of a picture or of its parts; several maps count alike


def _maps(logits: Logits) -> list[Tensor]:
    return logits if isinstance(logits, list) else [logits]


def _softplus(logits: Logits) -> Tensor:
    return torch.stack([F.softplus(each.float()).mean() for each in _maps(logits)]).mean()


def _minus(a: Logits, b: Logits | None = None) -> Logits:
    """a - b, or -a."""
    if b is None:
        return [-each for each in _maps(a)]
    return [x - y for x, y in zip(_maps(a), _maps(b), strict=True)]


def generator_loss(fake: Logits) -> Tensor:
    """Eq. 11 for the generator: mean softplus(-D(fake)), the form that does not saturate."""
    return _softplus(_minus(fake))


def discriminator_loss(fake: Logits, real: Logits) -> Tensor:
    """Eq. 11 for the discriminator: mean softplus(D(fake)) + mean softplus(-D(real))."""
    return _softplus(fake) + _softplus(_minus(real))


def relative_loss(better: Logits, worse: Logits) -> Tensor:
    """mean softplus(D(worse) - D(better)): the discriminator's with the real pictures as the better ones, the
    generator's with its own."""
    return _softplus(_minus(worse, better))


def _mean_square(logits: Logits, wanted: float) -> Tensor:
    return torch.stack([(each.float() - wanted).square().mean() for each in _maps(logits)]).mean()


def least_squares_generator_loss(fake: Logits) -> Tensor:
    """mean (D(fake) - 1)^2."""
    return _mean_square(fake, 1.0)


def least_squares_discriminator_loss(fake: Logits, real: Logits) -> Tensor:
    """Half of mean (D(real) - 1)^2 + mean D(fake)^2."""
    return (_mean_square(real, 1.0) + _mean_square(fake, 0.0)) / 2


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

    network: what `eyes` see of a picture [B, 3, H, W] in about [-1, 1] (the picture itself by default) ->
    logits; may be wrapped for data parallelism. eyes are frozen and no part of the state.
    """

    def __init__(
        self,
        network: nn.Module,
        config: AdversaryConfig = AdversaryConfig(),
        eyes: Callable[[Tensor], Tensor | list[Tensor]] = lambda picture: picture,
    ):
        self.network, self.config, self.eyes, self.steps = network, config, eyes, 0
        self.rate, betas = config.learning_rate, config.betas
        if config.r1:
            self.rate, betas = lazy_adam(self.rate, betas, config.r1_every)
        self.optimiser = torch.optim.Adam(network.parameters(), self.rate, betas)

    def loss(self, fake_BCHW: Tensor, real_BCHW: Tensor) -> Tensor:
        """The generator's loss; gradients flow to the fakes, none to the discriminator."""
        with _frozen(self._plain):
            fake = self._plain(self.eyes(fake_BCHW))
            if self.config.least_squares:
                return least_squares_generator_loss(fake)
            if not self.config.relative:
                return generator_loss(fake)
            with torch.no_grad():
                real = self._plain(self.eyes(real_BCHW))
            return relative_loss(fake, real)

    def step(self, fake_BCHW: Tensor, real_BCHW: Tensor) -> dict[str, Tensor]:
        """One step on fakes and reals, and at every `r1_every`-th the penalty's own; the detached terms.

        Call it after the generator's step with the same fakes. Raises FloatingPointError on a loss that is
        no number, before it changes anything.
        """
        fake_BCHW, real_BCHW = fake_BCHW.detach(), real_BCHW.detach()
        with torch.no_grad():
            seen = self.eyes(fake_BCHW), self.eyes(real_BCHW)
        fake, real = (self.network(each) for each in seen)
        if self.config.least_squares:
            loss = least_squares_discriminator_loss(fake, real)
        else:
            loss = relative_loss(real, fake) if self.config.relative else discriminator_loss(fake, real)
        terms = {"discriminator": self._descend(loss)}
        if self.config.r1 and self.steps % self.config.r1_every == 0:
            # The second derivative of a mixed precision pass is mostly noise.
            with torch.autocast(real_BCHW.device.type, enabled=False):
                real_BCHW = real_BCHW.float().requires_grad_()
                logits = torch.cat([each.flatten(1) for each in _maps(self.network(self.eyes(real_BCHW)))], 1)
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
