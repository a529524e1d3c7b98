"""Numbers of a configuration that was read from a file: whole, and of a size that a network can have."""

from __future__ import annotations

MOST_CHANNELS = 4096  # eight times the widest of a paper
MOST_SIDE = 4096  # px: what a frame may have is less, see engine.session


def check_whole(name: str, *values: object, least: int = 1, most: int = MOST_CHANNELS) -> None:
    """Raises ValueError for what is no whole number from `least` to `most`."""
    for value in values:
        if type(value) is not int or not least <= value <= most:
            raise ValueError(f"{name} is {value!r}, no whole number from {least} to {most}")


def check_size(size: object) -> None:
    """Raises ValueError for what is no (H, W)."""
    if not isinstance(size, tuple) or len(size) != 2:
        raise ValueError(f"size is {size!r}, no two sides")
    check_whole("size", *size, most=MOST_SIDE)
