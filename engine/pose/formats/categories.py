"""What COCO's categories, and lists of names beside keypoints, say of the order of keypoints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.pose.formats.layouts import COCO_17
from engine.pose.formats.names import joint_of
from engine.pose.formats.points import is_number

_BESIDE = (
    "keypoint_names", "keypoints_names", "joint_names", "kpt_names", "node_names", "keypoint_labels",
    "keypoint_id2name",
)  # fmt: skip
AI_CHALLENGER = (
    "right shoulder", "right elbow", "right wrist", "left shoulder", "left elbow", "left wrist", "right hip",
    "right knee", "right ankle", "left hip", "left knee", "left ankle", "top of head", "neck",
)  # fmt: skip  # the order of its 14 points, which its files do not tell


def names_of(categories: Any) -> dict[str, list[str]]:
    """What COCO's categories call their keypoints, by the category's id, and of the first by ""."""
    told: dict[str, list[str]] = {}
    for category in categories if isinstance(categories, list) else []:
        names = category.get("keypoints") if isinstance(category, dict) else None
        if isinstance(names, list) and all(isinstance(name, str) for name in names):
            told[str(category.get("id"))] = names
            told.setdefault("", names)
    return told


def names_beside(node: dict) -> list[str]:
    """What an object calls the keypoints of whoever is in it, in their order; [] where it does not say."""
    for key in _BESIDE:
        names = node.get(key)
        names = list(names.values()) if isinstance(names, dict) else names
        if isinstance(names, list) and names and all(isinstance(name, str) for name in names):
            return names
    return []


def by_names(points: Any, names: Sequence[str]) -> list[dict] | None:
    """Keypoints, in rows or flat, as objects that name their joints: where the names tell an order that is
    not the usual one; None otherwise."""
    if not isinstance(points, list) or not names or not is_another_order(names):
        return None
    count = len(names)
    width = len(points) // count
    if all(map(is_number, points)) and width in (2, 3) and len(points) == width * count:
        points = [points[i : i + width] for i in range(0, len(points), width)]
    if len(points) != count or not all(isinstance(row, list) and len(row) in (2, 3) for row in points):
        return None
    return [
        dict(zip(("x", "y", "v"), row, strict=False)) | {"name": name}
        for row, name in zip(points, names, strict=True)
    ]


def is_another_order(names: Sequence[str]) -> bool:
    """Whether names are of joints, in no order that COCO has: PoseTrack's head where COCO has eyes."""
    joints = [joint_of(name) for name in names]
    usual = [COCO_17.joints.index(place) for place in range(17)]
    return sum(joint is not None for joint in joints) >= len(names) / 2 and joints != usual
