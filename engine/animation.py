"""Several pictures in one file: as a sheet with names, as a GIF, as an MP4."""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from engine import provenance
from engine.errors import InputError
from engine.files import write_whole

_GAP = 12  # px between the pictures of a sheet
_BAND = 30  # px for a line of names
_GROUND, _INK = (244, 244, 246), (40, 42, 48)


def contact_sheet(
    rows: Sequence[Sequence[np.ndarray]], columns: Sequence[str], names: Sequence[str]
) -> np.ndarray:
    """Pictures of one size, uint8 RGB [H, W, 3], row by row; columns: a name above each; names: one a row."""
    height, width = rows[0][0].shape[:2]
    size = (
        _GAP + len(columns) * (width + _GAP),
        _BAND + len(rows) * (height + _BAND) + _GAP,
    )
    sheet = Image.new("RGB", size, _GROUND)
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(size=15)
    for place, name in enumerate(columns):
        draw.text((_GAP + place * (width + _GAP), _GAP // 2), _fitting(name, width, font), _INK, font)
    for number, (row, name) in enumerate(zip(rows, names, strict=True)):
        top = _BAND + number * (height + _BAND)
        for place, picture in enumerate(row):
            sheet.paste(Image.fromarray(picture), (_GAP + place * (width + _GAP), top))
        draw.text((_GAP, top + height + _GAP // 2), name, _INK, font)
    return np.array(sheet)


def _fitting(name: str, width: int, font: ImageFont.FreeTypeFont | ImageFont.ImageFont) -> str:
    while len(name) > 1 and font.getlength(name) > width:
        name = name.rstrip("…")[:-1] + "…"
    return name


def write_gif(path: Path, pictures: Sequence[np.ndarray], rate: float) -> None:
    """Pictures [H, W, 3] uint8 RGB at `rate` a second, over and over. Raises InputError naming the file."""
    frames = [Image.fromarray(picture) for picture in pictures]
    told = io.BytesIO()
    frames[0].save(told, "GIF", save_all=True, append_images=frames[1:], duration=round(1000 / rate), loop=0)
    write_whole(path, provenance.in_gif(told.getvalue()))


def write_mp4(path: Path, pictures: Sequence[np.ndarray], rate: float) -> None:
    """As `write_gif`, once, as MPEG-4. Sides are even there: an odd last row or column is left out."""
    from engine.cv import cv2

    height, width = (side - side % 2 for side in pictures[0].shape[:2])
    handle, name = tempfile.mkstemp(suffix=".mp4")
    os.close(handle)
    try:
        writer = cv2.VideoWriter(name, cv2.VideoWriter.fourcc(*"mp4v"), rate, (width, height))
        if not writer.isOpened():
            raise InputError(f"{path.name} cannot be written: OpenCV has no MPEG-4 here. A GIF can.")
        for picture in pictures:
            writer.write(np.ascontiguousarray(picture[:height, :width, ::-1]))
        writer.release()
        write_whole(path, provenance.in_mp4(Path(name).read_bytes()))
    finally:
        os.unlink(name)
