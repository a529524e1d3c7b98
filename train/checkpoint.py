"""A run's state on disk: written atomically, the newest few kept, read without unpickling code."""

from __future__ import annotations

import os
from pathlib import Path

import torch

from engine.errors import InputError

KEEP = 3


def save(folder: Path, samples: int, state: dict) -> Path:
    """Write `state` as checkpoint-<samples>.pt and drop all but the newest few. A full disk leaves the older ones whole."""
    folder.mkdir(parents=True, exist_ok=True)
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
        raise InputError(f"The checkpoint {path} could not be written ({error}); the older ones are untouched.") from None
    for old in checkpoints(folder)[:-KEEP]:
        old.unlink()
    return path


def checkpoints(folder: Path) -> list[Path]:
    """Finished checkpoints, oldest first."""
    return sorted(folder.glob("checkpoint-*.pt"))


def load(path: Path) -> dict:
    """Raises InputError naming the file where it is missing or damaged."""
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise InputError(f"The checkpoint {path} does not exist.") from None
    except Exception as error:  # torch raises many kinds for a damaged file
        raise InputError(f"The checkpoint {path} cannot be read ({type(error).__name__}).") from None
