"""Armholes of the left arm, that hangs in the photo beside a trunk that ends 1 px outwards of its shoulder.

The shoulder is at (60, 36), its elbow 15.2 px from there, down and a little outwards.
"""

from __future__ import annotations

from cmath import exp, phase

import pytest
import torch
from flat_scene import HERE, PX, SIDES, SIZE, pose
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from engine.compositing.armholes import Armhole, Parts, armhole
from engine.compositing.limb_bones import BONES, joints, segments
from engine.compositing.limbs_elsewhere import Elsewhere, Trunk
from engine.compositing.trunk_sides import Bared
from engine.pose import skeleton as sk

UPPER = 6  # number of its bone
OWN = pose()[0]
THEN = segments(OWN, SIDES)[UPPER]
NECK = joints(OWN, SIDES)[sk.NECK]
STAYS = Trunk(NECK, NECK, 1.0)
UNIT = THEN.unit
SIDE = THEN.begin.real + PX  # where the trunk ends
BROAD = 4 * PX  # how far the arm reaches aside
HANGS = phase(1j / THEN.step)  # radians that it hangs outwards in the photo
HERS = Bared((HERE.real > SIDE)[None].float(), *[torch.zeros(planes, *SIZE) for planes in (2, 2, 1)])


def at(angle: float, trunk: Trunk = STAYS) -> Elsewhere:
    """The arm lifted by so many radians from straight down."""
    step = abs(THEN.step) * 1j * exp(-1j * angle) * trunk.turn / abs(trunk.turn)
    begin = trunk.after(THEN.begin)
    now = THEN._replace(begin=begin, end=begin + step)
    return Elsewhere(UPPER, BONES[UPPER], THEN, now, 1.0, 1.0, False)


def hole_of(angle: float, *, bare: bool = False, hem: float = 1.0, trunk: Trunk = STAYS) -> Armhole:
    made = armhole(at(angle, trunk), (BROAD, BROAD), trunk, HERS, bare, hem, SIDES)
    assert made is not None
    return made


def nothing(here_hw: Tensor) -> Tensor:
    return torch.zeros_like(here_hw.real)


def told(made: Armhole, places: list[complex], dressed: float = 0.0) -> Parts:
    """Of places, each by a small picture around it."""
    off_hw = torch.complex(*torch.meshgrid(*[torch.arange(-2, 3) * PX / 8] * 2, indexing="xy"))
    each = []
    for place in places:
        window, *parts = made.parts(off_hw + place, lambda here_hw: torch.full_like(here_hw.real, dressed))
        whole = window == (slice(0, 5), slice(0, 5))
        each.append([part[2, 2] if whole else torch.tensor(0.0) for part in parts])
    return Parts((slice(0), slice(0)), *(torch.stack(values) for values in zip(*each, strict=True)))


LEVEL = 1.571  # radians


@pytest.mark.parametrize(("more", "lifted"), [(-0.1, 0.0), (0.1, 0.0), (0.325, 0.5), (0.6, 1.0), (2.5, 1.0)])
def test_below_a_lifted_arm_it_is_shown(more, lifted):
    """By how far it is lifted from where it hung, which is a little outwards."""
    assert hole_of(HANGS + more).lifted == pytest.approx(lifted, abs=0.02)


def test_an_arm_that_goes_inwards_has_no_outline_and_keeps_its_shoulder():
    made = hole_of(-0.7)
    assert made.lifted == 0 and not made.outline
    shoulder = torch.tensor([[THEN.begin]])
    assert made.stays(shoulder, shoulder).item() == 1


def test_where_no_trunk_ends_is_no_outline():
    for behind in (0.0, 1.0):
        hers = HERS._replace(behind=torch.full((1, *SIZE), behind))
        made = armhole(at(LEVEL), (BROAD, BROAD), STAYS, hers, False, 1.0, SIDES)
        assert made is not None and made.lifted == 0
    assert armhole(at(LEVEL), (0.0, BROAD), STAYS, HERS, False, 1.0, SIDES) is None, "an arm of no breadth"


@pytest.mark.parametrize("angle", [0.7, LEVEL, 2.2, 2.9])
def test_one_outline_goes_on_from_the_arms_edge_to_the_trunks_side(angle):
    made = hole_of(angle)
    _, edge, *_, side = made.outline
    place = (edge - made.now.begin) / made.now.step
    assert place.imag * abs(made.now.step) == pytest.approx(BROAD, rel=1e-3), "of the arm, below it"
    assert side.real == pytest.approx(SIDE, abs=PX), "and of the trunk"
    steps = [after - before for before, after in zip(made.outline[1:], made.outline[2:], strict=False)]
    assert abs(phase(-steps[0] / made.now.step)) < 0.25, "as the arm goes, then ..."
    assert abs(phase(steps[-1] / 1j)) < 0.25, "... down, as the trunk does"
    turns = [phase(after / before) for before, after in zip(steps, steps[1:], strict=False)]
    assert max(abs(turn) for turn in turns) < 0.35, "without a corner"


@pytest.mark.parametrize("angle", [LEVEL, 2.2, 2.9])
def test_what_is_within_is_one_piece_and_beyond_is_nothing(angle):
    made = hole_of(angle)
    middle = made.outline[len(made.outline) // 2]
    inwards = (made.now.begin - middle) / abs(made.now.begin - middle)
    parts = told(made, [middle + 0.08 * UNIT * inwards, middle - 0.08 * UNIT * inwards])
    assert (parts.arm + parts.trunk).tolist() == pytest.approx([1.0, 0.0], abs=0.02)
    assert parts.beyond.tolist() == pytest.approx([0.0, 1.0], abs=0.02)


def bare_hole(angle: float, far: float = 5.0) -> Armhole:
    """Of an arm that goes so many px inwards of where the trunk ends."""
    arms = torch.zeros(2, *SIZE)
    arms[1] = (HERE.real > SIDE - far * PX).float()
    made = armhole(at(angle), (BROAD, BROAD), STAYS, HERS._replace(arms=arms), True, 1.0, SIDES)
    assert made is not None
    return made


def test_a_bare_arms_seam_begins_where_its_skin_ends():
    """There a photo shows the armhole itself, which is straight above; without clothes it is at the joint."""
    made = bare_hole(LEVEL)
    assert (made.sewn.real - SIDE) / PX == pytest.approx(-5.0, abs=0.7)
    assert (made.sewn - THEN.begin).imag == pytest.approx(0.16 * UNIT, abs=1e-3)
    places = [made.sewn + complex(aside * UNIT, -0.1 * UNIT) for aside in (-0.11, 0.11)]
    assert told(made, places).others.tolist() == pytest.approx([1.0, 0.0], abs=0.02)
    assert hole_of(LEVEL, bare=True).sewn == THEN.begin


def test_past_a_bare_arms_seam_is_no_skin():
    """What of the round of a shoulder lay on its trunk is dressed when the arm is lifted."""
    place = torch.tensor([[THEN.begin - 3 * PX]])
    assert bare_hole(-0.7, 2.0).stays(place, place).item() == 1
    assert bare_hole(LEVEL, 2.0).stays(place, place).item() == 0


def test_clothes_that_are_seen_beside_a_bare_shoulder_stay():
    """A strap; but not as far down as the arm casts its shadow, and of a sleeve nothing can be told."""
    made = bare_hole(LEVEL)
    strap, farther, low = (
        made.now.begin + offset * UNIT for offset in (complex(-0.05, -0.15), complex(0.3, -0.05), 0.7j)
    )
    parts = told(made, [strap, farther, low], dressed=1.0)
    assert parts.dressed.tolist() == pytest.approx([1.0, 1.0, 0.0], abs=0.01)
    assert told(bare_hole(2.9), [strap], dressed=1.0).others.item() == 1
    assert parts.others[1].item() == 0, "the arm itself is not hidden"
    assert told(hole_of(LEVEL), [strap], dressed=1.0).dressed.item() == 0


def test_overhead_nothing_is_the_arms_that_is_farther_aside_than_it_is_broad():
    made = hole_of(2.9)
    outwards = -1j * made.now.step / abs(made.now.step)
    places = [made.now.begin + part * BROAD * outwards - 0.02 * UNIT * made.down for part in (0.5, 1.3)]
    assert [value > 0.9 for value in told(made, places).arm] == [True, False]


@pytest.mark.parametrize(("bare", "share"), [(False, 0.5), (True, 0.85)])
def test_the_seam_parts_the_cloth_of_arm_and_trunk(bare, share):
    """Of an arm that has no sleeve there is more skin."""
    made = hole_of(LEVEL, bare=bare)
    along = made.now.step / abs(made.now.step)
    arm_side, trunk_side = (
        made.now.begin + 0.15 * UNIT * along * exp(1j * LEVEL * (share + more)) for more in (-0.14, 0.14)
    )
    parts = told(made, [arm_side, trunk_side])
    off = 0.34 if bare else 0.02  # skin goes over into skin
    assert parts.arm.tolist() == pytest.approx([1.0, 0.0], abs=off)
    assert parts.trunk.tolist() == pytest.approx([0.0, 1.0], abs=off)
    assert parts.others.tolist() == pytest.approx([0.0, 1.0], abs=off), "the cut-out goes to the seam"


def test_at_a_bare_arms_seam_skin_goes_over_and_clothes_end():
    made = bare_hole(LEVEL)
    places = [made.sewn + complex(aside * UNIT, -0.1 * UNIT) for aside in (-0.05, 0.05)]
    assert told(made, places).others.tolist() == pytest.approx([0.75, 0.25], abs=0.02)
    assert told(made, places[:1], dressed=1.0).others.item() == 1


def test_above_the_arm_and_beside_the_neck_nothing_is_told_of_a_level_arm():
    made = hole_of(LEVEL)
    above, neck = made.now.begin + 0.3 * UNIT * (1 - 0.5j), made.now.begin + 0.3 * UNIT * (-1 - 1.5j)
    for part in told(made, [above, neck])[1:]:
        assert part.max() == 0


def test_overhead_the_trunks_corner_is_not_the_arms():
    """Where an arm that is level comes out of its trunk above its shoulder."""
    place = THEN.begin + 0.2 * UNIT * complex(-1.0, -0.001)
    assert told(hole_of(LEVEL), [place]).others.item() == pytest.approx(0.0, abs=0.02)
    assert told(hole_of(2.9), [place]).others.item() > 0.5


def test_a_short_sleeve_goes_to_its_hem():
    edges = [hole_of(LEVEL, hem=hem).outline[1] for hem in (0.2, 0.7, 1.0)]
    far = [((edge - THEN.begin) / at(LEVEL).now.step).real for edge in edges]
    assert far == pytest.approx([0.2, 0.7, 0.45], abs=0.01)


def test_its_outline_is_followed_past_the_arms_edge_and_closed_within_the_trunk():
    made = hole_of(LEVEL)
    past, edge = ((point - THEN.begin) / made.now.step for point in made.outline[:2])
    assert (past.real - edge.real) * abs(made.now.step) / UNIT == pytest.approx(0.15, abs=0.01)
    _, inwards, joint = made.inner
    assert inwards - joint == pytest.approx(0.5 * (NECK - THEN.begin)), "halfway to the neck"
    assert joint - THEN.begin == pytest.approx(-0.1j * UNIT), "within the shoulder"


def test_a_bare_arms_armpit_is_higher():
    """What a sleeve covers is broader: three fifths as far along, and as far down."""
    ends = [(made.outline[1], made.outline[-1]) for made in (hole_of(LEVEL), hole_of(LEVEL, bare=True))]
    (edge, side), (bare_edge, bare_side) = ends
    assert abs(bare_edge.real - THEN.begin.real) / abs(edge.real - THEN.begin.real) == pytest.approx(
        0.6, abs=0.01
    )
    assert (bare_side - THEN.begin).imag / (side - THEN.begin).imag == pytest.approx(0.6, abs=0.02)


def test_a_trunk_that_is_broader_a_little_farther_down_is_met_there():
    """A notch, where the arm lay, is closed."""
    behind = (HERE.real > SIDE) | ((HERE.real > SIDE - 3 * PX) & (HERE.imag < THEN.begin.imag + 0.6 * UNIT))
    hers = HERS._replace(behind=behind[None].float())
    made = armhole(at(LEVEL), (BROAD, BROAD), STAYS, hers, False, 1.0, SIDES)
    assert made is not None and made.outline[-1].real == pytest.approx(SIDE, abs=PX)
    assert (made.outline[-1] - THEN.begin).imag == pytest.approx(0.66 * UNIT, abs=0.01 * UNIT)


def test_beside_the_trunks_side_its_own_edge_is_left_alone():
    """A twenty-fifth of a unit to both sides, where the outline ends and where it begins."""
    made = hole_of(LEVEL)
    side, begin, middle = (made.outline[number] for number in (-1, 2, len(made.outline) // 2))
    side, inwards = side - 0.03j * UNIT, (made.now.begin - middle) / abs(made.now.begin - middle)
    for place, out in ((side, 1.0), (begin, 1j), (middle, -inwards)):
        far = [0.02, 0.06] if place != middle else [0.015, 0.03]
        beyond = told(made, [place + part * UNIT * out for part in far]).beyond.tolist()
        within = told(made, [place - part * UNIT * out for part in far])
        assert beyond == pytest.approx([float(place == middle), 1.0], abs=0.1)
        assert (within.arm + within.trunk).tolist() == pytest.approx([float(place == middle), 1.0], abs=0.1)


def test_it_leans_with_its_trunk():
    leant = Trunk(NECK, NECK + 0.1, 1.1 * exp(0.2j))
    plain, made = hole_of(LEVEL), hole_of(LEVEL, trunk=leant)
    assert abs(leant.after(plain.outline[-1]) - made.outline[-1]) < 1e-5
    assert abs(made.down - 1j * exp(0.2j)) < 1e-6


@given(st.floats(0.8, 3.0), st.floats(0.0, 0.45), st.floats(-1.0, 1.0))
def test_unseen_cloth_of_an_arm_is_taken_from_the_half_that_is_seen(angle, along, aside):
    """As far along, but no nearer to the shoulder than it is broad, and neither from its shaded middle nor
    from its rim."""
    made = hole_of(angle)
    place = made.now.begin + (along + 1j * aside) * made.now.step
    before = complex(made.before(torch.tensor([[place]]))[0, 0] - THEN.begin) / THEN.step
    assert before.real == pytest.approx(along if along > 0.15 else 0.3 - along, abs=1e-4)
    far = -before.imag * abs(THEN.step) / BROAD
    assert 0.25 - 1e-3 <= far <= 0.7 + 1e-3


def test_the_half_that_hung_at_the_trunk_is_not_shown():
    """From a fifth of how far it reaches aside on, where it goes over into its trunk."""
    made = hole_of(LEVEL)
    below = 1j * made.now.step / abs(made.now.step)
    places = made.now.begin + 0.3 * made.now.step + BROAD * torch.tensor([[-0.5, 0.2, 0.4, 0.6]]) * below
    assert made.hung(places)[0].tolist() == pytest.approx([0.0, 0.0, 0.5, 1.0], abs=0.01)
    along = made.now.step / abs(made.now.step)
    places = made.now.begin + 0.9 * BROAD * below + UNIT * torch.tensor([[0.4, 0.6, 0.8]]) * along
    assert made.hung(places)[0].tolist() == pytest.approx([1.0, 0.5, 0.0], abs=0.01), "no farther on"


def test_a_bare_arms_trunks_corner_has_the_arms_skin():
    """Turned with the arm it would be a piece of the photo's trunk."""
    made = bare_hole(LEVEL)
    behind = made.now.begin - 0.05 * UNIT * made.now.step / abs(made.now.step) - 0.1 * BROAD * 1j
    past = behind - 0.5 * UNIT
    assert made.hung(torch.tensor([[behind, past]]))[0].tolist() == [1.0, 0.0]
    assert hole_of(LEVEL).hung(torch.tensor([[behind]])).item() == 0


def test_behind_a_shoulder_in_a_sleeve_is_the_photos_trunk():
    made = hole_of(2.2)
    along = made.now.step / abs(made.now.step)
    places = [made.now.begin + part * UNIT * along - 0.02j * UNIT for part in (-0.04, 0.04)]
    parts = told(made, places)
    assert parts.arm.tolist() == pytest.approx([0.0, 1.0], abs=0.02)
    assert parts.trunk.tolist() == pytest.approx([1.0, 0.0], abs=0.02)
    below = 0.9 * BROAD * 1j * along
    assert made.hung(torch.tensor([[places[0] + below, places[1] + below]]))[0].tolist() == [0.0, 1.0]


@pytest.mark.parametrize(("bare", "above", "below"), [(False, 1.45, 1.45 / 6), (True, 1.0, 1.0)])
def test_the_round_of_a_shoulder_stays_to_half_at(bare, above, below):
    """Of a sleeve, what is below is creased."""
    made = hole_of(LEVEL, bare=bare)
    places = torch.tensor([[THEN.begin - 1j * above * BROAD, THEN.begin + 1j * below * BROAD]])
    assert made.stays(places, places + 1.0)[0].tolist() == pytest.approx([0.5, 0.5], abs=0.01)


def test_what_is_told_lies_within_its_window():
    """It is the same of a part of the picture, and nothing is told at the window's rim but what is not of the
    arm."""
    made = hole_of(2.2)
    window = made.window(HERE)
    whole, part = made.parts(HERE, nothing), made.parts(HERE[window], nothing)
    assert whole.window == window
    for whole_hw, part_hw in zip(whole[1:4], part[1:4], strict=True):
        assert whole_hw.sub(part_hw).abs().max() < 0.1
    for whole_hw in whole[1:3]:
        assert max(rim.max() for rim in (whole_hw[0], whole_hw[-1], whole_hw[:, 0], whole_hw[:, -1])) == 0


def test_what_an_arm_hid_is_the_trunks_where_it_lay_on_clothes():
    """The arm, from 5 px within the trunk's side on, with a px around it that has its colours."""
    arms = torch.zeros(2, *SIZE)
    arms[1] = (HERE.real > SIDE - 5 * PX).float()
    here_A = THEN.begin + 1j * 0.5 * UNIT + torch.linspace(-0.6, 0.6, 64) * UNIT
    ends = []
    for on in (0.0, 1.0):
        on_cloth = on * ((HERE.real > SIDE - 7 * PX) & (HERE.real < SIDE)).float()
        hers = HERS._replace(arms=arms, on=on_cloth.expand(2, -1, -1))
        ends.append((float(here_A[hers.side(here_A, False, SIDES) - 1].real) - SIDE) / PX)
    assert ends == pytest.approx([-6.0, 0.0], abs=0.8)
    worn = (HERE.real < SIDE)[None].float()
    hers = HERS._replace(arms=arms, worn=worn)
    ends = [(float(here_A[hers.side(here_A, bare, SIDES) - 1].real) - SIDE) / PX for bare in (False, True)]
    assert ends == pytest.approx([-6.0, -5.0], abs=0.8), "clothes that are seen beside a bare arm are no rim"


def test_hair_before_a_shoulder_is_before_all_that_nobody_saw():
    told = hole_of(2.0).parts(HERE, nothing)
    hair_hw = (HERE.imag < -0.2).float()
    made = told.beneath(hair_hw)
    free_hw = 1.0 - hair_hw[told.window]
    for of_armhole, before in ((made.arm, told.arm), (made.trunk, told.trunk), (made.beyond, told.beyond)):
        assert (before * (1.0 - free_hw)).any(), "else nothing is held"
        assert torch.equal(of_armhole, before * free_hw)
    assert torch.equal(told.beneath(None).arm, told.arm)
