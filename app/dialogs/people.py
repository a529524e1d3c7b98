"""Several people in a pose file: which one?"""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QListView,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app import plain
from engine.pose.formats import PoseFile
from engine.pose.skeleton import COLOURS, LIMBS

SIDE = 96  # px of a small picture
SHOWN = 200  # people: who needs another knows its number


def ask(parent: QWidget, file: PoseFile, proposed: int) -> int | None:
    """The number of a person in the file, from 1, the proposed one first chosen; None: none of them."""
    dialog = QDialog(parent)
    dialog.setWindowTitle("Which person?")
    people = QListWidget()
    people.setViewMode(QListView.ViewMode.IconMode)
    people.setMovement(QListView.Movement.Static)
    people.setResizeMode(QListView.ResizeMode.Adjust)
    people.setIconSize(QSize(SIDE, SIDE))
    several_pictures = len({person.frame for person in file.people}) > 1
    for number, person in enumerate(file.people[:SHOWN], 1):
        name = f"{number}, picture {person.frame + 1}" if several_pictures else f"{number}"
        people.addItem(QListWidgetItem(QIcon(sketch(person.pose_18x3)), name))
    people.setCurrentRow(proposed - 1)
    people.itemActivated.connect(dialog.accept)
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
    take = buttons.button(QDialogButtonBox.StandardButton.Ok)
    take.setText("Take this pose")
    take.setProperty("primary", True)
    buttons.accepted.connect(dialog.accept)
    buttons.rejected.connect(dialog.reject)
    layout = QVBoxLayout(dialog)
    layout.addWidget(plain.label(f"{file.name} holds {len(file.people)} people. Whose pose shall be taken?"))
    layout.addWidget(people)
    layout.addWidget(buttons)
    dialog.resize(460, 320)
    return people.currentRow() + 1 if dialog.exec() and people.currentRow() >= 0 else None


def sketch(pose_18x3: np.ndarray) -> QPixmap:
    """A small picture of a pose [18, 3], whatever its unit."""
    picture = QPixmap(SIDE, SIDE)
    picture.fill(Qt.GlobalColor.transparent)
    there = pose_18x3[:, 2] > 0
    low, high = pose_18x3[there, :2].min(axis=0), pose_18x3[there, :2].max(axis=0)
    scale = (SIDE - 8) / max(float((high - low).max()), 1e-9)
    points = (pose_18x3[:, :2] - (low + high) / 2) * scale + SIDE / 2
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for (a, b), colour in zip(LIMBS, COLOURS, strict=False):
        if there[a] and there[b]:
            painter.setPen(QPen(QColor(*colour), 3))
            painter.drawLine(QPointF(*points[a]), QPointF(*points[b]))
    painter.end()
    return picture
