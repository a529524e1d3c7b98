"""What a flat pose tells of the body it was seen on: how large it is, and which way it faces.

Space is (x, y, z) in px: x right and y down as in the picture, z towards the viewer, seen from far away, so
that a place in the picture is a place in space without its z.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from engine.pose import skeleton as sk

# Bones in lengths of the trunk (neck to the hips' middle). On 9,000 rendered views of 1,500 adults half of
# the bones that are seen unforeshortened lie within 6 % of the middle of the two. No bone is taken for
# shorter than the lower, none tells of a trunk shorter than by the upper.
_UPPER_ARM, _FOREARM, _THIGH, _SHIN = (0.55, 0.62), (0.5, 0.58), (0.9, 1.0), (0.88, 1.0)
BONES = {
    (sk.RIGHT_SHOULDER, sk.RIGHT_ELBOW): _UPPER_ARM, (sk.LEFT_SHOULDER, sk.LEFT_ELBOW): _UPPER_ARM,
    (sk.RIGHT_ELBOW, sk.RIGHT_WRIST): _FOREARM, (sk.LEFT_ELBOW, sk.LEFT_WRIST): _FOREARM,
    (sk.RIGHT_HIP, sk.RIGHT_KNEE): _THIGH, (sk.LEFT_HIP, sk.LEFT_KNEE): _THIGH,
    (sk.RIGHT_KNEE, sk.RIGHT_ANKLE): _SHIN, (sk.LEFT_KNEE, sk.LEFT_ANKLE): _SHIN,
}  # fmt: skip

_SHOULDERS, _HIPS = 0.72, 0.45  # from right to left, in trunks, of a body seen from the front
_PROFILE = 0.5  # cosine of a turn, less than which shows a side: of photographs profiles have .43, others .57
_NOSE = 0.06  # trunks that the nose stands aside of the ears' middle from which a head tells left from right


@dataclass(frozen=True, eq=False)
class Body:
    """trunk: px from the neck to the hips' middle, were they seen unforeshortened. axes_33: unit vectors in
    space, to the person's left, up along the spine, and to the front.
    """

    trunk: float
    axes_33: np.ndarray

    def limb_axes(self, left: bool) -> np.ndarray:
        """[3, 3]: outwards from the body's middle, up, to the front, for limbs of one side."""
        return self.axes_33 * ((1.0 if left else -1.0,), (1.0,), (1.0,))

    @property
    def far_side(self) -> str | None:
        """The side, as of `skeleton.SIDES`, that is behind the body of whoever is seen from the other one."""
        to_left = self.axes_33[0]
        if math.hypot(*to_left[:2]) >= _PROFILE:
            return None
        return "right" if to_left[2] > 0 else "left"


def read_body(points: np.ndarray, there: np.ndarray) -> Body:
    """points: float64 [18, 2] px; there: bool [18]. What is hidden is taken to be as it mostly is: upright,
    seen from the front.
    """
    up = _spine(points, there)
    across = np.array([-up[1], up[0]])
    trunk = _trunk(points, there)
    cos, sin = _facing(points @ across, there, trunk)
    left = np.array([cos * across[0], cos * across[1], -sin])
    front = np.array([sin * across[0], sin * across[1], cos])
    return Body(trunk, np.array([left, [up[0], up[1], 0.0], front]))


def bone_limit(points: np.ndarray, there: np.ndarray, trunk: float, upper: int, lower: int) -> float:
    """How long in px a bone of an arm or a leg may look: as it looks now on either side, at least as long as
    a body of this trunk has it.
    """
    shortest, longest = (share * trunk for share in BONES[upper, lower])
    own = math.dist(points[upper].tolist(), points[lower].tolist())
    other = (sk.FLIP[upper], sk.FLIP[lower])
    if not there[list(other)].all():
        return max(own, shortest)
    # The other side counts only as far as a body can be so: a bone let out by hand is that bone's matter.
    seen = math.dist(*points[list(other)].tolist())
    return max(own, shortest, min(seen, longest))


def _trunk(points: np.ndarray, there: np.ndarray) -> float:
    """The second longest of what the bones tell: foreshortening only makes shorter, and one may be wrong."""
    at = points.tolist()
    told = [math.dist(at[a], at[b]) / most for (a, b), (_, most) in BONES.items() if there[a] and there[b]]
    hips = [hip for hip in (sk.RIGHT_HIP, sk.LEFT_HIP) if there[hip]]
    if there[sk.NECK] and hips:
        told.append(math.dist(points[sk.NECK], points[hips].mean(axis=0)))
    return sorted(told)[-2:][0] if told else 0.0


def _spine(points: np.ndarray, there: np.ndarray) -> np.ndarray:
    """Unit vector [2] from the hips' middle to the neck; straight up where one of them is hidden."""
    hips = [hip for hip in (sk.RIGHT_HIP, sk.LEFT_HIP) if there[hip]]
    if there[sk.NECK] and hips:
        spine = points[sk.NECK] - points[hips].mean(axis=0)
        length = math.hypot(*spine)
        if length > 1e-3:
            return spine / length
    return np.array([0.0, -1.0])


def _facing(across: np.ndarray, there: np.ndarray, trunk: float) -> tuple[float, float]:
    """Cosine and sine of the turn away from the viewer, to the right of the picture.

    across: [18], px along the shoulders' line. The breadth of shoulders and hips tells how far the body is
    turned and whether it shows its front or its back, the head to which side.
    """
    seen = broad = 0.0
    for right, left, share in (
        (sk.RIGHT_SHOULDER, sk.LEFT_SHOULDER, _SHOULDERS),
        (sk.RIGHT_HIP, sk.LEFT_HIP, _HIPS),
    ):
        if there[right] and there[left]:
            seen += across[left] - across[right]
            broad += share * trunk
    if broad <= 0:
        return 1.0, 0.0
    cos = min(max(seen / broad, -1.0), 1.0)
    sin = math.sqrt(1 - cos * cos) * _side_of_head(across, there, trunk)
    length = math.hypot(cos, sin)
    return (cos / length, sin / length) if length > 1e-6 else (1.0, 0.0)


def _side_of_head(across: np.ndarray, there: np.ndarray, trunk: float) -> float:
    """-1 to 1: the head looks to the left or to the right of the picture."""
    ears = [ear for ear in (sk.RIGHT_EAR, sk.LEFT_EAR) if there[ear]]
    if there[sk.NOSE] and (ears or there[sk.NECK]):
        return math.tanh((across[sk.NOSE] - across[ears or [sk.NECK]].mean()) / (_NOSE * trunk))
    if len(ears) == 1:  # who looks to the right shows the right ear
        return 1.0 if ears == [sk.RIGHT_EAR] else -1.0
    return 0.0
