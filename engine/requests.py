"""What requests say, checked and told apart."""

from __future__ import annotations

from collections.abc import Hashable, Mapping

import numpy as np

from engine.api import Mix, RenderRequest
from engine.errors import InputError


def hashable(mix: Mix) -> Hashable:
    """What tells one mix from another."""
    if not isinstance(mix.coefficients, Mapping):
        return mix.reference, mix.coefficients
    layers = (
        (name, np.asarray(values, np.float32).tobytes()) for name, values in sorted(mix.coefficients.items())
    )
    return mix.reference, *layers


def keys_of(request: RenderRequest) -> list[str]:
    """Of the references that its person is mixed of, who it is first."""
    return [request.identity, *(mix.reference for mix in request.mixes)]


def checked_pose(keypoints_18x3: np.ndarray) -> np.ndarray:
    """As float32 [18, 3]. Raises InputError for another shape, and joints at no number."""
    pose = np.ascontiguousarray(keypoints_18x3, np.float32)
    if pose.shape != (18, 3):
        raise InputError(f"A pose needs 18 joints of x, y and state; this one has the shape {pose.shape}.")
    if not np.isfinite(pose[pose[:, 2] > 0]).all():
        raise InputError("The pose has a joint whose position is not a number.")
    return pose
