"""Arms that a photo hides, in the flat scene, whose arms hang."""

from __future__ import annotations

import pytest
import torch
from flat_scene import HERE, PX, SIDES, SIZE, pose
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from engine.compositing.limb_bones import ARM_CHAINS, ARMS, off, segments
from engine.compositing.ribbons import place_of, ribbon
from engine.compositing.whole_arms import FILLED, LENT, SEEN, WholeArms, hardly_seen, how_shown, whole_arms
from engine.pose import skeleton as sk

RIGHT, LEFT = 0, 1
BROAD = 0.15  # units to either side of its bones


def bones_of(side: int, pose_B183: Tensor) -> Tensor:
    """How far positions are from an arm's bones, hand and all, in units."""
    placed = segments(pose_B183[0], SIDES)
    upper, forearm = ARMS[side]
    return torch.minimum(off(placed[upper], HERE, 0.0), off(placed[forearm], HERE, 0.5))


def matte(side: int, pose_B183: Tensor, broad: float = BROAD) -> Tensor:
    return (bones_of(side, pose_B183) < broad).float()


def along(side: int, pose_B183: Tensor) -> Tensor:
    """A photo [1, 3, H, W] whose colours tell where along an arm px are, and on which side of the picture."""
    line = ribbon(pose_B183[0], segments(pose_B183[0], SIDES), ARM_CHAINS[side], 1.0, SIDES)
    assert line is not None
    where = place_of(HERE, line.line_N)
    told_HW = (where.piece + where.part) / len(line.line_N)
    return torch.stack([told_HW, torch.sign(HERE.real), torch.zeros_like(told_HW)])[None]


BALD = torch.zeros(1, 1, *SIZE)


def shown(arms_12HW: Tensor, pose_B183: Tensor, hair_11HW: Tensor = BALD) -> Tensor:
    return how_shown(arms_12HW, pose_B183, hair_11HW)


def whole(photo_13HW: Tensor, arms_12HW: Tensor, pose_B183: Tensor, hair_11HW: Tensor = BALD) -> WholeArms:
    told = shown(arms_12HW, pose_B183, hair_11HW)
    return whole_arms(photo_13HW, arms_12HW, pose_B183, told, hair_11HW)


def hair_down_to(part: float, pose_B183: Tensor) -> Tensor:
    """Hair [1, 1, H, W] before the right arm, from its shoulder to that part of its upper bone."""
    upper = segments(pose_B183[0], SIDES)[ARMS[RIGHT][0]]
    down_hw = ((HERE - upper.begin) / upper.step).real
    return ((down_hw < part) & (HERE.real < 0)).float()[None, None]


def test_beneath_hair_before_its_shoulder_an_arm_goes_on_as_below():
    own = pose()
    hair = hair_down_to(0.15, own)
    arms = torch.stack([matte(RIGHT, own) * (1.0 - hair[0, 0]), matte(LEFT, own)])[None]
    photo = torch.where(hair > 0, -1.0, 0.6).expand(1, 3, *SIZE)
    assert shown(arms, own, hair).tolist() == [[FILLED, SEEN]]
    made = whole(photo, arms, own, hair)
    placed = segments(own[0], SIDES)[ARMS[RIGHT][0]]
    inside = (off(placed, HERE, 0.0) < 0.5 * BROAD) & (((HERE - placed.begin) / placed.step).real > 0.05)
    assert made.drawn[0, RIGHT][inside].min() > 0.9
    assert (made.arms[0, :3, inside] - 0.6).abs().max() < 0.1, "no hair goes along"


@pytest.mark.parametrize("part", [0.25, 0.5, 1.1])
def test_an_arm_whose_upper_half_hair_hides_is_lent(part):
    own = pose()
    hair = hair_down_to(part, own)
    arms = torch.stack([matte(RIGHT, own) * (1.0 - hair[0, 0]), matte(LEFT, own)])[None]
    assert shown(arms, own, hair).tolist() == [[LENT, SEEN]]


@pytest.mark.parametrize("hidden", [RIGHT, LEFT])
def test_an_arm_that_is_hardly_seen_is_the_other_one_mirrored(hidden):
    own = pose()
    arms = torch.stack([matte(side, own) * (side != hidden) for side in (RIGHT, LEFT)])[None]
    photo = along(1 - hidden, own)
    made = whole(photo, arms, own)
    assert made.arms.shape == (1, 6, *SIZE)
    assert torch.equal(made.arms[:, 3 * (1 - hidden) :][:, :3], photo), "who lends is as ever"
    assert torch.equal(made.drawn[:, 1 - hidden], arms[:, 1 - hidden])
    wanted = matte(hidden, own)
    told_1HW, side_1HW, _ = made.arms[0, 3 * hidden :][:3].split(1)
    assert (made.drawn[0, hidden] - wanted).abs().mean() < 0.01 < wanted.mean()
    inside = bones_of(hidden, own) < 0.5 * BROAD
    assert (side_1HW[0][inside] == (1 if hidden == RIGHT else -1)).all(), "from the picture's other half"
    assert (told_1HW[0] - along(hidden, own)[0, 0])[inside].abs().max() < 0.02, "the wrist is at the wrist"


def test_what_stands_out_of_a_sleeve_is_not_lent():
    """In the crook of an elbow lies a forearm, and behind it a coat's tail."""
    own = pose()
    placed = segments(own[0], SIDES)
    beside = off(placed[ARMS[LEFT][0]], HERE, 0.0)
    out = (beside < 0.4) & ((HERE.imag - placed[ARMS[LEFT][0]].end.imag).abs() < 3 * PX)
    left = matte(LEFT, own).maximum(out.float())
    arms = torch.stack([torch.zeros(SIZE), left])[None]
    drawn = whole(along(LEFT, own), arms, own).drawn[0]
    assert torch.equal(drawn[LEFT], left), "of one that is seen it stays"
    far = bones_of(RIGHT, own)
    assert drawn[RIGHT][far > BROAD + 0.12].max() < 0.05
    assert drawn[RIGHT][far < 0.8 * BROAD].min() > 0.9


def test_of_the_trunk_beside_a_shoulder_nothing_is_lent():
    """Of somebody seen from a side that is the other sleeve."""
    own = pose()
    below = (HERE.imag - segments(own[0], SIDES)[ARMS[LEFT][0]].begin.imag).abs()
    trunk = (below < 25 * PX) & (HERE.real > 0) & (HERE.real < 8 * PX)  # 4 px and more from the shoulder
    left = matte(LEFT, own).maximum(trunk.float())
    drawn = whole(along(LEFT, own), torch.stack([torch.zeros(SIZE), left])[None], own).drawn[0]
    assert drawn[RIGHT][(bones_of(RIGHT, own) > BROAD + 0.2) & (below > 6 * PX)].max() < 0.05
    assert drawn[RIGHT][bones_of(RIGHT, own) < 0.8 * BROAD].min() > 0.9


@pytest.mark.parametrize(("part", "lends"), [(0.15, False), (0.4, True)])
def test_an_arm_whose_forearm_points_at_us_lends_nothing(part, lends):
    own = pose()
    wrist, elbow = own[0, sk.LEFT_WRIST, :2], own[0, sk.LEFT_ELBOW, :2]
    own[0, sk.LEFT_WRIST, :2] = elbow + part * (wrist - elbow)
    arms = torch.stack([torch.zeros(SIZE), matte(LEFT, own)])[None]
    assert shown(arms, own).tolist() == [[LENT if lends else SEEN, SEEN]]


def test_of_arms_that_are_both_seen_nothing_is_changed():
    own, photo = pose(), torch.rand(1, 3, *SIZE)
    arms = torch.stack([matte(RIGHT, own), matte(LEFT, own)])[None]
    made = whole(photo, arms, own)
    assert torch.equal(made.arms, photo) and torch.equal(made.drawn, arms)


def test_nobody_lends_what_is_not_seen_either_and_no_arm_without_its_joints():
    own, photo = pose(), torch.rand(1, 3, *SIZE)
    nothing = torch.zeros(1, 2, *SIZE)
    assert torch.equal(whole(photo, nothing, own).drawn, nothing)
    own[0, sk.RIGHT_WRIST, 2] = 0
    arms = torch.stack([torch.zeros(SIZE), matte(LEFT, own)])[None]
    assert torch.equal(whole(photo, arms, own).drawn, arms)


@given(st.floats(0.0, 1.0), st.floats(0.13, 0.5))
def test_an_arm_is_hardly_seen_of_whose_breadth_less_than_half_is(share, broad):
    """Of 53 photographs 11 have one such arm, of less than .45; of all others .58 and more is seen."""
    other = torch.full((20,), broad)
    if abs(share - 0.5) > 1e-3:
        assert hardly_seen(share * other, other) == (share < 0.5)
    assert not hardly_seen(torch.zeros(20), torch.full((20,), 0.1)), "of so thin an arm nothing is lent"


def crossed(longer: float = 8.0) -> tuple[Tensor, Tensor]:
    """A pose [1, 18, 3] whose left forearm lies across the right one, which is so many px longer, and mattes
    of what is seen of both."""
    own = pose({sk.LEFT_WRIST: (-30.0, -6.0), sk.RIGHT_WRIST: (0.0, longer)})
    left = matte(LEFT, own)
    return own, torch.stack([matte(RIGHT, own) * (1.0 - left), left])[None]


def test_an_arm_that_another_lies_on_goes_on_beneath_it_in_its_own_colours():
    own, arms = crossed()
    photo = torch.full((1, 3, *SIZE), 0.2)
    photo[:, :, arms[0, LEFT] > 0] = -0.9
    assert ((matte(RIGHT, own) > 0) & (arms[0, LEFT] > 0)).sum() > 20
    made = whole(photo, arms, own)
    inside = (bones_of(RIGHT, own) < 0.6 * BROAD) & (arms[0, LEFT] > 0)
    inside &= HERE.imag < own[0, sk.RIGHT_WRIST, 1] - 4 * PX
    assert inside.sum() > 10
    assert made.drawn[0, RIGHT][inside].min() > 0.9
    assert (made.arms[0, :3][:, inside] - 0.2).abs().max() < 0.05
    assert torch.equal(made.arms[0, 3:], photo[0]) and torch.equal(made.drawn[0, LEFT], arms[0, LEFT])


def test_where_a_wrist_is_hidden_forearm_and_hand_are_lent():
    """Of what goes over into the hand there is no other end."""
    own, arms = crossed(0.0)
    photo = torch.full((1, 3, *SIZE), 0.2)
    photo[:, :, arms[0, LEFT] > 0] = -0.9
    made = whole(photo, arms, own)
    hidden = (bones_of(RIGHT, own) < 0.5 * BROAD) & (arms[0, LEFT] > 0)
    hidden &= (HERE.imag - own[0, sk.RIGHT_WRIST, 1]).abs() < 4 * PX
    assert hidden.sum() > 5
    assert made.drawn[0, RIGHT][hidden].min() > 0.9
    assert ((made.arms[0, 0][hidden] + 0.9).abs() < 0.05).float().mean() > 0.8


def test_an_arm_beneath_another_has_nothing_of_that_ones_colours_at_its_edge():
    own, arms = crossed()
    rim = torch.nn.functional.max_pool2d(arms[:, LEFT:], 3, 1, 1)[0, 0] > 0
    photo = torch.full((1, 3, *SIZE), 0.2)
    photo[:, :, rim] = -0.9
    made = whole(photo, arms, own)
    inside = (bones_of(RIGHT, own) < 0.6 * BROAD) & rim
    inside &= HERE.imag < own[0, sk.RIGHT_WRIST, 1] - 4 * PX
    beside = inside & (arms[0, LEFT] == 0)
    assert beside.sum() > 5
    assert ((made.arms[0, 0][beside] - 0.2).abs() < 0.1).float().mean() > 0.7


def test_how_arms_are_shown_is_told_once_and_holds_in_every_size():
    """In a finer picture more of an arm may be seen, or less."""
    own, photo = pose(), torch.rand(1, 3, *SIZE)
    right = torch.zeros(SIZE)
    lent = shown(torch.stack([right, matte(LEFT, own)])[None], own)
    assert lent.tolist() == [[LENT, SEEN]]
    seen = torch.stack([matte(RIGHT, own), matte(LEFT, own)])[None]
    assert whole_arms(photo, seen, own, lent, BALD).arms.shape[1] == 6
    across, arms = crossed()
    told = shown(arms, across)
    assert told.tolist() == [[FILLED, SEEN]]
    nothing_over = torch.stack([matte(RIGHT, across), torch.zeros(SIZE)])[None]
    made = whole_arms(photo, nothing_over, across, told, BALD)
    assert torch.equal(made.drawn, nothing_over) and torch.equal(made.arms[:, :3], photo)


def test_an_arm_in_pieces_is_lent():
    """Of what is told of 53 photographs, a piece that is hardly seen is a broken sleeve."""
    other = torch.full((20,), 0.3)
    for broken, lent in ((5, True), (2, False)):
        own = 0.8 * other
        own[8 : 8 + broken] = 0.05 * other[0]
        assert hardly_seen(own, other) == lent


@pytest.mark.parametrize(
    ("length", "crossed", "how"), [(0.5, True, LENT), (0.7, True, FILLED), (0.5, False, SEEN)]
)
def test_an_arm_that_is_hidden_and_whose_forearm_points_at_the_viewer_is_lent(length, crossed, how):
    """Drawn out as long as the other one it would be a slab."""
    own = pose()
    elbow, wrist = own[0, sk.RIGHT_ELBOW, :2], own[0, sk.RIGHT_WRIST, :2].clone()
    own[0, sk.RIGHT_WRIST, :2] = elbow + length * (wrist - elbow)
    arms = torch.stack([matte(RIGHT, own), matte(LEFT, own)])[None]
    upper = segments(own[0], SIDES)[ARMS[RIGHT][0]]
    part = ((HERE - upper.begin) / upper.step).real
    over = (part > 0.6) & (part < 0.8) & (HERE.real < 0)
    if crossed:  # the other one lies across its upper arm
        arms[0, RIGHT] *= ~over
        arms[0, LEFT] = arms[0, LEFT].maximum(over.float())
    assert shown(arms, own).tolist() == [[how, SEEN]]
