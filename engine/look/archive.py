"""Zip files that may be anybody's: what is read is bounded by what lies on the disk, whatever they claim.

Members are stored as they are, but for small ones (`Archive.small`), which may be compressed. So no member
can be larger than the file, and nothing is ever unpacked to a path.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from typing import BinaryIO

from engine.errors import InputError
from engine.files import printable, reason_of

MOST_DIRECTORY = 1 << 20  # bytes; a member takes about 150 of them, so some 7,000 members
MOST_BYTES = (1 << 31) - 1  # of the file: without 64-bit fields zip ends at 4 GiB, and all of it is held
_END, _END_64, _END_BYTES, _LOCATOR_BYTES = b"PK\x05\x06", b"PK\x06\x07", 22, 20
_CHUNK = 1 << 20
_ENCRYPTED = 1


class Archive:
    """A zip file open for reading; `label` is what messages call it. Raises InputError for everything."""

    def __init__(self, file: BinaryIO, label: str):
        self._label = label
        self._size = file.seek(0, 2)
        if self._size > MOST_BYTES:
            raise InputError(f"{label} is too large: {MOST_BYTES >> 20:,} MB are the most.")
        self._check_end(file)
        try:
            self._zip = zipfile.ZipFile(file)
            self._members = {info.filename: info for info in self._zip.infolist()}
        except Exception as error:  # a directory of broken bytes raises anything
            raise InputError(f"{label} is cut off or damaged: {reason_of(error)}.") from error
        self._check_members()

    @property
    def names(self) -> Iterable[str]:
        return self._members.keys()

    def small(self, name: str, most: int) -> bytes:
        """A member of at most so many bytes, which may be compressed."""
        info = self._info(name)
        if info.file_size > most:
            raise InputError(f"{self._label} is damaged: {printable(name)} in it is too large.")
        return self._read(info)

    def stored(self, name: str) -> bytes:
        """A member that lies in the file as it is."""
        info = self._info(name)
        if info.compress_type != zipfile.ZIP_STORED or info.file_size != info.compress_size:
            raise InputError(f"{self._label} is damaged: {printable(name)} in it is not stored as it is.")
        return self._read(info)

    def _check_end(self, file: BinaryIO) -> None:
        """The directory is looked for where we write it, and only read if it is small: `zipfile` would take
        one of any size into memory."""
        file.seek(max(0, self._size - _END_BYTES - _LOCATOR_BYTES))
        tail = file.read()
        end = tail[-_END_BYTES:]
        if len(end) < _END_BYTES or not end.startswith(_END) or end[20:] != b"\0\0":
            cut = self._starts_as_zip(file)
            fault = "is cut off or damaged: its end is missing" if cut else "is not a look"
            raise InputError(f"{self._label} {fault}.")
        if tail.startswith(_END_64) or int.from_bytes(end[12:16], "little") > MOST_DIRECTORY:
            raise InputError(f"{self._label} is damaged: its directory is too large.")

    @staticmethod
    def _starts_as_zip(file: BinaryIO) -> bool:
        file.seek(0)
        return file.read(2) == b"PK"

    def _check_members(self) -> None:
        infos = self._zip.infolist()
        if len(infos) != len(self._members):
            raise InputError(f"{self._label} is damaged: two things in it have one name.")
        for info in infos:
            if not _is_plain(info.filename):
                raise InputError(
                    f"{self._label} is damaged: {printable(info.filename)!r} in it is no name of a member."
                )
            if info.flag_bits & _ENCRYPTED:
                raise InputError(f"{self._label} is encrypted, and cannot be read.")
        stored = sum(info.file_size for info in infos if info.compress_type == zipfile.ZIP_STORED)
        if stored > self._size:
            raise InputError(f"{self._label} is damaged: it claims to hold more than it does.")

    def _info(self, name: str) -> zipfile.ZipInfo:
        if name not in self._members:
            raise InputError(f"{self._label} is not whole: {printable(name)} is missing in it.")
        return self._members[name]

    def _read(self, info: zipfile.ZipInfo) -> bytes:
        parts = []
        try:
            with self._zip.open(info) as member:
                # In pieces: asked for all at once, `zipfile` unpacks whatever there is, however long.
                while part := member.read(_CHUNK):
                    parts.append(part)
        except Exception as error:
            raise InputError(
                f"{self._label} is cut off or damaged: {printable(info.filename)} in it cannot be read."
            ) from error
        data = b"".join(parts)
        if len(data) != info.file_size:
            raise InputError(f"{self._label} is cut off or damaged: {printable(info.filename)} is too short.")
        return data


def write_archive(file: BinaryIO, members: Iterable[tuple[str, bytes, bool]]) -> None:
    """Write members (name, bytes, whether to compress) in this order.

    The same members make the same bytes. Raises InputError where they are more than `Archive` reads.
    """
    with zipfile.ZipFile(file, "w", allowZip64=False) as made:
        for name, data, compress in members:
            if file.tell() + len(data) > MOST_BYTES - MOST_DIRECTORY:
                raise InputError(f"The look is too large: {MOST_BYTES >> 20:,} MB are the most.")
            info = zipfile.ZipInfo(name)  # of 1980: when it was saved stands in the manifest
            info.compress_type = zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED
            made.writestr(info, data)


def _is_plain(name: str) -> bool:
    """Whether a name stays within the archive on every system."""
    parts = name.split("/")
    return bool(name) and not any(part in ("", ".", "..") for part in parts) and not set(name) & set("\\:\0")
