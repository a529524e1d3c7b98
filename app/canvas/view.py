"""The canvas: one picture with a skeleton on it. Zoom, pan, fit, and gestures told as signals."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QGuiApplication,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QGraphicsScene, QGraphicsView, QWidget

from app import theme
from app.canvas.camera import Camera
from app.canvas.compared import ComparedItem
from app.canvas.group import Group
from app.canvas.held import HeldKeys
from app.canvas.hits import bone_near, joint_near
from app.canvas.items import GhostItem, PictureItem, SkeletonItem, to_pixmap
from app.canvas.maps import MapItems
from app.canvas.regions import RegionItem
from app.canvas.shadow import paint_shadow
from app.modes.mode import Mode
from app.posing import BONE, FREE, LIMB, MOVE, ROTATE, SCALE, WHOLE
from engine.pose import kinematics
from engine.pose.skeleton import JOINTS, LIMBS, NECK, NOBODY
from engine.pose.strain import strained

TRUNK = frozenset(
    bone for bone in LIMBS if NECK in bone and bone != (NECK, 0)
)  # a handle of the whole person
HIT_RADIUS = 13.0  # widget px
BONE_RADIUS = 6.0  # widget px
PIXELS_FROM = 4.0  # magnification from which single pixels are shown, unless the fitted picture is near it
GROUP_CURSORS = {
    MOVE: Qt.CursorShape.SizeAllCursor, ROTATE: Qt.CursorShape.CrossCursor,
    SCALE: Qt.CursorShape.SizeFDiagCursor,
}  # fmt: skip
ARROWS: dict[int, tuple[float, float]] = {
    Qt.Key.Key_Left: (-1.0, 0.0), Qt.Key.Key_Right: (1.0, 0.0),
    Qt.Key.Key_Up: (0.0, -1.0), Qt.Key.Key_Down: (0.0, 1.0),
}  # fmt: skip


class CanvasView(QGraphicsView):
    """Shows the frame in its own pixels as scene units, which are those of the pose, and tells what the hand
    does to it.
    """

    grabbed = Signal(int, str, float, float)  # joint or end of a bone (-1 for the whole person), mode, x, y
    group_grabbed = Signal(object, str, float, float)  # joints, mode, x, y
    pulled = Signal(float, float)
    let_go = Signal()
    cancelled = Signal()
    nudged = Signal(int, float, float, bool)  # joint, dx, dy, whether the joint moves alone
    joint_selected = Signal(int)
    joint_toggled = Signal(int)
    menu_wanted = Signal(int, object)  # joint or -1, global position
    zoom_changed = Signal(float)  # device px a photo px
    moved = Signal()  # what is seen lies elsewhere in the widget
    peeked = Signal(bool)  # whether the key for the reference is held
    glanced = Signal(bool)  # likewise that for the maps
    weighed = Signal(bool)  # and that for the evidence

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.setScene(QGraphicsScene(self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.BoundingRectViewportUpdate)
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
        self.skeleton = SkeletonItem()
        self.reference = ComparedItem()
        self.scene().addItem(self.picture)
        self.scene().addItem(self.reference)
        self.ghost = GhostItem()
        self.scene().addItem(self.ghost)
        self.scene().addItem(self.skeleton)
        self.group = Group(self.scene())
        self.maps = MapItems(self.scene(), self.picture)
        self.pointed, self.chosen = RegionItem(quiet=True), RegionItem()
        self.scene().addItem(self.pointed)
        self.scene().addItem(self.chosen)
        self._mode: Mode | None = None
        self._skeleton_wanted = True
        self.camera = Camera(self, self.shown_box)
        self.camera.zoomed.connect(self._on_zoom)
        self._held = HeldKeys(
            {
                Qt.Key.Key_Backslash: self.peeked.emit,
                Qt.Key.Key_I: self.glanced.emit,
                Qt.Key.Key_E: self.weighed.emit,
            }
        )
        self._space = False
        self._pan_from: QPointF | None = None
        self._drag = self._wiping = False
        self.show_pose(NOBODY)
        self.refresh_theme()

    # What is shown.

    def refresh_theme(self) -> None:
        """Take the colours of the present theme."""
        self.setBackgroundBrush(theme.colour(theme.colours().desk))
        self.viewport().update()

    def show_picture(self, rgb_HWC: np.ndarray, rows: int) -> None:
        """Swap the picture, of a frame of so many rows; one of another frame is fitted anew."""
        old = self.picture.pixmap().deviceIndependentSize()
        self.picture.setPixmap(to_pixmap(rgb_HWC, len(rgb_HWC) / rows))
        if self.picture.pixmap().deviceIndependentSize() != old:
            box = self.picture.boundingRect()
            reach = 4.0 * max(box.width(), box.height())
            self.setSceneRect(box.adjusted(-reach, -reach, reach, reach))
            self.fit()

    def show_pose(self, pose_18x3: np.ndarray) -> None:
        """Put the skeleton where the pose says."""
        self.pose = pose_18x3
        self.skeleton.show_pose(pose_18x3, kinematics.placed_joints(pose_18x3), strained(pose_18x3))
        self.group.show_pose(pose_18x3, self.zoom)
        if self.skeleton.selected >= 0 and not kinematics.placed_joints(pose_18x3)[self.skeleton.selected]:
            self.select(-1)

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
        self.skeleton.setVisible(shown and self._mode is None)
        self.choose_group(())

    def set_mode(self, mode: Mode | None) -> None:
        """Who is told what the hand does, None: the skeleton, which is shown then only."""
        self._mode = mode
        self.set_skeleton_shown(self._skeleton_wanted)
        self.select(-1)
        self.viewport().unsetCursor()
        self.viewport().setToolTip("")

    def outline(self, item: RegionItem, lines: list[np.ndarray]) -> None:
        """Show a region, as closed lines of points from 0 to 1 across the picture."""
        item.show_lines(lines, self.picture.boundingRect())

    @property
    def selected(self) -> int:
        """The joint that keys act on, -1 for none."""
        return self.skeleton.selected

    def select(self, joint: int) -> None:
        """Choose the joint that keys act on, -1 for none."""
        if joint != self.skeleton.selected:
            self.skeleton.select(joint)
            self.joint_selected.emit(joint)

    def choose_group(self, joints: tuple[int, ...]) -> None:
        """Choose joints that are moved, turned and scaled as one; none or one puts the box away."""
        self.group.choose(joints, self.pose, self.zoom)
        if joints:
            self.select(-1)

    # Zoom, pan, fit.

    @property
    def zoom(self) -> float:
        """Widget px a picture px."""
        return self.camera.zoom

    @property
    def fitted(self) -> bool:
        return self.camera.fitted

    def shown_box(self) -> QRectF:
        """All there is to see: the picture, and what stands beside it."""
        return self.picture.boundingRect().united(self.maps.box)

    def fit(self) -> None:
        """All of it, as large as fits; it stays fitted when the window changes."""
        self.camera.fit()

    def zoom_to(self, zoom: float, at: QPointF | None = None) -> None:
        """As `Camera.zoom_to`."""
        self.camera.zoom_to(zoom, at)

    def _on_zoom(self, zoom: float) -> None:
        smooth = zoom < max(PIXELS_FROM * self.camera.actual_size, 1.8 * self.camera.fit_zoom)
        mode = (
            Qt.TransformationMode.SmoothTransformation if smooth else Qt.TransformationMode.FastTransformation
        )
        self.picture.setTransformationMode(mode)
        self.group.show_pose(self.pose, zoom)
        self.zoom_changed.emit(self.camera.magnification)

    def scrollContentsBy(self, dx: int, dy: int) -> None:  # noqa: N802
        super().scrollContentsBy(dx, dy)
        self.moved.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        if self.fitted:
            self.fit()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        steps = event.angleDelta().y() / 120.0
        zooming = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if steps and (zooming or self._mode is None or not self._mode.wheeled(steps)):
            self.zoom_to(self.zoom * 1.15**steps, event.position())
        event.accept()

    # The mouse.

    def to_pose(self, at: QPointF) -> tuple[float, float]:
        """Widget px to pose px of the shown frame."""
        spot = self.camera.scene_at(at)
        return spot.x(), spot.y()

    def to_widget(self, xy: tuple[float, float]) -> QPointF:
        """Pose px to widget px."""
        return self.viewportTransform().map(QPointF(*xy))

    def joint_at(self, at: QPointF) -> int:
        """The joint under a widget position, -1 for none. Shown joints come before hidden ones."""
        if not self.skeleton.isVisible():
            return -1
        return joint_near(self.pose, self.to_pose(at), HIT_RADIUS / self.zoom)

    def bone_at(self, at: QPointF) -> tuple[int, int] | None:
        """The bone under a widget position, None for none."""
        if not self.skeleton.isVisible():
            return None
        return bone_near(self.pose, self.to_pose(at), BONE_RADIUS / self.zoom)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        at = event.position()
        left = event.button() == Qt.MouseButton.LeftButton
        if event.button() == Qt.MouseButton.MiddleButton or (left and self._space):
            self._begin_pan(at)
        elif left and self.reference.grips(self.to_pose(at), self.zoom):
            self._wiping = True
        elif left and self._mode is not None:
            held = event.modifiers()
            self._mode.pressed(
                self.to_pose(at),
                bool(held & Qt.KeyboardModifier.ShiftModifier),
                bool(held & Qt.KeyboardModifier.AltModifier),
            )
        elif left and self.skeleton.isVisible():
            self._begin_drag(at, event.modifiers())
        event.accept()

    def _begin_pan(self, at: QPointF) -> None:
        self._pan_from = at
        self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)

    def _pans(self, keys: Qt.KeyboardModifier) -> bool:
        """Whether a drag on empty ground moves the picture: where some of it is out of sight, unless Shift
        asks for the band."""
        return not self.camera.all_seen and not keys & Qt.KeyboardModifier.ShiftModifier

    def _begin_drag(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        joint, bone, handle = (
            self.joint_at(at),
            self.bone_at(at),
            self.group.handle_at(self.to_pose(at), self.zoom),
        )
        # Many window managers keep Alt-drag for themselves, so the trunk is a handle of the whole person too.
        if modifiers & Qt.KeyboardModifier.AltModifier:
            self._grab(joint, WHOLE, at)
        elif handle:
            self._start_drag()
            self.group_grabbed.emit(self.group.joints, handle, *self.to_pose(at))
        elif joint >= 0 and self.pose[joint, 2] > 0:
            self._grab(joint, FREE if modifiers & Qt.KeyboardModifier.ControlModifier else LIMB, at)
        elif joint < 0 and bone:
            self._grab(bone[1], WHOLE if bone in TRUNK else BONE, at)
        elif joint >= 0:
            self.select(joint)
        elif self._pans(modifiers):
            self.select(-1)
            self._begin_pan(at)
        else:
            self.select(-1)
            self.group.begin_band(self.to_pose(at))

    def _grab(self, joint: int, mode: str, at: QPointF) -> None:
        self.choose_group(())
        self.select(joint if mode in (LIMB, FREE) else -1)
        self._start_drag()
        self.grabbed.emit(joint, mode, *self.to_pose(at))

    def _start_drag(self) -> None:
        self._drag = True
        self.ghost.show_pose(self.pose)
        self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)

    def _end_drag(self) -> None:
        self._drag = False
        self.ghost.hide()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        at = event.position()
        if self._pan_from is not None:
            self.camera.pan(at - self._pan_from)
            self._pan_from = at
        elif self._wiping:
            self.reference.draw_along(self.to_pose(at))
        elif self._drag:
            self.pulled.emit(*self.to_pose(at))
        elif self.group.banding:
            self.group.pull_band(self.to_pose(at))
        else:
            self._hover(at)
        event.accept()

    def _hover(self, at: QPointF) -> None:
        if self.reference.grips(self.to_pose(at), self.zoom):
            self.viewport().setCursor(Qt.CursorShape.SplitHCursor)
            return
        if self._mode is not None and not self._space:
            self._mode.hovered(self.to_pose(at))
            return
        joint, bone = self.joint_at(at), self.bone_at(at)
        self.skeleton.hover(joint)
        tip = self.skeleton.joints[joint].describe() if joint >= 0 else self._strain_of(bone)
        if tip != self.viewport().toolTip():
            self.viewport().setToolTip(tip)
        if self._space:
            self.viewport().setCursor(Qt.CursorShape.OpenHandCursor)
        elif handle := self.group.handle_at(self.to_pose(at), self.zoom):
            self.viewport().setCursor(GROUP_CURSORS[handle])
        elif joint >= 0:
            self.viewport().setCursor(Qt.CursorShape.PointingHandCursor)
        elif bone:
            whole = bone in TRUNK
            self.viewport().setCursor(
                Qt.CursorShape.SizeAllCursor if whole else Qt.CursorShape.OpenHandCursor
            )
        elif self._pans(QGuiApplication.keyboardModifiers()):
            self.viewport().setCursor(Qt.CursorShape.OpenHandCursor)
        else:
            self.viewport().unsetCursor()

    def _strain_of(self, bone: tuple[int, int] | None) -> str:
        told = next((item.strain for item in self.skeleton.bones if item.ends == bone), "")
        return told.capitalize()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if self._pan_from is not None and event.button() in (
            Qt.MouseButton.MiddleButton,
            Qt.MouseButton.LeftButton,
        ):
            self._pan_from = None
        elif self._wiping:
            self._wiping = False
        elif self._drag and event.button() == Qt.MouseButton.LeftButton:
            self._end_drag()
            self.let_go.emit()
        elif self.group.banding and event.button() == Qt.MouseButton.LeftButton:
            self.choose_group(self.group.end_band(self.pose))
        elif self._mode is not None and event.button() == Qt.MouseButton.LeftButton:
            self._mode.released()
        self._hover(event.position())
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if self._mode is not None:
            self.mousePressEvent(event)
            return
        joint = self.joint_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and joint >= 0:
            self.joint_toggled.emit(joint)
        event.accept()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802
        joint = -1 if self._mode is not None else self.joint_at(QPointF(event.pos()))
        if joint >= 0:
            self.select(joint)
        self.menu_wanted.emit(joint, event.globalPos())

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802
        self.skeleton.hover(-1)
        if self._mode is not None:
            self._mode.hovered(None)
        super().leaveEvent(event)

    # Keys.

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        key = event.key()
        if key == Qt.Key.Key_Space:
            if not event.isAutoRepeat():
                self._space = True
                self.viewport().setCursor(Qt.CursorShape.OpenHandCursor)
        elif key == Qt.Key.Key_Escape:
            self._escape()
        elif self._held.pressed(event):
            pass
        elif key in ARROWS and self.selected >= 0:
            self._nudge(ARROWS[key], event)
        elif self._mode is not None and self._key_of_mode(self._mode, event):
            pass
        else:
            super().keyPressEvent(event)

    def _key_of_mode(self, mode: Mode, event: QKeyEvent) -> bool:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            return mode.entered()
        if event.key() in ARROWS:
            far = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            return mode.arrowed(ARROWS[event.key()], far)
        number = event.key() - Qt.Key.Key_0
        alt = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        return alt and 1 <= number <= 9 and mode.numbered(number)

    def _escape(self) -> None:
        if self._drag:
            self._end_drag()
            self.viewport().unsetCursor()
            self.cancelled.emit()
        elif self._mode is None or not self._mode.escaped():
            self.select(-1)
            self.choose_group(())

    def _nudge(self, direction: tuple[float, float], event: QKeyEvent) -> None:
        step = 1.0
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            step = 10.0
        elif event.modifiers() & Qt.KeyboardModifier.AltModifier:
            step = 0.25
        self.nudged.emit(self.selected, direction[0] * step, direction[1] * step, step == 10.0)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space = False
            self.viewport().unsetCursor()
        self._held.released(event)
        super().keyReleaseEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        self._space = False
        self._held.let_go()
        super().focusOutEvent(event)

    def focusNextPrevChild(self, forward: bool) -> bool:  # noqa: N802
        """Tab goes from joint to joint, or as the mode says, and leaves the canvas behind the last one."""
        if self._mode is not None:
            return self._mode.tabbed(forward) or super().focusNextPrevChild(forward)
        row = [joint for joint in range(len(JOINTS)) if kinematics.placed_joints(self.pose)[joint]]
        if not row:
            return super().focusNextPrevChild(forward)
        here = row.index(self.selected) if self.selected in row else (-1 if forward else len(row))
        following = here + (1 if forward else -1)
        if not 0 <= following < len(row):
            self.select(-1)
            return super().focusNextPrevChild(forward)
        self.select(row[following])
        return True

    def drawBackground(self, painter: QPainter, rect: QRectF | QRect) -> None:  # noqa: N802
        painter.fillRect(rect, self.backgroundBrush())
        paint_shadow(painter, self.picture.boundingRect(), self.zoom)
