"""`render`: one picture of the reference's person in another pose, wearing what is asked for."""

from __future__ import annotations

import argparse
from pathlib import Path

from engine.cli.inputs import add_options, add_photo, open_session
from engine.editing.settle import STEPS
from engine.editing.swap import lacks
from engine.errors import InputError
from engine.files import refuse_own_input
from engine.garments import GARMENTS
from engine.photos import write_png

WHOLE = "all"


def run(argv: list[str]) -> int:
    """Write the picture; 0 when it is written. Raises InputError."""
    parser = argparse.ArgumentParser(prog="poseloom render", description=__doc__)
    add_options(parser)
    parser.add_argument("--output", metavar="OUT.png", required=True)
    parser.add_argument(
        "--garment",
        metavar="REGION=IMG",
        action="append",
        default=[],
        help=(
            f"take a garment from another photo; REGION is {', '.join(GARMENTS)}, or {WHOLE}: all textures "
            "of the photo mixed in, its face too. top:0.5 goes half of the way. May be given several times: "
            "later garments lie over earlier ones"
        ),
    )
    parser.add_argument(
        "--refine", metavar="N", type=int, default=0, help="steps that improve swapped regions; only 0 so far"
    )
    parser.add_argument(
        "--settle",
        metavar="N",
        type=int,
        default=0,
        help=f"steps that settle every photo: what is drawn resembles it more; a window makes {STEPS}",
    )
    options = parser.parse_args(argv)
    if options.settle < 0:
        raise InputError(f"--settle {options.settle}: must not be negative.")
    if options.refine:
        raise InputError(f"--refine {options.refine}: swapped textures cannot be refined yet; leave it at 0.")
    if Path(options.output).suffix.lower() not in (".png", ""):
        raise InputError(f"{options.output}: the picture is written as PNG, so its name must end in .png.")
    garments = [_garment(text) for text in options.garment]
    read = (options.reference, options.pose, options.weights, *(path for _, path, _ in garments))
    refuse_own_input(options.output, *read)
    session = open_session(options)
    for word, path, share in garments:
        photo = add_photo(session, path)
        if word == WHOLE:
            session.mix(photo, share)
        elif word in session.garments(photo):
            session.wear(word, photo, share)
        else:
            raise InputError(f"{path}: {lacks(word)}")
    for reference in session.in_use:
        while not session.settle(reference, options.settle).done:
            pass
    frame = session.render()
    text = {"Software": "Poseloom", "Weights": session.weights_info["sha256"]}
    write_png(options.output, frame.image, text)
    height, width = session.size
    print(f"{options.output}: {height}x{width}, {frame.ms:.0f} ms on {session.device}")
    return 0


def _garment(text: str) -> tuple[str, str, float]:
    """ "top:0.5=coat.png" -> ("top", "coat.png", 0.5)."""
    region, equals, path = text.partition("=")
    name, colon, share = region.partition(":")
    if not equals or not path:
        raise InputError(f"--garment {text}: write REGION=IMG, as in top=coat.png.")
    if name != WHOLE and name not in GARMENTS:
        raise InputError(
            f"--garment {text}: the region {name!r} is unknown; "
            f"the words are {', '.join(GARMENTS)}, and {WHOLE}."
        )
    try:
        m = float(share) if colon else 1.0
    except ValueError:
        m = -1.0
    if not 0.0 <= m <= 1.0:
        raise InputError(f"--garment {text}: {share!r} is no share between 0 and 1.")
    return name, path, m
