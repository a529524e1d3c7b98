"""`python3 -m train skin --output resources/skin`: the skin of whoever hides theirs, without a tone.

Three PNGs, of an arm, a leg and a chest, and beside them how broad limbs are. The same studio gives the same
files.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

from engine.files import make_folder, write_whole
from engine.photos import write_png

from ..studio.photographer import Studio
from ..studio.skin import SIZE, photographed_skin

AS_LIGHT = 128  # of 255, what is as light as its tone
_PLACES = 17  # along a limb, where its breadth is kept


def run(argv: list[str]) -> int:
    """Photograph it. Raises InputError; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python3 -m train skin", description="Photograph the skin in the application's box."
    )
    parser.add_argument("--output", type=Path, required=True, metavar="DIR", help="folder of the skin")
    parser.add_argument(
        "--assets", type=Path, metavar="DIR", help="MakeHuman data folder (or MAKEHUMAN_ASSETS)"
    )
    options = parser.parse_args(argv)
    make_folder(options.output)
    skin = photographed_skin(Studio(SIZE, options.assets))
    for name, shades_UVC in zip(("arm", "leg", "chest"), (*skin.shades, skin.chest), strict=True):
        picture_UVC = (AS_LIGHT * shades_UVC).round().clip(0, 255).astype(np.uint8)
        write_png(options.output / f"{name}.png", picture_UVC)
    at_P = np.linspace(0, skin.halves.shape[1] - 1, _PLACES)
    told = {
        name: {
            kind: np.interp(at_P, np.arange(len(each_U)), each_U).round(4).tolist()
            for kind, each_U in (("halves", halves_U), ("middles", middles_U))
        }
        for name, halves_U, middles_U in zip(("arm", "leg"), skin.halves, skin.middles, strict=True)
    }
    write_whole(options.output / "skin.json", (json.dumps(told) + "\n").encode())
    print(f"skin in {options.output}")
    return 0
