"""Icons: our own line drawings in `resources/icons`, coloured when painted, by the theme."""

from __future__ import annotations

from functools import cache, lru_cache

from PySide6.QtCore import QByteArray, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from app import theme
from engine.paths import RESOURCES

FOLDER = RESOURCES / "icons"


@cache
def _source(name: str) -> str:
    return (FOLDER / f"{name}.svg").read_text(encoding="utf-8")


@lru_cache(maxsize=256)
def _renderer(name: str, colour: str) -> QSvgRenderer:
    return QSvgRenderer(QByteArray(_source(name).replace("currentColor", colour).encode()))


class _TintedEngine(QIconEngine):
    """Paints one drawing in the theme's text colour, faded when disabled."""

    def __init__(self, name: str, role: str):
        super().__init__()
        self._name = name
        self._role = role

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        present = theme.colours()
        role = "accent" if state == QIcon.State.On and self._role == "text" else self._role
        disabled = mode == QIcon.Mode.Disabled
        if disabled:
            role = "text"  # whatever it lay on is grey now
        painter.save()
        painter.setOpacity(0.38 if disabled else 1.0)
        _renderer(self._name, getattr(present, role)).render(painter, QRectF(rect))
        painter.restore()

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        if size.isEmpty():  # a button that is being squeezed asks for it; nothing can be painted on it
            return QPixmap()
        pixmap = QPixmap(size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.paint(painter, QRect(QPoint(), size), mode, state)
        painter.end()
        return pixmap

    def clone(self) -> QIconEngine:
        return _TintedEngine(self._name, self._role)


def icon(name: str, role: str = "text") -> QIcon:
    """The icon drawn in `resources/icons/<name>.svg`, in the palette colour named by `role`."""
    return QIcon(_TintedEngine(name, role))


def pixmap(name: str, side: int, role: str = "text", ratio: float = 1.0) -> QPixmap:
    """The drawing as a pixmap `side` points high, sharp at this device pixel ratio."""
    made = QPixmap(QSize(side, side) * ratio)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    _renderer(name, getattr(theme.colours(), role)).render(painter)
    painter.end()
    made.setDevicePixelRatio(ratio)
    return made
