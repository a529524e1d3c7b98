"""The joint orders that pose files come in, and their way into the 18 joints used here."""

from __future__ import annotations

import numpy as np

from engine.pose.skeleton import ABSENT, GUESSED, LEFT_SHOULDER, NECK, RIGHT_SHOULDER, SEEN

COCO_17 = "COCO-17"
_MIDDLE = -1  # the neck of a layout without one: the middle of the shoulders

# By number of joints: the layout's name and, for each of the 18 joints, its index there.
LAYOUTS = {
    18: ("COCO-18", tuple(range(18))),
    25: ("BODY_25", (0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18)),
    17: (COCO_17, (0, _MIDDLE, 6, 8, 10, 5, 7, 9, 12, 14, 16, 11, 13, 15, 2, 1, 4, 3)),
    33: ("BlazePose", (0, _MIDDLE, 12, 14, 16, 11, 13, 15, 24, 26, 28, 23, 25, 27, 5, 2, 8, 7)),
}

# What a file with another number of joints most likely is.
_STRANGERS = {
    14: "an LSP skeleton", 15: "BODY_15 or MPI", 16: "MPII", 19: "BODY_19", 21: "a hand", 26: "Halpe-26",
    68: "a face", 70: "an OpenPose face", 133: "COCO-WholeBody", 135: "BODY_135",
}  # fmt: skip

_ABSURD = 1e6  # px
UNSURE = 0.1  # confidence below which a joint counts as absent
GUESS = 0.3  # confidence below which it counts as guessed


def looks_like(count: int) -> str:
    """What a skeleton of `count` joints is likely to be, as a clause of a sentence; "" for no idea."""
    known = LAYOUTS[count][0] if count in LAYOUTS else _STRANGERS.get(count)
    return f", which looks like {known}" if known else ""


def to_coco18(points_Nx3: np.ndarray) -> np.ndarray:
    """float64 [18, 3] (x, y, state) from a layout's (x, y, confidence) rows; N must be a key of `LAYOUTS`.

    Confidence NaN means that none was given. A joint is absent at (-1, -1), where x or y is not a number,
    with a confidence below `UNSURE`, and at (0, 0) unless a confidence says otherwise. Absent joints are
    (0, 0, 0).
    """
    points = np.asarray(points_Nx3, dtype=np.float64)
    x, y, confidence = points.T
    nowhere = ((x == -1) & (y == -1)) | ((x == 0) & (y == 0) & ~(confidence >= UNSURE))
    nothing = ~((np.abs(x) < _ABSURD) & (np.abs(y) < _ABSURD))  # not a number, or none of a picture
    absent = nowhere | nothing | (confidence < UNSURE)
    state = np.where(absent, ABSENT, np.where(confidence < GUESS, GUESSED, SEEN))
    known = np.stack([x, y, state], axis=1)
    known[absent] = 0
    indices = LAYOUTS[len(points)][1]
    pose = known[[max(index, 0) for index in indices]]
    if indices[NECK] == _MIDDLE:
        shoulders = pose[[RIGHT_SHOULDER, LEFT_SHOULDER]]
        both = (shoulders[:, 2] > ABSENT).all()
        pose[NECK] = (*shoulders[:, :2].mean(axis=0), shoulders[:, 2].min()) if both else (0, 0, ABSENT)
    return pose
