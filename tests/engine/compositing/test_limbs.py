"""Limbs that are elsewhere: cut out with hands and feet, moved by their bones; the engine's give way."""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, sin

import pytest
import torch
from flat_scene import (
    FACE,
    SHIRT,
    SIZE,
    TROUSERS,
    Part,
    arms,
    classes,
    grey,
    own_pose,
    pose,
    seen,
    source,
)  # fmt: skip
from torch import Tensor

from engine.compositing.detail import DetailSource
from engine.compositing.feet import rims_of_feet
from engine.compositing.layers import without_moved_hands
from engine.compositing.limb_mattes import limb_mattes
from engine.compositing.limbs import moved_limbs
from engine.compositing.limbs_behind import without_arms
from engine.compositing.limbs_found import find_moved
from engine.compositing.own_pose import OwnPose
from engine.compositing.under_arms import with_rims
from engine.compositing.under_hands import under_hands
from engine.pose import skeleton as sk
from engine.regions import REGIONS

ARM, LEG, SKIRT = (REGIONS.index(name) for name in ("arms", "legs", "dress or skirt"))
LEFT_ARM, RIGHT_ARM = (slice(38, 74), slice(61, 74)), (slice(38, 74), slice(22, 35))
LEFT_LEG, RIGHT_LEG = (slice(66, 122), slice(49, 62)), (slice(66, 122), slice(34, 47))
TRUNK = slice(33, 66), slice(36, 61)
PARTS = (
    (SHIRT, TRUNK), (ARM, LEFT_ARM), (ARM, RIGHT_ARM), (LEG, LEFT_LEG), (LEG, RIGHT_LEG),
)  # fmt: skip
BENEATH = classes(*PARTS[:1], *PARTS[3:])
RAISED = {sk.LEFT_ELBOW: (8.0, -14.0), sk.LEFT_WRIST: (8.0, -42.0)}  # to (74, 36) and (76, 22)
NODDED = RAISED | {sk.NOSE: (1.0, 0.0)}  # where more than an arm moves the photo is not all around it
PLATE = -0.7
WHITE, YELLOW, BLUE = (1.0, 1.0, 1.0), (1.0, 1.0, -1.0), (-1.0, -1.0, 1.0)


def photo() -> Tensor:
    """Black; arms and legs white, hands and feet yellow, the shirt blue."""
    picture = torch.full((1, 3, *SIZE), -1.0)

    def paint(where: tuple[slice, slice], colour: tuple[float, float, float]) -> None:
        picture[0, :, where[0], where[1]] = torch.tensor(colour)[:, None, None]

    paint(TRUNK, BLUE)
    for limb in (LEFT_ARM, RIGHT_ARM, LEFT_LEG, RIGHT_LEG):
        paint(limb, WHITE)
        paint((slice(limb[0].stop - 8, limb[0].stop), limb[1]), YELLOW)
    return picture


def limbs_of(
    own_hw: Tensor,
    own: Tensor | None = None,
    left: Sequence[Part] = (LEFT_ARM,),
    right: Sequence[Part] = (RIGHT_ARM,),
) -> Tensor:
    """Mattes of the limbs of a photo, of whose arms these are the parts."""
    mattes = arms(own_hw, right, left).mattes
    return limb_mattes(pose() if own is None else own, seen(own_hw), mattes)


def shown(now: Tensor, surface: Tensor, photo_of: DetailSource, own: OwnPose) -> Tensor:
    found = find_moved(now, surface, photo_of, own)
    own = own._replace(arms=photo_of.photo[:, : own.background.shape[1]])
    return moved_limbs(found, photo_of, without_moved_hands(now, photo_of, own), own)


def layer(now: Tensor, drawn: Tensor | None = None, parts=PARTS, left=(LEFT_ARM,)) -> Tensor:
    """[4, H, W]. drawn: classes of what the engine draws; by default it stands still."""
    own_hw = classes(*parts)
    mattes = limbs_of(own_hw, left=left)
    own = own_pose(seen(own_hw), pose(), limbs=mattes, background=grey(PLATE))
    behind_hw = (own_hw == 0).float()
    return shown(now, seen(own_hw if drawn is None else drawn), source(photo(), behind_hw), own)[0]


def is_colour(made: Tensor, row: int, column: int, colour: tuple[float, float, float]) -> bool:
    matte, *seen_3 = made[:, row, column].tolist()
    return matte > 0.9 and all(abs(a - b) < 0.25 for a, b in zip(seen_3, colour, strict=True))


def test_a_raised_arm_brings_its_hand_and_leaves_nothing():
    made = layer(pose(RAISED))
    assert is_colour(made, 30, 75, WHITE), "the forearm, between (74, 36) and (76, 22)"
    assert is_colour(made, 17, 76, YELLOW), "the hand above it"
    assert is_colour(made, 36, 68, WHITE), "the upper arm"
    assert made[0, 90, 30] == 0, "nothing elsewhere"


@pytest.mark.parametrize(("arm", "sleeveless"), [(ARM, True), (SHIRT, False)])
def test_whether_an_arm_has_a_sleeve_the_photo_says_and_not_what_an_engine_draws(arm, sleeveless):
    """Engines draw the sleeves of the people that they learnt from."""
    own_hw = classes(*PARTS[:1], (arm, LEFT_ARM), *PARTS[2:])
    drawn = seen(classes(*PARTS[:1], (ARM if arm == SHIRT else SHIRT, LEFT_ARM), *PARTS[2:]))
    own = own_pose(seen(own_hw), pose(), limbs=limbs_of(own_hw))
    own = own._replace(surface=drawn.softmax(1))
    (found,) = find_moved(pose(RAISED), drawn, source(photo(), (own_hw == 0).float()), own)
    assert found is not None and found.ways[3].sleeveless == sleeveless


@pytest.mark.parametrize("arm", [ARM, SHIRT])
def test_no_clothes_go_on_up_a_bare_shoulder(arm, monkeypatch):
    """Behind an arm are clothes of 0.9: beside a strap a second one would hang."""
    own_hw = classes(*PARTS[:1], (arm, LEFT_ARM), *PARTS[2:])
    mattes = limbs_of(own_hw)
    own = own_pose(seen(own_hw), pose(), limbs=mattes, background=grey(PLATE))
    own.under[:, :3], own.under[:, 3:, :40] = 0.9, with_rims(mattes[:, 2:])[..., :40, :]
    photo_of, now = source(photo(), (own_hw == 0).float()), pose(RAISED)
    behind: list[Tensor] = []

    def recorded(*args):
        planes, hers = without_arms(*args)
        behind.append(torch.full((3, *SIZE), torch.nan))
        behind[0][(..., *args[-1])] = planes
        return planes, hers

    monkeypatch.setattr("engine.compositing.limbs.without_arms", recorded)
    shown(now, seen(own_hw), photo_of, own)
    clothed = (behind[0][:, 39, 60] - 0.9).abs().max() < 0.05  # where the arm came out of its trunk
    assert clothed == (arm == SHIRT)


def test_hair_before_a_shoulder_stays_before_an_arm_that_is_raised():
    """Hair of 0.5 down to the middle of the left upper arm, which is raised."""
    hair = REGIONS.index("hair"), (slice(20, 46), slice(58, 72))
    own_hw = classes(*PARTS, hair)
    picture = photo()
    picture[0, :, hair[1][0], hair[1][1]] = 0.5
    mattes = limbs_of(own_hw)
    mattes[:, 3] *= own_hw != hair[0]
    entire = limbs_of(classes(*PARTS))[:, 2:]  # the arm goes on beneath it
    own = own_pose(seen(own_hw), pose(), limbs=mattes, background=grey(PLATE), drawn=entire)
    made = shown(pose(RAISED), seen(own_hw), source(picture, (own_hw == 0).float()), own)[0]
    over = torch.lerp(picture[0], made[1:] / made[:1].clamp_min(1e-6), made[:1])  # the layer over the photo
    assert (over[:, 38:42, 62:68] - 0.5).abs().max() < 0.1, "the hair"
    assert is_colour(made, 24, 76, WHITE), "the forearm"


def test_hair_beside_an_upper_arm_stays_where_that_was():
    """Two columns of it at the arm's edge, whose rims go with the arm."""
    rows, columns = slice(44, 56), slice(74, 76)
    own_hw = classes(*PARTS, (REGIONS.index("hair"), (rows, columns)))
    picture = photo()
    picture[0, :, rows, columns] = 0.5
    own = own_pose(seen(own_hw), pose(), limbs=limbs_of(own_hw), background=grey(PLATE))
    made = shown(pose(RAISED), seen(own_hw), source(picture, (own_hw == 0).float()), own)[0]
    over = torch.lerp(picture[0], made[1:] / made[:1].clamp_min(1e-6), made[:1])
    assert (over[:, 46:54, 74:76] - 0.5).abs().max() < 0.1


def test_the_edge_of_a_sleeve_that_is_gone_does_not_stay_with_the_trunk():
    """Shirt of 1 px beside the arm, that no matte of an arm has."""
    edge = SHIRT, (slice(44, 62), slice(74, 75))
    picture = photo()
    picture[0, :, edge[1][0], edge[1][1]] = torch.tensor(BLUE)[:, None, None]
    own_hw = classes(*PARTS, edge)
    kept = own_pose(seen(own_hw), pose(), limbs=limbs_of(own_hw), background=grey(PLATE))
    assert kept.limbs[0, 3, 50, 74] < 0.5
    made = shown(pose(RAISED), seen(own_hw), source(picture, (own_hw == 0).float()), kept)[0]
    assert made[3, 55:60, 74].max() < 0 < 0.9 < picture[0, 2, 55:60, 74].min(), "no blue"
    assert is_colour(made, 50, 58, BLUE), "the trunk is shown"


def test_what_stays_is_no_layer():
    assert layer(pose()).abs().max() == 0
    assert layer(pose({sk.LEFT_WRIST: (0.3, 0.0)})).abs().max() == 0
    assert layer(pose(right=9.0)).abs().max() == 0, "all moved at once"


@pytest.mark.parametrize("absent", [[sk.LEFT_HIP], [sk.LEFT_HIP, sk.RIGHT_HIP], [sk.LEFT_SHOULDER]])
def test_what_stays_stays_where_a_limb_has_no_root(absent):
    for lacking in ("now", "both"):
        now, own = pose(right=9.0), pose()
        for each in (now, own) if lacking == "both" else (now,):
            each[0, absent, 2], each[0, absent, :2] = 0, 0.0
        own_hw = classes(*PARTS)
        kept = own_pose(seen(own_hw), own, limbs=limbs_of(own_hw, own))
        assert shown(now, seen(own_hw), source(photo(), (own_hw == 0).float()), kept).abs().max() == 0


def test_a_pose_whose_spine_has_no_length_moves_nothing():
    now = pose()
    now[0, [sk.RIGHT_HIP, sk.LEFT_HIP], :2] = now[0, sk.NECK, :2].clone()
    assert layer(now).abs().max() == 0


def test_arms_and_legs_that_a_photo_does_not_show_are_the_engines():
    assert layer(pose(RAISED), parts=(PARTS[0], *PARTS[2:]), left=()).abs().max() == 0


def test_a_person_who_turns_is_the_engines():
    """Shoulders nearer to each other, and no longer on their sides."""
    for width, shown in ((1.0, True), (0.9, True), (0.5, False), (-1.0, False)):
        turned = pose(RAISED)
        neck = turned[0, sk.NECK, 0].item()
        joints = [sk.RIGHT_SHOULDER, sk.LEFT_SHOULDER]
        turned[0, joints, 0] = neck + width * (turned[0, joints, 0] - neck)
        assert (layer(turned)[0].max() > 0.5) == shown, width


def test_joints_at_one_place_tell_nothing():
    for joints in ([sk.RIGHT_SHOULDER, sk.LEFT_SHOULDER], range(18)):
        own = pose()
        own[0, list(joints), :2] = own[0, sk.NECK, :2].clone()
        own_hw = classes(*PARTS)
        kept = own_pose(seen(own_hw), own, limbs=limbs_of(own_hw, own))
        for now in (own, pose(RAISED)):
            assert shown(now, seen(own_hw), source(photo(), (own_hw == 0).float()), kept).abs().max() == 0


def test_a_picture_that_ends_above_the_hips_has_arms_too():
    now, own = pose(RAISED), pose()
    for each in (now, own):
        each[0, [8, 9, 10, 11, 12, 13], 2] = 0
    own_hw = classes(*PARTS)
    kept = own_pose(seen(own_hw), own, limbs=limbs_of(own_hw, own), background=grey(PLATE))
    made = shown(now, seen(own_hw), source(photo(), (own_hw == 0).float()), kept)[0]
    assert is_colour(made, 30, 75, WHITE) and is_colour(made, 50, 50, BLUE), (
        "the arm, and the shirt of the photo"
    )


def test_a_foreshortened_leg_keeps_its_foot():
    made = layer(pose({sk.LEFT_ANKLE: (0.0, -12.0)}))  # the shank half as long
    foot, whole = (
        ((picture[0] > 0) & (picture[2] < 0))[:, 48:64].sum().item() for picture in (made[1:], photo()[0])
    )
    assert foot == pytest.approx(whole, rel=0.25)
    assert is_colour(made, 108, 55, YELLOW) and not is_colour(made, 119, 55, YELLOW)


def test_legs_beyond_what_a_cut_out_can_be_are_the_engines():
    for way in ((0.0, -21.0), (0.0, 18.0)):  # 3 and 42 px of 24
        assert layer(pose({sk.LEFT_ANKLE: way}))[0].max() == 0, way


def test_where_a_leg_was_is_what_is_behind_it_whatever_the_engine_draws():
    """It still draws trousers there."""
    up = {sk.LEFT_KNEE: (20.0, -12.0), sk.LEFT_ANKLE: (20.0, -12.0)}
    made = layer(pose(up), classes(*PARTS[:3], (TROUSERS, LEFT_LEG), (LEG, RIGHT_LEG)))
    assert is_colour(made, 105, 55, (PLATE,) * 3)
    assert is_colour(made, 105, 41, WHITE), "the other leg stays"


def test_a_foot_that_stays_keeps_its_floor_while_the_other_leg_is_lifted():
    """Whatever the engine draws of it, and though its background plate has no shadow."""
    made = layer(pose({sk.LEFT_KNEE: (14.0, -10.0), sk.LEFT_ANKLE: (14.0, -24.0)}), classes(*PARTS[:4]))
    assert is_colour(made, 118, 40, YELLOW), "the foot"
    assert is_colour(made, 118, 32, (-1.0, -1.0, -1.0)), "and beside it the photo, which is no plate"
    assert made[0, 118, 20] == 0, "farther nothing"


def test_where_an_arm_hung_the_trunk_is_as_broad_as_in_the_photo_whatever_the_engine_draws():
    """It draws hips where it forgot a hand."""
    drawn = classes(*PARTS, (TROUSERS, (slice(56, 74), slice(36, 74))))
    made = layer(pose(RAISED), drawn)
    assert is_colour(made, 62, 58, BLUE), "the shirt beside the arm"
    assert is_colour(made, 62, 68, (PLATE,) * 3) and is_colour(made, 70, 68, (PLATE,) * 3)


def test_fingers_longer_than_a_hand_is_thought_to_be_do_not_stay_where_they_were():
    """A ribbon ends 7 px beyond the wrist, which is in row 64."""
    fingers = slice(38, 78), slice(61, 74)
    made = layer(pose(RAISED), parts=(*PARTS, (ARM, fingers)), left=(fingers,))
    assert is_colour(made, 75, 69, (PLATE,) * 3)


def test_a_neck_that_counts_as_an_arm_stays_when_an_arm_is_raised():
    neck = slice(24, 33), slice(42, 59)
    head = FACE, (slice(10, 24), slice(40, 56))
    picture = photo()
    picture[0, :, neck[0], neck[1]] = torch.tensor(YELLOW)[:, None, None]
    own_hw = classes(*PARTS, head, (ARM, neck))
    mattes = limbs_of(own_hw)
    kept = own_pose(seen(own_hw), pose(), limbs=mattes, background=grey(PLATE))
    drawn = seen(classes(*PARTS, head, (ARM, neck)))
    made = shown(pose(RAISED), drawn, source(picture, (own_hw == 0).float()), kept)[0]
    assert is_colour(made, 26, 48, YELLOW) and is_colour(made, 29, 57, YELLOW)


def test_an_upper_arm_that_stays_is_not_taken_away_with_its_forearm():
    """Nor half of it, when the forearm is half drawn."""
    for far in (1.0, 0.1):
        made = layer(pose({sk.LEFT_WRIST: (12.0 * far, -14.0 * far)}))
        assert all(is_colour(made, row, column, WHITE) for row in (42, 46) for column in (63, 67))


def test_where_a_forearm_lay_on_the_shirt_are_the_shirts_colours():
    forearm = slice(48, 53), slice(42, 68)
    own_hw = classes(*PARTS[:3], (ARM, forearm))
    own = pose({sk.LEFT_WRIST: (-20.0, -14.0)})  # at (48, 50)
    mattes = limbs_of(own_hw, own, (LEFT_ARM, forearm))
    picture = photo()
    picture[0, :, forearm[0], forearm[1]] = torch.tensor(YELLOW)[:, None, None]
    given = source(picture, (own_hw == 0).float())
    under, _ = under_hands(given.photo, seen(own_hw), own, mattes, arms(BENEATH).beneath)
    kept = own_pose(seen(own_hw), own, limbs=mattes, under=under, background=grey(PLATE))
    made = shown(pose(RAISED), seen(own_hw), given, kept)[0]
    assert is_colour(made, 50, 50, BLUE)


def test_where_an_arm_hung_before_cloth_is_cloth_and_where_it_hung_beside_nobody():
    """A stripe that the parsing network takes for the arm, or for its rim."""
    stripe, arm = (slice(44, 64), slice(60, 65)), (slice(38, 74), slice(57, 74))
    own_hw = classes(PARTS[0], (ARM, arm), *PARTS[2:])
    picture = photo()
    picture[0, :, stripe[0], stripe[1]] = torch.tensor(YELLOW)[:, None, None]
    given, mattes = source(picture, (own_hw == 0).float()), limbs_of(own_hw, left=(arm,))
    under = torch.zeros(1, 5, *SIZE)
    under[:, 2], under[:, :2], under[:, 4, stripe[0], stripe[1]] = 1.0, -1.0, 1.0
    own = own_pose(seen(own_hw), pose(), limbs=mattes, under=under, background=grey(PLATE))
    made = shown(pose(RAISED), seen(own_hw), given, own)[0]
    assert is_colour(made, 55, 62, BLUE)
    assert is_colour(made, 55, 69, (PLATE,) * 3), "the arm is gone"


@pytest.mark.parametrize(("row", "column", "cloth"), [(40, 62, True), (46, 76, False)])
def test_cloth_that_goes_to_a_lifted_sleeve_is_the_shirts_near_the_shoulder(row, column, cloth):
    """The engine draws it grey, and its outline as it should be. The shoulder is at (60, 36)."""
    sleeve = slice(38, 46), slice(61, 74)
    parts = (*PARTS[:3], (SHIRT, sleeve), *PARTS[3:])
    out = pose({sk.LEFT_ELBOW: (8.0, -12.0), sk.LEFT_WRIST: (20.0, -24.0)})  # at (74, 38) and (88, 40)
    drawn = classes(*parts, (SHIRT, (slice(36, 50), slice(36, 80))))
    own_hw = classes(*parts)
    picture = photo()
    picture[0, :, sleeve[0], sleeve[1]] = torch.tensor(BLUE)[:, None, None]
    given = source(picture, (own_hw == 0).float())
    mattes = limbs_of(own_hw)
    under, _ = under_hands(given.photo, seen(own_hw), pose(), mattes, arms(BENEATH).beneath)
    kept = own_pose(seen(own_hw), pose(), limbs=mattes, under=under, background=grey(PLATE))
    made = shown(out, seen(drawn), given, kept)[0]
    assert is_colour(made, row, column, BLUE if cloth else (-0.85,) * 3)  # the plate, or the photo's wall


def test_a_loose_sleeve_stands_up_from_no_lifted_arm():
    """Its hem, in row 44, reaches 10 px outwards from the bone, its shoulder, and the arm that comes out of
    it, 4."""
    sleeve = [(slice(row, row + 1), slice(56, row + 29)) for row in range(36, 45)]
    arm = slice(45, 74), slice(61, 68)
    own_hw = classes(PARTS[0], (ARM, arm), *PARTS[2:], *((SHIRT, row) for row in sleeve))
    picture = photo()
    picture[0, :, 38:74, 61:74] = -1.0
    for (rows, columns), colour in ((arm, WHITE), *((row, BLUE) for row in sleeve)):
        picture[0, :, rows, columns] = torch.tensor(colour)[:, None, None]
    given, mattes = source(picture, (own_hw == 0).float()), limbs_of(own_hw, left=(*sleeve, arm))
    under, _ = under_hands(given.photo, seen(own_hw), pose(), mattes, arms(BENEATH).beneath)
    kept = own_pose(seen(own_hw), pose(), limbs=mattes, under=under, background=grey(PLATE))
    out = pose({sk.LEFT_ELBOW: (9.2, -14.0), sk.LEFT_WRIST: (22.0, -28.0)})  # level, at (75, 36) and (90, 36)
    made = shown(out, seen(own_hw), given, kept)[0]
    assert is_colour(made, 36, 67, BLUE) and is_colour(made, 36, 75, WHITE), "sleeve and arm"
    for row, column in ((32, 68), (32, 70)):
        assert is_colour(made, row, column, (-0.85,) * 3), "above the hem, the plate or the photo's wall"


def test_a_doubt_of_who_is_there_eats_no_leg_beside_where_a_hand_hung():
    """The leg is taken for the wall, 8 px from the hand, where the picture is hardly the photo alone."""
    arm = [(slice(38, 54), slice(61, 74)), (slice(54, 74), slice(66, 74))]
    own_hw = classes(PARTS[0], *((ARM, part) for part in arm), *PARTS[2:])
    behind_hw = (own_hw == 0).float()
    behind_hw[64:72, 54:62] = 1.0
    own = own_pose(seen(own_hw), pose(), limbs=limbs_of(own_hw, left=arm), background=grey(PLATE))
    made = shown(pose(RAISED), seen(own_hw), source(photo(), behind_hw), own)[0]
    matte, *colour = made[:, 66, 61].tolist()
    assert matte > 0.2 and min(colour) > 0.8 * matte, "the white leg"


def test_what_the_engine_drew_of_a_limb_gives_way_and_a_head_does_not():
    beside = slice(18, 34), slice(79, 88)  # of the raised forearm
    drawn = classes(*PARTS, (ARM, beside))
    assert is_colour(layer(pose(RAISED), drawn), 26, 85, (PLATE,) * 3)
    for number in (FACE, REGIONS.index("hair")):
        assert layer(pose(NODDED), classes(*PARTS, (number, beside)))[0, 26, 85] < 0.01


def test_a_coat_over_a_leg_is_not_the_legs():
    coat = slice(66, 104), slice(48, 66)
    out = pose({sk.LEFT_ANKLE: (14.0, -3.0)})
    hung = classes(*PARTS, (SHIRT, (slice(92, 104), slice(62, 68))))
    without, with_coat = layer(out, hung), layer(out, hung, (*PARTS, (SHIRT, coat)))
    assert without[0, 98, 66] > 0.9 and with_coat[0, 98, 66] < without[0, 98, 66]


def test_a_hand_that_is_hidden_is_behind_the_trunk():
    behind = pose({sk.LEFT_ELBOW: (4.0, 0.0), sk.LEFT_WRIST: (-11.0, -9.0)})  # from (70, 50) to (57, 55)
    before = layer(behind)
    assert is_colour(before, 57, 53, YELLOW)
    behind[0, sk.LEFT_WRIST, 2] = sk.GUESSED
    drawn = classes(*PARTS, (ARM, (slice(52, 60), slice(44, 66))))  # as engines draw it
    made = layer(behind, drawn)
    assert is_colour(made, 57, 53, BLUE), "the shirt"
    assert is_colour(made, 52, 66, WHITE), "beside it the forearm"


@pytest.mark.parametrize("guessed", [sk.LEFT_ELBOW, sk.LEFT_WRIST])
def test_an_arm_of_which_a_joint_is_guessed_is_behind_head_and_other_arm_too(guessed):
    """Raised across the head, whose photo is all black, and its hand laid on the right arm."""
    head = FACE, (slice(14, 33), slice(41, 55))
    raised = pose({sk.LEFT_ELBOW: (-10.0, -28.0), sk.LEFT_WRIST: (-24.0, -48.0)})  # from (56, 22) to (44, 16)
    lies = pose({sk.LEFT_ELBOW: (-14.0, -2.0), sk.LEFT_WRIST: (-30.0, -14.0)})  # from (52, 48) to (38, 50)
    for now, row, column, colour in ((raised, 19, 50, (-1.0,) * 3), (lies, 51, 31, WHITE)):
        assert is_colour(layer(now, parts=(*PARTS, head)), row, column, YELLOW if row > 50 else WHITE)
        now[0, guessed, 2] = sk.GUESSED
        assert is_colour(layer(now, parts=(*PARTS, head)), row, column, colour)


def test_a_hand_that_leaves_a_face_leaves_the_engines_face():
    head, hand = (slice(10, 30), slice(40, 56)), (slice(16, 26), slice(50, 62))
    arm = slice(24, 52), slice(58, 68)
    own_hw = classes(*PARTS[:1], *PARTS[2:], (FACE, head), (ARM, arm), (ARM, hand))
    own = pose({sk.LEFT_ELBOW: (0.0, 0.0), sk.LEFT_WRIST: (-10.0, -40.0)})  # at (58, 24)
    picture = photo()
    picture[0, :, head[0], head[1]] = torch.tensor(YELLOW)[:, None, None]
    picture[0, :, hand[0], hand[1]] = 1.0
    given, mattes = source(picture, (own_hw == 0).float()), limbs_of(own_hw, own, (arm, hand))
    kept = own_pose(seen(own_hw), own, limbs=mattes, background=grey(PLATE))
    made = shown(pose(), seen(classes(*PARTS, (FACE, head))), given, kept)[0]
    assert made[0, 18:24, 52:55].max() < 0.05, "the engine's face"
    assert is_colour(made, 20, 44, YELLOW), "the photo's beside it"


def test_an_arm_that_another_is_laid_across_stays_the_photos_behind_it():
    """An engine draws nothing of it: the right hand, yellow, is laid on the left forearm. One that ends
    farther off leaves that arm alone."""
    elbow = {sk.RIGHT_ELBOW: (22.0, -4.0)}  # at (48, 46)
    drawn = classes(*PARTS[:2], *PARTS[3:])
    across = layer(pose(elbow | {sk.RIGHT_WRIST: (33.0, -12.0)}), drawn)  # at (61, 52)
    assert is_colour(across, 54, 65, YELLOW), "the hand"
    for row in (42, 64):
        assert is_colour(across, row, 66, WHITE), "above and below it"
    beside = layer(pose({sk.RIGHT_WRIST: (12.0, -12.0)}), drawn)
    assert beside[0, 62, 66] < 0.05


def test_a_hand_on_a_thigh_that_is_moved_stays_before_it():
    hand = slice(64, 80), slice(56, 62)
    own_hw = classes(*PARTS[:3], (TROUSERS, LEFT_LEG), (LEG, RIGHT_LEG), (ARM, hand))
    up = {sk.LEFT_KNEE: (20.0, -12.0), sk.LEFT_ANKLE: (20.0, -12.0)}
    own = pose({sk.LEFT_WRIST: (-9.0, 2.0)})
    now = pose({sk.LEFT_WRIST: (-9.0, 2.0), **up})
    picture = photo()
    picture[0, :, hand[0], hand[1]] = torch.tensor(YELLOW)[:, None, None]
    kept = own_pose(seen(own_hw), own, limbs=limbs_of(own_hw, own, (LEFT_ARM, hand)), background=grey(PLATE))
    made = shown(now, seen(own_hw), source(picture, (own_hw == 0).float()), kept)[0]
    assert is_colour(made, 71, 59, YELLOW)


def test_a_trunk_that_is_leant_takes_its_shirt_along():
    lean = pose()
    upper = [0, 1, 2, 3, 4, 5, 6, 7, 14, 15, 16, 17]
    lean[0, upper, 0] += 0.3  # half the picture's width is 48 px: 14 px over the hips
    made = layer(lean)
    assert is_colour(made, 40, 70, BLUE), "beside where the shirt was"
    assert not is_colour(made, 40, 40, BLUE)


def test_a_trunk_that_is_leant_takes_its_dress_along_and_the_hem_stays():
    """The engine draws no dress: the photo's goes with the spine above the hips, and over to its legs."""
    dress = slice(33, 88), slice(36, 61)
    own_hw = classes(*PARTS[1:], (SKIRT, dress))
    picture = photo()
    picture[0, :, dress[0], dress[1]] = torch.tensor(BLUE)[:, None, None]
    kept = own_pose(seen(own_hw), pose(), limbs=limbs_of(own_hw), background=grey(PLATE))
    lean = pose()
    lean[0, [0, 1, 2, 3, 4, 5, 6, 7, 14, 15, 16, 17], 0] += 0.3
    made = shown(lean, seen(own_hw), source(picture, (own_hw == 0).float()), kept)[0]
    for row, column in ((38, 70), (50, 62), (84, 38), (84, 59)):
        assert is_colour(made, row, column, BLUE), (row, column)
    assert not is_colour(made, 40, 40, BLUE)


def test_beyond_its_frame_a_photo_shows_nobody():
    """Where an arm hung at its edge, of somebody who goes to its middle."""
    edge, own_hw = 27, torch.roll(classes(*PARTS), 27, 1)
    left, right = ((rows, slice(at.start + edge, at.stop + edge)) for rows, at in (LEFT_ARM, RIGHT_ARM))
    mattes = limbs_of(own_hw, pose(right=edge), (left,), (right,))
    kept = own_pose(seen(own_hw), pose(right=edge), limbs=mattes, background=grey(PLATE))
    given = source(torch.roll(photo(), edge, 3), (own_hw == 0).float())
    made = shown(pose(RAISED), seen(classes(*PARTS)), given, kept)[0]
    assert is_colour(made, 57, 72, (PLATE,) * 3)


KNEE_OUT = {sk.LEFT_KNEE: (18.0, -14.0), sk.LEFT_ANKLE: (18.0, -14.0)}


def test_a_raised_thigh_leaves_the_shirt_over_its_hip():
    """Its crease is below: a ribbon that came from higher up would take the hem along."""
    made = layer(pose(KNEE_OUT))
    matte_hw, *seen_3hw = made[:, 48:64, 40:60]
    laid_hw = matte_hw > 0.5
    assert laid_hw[-4:].all(), "near the hip"
    for seen_hw, blue in zip(seen_3hw, BLUE, strict=True):
        assert ((seen_hw / matte_hw)[laid_hw] - blue).abs().max() < 0.25


@pytest.mark.parametrize("gap", [slice(70, 122), slice(78, 122)])
def test_short_trousers_go_from_their_crotch_to_the_hem_of_a_raised_thigh(gap):
    """White, their legs are 16 px long, and skin below is yellow; they closed before the gap began. What is
    between crotch and thigh is theirs, and beneath the line from the one to the other nothing stays."""
    shorts = slice(62, 82), slice(36, 61)
    own_hw = classes(
        *PARTS, (LEG, (slice(66, 122), slice(34, 62))), (TROUSERS, shorts), (0, (gap, slice(47, 49)))
    )
    picture = photo()
    picture[0, :, 82:122, 34:62] = torch.tensor(YELLOW)[:, None, None]
    picture[0, :, shorts[0], shorts[1]] = torch.tensor(WHITE)[:, None, None]
    picture[0, :, gap, 47:49] = -1.0
    mattes = limbs_of(own_hw)
    kept = own_pose(seen(own_hw), pose(), limbs=mattes, background=grey(PLATE))
    made = shown(pose(KNEE_OUT), seen(own_hw), source(picture, (own_hw == 0).float()), kept)[0]
    for row, column in ((gap.start - 3, 52), (gap.start - 2, 57), (gap.start - 1, 62)):
        assert made[0, row, column] > 0.9 and made[1, row, column] > 0.75, (row, column)
    assert is_colour(made, gap.start + 8, 54, (PLATE,) * 3), "below"


def test_a_skirt_stays_over_a_leg_that_goes_below_it_and_none_of_it_goes_along():
    """Blue, to below the knees, whatever of it lies where the shank was."""
    skirt, hem = (slice(60, 96), slice(34, 62)), 96
    own_hw = classes(*PARTS, (SKIRT, skirt))
    picture = photo()
    picture[0, :, skirt[0], skirt[1]] = torch.tensor(BLUE)[:, None, None]
    kept = own_pose(seen(own_hw), pose(), limbs=limbs_of(classes(*PARTS)), background=grey(PLATE))
    out = pose({sk.LEFT_ANKLE: (22.0, -6.0)})
    made = shown(out, seen(own_hw), source(picture, (own_hw == 0).float()), kept)[0]
    for row in (84, 90, hem - 2):
        assert is_colour(made, row, 55, BLUE), row
    assert is_colour(made, 114, 55, (PLATE,) * 3), "and the foot is gone"
    blue_hw = (made[3] > 0.5) & (made[1] < 0) & (made[0] > 0.9)
    assert not blue_hw[:, skirt[1].stop + 2 :].any(), "beside the skirt"


def test_a_skirt_goes_along_with_a_thigh_that_nobody_sees():
    """Blue, to the knees: it is stretched from the thigh that stays to the one that is lifted, and leaves the
    wall."""
    skirt = slice(60, 88), slice(34, 62)
    own_hw = classes(*PARTS, (SKIRT, skirt))
    picture = photo()
    picture[0, :, skirt[0], skirt[1]] = torch.tensor(BLUE)[:, None, None]
    limbs = limbs_of(classes(*PARTS))
    limbs[:, :2, : skirt[0].stop] = 0.0
    kept = own_pose(seen(own_hw), pose(), limbs=limbs, background=grey(PLATE))
    made = shown(pose(KNEE_OUT), seen(own_hw), source(picture, (own_hw == 0).float()), kept)[0]
    for row, column in ((76, 66), (78, 60), (84, 46)):
        assert is_colour(made, row, column, BLUE), (row, column)
    assert is_colour(made, 100, 55, (PLATE,) * 3), "where its shank was"


def test_a_shoe_that_is_turned_towards_nobody_goes_whole_and_the_one_beside_it_stays():
    """Both point to the right: by their shanks alone the right one's tip would be the other's."""
    right, left = (slice(114, 124), slice(36, 52)), (slice(114, 121), slice(53, 72))
    own_hw = classes(*PARTS, (LEG, right), (LEG, left))
    picture = photo()
    picture[0, :, right[0], right[1]] = torch.tensor(BLUE)[:, None, None]
    picture[0, :, left[0], left[1]] = torch.tensor(YELLOW)[:, None, None]
    kept = own_pose(seen(own_hw), pose(), limbs=limbs_of(own_hw), background=grey(PLATE))
    made = shown(pose(KNEE_OUT), seen(own_hw), source(picture, (own_hw == 0).float()), kept)[0]
    for row, column in ((118, 46), (118, 48), (118, 50)):
        assert not is_colour(made, row, column, (PLATE,) * 3), (row, column)
    assert is_colour(made, 118, 68, (PLATE,) * 3), "the other's tip has gone"
    yellow_hw = (made[1] > 0.5) & (made[3] < -0.5) & (made[0] > 0.9)
    assert yellow_hw[98:108, 80:].sum() > 20, "with its leg"
    blue_hw = (made[3] > 0.5) & (made[1] < -0.5) & (made[0] > 0.9)
    assert blue_hw[80:, 62:].sum() < 0.5 * yellow_hw[98:108, 80:].sum(), "but for a rim"


def test_a_foot_is_as_long_as_in_heels():
    """Of boots and heels: in a photo of a woman in boots its toes are .54 of the shank below the ankle."""
    toes = slice(122, 128), LEFT_LEG[1]
    own_hw = classes(*PARTS, (LEG, toes))
    picture = photo()
    picture[0, :, 116:128, LEFT_LEG[1]] = torch.tensor(YELLOW)[:, None, None]
    kept = own_pose(seen(own_hw), pose(), limbs=limbs_of(own_hw), background=grey(PLATE))
    made = shown(
        pose({sk.LEFT_ANKLE: (24.0, -6.0)}), seen(own_hw), source(picture, (own_hw == 0).float()), kept
    )[0]
    yellow = ((made[1] > 0.5) & (made[3] < 0) & (made[0] > 0.9)).sum().item()
    assert yellow > 0.9 * (128 - 116) * 13
    assert is_colour(made, 128 - 3, 55, (PLATE,) * 3), "nothing stays"


def test_an_ankle_that_is_moved_alone_keeps_its_thigh():
    """What left is told by the bone, and not by the whole leg."""
    made = layer(pose({sk.LEFT_ANKLE: (16.0, -8.0)}))
    assert is_colour(made, 72, 55, WHITE) and is_colour(made, 84, 55, WHITE), "the thigh was not left"


def test_beside_a_leant_trunk_nobody_is_left():
    """An engine draws some of an arm beside the shoulder, where neither the photo has it nor the pose."""
    lean = pose()
    upper = [0, 1, 2, 3, 4, 5, 6, 7, 14, 15, 16, 17]
    sides_2 = torch.tensor([SIZE[1] / SIZE[0], 1.0])
    hips_2 = lean[0, [sk.LEFT_HIP, sk.RIGHT_HIP], :2].mean(0)
    turned = torch.tensor([[cos(0.4), -sin(0.4)], [sin(0.4), cos(0.4)]])
    lean[0, upper, :2] = ((lean[0, upper, :2] - hips_2) * sides_2) @ turned.T / sides_2 + hips_2
    drawn = classes(*PARTS, (ARM, (slice(36, 50), slice(72, 84))))
    assert is_colour(layer(lean, drawn), 43, 77, (PLATE,) * 3)


def test_the_rim_of_a_limb_has_the_limbs_colours():
    """A matte that is a pixel too wide does not bring what is behind along."""
    own_hw = classes(*PARTS)
    broad = classes(*PARTS[1:], (ARM, (slice(38, 66), slice(59, 76))))
    mattes = limbs_of(broad)
    kept = own_pose(seen(own_hw), pose(), limbs=mattes, background=grey(PLATE))
    now = pose(NODDED)
    made = shown(now, seen(own_hw), source(photo(), torch.zeros_like(own_hw).float()), kept)[0]
    on_forearm = made[:, 26:34, 66:86]  # black is what is behind
    rim_hw = (on_forearm[0] > 0.95) & (on_forearm[1:].amax(0) < -0.9)
    assert rim_hw.float().mean() < 0.05


def test_the_rim_of_a_lifted_foot_has_the_foots_colours():
    """A matte that is a pixel too wide does not bring the floor along."""
    own_hw = classes(*PARTS)
    mattes = limbs_of(own_hw)
    picture = photo()
    picture[0, :, 114:, [49, 61]], picture[0, :, 121, 49:62] = -1.0, -1.0
    floors = []
    for feet in (torch.zeros(1, 2, *SIZE), rims_of_feet(mattes, pose())):
        kept = own_pose(seen(own_hw), pose(), limbs=mattes, feet=feet, background=grey(PLATE))
        now = pose({sk.LEFT_ANKLE: (0.0, -8.0)})
        made = shown(now, seen(own_hw), source(picture, torch.zeros_like(own_hw).float()), kept)[0]
        foot = made[:, 106:114, 48:63]
        floors.append(int(((foot[0] > 0.6) & (foot[1] < -0.5 * foot[0])).sum()))
    assert floors[0] > 40 and floors[1] < floors[0] / 2


def test_under_a_head_that_is_bent_the_shirt_stays_the_photos():
    """An engine blurs it; and shoulders that go elsewhere are the engine's."""
    head = dict.fromkeys(sk.HEAD, (12.0, 4.0))
    made = layer(pose(head))
    assert is_colour(made, 50, 48, BLUE) and made[0, 90, 30] == 0
    nodded = pose(dict.fromkeys(sk.HEAD, (0.5, 0.0)))
    assert layer(nodded).abs().max() == 0
    assert layer(pose(head | {sk.LEFT_SHOULDER: (6.0, -6.0)}))[0, 50, 48] < 0.1


def test_under_a_head_that_is_bent_sleeves_stay_the_photos_too():
    sleeve = slice(38, 46), slice(61, 74)
    made = layer(pose(dict.fromkeys(sk.HEAD, (12.0, 4.0))), parts=(*PARTS, (SHIRT, sleeve)))
    assert is_colour(made, 45, 66, WHITE), "as the photo has it"
