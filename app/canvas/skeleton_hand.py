"""What mouse and keys do to the skeleton on the canvas, told as signals in pose px."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent

from app.canvas.mode_hand import ARROWS
from app.canvas.pointer import Cursor, Touch
from app.canvas.skeleton import Place, Skeleton
from app.drags import BONE, FREE, LIMB, MOVE, ROTATE, SCALE, WHOLE
from engine.pose.skeleton import LIMBS, NECK
from engine.pose.snapping import STEP

TRUNK = frozenset(
    bone for bone in LIMBS if NECK in bone and bone != (NECK, 0)
)  # a handle of the whole person
TURN = 3.0  # degrees a step of the wheel
GROUP_CURSORS = {MOVE: Cursor.SizeAllCursor, ROTATE: Cursor.CrossCursor, SCALE: Cursor.SizeFDiagCursor}
CTRL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)


class SkeletonHand(QObject):
    grabbed = Signal(int, str, float, float)  # joint or end of a bone (-1 for the whole person), mode, x, y
    group_grabbed = Signal(object, str, float, float)  # joints, mode, x, y
    pulled = Signal(float, float, bool)  # x, y, whether the hand keeps to directions in steps
    turned = Signal(object, float)  # joints, none for the whole person; degrees
    let_go = Signal()
    cancelled = Signal()
    nudged = Signal(int, float, float, bool)  # joint, dx, dy, whether the joint moves alone
    group_nudged = Signal(object, float, float)  # joints, dx, dy
    joint_toggled = Signal(int)
    group_hidden = Signal(object)  # joints

    def __init__(self, skeleton: Skeleton):
        super().__init__(skeleton)
        self._skeleton = skeleton

    # The mouse.

    def hover(self, touch: Touch) -> Cursor | None:
        skeleton = self._skeleton
        joint, bone = skeleton.joint_at(touch.xy), skeleton.bone_at(touch.xy)
        skeleton.item.hover(joint)
        if handle := skeleton.handle_at(touch.xy):
            return GROUP_CURSORS[handle]
        if joint >= 0:
            return Cursor.PointingHandCursor
        if bone:
            return Cursor.SizeAllCursor if bone in TRUNK else Cursor.OpenHandCursor
        return None

    def tip_at(self, xy: Place) -> str:
        """What is told of the joint or of the strained bone here, "" for nothing."""
        skeleton, joint = self._skeleton, self._skeleton.joint_at(xy)
        if joint >= 0:
            return skeleton.item.joints[joint].describe().capitalize()
        return skeleton.strain_of(skeleton.bone_at(xy)).capitalize()

    def press(self, touch: Touch) -> Cursor | None:
        skeleton = self._skeleton
        if not touch.left or not skeleton.shown:
            return None
        joint, bone, handle = (
            skeleton.joint_at(touch.xy), skeleton.bone_at(touch.xy), skeleton.handle_at(touch.xy)
        )  # fmt: skip
        # Many window managers keep Alt-drag for themselves, so the trunk is a handle of the whole person too.
        if touch.holds(ALT):
            self._grab(joint, WHOLE, touch.xy)
        elif handle:
            skeleton.begin_drag()
            self.group_grabbed.emit(skeleton.group.joints, handle, *touch.xy)
        elif joint >= 0 and skeleton.pose[joint, 2] > 0:
            self._grab(joint, FREE if touch.holds(CTRL) else LIMB, touch.xy)
        elif joint < 0 and bone:
            self._grab(bone[1], WHOLE if bone in TRUNK else BONE, touch.xy)
        else:
            skeleton.select(joint)
            return Cursor.PointingHandCursor if joint >= 0 else None
        return Cursor.ClosedHandCursor

    def _grab(self, joint: int, mode: str, xy: Place) -> None:
        skeleton = self._skeleton
        skeleton.choose_group(())
        skeleton.select(joint if mode in (LIMB, FREE) else -1)
        skeleton.begin_drag()
        self.grabbed.emit(joint, mode, *xy)

    def move(self, touch: Touch) -> None:
        self.pulled.emit(*touch.xy, touch.holds(SHIFT))

    def release(self) -> None:
        self._skeleton.end_drag()
        self.let_go.emit()

    def cancel(self) -> bool:
        self._skeleton.end_drag()
        self.cancelled.emit()
        return True

    def wheeled(self, steps: float, coarse: bool) -> None:
        """Turn the chosen joints, or the whole person."""
        if self._skeleton.shown:
            self.turned.emit(self._skeleton.group.joints, steps * (STEP if coarse else TURN))

    def double_click(self, touch: Touch) -> None:
        joint = self._skeleton.joint_at(touch.xy)
        if touch.left and joint >= 0:
            self.joint_toggled.emit(joint)

    def leave(self) -> None:
        """The pointer is elsewhere."""
        self._skeleton.item.hover(-1)

    # Keys.

    def toggle(self) -> None:
        """Hide the joints in the box, or the chosen one, or show that."""
        if joints := self._skeleton.group.joints:
            self.group_hidden.emit(joints)
        else:
            self.joint_toggled.emit(self._skeleton.selected)

    def key(self, event: QKeyEvent) -> bool:
        """Move the chosen joint, or those in the box, by an arrow; whether the key is one."""
        joint, joints = self._skeleton.selected, self._skeleton.group.joints
        if event.key() not in ARROWS or (joint < 0 and not joints):
            return False
        step = 10.0 if event.modifiers() & SHIFT else 0.25 if event.modifiers() & ALT else 1.0
        dx, dy = ARROWS[event.key()]
        if joints:
            self.group_nudged.emit(joints, dx * step, dy * step)
        else:
            self.nudged.emit(joint, dx * step, dy * step, step == 10.0)
        return True
