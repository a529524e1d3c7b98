"""The forms in which tools write keypoints, version by version: one pose in each, on a 768x1024 picture."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np

from engine.pose.formats.layouts import BLAZEPOSE, COCO_17, LAYOUTS, Layout

_TRUTH = json.loads((Path(__file__).parent / "data" / "poses" / "TRUTH.json").read_text())["portrait"]
CANVAS = (1024, 768)
XY = np.array(_TRUTH["xy"])
NAMES_17 = (
    "nose", "left_eye", "right_eye", "left_ear", "right_ear", "left_shoulder", "right_shoulder", "left_elbow",
    "right_elbow", "left_wrist", "right_wrist", "left_hip", "right_hip", "left_knee", "right_knee",
    "left_ankle", "right_ankle",
)  # fmt: skip
_BOX = [190, 120, 360, 800]


def rows_of(layout: Layout, xy: np.ndarray = XY) -> list[list[float]]:
    """The joints in a layout's order; what it has more of lies in the middle of the body."""
    count = next(number for number, known in LAYOUTS.items() if layout in known)
    rows = [xy[[8, 11]].mean(axis=0).round(3).tolist() for _ in range(count)]
    for joint, place in enumerate(layout.joints):
        if place >= 0:
            rows[place] = xy[joint].round(4).tolist()
    return rows


def _flat(rows: list, sure: float = 0.9) -> list[float]:
    return [value for x, y in rows for value in (x, y, sure)]


R17, R26, R33 = rows_of(COCO_17), rows_of(LAYOUTS[26][0]), rows_of(BLAZEPOSE)
R133, R136 = rows_of(LAYOUTS[133][0]), rows_of(LAYOUTS[136][0])
S17, S33 = ([[x / 768, y / 1024] for x, y in rows] for rows in (R17, R33))


def _alphapose(rows: list, **more) -> str:
    return json.dumps(
        [{"image_id": "a.jpg", "category_id": 1, "keypoints": _flat(rows), "score": 2.9} | more]
    )


def _mmpose(rows: list, **more) -> dict:
    return {"keypoints": rows, "keypoint_scores": [0.9] * len(rows), "bbox": [_BOX], "bbox_score": 0.9} | more


def _ultralytics(x: list, y: list) -> dict:
    box = {"x1": 190.0, "y1": 120.0, "x2": 550.0, "y2": 920.0}
    points = {"x": x, "y": y, "visible": [0.98] * len(x)}
    return {"name": "person", "class": 0, "confidence": 0.9, "box": box, "keypoints": points}


def _coco(rows: list, flag: int = 2) -> str:
    image = {"id": 1, "width": 768, "height": 1024, "file_name": "a.jpg"}
    numbers = [value for x, y in rows for value in (x, y, flag)]
    person = {
        "id": 1,
        "image_id": 1,
        "category_id": 1,
        "keypoints": numbers,
        "num_keypoints": len(rows),
        "bbox": _BOX,
    }
    category = {"id": 1, "name": "person", "keypoints": list(NAMES_17), "skeleton": [[16, 14]]}
    return json.dumps({"images": [image], "annotations": [person], "categories": [category]})


def _labelme(version: str, label: Callable[[str], str] = str, **more) -> str:
    shapes = [
        {"label": label(name), "points": [point], "group_id": 1, "shape_type": "point", "flags": {}} | more
        for name, point in zip(NAMES_17, R17, strict=True)
    ]
    box = {"label": "person", "points": [[190, 120], [550, 920]], "group_id": 1, "shape_type": "rectangle"}
    size = {"imagePath": "a.jpg", "imageData": None, "imageHeight": 1024, "imageWidth": 768}
    return json.dumps({"version": version, "flags": {}, "shapes": [box, *shapes], **size})


def _cvat_points(more: str = "") -> str:
    return "".join(
        f'<points label="{name}" source="manual" outside="0" occluded="0" {more} points="{x:.2f},{y:.2f}">'
        "</points>"
        for name, (x, y) in zip(NAMES_17, R17, strict=True)
    )


_CVAT_HEAD = '<?xml version="1.0" encoding="utf-8"?>\n<annotations><version>1.1</version>'
_CVAT_TASK = (
    "<meta><task><size>2</size><original_size><width>768</width><height>1024</height></original_size>"
    "</task></meta>"
)
_IMAGE = '<image id="0" name="a.jpg" width="768" height="1024">'
_LANDMARKS = [{"x": x, "y": y, "z": -0.1, "visibility": 0.99} for x, y in S33]
_WORLD = [{"x": (x - 0.5), "y": (y - 0.5), "z": 0.1, "visibility": 0.99} for x, y in S33]


def _yolo(points: list, more: tuple = (2,), behind: str = "") -> str:
    numbers = [value for point in points for value in (*point, *more)]
    return "0 0.48 0.51 0.47 0.78 " + " ".join(f"{value:.6g}" for value in numbers) + behind + "\n"


# Name: (file's name, text, whether the file tells its canvas).
FORMS: dict[str, tuple[str, str, bool]] = {
    # AlphaPose, docs/output.md: default, --format open and cmu; 17, 26 and 136 points.
    "alphapose, 17": ("alphapose-results.json", _alphapose(R17, box=_BOX, idx=[0.0]), False),
    "alphapose, halpe 26": ("alphapose-results.json", _alphapose(R26, box=_BOX, idx=1), False),
    "alphapose, halpe 136": ("alphapose-results.json", _alphapose(R136), False),
    "alphapose, open": (
        "a.json",
        json.dumps({"version": 0.1, "people": [{"pose_keypoints_2d": _flat(XY.tolist())}]}),
        False,
    ),
    "alphapose, cmu": (
        "a.json", json.dumps({"version": 0.1, "bodies": [{"joints": _flat(XY.tolist())}]}), False,
    ),
    # Halpe-FullBody's annotations: COCO's with 136 points.
    "halpe, annotations": ("halpe_val_v1.json", _coco(R136, 2), True),
    "halpe, annotations of 26": ("halpe_train_v1.json", _coco(R26, 2), True),
    "halpe, one person": (
        "a.json",
        json.dumps({"image_id": 1, "width": 768, "height": 1024, "keypoints": _flat(R136, 2)}),
        True,
    ),
    # MMPose: the inferencer's predictions of a picture (1.x), of a video, demos' `instance_info`, and 0.x.
    "mmpose, inferencer": ("a.json", json.dumps([_mmpose(R17)]), False),
    "mmpose, inferencer, two lists deep": ("a.json", json.dumps([[_mmpose(R133)]]), False),
    "mmpose, video": ("a.json", json.dumps([{"frame_id": 0, "instances": [_mmpose(R17)]}]), False),
    "mmpose, demo": (
        "results_a.json",
        json.dumps({
            "meta_info": {"dataset_name": "coco", "num_keypoints": 17,
                          "keypoint_id2name": dict(enumerate(NAMES_17))},
            "instance_info": [_mmpose(R17)],
        }),
        False,
    ),
    "mmpose 0.x, results": (
        "result_keypoints.json",
        json.dumps([{"category_id": 1, "image_id": 785, "keypoints": _flat(R17), "score": 0.97}]),
        False,
    ),
    "mmpose 0.x, inference": (
        "a.json", json.dumps([{"bbox": [*_BOX, 0.9], "keypoints": [[x, y, 0.9] for x, y in R17]}]), False,
    ),
    # Ultralytics: labels, save_txt with save_conf and a track, to_json, to_json(normalize), keypoints.data.
    "yolo, label": ("a.txt", _yolo(S17), False),
    "yolo, label of pairs": ("a.txt", _yolo(S17, ()), False),
    "yolo, save_txt with confidence": ("a.txt", _yolo(S17, (0.98,), " 0.91"), False),
    "yolo, to_json": (
        "a.json", json.dumps([_ultralytics(*map(list, zip(*R17, strict=True)))], indent=2), False,
    ),
    "yolo, to_json normalised": (
        "a.json", json.dumps([_ultralytics(*map(list, zip(*S17, strict=True)))]), False,
    ),
    "yolo, keypoints.data": ("a.json", json.dumps([[[x, y, 0.9] for x, y in R17]]), False),
    "yolo, keypoints with orig_shape": (
        "a.json", json.dumps({"orig_shape": [1024, 768], "xy": [R17], "conf": [[0.9] * 17]}), True,
    ),
    # labelme 3 to 5, with groups, and X-AnyLabeling, which writes the same with more keys.
    "labelme 5": ("a.json", _labelme("5.4.1", description="", mask=None), True),
    "labelme 4, capitals": ("a.json", _labelme("4.5.6", lambda name: name.upper().replace("_", " ")), True),
    "labelme 3": ("a.json", _labelme("3.16.7", line_color=None, fill_color=None), True),
    "x-anylabeling": (
        "a.json", _labelme("2.3.5", score=None, difficult=False, attributes={}, kie_linking=[]), True,
    ),
    # CVAT: for images 1.1 with skeletons and with plain points, for video 1.1, and its COCO keypoints.
    "cvat for images": (
        "annotations.xml",
        f'{_CVAT_HEAD}{_IMAGE}<skeleton label="person" source="manual" z_order="0">' + _cvat_points()
        + "</skeleton></image></annotations>",
        True,
    ),
    "cvat, points": ("annotations.xml", f"{_CVAT_HEAD}{_IMAGE}{_cvat_points()}</image></annotations>", True),
    "cvat for video": (
        "annotations.xml",
        f'{_CVAT_HEAD}{_CVAT_TASK}<track id="0" label="person" source="manual">'
        '<skeleton frame="0" keyframe="1" z_order="0">' + _cvat_points('keyframe="1"')
        + "</skeleton></track></annotations>",
        True,
    ),
    "cvat, coco keypoints": ("person_keypoints_default.json", _coco(R17), True),
    # MediaPipe: Python's legacy solution and tasks, the web's tasks and its older names, and Kotlin's words.
    "mediapipe, legacy protobuf as JSON": ("a.json", json.dumps({"landmark": _LANDMARKS}), False),
    "mediapipe, legacy results": (
        "a.json", json.dumps({"poseLandmarks": _LANDMARKS, "poseWorldLandmarks": _WORLD}), False,
    ),
    "mediapipe, tasks": (
        "a.json",
        json.dumps({
            "pose_landmarks": [[point | {"presence": 0.99} for point in _LANDMARKS]],
            "pose_world_landmarks": [_WORLD], "segmentation_masks": None,
        }),
        False,
    ),
    "mediapipe, web tasks": (
        "a.json", json.dumps({"landmarks": [_LANDMARKS], "worldLandmarks": [_WORLD]}), False,
    ),
    "mediapipe, normalised names": (
        "a.json",
        json.dumps({"normalizedLandmarks": [_LANDMARKS], "image": {"width": 768, "height": 1024}}),
        True,
    ),
    "mediapipe, text": (
        "a.txt",
        "".join(f"landmark {{\n  x: {x}\n  y: {y}\n  z: -0.1\n  visibility: 0.9\n}}\n" for x, y in S33),
        False,
    ),
    "mediapipe, printed list": (
        "a.txt",
        str([f"NormalizedLandmark(x={x}, y={y}, z=-0.1, visibility=0.99, presence=0.99)" for x, y in S33])
        .replace("'", ""),
        False,
    ),
    # Roboflow's inference: the person's box stands beside the keypoints as a place of its own.
    "roboflow, inference": (
        "a.json",
        json.dumps({
            "image": {"width": 768, "height": 1024},
            "predictions": [{
                "x": 370, "y": 520, "width": 360, "height": 800, "confidence": 0.9, "class": "person",
                "keypoints": [
                    {"x": x, "y": y, "confidence": 0.9, "class_id": number, "class": name}
                    for number, ((x, y), name) in enumerate(zip(R17, NAMES_17, strict=True))
                ],
            }],
        }),
        True,
    ),
    "supervision": ("a.json", json.dumps({"xy": [R17], "confidence": [[0.9] * 17], "class_id": [0]}), False),
    "vgg annotator": (
        "via_project.json",
        json.dumps({"a.jpg9": {"filename": "a.jpg", "regions": [
            {"shape_attributes": {"name": "point", "cx": x, "cy": y}, "region_attributes": {"joint": name}}
            for (x, y), name in zip(R17, NAMES_17, strict=True)
        ]}}),
        False,
    ),
    "datumaro": (
        "train.json",
        json.dumps({"info": {}, "categories": {}, "items": [{"id": "a", "annotations": [
            {"id": 0, "type": "points", "points": sum(R17, []), "visibility": [2] * 17}
        ]}]}),
        False,
    ),
    # DeepLabCut's tables, and MediaPipe's as courses log them: from 0, from 1 behind a class.
    "deeplabcut": (
        "a.csv",
        "scorer," + ",".join(["net"] * 51) + "\nbodyparts," + ",".join(n for n in NAMES_17 for _ in "xyc")
        + "\ncoords," + ",".join(["x", "y", "likelihood"] * 17) + "\n0," + ",".join(map(str, _flat(R17))),
        False,
    ),
    "mediapipe, logged": (
        "a.csv",
        ",".join(f"x{i},y{i},z{i},v{i}" for i in range(33)) + "\n"
        + ",".join(f"{x},{y},-0.1,0.99" for x, y in S33),
        False,
    ),
    "mediapipe, logged behind a class": (
        "a.csv",
        "class," + ",".join(f"x{i},y{i},z{i},v{i}" for i in range(1, 34)) + "\nsquat,"
        + ",".join(f"{x},{y},-0.1,0.99" for x, y in S33),
        False,
    ),
    # By hand: each row after its number, decimal commas, a depth where others have a confidence.
    "numbered rows": ("a.csv", "\n".join(f"{i},{x},{y},0.9" for i, (x, y) in enumerate(R17)), False),
    "numbered rows from 1": ("a.txt", "\n".join(f"{i} {x} {y}" for i, (x, y) in enumerate(R17, 1)), False),
    "decimal commas": (
        "a.txt", "\n".join(f"{x:.2f}\t{y:.2f}".replace(".", ",") for x, y in XY), False,
    ),
    "decimal commas, named": (
        "a.csv",
        "joint;x;y\n" + "\n".join(
            f"{name};{x:.2f};{y:.2f}".replace(".", ",") for (x, y), name in zip(R17, NAMES_17, strict=True)
        ),
        False,
    ),
    "rows with a depth": (
        "a.json", json.dumps([[x, y, (-1) ** i * 40.0] for i, (x, y) in enumerate(XY.tolist())]), False,
    ),
    "a box by its corner": (
        "a.json",
        json.dumps([
            {"left": 190, "top": 120, "width": 360, "height": 800, "keypoints": [[x, y, 0.9] for x, y in R17]}
        ]),
        False,
    ),
}  # fmt: skip
