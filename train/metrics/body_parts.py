"""Which part of the body a pixel of a rendered person shows, by its surface coordinates.

A part is a capsule about a bone of the base body in rest pose, dm as in `train.data.people`; a point belongs
to the part whose capsule it is nearest to, whatever is worn there. Left is x > 0.
"""

from __future__ import annotations

import numpy as np

from engine.regions import SURFACE_SPAN

# Joints of MakeHuman's base body in rest pose, of the left side.
_SHOULDER, _ELBOW, _WRIST = (1.68, 5.25, 0.15), (3.13, 3.49, 0.13), (4.31, 2.45, 1.76)
_FINGERTIPS = (4.75, 1.6, 2.75)
_HIP, _KNEE, _ANKLE, _TOES = (1.1, 0.49, 0.12), (1.58, -3.69, 0.32), (2.2, -7.45, -0.01), (2.3, -8.0, 1.4)
_PELVIS, _NECK, _HEAD, _CROWN = (0.0, 0.6, 0.1), (0.0, 5.2, 0.1), (0.0, 6.6, 0.3), (0.0, 7.9, 0.1)

# Name, ends and thickness of the capsules; of what comes in pairs the left one.
_SINGLE = (("head", _HEAD, _CROWN, 0.8), ("trunk", _PELVIS, _NECK, 1.3))
_PAIRED = (
    ("upper arm", _SHOULDER, _ELBOW, 0.45),
    ("forearm", _ELBOW, _WRIST, 0.4),
    ("hand", _WRIST, _FINGERTIPS, 0.4),
    ("thigh", _HIP, _KNEE, 0.8),
    ("shank", _KNEE, _ANKLE, 0.5),
    ("foot", _ANKLE, _TOES, 0.4),
)

PARTS = (
    *(name for name, *_ in _SINGLE),
    *(f"{side} {name}" for side in ("left", "right") for name, *_ in _PAIRED),
)
_MIRROR = np.array((-1.0, 1.0, 1.0))
NO_PART = 255


def body_parts(surface_HW3: np.ndarray) -> np.ndarray:
    """uint8 [H, W], index into `PARTS`, `NO_PART` where no part is told. surface: uint8 surface coordinates
    in the code of `train.data.people`."""
    known_HW = surface_HW3.any(2)
    points_N3 = (surface_HW3[known_HW].astype(np.float64) - 127.5) * (SURFACE_SPAN / 127)
    distances_PN = np.stack([_distance(points_N3, *capsule) for capsule in _capsules()])
    parts_HW = np.full(known_HW.shape, NO_PART, np.uint8)
    parts_HW[known_HW] = distances_PN.argmin(0)
    return parts_HW


def _capsules() -> list[tuple[np.ndarray, np.ndarray, float]]:
    """In the order of PARTS."""
    left = [(np.array(start), np.array(end), radius) for _, start, end, radius in (*_SINGLE, *_PAIRED)]
    right = [(start * _MIRROR, end * _MIRROR, radius) for start, end, radius in left[len(_SINGLE) :]]
    return left + right


def _distance(points_N3: np.ndarray, start: np.ndarray, end: np.ndarray, radius: float) -> np.ndarray:
    """Of points from the surface of a capsule, negative inside."""
    bone = end - start
    along_N1 = np.clip((points_N3 - start) @ bone / (bone @ bone), 0, 1)[:, None]
    return np.linalg.norm(points_N3 - start - along_N1 * bone, axis=1) - radius
