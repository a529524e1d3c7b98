"""`python3 -m train contact --people A:B --output SHEET`: a contact sheet of the studio, for a critical eye.

A row a person, a column a view. With `--labels` each picture is followed by its keypoints, its parsing map
and its surface coordinates. SHEET is a .jpg or .png.
"""

from __future__ import annotations

import argparse
import io
from pathlib import Path

import numpy as np
from PIL import Image

from engine.errors import InputError
from engine.files import write_whole

from ..audits.sheet import skeleton_over
from ..overlay import PALETTE
from ..sheets import contact_sheet
from ..studio.photographer import Photograph, Studio
from ..studio.versions import studio_asked_for
from .render import index_range, picture_size

KINDS = {".jpg": ("JPEG", {"quality": 92}), ".png": ("PNG", {})}


def run(argv: list[str]) -> int:
    """Photograph and write as the arguments say. Raises InputError; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python3 -m train contact", description="A contact sheet of the studio's people."
    )
    parser.add_argument("--people", type=index_range, required=True, metavar="A:B", help="people A <= i < B")
    parser.add_argument("--output", type=Path, required=True, metavar="SHEET", help="a .jpg or .png file")
    parser.add_argument("--views", type=int, default=4, metavar="V", help="pictures of a person (4)")
    parser.add_argument(
        "--size", type=picture_size, default=(256, 176), metavar="HxW", help="rows x columns (256x176)"
    )
    parser.add_argument("--labels", action="store_true", help="show the labels beside every picture")
    worn = parser.add_mutually_exclusive_group()
    worn.add_argument("--coats", action="store_true", help="the people of `train render --coats`")
    worn.add_argument("--street", action="store_true", help="the people of `train render --street`")
    worn.add_argument("--sitting", action="store_true", help="the people of `train render --sitting`")
    worn.add_argument("--flat-lays", action="store_true", help="the garments of `train render --flat-lays`")
    parser.add_argument("--columns", type=int, default=2, metavar="N", help="people side by side (2)")
    parser.add_argument(
        "--assets", type=Path, metavar="DIR", help="MakeHuman data folder (or MAKEHUMAN_ASSETS)"
    )
    options = parser.parse_args(argv)
    if min(options.views, options.columns) < 1:
        parser.error("--views and --columns must be 1 or more")
    if options.output.suffix.lower() not in KINDS:
        raise InputError(f"{options.output}: a sheet is a .jpg or a .png file.")
    studio = Studio(options.size, options.assets)
    show = labelled if options.labels else (lambda view: view.image_HWC)
    kind = studio_asked_for(options)
    rows = [
        np.hstack([show(view) for view in studio.photograph(person, options.views, kind)])
        for person in range(*options.people)
    ]
    write_whole(options.output, encoded(contact_sheet(rows, options.columns), options.output))
    print(f"{len(rows)} people in {options.output}")
    return 0


def labelled(view: Photograph) -> np.ndarray:
    """Picture, keypoints, parsing map and surface coordinates side by side, uint8 RGB [H, 4 W, 3]."""
    return np.hstack(
        [
            view.image_HWC,
            skeleton_over(view.image_HWC, view.keypoints_18x3),
            PALETTE[view.parsing_HW],
            view.surface_HW3,
        ]
    )


def encoded(sheet_HWC: np.ndarray, path: Path) -> bytes:
    """The file of a picture, of the kind that the path's ending names."""
    kind, how = KINDS[path.suffix.lower()]
    file = io.BytesIO()
    Image.fromarray(sheet_HWC).save(file, kind, **how)
    return file.getvalue()
