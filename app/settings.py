"""What is remembered between runs: a typed front for an INI file."""

from __future__ import annotations

import json
import os
from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings, QStandardPaths

LAYOUT_VERSION = 1
MOST_RECENT = 10


def config_folder() -> Path:
    """Folder of the settings; `POSELOOM_HOME` overrides the platform's own place."""
    override = os.environ.get("POSELOOM_HOME")
    if override:
        return Path(override)
    return Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.AppConfigLocation))


class Settings:
    """theme: system, dark or light. Folders: those of the last dialogs. hint_seen: a drag was made."""

    def __init__(self, path: Path | None = None):
        self._store = QSettings(str(path or config_folder() / "window.ini"), QSettings.Format.IniFormat)

    def _text(self, key: str, default: str) -> str:
        return str(self._store.value(key, default))

    @property
    def theme(self) -> str:
        found = self._text("theme", "system")
        return found if found in ("system", "dark", "light") else "system"

    @theme.setter
    def theme(self, value: str) -> None:
        self._store.setValue("theme", value)

    @property
    def hint_seen(self) -> bool:
        return self._text("hint_seen", "no") == "yes"

    @hint_seen.setter
    def hint_seen(self, value: bool) -> None:
        self._store.setValue("hint_seen", "yes" if value else "no")

    @property
    def weights(self) -> Path | None:
        """Weights chosen by the user, None for the ones in the box; a file that has gone is forgotten."""
        found = self._text("weights", "")
        return Path(found) if found and Path(found).is_file() else None

    @weights.setter
    def weights(self, value: Path | None) -> None:
        self._store.setValue("weights", str(value) if value else "")

    def folder(self, purpose: str) -> str:
        """Where the last dialog for this purpose was; home to begin with."""
        found = self._text(f"folder/{purpose}", "")
        if found and Path(found).is_dir():
            return found
        return QStandardPaths.writableLocation(QStandardPaths.StandardLocation.HomeLocation)

    def set_folder(self, purpose: str, folder: Path) -> None:
        self._store.setValue(f"folder/{purpose}", str(folder))

    @property
    def recent(self) -> list[Path]:
        """The looks that were opened or saved last, the newest first."""
        try:
            found = json.loads(self._text("recent", "[]"))
        except (ValueError, RecursionError):
            found = []
        found = found if isinstance(found, list) else []
        return [Path(each) for each in found if isinstance(each, str)][:MOST_RECENT]

    def add_recent(self, path: Path) -> None:
        """Put a look first among the recent ones."""
        path = path.absolute()
        paths = [path, *(other for other in self.recent if other != path)]
        self._store.setValue("recent", json.dumps([str(each) for each in paths[:MOST_RECENT]]))

    def layout(self) -> tuple[QByteArray, QByteArray] | None:
        """Geometry and dock state of the last run, None if there is none of this version."""
        if self._text("layout/version", "") != str(LAYOUT_VERSION):
            return None
        geometry, state = self._store.value("layout/geometry"), self._store.value("layout/state")
        if isinstance(geometry, QByteArray) and isinstance(state, QByteArray):
            return geometry, state
        return None

    def set_layout(self, geometry: QByteArray, state: QByteArray) -> None:
        self._store.setValue("layout/version", str(LAYOUT_VERSION))
        self._store.setValue("layout/geometry", geometry)
        self._store.setValue("layout/state", state)

    def forget_layout(self) -> None:
        """Open in the layout of the first start."""
        self._store.remove("layout")

    def save(self) -> None:
        """Write to disk now."""
        self._store.sync()
