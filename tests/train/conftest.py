"""A tiny data set of coloured stick people, drawn here, in the format of the studio's shards."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from pathlib import Path

import numpy as np
import pytest

from engine.cv import cv2
from engine.pose.skeleton import LIMBS

# A front view in a frame of 256x176; the person's right side is at the picture's left.
FRONT = np.float32(
    [
        (88, 40), (88, 64), (68, 66), (58, 98), (54, 128), (108, 66), (118, 98), (122, 128), (76, 130),
        (74, 182), (72, 232), (100, 130), (102, 182), (104, 232), (83, 35), (93, 35), (77, 38), (99, 38),
    ]
)  # fmt: skip

_CLASS_OF_LIMB = (3, 3, 3, 6, 3, 6, 5, 5, 7, 5, 5, 7, 6, 2, 1, 2, 1)


def stick_pose(person: int, view: int, size: tuple[int, int]) -> np.ndarray:
    """float32 [18, 3]: the front pose, moved about; odd views are seen from behind."""
    rng = np.random.default_rng([person, view])
    points = FRONT + rng.normal(0, 3, (18, 2)).astype(np.float32)
    points[:, 0] += rng.uniform(-12, 12)
    states = np.full(18, 2, np.float32)
    if view % 2:
        points[:, 0] = 176 - points[:, 0]
        states[[0, 14, 15]] = 1
    points *= np.float32((size[1] / 176, size[0] / 256))
    return np.column_stack([points, states]).astype(np.float32)


def stick_picture(person: int, keypoints: np.ndarray, size: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """RGB picture and parsing map, uint8: limbs as thick lines in the person's own colours."""
    rng = np.random.default_rng(person)
    colours = rng.integers(20, 220, (8, 3))
    colours[0] = rng.integers(215, 250)
    parsing = np.zeros(size, np.uint8)
    width = max(2, size[0] * 18 // 256)
    for (a, b), label in zip(LIMBS, _CLASS_OF_LIMB, strict=True):
        ends = [tuple(int(v) for v in keypoints[joint, :2]) for joint in (a, b)]
        cv2.line(parsing, *ends, label, width)
    return colours[parsing].astype(np.uint8), parsing


def surface_codes(parsing: np.ndarray) -> np.ndarray:
    """uint8 [H, W, 3]: a limb's coordinates are its places in the picture."""
    rows, columns = np.mgrid[1 : parsing.shape[0] + 1, 1 : parsing.shape[1] + 1]
    codes = np.dstack([columns, 255 - rows, 100 + parsing]).clip(1, 255).astype(np.uint8)
    return codes * (parsing > 0)[:, :, None]


def members_of(person: int, views: int, size: tuple[int, int], surfaces: bool) -> dict[str, bytes]:
    """Name -> bytes of a person's members in a shard."""
    members = {}
    for view in range(views):
        keypoints = stick_pose(person, view, size)
        image, parsing = stick_picture(person, keypoints, size)
        if surfaces and person % 2:
            parsing[parsing == 5] = 4  # in a skirt
        stem = f"{person:07d}_{view}"
        quality = [cv2.IMWRITE_JPEG_QUALITY, 95, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, 0x111111]
        members[f"{stem}.jpg"] = cv2.imencode(".jpg", image[:, :, ::-1], quality)[1].tobytes()
        members[f"{stem}.parsing.png"] = cv2.imencode(".png", parsing)[1].tobytes()
        labels = {
            "person": person, "view": view, "keypoints": keypoints.tolist(),
            "framing": "full", "facing": "back" if view % 2 else "front",
        }  # fmt: skip
        members[f"{stem}.json"] = json.dumps(labels).encode()
        if surfaces:
            codes = np.ascontiguousarray(surface_codes(parsing)[:, :, ::-1])
            codes[(parsing == 6) & (person % 3 == 0)] = 0  # nobody knows where these arms are
            members[f"{stem}.surface.png"] = cv2.imencode(".png", codes)[1].tobytes()
    return members


def write_data_set(
    folder: Path,
    persons: range,
    views: int = 4,
    size: tuple[int, int] = (64, 44),
    shard: int = 50,
    surfaces: bool = False,
) -> Path:
    """Writes `dataset.json` and aligned shards of `shard` people; may be called again to add people.

    surfaces: with surface coordinates, and skirts, so that every class is there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    header = {"format": "poseloom-people", "version": 1 + surfaces, "studio": "sticks"}
    header |= {"size": list(size), "views": views}
    (folder / "dataset.json").write_text(json.dumps(header))
    for start in range(persons.start // shard * shard, persons.stop, shard):
        path = folder / f"people-{start:07d}-{start + shard:07d}.tar"
        with tarfile.open(path, "w", format=tarfile.USTAR_FORMAT) as archive:
            for person in range(max(start, persons.start), min(start + shard, persons.stop)):
                for name, data in members_of(person, views, size, surfaces).items():
                    info = tarfile.TarInfo(name)
                    info.size = len(data)
                    archive.addfile(info, io.BytesIO(data))
        path.with_name(path.name + ".sha256").write_text(hashlib.sha256(path.read_bytes()).hexdigest() + "\n")
    return folder


@pytest.fixture(scope="session")
def make_stick_people():
    """`write_data_set` for tests that need a data set of their own."""
    return write_data_set


@pytest.fixture(scope="session")
def stick_people(tmp_path_factory) -> Path:
    """A data set of 7 training people and 4 held-out people, 4 views each, pictures of 64x44."""
    folder = tmp_path_factory.mktemp("stick-people")
    write_data_set(folder, range(0, 7), shard=5)
    return write_data_set(folder, range(1_000_000, 1_000_004))
