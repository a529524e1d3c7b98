"""The command palette: every action by some letters of its name."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QAction, QIcon, QKeyEvent, QKeySequence, QPainter, QPixmap
from PySide6.QtWidgets import (
    QDialog,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from app import theme

WIDTH, HEIGHT = 460, 380
ROOM = 12  # px behind the keys
Index = QModelIndex | QPersistentModelIndex


def matches(wanted: str, name: str) -> bool:
    """Whether every word that is wanted is in the name."""
    return all(word in name.casefold() for word in wanted.casefold().split())


class _KeysAtTheRight(QStyledItemDelegate):
    """A name, and what follows a tab in it at the other end of the line."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:  # noqa: N802
        super().initStyleOption(option, index)
        option.text = option.text.partition("\t")[0]

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        super().paint(painter, option, index)
        keys = str(index.data()).partition("\t")[2]
        painter.setPen(theme.colour(theme.colours().muted))
        place = option.rect.adjusted(0, 0, -ROOM, 0)
        painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, keys)


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
        self.list.setItemDelegate(_KeysAtTheRight(self.list))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        blank = QPixmap(32, 32)
        blank.fill(Qt.GlobalColor.transparent)
        self._no_icon = QIcon(blank)  # so that all names begin at one line
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
        """Those that are called so come before those that only say so of themselves."""
        self.list.clear()
        named = [action for action in self._actions if matches(wanted, _name(action))]
        told = [
            action for action in self._actions if matches(wanted, f"{_name(action)} {action.statusTip()}")
        ]
        for action in dict.fromkeys((*named, *told)):
            keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            icon = self._no_icon if action.icon().isNull() else action.icon()
            item = QListWidgetItem(icon, f"{_name(action)}\t{keys}" if keys else _name(action))
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


def _name(action: QAction) -> str:
    return action.text().replace("&", "").rstrip("…")
