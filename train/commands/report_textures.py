"""`python3 -m train report-textures --data DIR [--photos DIR] --output DIR`: what textures make.

Purity of every layer's textures per class (`train.metrics.textures`), on test people by their true labels, in
the pose of another view; on a folder of photographs by what the parsing network sees, in their own pose.
Writes textures.json, textures.md and textures.png, a picture like the paper's Fig. 4: of one layer the
texture that makes most of each class, where it is gathered (above) and handed out (below).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from engine import parsing, weights
from engine.api import DISTRIBUTION, EXTRACTION, Maps, RenderRequest, Slots
from engine.cv import cv2
from engine.errors import InputError
from engine.files import make_folder, write_whole
from engine.paths import DEFAULT_WEIGHTS
from engine.regions import REGIONS
from engine.session import Session
from train.data.augment import NONE
from train.data.pairs import Pair, load_pair
from train.data.people import TEST_PEOPLE, People
from train.data.photographs import read_photographs
from train.metrics.textures import TexturePurity
from train.sheets import GAP, write_sheet

LAYER = "64a"  # that the picture shows, as the paper's
_DIMMED = 0.45  # what is left of the picture under a map


def run(argv: list[str]) -> int:
    """0 when all is written. Raises InputError."""
    p = argparse.ArgumentParser("python3 -m train report-textures", description=__doc__.partition("\n\n")[0])
    p.add_argument("--weights", type=Path, default=DEFAULT_WEIGHTS, help="default: the weights in the box")
    p.add_argument("--data", type=Path, required=True, help="data set that holds test people")
    p.add_argument("--people", type=int, default=40, metavar="N", help="the first N test people (40)")
    p.add_argument("--photos", type=Path, metavar="DIR", help="photographs too")
    p.add_argument("--device", default="cpu")
    p.add_argument("--output", type=Path, required=True, metavar="DIR")
    options = p.parse_args(argv)
    people = People(options.data, TEST_PEOPLE[: options.people])
    session = Session.open(options.weights, options.device)
    if not session.capabilities.attention:
        raise InputError(f"{options.weights}: has no neural textures.")
    make_folder(options.output)
    found = {"test people": TexturePurity()}
    strip = None
    for person in people.persons.tolist():
        reference, target = load_pair(people, Pair(0, person, 0, 1), session.size, NONE, 0)
        own = session.add_reference(reference.image_HWC, reference.keypoints_18x3)
        frame = session.respond(RenderRequest(own.key, target.keypoints_18x3, maps=True))
        assert frame.maps is not None
        found["test people"].see(frame.maps.of(DISTRIBUTION), target.parsing_HW)
        strip = strip or (own.image_HWC, frame.image, frame.maps)
    if options.photos is not None:
        found["photographs"] = TexturePurity()
        for photo in read_photographs(options.photos, session.size)[0]:
            own = session.add_reference(photo.image_HWC, photo.keypoints_18x3)
            frame = session.respond(RenderRequest(own.key, photo.keypoints_18x3, maps=True))
            assert frame.maps is not None
            found["photographs"].see(frame.maps.of(DISTRIBUTION), parsing.parse(frame.image).regions_HW)
    made = {"weights": weights.sha256(options.weights), "data": people.fingerprint}
    lines = [line for name, purity in found.items() for line in _lines(name, purity)]
    text = "\n".join([*lines, *_texture_lines(_shown(session.slots), found)])
    text += f"\n- weights: {made['weights']}\n- data: {made['data']}\n"
    report = {
        name: {"pictures": purity.pictures, "masses": {k: v.tolist() for k, v in purity.masses.items()}}
        for name, purity in found.items()
    }
    write_whole(options.output / "textures.json", (json.dumps({**report, "made": made}) + "\n").encode())
    write_whole(options.output / "textures.md", text.encode())
    if strip is not None:
        layer = _shown(session.slots).name
        write_sheet(options.output / "textures.png", figure(*strip, found["test people"], layer))
    session.close()
    print("\n".join(lines))
    return 0


def _shown(slots: Sequence[Slots]) -> Slots:
    """The layer of the picture and the long table: the paper's, or the middle one."""
    return next((each for each in slots if each.name == LAYER), slots[len(slots) // 2])


def _lines(name: str, purity: TexturePurity) -> list[str]:
    """Every layer."""
    head = ["layer", "purity", *REGIONS]
    title = f"## Textures on {purity.pictures} pictures of {name}"
    return [title, "", *_table([head, *purity.table()]), ""]


def _texture_lines(slots: Slots, found: Mapping[str, TexturePurity]) -> list[str]:
    """Every texture of one layer, on each kind of pictures."""
    head = ["texture", "what training gave it", *found]
    rows = [
        [
            str(k + 1),
            slots.names[k] if slots.names else "",
            *(each.says(slots.name, k) for each in found.values()),
        ]
        for k in range(slots.count)
    ]
    return [f"## Every texture of {slots.name}", "", *_table([head, *rows]), ""]


def _table(rows: list[list[str]]) -> list[str]:
    head, *others = rows
    return [f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *others)]


def figure(
    reference_HWC: np.ndarray, result_HWC: np.ndarray, maps: Maps, purity: TexturePurity, layer: str
) -> np.ndarray:
    """As the paper's Fig. 4, uint8 RGB: the reference and C̄e over the result and C̄d, a column a class."""
    rows = []
    for picture_HWC, kind in ((reference_HWC, EXTRACTION), (result_HWC, DISTRIBUTION)):
        panels = [picture_HWC]
        for region in range(len(REGIONS)):
            texture = purity.purest(layer, region)
            if texture is not None:
                panels.append(_heat(picture_HWC, maps.of(kind)[layer][texture]))
        rows.append(_row(panels))
    gap = np.full((GAP, *rows[0].shape[1:]), 255, np.uint8)
    return np.concatenate([rows[0], gap, rows[1]])


def _row(panels: list[np.ndarray]) -> np.ndarray:
    gap = np.full((len(panels[0]), GAP, 3), 255, np.uint8)
    return np.concatenate([part for panel in panels for part in (gap, panel)][1:], 1)


def _heat(picture_HWC: np.ndarray, map_hw: np.ndarray) -> np.ndarray:
    """A map, relative to its peak, over a dimmed picture."""
    map_HW = cv2.resize(map_hw, picture_HWC.shape[1::-1], interpolation=cv2.INTER_CUBIC)
    map_HW = (map_HW / max(float(map_HW.max()), 1e-9)).clip(0, 1)
    colours_HWC = cv2.applyColorMap((255 * map_HW).astype(np.uint8), cv2.COLORMAP_INFERNO)[..., ::-1]
    shown_HWC = _DIMMED * picture_HWC * (1 - map_HW[..., None]) + colours_HWC * map_HW[..., None]
    return np.rint(shown_HWC.clip(0, 255)).astype(np.uint8)
