"""A dock with a quiet title bar of our own, and bodies that are taller than small windows are."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtWidgets import QDockWidget, QFrame, QHBoxLayout, QLabel, QScrollArea, QToolButton, QWidget

from app import icons

LEAST = 160  # px of a tall body that are in sight at least


class Panel(QDockWidget):
    """Title, a close button, and `body` beneath; the object name keeps its place between runs."""

    def __init__(self, name: str, title: str, body: QWidget, parent: QWidget):
        super().__init__(title, parent)
        self.setObjectName(name)
        self.setFeatures(
            QDockWidget.DockWidgetFeature.DockWidgetMovable
            | QDockWidget.DockWidgetFeature.DockWidgetClosable
            | QDockWidget.DockWidgetFeature.DockWidgetFloatable
        )
        bar = QWidget()
        bar.setObjectName("dockTitle")
        bar.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = QHBoxLayout(bar)
        row.setContentsMargins(14, 9, 8, 5)
        row.addWidget(QLabel(title), 1)
        self.close_button = close = QToolButton()
        close.setIcon(icons.icon("close", "muted"))
        close.setToolTip("Close (View brings it back)")
        close.setAccessibleName(f"Close {title}")
        close.clicked.connect(self.close)
        row.addWidget(close)
        self.setTitleBarWidget(bar)
        body.setObjectName(body.objectName() or "dockBody")
        self.setWidget(body)


class TallBody(QScrollArea):
    """As wide as what it holds, and only as tall as there is room; it scrolls upright."""

    def __init__(self, body: QWidget):
        super().__init__()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidgetResizable(True)
        self.setWidget(body)
        self._body = body

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        bar = self.verticalScrollBar().sizeHint().width()
        return QSize(self._body.minimumSizeHint().width() + bar, LEAST)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()  # another width may be needed
        return super().eventFilter(watched, event)
