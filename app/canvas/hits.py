"""What of a skeleton lies under the hand: pure functions of a pose [18, 3] and a place in px of its frame."""

from __future__ import annotations

import numpy as np

from engine.pose.kinematics import hit_test, placed_joints
from engine.pose.skeleton import LIMBS


def joint_near(pose_18x3: np.ndarray, xy: tuple[float, float], reach: float) -> int:
    """The joint nearest to a place, within `reach` px; -1 for none. Shown joints come before hidden ones."""
    found = hit_test(pose_18x3, xy, reach)
    if found is None:
        ghosts = pose_18x3.copy()
        ghosts[:, 2] = (placed_joints(pose_18x3) & (pose_18x3[:, 2] <= 0)).astype(np.float32)
        found = hit_test(ghosts, xy, reach)
    return -1 if found is None else found


def bone_near(pose_18x3: np.ndarray, xy: tuple[float, float], reach: float) -> tuple[int, int] | None:
    """The bone of `LIMBS` nearest to a place, within `reach` px, if both its ends are shown."""
    bones = [(one, other) for one, other in LIMBS if pose_18x3[one, 2] > 0 and pose_18x3[other, 2] > 0]
    if not bones:
        return None
    start, end = (pose_18x3[list(ends), :2].astype(np.float64) for ends in zip(*bones, strict=True))
    along = end - start
    share = ((xy - start) * along).sum(axis=1) / np.maximum((along * along).sum(axis=1), 1e-9)
    away = np.hypot(*(start + np.clip(share, 0, 1)[:, None] * along - xy).T)
    nearest = int(np.argmin(away))
    return bones[nearest] if away[nearest] <= reach else None
