"""Arms as the parsing network sees them, and what their hands hold."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from engine.compositing.arms_seen import arms_seen, with_hands, with_held
from engine.compositing.moving_least_squares import normalised_pose
from engine.pose import skeleton as sk
from engine.regions import CLASSES, REGIONS

NOBODY, ARMS, TOP = 0, REGIONS.index("arms"), REGIONS.index("upper clothes")
SIZE = 16, 12
PLAIN = [np.full((96, 128, 3), 160, np.uint8)]


def surface(region: torch.Tensor) -> torch.Tensor:
    """Logits of a region for every position, and places that count."""
    classes = 12.0 * torch.nn.functional.one_hot(region, CLASSES).permute(2, 0, 1)[None].float() - 6.0
    return torch.cat([classes, torch.rand(1, 3, *SIZE)], 1)


def arms(beneath: torch.Tensor, right: torch.Tensor, left: torch.Tensor) -> torch.Tensor:
    told = torch.stack([right, left])[None].float() * 16.0 - 8.0
    return torch.cat([surface(beneath)[:, :CLASSES], told], 1)


def a_bag_in_the_right_hand() -> tuple[torch.Tensor, torch.Tensor]:
    """A trunk with an arm beside it that holds something which is nobody's."""
    region, right = torch.zeros(SIZE, dtype=torch.long), torch.zeros(SIZE)
    region[2:12, 4:8], region[2:10, 2:4] = TOP, ARMS
    beneath = region.clone()
    beneath[:, :4] = NOBODY
    right[2:14, 2:4] = 1
    return surface(region), arms(beneath, right, torch.zeros(SIZE))


def test_what_a_hand_holds_is_of_its_arm_and_nothing_else_is_changed():
    seen, told = a_bag_in_the_right_hand()
    made = with_held(seen, told)
    assert (made[0, :CLASSES, 10:14, 2:4].argmax(0) == ARMS).all()
    elsewhere = torch.ones(SIZE, dtype=torch.bool)
    elsewhere[10:14, 2:4] = False
    before, after = (each[:, :CLASSES].softmax(1)[..., elsewhere] for each in (seen, made))
    torch.testing.assert_close(after, before, atol=1e-4, rtol=0)
    assert torch.equal(made[:, CLASSES:], seen[:, CLASSES:]), "places"


def test_mattes_and_classes_beneath_come_in_the_size_that_is_asked_for():
    _, told = a_bag_in_the_right_hand()
    made = arms_seen(told, (64, 48))
    assert made.mattes.shape == (1, 2, 64, 48) and made.beneath.shape == (1, CLASSES, 64, 48)
    torch.testing.assert_close(made.beneath.sum(1), torch.ones(1, 64, 48))
    assert (made.mattes[0, 0, 12:52, 10:14] == 1).all() and not made.mattes[0, 1].any()
    assert (made.mattes[0, 0, :, 20:] == 0).all()
    assert made.beneath[0, NOBODY, 12:44, 8:14].min() > 0.9 < made.beneath[0, TOP, 12:44, 20:28].min()


def hands_that_meet() -> Tensor:
    """A pose [1, 18, 3]: two forearms of 40 px that point at each other."""
    pose = torch.zeros(1, 18, 3)
    for joint, x, y in (
        (sk.RIGHT_SHOULDER, 20, 10), (sk.RIGHT_ELBOW, 10, 60), (sk.RIGHT_WRIST, 45, 60),
        (sk.LEFT_SHOULDER, 108, 10), (sk.LEFT_ELBOW, 118, 60), (sk.LEFT_WRIST, 83, 60),
    ):  # fmt: skip
        pose[0, joint] = torch.tensor([x, y, 2.0])
    return pose


def test_bare_hands_that_the_network_gives_to_nobody_are_their_wrists():
    """Two forearms of 40 px that point at each other, hands side by side between them."""
    pose = hands_that_meet()
    bare = torch.zeros(1, 1, 96, 128)
    bare[..., 55:65, 45:83] = bare[..., 5:15, 60:68] = 1.0  # hands, and a throat
    arms = torch.zeros(1, 2, 96, 128)
    arms[:, 0, 54:66, 10:45] = arms[:, 1, 54:66, 83:118] = 1.0
    made = with_hands(arms, bare, normalised_pose(pose, (96, 128)), PLAIN)
    assert (made >= arms).all() and (made[:, :, :40] == arms[:, :, :40]).all(), "a throat is no hand"
    assert made[0, 0, 58:62, 46:62].min() > 0.9 and made[0, 1, 58:62, 66:82].min() > 0.9
    assert made[0, 0, :, 66:].max() == 0 == made[0, 1, :, :62].max()
    nobody = torch.zeros(1, 18, 3)
    assert torch.equal(with_hands(arms, bare, nobody, PLAIN), arms)


def test_hands_that_touch_are_each_their_nearer_wrists_and_nobodys_hand_is_half_there():
    """The same, where the network gives all of both hands to both arms, by four tenths."""
    pose = hands_that_meet()
    hands = (..., slice(55, 65), slice(45, 83))
    bare, arms = torch.zeros(1, 1, 96, 128), torch.zeros(1, 2, 96, 128)
    bare[hands], arms[hands] = 0.8, 0.4
    arms[:, 0, 54:66, 10:45] = arms[:, 1, 54:66, 83:118] = 1.0
    made = with_hands(arms, bare, normalised_pose(pose, (96, 128)), PLAIN)
    assert made[0, 0, 58:62, 46:62].min() > 0.99 and made[0, 1, 58:62, 66:82].min() > 0.99
    assert made[0, 0, 58:62, 66:82].max() < 0.01 > made[0, 1, 58:62, 46:62].max()


def test_a_hand_of_a_forearm_that_points_at_us_is_as_long_as_any():
    """A forearm of 12 px at an upper arm of 50: fingers end 38 px beyond its wrist."""
    pose = torch.zeros(1, 18, 3)
    for joint, x, y in ((sk.RIGHT_SHOULDER, 20, 10), (sk.RIGHT_ELBOW, 20, 60), (sk.RIGHT_WRIST, 32, 60)):
        pose[0, joint] = torch.tensor([x, y, 2.0])
    bare = torch.zeros(1, 1, 96, 128)
    bare[..., 57:63, 32:70] = 1.0
    made = with_hands(torch.zeros(1, 2, 96, 128), bare, normalised_pose(pose, (96, 128)), PLAIN)
    assert made[0, 0, 58:62, 33:69].min() > 0.99
