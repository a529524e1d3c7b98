"""Whether arms that are seen lie where a detector finds their bones: for photographs, whose arms nobody has
labelled.

Not the truth: a detector errs as well, and a mask that is too broad covers every bone. So what lies far from
the bones counts too.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from engine.pose.skeleton import ABSENT, SEEN
from engine.pose.symmetry import NAMED_LIMBS
from train.data.labelled_photos import off_bone

_ARMS = NAMED_LIMBS["right arm"], NAMED_LIMBS["left arm"]
_ALONG = np.linspace(0, 1.25, 11)  # of the way from the elbow to the wrist, and on into the hand
_HARDLY = 0.5  # of a forearm with its hand: less is an arm that is lost
_BESIDE = 0.45  # of the arm's longer bone: no sleeve of a photo's is so broad


@dataclass(eq=False)
class ArmsByBones:
    """Shares, an arm each, of those whose elbow and wrist are seen: of the points along its forearm and hand
    on its mask, and on the other arm's; of its mask far from its bones."""

    on_it: list[float] = field(default_factory=list)
    on_the_other: list[float] = field(default_factory=list)
    beside: list[float] = field(default_factory=list)

    def add(self, arms_2HW: np.ndarray, keypoints_18x3: np.ndarray) -> None:
        """arms: bool, of the right and of the left arm. keypoints: px of the picture, state."""
        for own, (shoulder, elbow, wrist) in enumerate(_ARMS):
            joints_3x3 = keypoints_18x3[[shoulder, elbow, wrist]]
            if joints_3x3[0, 2] == ABSENT or (joints_3x3[1:, 2] != SEEN).any():
                continue
            first, middle, last = joints_3x3[:, :2].astype(float)
            points = np.floor(middle + _ALONG[:, None] * (last - middle)).astype(int)
            inside = ((points >= 0) & (points < arms_2HW.shape[:0:-1])).all(1)
            x, y = points[inside].T
            if not len(x):
                continue
            self.on_it.append(float(arms_2HW[own, y, x].mean()))
            self.on_the_other.append(float(arms_2HW[1 - own, y, x].mean()))
            places = np.argwhere(arms_2HW[own])[:, ::-1] + 0.5
            if len(places):
                far = np.minimum(
                    off_bone(places, first, middle, 1.0), off_bone(places, middle, last, _ALONG[-1])
                )
                longer = max(np.linalg.norm(middle - first), np.linalg.norm(last - middle))
                self.beside.append(float((far > _BESIDE * longer).mean()))

    def figures(self) -> dict[str, float]:
        """Numbers by name; none where no arm is seen."""
        if not self.on_it:
            return {}
        return {
            "forearms on their arm": float(np.mean(self.on_it)),
            "forearms hardly seen": float(np.mean(np.array(self.on_it) < _HARDLY)),
            "forearms on the other arm": float(np.mean(self.on_the_other)),
            "arms beside their bones": float(np.mean(self.beside)) if self.beside else float("nan"),
        }
