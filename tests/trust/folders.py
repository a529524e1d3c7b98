"""Folders of training data, by the corpus's rules: rendered people, DeepFashion, photos of people."""

from __future__ import annotations

import json
import os
import random
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import numpy as np
from trust.corpus import ODD_NUMBERS, READ, REFUSED, Case, damaged, odd_json, pictures, png_of_size

SIZE = (64, 48)
SHARD = "people-0000000-0000001.tar"
KEY = "WOMEN/Dresses/id_00000002/02_{}_front"
NAMES = ("img/" + KEY.format(1) + ".png", "img/" + KEY.format(2) + ".png")


@cache
def people() -> dict[str, bytes]:
    """The files of a data set of one rendered person in two views."""
    from train.data import shards

    rng = np.random.default_rng(19)

    def view(number: int) -> shards.Record:
        colours = rng.integers(0, 255, (2, *SIZE, 3), np.uint8)
        parsing = rng.integers(0, 8, SIZE).astype(np.uint8)
        joints = np.column_stack([rng.uniform(2, 40, (18, 2)), np.full(18, 2.0)]).astype(np.float32)
        return shards.Record(0, number, colours[0], parsing, joints, "full", "front", colours[1], parsing)

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shards.describe(folder, "studio", SIZE, 2)
        shards.write_shard(folder, 0, 1, map(view, range(2)))
        return {path.name: path.read_bytes() for path in folder.iterdir()}


@cache
def deepfashion() -> dict[str, bytes]:
    """The files of a DeepFashion of one pair, its pictures as files."""
    png = png_of(SIZE)
    points = "[" + ", ".join(f"[{4 + j}, {5 + j}]" for j in range(18)) + "]"
    lines = "\n".join(f"{5 + j} {4 + j}" for j in range(18)) or points
    pose = {f"pose/{KEY.format(n)}.txt": lines.encode() for n in (1, 2)}
    store = {f"{SIZE[0]}-{SIZE[1]}/{name}": png for name in NAMES}
    return {"train_pairs.txt": ",".join(NAMES).encode() + b"\n", **store, **pose}


def png_of(size: tuple[int, int]) -> bytes:
    from engine.photos import png_bytes

    return png_bytes(np.random.default_rng(7).integers(0, 255, (*size, 3), np.uint8))


def laid(files: dict[str, bytes | Callable[[Path], object]]) -> Callable[[Path], None]:
    """What lays these files into a folder."""

    def lay(folder: Path) -> None:
        folder.mkdir()
        for name, data in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(data, bytes):
                path.write_bytes(data)
            else:
                data(path)

    return lay


NO_FILES: dict[str, Callable[[Path], object]] = {
    "pipe": os.mkfifo,
    "folder": lambda path: path.mkdir(),
    "device": lambda path: path.symlink_to("/dev/zero"),
    "loop": lambda path: path.symlink_to(path.name),
}


def folders(rng: random.Random) -> Iterator[Case]:
    rendered, pairs = people(), deepfashion()
    yield Case("data", "people", laid(rendered), READ)
    yield Case("data", "deepfashion", laid(pairs), READ)
    yield Case("data", "nothing", laid({}), REFUSED)
    yield Case("data", "missing", lambda path: None, REFUSED)
    for whole in (rendered, pairs):
        for name in whole:
            for what, make in NO_FILES.items():
                # A sum that cannot be read is computed; that a picture of a pair is missing is a fault.
                yield Case("data", f"{what} {Path(name).name}"[:60], laid({**whole, name: make}))
            yield Case("data", f"empty {Path(name).name}"[:60], laid(whole | {name: b""}))
            yield Case("data", f"bytes {Path(name).name}"[:60], laid(whole | {name: bytes(range(256)) * 9}))
    for text in ("[" * 100_000, '{"size":' * 100_000, "[]", "null", "5", "9" * 5000, "\ufeff{}"):
        yield Case("data", "description", laid(rendered | {"dataset.json": text.encode()}), REFUSED)
    for size in ("-512", "-1024", "77777777777", "0", "9", "0o17", "1_0", "\xb2"):
        yield Case("data", f"member of {size}", laid(rendered | {SHARD: _with_size(rendered[SHARD], size)}))
    large = _with_member(rendered[SHARD], b".jpg", b"\xff\xd8" + png_of_size(60_000, 60_000) + b"\xff\xd9")
    yield Case("data", "large", laid(rendered | {SHARD: large}))
    bomb = _with_member(rendered[SHARD], b".parsing.png", png_of_size(30_000, 30_000, 8, 0))
    yield Case("data", "bomb", laid(rendered | {SHARD: bomb}))
    for number in ODD_NUMBERS:
        labels = json.dumps({"keypoints": [["NUMBER", 1, 2]] * 18, "framing": "", "facing": ""})
        shard = _with_member(rendered[SHARD], b".json", labels.replace('"NUMBER"', number).encode())
        yield Case("data", f"labels {number}"[:40], laid(rendered | {SHARD: shard}))
    for line in (
        "../../../etc/passwd,../x",
        "/etc/passwd,/etc/passwd",
        ",",
        "a,b",
        "\x00,\x00",
        "img/a/b," * 9000,
    ):
        yield Case("data", "pairs", laid(pairs | {"train_pairs.txt": line.encode()}), REFUSED)
    for name, data in pictures().items():
        photo = {f"ada/{name}": data, f"ada/{Path(name).stem}.json": _standing()}
        yield Case("data", f"photos {name}", laid(photo))
    while True:
        whole = rng.choice((rendered, pairs))
        name = rng.choice(list(whole))
        if name.endswith((".json", ".txt")) and rng.random() < 0.5:
            yield Case("data", "odd", laid(whole | {name: _odd_text(rng, whole[name])}))
        else:
            yield Case("data", "damaged", laid(whole | {name: damaged(rng, whole[name])}))


def _odd_text(rng: random.Random, data: bytes) -> bytes:
    return odd_json(rng, data.decode()).encode()


@cache
def _standing() -> bytes:
    from engine.pose.formats import openpose_dict
    from engine.pose.kinematics import t_pose

    return json.dumps(openpose_dict(t_pose((96, 80)), (96, 80))).encode()


def _with_size(tar: bytes, size: str) -> bytes:
    """A tar whose first member says that it is so large."""
    return tar[:124] + size.encode("latin-1").rjust(11)[:11] + b"\0" + tar[136:]


def _with_member(tar: bytes, ending: bytes, data: bytes) -> bytes:
    """A tar whose first member of this kind holds other bytes."""
    at = tar.index(ending + b"\0")
    header = at - at % 512
    before = int(tar[header + 124 : header + 136].strip(b" \0"), 8)
    whole = tar[header : header + 124] + f"{len(data):011o}\0".encode() + tar[header + 136 : header + 512]
    filled = data + bytes(-len(data) % 512)
    return tar[:header] + whole + filled + tar[header + 512 + (before + 511) // 512 * 512 :]
