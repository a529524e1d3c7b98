"""Neural textures changed by hand: every change is one step of undo, with a sentence."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtGui import QUndoStack

from app import history
from app.document import Document
from engine.look import ChangedTexture

Slot = tuple[str, int]  # layer, number from 0


class ChangeTextures(history.LookCommand):
    """Other textures changed; `text` says which."""

    def __init__(self, document: Document, text: str, textures: Iterable[ChangedTexture], gesture: int = 0):
        super().__init__(document, text, gesture, textures=tuple(textures))


class TextureChanges:
    """Changes the textures of a document. Several slots may be given at once: they are one step."""

    def __init__(self, document: Document, stack: QUndoStack):
        self._document, self._stack = document, stack
        self._gesture = 0

    def of(self, slot: Slot) -> ChangedTexture:
        """What was changed of a texture; one that is as it was, where nothing was."""
        return next(
            (each for each in self._document.look.textures if (each.layer, each.texture) == slot),
            ChangedTexture(*slot),
        )

    def is_changed(self, slot: Slot) -> bool:
        return self.of(slot) != ChangedTexture(*slot)

    def begin_slide(self) -> None:
        """A hand is on a slider: what follows is one step of undo."""
        self._gesture = history.new_gesture()

    def set_scale(self, slots: Iterable[Slot], scale: float, sliding: bool = False) -> None:
        """0 to `engine.look.document.LOUDEST`; 1 is as it was."""
        gesture = self._gesture if sliding else 0
        self._change(slots, f"Scale {{}} to {100 * scale:.0f} %", gesture, scale=scale)

    def set_muted(self, slots: Iterable[Slot], muted: bool) -> None:
        self._change(slots, f"{'Mute' if muted else 'Hear'} {{}}", muted=muted)

    def set_solo(self, slots: Iterable[Slot], solo: bool) -> None:
        """Hear of its layer only this one, and others that are solo too."""
        self._change(slots, "Solo {}" if solo else "End the solo of {}", solo=solo)

    def set_colour(self, slots: Iterable[Slot], colour: str) -> None:
        """Show what textures make in this colour, "#rrggbb"; "" as it was."""
        self._change(slots, f"Recolour {{}} to {colour}" if colour else "Own colour of {}", colour=colour)

    def take(self, slots: Iterable[Slot], key: str) -> None:
        """Take textures from another photo on the shelf; of the person, from the own photo again."""
        look = self._document.look
        photo = "" if key == look.person else key
        self._change(slots, f"Take {{}} from {look.name_of(key)}", photo=photo)

    def reset(self, slots: Iterable[Slot] | None = None) -> None:
        """As they were: these, or all."""
        wanted = None if slots is None else set(slots)
        kept = [
            each
            for each in self._document.look.textures
            if wanted is not None and (each.layer, each.texture) not in wanted
        ]
        text = "Reset all textures" if wanted is None else f"Reset {_named(wanted)}"
        history.do(self._stack, ChangeTextures(self._document, text, kept))

    def _change(self, slots: Iterable[Slot], text: str, gesture: int = 0, **values: object) -> None:
        wanted = list(slots)
        changed = [self.of(slot)._replace(**values) for slot in wanted]  # type: ignore[arg-type]  # by name
        others = [
            each for each in self._document.look.textures if (each.layer, each.texture) not in set(wanted)
        ]
        row = [*others, *(each for each in changed if each != ChangedTexture(each.layer, each.texture))]
        command = ChangeTextures(self._document, text.format(_named(wanted)), row, gesture)
        history.do(self._stack, command)


def _named(slots: Iterable[Slot]) -> str:
    """ "texture 8 of 64a", counted from 1, or how many."""
    slots = list(slots)
    if len(slots) == 1:
        return f"texture {slots[0][1] + 1} of {slots[0][0]}"
    return f"{len(slots)} textures"
