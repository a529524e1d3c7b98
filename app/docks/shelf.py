"""The references shelf: a card a photo, a star on the person, and one slider that mixes another photo in."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPixmap,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QFrame,
    QGraphicsOpacityEffect,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from app import icons, plain
from app.canvas.items import to_pixmap
from app.document import Look, Photo

THUMB = QSize(80, 110)
COLUMNS = 2
FADED = 0.35  # opacity: still told what it is, not taken for one of the others
WHEEL_REST_MS = 600  # a pause this long ends a turn of the wheel


def card_picture(rgb_HWC: np.ndarray, size: QSize, ratio: float) -> QPixmap:
    """The picture filling a rounded rectangle of this size."""
    made = QPixmap(size * ratio)
    made.setDevicePixelRatio(ratio)
    made.fill(Qt.GlobalColor.transparent)
    picture = to_pixmap(rgb_HWC).scaled(
        size * ratio,
        Qt.AspectRatioMode.KeepAspectRatioByExpanding,
        Qt.TransformationMode.SmoothTransformation,
    )
    painter = QPainter(made)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    outline = QPainterPath()
    outline.addRoundedRect(0, 0, size.width(), size.height(), 6, 6)
    painter.setClipPath(outline)
    x = (picture.width() / ratio - size.width()) / 2
    painter.drawPixmap(int(-x), 0, int(picture.width() / ratio), int(picture.height() / ratio), picture)
    painter.end()
    return made


class PhotoCard(QFrame):
    """One photo. A click chooses it as garment reference, the menu does the rest."""

    clicked = Signal(str)
    person_wanted = Signal(str)
    remove_wanted = Signal(str)

    def __init__(self, photo: Photo, is_person: bool):
        super().__init__()
        self.setObjectName("card")
        self.key = photo.key
        self.is_person = is_person
        self.faded = False
        self.setProperty("chosen", False)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFixedWidth(THUMB.width() + 12)
        self.setCursor(Qt.CursorShape.ArrowCursor if is_person else Qt.CursorShape.PointingHandCursor)
        role = "the person" if is_person else "garment reference"
        self.setAccessibleName(f"{photo.name}, {role}")
        does = "The person" if is_person else "Click to mix its textures in"
        self.setToolTip(plain.words(f"{photo.name}\n{does}"))
        column = QVBoxLayout(self)
        column.setContentsMargins(5, 5, 5, 5)
        column.setSpacing(4)
        picture = QLabel()
        picture.setPixmap(card_picture(photo.reference.image_HWC, THUMB, self.devicePixelRatioF()))
        picture.setFixedSize(THUMB)
        column.addWidget(picture, alignment=Qt.AlignmentFlag.AlignHCenter)
        room = THUMB.width() - (20 if is_person else 2)
        stem = Path(photo.name).stem
        name = plain.label(self.fontMetrics().elidedText(stem, Qt.TextElideMode.ElideMiddle, room))
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(name, 1)
        if is_person:
            star = QLabel()
            star.setPixmap(icons.pixmap("star", 14, "accent", self.devicePixelRatioF()))
            row.addWidget(star)
        column.addLayout(row)

    def fade(self, faded: bool) -> None:
        """Show that there is nothing here of what is wanted."""
        effect = QGraphicsOpacityEffect(self) if faded else None
        if effect is not None:
            effect.setOpacity(FADED)
        self.setGraphicsEffect(effect)  # type: ignore[arg-type]  # its stub forgets that None will do
        self.faded = faded

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.clicked.emit(self.key)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.clicked.emit(self.key)
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802
        menu = QMenu(self)
        person = menu.addAction("Make this the person")
        person.setEnabled(not self.is_person)
        person.triggered.connect(lambda: self.person_wanted.emit(self.key))
        remove = menu.addAction("Remove from the shelf")
        remove.setEnabled(not self.is_person)
        remove.triggered.connect(lambda: self.remove_wanted.emit(self.key))
        menu.exec(event.globalPos())


class AmountSlider(QSlider):
    """A slider that tells when a gesture begins: a press, a key (as long as it is held), a turn of the wheel.

    `moving`: whether a change of its value belongs to that gesture.
    """

    began = Signal()

    def __init__(self):
        super().__init__(Qt.Orientation.Horizontal)
        self.moving = False
        self._wheeled = -WHEEL_REST_MS
        self.sliderPressed.connect(self.began)
        self.setRange(0, 100)
        self.setPageStep(10)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        self._move(partial(super().keyPressEvent, event), again=event.isAutoRepeat())

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        again = event.timestamp() - self._wheeled < WHEEL_REST_MS
        self._wheeled = event.timestamp()
        self._move(partial(super().wheelEvent, event), again)

    def _move(self, handle: Callable[[], None], again: bool) -> None:
        if not again:
            self.began.emit()
        self.moving = True
        handle()
        self.moving = False


class Shelf(QWidget):
    """Shows the photos of a look and tells what is wanted of them."""

    browse_wanted = Signal()
    chosen = Signal(str)
    person_wanted = Signal(str)
    remove_wanted = Signal(str)
    slide_began = Signal()
    amount_changed = Signal(str, float, bool)  # key, 0 to 1, whether a hand is on the slider

    def __init__(self):
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 4, 12, 12)
        column.setSpacing(10)
        holder = QWidget()
        self._grid = QGridLayout(holder)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(6)
        self._grid.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        scroll = QScrollArea()
        scroll.setWidget(holder)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setMinimumHeight(THUMB.height() + 12 + 4 + self.fontMetrics().height())  # a card, whole
        column.addWidget(scroll, 1)
        self._hint = QLabel("Drop a photo of a person here. Anything they wear can be borrowed.")
        self._hint.setObjectName("dropHint")
        self._hint.setWordWrap(True)
        self._hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.addWidget(self._hint)
        browse = QPushButton("Add a photo…")
        browse.setIcon(icons.icon("garment"))
        browse.clicked.connect(self.browse_wanted)
        column.addWidget(browse)
        self._mix = self._build_mix()
        column.addWidget(self._mix)
        self.cards: list[PhotoCard] = []
        self._lenders: frozenset[str] | None = None
        self._chosen = ""
        self._look = Look()
        self.show_look(self._look)

    def _build_mix(self) -> QWidget:
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(6)
        row = QHBoxLayout()
        self._mix_name = plain.label("Mix in")
        self._mix_name.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._mix_value = QLabel("0 %")
        self._mix_value.setProperty("role", "number")
        row.addWidget(self._mix_name, 1)
        row.addWidget(self._mix_value)
        column.addLayout(row)
        self.slider = AmountSlider()
        self.slider.setAccessibleName("Share of the garment reference")
        self.slider.setToolTip("How much of the other photo's textures the person takes on")
        self.slider.began.connect(self.slide_began)
        self.slider.valueChanged.connect(self._slid)
        column.addWidget(self.slider)
        return box

    def _slid(self, value: int) -> None:
        self._mix_value.setText(f"{value} %")
        sliding = self.slider.isSliderDown() or self.slider.moving
        self.amount_changed.emit(self._chosen, value / 100.0, sliding)

    def choose(self, key: str) -> None:
        """Let the slider speak of this photo. Only to look: nothing changes before it is moved."""
        self._chosen = key
        self._show_chosen()

    def show_look(self, look: Look) -> None:
        """Lay the cards of this look out and set the slider."""
        focused = next((card.key for card in self.cards if card.hasFocus()), "")
        for card in self.cards:
            self._grid.removeWidget(card)
            card.deleteLater()
        self.cards = []
        for place, photo in enumerate(look.photos):
            card = PhotoCard(photo, photo.key == look.person)
            card.clicked.connect(self.chosen)
            card.person_wanted.connect(self.person_wanted)
            card.remove_wanted.connect(self.remove_wanted)
            self._grid.addWidget(card, place // COLUMNS, place % COLUMNS)
            self.cards.append(card)
            if card.key == focused:
                card.setFocus()
        self.show_lenders(self._lenders)
        self.show_borrow(look)

    def show_lenders(self, keys: frozenset[str] | None) -> None:
        """Fade the photos that cannot lend what is chosen; None: nothing is chosen."""
        self._lenders = keys
        for card in self.cards:
            card.fade(keys is not None and card.key not in keys)

    def show_borrow(self, look: Look) -> None:
        """Set the slider and the chosen card, telling nobody. Another mix than before chooses its photo."""
        if look.borrow != self._look.borrow:
            self._chosen = look.borrow.key if look.borrow else ""
        self._look = look
        self._show_chosen()

    def _show_chosen(self) -> None:
        look = self._look
        photo = look.photo(self._chosen) if self._chosen != look.person else None
        self._mix.setVisible(photo is not None)
        self._hint.setVisible(photo is None and len(look.photos) < 3)
        for card in self.cards:
            wanted = photo is not None and card.key == photo.key
            if card.property("chosen") != wanted:
                card.setProperty("chosen", wanted)
                card.style().polish(card)
        if photo is None:
            return
        room = max(90, self.width() - 30 - self.fontMetrics().horizontalAdvance("100 %"))
        self._mix_name.setText(
            self.fontMetrics().elidedText(f"Mix in {photo.name}", Qt.TextElideMode.ElideMiddle, room)
        )
        borrow = look.borrow
        value = round(100 * borrow.amount) if borrow is not None and borrow.key == photo.key else 0
        self._mix_value.setText(f"{value} %")
        if self.slider.value() != value:
            self.slider.blockSignals(True)
            self.slider.setValue(value)
            self.slider.blockSignals(False)

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(COLUMNS * (THUMB.width() + 12) + 40, 420)
