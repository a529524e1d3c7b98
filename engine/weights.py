"""Weights on disk: safetensors with the configuration and a model card in the metadata. Nothing is ever
unpickled.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import torch
from safetensors import safe_open
from safetensors.torch import save
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from engine.errors import InputError
from engine.files import make_folder, printable, write_whole
from engine.torchfile import must_be_file, read_torch

__all__ = ["WeightsFile", "fill", "network_of", "read", "read_any", "read_torch", "sha256", "write"]

Network = TypeVar("Network", bound=nn.Module)

MOST_BYTES = 2 << 30  # of a file; the official network for 512x352 takes 171 MB, the largest other 256
MOST_CHANNELS = 4096  # eight times the widest of a paper
MOST_HEADER_BYTES = 16 << 20  # the official network's, card and all, has 0.1 MB
_FLOATS = (torch.float64, torch.float32, torch.float16, torch.bfloat16)
_COUNTS = (torch.int64, torch.int32)  # of the pictures that a batch norm has seen


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
    must_be_file(path)
    _check_checkpoint(path)
    _check_header(path)
    try:
        with safe_open(path, framework="pt") as handle:
            metadata = handle.metadata() or {}
            keys = handle.keys()
            tensors = {key: handle.get_tensor(key) for key in keys}
    except Exception:  # the library raises many kinds for a header that is none
        raise InputError(f"The weights file {path} is cut off, damaged, or no safetensors file.") from None
    config, card, purposes = (_part(metadata, name, path) for name in ("config", "card", "textures"))
    return WeightsFile(path, tensors, metadata.get("model"), config, card or {}, sha256(path), purposes or {})


def _check_checkpoint(path: Path) -> None:
    """Raises InputError for what torch saved, naming the command that makes weights of it."""
    with path.open("rb") as file:
        head = file.read(4)
    if head == b"PK\x03\x04" or (path.suffix in (".pt", ".pth") and head[:1] == b"\x80"):
        misnamed = path.suffix == ".safetensors"  # as which torch does not read it
        name = f"{path.stem}.pt" if misnamed else path.name
        what = f"a checkpoint of torch{f' under another name: call it {name}, and' if misnamed else ':'}"
        raise InputError(
            f"{path.name} is {what} `poseloom import-weights {name} --output {path.stem}.safetensors` makes "
            "weights of it."
        )


def _check_header(path: Path) -> None:
    """Raises InputError for a file or a header that is larger than any network's, before it is opened."""
    with path.open("rb") as file:
        size, header = os.fstat(file.fileno()).st_size, int.from_bytes(file.read(8), "little")
    if size > MOST_BYTES:
        raise InputError(f"The weights file {path} is too large: {size >> 20:,} MiB.")
    if header > MOST_HEADER_BYTES:
        raise InputError(f"The weights file {path} is cut off, damaged, or no safetensors file.")


def _part(metadata: Mapping[str, str], name: str, path: Path) -> dict | None:
    """A part of the metadata that is JSON of an object, None where it is not there or null."""
    try:
        found = json.loads(metadata.get(name, "null"), parse_constant=_refuse)
    except (ValueError, RecursionError):
        found = name
    if found is not None and not isinstance(found, dict):
        raise InputError(f"The weights file {path} has damaged metadata.")
    return found


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no number")


def read_any(path: str | os.PathLike) -> dict:
    """What a checkpoint holds: the tensors of a safetensors file, or as `read_torch`."""
    return read(path).tensors if Path(path).suffix == ".safetensors" else read_torch(path, mapped=True)


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


def network_of(
    build: Callable[[], Network], tensors: Mapping[str, Tensor], path: str | os.PathLike
) -> Network:
    """The network that `build` makes, with these tensors in it; it may not ask for more memory than they
    have, whatever the file's configuration says. Raises InputError as `fill`."""
    held = sum(tensor.numel() for tensor in tensors.values())
    try:
        with _Bounded(2 * held + _SMALL):
            network = build()
    except Exception:  # a configuration of numbers that do not go together fails anywhere
        raise InputError(
            f"The weights file {path} has a configuration that is not of the tensors in it."
        ) from None
    fill(network, tensors, path)
    return network


class _Bounded(TorchFunctionMode):
    """Lets no more numbers be made than it was told, asked before they are: MemoryError beyond.

    The network on torch's meta device would tell as much, 2.5 s of imports later.
    """

    def __init__(self, numbers: int):
        super().__init__()
        self._left = numbers

    def __torch_function__(self, function, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        if function in _FACTORIES:
            size = kwargs.get("size", args)
            self._left -= math.prod(size[0] if size and not isinstance(size[0], int) else size)
            if self._left < 0:
                raise MemoryError
        return function(*args, **kwargs)


_FACTORIES = (torch.empty, torch.zeros, torch.ones, torch.rand, torch.randn)
_SMALL = 1 << 20  # numbers: what a network makes beside its weights


def outputs(tensors: Mapping[str, Tensor], key: str, path: str | os.PathLike) -> int:
    """How many channels a convolution gives. Raises InputError for what is no kernel."""
    if tensors[key].ndim != 4 or not 0 < tensors[key].shape[0] <= MOST_CHANNELS:
        raise InputError(f"The weights file {path} has {key}, which is no kernel.")
    return tensors[key].shape[0]


def fill(network: nn.Module, tensors: Mapping[str, Tensor], path: str | os.PathLike) -> None:
    """Load tensors into a network, as float32, only if every key is there, known, of the right shape, a kind
    that is read, and finite.

    Raises InputError naming the file and the first key that is not.
    """
    compare(network, tensors, path)
    whole = {key: tensor.float() for key, tensor in tensors.items()}
    broken = first_not_finite(whole)
    if broken:
        raise InputError(f"The weights file {path} holds numbers that are not finite, first in {broken}.")
    network.load_state_dict(whole)


def compare(network: nn.Module, tensors: Mapping[str, Tensor], path: str | os.PathLike) -> None:
    """Raises InputError naming the first key that the network and the tensors do not share, or share in
    another shape or kind."""
    wanted = network.state_dict()
    for key, tensor in wanted.items():
        if key not in tensors:
            raise InputError(f"The weights file {path} lacks {key}.")
        if tensors[key].shape != tensor.shape:
            found, need = tuple(tensors[key].shape), tuple(tensor.shape)
            raise InputError(f"The weights file {path} has {key} of shape {found} where {need} is needed.")
        if tensors[key].dtype not in (_FLOATS if tensor.is_floating_point() else _FLOATS + _COUNTS):
            kind = str(tensors[key].dtype).removeprefix("torch.")
            raise InputError(f"The weights file {path} has {key} as {kind}, which is no kind for weights.")
    unknown = next((key for key in tensors if key not in wanted), None)
    if unknown is not None:
        name = printable(unknown)[:200]
        raise InputError(f"The weights file {path} holds {name}, which this network does not know.")


def first_not_finite(tensors: Mapping[str, Tensor]) -> str | None:
    """Key of the first tensor that holds NaN or infinity, or None."""
    return next((key for key, tensor in tensors.items() if not torch.isfinite(tensor).all()), None)
