"""What hands hold goes with them, hangs plumb, and leaves nothing where it was."""

from __future__ import annotations

import pytest
import torch
from flat_scene import (
    HERE,
    PX,
    SHIRT,
    SIDES,
    SIZE,
    TROUSERS,
    classes,
    grey,
    own_pose,
    pose,
    seen,
    source,
    told_arms,
)
from torch import Tensor

from engine.compositing.atlas import CLASSES
from engine.compositing.detail import DetailSource, make_source
from engine.compositing.held_things import Held
from engine.compositing.hung_things import (
    beneath_things,
    hung,
    lay_alone,
    lay_thing,
    with_holes,
    with_things,
    without_things,
)
from engine.compositing.layers import without_moved_hands
from engine.compositing.limbs import moved_limbs
from engine.compositing.limbs_found import find_moved
from engine.compositing.own_pose import own_pose_rendering
from engine.pose import skeleton as sk
from engine.regions import REGIONS

ARM = REGIONS.index("arms")
LEFT_ARM, RIGHT_ARM = (slice(38, 74), slice(61, 74)), (slice(38, 74), slice(22, 35))
TRUNK = slice(33, 66), slice(36, 61)
BAG = slice(74, 90), slice(62, 82)  # what the left hand holds, which is on the right
PARTS = (SHIRT, TRUNK), (ARM, LEFT_ARM), (ARM, RIGHT_ARM), (ARM, BAG)
RAISED = {sk.LEFT_ELBOW: (8.0, -14.0), sk.LEFT_WRIST: (8.0, -42.0)}  # to (74, 36) and (76, 22)
PLATE, RED = -0.7, (1.0, -1.0, -1.0)


def held(*parts: tuple[slice, slice], side: int = 1) -> Tensor:
    made = torch.zeros(1, 2, *SIZE)
    for part in parts:
        made[(0, side, *part)] = 1.0
    return made


def photo() -> Tensor:
    picture = torch.full((1, 3, *SIZE), -1.0)
    picture[(0, slice(None), *BAG)] = torch.tensor(RED)[:, None, None]
    return picture


def step(now: Tensor) -> tuple[float, float]:
    """Columns and rows that the left hand's middle went."""
    at = hung(now[0], pose()[0], held(BAG)[0], 1.0, SIDES)[1]
    return (at.now - at.then).real / PX, (at.now - at.then).imag / PX


def layer(now: Tensor, things: Tensor | None = None) -> Tensor:
    """[4, H, W] of what is elsewhere, of somebody who holds a bag."""
    own_hw, limbs = classes(*PARTS), torch.zeros(1, 4, *SIZE)
    limbs[(0, 2, *RIGHT_ARM)], limbs[(0, 3, *LEFT_ARM)] = 1.0, 1.0
    drawn = limbs[:, 2:].clone()
    things = held(BAG) if things is None else things
    limbs[:, 2:] = limbs[:, 2:].maximum(things)
    other = {"limbs": limbs, "drawn": drawn, "held": things, "background": grey(PLATE)}
    own = own_pose(seen(own_hw), pose(), **other)
    of = source(photo(), (own_hw == 0).float())
    own = own._replace(arms=of.photo[:, :3])
    found = find_moved(now, seen(own_hw), of, own)
    return moved_limbs(found, of, without_moved_hands(now, of, own), own)[0]


def test_a_bag_goes_with_a_raised_hand_and_hangs_plumb():
    """The forearm pointed down and points up now; the bag is no other way up."""
    now = pose(RAISED)
    x, y = (round(each) for each in step(now))
    assert y < -40, "the hand went up"
    made, (rows, columns) = layer(now), BAG
    assert rows.start + y > 0
    red_hw = (made[1] > 0.6) & (made[2] < -0.6) & (made[0] > 0.9)
    at = red_hw.nonzero()
    assert (
        abs(int(at[:, 0].min()) - rows.start - y) <= 1 and abs(int(at[:, 0].max()) + 1 - rows.stop - y) <= 1
    )
    assert abs(int(at[:, 1].max()) + 1 - columns.stop - x) <= 1, "to its other side its arm is before it"
    assert red_hw[rows.start + y + 2 : rows.stop + y - 2, columns.stop + x - 6 : columns.stop + x - 2].all()


def test_where_a_bag_was_is_what_is_behind_it():
    made = layer(pose(RAISED))
    was = slice(BAG[0].start + 2, BAG[0].stop - 2), slice(BAG[1].start + 2, BAG[1].stop - 2)
    assert made[0][was].min() > 0.99
    assert (made[1:, was[0], was[1]] - PLATE).abs().max() < 0.05


def test_a_bag_stays_where_it_is_while_the_other_arm_is_raised():
    made = layer(pose({sk.RIGHT_ELBOW: (-8.0, -14.0), sk.RIGHT_WRIST: (-8.0, -42.0)}))
    inside = slice(BAG[0].start + 1, BAG[0].stop - 1), slice(BAG[1].start + 1, BAG[1].stop - 1)
    red = torch.tensor(RED)[:, None, None]
    assert (made[1:, inside[0], inside[1]] - red).abs().max() < 0.05


def test_no_bag_is_no_layer_of_its_own():
    now = pose(RAISED)
    bare = layer(now, torch.zeros(1, 2, *SIZE))
    assert not ((bare[1] > 0.6) & (bare[2] < -0.6))[: BAG[0].start].any()


def test_a_thing_is_as_large_as_the_person():
    at = hung(pose()[0], pose()[0], held(BAG)[0], 2.0, SIDES)[1]
    made = torch.zeros(4, *SIZE)
    lay_thing(made, at._replace(now=at.then), photo()[0], held(BAG)[0, 1], HERE, SIDES)
    assert abs(float(made[0].sum()) / (4 * 16 * 20) - 1) < 0.25  # the picture ends beside it


def test_a_thing_is_laid_where_nothing_is_found_to_move():
    """A person who shows another side, whose trunk no warp moves."""
    now, nothing = pose({sk.LEFT_WRIST: (3.0, 0.0)}), torch.zeros(1, 4, *SIZE)
    for found, moved, there in (([None], now, True), ([None], pose(), False), ([object()], now, False)):
        made = nothing.clone()
        lay_alone(made, found, (moved, pose()), photo(), held(BAG))
        assert bool(made[0, 0, 78:86, 70:78].min() > 0.99) == there == bool(made.any())


def test_a_picture_is_not_left_alone_where_a_thing_hangs_now():
    still, things = torch.ones(1, 1, *SIZE), held(BAG)
    assert without_things(still, pose(), pose(), things).equal(still)
    now = pose({sk.LEFT_WRIST: (-9.0, 0.0)})
    x, y = (round(each) for each in step(now))
    made = without_things(still, now, pose(), things)[0, 0]
    assert made[76 + y : 88 + y, 64 + x : 80 + x].max() == 0
    assert made[:60].min() == 1 and made[100:].min() == 1
    assert without_things(still, now, pose(), torch.zeros_like(things)).equal(still)


def test_a_handle_is_open_and_a_white_bag_before_a_white_wall_is_whole():
    things, picture, plate = held(BAG), grey(0.8), grey(0.8)
    picture[:, :, 82:90] = 0.8 - 16 / 255  # the bag; above it the wall is seen through its handle
    made = with_holes(things, picture, plate)[0, 1]
    assert made[75:80, 64:80].max() == 0
    assert made[84:88, 62:82].min() == 1
    speck = plate.clone()
    speck[:, :, 86, 70] = picture[0, 0, 86, 70]
    assert with_holes(things, picture, speck)[0, 1, 86, 70] == 1, "a px alone is no hole"


def test_clothes_go_on_behind_a_thing_between_what_is_above_and_below():
    """A skirt that is broader below: its edge goes on from one to the other."""
    row_h, column_w = torch.arange(SIZE[0])[:, None], torch.arange(SIZE[1])
    edge_h = 60 - (row_h - 20) * 0.2  # where trousers begin
    worn_hw = torch.where(column_w > edge_h, TROUSERS, 0)
    truth = torch.nn.functional.one_hot(worn_hw, CLASSES).movedim(-1, 0)[None].float()
    hides = slice(50, 90), slice(20, 70)
    spoilt = truth.clone()
    spoilt[(..., *hides)] = 1 / CLASSES
    made = beneath_things(spoilt, held(hides))
    wrong_hw = (made[0, TROUSERS] - truth[0, TROUSERS]).abs() > 0.5
    assert wrong_hw.sum() < 0.03 * 40 * 50
    assert (made.sum(1) - 1).abs().max() < 1e-4, "probabilities"
    outside = torch.ones(SIZE, dtype=torch.bool)
    outside[slice(46, 94), slice(16, 74)] = False
    assert (made - truth)[..., outside].abs().max() == 0


def test_behind_a_thing_that_the_picture_cuts_nobody_is_added():
    worn_hw = torch.where(torch.arange(SIZE[1]) > 48, TROUSERS, 0).expand(SIZE)
    truth = torch.nn.functional.one_hot(worn_hw, CLASSES).movedim(-1, 0)[None].float()
    hides = slice(80, 128), slice(20, 46)
    assert beneath_things(truth, held(hides))[0, TROUSERS, 80:, 20:44].max() < 0.5


def test_what_hands_hold_counts_as_their_arms():
    surface = seen(classes((SHIRT, TRUNK)))
    hand = slice(66, 74), slice(62, 74)
    made = with_things(surface, Held(held(BAG), held(hand)))
    arm_hw = made[0, :CLASSES].softmax(0)[ARM]
    assert arm_hw[BAG].min() > 0.99 and arm_hw[hand].min() > 0.99
    assert made[..., :60, :].equal(surface[..., :60, :])


@pytest.mark.parametrize("holds", [False, True])
def test_what_an_arm_holds_goes_where_it_goes_and_is_not_cut_out_with_it(holds):
    worn = classes(*PARTS)
    made = make_source(seen(worn), photo())
    arms = told_arms(classes((SHIRT, TRUNK)), right=[RIGHT_ARM], left=[LEFT_ARM, BAG])
    of = DetailSource(made.atlas, made.photo)
    things = held(BAG) if holds else None
    own = own_pose_rendering(of, grey(), seen(worn), pose(), grey(PLATE), seen(worn), arms, things)
    inside = slice(BAG[0].start + 4, BAG[0].stop - 2), slice(BAG[1].start + 2, BAG[1].stop - 2)
    if holds:
        assert own.limbs[0, 3][inside].min() == 1
        assert own.drawn[0, 1][inside].max() == 0
        assert own.held[0, 1][inside].min() == 1
        assert own.skin[0, 1, 0] < 0, "no hand is red as a bag"
    else:
        assert own.held.max() == 0
