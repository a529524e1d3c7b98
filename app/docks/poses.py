"""The pose library: small pictures of named poses; pointing shows one live, a click or Enter takes it."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QIcon, QKeyEvent, QPixmap
from PySide6.QtWidgets import (
    QCheckBox,
    QLabel,
    QListView,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QVBoxLayout,
    QWidget,
)

from app.dialogs.people import sketch
from app.docks.cards import card_picture, plain_icon
from app.files.poses import LibraryPose
from engine.errors import InputError

PICTURE = QSize(54, 78)
CELL = QSize(66, 90)
COLUMNS = 3  # at least
SKETCHED = (256, 176)  # px, rows and columns of the frame that bones are drawn in
SCROLL_BAR = 12
EDGE = 3  # px of a cell around its picture; what is said stands below the title, as the pictures do
LINGER_MS = 120  # that the pointer rests on a pose before it is shown live


class _Grid(QListWidget):
    """Pictures in rows as wide as the dock; the arrow keys walk it, Enter and Space take a pose."""

    taken = Signal(object)  # LibraryPose
    reached = Signal()  # by keys
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
        self.blockSignals(True)  # Qt makes one the current pose, which nobody points at
        super().focusInEvent(event)
        self.blockSignals(False)
        if event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason):
            self.reached.emit()

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
    pointed = Signal(object)  # LibraryPose that the pointer or the keys rest on, None: no more
    whole_wanted = Signal(bool)
    rename_wanted = Signal(object)
    share_wanted = Signal(object)
    remove_wanted = Signal(object)

    def __init__(self, library: list[LibraryPose]):
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(14 - EDGE, 2, 5, 8)
        column.setSpacing(4)
        self.caption = QLabel()
        self.caption.setProperty("role", "muted")
        self.grid = _Grid()
        self.grid.taken.connect(self.taken)
        self.grid.currentItemChanged.connect(self._name)
        self.grid.itemEntered.connect(self._name)
        self.grid.reached.connect(self._mark_first)
        self.grid.left.connect(lambda: self._name(None))
        self.grid.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.grid.customContextMenuRequested.connect(self._open_menu)
        self.whole = QCheckBox("Show whole person")
        self.whole.setToolTip("Also what the photo does not show: a head, legs, feet are made up")
        self.whole.toggled.connect(self.whole_wanted)
        self.caption.setIndent(EDGE)
        column.addWidget(self.caption)
        column.addWidget(self.grid, 1)
        column.addWidget(self.whole)
        self._pointed: LibraryPose | None = None
        self._linger = QTimer(self, singleShot=True, interval=LINGER_MS)
        self._linger.timeout.connect(lambda: self.pointed.emit(self._pointed))
        self.show_library(library)

    def show_library(self, library: list[LibraryPose]) -> None:
        """Lay these poses out."""
        self.grid.clear()
        self._rest = "Click a pose to take it." if library else "There is no pose library here."
        self.caption.setText(self._rest)
        for pose in library:
            item = QListWidgetItem()
            item.setData(Qt.ItemDataRole.UserRole, pose)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, pose.name)
            item.setToolTip(pose.name)
            item.setIcon(plain_icon(_own_picture(pose)))
            self.grid.addItem(item)

    def show_picture(self, name: str, rgb_HWC: np.ndarray) -> None:
        """A pose drawn as the present person."""
        for item in self._items():
            if item.toolTip() == name:
                item.setIcon(plain_icon(card_picture(rgb_HWC, PICTURE, self.devicePixelRatioF())))

    def picture_of(self, name: str) -> QIcon:
        """The picture that a pose has here by now; an empty one where there is no such pose."""
        return next((item.icon() for item in self._items() if item.toolTip() == name), QIcon())

    def show_own_pictures(self) -> None:
        """As the box has them, until they are drawn as somebody."""
        for item in self._items():
            item.setIcon(plain_icon(_own_picture(item.data(Qt.ItemDataRole.UserRole))))

    def _items(self) -> list[QListWidgetItem]:
        return [self.grid.item(row) for row in range(self.grid.count())]

    def _open_menu(self, at: QPoint) -> None:
        item = self.grid.itemAt(at)
        if item is None:
            return
        pose = item.data(Qt.ItemDataRole.UserRole)
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Take this pose", lambda: self.taken.emit(pose))
        menu.addAction("Share as JSON…", lambda: self.share_wanted.emit(pose))
        if pose.own:
            menu.addSeparator()
            menu.addAction("Rename…", lambda: self.rename_wanted.emit(pose))
            menu.addAction("Remove", lambda: self.remove_wanted.emit(pose))
        menu.popup(self.grid.viewport().mapToGlobal(at))

    def mark(self, name: str) -> None:
        """Mark the pose that is shown, by its name; "" where none is."""
        found = [item for item in self._items() if item.toolTip() == name]
        if found:
            self._mark(found[0])
        else:
            self.grid.clearSelection()
            self._name(None)

    def _mark_first(self) -> None:
        """Show that the keys are here now; the picture stays until they go on."""
        item = self.grid.currentItem() or self.grid.item(0)
        if item is not None:
            self._mark(item)
            self.caption.setText(item.toolTip())

    def _mark(self, item: QListWidgetItem) -> None:
        self.grid.blockSignals(True)  # to be marked is not to be pointed at
        self.grid.setCurrentItem(item)
        self.grid.blockSignals(False)

    def _name(self, item: QListWidgetItem | None) -> None:
        self.caption.setText(item.toolTip() if item is not None else self._rest)
        if item is not None:
            self._pointed = item.data(Qt.ItemDataRole.UserRole)
            self._linger.start()
        else:
            self._linger.stop()
            self.pointed.emit(None)

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802
        self._name(self.grid.currentItem() if self.grid.hasFocus() else None)
        super().leaveEvent(event)

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(COLUMNS * CELL.width() + 30, 3 * CELL.height() + 40)


def _own_picture(pose: LibraryPose) -> QPixmap:
    """Of the box, or the bones of a pose that has no picture."""
    if not pose.own:
        return QPixmap(str(pose.thumbnail))
    try:
        return sketch(pose.worn(None, SKETCHED))
    except InputError:
        return QPixmap()
