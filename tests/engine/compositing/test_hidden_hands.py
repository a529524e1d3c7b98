"""Hands in pockets: the flat scene, whose right arm hangs from (39, 36) over its elbow to its wrist."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from flat_scene import HERE, SIDES, SIZE, TROUSERS, classes, pose
from torch import Tensor

from engine.compositing.atlas import CLASSES
from engine.compositing.cut_outs import CutOut, Poses, along_limb, lay_over
from engine.compositing.hidden_hands import OtherHand, other_hand, out_of_pockets
from engine.compositing.limb_bones import ARM_CHAINS, distance, segments
from engine.compositing.limbs_elsewhere import elsewhere, trunk_of
from engine.compositing.ribbons import ribbon
from engine.pose import skeleton as sk
from engine.regions import REGIONS

ARM = REGIONS.index("arms")
RIGHT, LEFT = ARM_CHAINS
AROUND_WRISTS = slice(58, 80), slice(20, 38), slice(60, 78)


def around(right: int, left: int) -> Tensor:
    """Classes [8, h, w] of a person whose wrists and hands show these."""
    rows, of_right, of_left = AROUND_WRISTS
    number_hw = classes((right, (rows, of_right)), (left, (rows, of_left)))
    return F.one_hot(number_hw, CLASSES).movedim(-1, 0).float()


def hand(class_8hw: Tensor, limb: int = RIGHT) -> OtherHand | None:
    own_183 = pose()[0]
    was = ribbon(own_183, segments(own_183, SIDES), limb, 1.0, SIDES)
    assert was is not None
    return other_hand(limb, was, own_183, class_8hw, SIDES)


def test_for_a_hand_in_its_pocket_there_is_the_other_mirrored():
    made = hand(around(TROUSERS, ARM))
    assert made is not None and made.limb == LEFT and made.mirrored
    assert made.shown_N[-2:].min() == 1 and made.shown_N[:-10].max() == 0


@pytest.mark.parametrize(("right", "left"), [(ARM, ARM), (TROUSERS, TROUSERS), (0, ARM)])
def test_a_hand_that_is_seen_has_no_other_and_where_both_are_hidden_there_is_none(right, left):
    assert hand(around(right, left)) is None


def test_of_an_arm_in_a_pocket_the_trousers_are_not():
    arms, class_8hw = torch.ones(1, 2, *SIZE), around(TROUSERS, ARM)
    made = out_of_pockets(arms, class_8hw[None])
    rows, of_right, of_left = AROUND_WRISTS
    assert made[0, :, rows, of_right].max() == 0 and made[0, :, rows, of_left].min() == 1


def test_a_moved_arm_ends_in_the_other_ones_hand():
    """The photo has the left wrist in a colour of its own; the right arm's matte ends at its wrist."""
    own_183 = pose()[0]
    now_183 = pose({sk.RIGHT_WRIST: (-20.0, -20.0)})[0]
    trunk, made = trunk_of(now_183, own_183, SIDES), hand(around(TROUSERS, ARM))
    assert trunk is not None and made is not None
    bones = [
        e for e in elsewhere(now_183, own_183, trunk, torch.ones(4, *SIZE), SIDES) if e.bone.chain == RIGHT
    ]
    poses, none = Poses(now_183, own_183, SIDES), torch.zeros(SIZE)
    nothing = torch.zeros(CLASSES, *SIZE), torch.zeros(3, *SIZE), none
    way = along_limb(bones, poses, none, trunk, *nothing)
    forearm = segments(own_183, SIDES)[7]
    theirs = (distance(HERE, forearm.end + 0.3 * forearm.step) < 0.3 * abs(forearm.step)).float()
    layers = []
    for with_hand in (True, False):
        layer_4HW = torch.zeros(4, *SIZE)
        along = way._replace(hand=made if with_hand else None)
        cut_out = CutOut(theirs.expand(3, -1, -1), none, 1.0, along, other_HW=theirs)
        lay_over(layer_4HW, bones, poses, cut_out, HERE)
        layers.append(layer_4HW)
    beyond = bones[-1].now.end + 0.3 * abs(forearm.step) * bones[-1].now.step / abs(bones[-1].now.step)
    there = distance(HERE, beyond) < 0.15 * abs(forearm.step)
    assert there.sum() >= 4 and layers[0][:, there].min() > 0.9 and layers[1].max() == 0
