"""A run's batches, from its present sample on."""

from __future__ import annotations

from collections.abc import Iterator

from train.data.pairs import Pair, PairBatch, PairLoader, PairSampler
from train.data.source import Source
from train.recipes import Phase
from train.run.state import Run
from train.run.world import World


class Share:
    """A process's part of a stream of pairs: of every `world.size` in a row, the one at its rank.

    Its batches of B / size pairs are then the global batches of B, shared out like cards.
    """

    def __init__(self, stream: PairSampler, world: World):
        self._stream, self._world = stream, world

    def __getitem__(self, index: int) -> Pair:
        return self._stream[self._place(index)]

    def substitute(self, index: int, attempt: int) -> Pair:
        return self._stream.substitute(self._place(index), attempt)

    def _place(self, index: int) -> int:
        return index * self._world.size + self._world.rank


class ShareLoader(PairLoader):
    """A `PairLoader` of this process's share of every batch."""

    def __init__(self, source: Source, run: Run, phase: Phase, workers: int):
        recipe, world = run.recipe, run.world
        super().__init__(
            source,
            phase.size,
            world.share(phase.batch),
            seed=recipe.seed,
            start=run.samples // recipe.pictures(phase),
            augmentation=recipe.augmentation,
            self_pairs=recipe.self_pairs,
            workers=workers,
            device=world.device,
        )
        self._sampler = Share(self._sampler, world)


def batches(run: Run, source: Source, workers: int) -> Iterator[PairBatch]:
    """Endless batches for the steps of `run`; a new phase begins with a new loader."""
    while True:
        phase = run.recipe.phase(run.samples)
        for batch in ShareLoader(source, run, phase, workers):
            yield batch
            if run.recipe.phase(run.samples) != phase:
                break
