"""Whether keypoints that came with a photo lie where somebody is seen in it."""

from __future__ import annotations

import numpy as np

from engine import detect
from engine.errors import InputError
from engine.pose.formats import bearing
from engine.pose.skeleton import FLIP

_AGREES, _FITS = 0.1, 0.04  # of the size of who is found: the detector's own faults are below 0.03
_LEAST_JOINTS = 8  # that both know: fewer fit anything
_AROUND = 0.25  # of a pose's size, for a second look at it alone
_ONE = 0.05  # as large, as far as faults of joints let it be told


def check_seen(pose_18x3: np.ndarray, rgb_HWC: np.ndarray, name: str) -> None:
    """Raises InputError where the same pose is found in the photo, but elsewhere: of another size, mirrored
    or with x and y exchanged. Says nothing where nobody is found, or somebody else."""
    found_18x3 = detect.detect_pose(rgb_HWC) if detect.available().available else None
    how = None if found_18x3 is None else lies_elsewhere(pose_18x3, found_18x3)
    # Of two people who stand alike, the one may be found whom the file is not about.
    if how and not _is_seen(pose_18x3, rgb_HWC):
        raise InputError(f"{name}: its joints are those of the person in the picture beside it, but {how}.")


def lies_elsewhere(pose_18x3: np.ndarray, found_18x3: np.ndarray) -> str | None:
    """What was done to a pose before it was written, where it is the one that is found but for a factor and
    an addend of each axis and their order; None where it lies there, or is no such pose."""
    both = (pose_18x3[:, 2] > 0) & (found_18x3[:, 2] > 0)
    if both.sum() < _LEAST_JOINTS or _agree(pose_18x3, found_18x3):
        return None
    if _agree(pose_18x3[list(FLIP)], found_18x3):
        # A detector may take a back for a front; a face with the sides of a back is told of nobody.
        as_a_back = bearing.mirrored(pose_18x3) and not bearing.mirrored(found_18x3)
        return "they are mirrored" if as_a_back else None
    given_N2, found_N2 = pose_18x3[both, :2], found_18x3[both, :2]
    size = float(np.ptp(found_N2, axis=0).max())
    for points_N2, exchanged in ((given_N2, False), (given_N2[:, ::-1], True)):
        factors, off = _fitted(points_N2, found_N2)
        if off <= _FITS * size and np.abs(factors).min() > 0:
            return _said(factors, exchanged)
    return None


def _agree(pose_18x3: np.ndarray, found_18x3: np.ndarray) -> bool:
    both = (pose_18x3[:, 2] > 0) & (found_18x3[:, 2] > 0)
    size = np.ptp(found_18x3[both, :2], axis=0).max(initial=0)
    apart = np.hypot(*(pose_18x3 - found_18x3)[both, :2].T)
    return bool(len(apart)) and float(np.median(apart)) <= _AGREES * size


def _is_seen(pose_18x3: np.ndarray, rgb_HWC: np.ndarray) -> bool:
    """Whether somebody is found at a pose where nothing else of the photo is looked at."""
    xy = pose_18x3[pose_18x3[:, 2] > 0, :2]
    more = _AROUND * np.ptp(xy, axis=0).max()
    left, top = np.maximum(np.floor(xy.min(axis=0) - more), 0).astype(int)
    right, bottom = np.ceil(xy.max(axis=0) + more).astype(int)
    part_HWC = rgb_HWC[top : max(bottom, 0), left : max(right, 0)]
    found_18x3 = detect.detect_pose(np.ascontiguousarray(part_HWC)) if part_HWC.size else None
    return found_18x3 is not None and _agree(pose_18x3, found_18x3 + np.float32((left, top, 0)))


def _fitted(points_N2: np.ndarray, onto_N2: np.ndarray) -> tuple[np.ndarray, float]:
    """The factors (x, y) that best take the points onto others, and the median distance that is left. Joints
    that a detector mistook are left out of a second fit."""
    kept = np.ones(len(points_N2), bool)
    for _ in range(2):
        fits = [np.polyfit(points_N2[kept, axis], onto_N2[kept, axis], 1) for axis in (0, 1)]
        moved_N2 = np.column_stack([np.polyval(fit, points_N2[:, axis]) for axis, fit in enumerate(fits)])
        apart = np.hypot(*(moved_N2 - onto_N2).T)
        kept = apart <= 2 * np.median(apart)
    return np.array([fit[0] for fit in fits]), float(np.median(apart))


def _said(factors: np.ndarray, exchanged: bool) -> str:
    if exchanged:
        return "x and y are exchanged" if (factors > 0).all() else "they are turned by 90 degrees"
    if (factors < 0).any():
        return "they are mirrored" if factors[1] > 0 else "they are upside down"
    if (np.abs(factors - 1) <= _ONE).all():
        return "they lie beside them"
    x, y = (f"{1 / factor:.2f}" for factor in factors)
    return f"they are {x} times as wide and {y} times as high: they were found in a picture of another size"
