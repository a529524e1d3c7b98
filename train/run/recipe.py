"""What decides a run of any network but the data; the recipe of a model adds what that learns from."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any, ClassVar

FOREVER = 1 << 62


@dataclass(frozen=True)
class Phase:
    """Part of a run at one picture size: (H, W) multiples of 16, until `until` samples were seen.

    batch: what is drawn from the data for a step, of all processes together (pairs where there are pairs).
    """

    size: tuple[int, int]
    batch: int
    until: int


@dataclass(frozen=True)
class Recipe:
    """Counts are in samples (pictures made), so they hold for every batch size.

    model: the name by which `train.objectives` finds what the network learns. network: its configuration.
    """

    name: str
    network: Any
    phases: tuple[Phase, ...]  # the last one goes on until the run is stopped
    learning_rate: float = 2e-2  # equalised weights want large steps
    betas: tuple[float, float] = (0.9, 0.99)
    warm_up: int = 2_000  # samples until the full learning rate
    clip: float | None = None  # largest norm of the gradient
    ema_half_life: int = 4_000  # samples
    ema_ramp: float = 0.1  # early on the half-life is at most this share of the samples seen
    length: int | None = None  # samples after which the run is done; None: when it is stopped
    seed: int = 0

    model: ClassVar[str]

    def phase(self, samples: int) -> Phase:
        return next((phase for phase in self.phases if samples < phase.until), self.phases[-1])

    def at_full_size(self) -> Recipe:
        """Less the phases before the last."""
        return replace(self, phases=self.phases[-1:])

    @property
    def adversarial_from(self) -> int | None:
        """The samples at which an adversary comes in; None: never."""
        return None

    @property
    def cuts(self) -> set[int]:
        """The samples at which the cost of a step changes."""
        starts = () if self.adversarial_from is None else (self.adversarial_from,)
        return {*(phase.until for phase in self.phases[:-1]), *starts}

    def to_json(self) -> dict:
        return {"model": self.model, **asdict(self)}
