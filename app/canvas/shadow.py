"""The desk behind a picture, with the soft shadow that the picture throws on it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter

from app import theme

REACH = 14  # widget px


def paint_shadow(painter: QPainter, box: QRectF, zoom: float) -> None:
    """Around `box`, in scene units of so many widget px."""
    if box.isEmpty():
        return
    soft = 1.0 / zoom
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.colour(theme.colours().halo, 0.016))
    for spread in range(1, REACH + 1):
        s = spread * soft
        painter.drawRoundedRect(box.adjusted(-s, -s + 3 * soft, s, s + 3 * soft), s, s)
