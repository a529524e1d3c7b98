"""How somebody stands in what a file has written: upright, lying, mirrored, or with columns exchanged."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.pose import skeleton as sk
from engine.pose.formats.units import inside
from engine.pose.upright import HIPS, SHOULDERS, quarters_of_trunk, spine

_ROUNDED = 0.005  # of a body's size: its middle, of numbers with two or more places
_TRUNK = (SHOULDERS, HIPS)  # pairs across the spine


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
    hips = pose[list(HIPS)]
    if not (hips[:, 2] > 0).all():
        return False
    there = pose[pose[:, 2] > 0, :2]
    return bool(np.abs(hips[:, :2].mean(axis=0)).max() <= _ROUNDED * np.ptp(there, axis=0).max())


def stands_on_the_head(pose: np.ndarray) -> bool:
    return quarters_of_trunk(pose) == 2


def lies(pose: np.ndarray) -> bool:
    """Whether the spine goes to the right rather than up or down, as one does whose x and y are exchanged."""
    return quarters_of_trunk(pose) == 1


def turned_to_stand(pose: np.ndarray, canvas: tuple[float, float]) -> np.ndarray | None:
    """The pose of a picture (H, W) that lies on its side, turned with it by a quarter so that the person
    stands. None where nobody lies in it."""
    quarters = quarters_of_trunk(pose)
    if quarters not in (1, 3):
        return None
    height, width = canvas
    x, y, state = pose.T
    turned = [height - y, x, state] if quarters == 1 else [y, width - x, state]
    return np.where(state[:, None] > 0, np.column_stack(turned), 0.0)


def mirrored(pose: np.ndarray) -> bool:
    """Whether somebody with nose and both eyes seen has left and right as if seen from the back, in the
    shoulders, the hips and the face."""
    seen = (pose[[sk.NOSE, sk.RIGHT_EYE, sk.LEFT_EYE], 2] == sk.SEEN).all()  # of a back they are guessed
    return bool(seen) and _crossed(pose, (*_TRUNK, (sk.RIGHT_EYE, sk.LEFT_EYE)))


def _crossed(pose: np.ndarray, pairs: Sequence[tuple[int, int]]) -> bool:
    """Whether these (right, left) are all there, and on the sides of the spine that a view from the back
    has."""
    along = spine(pose)
    if along is None or not all((pose[list(pair), 2] > 0).all() for pair in pairs):
        return False
    across = [pose[left, :2] - pose[right, :2] for right, left in pairs]
    return all(along[0] * a[1] - along[1] * a[0] > 0 for a in across)
