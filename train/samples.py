"""`python3 -m train samples --data DIR --output resources/samples NAME=PERSON:VIEW ...`: people for the box.

Writes each named view as PNG, its pose as OpenPose JSON, and an index. Take held-out people, so that what the
window shows on its first start is something the network has never seen.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from engine.errors import InputError
from engine.photos import write_png, write_whole
from engine.pose.formats import write_openpose
from train.data.people import HELD_OUT_PEOPLE, People


def run(argv: list[str]) -> int:
    p = argparse.ArgumentParser("python3 -m train samples", description=__doc__)
    p.add_argument("--data", nargs="+", required=True, help="folders with held-out people")
    p.add_argument("--output", type=Path, required=True)
    p.add_argument("samples", nargs="+", metavar="NAME=PERSON:VIEW")
    options = p.parse_args(argv)
    people = People(options.data, HELD_OUT_PEOPLE)
    options.output.mkdir(parents=True, exist_ok=True)
    index = []
    for text in options.samples:
        name, person, number = _parsed(text)
        try:
            view = people.view(person, number)
        except KeyError:
            raise InputError(f"{text}: there is no view {number} of person {person} in the data.") from None
        stem = f"{name.lower()}"
        write_png(options.output / f"{stem}.png", view.image_HWC)
        write_openpose(options.output / f"{stem}.json", view.keypoints_18x3, view.parsing_HW.shape)
        index.append(
            {"name": name, "image": f"{stem}.png", "pose": f"{stem}.json", "person": person, "view": number}
        )
    write_whole(options.output / "index.json", json.dumps({"samples": index}, indent=1).encode())
    print(f"{len(index)} samples in {options.output}")
    return 0


def _parsed(text: str) -> tuple[str, int, int]:
    name, _, place = text.partition("=")
    person, _, view = place.partition(":")
    if not (name.isalpha() and person.isdigit() and view.isdigit()):
        raise InputError(f"{text}: write NAME=PERSON:VIEW, as in Ada=1000003:0.")
    return name, int(person), int(view)
