"""What a run asks of a model: its network, its batches, the terms of a pass, and what else it keeps."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import torch
from torch import Tensor, nn

from engine.errors import InputError
from engine.features import Features
from engine.weights import WeightsFile
from train.losses.adversarial import Adversary
from train.losses.house import load_features
from train.run import checkpoint
from train.run.recipe import Phase, Recipe
from train.run.validate import Validation
from train.run.world import World


class Pass(NamedTuple):
    """What one pass through the network gave.

    terms: weighted, and first of all their `total`. samples: pictures that were made. made_BCHW, true_BCHW:
    for an adversary, those beside what they should be; None where the model has none.
    """

    terms: dict[str, Tensor]
    samples: int
    made_BCHW: Tensor | None = None
    true_BCHW: Tensor | None = None


class Objective(ABC):
    """What one model learns.

    recipe: of the run. features: what perceptual terms look through, where the recipe has some.
    title: the model in cards. others: what a checkpoint of something else is called, in sentences.
    """

    title: ClassVar[str]
    others: ClassVar[str]
    network_class: ClassVar[type[nn.Module]]
    config_class: ClassVar[type]

    def __init__(self, recipe: Recipe, features: Features | None = None):
        self.recipe, self.features = recipe, features

    @classmethod
    def look_through(cls, which: str, recipe: Recipe) -> Features:
        """The features that `--features` names, frozen. Raises InputError where it is no such file."""
        return load_features(which)

    # the network

    @abstractmethod
    def build(self) -> nn.Module:
        """The network at its first sample, on the CPU; random numbers come from torch's generator."""

    def trained(self, network: nn.Module) -> nn.Module:
        """What a pass calls: a module over the network's parameters whose one forward is all that a step runs
        through, so that gradients can be averaged over processes. The network itself where that is enough."""
        return network

    @abstractmethod
    def optimisers(self, network: nn.Module) -> list[torch.optim.Optimizer]:
        """What moves the network; a group's learning rate is its "factor" times the run's."""

    def adversary(self, world: World) -> Adversary | None:
        """A new adversary where the recipe has one."""
        return None

    @classmethod
    def config_in(cls, state: dict, path: Path) -> Any:
        """The configuration of the network in a checkpoint's state. Raises InputError where it is of another
        model."""
        try:
            return cls.config_class.from_json(state["recipe"]["network"])
        except (KeyError, TypeError, ValueError):
            raise InputError(f"The checkpoint {path} is of {cls.others}.") from None

    @classmethod
    def average_in(cls, state: dict, path: Path) -> nn.Module:
        """The EMA network of a checkpoint's state. Raises InputError where it is of another model, or
        damaged."""
        with checkpoint.taken_from(path):
            network = cls.network_class(cls.config_in(state, path))
            network.load_state_dict(state["ema"])
        return network

    # the data

    @classmethod
    @abstractmethod
    def open(cls, places: list[str], recipe: Recipe, *, skip_damaged: bool = False) -> Any:
        """The training data in these folders (`train.data.source.Source`, as far as the model needs it)."""

    @abstractmethod
    def batches(self, source: Any, phase: Phase, samples: int, world: World, workers: int) -> Iterator[Any]:
        """This process's share of endless batches of a phase, from a sample on, on the world's device."""

    @abstractmethod
    def validator(self, places: list[str], device: torch.device) -> Callable[[nn.Module], Validation]:
        """How a network is told to do on the held-out people of these folders."""

    def learn_data(self, source: Any, name: str, device: torch.device) -> None:
        """Find out what must be known of the data before the first step. name: of the data, for messages."""
        return

    # a step

    @abstractmethod
    def parts(self, batch: Any, world: World, count: int) -> Sequence[Any]:
        """A batch in `count` parts for one pass each, whose mean is that of the whole; called in all
        processes together."""

    @abstractmethod
    def learn(
        self, forward: Callable[..., Any], part: Any, samples: int, adversary: Adversary | None
    ) -> Pass:
        """One pass. forward: what is `trained`, in the run's precision. samples: seen before this step, which
        objectives with stages go by. adversary: None before its time."""

    # what a checkpoint and weights keep beside the network

    def state(self) -> dict:
        return {}

    def restore(self, state: dict, device: torch.device) -> None:
        """Take what `state` told, from all that a checkpoint holds."""
        return

    def begin_with(self, file: WeightsFile, device: torch.device) -> dict[str, Tensor]:
        """The state of weights that a new run begins with; what else they tell is taken.

        Raises InputError naming the file where its network is not the recipe's, or it is damaged.
        """
        raise InputError(f"A run of recipe {self.recipe.name} begins with no weights.")
