"""The columns that people take up."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F

from engine.compositing.columns import cut, taken_up
from engine.compositing.wardrobe import CLASSES, make_wardrobe
from engine.compositing.worn import Drawn
from engine.regions import REGIONS


def somebody(columns: slice, many: int = 112) -> Drawn:
    class_hw = torch.zeros(128, many, dtype=torch.long)
    class_hw[20:110, columns] = REGIONS.index("upper clothes")
    logits = 20.0 * F.one_hot(class_hw, CLASSES).movedim(-1, 0).float()
    surface = torch.cat([logits, torch.zeros(3, 128, many)])[None]
    picture = torch.zeros(1, 3, 128, many)
    return Drawn(picture, surface, make_wardrobe(picture, surface))


def test_as_far_beside_people_as_a_matte_looks():
    """Twelve positions, then to whole steps of sixteen."""
    assert taken_up([somebody(slice(40, 60))]) == slice(16, 80)
    assert taken_up([somebody(slice(44, 52))]) == slice(32, 64)
    assert taken_up([somebody(slice(44, 53))]) == slice(32, 80)
    assert taken_up([somebody(slice(44, 52)), somebody(slice(90, 92))]) == slice(32, 112)


def test_nobody_takes_up_all():
    assert taken_up([somebody(slice(0, 0))]) == slice(0, 112)


def test_what_is_cut_is_the_same_person_at_the_same_joints():
    joints = np.full((18, 3), 50.0, np.float32)
    drawn = somebody(slice(44, 52))._replace(joints=joints, painted=torch.ones(1, 128, 112))
    part = cut(drawn, slice(32, 64))
    assert part.wardrobe is drawn.wardrobe
    assert part.picture.shape[-1] == part.surface.shape[-1] == part.painted.shape[-1] == 32
    assert part.joints[0].tolist() == [18.0, 50.0, 50.0]
