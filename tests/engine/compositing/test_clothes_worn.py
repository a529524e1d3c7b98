"""A garment cut out of the photo of somebody who wears it, and laid on another."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from flat_figure import JOINTS, SKIN, WALL, at, figure, finer

from engine.compositing.bodies import seen_from_before
from engine.compositing.clothes import Clothes
from engine.compositing.clothes_worn import clothes_worn
from engine.compositing.contact_shadows import REACH
from engine.compositing.dressing import dressed
from engine.compositing.laid_on import as_worn_by, bared
from engine.compositing.wardrobe import CLASSES, make_wardrobe
from engine.compositing.worn import Drawn, undressed
from engine.garments import Garment, garment
from engine.pose.skeleton import (
    LEFT_ANKLE,
    LEFT_ELBOW,
    LEFT_HIP,
    LEFT_KNEE,
    LEFT_SHOULDER,
    LEFT_WRIST,
    RIGHT_ANKLE,
    RIGHT_HIP,
    RIGHT_KNEE,
    RIGHT_SHOULDER,
    SEEN,
)
from engine.regions import REGIONS, SURFACE_SPAN

LONG_LEGS = {
    RIGHT_KNEE: (-1.0, -4.4), LEFT_KNEE: (1.0, -4.4), RIGHT_ANKLE: (-1.0, -8.3), LEFT_ANKLE: (1.0, -8.3),
}  # fmt: skip
CLOTH, BELOW = 0.6, -0.8


def legs_to(knee: float, ankle: float) -> dict[int, tuple[float, float]]:
    return {
        RIGHT_KNEE: (-1.0, knee),
        LEFT_KNEE: (1.0, knee),
        RIGHT_ANKLE: (-1.0, ankle),
        LEFT_ANKLE: (1.0, ankle),
    }


TOP, TROUSERS = garment("top"), garment("trousers")


def posed(person: Drawn, joints=JOINTS) -> Drawn:
    joints_18x3 = np.zeros((18, 3), np.float32)
    for joint, (x, y) in joints.items():
        joints_18x3[joint] = (x + 6.5) * 8, (9 - y) * 8, SEEN
    return person._replace(joints=joints_18x3)


def painted(person: Drawn, x: tuple[float, float], y: tuple[float, float], name: str, grey: float) -> Drawn:
    """With a patch, dm, of another class and grey."""
    columns = slice(round((x[0] + 6.5) * 8), round((x[1] + 6.5) * 8))
    rows = slice(round((9 - y[1]) * 8), round((9 - y[0]) * 8))
    surface, picture = person.surface.clone(), person.picture.clone()
    one = F.one_hot(torch.tensor(REGIONS.index(name)), CLASSES).float()
    surface[0, :CLASSES, rows, columns] = 20.0 * one[:, None, None]
    picture[..., rows, columns] = grey
    return person._replace(picture=picture, surface=surface, wardrobe=make_wardrobe(picture, surface))


def placed(
    person: Drawn, x: tuple[float, float], y: tuple[float, float], place: tuple[float, float]
) -> Drawn:
    """With a patch, dm, at another place of the body."""
    columns = slice(round((x[0] + 6.5) * 8), round((x[1] + 6.5) * 8))
    rows = slice(round((9 - y[1]) * 8), round((9 - y[0]) * 8))
    surface = person.surface.clone()
    surface[0, CLASSES:, rows, columns] = torch.tensor([*place, 0.5])[:, None, None] / SURFACE_SPAN
    return person._replace(surface=surface, wardrobe=make_wardrobe(person.picture, surface))


def giver(sleeve: float = 2.8, ends: float = -4.0) -> Drawn:
    return posed(figure(sleeve=sleeve, hem=0, cloth=CLOTH, below=BELOW, ends=ends))


WEARER = posed(figure(sleeve=2.5, hem=0, cloth=-0.4))


def as_worn(wearer: Drawn, clothes: Clothes, piece: Garment) -> Drawn | None:
    return as_worn_by(wearer, clothes, piece, bared(wearer))


def worn(person: Drawn, word: str = "top", wearer: Drawn = WEARER):
    clothes = clothes_worn(person, garment(word))
    assert clothes is not None
    laid = as_worn(wearer, clothes, garment(word))
    assert laid is not None
    return dressed(undressed(wearer), wearer, laid, garment(word))


def test_sleeves_end_on_the_wearer_s_arms_where_they_end_on_the_giver_s():
    for sleeve in (2.8, 3.6, 4.4):
        now = worn(giver(sleeve))
        for side in (-1, 1):
            assert at(now.picture, side * (sleeve - 0.4), 4.75) == pytest.approx(CLOTH, abs=0.05)
            assert at(now.picture, side * (sleeve + 0.4), 4.75) == pytest.approx(SKIN, abs=0.05)
    assert at(now.picture, 0.0, 2.0) == pytest.approx(CLOTH, abs=0.05)
    assert at(now.picture, 0.0, -3.0) == pytest.approx(BELOW, abs=0.05), "the wearer's trousers"


def test_what_a_shorter_sleeve_bares_is_made_and_nothing_else_is():
    long = posed(figure(sleeve=4.4, hem=0, cloth=-0.4))
    now = worn(giver(2.8), wearer=long)
    assert now.made is not None and at(now.made, 3.8, 4.75) > 0.9
    for x, y in ((4.8, 4.75), (2.2, 4.75), (0.0, 2.0), (0.0, 7.0), (1.0, -6.0), (4.0, 0.0)):
        assert at(now.made, x, y) < 0.1, "a hand, what is worn now, a face, a leg, the wall"
    assert undressed(long).made is None


def test_a_sleeve_is_bent_at_the_wearer_s_elbow_however_long_bones_are():
    """An arm of the giver's that is foreshortened has a whole sleeve all the same."""
    short = JOINTS | {LEFT_ELBOW: (3.3, 4.75), LEFT_WRIST: (4.0, 4.75)}
    person = posed(figure(sleeve=4.0, hem=0, cloth=CLOTH), short)
    now = worn(person)
    assert at(now.picture, 4.1, 4.75) == pytest.approx(CLOTH, abs=0.1)
    assert at(now.picture, -4.3, 4.75) == pytest.approx(SKIN, abs=0.05)


def test_a_hand_before_it_is_filled_with_its_cloth_and_none_comes_along():
    before = JOINTS | {LEFT_ELBOW: (2.8, 3.0), LEFT_WRIST: (1.6, 2.0)}
    person = posed(figure(sleeve=2.5, hem=0, cloth=CLOTH), before)
    person = painted(person, (0.6, 2.0), (1.4, 2.6), "arms", SKIN)
    clothes = clothes_worn(person, TOP)
    assert clothes is not None and clothes.trunk is not None
    row, column = round((9 - 2.0) * 8), round((1.2 + 6.5) * 8)
    assert not clothes.cover[0, 0, row, column] > 0.5, "it is not seen there"
    assert clothes.trunk.cover[0, 0, row, column] > 0.9
    assert float(clothes.trunk.photo[0, 0, row, column]) == pytest.approx(CLOTH, abs=0.1)
    assert at(worn(person).picture, 1.2, 2.0) == pytest.approx(CLOTH, abs=0.1)


def test_round_fingers_are_their_shadows_and_no_cloth():
    before = JOINTS | {LEFT_ELBOW: (2.8, 3.0), LEFT_WRIST: (1.6, 2.0)}
    person = posed(figure(sleeve=2.5, hem=0, cloth=CLOTH), before)
    person = painted(person, (0.35, 2.0), (1.15, 2.85), "upper clothes", BELOW)
    person = painted(person, (0.6, 2.0), (1.4, 2.6), "arms", SKIN)
    trunk = clothes_worn(person, TOP).trunk
    for x, y in ((0.45, 2.0), (1.2, 1.25), (1.2, 2.75)):
        row, column = round((9 - y) * 8), round((x + 6.5) * 8)
        assert float(trunk.photo[0, 0, row, column]) == pytest.approx(CLOTH, abs=0.2)


def test_a_trunk_goes_on_below_arms_that_are_laid_across_it():
    across = JOINTS | {LEFT_ELBOW: (2.8, 2.0), LEFT_WRIST: (-0.6, 2.0)}
    person = posed(figure(sleeve=2.5, hem=0, cloth=CLOTH), across)
    person = painted(person, (-2.1, 2.1), (1.5, 2.5), "arms", SKIN)
    trunk = clothes_worn(person, TOP).trunk
    for y in (4.0, 2.0, 1.0, 0.5):
        assert trunk.mask[round((9 - y) * 8), round(6.5 * 8)], f"{y} dm"
    assert at(worn(person).picture, 0.0, 0.6) == pytest.approx(CLOTH, abs=0.1)


def test_a_dress_goes_on_behind_an_arm_that_hangs_before_it():
    hanging = JOINTS | {LEFT_ELBOW: (2.6, 1.8), LEFT_WRIST: (2.0, -1.6)}
    person = figure(sleeve=2.5, hem=1.0, cloth=CLOTH, legs="dress or skirt", below=CLOTH, ends=-6.0)
    person = painted(posed(person, hanging), (1.4, 2.1), (-3.4, 0.2), "arms", SKIN)
    clothes = clothes_worn(person, garment("dress"))
    column = round((1.7 + 6.5) * 8)
    for y in (-0.2, -1.6, -3.0):
        assert clothes.trunk.mask[round((9 - y) * 8), column], f"{y} dm"


def test_what_shines_through_between_trunk_and_arm_is_no_cloth():
    def gap(x: tuple[float, float]) -> np.ndarray:
        person = painted(giver(), x, (0.6, 3.2), "upper clothes", WALL)
        return clothes_worn(person, TOP).trunk.mask[round((9 - 2.0) * 8)]

    column = round((1.7 + 6.5) * 8)
    assert not gap((1.5, 2.0))[column]
    assert gap((-0.3, 0.3))[round(6.5 * 8)], "a white stripe down the middle is"
    assert gap((1.65, 1.8))[column], "and so is a thin one, of a pattern"


def test_a_sleeve_is_around_its_arm_wherever_in_it_joints_are():
    """The giver's are told at the upper edge of the sleeves: the wearer's arms are covered whole."""
    high = JOINTS | {joint: (x, 5.3) for joint, (x, y) in JOINTS.items() if y == 4.75 and abs(x) > 2}
    now = worn(posed(figure(sleeve=4.4, hem=0, cloth=CLOTH), high))
    for side in (-1, 1):
        for y in (4.3, 4.75, 5.2):
            assert at(now.picture, side * 3.4, y) == pytest.approx(CLOTH, abs=0.1), f"{side}, {y}"


def test_a_print_that_looks_like_skin_stays_where_no_arm_is():
    person = painted(giver(), (-0.5, 0.5), (2.0, 2.8), "arms", SKIN)
    clothes = clothes_worn(person, TOP)
    row, column = round((9 - 2.4) * 8), round(6.5 * 8)
    assert clothes.cover[0, 0, row, column] > 0.9
    assert float(clothes.photo[0, 0, row, column]) == pytest.approx(SKIN, abs=0.05)


def test_trousers_end_as_far_down_a_leg_and_begin_at_a_waist_that_a_top_hides():
    person = giver(ends=-4.0)  # at the knees
    person = painted(person, (-2.0, 2.0), (-0.4, 0.0), "upper clothes", CLOTH)
    longer = posed(
        figure(sleeve=2.5, hem=-0.8, cloth=-0.4, below=0.3, ends=-6.5),
        JOINTS | LONG_LEGS,
    )
    now = worn(person, "trousers", longer)
    for x in (-1.0, 1.0):
        assert at(now.picture, x, -1.2) == pytest.approx(BELOW, abs=0.1)
        assert at(now.picture, x, -4.0) == pytest.approx(BELOW, abs=0.1)
        assert at(now.picture, x, -5.4) == pytest.approx(SKIN, abs=0.15), "the knee is lower, and bare below"
    waist = worn(person, "trousers").picture
    assert at(waist, 0.0, 0.3) == pytest.approx(-0.4, abs=0.1), "no higher than the wearer's top leaves room"


def test_trousers_that_the_photo_cuts_off_go_on_to_where_the_wearer_s_own_end():
    whole = giver(ends=-7.0)
    rows = round((9 + 3.0) * 8)
    surface, picture = whole.surface[..., :rows, :].clone(), whole.picture[..., :rows, :].clone()
    cut = whole._replace(surface=surface, picture=picture, wardrobe=make_wardrobe(picture, surface))
    assert clothes_worn(cut, TROUSERS).lower.cut and not clothes_worn(whole, TROUSERS).lower.cut
    long = posed(figure(sleeve=2.5, hem=0, cloth=-0.4, below=0.3, ends=-7.0), JOINTS)
    now = worn(cut, "trousers", long)
    for x in (-1.0, 1.0):
        assert at(now.picture, x, -6.5) == pytest.approx(BELOW, abs=0.1), "no shorts"
        assert at(worn(giver(ends=-3.0), "trousers", long).picture, x, -6.5) == pytest.approx(SKIN, abs=0.15)


def test_what_is_worn_below_is_whole_though_half_of_it_looks_like_a_skirt():
    person = painted(giver(), (0.0, 2.0), (-4.0, 0.0), "dress or skirt", BELOW)
    clothes = clothes_worn(person, TROUSERS)
    assert clothes.mask[round((9 + 2.0) * 8), round((1.5 + 6.5) * 8)]


def edge_of(clothes: Clothes, y: float) -> float:
    """How far to the right they reach, px of the picture."""
    rows = clothes.cover.shape[2]
    return float(clothes.cover[0, 0, round((9 - y) / 18 * rows), clothes.cover.shape[3] // 2 :].sum())


def test_the_edge_goes_on_straight_where_a_hand_hung_before_it():
    hanging = JOINTS | {LEFT_ELBOW: (2.6, 1.6), LEFT_WRIST: (2.2, -1.4)}
    person = painted(posed(figure(2.5, 0, CLOTH, ends=-7.0), hanging), (1.2, 2.6), (-2.6, -1.8), "arms", SKIN)
    clothes = clothes_worn(finer(person, 4), TROUSERS)
    assert edge_of(clothes, -2.2) == pytest.approx(edge_of(clothes, -4.0), abs=0.5), "no bite and no flap"
    aslant = painted(person, (1.6, 2.0), (-7.0, -2.6), "background", WALL)
    clothes = clothes_worn(finer(aslant, 4), TROUSERS)
    above, here, below = (edge_of(clothes, y) for y in (-1.4, -2.2, -3.2))
    assert below + 2 < here < above - 2, "between a broad and a narrow end it is neither"


def test_a_notch_at_the_waist_where_a_hand_was_in_a_pocket_is_no_hole_in_the_wearer():
    clothes = clothes_worn(giver(ends=-7.0), TROUSERS)
    rows, columns = clothes.cover.shape[2:]
    whole = as_worn(WEARER, clothes, TROUSERS).laid
    clothes.cover[
        :, :, : round((9 + 0.3) / 18 * rows), columns // 2 : columns // 2 + round(0.6 * rows / 18)
    ] = 0.0
    notched = as_worn(WEARER, clothes, TROUSERS).laid
    for y in (0.4, 0.0):
        assert at(whole.trunk, 0.3, y) > 0.9
        assert at(notched.trunk, 0.3, y) > 0.9
        assert at(notched.colour, 0.3, y) == pytest.approx(at(whole.colour, 0.3, y), abs=0.1)


def test_a_gap_between_legs_is_one_however_narrow():
    strip = (-0.15, 0.15), (-6.0, -3.0)
    narrow = painted(posed(figure(2.5, 0, CLOTH, ends=-7.0)), *strip, "background", WALL)
    assert not clothes_worn(narrow, TROUSERS).mask[round((9 + 4.0) * 8), round(6.5 * 8)]
    unseen = finer(painted(narrow, *strip, "pants", WALL), 4)
    assert between_legs(unseen) < 0.1, "what shines through is none of it"
    patch = finer(
        painted(posed(figure(2.5, 0, CLOTH, ends=-7.0)), (-0.6, 0.6), (-5.5, -3.5), "pants", WALL), 4
    )
    assert between_legs(patch) > 0.9, "a patch of the wall's colours is cloth"
    white = finer(posed(figure(2.5, 0, CLOTH, below=WALL, ends=-7.0)), 4)
    assert between_legs(white) > 0.9, "of white ones before white nobody can tell"


def between_legs(person: Drawn) -> float:
    clothes = clothes_worn(person, TROUSERS)
    return float(clothes.cover[0, 0, 4 * round((9 + 4.0) * 8), 4 * round(6.5 * 8)])


def test_legs_that_stand_apart_are_hidden_each_as_far_as_its_own_leg_of_cloth():
    apart = JOINTS | {RIGHT_KNEE: (-2.5, -3.8), RIGHT_ANKLE: (-4.0, -7.0)}
    wearer = posed(figure(sleeve=2.5, hem=0, cloth=-0.4), apart)
    laid = as_worn(wearer, clothes_worn(giver(ends=-4.0), TROUSERS), TROUSERS).laid
    assert at(laid.hides, 1.0, -3.0) > 0.9
    assert at(laid.hides, 1.0, -4.5) < 0.1


def test_who_is_turned_or_without_joints_lends_nothing_so():
    aside = JOINTS | {RIGHT_SHOULDER: (-0.7, 4.75), LEFT_SHOULDER: (0.7, 4.75)}
    person = figure(sleeve=2.8, hem=0, cloth=CLOTH)
    behind = JOINTS | {RIGHT_SHOULDER: JOINTS[LEFT_SHOULDER], LEFT_SHOULDER: JOINTS[RIGHT_SHOULDER]}
    assert clothes_worn(posed(person, aside), TOP) is None
    assert clothes_worn(posed(person, behind), TOP) is None, "its back would be seen on a front"
    assert clothes_worn(person, TOP) is None
    assert clothes_worn(posed(person), garment("skirt")) is not None
    assert clothes_worn(posed(figure(sleeve=0, hem=7, cloth=CLOTH)), TOP) is None, "hardly anything of it"


def test_of_sleeves_alone_nothing_is_laid_on():
    person = painted(posed(figure(sleeve=4.9, hem=0, cloth=CLOTH)), (-2.2, 2.2), (-8.0, 6.1), "hair", -0.5)
    assert clothes_worn(person, TOP) is None


@pytest.mark.parametrize("word", ["trousers", "skirt"])
def test_legs_that_are_folded_do_not_tell_how_long_what_is_on_them_is(word):
    person, thigh, both = giver(), legs_to(-4.0, -5.0), legs_to(-1.2, -1.8)
    assert clothes_worn(posed(person, JOINTS | thigh), garment(word)) is not None
    assert clothes_worn(posed(person, JOINTS | both), garment(word)) is None
    assert clothes_worn(posed(person, JOINTS | both), TOP) is not None


@pytest.mark.parametrize(("word", "covered"), [("trousers", -2.2), ("skirt", -1.0)])
@pytest.mark.parametrize("knee", [-1.2, -0.9])
def test_a_wearer_whose_legs_are_folded_has_it_on_them_all_the_same(word, covered, knee):
    """Its legs are no longer than from hips to crotch, or hardly."""
    wearer = posed(WEARER, JOINTS | legs_to(knee, knee - 0.75))
    laid = as_worn(wearer, clothes_worn(giver(), garment(word)), garment(word)).laid
    assert at(laid.trunk, 1.0, covered) > 0.9 and at(laid.trunk, 1.0, -4.5) < 0.1
    assert all(torch.isfinite(each).all() for each in laid)


def turned(breadth: float, hips: bool = True) -> bool:
    """Whether the front is seen of who has shoulders so broad, dm from right to left."""
    joints = posed(
        WEARER, JOINTS | {RIGHT_SHOULDER: (-breadth / 2, 4.75), LEFT_SHOULDER: (breadth / 2, 4.75)}
    )
    known = joints.joints
    known[[RIGHT_HIP, LEFT_HIP], 2] *= hips
    return seen_from_before(known)


def test_the_side_that_is_seen_of_somebody_is_told_by_the_shoulders():
    assert [turned(breadth) for breadth in (3.6, 2.4, 1.0, -1.0, -3.6)] == [True, True, False, False, False]
    assert turned(3.6, hips=False) and not turned(-3.6, hips=False)
    unknown = WEARER.joints.copy()
    unknown[LEFT_SHOULDER] = 0
    assert not seen_from_before(unknown)


def test_where_a_sleeve_hung_before_trousers_they_go_on_and_no_skin_is():
    """Its places are an arm's, and what is beneath an arm's sleeve is an arm; but that is elsewhere."""
    wearer = painted(WEARER, (1.0, 2.0), (-1.6, -0.8), "upper clothes", -0.4)
    now = worn(giver(), "top", placed(wearer, (1.0, 2.0), (-1.6, -0.8), (4.2, 4.75)))
    assert at(now.picture, 1.5, -1.2) == pytest.approx(BELOW, abs=0.1)


def test_a_bare_forearm_before_the_body_is_before_what_comes():
    before = JOINTS | {LEFT_ELBOW: (2.8, 3.0), LEFT_WRIST: (1.2, 2.0)}
    wearer = painted(posed(figure(2.5, 0, -0.4), before), (0.2, 2.0), (1.6, 2.4), "arms", SKIN)
    wearer = placed(wearer, (0.2, 2.0), (1.6, 2.4), (2.0, 4.75))  # between the trunk's and an arm's
    now = worn(giver(), "top", wearer)
    assert at(now.picture, 1.2, 2.0) == pytest.approx(SKIN, abs=0.1)
    assert at(now.picture, -1.2, 2.0) == pytest.approx(CLOTH, abs=0.05)


def test_a_bare_shoulder_is_not_before_what_comes():
    """Of what has straps: the new one covers it."""
    hanging = JOINTS | {LEFT_ELBOW: (2.2, 2.0), LEFT_WRIST: (2.3, -0.5)}
    wearer = painted(posed(figure(2.0, 0, -0.4), hanging), (0.9, 2.0), (3.6, 5.2), "arms", SKIN)
    wearer = placed(wearer, (0.9, 2.0), (3.6, 5.2), (2.0, 4.75))
    assert at(worn(giver(), "top", wearer).picture, 1.3, 4.3) == pytest.approx(CLOTH, abs=0.1)


@pytest.mark.parametrize(("word", "sleeve"), [("top", 2.8), ("top", 4.4), ("trousers", 2.5)])
def test_farther_than_its_seam_from_what_went_and_came_the_picture_is_the_wearer_s(word, sleeve):
    """To the bit: 6 px of 256 rows, or the reach of the shadow that it casts on its wearer."""
    now, before = worn(giver(sleeve), word), undressed(WEARER)
    takes, goes = garment(word).takes, garment(word).goes
    there = now.pieces[:, list(takes)].sum(1, keepdim=True) + before.pieces[:, list(goes)].sum(
        1, keepdim=True
    )
    shoulders = 3.6 * 8
    seam = int(max(6 * len(there[0, 0]) / 256, REACH * shoulders)) + 1
    far = F.max_pool2d((there > 0.05).float(), 2 * seam + 1, 1, seam) == 0
    assert far.float().mean() > 0.2
    assert torch.equal((now.picture * far), (before.picture * far))
    assert not torch.equal(now.picture, before.picture)
