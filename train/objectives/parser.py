"""The parsing network: its recipe, and what it learns from single pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.errors import InputError
from engine.models.parser import Parser, ParserConfig
from engine.models.parser.network import ParserOutput
from engine.models.parser.weights import from_file
from engine.weights import WeightsFile
from train.data.parsing.crowd import Crowd
from train.data.parsing.samples import CROWDED, STRONG, Batch, Changes, Stream
from train.data.people import HELD_OUT_PEOPLE
from train.losses.adversarial import Adversary
from train.losses.parsing import Weights, losses
from train.metrics.parsing import fixed_batches, measured
from train.objectives.objective import Objective, Pass
from train.run.optimisers import optimisers_for
from train.run.recipe import Phase, Recipe
from train.run.validate import ERROR, Validation
from train.run.world import World

_PICTURES = 48  # of the held-out people, plain and once more with everything done to them
_TOLD = ("mIoU", "joint px", "joints found", "surface dm", "IoU of each arm", "right beneath arms")


@dataclass(frozen=True)
class ParserRecipe(Recipe):
    """A run of the parsing network; samples are pictures learnt from."""

    model = "parser"

    kernels: float = 0.5  # share of the learning rate that Muon moves kernels by, root mean square
    losses: Weights = Weights()
    changes: Changes = CROWDED


class ParserObjective(Objective):
    """The average network's normalisations are averaged as its weights are."""

    title = "the parsing network"
    others = "another network than the parser's"
    network_class, config_class = Parser, ParserConfig
    recipe: ParserRecipe

    def build(self) -> Parser:
        return Parser(self.recipe.network)

    def begin_with(self, file: WeightsFile, device: torch.device) -> dict[str, Tensor]:
        loaded = from_file(file, folded=False)
        if loaded.config != self.recipe.network:
            raise InputError(
                f"The weights file {file.path} is of another network than recipe {self.recipe.name} asks for."
            )
        return loaded.state_dict()

    def optimisers(self, network: Parser) -> list[torch.optim.Optimizer]:
        recipe = self.recipe
        return optimisers_for(
            network, "muon", recipe.learning_rate, recipe.betas, kernels_factor=recipe.kernels
        )

    @classmethod
    def open(cls, places: list[str], recipe: ParserRecipe, *, skip_damaged: bool = False) -> Crowd:
        return Crowd(places)

    def batches(
        self, source: Crowd, phase: Phase, samples: int, world: World, workers: int
    ) -> Iterator[Batch]:
        stream = Stream(source, phase.size, self.recipe.changes, self.recipe.seed, source.scenes)
        return (batch.to(world.device) for batch in stream.batches(phase.batch, samples))

    def validator(self, places: list[str], device: torch.device) -> Callable[[Parser], Validation]:
        held_out, size = Crowd(places, HELD_OUT_PEOPLE), self.recipe.phases[-1].size

        def validate(network: Parser) -> Validation:
            plain = measured(network, fixed_batches(held_out, size, _PICTURES))
            hard = measured(network, fixed_batches(held_out, size, _PICTURES, STRONG))
            told = [f"{name} {plain[name]:.3f} ({hard[name]:.3f})" for name in _TOLD if name in plain]
            values = {ERROR: 1 - plain["mIoU"], **plain, **{f"hard {name}": v for name, v in hard.items()}}
            return Validation(values, told="  ".join(told))

        return validate

    def parts(self, batch: Batch, world: World, count: int) -> Sequence[Batch]:
        return [Batch(**{name: value[i::count] for name, value in vars(batch).items()}) for i in range(count)]

    def learn(
        self, forward: Callable[..., ParserOutput], part: Batch, samples: int, adversary: Adversary | None
    ) -> Pass:
        output = forward(part.image_BCHW.contiguous(memory_format=torch.channels_last), part.told_BJ3)
        return Pass(losses(output, part, self.recipe.losses), len(part.image_BCHW))


OBJECTIVE = ParserObjective
