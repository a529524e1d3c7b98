"""The outfit: a row a garment that is taken from another photo, the uppermost first."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app import icons, plain
from app.docks.brush import BrushRow
from app.docks.cards import card_picture
from app.docks.shelf import AmountSlider
from app.document import Look, Photo, Worn
from engine.editing.regions import Choice
from engine.garments import OUTFIT

THUMB = QSize(26, 36)
BUTTON = 28  # px wide


class OutfitRow(QWidget):
    """Source, strength, and what can be done with one garment."""

    def __init__(self, worn: Worn, photo: Photo, topmost: bool):
        super().__init__()
        self.word = worn.word
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        picture = QLabel()
        picture.setPixmap(card_picture(photo.reference.image_HWC, THUMB, self.devicePixelRatioF()))
        picture.setToolTip(plain.words(f"From {photo.name}"))
        row.addWidget(picture)
        column = QVBoxLayout()
        column.setSpacing(2)
        line = QHBoxLayout()
        name = QLabel(worn.word.capitalize())
        name.setToolTip(plain.words(f"From {photo.name}"))
        self.value = QLabel(f"{round(100 * worn.strength)} %")
        self.value.setProperty("role", "number")
        line.addWidget(name, 1)
        line.addWidget(self.value)
        column.addLayout(line)
        self.slider = AmountSlider()
        self.slider.setAccessibleName(f"Strength of the {worn.word}")
        self.slider.setValue(round(100 * worn.strength))
        column.addWidget(self.slider)
        row.addLayout(column, 1)
        self.mute = self._button(
            "hide" if worn.muted else "show", "Show" if worn.muted else "Hide", worn.muted
        )
        self.lock = self._button(
            "lock" if worn.locked else "unlock", "Unlock" if worn.locked else "Lock", worn.locked
        )
        self.forward = self._button("chevron_up", "Bring forward")
        self.forward.setEnabled(not topmost)
        self.off = self._button("close", "Take off")
        for button in (self.mute, self.lock, self.forward, self.off):
            row.addWidget(button)

    def _button(self, icon: str, verb: str, on: bool = False) -> QToolButton:
        button = QToolButton()
        button.setIcon(icons.icon(icon, "accent" if on else "text"))
        button.setToolTip(
            f"{verb} the {self.word}" if verb != "Bring forward" else f"Bring the {self.word} forward"
        )
        button.setAccessibleName(button.toolTip())
        button.setAutoRaise(True)
        button.setFixedWidth(BUTTON)
        return button


class OwnRow(QToolButton):
    """A region in which nothing of another photo is worn: its source is the person. A click chooses it."""

    def __init__(self, name: str, source: str):
        super().__init__()
        self.setText(name)
        self.setToolTip(plain.words(f"From {source}. Click to take it from another photo."))
        self.setAccessibleName(f"Choose the {name.lower()}")
        self.setAutoRaise(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setProperty("role", "muted")


class OutfitPanel(QWidget):
    """Shows the outfit of a look and tells what is wanted of it: a row for each garment of another photo, the
    uppermost first, then one for each region that is the person's own."""

    slide_began = Signal()
    strength_changed = Signal(str, float, bool)  # word, 0 to 1, whether a hand is on the slider
    mute_wanted = Signal(str, bool)
    lock_wanted = Signal(str, bool)
    forward_wanted = Signal(str)
    off_wanted = Signal(str)
    region_wanted = Signal(str)  # the garment's word, to be chosen

    def __init__(self):
        super().__init__()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(14, 4, 14, 10)
        self._column.setSpacing(8)
        self.hint = QLabel()
        self.hint.setWordWrap(True)
        self.hint.setProperty("role", "muted")
        self._column.addWidget(self.hint)
        self.of_person = plain.label()
        self.of_person.setWordWrap(True)
        self.of_person.setProperty("role", "muted")
        self._column.addWidget(self.of_person)
        self._own = QGridLayout()
        self._own.setSpacing(0)
        self._column.addLayout(self._own)
        self._column.addStretch(1)
        self.brush = BrushRow()
        self._column.addWidget(self.brush)
        self.rows: list[OutfitRow] = []
        self.own_rows: dict[str, OwnRow] = {}
        self._shown: tuple[Worn, ...] = ()
        self.show_choice(False, ())

    def show_choice(self, dressing: bool, choice: Choice, painting: bool = False) -> None:
        """Say what a click would do next."""
        self.brush.setVisible(dressing)
        if not dressing:
            self.hint.setText("Press 2 and click what she wears, then a photo on the shelf.")
        elif painting:
            self.hint.setText("Paint what is where; Alt paints background, the wheel changes the size.")
        elif choice:
            self.hint.setText(f"Click a photo on the shelf to take the {' and '.join(choice)} from it.")
        else:
            self.hint.setText("Click what she wears. Shift adds, Alt removes, the wheel takes in more.")

    def show_look(self, look: Look) -> None:
        """Lay the rows of this look out, telling nobody. A slider that is held stays the same widget."""
        self.brush.show_painted(bool(look.strokes))
        self._show_own(look)
        if self._same_rows(look):
            for row, worn in zip(self.rows, reversed(look.outfit), strict=True):
                row.value.setText(f"{round(100 * worn.strength)} %")
                if not row.slider.isSliderDown():
                    row.slider.blockSignals(True)
                    row.slider.setValue(round(100 * worn.strength))
                    row.slider.blockSignals(False)
            self._shown = look.outfit
            return
        self._shown = look.outfit
        for row in self.rows:
            self._column.removeWidget(row)
            row.deleteLater()
        self.rows = []
        for place, worn in enumerate(reversed(look.outfit)):
            photo = look.photo(worn.key)
            if photo is not None:
                self._add(OutfitRow(worn, photo, place == 0), worn)

    def _show_own(self, look: Look) -> None:
        """The regions that no garment of another photo takes up, two in a line."""
        person = look.photo(look.person)
        worn = {each.word for each in look.outfit}
        left = [] if person is None else [region for region in OUTFIT if not worn & set(region.words)]
        self.of_person.setText("" if person is None or not left else f"From {person.name}:")
        self.of_person.setVisible(bool(left))
        for row in self.own_rows.values():
            self._own.removeWidget(row)
            row.deleteLater()
        self.own_rows = {}
        for place, region in enumerate(left):
            assert person is not None
            row = self.own_rows[region.words[0]] = OwnRow(region.name, person.name)
            row.clicked.connect(partial(self.region_wanted.emit, region.words[0]))
            self._own.addWidget(row, place // 2, place % 2)

    def _same_rows(self, look: Look) -> bool:
        """Whether nothing but strengths has changed."""

        def without_strength(worn: Worn) -> tuple[object, ...]:
            return worn.word, worn.key, worn.muted, worn.locked

        before = [without_strength(worn) for worn in self._shown]
        return before == [without_strength(worn) for worn in look.outfit]

    def _add(self, row: OutfitRow, worn: Worn) -> None:
        row.slider.began.connect(self.slide_began)
        row.slider.valueChanged.connect(partial(self._slid, row))
        row.mute.clicked.connect(lambda: self.mute_wanted.emit(worn.word, not worn.muted))
        row.lock.clicked.connect(lambda: self.lock_wanted.emit(worn.word, not worn.locked))
        row.forward.clicked.connect(lambda: self.forward_wanted.emit(worn.word))
        row.off.clicked.connect(lambda: self.off_wanted.emit(worn.word))
        self._column.insertWidget(1 + len(self.rows), row)
        self.rows.append(row)

    def _slid(self, row: OutfitRow, value: int) -> None:
        row.value.setText(f"{value} %")
        self.strength_changed.emit(row.word, value / 100.0, row.slider.isSliderDown() or row.slider.moving)
