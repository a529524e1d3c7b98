"""NTED networks from and to weights files."""

from __future__ import annotations

import os

from torch import Tensor

from engine import textures, weights
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
    network = weights.network_of(lambda: Nted(config), file.tensors, file.path)
    return network.eval().requires_grad_(False)


def shapes_config(tensors: dict[str, Tensor]) -> NtedConfig:
    return config_from_shapes({key: tuple(tensor.shape) for key, tensor in tensors.items()})


def texture_names(file: weights.WeightsFile, config: NtedConfig) -> dict[str, tuple[str, ...]]:
    """What to call the textures of the layers whose purposes the file tells, by layer ("64a").

    Raises InputError naming the file where they are damaged, or not those of the network.
    """
    try:
        purposes = textures.from_json(file.textures)
    except ValueError:
        raise InputError(f"The weights file {file.path} has damaged metadata.") from None
    counts = config.texture_counts
    if any(counts.get(layer) != len(each) for layer, each in purposes.items()):
        raise InputError(f"The weights file {file.path} names other textures than its network has.")
    return {layer: textures.names(each) for layer, each in purposes.items()}


def save(
    path: str | os.PathLike,
    network: Nted,
    card: dict | None = None,
    half: bool = False,
    purposes: dict[str, list[dict]] | None = None,
) -> None:
    """Write the network with its configuration and card; `half` stores float16 (a fraction of the size, read
    back as float32). purposes: of its textures, by layer, as `engine.textures.to_json` makes them.
    """
    tensors = network.state_dict()
    if half:
        tensors = {key: tensor.half() for key, tensor in tensors.items()}
    config = network.config.to_json()
    weights.write(path, tensors, model=MODEL, config=config, card=card, textures=purposes)
