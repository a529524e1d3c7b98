"""Named training runs: each a function that returns a frozen recipe."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass

from engine.models.nted import Level, NtedConfig, default_256


@dataclass(frozen=True)
class Phase:
    """Part of a run at one picture size: (H, W) multiples of 16, pairs a step, until `until` samples were seen."""

    size: tuple[int, int]
    batch: int
    until: int


@dataclass(frozen=True)
class LossWeights:
    """reconstruction: multi-scale L1; attention: Eq. 8; early: the renderer's smaller pictures."""

    reconstruction: float = 1.0
    attention: float = 5.0
    early: float = 0.5


@dataclass(frozen=True)
class Recipe:
    """All that decides a run but the data. Counts are in samples (pairs), so they hold for every batch size."""

    name: str
    network: NtedConfig
    phases: tuple[Phase, ...]  # the last one goes on until the run is stopped
    learning_rate: float = 2e-2  # equalised weights want large steps
    betas: tuple[float, float] = (0.9, 0.99)
    warm_up: int = 2_000  # samples until the full learning rate
    losses: LossWeights = LossWeights()
    ema_half_life: int = 4_000  # samples
    ema_ramp: float = 0.1  # early on the half-life is at most this share of the samples seen
    self_pairs: float = 0.1  # share of pairs whose target is the reference itself
    augment: bool = True
    seed: int = 0

    def phase(self, samples: int) -> Phase:
        return next((phase for phase in self.phases if samples < phase.until), self.phases[-1])

    def to_json(self) -> dict:
        return asdict(self)


FOREVER = 1 << 62


def default() -> Recipe:
    """The network in the box: half size first, three times as fast a sample, then the full 256x176."""
    return Recipe(
        name="default",
        network=default_256(),
        phases=(Phase((128, 80), 8, 20_000), Phase((192, 128), 8, 32_000), Phase((256, 176), 8, FOREVER)),
    )


def tiny() -> Recipe:
    """Seconds on any machine: proves that every part of a run works, makes nothing beautiful."""
    levels = (Level(16, 16, 8), Level(32, 16, 8), Level(64, 16, 8), Level(128, 8, 8), Level(256, 8))
    return Recipe(
        name="tiny",
        network=NtedConfig(levels, (256, 176)),
        phases=(Phase((64, 48), 2, 8), Phase((128, 80), 2, FOREVER)),
        warm_up=4,
        augment=False,
    )


RECIPES: dict[str, Callable[[], Recipe]] = {recipe.__name__: recipe for recipe in (default, tiny)}
