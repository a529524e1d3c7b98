"""Ribbons along limbs: the same along any line, and bent without a tear."""

from __future__ import annotations

import pytest
import torch
from flat_scene import HERE, PX, SIDES, pose
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.compositing.limb_bones import segments
from engine.compositing.ribbons import (
    BONES_OF_LIMB,
    Ribbon,
    at_points,
    in_crook,
    mitred,
    place_of,
    place_of_textbook,
    position_at,
    position_at_textbook,
    ribbon,
    stretched,
)
from engine.pose import skeleton as sk

LEFT_ARM = 3


def made(
    moved: dict[int, tuple[float, float]] | None = None,
    limb: int = LEFT_ARM,
    scale: float = 1.0,
    pointed: float = 0.0,
) -> Ribbon:
    of = pose(moved or {})[0]
    found = ribbon(of, segments(of, SIDES), limb, scale, SIDES, pointed=pointed)
    assert found is not None
    return found


@pytest.mark.parametrize("limb", range(len(BONES_OF_LIMB)))
def test_a_line_passes_near_its_joints_and_ends_beyond_the_last(limb):
    line_N, joints = made(limb=limb)[:2]
    placed = segments(pose()[0], SIDES)
    bones = [placed[number] for number in BONES_OF_LIMB[limb]]
    for point, joint in zip(joints, [bones[0].begin, *(bone.end for bone in bones)], strict=True):
        assert (line_N[point] - joint).abs() < 3 * PX
    assert line_N[joints[-1]] == bones[-1].end and (line_N[-1] - bones[-1].end).abs() > 5 * PX


@pytest.mark.parametrize("bent", [(0.0, 0.0), (-14.0, -14.0)], ids=["hangs", "right angle"])
def test_where_a_pixel_is_along_its_own_line_is_where_it_is(bent):
    """Outside of its corners too, where no piece of the line is below."""
    line = made({sk.LEFT_WRIST: bent})
    where = place_of(HERE, line.line_N)
    near_hw = (where.aside.abs() < 6 * PX) & ~where.beyond
    outside_hw = near_hw & ((where.part == 0) | (where.part == 1)) & (where.piece > 0)
    assert outside_hw.sum() > 8
    where = mitred(where, HERE, line, 0)
    apart_hw = (position_at(where, line.line_N) - HERE).abs()
    assert apart_hw[near_hw].median() < 0.01 * PX and apart_hw[outside_hw].max() < 0.3 * PX
    line_N = line.line_N
    straight_hw = near_hw & (where.piece > line.joints[1] + 4) & (where.part > 0)
    assert (position_at(where, line_N) - HERE)[straight_hw].abs().max() < 0.1 * PX


@settings(max_examples=30, deadline=None)
@given(st.floats(-40, 40), st.floats(-40, 40))
def test_a_bent_ribbon_shows_what_lay_on_its_line_on_its_line(right: float, down: float):
    was, goes = made(), made({sk.LEFT_WRIST: (right, down)})
    where = place_of(goes.line_N[None], goes.line_N)
    before = position_at(where, was.line_N)[0]
    # A line that crosses itself may show another part of itself there.
    alike = (before - was.line_N).abs() < 0.5 * PX
    assert alike.float().mean() > 0.6


def test_no_farther_to_the_inner_side_of_a_corner_than_to_its_middle():
    """There the ways aside meet: beyond, they would show in reversed order what lies on the other side."""
    was = made({sk.LEFT_WRIST: (-14.0, -14.0)})  # bent by a right angle
    goes = made()
    corner = slice(goes.joints[1] - 2, goes.joints[1] + 3)
    for side in (1, -1):
        step_N = goes.line_N.diff()
        far_N = goes.line_N[:-1] + side * 1j * step_N / step_N.abs() * 12 * PX
        before = position_at(place_of(far_N[None], goes.line_N), was.line_N)[0]
        aside = (before - was.line_N[:-1]).abs()[corner] / PX
        if side > 0:
            inner = aside
    assert min(inner.max(), aside.max()) < 8 < max(inner.max(), aside.max())


FOLDS = {"right angle": (-14.0, -14.0), "to the shoulder": (-8.0, -23.0)}  # of the elbow at (64, 50)


@pytest.mark.parametrize("fold", FOLDS.values(), ids=FOLDS.keys())
def test_a_pointed_elbow_is_round_outside_and_a_crease_inside(fold):
    """As far outside as a limb is broad all around the joint, and inside no place shows the other bone's."""
    goes, hose = (made({sk.LEFT_WRIST: fold}, pointed=pointed) for pointed in (1.0, 0.0))
    joint = goes.joints[1]
    elbow, upper, fore = goes.line_N[joint], goes.line_N[joint - 1], goes.line_N[joint + 1]
    assert (elbow - segments(pose()[0], SIDES)[6].end).abs() < 1e-6
    assert (hose.line_N[joint] - elbow).abs() > PX, "which cuts the corner"
    out = (elbow - upper) / (elbow - upper).abs() + (elbow - fore) / (elbow - fore).abs()
    turns = torch.exp(1j * torch.linspace(-0.6, 0.6, 9)) * out / out.abs()
    around = place_of((elbow + 6 * PX * turns)[None], goes.line_N)
    assert (around.aside.abs() / PX - 6).abs().max() < 0.01
    assert len(around.aside.sign().unique()) == 1, "all on one side"
    inside = place_of((elbow - 3 * PX * turns)[None], goes.line_N)
    assert (inside.piece < joint).sum(1).item() in (4, 5), "half of it is either bone's"


@pytest.mark.parametrize("fold", FOLDS.values(), ids=FOLDS.keys())
def test_outside_of_an_elbow_the_sleeve_goes_on_from_bone_to_bone(fold):
    """No ring around the joint, and nothing drawn out to four times its length; inside each bone has its
    own."""
    was, goes = made(), made({sk.LEFT_WRIST: fold}, pointed=1.0)
    joint, far = goes.joints[1], 5 * PX
    elbow, upper, fore = goes.line_N[[joint, joint - 3, joint + 3]]
    steps = (elbow - upper) / (elbow - upper).abs(), (fore - elbow) / (fore - elbow).abs()
    turn = (steps[1] / steps[0]).angle()
    outwards = -1j * turn.sign() * steps[0] * far
    arc_N = outwards * torch.exp(1j * turn * torch.linspace(0.0, 1.0, 33))
    before_N = [outwards - steps[0] * PX * n for n in range(8, 0, -1)]
    after_N = [arc_N[-1] + steps[1] * PX * n for n in range(1, 9)]
    here_1N = (elbow + torch.cat([torch.stack(before_N), arc_N, torch.stack(after_N)]))[None]
    where = mitred(place_of(here_1N, goes.line_N), here_1N, goes, 0)
    ring_N = position_at(where, was.line_N)[0]
    seen_N = position_at(stretched(where, here_1N, goes), was.line_N)[0]
    drawn, moved, ring = here_1N[0].diff().abs(), seen_N.diff().abs(), ring_N.diff().abs()
    assert (moved > drawn / 4).all() and (moved < 1.5 * drawn).all()
    assert (ring < drawn / 4).sum() > 20, "else it were one"
    inner_1N = (elbow + 8 * PX * steps[1] - PX * (arc_N[-1] / far) * torch.linspace(0.3, 1.5, 5))[None]
    inner = mitred(place_of(inner_1N, goes.line_N), inner_1N, goes, 0)
    own = stretched(inner, inner_1N, goes)
    assert (position_at(own, was.line_N) - position_at(inner, was.line_N)).abs().max() < 1e-5


def test_a_pointed_ribbon_is_as_long_as_its_bones():
    """What lies on a limb is not drawn out or in where it bends."""
    placed = segments(pose()[0], SIDES)
    for fold in FOLDS.values():
        goes = made({sk.LEFT_WRIST: fold}, pointed=1.0)
        first, last = goes.joints[0] + 4, goes.joints[1]
        upper = goes.line_N[first : last + 1]
        assert float(upper.diff().abs().sum() - (upper[-1] - upper[0]).abs()) < 1e-5
        assert float((upper[-1] - placed[6].begin).abs()) == pytest.approx(abs(placed[6].step), rel=1e-4)


def test_the_two_bones_go_over_into_each_other_in_their_corner():
    ribbon_of = made()
    upper, fore = ribbon_of.shown(0, True), ribbon_of.shown(1, False)
    assert upper[0] == 0 and upper[-1] == 0 and fore[0] == 0 and fore[-1] == 1
    corner = ribbon_of.joints[1]
    assert upper[corner] == 1 and fore[0] == 0, "whole up to the joint"
    assert len(upper) + len(fore) - len(ribbon_of.line_N) == 9, "a corner is of both"


def test_bones_that_a_pose_lacks_have_no_ribbon():
    of = pose()[0]
    of[sk.LEFT_ELBOW, 2] = 0
    assert ribbon(of, segments(of, SIDES), LEFT_ARM, 1.0, SIDES) is None
    of = pose()[0]
    of[sk.LEFT_WRIST, 2] = 0
    upper = ribbon(of, segments(of, SIDES), LEFT_ARM, 1.0, SIDES)
    assert upper is not None and len(upper.joints) == 2


def test_a_rim_is_drawn_in_and_what_is_near_the_line_is_not():
    line_N = made().line_N
    where, broad = place_of(HERE, line_N), 8 * PX
    breadth_2N, rim_N = torch.full((2, len(line_N)), broad), torch.full((len(line_N),), 2 * PX)
    drawn, far_hw = where.drawn_in(breadth_2N, rim_N), where.aside.abs()
    assert (drawn.aside.sign() * where.aside.sign()).min() >= 0
    near_hw, rim_hw = far_hw < broad / 2, far_hw >= broad
    assert drawn.aside[near_hw].equal(where.aside[near_hw])
    assert (drawn.aside.abs() - far_hw + 2 * PX)[rim_hw].abs().max() < 1e-5
    assert where.drawn_in(breadth_2N, 0.0 * rim_N).aside.allclose(where.aside)


@pytest.mark.parametrize("pointed", [0.0, 1.0])
@pytest.mark.parametrize("limb", range(len(BONES_OF_LIMB)))
def test_the_fast_forms_are_the_textbooks(limb, pointed):
    """But for pixels that two pieces are equally near to, or on neither side of: there rounding tells."""
    goes = made({sk.LEFT_WRIST: (9.0, -30.0), sk.RIGHT_KNEE: (-14.0, -6.0)}, limb, pointed=pointed)
    where, textbook = place_of(HERE, goes.line_N), place_of_textbook(HERE, goes.line_N)
    assert (where.aside.abs() - textbook.aside.abs()).abs().max() < 1e-5, "as near"
    alike_hw = (where.piece == textbook.piece) & (where.aside.sign() == textbook.aside.sign())
    assert alike_hw.float().mean() > 0.8
    assert (where.part - textbook.part)[alike_hw].abs().max() < 1e-4
    assert torch.equal(where.beyond[alike_hw], textbook.beyond[alike_hw])
    for scale in (1.0, 1.3):
        at_hw, slow_hw = (form(where, made().line_N, scale) for form in (position_at, position_at_textbook))
        assert (at_hw - slow_hw).abs().max() < 0.01 * PX


@pytest.mark.parametrize(("far", "folded"), [(2.0, False), (8.0, True)])
def test_what_is_nearer_to_another_part_of_a_limb_is_in_its_crook(far, folded):
    """The left forearm goes up beside the upper arm, 12 px from it: the middle is 6 px from both."""
    own = pose({sk.LEFT_ELBOW: (-6.0, 2.0), sk.LEFT_WRIST: (4.0, -26.0)})  # (60, 52), (72, 38)
    placed = segments(own[0], SIDES)
    line = ribbon(own[0], placed, 3, 1.0, SIDES)
    assert line is not None
    where = at_points(line.line_N)
    beside_N1 = (line.line_N + far * PX)[:, None]  # to the right of the picture
    number = line.joints[0] + 6  # on the upper arm, well above the elbow
    crook_N1 = in_crook(where, beside_N1, line.line_N, placed[6].unit)
    assert bool(crook_N1[number, 0]) == folded
