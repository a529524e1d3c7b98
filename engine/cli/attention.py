"""`attention`: the maps of one render as an .npz file.

Of neural textures `extraction/<layer>` (C̄e, over the reference) and `distribution/<layer>` (C̄d, over the
result), float32 [K, h, w], for every layer ("16a", "16b", "32a", ...); of another engine `<kind>/<name>`, as
`engine.api` tells the kinds.
"""

from __future__ import annotations

import argparse
import io

import numpy as np

from engine.cli.inputs import add_options, open_session
from engine.files import refuse_own_input, write_whole


def run(argv: list[str]) -> int:
    """Write the maps; 0 when they are written. Raises InputError."""
    parser = argparse.ArgumentParser(
        prog="poseloom attention", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_options(parser)
    parser.add_argument("--output", metavar="MAPS.npz", required=True)
    options = parser.parse_args(argv)
    refuse_own_input(options.output, options.reference, options.pose, options.weights)
    maps = open_session(options).attention()
    arrays = {f"{each.kind}/{each.name}": each.values_Khw for each in maps}
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)  # type: ignore[arg-type]  # for its stub they may be its option
    write_whole(options.output, buffer.getvalue())
    print(f"{options.output}: {len(arrays)} arrays of {len({each.name for each in maps})} layers")
    return 0
