"""One pose in the file forms of forty tools, and what is known of them: `data/poses`."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from engine.framing import framing_of, to_frame
from engine.pose.formats import OpenPhoto

CASES = Path(__file__).parent / "data" / "poses"
SIZE = (256, 176)
TRUTH = {
    name: (np.array(entry["xy"]), (entry["canvas"][1], entry["canvas"][0]))
    for name, entry in json.loads((CASES / "TRUTH.json").read_text()).items()
}

REFUSED = {
    "12_comfy_animal.json": "holds the skeletons of animals",
    "51_deepfashion_all_minus1.csv": "holds no joint that is there",
    "59_walk.bvh": "is motion capture",
    "60_openpose_editor3d_scene.json": "is a scene of a 3D editor",
    "63_mpii16.json": "16 joints, which looks like MPII, but in that order they make no body",
    "71_people_empty.json": "holds no person",
    "90_canvas_of_nothing.json": "has sides that no picture has",
}
LANDSCAPE = ("04_", "14_", "18_")
# Made for a frame of its own, not for the canvas of the truth: the same body, elsewhere.
OF_A_FRAME = ("47_", "48_", "49_", "50_", "52_", "54_", "56_", "78_")
# What the file leaves out or has elsewhere.
ELSEWHERE = {"08_dwpose_normalised_foot_below_canvas.json": [10, 13], "58_cvat_skeleton.xml": [0]}
ABSENT = {
    "16_drawthings_minus1.json": [10, 13, 16],
    "17_missing_zero.json": [9, 10, 12, 13],
    "45_dresscode_4values.json": [0],
    "58_cvat_skeleton.xml": list(range(1, 18)),
    "62_mpi15.json": [0, 14, 15, 16, 17],
}
FILES = sorted(path.name for path in CASES.iterdir() if path.name not in ("TRUTH.json", *REFUSED))


def kind_of(name: str) -> str:
    """Which canvas a file was made for."""
    return "landscape" if name.startswith(LANDSCAPE) else "portrait"


def photo_of(kind: str) -> tuple[OpenPhoto, np.ndarray]:
    """A photo of the canvas's size with the pose in it, open, and the pose in the frame."""
    xy, canvas = TRUTH[kind]
    matrix = framing_of(np.column_stack([xy, np.full(18, 2)]), canvas, SIZE)
    return OpenPhoto(canvas, matrix), to_frame(xy, matrix)
