"""Shoulders that stay put: skinning weights eased where a hanging arm would push the cap of the shoulder out.

The rig's weights suit an arm held out: the top of the shoulder, inwards of the joint, follows the upper arm
by half, and where the arm hangs or reaches across it swings out like a pad. There the collar bone keeps it.
"""

from __future__ import annotations

import numpy as np

from .assets import ARM_BONES, Bones
from .geometry import SkinWeights

_SHOULDER, _ELBOW = np.array([1.68, 5.25, 0.15]), np.array([3.13, 3.49, 0.13])  # canonical, left side
_ALONG = (_ELBOW - _SHOULDER) / np.linalg.norm(_ELBOW - _SHOULDER)
_OUTWARD = np.array([-_ALONG[1], _ALONG[0], 0.0])  # from the axis of the arm up to the cap


def eased_shoulders(skin: SkinWeights, canonical: np.ndarray, bones: Bones) -> SkinWeights:
    """The weights [N, 4] of points at canonical [N, 3], less of the upper arm on top of the shoulders."""
    offset = canonical * (np.sign(canonical[:, :1]) * (1, 0, 0) + (0, 1, 1)) - _SHOULDER
    along = offset @ _ALONG
    on_top = _smooth(-0.1, 0.3, offset @ _OUTWARD)
    rows = np.nonzero((on_top > 0) & (along > -2) & (along < 0.7))[0]
    is_arm = np.array([name.startswith(ARM_BONES) for name in bones.names])
    weights, of_arm = skin.weights[rows], is_arm[skin.bones[rows]]
    arm = (weights * of_arm).sum(1)
    most = _smooth(-0.75, 0.6, along[rows])
    wanted = arm + (np.minimum(arm, most) - arm) * on_top[rows]
    held = (arm > 1e-3) & (arm < 0.98)
    factor = np.where(
        of_arm, (wanted / np.maximum(arm, 1e-3))[:, None], ((1 - wanted) / np.maximum(1 - arm, 1e-3))[:, None]
    )
    eased = skin.weights.copy()
    eased[rows[held]] = (weights * factor)[held]
    return SkinWeights(skin.bones, eased)


def _smooth(low: float, high: float, x: np.ndarray) -> np.ndarray:
    t = np.clip((x - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)
