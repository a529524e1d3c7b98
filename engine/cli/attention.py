"""`attention`: the maps of one render as an .npz file.

Arrays `extraction/<layer>` (C̄e, over the reference) and `distribution/<layer>` (C̄d, over the result), float32
[K, h, w], for every layer ("16a", "16b", "32a", ...).
"""

from __future__ import annotations

import argparse
import io

import numpy as np

from engine.cli.inputs import add_options, open_session
from engine.files import write_whole


def run(argv: list[str]) -> int:
    """Write the maps; 0 when they are written. Raises InputError."""
    parser = argparse.ArgumentParser(
        prog="poseloom attention", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_options(parser)
    parser.add_argument("--output", metavar="MAPS.npz", required=True)
    options = parser.parse_args(argv)
    maps = open_session(options).attention()
    arrays = {f"extraction/{layer}": array for layer, array in maps.extraction.items()}
    arrays |= {f"distribution/{layer}": array for layer, array in maps.distribution.items()}
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    write_whole(options.output, buffer.getvalue())
    print(f"{options.output}: {len(arrays)} arrays of {len(maps.extraction)} layers")
    return 0
