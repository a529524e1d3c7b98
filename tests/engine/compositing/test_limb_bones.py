"""Bones as numbers: several at once as each alone."""

from __future__ import annotations

import pytest
import torch
from flat_scene import HERE, PX, SIDES, SIZE, pose
from hypothesis import given
from hypothesis import strategies as st

from engine.compositing.limb_bones import (
    BONES,
    HIPS,
    SHOULDERS,
    along,
    along_each,
    cores,
    distance,
    divisor,
    homogeneous,
    not_short,
    off,
    off_each,
    off_trunk,
    seen,
    segments,
    similar,
    within,
)

PLACED = segments(pose()[0], SIDES)


def test_several_bones_at_once_are_as_each_alone():
    bones, beyond = list(PLACED.values()), [BONES[number].beyond for number in PLACED]
    along_2Nhw = along_each(bones, homogeneous(HERE))
    off_Nhw = off_each(bones, along_2Nhw, beyond)
    assert len(bones) == len(BONES)
    for bone, reaches, part_hw, aside_hw, off_hw in zip(bones, beyond, *along_2Nhw, off_Nhw, strict=True):
        alone_hw = along(bone, HERE)
        assert torch.allclose(part_hw, alone_hw.real, atol=1e-5)
        assert torch.allclose(aside_hw, alone_hw.imag, atol=1e-5)
        assert torch.allclose(off_hw, off(bone, HERE, reaches), atol=1e-5)


def test_a_bone_of_no_length_is_a_point():
    point = PLACED[0]._replace(end=PLACED[0].begin)
    (far_hw,) = off_each([point], along_each([point], homogeneous(HERE)), [0.4])
    assert torch.allclose(far_hw * point.unit, distance(HERE, point.begin), atol=1e-3 * PX)


def test_beyond_a_photo_are_its_rims_colours_and_nobody():
    """Not its middle grey, and not somebody."""
    photo_DHW = torch.zeros(4, *SIZE)
    photo_DHW[:3, 0], photo_DHW[:3, 1:] = 0.9, -0.5
    up_hw = HERE - 10j * PX  # what is in row 9 is half a row above the photo
    seen_Dhw = seen(photo_DHW, up_hw, SIDES)
    assert torch.equal(within(up_hw, SIDES)[:, 40], torch.arange(SIZE[0]) > 9)
    assert seen_Dhw[:3, :11].min() > 0.89 and seen_Dhw[3, :10].min() == 1.0
    assert torch.allclose(seen_Dhw[:, 10:], photo_DHW[:, :-10], atol=1e-4)


number = st.floats(-2, 2, width=32)
plane = st.builds(complex, number, number)


@given(plane, plane, plane)
def test_similarities_are_those_of_complex_numbers(turn: complex, shift: complex, place: complex):
    point_hw = torch.tensor([[place, 1j * place]])
    real_hw, imaginary_hw = similar([(turn, shift)], homogeneous(point_hw))[:, 0]
    assert torch.allclose(torch.complex(real_hw, imaginary_hw), turn * point_hw + shift, atol=1e-5)


def test_what_stands_for_a_bone_lies_evenly_on_it():
    (core_n,) = cores([PLACED[0]])
    assert (along(PLACED[0], core_n) - torch.linspace(0.1, 0.9, 9)).abs().max() < 1e-5


def test_something_to_divide_by():
    for step in (0j, 1e-9j, -0.3 + 0.4j):
        assert not_short(torch.tensor([step]))[0] == pytest.approx(divisor(step))


def px_off_trunk(now: torch.Tensor, row: int, column: int) -> float:
    return off_trunk(now[0], homogeneous(HERE), SIDES)[row, column].item() / PX


def test_a_trunk_is_all_that_shoulders_and_hips_enclose():
    """Shoulders at (60, 36) and (36, 36), hips at (55, 66) and (41, 66)."""
    assert px_off_trunk(pose(), 50, 48) == px_off_trunk(pose(), 40, 38) == 0
    assert px_off_trunk(pose(), 30, 48) == pytest.approx(6, abs=0.1)
    assert px_off_trunk(pose(), 76, 48) == pytest.approx(10, abs=0.1)


def test_a_trunk_without_hips_ends_below_its_shoulders_and_one_without_shoulders_is_nowhere():
    bust = pose()
    bust[0, HIPS, 2] = 0
    assert px_off_trunk(bust, 60, 48) == 0
    assert px_off_trunk(bust, 80, 48) == pytest.approx(80 - 36 - 24 / 0.7, abs=0.5), "as mostly"
    bust[0, SHOULDERS, 2] = 0
    assert px_off_trunk(bust, 60, 48) == torch.inf
