"""A photo's card on the shelf: chosen by a click, dragged to the canvas or to another place, renamed."""

from __future__ import annotations

import weakref
from pathlib import PurePath

import numpy as np
from PySide6.QtCore import QEvent, QMimeData, QObject, QPoint, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QDrag,
    QEnterEvent,
    QIcon,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPixmap,
)
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QGraphicsOpacityEffect,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QVBoxLayout,
)

from app import icons, plain
from app.canvas.items import to_pixmap
from app.document import Photo
from app.files.intake import PHOTO_KEY
from engine.cv import cv2

THUMB = QSize(80, 110)
UNLIT = 0.4  # brightness of what is not meant: still told what it is
FADED = 0.35  # opacity: still told what it is, not taken for one of the others


def card_picture(rgb_HWC: np.ndarray, size: QSize, ratio: float) -> QPixmap:
    """The picture filling a rounded rectangle of this size."""
    made = QPixmap(size * ratio)
    made.setDevicePixelRatio(ratio)
    made.fill(Qt.GlobalColor.transparent)
    picture = to_pixmap(rgb_HWC).scaled(
        size * ratio,
        Qt.AspectRatioMode.KeepAspectRatioByExpanding,
        Qt.TransformationMode.SmoothTransformation,
    )
    painter = QPainter(made)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    outline = QPainterPath()
    outline.addRoundedRect(0, 0, size.width(), size.height(), 6, 6)
    painter.setClipPath(outline)
    x = (picture.width() / ratio - size.width()) / 2
    painter.drawPixmap(int(-x), 0, int(picture.width() / ratio), int(picture.height() / ratio), picture)
    painter.end()
    return made


def plain_icon(picture: QPixmap) -> QIcon:
    """An icon whose colours mean something: no tint where it is selected."""
    icon = QIcon(picture)
    icon.addPixmap(picture, QIcon.Mode.Selected)
    return icon


class PhotoCard(QFrame):
    """One photo. A click chooses it as garment reference, a drag takes it along, the menu does the rest."""

    clicked = Signal(str)
    pointed = Signal(str)  # key, "" once the pointer is elsewhere
    person_wanted = Signal(str)
    remove_wanted = Signal(str)
    correct_wanted = Signal(str)
    turn_wanted = Signal(str, int)  # key, quarters clockwise
    alone_wanted = Signal(str, bool)  # key, whether nobody is in it
    renamed = Signal(str, str)
    moved = Signal(str, int)  # key, places further on

    def __init__(self, photo: Photo, is_person: bool):
        super().__init__()
        self.setObjectName("card")
        self.key = photo.key
        self._photo = weakref.ref(photo)  # a card holds no photo that the look has let go
        self.is_person = is_person
        self._alone = photo.reference.alone
        self.faded = self.lit = False
        self._photo_HWC = photo.reference.image_HWC
        self._pressed_at: QPoint | None = None
        self.setProperty("chosen", False)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFixedWidth(THUMB.width() + 12)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        role = "the person" if is_person else "garment reference"
        self.setAccessibleName(f"{photo.name}, {role}")
        what = "The person" if is_person else "In Dress a click takes what is chosen, else it mixes textures"
        self.setToolTip(plain.words(f"{photo.name}\n{what}. Drag it to the canvas, F2 renames."))
        column = QVBoxLayout(self)
        column.setContentsMargins(5, 5, 5, 5)
        column.setSpacing(4)
        self._picture = QLabel()
        self._picture.setPixmap(card_picture(photo.reference.image_HWC, THUMB, self.devicePixelRatioF()))
        self._picture.setFixedSize(THUMB)
        column.addWidget(self._picture, alignment=Qt.AlignmentFlag.AlignHCenter)
        room = THUMB.width() - (20 if is_person else 2)
        self._stem, self._suffix = name_parts(photo.name)
        self._name = plain.label(
            self.fontMetrics().elidedText(self._stem, Qt.TextElideMode.ElideMiddle, room)
        )
        self._field: QLineEdit | None = None
        self._row = row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self._name, 1)
        if is_person:
            star = QLabel()
            star.setPixmap(icons.pixmap("star", 14, "accent", self.devicePixelRatioF()))
            row.addWidget(star)
        column.addLayout(row)

    def shows(self, photo: Photo, is_person: bool) -> bool:
        """Whether this is the card of a photo in that role."""
        return self._photo() is photo and self.is_person == is_person

    def fade(self, faded: bool) -> None:
        """Show that there is nothing here of what is wanted."""
        effect = QGraphicsOpacityEffect(self) if faded else None
        if effect is not None:
            effect.setOpacity(FADED)
        self.setGraphicsEffect(effect)  # type: ignore[arg-type]  # its stub forgets that None will do
        self.faded = faded

    def light(self, light_hw: np.ndarray | None) -> None:
        """Light the picture up where this is 1 and darken it where it is 0; None: as it is."""
        if light_hw is None and not self.lit:
            return
        self.lit = light_hw is not None
        picture_HWC = self._photo_HWC
        if light_hw is not None:
            size = picture_HWC.shape[1::-1]
            light_HW = cv2.resize(light_hw.astype(np.float32), size, interpolation=cv2.INTER_LINEAR)
            bright_HW1 = UNLIT + (1.0 - UNLIT) * light_HW[..., None]
            picture_HWC = (picture_HWC * bright_HW1).astype(np.uint8)
        self._picture.setPixmap(card_picture(picture_HWC, THUMB, self.devicePixelRatioF()))

    # Renaming.

    def rename(self) -> None:
        """Let the name be typed over; Enter takes it, Escape leaves it."""
        if self._field is None:
            self._field = QLineEdit(self._stem, self)
            self._field.setAccessibleName(f"Name of {self._stem}")
            self._field.installEventFilter(self)
            self._field.editingFinished.connect(self._take_name)
            self._row.insertWidget(0, self._field, 1)
            self._name.hide()
            self._field.selectAll()
            self._field.setFocus()

    def _take_name(self) -> None:
        name = self._field.text().strip() if self._field else ""
        self._end_renaming()
        if name and name != self._stem:
            self.renamed.emit(self.key, name + self._suffix)

    def _end_renaming(self) -> None:
        if self._field is not None:
            field, self._field = self._field, None
            field.blockSignals(True)
            field.deleteLater()
            self._name.show()
            self.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            if event.type() == QEvent.Type.KeyPress:
                self._end_renaming()
            return True
        return False

    # The hand.

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed_at = event.position().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if self._pressed_at is None:
            return
        way = event.position().toPoint() - self._pressed_at
        if way.manhattanLength() >= QApplication.startDragDistance():
            self._pressed_at = None
            self._drag_along()

    def _drag_along(self) -> None:
        mime = QMimeData()
        mime.setData(PHOTO_KEY, self.key.encode())
        drag = QDrag(self)
        drag.setMimeData(mime)
        drag.setPixmap(self._picture.pixmap())
        drag.setHotSpot(QPoint(THUMB.width() // 2, THUMB.height() // 2))
        drag.exec(Qt.DropAction.CopyAction)

    def enterEvent(self, event: QEnterEvent) -> None:  # noqa: N802
        self.pointed.emit(self.key)
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802
        self.pointed.emit("")
        super().leaveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        pressed, self._pressed_at = self._pressed_at is not None, None
        inside = self.rect().contains(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and pressed and inside:
            self.clicked.emit(self.key)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if self._name.geometry().contains(event.position().toPoint()):
            self.rename()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        key, ctrl = event.key(), bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.clicked.emit(self.key)
        elif key == Qt.Key.Key_F2:
            self.rename()
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.remove_wanted.emit(self.key)
        elif ctrl and key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.moved.emit(self.key, 1 if key == Qt.Key.Key_Right else -1)
        elif key == Qt.Key.Key_Menu:
            self._menu().popup(self.mapToGlobal(self.rect().center()))
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802
        self._menu().popup(event.globalPos())

    def _menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        person = menu.addAction("Make this the person", lambda: self.person_wanted.emit(self.key))
        menu.addAction("Rename\tF2", self.rename)
        menu.addSeparator()
        menu.addAction("Correct the skeleton on the photo…", lambda: self.correct_wanted.emit(self.key))
        menu.addAction("Turn the photo to the right", lambda: self.turn_wanted.emit(self.key, 1))
        menu.addAction("Turn the photo to the left", lambda: self.turn_wanted.emit(self.key, 3))
        alone = self._alone
        says = "Somebody wears this" if alone else "Nobody wears this: a garment alone"
        other = menu.addAction(says, lambda: self.alone_wanted.emit(self.key, not alone))
        menu.addSeparator()
        remove = menu.addAction("Remove from the shelf\tDel", lambda: self.remove_wanted.emit(self.key))
        person.setEnabled(not self.is_person)
        other.setEnabled(not self.is_person)
        remove.setEnabled(not self.is_person)
        return menu


def name_parts(name: str) -> tuple[str, str]:
    """A photo's name without the suffix of its file, and that suffix ("" where it has none)."""
    suffix = PurePath(name).suffix
    known = suffix[1:].isalnum() and len(suffix) <= 5 and not suffix[1:].isdigit()
    return (name.removesuffix(suffix), suffix) if known else (name, "")
