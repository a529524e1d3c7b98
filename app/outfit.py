"""What the person wears of other photos: every change is one step of undo, with a sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from PySide6.QtGui import QUndoStack

from app import history
from app.document import Document, Worn
from engine.garments import BACKGROUND

Row = tuple[Worn, ...]


class ChangeOutfit(history.LookCommand):
    """Another outfit; `text` says what changed."""

    def __init__(self, document: Document, text: str, outfit: Row, gesture: int = 0):
        super().__init__(document, text, gesture, outfit=outfit)


class Outfit:
    """Changes the outfit of a document. tell: called with a sentence where a change is not possible."""

    def __init__(self, document: Document, stack: QUndoStack, tell: Callable[[str], None]):
        self._document, self._stack, self._tell = document, stack, tell
        self._gesture = 0

    @property
    def row(self) -> Row:
        return self._document.look.outfit

    def worn(self, word: str) -> Worn | None:
        """What is worn under this word."""
        return next((worn for worn in self.row if worn.word == word), None)

    def take(self, words: Iterable[str], key: str, lends: Mapping[str, str]) -> None:
        """Take garments from a photo, as one step. lends: what it can lend, as `Session.garments`."""
        look = self._document.look
        name = look.name_of(key)
        if key == look.person:
            self._tell(f"{name} is the person, who wears that already. Choose another photo.")
            return
        wanted = [word for word in words if word in lends]
        if not wanted and lends.keys() <= {BACKGROUND}:
            self._tell(f"Nobody was found in {name}. Garments are taken from photos of people who wear them.")
            return
        locked = [word for word in wanted if (worn := self.worn(word)) is not None and worn.locked]
        if locked:
            self._tell(f"Locked in the outfit: {_and(locked)}. Unlock that first.")
            return
        if not wanted:
            self._tell(f"{name} shows no {_or(words)} that could be taken.")
            return
        row = self._with(wanted, key)
        self._push(f"Take the {_and(lends[word] for word in wanted)} from {name}", row)

    def with_taken(self, words: Iterable[str], key: str, lends: Mapping[str, str]) -> Row | None:
        """The outfit that `take` would make; None where it would make none."""
        wanted = [word for word in words if word in lends]
        locked = any(worn.locked for worn in self.row if worn.word in wanted)
        if not wanted or locked or key == self._document.look.person:
            return None
        return self._with(wanted, key)

    def _with(self, words: Iterable[str], key: str) -> Row:
        words = list(words)
        kept = tuple(worn for worn in self.row if worn.word not in words)
        return (*kept, *(Worn(word, key) for word in words))

    def begin_slide(self) -> None:
        """A hand is on a slider: what follows is one step of undo."""
        self._gesture = history.new_gesture()

    def set_strength(self, word: str, strength: float, sliding: bool) -> None:
        """0 to 1."""
        text = f"Set the {word} to {100 * strength:.0f} %"
        self._change(word, text, self._gesture if sliding else 0, strength=strength)

    def set_muted(self, word: str, muted: bool) -> None:
        """Leave the garment away for now, or show it again."""
        self._change(word, f"{'Hide' if muted else 'Show'} the {word}", muted=muted)

    def set_locked(self, word: str, locked: bool) -> None:
        """Keep the garment from being replaced, or not."""
        self._change(word, f"{'Lock' if locked else 'Unlock'} the {word}", locked=locked)

    def take_off(self, word: str) -> None:
        """Back to what the person wears in the own photo."""
        worn = self.worn(word)
        if worn is None:
            return
        if worn.locked:
            self._tell(f"Locked in the outfit: {word}. Unlock that first.")
            return
        self._push(f"Take off the {word}", tuple(each for each in self.row if each.word != word))

    def bring_forward(self, word: str) -> None:
        """Over the garment that lies over it now."""
        words = [worn.word for worn in self.row]
        place = words.index(word)
        if place + 1 < len(words):
            row = list(self.row)
            row[place : place + 2] = row[place + 1], row[place]
            self._push(f"Bring the {word} forward", tuple(row))

    def _change(self, word: str, text: str, gesture: int = 0, **values: object) -> None:
        row = tuple(replace(worn, **values) if worn.word == word else worn for worn in self.row)  # type: ignore[arg-type]  # by name
        if row != self.row:
            self._push(text, row, gesture)

    def _push(self, text: str, row: Row, gesture: int = 0) -> None:
        history.do(self._stack, ChangeOutfit(self._document, text, row, gesture))


def _and(words: Iterable[str]) -> str:
    return _listed(words, "and")


def _or(words: Iterable[str]) -> str:
    return _listed(words, "or")


def _listed(words: Iterable[str], last: str) -> str:
    *most, end = words
    return f"{', '.join(most)} {last} {end}" if most else end
