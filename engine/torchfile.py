"""Files of `torch.save`: tensors and plain containers, looked at before and after they are opened.

Nothing else is unpickled, nothing is unpacked, and no tensor says that it is larger than what it lies in.
"""

from __future__ import annotations

import os
import pickle
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path

import torch
from torch import Tensor

from engine.errors import InputError
from engine.files import printable, reason_of

MOST_BYTES = 8 << 30  # of a file; the official network with its optimisers and discriminator takes 1.3 GB
MOST_INDEX_BYTES = 64 << 20  # of the pickle that lists the tensors; the official one has 0.3 MB
SHARED = 2  # times the file's size is the most that its tensors may sum up to: some are there by two names


def must_be_file(path: Path) -> None:
    """Raises InputError, in one sentence, for what is no ordinary file that can be read."""
    name = printable(str(path))
    try:
        if path.is_dir():
            raise InputError(f"{name} is a folder, not a weights file.")
        path.stat()
        if not path.is_file():
            raise InputError(f"{name} is not an ordinary file.")
        with path.open("rb"):
            return
    except FileNotFoundError:
        raise InputError(f"The weights file {name} does not exist.") from None
    except InputError:
        raise
    except PermissionError:
        raise InputError(f"The weights file {name} may not be read: permission denied.") from None
    except (OSError, ValueError) as error:
        raise InputError(f"The weights file {name} cannot be read: {reason_of(error)}.") from None


def read_torch(path: str | os.PathLike, *, mapped: bool = False) -> dict:
    """What a torch.save file (.pt, .pth) holds: tensors and plain containers, nothing else is unpickled.

    mapped: tensors stay in the file until they are looked at; it must not be written to meanwhile. Raises
    InputError naming the file where it is missing, damaged, holds code, or is no dictionary.
    """
    path = Path(path)
    must_be_file(path)
    size = path.stat().st_size
    if size > MOST_BYTES:
        raise InputError(f"{path} is too large for a checkpoint: {size >> 20:,} MiB.")
    archive = zipfile.is_zipfile(path)
    if archive:
        _check_archive(path, size)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch tells on stderr what we tell in a sentence
            content = torch.load(path, map_location="cpu", weights_only=True, mmap=mapped and archive)
    except pickle.UnpicklingError:
        raise InputError(f"{path} holds more than tensors, or is damaged; it was not opened.") from None
    except Exception as error:  # zip, pickle and storage code raise many kinds for a damaged file
        raise InputError(f"{path} cannot be read as weights ({type(error).__name__}).") from None
    if not isinstance(content, dict):
        raise InputError(f"{path} holds no state dict.")
    total = 0
    for tensor in _tensors(content):
        fault = _fault_of(tensor)
        if fault:
            raise InputError(f"{path} holds a tensor that {fault}; only plain ones can be read.")
        total += tensor.numel() * tensor.element_size()
    if total > SHARED * size:
        raise InputError(f"{path} says that its {size:,} bytes are {total:,}; it was not opened.")
    return content


def _check_archive(path: Path, size: int) -> None:
    """Raises InputError for an archive that torch.save does not write: packed, of code, or of one huge
    index."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except Exception as error:  # a damaged directory raises many kinds
        raise InputError(f"{path} cannot be read as weights ({type(error).__name__}).") from None
    if any(entry.compress_type != zipfile.ZIP_STORED for entry in entries):
        raise InputError(f"{path} is compressed, as torch.save never does it; it was not opened.")
    if sum(entry.file_size for entry in entries) > size:
        raise InputError(f"{path} says that it holds more than its {size:,} bytes; it was not opened.")
    if any("/code/" in entry.filename for entry in entries):
        raise InputError(f"{path} holds code (TorchScript), not weights alone; it was not opened.")
    if any(e.filename.endswith("data.pkl") and e.file_size > MOST_INDEX_BYTES for e in entries):
        raise InputError(f"{path} lists more than any network has; it was not opened.")


def _tensors(content: object) -> Iterator[Tensor]:
    """All tensors in plain containers, each container once."""
    seen: set[int] = set()
    waiting = [content]
    while waiting:
        each = waiting.pop()
        if isinstance(each, Tensor):
            yield each
        elif isinstance(each, (dict, list, tuple, set)) and id(each) not in seen:
            seen.add(id(each))
            waiting += [*each, *each.values()] if isinstance(each, dict) else each


def _fault_of(tensor: Tensor) -> str:
    """Why a tensor is none to work with, as the end of a sentence; "" where nothing is wrong."""
    if tensor.device.type != "cpu":
        return f"is on {tensor.device.type}"
    if tensor.layout != torch.strided:
        return f"is {str(tensor.layout).removeprefix('torch.').replace('_', ' ')}"
    if tensor.is_quantized:
        return "is quantised"
    room = tensor.untyped_storage().nbytes()
    if tensor.numel() * tensor.element_size() > room:
        return f"says that it has {tensor.numel():,} numbers and lies in {room:,} bytes"
    return ""
