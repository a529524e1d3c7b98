"""What is to be drawn in a row: a contact sheet of poses and people, the way from one pose to another."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from app.choices import NamedPose
from app.document import Photo

ROW = 26  # px of an entry with its box
RATES = (6, 30)  # pictures a second
SECONDS = (0.5, 10.0)


class SheetDialog(QDialog):
    """taken: called with the poses and the photos that are checked, and whether photos are called by name."""

    def __init__(
        self,
        parent: QWidget,
        poses: Sequence[NamedPose],
        people: Sequence[Photo],
        person: str,
        taken: Callable[[list[NamedPose], list[Photo], bool], None],
    ):
        super().__init__(parent)
        self.setWindowTitle("Contact sheet")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._taken, self._poses, self._people = taken, list(poses), list(people)
        self.poses = _checkable("Poses", [pose.name for pose in poses], checked={0})
        checked = {place for place, photo in enumerate(people) if photo.key == person}
        self.people = _checkable("People", [photo.name for photo in people], checked)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        lists = QHBoxLayout()
        for title, box in (("Poses, from left to right", self.poses), ("People, one a row", self.people)):
            half = QVBoxLayout()
            half.addWidget(QLabel(title))
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
    """taken: called with both poses, the number of pictures, how many a second, and whether back again."""

    def __init__(
        self,
        parent: QWidget,
        poses: Sequence[NamedPose],
        taken: Callable[[NamedPose, NamedPose, int, int, bool], None],
    ):
        super().__init__(parent)
        self.setWindowTitle("In-between")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._poses, self._taken = list(poses), taken
        form = QFormLayout()
        self.start, self.end = QComboBox(), QComboBox()
        for box, row in ((self.start, 1), (self.end, 0)):
            box.addItems([pose.name for pose in poses])
            box.setCurrentIndex(row)
        self.seconds = QDoubleSpinBox(minimum=SECONDS[0], maximum=SECONDS[1], value=2.0, singleStep=0.5)
        self.rate = QSpinBox(minimum=RATES[0], maximum=RATES[1], value=12)
        self.back = QCheckBox("And back again")
        for name, widget in (
            ("&From", self.start),
            ("&To", self.end),
            ("&Seconds", self.seconds),
            ("&Pictures a second", self.rate),
            ("", self.back),
        ):
            form.addRow(name, widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.addLayout(form)
        column.addWidget(_buttons(self, "Draw it…"))
        self.accepted.connect(self._take)

    def _take(self) -> None:
        count = max(2, round(self.seconds.value() * self.rate.value()))
        start, end = (self._poses[box.currentIndex()] for box in (self.start, self.end))
        self._taken(start, end, count, self.rate.value(), self.back.isChecked())


def _checkable(name: str, entries: Sequence[str], checked: set[int]) -> QListWidget:
    box = QListWidget()
    box.setAccessibleName(name)
    for place, entry in enumerate(entries):
        item = QListWidgetItem(entry)
        item.setSizeHint(QSize(0, ROW))
        item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
        item.setCheckState(Qt.CheckState.Checked if place in checked else Qt.CheckState.Unchecked)
        box.addItem(item)
    box.setCurrentRow(0)
    return box


def _checked(box: QListWidget) -> list[int]:
    return [row for row in range(box.count()) if box.item(row).checkState() == Qt.CheckState.Checked]


def _buttons(dialog: QDialog, words: str) -> QDialogButtonBox:
    buttons = QDialogButtonBox()
    draw = buttons.addButton(words, QDialogButtonBox.ButtonRole.AcceptRole)
    draw.setProperty("primary", True)
    draw.setDefault(True)
    buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
    buttons.accepted.connect(dialog.accept)
    buttons.rejected.connect(dialog.reject)
    return buttons
