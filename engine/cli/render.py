"""`render`: a picture of the reference's person in another pose, wearing what is asked for, or of a look."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from engine import provenance
from engine.cli.inputs import add_options, add_photo, open_session, settle
from engine.editing.refinement import STEPS as REFINING_STEPS
from engine.editing.settle import STEPS
from engine.editing.swap import lacks
from engine.errors import InputError
from engine.files import printable, refuse_own_input
from engine.garments import BACKGROUND, GARMENTS
from engine.photos import write_png

if TYPE_CHECKING:
    from engine.session import Session

WHOLE = "all"


def run(argv: list[str]) -> int:
    """Write the picture; 0 when it is written. Raises InputError."""
    parser = argparse.ArgumentParser(prog="poseloom render", description=__doc__)
    add_options(parser, required=False)
    parser.add_argument("--look", metavar="FILE.look", help="a saved look, as the window exports it")
    parser.add_argument("--output", metavar="OUT.png", required=True)
    parser.add_argument(
        "--garment",
        metavar="REGION=IMG",
        action="append",
        default=[],
        help=(
            f"take a garment from another photo; REGION is {', '.join(GARMENTS)}, {BACKGROUND} (what is "
            f"behind its person), or {WHOLE}: all textures of the photo mixed in, its face too. "
            "top:0.5 goes half of the way. May be given several times: "
            "later garments lie over earlier ones"
        ),
    )
    parser.add_argument(
        "--refine",
        metavar="N",
        type=int,
        help=(
            "steps that refine garments of other photos: the person is drawn in something like them, and "
            "they are laid in on that; the first brings most of it; left out: "
            f"{REFINING_STEPS} of a look, as in a window, else 0"
        ),
    )
    parser.add_argument(
        "--settle",
        metavar="N",
        type=int,
        help=f"steps that settle every photo: what is drawn resembles it more; left out: {STEPS} of a look, "
        "as in a window, else 0",
    )
    options = parser.parse_args(argv)
    if options.settle is None:
        options.settle = STEPS if options.look else 0
    if options.refine is None:
        options.refine = REFINING_STEPS if options.look else 0
    if options.settle < 0:
        raise InputError(f"--settle {options.settle}: must not be negative.")
    if options.refine < 0:
        raise InputError(f"--refine {options.refine}: must not be negative.")
    if Path(options.output).suffix.lower() not in (".png", ""):
        raise InputError(f"{options.output}: the picture is written as PNG, so its name must end in .png.")
    if options.look:
        return _render_look(parser, options)
    if not (options.reference and options.pose):
        parser.error("give --reference and --pose, or --look")
    garments = [_garment(text) for text in options.garment]
    read = (options.reference, options.pose, options.weights, *(path for _, path, _ in garments))
    refuse_own_input(options.output, *read)
    session = open_session(options)
    worn: dict[str, str] = {}
    for word, path, share in garments:
        photo = add_photo(session, path)
        lends = {WHOLE: WHOLE, BACKGROUND: BACKGROUND} | session.garments(photo)
        if word not in lends:
            raise InputError(f"{path}: {lacks(word)}")
        if photo.key == session.in_use[0].key:
            _note(f"{path} is the person's own photo, who wears that already.")
        if lends[word] != word:
            _note(f"{path} shows no {word} and lends its {lends[word]}.")
        if word == WHOLE:
            session.mix(photo, share)
            continue
        if word in worn:
            _note(f"Of {word} given twice {path} is worn, and not {worn[word]}.")
        worn[word] = path
        session.wear(word, photo, share)
    settle(session, options.settle)
    _refine(session, options.refine)
    frame = session.render()
    text = {"Software": "Poseloom", "Weights": session.weights_info["sha256"]}
    write_png(options.output, frame.image, text | provenance.png_texts())
    height, width = session.size
    print(f"{options.output}: {height}x{width}, {frame.ms:.0f} ms on {session.device}")
    return 0


def _render_look(parser: argparse.ArgumentParser, options: argparse.Namespace) -> int:
    """The picture of a saved look, with the look inside, as the window exports it once it is settled."""
    from engine.look import read_look
    from engine.look.exported import png_texts
    from engine.look.open import drawn_by, open_in, weights_for
    from engine.session import Session

    if options.reference or options.pose or options.garment:
        parser.error("a look has its own photos and pose: --look goes without --reference, --pose, --garment")
    look, label = read_look(options.look), Path(options.look).name
    session = Session.open(options.weights or weights_for(look), options.device, options.size)
    before, now = look.drawn_by, drawn_by(session)
    if before.sha256 and before.sha256 != now.sha256:
        _note(f"{label} was drawn by {before.weights}; {now.weights} draws it otherwise.")
    if look.others:
        _note(f"{label} also says {', '.join(look.others)}, which is not known here.")
    refuse_own_input(options.output, options.look, options.weights)
    open_in(session, look, label)
    settle(session, options.settle)
    _refine(session, options.refine)
    frame = session.render()
    text = png_texts(replace(look, drawn_by=now))
    write_png(options.output, frame.finest, text | provenance.png_texts())
    height, width = frame.finest.shape[:2]
    print(f"{options.output}: {height}x{width}, {frame.ms:.0f} ms on {session.device}")
    return 0


def _note(sentence: str) -> None:
    print(printable(sentence), file=sys.stderr)


def _refine(session: Session, steps: int) -> None:
    while not session.refine(of=steps).done:
        pass


def _garment(text: str) -> tuple[str, str, float]:
    """ "top:0.5=coat.png" -> ("top", "coat.png", 0.5)."""
    region, equals, path = text.partition("=")
    name, colon, share = region.partition(":")
    if not equals or not path:
        raise InputError(f"--garment {text}: write REGION=IMG, as in top=coat.png.")
    if name not in (WHOLE, BACKGROUND, *GARMENTS):
        raise InputError(
            f"--garment {text}: the region {name!r} is unknown; "
            f"the words are {', '.join(GARMENTS)}, {BACKGROUND}, and {WHOLE}."
        )
    try:
        m = float(share) if colon else 1.0
    except ValueError:
        m = -1.0
    if not 0.0 <= m <= 1.0:
        raise InputError(f"--garment {text}: {share!r} is no share between 0 and 1.")
    return name, path, m
