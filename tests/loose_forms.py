"""Poses as hands, notebooks and spreadsheets leave them: around JSON, in lines, in cells of tables."""

from __future__ import annotations

import csv
import io
import json

import numpy as np
from tool_forms import NAMES_17, R17, R26, R33, S17, S33, XY

from engine.pose.skeleton import JOINTS

PLAIN = json.dumps(
    {"people": [{"pose_keypoints_2d": [v for x, y in XY.tolist() for v in (x, y, 0.9)]}],
     "canvas_width": 768, "canvas_height": 1024},
    indent=1,
)  # fmt: skip
APPLE = dict(
    zip(
        JOINTS,
        [
            "head", "neck_1", "right_shoulder_1", "right_forearm", "right_hand", "left_shoulder_1",
            "left_forearm", "left_hand", "right_upLeg", "right_leg", "right_foot", "left_upLeg", "left_leg",
            "left_foot", "right_eye", "left_eye", "right_ear", "left_ear",
        ],
        strict=True,
    )
)  # fmt: skip
AIC = (2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, None, 1)
OCHUMAN = (2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, None, 1, 16, 17, 0, 14, 15)
NO_FACE = (0, 14, 15, 16, 17)


def table(*rows: tuple, delimiter: str = ",") -> str:
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter).writerows(rows)
    return file.getvalue()


def lines(form: str, names=NAMES_17, points=R17) -> str:
    return "\n".join(form.format(n=n, x=x, y=y) for n, (x, y) in zip(names, points, strict=True))


def labelled(names, points) -> str:
    shapes = [{"label": str(n), "points": [p]} for n, p in zip(names, points, strict=True)]
    return json.dumps({"shapes": shapes, "imageHeight": 1024, "imageWidth": 768})


def of_joints(joints, last: int) -> list:
    """Flat numbers of joints; a head's top for None."""
    return [v for j in joints for v in (*(XY[j] if j is not None else XY[0] - (0, 70)).tolist(), last)]


NAMED, SHARED = (list(zip(NAMES_17, points, strict=True)) for points in (R17, S17))
ALL = list(zip(JOINTS, XY.tolist(), (XY / (768, 1024)).tolist(), strict=True))
STUDIO = json.dumps([{"x": 100 * x, "y": 100 * y, "keypointlabels": [n]} for n, (x, y) in SHARED])
CALLED = [{"x": x, "y": y, "confidence": 0.9, "name": n} for n, (x, y) in NAMED]
BY_AXES = "\n" + ",".join(f"{x},{y}" for x, y in R17)
MIXED = np.random.default_rng(1).permutation(33).tolist()
ULTRALYTICS = str({"x": [x for x, _ in R17], "y": [y for _, y in R17], "visible": [0.9] * 17})
MATRIX = " ".join(f"{v:.6e}" for x, y in XY.tolist() for v in (x, y, 0.9))

# Name: (text, joints that it does not tell).
FORMS = {
    "a comment behind": (PLAIN.replace("{", "{ // by hand", 1), ()),
    "a comment before": ("/* mine */\n" + PLAIN, ()),
    "a comment of a shell": ("# mine\n" + PLAIN, ()),
    "a comma too many": (PLAIN.rstrip()[:-1] + ",\n}", ()),
    "keys without quotes": (PLAIN.replace('"people"', "people"), ()),
    "single quotes": (PLAIN.replace('"', "'"), ()),
    "a fence": (f"```json\n{PLAIN}\n```", ()),
    "JavaScript": (f"export const pose = {PLAIN};", ()),
    "Python": (f"pose = {XY.tolist()}", ()),
    "a call": (f"callback({PLAIN});", ()),
    "a text in a text": (json.dumps(PLAIN), ()),
    "names and numbers": (lines("{n}: ({x}, {y})"), ()),
    "a table without a heading": (lines("{n},{x},{y},0.9"), ()),
    "a table of makesense": (lines("{n},{x},{y},a.jpg,768,1024"), ()),
    "Markdown": ("| name | x | y |\n|---|---|---|\n" + lines("| {n} | {x} | {y} |"), ()),
    "YAML": (lines("{n}: [{x}, {y}]"), ()),
    "YAML, nested": ("width: 768\nheight: 1024\njoints:\n" + lines("  {n}:\n    x: {x}\n    y: {y}"), ()),
    "TOML": ("width = 768\nheight = 1024\n[keypoints]\n" + lines("{n} = [{x}, {y}]"), ()),
    "semicolons": ("\n".join(f"{x};{y}" for x, y in XY.tolist()), ()),
    "a line of x, a line of y": ("\n".join(",".join(map(str, axis)) for axis in XY.T.tolist()), ()),
    "pos_x": ("joint,pos_y,pos_x\n" + lines("{n},{y},{x}"), ()),
    "x_px": ("keypoint_name,x_px,y_px\n" + lines("{n},{x},{y}"), ()),
    "x_nose": (",".join(f"{a}_{n}" for n in NAMES_17 for a in "xy") + BY_AXES, ()),
    "nose (x)": (",".join(f"{n} ({a})" for n in NAMES_17 for a in "xy") + BY_AXES, ()),
    "label studio, csv": (table(("image", "id", "kp"), ("a.jpg", 1, STUDIO)), ()),
    "label studio, tsv": (table(("image", "id", "kp"), ("a.jpg", 1, STUDIO), delimiter="\t"), ()),
    "ultralytics, to_csv": (table(("", "name", "keypoints"), (0, "person", ULTRALYTICS)), ()),
    "vgg annotator, csv": (
        table(
            ("filename", "region_id", "region_shape_attributes", "region_attributes"),
            *(
                ("a.jpg", i, json.dumps({"name": "point", "cx": x, "cy": y}), json.dumps({"joint": n}))
                for i, (n, (x, y)) in enumerate(NAMED)
            ),
        ),
        (),
    ),
    "ultralytics, printed": (
        f"ultralytics.engine.results.Keypoints object with attributes:\n\nconf: None\ndata: tensor([{R17}])\n"
        f"orig_shape: (1024, 768)\nxyn: tensor([{S17}])\n",
        (),
    ),
    "ultralytics, xyn": (json.dumps({"xyn": [S17], "orig_shape": [1024, 768]}), ()),
    "rtmlib": (json.dumps([[R26], [[0.9] * 26]]), ()),
    "a network's output": (json.dumps({"output_0": [[[[y, x, 0.9] for x, y in S17]]]}), ()),
    "mediapipe, Java": (
        str([f"<Normalized Landmark (x={x} y={y} z=-0.1)>" for x, y in S33]).replace("'", ""), (),
    ),
    "mediapipe, printed": ("\n".join(f"x: {x}\ny: {y}\nz: -0.1\nvisibility: 0.9\n" for x, y in S33), ()),
    "mediapipe, logged": (",".join(f"{x},{y},-0.1,0.9" for x, y in S33), ()),
    "ids in any order": (json.dumps([{"id": i, "x": R33[i][0], "y": R33[i][1]} for i in MIXED]), ()),
    "Vision": (json.dumps({f"{APPLE[n]}_joint": {"x": x, "y": 1 - y} for n, _, (x, y) in ALL}), ()),
    "Vision, points": (
        json.dumps({"joints": {
            n.title().replace(" ", ""): {"location": {"x": x, "y": 1 - y}} for n, _, (x, y) in ALL
        }}),
        (),
    ),
    "PoseLandmark.NOSE": (json.dumps({f"PoseLandmark.{n.upper()}": point for n, point in NAMED}), ()),
    "encord": (json.dumps({"objects": [{"skeleton": {str(i): p for i, p in enumerate(CALLED)}}]}), ()),
    "hasty": (
        json.dumps({"images": [{"width": 768, "height": 1024, "labels": [{"keypoints": CALLED}]}]}), (),
    ),
    "labelme, numbers": (labelled(range(17), R17), ()),
    "labelme, numbers from 1": (labelled(range(1, 18), R17), ()),
    "labelme, kp_0": (labelled([f"kp_{i}" for i in range(17)], R17), ()),
    "ai challenger": (
        json.dumps([{"image_id": "d8ee", "human_annotations": {"human1": [1, 2, 300, 400]},
                     "keypoint_annotations": {"human1": of_joints(AIC, 1)}}]),
        NO_FACE,
    ),
    "ochuman": (
        json.dumps({
            "keypoint_names": [JOINTS[j] if j is not None else "head" for j in OCHUMAN],
            "images": [{"width": 768, "height": 1024, "annotations": [{"keypoints": of_joints(OCHUMAN, 1)}]}],
        }),
        (),
    ),
    "dwpose, sure": (
        json.dumps({"bodies": {"candidate": (XY / (768, 1024)).tolist(), "subset": [[0.9] * 18]}}), (),
    ),
    "opencv, xml": (
        '<?xml version="1.0"?>\n<opencv_storage>\n<pose_0 type_id="opencv-nd-matrix">\n  <sizes>\n    1 18 3'
        f"</sizes>\n  <dt>f</dt>\n  <data>\n    {MATRIX}</data></pose_0>\n</opencv_storage>\n",
        (),
    ),
    "opencv, two dimensions": (
        "%YAML:1.0\n---\nkeypoints: !!opencv-matrix\n   rows: 18\n   cols: 3\n   dt: f\n   data: [ "
        + ", ".join(MATRIX.split()) + " ]\n",
        (),
    ),
}  # fmt: skip
