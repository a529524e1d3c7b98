"""The picture, the bones and the joints as graphics items. They show the pose; they are not the pose."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPainterPath, QPen, QPixmap
from PySide6.QtWidgets import (
    QGraphicsItem,
    QGraphicsLineItem,
    QGraphicsPathItem,
    QGraphicsPixmapItem,
    QStyleOptionGraphicsItem,
    QWidget,
)

from app import theme
from engine.pose.skeleton import ABSENT, GUESSED, HEAD, JOINTS, LIMBS, SIDES

PEN_ROOM = 6.0  # widget px to both sides of a line, more than its halo has


def side_colour(joint: int) -> str:
    """The colour of a joint's side of the body."""
    present = theme.colours()
    return {"left": present.left, "right": present.right}.get(SIDES[joint], present.centre)


def to_pixmap(rgb_HWC: np.ndarray, density: float = 1.0) -> QPixmap:
    """uint8 RGB to a pixmap that owns its pixels, so many to a unit."""
    rows = np.ascontiguousarray(rgb_HWC)
    height, width = rows.shape[:2]
    pixmap = QPixmap.fromImage(QImage(rows.data, width, height, 3 * width, QImage.Format.Format_RGB888))
    pixmap.setDevicePixelRatio(density)
    return pixmap


class PictureItem(QGraphicsPixmapItem):
    """The rendered person, smooth until single pixels are wanted; dims while the engine wakes up."""

    def __init__(self):
        super().__init__()
        self.setShapeMode(QGraphicsPixmapItem.ShapeMode.BoundingRectShape)
        self.setTransformationMode(Qt.TransformationMode.SmoothTransformation)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        super().paint(painter, option, widget)  # type: ignore[arg-type]  # its stub forgets that None will do
        painter.setPen(QPen(theme.colour(theme.colours().halo, 0.25), 0))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(self.boundingRect())


class BoneItem(QGraphicsLineItem):
    """A limb: a coloured line of constant width on a dark halo; in warning dashes where no body has it so.

    strain: what is wrong of it, "" for nothing.
    """

    def __init__(self, limb: int, parent: QGraphicsItem):
        super().__init__(parent)
        self.ends = LIMBS[limb]
        self.setZValue(1)
        self.strain = ""
        self._room, self._box = PEN_ROOM, QRectF()  # scene units
        self._slim = any(end in HEAD for end in self.ends) and self.ends != (1, 0)
        self._outer_end = next((joint for joint in reversed(self.ends) if SIDES[joint]), self.ends[1])
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemIsSelectable, False)

    def lay(self, line: QLineF, room: float | None = None) -> None:
        """Put the bone on this line. room: to both sides of it for the pen, scene units; None: as before."""
        if line != self.line() or (room or self._room) != self._room:
            self.prepareGeometryChange()
            self._room = room or self._room
            self.setLine(line)
            box = QRectF(line.p1(), line.p2()).normalized()
            self._box = box.adjusted(-self._room, -self._room, self._room, self._room)

    def boundingRect(self) -> QRectF:  # noqa: N802
        return self._box  # Qt asks dozens of times for each place of the pointer

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        # A cosmetic pen counts device pixels: the same width to the eye needs the ratio.
        width = (2.0 if self._slim else 3.2) * painter.device().devicePixelRatioF()
        present, line = theme.colours(), self.line()
        colour = present.busy if self.strain else side_colour(self._outer_end)
        painter.setPen(_bone_pen(present.halo, 0.55, 1.7 * width, False))
        painter.drawLine(line)
        painter.setPen(_bone_pen(colour, 0.95, width, bool(self.strain)))
        painter.drawLine(line)


@lru_cache(maxsize=64)
def _bone_pen(colour: str, alpha: float, width: float, dashed: bool) -> QPen:
    """Made once: a drag paints some thousand bones a second."""
    pen = QPen(theme.colour(colour, alpha), width, Qt.PenStyle.DashLine if dashed else Qt.PenStyle.SolidLine)
    pen.setCosmetic(True)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    return pen


class JointItem(QGraphicsItem):
    """A dot of constant size: filled when seen, a ring when guessed, a faint dashed ring when hidden."""

    def __init__(self, joint: int, parent: QGraphicsItem):
        super().__init__(parent)
        self.joint = joint
        self.state = 2
        self.hovered = False
        self.selected = False
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemIgnoresTransformations)
        self.setZValue(2)
        self.setToolTip("")

    def describe(self) -> str:
        """Name and state, for the tool tip and screen readers."""
        return f"{JOINTS[self.joint]}, {('hidden', 'guessed', 'seen')[self.state]}"

    def mark(self, *, hovered: bool | None = None, selected: bool | None = None) -> None:
        self.hovered = self.hovered if hovered is None else hovered
        self.selected = self.selected if selected is None else selected
        self.setZValue(4 if self.hovered or self.selected else 2)
        self.update()

    def boundingRect(self) -> QRectF:  # noqa: N802
        return QRectF(-15, -15, 30, 30)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        present = theme.colours()
        radius = 3.6 if self.joint in HEAD else 5.2
        fill = theme.colour(side_colour(self.joint))
        if self.selected or self.hovered:
            painter.setPen(QPen(theme.colour(present.halo, 0.6), 4.0))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(QPointF(), radius + 5.0, radius + 5.0)
            ring = present.centre if self.selected else fill
            painter.setPen(QPen(theme.colour(ring) if isinstance(ring, str) else ring, 1.8))
            painter.drawEllipse(QPointF(), radius + 5.0, radius + 5.0)
        if self.state == ABSENT:
            painter.setPen(QPen(theme.colour(present.halo, 0.5), 3.0))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(QPointF(), radius, radius)
            fill.setAlphaF(0.7)
            painter.setPen(QPen(fill, 1.4, Qt.PenStyle.DotLine))
            painter.drawEllipse(QPointF(), radius, radius)
            return
        painter.setPen(QPen(theme.colour(present.halo, 0.75), 1.6))
        painter.setBrush(theme.colour(present.halo, 0.55) if self.state == GUESSED else fill)
        painter.drawEllipse(QPointF(), radius, radius)
        if self.state == GUESSED:
            painter.setPen(QPen(fill, 2.0))
            painter.drawEllipse(QPointF(), radius - 0.6, radius - 0.6)


class OutlineItem(QGraphicsPathItem):
    """Thin lines that are seen on light and dark pictures. colour: a name of `theme.Colours`."""

    def __init__(self, colour: str, style: Qt.PenStyle):
        super().__init__()
        self._colour, self._style = colour, style
        self.hide()

    def boundingRect(self) -> QRectF:  # noqa: N802
        scene = self.scene()
        views = scene.views() if scene is not None else []
        room = PEN_ROOM / min((view.transform().m11() for view in views), default=1.0)
        return self.path().boundingRect().adjusted(-room, -room, room, room)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        present, ratio = theme.colours(), painter.device().devicePixelRatioF()
        for colour, width, style in (
            (theme.colour(present.halo, 0.5), 3.2, Qt.PenStyle.SolidLine),
            (theme.colour(getattr(present, self._colour)), 1.6, self._style),
        ):
            pen = QPen(colour, width * ratio, style)
            pen.setCosmetic(True)
            painter.setPen(pen)
            painter.drawPath(self.path())


class GhostItem(OutlineItem):
    """The skeleton as it was before the drag, faint under the present one."""

    def __init__(self):
        super().__init__("centre", Qt.PenStyle.SolidLine)  # dashes take longer to paint than all the rest
        self.setZValue(0.7)
        self.setOpacity(0.85)
        self.setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)  # it stays while all else moves

    def show_pose(self, pose_18x3: np.ndarray) -> None:
        """Draw the bones of this pose and stay until hidden."""
        path = QPainterPath()
        for one, other in LIMBS:
            if pose_18x3[one, 2] > 0 and pose_18x3[other, 2] > 0:
                path.moveTo(*(float(v) for v in pose_18x3[one, :2]))
                path.lineTo(*(float(v) for v in pose_18x3[other, :2]))
        self.setPath(path)
        self.show()


class SkeletonItem(QGraphicsItem):
    """Bones and joints of one person."""

    def __init__(self):
        super().__init__()
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemHasNoContents)
        self.setZValue(1)
        self.bones = [BoneItem(limb, self) for limb in range(len(LIMBS))]
        self.joints = [JointItem(joint, self) for joint in range(len(JOINTS))]
        self.hovered = -1
        self.selected = -1

    def boundingRect(self) -> QRectF:  # noqa: N802
        return QRectF()

    def show_pose(
        self, pose_18x3: np.ndarray, with_place: np.ndarray, strained: Mapping[tuple[int, int], str]
    ) -> None:
        """Put every item where the pose says; joints without a place are not drawn. strained: what is wrong
        of which bones."""
        places, states = pose_18x3[:, :2].tolist(), pose_18x3[:, 2].astype(int).tolist()
        for item in self.joints:
            item.setVisible(bool(with_place[item.joint]))
            item.setPos(*places[item.joint])
            if item.state != states[item.joint]:
                item.state = states[item.joint]
                item.update()
        for bone in self.bones:
            one, other = bone.ends
            if bone.strain != (strain := strained.get(bone.ends, "")):
                bone.strain = strain
                bone.update()
            bone.setVisible(states[one] > 0 and states[other] > 0)
            bone.lay(QLineF(QPointF(*places[one]), QPointF(*places[other])))

    def set_zoom(self, zoom: float) -> None:
        """widget px a scene unit: how much room the pens need, which are of constant width."""
        for bone in self.bones:
            bone.lay(bone.line(), PEN_ROOM / zoom)

    def hover(self, joint: int) -> bool:
        """Grow the ring of this joint (-1: none); True if that changed something."""
        if joint == self.hovered:
            return False
        for old_or_new, on in ((self.hovered, False), (joint, True)):
            if old_or_new >= 0:
                self.joints[old_or_new].mark(hovered=on)
        self.hovered = joint
        return True

    def select(self, joint: int) -> None:
        """Mark this joint as the one keys act on (-1: none)."""
        for old_or_new, on in ((self.selected, False), (joint, True)):
            if old_or_new >= 0:
                self.joints[old_or_new].mark(selected=on)
        self.selected = joint
