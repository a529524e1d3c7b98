"""Which keys do what: those of the table of actions, and those the user has changed."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtGui import QAction, QKeySequence

from app.actions import ACTIONS, tool_tip
from app.settings import Settings

Keys = tuple[str, ...]


class KeyBindings:
    """made: the actions by id; they follow at once, and the settings remember."""

    def __init__(self, made: Mapping[str, QAction], settings: Settings):
        self._made, self._settings = made, settings
        self._own: dict[str, Keys] = {
            name: tuple(keys) for name, keys in settings.keys.items() if name in made
        }
        self._apply()

    def bound(self) -> dict[str, Keys]:
        """The keys of every action, by id."""
        return {spec.id: self._own.get(spec.id, spec.keys) for spec in ACTIONS}

    def change(self, name: str, keys: Keys | None) -> None:
        """Give an action these keys, taking them from whoever has them; None: those of the table again."""
        wanted = next(spec.keys for spec in ACTIONS if spec.id == name) if keys is None else keys
        for other, held in self.bound().items():
            if other != name and set(held) & set(wanted):
                self._own[other] = tuple(key for key in held if key not in wanted)
        self._own[name] = wanted
        for spec in ACTIONS:
            if self._own.get(spec.id) == spec.keys:
                del self._own[spec.id]
        self._settings.keys = self._own
        self._apply()

    def _apply(self) -> None:
        for spec in ACTIONS:
            action, keys = self._made[spec.id], self.bound()[spec.id]
            action.setShortcuts([QKeySequence(key) for key in keys])
            action.setToolTip(tool_tip(spec, keys))
