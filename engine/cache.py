"""What took time to make, kept for as long as there is room for it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Iterator
from typing import Generic, TypeVar

_PIXELS = 256 * 176  # of the canvas for which rooms are given

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


def room_at(size: tuple[int, int], room: int) -> int:
    """Bytes for as many pictures of a size (rows, columns) as `room` holds at 256x176; never less than it."""
    return max(room, room * size[0] * size[1] // _PIXELS)


class Cache(Generic[Key, Value]):
    """Values by key, bounded in bytes: those used last stay, and the newest always. Not thread-safe."""

    def __init__(self) -> None:
        # Each with its bytes; used last at the end.
        self._found: OrderedDict[Key, tuple[Value, int]] = OrderedDict()

    def __contains__(self, key: Key) -> bool:
        return key in self._found

    def __iter__(self) -> Iterator[Key]:
        return iter(self._found)

    def __getitem__(self, key: Key) -> Value:
        """Used by this."""
        self._found.move_to_end(key)
        return self._found[key][0]

    def values(self) -> list[Value]:
        """All of them; none counts as used."""
        return [value for value, _ in self._found.values()]

    @property
    def bytes(self) -> int:
        return sum(size for _, size in self._found.values())

    def put(self, key: Key, value: Value, size: int, room: int) -> Value:
        """Keep a value of so many bytes, and of the others what the room has left for."""
        self._found[key] = value, size
        self._found.move_to_end(key)
        while len(self._found) > 1 and self.bytes > room:
            self._found.popitem(last=False)
        return value

    def drop(self, key: Key) -> bool:
        """Whether it was there."""
        return self._found.pop(key, None) is not None

    def clear(self) -> None:
        self._found.clear()
