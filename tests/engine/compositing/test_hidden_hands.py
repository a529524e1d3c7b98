"""Hands that are not seen: the flat scene, whose right arm hangs from (39, 36) to its wrist."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from flat_scene import HERE, SHIRT, SIDES, SIZE, TROUSERS, classes, pose
from torch import Tensor

from engine.compositing.atlas import CLASSES
from engine.compositing.cut_outs import CutOut, OtherArm, Poses, along_limb, lay_over
from engine.compositing.hidden_hands import LEGWEAR, OtherHand, other_hand, out_of_pockets
from engine.compositing.limb_bones import ARM_CHAINS, along, distance, off, segments
from engine.compositing.limbs_elsewhere import elsewhere, trunk_of
from engine.compositing.made_hands import made_hand
from engine.compositing.ribbons import Ribbon, ribbon
from engine.pose import skeleton as sk
from engine.regions import REGIONS

ARM = REGIONS.index("arms")
RIGHT, LEFT = ARM_CHAINS
AROUND_WRISTS = slice(58, 84), slice(18, 40), slice(58, 80)
FOREARMS = {RIGHT: 5, LEFT: 7}  # numbers of bones
ENDS = 0.9  # of a forearm: where the sleeves of `mattes` end
NOTHING = torch.zeros(CLASSES, *SIZE), torch.zeros(3, *SIZE), torch.zeros(SIZE)


def around(right: int, left: int) -> Tensor:
    """Classes [8, h, w] of a person whose wrists and hands show these."""
    rows, of_right, of_left = AROUND_WRISTS
    number_hw = classes((right, (rows, of_right)), (left, (rows, of_left)))
    return F.one_hot(number_hw, CLASSES).movedim(-1, 0).float()


def forearm(limb: int):
    return segments(pose()[0], SIDES)[FOREARMS[limb]]


def mattes(*hands: int) -> Tensor:
    """Of limbs [4, h, w]: both arms down to there, these with their hands."""
    mattes_4hw = torch.zeros(4, *SIZE)
    for limb in ARM_CHAINS:
        bone = forearm(limb)
        near_hw = off(bone, HERE, 0.6 if limb in hands else 0.0) < 0.16
        mattes_4hw[limb] = (near_hw & ((along(bone, HERE).real < ENDS) | (limb in hands))).float()
    return mattes_4hw


def in_photo(limb: int = RIGHT) -> Ribbon:
    was = ribbon(pose()[0], segments(pose()[0], SIDES), limb, 1.0, SIDES)
    assert was is not None
    return was


def hand(class_8hw: Tensor, mattes_4hw: Tensor, limb: int = RIGHT) -> OtherHand | None:
    return other_hand(limb, in_photo(limb), pose()[0], class_8hw, mattes_4hw, SIDES)


@pytest.mark.parametrize("hides", [TROUSERS, SHIRT, 0])
def test_for_a_hand_that_is_hidden_there_is_the_other_mirrored(hides):
    made = hand(around(hides, ARM), mattes(LEFT))
    assert made is not None and made.limb == LEFT and made.mirrored and made.larger == 1


def test_where_no_hand_is_seen_there_is_one_that_is_made_thumbs_to_the_trunk():
    right, left = (hand(around(TROUSERS, TROUSERS), mattes(), limb) for limb in ARM_CHAINS)
    assert right is not None and left is not None and right.limb is left.limb is None
    assert left.mirrored and not right.mirrored


def test_a_hand_with_something_in_it_or_that_points_at_us_lends_itself_to_none():
    half_8hw = around(TROUSERS, ARM)
    half_8hw[:, ::2] = around(TROUSERS, SHIRT)[:, ::2]
    with_bag = hand(half_8hw, mattes(LEFT))
    assert with_bag is not None and with_bag.limb is None
    own_183 = pose()[0]
    shoulder, elbow, wrist = (
        own_183[joint, :2] for joint in (sk.LEFT_SHOULDER, sk.LEFT_ELBOW, sk.LEFT_WRIST)
    )
    own_183[sk.LEFT_ELBOW, :2] = wrist + 0.3 * (elbow - wrist)
    own_183[sk.LEFT_SHOULDER, :2] = shoulder + 0.7 * (elbow - wrist)
    pointing = other_hand(RIGHT, in_photo(), own_183, around(TROUSERS, ARM), mattes(LEFT), SIDES)
    assert pointing is not None and pointing.limb is None


@pytest.mark.parametrize("shows", [ARM, SHIRT])
def test_a_hand_that_is_seen_has_no_other_nor_one_in_a_glove(shows):
    assert hand(around(shows, ARM), mattes(RIGHT, LEFT)) is None


def test_a_hand_begins_where_its_arm_ends_to_be_seen():
    made, was = hand(around(TROUSERS, ARM), mattes(LEFT)), in_photo()
    assert made is not None
    bone = forearm(RIGHT)
    part_N, in_units = along(bone, was.line_N).real, abs(bone.step) / bone.unit
    of_forearm = part_N > 0.2
    off_N = made.past_N - (part_N - ENDS) * in_units
    assert off_N[of_forearm].abs().max() < 0.04 * in_units  # a place between two that are asked
    shown_N = made.part(made.past_N), made.own_part(made.past_N)
    assert shown_N[0][: was.joints[-2]].max() == 0 and shown_N[0][-2:].min() == 1
    assert shown_N[1][: was.joints[-2]].min() == 1 and shown_N[1][-2:].max() == 0


def test_of_an_arm_in_a_pocket_the_trousers_are_not():
    arms, class_8hw = torch.ones(1, 2, *SIZE), around(TROUSERS, ARM)
    made = out_of_pockets(arms, class_8hw[None])
    rows, of_right, of_left = AROUND_WRISTS
    assert made[0, :, rows, of_right].max() == 0 and made[0, :, rows, of_left].min() == 1


def laid(made: OtherHand, other: OtherArm) -> tuple[Tensor, Tensor]:
    """Layers [4, H, W] of a right arm on the hip in a black sleeve down to `ENDS`, with such a hand and
    without; and how far beyond its wrist positions are along its forearm, in units, 9 beside it [H, W]."""
    own_183, now_183 = pose()[0], pose({sk.RIGHT_WRIST: (-20.0, -20.0)})[0]
    trunk = trunk_of(now_183, own_183, SIDES)
    assert trunk is not None
    bones = [
        e for e in elsewhere(now_183, own_183, trunk, torch.ones(4, *SIZE), SIDES) if e.bone.chain == RIGHT
    ]
    poses, sleeve_HW = Poses(now_183, own_183, SIDES), mattes()[RIGHT]
    way = along_limb(bones, poses, sleeve_HW, trunk, *NOTHING[:2], hers=NOTHING[2])
    layers = []
    for each in (made, None):
        layer_4HW = torch.zeros(4, *SIZE)
        black_CHW = torch.full((3, *SIZE), -1.0)
        lay_over(
            layer_4HW,
            bones,
            poses,
            CutOut(black_CHW, sleeve_HW, 1.0, way._replace(hand=each), other=other),
            HERE,
        )
        layers.append(layer_4HW)
    now, length = bones[-1].now, abs(bones[-1].now.step) / bones[-1].now.unit
    beyond_HW = (along(now, HERE).real - 1.0) * length
    beside_HW = along(now, HERE).imag.abs() * length > 0.06
    return torch.stack(layers), beyond_HW.masked_fill(beside_HW, 9.0)


def test_a_moved_arm_ends_in_the_other_ones_hand():
    made = hand(around(TROUSERS, ARM), mattes(LEFT))
    assert made is not None
    bone = forearm(LEFT)
    theirs_HW = (distance(HERE, bone.end + 0.3 * bone.step) < 0.45 * abs(bone.step)).float()
    (with_4HW, without_4HW), beyond_HW = laid(made, OtherArm(torch.ones(3, *SIZE), theirs_HW, SIDES))
    there = (beyond_HW - 0.3).abs() < 0.08
    assert there.sum() >= 4 and with_4HW[:, there].min() > 0.9 and without_4HW[:, there].max() == 0


def test_a_moved_arm_ends_in_the_hand_that_is_made_and_keeps_its_sleeve():
    made = hand(around(TROUSERS, TROUSERS), mattes())
    assert made is not None
    theirs, tone_3 = made_hand(SIDES.device), torch.tensor([0.5, 0.2, 0.0])
    other = OtherArm(theirs.coloured(tone_3), theirs.matte, theirs.sides_2)
    (with_4HW, without_4HW), beyond_HW = laid(made, other)
    palm = (beyond_HW > 0.0) & (beyond_HW < 0.2)
    assert palm.sum() >= 4 and with_4HW[0, palm].min() > 0.9 and without_4HW[0, palm].max() < 0.1
    off_3 = with_4HW[1:, palm].median(1).values - tone_3
    assert off_3.abs().max() < 0.3  # it is round: some of it is in the shadow
    sleeve = (beyond_HW > -0.6) & (beyond_HW < -0.25)
    assert sleeve.sum() >= 4 and torch.equal(with_4HW[:, sleeve], without_4HW[:, sleeve])
    assert with_4HW[1:, sleeve].max() < -0.9
    # Between both nothing is see-through.
    joint = (beyond_HW > -0.25) & (beyond_HW < 0.0)
    assert joint.sum() >= 4 and with_4HW[0, joint].min() > 0.6


def test_fingers_that_are_guessed_in_a_pocket_are_none():
    """Dark trousers may count half as a skirt; a hand on a sleeve stays."""
    hands, classes = torch.ones(1, 2, 1, 3), torch.zeros(1, 8, 1, 3)
    classes[0, REGIONS.index("pants"), 0, 0] = classes[0, REGIONS.index("dress or skirt"), 0, 0] = 0.45
    classes[0, REGIONS.index("upper clothes"), 0, 1] = 0.9
    classes[0, REGIONS.index("arms"), 0, 2] = 0.9
    assert out_of_pockets(hands, classes, LEGWEAR)[0, 0, 0].tolist() == [0.0, 1.0, 1.0]
    assert out_of_pockets(hands, classes)[0, 0, 0, 0] > 0.8
