"""Poses out, as OpenPose JSON: what came along with a pose goes out with it."""

from __future__ import annotations

import json
import math
import os
from dataclasses import dataclass

import numpy as np

from engine.files import write_whole
from engine.pose.formats.carried import Carried
from engine.pose.formats.jsonforms import GUESSED_KEY
from engine.pose.formats.open_photo import OpenPhoto
from engine.pose.skeleton import ABSENT, GUESSED, SEEN

# Confidence written for each state. A guessed joint is there: other programs leave out what is below their
# threshold, 0.3 to 0.5 in those that draw, so that its own key says that it was guessed.
_CONFIDENCE = {ABSENT: 0.0, GUESSED: 0.6, SEEN: 1.0}
_EMPTY = ("face_keypoints_2d", "hand_left_keypoints_2d", "hand_right_keypoints_2d")


@dataclass(frozen=True, eq=False)
class Canvas:
    """Where a pose is written: size (H, W), and px of the model frame -> px there."""

    size: tuple[int, int]
    matrix_2x3: np.ndarray

    @classmethod
    def of_photo(cls, photo: OpenPhoto) -> Canvas:
        """A photo's own: the inverse of how it was framed."""
        inverse = np.linalg.inv(np.vstack([photo.matrix_2x3, (0, 0, 1)]))
        return cls(photo.size, inverse[:2])

    @classmethod
    def of_frame(cls, frame: tuple[int, int], size: tuple[int, int] | None = None) -> Canvas:
        """The model frame, or a picture of it at another size."""
        size = size or frame
        scale = np.array([size[1] / frame[1], size[0] / frame[0]])
        return cls(size, np.column_stack([np.diag(scale), np.zeros(2)]))


def on_canvas(keypoints_18x3: np.ndarray, canvas: Canvas, carried: Carried | None = None) -> dict:
    """A pose of the model frame as OpenPose JSON on another canvas, with what came along with it."""
    pose = np.asarray(keypoints_18x3, dtype=np.float64).copy()
    pose[:, :2] = pose[:, :2] @ canvas.matrix_2x3[:, :2].T + canvas.matrix_2x3[:, 2]
    content = openpose_dict(pose, canvas.size)
    if carried is None:
        return content
    [person] = content["people"]
    content["people"] = [person | carried.onto(canvas.matrix_2x3, canvas.size)]
    return content | carried.document


def openpose_dict(keypoints_18x3: np.ndarray, size: tuple[int, int]) -> dict:
    """The pose as OpenPose writes one person, with the canvas: plain data ready for JSON."""
    numbers: list[float] = []
    guessed = []
    for joint, (x, y, state) in enumerate(np.asarray(keypoints_18x3, dtype=np.float64)):
        there = state > 0 and math.isfinite(x) and math.isfinite(y)
        known = min(math.ceil(state), SEEN) if there else ABSENT
        numbers += [round(x, 3), round(y, 3), _CONFIDENCE[known]] if there else [0.0, 0.0, 0.0]
        guessed += [joint] if known == GUESSED else []
    person = {"person_id": [-1], "pose_keypoints_2d": numbers} | {key: [] for key in _EMPTY}
    if guessed:
        person[GUESSED_KEY] = guessed
    return {"version": 1.3, "people": [person], "canvas_width": size[1], "canvas_height": size[0]}


def write_openpose(path: str | os.PathLike, keypoints_18x3: np.ndarray, size: tuple[int, int]) -> None:
    """Write the pose, in a frame of `size` (H, W), as OpenPose JSON. Raises InputError if it cannot be."""
    write_whole(path, (json.dumps(openpose_dict(keypoints_18x3, size)) + "\n").encode("ascii"))
