"""A made-up photo of a person who stands before a wall, flat, for tests of the warps.

Photo and maps have 128 rows, so that a px of the photo, of the maps, and of the windows given in px of 128
rows are the same. A decimetre of the body is 16 px.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F
from standing import STANDING
from torch import Tensor

from engine.compositing.arms_seen import ArmsSeen, arms_seen
from engine.compositing.atlas import CLASSES
from engine.compositing.body_cloth import apart
from engine.compositing.detail import DetailSource
from engine.compositing.limb_bones import ARM_CHAINS, positions
from engine.compositing.moving_least_squares import normalised_pose
from engine.compositing.own_pose import OwnPose
from engine.compositing.under_hands import kinds_of
from engine.regions import REGIONS, SURFACE_SPAN

SIZE = (128, 96)
DECIMETRE = 16  # px
SIDES = torch.tensor([SIZE[1] / SIZE[0], 1.0])  # the picture's width in heights, and 1
HERE = positions(SIZE, SIDES)
PX = 2 / SIZE[0]  # in half heights, as positions are
WALL, FACE, SHIRT, TROUSERS = (
    REGIONS.index(name) for name in ("background", "face", "upper clothes", "pants")
)
BODY = slice(8, 120), slice(24, 72)  # rows, columns
Part = tuple[slice, slice]


def grey(value: float = 0.1) -> Tensor:
    return torch.full((1, 3, *SIZE), value)


def classes(*parts: tuple[int, Part]) -> Tensor:
    """Classes [h, w]: the wall, with these parts before it, one over the other."""
    made_hw = torch.full(SIZE, WALL)
    for number, where in parts:
        made_hw[where] = number
    return made_hw


def seen(classes_hw: Tensor, off_hw: Tensor | float = 0.0, right: int = 0) -> Tensor:
    """A surface map that is certain of these classes, its points `off` dm from where the photo has them;
    right: px that the picture's content was moved by, its classes already where they are now."""
    logits = 30.0 * F.one_hot(classes_hw, CLASSES).movedim(-1, 0)[None].float()
    y_hw, x_hw = torch.meshgrid(*(torch.arange(side).float() for side in SIZE), indexing="ij")
    depth_hw = torch.as_tensor(off_hw).float().expand(SIZE)
    points = torch.stack([(x_hw - right) / DECIMETRE, y_hw / DECIMETRE, depth_hw])[None]
    return torch.cat([logits, points / SURFACE_SPAN], 1)


def told_arms(beneath_hw: Tensor, right: Sequence[Part] = (), left: Sequence[Part] = ()) -> Tensor:
    """Of `parsing.Seen.arms`, certain of these classes beneath arms, and of these parts of the two arms."""
    told_2hw = torch.full((2, *SIZE), -30.0)
    for told_hw, parts in zip(told_2hw, (right, left), strict=True):
        for part in parts:
            told_hw[part] = 30.0
    return torch.cat([seen(beneath_hw)[:, :CLASSES], told_2hw[None]], 1)


def arms(beneath_hw: Tensor, right: Sequence[Part] = (), left: Sequence[Part] = ()) -> ArmsSeen:
    """What is seen of `told_arms`."""
    return arms_seen(told_arms(beneath_hw, right, left), SIZE)


def no_arms(surface_B11hw: Tensor) -> Tensor:
    """Of `parsing.Seen.arms`: what a surface map shows, with nobody's arms."""
    return torch.cat([surface_B11hw[:, :CLASSES], torch.full_like(surface_B11hw[:, :2], -30.0)], 1)


def pose(pulled: dict[int, tuple[float, float]] | None = None, right: float = 0.0) -> Tensor:
    """[1, 18, 3]: the person of `standing`, some joints pulled by so many px, all moved to the right."""
    points_18x3 = torch.from_numpy(np.array(STANDING))
    for joint, step in (pulled or {}).items():
        points_18x3[joint, :2] += torch.tensor(step)
    points_18x3[:, 0] += right
    return normalised_pose(points_18x3[None], SIZE)


NOBODY = torch.zeros(1, 18, 3)


def source(photo_13HW: Tensor, behind_hw: Tensor) -> DetailSource:
    """behind: how sure it is that nobody is there."""
    return DetailSource(torch.zeros(1), torch.cat([photo_13HW, photo_13HW, behind_hw[None, None].float()], 1))


def own_pose(surface_B11hw: Tensor, pose_B183: Tensor, **other: Tensor) -> OwnPose:
    """As an engine that draws grey drew the photo in its own pose; nothing is missed and nobody left, and all
    clothes that are seen lend their cloth, but for the edges between them."""
    class_B8hw, point_B3hw = surface_B11hw.split((CLASSES, 3), 1)
    none = torch.zeros(1, 1, *SIZE)
    kinds_13hw = kinds_of(class_B8hw.softmax(1))
    made = OwnPose(
        picture=grey(),
        surface=torch.cat([class_B8hw.softmax(1), point_B3hw], 1),
        error=torch.zeros(1, 2, *SIZE),
        far=none,
        missed=none,
        hole=none,
        plate=grey(),
        background=grey(),
        limbs=torch.zeros(1, 4, *SIZE),
        feet=torch.zeros(1, 2, *SIZE),
        arms=grey(),
        drawn=torch.zeros(1, 2, *SIZE),  # as much of arms as is seen, unless told otherwise
        shown=torch.zeros(1, 2),
        under=torch.zeros(1, 5, *SIZE),
        cloth=apart(kinds_13hw, kinds_13hw.sum(1, keepdim=True) > 0.5).float(),
        held=torch.zeros(1, 2, *SIZE),
        seen=torch.cat([class_B8hw.softmax(1), point_B3hw], 1),
        bare=none,
        skin=torch.zeros(1, 2, 3),
        pose=pose_B183,
    )
    made = made._replace(**other)
    return made if "drawn" in other else made._replace(drawn=made.limbs[:, ARM_CHAINS])


def finer(planes_BChw: Tensor) -> Tensor:
    """The same in twice as many rows and columns."""
    return F.interpolate(planes_BChw, scale_factor=2, mode="nearest")
