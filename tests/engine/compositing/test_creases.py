"""Creases at hips: half way between where a thigh was and is, outwards."""

from __future__ import annotations

import pytest
import torch
from flat_scene import HERE, SIDES, SIZE, pose
from hypothesis import given
from hypothesis import strategies as st

from engine.compositing.creases import below, near_hip, past_crease
from engine.compositing.limbs_elsewhere import Elsewhere, elsewhere, trunk_of
from engine.pose import skeleton as sk

LEFT = sk.LEFT_HIP, sk.LEFT_KNEE, sk.LEFT_ANKLE
RIGHT = sk.RIGHT_HIP, sk.RIGHT_KNEE, sk.RIGHT_ANKLE


def thigh(left: bool, way: complex) -> tuple[Elsewhere, torch.Tensor, torch.Tensor]:
    """With its knee so far from the hip, in its lengths; how far [H, W] pixels are past its crease."""
    own, now = pose()[0], pose()[0]
    hip, knee, ankle = LEFT if left else RIGHT
    was = torch.view_as_complex((own[knee, :2] - own[hip, :2]) * SIDES)
    step = way * was.abs() - was
    for joint in (knee, ankle):
        now[joint, :2] += torch.view_as_real(step) / SIDES
    trunk = trunk_of(now, own, SIDES)
    assert trunk is not None
    mattes = torch.ones(4, *SIZE)
    (found,) = (e for e in elsewhere(now, own, trunk, mattes, SIDES) if e.bone.begin == hip and e.is_thigh)
    return found, past_crease(found, trunk, HERE), near_hip(found, HERE)


def past(left: bool, way: complex, at: complex) -> float:
    """At so many lengths from the hip."""
    found, past_HW, _ = thigh(left, way)
    far_HW = (HERE - found.now.begin - at * found.now.unit).abs()
    return past_HW.flatten()[far_HW.argmin()].item()


@pytest.mark.parametrize("left", [True, False])
def test_the_crease_of_a_hanging_thigh_is_level_and_below_its_hip(left):
    assert past(left, 1j, 0.1j) == 0 and past(left, 1j, 0.45j) == 1
    assert past(left, 1j, 0.4 + 0.1j) == 0 and past(left, 1j, -0.4 + 0.45j) == 1


@pytest.mark.parametrize("left", [True, False])
@given(turned=st.floats(-0.9, 2.9))
def test_a_thigh_is_past_its_own_crease_wherever_it_points(left, turned):
    out = 1.0 if left else -1.0  # x grows towards the left leg
    way = 1j * complex(torch.exp(torch.tensor(-1j * out * turned)))
    assert past(left, way, 0.5 * way) > 0.5
    assert past(left, way, -0.3j * complex(torch.exp(torch.tensor(-0.5j * out * turned)))) == 0, "the trunk"


def test_a_leg_raised_outwards_leaves_the_crotch_and_takes_its_hip():
    for left, out in ((True, 1.0), (False, -1.0)):
        way = out * 0.9 + 0.44j
        assert past(left, way, -out * 0.25 + 0.15j) == 0, "inwards of the hip, and below it"
        assert past(left, way, out * 0.5 + 0.2j) == 1


def test_a_crease_ends_near_its_hip():
    found, _, near_HW = thigh(True, 1j)
    far_HW = (HERE - found.now.begin).abs() / found.now.unit
    assert near_HW[far_HW < 0.6].min() > 0.99 and near_HW[far_HW > 0.8].max() == 0


@pytest.mark.parametrize("left", [True, False])
def test_a_crease_is_three_tenths_of_a_thigh_below_its_hip_and_soft_over_a_twentieth(left):
    """A designer sees the hem go over into the thigh there, neither torn nor smeared."""
    found, _, _ = thigh(left, 1j)
    trunk = trunk_of(pose()[0], pose()[0], SIDES)
    assert trunk is not None
    below_N = torch.tensor([0.29, 0.315, 0.325, 0.335, 0.36])
    past_N = past_crease(found, trunk, found.now.begin + 1j * below_N * found.now.unit)
    assert past_N[0] == 0 and past_N[-1] == 1
    assert past_N[1:4].tolist() == pytest.approx([0.3, 0.5, 0.7], abs=0.05)


def test_below_a_place_is_soft_over_a_twentieth_of_a_thigh():
    found, _, _ = thigh(True, 1j)
    place = found.then.begin + 0.2j * found.then.unit
    down_N = torch.tensor([-0.1, 0.0, 0.015, 0.025, 0.035, 0.05, 0.1])
    below_N = below(found, place, place + 3.0 + 1j * down_N * found.then.unit)
    assert below_N.tolist() == pytest.approx([0.0, 0.0, 0.3, 0.5, 0.7, 1.0, 1.0], abs=0.01)
