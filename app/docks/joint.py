"""The joint dock: name, place and visibility of the chosen joint; hidden ones as chips to bring back."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QDoubleValidator, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QLayout,
    QLayoutItem,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from engine.pose.skeleton import GUESSED, JOINTS, SIDES

UNDO, REDO = QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo


class FlowLayout(QLayout):
    """Lays widgets in rows, breaking where the width ends."""

    def __init__(self, parent: QWidget, gap: int = 5):
        super().__init__(parent)
        self.setContentsMargins(0, 0, 0, 0)
        self._gap = gap
        self._items: list[QLayoutItem] = []

    def addItem(self, item: QLayoutItem) -> None:  # noqa: N802
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:  # noqa: N802
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:  # noqa: N802
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def hasHeightForWidth(self) -> bool:  # noqa: N802
        return True

    def heightForWidth(self, width: int) -> int:  # noqa: N802
        return self._lay(QRect(0, 0, width, 0), place=False)

    def setGeometry(self, rect: QRect) -> None:  # noqa: N802
        super().setGeometry(rect)
        self._lay(rect, place=True)

    def sizeHint(self) -> QSize:  # noqa: N802
        return self.minimumSize()

    def minimumSize(self) -> QSize:  # noqa: N802
        widest = QSize()
        for item in self._items:
            widest = widest.expandedTo(item.minimumSize())
        return widest

    def _lay(self, rect: QRect, place: bool) -> int:
        x, y, tall = rect.x(), rect.y(), 0
        for item in self._items:
            size = item.sizeHint()
            if x > rect.x() and x + size.width() > rect.right() + 1:
                x, y, tall = rect.x(), y + tall + self._gap, 0
            if place:
                item.setGeometry(QRect(QPoint(x, y), size))
            x += size.width() + self._gap
            tall = max(tall, size.height())
        return y + tall - rect.y()


class _Number(QLineEdit):
    """Undo is the window's, unless something is typed that was not taken yet."""

    def event(self, event: QEvent) -> bool:
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.ShortcutOverride
            and not self.isModified()
            and (event.matches(UNDO) or event.matches(REDO))
        ):
            event.ignore()
            return True
        return super().event(event)


class JointPanel(QWidget):
    """Shows one joint of a pose; numbers are px of the shown frame."""

    place_wanted = Signal(int, float, float)
    shown_wanted = Signal(int, bool)
    chip_clicked = Signal(int)

    def __init__(self):
        super().__init__()
        self._joint = -1
        self._told = (0.0, 0.0)
        self.chips: list[QPushButton] = []  # of the hidden joints
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(14, 2, 14, 12)
        column.setSpacing(8)
        self._name = QLabel()
        self._name.setProperty("role", "heading")
        column.addWidget(self._name)
        self._editor = QWidget()
        row = QHBoxLayout(self._editor)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        self._x, self._y = self._number("x"), self._number("y")
        for label, field in (("x", self._x), ("y", self._y)):
            caption = QLabel(label)
            caption.setProperty("role", "muted")
            row.addWidget(caption)
            row.addWidget(field, 1)
        self._shown = QCheckBox("shown")
        self._shown.clicked.connect(lambda on: self.shown_wanted.emit(self._joint, on))
        row.addWidget(self._shown)
        kept = self._editor.sizePolicy()
        kept.setRetainSizeWhenHidden(True)  # choosing a joint moves nothing
        self._editor.setSizePolicy(kept)
        column.addWidget(self._editor)
        self._hidden_caption = QLabel("Hidden joints")
        self._hidden_caption.setProperty("role", "muted")
        column.addWidget(self._hidden_caption)
        self._chips = QWidget()
        self._flow = FlowLayout(self._chips)
        column.addWidget(self._chips)
        column.addStretch(1)

    def _number(self, name: str) -> QLineEdit:
        field = _Number()
        field.setValidator(QDoubleValidator(-99999.0, 99999.0, 2, field))
        field.setAccessibleName(f"Joint {name} in pixels")
        field.setMinimumWidth(64)
        field.editingFinished.connect(self._typed)
        return field

    def _typed(self) -> None:
        if self._joint >= 0 and self._values() != self._told:
            self.place_wanted.emit(self._joint, *self._values())

    def _values(self) -> tuple[float, float]:
        x, y = (self.locale().toDouble(field.text())[0] for field in (self._x, self._y))
        return x, y

    def show_joint(self, joint: int, pose_18x3: np.ndarray, boxed: int = 0) -> None:
        """Show this joint of the pose; -1 for none. boxed: how many are chosen in a box."""
        self._joint = joint
        chosen = joint >= 0
        self._editor.setVisible(chosen)
        if chosen:
            guessed = " · guessed" if int(pose_18x3[joint, 2]) == GUESSED else ""
            self._name.setText(JOINTS[joint].capitalize() + guessed)
            for field, value in ((self._x, pose_18x3[joint, 0]), (self._y, pose_18x3[joint, 1])):
                field.setText(self.locale().toString(float(value), "f", 1))
            self._told = self._values()
            self._shown.setChecked(bool(pose_18x3[joint, 2] > 0))
        elif boxed:
            self._name.setText(f"{boxed} joints in a box: arrows move them")
        else:
            self._name.setText("No joint chosen: click one, or press Tab")
        self._name.setProperty("role", "heading" if chosen or boxed else "muted")
        self._name.style().polish(self._name)
        hidden = [j for j in range(len(JOINTS)) if pose_18x3[j, 2] <= 0]
        if hidden != [chip.property("joint") for chip in self.chips]:
            self._fill_chips(hidden)
        if bool(hidden) != self._hidden_caption.isVisibleTo(self):
            self._hidden_caption.setVisible(bool(hidden))
            self._chips.setVisible(bool(hidden))
            self._make_room()

    def _fill_chips(self, hidden: list[int]) -> None:
        for chip in self.chips:
            self._flow.takeAt(0)
            chip.setParent(None)
            chip.deleteLater()
        self.chips = []
        for joint in hidden:
            side = {"left": "L ", "right": "R "}.get(SIDES[joint], "")
            chip = QPushButton(side + JOINTS[joint].removeprefix(SIDES[joint]).strip(), self._chips)
            chip.setObjectName("chip")
            chip.setProperty("joint", joint)
            chip.setToolTip(f"Show the {JOINTS[joint]} again")
            chip.setAccessibleName(f"Show the {JOINTS[joint]} again")
            chip.setCursor(Qt.CursorShape.PointingHandCursor)
            chip.clicked.connect(lambda _on=False, joint=joint: self.chip_clicked.emit(joint))
            self._flow.addWidget(chip)
            self.chips.append(chip)
            chip.show()
        self._make_room()

    def _make_room(self) -> None:
        """A dock asks no height for its width: without this the last rows of chips would be cut off.

        Nor does it take more height than it has use for: that is the other docks'.
        """
        margins = self._column.contentsMargins()
        width = self.width() - margins.left() - margins.right()
        self._chips.setMinimumHeight(self._flow.heightForWidth(width))
        self._column.activate()
        self.setMaximumHeight(self._column.minimumSize().height())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._make_room()
