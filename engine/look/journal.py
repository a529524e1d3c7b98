"""What is not saved yet, kept beside the program: a look that is written now and then, and survives a kill.

A folder holds a journal a window. Its window holds it locked as long as it lives, however that ends, so one
that nobody holds was left behind. It stays until somebody decides.
"""

from __future__ import annotations

import os
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from engine.errors import InputError
from engine.files import make_folder, sweep
from engine.look import checks
from engine.look.checks import Damage
from engine.look.document import LookDocument
from engine.look.file import SUFFIX, peek_look, read_look, write_look

SECTION = "journal"  # where the look is saved, for the window that takes it up
LOCK = ".lock"
MOST_PATH = 4096


class Journal:
    """Of one window. Nothing is on the disk before the first `write`."""

    def __init__(self, folder: Path):
        self._folder = folder
        self._lock: BinaryIO | None = None
        self._path = folder

    def write(self, look: LookDocument, saved_as: Path | None) -> None:
        """Keep this look; the one before is replaced when this one is whole. Raises InputError."""
        if self._lock is None:
            make_folder(self._folder)
            self._path = self._folder / f"{time.time_ns():x}-{os.getpid()}{SUFFIX}"
            self._lock = _locked(self._path.with_suffix(LOCK))
        journal = {"path": str(saved_as) if saved_as else ""}
        write_look(self._path, replace(look, others={**look.others, SECTION: journal}), private=True)

    def remove(self) -> None:
        """There is nothing to keep."""
        if self._lock is not None:
            _remove(self._path, self._lock)
            self._lock = None


@dataclass(frozen=True, eq=False)
class LeftBehind:
    """A journal that no window holds. when: seconds since 1970. look: without the photos' bytes.

    saved_as: where the look was saved last, None where nowhere.
    """

    path: Path
    when: float
    look: LookDocument
    saved_as: Path | None
    lock: BinaryIO

    def read(self) -> LookDocument:
        """The look, whole. Raises InputError."""
        return without_journal(read_look(self.path))[0]

    def remove(self) -> None:
        """It was decided about."""
        _remove(self.path, self.lock)

    def release(self) -> None:
        """Leave it for another start."""
        self.lock.close()


def left_behind(folder: Path) -> list[LeftBehind]:
    """The journals that nobody holds, the newest first; they are held from now on. One that cannot be read
    stays where it is.
    """
    sweep(folder)
    found = []
    for path in folder.glob(f"*{SUFFIX}"):
        lock = _locked(path.with_suffix(LOCK))
        if lock is None:
            continue
        try:
            look, saved_as = without_journal(peek_look(path))
            found.append(LeftBehind(path, path.stat().st_mtime, look, saved_as, lock))
        except (InputError, OSError):
            lock.close()
    return sorted(found, key=lambda each: -each.when)


def without_journal(look: LookDocument) -> tuple[LookDocument, Path | None]:
    """The look as it was, and where it was saved."""
    others = dict(look.others)
    try:
        said = checks.text(checks.mapping(others.pop(SECTION, {}), "").get("path", ""), "", MOST_PATH)
    except Damage:
        said = ""
    return replace(look, others=others), Path(said) if said else None


def _locked(path: Path) -> BinaryIO | None:
    """The file, held until it is closed or the process ends, however; None where another holds it."""
    try:
        # Neither through a link nor waiting at a pipe: the folder may be one that others write to.
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
        file = os.fdopen(os.open(path, flags, 0o600), "r+b", buffering=0)
    except OSError:
        return None
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        return None
    return file


def _remove(path: Path, lock: BinaryIO) -> None:
    for gone in (path, path.with_suffix(LOCK)):
        if gone != path:
            lock.close()  # an open file cannot be removed everywhere
        with suppress(OSError):
            gone.unlink()
