"""Official PISE checkpoints (`latest_net_G.pth`, `latest_net_D.pth`) into networks (PISE spec section 10)."""

from __future__ import annotations

import os
from pathlib import Path

from torch import Tensor

from engine import weights
from engine.errors import InputError
from engine.models.pise.network import Pise
from engine.models.pise.weights import from_state


def load_official(path: str | os.PathLike) -> Pise:
    """The generator of an official checkpoint: of pose transfer, or of texture transfer, which has no parsing
    generator; with or without the `module.` of data parallelism.

    Nothing but tensors is unpickled. Raises InputError naming the file and the first key that is missing or
    has another shape.
    """
    path = Path(path)
    state = official_state(path)
    try:
        return from_state(state, path)
    except InputError as error:
        raise InputError(f"{error} The first that is there is {next(iter(state))}.") from None


def official_state(path: Path) -> dict[str, Tensor]:
    """The tensors of a checkpoint by key, without `module.`. Raises InputError where it holds none."""
    content = weights.read(path).tensors if path.suffix == ".safetensors" else weights.read_torch(path)
    state = {str(key).removeprefix("module."): value for key, value in content.items()}
    if not state or not all(isinstance(value, Tensor) for value in state.values()):
        raise InputError(f"The checkpoint {path} holds no state dict of tensors.")
    return state
