"""What the numbers of a pose are: pixels, shares or hundredths of a picture, and of which picture."""

from __future__ import annotations

import numpy as np

from engine.pose.formats.layouts import strain
from engine.pose.formats.people import PIXELS, SHARES

BORDER = 0.05  # of a picture: how far a detector places joints outside of it
_MANY = 0.25  # of the joints: so many do not leave a picture by its left and upper edge
_SHARE = 2.0  # no share of a canvas is larger, no person in pixels is so small
_HUNDREDTHS = 2.5  # hundreds of px a side: in a smaller picture somebody may well stay within a hundred
_LEAST_REACH = 20.0  # hundredths: nobody who is drawn is smaller
_NO_WORSE = 0.1  # of strain: a landscape canvas stretches px by more
_BETTER = 0.1  # of strain: poses in px that are taken for thousandths gain 0.058 at most
_AS_LARGE = 0.1  # a canvas that is so near to a thousand px a side: it hardly matters which they are
_SQUARE = 0.2  # |log| of width over height, up to which bodies tell nothing
# Of strain, by which thousandths are a worse body at most. Of the box's 24 poses px of 3:4 are by less in one
# (a bust; else by 0.011 and more), of 16:9 upright by 0.055, of 4:3 by less in seven: sides are narrow.
_DOUBTFUL = 0.01
_QUARTER = 0.5  # of both sides
_SAME, _LEAST_JOINTS = 0.03, 8  # of a person's size, and joints, by which a pose is told to be a photo's own
WHOLES = {100: "hundredths", 1000: "thousandths"}
ANOTHER_SIZE = 0.08  # of the size: detectors differ by less


def unit_of(xy: np.ndarray) -> str:
    """Pixels or shares, by where most joints are: one beyond the canvas says nothing."""
    if not len(xy):
        return PIXELS
    return SHARES if np.percentile(np.abs(xy).max(axis=1), 75) <= _SHARE else PIXELS


def spread(shares: np.ndarray, canvas: tuple[float, float]) -> np.ndarray:
    """Shares of a canvas, from 0 or from -1 to 1, in its px."""
    height, width = canvas
    return ((shares + 1) / 2 if centred(shares) else shares) * (width, height)


def centred(shares: np.ndarray) -> bool:
    """Whether shares run from -1 to 1: many lie left of or above the corner, and none far out."""
    many = (shares < -BORDER).any(axis=1).mean() > _MANY
    return bool(many and shares.min() >= -1 - BORDER)


def inside(xy: np.ndarray, canvas: tuple[float, float]) -> np.ndarray:
    """Which of the points [N, 2] lie in a canvas (H, W)."""
    high = np.array([canvas[1], canvas[0]])
    return np.all((xy >= 0) & (xy <= high), axis=1)


def whole_pointed_at(pose_18x3: np.ndarray, canvas: tuple[float, float] | None) -> int | None:
    """How many parts of a picture make its sides, in points of language models, which count to a thousand or
    to a hundred; 1 for shares, None for px: larger ones, or such as make a much better body in the canvas."""
    xy = pose_18x3[pose_18x3[:, 2] > 0, :2]
    if unit_of(xy) == SHARES:
        return 1
    if canvas is not None and strain(pose_18x3) < strain(pose_18x3, canvas[1] / canvas[0]) - _BETTER:
        return None
    return next((whole for whole in WHOLES if xy.max(initial=0) <= whole), None)


def in_hundredths(pose_18x3: np.ndarray, canvas: tuple[float, float]) -> bool:
    """Whether numbers are hundredths of a stated canvas: they stay within a hundred of a far larger picture,
    and make no worse a body as that than as px."""
    xy = pose_18x3[pose_18x3[:, 2] > 0, :2]
    if (
        min(canvas) < _HUNDREDTHS * 100
        or xy.min() < 0
        or xy.max() > 100
        or np.ptp(xy, axis=0).max() < _LEAST_REACH
    ):
        return False
    return strain(pose_18x3, canvas[1] / canvas[0]) <= strain(pose_18x3) + _NO_WORSE


def in_thousandths(pose_18x3: np.ndarray, canvas: tuple[float, float]) -> bool:
    """Whether numbers are thousandths of a canvas: they stay within a thousand, and make a much better body
    as that than as px. Nothing tells in a canvas that is about square."""
    xy = pose_18x3[pose_18x3[:, 2] > 0, :2]
    if xy.min() < 0 or xy.max() > 1000 or np.ptp(xy, axis=0).max() < 10 * _LEAST_REACH:
        return False
    return strain(pose_18x3, canvas[1] / canvas[0]) < strain(pose_18x3) - _BETTER


def may_be_thousandths(pose_18x3: np.ndarray, canvas: tuple[float, float]) -> bool:
    """Whether px of a canvas may well be thousandths of it: whole numbers up to a thousand, not all of its
    first quarter, that make a body as good as that, or of a canvas about square, where nothing tells."""
    xy = pose_18x3[pose_18x3[:, 2] > 0, :2]
    whole = bool(len(xy)) and xy.min() >= 0 and 1000 * _QUARTER < xy.max() <= 1000 and not (xy % 1).any()
    as_large = max(abs(side / 1000 - 1) for side in canvas) < _AS_LARGE
    wide = canvas[1] / canvas[0]
    better = abs(np.log(wide)) < _SQUARE or strain(pose_18x3, wide) < strain(pose_18x3) + _DOUBTFUL
    return bool(whole and not as_large and better)


def doubt(pose_18x3: np.ndarray, canvas: tuple[float, float]) -> str:
    """Why px may not be of the canvas that is stated, as the rest of a sentence; "" for no reason."""
    xy = pose_18x3[pose_18x3[:, 2] > 0, :2]
    picture = f"the picture of {canvas[1]:g} x {canvas[0]:g} px that it names"
    outside = int((~inside(xy, canvas)).sum())
    if outside:
        return f"has {outside} of {len(xy)} joints outside of {picture}"
    if len(xy) > 1 and (xy.max(axis=0) < np.array(canvas[::-1]) * _QUARTER).all():
        return f"has all joints in the upper left quarter of {picture}: they may be of a smaller one"
    return ""


def is_same(pose_18x3: np.ndarray, own_18x3: np.ndarray) -> bool:
    """Whether a pose is a photo's own, in px of the same canvas."""
    both = (pose_18x3[:, 2] > 0) & (own_18x3[:, 2] > 0)
    apart_N = np.hypot(*(pose_18x3[both, :2] - own_18x3[both, :2]).T)
    size = np.ptp(own_18x3[both, :2], axis=0).max(initial=0)
    return bool(both.sum() >= _LEAST_JOINTS and np.median(apart_N) <= _SAME * size)


def times_as_large(pose_18x3: np.ndarray, own_18x3: np.ndarray) -> np.ndarray | None:
    """By which factors (x, y) a pose is a photo's own (in px of the same canvas) at another size, as it was
    found in a copy of another size; None where it has its size, or is another pose."""
    both = (pose_18x3[:, 2] > 0) & (own_18x3[:, 2] > 0)
    given_N2, own_N2 = pose_18x3[both, :2], own_18x3[both, :2]
    if both.sum() < _LEAST_JOINTS:
        return None
    factors = (given_N2 * own_N2).sum(axis=0) / np.maximum((own_N2**2).sum(axis=0), 1.0)
    if factors.min() <= 0 or np.abs(np.log(factors)).max() < ANOTHER_SIZE:
        return None
    apart = np.median(np.hypot(*(given_N2 / factors - own_N2).T))
    shift_N2 = given_N2 - own_N2
    if np.median(np.hypot(*(shift_N2 - np.median(shift_N2, axis=0)).T)) < apart:
        return None  # moved, and not enlarged: somebody who stands is narrow beside their x
    return factors if apart <= _SAME * np.ptp(own_N2, axis=0).max() else None
