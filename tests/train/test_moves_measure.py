"""Moves: the measure, on people made of boxes whose every pixel is known."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch.nn.functional as F

from engine.errors import InputError
from engine.parsing import Parsed
from engine.pose import skeleton as sk
from engine.regions import REGIONS, SURFACE_SPAN
from train.data.pairs import Pair
from train.data.people import People, View
from train.metrics.body_parts import NO_PART, PARTS, body_parts
from train.metrics.judge import Judge
from train.metrics.measure import COPY, RESULT, TRUTH, RatedBatch
from train.metrics.moved import what_moves
from train.metrics.moves import ALL, AroundMoves, MovedLimbs, joints_near
from train.metrics.pairs import moved_pairs
from train.moves import MOVES, of_studio

SIZE = (256, 176)
ARMS, UPPER, FACE = (REGIONS.index(name) for name in ("arms", "upper clothes", "face"))
COLOURS = np.random.default_rng(0).integers(30, 226, (len(REGIONS), 3)).astype(np.uint8)
UP = MOVES.index("wrist out at shoulder height")

# On the resting body, dm, and where a box of it lies in the picture: rows, columns.
HEAD, TRUNK = ((0.0, 7.2, 0.8), np.s_[20:50, 80:100]), ((0.0, 3.0, 1.0), np.s_[50:130, 70:110])
UPPER_ARM, FOREARM, HAND = (2.4, 4.4, 0.5), (3.7, 3.0, 1.0), (4.6, 1.8, 2.4)
ARM = UPPER_ARM, FOREARM, HAND
DOWN = np.s_[55:90, 110:120], np.s_[90:120, 110:120], np.s_[120:135, 110:120]
OUT = np.s_[55:65, 110:130], np.s_[55:65, 130:150], np.s_[55:65, 150:165]
HANGING, RAISED = (list(zip(ARM, boxes, strict=True)) for boxes in (DOWN, OUT))


def code(place: tuple[float, float, float]) -> np.ndarray:
    return np.rint(127.5 + np.array(place) * 127 / SURFACE_SPAN).astype(np.uint8)


def person(arm: list) -> View:
    parsing, surface = np.zeros(SIZE, np.uint8), np.zeros((*SIZE, 3), np.uint8)
    for label, (place, box) in ((FACE, HEAD), (UPPER, TRUNK), *((ARMS, part) for part in arm)):
        parsing[box], surface[box] = label, code(place)
    points = np.zeros((18, 3), np.float32)
    points[sk.NECK], points[sk.NOSE] = (90, 52, 2), (90, 35, 2)
    points[sk.RIGHT_HIP], points[sk.LEFT_HIP] = (80, 128, 2), (100, 128, 2)
    points[sk.LEFT_SHOULDER] = (108, 58, 2)
    hanging = arm is HANGING
    points[sk.LEFT_ELBOW] = (115, 90, 2) if hanging else (130, 60, 2)
    points[sk.LEFT_WRIST] = (115, 120, 2) if hanging else (150, 60, 2)
    return View(COLOURS[parsing], parsing, points, "full", "front", surface)


STANDING, MOVED = person(HANGING), person(RAISED)
PLATE = np.broadcast_to(COLOURS[0], (*SIZE, 3)).copy()


def parse(rgb_HWC: np.ndarray) -> Parsed:
    """Every colour's class, and the joints of whichever person has an arm of that pose."""
    apart = np.abs(rgb_HWC[:, :, None].astype(int) - COLOURS).sum(3)
    regions = apart.argmin(2).astype(np.uint8)
    view = MOVED if (regions[RAISED[1][1]] == ARMS).mean() > 0.5 else STANDING
    return Parsed(regions, view.keypoints_18x3, np.zeros((*SIZE, 3), np.float32), np.zeros((2, *SIZE), bool))


def features(picture_BCHW):
    return [picture_BCHW, F.avg_pool2d(picture_BCHW, 2)]


def sight(result_HWC: np.ndarray, number: int = UP + 1) -> RatedBatch:
    batch = SimpleNamespace(pairs=(Pair(0, 1_000_000, 0, number),))
    pictures = {RESULT: result_HWC[None], COPY: STANDING.image_HWC[None]}
    return RatedBatch(batch, None, [(STANDING, MOVED)], pictures)


def rated(measure, result_HWC: np.ndarray) -> dict:
    measure.see(sight(result_HWC))
    return {
        row: {column: value and value.mean for column, value in columns.items()}
        for row, columns in measure.table(np.array([1_000_000])).rows.items()
    }


def limbs(result_HWC):
    return rated(MovedLimbs(Judge(parse, features)), result_HWC)


def around(result_HWC):
    return rated(AroundMoves(SimpleNamespace(plate=lambda person: PLATE), Judge(parse, features)), result_HWC)


# where on the body


@pytest.mark.parametrize(
    "place, part",
    [
        ((0.0, 7.5, 0.9), "head"), ((0.3, 3.0, 1.1), "trunk"), ((-1.2, 4.0, -0.9), "trunk"),
        (UPPER_ARM, "left upper arm"), ((-3.7, 3.1, 0.8), "right forearm"), (HAND, "left hand"),
        ((1.4, -2.0, 0.9), "left thigh"), ((-1.9, -5.8, 0.5), "right shank"),
        ((-2.2, -7.9, 1.0), "right foot"),
    ],
)  # fmt: skip
def test_a_place_of_the_surface_belongs_to_its_part(place, part):
    surface = np.zeros((2, 3, 3), np.uint8)
    surface[1, 2] = code(place)
    parts = body_parts(surface)
    assert PARTS[parts[1, 2]] == part
    assert (parts == NO_PART).sum() == 5


# what moves


def test_the_arm_that_moved_is_found_with_its_hand():
    moved = what_moves(MOVES[UP], STANDING, MOVED)
    assert moved.joints == (sk.LEFT_ELBOW, sk.LEFT_WRIST)
    raised = np.zeros(SIZE, bool)
    for _, box in RAISED:
        raised[box] = True
    raised &= MOVED.parsing_HW != STANDING.parsing_HW  # the shoulder was arm before
    assert np.array_equal(moved.limb_HW, raised)
    assert moved.hand_HW.sum() == 10 * 15
    assert moved.left_HW.sum() == (STANDING.parsing_HW[65:135, 110:120] == ARMS).sum()
    assert not (moved.still_HW & moved.changed_HW).any() and moved.still_HW[200:].all()
    assert not moved.still_HW[67, 140], "beside what changes"


def test_a_head_and_a_trunk_have_parts_of_their_own():
    turned = replace(MOVED, image_HWC=255 - STANDING.image_HWC, surface_HW3=STANDING.surface_HW3)
    head, trunk = (what_moves(move, STANDING, turned) for move in ("head to the left", "trunk leant"))
    assert head.joints == sk.HEAD and head.limb_HW.sum() == 30 * 20
    assert trunk.limb_HW.sum() == 30 * 20 + 80 * 40


# is the limb there


def test_the_truth_is_perfect_and_standing_still_is_not_there():
    rows = limbs(MOVED.image_HWC)
    for row in (ALL, MOVES[UP], f"{ALL}: {TRUTH}"):
        values = dict(rows[row])
        assert values.pop("hand, house distance") == 0
        assert set(values.values()) == {1.0}
    copied = rows[f"{ALL}: {COPY}"]
    assert copied["there, with its hand"] == copied["limb covered"] == copied["joints within 5 %"] == 0
    assert copied["hand, house distance"] > 0.3
    assert set(rows) == {ALL, MOVES[UP], f"{ALL}: {TRUTH}", f"{ALL}: {COPY}"}


def test_an_arm_without_its_hand_is_not_there():
    stump = MOVED.image_HWC.copy()
    stump[RAISED[2][1]] = COLOURS[0]
    row = limbs(stump)[ALL]
    assert row["hand covered"] == 0 and row["limb covered"] == pytest.approx(300 / 450)
    assert row["there, with its hand"] == 0 and row["joints within 5 %"] == 1


def test_the_overlap_counts_an_arm_that_stayed():
    both = MOVED.image_HWC.copy()
    for _, box in HANGING:
        both[box] = COLOURS[ARMS]
    row = limbs(both)[ALL]
    left = int(what_moves(MOVES[UP], STANDING, MOVED).left_HW.sum())
    assert row["limb covered"] == 1 and row["IoU of its classes"] == pytest.approx(450 / (450 + left))


def test_what_the_parser_does_not_see_in_the_truth_is_not_rated():
    blind = Judge(lambda rgb: replace(parse(rgb), regions_HW=np.zeros(SIZE, np.uint8)), features)
    row = rated(MovedLimbs(blind), MOVED.image_HWC)[ALL]
    assert row["there, with its hand"] is None and row["limb covered"] == 0


def test_joints_are_near_within_five_percent_of_the_height():
    found = parse(MOVED.image_HWC)
    points = found.keypoints_18x3.copy()
    points[sk.LEFT_WRIST, 0] += 0.06 * 76 / 0.288  # the trunk tells the height
    found = replace(found, keypoints_18x3=points)
    assert joints_near(found, MOVED, (sk.LEFT_ELBOW, sk.LEFT_WRIST)) == 0.5
    assert np.isnan(joints_near(found, MOVED, (sk.RIGHT_WRIST,)))


# around it


def test_around_the_truth_nothing_is_amiss():
    row = around(MOVED.image_HWC)[ALL]
    assert row["person, dB"] == row["changed, dB"] == 100
    assert row["left, L1 to the plate"] == row["left, still person"] == row["still, yet changed"] == 0


def test_an_arm_that_stays_where_it_hung_is_seen():
    both = MOVED.image_HWC.copy()
    for _, box in HANGING:
        both[box] = COLOURS[ARMS]
    rows = around(both)
    assert rows[ALL]["left, still person"] == 1 == rows[f"{ALL}: {COPY}"]["left, still person"]
    apart = np.abs(COLOURS[ARMS].astype(float) - COLOURS[0]).mean() / 255
    assert rows[ALL]["left, L1 to the plate"] == pytest.approx(apart)
    assert rows[ALL]["still, yet changed"] == 0


def test_a_changed_background_is_counted_where_nothing_moved():
    spoiled = MOVED.image_HWC.copy()
    spoiled[200:] = 255 - spoiled[200:]
    spoiled[:10] += 5  # less than is seen
    still = what_moves(MOVES[UP], STANDING, MOVED).still_HW
    assert around(spoiled)[ALL]["still, yet changed"] == pytest.approx(56 * 176 / still.sum())


def test_house_distance_is_the_mean_over_maps_within_the_mask():
    judge = Judge(parse, features)
    first, second = np.zeros((2, *SIZE, 3), np.uint8)
    second[:128] = 255
    upper = np.zeros(SIZE, bool)
    upper[:64] = True
    assert judge.distance(first, second, upper) == pytest.approx(2)
    assert judge.distance(first, second, ~upper) == pytest.approx(2 / 3, rel=1e-3)


def test_a_judge_looks_once_at_a_picture_and_again_at_another():
    looked = []
    judge = Judge(lambda rgb: looked.append(rgb.copy()) or parse(rgb), features)
    for picture in (MOVED.image_HWC, STANDING.image_HWC, MOVED.image_HWC.copy()):
        assert np.array_equal(judge.seen(picture).regions_HW, parse(picture).regions_HW)
    assert [np.array_equal(rgb, MOVED.image_HWC) for rgb in looked] == [True, False]


# which pairs


def test_everybody_stands_and_does_every_move(stick_people):
    people = People(stick_people, range(1_000_000, 1_000_004))
    pairs = moved_pairs(people, 5)
    assert [(p.person - 1_000_000, p.reference, p.target) for p in pairs] == [
        (0, 0, 1), (0, 0, 2), (0, 0, 3), (1, 0, 1), (1, 0, 2)
    ]  # fmt: skip
    assert [pair.index for pair in pairs] == [0, 1, 2, 3, 4]
    assert of_studio("4 moves") and not of_studio("4 pulls") and not of_studio("4")


def test_data_without_plates_are_told(stick_people):
    people = People(stick_people, range(1_000_000, 1_000_004))
    assert people.plate(1_000_000) is None
    with pytest.raises(InputError, match="lacks the empty place of person 1000000"):
        AroundMoves(people, Judge(parse, features)).see(sight(MOVED.image_HWC))
