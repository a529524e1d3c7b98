"""Rotation matrices [3, 3] and the two-bone inverse kinematics of an arm or a leg. Angles in radians."""

from __future__ import annotations

import math

import numpy as np


def normalised(vector: np.ndarray) -> np.ndarray:
    return vector / max(float(np.sqrt(vector @ vector)), 1e-9)


def cross(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Cross product of two vectors [3]: numpy's is made for arrays and ten times as slow."""
    (ax, ay, az), (bx, by, bz) = a, b
    return np.array((ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx))


def rotation(axis, angle: float) -> np.ndarray:
    """Right-handed rotation about an axis (Rodrigues), written out; no axis is no rotation."""
    x, y, z = (float(part) for part in axis)
    length = max(math.sqrt(x * x + y * y + z * z), 1e-9)
    x, y, z = x / length, y / length, z / length
    sine, rest = math.sin(angle), 1 - math.cos(angle)
    return np.array(
        (
            (1 - rest * (y * y + z * z), rest * x * y - sine * z, rest * x * z + sine * y),
            (rest * x * y + sine * z, 1 - rest * (x * x + z * z), rest * y * z - sine * x),
            (rest * x * z - sine * y, rest * y * z + sine * x, 1 - rest * (x * x + y * y)),
        )
    )


def turn(x: float = 0.0, y: float = 0.0, z: float = 0.0) -> np.ndarray:
    """Ry @ Rx @ Rz."""
    return rotation((0, 1, 0), y) @ rotation((1, 0, 0), x) @ rotation((0, 0, 1), z)


def swing(start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """The shortest rotation that takes one direction into another."""
    start, end = normalised(start), normalised(end)
    axis = cross(start, end)
    sine = float(np.sqrt(axis @ axis))
    return np.eye(3) if sine < 1e-8 else rotation(axis, np.arctan2(sine, start @ end))


def basis(direction: np.ndarray, normal: np.ndarray) -> np.ndarray:
    """Orthonormal basis with columns direction, normal (made orthogonal to it), and their cross product."""
    direction = normalised(direction)
    normal = normalised(normal - direction * (normal @ direction))
    return np.stack([direction, normal, cross(direction, normal)], 1)


def share(matrix: np.ndarray, part: float) -> np.ndarray:
    """The same rotation by only a part of its angle."""
    angle = np.arccos(np.clip((np.trace(matrix) - 1) / 2, -1, 1))
    if angle < 1e-7:
        return np.eye(3)
    axis = np.array([matrix[2, 1] - matrix[1, 2], matrix[0, 2] - matrix[2, 0], matrix[1, 0] - matrix[0, 1]])
    return np.eye(3) if axis @ axis < 1e-16 else rotation(axis, angle * part)


def two_bone_reach(start: np.ndarray, target: np.ndarray, pole: np.ndarray, upper: float, lower: float):
    """Middle and end joint of two bones that reach from start for a target (law of cosines).

    The middle joint bends towards `pole`; a target out of reach is approached to 99.8 % of the length.
    """
    way = target - start
    distance = float(np.sqrt(way @ way))
    reach = np.clip(distance, abs(upper - lower) + 0.05, (upper + lower) * 0.998)
    direction = way / max(distance, 1e-9)
    along = (upper**2 - lower**2 + reach**2) / (2 * reach)
    aside = np.sqrt(max(upper**2 - along**2, 0))
    bend = normalised(pole - direction * (pole @ direction))
    return start + direction * along + bend * aside, start + direction * reach
