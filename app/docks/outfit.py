"""The outfit: a row a garment that is taken from another photo, the uppermost first."""

from __future__ import annotations

from functools import partial
from itertools import pairwise

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app import icons, plain
from app.docks.brush import BrushRow
from app.docks.cards import card_picture
from app.docks.refining import RefiningRow
from app.docks.sliders import AmountSlider
from app.document import Look, Photo, Worn
from engine.editing.regions import Choice
from engine.garments import OUTFIT

THUMB = QSize(26, 36)
BUTTON = 28  # px wide
DRAWN = "Paint what is to be where. Ctrl paints background, the wheel changes the size."
TOLD = "Corrects what is taken; what draws from a map of regions (menu Engine) draws it."
DIRECTLY = Qt.FindChildOption.FindDirectChildrenOnly


class OutfitRow(QWidget):
    """Source, strength, and what can be done with one garment."""

    def __init__(self, word: str):
        super().__init__()
        self.word = word
        self.worn = Worn(word, "")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        self._picture = QLabel()
        row.addWidget(self._picture)
        column = QVBoxLayout()
        column.setSpacing(2)
        line = QHBoxLayout()
        self._name = QLabel(word.capitalize())
        self.value = QLabel()
        self.value.setProperty("role", "number")
        line.addWidget(self._name, 1)
        line.addWidget(self.value)
        column.addLayout(line)
        self.slider = AmountSlider()
        self.slider.setAccessibleName(f"Strength of the {word}")
        column.addWidget(self.slider)
        row.addLayout(column, 1)
        self.mute, self.lock, self.forward, self.off = (QToolButton() for _ in range(4))
        for button in (self.mute, self.lock, self.forward, self.off):
            button.setAutoRaise(True)
            button.setFixedWidth(BUTTON)
            row.addWidget(button)
        self._dress(self.forward, "chevron_up", f"Bring the {word} forward")
        self._dress(self.off, "close", f"Take off the {word}")

    def show_worn(self, worn: Worn, photo: Photo, topmost: bool) -> None:
        """As it is worn now, telling nobody. A slider that is held is left alone."""
        if worn.key != self.worn.key:
            self._picture.setPixmap(card_picture(photo.reference.image_HWC, THUMB, self.devicePixelRatioF()))
        for shown in (self._picture, self._name):
            shown.setToolTip(plain.words(f"From {photo.name}"))
        self.worn = worn
        self.value.setText(f"{round(100 * worn.strength)} %")
        if not self.slider.isSliderDown():
            self.slider.blockSignals(True)
            self.slider.setValue(round(100 * worn.strength))
            self.slider.blockSignals(False)
        verb = "Show" if worn.muted else "Hide"
        self._dress(self.mute, "hide" if worn.muted else "show", f"{verb} the {self.word}", worn.muted)
        verb = "Unlock" if worn.locked else "Lock"
        self._dress(self.lock, "lock" if worn.locked else "unlock", f"{verb} the {self.word}", worn.locked)
        self.forward.setEnabled(not topmost)

    @staticmethod
    def _dress(button: QToolButton, icon: str, text: str, on: bool = False) -> None:
        button.setIcon(icons.icon(icon, "accent" if on else "text"))
        button.setToolTip(text)
        button.setAccessibleName(text)


class OwnRow(QToolButton):
    """A region in which nothing of another photo is worn: it has a source, the person, and nothing to set. A
    click chooses it."""

    def __init__(self, name: str):
        super().__init__()
        self._chooses = f"Choose the {name.lower()}"
        self.setText(name)
        self.setAutoRaise(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setProperty("role", "muted")

    def show_source(self, source: str, hindrance: str) -> None:
        """hindrance: why it cannot be chosen now, one sentence; "" where it can."""
        self.setEnabled(not hindrance)
        self.setAccessibleName(self._chooses)
        self.setAccessibleDescription(hindrance)
        told = f"{source}'s own. Click to take it from another photo, then set strength and lock."
        self.setToolTip(plain.words(hindrance or told))


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
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 4, 14, 10)
        column.setSpacing(8)
        self.hint = QLabel()
        self.hint.setWordWrap(True)
        self.hint.setProperty("role", "muted")
        self.hint.setAlignment(Qt.AlignmentFlag.AlignTop)
        # Always room for two lines, or the rows below would jump from under a hand.
        self.hint.setMinimumHeight(2 * self.hint.fontMetrics().lineSpacing())
        column.addWidget(self.hint)
        holder = QWidget()
        self._column = QVBoxLayout(holder)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        scroll = QScrollArea()  # a row that has no room is scrolled to, not cut off
        scroll.setWidget(holder)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        column.addWidget(scroll, 1)
        self.of_person = plain.label()
        self.of_person.setWordWrap(True)
        self.of_person.setProperty("role", "muted")
        self._column.addWidget(self.of_person)
        self._own = QGridLayout()
        self._own.setSpacing(0)
        self._column.addLayout(self._own)
        self._column.addStretch(1)
        self.refining = RefiningRow()  # below what scrolls: no row moves from under a hand
        column.addWidget(self.refining)
        self.brush = BrushRow()
        column.addWidget(self.brush)
        self._made: dict[str, OutfitRow] = {}
        self._own_made = {region.words[0]: OwnRow(region.name) for region in OUTFIT}
        for word, own in self._own_made.items():
            own.clicked.connect(partial(self.region_wanted.emit, word))
        self.rows: list[OutfitRow] = []
        self.own_rows: dict[str, OwnRow] = {}
        self._look: Look | None = None
        self._hindrance = ""
        self._told: tuple[bool, Choice, bool, bool] = False, (), False, False
        self.show_choice(False, ())

    def show_choice(
        self, dressing: bool, choice: Choice, painting: bool = False, drawn: bool = False
    ) -> None:
        """Say what a click would do next. drawn: whether the engine draws what is painted."""
        self._told = dressing, choice, painting, drawn
        self.brush.setVisible(dressing)
        if self._hindrance:
            self.hint.setText(self._hindrance)
        elif not dressing:
            self.hint.setText("Press 2 and click what they wear, then a photo on the shelf.")
        elif painting:
            self.hint.setText(DRAWN if drawn else TOLD)
        elif choice:
            self.hint.setText(f"Click a photo on the shelf to take the {' and '.join(choice)} from it.")
        else:
            self.hint.setText("Click what they wear. Shift adds, Ctrl removes, the wheel takes in more.")

    def show_hindrance(self, sentence: str) -> None:
        """Why nothing can be changed now, in one sentence; "" where it can."""
        if sentence != self._hindrance:
            self._hindrance = sentence
            for row in self._made.values():
                row.setEnabled(not sentence)
            self._show_own(self._look)
            self.show_choice(*self._told)

    def show_look(self, look: Look) -> None:
        """Lay the rows of this look out, telling nobody. What is shown already stays the same widget, with
        the keyboard's focus where it has it."""
        self._look = look
        self.brush.show_painted(bool(look.strokes))
        self._show_own(look)
        shown = [(worn, photo) for worn in reversed(look.outfit) if (photo := look.photo(worn.key))]
        self.rows = []
        for place, (worn, photo) in enumerate(shown):
            row = self._row(worn.word)
            row.show_worn(worn, photo, place == 0)
            if self._column.indexOf(row) != place:
                self._column.removeWidget(row)
                self._column.insertWidget(place, row)
            self.rows.append(row)
        for word in self._made.keys() - {row.word for row in self.rows}:
            gone = self._made.pop(word)
            self._column.removeWidget(gone)
            gone.deleteLater()
        self._order_tabs()

    def _order_tabs(self) -> None:
        """Tab goes through the rows as they are seen, not as they were made."""
        seen = [
            widget
            for row in (*self.rows, *self.own_rows.values(), self.brush)
            for widget in (row, *row.findChildren(QWidget, options=DIRECTLY))
            if widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        ]
        # Rows come last in the window as they are made: the brush is where Tab gets to the panel.
        for one, following in pairwise([self.brush.brush, *seen]):
            QWidget.setTabOrder(one, following)

    def _show_own(self, look: Look | None) -> None:
        """The regions that no garment of another photo takes up, two in a line."""
        person = None if look is None else look.photo(look.person)
        worn = set() if look is None else {each.word for each in look.outfit}
        left = [] if person is None else [region.words for region in OUTFIT if not worn & set(region.words)]
        self.of_person.setText("" if person is None or not left else f"From {person.name}:")
        self.of_person.setVisible(bool(left))
        self.own_rows = {words[0]: self._own_made[words[0]] for words in left}
        for word, row in self._own_made.items():
            if word not in self.own_rows:
                self._own.removeWidget(row)
                row.hide()
        for place, row in enumerate(self.own_rows.values()):
            assert person is not None
            row.show_source(person.name, self._hindrance)
            there = self._own.itemAtPosition(*divmod(place, 2))
            if there is None or there.widget() is not row:
                self._own.addWidget(row, *divmod(place, 2))
            row.show()

    def _row(self, word: str) -> OutfitRow:
        """The row of a garment, made where there is none."""
        if word not in self._made:
            row = self._made[word] = OutfitRow(word)
            row.setEnabled(not self._hindrance)
            row.slider.began.connect(self.slide_began)
            row.slider.valueChanged.connect(partial(self._slid, row))
            row.mute.clicked.connect(lambda: self.mute_wanted.emit(word, not row.worn.muted))
            row.lock.clicked.connect(lambda: self.lock_wanted.emit(word, not row.worn.locked))
            row.forward.clicked.connect(lambda: self.forward_wanted.emit(word))
            row.off.clicked.connect(lambda: self.off_wanted.emit(word))
        return self._made[word]

    def _slid(self, row: OutfitRow, value: int) -> None:
        row.value.setText(f"{value} %")
        self.strength_changed.emit(row.word, value / 100.0, row.slider.sliding)
