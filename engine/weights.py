"""Weights on disk: safetensors with the configuration and a model card in the metadata. Nothing is ever
unpickled.
"""

from __future__ import annotations

import hashlib
import json
import os
import pickle
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from engine.errors import InputError
from engine.files import make_folder, write_whole


@dataclass(frozen=True)
class WeightsFile:
    """A weights file read whole: tensors by key, the model's name and configuration, its card, its sha256.

    textures: what neural textures are for, by layer, as in `engine.textures.to_json`; empty where not known.
    """

    path: Path
    tensors: dict[str, Tensor]
    model: str | None
    config: dict | None
    card: dict = field(default_factory=dict)
    sha256: str = ""
    textures: dict = field(default_factory=dict)


def read(path: str | os.PathLike) -> WeightsFile:
    """Read a safetensors file. Raises InputError naming the file where it is missing, truncated or something
    else.
    """
    path = Path(path)
    _must_be_file(path)
    try:
        with safe_open(path, framework="pt") as handle:
            metadata = handle.metadata() or {}
            keys = handle.keys()
            tensors = {key: handle.get_tensor(key) for key in keys}
    except (SafetensorError, OSError):
        raise InputError(f"The weights file {path} is cut off, damaged, or no safetensors file.") from None
    try:
        config = json.loads(metadata["config"]) if "config" in metadata else None
        card = json.loads(metadata.get("card", "{}"))
        textures = json.loads(metadata.get("textures", "{}"))
    except json.JSONDecodeError:
        raise InputError(f"The weights file {path} has damaged metadata.") from None
    return WeightsFile(path, tensors, metadata.get("model"), config, card, sha256(path), textures)


def read_torch(path: str | os.PathLike) -> dict:
    """What a torch.save file (.pt, .pth) holds: tensors and plain containers, nothing else is unpickled.

    Raises InputError naming the file where it is missing, damaged, holds code, or is no dictionary.
    """
    path = Path(path)
    _must_be_file(path)
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError:
        raise InputError(f"{path} holds more than tensors, or is damaged; it was not opened.") from None
    except Exception as error:  # zip, pickle and storage code raise many kinds for a damaged file
        raise InputError(f"{path} cannot be read as weights ({type(error).__name__}).") from None
    if not isinstance(content, dict):
        raise InputError(f"{path} holds no state dict.")
    return content


def read_any(path: str | os.PathLike) -> dict:
    """What a checkpoint holds: the tensors of a safetensors file, or as `read_torch`."""
    return read(path).tensors if Path(path).suffix == ".safetensors" else read_torch(path)


def _must_be_file(path: Path) -> None:
    if path.is_dir():
        raise InputError(f"{path} is a folder, not a weights file.")
    if not path.is_file():
        raise InputError(f"The weights file {path} does not exist.")


def write(
    path: str | os.PathLike,
    tensors: dict[str, Tensor],
    *,
    model: str,
    config: dict,
    card: dict | None = None,
    textures: dict | None = None,
) -> None:
    """Write the whole file or leave what was there before; its folder is made where it is missing.

    textures: as in `WeightsFile`.

    Raises InputError in one sentence where that is not possible, as on a full disk.
    """
    metadata = {"format": "pt", "model": model, "config": json.dumps(config), "card": json.dumps(card or {})}
    if textures:
        metadata["textures"] = json.dumps(textures)
    on_cpu = {key: tensor.detach().cpu().contiguous() for key, tensor in tensors.items()}
    make_folder(Path(path).parent)
    write_whole(path, save(on_cpu, metadata))


def sha256(path: str | os.PathLike) -> str:
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def fill(network: nn.Module, tensors: Mapping[str, Tensor], path: str | os.PathLike) -> None:
    """Load tensors into a network, as float32, only if every key is there, known, of the right shape and
    finite.

    Raises InputError naming the file and the first key that is not.
    """
    wanted = network.state_dict()
    for key, tensor in wanted.items():
        if key not in tensors:
            raise InputError(f"The weights file {path} lacks {key}.")
        if tensors[key].shape != tensor.shape:
            found, need = tuple(tensors[key].shape), tuple(tensor.shape)
            raise InputError(f"The weights file {path} has {key} of shape {found} where {need} is needed.")
    unknown = next((key for key in tensors if key not in wanted), None)
    if unknown:
        raise InputError(f"The weights file {path} holds {unknown}, which this network does not know.")
    broken = first_not_finite(tensors)
    if broken:
        raise InputError(f"The weights file {path} holds numbers that are not finite, first in {broken}.")
    network.load_state_dict({key: tensor.float() for key, tensor in tensors.items()})


def first_not_finite(tensors: Mapping[str, Tensor]) -> str | None:
    """Key of the first tensor that holds NaN or infinity, or None."""
    return next((key for key, tensor in tensors.items() if not torch.isfinite(tensor).all()), None)
