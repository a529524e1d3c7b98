"""Skeleton pictures, and commands of `render` with garments, looks and steps, by the corpus's rules."""

from __future__ import annotations

import io
import json
import random
import tempfile
from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path

import numpy as np
from PIL import Image
from trust.corpus import EITHER, READ, REFUSED, Case, damaged, odd_json, pictures, pose_text, strange
from trust.looks import members, packed, whole_look

ENGINES = ("nted", "nted composited", "pise composited")
ODD_GARMENTS = (
    "", "=", "top", "top=", "=coat.png", "shoes=coat.png", "top:=coat.png", "top:1e999=coat.png",
    "TOP=coat.png",
    "top:nan=coat.png", "top:-1=coat.png", "top:2=coat.png", "all:0,5=coat.png", "top=missing.png", "top=.",
    "top=pose.json", "ärmel=coat.png", "top:\x1b[2J=coat.png", "a" * 5000 + "=coat.png", "top=" + "a" * 5000,
)  # fmt: skip
ODD_STEPS = ("-1", "-9999999999999999999")


def drawn(rng: random.Random) -> Iterator[Case]:
    """Pictures of skeletons."""
    yield from strange("drawn", ".png")
    whole = skeletons()
    yield from (Case("drawn", name, data, READ) for name, data in whole.items())
    noise = np.random.default_rng(19).integers(0, 255, (300, 200, 3), np.uint8)
    yield Case("drawn", "noise.png", _png(noise))
    for colour in ((255, 0, 0), (85, 0, 255)):  # of limbs
        yield Case("drawn", "full.png", _png(np.full((900, 900, 3), colour, np.uint8)))
    stripes = np.zeros((1500, 1500, 3), np.uint8)
    stripes[:, ::4] = (255, 85, 0)
    yield Case("drawn", "stripes.png", _png(stripes))
    yield Case("drawn", "thin.png", _png(np.full((2, 5000, 3), 85, np.uint8)))
    while True:
        name = rng.choice(list(whole))
        if rng.random() < 0.5:
            yield Case("drawn", name, damaged(rng, whole[name]))
        else:
            yield Case("drawn", name, _png(_scribbled(rng, whole[name])))


@cache
def skeletons() -> dict[str, bytes]:
    from bones_drawn import STYLES, draw_bones

    from engine.pose.kinematics import t_pose

    black, pose = np.zeros((384, 264, 3), np.uint8), t_pose((384, 264))
    return {f"{style}.png": _png(draw_bones(black, [pose], style)) for style in STYLES}


def _scribbled(rng: random.Random, png: bytes) -> np.ndarray:
    """A skeleton with rectangles of its own colours over it, or pieces of it elsewhere."""
    picture = np.array(Image.open(io.BytesIO(png)).convert("RGB"))
    rows, columns = picture.shape[:2]
    for _ in range(rng.choice((1, 5, 40))):
        y, x, tall, wide = rng.randrange(rows), rng.randrange(columns), rng.randrange(60), rng.randrange(60)
        if rng.random() < 0.5:
            picture[y : y + tall, x : x + wide] = picture[rng.randrange(rows), rng.randrange(columns)]
        else:
            piece = picture[y : y + tall, x : x + wide].copy()
            top, left = rng.randrange(rows - piece.shape[0]), rng.randrange(columns - piece.shape[1])
            picture[top : top + piece.shape[0], left : left + piece.shape[1]] = piece
    return picture


def _png(rgb_HWC: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(rgb_HWC).save(buffer, "PNG")
    return buffer.getvalue()


def commands(rng: random.Random) -> Iterator[Case]:
    """Options of `render`, with the files they name beside them."""

    def case(outcome: str, *options: str, engine: str = "nted", **files: bytes) -> Case:
        return Case("command", "options.json", partial(_write, options, engine, files), outcome)

    photo = ("--reference", "her.png", "--pose", "pose.json")
    for engine in ENGINES:
        yield case(READ, *photo, engine=engine)
        yield case(
            EITHER, *photo, "--garment", "top=coat.png", "--refine", "2", "--settle", "1", engine=engine
        )
        yield case(READ, *photo, "--garment", "all:0.5=coat.png", engine=engine)
        yield case(READ, "--look", "a.look", "--refine", "1", "--settle", "1", engine=engine)
    for steps in ODD_STEPS:
        yield case(REFUSED, *photo, "--refine", steps)
        yield case(REFUSED, *photo, "--settle", steps)
    for garment in ODD_GARMENTS:
        yield case(REFUSED, *photo, "--garment", garment)
    many = [word for _ in range(60) for word in ("--garment", "all:0.01=coat.png")]
    yield case(READ, *photo, *many)
    parts = members(whole_look())
    while True:
        engine, kind = rng.choice(ENGINES), rng.randrange(3)
        if kind == 0:
            name = rng.choice(list(pictures()))
            hers = {rng.choice(("her", "coat")): damaged(rng, pictures()[name])}
            yield case(EITHER, *photo, "--garment", "all=coat.png", engine=engine, **hers)
        elif kind == 1:
            odd = odd_json(rng, parts["document.json"].decode()).encode()
            look = packed(parts | {"document.json": odd})
            options = ("--look", "a.look", "--refine", "0", "--settle", "0")
            yield case(EITHER, *options, engine=engine, look=look)
        else:
            pose = odd_json(rng, pose_text()).encode()
            yield case(EITHER, *photo, engine=engine, pose=pose)


def _write(options: tuple[str, ...], engine: str, files: dict[str, bytes], path: Path) -> None:
    """The options, a file of JSON, and what they name."""
    plain = pictures()["plain.png"]
    given = {"her": plain, "coat": plain, "pose": pose_text().encode(), "look": whole_look()} | files
    names = {"her": "her.png", "coat": "coat.png", "pose": "pose.json", "look": "a.look"}
    for what, data in given.items():
        path.with_name(names[what]).write_bytes(data)
    path.with_name("w.safetensors").write_bytes(_weights(engine))
    path.write_text(json.dumps([*options, "--weights", "w.safetensors", "--output", "out.png"]))


@cache
def _weights(engine: str) -> bytes:
    from small_networks import weights_of

    with tempfile.TemporaryDirectory() as folder:
        return weights_of(engine, Path(folder)).read_bytes()
