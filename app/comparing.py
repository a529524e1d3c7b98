"""The present picture beside another: the photo, or a look of the strip."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction

from app.centre import Centre
from app.controller import Controller
from app.document import Snapshot

SLIDER, BESIDE, FLIP = "slider", "side by side", "flip"
WAYS = (SLIDER, BESIDE, FLIP)


class Comparing(QObject):
    """action: checked while it compares. A change of the look ends it, but for side by side: there one works
    on beside what it is compared with."""

    told = Signal(str)  # what is seen, a sentence; "" once that is over

    def __init__(self, centre: Centre, controller: Controller, action: QAction):
        super().__init__(centre)
        self._centre, self._controller, self._action = centre, controller, action
        self._with: Snapshot | None = None
        self._split = 0.5
        self.way = SLIDER
        self.on = False

    def show(self, on: bool) -> None:
        """Compare, or show the present picture alone again."""
        rgb = self._other() if on else None
        canvas, twin = self._centre.canvas, self._centre.twin
        self._split = canvas.reference.split if canvas.reference.split is not None else self._split
        before, self.on = self.on, rgb is not None
        beside = self.on and self.way == BESIDE
        canvas.reference.set_split(self._split if self.way == SLIDER else None)
        canvas.peek(None if beside else rgb)
        if beside and rgb is not None:
            twin.show_picture(rgb, self._controller.size[0])
        else:
            twin.hide()
        self._action.setChecked(self.on)
        if self.on:
            self.told.emit(self._sentence())
        else:
            self._with = None
            if before:
                self.told.emit("")

    def next_way(self) -> None:
        """Slider, side by side, flip, and round again."""
        if self.on:
            self.way = WAYS[(WAYS.index(self.way) + 1) % len(WAYS)]
        self.show(True)

    def show_with(self, snapshot: Snapshot | None) -> None:
        """Compare with a look of the strip."""
        self._with = snapshot
        self.show(True)

    def glance(self, held: bool) -> None:
        """All of the photo as long as a key is held."""
        canvas = self._centre.canvas
        if held:
            canvas.reference.set_split(None)
            canvas.peek(self._photo())
        else:
            self.show(self.on)

    def look_changed(self) -> None:
        """Whoever changes something wants to see it."""
        if self.way != BESIDE or not self.on:
            self.show(False)

    def _other(self) -> np.ndarray | None:
        return self._photo() if self._with is None else self._with.still_HWC

    def _photo(self) -> np.ndarray | None:
        look = self._controller.document.look
        photo = None if self._controller.draft else look.photo(look.person)
        return photo.reference.finest_HWC if photo else None

    def _sentence(self) -> str:
        what = "the photo" if self._with is None else self._with.name.lower()
        where = {
            SLIDER: f"Left of the line: {what}. Draw it along.",
            BESIDE: f"On the left: {what}. Both move and zoom as one.",
            FLIP: f"This is {what}; C flips back.",
        }[self.way]
        return f"{where} Shift+C compares in another way."
