"""What every model learns that re-poses people: from pairs of pictures of one person in two poses."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.weights import WeightsFile
from train.data.augment import MILD, NONE, Augmentation
from train.data.pairs import PairBatch, PairSampler, collate, load_pair
from train.data.source import Source, open_source
from train.losses.reconstruction import region_weights
from train.objectives.objective import Objective
from train.run.recipe import Phase, Recipe
from train.run.stream import ShareLoader
from train.run.validate import ERROR, Validation
from train.run.world import World
from train.sheets import batch_sheet

VALIDATION_PAIRS = 24
AT_ONCE = 4


@dataclass(frozen=True)
class PairRecipe(Recipe):
    """A run on pairs."""

    both_directions: bool = False  # every pair is learnt from twice, the second time from target to reference
    self_pairs: float = 0.1  # share of pairs whose target is the reference itself
    augmentation: Augmentation = MILD

    def pictures(self, phase: Phase) -> int:
        """Samples a step in a phase."""
        return phase.batch * (2 if self.both_directions else 1)

    @property
    def needs_surfaces(self) -> bool:
        """Whether terms need surface coordinates, which photographs have not."""
        return False

    @property
    def needs_features(self) -> bool:
        """Whether terms look through features (`train.losses.features`)."""
        return False

    def without_features(self) -> PairRecipe:
        """Less the terms that look through features. Raises InputError where too little would remain."""
        return self

    def without_surfaces(self, begun: object | None = None) -> PairRecipe:
        """Less the terms that need surface coordinates. begun: configuration of the network that the run goes
        on with or begins with, if there is one."""
        return self

    def left_out(self, whole: PairRecipe, data: str) -> list[str]:
        """What this recipe lacks of the whole one for want of features, or of surface coordinates in the
        data: a sentence each."""
        return []


class PairObjective(Objective):
    """An objective on pairs; a model adds its network and its terms."""

    recipe: PairRecipe

    @classmethod
    def open(cls, places: list[str], recipe: PairRecipe, *, skip_damaged: bool = False) -> Source:
        return open_source(
            places, recipe.network.size, skip_damaged=skip_damaged, surfaces=recipe.needs_surfaces
        )

    def batches(
        self, source: Source, phase: Phase, samples: int, world: World, workers: int
    ) -> Iterator[PairBatch]:
        return iter(
            ShareLoader(
                source,
                phase.size,
                world,
                phase.batch,
                seed=self.recipe.seed,
                start=samples // self.recipe.pictures(phase),
                augmentation=self.recipe.augmentation,
                self_pairs=self.recipe.self_pairs,
                workers=workers,
            )
        )

    def validator(self, places: list[str], device: torch.device) -> Callable[[nn.Module], Validation]:
        size = self.recipe.network.size
        held_out = open_source(places, size, held_out=True, surfaces=False)
        batch = validation_batch(held_out, size, device)
        copied = F.l1_loss(batch.reference_BCHW, batch.target_BCHW).item() / 2

        @torch.no_grad()
        def validate(network: nn.Module) -> Validation:
            some = [part_of(batch, slice(first, first + AT_ONCE)) for first in range(0, len(batch), AT_ONCE)]
            result_BCHW = torch.cat([self.drawn(network, part).clamp(-1, 1) for part in some])
            error = F.l1_loss(result_BCHW, batch.target_BCHW).item() / 2
            return Validation({ERROR: error, "copied": copied}, batch_sheet(batch, result_BCHW, count=8))

        return validate

    @abstractmethod
    def drawn(self, network: nn.Module, batch: PairBatch) -> Tensor:
        """The pictures [B, 3, H, W] that a network makes of a batch, in about [-1, 1]."""

    @classmethod
    @abstractmethod
    def load(cls, file: WeightsFile) -> nn.Module:
        """The network of a weights file, in eval mode. Raises InputError where it is of another model, or
        damaged."""

    @classmethod
    @abstractmethod
    def save(cls, path: Path, network: nn.Module, card: dict, state: dict) -> None:
        """Write the weights of a run for the application. state: of its checkpoint."""

    @classmethod
    @abstractmethod
    def save_official(cls, path: Path, network: nn.Module) -> None:
        """Write the weights as the published code keeps them."""


def validation_batch(source: Source, size: tuple[int, int], device: torch.device) -> PairBatch:
    """The first pairs of the held-out people's own stream, without augmentation: the same for every run."""
    sampler = PairSampler(source, seed=0, self_pairs=0.0)
    pairs = tuple(sampler[index] for index in range(VALIDATION_PAIRS))
    return collate([load_pair(source, pair, size, NONE, seed=0) for pair in pairs], pairs, 0).to(device)


def shared_pixel_weights(batch: PairBatch, world: World) -> Tensor:
    """Weights of this process's pixels [B, 1, H, W], of mean 1 over the batches of all processes together."""
    count = len(batch.target_parsing_BHW)
    everybody = region_weights(world.gather(batch.target_parsing_BHW))
    return everybody[world.rank * count : (world.rank + 1) * count]


def parts(batch: PairBatch, pixel_weights_B1HW: Tensor, count: int) -> list[tuple[PairBatch, Tensor]]:
    """A batch in `count` parts for one backward pass each; every count-th pair, as processes share them."""
    shares = [slice(first, None, count) for first in range(count)]
    return [(part_of(batch, share), pixel_weights_B1HW[share]) for share in shares]


def part_of(batch: PairBatch, share: slice) -> PairBatch:
    """Some pairs of a batch."""
    tensors = {field.name: getattr(batch, field.name) for field in fields(batch)}
    tensors = {name: value[share] for name, value in tensors.items() if isinstance(value, Tensor)}
    return replace(batch, **tensors, pairs=batch.pairs[share])
