"""What files and documents are that hold no pose, as the rest of a sentence that can be followed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.pose.formats.names import joint_of, no_joints
from engine.pose.formats.points import is_number, is_point

FIGURE = (
    "is a figure in space, bones and angles and no joints in a picture: render a picture of it and open that."
)
_IN_SPACE = frozenset((
    "betas", "body_pose", "muscles", "storables", "humanoid", "bones", "posedata", "translation", "rotation",
    "rotation_quaternion", "pose_keypoints_3d", "joint_positions", "animations",
))  # fmt: skip
_FIRST = 8  # of what stands in an object, that are looked into to say what it is

_STRANGERS = (
    (b"\x80", "is a Python pickle, which can run programs and is never opened: save it as JSON or .npy."),
    (b"\x89HDF", "is an HDF5 file, which cannot be read here: save it as CSV or JSON."),
    (b"PK\x03\x04", "is a zip archive, which holds files: unpack it and take the one that is meant."),
    (b"\x1f\x8b", "is compressed (gzip): unpack it and open what is in it."),
    (b"version https://git-lfs", "only says where Git LFS keeps the file: fetch it with `git lfs pull`."),
    (b"Vocaloid Motion Data", FIGURE),
    (b"Kaydara FBX", FIGURE),
    (b"; FBX", FIGURE),
    (b"PathFileType", FIGURE),
    (b"Format Version,", FIGURE),
    (b"glTF", FIGURE),
    (b"%YAML 1.1\n%TAG !u! tag:unity3d", FIGURE),
    (b"MATLAB", "is a MATLAB file, which cannot be read here: save it as JSON or CSV."),
)


def stranger_of(data: bytes) -> str:
    """What a file is that begins like this, as the rest of a sentence; "" for one that may hold a pose."""
    return next((what for magic, what in _STRANGERS if data.startswith(magic)), "")


def is_figure(content: Any) -> bool:
    """Whether a document tells at once that it is of a body in space."""
    return isinstance(content, dict) and bool(content.keys() & _IN_SPACE)


def lack_of(content: Any, of_people: Sequence[str]) -> str:
    """What a document without people is, as the rest of a sentence. of_people: the keys that hold them."""
    first = next((entry for entry in content if entry), {}) if isinstance(content, list) else content
    if not isinstance(first, dict):
        return "is not a pose file: it holds no keypoints."
    if first.get("animals"):
        return "holds the skeletons of animals, not of people."
    if isinstance(first.get("object"), dict) and "camera" in first["object"]:
        return "is a scene of a 3D editor, not a pose: export its picture or OpenPose JSON from there."
    keys = _keys_of(first)
    if keys & {"class_type", "widgets_values"}:
        return "is a workflow of ComfyUI: save the pose from the node that edits it as JSON and open that."
    if keys & _IN_SPACE:
        return FIGURE
    if keys >= {"_instances", "nodes"}:
        return "is a project of SLEAP: export its analysis as CSV and open that."
    if keys >= {"objects", "nodes", "loc"}:
        return (
            "names its joints by ids that only its project knows: export it as COCO keypoints and open that."
        )
    if len(first) > 2 and all(map(is_point, first.values())):
        return no_joints(key for key in first if joint_of(key) is None)
    given = [first[key] for key in of_people if key in first]
    if _number_in(given):
        return "holds somebody in a form that is not known here: export it as OpenPose or COCO JSON."
    return "holds no person." if given else "is not a pose file: it holds no keypoints."


def _number_in(node: Any, depth: int = 6) -> bool:
    """Whether a number stands in what is given or in the first few that stand in that."""
    inner = list(node.values()) if isinstance(node, dict) else node if isinstance(node, list) else []
    return is_number(node) or bool(depth and any(_number_in(value, depth - 1) for value in inner[:_FIRST]))


def _keys_of(node: Any, depth: int = 5) -> set[str]:
    """The keys of an object and of the first few that stand in it."""
    inner = list(node.values()) if isinstance(node, dict) else node if isinstance(node, list) else []
    found = set(node) if isinstance(node, dict) else set()
    return found.union(*(_keys_of(value, depth - 1) for value in inner[:_FIRST])) if depth else found
