"""How somebody stands in what a file has written: upright, lying, mirrored, or with columns exchanged."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.pose import skeleton as sk
from engine.pose.formats.units import inside

_ROUNDED = 0.005  # of a body's size: its middle, of numbers with two or more places
_TRUNK = ((sk.RIGHT_SHOULDER, sk.LEFT_SHOULDER), (sk.RIGHT_HIP, sk.LEFT_HIP))  # pairs across the spine


def swapped(pose: np.ndarray, canvas: tuple[float, float] | None) -> np.ndarray | None:
    """The pose with x and y exchanged, where that must be meant: as it is written somebody lies, mirrored or
    out of the canvas, and exchanged stands upright in it. None where it may stay.
    """
    there = pose[:, 2] > 0
    if not lies(pose):
        return None
    other = pose[:, [1, 0, 2]]
    if canvas is not None:
        out, still_out = (~inside(each[there, :2], canvas) for each in (pose, other))
        if out.sum() >= 2 and not still_out.any():
            return other
    return other if mirrored(pose) else None


def may_be_swapped(pose: np.ndarray) -> bool:
    """Whether that cannot be told: somebody lies as one who stands does with x and y exchanged, and shows no
    face that would say from which side they are seen."""
    return faceless(pose) and lies(pose) and _crossed(pose, _TRUNK)


def faceless(pose: np.ndarray) -> bool:
    return not (pose[[sk.NOSE, sk.RIGHT_EYE, sk.LEFT_EYE], 2] > 0).all()


def about_its_hips(pose: np.ndarray) -> bool:
    """Whether places are counted from the middle of the hips, as those of a body without a picture are."""
    hips = pose[list(_TRUNK[1])]
    if not (hips[:, 2] > 0).all():
        return False
    there = pose[pose[:, 2] > 0, :2]
    return bool(np.abs(hips[:, :2].mean(axis=0)).max() <= _ROUNDED * np.ptp(there, axis=0).max())


def stands_on_the_head(pose: np.ndarray) -> bool:
    spine = _spine(pose)
    return spine is not None and -spine[1] >= 2 * abs(spine[0]) and spine[1] < 0


def lies(pose: np.ndarray) -> bool:
    """Whether the spine goes to the right rather than up or down, as one does whose x and y are exchanged."""
    spine = _spine(pose)
    return spine is not None and abs(spine[0]) >= 2 * abs(spine[1]) and spine[0] >= 0


def _spine(pose: np.ndarray) -> np.ndarray | None:
    """From the shoulders to the hips."""
    ends = []
    for pair in _TRUNK:
        seen = [joint for joint in pair if pose[joint, 2] > 0]
        if not seen:
            return None
        ends.append(pose[seen, :2].mean(axis=0))
    return ends[1] - ends[0]


def upright(pose: np.ndarray, canvas: tuple[float, float]) -> np.ndarray | None:
    """The pose of a picture (H, W) that lies on its side, turned with it by a quarter so that the person
    stands. None where nobody lies in it."""
    spine = _spine(pose)
    if spine is None or abs(spine[0]) < 2 * abs(spine[1]):
        return None
    height, width = canvas
    x, y, state = pose.T
    turned = [height - y, x, state] if spine[0] > 0 else [y, width - x, state]
    return np.where(state[:, None] > 0, np.column_stack(turned), 0.0)


def mirrored(pose: np.ndarray) -> bool:
    """Whether somebody with nose and both eyes seen has left and right as if seen from the back, in the
    shoulders, the hips and the face."""
    return bool(pose[sk.NOSE, 2] > 0) and _crossed(pose, (*_TRUNK, (sk.RIGHT_EYE, sk.LEFT_EYE)))


def _crossed(pose: np.ndarray, pairs: Sequence[tuple[int, int]]) -> bool:
    """Whether these (right, left) are all there, and on the sides of the spine that a view from the back
    has."""
    spine = _spine(pose)
    if spine is None or not all((pose[list(pair), 2] > 0).all() for pair in pairs):
        return False
    across = [pose[left, :2] - pose[right, :2] for right, left in pairs]
    return all(spine[0] * a[1] - spine[1] * a[0] > 0 for a in across)
