"""What is to be drawn in a row: a contact sheet of poses and people, the way from one pose to another."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from app.choices import NamedPose
from app.docks.cards import card_picture, plain_icon
from app.document import Photo

PICTURE = QSize(24, 34)  # of an entry
ROW = PICTURE.height() + 6  # px of an entry with its box

Entry = tuple[str, QIcon]
_OTHER = {
    Qt.CheckState.Checked: Qt.CheckState.Unchecked,
    Qt.CheckState.Unchecked: Qt.CheckState.Checked,
}
INSET = 7  # px before a number: where a field has arrows, a style sheet's padding is not asked
RATES = (6, 30)  # pictures a second
SECONDS = (0.5, 10.0)


class SheetDialog(QDialog):
    """pictures: of the poses. taken: called with the poses and the photos that are checked, and whether
    photos are called by name."""

    def __init__(
        self,
        parent: QWidget,
        poses: Sequence[NamedPose],
        pictures: Sequence[QIcon],
        people: Sequence[Photo],
        person: str,
        taken: Callable[[list[NamedPose], list[Photo], bool], None],
    ):
        super().__init__(parent)
        self.setWindowTitle("Contact sheet")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._taken, self._poses, self._people = taken, list(poses), list(people)
        self.poses = _checkable("Poses", _entries(poses, pictures), checked={0})
        checked = {place for place, photo in enumerate(people) if photo.key == person}
        ratio = parent.devicePixelRatioF()
        photos = [(photo.name, picture_of(photo.reference.image_HWC, ratio)) for photo in people]
        self.people = _checkable("People", photos, checked)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        lists = QHBoxLayout()
        for title, box in (("Poses, from left to right", self.poses), ("People, one a row", self.people)):
            half = QVBoxLayout()
            head = QHBoxLayout()
            head.addWidget(QLabel(title), 1)
            every = QPushButton("All")
            every.setProperty("flat", True)
            every.setAccessibleName(f"All or none of the {box.accessibleName().lower()}")
            every.clicked.connect(lambda _on=False, box=box: _check_all(box))
            head.addWidget(every)
            half.addLayout(head)
            half.addWidget(box, 1)
            lists.addLayout(half)
        column.addLayout(lists, 1)
        self._told = QLabel()
        self._told.setProperty("role", "muted")
        self.names = QCheckBox("With the names of the photos")
        column.addWidget(self.names)
        column.addWidget(self._told)
        self._buttons = _buttons(self, "Draw the sheet…")
        column.addWidget(self._buttons)
        for box in (self.poses, self.people):
            box.itemChanged.connect(self._tell)
        self.accepted.connect(lambda: self._taken(*self._chosen(), self.names.isChecked()))
        self._tell()
        self.poses.setFocus()
        self.resize(520, 460)

    def _chosen(self) -> tuple[list[NamedPose], list[Photo]]:
        return (
            [self._poses[row] for row in _checked(self.poses)],
            [self._people[row] for row in _checked(self.people)],
        )

    def _tell(self) -> None:
        poses, people = self._chosen()
        count = len(poses) * len(people)
        pictures = "1 picture" if count == 1 else f"{count} pictures"
        self._told.setText(pictures if count else "Choose a pose and a person at least.")
        self._buttons.buttons()[0].setEnabled(count > 0)


class BetweenDialog(QDialog):
    """pictures: of the poses. taken: called with both poses, the number of pictures, how many a second, and
    whether back again."""

    def __init__(
        self,
        parent: QWidget,
        poses: Sequence[NamedPose],
        pictures: Sequence[QIcon],
        taken: Callable[[NamedPose, NamedPose, int, int, bool], None],
    ):
        super().__init__(parent)
        self.setWindowTitle("In-between")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._poses, self._taken = list(poses), taken
        form = QGridLayout()
        form.setVerticalSpacing(8)
        form.setHorizontalSpacing(14)
        self.start, self.end = QComboBox(), QComboBox()
        for box, row in ((self.start, 1), (self.end, 0)):
            box.setIconSize(PICTURE)
            for name, picture in _entries(poses, pictures):
                box.addItem(picture, name)
            box.setCurrentIndex(row)
        self.seconds = QDoubleSpinBox(minimum=SECONDS[0], maximum=SECONDS[1], value=2.0, singleStep=0.5)
        self.rate = QSpinBox(minimum=RATES[0], maximum=RATES[1], value=12)
        for field in (self.seconds.findChild(QLineEdit), self.rate.findChild(QLineEdit)):
            if field is not None:
                field.setTextMargins(INSET, 0, 0, 0)
        self.back = QCheckBox("And back again")
        for row, (name, widget) in enumerate(
            (
                ("&From", self.start),
                ("&To", self.end),
                ("&Seconds", self.seconds),
                ("&Pictures a second", self.rate),
                ("", self.back),
            )
        ):
            label = QLabel(name)
            label.setBuddy(widget)
            form.addWidget(label, row, 0)
            form.addWidget(widget, row, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.addLayout(form)
        column.addWidget(_buttons(self, "Draw it…"))
        self.accepted.connect(self._take)

    def _take(self) -> None:
        count = max(2, round(self.seconds.value() * self.rate.value()))
        start, end = (self._poses[box.currentIndex()] for box in (self.start, self.end))
        self._taken(start, end, count, self.rate.value(), self.back.isChecked())


def picture_of(rgb_HWC: np.ndarray, ratio: float) -> QIcon:
    """A small picture for an entry."""
    return plain_icon(card_picture(rgb_HWC, PICTURE, ratio))


def _entries(poses: Sequence[NamedPose], pictures: Sequence[QIcon]) -> list[Entry]:
    return [(pose.name, picture) for pose, picture in zip(poses, pictures, strict=True)]


def _checkable(name: str, entries: Sequence[Entry], checked: set[int]) -> QListWidget:
    box = QListWidget()
    box.setAccessibleName(name)
    box.setIconSize(PICTURE)
    for place, (words, picture) in enumerate(entries):
        item = QListWidgetItem(picture, words)
        item.setSizeHint(QSize(0, ROW))
        item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
        item.setCheckState(Qt.CheckState.Checked if place in checked else Qt.CheckState.Unchecked)
        box.addItem(item)
    box.setCurrentRow(0)
    beside: list[QListWidgetItem] = []  # the one pressed on its name: a press on its box is Qt's own, untold
    box.itemPressed.connect(lambda item: beside.append(item))
    box.itemChanged.connect(lambda _item: beside.clear())
    box.itemClicked.connect(lambda item: beside and item.setCheckState(_OTHER[item.checkState()]))
    return box


def _check_all(box: QListWidget) -> None:
    """Check every entry, or none where all are."""
    on = len(_checked(box)) < box.count()
    for row in range(box.count()):
        box.item(row).setCheckState(Qt.CheckState.Checked if on else Qt.CheckState.Unchecked)


def _checked(box: QListWidget) -> list[int]:
    return [row for row in range(box.count()) if box.item(row).checkState() == Qt.CheckState.Checked]


def _buttons(dialog: QDialog, words: str) -> QDialogButtonBox:
    buttons = QDialogButtonBox(dialog)  # from the start, so that its default is known to be the dialog's
    draw = buttons.addButton(words, QDialogButtonBox.ButtonRole.AcceptRole)
    draw.setProperty("primary", True)
    draw.setDefault(True)
    buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
    buttons.accepted.connect(dialog.accept)
    buttons.rejected.connect(dialog.reject)
    return buttons
