"""Files in and out so that every fault is one sentence and no file is ever half written."""

from __future__ import annotations

import errno
import json
import os
import platform
import re
import stat
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from engine.errors import InputError


def printable(name: str) -> str:
    """The name with anything a terminal or a label could not show replaced; other alphabets stay."""
    return "".join(c if c.isprintable() else "?" for c in name.encode("utf-8", "replace").decode("utf-8"))


def reason_of(error: Exception) -> str:
    """What the system says is wrong, as the end of a sentence."""
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return " ".join(text.split()).rstrip(".").lower()


@contextmanager
def opened(
    path: str | os.PathLike, name: str | None = None, *, what: str = "a file"
) -> Iterator[tuple[BinaryIO, str]]:
    """An ordinary, non-empty file open for reading, and what messages call it: `name`, or its own name.

    what: what was expected, for the message about a folder. Raises InputError for everything that is wrong
    with the file, also while it is being read.
    """
    path = Path(path)
    label = printable(name or path.name or str(path))
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise InputError(f"{label} is a folder, not {what}.")
        if not stat.S_ISREG(status.st_mode):
            raise InputError(f"{label} is not an ordinary file.")
        if status.st_size == 0:
            raise InputError(f"{label} is empty.")
        with path.open("rb") as file:
            yield file, label
    except InputError:
        raise
    except FileNotFoundError:
        raise InputError(f"There is no file {printable(str(path))}.") from None
    except PermissionError:
        raise InputError(f"{label} may not be read: permission denied.") from None
    except (OSError, ValueError) as error:
        raise InputError(f"{label} cannot be read: {reason_of(error)}.") from error


def text_of(data: bytes, label: str, what: str) -> str:
    """Text of a file's bytes: UTF-8 with or without a byte order mark, UTF-16 or UTF-32 with one or beginning
    with a plain letter.

    what: what the file should be, for the message. Raises InputError for other bytes.
    """
    try:
        return data.decode(json.detect_encoding(data))
    except UnicodeDecodeError:
        raise InputError(f"{label} is not {what}: it is no text.") from None


def make_folder(path: str | os.PathLike) -> Path:
    """The folder, made with its parents where it is missing. Raises InputError where it cannot be."""
    path = Path(path)
    label = printable(str(path))
    try:
        path.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise InputError(f"{label} is a file; a folder is needed to write to.") from None
    except PermissionError:
        raise InputError(f"The folder {label} cannot be made: permission denied.") from None
    except (OSError, ValueError) as error:
        raise InputError(f"The folder {label} cannot be made: {reason_of(error)}.") from error
    return path


def write_whole(path: str | os.PathLike, data: bytes) -> None:
    """Write a file that is never seen half written, as `writing_whole` does it."""
    with writing_whole(path) as file:
        file.write(data)


def write_private(path: str | os.PathLike, data: bytes) -> None:
    """`write_whole` for our eyes only: mode 0600, and a link of that name is replaced, not followed."""
    with writing_whole(path, private=True) as file:
        file.write(data)


@contextmanager
def writing_whole(path: str | os.PathLike, *, private: bool = False) -> Iterator[BinaryIO]:
    """A file to write to that takes the place of `path` when the block ends well, all of it or nothing.

    It is a temporary neighbour, flushed to the disk and renamed over the file, whose mode it gets; a link is
    followed to the file it names. private: mode 0600, and a link is replaced. What writers that were killed
    left in the folder is swept. Raises InputError, in one sentence, where that is not possible, or where
    `path` is something else than a file; what was there is then untouched.
    """
    path = Path(path)
    label = printable(str(path))
    if not path.name or os.path.isdir(path):
        raise InputError(f"{label} is a folder; a file name is needed to save to.")
    try:
        place, mode = _place_of(path, label, private)
        partial = place.with_name(f".poseloom-{_HOST}-{os.getpid()}-{os.urandom(4).hex()}.part")
        try:
            # Private from its first byte on: it may be in a folder that everybody reads.
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY
            os.close(os.open(partial, flags, 0o600 if private else 0o666))
            with partial.open("wb") as file:
                yield file
                file.flush()
                if mode is not None and not private:
                    with suppress(OSError):  # some drives know no modes
                        os.chmod(partial, mode)
                os.fsync(file.fileno())
            os.replace(partial, place)
        finally:
            partial.unlink(missing_ok=True)
        _sync_folder(place.parent)
        sweep(place.parent)
    except InputError:
        raise
    except FileNotFoundError:
        raise InputError(
            f"{label} cannot be saved: there is no folder {printable(str(path.parent))}."
        ) from None
    except PermissionError:
        raise InputError(f"{label} cannot be saved: permission denied.") from None
    except OSError as error:
        full = error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", -1))
        reason = "the disk is full" if full else reason_of(error)
        raise InputError(f"{label} cannot be saved: {reason}.") from error


_BINARY = getattr(os, "O_BINARY", 0)
_HOST = (
    f"{zlib.crc32(platform.node().encode()):08x}"  # a folder may be shared: a process number is one host's
)
_PARTIAL = re.compile(r"\.poseloom-(?P<host>[0-9a-f]{8})-(?P<pid>\d{1,9})-[0-9a-f]{8}\.part")
_A_DAY = 86_400.0  # s: nobody writes one file for so long


def sweep(folder: Path) -> None:
    """Remove the neighbours that writers of this machine left when they were killed, and any a day old."""
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            left = _PARTIAL.fullmatch(entry.name)
            if left is None:
                continue
            with suppress(OSError):
                dead = left["host"] == _HOST and not is_alive(int(left["pid"]))
                if dead or time.time() - entry.stat(follow_symlinks=False).st_mtime > _A_DAY:
                    os.unlink(entry.path)


def is_alive(pid: int) -> bool:
    """Whether a process of this number runs here; True where that cannot be asked."""
    if os.name != "posix":  # elsewhere the question itself would end it
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True


def refuse_own_input(output: str | os.PathLike, *inputs: str | os.PathLike | None) -> None:
    """Raises InputError where a command would write over what it reads, by whatever name."""
    for each in inputs:
        same = False
        with suppress(OSError, ValueError):  # one of them is not there, or cannot be
            same = each is not None and os.path.samefile(output, each)
        if same:
            raise InputError(f"{printable(str(output))} is read for this; give the output another name.")


def _place_of(path: Path, label: str, private: bool) -> tuple[Path, int | None]:
    """Where `writing_whole` writes, and the permissions of the file there, None where there is none."""
    try:
        place = path if private else Path(os.path.realpath(path))
        status = os.lstat(place)
    except FileNotFoundError:
        return place, None
    except ValueError:  # a name that no system takes, as with a NUL in it
        raise InputError(f"{label} cannot be saved: it is no name for a file.") from None
    if private and stat.S_ISLNK(status.st_mode):
        return place, None
    if not stat.S_ISREG(status.st_mode):
        raise InputError(f"{label} is not an ordinary file, so nothing is written to it.")
    if not private and not os.access(place, os.W_OK):  # a folder lets files be replaced that are kept from it
        raise InputError(f"{label} cannot be saved: it is read-only.")
    return place, stat.S_IMODE(status.st_mode)


def _sync_folder(folder: Path) -> None:
    """Make the new name itself last, where a system lets folders be flushed."""
    if os.name != "posix":
        return
    with suppress(OSError):  # some network drives do not know it
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
