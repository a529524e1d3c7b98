"""Are the files what was written, and would the studio write them again?"""

from __future__ import annotations

import tempfile
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

from engine.errors import InputError
from train.data.people import People
from train.data.shards import finished_shards, verify_shards

from .checks import Line


def look_at_shards(folder: Path) -> Line:
    """Compare all finished shards with their sha256."""
    line = Line("shards match their sha256", "shards", 0.0)
    line.looked = len(finished_shards(folder))
    try:
        verify_shards(folder)
    except InputError as error:  # the first damaged one is enough to fail
        line.failed, line.places = 1, [str(error)]
    return line


def look_again(data: People, persons: list[int], assets: Path | None) -> Line:
    """Render people of a data set once more, in processes of their own, and compare the bytes of all
    members. The line says why where that is not possible here."""
    from train.commands import render
    from train.studio.versions import STUDIO_OF_OPTION, STUDIO_VERSION

    line = Line("rendered again, the same bytes", "people", 0.0)
    options_of = {STUDIO_VERSION: []} | {studio: [f"--{name}"] for name, studio in STUDIO_OF_OPTION.items()}
    if data.studio not in options_of:
        line.reason = f"the data are of studio {data.studio}, this is {STUDIO_VERSION}"
        return line
    size = "{}x{}".format(*data.size)
    with tempfile.TemporaryDirectory() as again:
        try:
            for person in persons:
                options = ["--range", f"{person}:{person + 1}", "--size", size, "--workers", "1"]
                options += ["--views", str(data.views(person)), "--output", again, *options_of[data.studio]]
                with redirect_stdout(StringIO()):
                    render.run(options + (["--assets", str(assets)] if assets else []))
        except InputError as error:
            line.reason = str(error)
            return line
        copies = People(again, range(min(persons), max(persons) + 1))
        for person in persons:
            views = range(data.views(person))
            same = all(data.encoded(person, view) == copies.encoded(person, view) for view in views)
            line.looked += 1
            line.failed += not same
            line.places += [] if same else [str(person)]
    return line
