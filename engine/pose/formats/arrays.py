"""Poses in NumPy's files: an array of joints, or of people or frames of joints."""

from __future__ import annotations

import io
import math
from tokenize import TokenError

import numpy as np

from engine.errors import InputError
from engine.pose.formats.jsonforms import people_of
from engine.pose.formats.people import Person
from engine.pose.formats.points import SURE, is_flat_person

MAGIC = b"\x93NUMPY"


def people_in_array(data: bytes, name: str) -> tuple[Person, ...]:
    """Everybody in the bytes of a .npy file. Raises InputError; nothing is unpickled."""
    file = io.BytesIO(data)
    headers = {1: np.lib.format.read_array_header_1_0, 2: np.lib.format.read_array_header_2_0}
    try:
        major, _ = np.lib.format.read_magic(file)
        shape, _, kind = headers[major](file)
        # The header may promise any size; it is asked before memory is.
        numbers = all(column.kind in "fiu" for column in [kind[name] for name in kind.names or ()] or [kind])
        if not numbers or math.prod(shape) * kind.itemsize > len(data):
            raise ValueError(kind)
        array = np.load(io.BytesIO(data), allow_pickle=False)
        if kind.names:
            array = np.stack([array[column] for column in _columns(kind.names)], axis=-1)
        array = array.astype(np.float64)
    except (ValueError, OSError, EOFError, TypeError, KeyError, SyntaxError, TokenError):
        raise InputError(f"{name} is not a pose file: it is damaged, or no array of numbers.") from None
    while array.ndim > 2 and array.shape[0] == 1:
        array = array[0]
    if array.ndim == 1 and not is_flat_person(len(array)):
        raise InputError(f"{name} holds an array of shape {list(shape)}, which is no list of joints.")
    return people_of(array.tolist(), name)


def _columns(names: tuple[str, ...]) -> list[str]:
    """The names of x, of y, and of how sure a joint is, whatever order they come in and whatever is beside
    them; all of them where x and y have other names."""
    spelt = {name.lower(): name for name in names}
    if not {"x", "y"} <= spelt.keys():
        return list(names)
    return [spelt[word] for word in ("x", "y", *[word for word in SURE if word in spelt][:1])]
