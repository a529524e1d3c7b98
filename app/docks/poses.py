"""The pose library: small pictures of named poses; a click or Enter takes one."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QIcon, QKeyEvent, QPixmap
from PySide6.QtWidgets import QLabel, QListView, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from app.files.poses import LibraryPose

PICTURE = QSize(54, 78)
CELL = QSize(66, 90)
COLUMNS = 3  # at least
SCROLL_BAR = 12


class _Grid(QListWidget):
    """Pictures in rows as wide as the dock; the arrow keys walk it, Enter and Space take a pose."""

    taken = Signal(object)  # LibraryPose
    left = Signal()

    def __init__(self):
        super().__init__()
        self.setObjectName("poseGrid")
        self.setAccessibleName("Pose library")
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMovement(QListView.Movement.Static)
        self.setUniformItemSizes(True)
        self.setIconSize(PICTURE)
        self.setGridSize(CELL)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setMouseTracking(True)
        self.setMinimumSize(COLUMNS * CELL.width() + SCROLL_BAR, CELL.height())
        self.itemClicked.connect(lambda item: self.taken.emit(item.data(Qt.ItemDataRole.UserRole)))

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        super().focusInEvent(event)
        if event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason):
            self.setCurrentRow(max(0, self.currentRow()))  # marked: the keys are here now

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        super().focusOutEvent(event)
        self.left.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        item = self.currentItem()
        if item is not None and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.taken.emit(item.data(Qt.ItemDataRole.UserRole))
        else:
            super().keyPressEvent(event)


class PoseShelf(QWidget):
    """Shows the library and tells which pose is wanted. `caption` names the one under the hand."""

    taken = Signal(object)  # LibraryPose

    def __init__(self, library: list[LibraryPose]):
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 2, 6, 8)
        column.setSpacing(4)
        self.caption = QLabel()
        self.caption.setProperty("role", "muted")
        self.grid = _Grid()
        self.grid.taken.connect(self.taken)
        self.grid.currentItemChanged.connect(self._name)
        self.grid.itemEntered.connect(self._name)
        self.grid.left.connect(lambda: self._name(None))
        self._rest = "Click a pose to take it." if library else "There is no pose library here."
        self.caption.setText(self._rest)
        column.addWidget(self.caption)
        column.addWidget(self.grid, 1)
        for pose in library:
            picture = QPixmap(str(pose.thumbnail))
            icon = QIcon(picture)
            icon.addPixmap(picture, QIcon.Mode.Selected)  # its colours mean something: no tint
            item = QListWidgetItem(icon, "")
            item.setData(Qt.ItemDataRole.UserRole, pose)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, pose.name)
            item.setToolTip(pose.name)
            self.grid.addItem(item)

    def mark(self, name: str) -> None:
        """Mark the pose that is shown, by its name; "" where none is."""
        found = [item for item in map(self.grid.item, range(self.grid.count())) if item.toolTip() == name]
        if found:
            self.grid.setCurrentItem(found[0])
        else:
            self.grid.clearSelection()
            self._name(None)

    def _name(self, item: QListWidgetItem | None) -> None:
        self.caption.setText(item.toolTip() if item is not None else self._rest)

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802
        self._name(self.grid.currentItem() if self.grid.hasFocus() else None)
        super().leaveEvent(event)

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(COLUMNS * CELL.width() + 30, 3 * CELL.height() + 40)
