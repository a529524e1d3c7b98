"""Where the colours of a foot's rim are taken: a round left foot around its ankle's end."""

from __future__ import annotations

import pytest
import torch
from flat_scene import HERE, SIDES, SIZE, pose
from torch import Tensor

from engine.compositing.feet import rims_of_feet
from engine.compositing.limb_bones import sampled, segments
from engine.pose import skeleton as sk

PX = 2 / SIZE[0]
RADIUS = 9.0  # px


def around_foot() -> Tensor:
    """Distance of all px [H, W] from the middle of the foot, in px."""
    shank = next(
        each
        for number, each in segments(pose()[0], SIDES).items()
        if abs(each.end - complex(*(pose()[0, sk.LEFT_ANKLE, :2] * SIDES).tolist())) < 1e-6
    )
    return (HERE - (shank.end + 0.2 * shank.step)).abs() / PX


def steps(radius: float = RADIUS) -> Tensor:
    """Complex [H, W], in px."""
    limbs = torch.zeros(1, 4, *SIZE)
    limbs[0, 1] = (around_foot() < radius).float()
    return torch.complex(*rims_of_feet(limbs, pose())[0]) / PX


def test_the_rim_of_a_foot_has_the_colours_inside_of_it():
    """Of a foot whose outermost half px has the floor's colour."""
    floor_HW = (around_foot() > RADIUS - 0.5).float()
    ankle = pose()[0, sk.LEFT_ANKLE, 1]
    rim_HW = (around_foot() - RADIUS).abs() < 1.0
    below_HW = rim_HW & (HERE.imag > ankle + 4 * PX)
    seen_HW = sampled(floor_HW[None], HERE + steps() * PX, SIDES)[0]
    assert below_HW.sum() > 20
    assert floor_HW[below_HW].mean() > 0.6 and seen_HW[below_HW].mean() < 0.15


@pytest.mark.parametrize(("depth", "least", "most"), [(0.0, 0.7, 1.6), (1.5, 0.4, 1.2), (4.0, 0.0, 0.25)])
def test_the_deeper_the_less_is_drawn_in(depth, least, most):
    here_HW = ((around_foot() - RADIUS + depth).abs() < 0.5) & (HERE.imag > pose()[0, sk.LEFT_ANKLE, 1] + 0.1)
    assert least < steps()[here_HW].abs().mean() < most


def test_what_is_no_foot_and_a_foot_that_is_nowhere_deep_are_left_alone():
    assert steps()[HERE.imag < pose()[0, sk.LEFT_ANKLE, 1] - 4 * PX].abs().max() == 0
    assert steps()[around_foot() > RADIUS + 4].abs().max() == 0
    assert steps(1.2).abs().max() == 0
