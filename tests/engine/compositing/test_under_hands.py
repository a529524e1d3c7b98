"""What is under hands that are taken from where a photo has them."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import torch
from flat_scene import SHIRT, SIZE, TROUSERS, classes, grey, own_pose, pose, seen, source
from torch import Tensor

from engine.compositing.layers import without_moved_hands
from engine.compositing.limb_mattes import limb_mattes
from engine.compositing.under_hands import under_hands
from engine.pose import skeleton as sk
from engine.regions import REGIONS

ARM, LEG = REGIONS.index("arms"), REGIONS.index("legs")
HAND = slice(64, 72), slice(66, 72)  # beyond the left wrist (68, 64)
OWN = classes((TROUSERS, (slice(60, 118), slice(36, 80))), (ARM, (slice(38, 64), slice(61, 74))))
RAISED = {sk.LEFT_ELBOW: (8.0, -14.0), sk.LEFT_WRIST: (8.0, -42.0)}


def photo() -> Tensor:
    """Trousers of 0.2, and on them a hand of 0.9 that counts as trousers."""
    picture = grey(0.2)
    picture[:, :, HAND[0], HAND[1]] = 0.9
    return picture


def bare(now: Tensor) -> Tensor:
    mattes = limb_mattes(pose(), seen(OWN), SIZE)
    given = source(photo(), (OWN == 0).float())
    own = own_pose(seen(OWN), pose(), limbs=mattes, under=under_hands(given.photo, seen(OWN), pose(), mattes))
    return without_moved_hands(now, given, own).photo


def test_a_hand_that_leaves_takes_its_picture_from_the_trousers():
    left = bare(pose(RAISED))
    for picture in (left[0, :3], left[0, 3:6]):  # as it is, and blurred
        assert (picture[:, 64:72, 66:72] - 0.2).abs().max() < 0.05
        assert torch.equal(picture[:, 90:, :], photo()[0, :, 90:, :])
    assert torch.equal(left[0, 6], (OWN == 0).float()), "who is there stays as it was"


def test_a_hand_that_stays_or_hangs_beside_the_person_is_left():
    for now in (pose(), pose({sk.RIGHT_WRIST: (-10.0, -20.0)})):
        assert torch.equal(bare(now)[0, :3], photo()[0])
    shirt = seen(classes((SHIRT, (slice(30, 66), slice(36, 60)))))
    beside = under_hands(torch.zeros(1, 7, *SIZE), shirt, pose(), limb_mattes(pose(), shirt, SIZE))
    assert beside[0, 3:5, 66:, :].max() < 1e-6, "before the wall"


def test_an_arms_shadow_on_clothes_is_not_their_colour():
    """2 px beside it, which is more than its rim."""
    arm = slice(38, 72), slice(61, 74)
    own = classes((SHIRT, (slice(20, 90), slice(30, 90))), (ARM, arm))
    picture = grey(0.2)
    picture[..., 36:74, 59:76] = -0.5
    given = source(picture, (own == 0).float())
    under = under_hands(given.photo, seen(own), pose(), limb_mattes(pose(), seen(own), SIZE))
    assert (under[0, 0, 54:70, 62:72] - 0.2).abs().max() < 0.05
    assert under[0, 4, 54:70, 63:71].min() > 0.9, "it lies on the shirt"


def beside_arm(share: float | Sequence[float], skin: float = 1.0) -> Tensor:
    """What is under the left arm [6, H, W], on a shirt of 0.2 that the parsing network sees 4 px too narrow;
    there it has so much of the skin's colour."""
    much_skin = slice(80, 120), slice(0, 96)
    arm = slice(38, 72), slice(62, 74)
    own = classes((SHIRT, (slice(30, 76), slice(30, 66))), (ARM, arm), (ARM, much_skin))
    picture = grey(0.2)
    for rows, columns in (much_skin, (arm[0], slice(66, 74))):
        picture[:, :, rows, columns] = skin
    picture[:, :, 38:72, 62:66] += torch.tensor(share).float() * (skin - 0.2)
    given = source(picture, (own == 0).float())
    return under_hands(given.photo, seen(own), pose(), limb_mattes(pose(), seen(own), SIZE))[0]


@pytest.mark.parametrize(
    ("share", "kept"), [(0.0, 1.0), (0.205, 0.92), (0.265, 0.5), (0.325, 0.09), (0.5, 0.0)]
)
def test_cloth_beside_an_arm_is_the_photos_own_as_its_colour_tells(share, kept):
    under = beside_arm(share)
    assert under[5, 46:66, 63].mean() == pytest.approx(kept, abs=0.04)
    assert under[5, 46:66, 67:74].max() == 0, "the arm is none"
    assert under[5, 46:66, 50:58].min() == 1, "the shirt is"


def test_a_sleeve_of_the_shirts_colour_is_no_cloth_that_stays():
    """Its bare hands are seen elsewhere, so that skin is known."""
    hands, arm = (slice(80, 120), slice(0, 96)), (slice(38, 70), slice(61, 74))
    own = classes((SHIRT, (slice(30, 76), slice(30, 60))), (SHIRT, arm), (ARM, hands))
    picture = grey(0.2)
    picture[:, :, hands[0], hands[1]] = 1.0
    given = source(picture, (own == 0).float())
    under = under_hands(given.photo, seen(own), pose(), limb_mattes(pose(), seen(own), SIZE))[0]
    assert under[5, 45:60, 62:70].max() == 0 and under[5, 45:60, 40:54].min() == 1


def test_where_skin_has_the_colour_of_cloth_nothing_is_told():
    assert beside_arm(0.0, 0.25)[5].max() == 0


def test_what_is_under_an_arm_has_the_clothes_colours_without_their_rim():
    """Kept is what lies 2 px from the skin; gone on with what lies beyond the arm and what is beside it."""
    around = beside_arm((0.0, 0.05, 0.1, 0.1))
    assert around[5, 50:60, 62:65].min() == 1
    assert (around[:3, 50:60, 67:72] - 0.2).abs().max() < 0.01


def test_cloth_that_is_the_photos_own_stays_when_its_hand_leaves():
    mattes, given = limb_mattes(pose(), seen(OWN), SIZE), source(photo(), (OWN == 0).float())
    under = under_hands(given.photo, seen(OWN), pose(), mattes)
    under[:, 5, 68:72] = 1.0
    own = own_pose(seen(OWN), pose(), limbs=mattes, under=under)
    left = without_moved_hands(pose(RAISED), given, own).photo[0, 0]
    assert left[64:67, 67:71].max() < 0.25 and left[69:71, 67:71].min() > 0.85


FINGERS = slice(68, 72), slice(60, 63)  # far aside of where the left forearm points
LEGS = REGIONS.index("legs")


def with_fingers(*skin: float, region: int | None = None, arm: float = 0.9) -> Tensor:
    """How far the left hand is seen where fingers of this colour are, on trousers of 0.2, by a grey arm."""
    own = OWN if region is None else classes((TROUSERS, (slice(60, 118), slice(36, 80))), (region, FINGERS))
    own = own.where(classes((ARM, (slice(38, 64), slice(61, 74)))) == 0, torch.tensor(ARM))
    picture = grey(0.2)
    picture[:, :, 38:64, 61:74] = arm
    picture[:, :, FINGERS[0], FINGERS[1]] = torch.tensor(skin).view(-1, 1, 1)
    mattes = limb_mattes(pose(), seen(own), SIZE)
    under = under_hands(source(picture, (own == 0).float()).photo, seen(own), pose(), mattes)
    return under[0, 4][FINGERS]


def test_fingers_that_point_aside_are_told_by_the_colour_of_skin():
    assert with_fingers(0.9).min() > 0.9
    assert with_fingers(0.2).max() < 0.1, "trousers are no fingers"
    assert with_fingers(-0.5).max() < 0.1 and with_fingers(0.25).max() < 0.1, "nor is a fold, dark or light"
    assert with_fingers(0.9, 0.2, 0.2).max() < 0.2, "nor a red button"
    assert with_fingers(0.3, arm=0.3).max() < 0.1, "where skin has the colour of trousers nothing is told"


def test_a_bare_leg_beside_the_hand_is_no_finger():
    assert with_fingers(0.9, region=LEGS).max() < 0.1


def test_where_no_bare_arm_is_seen_nothing_has_the_colour_of_skin():
    own = classes((TROUSERS, (slice(60, 118), slice(36, 80))))
    picture = grey(-0.9)
    picture[:, :, FINGERS[0], FINGERS[1]] = 0.0
    mattes = limb_mattes(pose(), seen(own), SIZE)
    under = under_hands(source(picture, (own == 0).float()).photo, seen(own), pose(), mattes)
    assert under[0, 4][FINGERS].max() < 0.1


def with_pocket(picture: Tensor, own: Tensor = OWN) -> Tensor:
    """How far the left hand is seen [H, W], of a left arm of 0.9."""
    picture[:, :, 38:64, 61:74] = 0.9
    mattes = limb_mattes(pose(), seen(own), SIZE)
    return under_hands(source(picture, (own == 0).float()).photo, seen(own), pose(), mattes)[0, 4]


def test_trousers_over_a_hand_in_its_pocket_stay_as_they_are():
    """No skin is seen there, and would be."""
    assert with_pocket(grey(0.2))[67:78, 62:76].max() < 0.1
    hand = grey(0.2)
    hand[:, :, 67:74, 66:72] = 0.9
    assert with_pocket(hand)[67:74, 66:72].min() > 0.9


def test_a_fold_is_no_finger():
    """It is as dark as skin and narrower: of 2 px, where a finger has 3."""
    for columns, seen_there in ((2, False), (3, True)):
        fold = grey(0.2)
        fold[:, :, 66:74, 60 : 60 + columns] = 0.7
        assert (with_pocket(fold)[68:72, 60 : 60 + columns].max() > 0.5) == seen_there


def test_at_a_hem_nothing_is_skin_that_has_the_colour_of_either_garment():
    """The shirt's is between those of trousers and skin. Four px from it that is told, farther it is not."""
    shirt = slice(60, 68), slice(24, 80)
    own = classes(
        (TROUSERS, (slice(60, 118), slice(24, 80))), (SHIRT, shirt), (ARM, (slice(38, 64), slice(61, 74)))
    )
    picture = grey(0.2)
    picture[:, :, shirt[0], shirt[1]] = 0.6
    picture[:, :, 68:80, 62:74] = 0.6
    found = with_pocket(picture, own)
    assert found[70, 64:72].max() < 0.1 and found[72:77, 66:70].min() > 0.9


def at_a_hem() -> Tensor:
    """What is under the left hand [6, H, W], which hangs before the hem of short trousers of 0.2, in row 80,
    its fingers down to row 86; the leg below, of 0.6, is narrower."""
    arm = slice(38, 86), slice(61, 74)
    own = classes(
        (TROUSERS, (slice(60, 80), slice(36, 82))), (LEG, (slice(80, 118), slice(40, 64))), (ARM, arm)
    )
    picture = grey(-0.9)
    picture[:, :, 60:80, 36:82], picture[:, :, 80:118, 40:64], picture[:, :, arm[0], arm[1]] = 0.2, 0.6, 1.0
    given = source(picture, (own == 0).float())
    return under_hands(given.photo, seen(own), pose(), limb_mattes(pose(), seen(own), SIZE))[0]


def test_a_hem_goes_straight_on_under_a_hand():
    """Down to it all is the trousers', though the leg is as near."""
    colours = at_a_hem()[:3, :, 61:70]
    assert (colours[:, 70:78] - 0.2).abs().max() < 0.05
    assert (colours[:, 83:86] - 0.6).abs().max() < 0.05
