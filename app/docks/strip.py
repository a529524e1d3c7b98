"""The looks strip: small pictures of what was made, the newest first."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPixmap
from PySide6.QtWidgets import (
    QLabel,
    QListView,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QVBoxLayout,
    QWidget,
)

from app import icons, theme
from app.dialogs import name as ask_name
from app.docks.cards import card_picture, plain_icon
from app.document import Snapshot
from app.settings import LONGEST_NAME
from app.strip import Strip

PICTURE = QSize(52, 72)
CELL = QSize(62, 84)
NUMBER = Qt.ItemDataRole.UserRole


class LooksPanel(QWidget):
    """A click or Enter goes back to a look; P pins it, F2 names it, Del takes it off, C compares with it."""

    wanted = Signal(int)  # number of the look
    pin_wanted = Signal(int, bool)
    remove_wanted = Signal(int)
    compare_wanted = Signal(int)
    renamed = Signal(int, str)

    def __init__(self) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 0, 12, 6)
        self._empty = QLabel("Your last 30 looks appear here. P pins the present one.")
        self._empty.setProperty("role", "muted")
        self._empty.setIndent(2)  # below the title
        self.row = _Row()
        self.row.itemClicked.connect(lambda item: self.wanted.emit(item.data(NUMBER)))
        self.row.key_pressed.connect(self._on_key)
        self.row.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.row.customContextMenuRequested.connect(self._open_menu)
        column.addWidget(self._empty)
        column.addWidget(self.row, 1)
        self._shown: dict[int, tuple[Snapshot, QListWidgetItem]] = {}
        self.show_strip(Strip(), None)

    def show_strip(self, strip: Strip, present: Snapshot | None) -> None:
        """Lay the pictures out; `present` is marked. Those that were there already are not painted again."""
        wanted = {each.number: each for each in strip.snapshots}
        for number, (snapshot, item) in list(self._shown.items()):
            if wanted.get(number) is not snapshot:
                self.row.takeItem(self.row.row(item))
                del self._shown[number]
        for place, snapshot in enumerate(reversed(strip.snapshots)):
            if snapshot.number not in self._shown:
                item = QListWidgetItem(plain_icon(self._picture(snapshot)), "")
                item.setData(NUMBER, snapshot.number)
                name = f"{snapshot.name}, pinned" if snapshot.pinned else snapshot.name
                item.setData(Qt.ItemDataRole.AccessibleTextRole, name)
                item.setToolTip(f"{name}\nClick to go back to it; C compares with it")
                self.row.insertItem(place, item)
                self._shown[snapshot.number] = snapshot, item
        self._empty.setVisible(not self._shown)
        self.row.setVisible(bool(self._shown))
        if present is not None and present.number in self._shown:
            self.row.setCurrentItem(self._shown[present.number][1])
        else:
            self.row.setCurrentRow(-1)

    def _picture(self, snapshot: Snapshot) -> QPixmap:
        ratio = self.devicePixelRatioF()
        picture = card_picture(snapshot.still_HWC, PICTURE, ratio)
        if snapshot.pinned:
            painter = QPainter(picture)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour(theme.colours().panel, 0.85))
            painter.drawEllipse(PICTURE.width() - 20, 3, 17, 17)
            painter.drawPixmap(PICTURE.width() - 18, 5, icons.pixmap("star", 13, "accent", ratio))
            painter.end()
        return picture

    def _on_key(self, key: int) -> None:
        item = self.row.currentItem()
        if item is None:
            return
        number = item.data(NUMBER)
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.wanted.emit(number)
        elif key == Qt.Key.Key_P:
            self.pin_wanted.emit(number, not self._shown[number][0].pinned)
        elif key == Qt.Key.Key_F2:
            self._ask_name(number)
        elif key == Qt.Key.Key_C:
            self.compare_wanted.emit(number)
        else:
            self.remove_wanted.emit(number)

    def _ask_name(self, number: int) -> None:
        before = self._shown[number][0]
        name = ask_name.ask(self, "Rename the look", "Name", before.called or before.name)
        if name is not None:
            self.renamed.emit(number, name[:LONGEST_NAME])

    def _open_menu(self, at: QPoint) -> None:
        item = self.row.itemAt(at)
        if item is None:
            return
        number = item.data(NUMBER)
        pinned = self._shown[number][0].pinned
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Go back to this look", lambda: self.wanted.emit(number))
        menu.addAction("Compare with this look\tC", lambda: self.compare_wanted.emit(number))
        menu.addAction("Let it go" if pinned else "Pin\tP", lambda: self.pin_wanted.emit(number, not pinned))
        menu.addAction("Rename…\tF2", lambda: self._ask_name(number))
        menu.addAction("Take off the strip\tDel", lambda: self.remove_wanted.emit(number))
        menu.popup(self.row.viewport().mapToGlobal(at))

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(400, CELL.height() + 16)


class _Row(QListWidget):
    """One row of pictures that scrolls to the side; tells the keys that mean something here."""

    key_pressed = Signal(int)
    KEYS = (
        Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space, Qt.Key.Key_P, Qt.Key.Key_C, Qt.Key.Key_F2,
        Qt.Key.Key_Delete, Qt.Key.Key_Backspace,
    )  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("poseGrid")
        self.setAccessibleName("Looks")
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(False)
        self.setMovement(QListView.Movement.Static)
        self.setUniformItemSizes(True)
        self.setIconSize(PICTURE)
        self.setGridSize(CELL)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # Whole pictures also where the bar that scrolls them lies below.
        around = self.frameWidth() * 2 + self.horizontalScrollBar().sizeHint().height()
        self.setMinimumHeight(CELL.height() + around)

    def event(self, event: QEvent) -> bool:
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.ShortcutOverride
            and self._means_a_look(event)
        ):
            event.accept()  # here they mean the look that is marked
            return True
        return super().event(event)

    def _means_a_look(self, event: QKeyEvent) -> bool:
        """Whether a key is the strip's own; with Ctrl or Alt it is the window's, as everywhere."""
        held = event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
        return event.key() in self.KEYS and not held

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if self._means_a_look(event):
            self.key_pressed.emit(event.key())
        else:
            super().keyPressEvent(event)
