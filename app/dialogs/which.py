"""Several people in a photo: which one? Asked on the photo itself."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from app import plain, theme
from app.canvas.items import side_colour, to_pixmap
from app.jobs import GARMENT, EncodePhoto, SeveralPeople
from engine.pose.skeleton import LIMBS

SIDE = 560  # px of the longer side of the photo, as it is shown
ROOM = 0.12  # of a person's height, around the joints: the outline holds the body too


def ask(
    parent: QWidget, job: EncodePhoto, found: SeveralPeople, taken: Callable[[np.ndarray], None]
) -> QDialog:
    """Show the photo of a job; `taken` is called with the pose of the person who is chosen, if one is."""
    dialog = QDialog(parent)
    dialog.setWindowTitle("Which person?")
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    column = QVBoxLayout(dialog)
    column.setContentsMargins(20, 18, 20, 16)
    what = "whose clothes to take" if job.role == GARMENT else "to be posed"
    words = plain.label(f"There are {len(found.poses)} people in {job.name}. Click the one {what}.")
    words.setWordWrap(True)
    people = PeopleInPhoto(found)
    people.chosen.connect(dialog.accept)
    people.chosen.connect(lambda number: taken(found.poses[number]))
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
    buttons.rejected.connect(dialog.reject)
    for widget in (words, people, buttons):
        column.addWidget(widget)
    people.setFocus()
    dialog.open()
    return dialog


class PeopleInPhoto(QWidget):
    """The photo with everybody outlined. A click chooses, so do the arrow keys and Enter."""

    chosen = Signal(int)

    def __init__(self, found: SeveralPeople):
        super().__init__()
        rows, columns = found.rgb_HWC.shape[:2]
        self._scale = min(1.0, SIDE / max(rows, columns))
        self._size = QSize(max(1, round(columns * self._scale)), max(1, round(rows * self._scale)))
        self._picture = to_pixmap(found.rgb_HWC)
        self._poses = found.poses
        self.marked = 0
        self.setFixedSize(self._size)
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._mark(0)

    def box(self, number: int) -> QRectF:
        """The outline of a person, widget px."""
        pose = self._poses[number]
        points = pose[pose[:, 2] > 0, :2] * self._scale
        low, high = points.min(axis=0), points.max(axis=0)
        room = ROOM * float((high - low).max())
        box = QRectF(QPointF(*low.tolist()), QPointF(*high.tolist())).adjusted(-room, -room, room, room)
        return box.intersected(QRectF(self.rect()))

    def person_at(self, at: QPointF) -> int | None:
        """Whose outline is there; of several the one whose middle is nearest."""
        there = [number for number in range(len(self._poses)) if self.box(number).contains(at)]
        return min(there, key=lambda number: abs(self.box(number).center().x() - at.x()), default=None)

    def _mark(self, number: int) -> None:
        self.marked = number % len(self._poses)
        self.setAccessibleName(f"Person {self.marked + 1} of {len(self._poses)}")
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        number = self.person_at(event.position())
        if number is not None and number != self.marked:
            self._mark(number)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        number = self.person_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and number is not None:
            self.chosen.emit(number)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.chosen.emit(self.marked)
        elif key in (Qt.Key.Key_Right, Qt.Key.Key_Down):
            self._mark(self.marked + 1)
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Up):
            self._mark(self.marked - 1)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawPixmap(self.rect(), self._picture)
        present = theme.colours()
        for number, pose in enumerate(self._poses):
            marked = number == self.marked
            for one, other in LIMBS:
                if pose[one, 2] > 0 and pose[other, 2] > 0:
                    painter.setPen(QPen(theme.colour(side_colour(other)), 3 if marked else 1.5))
                    ends = pose[[one, other], :2] * self._scale
                    painter.drawLine(QPointF(*ends[0].tolist()), QPointF(*ends[1].tolist()))
            colour = theme.colour(present.accent if marked else present.muted)
            painter.setPen(QPen(colour, 3 if marked else 1.5))
            painter.drawRoundedRect(self.box(number).adjusted(2, 2, -2, -2), 8, 8)
