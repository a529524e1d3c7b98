"""What no row of a keypoint table tells alone: that the table as a whole is not one of 256x176 pictures."""

from __future__ import annotations

import numpy as np

from engine.errors import InputError
from engine.pose import skeleton as sk
from engine.pose.formats import bearing
from engine.pose.formats.deepfashion import BORDER, COLUMNS, ROWS
from engine.pose.formats.layouts import BODY_STRAIN, strain
from engine.pose.formats.units import inside

_SIZE = (ROWS, COLUMNS)
_ENOUGH = 12  # rows with somebody: fewer may well be of one person, who lies or stands aside in all of them
_LARGEST_SHARE = 2.0  # nobody is so small in px
_MOST_OUTSIDE = 0.1  # of all joints: of a table in px of 1.2 times the size there are more
_SHOULDERS = (sk.NECK, sk.RIGHT_SHOULDER, sk.LEFT_SHOULDER)
_HIPS = (sk.RIGHT_HIP, sk.LEFT_HIP)


def check_table(rows: list[np.ndarray], label: str) -> None:
    """rows: float64 [18, 2] (x, y) in px of 256x176, -1 where missing. Raises InputError with a count where
    nobody is in any, where x is y, where most are no bodies, are mirrored, or are in other units than these
    px. Of a few rows only what no picture of that size can hold, and what is no body, is refused; of a few
    with a face, no mirrored one.
    """
    known = [points[(points != -1).all(axis=1)] for points in rows]
    count = len(known)
    there = sum(len(points) > 0 for points in known)
    if there == 0:
        raise InputError(f"{label}: holds no joint that is there in any of {count} rows.")
    exchanged = sum(map(_fits_exchanged, known))
    lying = sum(_fits_exchanged(points) or _lies(row) for points, row in zip(known, rows, strict=True))
    if 2 * exchanged > there or (2 * lying > there >= _ENOUGH):
        some, how = exchanged, f"fit a picture of {ROWS}x{COLUMNS}"
        if 2 * exchanged <= there:
            some, how = lying, "show somebody who stands"
        raise InputError(
            f"{label}: {some} of {count} rows {how} only with x and y exchanged: its heading must be "
            "name:keypoints_x:keypoints_y."
        )
    beyond = sum(2 * (~inside(points, _SIZE)).sum() > len(points) for points in known)
    if 2 * beyond > there:
        raise InputError(
            f"{label}: most joints of {beyond} of {count} rows lie outside of pictures of "
            f"{ROWS}x{COLUMNS}: they are in px of larger ones."
        )
    corner = sum(len(p) > 1 and bool((p < (COLUMNS / 2, ROWS / 2)).all()) for p in known)
    shares = sum(len(p) > 1 and bool((p < _LARGEST_SHARE).all()) for p in known)
    if 2 * shares > there or (2 * corner > there >= _ENOUGH):
        raise InputError(
            f"{label}: all joints of {corner} of {count} rows lie in the upper left quarter of pictures of "
            f"{ROWS}x{COLUMNS}: they are shares, or in px of smaller ones."
        )
    poses = [np.column_stack([points, 2 * (points != -1).all(axis=1)]) for points in rows]
    strained = sum(BODY_STRAIN < strain(pose) < np.inf for pose in poses)
    if 2 * strained > there:
        raise InputError(
            f"{label}: the joints of {strained} of {count} rows make no body in that order: it must be "
            "OpenPose's."
        )
    facing = [pose for pose in poses if not bearing.faceless(pose)]
    mirrored = sum(map(bearing.mirrored, facing))
    if 2 * mirrored > len(facing) >= _ENOUGH:
        raise InputError(
            f"{label}: {mirrored} of {len(facing)} rows with a face have the sides of backs: they are "
            "mirrored, or right and left are exchanged."
        )
    if there < _ENOUGH:
        return
    everybody = np.concatenate(known)
    # People stand in the middle of these pictures: at 88, or at 128 where the border is counted.
    left, median = everybody[:, 0].min(), np.median(everybody[:, 0])
    if left >= BORDER and median > (COLUMNS + BORDER) / 2 and everybody[:, 1].max() <= ROWS:
        raise InputError(
            f"{label}: no joint of {count} rows lies left of {BORDER}, as where x count the white border of "
            f"{BORDER} px, which these pictures have no more."
        )
    out = (~inside(everybody, _SIZE)).mean()
    if out > _MOST_OUTSIDE:
        raise InputError(
            f"{label}: {out:.0%} of the joints of {count} rows lie outside of pictures of "
            f"{ROWS}x{COLUMNS}: they are in px of larger ones."
        )


def _fits_exchanged(known_N2: np.ndarray) -> bool:
    """Whether a row leaves the picture as it is and not with x and y exchanged."""
    out, other_out = ((~inside(each, _SIZE)).sum() for each in (known_N2, known_N2[:, ::-1]))
    return bool(np.isfinite(known_N2).all() and out > 1 and other_out == 0)


def _lies(points_18x2: np.ndarray) -> bool:
    """Whether somebody lies with the head to the left, as one who stands does with x and y exchanged."""
    if not np.isfinite(points_18x2).all():
        return False
    ends = [_middle(points_18x2, joints) for joints in (sk.HEAD, _SHOULDERS, _HIPS)]
    there = [end for end in ends if end is not None]
    if len(there) < 2:
        return False
    right, down = there[-1] - there[0]
    return bool(right >= 2 * abs(down) and right > 0)


def _middle(points_18x2: np.ndarray, joints: tuple[int, ...]) -> np.ndarray | None:
    part = points_18x2[list(joints)]
    part = part[(part != -1).all(axis=1)]
    return part.mean(axis=0) if len(part) else None
