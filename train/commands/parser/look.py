"""`python3 -m train parser look PHOTO... --output SHEET.png`: what the parsing network sees in photos."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from engine import parsing
from engine.cv import cv2
from engine.models import parser as parser_model
from engine.parsing import Parsed
from engine.photos import read_photo
from engine.regions import SURFACE_SPAN
from train.overlay import overlay
from train.sheets import contact_sheet, write_sheet

_ROWS = 384  # of a photo on the sheet


def run(argv: list[str]) -> int:
    p = argparse.ArgumentParser("python3 -m train parser look", description=__doc__)
    p.add_argument("photos", nargs="+", type=Path)
    p.add_argument("--weights", type=Path, default=parser_model.SHIPPED)
    p.add_argument("--output", type=Path, default=Path("parser-look.png"))
    options = p.parse_args(argv)
    network = parser_model.load(options.weights)
    rows = []
    for path in options.photos:
        photo = read_photo(path)
        rows.append(row(photo, parsing.parse(photo, network)))
    wide = max(picture.shape[1] for picture in rows)
    rows = [np.pad(r, ((0, 0), (0, wide - r.shape[1]), (0, 0)), constant_values=255) for r in rows]
    write_sheet(options.output, contact_sheet(rows, 1 + (len(rows) > 3)))
    return 0


def row(photo_HWC: np.ndarray, parsed: Parsed) -> np.ndarray:
    """Photo, regions with skeleton, and surface coordinates as colours, side by side: uint8 RGB."""
    known = np.isfinite(parsed.surface_HW3)
    shades = np.where(known, parsed.surface_HW3, -SURFACE_SPAN) / SURFACE_SPAN
    surface = np.clip(np.rint(127.5 * (shades + 1)), 0, 255).astype(np.uint8)
    size = (max(1, round(photo_HWC.shape[1] * _ROWS / photo_HWC.shape[0])), _ROWS)
    pictures = (photo_HWC, overlay(photo_HWC, parsed), surface)
    return np.hstack([cv2.resize(picture, size, interpolation=cv2.INTER_AREA) for picture in pictures])
