"""Text entries of a PNG, read without decoding the picture and without believing a length."""

from __future__ import annotations

import os
import struct
import zlib
from typing import BinaryIO

from engine.files import opened

MOST_BYTES = 1 << 20  # of all entries together, unpacked; ours have some two thousand
MOST_CHUNKS = 20_000  # in a file; encoders that write 8 KiB at a time need so many for 160 MB
SIGNATURE = b"\x89PNG\r\n\x1a\n"


def read_texts(path: str | os.PathLike) -> dict[str, str]:
    """tEXt, zTXt and iTXt entries of a PNG by keyword (PNG 1.2, 11.3.4). What is damaged or goes beyond
    `MOST_BYTES` is left out; a file that is no PNG has none. Raises InputError for what cannot be read."""
    with opened(path, what="a picture") as (file, _):
        return _entries(file)


def _entries(file: BinaryIO) -> dict[str, str]:
    found: dict[str, str] = {}
    left = MOST_BYTES
    if file.read(len(SIGNATURE)) != SIGNATURE:
        return found
    for _ in range(MOST_CHUNKS):
        head = file.read(8)
        if len(head) < 8:
            break
        length, kind = struct.unpack(">I4s", head)
        if kind == b"IEND":
            break
        if kind not in _READERS or length > left:
            file.seek(length + 4, os.SEEK_CUR)
            continue
        data = file.read(length)
        if file.read(4) != struct.pack(">I", zlib.crc32(kind + data)):
            continue
        key, entry = _READERS[kind](data, left)
        if key and len(entry) <= left:
            found[key] = entry
            left -= len(entry)
    return found


def _text(data: bytes, most: int) -> tuple[str, str]:
    key, _, text = data.partition(b"\0")
    return key.decode("latin-1"), text.decode("latin-1")


def _packed(data: bytes, most: int) -> tuple[str, str]:
    key, _, rest = data.partition(b"\0")
    return key.decode("latin-1"), _unpacked(rest[1:], most).decode("latin-1")


def _international(data: bytes, most: int) -> tuple[str, str]:
    key, _, rest = data.partition(b"\0")
    packed, words = rest[:1] == b"\1", rest[2:].split(b"\0", 2)
    if len(words) < 3:
        return "", ""
    text = _unpacked(words[2], most) if packed else words[2]
    return key.decode("latin-1"), text.decode("utf-8", "replace")


def _unpacked(data: bytes, most: int) -> bytes:
    """No more than one byte over `most` of it, so that the caller can tell."""
    try:
        return zlib.decompressobj().decompress(data, most + 1)
    except zlib.error:
        return b""


_READERS = {b"tEXt": _text, b"zTXt": _packed, b"iTXt": _international}
