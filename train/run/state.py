"""The state of a run and the step that moves it on, of any network. The network is the one the application
runs; what it learns is its objective's matter."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from engine.errors import InputError
from engine.features import Features
from engine.plan import has_fast_bfloat16
from engine.weights import WeightsFile
from train.losses.adversarial import Adversary
from train.objectives import objective_of
from train.objectives.objective import Objective, Pass
from train.run import checkpoint
from train.run.optimisers import cooling
from train.run.recipe import Recipe
from train.run.world import World

ELSEWHERE = "elsewhere"  # what a history says of weights whose card does not tell what they saw


@torch.no_grad()
def update_ema(ema: nn.Module, network: nn.Module, decay: float) -> None:
    """Weights and running statistics move towards the network's; counters are taken over."""
    mean, last = ema.state_dict(), network.state_dict()
    numbers = [name for name, value in mean.items() if value.is_floating_point()]
    torch._foreach_lerp_([mean[name] for name in numbers], [last[name] for name in numbers], 1.0 - decay)
    for name in mean.keys() - set(numbers):
        mean[name].copy_(last[name])


def mixed_precision(device: torch.device) -> bool:
    """bfloat16 where the hardware multiplies it; elsewhere it is slower than float32."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported()
    return device.type == "cpu" and has_fast_bfloat16()


@dataclass
class Run:
    """Everything a checkpoint holds, and how it moves on."""

    objective: Objective
    world: World
    network: nn.Module
    ema: nn.Module
    optimisers: list[torch.optim.Optimizer]
    adversary: Adversary | None = None
    accumulate: int = 1  # backward passes a step
    mixed: bool = False  # whether the network multiplies in bfloat16
    samples: int = 0
    begun: int | None = None  # the samples that the weights had seen which it began with; None: random ones
    decay_from: int | None = None  # the learning rate falls linearly to zero from here ...
    decay_to: int | None = None  # ... to here, where the run ends
    history: list[dict] = field(default_factory=list)  # stretches of this run: data, samples, hours, decay
    parallel: nn.Module = field(init=False, repr=False)  # what is trained, its gradients averaged

    def __post_init__(self):
        self.parallel = self.world.parallel(self.objective.trained(self.network))
        for phase in self.recipe.phases:
            share = self.world.share(phase.batch)
            if share % self.accumulate:
                raise InputError(
                    f"A process's {share} pairs cannot be split into {self.accumulate} equal parts."
                )

    @classmethod
    def new(
        cls,
        recipe: Recipe,
        world: World,
        *,
        features: Features | None = None,
        accumulate: int = 1,
        mixed: bool | None = None,
    ) -> Run:
        """A run at its first sample. mixed: None takes bfloat16 where the hardware is fast at it."""
        objective = objective_of(recipe.model)(recipe, features)
        torch.manual_seed(recipe.seed)
        network = objective.build().to(world.device, memory_format=torch.channels_last)
        ema = copy.deepcopy(network).requires_grad_(False).eval()
        optimisers = objective.optimisers(network)
        adversary = objective.adversary(world)
        mixed = mixed_precision(world.device) if mixed is None else mixed
        return cls(objective, world, network, ema, optimisers, adversary, accumulate, mixed)

    @property
    def recipe(self) -> Recipe:
        return self.objective.recipe

    @property
    def name(self) -> str:
        return self.recipe.name

    def state(self) -> dict:
        return {
            "recipe": self.recipe.to_json(),
            "network": self.network.state_dict(),
            "ema": self.ema.state_dict(),
            "optimisers": [optimiser.state_dict() for optimiser in self.optimisers],
            "adversary": self.adversary.state() if self.adversary else None,
            "samples": self.samples,
            "begun": self.begun,
            "decay": [self.decay_from, self.decay_to],
            "history": self.history,
            "random": torch.get_rng_state(),
            **self.objective.state(),
        }

    def begin_with(self, file: WeightsFile) -> None:
        """Take weights in place of random ones, and their past from their card. The run begins at the full
        size.

        Raises InputError naming the file where its network is not the recipe's, or it is damaged.
        """
        begun = self.objective.begin_with(file, self.world.device)
        for network in (self.network, self.ema):
            network.load_state_dict(network.state_dict() | begun)
        try:
            self.samples = int(file.card.get("samples", 0))
        except (TypeError, ValueError):
            raise InputError(f"The weights file {file.path} has damaged metadata.") from None
        self._begin_at(self.samples)
        self.history = list(file.card.get("stretches", [{"studio": ELSEWHERE}]))

    def restore(self, state: dict, path: Path) -> None:
        """Go on from a checkpoint's state. An adversary that the checkpoint does not know starts afresh.

        Raises InputError naming the file where it is of another run, or is damaged; the run is then none.
        """
        with checkpoint.taken_from(path):
            self._take(state, path)

    def _take(self, state: dict, path: Path) -> None:
        if self.objective.config_in(state, path) != self.recipe.network:
            raise InputError(
                f"The checkpoint {path} is of another network than recipe {self.recipe.name} asks for."
            )
        try:
            self.network.load_state_dict(state["network"])
            self.ema.load_state_dict(state["ema"])
        except RuntimeError:
            raise InputError(f"The checkpoint {path} was made by another version of the network.") from None
        self._restore_optimisers(state.get("optimisers", []), path)
        if self.adversary and state.get("adversary"):
            try:
                self.adversary.restore(state["adversary"])
            except (RuntimeError, ValueError):
                raise InputError(
                    f"The checkpoint {path} holds another discriminator than recipe {self.recipe.name}'s."
                ) from None
        self.objective.restore(state, self.world.device)
        self.samples = state["samples"]
        self._begin_at(state.get("begun"))
        self.decay_from, self.decay_to = state["decay"]
        self.history = state["history"]
        if "random" in state:  # the parsing network's checkpoints once had none: nothing in its runs draws
            torch.set_rng_state(state["random"])

    def _begin_at(self, begun: int | None) -> None:
        self.begun = begun
        if begun is not None:
            self.objective.recipe = self.recipe.at_full_size()

    def _restore_optimisers(self, states: list[dict], path: Path) -> None:
        factors = [[group["factor"] for group in optimiser.param_groups] for optimiser in self.optimisers]
        try:
            for optimiser, state in zip(self.optimisers, states, strict=True):
                optimiser.load_state_dict(state)
        except ValueError:
            raise InputError(
                f"The checkpoint {path} is of another optimiser than recipe {self.recipe.name}'s."
            ) from None
        for optimiser, wanted in zip(self.optimisers, factors, strict=True):
            for group, factor in zip(optimiser.param_groups, wanted, strict=True):
                group["factor"] = factor
                if "betas" in group:
                    group["betas"] = self.recipe.betas

    @property
    def own_samples(self) -> int:
        """Less those that the weights had seen which the run began with."""
        return self.samples - (self.begun or 0)

    @property
    def cooling(self) -> float:
        """Share of the learning rates that the decay leaves."""
        return cooling(self.samples, self.decay_from, self.decay_to)

    def learning_rate(self) -> float:
        warm = min(1.0, (self.own_samples + 1) / self.recipe.warm_up)
        return self.recipe.learning_rate * warm * self.cooling

    def decay_over(self, samples: int) -> None:
        """From here on take the learning rate to zero over so many samples, then end. One of this length that
        is on its way stays: a run that was stopped is resumed by the same command."""
        begun, end = self.decay_from, self.decay_to
        if begun is None or end != begun + samples or self.samples >= end:
            self.decay_from, self.decay_to = self.samples, self.samples + samples

    @property
    def end(self) -> int | None:
        """The sample at which the run is done, if there is one."""
        ends = [end for end in (self.decay_to, self.recipe.length) if end is not None]
        return min(ends) if ends else None

    @property
    def finished(self) -> bool:
        return self.end is not None and self.samples >= self.end

    @property
    def size(self) -> tuple[int, int]:
        """(H, W) of the pictures at the present sample."""
        return self.recipe.phase(self.samples).size

    @property
    def adversarial(self) -> bool:
        """Whether the adversary is in the game at the present sample."""
        return self.adversary is not None and self.samples >= self.recipe.adversarial_from

    def batches(self, source: Any, workers: int) -> Iterator[Any]:
        """Endless batches for the steps from the present sample on; a new phase begins with a new loader."""
        while True:
            phase = self.recipe.phase(self.samples)
            for batch in self.objective.batches(source, phase, self.samples, self.world, workers):
                yield batch
                if self.recipe.phase(self.samples) != phase:
                    break

    def step(self, batch: Any) -> dict[str, Tensor]:
        """One optimiser step on this process's share of a batch; returns the share's detached loss terms.

        Raises FloatingPointError on a loss that is no number, in all processes at once.
        """
        for optimiser in self.optimisers:
            for group in optimiser.param_groups:
                group["lr"] = self.learning_rate() * group["factor"]
        parts = self.objective.parts(batch, self.world, self.accumulate)
        adversary = self.adversary if self.adversarial else None
        self.network.zero_grad(set_to_none=True)
        sums: dict[str, Tensor] = {}
        passes: list[Pass] = []
        for number, part in enumerate(parts, 1):
            with self.world.alone(self.parallel, wanted=number < len(parts)):
                done = self.objective.learn(self._forward, part, self.samples, adversary)
                (done.terms["total"] / len(parts)).backward()
            for name, term in done.terms.items():
                sums[name] = sums.get(name, 0.0) + term.detach() / len(parts)
            passes.append(_without_graph(done))
        if self.world.most(int(not torch.isfinite(sums["total"]))):
            raise FloatingPointError(f"The loss at {self.samples} samples is not a number.")
        if self.recipe.clip is not None:
            nn.utils.clip_grad_norm_(self.network.parameters(), self.recipe.clip)
        for optimiser in self.optimisers:
            optimiser.step()
        count = sum(each.samples for each in passes) * self.world.size
        half_life = min(self.recipe.ema_half_life, self.recipe.ema_ramp * (self.own_samples + count))
        update_ema(self.ema, self.network, 0.5 ** (count / half_life))
        if adversary is not None:
            sums |= self._teach(adversary, passes)
        self.samples += count
        return sums

    def _forward(self, *inputs: Any, **options: Any) -> Any:
        # Without a cache: before torch 2.10 a weight first used without a gradient stayed without.
        with torch.autocast(self.world.device.type, torch.bfloat16, enabled=self.mixed, cache_enabled=False):
            return self.parallel(*inputs, **options)

    def _teach(self, adversary: Adversary, passes: list[Pass]) -> dict[str, Tensor]:
        """The discriminator's step, on all pictures of this step at once."""
        for group in adversary.optimiser.param_groups:
            group["lr"] = adversary.rate * self.cooling
        made_BCHW, true_BCHW = (
            torch.stack(pictures, 1).flatten(0, 1)
            for pictures in zip(*((each.made_BCHW, each.true_BCHW) for each in passes), strict=True)
        )
        return adversary.step(made_BCHW.float(), true_BCHW)


def _without_graph(done: Pass) -> Pass:
    """A pass of which no activations are held any more."""
    made = None if done.made_BCHW is None else done.made_BCHW.detach()
    return done._replace(terms={}, made_BCHW=made)
