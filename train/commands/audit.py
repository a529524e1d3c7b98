"""`python3 -m train audit`: checks rendered people, and says which checks they pass.

With --data the pictures and labels of a data set are read; without it people are photographed here and now,
which also checks what files do not tell: bones, bare skin, light. Ends with 0 where all is well, 1 where a
check fails.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

from engine.errors import InputError
from engine.files import write_whole
from engine.photos import write_png
from train.data.people import HELD_OUT_PEOPLE, TRAINING_PEOPLE, People

from ..audits import dress, labels, likeness, sides, surfaces
from ..audits.checks import Audit, Line, Taken, table
from ..audits.detector import DetectorAudit
from ..audits.sheet import sheet
from ..audits.storage import look_again, look_at_shards
from .render import index_range, picture_size

_EVERYONE = range(TRAINING_PEOPLE.start, HELD_OUT_PEOPLE.stop)
PLACES = 12  # failures that are printed of a check


def run(argv: list[str]) -> int:
    """Audit as the arguments say. Raises InputError; returns 0 where everything holds, else 1."""
    options = _parse(argv)
    detector = DetectorAudit(options.detector) if options.detector else None
    audit = Audit([*dress.CHECKS, *labels.CHECKS, *sides.CHECKS, *surfaces.CHECKS, *likeness.CHECKS])
    before: list[Line] = []
    if options.data:
        before += [look_at_shards(folder) for folder in options.data]
        people = _stored(options, before)
    else:
        people = _photographed(options, audit, before)
    for taken in people:
        audit.look(taken)
        if detector:
            detector.look(taken)
    lines = before + audit.lines + (detector.lines if detector else [])
    _report(options, audit, lines, detector)
    return int(any(line.verdict == "FAIL" for line in lines))


def _parse(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python3 -m train audit", description="Check rendered people.")
    parser.add_argument(
        "--data", type=Path, nargs="+", metavar="DIR", help="folders of rendered people to read"
    )
    parser.add_argument(
        "--people",
        type=people_wanted,
        metavar="N or A:B",
        help="the first N people, or people A <= i < B (with --data: all)",
    )
    parser.add_argument("--views", type=int, default=6, metavar="V", help="pictures of a person (6)")
    parser.add_argument(
        "--size", type=picture_size, default=(256, 176), metavar="HxW", help="without --data (256x176)"
    )
    parser.add_argument(
        "--again",
        type=int,
        default=2,
        metavar="N",
        help="render the first N people again and compare bytes (2)",
    )
    parser.add_argument(
        "--detector",
        type=int,
        nargs="?",
        const=200,
        metavar="N",
        help="ask the pose detector about N people (200)",
    )
    parser.add_argument("--sheet", type=Path, metavar="PNG", help="write the worst examples of every check")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the table as JSON")
    parser.add_argument(
        "--assets", type=Path, metavar="DIR", help="MakeHuman data folder (or MAKEHUMAN_ASSETS)"
    )
    options = parser.parse_args(argv)
    if options.people is None and not options.data:
        parser.error("say which data (--data DIR) or which people to photograph (--people A:B)")
    if min(options.views, 1 if options.detector is None else options.detector) < 1 or options.again < 0:
        parser.error("--views and --detector must be 1 or more, --again 0 or more")
    return options


def people_wanted(text: str) -> int | range:
    """Read "200" or "1000:1200"; for argparse."""
    if text.isdecimal() and int(text) > 0:
        return int(text)
    try:
        return range(*index_range(text))
    except argparse.ArgumentTypeError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is neither a number of people (1 or more) nor a range A:B"
        ) from None


def _stored(options: argparse.Namespace, before: list[Line]) -> Iterator[Taken]:
    """The people of the data sets; views that cannot be read are failures of a check of their own."""
    wanted = options.people if isinstance(options.people, range) else _EVERYONE
    data = People(options.data, wanted)
    persons = data.persons.tolist()
    persons = persons[: options.people] if isinstance(options.people, int) else persons
    readable = Line("every view can be read", "views", 0.0)
    before.append(readable)
    if options.again:
        before.append(look_again(data, persons[: options.again], options.assets))
    for person in persons:
        views = []
        for number in range(data.views(person)):
            readable.looked += 1
            try:
                views.append(data.view(person, number))
            except InputError as error:
                readable.failed += 1
                readable.places.append(str(error))
        if len(views) == data.views(person):
            yield Taken(person, views)


def _photographed(options: argparse.Namespace, audit: Audit, before: list[Line]) -> Iterator[Taken]:
    """People taken in the studio; the first ones again at the end, when others were in between."""
    from ..audits import stage
    from ..studio.photographer import Studio

    studio = Studio(options.size, options.assets)
    audit.add(stage.CHECKS)
    persons = options.people if isinstance(options.people, range) else range(options.people)
    first = {}
    for person in persons:
        taken = stage.photographed(studio, person, options.views)
        if len(first) < options.again:
            first[person] = taken
        yield taken
    again = Line("photographed again, the same pictures", "people", 0.0)
    before.append(again)
    for person, taken in first.items():
        again.looked += 1
        again.failed += not stage.same(taken, stage.photographed(studio, person, options.views))


def _report(
    options: argparse.Namespace, audit: Audit, lines: list[Line], detector: DetectorAudit | None
) -> None:
    what = ", ".join(map(str, options.data)) if options.data else "the studio"
    print(f"{audit.people} people, {audit.views} views of {what}\n")
    print(table(lines))
    for line in lines:
        if line.places:
            more = f" and {len(line.places) - PLACES} more" if len(line.places) > PLACES else ""
            print(f"\n{line.name}: {'; '.join(line.places[:PLACES])}{more}")
    joints = detector.joints() if detector else []
    if joints:
        print(
            "\ndetector against keypoints, shares of body height: median, 90th percentile, shift right, down"
        )
    for row in joints:
        values = "".join(f"{row[name]:8.2%}" for name in ("median", "p90", "right", "down"))
        print(f"  {row['joint']:16}{row['count']:5}{values}")
    if options.json:
        plain = {"people": audit.people, "views": audit.views, "checks": [line.plain() for line in lines]}
        write_whole(options.json, (json.dumps(plain | {"joints": joints}, indent=1) + "\n").encode())
    if options.sheet:
        picture = sheet(lines)
        if picture is not None:
            write_png(options.sheet, picture)
