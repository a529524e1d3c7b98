"""The panel of Inspect: which map, which view, what makes the place pointed at, all textures, the scale."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app import plain, theme
from app.docks.bars import Bar, Bars
from app.docks.inspected_words import colour_of, entry_of, headline_of, origin_of, title_of, tops_of
from app.docks.scale import ScalePanel
from app.docks.texture_tools import TextureTools
from app.docks.tiles import TileGrid
from engine.api import DISTRIBUTION, PARSING
from engine.inspecting.choices import CHANGE, TRACES, MapChoice
from engine.inspecting.colouring import VEIL
from engine.inspecting.inspection import Inspection, brief_of, words_of
from engine.inspecting.order import AREA, ORDERS
from engine.inspecting.pointed import MOST, Part

WAITING = "One moment: the maps of this picture are being made."
HINT = "Press 3, then point at the picture: which part of the photo made this pixel?"
ROOMY = 620  # px of height from which on all bars have room and the atlas still has some
LEAST_NAMED = 0.002  # of the picture: a region smaller than that is not in the legend


class _Scrolled(QScrollArea):
    """Scrolls upwards and down alone: never narrower than `narrowest` and its bar."""

    def __init__(self, narrowest: QWidget):
        super().__init__()
        self._narrowest = narrowest
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        beside = self.verticalScrollBar().sizeHint().width()
        width = self._narrowest.minimumSizeHint().width() + beside
        return QSize(width, super().minimumSizeHint().height())


class InspectPanel(QWidget):
    """Shows an `Inspection` and tells what is wanted of it."""

    choice_wanted = Signal(int)
    view_wanted = Signal(str)
    order_wanted = Signal(str)
    texture_wanted = Signal(int, int)  # photo, channel
    keep_wanted = Signal()
    look_wanted = Signal(int)  # number of a look in the strip, to compare with

    def __init__(self):
        super().__init__()
        self._inspection: Inspection | None = None
        self._names: tuple[str, ...] = ()
        self.layer = self._box("Map", "Which map: layers of few rows are coarse, those of many are fine")
        self.layer.activated.connect(self.choice_wanted)
        self.view = self._box("View", "What is laid over the pictures")
        self.view.activated.connect(lambda _place: self.view_wanted.emit(self.view.currentText()))
        self.order = self._box(
            "Order of the textures", "By their share at the place pointed at, by area, or by number"
        )
        self.order.addItems(ORDERS)
        self.order.setCurrentText(AREA)
        self.order.activated.connect(lambda _place: self.order_wanted.emit(self.order.currentText()))
        self.headline = plain.label()
        self.headline.setWordWrap(True)
        self.headline.setProperty("role", "heading")
        self.bars = Bars(MOST)
        self.bars.chosen.connect(self._choose_bar)
        self.texture = QLabel()
        self.texture.setWordWrap(True)
        self.texture.setTextFormat(Qt.TextFormat.RichText)
        self.texture.setToolTip("What training told this texture to hold; left and right are the person's")
        self.tools = TextureTools()
        self.own_names: Mapping[tuple[str, int], str] = {}  # given by hand, by layer and number from 0
        self.tiles_title = plain.label()
        self.tiles_title.setProperty("role", "muted")
        self.tiles = TileGrid(self._words)
        self.tiles.chosen.connect(self._choose_tile)
        self.legend = QLabel()
        self.legend.setWordWrap(True)
        self.legend.setTextFormat(Qt.TextFormat.RichText)
        self.scale = ScalePanel()
        self._here, self.read_out = QLabel("Value here"), plain.label()
        self.read_out.setProperty("role", "number")
        self.keep = QToolButton()
        self.keep.setText("Keep this picture")
        self.keep.setToolTip("Later pictures are compared with it")
        self.keep.clicked.connect(self.keep_wanted)
        self.looks = QToolButton()
        self.looks.setText("A look")
        self.looks.setToolTip("Compare with a look of the strip")
        self.looks.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.looks.setMenu(QMenu(self))
        self.origin = plain.label()
        self.origin.setWordWrap(True)
        self.origin.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.origin.setMinimumHeight(3 * self.origin.fontMetrics().lineSpacing())  # what is below stays
        self.origin.setProperty("role", "muted")
        self.export = QToolButton()
        self.export.setText("Export")
        self.export.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.export.setMenu(QMenu(self))
        self.hint = QLabel(HINT)
        self.hint.setWordWrap(True)
        self.hint.setProperty("role", "muted")
        self._body, self._rest = QWidget(), QWidget()  # rest: what the atlas leaves where there is none
        self._scroll, self._foot = _Scrolled(self.tools), QWidget()
        self._lay_out()
        self.show_inspection(None, ())

    def _lay_out(self) -> None:
        # From the outermost inwards: whoever comes into another place with its children is styled anew.
        outer = QVBoxLayout(self)
        outer.setContentsMargins(14, 2, 14, 12)
        outer.addWidget(self.hint)
        outer.addWidget(self._scroll, 1)
        outer.addWidget(self._foot)
        # In a low window what is above the scale is scrolled; the scale belongs to the picture and stays.
        self._scroll.setWidget(self._body)
        self._scroll.setWidgetResizable(True)
        column = QVBoxLayout(self._body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(5)
        order = QHBoxLayout()
        order.addWidget(self.tiles_title, 1)
        order.addWidget(self.order)
        last = QHBoxLayout()
        self._here.setProperty("role", "muted")
        last.addWidget(self._here)
        last.addWidget(self.read_out, 1)
        last.addWidget(self.export)
        other = QHBoxLayout()
        other.addWidget(self.keep)
        other.addWidget(self.looks)
        other.addStretch(1)
        column.addWidget(self.layer)
        column.addWidget(self.view)
        column.addWidget(self.legend)
        column.addWidget(self.headline)
        column.addWidget(self.origin)
        column.addWidget(self.bars)
        column.addWidget(self.texture)
        column.addWidget(self.tools)
        column.addLayout(order)
        column.addWidget(self.tiles, 1)
        column.addWidget(self._rest, 1)
        foot = QVBoxLayout(self._foot)
        foot.setContentsMargins(0, 0, 0, 0)
        foot.addLayout(other)
        foot.addWidget(self.scale)
        foot.addLayout(last)
        for widget in self.findChildren(QWidget):
            if widget.focusPolicy() & Qt.FocusPolicy.ClickFocus:
                # A mouse leaves the keyboard with the canvas: Esc, arrows and held keys are meant for that.
                widget.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def _box(self, name: str, tip: str) -> QComboBox:
        box = QComboBox()
        box.setAccessibleName(name)
        box.setToolTip(tip)
        box.setMinimumContentsLength(4)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        return box

    def offer(self, choices: Sequence[MapChoice]) -> None:
        """What the engine can show."""
        self.layer.clear()
        self.layer.addItems([title_of(choice) for choice in choices])

    def show_inspection(self, shown: Inspection | None, photo_names: Sequence[str]) -> None:
        """photo_names: of the photos, the person's first. None: there is nothing yet, or another mode."""
        self._inspection, self._names = shown, tuple(photo_names)
        self._scroll.setVisible(shown is not None)
        self._foot.setVisible(shown is not None)
        self.hint.setVisible(shown is None)
        if shown is None:
            return
        views = list(shown.choice.views)
        if [self.view.itemText(place) for place in range(self.view.count())] != views:
            self.view.clear()
            self.view.addItems(views)
        self.view.setCurrentText(shown.view)
        self.headline.setText(headline_of(shown, self._name))
        self.bars.show_bars([self._bar(shown, place, part) for place, part in enumerate(shown.parts)])
        self._show_textures(shown)
        self._show_legend(shown)
        self.keep.setVisible(shown.view == CHANGE)
        self.looks.setVisible(shown.view == CHANGE and not self.looks.menu().isEmpty())
        self._show_origin(shown)
        laid = [each for each in (shown.painting.result, *shown.painting.photos) if each is not None]
        veil = VEIL if any(each.veil for each in laid) else None
        self.scale.show_top(tops_of(shown), any(each.top for each in laid) or not laid, veil)

    def offer_looks(self, looks: Sequence[tuple[int, str]]) -> None:
        """Numbers and names of the looks that can be compared with."""
        menu = self.looks.menu()
        menu.clear()
        for number, name in looks:
            menu.addAction(plain.words(name), partial(self.look_wanted.emit, number))

    def _show_origin(self, shown: Inspection) -> None:
        """In words what the rings of a trace are."""
        self.origin.setVisible(shown.view in TRACES and shown.choice.kind == DISTRIBUTION)
        self.origin.setText(origin_of(shown, self._name))

    def show_waiting(self, waiting: bool) -> None:
        """While there is no inspection: whether there will be one soon."""
        self.hint.setText(WAITING if waiting else HINT)

    def show_choice(self, number: int) -> None:
        self.layer.setCurrentIndex(number)

    def show_read_out(self, under: tuple[int, tuple[float, float]] | None) -> None:
        """The value of the map at a place of a picture."""
        shown = self._inspection
        laid = None
        if shown is not None and under is not None:
            over = (*shown.painting.photos, shown.painting.result)  # the result's number is -1, the last
            laid = over[under[0]] if under[0] < len(shown.painting.photos) else None
        self.read_out.setText("" if laid is None or under is None else laid.read(*under[1]))
        self._here.setVisible(bool(self.read_out.text()))

    def _name(self, photo: int) -> str:
        return self._names[photo] if photo < len(self._names) else "the photo"

    def _bar(self, shown: Inspection, place: int, part: Part) -> Bar:
        several = self._name(part.photo) if len(shown.subject.photos) > 1 else ""
        chosen = shown.choice.kind == DISTRIBUTION and (part.photo, part.channel) == (
            shown.aim.photo,
            shown.aim.channel,
        )
        about = part, shown.choice, several, self._own_name(part.channel)
        does = "" if shown.doings[place] is None else str(shown.doings[place])
        return Bar(words_of(*about), part.share, colour_of(shown, place), chosen, does, brief_of(*about))

    def _own_name(self, channel: int) -> str:
        return (
            self.own_names.get((self._inspection.choice.info.name, channel), "") if self._inspection else ""
        )

    def _show_textures(self, shown: Inspection) -> None:
        there = shown.maps_Khw is not None
        for widget in (self.texture, self.tools, self.tiles, self.tiles_title, self.order):
            widget.setVisible(there)
        self._rest.setVisible(not there)
        if shown.maps_Khw is None or shown.area_K is None:
            return
        self._name_texture(shown, shown.area_K)
        several = f" of {self._name(shown.aim.photo)}" if len(shown.subject.photos) > 1 else ""
        self.tiles_title.setText(f"{len(shown.maps_Khw)} textures{several}")
        self.tiles.show_maps(shown.maps_Khw, shown.aim.channel, shown.order_K)

    def _name_texture(self, shown: Inspection, area_K: np.ndarray) -> None:
        """In words which texture is chosen, what it is for and what it does."""
        channel = shown.aim.channel
        words = f"<b>Texture {channel + 1}</b>"
        own = self._own_name(channel)
        names = [f"“{own}”" if own else "", shown.name_of(channel)]
        words += "".join(f" {html.escape(name)}" for name in names if name)
        facts = [f"does here: {html.escape(str(shown.doing))}"] if shown.doing is not None else []
        facts += [f"makes {area_K[channel]:.1%} of the picture"]
        if shown.gathered is not None:
            facts.append(f"{shown.gathered:.1%} of it gathered at its peak")
        muted = theme.colours().muted
        self.texture.setText(f"{words}<br><span style='color:{muted}'>{', '.join(facts)}</span>")

    def _words(self, channel: int) -> str:
        """Number and, where a hand or the weights tell it, name of a texture."""
        name = self._own_name(channel) or (self._inspection.name_of(channel) if self._inspection else "")
        return f"Texture {channel + 1}" + (f": {name}" if name else "")

    def _show_legend(self, shown: Inspection) -> None:
        named = shown.subject.photos[0].maps.of(PARSING).get(shown.choice.info.name)
        self.legend.setVisible(shown.choice.kind == PARSING and named is not None)
        if shown.choice.kind == PARSING and named is not None:
            there = np.bincount(named.argmax(0).ravel(), minlength=len(named))
            regions = [k for k in range(1, len(there)) if there[k] >= LEAST_NAMED * there.sum()]
            self.legend.setText(" &nbsp; ".join(entry_of(k, html.escape(shown.name_of(k))) for k in regions))

    def _choose_bar(self, place: int) -> None:
        shown = self._inspection
        if shown is not None and shown.choice.kind == DISTRIBUTION and place < len(shown.parts):
            self.texture_wanted.emit(shown.parts[place].photo, shown.parts[place].channel)

    def _choose_tile(self, channel: int) -> None:
        if self._inspection is not None:
            self.texture_wanted.emit(self._inspection.aim.photo, channel)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self.bars.make_room(self.height() >= ROOMY)

    def refresh(self) -> None:
        """The same again, in other words or colours."""
        self.show_inspection(self._inspection, self._names)

    def refresh_theme(self) -> None:
        self.tiles.refresh_theme()
        self.bars.update()
        self.refresh()
