"""`python3 -m train samples --output resources/samples`: the people and garments in the application's box.

Photographs the people of the table CHOSEN in the studio, at 512 x 352: a JPEG, OpenPose JSON and the parsing
map of each, and index.json in shelf order. All are held out, so that what the window shows on its first start
is something the network has never seen.

`--choose A:B --output DIR` photographs people A <= i < B small instead, each from head to foot and as an
upper body from the front, with PERSON:VIEW under every picture: sheets to make the table from.
"""

from __future__ import annotations

import argparse
import io
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from engine.errors import InputError
from engine.files import make_folder, write_whole
from engine.photos import write_png
from engine.pose.formats import write_openpose

from ..data.detector import as_detected
from ..data.people import HELD_OUT_PEOPLE
from ..studio.photographer import Person, Photograph, Studio, planned_shot
from .render import index_range

SIZE, SMALL = (512, 352), (256, 176)
QUALITY = 93  # of the JPEGs
INDEX = "index.json"
PERSON, GARMENT = "person", "garment"
_LABEL = 14  # px under a picture of a sheet
_COLUMNS, _ROWS = 12, 5


@dataclass(frozen=True)
class Chosen:
    """A picture for the box: its name on the shelf, what it is there for, and which one it is."""

    name: str
    kind: str
    person: int
    view: int = 0

    @property
    def stem(self) -> str:
        return self.name.lower().replace(" ", "-")


# The first is what the window opens with. Choose again whenever the studio's version changes.
CHOSEN = (
    Chosen("Ada", PERSON, 1000025),
    Chosen("Alex", PERSON, 1000042),
    Chosen("Cleo", PERSON, 1000055),
    Chosen("Dan", PERSON, 1000052),
    Chosen("Ella", PERSON, 1000032),
    Chosen("Finn", PERSON, 1000044),
    Chosen("Gina", PERSON, 1000050),
    Chosen("Hugo", PERSON, 1000026),
    Chosen("Ines", PERSON, 1000016),
    Chosen("Jon", PERSON, 1000047),
    Chosen("Kira", PERSON, 1000011),
    Chosen("Lena", PERSON, 1000001),
    Chosen("Gingham shirt", GARMENT, 1000002, 8),
    Chosen("Black jacket", GARMENT, 1000003, 10),
    Chosen("Plaid top", GARMENT, 1000004, 20),
    Chosen("Striped cardigan", GARMENT, 1000007, 6),
    Chosen("Floral shirt", GARMENT, 1000058, 1),
    Chosen("Dotted blouse", GARMENT, 1000017, 4),
    Chosen("Diamond knit", GARMENT, 1000037, 14),
    Chosen("Checked dress", GARMENT, 1000038),
    Chosen("Striped shirt", GARMENT, 1000049, 2),
    Chosen("Emblem shirt", GARMENT, 1000051, 9),
    Chosen("Pink dress", GARMENT, 1000040),
    Chosen("Orange jacket", GARMENT, 1000021, 17),
)


def run(argv: list[str]) -> int:
    """Photograph as the arguments say. Raises InputError; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python3 -m train samples",
        description="Photograph the people and garments in the application's box.",
    )
    parser.add_argument("--output", type=Path, required=True, metavar="DIR", help="folder of the samples")
    parser.add_argument(
        "--assets", type=Path, metavar="DIR", help="MakeHuman data folder (or MAKEHUMAN_ASSETS)"
    )
    parser.add_argument(
        "--choose", type=index_range, metavar="A:B", help="sheets of these people instead, to choose from"
    )
    options = parser.parse_args(argv)
    make_folder(options.output)
    if options.choose:
        return _write_sheets(options)
    studio = Studio(SIZE, options.assets)
    before = _files_of(options.output / INDEX)
    index = [_write(options.output, chosen, photographed(studio, chosen)) for chosen in CHOSEN]
    write_whole(options.output / INDEX, (json.dumps({"samples": index}, indent=1) + "\n").encode())
    for name in before - _files_of(options.output / INDEX):  # of samples that are chosen no longer
        (options.output / name).unlink(missing_ok=True)
    print(f"{len(index)} samples in {options.output}")
    return 0


def _files_of(index: Path) -> set[str]:
    """Names of the files beside an index that it speaks of; none where it is missing or something else."""
    try:
        samples = json.loads(index.read_bytes())["samples"]
        return {Path(sample[kind]).name for sample in samples for kind in ("image", "pose", "parsing")}
    except (OSError, ValueError, KeyError, TypeError):
        return set()


def photographed(studio: Studio, chosen: Chosen) -> Photograph:
    """The chosen picture. Raises InputError for a person that training may have seen."""
    if chosen.person not in HELD_OUT_PEOPLE:
        raise InputError(f"{chosen.name}: person {chosen.person} is not held out.")
    with Person(studio, chosen.person) as person:
        return person.view(chosen.view)


def _write(folder: Path, chosen: Chosen, view: Photograph) -> dict:
    stem = chosen.stem
    files = {"image": f"{stem}.jpg", "pose": f"{stem}.json", "parsing": f"{stem}.parsing.png"}
    picture, parsing = io.BytesIO(), io.BytesIO()
    Image.fromarray(view.image_HWC).save(picture, "JPEG", quality=QUALITY, subsampling=0, optimize=True)
    Image.fromarray(view.parsing_HW).save(parsing, "PNG", optimize=True)
    write_whole(folder / files["image"], picture.getvalue())
    write_whole(folder / files["parsing"], parsing.getvalue())
    # as a detector would find it in a photo: no nose in the back of a head
    write_openpose(folder / files["pose"], as_detected(view.keypoints_18x3), view.parsing_HW.shape)
    return {"name": chosen.name, "kind": chosen.kind, **files, "person": chosen.person, "view": chosen.view}


def _write_sheets(options: argparse.Namespace) -> int:
    studio, tiles, count = Studio(SMALL, options.assets), [], 0
    first, end = options.choose
    for index in range(first, end):
        with Person(studio, index) as person:
            for number in (0, upper_front(index)):
                tiles.append(_labelled(person.view(number).image_HWC, f"{index}:{number}"))
        if len(tiles) == _COLUMNS * _ROWS or index == end - 1:
            rows = [np.hstack(tiles[at : at + _COLUMNS]) for at in range(0, len(tiles), _COLUMNS)]
            width = max(row.shape[1] for row in rows)
            rows = [np.pad(row, ((0, 0), (0, width - row.shape[1]), (0, 0))) for row in rows]
            write_png(options.output / f"choose-{count:02}.png", np.vstack(rows))
            tiles, count = [], count + 1
    print(f"{count} sheets in {options.output}")
    return 0


def upper_front(index: int) -> int:
    """The first view of a person that shows the upper body from the front."""
    for number in range(1, 100):
        shot = planned_shot(index, number)
        if (shot.facing, shot.framing) == ("front", "upper"):
            return number
    return 0


def _labelled(image_HWC: np.ndarray, text: str) -> np.ndarray:
    sheet = Image.new("RGB", (image_HWC.shape[1], image_HWC.shape[0] + _LABEL), "white")
    sheet.paste(Image.fromarray(image_HWC))
    ImageDraw.Draw(sheet).text((4, image_HWC.shape[0] + 1), text, "black")
    return np.asarray(sheet)
