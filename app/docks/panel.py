"""A dock with a quiet title bar of our own."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget, QHBoxLayout, QLabel, QToolButton, QWidget

from app import icons


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
