"""NTED networks from and to weights files."""

from __future__ import annotations

import os

from torch import Tensor

from engine import weights
from engine.errors import InputError
from engine.models.nted.config import NtedConfig, config_from_shapes
from engine.models.nted.network import Nted

MODEL = "nted"


def load(path: str | os.PathLike) -> Nted:
    """The network of a safetensors file, float32, in eval mode.

    A bare file with official keys will do: widths and texture counts are read from the shapes.
    Raises InputError naming the file and the first key that is missing, unknown or of another shape.
    """
    return from_file(weights.read(path))


def from_file(file: weights.WeightsFile) -> Nted:
    """As `load`, from a file that is already read."""
    if file.model not in (None, MODEL):
        raise InputError(f"The weights file {file.path} holds a {file.model} model, not NTED.")
    try:
        config = NtedConfig.from_json(file.config) if file.config else shapes_config(file.tensors)
    except InputError as error:
        raise InputError(f"{file.path}: {error}") from None
    except (KeyError, TypeError, ValueError):
        raise InputError(f"The weights file {file.path} has a damaged configuration.") from None
    network = Nted(config)
    weights.fill(network, file.tensors, file.path)
    return network.eval().requires_grad_(False)


def shapes_config(tensors: dict[str, Tensor]) -> NtedConfig:
    return config_from_shapes({key: tuple(tensor.shape) for key, tensor in tensors.items()})


def save(path: str | os.PathLike, network: Nted, card: dict | None = None, half: bool = False) -> None:
    """Write the network with its configuration and card; `half` stores float16 (a fraction of the size, read
    back as float32).
    """
    tensors = network.state_dict()
    if half:
        tensors = {key: tensor.half() for key, tensor in tensors.items()}
    weights.write(path, tensors, model=MODEL, config=network.config.to_json(), card=card)
