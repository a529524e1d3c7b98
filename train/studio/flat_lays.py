"""Garments without anybody in them, as shops photograph them: laid flat or hung, seen from the front.

A garment keeps the labels and places that it has on a body, so that whoever sees one alone knows how it would
be worn. Units as in garments.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from engine.pose.skeleton import ABSENT

from .camera import Camera, look_at, perspective
from .chance import choose
from .parts import Part
from .poses import Pose, plan_pose
from .skeleton import Posed
from .surfaces import DRESS, PANTS, UPPER

_KINDS = {"upper": 0.4, "lower": 0.25, "dress": 0.35}
_KIND_OF = {"top": "upper", "trousers": "lower"}
_SLEEVES = {"down": 0.4, "out": 0.35, "level": 0.1, "hip": 0.15}  # where hands would be
_CLOTHES = UPPER, DRESS, PANTS
_INNER = 0.5  # how often what is under a jacket is photographed with it
_NEAR = 0.025  # of the picture's rows around a joint, within which cloth is, where a garment has it


def garments_alone(parts: Sequence[Part], rng: np.random.Generator, word: str = "") -> list[Part]:
    """The parts of one garment of somebody who is dressed: what is worn above or below, or a dress. word: of
    `train.swaps.WORDS`, what it is to be."""
    by_label = {label: [part for part in parts if part.values["label"][0] == label] for label in _CLOTHES}
    tops = [part for part in by_label[DRESS] if part.name not in ("skirt", "pencil skirt")]
    kinds = {
        "upper": by_label[UPPER],
        "lower": by_label[PANTS] or ([] if tops else by_label[DRESS]),
        "dress": by_label[DRESS] if tops else [],
    }
    if word:
        return _in_front(kinds[_KIND_OF[word]])
    chosen = kinds[choose(rng, {kind: _KINDS[kind] for kind, found in kinds.items() if found})]
    layers = [part.name for part in chosen if part.name not in ("collar", "coat")]
    if len(layers) > 1 and chosen is by_label[UPPER] and rng.random() > _INNER:
        chosen = chosen[: next(i for i, part in enumerate(chosen) if part.name == layers[-1])] or chosen
    return _in_front(chosen)


def _in_front(parts: Sequence[Part]) -> list[Part]:
    return [replace(part, values={**part.values, "depth": (0, 0, 0, 0)}) for part in parts]


def plan_flat_lay(rng: np.random.Generator) -> Pose:
    """The pose of a body that would fill a garment as it lies."""
    goal = choose(rng, _SLEEVES)
    pose = plan_pose(rng, "wide" if rng.random() < 0.3 else "stand", (goal, goal))
    for bend in (pose.pelvis, pose.spine):
        bend.twist, bend.forward = 0.2 * bend.twist, 0.0
    return pose


def broadened(posed: Posed, rng: np.random.Generator) -> Posed:
    """The bones of a garment as it lies: pressed flat it is broader than it is around a body."""
    breadth_3 = np.array((rng.uniform(1.0, 1.3), 1.0, 1.0))
    return Posed(breadth_3[:, None] * posed.rotations, breadth_3 * posed.heads)


def frame_garment(points_V3: np.ndarray, aspect: float, rng: np.random.Generator) -> Camera:
    """A camera that has a garment whole. aspect: width / height of the picture."""
    low, high = points_V3.min(0), points_V3.max(0)
    margin = rng.uniform(1.05, 1.5)
    height = max(high[1] - low[1], (high[0] - low[0]) / aspect) * margin
    spare = np.array([height * aspect, height]) - (high - low)[:2]
    target = 0.5 * (low + high) + np.append(rng.uniform(-0.35, 0.35, 2) * spare, 0.0)
    angle = rng.uniform(0.2, 0.4)
    distance = height / 2 / np.tan(angle / 2)
    pitch = rng.uniform(-0.1, 0.1)
    eye = target + distance * np.array([0, np.sin(pitch), np.cos(pitch)])
    near, far = max(distance - 12, 0.5), distance + 12
    return Camera(
        perspective(angle, aspect, near, far) @ look_at(eye, target), eye, target, near, far, angle, height
    )


def joints_of_garment(keypoints_18x3: np.ndarray, parsing_HW: np.ndarray) -> np.ndarray:
    """Keypoints without those where there is no cloth."""
    near = max(1, round(_NEAR * len(parsing_HW)))
    kept = keypoints_18x3.copy()
    for point in kept:
        column, row = point[:2].astype(int)
        around = parsing_HW[max(row - near, 0) : row + near + 1, max(column - near, 0) : column + near + 1]
        if not around.any():
            point[:] = 0.0, 0.0, ABSENT
    return kept
