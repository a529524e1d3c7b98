"""Which limbs are elsewhere, and from when on: the left arm of the flat scene, whose hand is moved; and which
are drawn because another lies on them: its right arm."""

from __future__ import annotations

from math import exp

import pytest
import torch
from flat_scene import SIDES, SIZE, pose

from engine.compositing.limb_bones import ARMS, along, positions, segments
from engine.compositing.limbs_elsewhere import Elsewhere, elsewhere, trunk_of
from engine.pose import skeleton as sk

FOREARM = ARMS[1][1]


def forearm(now: torch.Tensor, seen: float = 1.0) -> Elsewhere:
    """seen: how much of every limb the photo shows."""
    own = pose()[0]
    trunk = trunk_of(now, own, SIDES)
    assert trunk is not None
    found = elsewhere(now, own, trunk, torch.full((4, *SIZE), seen), SIDES)
    return next(each for each in found if each.bone.end == sk.LEFT_WRIST)


def turned(far: float, log: float = 0.0) -> torch.Tensor:
    """Its wrist so far from where it was, in half the picture's height, on a circle around the elbow; then
    the forearm exp(log) times as long."""
    now = pose()[0]
    elbow, wrist = (torch.view_as_complex(now[joint, :2] * SIDES) for joint in (sk.LEFT_ELBOW, sk.LEFT_WRIST))
    half = torch.asin(far / 2 / (wrist - elbow).abs())
    step = (wrist - elbow) * torch.exp(2j * half) * exp(log)
    now[sk.LEFT_WRIST, :2] = torch.view_as_real(elbow + step) / SIDES
    return now


@pytest.mark.parametrize(("far", "part"), [(0.005, 0.0), (0.0095, 0.25), (0.0165, 0.75), (0.021, 1.0)])
def test_a_limb_is_elsewhere_from_half_a_px_on_and_at_little_more_than_one_wholly(far, part):
    assert forearm(turned(far)).part == pytest.approx(part, abs=0.01)


@pytest.mark.parametrize(
    ("log", "part"), [(0.69, 1.0), (0.775, 0.75), (0.925, 0.25), (1.01, 0.0), (-1.69, 1.0), (-1.95, 0.5)]
)
def test_an_arms_bone_may_be_twice_as_long_and_foreshortened_more(log, part):
    assert forearm(turned(0.2, log)).part == pytest.approx(part, abs=0.01)


@pytest.mark.parametrize(("seen", "part"), [(0.34, 0.0), (0.4, 0.2), (0.55, 0.8), (0.61, 1.0)])
def test_a_limb_is_cut_out_where_enough_of_it_is_seen(seen, part):
    assert forearm(turned(0.2), seen).part == pytest.approx(part, abs=0.01)


def right_forearm(now: torch.Tensor, own: torch.Tensor) -> float:
    """How far it is drawn."""
    trunk = trunk_of(now, own, SIDES)
    assert trunk is not None
    found = elsewhere(now, own, trunk, torch.ones(4, *SIZE), SIDES)
    return next(each.drawn for each in found if each.bone.end == sk.RIGHT_WRIST)


@pytest.mark.parametrize(("apart", "drawn"), [(0.78, 1.0), (0.95, 0.5), (1.04, 0.2)])
def test_an_arm_is_drawn_too_when_another_comes_nearer_than_a_unit(apart, drawn):
    """The left forearm, from (66, 50) to (53.6, 50), points at the right one, which hangs where the photo has
    it; its hand ends 75 hundredths of a forearm beyond its wrist, so many units of 15.2 px from that."""
    x = 53.6 - 0.75 * 12.4 - apart * 15.23
    stays = {sk.RIGHT_ELBOW: (x - 30, -7.0), sk.RIGHT_WRIST: (x - 28, -7.0)}  # from (x, 43) to (x, 57)
    now, own = pose(stays | {sk.LEFT_WRIST: (-14.4, -14.0)})[0], pose(stays)[0]
    assert right_forearm(now, own) == pytest.approx(drawn, abs=0.01)


@pytest.mark.parametrize(("across", "drawn"), [(True, 1.0), (False, 0.0)])
def test_an_arm_that_another_lay_on_in_the_photo_is_drawn_when_that_leaves(across, drawn):
    """The photo does not show what was hidden. The left arm is stretched out now."""
    lies = {sk.LEFT_ELBOW: (-8.0, 1.0), sk.LEFT_WRIST: (-24.0, -9.0)} if across else {}
    out = {sk.LEFT_ELBOW: (9.2, -14.0), sk.LEFT_WRIST: (20.0, -28.0)}
    assert right_forearm(pose(out)[0], pose(lies)[0]) == drawn


@pytest.mark.parametrize(("lent", "drawn"), [((False, False), 1.0), ((True, False), 0.0)])
def test_an_arm_that_the_photo_hardly_shows_stays_behind_its_trunk_when_another_is_laid_across(lent, drawn):
    """Lent by the other one, all of it would come before the trunk, though nobody pulls it."""
    across = {sk.LEFT_ELBOW: (-8.0, 1.0), sk.LEFT_WRIST: (-24.0, -9.0)}
    own, now = pose()[0], pose(across)[0]
    trunk = trunk_of(now, own, SIDES)
    assert trunk is not None
    found = elsewhere(now, own, trunk, torch.ones(4, *SIZE), SIDES, lent)
    assert next(each.drawn for each in found if each.bone.end == sk.RIGHT_WRIST) == drawn


@pytest.mark.parametrize(("longer", "drawn"), [(1.0, 1.0), (3.0, 0.0)])
def test_a_forearm_that_is_too_long_is_no_cut_out_though_another_crosses_it(longer, drawn):
    pulled = {sk.RIGHT_ELBOW: (14.0, 0.0), sk.RIGHT_WRIST: (14.0, 0.0)}  # from (44, 50) to (42, 64)
    across = {sk.LEFT_ELBOW: (-8.0, 1.0), sk.LEFT_WRIST: (-24.0, -9.0)}  # from (58, 51) to (44, 55)
    now = pose(pulled | across)[0]
    now[sk.RIGHT_WRIST, :2] = torch.lerp(now[sk.RIGHT_ELBOW, :2], now[sk.RIGHT_WRIST, :2], longer)
    assert right_forearm(now, pose()[0]) == drawn


@pytest.mark.parametrize(("aside", "part"), [(0.0, 1.0), (0.12, 1.0), (-0.12, 1.0), (0.3, 0.0)])
def test_a_limb_that_is_seen_beside_its_bone_is_cut_out_too(aside, part):
    """Joints lie where they seem to: a thin strip of an arm, so many units from its bones."""
    own, now = pose()[0], turned(0.2)
    trunk = trunk_of(now, own, SIDES)
    assert trunk is not None
    placed = segments(own, SIDES)[FOREARM]
    here_hw = positions(SIZE, SIDES)
    beside_hw = along(placed, here_hw).imag * abs(placed.step) / placed.unit
    strip_4hw = ((beside_hw - aside).abs() < 0.05).float().expand(4, *SIZE)
    found = [each for each in elsewhere(now, own, trunk, strip_4hw, SIDES) if each.number == FOREARM]
    assert found[0].part == pytest.approx(part, abs=0.05)
