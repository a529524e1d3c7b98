"""Exact labels of a picture: the 18 OpenPose keypoints with their states, from bones and depth buffer.

What a detector would have found of them, without the joints that it would lose, `train.data.detector` tells:
training and the samples take the keypoints through it, the stored ones stay exact.
"""

from __future__ import annotations

import numpy as np

from engine.pose.skeleton import GUESSED, SEEN

from .assets import BODY_VERTICES, AssetMeshes
from .camera import Camera
from .rotations import normalised
from .skeleton import Posed, Skeleton

_EYES_AND_EARS = ((14706, 14733), (14634, 14661), (5507, 5598), (12106, 12195))  # eye R, eye L, ear R, ear L
# Joints lie inside of the body and cloth adds to it: how far behind the visible surface (dm) still counts
# as seen.
_TOLERANCE = np.array(
    [0.45, 1.6, 1.5, 1.3, 0.9, 1.5, 1.3, 0.9, 1.8, 1.1, 0.9, 1.8, 1.1, 0.9, 0.35, 0.35, 0.45, 0.45]
)


def joint_positions(meshes: AssetMeshes, skeleton: Skeleton, posed: Posed) -> np.ndarray:
    """The keypoints in space [18, 3], OpenPose order; left and right are the person's own."""
    head = skeleton.index["head"]
    vertices = skeleton.body.vertices

    def on_head(rows) -> np.ndarray:
        return (
            posed.rotations[head] @ (vertices[list(rows)].mean(0) - skeleton.rest[head]) + posed.heads[head]
        )

    def bone(name: str) -> np.ndarray:
        return posed.heads[skeleton.index[name]]

    points = [on_head([_nose_vertex(meshes)]), 0.5 * (bone("upperarm01.L") + bone("upperarm01.R"))]
    for names in (("upperarm01", "lowerarm01", "wrist"), ("upperleg01", "lowerleg01", "foot")):
        for side in "RL":
            points += [bone(f"{name}.{side}") for name in names]
    points += [on_head(rows) for rows in _EYES_AND_EARS]
    return np.array(points)


def _nose_vertex(meshes: AssetMeshes) -> int:
    """The foremost vertex on the midline of the face."""
    base = meshes.base[:BODY_VERTICES]
    rows = np.nonzero((np.abs(base[:, 0]) < 0.05) & (base[:, 1] > 6.6) & (base[:, 1] < 7.4))[0]
    return int(rows[np.argmax(base[rows, 2])])


def keypoints(
    meshes: AssetMeshes,
    skeleton: Skeleton,
    posed: Posed,
    camera: Camera,
    distance: np.ndarray,
    size: tuple[int, int],
) -> np.ndarray:
    """float32 [18, 3]: x, y px in a picture of `size` (H, W), and state: absent outside of the frame, guessed
    where occluded, seen.

    distance: depth buffer (dm along the camera's axis) of any resolution.
    """
    points = joint_positions(meshes, skeleton, posed)
    height, width = size
    at = camera.project(points)
    x, y = at[:, 0] * width, (1 - at[:, 1]) * height
    depth = (points - camera.eye) @ normalised(camera.target - camera.eye)
    rows, columns = distance.shape
    result = np.zeros((18, 3), np.float32)
    for i in range(18):
        if not (0 <= x[i] < width and 0 <= y[i] < height):
            continue
        column, row = int(x[i] * columns / width), int(y[i] * rows / height)
        around = distance[max(row - 1, 0) : row + 2, max(column - 1, 0) : column + 2]
        state = SEEN if np.median(around) > depth[i] - _TOLERANCE[i] else GUESSED
        result[i] = x[i], y[i], state
    return result
