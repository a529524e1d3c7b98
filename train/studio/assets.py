"""The MakeHuman data (CC0) the studio works with: found, parsed once, kept in the user's cache.

"Canonical" coordinates are those of the unmorphed base mesh. They are the same for every person, so hems,
necklines, make-up and label borders are drawn once in canonical space and carried along as a vertex
attribute.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import scipy.sparse as sparse
from scipy.spatial import cKDTree

from engine.errors import InputError
from engine.files import reason_of

from .geometry import (
    Corners,
    SkinWeights,
    components,
    rigid,
    strongest_bones,
    subdivide,
    triangulate,
    unique_corners,
    unit,
)
from .meshfiles import Fitting, read_fitting, read_obj, read_target
from .treefile import load_tree, save_tree

CACHE_VERSION = 3
BODY_VERTICES = 13380  # the first vertices of the base mesh are the body, the rest are helpers
SIDES = ("L", "R")
_ACCESSORY_FOLDERS = ("hair", "eyebrows", "eyelashes", "clothes", "eyes")
ARM_BONES = ("upperarm", "lowerarm", "wrist", "metacarpal", "finger")
_LEG_BONES = ("upperleg", "lowerleg", "foot", "toe")


@dataclass(frozen=True)
class Cloth:
    """A subdivided helper mesh that garments are cut from.

    matrix: sparse [N, base vertices], positions = matrix @ base; quads [Q, 4]; canonical [N, 3];
    arm [N, 2]: length along the arm (dm) and weight of the arm bones; leg [N]: weight of the leg bones.
    """

    matrix: sparse.csr_matrix
    quads: np.ndarray
    canonical: np.ndarray
    arm: np.ndarray
    leg: np.ndarray
    skin: SkinWeights

    @cached_property
    def triangles(self) -> np.ndarray:
        return triangulate(self.quads)

    @cached_property
    def coarse_triangles(self) -> np.ndarray:
        """The mesh of one subdivision less, over the same points: four quads in a row were one."""
        return triangulate(self.quads[:, 0].reshape(-1, 4))

    def place(self, base: np.ndarray) -> np.ndarray:
        return (self.matrix @ base).astype(np.float32)


@dataclass(frozen=True)
class Accessory:
    """Hair, brows, lashes, eyes, suits, shoes: a mesh fitted to the base.

    parts [N]: connected component of every vertex; canonical [N, 3]: its vertices on the unmorphed base.
    """

    fitting: Fitting
    canonical: np.ndarray
    uvs: np.ndarray
    faces: np.ndarray
    corners: Corners
    parts: np.ndarray
    skin: SkinWeights


@dataclass(frozen=True)
class Bones:
    """The skeleton: names, parents (-1 for the root); base vertices whose means are heads and tails."""

    names: list[str]
    parents: np.ndarray
    head_rows: list[np.ndarray]
    tail_rows: list[np.ndarray]

    @cached_property
    def index(self) -> dict[str, int]:
        return {name: i for i, name in enumerate(self.names)}

    def head(self, name: str, base: np.ndarray) -> np.ndarray:
        """Rest position [3] of a bone's head on a morphed base mesh."""
        return base[self.head_rows[self.index[name]]].mean(0)

    def holding(self, name: str, count: int) -> SkinWeights:
        """Weights of points [count] that this bone alone carries."""
        return rigid(np.full(count, self.index[name]))


@dataclass(frozen=True)
class AssetMeshes:
    """All meshes of the asset folder, as kept in the cache."""

    base: np.ndarray
    base_uvs: np.ndarray
    body_faces: np.ndarray
    body_corners: Corners
    body_arm: np.ndarray
    body_skin: SkinWeights
    tights_rows: np.ndarray
    bones: Bones
    tights: Cloth
    skirt: Cloth
    targets: dict[str, list[np.ndarray]]
    accessories: dict[str, Accessory]


_CLASSES = (AssetMeshes, Bones, Cloth, Accessory, Corners, SkinWeights, Fitting)


class Assets:
    """The parsed meshes together with the folder their textures are in. What is missing there is told when it
    is asked for."""

    def __init__(self, root: Path, parsed: AssetMeshes):
        self.root = root
        self.meshes = parsed

    def texture(self, kind: str, name: str) -> Path:
        """File of a texture, e.g. texture("skins", "young_darkskinned_male_diffuse.png"), in either known
        layout."""
        folder = self.root / kind
        stem = name.rsplit(".", 1)[0]
        for candidate in (
            folder / "textures" / name,
            folder / name,
            folder / stem / name,
            folder / stem.removesuffix("_diffuse") / name,
        ):
            if candidate.is_file():
                return candidate
        raise InputError(f"{folder} lacks the texture {name}.")

    def accessory(self, name: str) -> Accessory:
        """Hair, brows, lashes, eyes, a suit or shoes by name. Raises InputError where there is none."""
        if name not in self.meshes.accessories:
            raise InputError(f"{self.root} lacks the accessory {name}.")
        return self.meshes.accessories[name]

    def has_texture(self, kind: str, name: str) -> bool:
        try:
            self.texture(kind, name)
        except InputError:
            return False
        return True


def find_assets(folder: str | Path | None = None) -> Path:
    """The MakeHuman data folder: the one given, or the environment's MAKEHUMAN_ASSETS."""
    named = folder or os.environ.get("MAKEHUMAN_ASSETS")
    if not named:
        raise InputError(
            "The studio needs the MakeHuman data folder: name it with --assets or MAKEHUMAN_ASSETS."
        )
    root = Path(named)
    for part in (
        "base/base.obj",
        "rigs/default.mhskel",
        "rigs/default_weights.mhw",
        "targets",
        "poses",
        "skins",
        *_ACCESSORY_FOLDERS,
    ):
        if not (root / part).exists():
            raise InputError(f"{root} is not a MakeHuman data folder: it has no {part}.")
    return root


def load_assets(folder: str | Path | None = None) -> Assets:
    """Read the meshes from the cache, building it first where there is none for this very content."""
    root = find_assets(folder)
    cached = _cache_folder() / f"studio-{_content_key(root)}.npz"
    if cached.is_file():
        try:
            return Assets(root, load_tree(cached, _CLASSES))
        except (OSError, ValueError, KeyError, TypeError):
            pass  # a damaged cache is built anew
    parsed = _parse(root)
    with contextlib.suppress(
        OSError, InputError
    ):  # no room, or no right to write: it is parsed anew the next time
        save_tree(cached, parsed)
    return Assets(root, parsed)


def _cache_folder() -> Path:
    home = os.environ.get("POSELOOM_HOME")
    if home:
        return Path(home) / "cache"
    from platformdirs import user_cache_path

    return user_cache_path("poseloom", appauthor=False)


def _mesh_files(root: Path) -> list[Path]:
    files = [root / "base/base.obj", root / "rigs/default.mhskel", root / "rigs/default_weights.mhw"]
    files += (root / "targets").rglob("*.target*")
    for folder in _ACCESSORY_FOLDERS:
        files += (root / folder).glob("*/*.mhclo")
        files += (root / folder).glob("*/*.obj")
    return sorted(files)


def _content_key(root: Path) -> str:
    digest = hashlib.sha256(f"version {CACHE_VERSION}".encode())
    for file in _mesh_files(root):
        digest.update(file.relative_to(root).as_posix().encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()[:24]


def _parse(root: Path) -> AssetMeshes:
    mesh = read_obj(root / "base/base.obj")
    for group in ("body", "helper-tights", "helper-skirt"):
        if not mesh.faces_of(group).any():
            raise InputError(f"{root / 'base/base.obj'} lacks the group {group}.")
    try:
        bones, weights = _read_rig(root, mesh.vertices)
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        raise InputError(f"{root / 'rigs'} holds no readable rig: {reason_of(error)}.") from error
    body_faces = mesh.faces[mesh.faces_of("body")]
    tights_faces = mesh.faces[mesh.faces_of("helper-tights")]
    tights_matrix, tights_quads = subdivide(tights_faces, len(mesh.vertices))
    once, skirt_quads = subdivide(mesh.faces[mesh.faces_of("helper-skirt")], len(mesh.vertices))
    twice, skirt_quads = subdivide(skirt_quads, once.shape[0])

    def cloth(matrix, quads):
        canonical = (matrix @ mesh.vertices).astype(np.float32)
        skin = matrix @ weights
        return Cloth(
            matrix.tocsr(),
            quads,
            canonical,
            _arm_coordinates(bones, mesh.vertices, canonical, skin),
            _weight_of(bones, skin, _LEG_BONES),
            strongest_bones(skin),
        )

    targets = {}
    for file in sorted((root / "targets").rglob("*.target*")):
        name = file.relative_to(root / "targets").as_posix().split(".target")[0]
        if any(age in name for age in ("child", "baby")):
            continue  # the studio photographs adults only
        targets[name] = list(read_target(file))
    if not targets:
        raise InputError(f"{root / 'targets'} holds no morph targets.")
    accessories = {}
    for folder in _ACCESSORY_FOLDERS:
        for file in sorted((root / folder).glob("*/*.mhclo")):
            accessories[file.stem] = _read_accessory(file, mesh.vertices, weights)
    return AssetMeshes(
        mesh.vertices,
        mesh.uvs,
        body_faces,
        unique_corners(body_faces, mesh.face_uvs[mesh.faces_of("body")]),
        _arm_coordinates(bones, mesh.vertices, mesh.vertices, weights),
        strongest_bones(weights),
        np.unique(tights_faces),
        bones,
        cloth(tights_matrix, tights_quads),
        cloth((twice @ once).tocsr(), skirt_quads),
        targets,
        accessories,
    )


def _read_rig(root: Path, vertices: np.ndarray) -> tuple[Bones, sparse.csr_matrix]:
    """Bones in parents-first order and the normalised skin weights [base vertices, bones]."""
    rig = json.loads((root / "rigs/default.mhskel").read_text(encoding="utf-8"))
    table = json.loads((root / "rigs/default_weights.mhw").read_text(encoding="utf-8"))["weights"]
    children: dict[str | None, list[str]] = {}
    for name, bone in rig["bones"].items():
        children.setdefault(bone["parent"], []).append(name)
    names = ["root"]
    for name in names:
        names += children.get(name, [])
    index = {name: i for i, name in enumerate(names)}
    parents = np.array([index.get(rig["bones"][name]["parent"], -1) for name in names])
    bones = Bones(
        names,
        parents,
        [np.array(rig["joints"][rig["bones"][name]["head"]]) for name in names],
        [np.array(rig["joints"][rig["bones"][name]["tail"]]) for name in names],
    )

    entries = [(int(vertex), index[name], value) for name, rows in table.items() for vertex, value in rows]
    rows, columns, values = (np.array(column) for column in zip(*entries, strict=True))
    weights = sparse.csr_matrix(
        (values.astype(np.float32), (rows, columns)), shape=(len(vertices), len(names))
    )
    sums = np.asarray(weights.sum(1)).ravel()
    weights = (sparse.diags(1 / np.maximum(sums, 1e-6)) @ weights).tolil()
    bare = np.nonzero(sums < 1e-6)[0]  # vertices without a bone follow the nearest vertex of the body
    if len(bare):
        held = np.nonzero(sums[:BODY_VERTICES] >= 1e-6)[0]
        weights[bare] = weights[held[cKDTree(vertices[held]).query(vertices[bare])[1]]]
    return bones, weights.tocsr()


def _weight_of(bones: Bones, skin: sparse.spmatrix, prefixes: tuple[str, ...], side: str = "") -> np.ndarray:
    columns = [i for i, name in enumerate(bones.names) if name.startswith(prefixes) and name.endswith(side)]
    return np.asarray(skin.tocsc()[:, columns].sum(1), np.float32).ravel()


def _arm_coordinates(bones: Bones, base: np.ndarray, points: np.ndarray, skin: sparse.spmatrix) -> np.ndarray:
    """[N, 2]: canonical length from shoulder over elbow (2.28) to wrist (4.4); weight of that side's arm."""
    arm = np.zeros((len(points), 2), np.float32)
    for side, on_side in (("L", points[:, 0] > 0), ("R", points[:, 0] <= 0)):
        shoulder, elbow, wrist = (
            bones.head(f"{name}.{side}", base) for name in ("upperarm01", "lowerarm01", "wrist")
        )
        upper, lower = unit(elbow - shoulder), unit(wrist - elbow)
        length = np.linalg.norm(elbow - shoulder)
        # round the bend both measures are blended: either alone would jump across the elbow
        bend = np.clip((points - elbow) @ unit(upper + lower) / 1.4 + 0.5, 0, 1)
        bend = bend * bend * (3 - 2 * bend)
        along = (1 - bend) * ((points - shoulder) @ upper) + bend * (length + (points - elbow) @ lower)
        arm[on_side, 0] = along[on_side]
        arm[on_side, 1] = _weight_of(bones, skin, ARM_BONES, "." + side)[on_side]
    return arm


def _read_accessory(file: Path, base: np.ndarray, weights: sparse.csr_matrix) -> Accessory:
    fitting = read_fitting(file)
    mesh = read_obj(file.parent / fitting.obj)
    shares = np.clip(fitting.weights, 0, None)
    shares /= np.maximum(shares.sum(1, keepdims=True), 1e-6)
    count = len(shares)
    blend = sparse.csr_matrix(
        (shares.ravel(), (np.repeat(np.arange(count), 3), fitting.anchors.ravel())),
        shape=(count, weights.shape[0]),
    )
    return Accessory(
        fitting,
        fitting.place(base),
        mesh.uvs,
        mesh.faces,
        unique_corners(mesh.faces, mesh.face_uvs),
        components(mesh.faces, count),
        strongest_bones(blend @ weights),
    )
