"""What COCO's categories say of the order of keypoints."""

from __future__ import annotations

from typing import Any

from engine.pose.formats.layouts import COCO_17
from engine.pose.formats.names import joint_of


def names_of(categories: Any) -> dict[str, list[str]]:
    """What COCO's categories call their keypoints, by the category's id, and of the first by ""."""
    told: dict[str, list[str]] = {}
    for category in categories if isinstance(categories, list) else []:
        names = category.get("keypoints") if isinstance(category, dict) else None
        if isinstance(names, list) and all(isinstance(name, str) for name in names):
            told[str(category.get("id"))] = names
            told.setdefault("", names)
    return told


def is_another_order(names: list[str]) -> bool:
    """Whether names are of joints, in no order that COCO has: PoseTrack's head where COCO has eyes."""
    joints = [joint_of(name) for name in names]
    usual = [COCO_17.joints.index(place) for place in range(17)]
    return sum(joint is not None for joint in joints) >= len(names) / 2 and joints != usual
