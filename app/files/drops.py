"""Files dropped on the window: named places are shown over it while something usable hovers."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, Qt
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QFont,
    QFontMetricsF,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QWidget

from app import icons, theme
from app.files.intake import EXPORT, LOOK, NOTHING, PHOTO, POSE, READABLE, SHELVED, Intake, of_mime
from app.jobs import GARMENT, PERSON, TARGET_POSE
from app.wishes import Wish

TARGETS = {
    PHOTO: ((PERSON, "person", "New person", "pose whoever is in it"),
            (GARMENT, "garment", "Garment reference", "mix its textures in")),
    LOOK: ((LOOK, "open", "Open this look", "instead of the present one"),),
    POSE: ((TARGET_POSE, "skeleton", "Take this pose", ""),),
    EXPORT: ((TARGET_POSE, "skeleton", "Restore its look", "the picture was made here"),
             (PERSON, "person", "New person", "use it as a photo")),
    SHELVED: ((PERSON, "person", "Make this the person", "in the pose of the photo"),
              (GARMENT, "garment", "Mix it in", "or take what is chosen from it"),
              (TARGET_POSE, "skeleton", "Take its pose", "on the present person")),
}  # fmt: skip


class Aimed(NamedTuple):
    """That a photo is let go where it gives a garment. wish: as of `EncodePhoto`."""

    wish: Wish


class DropOverlay(QWidget):
    """Covers its parent; `target_at` says which place is under the pointer."""

    def __init__(self, parent: QWidget):
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._over = parent
        self._kind = ""
        self._hot = ""
        self.hide()

    def open_for(self, kind: str) -> None:
        """Show the places for what hovers; an unknown kind shows what can be read."""
        self._kind, self._hot = kind, ""
        self.setGeometry(QRect(QPoint(), self._over.size()))
        self.raise_()
        self.show()

    def places(self) -> list[tuple[str, QRectF]]:
        """(role, rectangle) of every place, in widget px."""
        targets = TARGETS.get(self._kind, ())
        room = QRectF(self.rect()).adjusted(26, 26, -26, -26)
        gap = 18.0
        width = (room.width() - gap * (len(targets) - 1)) / max(1, len(targets))
        return [
            (target[0], QRectF(room.x() + place * (width + gap), room.y(), width, room.height()))
            for place, target in enumerate(targets)
        ]

    def target_at(self, at: QPoint, preferred: str = "") -> str:
        """The role under this position, marking it; outside of all the preferred one, or the first."""
        places = self.places()
        hot = next((role for role, box in places if box.contains(at.toPointF())), "")
        hot = hot or next((role for role, _ in places if role == preferred), "")
        hot = hot or (places[0][0] if places else "")
        if hot != self._hot:
            self._hot = hot
            self.update()
        return hot

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        present = theme.colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), theme.colour(present.desk, 0.88))
        if self._kind not in TARGETS:
            painter.setPen(theme.colour(present.text))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.rect().adjusted(16, 0, -16, 0), flags, f"I can read {READABLE}.")
            return
        for (role, box), (_, name, title, more) in zip(self.places(), TARGETS[self._kind], strict=True):
            self._paint_place(painter, box, role == self._hot, (name, title, more))

    def _paint_place(self, painter: QPainter, box: QRectF, hot: bool, words: tuple[str, str, str]) -> None:
        present = theme.colours()
        name, title, more = words
        style = Qt.PenStyle.SolidLine if hot else Qt.PenStyle.DashLine
        painter.setPen(
            QPen(theme.colour(present.accent if hot else present.muted), 2.0 if hot else 1.4, style)
        )
        painter.setBrush(theme.colour(present.accent_soft if hot else present.panel, 0.96))
        painter.drawRoundedRect(box, 14, 14)
        picture = icons.pixmap(name, 40, "accent" if hot else "muted", self.devicePixelRatioF())
        middle = box.center()
        painter.drawPixmap(int(middle.x() - 20), int(middle.y() - 58), picture)
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * 1.3)
        font.setWeight(QFont.Weight.DemiBold)
        wide = QFontMetricsF(font).horizontalAdvance(title)
        font.setPointSizeF(font.pointSizeF() * min(1.0, (box.width() - 16) / wide))
        painter.setFont(font)
        painter.setPen(theme.colour(present.text))
        painter.drawText(
            QRectF(box.x(), middle.y() - 8, box.width(), 30), Qt.AlignmentFlag.AlignCenter, title
        )
        painter.setFont(self.font())
        painter.setPen(theme.colour(present.muted))
        painter.drawText(
            QRectF(box.x(), middle.y() + 20, box.width(), 24), Qt.AlignmentFlag.AlignCenter, more
        )


class Drops(QObject):
    """Answers what is dragged over `window`. The shelf is a place of its own, for garments, the pose library
    one for poses that are to be kept.

    take: called with every thing that is dropped, its role, and what is to be taken from it (None: what is
    chosen once it is read). tell: with a sentence where it is nothing.
    move: with the key of a photo that is let go over the shelf, and where in it. keep: with a pose that is
    let go over the library. aim: with where in the window a photo hovers, None where it is gone, and whether
    it is let go; answers None where places are shown instead.
    """

    def __init__(
        self,
        window: QWidget,
        overlay: DropOverlay,
        shelf: QWidget,
        library: QWidget,
        take: Callable[[Intake, str, Wish | None], None],
        tell: Callable[[str], None],
        move: Callable[[str, QPoint], None],
        keep: Callable[[Intake], None],
        aim: Callable[[QPoint | None, bool], Aimed | None],
    ):
        super().__init__(window)
        self._window = window
        self._overlay = overlay
        self._shelf = shelf
        self._library = library
        self._take = take
        self._tell = tell
        self._move = move
        self._keep = keep
        self._aim = aim
        self._kind = NOTHING
        window.installEventFilter(self)

    def eventFilter(self, window: QObject, event: QEvent) -> bool:  # noqa: N802
        if isinstance(event, QDragEnterEvent):  # a kind of QDragMoveEvent, and that of QDropEvent
            self._enter(event)
        elif isinstance(event, QDragMoveEvent):
            self._role_at(event)
        elif isinstance(event, QDropEvent):
            self._drop(event)
        elif event.type() == QEvent.Type.DragLeave:
            self._overlay.hide()
            self._aim(None, False)
        else:
            return False
        event.accept()
        return True

    def _enter(self, event: QDragEnterEvent) -> None:
        things = of_mime(event.mimeData())
        self._kind = things[0].kind if things else NOTHING
        self._overlay.open_for(self._kind)
        self._role_at(event)
        event.setDropAction(Qt.DropAction.CopyAction)

    def _drop(self, event: QDropEvent) -> None:
        things = of_mime(event.mimeData())
        role = self._role_at(event) if things else ""
        aimed = self._aimed_at(event, let_go=True)
        self._overlay.hide()
        self._aim(None, False)
        if not things:
            self._tell(f"I can read {READABLE}.")
        if role == GARMENT and things and things[0].kind == SHELVED and self._over(self._shelf, event):
            self._move(str(things[0].source), self._shelf.mapFrom(self._window, event.position().toPoint()))
            return
        if things and all(thing.kind == POSE for thing in things) and self._over(self._library, event):
            for thing in things:
                self._keep(thing)
            return
        for place, thing in enumerate(things):
            # The first file goes where it was dropped; further photos join the shelf behind it.
            if place == 0:
                self._take(thing, role, aimed.wish if aimed else None)
            else:
                self._take(thing, GARMENT, Wish(()))

    def _aimed_at(self, event: QDropEvent, let_go: bool = False) -> Aimed | None:
        aims = self._kind in (PHOTO, SHELVED)
        return self._aim(event.position().toPoint(), let_go) if aims else None

    def _role_at(self, event: QDropEvent) -> str:
        """What a drop at this place would be."""
        if self._aimed_at(event) is not None:
            self._overlay.hide()  # what would be replaced is seen
            return GARMENT
        if self._overlay.isHidden():
            self._overlay.open_for(self._kind)
        at = event.position().toPoint()
        preferred = GARMENT if self._over(self._shelf, event) else ""
        return self._overlay.target_at(self._overlay.mapFrom(self._window, at), preferred)

    def _over(self, panel: QWidget, event: QDropEvent) -> bool:
        at = panel.mapFrom(self._window, event.position().toPoint())
        return panel.isVisible() and panel.rect().contains(at)
