"""The outfit: a row a garment that is taken from another photo, the uppermost first."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from app import icons, plain
from app.docks.brush import BrushRow
from app.docks.cards import card_picture
from app.docks.shelf import AmountSlider
from app.document import Look, Photo, Worn
from engine.editing.regions import Choice

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


class OutfitPanel(QWidget):
    """Shows the outfit of a look and tells what is wanted of it."""

    slide_began = Signal()
    strength_changed = Signal(str, float, bool)  # word, 0 to 1, whether a hand is on the slider
    mute_wanted = Signal(str, bool)
    lock_wanted = Signal(str, bool)
    forward_wanted = Signal(str)
    off_wanted = Signal(str)

    def __init__(self):
        super().__init__()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(14, 4, 14, 10)
        self._column.setSpacing(8)
        self.hint = QLabel()
        self.hint.setWordWrap(True)
        self.hint.setProperty("role", "muted")
        self._column.addWidget(self.hint)
        self._column.addStretch(1)
        self.brush = BrushRow()
        self._column.addWidget(self.brush)
        self.rows: list[OutfitRow] = []
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
