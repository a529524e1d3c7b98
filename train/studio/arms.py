"""Which pixels of a picture are an arm's with its sleeve and hand, and what would be seen there without arms.

The person is drawn again with their arms, and what hangs on them, drawn into their shoulders: what then lies
farther away was an arm. `train.data.people` says how both are written.
"""

from __future__ import annotations

import numpy as np

from engine.regions import ARMS_UNKNOWN, LEFT_ARM, RIGHT_ARM

from .camera import Camera
from .model import Model
from .renderer import Exposure, PersonRenderer
from .skeleton import Posed, Skeleton
from .surfaces import parsing_map

_BONES = ("upperarm", "lowerarm", "wrist", "metacarpal", "finger")
_MOST = 0.5  # of a vertex' weights: what is moved by an arm's bones more than by others is the arm's
_FARTHER = 0.03  # dm: what is seen so much farther away without an arm was the arm


def arms_seen(
    renderer: PersonRenderer,
    model: Model,
    posed: Posed,
    skeleton: Skeleton,
    camera: Camera,
    exposure: Exposure,
) -> np.ndarray:
    """uint8 [H, W] in the code of `train.data.people`, of the picture that was exposed last."""
    vertices_2V = _vertices(model, skeleton)
    seen = []
    for sides in ((True, False), (False, True), (True, True)):
        model.pose(posed, skeleton)
        for side, vertices_V, gone in zip("RL", vertices_2V, sides, strict=True):
            if gone:
                model.posed[vertices_V, :3] = posed.heads[skeleton.index[f"upperarm01.{side}"]]
        model.write()
        seen.append(renderer.person(model, camera))
    farther = [distance[::2, ::2] - exposure.distance[::2, ::2] > _FARTHER for _, distance in seen]
    beneath_HW = parsing_map(seen[-1][0])
    return beneath_HW + RIGHT_ARM * farther[0].astype(np.uint8) + LEFT_ARM * farther[1].astype(np.uint8)


def nobodys_arms(size: tuple[int, int]) -> np.ndarray:
    """Of a picture of which nothing of that is known."""
    return np.full(size, ARMS_UNKNOWN, np.uint8)


def _vertices(model: Model, skeleton: Skeleton) -> np.ndarray:
    """Vertices of the right and the left arm, bool [2, V]."""
    of_arm_2B = np.zeros((2, len(skeleton.index)), bool)
    for name, number in skeleton.index.items():
        if name.startswith(_BONES):
            of_arm_2B["RL".index(name[-1]), number] = True
    return np.stack([(model.weights * of_arm_B[model.bones]).sum(1) > _MOST for of_arm_B in of_arm_2B])
