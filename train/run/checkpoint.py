"""A run's state on disk: written atomically, the newest few and the best kept, no code unpickled."""

from __future__ import annotations

import contextlib
import math
import os
import re
import shutil
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from engine.errors import InputError
from engine.files import make_folder, writing_whole
from engine.weights import read_torch

KEEP = 3
_NAME = re.compile(r"checkpoint-(\d{10,})\.pt")
_BEST = re.compile(r"best-(\d+)-(\d+\.\d+)\.pt")


def save(folder: Path, samples: int, state: dict) -> Path:
    """Write `state` as checkpoint-<samples>.pt and drop all but the newest few.

    Raises InputError where that fails, as on a full disk; the older ones are then untouched.
    """
    make_folder(folder)
    path = folder / f"checkpoint-{samples:010d}.pt"
    with writing_whole(path) as file:
        try:
            torch.save(state, file)
        except (OSError, RuntimeError) as error:  # torch reports a short write as RuntimeError
            raise InputError(
                f"The checkpoint {path} could not be written ({error}); the older ones are untouched."
            ) from None
    for old in [
        *checkpoints(folder)[:-KEEP],
        *folder.glob("checkpoint-*.pt.tmp"),
        *folder.glob("best-*.pt.tmp"),
    ]:
        with contextlib.suppress(OSError):  # what cannot be removed is no reason to end a run
            old.unlink()
    return path


def read(path: Path) -> dict:
    """The state in a checkpoint, tensors on the CPU. Raises InputError where the file is something else, or
    is not to the byte what was written."""
    state = read_torch(path)
    if not isinstance(state.get("recipe"), dict) or not {"network", "ema", "samples"} <= state.keys():
        raise InputError(f"{path} is no checkpoint of a training run.")
    odd = next((name for name, is_one in _ENTRIES.items() if not is_one(state.get(name))), None)
    if odd:
        raise InputError(f"The checkpoint {path} is damaged: {odd} is missing, or is no {odd}.")
    _compare_sums(path)
    return state


def _is_count(value: object) -> bool:
    return type(value) is int and value >= 0


def _is_plain(value: object) -> bool:
    """Whether it is words and numbers all through, as what goes into a card is."""
    if isinstance(value, dict):
        return all(isinstance(key, str) and _is_plain(each) for key, each in value.items())
    if isinstance(value, list | tuple):
        return all(map(_is_plain, value))
    return value is None or isinstance(value, str | int | float)


def _is_count_or_none(value: object) -> bool:
    return value is None or _is_count(value)


_ENTRIES: dict[str, Callable[[Any], bool]] = {
    "recipe": _is_plain,
    "network": lambda each: isinstance(each, dict),
    "ema": lambda each: isinstance(each, dict),
    "samples": _is_count,
    "begun": _is_count_or_none,
    "decay": lambda each: (
        isinstance(each, tuple | list) and len(each) == 2 and all(map(_is_count_or_none, each))
    ),
    "history": lambda each: (
        isinstance(each, list) and all(isinstance(part, dict) for part in each) and _is_plain(each)
    ),
}


@contextlib.contextmanager
def taken_from(path: Path) -> Iterator[None]:
    """What is wrong deeper in a state is told as it is taken: whatever that raises is an InputError here."""
    try:
        yield
    except InputError:
        raise
    except Exception as error:  # torch raises any kind for a state of another form
        raise InputError(
            f"The checkpoint {path} is damaged: an entry is missing, or is not what it should be."
        ) from error


def _compare_sums(path: Path) -> None:
    """Raises InputError where a part is not what its checksum says: torch.save writes one for every tensor,
    and torch.load never looks at it."""
    try:
        with zipfile.ZipFile(path) as archive:
            part = archive.testzip()
    except Exception as error:  # a damaged directory raises many kinds
        part = type(error).__name__
    if part:
        raise InputError(f"The checkpoint {path} is damaged ({part}).")


@dataclass(frozen=True)
class Newest:
    """The newest whole checkpoint of a run. damaged: newer ones that are not whole, and what is wrong."""

    path: Path
    state: dict
    damaged: dict[Path, str]

    def lines(self) -> list[str]:
        """What the user should know, in sentences."""
        return [f"{fault} The next older one is taken, {self.path.name}." for fault in self.damaged.values()]


def newest(folder: Path) -> Newest | None:
    """The newest checkpoint that can be read; None in a folder without any. Raises InputError, with the fault
    of the newest, where none can."""
    damaged: dict[Path, str] = {}
    for path in reversed(checkpoints(folder)):
        try:
            return Newest(path, read(path), damaged)
        except InputError as error:
            damaged[path] = str(error)
    if damaged:
        raise InputError(next(iter(damaged.values())))
    return None


def put_aside(damaged: Iterable[Path]) -> None:
    """Rename damaged checkpoints, so that they are not counted among those that are kept."""
    for path in damaged:
        with contextlib.suppress(OSError):  # another process of the run was faster
            path.rename(path.with_name(path.name + ".damaged"))


def checkpoints(folder: Path) -> list[Path]:
    """Finished checkpoints, oldest first; not what else is called much the same, as copies are."""
    found = [path for path in folder.glob("checkpoint-*.pt") if _NAME.fullmatch(path.name)]
    return sorted(found, key=lambda path: (len(path.name), path.name))


def best(folder: Path) -> tuple[Path, float] | None:
    """The best checkpoint kept, best-<samples>-<error>.pt, and its error on held-out people."""
    found = [
        (float(match[2]), path) for path in folder.glob("best-*.pt") if (match := _BEST.fullmatch(path.name))
    ]
    if not found:
        return None
    error, path = min(found)
    return path, error


def keep_best(path: Path, error: float) -> bool:
    """Keep the checkpoint at `path` beside the newest if its error is the smallest so far; whether it was.

    A second name for the same file where the file system knows such a thing, a copy elsewhere.
    """
    before = best(path.parent)
    if not math.isfinite(error) or (before is not None and before[1] <= error):
        return False
    samples = path.stem.rpartition("-")[2]
    kept = path.with_name(f"best-{samples}-{error:.6f}.pt")
    part = kept.with_name(kept.name + ".tmp")
    part.unlink(missing_ok=True)
    try:
        try:
            os.link(path, part)
        except OSError:
            shutil.copyfile(path, part)
        os.replace(part, kept)
    except OSError as fault:
        part.unlink(missing_ok=True)
        raise InputError(f"The best checkpoint could not be kept as {kept} ({fault.strerror}).") from None
    for old in path.parent.glob("best-*.pt"):
        if old != kept:
            with contextlib.suppress(OSError):
                old.unlink()
    return True


def nbytes(state: object) -> int:
    """Bytes of the tensors in a state: about the size of its checkpoint."""
    if isinstance(state, torch.Tensor):
        return state.numel() * state.element_size()
    if isinstance(state, dict):
        return sum(nbytes(value) for value in state.values())
    return sum(nbytes(value) for value in state) if isinstance(state, list | tuple) else 0
