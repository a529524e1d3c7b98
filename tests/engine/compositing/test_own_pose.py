"""What is kept of how an engine draws a photo's own pose."""

from __future__ import annotations

import torch
from flat_scene import BODY, NOBODY, SHIRT, SIZE, classes, grey, pose, seen, told_arms

from engine.compositing.atlas import CLASSES
from engine.compositing.detail import DetailSource, make_source
from engine.compositing.own_pose import OwnPose, own_pose_rendering
from engine.pose import skeleton as sk
from engine.regions import REGIONS

PERSON = classes((SHIRT, BODY))
LEFT, RIGHT = BODY[1].start, BODY[1].stop
ARM = slice(34, 80), slice(54, 72)  # from the left shoulder, at (60, 36), to a hand
ARMS = told_arms(PERSON, left=[ARM])


def known(sure_hw: torch.Tensor, drawn=PERSON, pose_1183=NOBODY) -> OwnPose:
    """Of a grey photo in which the parsing network is so sure that nobody is there."""
    made = make_source(seen(PERSON), grey())
    photo = torch.cat([made.photo[:, :-1], sure_hw[None, None]], 1)
    return own_pose_rendering(
        DetailSource(made.atlas, photo), grey(), seen(drawn), pose_1183, grey(), seen(PERSON), ARMS
    )


def test_where_nobody_is_has_to_be_rather_sure_to_lend_its_colours_to_the_wall():
    hole = known(torch.full(SIZE, 0.7)).hole
    assert hole.min() == 1
    assert known(torch.full(SIZE, 0.9)).hole.max() == 0


def test_two_px_around_the_person_have_something_of_her_colours():
    hole = known((PERSON != SHIRT).float()).hole[0, 0, 60]
    assert hole[LEFT - 2 : RIGHT + 2].min() == 1
    assert hole[: LEFT - 3].max() == 0 and hole[RIGHT + 3 :].max() == 0


def test_what_the_engine_misses_is_where_it_draws_the_wall_before_a_person():
    narrower = classes((SHIRT, (BODY[0], slice(LEFT, RIGHT - 6))))
    made = known((PERSON != SHIRT).float(), narrower)
    missed = made.missed[0, 0, 60]
    assert missed[RIGHT - 6 : RIGHT].min() == 1
    assert missed[: RIGHT - 7].max() == 0 and missed[RIGHT + 1 :].max() == 0
    assert made.surface[:, :CLASSES].sum(1).sub(1).abs().max() < 1e-5, "probabilities"


def test_arms_are_where_they_are_seen_and_nothing_of_legs_is_taken_for_fingers():
    """The surface map takes all of the person for clothes."""
    right, left = known((PERSON != SHIRT).float(), pose_1183=pose()).limbs[0, 2:]
    assert left[36:70, 56:70].min() == 1 and left[:, :52].max() == 0 and left[:32].max() == 0
    assert right.max() < 1e-6


def test_a_hand_in_hair_lies_on_no_clothes():
    """The parsing network takes all of the person for clothes; what is hair the engine knows."""
    hair = slice(62, 74), slice(56, 72)  # the left wrist is at (62, 64)
    drawn, own = classes((SHIRT, BODY), (REGIONS.index("hair"), hair)), pose({sk.LEFT_WRIST: (-6.0, 0.0)})
    plain, in_hair = (known((PERSON != SHIRT).float(), each, own).under[0] for each in (PERSON, drawn))
    assert plain[4][hair].max() == 1 and in_hair[4][hair].max() < 0.01
    away = slice(38, 58)
    assert plain[4, away].max() == 1 and torch.equal(in_hair[:, away], plain[:, away])
    assert torch.equal(in_hair[3], plain[3]), "the other hand"


def test_an_arm_that_only_the_engine_draws_is_none():
    """At a joint that is guessed it may draw a hand on trousers, which are no hole then."""
    drawn = PERSON.clone()
    drawn[ARM] = REGIONS.index("arms")
    made = known((PERSON != SHIRT).float(), drawn, pose())
    assert made.surface[0, REGIONS.index("arms")][ARM].min() > 0.99
    assert made.classes.shape == (1, CLASSES, *SIZE) and made.classes[0, REGIONS.index("arms")].max() < 0.01


def test_what_is_shown_of_limbs_is_the_legs_that_are_seen_and_arms_that_are_whole():
    made = known((PERSON != SHIRT).float(), pose_1183=pose())
    assert torch.equal(made.drawn_limbs[:, :2], made.limbs[:, :2])
    assert torch.equal(made.drawn_limbs[:, 2:], made.drawn)
    assert made.limbs[0, 2].max() == 0 and made.drawn[0, 0].max() > 0.9, "lent by the left arm"


def test_a_neck_beside_a_hand_is_no_part_of_its_arm():
    """Of the left hand, at (62, 64): skin is seen around it, and would be without arms to its left."""
    bare, neck = REGIONS.index("arms"), (slice(58, 74), slice(48, 60))
    skin = classes((SHIRT, BODY), (bare, (neck[0], slice(48, 72))))
    beneath = classes((SHIRT, BODY), (bare, neck))
    own = pose({sk.LEFT_WRIST: (-6.0, 0.0)})
    photo = torch.cat([grey(), grey(), (PERSON != SHIRT).float()[None, None]], 1)
    told = DetailSource(make_source(seen(PERSON), grey()).atlas, photo)
    made = own_pose_rendering(told, grey(), seen(skin), own, grey(), seen(skin), told_arms(beneath))
    left = made.limbs[0, 3]
    assert left[62:72, 62:66].min() > 0.9, "the hand"
    assert left[62:72, 56:58].max() < 0.1, "the neck beside it"
    assert made.classes[0, bare, 62:70, 50:58].max() < 0.05 < 0.9 < made.classes[0, bare, 62:70, 62:70].min()
