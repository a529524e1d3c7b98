"""Limbs laid over a layer: the left arm, bent in the photo and stretched out now."""

from __future__ import annotations

import pytest
import torch
from flat_scene import HERE, SIDES, SIZE, pose
from torch import Tensor

from engine.compositing.armholes import Bared
from engine.compositing.atlas import CLASSES
from engine.compositing.cut_outs import CutOut, Poses, along_limb, lay_over
from engine.compositing.limb_bones import segments
from engine.compositing.limbs_elsewhere import elsewhere, trunk_of
from engine.compositing.ribbons import place_of, ribbon
from engine.pose import skeleton as sk

LEG, ARM = 1, 3
OUT = {sk.LEFT_ELBOW: (9.2, -14.0), sk.LEFT_WRIST: (20.0, -28.0)}  # at (75, 36) and (88, 36)
BENT = {sk.LEFT_WRIST: (14.0, -13.0)}  # forwards from the elbow, a right angle
# Classes and colours of a photo, and where it shows its person.
NOBODY = Bared(torch.ones(1, *SIZE), *[torch.zeros(planes, *SIZE) for planes in (2, 2, 1)])
NOTHING = torch.zeros(CLASSES, *SIZE), torch.zeros(3, *SIZE), NOBODY
UNIT = 15.2  # px, of an upper arm
BROAD = 0.2  # units to either side


def laid(bent: dict[int, tuple[float, float]], out: dict[int, tuple[float, float]] = OUT) -> Tensor:
    """Matte of the layer [H, W]."""
    now, own = pose(out)[0], pose(bent)[0]
    trunk = trunk_of(now, own, SIDES)
    placed = segments(own, SIDES)
    line = ribbon(own, placed, ARM, 1.0, SIDES)
    assert trunk is not None and line is not None
    bones = [e for e in elsewhere(now, own, trunk, torch.ones(4, *SIZE), SIDES) if e.bone.chain == ARM]
    limb_HW = (place_of(HERE, line.line_N).aside.abs() < BROAD * bones[0].then.unit).float()
    layer_4HW = torch.zeros(4, *SIZE)
    poses = Poses(now, own, SIDES)
    way = along_limb(bones, poses, limb_HW, trunk, *NOTHING)
    lay_over(layer_4HW, bones, poses, CutOut(torch.ones(3, *SIZE), limb_HW, 1.0, way), HERE)
    return layer_4HW[0]


ACROSS = {sk.LEFT_ELBOW: (-4.0, 1.0), sk.LEFT_WRIST: (-30.0, -20.0)}  # the forearm before the trunk


def test_a_forearm_casts_its_shadow_on_who_has_it_alone():
    """It lies from (62, 51) to (38, 44); the shoulder is at (60, 36). No shadow lies on the wall, beside a
    shoulder, or on the arm itself, and what is laid over that arm next may be shaded."""
    now, own = pose(ACROSS)[0], pose()[0]
    trunk = trunk_of(now, own, SIDES)
    line = ribbon(own, segments(own, SIDES), ARM, 1.0, SIDES)
    assert trunk is not None and line is not None
    bones = [e for e in elsewhere(now, own, trunk, torch.ones(4, *SIZE), SIDES) if e.bone.chain == ARM]
    limb_HW = (place_of(HERE, line.line_N).aside.abs() < BROAD * bones[0].then.unit).float()
    poses = Poses(now, own, SIDES)
    way = along_limb(bones, poses, limb_HW, trunk, *NOTHING)
    cut_out = CutOut(torch.full((3, *SIZE), 0.5), limb_HW, 1.0, way, rimless_CHW=torch.full((3, *SIZE), 0.5))
    layer_4HW, hers_HW = torch.full((4, *SIZE), 1.0), torch.zeros(SIZE)
    layer_4HW[1:], hers_HW[:, :58] = 0.5, 1.0
    lay_over(layer_4HW, bones, poses, cut_out, HERE, hers_HW)
    assert layer_4HW[1, 51, 45] < 0.46 and (layer_4HW[1, :, 58:] - 0.5).abs().max() < 0.01, "no wall"
    assert layer_4HW[1, 46, 42] == pytest.approx(0.5, abs=0.01), "the arm"
    assert layer_4HW[1, 30:41, 54:].min() > 0.49, "the shoulder"
    assert hers_HW[50, 61] > 0.9 and hers_HW[60, 61] == 0, "she has her arm"
    plain_4HW = torch.full((4, *SIZE), 1.0)
    plain_4HW[1:] = 0.5
    lay_over(plain_4HW, bones, poses, cut_out, HERE)
    assert plain_4HW[1].min() == pytest.approx(0.5, abs=0.01), "what is no colours has no shadow"


@pytest.mark.parametrize("bent", [{}, BENT])
def test_an_arm_is_as_broad_at_its_elbow_as_in_the_photo_however_it_was_bent(bent):
    """All that is in the crook of a bent arm lies at the middle of its corner: no fan of it hangs there."""
    matte_HW = laid(bent)
    beside = [round(part * UNIT) for part in (0.1, 0.36)]
    for side in (-1, 1):
        near, far = (matte_HW[36 + side * px, 72:79] for px in beside)
        assert near.min() > 0.9 and far.max() < 0.01


def test_an_elbow_that_is_bent_now_is_as_broad_outside_as_the_arm_and_no_hose():
    """At (75, 36), the forearm upwards: outside is down and to the right."""
    matte_HW = laid({}, OUT | {sk.LEFT_WRIST: (8.0, -42.0)})
    assert matte_HW[38, 77] > 0.9 and matte_HW[38, 76] > 0.9 and matte_HW[39, 76] > 0.5
    assert matte_HW[40:, 79:].max() == 0, "and no broader"


@pytest.mark.parametrize(
    ("wrist", "outside"), [((14.0, -13.0), False), ((13.0, -16.0), False), ((0.0, -28.0), True)]
)
def test_an_elbow_that_the_photo_has_bent_is_as_the_photo_has_it(wrist, outside):
    """Bent by a right angle; the corner that its line cuts is the photo's to fill."""
    own, now = pose(BENT)[0], pose({sk.LEFT_WRIST: wrist})[0]
    trunk = trunk_of(now, own, SIDES)
    assert trunk is not None
    bones = [e for e in elsewhere(now, own, trunk, torch.ones(4, *SIZE), SIDES) if e.bone.chain == ARM]
    way = along_limb(bones, Poses(now, own, SIDES), torch.zeros(SIZE), trunk, *NOTHING)
    joint = way.goes.joints[1]
    at_joint = abs(way.goes.line_N[joint].item() - bones[0].now.end) < 1e-6
    assert at_joint == outside


@pytest.mark.parametrize(("times", "rim"), [(1, 0.02), (8, 5.12 / (8 * SIZE[0]))])
def test_a_leg_is_drawn_in_from_half_its_breadth_on_by_its_rim(times, rim):
    """A rim has colours of what is behind it: two hundredths of the picture, and of a fine matte 2.56 px. The
    photo's colour tells how far aside it was; an arm is whole, whose photo has no rims."""
    for limb, moved in ((LEG, {sk.LEFT_KNEE: (9.0, -2.0), sk.LEFT_ANKLE: (18.0, -4.0)}), (ARM, OUT)):
        now, own = pose(moved)[0], pose()[0]
        trunk, lines = trunk_of(now, own, SIDES), []
        for points in (own, now):
            made = ribbon(points, segments(points, SIDES), limb, 1.0, SIDES)
            assert made is not None
            lines.append(place_of(HERE, made.line_N))
        assert trunk is not None
        bones = [e for e in elsewhere(now, own, trunk, torch.ones(4, *SIZE), SIDES) if e.bone.chain == limb]
        broad = 0.36 * bones[0].then.unit
        layer_4HW = torch.zeros(4, *SIZE)
        was_HW, far_HW = (line.aside.abs() for line in lines)
        poses, limb_HW = Poses(now, own, SIDES), (was_HW < broad).float()
        way = along_limb(bones, poses, limb_HW, trunk, *NOTHING)
        fine_HW = limb_HW.repeat_interleave(times, 0).repeat_interleave(times, 1)
        photo_3HW = was_HW.expand(3, -1, -1)
        rimless_3HW = None if limb == LEG else photo_3HW
        cut_out = CutOut(photo_3HW, fine_HW, 1.0, way, rimless_CHW=rimless_3HW)
        lay_over(layer_4HW, bones, poses, cut_out, HERE)
        wanted_HW = far_HW - (limb == LEG) * rim * ((far_HW - broad / 2) / (broad / 2)).clamp(0.0, 1.0)
        on_shank_HW = (lines[1].piece > way.goes.joints[1] + 5) & (lines[1].piece < way.goes.joints[2] - 1)
        drawn_HW = on_shank_HW & (layer_4HW[0] > 0.99) & (far_HW > 0.02)
        assert (far_HW[drawn_HW] > 0.8 * broad).sum() >= 4
        assert (layer_4HW[1] - wanted_HW)[drawn_HW].abs().max() < 0.004


@pytest.mark.parametrize(("bent", "pointed"), [(0.18, 0.0), (0.35, 0.25), (0.65, 0.75), (0.82, 1.0)])
def test_a_joint_is_pointed_from_a_fifth_of_a_radian_that_it_is_bent_otherwise_on(bent, pointed):
    """And wholly at four fifths."""
    own, now = pose()[0], pose()[0]
    elbow, wrist = (torch.view_as_complex(own[each, :2] * SIDES) for each in (sk.LEFT_ELBOW, sk.LEFT_WRIST))
    place = elbow + (wrist - elbow) * torch.exp(torch.tensor(1j * bent))
    now[sk.LEFT_WRIST, :2] = torch.view_as_real(place) / SIDES
    trunk = trunk_of(now, own, SIDES)
    assert trunk is not None
    bones = [e for e in elsewhere(now, own, trunk, torch.ones(4, *SIZE), SIDES) if e.bone.chain == ARM]
    way = along_limb(bones, Poses(now, own, SIDES), torch.zeros(SIZE), trunk, *NOTHING)
    placed = {each.number: each.now for each in bones}
    wanted = ribbon(now, placed, ARM, 1.0, SIDES, pointed=pointed)
    assert wanted is not None
    assert (way.goes.line_N - wanted.line_N).abs().max() < 1e-4
    other = ribbon(now, placed, ARM, 1.0, SIDES, pointed=pointed - 0.2 if pointed else 0.2)
    assert other is not None and (way.goes.line_N - other.line_N).abs().max() > 4e-4, "which tells"


def test_of_an_arm_that_was_folded_the_upper_arm_shows_nothing_of_the_forearm_beside_it():
    """The photo has the left wrist beside the shoulder: the forearm is within reach of the upper arm."""
    own, now = pose({sk.LEFT_WRIST: (4.0, -26.0)})[0], pose(OUT)[0]
    trunk, placed = trunk_of(now, own, SIDES), segments(own, SIDES)
    line = ribbon(own, placed, ARM, 1.0, SIDES)
    assert trunk is not None and line is not None
    where = place_of(HERE, line.line_N)
    bones = [e for e in elsewhere(now, own, trunk, torch.ones(4, *SIZE), SIDES) if e.bone.chain == ARM]
    limb_HW = (where.aside.abs() < BROAD * bones[0].then.unit).float()
    on_forearm_HW = (where.piece >= line.joints[1]).float()
    poses, layer_4HW = Poses(now, own, SIDES), torch.zeros(4, *SIZE)
    way = along_limb(bones, poses, limb_HW, trunk, *NOTHING)
    lay_over(layer_4HW, bones, poses, CutOut(on_forearm_HW.expand(3, -1, -1), limb_HW, 1.0, way), HERE)
    goes = place_of(HERE, way.goes.line_N)
    upper_HW = goes.piece < way.goes.joints[1] - 6
    assert layer_4HW[0][upper_HW].sum() > 30
    assert layer_4HW[1][upper_HW].max() < 0.05
    beside = goes.aside.abs() < 0.6 * BROAD * bones[0].then.unit
    whole_HW = beside & (goes.piece > way.goes.root) & (goes.piece < way.goes.joints[-1])
    assert layer_4HW[0][whole_HW].min() > 0.9, "and as broad as to its other side"
