"""The recipe and the state of a run of the parsing network, and the step that moves it on."""

from __future__ import annotations

import copy
from dataclasses import asdict, dataclass, field
from pathlib import Path

import torch
from torch import Tensor, nn

from engine.errors import InputError
from engine.models.parser import Parser, ParserConfig
from train.data.parsing.samples import STRONG, Batch, Changes
from train.losses.parsing import Weights, losses
from train.recipes import FOREVER, Phase
from train.run.optimisers import cooling, optimisers_for
from train.run.state import mixed_precision


@dataclass(frozen=True)
class ParserRecipe:
    """All that decides a run but the data. Counts are in samples (pictures learnt from)."""

    network: ParserConfig = ParserConfig()
    phases: tuple[Phase, ...] = (
        Phase((96, 64), 8, 16_000),
        Phase((128, 80), 8, 40_000),
        Phase((192, 128), 8, 50_000),
        Phase((256, 176), 8, FOREVER),
    )
    learning_rate: float = 1.5e-3
    betas: tuple[float, float] = (0.9, 0.99)
    kernels: float = 0.5  # share of the learning rate that Muon moves kernels by, root mean square
    warm_up: int = 4_000
    losses: Weights = Weights()
    ema_half_life: int = 4_000
    ema_ramp: float = 0.1  # early on the half-life is at most this share of the samples seen
    changes: Changes = STRONG
    seed: int = 0

    def phase(self, samples: int) -> Phase:
        return next(phase for phase in self.phases if samples < phase.until)

    def to_json(self) -> dict:
        return asdict(self)


@dataclass
class ParserRun:
    """Everything a checkpoint holds. The average network's normalisations are averaged as its weights are."""

    recipe: ParserRecipe
    network: Parser
    ema: Parser
    optimisers: list[torch.optim.Optimizer]
    samples: int = 0
    decay_from: int | None = None  # the learning rate falls linearly to zero from here ...
    decay_to: int | None = None  # ... to here, where the run ends
    history: list[dict] = field(default_factory=list)

    @classmethod
    def new(cls, recipe: ParserRecipe, device: str = "cpu") -> ParserRun:
        torch.manual_seed(recipe.seed)
        network = Parser(recipe.network).to(device, memory_format=torch.channels_last)
        ema = copy.deepcopy(network).requires_grad_(False).eval()
        optimisers = optimisers_for(network, "muon", recipe.learning_rate, recipe.betas, 1.0)
        return cls(recipe, network, ema, optimisers)

    @property
    def device(self) -> torch.device:
        return next(self.network.parameters()).device

    @property
    def end(self) -> int | None:
        return self.decay_to

    @property
    def finished(self) -> bool:
        return self.decay_to is not None and self.samples >= self.decay_to

    def learning_rate(self) -> float:
        warm = min(1.0, (self.samples + 1) / self.recipe.warm_up)
        return self.recipe.learning_rate * warm * cooling(self.samples, self.decay_from, self.decay_to)

    def step(self, batch: Batch) -> dict[str, Tensor]:
        """One optimiser step; returns the detached loss terms. Raises FloatingPointError on a loss that is no
        number."""
        shares = (1.0, self.recipe.kernels)  # Adam's and Muon's
        for optimiser, share in zip(self.optimisers, shares, strict=False):
            for group in optimiser.param_groups:
                group["lr"] = self.learning_rate() * group["factor"] * share
        device = self.device
        batch = Batch(**{name: value.to(device) for name, value in vars(batch).items()})
        picture = batch.image_BCHW.contiguous(memory_format=torch.channels_last)
        self.network.zero_grad(set_to_none=True)
        with torch.autocast(device.type, torch.bfloat16, enabled=mixed_precision(device)):
            output = self.network.train()(picture)
        terms = losses(output, batch, self.recipe.losses)
        terms["total"].backward()
        if not torch.isfinite(terms["total"]):
            raise FloatingPointError(f"The loss at {self.samples} samples is not a number.")
        nn.utils.clip_grad_norm_(self.network.parameters(), 5.0)
        for optimiser in self.optimisers:
            optimiser.step()
        count = len(picture)
        half_life = min(self.recipe.ema_half_life, self.recipe.ema_ramp * (self.samples + count))
        self._average(0.5 ** (count / half_life))
        self.samples += count
        return {name: term.detach() for name, term in terms.items()}

    @torch.no_grad()
    def _average(self, decay: float) -> None:
        mean, last = self.ema.state_dict(), self.network.state_dict()
        numbers = [name for name, value in mean.items() if value.is_floating_point()]
        torch._foreach_lerp_([mean[name] for name in numbers], [last[name] for name in numbers], 1 - decay)
        for name in mean.keys() - set(numbers):
            mean[name].copy_(last[name])

    def state(self) -> dict:
        return {
            "recipe": self.recipe.to_json(), "samples": self.samples,
            "network": self.network.state_dict(), "ema": self.ema.state_dict(),
            "optimisers": [optimiser.state_dict() for optimiser in self.optimisers],
            "decay": [self.decay_from, self.decay_to], "history": self.history,
        }  # fmt: skip

    def restore(self, state: dict, path: Path) -> None:
        """Go on from a checkpoint's state. Raises InputError where it is of another network."""
        try:
            same = ParserConfig.from_json(state["recipe"]["network"]) == self.recipe.network
        except (KeyError, TypeError, ValueError):
            same = False
        if not same:
            raise InputError(f"The checkpoint {path} is of another network than the parser's.")
        if len(state["optimisers"]) != len(self.optimisers):
            raise InputError(f"The checkpoint {path} is of another optimiser than the parser's.")
        self.network.load_state_dict(state["network"])
        self.ema.load_state_dict(state["ema"])
        for optimiser, kept in zip(self.optimisers, state["optimisers"], strict=True):
            optimiser.load_state_dict(kept)
        self.samples = state["samples"]
        self.decay_from, self.decay_to = state["decay"]
        self.history = state["history"]
