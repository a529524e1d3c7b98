"""Pose files in and out: whatever people have, into the one form used here.

Read: OpenPose JSON (COCO-18, BODY_25, its older key, lists of frames, normalised, any canvas), MediaPipe's 33
points, COCO annotations, the fkunn1326 editor's form, DeepFashion's text and table. Written: OpenPose JSON.
"""

from __future__ import annotations

import json
import math
import os

import numpy as np

from engine.errors import InputError
from engine.files import opened, text_of, write_whole
from engine.pose import deepfashion
from engine.pose.extent import body_box, stature
from engine.pose.jsonforms import people_of
from engine.pose.layouts import to_coco18
from engine.pose.skeleton import ABSENT, GUESSED, JOINTS, SEEN

_MOST_BYTES = 32_000_000
_OUTSIDE = 1.25  # of the frame: a pose without a canvas that reaches further was made for another picture
_AIR = 1.08  # of the frame over a person fitted into it

# Confidence written for each state, read back as the same one and seen as present by other programs.
_CONFIDENCE = {ABSENT: 0.0, GUESSED: 0.25, SEEN: 1.0}


def read_pose(path: str | os.PathLike, size: tuple[int, int]) -> np.ndarray:
    """The pose in a file: float32 [18, 3] (x, y, state) in px of the model frame of `size` (H, W).

    Of several people the largest. Raises InputError: one sentence naming the file and the fault.
    """
    with opened(path, what="a pose file") as (file, label):
        data = file.read(_MOST_BYTES + 1)
    if len(data) > _MOST_BYTES:
        raise InputError(f"{label} is too large for a pose file.")
    return parse_pose(text_of(data, label, "a pose file"), label, size)


def parse_pose(text: str, name: str, size: tuple[int, int]) -> np.ndarray:
    """`read_pose` of a file's text (or the clipboard's); `name` is what messages call it."""
    text = text.strip()
    if not text:
        raise InputError(f"{name} is empty.")
    if text[0] in "{[":
        pose = _from_json(text, name, size)
    else:
        parse = deepfashion.parse_table if deepfashion.is_table(text) else deepfashion.parse_text
        points = parse(text, name, size)
        if not np.isfinite(points).all():
            joint = int(np.flatnonzero(~np.isfinite(points).all(axis=1))[0])
            raise InputError(f"{name}: the position of joint {joint} ({JOINTS[joint]}) is not a number.")
        missing = (points == -1).any(axis=1)
        points = np.concatenate(
            [np.where(missing[:, None], -1, points), np.where(missing, 0, 1)[:, None]], axis=1
        )
        pose = to_coco18(points)
    if not (pose[:, 2] > 0).any():
        raise InputError(f"{name} holds no joint that is there.")
    return pose.astype(np.float32)


def _from_json(text: str, name: str, size: tuple[int, int]) -> np.ndarray:
    def refuse(constant: str) -> None:
        raise InputError(
            f"{name} holds {constant} where a number is needed; a missing joint is 0, 0, 0 or null."
        )

    try:
        content = json.loads(text, parse_constant=refuse)
    except InputError:
        raise
    except json.JSONDecodeError as error:
        raise InputError(f"{name} is not valid JSON: {error.msg.lower()} in line {error.lineno}.") from None
    except (RecursionError, ValueError):
        raise InputError(f"{name} is not a pose file: its JSON is beyond reason.") from None
    people = people_of(content, name)
    return _into_frame(max(people.poses, key=_extent), people.canvas, size)


def _extent(pose: np.ndarray) -> float:
    """Area of the box around the joints that are there; a person of no area comes after any other."""
    there = pose[pose[:, 2] > 0, :2]
    return float(np.prod(np.ptp(there, axis=0))) if len(there) else -1.0


def _into_frame(pose: np.ndarray, canvas: tuple[float, float] | None, size: tuple[int, int]) -> np.ndarray:
    """From the canvas into the frame: fitted in, aspect kept, centred; normalised coordinates spread first.

    Without a canvas the pose is taken as made for the frame, unless it reaches far out of it; then the person
    is fitted in.
    """
    pose = pose.copy()
    there = pose[:, 2] > 0
    xy = pose[there, :2]
    height, width = canvas or size
    if len(xy) > 1 and np.abs(xy).max() <= 1:
        xy = xy * (width, height)
    elif canvas is None and len(xy) and (xy.max(axis=0) > np.array(size[::-1]) * _OUTSIDE).any():
        points = np.where(there[:, None], pose[:, :2], 0)
        left, top, right, bottom = body_box(points, there, stature(points, there) or 1.0)
        height, width = max(bottom - top, 1.0) * _AIR, max(right - left, 1.0) * _AIR
        xy = xy - ((left + right - width) / 2, (top + bottom - height) / 2)
    scale = min(size[0] / height, size[1] / width)
    pose[there, :2] = xy * scale + (np.array(size[::-1]) - np.array([width, height]) * scale) / 2
    return pose


def openpose_dict(keypoints_18x3: np.ndarray, size: tuple[int, int]) -> dict:
    """The pose as OpenPose writes one person, with the canvas: plain data ready for JSON."""
    numbers: list[float] = []
    for x, y, state in np.asarray(keypoints_18x3, dtype=np.float64):
        there = state > 0 and math.isfinite(x) and math.isfinite(y)
        numbers += (
            [round(x, 3), round(y, 3), _CONFIDENCE[min(math.ceil(state), SEEN)]] if there else [0.0, 0.0, 0.0]
        )
    empty = ("face_keypoints_2d", "hand_left_keypoints_2d", "hand_right_keypoints_2d")
    person = {"person_id": [-1], "pose_keypoints_2d": numbers} | {key: [] for key in empty}
    return {"version": 1.3, "people": [person], "canvas_width": size[1], "canvas_height": size[0]}


def write_openpose(path: str | os.PathLike, keypoints_18x3: np.ndarray, size: tuple[int, int]) -> None:
    """Write the pose, in a frame of `size` (H, W), as OpenPose JSON. Raises InputError if it cannot be."""
    write_whole(path, (json.dumps(openpose_dict(keypoints_18x3, size)) + "\n").encode("ascii"))
