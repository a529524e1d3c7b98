"""A person made up of flat greys, arms held out, as `compositing.worn.Drawn` has one."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from engine.compositing.wardrobe import CLASSES, make_wardrobe
from engine.compositing.worn import Drawn
from engine.pose.skeleton import (
    LEFT_ANKLE,
    LEFT_ELBOW,
    LEFT_HIP,
    LEFT_KNEE,
    LEFT_SHOULDER,
    LEFT_WRIST,
    RIGHT_ANKLE,
    RIGHT_ELBOW,
    RIGHT_HIP,
    RIGHT_KNEE,
    RIGHT_SHOULDER,
    RIGHT_WRIST,
)
from engine.regions import REGIONS, SURFACE_SPAN

SIZE = (144, 104)  # 8 px a decimetre, 18 dm high
SKIN, WALL = -0.2, 1.0
JOINTS = {  # dm, of `figure`, whose arms are held out
    RIGHT_SHOULDER: (-1.8, 4.75), LEFT_SHOULDER: (1.8, 4.75),
    RIGHT_ELBOW: (-3.3, 4.75), LEFT_ELBOW: (3.3, 4.75),
    RIGHT_WRIST: (-4.6, 4.75), LEFT_WRIST: (4.6, 4.75), RIGHT_HIP: (-1.0, -0.5), LEFT_HIP: (1.0, -0.5),
    RIGHT_KNEE: (-1.0, -4.0), LEFT_KNEE: (1.0, -4.0), RIGHT_ANKLE: (-1.0, -7.5), LEFT_ANKLE: (1.0, -7.5),
}  # fmt: skip


def figure(
    sleeve: float,
    hem: float,
    cloth: float,
    skin: float = SKIN,
    wide: float = 2.0,
    legs: str = "pants",
    below=-0.8,
    ends=-4.0,
    leg: float | None = None,
) -> Drawn:
    """A person with arms held out: a top down the arms to x = sleeve dm and down to y = hem, then trousers or
    a skirt to y = ends. cloth, skin, below, leg: greys, of legs as of all skin where left out. wide: dm that
    what is worn below reaches to either side."""
    y_hw, x_hw = torch.meshgrid(
        torch.linspace(9, -9, SIZE[0]), torch.linspace(-6.5, 6.5, SIZE[1]), indexing="ij"
    )
    out_hw = x_hw.abs()
    class_hw = torch.zeros(SIZE, dtype=torch.long)
    grey_hw = torch.full(SIZE, WALL)

    def paint(where, name, grey):
        class_hw[where], grey_hw[where] = REGIONS.index(name), grey

    paint((out_hw < 1) & (y_hw > 6) & (y_hw < 8), "face", skin)
    paint((out_hw < 2) & (y_hw <= 6) & (y_hw > ends), "upper clothes", cloth)
    paint((out_hw < wide) & (y_hw <= hem) & (y_hw > ends), legs, below)
    paint((out_hw < 2) & (y_hw <= ends) & (y_hw > -8), "legs", skin if leg is None else leg)
    arm = (out_hw >= 2) & (out_hw < 5) & (y_hw < 5.5) & (y_hw > 4)
    paint(arm, "arms", skin)
    paint(arm & (out_hw < sleeve), "upper clothes", cloth)
    logits = 20.0 * F.one_hot(class_hw, CLASSES).movedim(-1, 0).float()
    places = torch.stack([x_hw.clamp(-4.9, 4.9), y_hw, torch.full_like(x_hw, 0.5)])
    surface = torch.cat([logits, places / SURFACE_SPAN])[None]
    picture = grey_hw.expand(1, 3, *SIZE).clone()
    return Drawn(picture, surface, make_wardrobe(picture, surface))


def at(picture_1CHW: torch.Tensor, x: float, y: float) -> float:
    return float(picture_1CHW[0, 0, round((9 - y) * 8), round((x + 6.5) * 8)])


def finer(person: Drawn, times: int) -> Drawn:
    """The same with so many rows and columns of its picture for each of the map."""
    large_1CHW = person.picture.repeat_interleave(times, 2).repeat_interleave(times, 3)
    return person._replace(picture=large_1CHW)
