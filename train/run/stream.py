"""A process's share of a stream of pairs."""

from __future__ import annotations

from train.data.pairs import Pair, PairLoader, PairSampler
from train.data.source import Source
from train.run.world import World


class Share:
    """Of every `world.size` pairs in a row, the one at this process's rank.

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
    """A `PairLoader` of this process's share of every batch of `batch` pairs; options as there."""

    def __init__(self, source: Source, size: tuple[int, int], world: World, batch: int, **options):
        super().__init__(source, size, world.share(batch), device=world.device, **options)
        self._sampler = Share(self._sampler, world)
