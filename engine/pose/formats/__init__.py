"""Pose files in and out: whatever people have, into the one form used here.

`reading` finds everybody in a file (`jsonforms`, `textforms`, `tables`, `deepfashion`, `arrays`) and lays one
of them into the model frame (`placing`); `pictures` finds them in pictures (`drawn`: as coloured bones);
`writing` gives OpenPose JSON. Joint orders are in `layouts`, names
of joints in `names`, columns in `points`.
"""

from engine.pose.formats.people import Person, PoseFile
from engine.pose.formats.pictures import people_in_picture, people_in_pixels
from engine.pose.formats.placing import OpenPhoto
from engine.pose.formats.reading import Taken, parse_people, parse_pose, read_people, read_pose, take
from engine.pose.formats.writing import openpose_dict, write_openpose

__all__ = [
    "OpenPhoto", "Person", "PoseFile", "Taken", "openpose_dict", "parse_people", "parse_pose",
    "people_in_picture", "people_in_pixels", "read_people", "read_pose", "take", "write_openpose",
]  # fmt: skip
