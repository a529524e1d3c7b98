"""Lifted sleeves: the left arm, that hangs in the photo, its sleeve ending halfway to the elbow.

Its shoulder is at (60, 36), its elbow 15.2 px from there, down and a little outwards.
"""

from __future__ import annotations

from cmath import exp

import pytest
import torch
from flat_scene import HERE, PX, SIDES, SIZE, pose
from torch import Tensor

from engine.compositing.limb_bones import joints, segments
from engine.compositing.ribbons import Ribbon, place_of, ribbon
from engine.compositing.sleeves import Sleeve, lifted_sleeve, sleeved
from engine.pose import skeleton as sk

ARM, UPPER = 3, 6  # numbers of limb and bone
BARE, LOOSE = 0.1, 0.2  # how broad it is to either side, in half heights: below its hem, and above it
HEM = 43  # row
OWN = pose()[0]
SHOULDER = joints(OWN, SIDES)[sk.LEFT_SHOULDER]
BONE = segments(OWN, SIDES)[UPPER]
UNIT = BONE.unit


def turned(angle: float) -> Tensor:
    """The pose with that arm, stretched, lifted by so many radians."""
    now = OWN.clone()
    for joint, far in ((sk.LEFT_ELBOW, 1.0), (sk.LEFT_WRIST, 2.0)):
        own = joints(OWN, SIDES)[sk.LEFT_ELBOW] - SHOULDER
        place = SHOULDER + far * own * exp(-1j * angle)
        now[joint, :2] = torch.tensor([place.real, place.imag]) / SIDES
    return now


def line_of(points: Tensor) -> Ribbon:
    made = ribbon(points, segments(points, SIDES), ARM, 1.0, SIDES)
    assert made is not None
    return made


def hem_of(was: Ribbon) -> int:
    """The first of its points below the hem."""
    return int((was.line_N.imag < HERE[HEM, 0].imag).nonzero()[-1]) + 1


def sleeve_of(angle: float, hem: int = HEM) -> Sleeve | None:
    was, goes = line_of(OWN), line_of(turned(angle))
    cloth_HW = torch.zeros(SIZE)
    cloth_HW[:hem] = 1.0
    loose_N = torch.arange(len(was.line_N)) <= hem_of(was)
    broad_2N = torch.where(loose_N, LOOSE, BARE).expand(2, -1)
    return lifted_sleeve((was, goes), broad_2N, 1.0 - cloth_HW, cloth_HW, BONE, SIDES)


def lifted(angle: float = 1.2) -> Sleeve:
    made = sleeve_of(angle)
    assert made is not None
    return made


@pytest.mark.parametrize(
    ("angle", "how_far"), [(0.25, None), (0.36, 0.2), (0.69, 0.8), (0.8, 1.0), (2.0, 1.0)]
)
def test_a_sleeve_is_lifted_with_its_arm_from_a_quarter_radian_on(angle, how_far):
    made = sleeve_of(angle)
    assert (None if made is None else made.lifted) == (how_far and pytest.approx(how_far, abs=0.02))


def test_an_arm_that_goes_inwards_lifts_no_sleeve():
    assert sleeve_of(-0.6) is None


@pytest.mark.parametrize("hem", [0, 62])
def test_of_an_arm_that_is_bare_or_clothed_to_its_elbow_nothing_ends_there(hem):
    assert sleeve_of(1.2, hem) is None


def test_at_its_hem_a_sleeve_is_a_seventh_broader_than_the_arm_that_comes_out_of_it():
    made, was = lifted(), line_of(OWN)
    hem = hem_of(was)
    for broad_N in made.broad:
        assert float(broad_N[hem]) == pytest.approx(1.15 * BARE, rel=1e-3)
        assert float(broad_N[was.root + 1]) == pytest.approx(LOOSE, rel=1e-3), "where it leaves the trunk"
        assert (broad_N[was.root + 1 : hem + 1].diff() <= 0).all(), "in between it tapers"
        assert broad_N[hem + 1 :].sub(BARE).abs().max() < 1e-6, "the arm is as it was"


def test_away_from_the_trunk_what_stood_off_lies_on_the_arm():
    made, was = lifted(), line_of(OWN)
    outer = 1 - made.inner
    sleeve = slice(was.root + 1, hem_of(was) + 1)
    assert (made.narrower * made.broad)[outer, sleeve].sub(LOOSE).abs().max() < 1e-6
    assert made.narrower[outer, hem_of(was)] > 1.5 and made.narrower[made.inner].eq(1.0).all()
    where = place_of(HERE, line_of(turned(1.2)).line_N)
    assert torch.equal(made.in_photo(where).aside, where.aside * where.beside(made.narrower))


def test_towards_the_trunk_it_takes_nothing_of_the_chest_along():
    made, goes = lifted(), line_of(turned(1.2))
    where = place_of(HERE, goes.line_N)
    past_HW = made.past_inner(where, goes.root, 0.02)
    inner_HW, in_corner_HW = where.aside * made.sign > 0, where.piece < goes.root
    broad_HW = where.beside(made.broad)
    assert past_HW[inner_HW & in_corner_HW].min() == 1 and past_HW[~inner_HW].max() == 0
    on_arm_HW = inner_HW & ~in_corner_HW
    assert past_HW[on_arm_HW & (where.aside.abs() > broad_HW)].min() == 1
    assert past_HW[on_arm_HW & (where.aside.abs() < broad_HW - 0.02)].max() == 0


@pytest.mark.parametrize("hem", [41, 43, 45])
def test_it_tells_where_along_the_arm_it_ends(hem):
    made = sleeve_of(1.2, hem)
    assert made is not None
    rows = float(HERE[hem, 0].imag - PX / 2 - SHOULDER.imag) / BONE.step.imag
    assert made.hem == pytest.approx(rows, abs=0.03)


def test_what_is_loose_of_a_hem_hangs_down_from_a_lifted_arm():
    """Of what stood off on both sides of the arm, two fifths."""
    assert lifted().below == pytest.approx(1.15 * BARE + 0.4 * 2.0 * (LOOSE - 1.15 * BARE), rel=1e-3)


@pytest.mark.parametrize("own", [1.5, 2.2])
def test_an_arm_that_was_up_and_comes_down_lifts_no_sleeve(own):
    """Level or above in the photo: its trunk is where it was."""
    was = line_of(turned(own))
    cloth_HW = torch.ones(SIZE)
    broad_2N = torch.full((2, len(was.line_N)), LOOSE)
    bare_HW = (HERE.real - SHOULDER.real).abs() * 0.0
    bare_HW[:, :] = (abs(HERE - SHOULDER) > 0.6 * UNIT).float()
    for now in (0.0, own - 0.6):
        made = lifted_sleeve((was, line_of(turned(now))), broad_2N, bare_HW, cloth_HW - bare_HW, BONE, SIDES)
        assert made is None


def test_a_level_arm_that_goes_up_is_lifted_on_its_own_side():
    was = line_of(turned(1.5))
    bare_HW = (abs(HERE - SHOULDER) > 0.6 * UNIT).float()
    broad_2N = torch.full((2, len(was.line_N)), LOOSE)
    made = lifted_sleeve((was, line_of(turned(2.6))), broad_2N, bare_HW, 1.0 - bare_HW, BONE, SIDES)
    assert made is not None and made.inner == lifted().inner and not made.broad.isnan().any()


SKIN, CLOTH = 0.6, -0.8  # colours


@pytest.mark.parametrize("hem", [HEM, 62, 100])
def test_an_arm_under_sure_clothes_has_a_sleeve_whatever_its_colour(hem):
    assert has_sleeve(1.0, SKIN, hem)


def test_a_bare_arm_has_no_sleeve_whatever_its_colour():
    assert not has_sleeve(0.0, CLOTH)


@pytest.mark.parametrize("sure", [0.3, 0.6, 0.85])
@pytest.mark.parametrize(("colour", "has"), [(SKIN, False), (CLOTH, True)])
def test_where_classes_are_not_sure_of_a_sleeve_colours_tell(sure, colour, has):
    assert has_sleeve(sure, colour) == has


def test_where_nothing_of_an_arm_is_bare_colours_tell_nothing():
    assert has_sleeve(0.8, SKIN, 128)


def test_the_edge_of_a_dress_beside_an_arm_is_no_sleeve():
    """All that is on the trunk's side of its line, and a px past it."""
    was = line_of(OWN)
    cloth_HW = (HERE.real < SHOULDER.real + 2 * PX).float()
    broad_2N = torch.full((2, len(was.line_N)), LOOSE)
    assert not sleeved(was, broad_2N, 1.0 - cloth_HW, cloth_HW, torch.zeros(3, *SIZE), SIDES)


def has_sleeve(sure: float, colour: float, hem: int = HEM) -> bool:
    """Of an arm on which clothes are that sure down to the hem, of that colour; beside it is the trunk."""
    cloth_HW, photo_3HW = torch.zeros(SIZE), torch.full((3, *SIZE), SKIN)
    cloth_HW[:hem], photo_3HW[:, :hem] = sure, colour
    cloth_HW[:, :50], photo_3HW[:, :, :50] = 1.0, CLOTH
    was = line_of(OWN)
    broad_2N = torch.full((2, len(was.line_N)), BARE)
    return sleeved(was, broad_2N, 1.0 - cloth_HW, cloth_HW, photo_3HW, SIDES)
