"""Bare limbs out of the box: as broad, and as light, as people's are."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.compositing.made_skin import made_skin

CPU = torch.device("cpu")


def test_a_leg_is_slim_at_knee_and_ankle_and_has_a_calf():
    thigh, knee, calf, ankle = (made_skin(CPU).legs[0].halves[number] for number in (4, 9, 10, 16))
    calf = max(made_skin(CPU).legs[0].halves[9:13])
    assert thigh > knee > ankle and calf > 1.5 * ankle


def test_an_arm_narrows_to_its_wrist():
    halves = made_skin(CPU).arms[0].halves
    assert halves[4] > halves[12] > halves[16] > 0.3 * halves[4]


def test_right_and_left_are_mirror_images():
    made = made_skin(CPU)
    along, across = torch.rand(2, 5, 7, generator=torch.Generator().manual_seed(0))
    for right, left in (made.arms, made.legs):
        assert torch.allclose(right.at(along, across), left.at(along, -across), atol=1e-5)
        assert np.allclose(right.middles, np.negative(left.middles))


@pytest.mark.parametrize("kind", ["arms", "legs"])
def test_its_edges_are_darker_than_its_middle(kind):
    limb = getattr(made_skin(CPU), kind)[0]
    light_V = limb.across.mean(1)
    middle = light_V[len(light_V) // 3 : -len(light_V) // 3].mean()
    assert light_V[0] < 0.95 * middle and light_V[-1] < 0.95 * middle
    assert limb.along.mean(2) == pytest.approx(torch.ones_like(limb.along.mean(2)).numpy(), abs=0.02)


def test_below_a_neck_nobody_s_chest_is_told():
    made = made_skin(CPU)
    aside_N, down_N = torch.meshgrid(torch.linspace(-0.5, 0.5, 9), torch.tensor([0.25, 0.4]), indexing="ij")
    assert not made.darker(aside_N, down_N).any()
    assert made.darker(torch.zeros(1, 1), torch.full((1, 1), -0.35)) > 0.02  # beneath a chin
