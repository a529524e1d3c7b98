"""Camera and framing of a picture. Decimetres, radians; y up; the camera looks along -z."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .chance import choose
from .rotations import normalised
from .skeleton import Posed, Skeleton

FACINGS = {"front": 0.42, "three-quarter": 0.24, "side": 0.13, "back": 0.13, "back-three-quarter": 0.08}
FRAMINGS = {"full": 0.5, "upper": 0.3, "knee": 0.16, "lower": 0.04}
_UP = np.array([0.0, 1.0, 0.0])


@dataclass(frozen=True)
class Shot:
    """What the photographer decides: facing, framing, turn of the person (yaw), height and lens of the
    camera.

    cut: where a crop lies within its range, 0..1; shift: of the person in shares of the picture; margin:
    factor.
    """

    facing: str
    framing: str
    yaw: float
    pitch: float
    view_angle: float
    cut: float
    shift: tuple[float, float]
    margin: float


@dataclass(frozen=True)
class Camera:
    """view_projection [4, 4] (column vectors), eye and target [3], near and far planes, view angle; height:
    dm of the picture in the target's plane.
    """

    view_projection: np.ndarray
    eye: np.ndarray
    target: np.ndarray
    near: float
    far: float
    view_angle: float
    height: float

    def project(self, points: np.ndarray) -> np.ndarray:
        """Points [N, 3] -> [N, 2] in 0..1, x right, y up."""
        clip = np.c_[points, np.ones(len(points))] @ self.view_projection.T
        return clip[:, :2] / clip[:, 3:] * 0.5 + 0.5


def draw_shot(rng: np.random.Generator, facing: str | None = None, framing: str | None = None) -> Shot:
    """A random shot; facing and framing may be ordered."""
    uniform = rng.uniform
    facing = facing or choose(rng, FACINGS)
    framing = framing or choose(rng, FRAMINGS)
    side = rng.choice([-1, 1])
    yaw = {
        "front": uniform(-0.2, 0.2),
        "three-quarter": side * uniform(0.35, 0.95),
        "side": side * uniform(1.2, 1.8),
        "back": np.pi + uniform(-0.3, 0.3),
        "back-three-quarter": side * uniform(2.1, 2.7),
    }[facing]
    return Shot(
        facing,
        framing,
        float(yaw),
        uniform(-0.06, 0.08),
        uniform(0.3, 0.42),
        uniform(),
        (uniform(-0.05, 0.05), uniform(-0.02, 0.02)),
        uniform(1.02, 1.14),
    )


def frame_person(shot: Shot, posed: Posed, skeleton: Skeleton, aspect: float) -> Camera:
    """Set up the camera so that the framing holds. aspect: width / height of the picture."""
    heads, index = posed.heads, skeleton.index

    def height(name: str) -> float:
        return heads[index[name]][1]

    i = index["head"]
    crown = heads[i] + posed.rotations[i] @ (skeleton.body.tails[i] - skeleton.rest[i])
    top = max(heads[:, 1].max(), crown[1]) + 0.35
    soles = min(height("foot.L"), height("foot.R")) - 0.75 - skeleton.heel
    bottom = soles - 0.6
    if shot.framing == "upper":
        bottom = height("spine05") - 1.6 + 1.8 * shot.cut
    elif shot.framing == "knee":
        bottom = 0.5 * (height("lowerleg01.L") + height("lowerleg01.R")) - 0.6
    elif shot.framing == "lower":
        top = height("spine03") + 2 * shot.cut
    left, right = heads[:, 0].min() - 0.5, heads[:, 0].max() + 0.5
    visible = (top - bottom) * shot.margin
    centre = heads[index["spine02"]][0]
    if shot.framing == "full":
        visible = max(visible, (right - left) * 1.02 / aspect)
        centre = 0.5 * (left + right)
    target = np.array(
        [centre + shot.shift[0] * visible * aspect, (top + bottom) / 2 + shot.shift[1] * visible, 0]
    )
    distance = visible / 2 / np.tan(shot.view_angle / 2)
    eye = target + distance * np.array([0, np.sin(shot.pitch), np.cos(shot.pitch)])
    near, far = distance - 12, distance + 12
    return Camera(
        perspective(shot.view_angle, aspect, near, far) @ look_at(eye, target),
        eye,
        target,
        near,
        far,
        shot.view_angle,
        visible,
    )


def look_at(eye: np.ndarray, target: np.ndarray, above: np.ndarray = _UP) -> np.ndarray:
    """above: the direction [3] that is upwards in the picture, as far as it can be."""
    forward = normalised(target - eye)
    right = normalised(np.cross(forward, above))
    matrix = np.eye(4)
    matrix[:3, :3] = right, np.cross(right, forward), -forward
    matrix[:3, 3] = -matrix[:3, :3] @ eye
    return matrix


def perspective(view_angle: float, aspect: float, near: float, far: float) -> np.ndarray:
    scale = 1 / np.tan(view_angle / 2)
    return np.array(
        [
            [scale / aspect, 0, 0, 0],
            [0, scale, 0, 0],
            [0, 0, (far + near) / (near - far), 2 * far * near / (near - far)],
            [0, 0, -1, 0],
        ]
    )


def orthographic(half: float, near: float, far: float) -> np.ndarray:
    matrix = np.diag([1 / half, 1 / half, -2 / (far - near), 1])
    matrix[2, 3] = -(far + near) / (far - near)
    return matrix
