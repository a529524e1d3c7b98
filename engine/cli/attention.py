"""`attention`: the maps of one render as an .npz file.

Of neural textures `extraction/<layer>` (C̄e, over the reference) and `distribution/<layer>` (C̄d, over the
result), float32 [K, h, w], for every layer ("16a", "16b", "32a", ...); of another engine `<kind>/<name>`, as
`engine.api` tells the kinds.
"""

from __future__ import annotations

import argparse

from engine.cli.inputs import add_options, open_session, settle
from engine.editing.settle import STEPS
from engine.errors import InputError
from engine.files import refuse_own_input, write_whole
from engine.inspecting.arrays import npz_of


def run(argv: list[str]) -> int:
    """Write the maps; 0 when they are written. Raises InputError."""
    parser = argparse.ArgumentParser(
        prog="poseloom attention", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_options(parser)
    parser.add_argument("--output", metavar="MAPS.npz", required=True)
    parser.add_argument(
        "--settle",
        metavar="N",
        type=int,
        default=0,
        help=f"steps that settle the photo, 0 if left out; a window that was left alone shows {STEPS}",
    )
    options = parser.parse_args(argv)
    if options.settle < 0:
        raise InputError(f"--settle {options.settle}: must not be negative.")
    refuse_own_input(options.output, options.reference, options.pose, options.weights)
    session = open_session(options)
    settle(session, options.settle)
    maps = session.attention()
    write_whole(options.output, npz_of(maps))
    print(f"{options.output}: {len(maps)} arrays of {len({each.name for each in maps})} layers")
    return 0
