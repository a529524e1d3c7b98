"""What hands hold: told where the networks that look at a photo disagree, whole or not at all."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from engine.compositing.held_things import Held, held_things
from engine.pose import skeleton as sk
from engine.regions import CLASSES, REGIONS

SIZE = (256, 192)
WALL, TROUSERS, ARM = (REGIONS.index(name) for name in ("background", "pants", "arms"))
UNIT = 40
KEYPOINTS = np.zeros((18, 3), np.float32)
for joint, x, y in (
    (sk.RIGHT_SHOULDER, 60, 40), (sk.RIGHT_ELBOW, 60, 80), (sk.RIGHT_WRIST, 60, 120),
    (sk.LEFT_SHOULDER, 150, 40), (sk.LEFT_ELBOW, 150, 80), (sk.LEFT_WRIST, 150, 120),
):  # fmt: skip
    KEYPOINTS[joint] = x, y, sk.SEEN
Part = tuple[slice, slice]
LEGS: Part = (slice(110, 250), slice(80, 130))
ARMS: tuple[Part, ...] = ((slice(40, 134), slice(54, 66)), (slice(40, 134), slice(144, 156)))
BAG: tuple[Part, ...] = (slice(130, 150), slice(58, 62)), (slice(148, 190), slice(42, 78))
FLAP: tuple[Part, ...] = ((slice(124, 180), slice(52, 90)),)  # one with the trousers, of their colour
RED, BLUE, SKIN, PALE = (200, 30, 30), (40, 60, 130), (210, 160, 130), (220, 220, 215)


def told(
    things: tuple[Part, ...] = BAG,
    colour: tuple[int, int, int] = RED,
    *,
    seen: bool = False,
    person: bool = True,
    keypoints: np.ndarray = KEYPOINTS,
    doubted: tuple[Part, ...] = (),
) -> Held | None:
    """Of somebody in trousers before a wall. seen: whether the parsing network takes a thing for trousers,
    and person: whether the detector takes it for her. doubted: parts that it takes for nobody."""
    noise = np.random.default_rng(0).normal(0, 2, (*SIZE, 3))
    picture, regions = np.full((*SIZE, 3), PALE, float), torch.full(SIZE, WALL)
    hers = torch.zeros(1, 1, *SIZE)
    arms = torch.full((2, *SIZE), -9.0)
    for part, of, what in ((LEGS, BLUE, TROUSERS), *((arm, SKIN, ARM) for arm in ARMS)):
        picture[part], regions[part] = of, what
        hers[(..., *part)] = 1.0
    for number, arm in enumerate(ARMS):
        arms[(number, *arm)] = 9.0
    for part in things:
        picture[part], regions[part] = colour, TROUSERS if seen else WALL
        hers[(..., *part)] = float(person)
    for part in doubted:
        regions[part] = WALL
        arms[(..., *part)] = -9.0
    rgb = torch.from_numpy((picture + noise).clip(0, 255) / 127.5 - 1.0).float().movedim(-1, 0)[None]
    surface = 6.0 * torch.nn.functional.one_hot(regions, CLASSES).movedim(-1, 0)[None].float()
    both = torch.cat([surface, arms[None]], 1)
    return held_things(rgb, keypoints, torch.cat([surface, torch.zeros(1, 3, *SIZE)], 1), both, hers)


def shape(*parts: Part) -> Tensor:
    made = torch.zeros(SIZE, dtype=torch.bool)
    for part in parts:
        made[part] = True
    return made


@pytest.mark.parametrize(("seen", "person"), [(False, True), (True, False)])
def test_a_bag_about_which_networks_disagree_is_told_whole(seen, person):
    """The parsing network says nobody and the detector somebody, or the other way round."""
    held = told(seen=seen, person=person)
    assert held is not None
    right, left = held.things[0]
    assert left.max() == 0, "the other hand holds nothing"
    bag = shape(*BAG) & ~shape(*ARMS)
    common, either = ((right > 0.5) & bag).sum(), ((right > 0.5) | bag).sum()
    assert common / either > 0.9
    assert right[LEGS].max() < 0.5, "nothing of her trousers"


@pytest.mark.parametrize(("seen", "person"), [(False, False), (True, True)])
def test_nothing_is_told_where_networks_agree(seen, person):
    assert told(seen=seen, person=person) is None


def test_a_thing_of_which_both_are_partly_sure_is_told_with_that():
    """Half of the bag hangs before her trousers, and counts as these for both."""
    before = (slice(148, 190), slice(58, 92))
    noise = told((BAG[0], before), doubted=())
    assert noise is not None
    assert noise.things[0, 0, 152:186, 82:90].min() > 0.5


def test_what_has_no_edge_beside_clothes_of_its_colour_is_of_them():
    assert told(FLAP, BLUE) is None
    assert told(FLAP, RED) is not None


def test_what_goes_on_out_of_reach_is_not_told():
    assert told(((slice(130, 256), slice(40, 78)),)) is None


@pytest.mark.parametrize("state", [sk.ABSENT, sk.GUESSED])
def test_a_hand_that_is_not_seen_holds_nothing(state):
    keypoints = KEYPOINTS.copy()
    keypoints[sk.RIGHT_WRIST, 2] = state
    assert told(keypoints=keypoints) is None


def test_a_raised_hand_holds_nothing():
    keypoints = KEYPOINTS.copy()
    keypoints[sk.RIGHT_ELBOW, 1], keypoints[sk.RIGHT_WRIST, 1] = 160, 120
    assert told(keypoints=keypoints) is None


def test_a_hand_that_holds_something_and_its_cuff_are_no_part_of_it():
    """The parsing network does not know them."""
    cuff = slice(114, 130), slice(54, 66)
    held = told(doubted=(cuff,))
    assert held is not None
    assert held.hands[0, 0, 116:128, 56:64].min() > 0.5
    assert held.things[0, 0, 114:126, 54:66].max() < 0.5
    assert held.hands[0, 1].max() == 0
