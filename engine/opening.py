"""An engine from its weights, at a size; what is told of it."""

from __future__ import annotations

import os

from engine import weights
from engine.contract import PoseTransferModel
from engine.errors import InputError
from engine.models.registry import open_model
from engine.paths import DEFAULT_WEIGHTS
from engine.plan import Plan

LONGEST_SIDE = 1024  # px: twice the largest official frame; what a frame takes grows with its area


def open_engine(
    path: str | os.PathLike | None, plan: Plan, size: tuple[int, int] | None
) -> tuple[PoseTransferModel, dict]:
    """The engine of a weights file, None for that in the box, at a size (H, W), None for what it was made
    for; and its name, path, sha256, card and, where it is not at home, a note. Raises InputError for missing
    or foreign weights and a bad size."""
    file = _read(path)
    model = open_model(file, plan, size and checked_size(size))
    checked_size(model.size)
    info = {"name": file.path.name, "path": str(file.path), "sha256": file.sha256, "card": file.card}
    made_for = _made_for(file) or model.made_for
    if model.size != made_for:
        frame, made = ("x".join(map(str, size)) for size in (model.size, made_for))
        info["note"] = f"made for {made}, running at {frame}"
    return model, info


def checked_size(size: tuple[int, int]) -> tuple[int, int]:
    """The model frame (H, W) as it is given. Raises InputError where no network could run at it."""
    if any(side % 16 or side < 64 for side in size):
        raise InputError(
            f"The size {size[0]}x{size[1]} is not possible: both sides must be multiples of 16 from 64 on."
        )
    if max(size) > LONGEST_SIDE:
        raise InputError(f"The size {size[0]}x{size[1]} is too large: a side has {LONGEST_SIDE} px at most.")
    return size


def _made_for(file: weights.WeightsFile) -> tuple[int, ...] | None:
    """The size (H, W) that the card says the weights were made for. Raises InputError for another thing."""
    said = file.card.get("made_for")
    if said is None:
        return None
    if not isinstance(said, list) or len(said) != 2 or not all(type(side) is int for side in said):
        raise InputError(f"The weights file {file.path} has a damaged card.")
    return tuple(said)


def _read(path: str | os.PathLike | None) -> weights.WeightsFile:
    if path is None and not DEFAULT_WEIGHTS.is_file():
        raise InputError(f"The weights that come with the program are missing: {DEFAULT_WEIGHTS}.")
    return weights.read(path or DEFAULT_WEIGHTS)
