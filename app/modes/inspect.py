"""Inspect: pointing asks where a pixel came from, a click holds the answer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from app import theme
from app.canvas.beside import picture_at
from app.controller import Controller
from app.document import Photo
from app.modes.mode import XY
from app.worker import EngineFacts
from engine.api import DISTRIBUTION, PARSING, Frame
from engine.inspecting.choices import EVIDENCE, MapChoice, choices_of, first_shown
from engine.inspecting.doing import Doing
from engine.inspecting.inspection import Inspection, first_texture, followed, glanced, inspected
from engine.inspecting.order import AREA
from engine.inspecting.overlays import Aim, Subject
from engine.inspecting.values import RESULT

LATE_MS = 150  # that maps may come behind their picture before they are marked: quicker marks would flicker
FAR = 10.0  # px of a step with Shift, as of joints
LAST = 1.0 - 1e-6  # the last place within a picture


class InspectMode(QObject):
    """Holds the last frame with maps, what is chosen of it, and where is pointed."""

    changed = Signal()  # `inspection` is another
    offered = Signal()  # `choices` are others
    begun = Signal()  # there is an `inspection` where there was none
    pointed = Signal(object)  # (picture, (x, y)) under the pointer, or None
    late_changed = Signal(bool)  # whether the maps are of an earlier picture than the one that is shown

    def __init__(self, controller: Controller):
        super().__init__(controller)
        self._controller = controller
        self.choices: tuple[MapChoice, ...] = ()
        self.inspection: Inspection | None = None
        self.on = False
        self.glancing = False
        self._weighing = False  # whether the glance is at the evidence
        self.photos: tuple[Photo, ...] = ()  # those that the picture is made of, the person's first
        self.finest = np.zeros((1, 1, 3), np.uint8)  # the result that is inspected, as fine as it is
        self.order = AREA
        self.pinned = False
        self._number = 0  # of the choice
        self._view = ""
        self._aim = Aim()
        self._touched = False  # whether a texture of this map was chosen, by a hand or by pointing
        self._subject: Subject | None = None
        self._kept: np.ndarray | None = None
        self._kept_name = Subject.kept_name
        self._stamp = 0  # of the picture that is shown
        self._late = QTimer(self, singleShot=True, interval=LATE_MS)
        self._late.timeout.connect(lambda: self.late_changed.emit(True))
        controller.engine_awake.connect(self._on_awake)
        controller.frames.shown.connect(self._on_frame)
        controller.frames.mapped.connect(self._on_maps)

    def switch(self, on: bool) -> None:
        """Begin or end; what was chosen stays for the next time."""
        self.on = on
        if not on and not self.pinned:
            self._point(None)  # the pointer is somebody else's now
        self._controller.frames.set_wants_maps(on or self.glancing)

    def glance(self, held: bool) -> None:
        """Show the map over the result for as long as the key is held, whatever the mode."""
        self.glancing, self._weighing = held, False
        self._controller.frames.set_wants_maps(held or self.on)
        self._refresh()

    def weigh(self, held: bool) -> None:
        """As `glance`, at what is copied and what is invented."""
        self.glance(held)
        if held:
            self._weighing = True
            self._refresh()

    # What is chosen.

    @property
    def choice(self) -> MapChoice | None:
        """The map that is inspected; None before the engine is awake."""
        return self.choices[self._number] if self.choices else None

    @property
    def view(self) -> str:
        """The view that is shown, one of the choice's."""
        if self.choice is None:
            return ""
        return self._view if self._view in self.choice.views else self.choice.views[0]

    def choose(self, number: int) -> None:
        """Another map, by its place in `choices`; the place that is pointed at stays."""
        if self.choices:
            self._number = number % len(self.choices)
            self._touched = False
            self._aim = self._followed(replace(self._aim, channel=0))
            self._refresh()

    def step_layer(self, steps: int) -> None:
        self.choose(self._number + steps)

    def set_view(self, view: str) -> None:
        self._view = view
        self._refresh()

    def set_order(self, order: str) -> None:
        self.order = order
        self._refresh()

    def choose_texture(self, photo: int, channel: int) -> None:
        """Look at this texture of a photo; a place that is pointed at is held meanwhile."""
        self._touched = True
        self.pinned = self._aim.at is not None
        self._aim = replace(self._aim, photo=photo, channel=channel)
        self._refresh()

    def step_texture(self, steps: int) -> None:
        """The next texture in the order of the atlas."""
        shown = self.inspection
        if shown is None or shown.order_K is None:
            return
        places = shown.order_K.tolist()
        place = (places.index(shown.aim.channel) + steps) % len(places)
        self.choose_texture(shown.aim.photo, places[place])

    def keep_picture(self) -> None:
        """Remember the picture that is shown, to compare later ones with it."""
        if self._subject is not None:
            self.compare_with(self._subject.result, Subject.kept_name)

    def compare_with(self, rgb_HWC: np.ndarray, name: str) -> None:
        """Compare pictures with this one of the same frame. name: as in "difference to look 2"."""
        self._kept, self._kept_name = rgb_HWC, name
        if self._subject is not None:
            self._subject = replace(self._subject, kept=rgb_HWC, kept_name=name)
            self._refresh()

    @property
    def doing(self) -> Doing | None:
        """What the chosen texture does in this picture; None where that cannot be told."""
        return None if self.inspection is None else self.inspection.doing

    # What the hand does.

    def hovered(self, xy: XY | None) -> None:
        under = None if xy is None else picture_at(self._controller.size, len(self.photos), xy)
        self.pointed.emit(under)
        if not self.pinned:
            self._point(under)

    def pressed(self, xy: XY, add: bool, remove: bool) -> None:
        under = picture_at(self._controller.size, len(self.photos), xy)
        self.pinned = under is not None
        self._point(under)

    def released(self) -> None:
        pass  # a click is all it asks for

    def wheeled(self, steps: float) -> bool:
        return False

    def escaped(self) -> bool:
        held = self.pinned
        self.pinned = False
        self._point(None)
        return held

    def entered(self) -> bool:
        """Hold what is pointed at, or let it go."""
        self.pinned = not self.pinned and self._aim.at is not None
        self._refresh()
        return True

    def arrowed(self, step: XY, far: bool) -> bool:
        """Point a px further, 10 with Shift; from the middle of the result where nothing is pointed at."""
        (rows, columns), aim = self._controller.size, self._aim
        x, y = (0.5, 0.5) if aim.at is None else aim.at
        if aim.at is not None:
            px = FAR if far else 1.0
            x, y = x + px * step[0] / columns, y + px * step[1] / rows
        self._point_by_key((aim.picture, (min(max(x, 0.0), LAST), min(max(y, 0.0), LAST))))
        return True

    def tabbed(self, forward: bool) -> bool:
        """The next picture, where the strongest part has its peak; while something is pointed at."""
        following = self._aim.picture + (1 if forward else -1)
        if self._aim.at is None or not RESULT <= following < len(self.photos):
            return False
        peaks: list[XY] = []  # of the parts that lie there; those of another photo lie on the result
        if self.inspection is not None and RESULT in (following, self._aim.picture):
            of = max(following, self._aim.picture)  # the photo of the two
            peaks = [
                part.peak for part in self.inspection.parts if part.photo == of and part.peak is not None
            ]
        self._point_by_key((following, peaks[0] if peaks else (0.5, 0.5)))
        return True

    def numbered(self, number: int) -> bool:
        """The texture of that bar."""
        shown = self.inspection
        if shown is None or shown.choice.kind != DISTRIBUTION or number > len(shown.parts):
            return False
        self.choose_texture(shown.parts[number - 1].photo, shown.parts[number - 1].channel)
        return True

    def _point_by_key(self, under: tuple[int, XY]) -> None:
        self.pointed.emit(under)
        self._point(under)

    def _point(self, under: tuple[int, XY] | None) -> None:
        aim = (
            replace(self._aim, at=None)
            if under is None
            else replace(self._aim, picture=under[0], at=under[1])
        )
        if aim != self._aim or under is None:
            self._aim = self._followed(aim)
            self._refresh()

    def _followed(self, aim: Aim) -> Aim:
        """The texture follows the pointer."""
        if self._subject is None or self.choice is None or aim.at is None:
            return aim
        self._touched = True
        return followed(self._subject, self.choice, aim)

    # What comes.

    def _on_awake(self, facts: EngineFacts) -> None:
        self.choices = choices_of(facts.maps)
        self._number = first_shown(self.choices)
        self.inspection = self._subject = self._kept = None
        self.photos = ()
        self._aim, self.pinned, self._touched = Aim(), False, False
        self.offered.emit()
        self.changed.emit()

    def _on_frame(self, frame: Frame) -> None:
        """The picture is there before its maps: differences need none."""
        self._stamp = frame.stamp
        if self._subject is not None and (self.on or self.glancing):
            self._subject, self.finest = replace(self._subject, result=frame.image), frame.finest
            if not self._late.isActive():
                self._late.start()

    def _on_maps(self, frame: Frame) -> None:
        look = self._controller.document.look
        found = [(source, look.photo(source.reference)) for source in frame.sources]
        there = [(source, photo) for source, photo in found if photo is not None]
        if not there or there[0][0] is not frame.sources[0]:
            return  # of a person who has just left
        self._late.stop()
        self.late_changed.emit(False)
        if frame.stamp < self._stamp:  # a newer picture is there already
            self._late.start()
        self.photos = tuple(photo for _, photo in there)
        self.finest = frame.finest
        images = tuple(photo.reference.image_HWC for photo in self.photos)
        self._subject = Subject(
            frame.image,
            tuple(source for source, _ in there),
            images,
            self._kept,
            frame.photo,
            self._kept_name,
            frame.pieces,
            frame.made,
        )
        self._refresh()

    def _refresh(self) -> None:
        subject, choice = self._subject, self.choice
        if subject is None or choice is None:
            return
        if not self._touched and (first := first_texture(subject, choice)) is not None:
            self._touched = True
            self._aim = replace(self._aim, photo=0, channel=first)
        view = self.view if self.on else glanced(self.view, choice)
        if self._weighing:
            view = EVIDENCE
        palette_N4 = theme.categories()
        if choice.kind == PARSING:
            palette_N4 = theme.region_colours(choice.info.channels)
        before = self.inspection
        self.inspection = inspected(
            subject, choice, view, self._aim, self.pinned, self.order, palette_N4, before
        )
        self._aim = self.inspection.aim
        self.changed.emit()
        if before is None:
            self.begun.emit()
