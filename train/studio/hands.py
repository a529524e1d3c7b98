"""A hand alone, seen from its back: what an arm ends in whose own hand no photo shows.

The arm hangs along the picture's columns, and the camera looks at it from where the back of its hand is seen
and a little of its thumb, in light from above and from its thumb's side.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from engine.compositing.fields import nearest_known
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
_RIM = 6  # px of the large picture: what is nearer to an edge has colours of what is behind
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
            person.model, posed, skeleton, camera, raking_light(person.light, camera, along), person.backdrop
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
    """White, from above and before a limb."""
    return _white(light, camera, along, (0.6, -0.4), key=0.8, fill=0.12, ambient=(0.22, 0.14), softness=0.4)


def raking_light(light: Light, camera: Camera, along: np.ndarray) -> Light:
    """White, from above and from the thumb's side, across the back of the hand, so that knuckles and fingers
    are as round as photographed ones: the darkest and the lightest tenth of 36 hands in photographs are .65
    and 1.18 of what is usual on them, of this .68 and 1.12, and in soft light .88 and 1.05."""
    return _white(light, camera, along, (0.8, 1.2), key=0.9, fill=0.05, ambient=(0.12, 0.072), softness=0.3)


def _white(
    light: Light,
    camera: Camera,
    along: np.ndarray,
    moved: tuple[float, float],
    *,
    key: float,
    fill: float,
    ambient: tuple[float, float],
    softness: float,
) -> Light:
    """moved: where it comes from, before the limb: up against it, and to the picture's right."""
    view = normalised(camera.eye - camera.target)
    white = replace(
        light,
        key_direction=normalised(view - moved[0] * along + moved[1] * np.cross(view, along)),
        key_colour=np.full(3, key),
        fill_direction=view,
        fill_colour=np.full(3, fill),
        rim_colour=np.zeros(3),
        ambient_up=np.full(3, ambient[0]),
        ambient_down=np.full(3, ambient[1]),
        softness=softness,
    )
    return replace(white, exposure=_LEVEL / white.on(view).mean())


def _shrunk(image_HWC: np.ndarray, arm_HW: np.ndarray) -> np.ndarray:
    """RGB of inside, also around it, and the matte."""
    inner_HW = cv2.erode(arm_HW.astype(np.float32), np.ones((2 * _RIM + 1, 2 * _RIM + 1)))
    size = SIZE[1] // _FINER, SIZE[0] // _FINER

    def mean(planes: np.ndarray) -> np.ndarray:
        return cv2.resize(planes.astype(np.float32), size, interpolation=cv2.INTER_AREA)

    matte_HW, told_HW = mean(arm_HW), mean(inner_HW)
    colour_HWC = mean(image_HWC * inner_HW[..., None]) / np.maximum(told_HW, 1e-3)[..., None]
    _, number_HW = nearest_known(told_HW > _TOLD)
    colour_HWC = colour_HWC.reshape(-1, 3)[number_HW].clip(0, 255)
    return np.dstack([colour_HWC, 255 * matte_HW]).round().astype(np.uint8)
