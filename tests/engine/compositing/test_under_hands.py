"""What is under hands that are taken from where a photo has them."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from flat_scene import SHIRT, SIZE, TROUSERS, Part, arms, classes, grey, own_pose, pose, seen, source
from torch import Tensor

from engine.compositing.layers import without_moved_hands
from engine.compositing.limb_mattes import limb_mattes
from engine.compositing.under_hands import under_hands
from engine.pose import skeleton as sk
from engine.regions import REGIONS

ARM, LEG, DRESS = (REGIONS.index(name) for name in ("arms", "legs", "dress or skirt"))
HAND = slice(64, 72), slice(66, 72)  # beyond the left wrist (68, 64)
ARM_SEEN = slice(38, 64), slice(61, 74)
TROUSERED = classes((TROUSERS, (slice(60, 118), slice(36, 80))))
OWN = classes((TROUSERS, (slice(60, 118), slice(36, 80))), (ARM, ARM_SEEN))
RAISED = {sk.LEFT_ELBOW: (8.0, -14.0), sk.LEFT_WRIST: (8.0, -42.0)}


def photo() -> Tensor:
    """Trousers of 0.2, and on them a hand of 0.9 that counts as trousers."""
    picture = grey(0.2)
    picture[:, :, HAND[0], HAND[1]] = 0.9
    return picture


def under(picture: Tensor, own: Tensor, beneath: Tensor, left: Sequence[Part]) -> Tensor:
    """What is under the arms [5, H, W] of a photo of these classes, and these beneath its arms. left: the
    parts of the left one."""
    return told_under(picture, own, beneath, left)[0][0]


def told_under(picture: Tensor, own: Tensor, beneath: Tensor, left: Sequence[Part]) -> tuple[Tensor, Tensor]:
    """The same, and what lends its cloth [K, H, W]."""
    told = arms(beneath, left=left)
    mattes = limb_mattes(pose(), seen(own), told.mattes)
    photo_17HW = source(picture, (own == 0).float()).photo
    under_15HW, cloth_13HW = under_hands(photo_17HW, seen(own), pose(), mattes, told.beneath)
    return under_15HW, cloth_13HW[0]


def bare(now: Tensor) -> Tensor:
    hand = [ARM_SEEN, HAND]
    mattes = limb_mattes(pose(), seen(OWN), arms(TROUSERED, left=hand).mattes)
    own = own_pose(seen(OWN), pose(), limbs=mattes, under=under(photo(), OWN, TROUSERED, hand)[None])
    return without_moved_hands(now, source(photo(), (OWN == 0).float()), own).photo


def test_a_hand_that_leaves_takes_its_picture_from_the_trousers():
    left = bare(pose(RAISED))
    for picture in (left[0, :3], left[0, 3:6]):  # as it is, and blurred
        assert (picture[:, 64:72, 66:72] - 0.2).abs().max() < 0.05
        assert torch.equal(picture[:, 90:, :], photo()[0, :, 90:, :])
    assert torch.equal(left[0, 6], (OWN == 0).float()), "who is there stays as it was"


def test_a_hand_that_stays_or_hangs_beside_the_person_is_left():
    for now in (pose(), pose({sk.RIGHT_WRIST: (-10.0, -20.0)})):
        assert torch.equal(bare(now)[0, :3], photo()[0])
    shirt = classes((SHIRT, (slice(30, 66), slice(36, 60))))
    beside = under(grey(0.0), shirt, shirt, [ARM_SEEN, HAND])
    assert beside[3:, 40:, 64:].max() < 1e-6, "before the wall"


def before_a_shirt(picture: Tensor) -> Tensor:
    """What is under a left arm that lies before a shirt."""
    shirt, arm = (SHIRT, (slice(20, 90), slice(30, 90))), (slice(38, 72), slice(61, 74))
    return under(picture, classes(shirt, (ARM, arm)), classes(shirt), [arm])


def test_a_hand_that_touches_another_does_not_lie_on_clothes_where_that_one_does():
    shirt, hands = (SHIRT, (slice(20, 90), slice(30, 90))), (slice(38, 72), slice(52, 74))
    told = arms(classes(shirt), right=[(hands[0], slice(52, 63))], left=[(hands[0], slice(63, 74))])
    own = classes(shirt, (ARM, hands))
    mattes = torch.zeros(1, 4, *SIZE)
    mattes[:, 2:] = told.mattes
    made = under_hands(grey(0.2).expand(1, 3, *SIZE), seen(own), pose(), mattes, told.beneath)[0][0]
    right, left = made[3:, 45:65]
    assert right[:, 54:61].min() > 0.9 < left[:, 65:72].min(), "both lie on the shirt"
    assert right[:, 65:].max() < 0.1 > left[:, :61].max()


def test_an_arms_shadow_on_clothes_is_not_their_colour():
    """2 px beside it, which is more than its rim."""
    picture = grey(0.2)
    picture[..., 36:74, 59:76] = -0.5
    made = before_a_shirt(picture)
    assert (made[0, 54:70, 62:72] - 0.2).abs().max() < 0.05
    assert made[4, 54:70, 63:71].min() > 0.9, "it lies on the shirt"


def test_cloth_goes_on_as_light_as_it_is_beside_the_arm():
    """It falls off towards the side; two px beside the arm it is no more than .15 darker than where no arm is
    near, and no shadow."""
    arm = slice(38, 72), slice(61, 74)
    shirt = SHIRT, (slice(20, 90), slice(30, 72))
    picture = grey(0.3)
    picture[..., 56:] -= 0.03 * torch.arange(SIZE[1] - 56).clamp(max=4)
    made = under(picture, classes(shirt, (ARM, arm)), classes(shirt), [arm])
    assert (made[0, 50:64, 63:70] - 0.18).abs().mean() < 0.05


def test_a_print_that_an_arm_cuts_off_lends_no_colours():
    """What is between its lines is dark enough to pass for shade; no streak of it goes on under the arm."""
    arm = slice(38, 72), slice(61, 74)
    shirt = SHIRT, (slice(20, 90), slice(30, 90))
    picture = grey(-0.9)
    picture[:, 0, 48:62, 44:61], picture[:, 0, 48:62, 44:61:2] = -0.72, 0.2  # red on black
    made = under(picture, classes(shirt, (ARM, arm)), classes(shirt), [arm])
    assert (made[:3, 44:66, 63:71] + 0.9).abs().max() < 0.05


def test_where_a_hem_is_seen_no_other_garment_goes_on_beside_it():
    """What is told beneath the arm ends too high; below the arm the photo shows shirt, and that stays."""
    arm = slice(38, 73), slice(61, 74)
    shirt, trousers = (SHIRT, (slice(20, 76), slice(30, 90))), (TROUSERS, (slice(76, 118), slice(30, 90)))
    beneath = classes((SHIRT, (slice(20, 66), slice(30, 90))), (TROUSERS, (slice(66, 118), slice(30, 90))))
    dark = classes(shirt, trousers) == TROUSERS
    picture = torch.where(dark, -0.8, 0.5).expand(1, 3, *SIZE).clone()
    made = under(picture, classes(shirt, trousers, (ARM, arm)), beneath, [arm])
    shown = torch.lerp(picture[0], made[:3], made[3:].amax(0, keepdim=True))
    assert (shown[:, 75:76, 34:86] - 0.5).abs().max() < 0.05
    assert made[4, 45:62, 63:72].min() > 0.9, "the arm lies on the shirt"


def test_no_edge_stays_where_an_arms_outline_was():
    """Near the arm the shirt lies a little in the shade, to whose colours what is under it goes over."""
    picture = grey(0.2)
    picture[..., 36:74, 57:78] = 0.1
    made = before_a_shirt(picture)[0, 50:66]
    assert (made[:, 60:63] - 0.1).abs().max() < 0.03


def test_a_pocket_beside_an_arm_does_not_go_on_under_it():
    picture = grey(0.2)
    picture[..., 48:64, 44:57] = -0.6
    assert (before_a_shirt(picture)[0, 48:64, 62:72] - 0.2).abs().max() < 0.05


def test_trousers_over_a_hand_in_its_pocket_stay_as_they_are():
    """Nothing of it is seen there, and would be."""
    hand = slice(64, 74), slice(66, 72)
    hidden, before = (under(photo(), OWN, TROUSERED, parts)[4] for parts in ([ARM_SEEN], [ARM_SEEN, hand]))
    assert hidden[67:78, 60:76].max() < 0.1 and before[67:73, 67:71].min() > 0.9


def test_which_clothes_are_beneath_is_seen_and_their_colour_is_that_beside():
    """Beside the forearm is the shirt, above trousers which reach up under it; nobody sees a leg, and a skirt
    may be trousers."""
    arm = slice(38, 72), slice(61, 74)
    own = classes(
        (SHIRT, (slice(20, 80), slice(30, 90))), (TROUSERS, (slice(80, 118), slice(30, 90))), (ARM, arm)
    )
    picture = grey(0.2)
    picture[..., 80:, :] = -0.6
    for beneath, colour in ((SHIRT, 0.2), (TROUSERS, -0.6), (DRESS, -0.6), (LEG, 0.2)):
        made = under(picture, own, classes((beneath, (slice(20, 118), slice(30, 90)))), [arm])
        assert (made[0, 54:68, 63:72] - colour).abs().max() < 0.05, beneath
        assert made[4, 54:68, 63:71].min() > 0.9, "it lies on it"


def lends(picture: Tensor) -> Tensor:
    """What lends its cloth [H, W] of a shirt with a left arm before it, in columns 61 to 73."""
    shirt, arm = (SHIRT, (slice(20, 90), slice(20, 90))), (slice(38, 72), slice(61, 74))
    return told_under(picture, classes(shirt, (ARM, arm)), classes(shirt), [arm])[1][0] > 0


def test_a_print_and_a_placket_lend_nothing():
    """A badge and a line, from top to bottom, on plain cloth."""
    picture = grey(0.1)
    picture[..., 36:56, 40:52] += 0.8
    picture[..., 30:32] -= 0.15
    made = lends(picture)
    assert not made[36:56, 40:52].any() and not made[34:76, 30:32].any()
    assert made[62:80, 36:54].all() and made[40:70, 80:86].all()


def test_of_a_pattern_what_is_in_the_arms_shadow_lends_its_cloth_and_of_plain_cloth_nothing():
    shade = torch.zeros(SIZE)
    shade[34:76, 56:79] = -0.5
    stripes = 0.8 * (torch.arange(SIZE[1]) // 3 % 2)
    assert lends(grey(-0.4) + stripes)[44:66, 58].all()
    assert not lends(grey(0.2) + shade)[44:66, 57:60].any()


def test_an_open_jacket_lends_its_fronts_beside_the_sleeve():
    """Between them is a white shirt, which is most of what is seen."""
    picture = grey(-0.4)
    picture[..., 24:52] = 0.9
    sleeve = slice(38, 72), slice(61, 90)
    shirt = SHIRT, (slice(20, 90), slice(20, 90))
    made, cloth = told_under(picture, classes(shirt), classes(shirt), [sleeve])
    assert cloth[0, 44:66, 53:58].all()
    assert (made[0, :3, 46:64, 62:70] + 0.4).abs().max() < 0.1


def test_where_the_network_is_not_sure_what_is_beside_tells_the_kind():
    """Between shirt and trousers a waist goes straight on under the arm, though it sees a little more shirt
    below it."""
    arm = slice(38, 86), slice(61, 74)
    worn = (SHIRT, (slice(20, 60), slice(20, 90))), (TROUSERS, (slice(60, 118), slice(20, 90)))
    own = classes(*worn, (ARM, arm))
    picture = grey(0.2)
    picture[..., 60:, :] = -0.6
    told = arms(classes(*worn), left=[arm])
    beneath = told.beneath.clone()
    beneath[:, SHIRT, 60:72, 61:74], beneath[:, TROUSERS, 60:72, 61:74] = 0.6, 0.4
    mattes = limb_mattes(pose(), seen(own), told.mattes)
    photo_17HW = source(picture, (own == 0).float()).photo
    made, _ = under_hands(photo_17HW, seen(own), pose(), mattes, beneath)
    assert (made[0, 0, 63:72, 62:73] + 0.6).abs().max() < 0.05
    assert (made[0, 0, 44:57, 62:73] - 0.2).abs().max() < 0.05


def at_a_hem() -> Tensor:
    """What is under the left hand [5, H, W], which hangs before the hem of short trousers of 0.2, in row 80,
    its fingers down to row 86; the leg below, of 0.6, is narrower."""
    arm = slice(38, 86), slice(61, 74)
    worn = (TROUSERS, (slice(60, 80), slice(36, 82))), (LEG, (slice(80, 118), slice(40, 64)))
    picture = grey(-0.9)
    picture[:, :, 60:80, 36:82], picture[:, :, 80:118, 40:64], picture[:, :, arm[0], arm[1]] = 0.2, 0.6, 1.0
    return under(picture, classes(*worn, (ARM, arm)), classes(*worn), [arm])


def test_a_hem_goes_straight_on_under_a_hand():
    """Down to it all is the trousers', though the leg is as near."""
    colours = at_a_hem()[:3, :, 61:70]
    assert (colours[:, 70:78] - 0.2).abs().max() < 0.05
    assert (colours[:, 83:86] - 0.6).abs().max() < 0.05


def test_an_arm_may_lie_on_a_bare_belly_and_on_no_bare_neck():
    """Both count as bare arms, as all that is bare above the legs does."""
    shirt, arm = (SHIRT, (slice(20, 118), slice(30, 90))), (slice(22, 72), slice(61, 74))
    for rows, lies in ((slice(54, 62), True), (slice(24, 32), False)):
        bare = classes(shirt, (ARM, (rows, slice(30, 90))))
        on = under(grey(0.2), classes(shirt, (ARM, arm)), bare, [arm])[4]
        assert (on[rows, 64:72][2:-2] > 0.9).all() if lies else not (on[rows, 64:72][2:-2] > 0.1).any()


def test_between_a_strap_and_a_bare_arm_is_skin_and_below_the_armpit_what_is_worn():
    """Of an arm of 0.9 before a shirt of 0.2, shoulders at row 36 and hips at 66 of 128."""
    picture = grey(0.2)
    picture[:, :, 22:72, 61:74] = 0.9
    shirt, arm = (SHIRT, (slice(16, 90), slice(30, 90))), (slice(22, 72), slice(61, 74))
    colours = under(picture, classes(shirt, (ARM, arm)), classes(shirt), [arm])[:3, :, 64:70]
    assert (colours[:, 26:36] - 0.9).abs().max() < 0.05
    assert (colours[:, 48:60] - 0.2).abs().max() < 0.05
    # A sleeve is none of it.
    sleeved = under(picture, classes(shirt), classes(shirt), [arm])[:3, :, 64:70]
    assert (sleeved[:, 26:36] - 0.2).abs().max() < 0.05
