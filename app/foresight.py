"""In Dress, what a click on a photo would show is made ahead, as soon as it is chosen what it is for."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, QTimer

from app.controller import Controller
from app.document import Look
from app.modes.dress import DressMode

_STAYS_MS = 60  # a pointer that only crosses a card does not stay so long
_MOST = 4  # photos that a click is foreseen on


class Foresight(QObject):
    """Tells the worker which looks may come next: of the photo that is pointed at, then of the others."""

    def __init__(self, dressing: DressMode, controller: Controller):
        super().__init__(dressing)
        self._dressing, self._controller = dressing, controller
        self._pointed = ""
        self._told = False
        self._soon = QTimer(self, singleShot=True, interval=_STAYS_MS)
        self._soon.timeout.connect(self._tell)
        dressing.lenders_changed.connect(lambda _keys: self._soon.start())
        controller.look_changed.connect(lambda _changed: self._soon.start())
        controller.pose_changed.connect(self._soon.start)  # of what is shown: glances too
        controller.engine_awake.connect(lambda _facts: self._soon.start())

    def point(self, key: str) -> None:
        """The pointer is over the card of a photo, "" for none."""
        self._pointed = key
        self._soon.start()

    def _tell(self) -> None:
        looks = self._looks()
        if looks or self._told:
            self._controller.frames.foresee(looks, self._pointed)
        self._told = bool(looks)

    def _looks(self) -> dict[str, Look]:
        """By the photo that would be clicked, the one that is pointed at first."""
        look, choice = self._controller.document.look, self._dressing.choice
        if not choice or self._controller.frames.glanced is not None:
            return {}
        photos = sorted(look.photos, key=lambda photo: photo.key != self._pointed)
        found = {}
        for photo in photos:
            lends = self._controller.lending.of(photo.reference)
            row = None if lends is None else self._controller.outfit.with_taken(choice, photo.key, lends)
            if row is not None and row != look.outfit:
                found[photo.key] = replace(look, outfit=row)
        return dict(list(found.items())[:_MOST])
