"""What came with a pose in its file and goes out with it again: hands, face, keys nobody here knows."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.pose.formats.canvases import CANVAS_KEYS
from engine.pose.formats.jsonforms import GUESSED_KEY
from engine.pose.formats.people import Person, PoseFile

_POINTS = ("face_keypoints_2d", "hand_left_keypoints_2d", "hand_right_keypoints_2d", "foot_keypoints_2d")
_BODY = ("pose_keypoints_2d", "pose_keypoints", "pose_keypoints_3d", GUESSED_KEY)
_STILL = 1e-3  # px: maps that move no corner of a picture further leave the numbers as they are


@dataclass(frozen=True, eq=False)
class Carried:
    """document, person: OpenPose JSON without the body. matrix_2x3: its points -> px of the model frame."""

    document: dict[str, Any]
    person: dict[str, Any]
    matrix_2x3: np.ndarray

    def points_alone(self) -> Carried:
        """Hands, face and feet without the words and keys around them."""
        points = {key: value for key, value in self.person.items() if key in _POINTS}
        return Carried({}, points, self.matrix_2x3)

    def onto(self, frame_to_canvas_2x3: np.ndarray, size: tuple[int, int]) -> dict[str, Any]:
        """The person's other points and keys on a canvas of `size` (H, W), as they are where it is theirs."""
        matrix = frame_to_canvas_2x3[:, :2] @ self.matrix_2x3
        matrix[:, 2] += frame_to_canvas_2x3[:, 2]
        corners = np.array([(0, 0), (size[1], 0), (0, size[0]), size[::-1]], np.float64)
        moved = corners @ matrix[:, :2].T + matrix[:, 2]
        person = copy.deepcopy(self.person)
        if np.abs(moved - corners).max() > _STILL * max(size):
            for key in _POINTS:
                if isinstance(person.get(key), list):
                    person[key] = _moved(person[key], matrix)
        return person


def carried_of(file: PoseFile, person: Person, pose_18x3: np.ndarray) -> Carried | None:
    """What came with a person of an OpenPose file whose pose in the frame is this; None where nothing did."""
    document = file.content
    if isinstance(document, list) and document and isinstance(document[0], dict):
        document = document[min(person.frame, len(document) - 1)]
    if not isinstance(document, dict) or "people" not in document or person.source is None:
        return None
    both = (person.pose_18x3[:, 2] > 0) & (pose_18x3[:, 2] > 0)
    if both.sum() < 3:
        return None
    # How the file's points came into the frame is read off the joints: it is affine.
    points = np.column_stack([person.pose_18x3[both, :2], np.ones(both.sum())])
    matrix_2x3 = np.linalg.lstsq(points, pose_18x3[both, :2].astype(np.float64), rcond=None)[0].T
    left_out = {"people", *(key for keys in CANVAS_KEYS for key in keys)}
    return Carried(
        {key: value for key, value in document.items() if key not in left_out},
        {key: value for key, value in person.source.items() if key not in _BODY},
        matrix_2x3,
    )


def _moved(numbers: list, matrix_2x3: np.ndarray) -> list:
    """Flat (x, y, confidence) numbers under an affine map; what is not there stays as it is."""
    try:
        points = np.array(numbers, np.float64).reshape(-1, 3)
    except (TypeError, ValueError, OverflowError):
        return numbers
    there = points[:, 2] > 0
    points[there, :2] = np.round(points[there, :2] @ matrix_2x3[:, :2].T + matrix_2x3[:, 2], 3)
    return points.reshape(-1).tolist()
