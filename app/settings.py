"""What is remembered between runs: a typed front for an INI file.

Nothing in the file is believed: every value is looked at before it is used, and what cannot be used is as if
it had never been written.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import os
import stat
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings, QStandardPaths, QTemporaryDir

LAYOUT_VERSION = 3
MOST_RECENT = 10
LONGEST_NAME = 80  # characters that a texture is called by hand
MOST_BYTES = 1 << 18  # of the file; it has some two thousand
# Values that Qt makes objects of: we write none, and some make a decoder of pictures or a long recursion run.
_OBJECTS = (b"@Variant", b"@DateTime")


def config_folder() -> Path:
    """Folder of the settings; `POSELOOM_HOME` overrides the platform's own place."""
    override = os.environ.get("POSELOOM_HOME")
    if override:
        return Path(override)
    return Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.AppConfigLocation))


class Settings:
    """theme: system, dark or light. Folders: those of the last dialogs. hint_seen: a drag was made.

    A file that cannot be settings is put aside under a second name; where not even that can be done, what is
    set is remembered until the end of this run.
    """

    def __init__(self, path: Path | None = None):
        path = path or config_folder() / "window.ini"
        if not _may_be_settings(path) and not _put_aside(path):
            self._folder = QTemporaryDir()
            path = Path(self._folder.path()) / path.name
        self._store = QSettings(str(path), QSettings.Format.IniFormat)

    def _text(self, key: str, default: str) -> str:
        found = self._store.value(key, default)
        return found if isinstance(found, str) else default

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
    def consent_told(self) -> bool:
        """Whether it was said what photos of people need."""
        return self._text("consent_told", "no") == "yes"

    @consent_told.setter
    def consent_told(self, value: bool) -> None:
        self._store.setValue("consent_told", "yes" if value else "no")

    @property
    def weights(self) -> Path | None:
        """Weights chosen by the user, None for the ones in the box; a file that has gone is forgotten."""
        found = self._text("weights", "")
        return Path(found) if os.path.isfile(found) else None

    @weights.setter
    def weights(self, value: Path | None) -> None:
        self._store.setValue("weights", str(value) if value else "")

    def folder(self, purpose: str) -> str:
        """Where the last dialog for this purpose was; home to begin with."""
        found = self._text(f"folder/{purpose}", "")
        if os.path.isdir(found):
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

    @property
    def keys(self) -> dict[str, list[str]]:
        """Keys that were changed, by the id of their action."""
        try:
            found = json.loads(self._text("keys", "{}"))
        except (ValueError, RecursionError):
            found = {}
        found = found if isinstance(found, dict) else {}
        return {
            name: keys
            for name, keys in found.items()
            if isinstance(keys, list) and all(isinstance(key, str) for key in keys)
        }

    @keys.setter
    def keys(self, value: Mapping[str, Sequence[str]]) -> None:
        self._store.setValue("keys", json.dumps({name: list(keys) for name, keys in value.items()}))

    def layout(self) -> tuple[QByteArray, QByteArray] | None:
        """Geometry and dock state of the last run, None unless they are, to the byte, what this version
        wrote: Qt follows damaged ones wherever they lead."""
        texts = [self._text(f"layout/{name}", "") for name in ("geometry", "state")]
        if self._text("layout/digest", "") != _digest(*texts):
            return None
        with suppress(binascii.Error, ValueError):
            geometry, state = (QByteArray(base64.b64decode(text, validate=True)) for text in texts)
            return geometry, state
        return None

    def set_layout(self, geometry: QByteArray, state: QByteArray) -> None:
        texts = [base64.b64encode(bytes(part.data())).decode() for part in (geometry, state)]
        for name, text in zip(("geometry", "state", "digest"), (*texts, _digest(*texts)), strict=True):
            self._store.setValue(f"layout/{name}", text)

    def texture_name(self, weights: str, layer: str, texture: int) -> str:
        """What a texture of these weights (their sha256) was called by hand, "" where nobody did."""
        return self._text(f"textures/{weights}/{layer}/{texture}", "")[:LONGEST_NAME]

    def texture_names(self, weights: str) -> dict[tuple[str, int], str]:
        """All that textures of these weights were called by hand, by layer and number."""
        self._store.beginGroup(f"textures/{weights}")
        keys = [key.rpartition("/") for key in self._store.allKeys()]
        self._store.endGroup()
        slots = [(layer, int(number)) for layer, _, number in keys if number.isdecimal()]
        return {slot: name for slot in slots if (name := self.texture_name(weights, *slot))}

    def set_texture_name(self, weights: str, layer: str, texture: int, name: str) -> None:
        """ "" forgets it."""
        key = f"textures/{weights}/{layer}/{texture}"
        if name:
            self._store.setValue(key, name[:LONGEST_NAME])
        else:
            self._store.remove(key)

    def forget_layout(self) -> None:
        """Open in the layout of the first start."""
        self._store.remove("layout")

    def save(self) -> None:
        """Write to disk now."""
        self._store.sync()


def _digest(geometry: str, state: str) -> str:
    return hashlib.sha256(f"{LAYOUT_VERSION} {geometry} {state}".encode()).hexdigest()


def _may_be_settings(path: Path) -> bool:
    """Whether the file can be handed to Qt: there is none, or an ordinary small one of plain values."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode) or status.st_size > MOST_BYTES:
            return False
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        return not path.is_symlink()
    except (OSError, ValueError):
        return False
    return len(data) <= MOST_BYTES and not any(word in data for word in _OBJECTS)


def _put_aside(path: Path) -> bool:
    with suppress(OSError, ValueError):
        os.replace(path, path.with_name(path.name + ".damaged"))
        return True
    return False
