"""Encoded pictures by key: in an LMDB environment, as NTED keeps DeepFashion, or as files in a folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from engine.errors import InputError
from engine.files import reason_of

try:
    import lmdb
except ImportError:
    lmdb = None

_LMDB_FILE = "data.mdb"
_LENGTH = "length"  # the key that holds how many pictures there are, five digits
_PER_COMMIT = 500
_LEAST_MAP = 1 << 24  # bytes

_environments: dict[Path, lmdb.Environment] = {}  # LMDB opens a file only once in a process


class Pictures(Protocol):
    """Bytes of a picture by its key, such as `img/WOMEN/Dresses/id_00000002/02_1_front.png`."""

    def __contains__(self, key: str) -> bool: ...

    def read(self, key: str) -> bytes:
        """Raises InputError naming store and key where it is not there."""
        ...


class FilePictures:
    """Pictures as files under a folder."""

    def __init__(self, folder: Path):
        self.folder = folder

    def __contains__(self, key: str) -> bool:
        return (self.folder / key).is_file()

    def read(self, key: str) -> bytes:
        try:
            return (self.folder / key).read_bytes()
        except OSError as error:
            raise InputError(f"{self.folder / key}: cannot be read ({reason_of(error)}).") from None


class LmdbPictures:
    """Pictures in an LMDB environment, which every process opens for itself."""

    def __init__(self, folder: Path):
        self.folder = folder
        self._environment()

    def __contains__(self, key: str) -> bool:
        return self._get(key) is not None

    def read(self, key: str) -> bytes:
        data = self._get(key)
        if data is None:
            raise InputError(f"{self.folder}: holds no picture {key}.")
        return data

    def _get(self, key: str) -> bytes | None:
        try:
            with self._environment().begin() as transaction:
                return transaction.get(key.encode())
        except lmdb.Error as error:
            raise InputError(f"{self.folder}: cannot be read at {key} ({reason_of(error)}).") from None

    def _environment(self) -> lmdb.Environment:
        place = self.folder.resolve()
        if place not in _environments:
            _environments[place] = _open(self.folder)
        return _environments[place]


def _open(folder: Path) -> lmdb.Environment:
    try:
        environment = lmdb.open(str(folder), readonly=True, lock=False, readahead=False, create=False)
        needed = (environment.info()["last_pgno"] + 1) * environment.stat()["psize"]
    except lmdb.Error as error:
        raise InputError(f"{folder}: is no LMDB environment ({reason_of(error)}).") from None
    # A file that is cut off would kill the process where it is read, not raise.
    if os.path.getsize(folder / _LMDB_FILE) < needed:
        environment.close()
        raise InputError(f"{folder}: is cut off, {_LMDB_FILE} has fewer bytes than it should.")
    return environment


def open_pictures(folder: Path) -> Pictures:
    """The pictures in a folder: in an LMDB environment if it holds one, else as files. Raises InputError."""
    if not (folder / _LMDB_FILE).exists():
        return FilePictures(folder)
    if lmdb is None:
        raise InputError(f"{folder}: to read this LMDB environment, install the package lmdb.")
    return LmdbPictures(folder)


def write_below(folder: Path, name: str, data: bytes) -> None:
    """Write a file at a path below a folder, which is made. Raises InputError where it cannot be."""
    path = folder / name
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({reason_of(error)}).") from None


class FileWriter:
    """Writes pictures as files under a new folder. Methods raise InputError where they cannot."""

    def __init__(self, folder: Path):
        self.folder = folder

    def put(self, key: str, data: bytes) -> None:
        write_below(self.folder, key, data)

    def finish(self) -> None:
        """Nothing is left to be done."""


class LmdbWriter:
    """Fills a new LMDB environment. Methods raise InputError where they cannot.

    most_bytes: of all pictures together; the file grows with what is written, up to twice that.
    """

    def __init__(self, folder: Path, most_bytes: int):
        if lmdb is None:
            raise InputError("To write an LMDB environment, install the package lmdb, or use --store files.")
        self.folder, self._count = folder, 0
        with self._told():
            folder.mkdir(parents=True)
            self._environment = lmdb.open(str(folder), map_size=2 * most_bytes + _LEAST_MAP)
            self._transaction = self._environment.begin(write=True)

    def put(self, key: str, data: bytes) -> None:
        with self._told():
            self._transaction.put(key.encode(), data)
            self._count += 1
            if self._count % _PER_COMMIT == 0:
                self._transaction.commit()
                self._transaction = self._environment.begin(write=True)

    def finish(self) -> None:
        """Write how many pictures there are and close."""
        with self._told():
            self._transaction.put(_LENGTH.encode(), f"{self._count:05d}".encode())
            self._transaction.commit()
            self._environment.close()

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (OSError, lmdb.Error) as error:
            raise InputError(f"{self.folder}: cannot be written ({reason_of(error)}).") from None


def lmdb_is_there() -> bool:
    """Whether the package is installed."""
    return lmdb is not None
