"""The canvas: one picture with a skeleton on it, and what is done to it by mouse, wheel and keys."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QGraphicsScene, QGraphicsView, QToolTip, QWidget

from app import theme
from app.canvas.band import Band
from app.canvas.camera import Camera
from app.canvas.compared import ComparedItem, LineHand
from app.canvas.held import HeldKeys
from app.canvas.items import PictureItem, to_pixmap
from app.canvas.maps import MapItems
from app.canvas.mode_hand import ModeHand
from app.canvas.panning import Panning
from app.canvas.pointer import Pointer, Touch
from app.canvas.regions import RegionItem, StrokeItem
from app.canvas.shadow import paint_shadow
from app.canvas.skeleton import Skeleton
from app.canvas.skeleton_hand import SkeletonHand
from app.modes.mode import Mode
from engine.pose.skeleton import NOBODY

REST = 6  # px that a hand may tremble and still read the tip of what it points at
PIXELS_FROM = 4.0  # magnification from which single pixels are shown, unless the fitted picture is near it


class CanvasView(QGraphicsView):
    """Shows the frame in its own pixels as scene units, which are those of the pose. `hand` tells what is
    done to the skeleton.
    """

    menu_wanted = Signal(int, object)  # joint or -1, global position
    zoom_changed = Signal(float)  # device px a photo px
    moved = Signal()  # what is seen lies elsewhere in the widget
    escaped = Signal()  # Esc, once there is nothing to let go of
    peeked = Signal(bool)  # whether the key for the reference is held
    looked_back = Signal(bool)  # likewise that for the pose before
    glanced = Signal(bool)  # likewise that for the maps
    weighed = Signal(bool)  # and that for the evidence

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        scene = QGraphicsScene(self)
        scene.setItemIndexMethod(QGraphicsScene.ItemIndexMethod.NoIndex)  # few items, all of them move
        self.setScene(scene)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.MinimalViewportUpdate)
        self.setCacheMode(QGraphicsView.CacheModeFlag.CacheBackground)  # its shadow is dear
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.viewport().setMouseTracking(True)
        self.setAcceptDrops(False)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Canvas")
        self.setAccessibleDescription(
            "The person and the skeleton. Tab goes through the joints, arrows move one."
        )
        self.picture = PictureItem()
        self.reference = ComparedItem()
        self.pointed, self.chosen = RegionItem(quiet=True), RegionItem()
        self.stroke = StrokeItem()
        for item in (self.picture, self.reference, self.pointed, self.chosen, self.stroke):
            scene.addItem(item)
        self.skeleton = Skeleton(scene, self)
        self.maps = MapItems(scene, self.picture)
        self._skeleton_wanted = True
        self.camera = Camera(self, self.shown_box)
        self.camera.zoomed.connect(self._on_zoom)
        self.hand = SkeletonHand(self.skeleton)
        self.band = Band(scene, self.skeleton)
        self._mode_hand = ModeHand()
        self._pointer = Pointer(
            self.viewport(),
            (
                Panning(self.camera, lambda _touch: self._space),
                LineHand(self.reference, lambda: self.zoom),
                self._mode_hand,
                self.hand,
                Panning(self.camera, self._lies_beyond),
                self.band,
            ),
        )
        self.held = HeldKeys(
            {
                Qt.Key.Key_Backslash: self.peeked.emit,
                Qt.Key.Key_I: self.glanced.emit,
                Qt.Key.Key_E: self.weighed.emit,
                Qt.Key.Key_Z: self.looked_back.emit,
            },
            self,
        )
        self._space = self._ringed = False
        self.skeleton.show_pose(NOBODY)
        self.refresh_theme()

    # What is shown.

    def refresh_theme(self) -> None:
        """Take the colours of the present theme."""
        self.setBackgroundBrush(theme.colour(theme.colours().desk))
        self.resetCachedContent()
        self.viewport().update()

    def show_picture(self, rgb_HWC: np.ndarray, rows: int) -> None:
        """Swap the picture, of a frame of so many rows; one of another frame is fitted anew."""
        old = self.picture.pixmap().deviceIndependentSize()
        self.picture.setPixmap(to_pixmap(rgb_HWC, len(rgb_HWC) / rows))
        if self.picture.pixmap().deviceIndependentSize() != old:
            box = self.picture.boundingRect()
            reach = 4.0 * max(box.width(), box.height())
            self.setSceneRect(box.adjusted(-reach, -reach, reach, reach))
            self.resetCachedContent()
            self.camera.fit()

    def dim(self, waking: bool) -> None:
        """Fade the picture while it does not follow yet."""
        self.picture.setOpacity(0.6 if waking else 1.0)

    def peek(self, rgb_HWC: np.ndarray | None) -> None:
        """Show another picture of the same frame in front, None to take it away."""
        if rgb_HWC is not None:
            rows = self.picture.boundingRect().height()
            self.reference.setPixmap(to_pixmap(rgb_HWC, len(rgb_HWC) / rows))
        self.reference.setVisible(rgb_HWC is not None)

    def set_skeleton_shown(self, shown: bool) -> None:
        self._skeleton_wanted = shown
        self.skeleton.set_shown(shown and self._mode_hand.mode is None)

    def set_mode(self, mode: Mode | None) -> None:
        """Who is told what the hand does, None: the skeleton, which is shown then only."""
        self._mode_hand.mode = mode
        self.set_skeleton_shown(self._skeleton_wanted)
        self.skeleton.select(-1)
        self.viewport().unsetCursor()

    def outline(self, item: RegionItem, lines: list[np.ndarray], ink: str = "") -> None:
        """Show a region, as closed lines of points from 0 to 1 across the picture. ink: its colour."""
        item.show_lines(lines, self.picture.boundingRect(), ink)

    # Zoom and pan.

    @property
    def zoom(self) -> float:
        """Widget px a picture px."""
        return self.camera.zoom

    def shown_box(self) -> QRectF:
        """All there is to see: the picture, and what stands beside it."""
        return self.picture.boundingRect().united(self.maps.box)

    def _on_zoom(self, zoom: float) -> None:
        smooth = zoom < max(PIXELS_FROM * self.camera.actual_size, 1.8 * self.camera.fit_zoom)
        mode = (
            Qt.TransformationMode.SmoothTransformation if smooth else Qt.TransformationMode.FastTransformation
        )
        self.picture.setTransformationMode(mode)
        self.skeleton.set_zoom(zoom)
        self.maps.place_labels()
        self.zoom_changed.emit(self.camera.magnification)

    def scrollContentsBy(self, dx: int, dy: int) -> None:  # noqa: N802
        super().scrollContentsBy(dx, dy)
        self.moved.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        if self.camera.fitted:
            self.camera.fit()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        keys = event.modifiers()
        turning = bool(keys & Qt.KeyboardModifier.AltModifier) and self._mode_hand.mode is None
        # Qt lays the wheel on its side while Alt is held.
        delta = event.angleDelta().y() or (event.angleDelta().x() if turning else 0)
        steps = delta / 120.0
        zooming = bool(keys & Qt.KeyboardModifier.ControlModifier)
        if steps and turning:
            self.hand.wheeled(steps, coarse=bool(keys & Qt.KeyboardModifier.ShiftModifier))
        elif steps and (zooming or not self._mode_hand.wheeled(steps)):
            self.camera.zoom_to(self.zoom * 1.15**steps, event.position())
        event.accept()

    # The mouse.

    def viewportEvent(self, event: QEvent) -> bool:  # noqa: N802
        """Qt would ask the scene for a tip, which knows none. The joint that is told is as it is now."""
        if not isinstance(event, QHelpEvent) or event.type() != QEvent.Type.ToolTip:
            return super().viewportEvent(event)
        viewport, spot = self.viewport(), QRect(event.pos(), event.pos()).adjusted(-REST, -REST, REST, REST)
        tip = self.hand.tip_at(self.to_pose(QPointF(event.pos())))
        QToolTip.showText(event.globalPos(), tip, viewport, spot)
        return True

    def to_pose(self, at: QPointF) -> tuple[float, float]:
        """Widget px to pose px of the shown frame."""
        spot = self.camera.scene_at(at)
        return spot.x(), spot.y()

    def to_widget(self, xy: tuple[float, float]) -> QPointF:
        """Pose px to widget px."""
        return self.viewportTransform().map(QPointF(*xy))

    def _touch(self, event: QMouseEvent) -> Touch:
        at = event.position()
        return Touch(at, self.to_pose(at), event.button(), event.modifiers())

    def _lies_beyond(self, touch: Touch) -> bool:
        """Whether a drag on empty ground moves the picture: where some of it is out of sight, unless Shift
        asks for the band."""
        return not self.camera.all_seen and not touch.holds(Qt.KeyboardModifier.ShiftModifier)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        self._pointer.press(self._touch(event))
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        self._pointer.move(self._touch(event))
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        self._pointer.release(self._touch(event))
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if self._mode_hand.mode is not None:
            self.mousePressEvent(event)
        else:
            self.hand.double_click(self._touch(event))
            event.accept()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802
        joint = self.skeleton.joint_at(self.to_pose(QPointF(event.pos())))
        if joint >= 0:
            self.skeleton.select(joint)
        self.menu_wanted.emit(joint, event.globalPos())

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802
        self.hand.leave()
        self._mode_hand.leave()
        super().leaveEvent(event)

    # Keys.

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() == Qt.Key.Key_Space:
            if not event.isAutoRepeat():
                self._space = True
                self.viewport().setCursor(Qt.CursorShape.OpenHandCursor)
        elif event.key() == Qt.Key.Key_Escape:
            self.escape()
        elif not (self.held.pressed(event) or self.hand.key(event) or self._mode_hand.key(event)):
            super().keyPressEvent(event)

    def escape(self) -> None:
        """Let go of what is held, else of what is chosen."""
        mode = self._mode_hand.mode
        if self._pointer.cancel() or (mode is not None and mode.escaped()):
            return
        if self.skeleton.selected < 0 and not self.skeleton.group.joints:
            self.escaped.emit()
        self.skeleton.select(-1)
        self.skeleton.choose_group(())

    def keyReleaseEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space = False
            self.viewport().unsetCursor()
        self.held.released(event)
        super().keyReleaseEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        self._ringed = event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        self.viewport().update()
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        self._space = self._ringed = False
        self.viewport().update()
        self.held.let_go()
        super().focusOutEvent(event)

    def focusNextPrevChild(self, forward: bool) -> bool:  # noqa: N802
        """Tab goes from joint to joint, or as the mode says, and leaves the canvas behind the last one."""
        mode = self._mode_hand.mode
        taken = self.skeleton.select_next(forward) if mode is None else mode.tabbed(forward)
        return taken or super().focusNextPrevChild(forward)

    def drawBackground(self, painter: QPainter, rect: QRectF | QRect) -> None:  # noqa: N802
        painter.fillRect(rect, self.backgroundBrush())
        paint_shadow(painter, self.picture.boundingRect(), self.zoom)

    def drawForeground(self, painter: QPainter, rect: QRectF | QRect) -> None:  # noqa: N802
        if self._ringed:  # whoever came by keys sees that they are here
            painter.resetTransform()
            painter.setPen(QPen(theme.colour(theme.colours().accent), 2.0))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.viewport().rect().adjusted(1, 1, -1, -1))
