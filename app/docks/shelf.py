"""The references shelf: a card a photo, a star on the person, and one slider that mixes another photo in."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app import icons, plain
from app.docks.cards import THUMB, PhotoCard
from app.docks.sliders import AmountSlider
from app.document import Look

COLUMNS = 2
GAP = 6  # px between cards and to what is said below them
TOLD = (
    "pointed",
    "person_wanted",
    "remove_wanted",
    "correct_wanted",
    "turn_wanted",
    "alone_wanted",
    "renamed",
    "moved",
)


class Shelf(QWidget):
    """Shows the photos of a look and tells what is wanted of them."""

    browse_wanted = Signal()
    chosen = Signal(str)
    pointed = Signal(str)  # key of the photo that the pointer is over, "" for none
    person_wanted = Signal(str)
    remove_wanted = Signal(str)
    correct_wanted = Signal(str)
    turn_wanted = Signal(str, int)
    alone_wanted = Signal(str, bool)
    renamed = Signal(str, str)
    moved = Signal(str, int)
    slide_began = Signal()
    amount_changed = Signal(str, float, bool)  # key, 0 to 1, whether a hand is on the slider

    def __init__(self):
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 4, 12, 12)
        column.setSpacing(10)
        holder = QWidget()
        inside = QVBoxLayout(holder)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(GAP)
        self._grid = QGridLayout()
        inside.addLayout(self._grid, 1)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(GAP)
        self._grid.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self._scroll = scroll = QScrollArea()
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
        inside.addWidget(self._hint)
        browse = QPushButton("Add a photo…")
        browse.setIcon(icons.icon("garment"))
        browse.clicked.connect(self.browse_wanted)
        column.addWidget(browse)
        self._mix = self._build_mix()
        column.addWidget(self._mix)
        self.cards: list[PhotoCard] = []
        self._lenders: frozenset[str] | None = None
        self._chosen = self._new = ""
        self._look = Look()
        # Cards get their places with the next turn of the event loop, the scroll bar its range then.
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._reveal)
        scroll.viewport().installEventFilter(self)
        scroll.verticalScrollBar().rangeChanged.connect(lambda *_: self._soon.start())
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
        self.amount_changed.emit(self._chosen, value / 100.0, self.slider.sliding)

    def choose(self, key: str) -> None:
        """Let the slider speak of this photo. Only to look: nothing changes before it is moved."""
        self._chosen = key
        self._show_chosen()

    def show_look(self, look: Look) -> None:
        """Lay the cards of this look out and set the slider. Those that are the same from the first on stay:
        to make one takes some milliseconds, and there may be many. Tab goes through them as they were made.
        """
        wanted = [(photo, photo.key == look.person) for photo in look.photos]
        same = 0
        while same < min(len(self.cards), len(wanted)) and self.cards[same].shows(*wanted[same]):
            same += 1
        self._lay_out(look, same)

    def refresh_theme(self) -> None:
        """Make the cards anew, in the colours that are used now."""
        self._lay_out(self._look, 0)

    def _lay_out(self, look: Look, same: int) -> None:
        """Cards of a look, the first `same` of them being as they are."""
        focused = next((card.key for card in self.cards if card.hasFocus()), "")
        before = {card.key for card in self.cards}
        for card in self.cards[same:]:
            self._grid.removeWidget(card)
            card.deleteLater()
        del self.cards[same:]
        for place, photo in enumerate(look.photos[same:], same):
            card = PhotoCard(photo, photo.key == look.person)
            for name in TOLD:
                getattr(card, name).connect(getattr(self, name))
            card.clicked.connect(self.chosen)
            self._grid.addWidget(card, place // COLUMNS, place % COLUMNS)
            self.cards.append(card)
            if card.key == focused:
                card.show()  # at once: what is hidden gets no keyboard
                card.setFocus()
        self.show_lenders(self._lenders)
        self.show_borrow(look)
        new = [card for card in self.cards if card.key not in before]
        if new and before:
            self._new = new[-1].key
            self._soon.start()

    def _offer_hint(self) -> None:
        """Say what can be dropped here, where cards leave the sentence its room."""
        view = self._scroll.viewport().size()
        tall = self._grid.sizeHint().height() + GAP + self._hint.heightForWidth(view.width())
        few = len(self._look.photos) < 3 and self._mix.isHidden()
        self._hint.setVisible(few and (not self.cards or tall <= view.height()))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if event.type() == QEvent.Type.Resize:
            self._offer_hint()
        return super().eventFilter(watched, event)

    def _reveal(self) -> None:
        """Scroll to the newest card."""
        for card in self.cards:
            if card.key == self._new:
                self._scroll.ensureWidgetVisible(card)

    def place_at(self, at: QPoint) -> int | None:
        """The place in the row of photos that a drop at this spot of the shelf would get; None beside it."""
        for place, card in enumerate(self.cards):
            if card.rect().contains(card.mapFrom(self, at)):
                return place
        inside = self._scroll.rect().contains(self._scroll.mapFrom(self, at))
        return len(self.cards) - 1 if inside and self.cards else None

    def show_lenders(self, keys: frozenset[str] | None) -> None:
        """Fade the photos that cannot lend what is chosen; None: nothing is chosen."""
        self._lenders = keys
        for card in self.cards:
            card.fade(keys is not None and card.key not in keys)

    def show_lights(self, lights: Mapping[str, np.ndarray]) -> None:
        """Light up photos, by their keys, where they have what is pointed at: float [h, w], 0 to 1."""
        for card in self.cards:
            card.light(lights.get(card.key))

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
        self._offer_hint()
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

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """What the slider leaves of keys is the chosen card's: a click on one gives the slider the keys."""
        chosen = next((card for card in self.cards if card.key == self._chosen), None)
        if event.key() == Qt.Key.Key_F2 and chosen is not None:
            self._scroll.ensureWidgetVisible(chosen)
            chosen.rename()
        else:
            super().keyPressEvent(event)

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(COLUMNS * (THUMB.width() + 12) + 40, 420)
