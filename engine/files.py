"""Files in and out so that every fault is one sentence and no file is ever half written."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
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
    """Text of a file's bytes: UTF-8 with or without a byte order mark, or UTF-16 with one.

    what: what the file should be, for the message. Raises InputError for other bytes.
    """
    try:
        return data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
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
    """Write a file that is never seen half written. Raises as `writing_whole`."""
    with writing_whole(path) as file:
        file.write(data)


@contextmanager
def writing_whole(path: str | os.PathLike) -> Iterator[BinaryIO]:
    """A file to write that is never seen half written: a temporary neighbour, flushed, then renamed over it.

    Raises InputError, in one sentence, where that is not possible, and passes on what the body raises; the
    old file is then untouched.
    """
    path = Path(path)
    label = printable(str(path))
    if not path.name or os.path.isdir(path):
        raise InputError(f"{label} is a folder; a file name is needed to save to.")
    # A fixed short name: a neighbour named after a name of the longest kind would be too long.
    partial = path.with_name(f".poseloom-{os.getpid()}-{os.urandom(4).hex()}.part")
    try:
        try:
            with partial.open("xb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            os.replace(partial, path)
        finally:
            partial.unlink(missing_ok=True)
    except InputError:
        raise
    except FileNotFoundError:
        raise InputError(
            f"{label} cannot be saved: there is no folder {printable(str(path.parent))}."
        ) from None
    except PermissionError:
        raise InputError(f"{label} cannot be saved: permission denied.") from None
    except (OSError, ValueError) as error:
        full = getattr(error, "errno", None) in (
            errno.ENOSPC,
            errno.EDQUOT if hasattr(errno, "EDQUOT") else -1,
        )
        reason = "the disk is full" if full else reason_of(error)
        raise InputError(f"{label} cannot be saved: {reason}.") from error
