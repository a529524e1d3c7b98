"""What Inspect connects: the mode, what the canvas lays over the pictures, and the panel."""

from __future__ import annotations

from PySide6.QtCore import QObject

from app import theme
from app.canvas.maps import Laid, Peak
from app.canvas.view import CanvasView
from app.docks.inspected_words import colour_of
from app.docks.inspector import InspectPanel
from app.modes.inspect import InspectMode
from engine.inspecting.choices import EVIDENCE, TRACES
from engine.inspecting.inspection import Inspection, told_apart
from engine.inspecting.overlays import Overlay, colours_of
from engine.inspecting.values import RESULT, XY, peak_of


class InspectSight(QObject):
    """Paints what the mode has found."""

    def __init__(self, mode: InspectMode, canvas: CanvasView, panel: InspectPanel):
        super().__init__(canvas)
        self._mode, self._canvas, self._panel = mode, canvas, panel
        self._under: tuple[int, XY] | None = None
        mode.changed.connect(self.show)
        mode.offered.connect(self._offer)
        mode.pointed.connect(self._read_out)
        panel.choice_wanted.connect(mode.choose)
        panel.view_wanted.connect(mode.set_view)
        panel.order_wanted.connect(mode.set_order)
        panel.texture_wanted.connect(mode.choose_texture)
        panel.keep_wanted.connect(mode.keep_picture)
        panel.scale.changed.connect(self.show)
        panel.bars.room_changed.connect(self._mark_again)
        canvas.glanced.connect(mode.glance)
        canvas.weighed.connect(mode.weigh)
        mode.late_changed.connect(canvas.maps.show_late)

    def show(self) -> None:
        """Bring canvas and panel up to what the mode holds; nothing of it in another mode."""
        mode, canvas = self._mode, self._canvas
        shown = mode.inspection if mode.on or mode.glancing else None
        finest = [photo.reference.finest_HWC for photo in mode.photos] if mode.on else []
        if canvas.maps.show_photos(finest) and canvas.camera.fitted:
            canvas.camera.fit()
        names = told_apart([photo.name for photo in mode.photos])
        self._panel.show_inspection(shown if mode.on else None, names)
        self._panel.show_waiting(mode.on)
        if mode.choice is not None:
            self._panel.show_choice(mode.choices.index(mode.choice))
        if shown is None:
            canvas.maps.clear()
            return
        laid = {RESULT: self._laid(shown.painting.result, "Result")}
        if mode.on:
            for number, (name, over) in enumerate(zip(names, shown.painting.photos, strict=True)):
                laid[number] = self._laid(over, name)
            self._mark(shown)
        canvas.maps.show(laid)
        over = shown.painting.result
        canvas.maps.arrows.show_arrows(None if over is None else over.arrows_N4, canvas.maps.result_box)
        canvas.maps.label([] if over is None else [(tally.at, str(tally)) for tally in over.tallies])
        self._read_out(self._under)

    def _laid(self, over: Overlay | None, name: str) -> Laid:
        if over is None:
            return Laid(None, name)
        scale = self._panel.scale
        return Laid(colours_of(over, scale.table, scale.scale), name, over.words)

    def _mark(self, shown: Inspection) -> None:
        """The cross where is pointed, and rings on the other picture: at the peaks of the parts that have a
        bar, of a trace at its own."""
        aim = shown.aim
        cross = None if aim.at is None else (aim.picture, aim.at)
        if shown.view in TRACES:
            peaks = _trace_peaks(shown)
        else:  # rings would hide the numbers of the evidence
            peaks = [] if shown.view == EVIDENCE else self._part_peaks(shown)
        self._canvas.maps.mark(cross, shown.pinned, peaks)

    def _mark_again(self) -> None:
        """Rings for as many bars as there is room for now."""
        if self._mode.on and self._mode.inspection is not None:
            self._mark(self._mode.inspection)

    def _part_peaks(self, shown: Inspection) -> list[Peak]:
        aim = shown.aim
        return [
            Peak(
                part.photo if aim.picture == RESULT else RESULT, part.peak, place + 1, colour_of(shown, place)
            )
            for place, part in enumerate(shown.parts[: self._panel.bars.room])
            if part.peak is not None
        ]

    def _offer(self) -> None:
        self._panel.offer(self._mode.choices)

    def _read_out(self, under: tuple[int, XY] | None) -> None:
        self._under = under
        self._panel.show_read_out(under)


def _trace_peaks(shown: Inspection) -> list[Peak]:
    """Where a trace is highest, on each picture that it lies over: what is read is often smaller than the eye
    finds; and where detail is copied from."""
    painted = shown.painting
    over = [(RESULT, painted.result), *enumerate(painted.photos)]
    white, detail = theme.colours().centre, shown.detail
    peaks = [Peak(number, peak_of(laid.pixels), 0, white) for number, laid in over if laid is not None]
    if detail is not None:
        peaks.append(Peak(detail.photo, detail.at, 0, theme.DETAIL))
    return peaks
