"""Which mode the canvas is in, and what each connects."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from PySide6.QtCore import QPoint
from PySide6.QtGui import QAction, QCursor
from PySide6.QtWidgets import QToolTip

from app import theme
from app.centre import Centre
from app.controller import Controller
from app.docks.layout import Docks
from app.foresight import Foresight
from app.modes.dress import DressMode
from app.modes.inspect import InspectMode
from app.modes.inspect_sight import InspectSight
from engine.api import Stroke
from engine.editing.regions import Choice


class ModeSwitch:
    """Pose to begin with. One action of the three is checked."""

    def __init__(
        self,
        centre: Centre,
        docks: Docks,
        controller: Controller,
        dressing: DressMode,
        inspecting: InspectMode,
        made: Mapping[str, QAction],
    ):
        self._centre, self._docks, self._controller = centre, docks, controller
        self._actions = made
        self.dressing, self.inspecting = dressing, inspecting
        self.sight = InspectSight(inspecting, centre.canvas, docks.inspector)
        dressing.hover_changed.connect(self._show_pointed)
        dressing.choice_changed.connect(self._show_chosen)
        dressing.stroke_changed.connect(self._show_stroke)
        dressing.lenders_changed.connect(docks.shelf.show_lenders)
        dressing.lights_changed.connect(docks.shelf.show_lights)
        docks.shelf.pointed.connect(Foresight(dressing, controller).point)
        outfit, panel = controller.outfit, docks.outfit
        panel.strength_changed.connect(outfit.set_strength)
        panel.slide_began.connect(outfit.begin_slide)
        panel.mute_wanted.connect(outfit.set_muted)
        panel.lock_wanted.connect(outfit.set_locked)
        panel.off_wanted.connect(outfit.take_off)
        panel.off_wanted.connect(lambda word: dressing.wishes.pass_by((word,)))
        panel.forward_wanted.connect(outfit.bring_forward)
        panel.region_wanted.connect(self._choose_region)
        for asked in (panel.refining.stop_wanted, centre.canvas.escaped):
            asked.connect(controller.frames.leave_refining)
        panel.brush.taken_up.connect(dressing.take_brush)
        panel.brush.word_chosen.connect(dressing.brush.choose)
        panel.brush.clear_wanted.connect(controller.painting.clear)
        dressing.brush.changed.connect(self._show_brush)
        made["dress_mode"].changed.connect(self._show_hindrance)
        controller.engine_awake.connect(lambda _facts: self._tell())
        self._mark()

    def pose(self) -> None:
        """A click takes a joint."""
        self._leave()
        self._centre.canvas.setFocus()
        self._mark()

    def dress(self) -> None:
        """A click takes what they wear."""
        if not self.dressing.on:
            self._leave()
            self._enter(self.dressing)
        self._mark()

    def inspect(self) -> None:
        """A click holds what made a pixel."""
        if not self.inspecting.on:
            self._leave()
            self._enter(self.inspecting)
            self._docks.inspect(True)
            self.sight.show()
        self._mark()

    def _show_hindrance(self) -> None:
        """Why there is nothing to dress now."""
        sentence = ""
        if self._controller.draft:
            sentence = "First use the skeleton that is laid on this photo, or cancel it."
        elif not self._actions["dress_mode"].isEnabled():
            sentence = "There is no engine to dress with yet."
        self._docks.outfit.show_hindrance(sentence)

    def _choose_region(self, word: str) -> None:
        self.dress()
        self.dressing.choose((word,))

    def _enter(self, mode: DressMode | InspectMode) -> None:
        self._centre.canvas.set_mode(mode)
        mode.switch(True)
        self._centre.canvas.setFocus()
        self._centre.coach.hide()  # it points at a joint

    def _leave(self) -> None:
        """Back to Pose, from whichever mode it is."""
        if self.dressing.on:
            self.dressing.switch(False)
        if self.inspecting.on:
            self.inspecting.switch(False)
            self._docks.inspect(False)
            self.sight.show()
        self._centre.canvas.set_mode(None)

    def _mark(self) -> None:
        dressing, inspecting = self.dressing.on, self.inspecting.on
        self._actions["dress_mode"].setChecked(dressing)
        self._actions["inspect_mode"].setChecked(inspecting)
        self._actions["pose_mode"].setChecked(not (dressing or inspecting))
        for name in ("brush", "brush_wider", "brush_narrower"):
            self._actions[name].setEnabled(dressing)
        self._show_brush()

    def _show_brush(self) -> None:
        brush = self.dressing.brush
        self._actions["brush"].setChecked(brush.on)
        self._docks.outfit.brush.show_brush(brush.on, brush.word)
        self._tell()
        if brush.on:
            QToolTip.hideText()  # of what was pointed at

    def _show_pointed(self, lines: list[np.ndarray], word: str) -> None:
        canvas = self._centre.canvas
        canvas.outline(canvas.pointed, lines, self._ink())
        if word and canvas.underMouse():
            QToolTip.showText(QCursor.pos() + QPoint(12, 12), word.capitalize(), canvas)

    def _show_chosen(self, lines: list[np.ndarray], choice: Choice) -> None:
        canvas = self._centre.canvas
        canvas.outline(canvas.chosen, lines, self._ink())
        canvas.setAccessibleDescription(f"Chosen: {', '.join(choice)}" if choice else "")
        self._tell()

    def _show_stroke(self, stroke: Stroke | None) -> None:
        if stroke is None:
            self._centre.canvas.stroke.show_stroke((), 0.0, theme.UNCOLOURED)
        else:
            rows = self._controller.size[0]
            points = [(x * rows, y * rows) for x, y in stroke.points]
            ink = theme.garment_colour(stroke.word)
            self._centre.canvas.stroke.show_stroke(points, stroke.radius * rows, ink)

    def _ink(self) -> str:
        """The colour of what the brush paints; "" while it is put away."""
        brush = self.dressing.brush
        return theme.garment_colour(brush.word) if brush.on else ""

    def _tell(self) -> None:
        """What a click would do next."""
        facts = self._controller.facts
        self._docks.outfit.show_choice(
            self.dressing.on,
            self.dressing.choice,
            self.dressing.brush.on,
            facts is not None and facts.paints,
        )
