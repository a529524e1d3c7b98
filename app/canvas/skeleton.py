"""The skeleton on the canvas: the pose that is shown, what of it lies under a place, and what is chosen."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QLineF, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QPainterPath
from PySide6.QtWidgets import QGraphicsScene

from app.canvas.group import Group
from app.canvas.hits import bone_near, joint_near
from app.canvas.items import GhostItem, OutlineItem, SkeletonItem
from engine.pose.kinematics import placed_joints
from engine.pose.skeleton import JOINTS, NOBODY
from engine.pose.strain import strained

HIT_RADIUS = 13.0  # widget px
BONE_RADIUS = 6.0  # widget px
GUIDE = 2_000.0  # pose px that a guide reaches both ways: beyond every picture

Place = tuple[float, float]


class Skeleton(QObject):
    """On a scene whose units are pose px. zoom: widget px a pose px."""

    joint_selected = Signal(int)
    group_chosen = Signal(object)  # joints

    def __init__(self, scene: QGraphicsScene, parent: QObject):
        super().__init__(parent)
        self.pose = NOBODY
        self.item = SkeletonItem()
        self.ghost = GhostItem()
        self.guide = OutlineItem("accent", Qt.PenStyle.DashLine)
        scene.addItem(self.ghost)
        scene.addItem(self.guide)
        scene.addItem(self.item)
        self.group = Group(scene)
        self._zoom = 1.0
        self._dragged = False

    def show_pose(self, pose_18x3: np.ndarray) -> None:
        """Put the skeleton where the pose says."""
        self.pose = pose_18x3
        placed = placed_joints(pose_18x3)
        self.item.show_pose(pose_18x3, placed, strained(pose_18x3))
        self.group.show_pose(pose_18x3, self._zoom)
        if self.selected >= 0 and not placed[self.selected]:
            self.select(-1)

    def set_zoom(self, zoom: float) -> None:
        self._zoom = zoom
        self.item.set_zoom(zoom)
        self.group.show_pose(self.pose, zoom)

    @property
    def shown(self) -> bool:
        return self.item.isVisible()

    def set_shown(self, shown: bool) -> None:
        self.item.setVisible(shown)
        self.choose_group(())

    # What is chosen.

    @property
    def selected(self) -> int:
        """The joint that keys act on, -1 for none."""
        return self.item.selected

    def select(self, joint: int) -> None:
        """Choose the joint that keys act on, -1 for none."""
        if joint != self.item.selected:
            self.item.select(joint)
            self.joint_selected.emit(joint)

    def select_next(self, forward: bool) -> bool:
        """The next joint that has a place, or the one before; False beyond the last."""
        row = [joint for joint in range(len(JOINTS)) if placed_joints(self.pose)[joint]]
        here = row.index(self.selected) if self.selected in row else (-1 if forward else len(row))
        following = here + (1 if forward else -1)
        if 0 <= following < len(row):
            self.select(row[following])
            return True
        self.select(-1)
        return False

    def choose_group(self, joints: tuple[int, ...]) -> None:
        """Choose joints that are moved, turned and scaled as one; none or one puts the box away."""
        self.group.choose(joints, self.pose, self._zoom)
        if joints:
            self.select(-1)
        self.group_chosen.emit(self.group.joints)

    # During a drag, and what it began on.

    def begin_drag(self) -> None:
        """Keep the pose as it is as a ghost under the present one."""
        self._dragged = True
        self.ghost.show_pose(self.pose)

    def end_drag(self) -> None:
        self._dragged = False
        self.ghost.hide()
        self.guide.hide()

    def glance_back(self, pose_18x3: np.ndarray | None) -> None:
        """Show another pose as a ghost, None: no more. The ghost of a drag stays."""
        if not self._dragged:
            self.ghost.show_pose(NOBODY if pose_18x3 is None else pose_18x3)
            self.ghost.setVisible(pose_18x3 is not None and self.shown)

    def show_guide(self, line: tuple[Place, Place] | None) -> None:
        """The line that a steady hand keeps to, both ways across the picture."""
        path = QPainterPath()
        if line is not None:
            ray = QLineF(QPointF(*line[0]), QPointF(*line[1]))
            if ray.length() > 0:
                far = GUIDE / ray.length()
                path.moveTo(ray.pointAt(-far))
                path.lineTo(ray.pointAt(far))
        self.guide.setPath(path)
        self.guide.setVisible(line is not None)

    # What is under the hand.

    def joint_at(self, xy: Place) -> int:
        """The joint at a place, -1 for none. Shown joints come before hidden ones."""
        return joint_near(self.pose, xy, HIT_RADIUS / self._zoom) if self.shown else -1

    def bone_at(self, xy: Place) -> tuple[int, int] | None:
        """The bone at a place, None for none."""
        return bone_near(self.pose, xy, BONE_RADIUS / self._zoom) if self.shown else None

    def handle_at(self, xy: Place) -> str:
        """What a hand does to the chosen joints that takes their box at a place, "" beside it."""
        return self.group.handle_at(xy, self._zoom)

    def strain_of(self, bone: tuple[int, int] | None) -> str:
        """What is wrong of a bone, "" for nothing."""
        return next((item.strain for item in self.item.bones if item.ends == bone), "")
