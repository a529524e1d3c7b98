"""The theme of the window: chosen, remembered, and that of the system followed."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from app import theme
from app.centre import Centre
from app.controller import Controller
from app.docks.layout import Docks
from app.settings import Settings


class ThemeChoice(QObject):
    """Dresses the application, and asks what paints itself to take the new colours."""

    def __init__(self, centre: Centre, docks: Docks, controller: Controller, settings: Settings):
        super().__init__(centre)
        self._centre, self._docks = centre, docks
        self._controller, self._settings = controller, settings
        QApplication.styleHints().colorSchemeChanged.connect(self._on_scheme)

    def choose(self, choice: str) -> None:
        """Dark, light or system."""
        self._settings.theme = choice
        self._dress()

    def _on_scheme(self) -> None:
        if self._settings.theme == theme.SYSTEM:
            self._dress()

    def _dress(self) -> None:
        if isinstance(application := QApplication.instance(), QApplication):
            theme.apply(application, self._settings.theme)
        self._centre.refresh_theme()
        self._docks.inspector.refresh_theme()
        self._docks.shelf.refresh_theme()
