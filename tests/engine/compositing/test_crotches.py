"""Between a crotch and a thigh that is pulled away from it: the photo's triangle, stretched."""

from __future__ import annotations

import pytest
import torch
from flat_scene import HERE, SIDES, SIZE, pose
from hypothesis import given
from hypothesis import strategies as st

from engine.compositing.crotches import Triangle, crotch, outside, stretched, triangles
from engine.compositing.limb_bones import joints
from engine.compositing.limbs_elsewhere import Elsewhere, elsewhere, trunk_of
from engine.pose import skeleton as sk

LEGS = {
    True: (sk.LEFT_HIP, sk.LEFT_KNEE, sk.LEFT_ANKLE),
    False: (sk.RIGHT_HIP, sk.RIGHT_KNEE, sk.RIGHT_ANKLE),
}
POINT_18 = joints(pose()[0], SIDES)
HIPS = (POINT_18[sk.LEFT_HIP] + POINT_18[sk.RIGHT_HIP]) / 2
UNIT = abs(POINT_18[sk.LEFT_KNEE] - POINT_18[sk.LEFT_HIP])
CROTCH = HIPS + 0.3j * UNIT
PLACED = torch.full((4, *SIZE), 0.0)
PLACED[0, :, 34:48], PLACED[1, :, 48:62] = 1.0, 1.0  # mattes: two legs that touch


def thigh(left: bool, way: complex) -> Elsewhere:
    """With its knee so far from the hip, in its lengths."""
    own, now = pose()[0], pose()[0]
    hip, knee, ankle = LEGS[left]
    was = POINT_18[knee] - POINT_18[hip]
    step = torch.tensor(way * abs(was) - was)
    for joint in (knee, ankle):
        now[joint, :2] += torch.view_as_real(step) / SIDES
    trunk = trunk_of(now, own, SIDES)
    assert trunk is not None
    found = elsewhere(now, own, trunk, torch.ones(4, *SIZE), SIDES)
    return next(each for each in found if each.bone.begin == hip and each.is_thigh)


def stretch(left: bool, way: complex, scale: float = 1.0) -> tuple[Triangle, Triangle] | None:
    found = thigh(left, way)
    return triangles(found, CROTCH, CROTCH, PLACED[found.bone.chain], scale, SIDES)


@pytest.mark.parametrize(("gap", "depth"), [(0.0, 0.0), (0.1, 0.1), (0.48, 0.48), (0.52, 0.3), (None, 0.3)])
def test_a_crotch_is_where_the_wall_is_seen_first_down_to_half_a_thigh(gap, depth):
    """Of legs that close it is three tenths of a thigh below the hips."""
    down_HW = (HERE.imag - HIPS.imag) / UNIT
    behind_HW = torch.zeros(SIZE) if gap is None else (down_HW > gap).float()
    found = crotch(HIPS, UNIT, behind_HW[None], SIDES)
    a_row = 2 / SIZE[0] / UNIT
    assert (found.imag - HIPS.imag) / UNIT == pytest.approx(depth, abs=a_row)


@pytest.mark.parametrize("side", [-1.0, 1.0])
def test_a_crotch_may_be_beside_the_middle_and_so_much(side):
    for aside, seen in ((0.15, True), (0.25, False)):
        off_HW = ((HERE - HIPS).real / UNIT - side * aside).abs()
        behind_HW = ((off_HW < 0.05) & ((HERE - HIPS).imag > 0.2 * UNIT)).float()
        found = crotch(HIPS, UNIT, behind_HW[None], SIDES) - HIPS
        assert (found.imag / UNIT == pytest.approx(0.2, abs=0.05)) == seen
        if seen:
            assert found.real / UNIT == pytest.approx(side * aside, abs=0.06)


@pytest.mark.parametrize(("sure", "depth"), [(0.29, 0.3), (0.31, 0.1)])
def test_nobody_is_between_legs_from_three_tenths_on(sure, depth):
    """Slits between the legs of short trousers are seen so weakly."""
    behind_HW = sure * ((HERE - HIPS).imag > 0.1 * UNIT).float()
    assert (crotch(HIPS, UNIT, behind_HW[None], SIDES).imag - HIPS.imag) / UNIT == pytest.approx(
        depth, abs=0.05
    )


@pytest.mark.parametrize("left", [True, False])
def test_it_goes_three_quarters_down_the_inner_side_of_a_thigh(left):
    out = 1.0 if left else -1.0
    found = stretch(left, out * 0.8 + 0.6j)
    assert found is not None
    bones = thigh(left, out * 0.8 + 0.6j)
    for triangle, bone in zip(found, (bones.then, bones.now), strict=True):
        place = (triangle.inner - bone.begin) / bone.step
        assert place.real == pytest.approx(0.75, abs=1e-4)
        edge = (48 - 54.5) * (2 / SIZE[0]) / UNIT  # the left thigh's, of its bone's middle
        assert abs(place.imag) == pytest.approx(abs(edge), abs=0.05)
        assert (triangle.inner - bone.begin - 0.75 * bone.step).imag > 0 or triangle is found[0], "below it"


def test_who_is_larger_now_has_broader_thighs():
    one, more = (stretch(True, 0.8 + 0.6j, scale) for scale in (1.0, 1.5))
    assert one is not None and more is not None
    assert one[0] == more[0]
    assert abs(more[1].inner - one[1].inner) / UNIT == pytest.approx(0.5 * 0.29, abs=0.06)


@pytest.mark.parametrize("left", [True, False])
def test_a_thigh_that_crosses_the_other_is_pulled_away_from_no_crotch(left):
    out = 1.0 if left else -1.0
    assert stretch(left, out * 0.1 + 1j) is not None
    assert stretch(left, -out * 0.9 + 0.44j) is None


@given(
    crotch_part=st.floats(0.0, 1.0),
    inner_part=st.floats(0.0, 1.0),
    turned=st.floats(0.1, 2.0),
)
def test_corners_go_to_corners_and_what_is_between_along(crotch_part, inner_part, turned):
    """Up to half of the way from the hip exactly; farther it is drawn in, by eight hundredths at the rim."""
    out = complex(torch.exp(torch.tensor(-1j * turned))) * 1j
    found = stretch(True, out)
    assert found is not None
    own, moved = found

    def at(triangle: Triangle) -> complex:
        ways = triangle.crotch - triangle.hip, triangle.inner - triangle.hip
        return triangle.hip + crotch_part * ways[0] + inner_part * ways[1]

    before_hw, inside_hw = stretched(own, moved, torch.tensor([[at(moved)]]))
    far = crotch_part + inner_part
    drawn_in = 1.0 - 0.08 * min(max((far - 0.5) / 0.5, 0.0), 1.0)
    assert complex(before_hw[0, 0]) == pytest.approx(own.hip + drawn_in * (at(own) - own.hip), abs=1e-4)
    least = min(crotch_part, inner_part, 1.0 - far)
    assert float(inside_hw) == pytest.approx(min(max(least / 0.05, 0.0), 1.0), abs=1e-3)
    beyond = min(max((far - 0.95) / 0.05, 0.0), 1.0)
    sides = min(crotch_part / 0.05, 1.0) * min(inner_part / 0.05, 1.0)
    assert float(outside(moved, torch.tensor([[at(moved)]]))) == pytest.approx(beyond * sides, abs=1e-3)


def test_a_thigh_that_is_where_it_was_leaves_all_where_it_was():
    was = POINT_18[sk.LEFT_KNEE] - POINT_18[sk.LEFT_HIP]
    found = stretch(True, was / abs(was))
    assert found is not None
    before_HW, inside_HW = stretched(*found, HERE)
    assert (before_HW - HERE)[inside_HW > 0].abs().max() < 0.1 * UNIT
    assert (inside_HW > 0).sum() > 20
