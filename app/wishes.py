"""Garments that a hand asks for of photos that are not read or looked through yet: the last gesture counts.

Photos answer in whatever order: what was asked for later of another one is not undone by what comes late.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from weakref import WeakSet

from engine.editing.regions import Choice


@dataclass(eq=False)
class Wish:
    """What is wanted of a photo that is being read. words: its garments; None: those that are chosen once it
    is. passed: those that were asked for elsewhere since."""

    words: Choice | None = None
    passed: set[str] = field(default_factory=set)

    def of(self, chosen: Choice) -> Choice:
        """The garments to take, where these are chosen."""
        words = chosen if self.words is None else self.words
        return tuple(word for word in words if word not in self.passed)


class Wishes:
    """give: called with garments and the key of a photo; answers False where it is not known yet what that
    lends."""

    def __init__(self, give: Callable[[Choice, str], bool]):
        self._give = give
        self._reading: WeakSet[Wish] = WeakSet()  # of photos that are read
        self._waiting: list[tuple[Choice, str]] = []  # for what photos of these keys lend

    @property
    def waiting(self) -> bool:
        """Whether a photo is still asked what it lends."""
        return bool(self._waiting)

    def made(self, wish: Wish) -> None:
        """A photo is being read of which this is wanted."""
        self._reading.add(wish)

    def settle(self, wish: Wish, words: Choice) -> None:
        """A hand lets a photo go where it is to give these garments."""
        wish.words = words
        self._reading.discard(wish)
        self.pass_by(words)
        self._reading.add(wish)

    def pass_by(self, words: Iterable[str]) -> None:
        """A hand decides about these garments: what was asked for before is nothing any more."""
        self._leave(words)
        for wish in self._reading:
            wish.passed.update(words)

    def take(self, words: Choice, key: str) -> None:
        """A hand takes these garments from a photo that is there."""
        self.pass_by(words)
        self._ask(words, key)

    def read(self, wish: Wish, chosen: Choice, key: str) -> None:
        """The photo that a wish is of was read."""
        self._reading.discard(wish)
        if words := wish.of(chosen):
            self._leave(words)  # what still waits is older, or would have passed it by
            self._ask(words, key)

    def answered(self, key: str) -> None:
        """It is known what a photo lends."""
        for words in [words for words, asked in self._waiting if asked == key]:
            self._waiting.remove((words, key))
            self._give(words, key)

    def forget(self) -> None:
        """Nothing of what was asked for comes any more; who adds a photo may still choose what of it."""
        self._waiting.clear()
        for wish in self._reading:
            if wish.words is not None:
                wish.words = ()

    def _ask(self, words: Choice, key: str) -> None:
        if not self._give(words, key):
            self._waiting.append((words, key))

    def _leave(self, words: Iterable[str]) -> None:
        kept = [(tuple(each for each in wanted if each not in words), key) for wanted, key in self._waiting]
        self._waiting = [(wanted, key) for wanted, key in kept if wanted]
