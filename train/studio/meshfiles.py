"""Readers of MakeHuman's text files: meshes, morph targets, fitted accessories.

Unit of all coordinates: decimetre; x to the person's left, y up, z to the front.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.errors import InputError
from engine.files import reason_of


@dataclass(frozen=True)
class ObjMesh:
    """A quad mesh: vertices [V, 3], uvs [T, 2], faces and face_uvs [F, 4], group name of each face [F].

    Triangles repeat their last corner.
    """

    vertices: np.ndarray
    uvs: np.ndarray
    faces: np.ndarray
    face_uvs: np.ndarray
    groups: np.ndarray

    def faces_of(self, group: str) -> np.ndarray:
        """Boolean mask [F] of the faces of one group."""
        return self.groups == group


@contextmanager
def _lines_of(path: Path, what: str) -> Iterator[Iterable[str]]:
    """The lines of a text file, gzipped or not; what goes wrong while they are read is an InputError."""
    opener = gzip.open if path.suffix == ".gz" else open
    try:
        with opener(path, "rt", encoding="utf-8") as lines:
            yield lines
    except (OSError, EOFError, ValueError, IndexError, zlib.error) as error:
        raise InputError(f"{path} is not a readable {what}: {reason_of(error)}.") from error


def read_obj(path: Path) -> ObjMesh:
    """Read a Wavefront mesh of quads (and the odd triangle). Raises InputError for anything else."""
    vertices, uvs, faces, face_uvs, groups = [], [], [], [], []
    group = ""
    with _lines_of(path, "mesh") as lines:
        for line in lines:
            words = line.split()
            if not words:
                continue
            if words[0] == "v":
                vertices.append([float(word) for word in words[1:4]])
            elif words[0] == "vt":
                uvs.append([float(word) for word in words[1:3]])
            elif words[0] == "g":
                group = words[1]
            elif words[0] == "f":
                corners = [word.split("/") for word in words[1:5]]
                corners += corners[-1:] * (4 - len(corners))
                faces.append([int(corner[0]) - 1 for corner in corners])
                face_uvs.append(
                    [int(corner[1]) - 1 if len(corner) > 1 and corner[1] else 0 for corner in corners]
                )
                groups.append(group)
    if not vertices or not faces:
        raise InputError(f"{path} holds no mesh.")
    return ObjMesh(
        np.array(vertices, np.float32),
        np.array(uvs or [[0, 0]], np.float32),
        np.array(faces, np.int32),
        np.array(face_uvs, np.int32),
        np.array(groups),
    )


def read_target(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Read a morph target: indices of the moved vertices [N] and their moves [N, 3]. Raises InputError."""
    indices, moves = [], []
    with _lines_of(path, "morph target") as lines:
        for line in lines:
            words = line.split()
            if line[0] == "#" or len(words) != 4:
                continue
            try:
                row = [float(word) for word in words]
            except ValueError:
                continue
            indices.append(int(row[0]))
            moves.append(row[1:])
    return np.array(indices, np.int32), np.array(moves, np.float32).reshape(-1, 3)


@dataclass(frozen=True)
class Fitting:
    """How an accessory hangs on the base mesh: vertex = weights . base[anchors] + offsets * scale.

    anchors, weights, offsets: [N, 3]; scale_rows [3, 2] base vertices and scale_spans [3] (their distance
    on the unmorphed base) give the scale of every axis; hidden: base vertices it covers; obj: its mesh
    file's name.
    """

    anchors: np.ndarray
    weights: np.ndarray
    offsets: np.ndarray
    scale_rows: np.ndarray
    scale_spans: np.ndarray
    hidden: np.ndarray
    obj: str

    def place(self, base: np.ndarray) -> np.ndarray:
        """Positions [N, 3] of the accessory on the morphed base vertices."""
        scale = np.ones(3, np.float32)
        for axis, ((a, b), span) in enumerate(zip(self.scale_rows, self.scale_spans, strict=True)):
            if span > 0:
                scale[axis] = abs(base[a, axis] - base[b, axis]) / span
        placed = (base[self.anchors] * self.weights[..., None]).sum(1) + self.offsets * scale
        return placed.astype(np.float32)


def read_fitting(path: Path) -> Fitting:
    """Read a .mhclo file. Raises InputError."""
    rows, hidden, obj, section = [], [], "", ""
    scale_rows, scale_spans = np.zeros((3, 2), np.int32), np.zeros(3, np.float32)
    with _lines_of(path, "accessory") as lines:
        for line in lines:
            words = line.split()
            if not words or words[0].startswith("#"):
                continue
            key = words[0]
            if key in ("verts", "delete_verts"):
                section = key
            elif section == "verts" and key.lstrip("-").isdigit():
                if len(words) == 1:
                    rows.append([int(key)] * 3 + [1, 0, 0, 0, 0, 0])
                else:
                    numbers = [float(word) for word in words[:9]]
                    rows.append(numbers + [0.0] * (9 - len(numbers)))
            elif section == "delete_verts" and key.isdigit():
                hidden += _index_ranges(words)
            elif key in ("x_scale", "y_scale", "z_scale"):
                axis = "xyz".index(key[0])
                scale_rows[axis] = int(words[1]), int(words[2])
                scale_spans[axis] = float(words[3])
            elif key == "obj_file":
                obj = words[1]
    if not rows or not obj:
        raise InputError(f"{path} is not a MakeHuman accessory file.")
    table = np.array(rows, np.float64)
    return Fitting(
        table[:, :3].astype(np.int32),
        table[:, 3:6].astype(np.float32),
        table[:, 6:9].astype(np.float32),
        scale_rows,
        scale_spans,
        np.array(hidden, np.int32),
        obj,
    )


def _index_ranges(words: list[str]) -> list[int]:
    """ "12 15 - 18 44" -> [12, 15, 16, 17, 18, 44]."""
    indices: list[int] = []
    position = 0
    while position < len(words):
        first = int(words[position])
        if position + 2 < len(words) and words[position + 1] == "-":
            indices += range(first, int(words[position + 2]) + 1)
            position += 3
        else:
            indices.append(first)
            position += 1
    return indices
