"""A hand alone, seen from its back: what an arm ends in whose own hand no photo shows.

The arm hangs along the picture's columns, and the camera looks at it from where the back of its hand is seen
and a little of its thumb, in soft light from above.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from engine.cv import cv2

from .camera import Camera, look_at, perspective
from .light import Light
from .photographer import Person, Studio
from .poses import Arm, plan_pose
from .rotations import normalised
from .skeleton import Posed, Skeleton
from .surfaces import ARMS

SIZE = (1440, 504)  # px that it is photographed in, and ...
_FINER = 3  # ... so many times those that are kept: edges are even
_PERSON = 1_000_001  # held out; her sleeves end above her elbows, and nothing is on her hands
_SIDE = "R"
_CURL, _TOGETHER = 0.5, 1.0  # of fingers at ease
_TURNED = 0.3  # radians from the back of the hand towards its thumb
_HIGH, _ABOVE = 1.75, 0.13  # of the longer bone: height of the picture, and its middle above the wrist
_DISTANCE = 30.0  # dm: nearly no perspective
_RIM = 3  # px of the large picture: what is nearer to an edge has colours of what is behind
_TOLD = 0.1  # of a px, how much is inside for its colour to be told
_LEVEL = 1.05  # of white before the camera


class Hand(NamedTuple):
    """picture uint8 [H, W, 4], RGB and how much of a pixel is the arm's; joints float32 [2, 2]: elbow and
    wrist, x, y px; unit: the longer bone of the arm in px."""

    picture: np.ndarray
    joints: np.ndarray
    unit: float


def photographed_hand(studio: Studio) -> Hand:
    """A right hand. studio: of `SIZE`."""
    with Person(studio, _PERSON) as person:
        posed, skeleton = person.skeleton.solve(_at_ease()), person.skeleton
        elbow, wrist = (_head(posed, skeleton, name) for name in ("lowerarm01", "wrist"))
        upper, lower = elbow - _head(posed, skeleton, "upperarm01"), wrist - elbow
        unit, along = max(np.linalg.norm(upper), np.linalg.norm(lower)), normalised(lower)
        camera = _camera(_back_of(posed, skeleton, along), wrist, along, float(unit))
        studio.renderer.take_over()
        exposure = studio.renderer.expose(
            person.model, posed, skeleton, camera, soft_light(person.light, camera, along), person.backdrop
        )
    height, width = SIZE[0] / _FINER, SIZE[1] / _FINER
    joints = camera.project(np.stack([elbow, wrist])) * (1, -1) + (0, 1)
    picture = _shrunk(exposure.image, exposure.surfaces == ARMS)
    return Hand(picture, (joints * (width, height)).astype(np.float32), float(height / _HIGH))


def _at_ease():
    pose = plan_pose(np.random.default_rng(1), "stand", ("swing forward", "swing forward"))
    for side in pose.arms:
        pose.arms[side] = Arm("swing forward", np.array([0, 0, 0, _TOGETHER]), curl=_CURL)
    return pose


def _head(posed: Posed, skeleton: Skeleton, bone: str) -> np.ndarray:
    return posed.heads[skeleton.index[f"{bone}.{_SIDE}"]]


def _back_of(posed: Posed, skeleton: Skeleton, along: np.ndarray) -> np.ndarray:
    """From where the back of the hand is seen, straight across the forearm [3]."""
    index, middle, little = (_head(posed, skeleton, f"finger{number}-1") for number in "235")
    thumb = normalised(index - little)
    back = normalised(np.cross(middle - _head(posed, skeleton, "wrist"), thumb))
    view = np.cos(_TURNED) * back + np.sin(_TURNED) * thumb
    return normalised(view - along * (view @ along))


def _camera(view: np.ndarray, wrist: np.ndarray, along: np.ndarray, unit: float) -> Camera:
    """Upright is against the arm, which hangs."""
    target, high = wrist - along * (_ABOVE * unit), _HIGH * unit
    eye = target + _DISTANCE * view
    near, far, angle = _DISTANCE - 4, _DISTANCE + 4, 2 * np.arctan(high / 2 / _DISTANCE)
    seen = perspective(angle, SIZE[1] / SIZE[0], near, far) @ look_at(eye, target, -along)
    return Camera(seen, eye, target, near, far, angle, high)


def soft_light(light: Light, camera: Camera, along: np.ndarray) -> Light:
    """White, from above and before the hand."""
    view = normalised(camera.eye - camera.target)
    soft = replace(
        light,
        key_direction=normalised(view - 0.6 * along - 0.4 * np.cross(view, along)),
        key_colour=np.full(3, 0.8),
        fill_direction=view,
        fill_colour=np.full(3, 0.12),
        rim_colour=np.zeros(3),
        ambient_up=np.full(3, 0.22),
        ambient_down=np.full(3, 0.14),
        softness=0.4,
    )
    return replace(soft, exposure=_LEVEL / soft.on(view).mean())


def _shrunk(image_HWC: np.ndarray, arm_HW: np.ndarray) -> np.ndarray:
    """RGB of inside, also around it, and the matte."""
    inner_HW = cv2.erode(arm_HW.astype(np.float32), np.ones((2 * _RIM + 1, 2 * _RIM + 1)))
    size = SIZE[1] // _FINER, SIZE[0] // _FINER

    def mean(planes: np.ndarray) -> np.ndarray:
        return cv2.resize(planes.astype(np.float32), size, interpolation=cv2.INTER_AREA)

    matte_HW, told_HW = mean(arm_HW), mean(inner_HW)
    colour_HWC = mean(image_HWC * inner_HW[..., None]) / np.maximum(told_HW, 1e-3)[..., None]
    usual_C = np.median(colour_HWC[told_HW > 0.9], 0)
    colour_HWC = np.where((matte_HW > 0)[..., None], colour_HWC, usual_C)
    unknown_HW = ((told_HW < _TOLD) & (matte_HW > 0)).astype(np.uint8)
    colour_HWC = cv2.inpaint(colour_HWC.clip(0, 255).astype(np.uint8), unknown_HW, 3, cv2.INPAINT_TELEA)
    return np.dstack([colour_HWC, (255 * matte_HW).round().astype(np.uint8)])
