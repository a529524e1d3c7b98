"""A person's shape: a random adult mixed from MakeHuman's morph targets.

Adults only: the targets of other ages are not even read, whatever the asset folder holds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .assets import BODY_VERTICES, AssetMeshes

RACES = ("caucasian", "african", "asian")
# how many targets of a kind shape a face
_FACE_TARGETS = {
    "cheek": 3,
    "chin": 3,
    "ears": 2,
    "eyebrows": 1,
    "eyes": 6,
    "forehead": 2,
    "head": 3,
    "mouth": 5,
    "neck": 1,
    "nose": 5,
}


@dataclass(frozen=True)
class Body:
    """A morphed base mesh: vertices [V, 3] dm, and who it is.

    origins [3]: shares of RACES; heads, tails [bones, 3]: rest positions of the bones.
    """

    vertices: np.ndarray
    female: bool
    origins: np.ndarray
    heads: np.ndarray
    tails: np.ndarray

    @property
    def dark(self) -> bool:
        """Dark skin textures suit this person."""
        return bool(self.origins[1] > 0.45)

    @property
    def light_hair(self) -> bool:
        """Hair and eyes may have any colour."""
        return bool(self.origins[1] < 0.4 and self.origins[2] < 0.5)


def draw_body(meshes: AssetMeshes, rng: np.random.Generator) -> Body:
    """A random adult."""
    vertices = meshes.base.copy()

    def add(target: str, weight: float) -> None:
        if abs(weight) >= 1e-4 and target in meshes.targets:
            rows, moves = meshes.targets[target]
            vertices[rows] += moves * np.float32(weight)

    female = bool(rng.random() >= 0.3)
    origins = rng.dirichlet([0.5, 0.35, 0.5])
    _add_build(add, rng, female, origins)
    for kind in sorted(_FACE_TARGETS):
        names = sorted(name for name in meshes.targets if name.startswith(kind + "/"))
        if not names:
            continue
        for name in rng.choice(names, min(_FACE_TARGETS[kind], len(names)), replace=False):
            weight = rng.uniform(0, 0.24 if kind == "eyes" else 0.52) * (0.5 if "trans" in name else 1)
            add(name, weight)
            for here, there in (("/l-", "/r-"), ("/r-", "/l-")):
                if here in name:
                    add(name.replace(here, there), weight)
    brows = rng.uniform(0.4, 1.0)
    raised = max(0, rng.uniform(-0.2, 0.35))
    for side in ("left", "right"):
        add(f"expression/units/caucasian/eye-{side}-slit", 0.18)  # the open base eyes stare
        add(f"expression/units/caucasian/eyebrows-{side}-inner-up", brows)  # and its brows frown
        add(f"expression/units/caucasian/eyebrows-{side}-up", raised)
    add("expression/units/caucasian/mouth-corner-puller", rng.choice([0, rng.uniform(0.2, 0.8)]))

    heads = np.array([vertices[rows].mean(0) for rows in meshes.bones.head_rows], np.float64)
    tails = np.array([vertices[rows].mean(0) for rows in meshes.bones.tail_rows], np.float64)
    return Body(vertices, female, origins, heads, tails)


def _add_build(add, rng: np.random.Generator, female: bool, origins: np.ndarray) -> None:
    """Age, stature, muscle and weight: products of factors that each sum to one."""
    sex = "female" if female else "male"
    old = float(np.clip(rng.normal(0.06, 0.1), 0, 0.35))
    weight = float(np.clip(rng.normal(0.38 if female else 0.47, 0.14), 0.1, 0.95))
    muscle = float(np.clip(rng.normal(0.45 if female else 0.52, 0.13), 0.15, 0.9))
    height = float(np.clip(rng.normal(0.2, 0.22), -0.4, 0.6))
    for age, age_share in (("young", 1 - old), ("old", old)):
        for race, share in zip(RACES, origins, strict=True):
            add(f"macrodetails/{race}-{sex}-{age}", age_share * share)
        for muscle_name, muscle_share in _three_way(muscle, "muscle"):
            for weight_name, weight_share in _three_way(weight, "weight"):
                add(
                    f"macrodetails/universal-{sex}-{age}-{muscle_name}-{weight_name}",
                    age_share * muscle_share * weight_share,
                )
    add(
        f"macrodetails/height/{sex}-young-averagemuscle-averageweight-{'max' if height > 0 else 'min'}height",
        abs(height),
    )
    add(
        f"macrodetails/proportions/{sex}-young-averagemuscle-averageweight-idealproportions",
        rng.uniform(0.4, 1),
    )
    if female:
        cup = float(np.clip(rng.normal(0.05, 0.35), -0.6, 0.8))
        size = "maxcup" if cup > 0 else "mincup"
        add(f"breast/female-young-averagemuscle-averageweight-{size}-averagefirmness", abs(cup))
        add("hip/hip-scale-horiz-incr", rng.uniform(0, 0.3))


def _three_way(x: float, noun: str) -> list[tuple[str, float]]:
    return [
        ("min" + noun, max(0, 1 - 2 * x)),
        ("average" + noun, 1 - abs(2 * x - 1)),
        ("max" + noun, max(0, 2 * x - 1)),
    ]


def torso_extent(meshes: AssetMeshes, body: Body, low: float, high: float) -> tuple[float, float, float]:
    """Half width, front z and back z of the torso between two canonical heights."""
    canonical = meshes.base[:BODY_VERTICES]
    rows = (meshes.body_arm[:BODY_VERTICES, 1] < 0.2) & (canonical[:, 1] > low) & (canonical[:, 1] < high)
    torso = body.vertices[:BODY_VERTICES][rows]
    return float(np.abs(torso[:, 0]).max()), float(torso[:, 2].max()), float(torso[:, 2].min())
