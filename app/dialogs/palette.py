"""The command palette: every action by some letters of its name."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QDialog, QLabel, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

WIDTH, HEIGHT = 460, 380


def matches(wanted: str, name: str) -> bool:
    """Whether every word that is wanted begins a word of the name, or is in it."""
    return all(word in name.casefold() for word in wanted.casefold().split())


class Palette(QDialog):
    """What can be done now; Enter or a click does it."""

    def __init__(self, parent: QWidget, made: Iterable[QAction]):
        super().__init__(parent)
        self.setWindowTitle("Commands")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._actions = [action for action in made if action.isEnabled()]
        self.field = QLineEdit(placeholderText="What do you want to do?")
        self.field.setAccessibleName("Command")
        self.list = QListWidget()
        self.list.setAccessibleName("Commands that fit")
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._none = QLabel("Nothing is called so, or it cannot be done now.")
        self._none.setProperty("role", "muted")
        column = QVBoxLayout(self)
        for widget in (self.field, self.list, self._none):
            column.addWidget(widget)
        self.field.textChanged.connect(self._show)
        self.field.installEventFilter(self)
        self.list.itemClicked.connect(self._take)
        self._show("")
        self.resize(WIDTH, HEIGHT)

    def _show(self, wanted: str) -> None:
        self.list.clear()
        for action in self._actions:
            name = action.text().replace("&", "").rstrip("…")
            if matches(wanted, f"{name} {action.statusTip()}"):
                keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
                item = QListWidgetItem(action.icon(), f"{name}\t{keys}" if keys else name)
                item.setData(Qt.ItemDataRole.UserRole, action)
                item.setToolTip(action.statusTip())
                self.list.addItem(item)
        self.list.setCurrentRow(0)
        self._none.setVisible(self.list.count() == 0)

    def _take(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            action = item.data(Qt.ItemDataRole.UserRole)
            self.accept()
            action.trigger()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return False
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            step = 1 if event.key() == Qt.Key.Key_Down else -1
            self.list.setCurrentRow((self.list.currentRow() + step) % max(1, self.list.count()))
            return True
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._take(self.list.currentItem())
            return True
        return False
