"""Pose files in and out: whatever people have, into the one form used here.

`reading` finds everybody in a file (`jsonforms`, `annotators`, `textforms`, `tables`, `deepfashion`,
`arrays`) and lays one of them into the model frame (`placing`), on the `open_photo` where it is of that;
`writing` gives OpenPose JSON, with what came along (`carried`).
Joint orders are in `layouts`, names of joints in `names`, columns in `points`. `pictures` finds people in
pictures (`drawn`, `drawn_ends`, `drawn_joints`: as coloured bones); it is imported where it is needed, for
OpenCV takes time.
"""

from engine.pose.formats.carried import Carried
from engine.pose.formats.open_photo import OpenPhoto
from engine.pose.formats.people import Person, PoseFile
from engine.pose.formats.reading import Taken, parse_people, parse_pose, read_people, read_pose, take
from engine.pose.formats.writing import Canvas, on_canvas, openpose_dict, write_openpose

__all__ = [
    "Canvas", "Carried", "OpenPhoto", "Person", "PoseFile", "Taken", "on_canvas", "openpose_dict",
    "parse_people", "parse_pose", "read_people", "read_pose", "take", "write_openpose",
]  # fmt: skip
