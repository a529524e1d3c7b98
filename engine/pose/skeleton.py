"""The skeleton: OpenPose's 18 COCO joints, its limbs, colours and sides. Plain data, no computing.

A pose is a float32 array [18, 3] of (x, y, state) rows in this joint order; right and left are the person's
own sides.
"""

from __future__ import annotations

import numpy as np

JOINTS = (
    "nose", "neck",
    "right shoulder", "right elbow", "right wrist",
    "left shoulder", "left elbow", "left wrist",
    "right hip", "right knee", "right ankle",
    "left hip", "left knee", "left ankle",
    "right eye", "left eye", "right ear", "left ear",
)  # fmt: skip

(
    NOSE, NECK,
    RIGHT_SHOULDER, RIGHT_ELBOW, RIGHT_WRIST,
    LEFT_SHOULDER, LEFT_ELBOW, LEFT_WRIST,
    RIGHT_HIP, RIGHT_KNEE, RIGHT_ANKLE,
    LEFT_HIP, LEFT_KNEE, LEFT_ANKLE,
    RIGHT_EYE, LEFT_EYE, RIGHT_EAR, LEFT_EAR,
) = range(18)  # fmt: skip

# The network's 17 limbs, in the order of its input planes.
LIMBS = (
    (1, 2), (1, 5), (2, 3), (3, 4), (5, 6), (6, 7), (1, 8), (8, 9), (9, 10),
    (1, 11), (11, 12), (12, 13), (1, 0), (0, 14), (14, 16), (0, 15), (15, 17),
)  # fmt: skip

# OpenPose's rainbow; limb i and joint i share colour i.
COLOURS = (
    (255, 0, 0), (255, 85, 0), (255, 170, 0), (255, 255, 0), (170, 255, 0), (85, 255, 0),
    (0, 255, 0), (0, 255, 85), (0, 255, 170), (0, 255, 255), (0, 170, 255), (0, 85, 255),
    (0, 0, 255), (85, 0, 255), (170, 0, 255), (255, 0, 255), (255, 0, 170), (255, 0, 85),
)  # fmt: skip

FLIP_PAIRS = ((2, 5), (3, 6), (4, 7), (8, 11), (9, 12), (10, 13), (14, 15), (16, 17))

# FLIP[joint] is the joint on the other side; joints on the midline are their own.
FLIP = (0, 1, 5, 6, 7, 2, 3, 4, 11, 12, 13, 8, 9, 10, 15, 14, 17, 16)

JOINT_COUNT = len(JOINTS)

# "right", "left" or "" (midline), by joint.
SIDES = tuple("right" if "right" in name else "left" if "left" in name else "" for name in JOINTS)

# PARENTS[joint]: the joint it hangs on; None for the neck, the root of the tree.
PARENTS = (1, None, 1, 2, 3, 1, 5, 6, 1, 8, 9, 1, 11, 12, 0, 0, 14, 15)

# The end of an arm or a leg: the joint in its middle and the one at its root.
LIMB_ENDS = {
    RIGHT_WRIST: (RIGHT_ELBOW, RIGHT_SHOULDER),
    LEFT_WRIST: (LEFT_ELBOW, LEFT_SHOULDER),
    RIGHT_ANKLE: (RIGHT_KNEE, RIGHT_HIP),
    LEFT_ANKLE: (LEFT_KNEE, LEFT_HIP),
}

HEAD = (NOSE, RIGHT_EYE, LEFT_EYE, RIGHT_EAR, LEFT_EAR)

# States of a joint, the third column of a pose.
ABSENT, GUESSED, SEEN = 0, 1, 2

# The pose of a picture without a person: every joint absent. Read-only.
NOBODY = np.zeros((18, 3), np.float32)
NOBODY.setflags(write=False)


def _children() -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(j for j, parent in enumerate(PARENTS) if parent == i) for i in range(18))


CHILDREN = _children()


def descendants(joint: int) -> tuple[int, ...]:
    """Joints below `joint` in the tree, without itself, parents before children."""
    below: list[int] = []
    for child in CHILDREN[joint]:
        below += [child, *descendants(child)]
    return tuple(below)
