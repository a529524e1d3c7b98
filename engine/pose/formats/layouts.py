"""The joint orders that pose files come in, and their way into the 18 joints used here.

A count of joints may have several orders (25: BODY_25 and BODY_25B). The body tells which it is: in a wrong
order bones run from joint to far joint.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine.pose import skeleton as sk
from engine.pose.skeleton import ABSENT, GUESSED, LEFT_SHOULDER, NECK, RIGHT_SHOULDER, SEEN

MIDDLE = -1  # the neck of a layout without one: the middle of the shoulders
NOWHERE = -2  # a joint that the layout does not have


class Layout(NamedTuple):
    """joints: for each of the 18 joints its index in the layout, `MIDDLE` or `NOWHERE`."""

    name: str
    joints: tuple[int, ...]


COCO_17 = Layout("COCO-17", (0, MIDDLE, 6, 8, 10, 5, 7, 9, 12, 14, 16, 11, 13, 15, 2, 1, 4, 3))
COCO_18 = Layout("COCO-18", tuple(range(18)))
BODY_25 = Layout("BODY_25", (0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18))
BLAZEPOSE = Layout("BlazePose", (0, MIDDLE, 12, 14, 16, 11, 13, 15, 24, 26, 28, 23, 25, 27, 5, 2, 8, 7))


def _with_neck(name: str, neck: int) -> Layout:
    """COCO-17 with a neck of its own."""
    return Layout(name, (0, neck, *COCO_17.joints[2:]))


def _renamed(layout: Layout, name: str) -> Layout:
    return Layout(name, layout.joints)


_HUMAN36M = Layout(
    "Human3.6M", (9, 8, 14, 15, 16, 11, 12, 13, 1, 2, 3, 4, 5, 6, NOWHERE, NOWHERE, NOWHERE, NOWHERE)
)
_FACE = (NOWHERE,) * 4  # eyes and ears of a layout that has none
_LSP = Layout("LSP", (NOWHERE, 12, 8, 7, 6, 9, 10, 11, 2, 1, 0, 3, 4, 5, *_FACE))
_CROWDPOSE = Layout("CrowdPose", (NOWHERE, 13, 1, 3, 5, 0, 2, 4, 7, 9, 11, 6, 8, 10, *_FACE))
_MPI = Layout("MPI", (NOWHERE, *range(1, 14), *_FACE))
_BODY_15 = Layout("BODY_15", (*range(8), *range(9, 15), *_FACE))
# The thorax (7) lies between the shoulders, as OpenPose's neck does: within 0.5 px on five people of the data
# set.
# The upper neck (8) lies where the head begins, a tenth of a head higher.
_MPII = Layout("MPII", (NOWHERE, 7, 12, 11, 10, 13, 14, 15, 2, 1, 0, 3, 4, 5, *_FACE))
_SAPIENS = Layout("Sapiens", (0, 69, 6, 8, 41, 5, 7, 62, 10, 12, 14, 9, 11, 13, 2, 1, 4, 3))
# These have the middle of a head, which is no nose.
_SMPL = Layout("SMPL", (NOWHERE, MIDDLE, 17, 19, 21, 16, 18, 20, 2, 5, 8, 1, 4, 7, *_FACE))
_KINECT = Layout("Kinect", (NOWHERE, MIDDLE, 8, 9, 10, 4, 5, 6, 16, 17, 18, 12, 13, 14, *_FACE))
_AZURE_KINECT = Layout(
    "Azure Kinect", (27, MIDDLE, 12, 13, 14, 5, 6, 7, 22, 23, 24, 18, 19, 20, 30, 28, 31, 29)
)

# By number of joints: the orders it may be, the likeliest first.
LAYOUTS: dict[int, tuple[Layout, ...]] = {
    14: (_LSP, _CROWDPOSE, Layout("COCO-18 without a face", (*range(14), *_FACE))),
    15: (_MPI, _BODY_15),
    16: (_MPII,),
    17: (COCO_17, _HUMAN36M),
    18: (COCO_18, _with_neck("COCO-17 with a neck", 17)),
    19: (_renamed(BODY_25, "BODY_19"),),
    20: (_KINECT, _renamed(COCO_18, "COCO-18 with toes")),
    23: (_renamed(COCO_17, "COCO-17 with feet"),),
    24: (_SMPL,),
    25: (BODY_25, _with_neck("BODY_25B", 17), _KINECT),
    26: (_with_neck("Halpe-26", 18),),
    32: (_AZURE_KINECT,),
    33: (BLAZEPOSE,),
    39: (_renamed(BLAZEPOSE, "BlazePose with helpers"),),
    60: (_renamed(COCO_18, "COCO-18 with hands"),),
    67: (_renamed(BODY_25, "BODY_25 with hands"),),
    68: (_with_neck("Halpe-68", 18),),
    94: (_with_neck("Halpe-94", 18),),
    133: (_renamed(COCO_17, "COCO-WholeBody"),),
    134: (_renamed(COCO_18, "COCO-WholeBody with a neck"),),
    135: (_with_neck("BODY_135", 17), _renamed(BODY_25, "BODY_25 with hands and face")),
    136: (_with_neck("Halpe-136", 18),),
    137: (_renamed(BODY_25, "BODY_25 with hands and face"),),
    308: (_SAPIENS, _renamed(COCO_17, "COCO-17 and more")),
}

# Programs use these numbers of joints in orders of their own: it must be a body to be believed.
DOUBTFUL = (14, 15, 16, 17, 19, 20, 24, 32, 68, 94)

# What a file with another number of joints most likely is.
_STRANGERS = {
    12: "a body without a head", 21: "a hand",
    70: "an OpenPose face", 478: "MediaPipe's face",
}  # fmt: skip

_ABSURD = 1e6  # px
UNSURE = 0.1  # confidence below which a joint counts as absent
GUESS = 0.3  # confidence below which it counts as guessed

# How long the bones of a standing person are, in statures: measured on the rendered training people, as in
# `engine.pose.extent`; those of face and arms are rounded.
_BONES = (
    (sk.NECK, sk.RIGHT_SHOULDER, 0.1), (sk.NECK, sk.LEFT_SHOULDER, 0.1),
    (sk.RIGHT_SHOULDER, sk.RIGHT_ELBOW, 0.16), (sk.LEFT_SHOULDER, sk.LEFT_ELBOW, 0.16),
    (sk.RIGHT_ELBOW, sk.RIGHT_WRIST, 0.14), (sk.LEFT_ELBOW, sk.LEFT_WRIST, 0.14),
    (sk.NECK, sk.RIGHT_HIP, 0.26), (sk.NECK, sk.LEFT_HIP, 0.26),
    (sk.RIGHT_HIP, sk.RIGHT_KNEE, 0.25), (sk.LEFT_HIP, sk.LEFT_KNEE, 0.25),
    (sk.RIGHT_KNEE, sk.RIGHT_ANKLE, 0.25), (sk.LEFT_KNEE, sk.LEFT_ANKLE, 0.25),
    (sk.NECK, sk.NOSE, 0.155), (sk.NOSE, sk.RIGHT_EYE, 0.03), (sk.NOSE, sk.LEFT_EYE, 0.03),
    (sk.RIGHT_EYE, sk.RIGHT_EAR, 0.05), (sk.LEFT_EYE, sk.LEFT_EAR, 0.05),
)  # fmt: skip

_BODY = 0.3  # no pose in the box is above it
_MANY_BONES = 12  # that make a body: fewer do so by chance
BODY_STRAIN = 0.45  # their joints in a wrong order are hardly below 0.5

_MUCH_BETTER = 0.6  # of the strain: the right order has a third of a wrong one's
_FEWER = 2 / 3  # of the first order's bones another one has to make: some few are in proportion by chance


def looks_like(count: int) -> str:
    """What a skeleton of `count` joints is likely to be, as a clause of a sentence; "" for no idea."""
    known = LAYOUTS[count][0].name if count in LAYOUTS else _STRANGERS.get(count)
    return f", which looks like {known}" if known else ""


def counts() -> str:
    """The numbers of joints that can be read, for messages."""
    *most, last = LAYOUTS
    return f"{', '.join(map(str, most))} or {last}"


def strain(pose_18x3: np.ndarray, wide: float = 1.0) -> float:
    """How far from a body a pose is: by what factor its bones are too long or too short for each other, as
    the mean of |log|, each at most 3. About 0.1 for a person; infinite with fewer than four bones.

    wide: how much longer a unit of x is than one of y, W / H for shares of a canvas.
    """
    statures = _statures(pose_18x3, wide)
    if len(statures) < 4 or max(statures) < 1e-6:
        return np.inf
    logs = np.log(statures)
    return float(np.minimum(np.abs(logs - np.median(logs)), 3).mean())


def stature_of(pose_18x3: np.ndarray) -> float:
    """How tall somebody is by most of their bones, in the pose's own unit; 0 without any."""
    statures = _statures(pose_18x3, 1.0)
    return float(np.median(statures)) if statures else 0.0


def is_body(pose_18x3: np.ndarray, wide: float = 1.0) -> bool:
    """Whether this is somebody beyond doubt: many bones, all in proportion."""
    return len(_statures(pose_18x3, wide)) >= _MANY_BONES and strain(pose_18x3, wide) < _BODY


def _statures(pose_18x3: np.ndarray, wide: float) -> list[float]:
    """How tall somebody is by each bone that is there."""
    there, xy = pose_18x3[:, 2] > 0, pose_18x3[:, :2] * (wide, 1)
    return [
        max(float(np.hypot(*(xy[a] - xy[b]))), 1e-9) / part for a, b, part in _BONES if there[a] and there[b]
    ]


def _bones(pose_18x3: np.ndarray) -> int:
    """How many bones of trunk and limbs are there."""
    there, limbs = pose_18x3[:, 2] > 0, range(sk.NECK, sk.LEFT_ANKLE + 1)
    return sum(there[a] and there[b] for a, b, _ in _BONES if a in limbs and b in limbs)


def in_likeliest_order(points_Nx3: np.ndarray, wide: float = 1.0) -> np.ndarray:
    """float64 [18, 3] (x, y, state) from (x, y, confidence) rows: in the first layout of this count, unless
    another one makes a much better body of about as many bones.
    """
    poses = [to_coco18(points_Nx3, layout) for layout in LAYOUTS[len(points_Nx3)]]
    enough = _FEWER * _bones(poses[0])
    strains = [strain(pose, wide) if _bones(pose) >= enough else np.inf for pose in poses]
    best = int(np.argmin(strains))
    return poses[best] if strains[best] < _MUCH_BETTER * strains[0] else poses[0]


def in_order(points_Nx3: np.ndarray, order: Layout, wide: float = 1.0) -> np.ndarray:
    """The same in the order that a file names or that its key stands for, unless that makes no body and
    another order of this count makes one.
    """
    pose = to_coco18(points_Nx3, order)
    if strain(pose, wide) > BODY_STRAIN:
        other = in_likeliest_order(points_Nx3, wide)
        if is_body(other, wide):
            return other
    return pose


def to_coco18(points_Nx3: np.ndarray, layout: Layout) -> np.ndarray:
    """float64 [18, 3] (x, y, state) from a layout's (x, y, confidence) rows.

    Confidence NaN means that none was given. A joint is absent at (-1, -1) and at (0, 0), where tools put
    what they did not find, whatever they say beside it; where x or y is not a number; with a confidence below
    `UNSURE`. Absent joints are (0, 0, 0).
    """
    points = np.asarray(points_Nx3, dtype=np.float64)
    x, y, confidence = points.T
    nowhere = ((x == -1) & (y == -1)) | ((x == 0) & (y == 0))
    nothing = ~((np.abs(x) < _ABSURD) & (np.abs(y) < _ABSURD))  # not a number, or none of a picture
    absent = nowhere | nothing | (confidence < UNSURE)
    state = np.where(absent, ABSENT, np.where(confidence < GUESS, GUESSED, SEEN))
    known = np.stack([x, y, state], axis=1)
    known[absent] = 0
    indices = np.array(layout.joints)
    pose = known[np.maximum(indices, 0)]
    pose[indices == NOWHERE] = 0
    if indices[NECK] == MIDDLE:
        pose[NECK] = neck_of(pose)
    return pose


def neck_of(pose_18x3: np.ndarray) -> tuple[float, float, float]:
    """The middle of the shoulders, absent unless both are there."""
    shoulders = pose_18x3[[RIGHT_SHOULDER, LEFT_SHOULDER]]
    if not (shoulders[:, 2] > ABSENT).all():
        return 0.0, 0.0, ABSENT
    x, y = shoulders[:, :2].mean(axis=0)
    return float(x), float(y), float(shoulders[:, 2].min())
