"""Official NTED training checkpoints (.pt) into networks (NTED spec 3.1)."""

from __future__ import annotations

import os
import pickle
from pathlib import Path

import torch
from torch import Tensor

from engine import weights
from engine.errors import InputError
from engine.models.nted.config import config_from_shapes
from engine.models.nted.network import Nted

PARTS = ("net_G_ema", "net_G")  # inference uses the average; stripped files may hold only one of them


def load_official(path: str | os.PathLike) -> Nted:
    """The generator of an official checkpoint, whole or stripped, with or without the `module.` of data parallelism.

    Nothing but tensors and plain containers is unpickled. Raises InputError naming the file and what is wrong with it,
    for a state dict that is not NTED the first key that is missing or has another shape.
    """
    path = Path(path)
    state = _generator(_unpickled(path), path)
    try:
        config = config_from_shapes({key: tuple(value.shape) for key, value in state.items()})
    except InputError as error:
        raise InputError(f"{path}: {error}") from None
    network = Nted(config)
    weights.fill(network, state, path)
    return network.eval().requires_grad_(False)


def _unpickled(path: Path) -> dict:
    if not path.is_file():
        raise InputError(f"The checkpoint {path} does not exist.")
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError:
        raise InputError(f"The checkpoint {path} holds more than tensors, or is damaged; it was not opened.") from None
    except Exception as error:  # zip, pickle and storage code raise many kinds for a damaged file
        raise InputError(f"The checkpoint {path} cannot be read ({type(error).__name__}).") from None
    if not isinstance(content, dict):
        raise InputError(f"The checkpoint {path} holds no state dict.")
    return content


def _generator(content: dict, path: Path) -> dict[str, Tensor]:
    state = next((content[part] for part in PARTS if isinstance(content.get(part), dict)), content)
    state = {str(key).removeprefix("module."): value for key, value in state.items()}
    stranger = next((key for key, value in state.items() if not isinstance(value, Tensor)), None)
    if stranger is not None or not state:
        raise InputError(f"The checkpoint {path} holds no generator: neither {' nor '.join(PARTS)} is in it.")
    return state
