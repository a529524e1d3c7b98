"""A run's state on disk: written atomically, the newest few and the best kept, no code unpickled."""

from __future__ import annotations

import contextlib
import math
import os
import re
import shutil
from pathlib import Path

import torch

from engine.errors import InputError
from engine.files import make_folder
from engine.weights import read_torch

KEEP = 3
_BEST = re.compile(r"best-(\d+)-(\d+\.\d+)\.pt")


def save(folder: Path, samples: int, state: dict) -> Path:
    """Write `state` as checkpoint-<samples>.pt and drop all but the newest few.

    Raises InputError where that fails, as on a full disk; the older ones are then untouched.
    """
    make_folder(folder)
    path = folder / f"checkpoint-{samples:010d}.pt"
    part = path.with_name(path.name + ".tmp")
    try:
        with open(part, "wb") as file:
            torch.save(state, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    except (OSError, RuntimeError) as error:  # torch reports a short write as RuntimeError
        part.unlink(missing_ok=True)
        raise InputError(
            f"The checkpoint {path} could not be written ({error}); the older ones are untouched."
        ) from None
    for old in checkpoints(folder)[:-KEEP]:
        old.unlink()
    return path


def read(path: Path) -> dict:
    """The state in a checkpoint, tensors on the CPU. Raises InputError where the file is something else."""
    state = read_torch(path)
    if not isinstance(state.get("recipe"), dict) or not {"network", "ema", "samples"} <= state.keys():
        raise InputError(f"{path} is no checkpoint of a training run.")
    return state


def checkpoints(folder: Path) -> list[Path]:
    """Finished checkpoints, oldest first."""
    return sorted(folder.glob("checkpoint-*.pt"))


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
