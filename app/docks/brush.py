"""The row of the outfit that takes up the brush: whether, with what, and away with all of it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPushButton, QWidget

from app import theme
from app.modes.brush import WORDS

SWATCH = QSize(12, 12)


class BrushRow(QWidget):
    """Tells what the hand wants of the brush, and shows how it is."""

    taken_up = Signal(bool)
    word_chosen = Signal(str)
    clear_wanted = Signal()

    def __init__(self):
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        self.brush = QPushButton("Brush")
        self.brush.setCheckable(True)
        self.brush.setToolTip("Say what is where: paint over the picture (B). Ctrl or Alt paints background.")
        self.brush.clicked.connect(self.taken_up)
        self.words = QComboBox()
        self.words.setAccessibleName("What the brush paints")
        for word in WORDS:
            self.words.addItem(_swatch(word), word.capitalize())
        self.words.activated.connect(lambda place: self.word_chosen.emit(WORDS[place]))
        self.clear = QPushButton("Clear")
        self.clear.setToolTip("Take away all that was painted")
        self.clear.clicked.connect(self.clear_wanted)
        row.addWidget(self.brush)
        row.addWidget(self.words, 1)
        row.addWidget(self.clear)

    def show_brush(self, on: bool, word: str) -> None:
        """As the brush is, telling nobody."""
        self.brush.setChecked(on)
        self.words.setCurrentIndex(WORDS.index(word))

    def show_painted(self, anything: bool) -> None:
        """Whether there is something to clear."""
        self.clear.setEnabled(anything)


def _swatch(word: str) -> QIcon:
    """The colour that a word has on the picture."""
    made = QPixmap(SWATCH)
    made.fill(theme.colour(theme.garment_colour(word)))
    return QIcon(made)
