"""PISE networks from and to weights files."""

from __future__ import annotations

import os
from functools import partial

from torch import Tensor

from engine import weights
from engine.errors import InputError
from engine.models.pise.config import PiseConfig, config_from_shapes
from engine.models.pise.folding import folded
from engine.models.pise.network import Pise

MODEL = "pise"


def load(path: str | os.PathLike) -> Pise:
    """The network of a safetensors file, float32, in eval mode and frozen.

    A bare file with official keys will do, spectral norms and all: widths are read from the shapes. Raises
    InputError naming the file and the first key that is missing, unknown or of another shape.
    """
    return from_file(weights.read(path))


def from_file(file: weights.WeightsFile) -> Pise:
    """As `load`, from a file that is already read."""
    if file.model not in (None, MODEL):
        raise InputError(f"The weights file {file.path} holds a {file.model} model, not PISE.")
    try:
        config = PiseConfig.from_json(file.config) if file.config else None
    except (KeyError, TypeError, ValueError):
        raise InputError(f"The weights file {file.path} has a damaged configuration.") from None
    return from_state(file.tensors, file.path, config)


def from_state(state: dict[str, Tensor], path: str | os.PathLike, config: PiseConfig | None = None) -> Pise:
    """From tensors by key, the configuration from their shapes where none is given; `path` is for the
    message of an InputError."""
    try:
        tensors = folded(state)
        if config is None:
            config = config_from_shapes({key: tuple(tensor.shape) for key, tensor in tensors.items()})
    except InputError as error:
        raise InputError(f"{path}: {error}") from None
    network = weights.network_of(partial(Pise, config), tensors, path)
    return network.eval().requires_grad_(False)


def save(path: str | os.PathLike, network: Pise, card: dict | None = None, half: bool = False) -> None:
    """Write the network with its configuration and card; `half` stores kernels and matrices as float16 (half
    the size, read back as float32). Vectors keep their precision: variances can lie outside of float16."""
    tensors = network.state_dict()
    if half:
        tensors = {key: tensor.half() if tensor.ndim > 1 else tensor for key, tensor in tensors.items()}
    weights.write(path, tensors, model=MODEL, config=network.config.to_json(), card=card)
