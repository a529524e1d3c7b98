"""How far the photo goes when it is warped by its bones: what an engine may draw otherwise, and still the
photo is shown, and what is too much. Measures at which that turns are bracketed from both sides."""

from __future__ import annotations

import pytest
import torch
from flat_scene import BODY, FACE, SHIRT, SIZE, TROUSERS, classes, grey, own_pose, pose, seen, source
from torch import Tensor

from engine.compositing.atlas import centres
from engine.compositing.bone_warp import _returns, bone_warp
from engine.pose.skeleton import LEFT_ELBOW, LEFT_WRIST
from engine.regions import REGIONS

PERSON = classes((SHIRT, BODY))
RIGHT_EDGE = BODY[1].stop
TRUNK = slice(36, 56), slice(40, 56)  # well away from legs, outlines and the head
PHOTO = 0.5  # its colour, where engines draw that of `grey`


def layer(surface: Tensor, *, picture: Tensor | None = None, own: Tensor | None = None, at=None, **known):
    """The layer [4, H, W] of a photo whose own pose was drawn as `own`, over nothing."""
    own = own_pose(seen(PERSON) if own is None else own, pose(), **known)
    photo, nothing = source(grey(PHOTO), torch.zeros(SIZE)), torch.zeros(1, 4, *SIZE)
    photo_of = torch.cat([photo.photo[:, :3], photo.photo[:, -1:]], 1)
    picture, at = grey() if picture is None else picture, pose() if at is None else at
    return bone_warp(picture, surface, at, own).layer(photo_of, own.background, nothing)[0]


def matte(*arguments, **others) -> Tensor:
    return layer(*arguments, **others)[0]


def off(rows: slice, columns: slice, dm: float) -> Tensor:
    """So far from where the photo has them lie the points that are drawn there."""
    depth = torch.zeros(SIZE)
    depth[rows, columns] = dm
    return depth


def test_a_third_of_a_decimetre_along_the_body_is_the_same_piece_and_two_thirds_are_not():
    assert matte(seen(PERSON, 1 / 3))[TRUNK].min() > 0.99
    assert matte(seen(PERSON, 2 / 3))[TRUNK].max() < 0.01


def test_a_leg_that_swings_may_turn_by_a_decimetre_and_not_by_two():
    """Its shin is the same below the knee, from there on turned."""
    below = slice(98, None), slice(None)
    ankle = slice(108, 114), slice(30, 66)
    assert matte(seen(PERSON, off(*below, 1.0)))[ankle].min() > 0.99
    assert matte(seen(PERSON, off(*below, 2.0)))[ankle].max() < 0.05


def test_a_leg_is_moved_as_a_whole_where_a_seventh_of_it_is_the_same_and_not_where_a_fourteenth_is():
    def shins(one_in: int) -> Tensor:
        depth = off(slice(60, None), slice(None), 1.0)
        depth[:, BODY[1].start :: one_in] = 0.0
        return matte(seen(PERSON, depth))[98:114, 30:66].mean()

    assert shins(7) > 0.9
    assert shins(14) < 0.2


def test_gaps_of_two_px_are_closed_and_of_five_are_not():
    def gap(width: int) -> Tensor:
        now = PERSON.clone()
        now[30:56, 46 : 46 + width] = TROUSERS
        return matte(seen(now))[36:50, 46 : 46 + width]

    assert gap(2).min() > 0.99
    assert gap(5).amin(1).max() < 0.01


def test_around_a_leg_that_is_moved_as_a_whole_gaps_of_six_px_are_closed_and_of_thirteen_are_not():
    def gap(width: int) -> Tensor:
        now = PERSON.clone()
        now[100 : 100 + width, BODY[1]] = TROUSERS
        return matte(seen(now))[100 : 100 + width, 40:56]

    assert gap(6).min() > 0.99
    assert gap(13).amin(0).max() < 0.01


def test_what_the_engine_misses_is_shown_some_twelve_px_beside_the_person_and_not_some_twenty():
    beside = matte(seen(PERSON))[40:60]
    assert beside[:, RIGHT_EDGE : RIGHT_EDGE + 12].min() > 0.99
    assert beside[:, RIGHT_EDGE + 18 :].max() < 0.01


def test_an_outline_of_another_thing_spoils_a_px_beside_it_and_not_the_fourth():
    other = off(BODY[0], slice(RIGHT_EDGE - 3, RIGHT_EDGE), 5.0)
    beside = matte(seen(PERSON, other))[30:50]
    assert beside[:, RIGHT_EDGE].max() < 0.5
    assert beside[:, RIGHT_EDGE + 3].min() > 0.99


def test_another_thing_begins_a_good_decimetre_away():
    """Where hardly any trust is left, it is none: that is told by a few hundredths of a decimetre."""

    def beside(dm: float) -> Tensor:
        outline = off(BODY[0], slice(RIGHT_EDGE - 3, RIGHT_EDGE), dm)
        return matte(seen(PERSON, outline))[30:50, RIGHT_EDGE]

    assert beside(1.03).min() > 0.8
    assert beside(1.11).max() < 0.5


@pytest.mark.parametrize("axis", [0, 1])
def test_what_comes_back_within_three_px_was_there_and_eight_px_off_was_not(axis):
    here = centres(SIZE, torch.device("cpu"))[None]

    def returns(px: float) -> Tensor:
        step = torch.zeros(2, 1, 1)
        step[axis] = px * 2 / SIZE[1 - axis]
        return _returns(here.clone(), here + step)

    assert returns(0.0).min() == 1
    assert returns(3.0).min() > 0.5
    assert returns(8.0).max() < 0.2


def test_a_hat_belongs_to_its_head_four_px_above_it_and_not_eight():
    """What is beside goes with an arm that is pulled past the head."""
    crown = 10
    person = classes((SHIRT, (slice(30, 120), BODY[1])), (FACE, (slice(crown, 30), slice(38, 58))))
    arm = pose({LEFT_ELBOW: (-8, -40), LEFT_WRIST: (-16, -60)})
    above = matte(seen(person), own=seen(person), at=arm)[:crown, 44:52]
    assert above[crown - 4].min() > 0.99
    assert above[crown - 8].max() < 0.01


def test_a_stripe_of_two_px_in_another_colour_is_no_other_garment_and_a_patch_of_ten_is():
    def patch(width: int, brighter: float) -> Tensor:
        picture = grey()
        picture[..., 30:56, 46 : 46 + width] += brighter
        return matte(seen(PERSON), picture=picture)[38:48, 46 : 46 + width]

    assert patch(2, 0.8).min() > 0.99
    assert patch(10, 0.3).amin(1).max() < 0.05


def test_light_that_falls_on_ten_px_falls_on_the_photo_and_a_streak_is_spread():
    def added(columns: slice) -> Tensor:
        picture = grey()
        picture[..., columns] += 0.1
        return ((layer(seen(PERSON), picture=picture)[1] - PHOTO) / 0.1)[TRUNK[0]]

    streak = added(slice(46, 50))[:, 46:50]
    assert streak.min() > 0.2 and streak.max() < 0.4
    assert added(slice(46, None))[:, 55:70].min() > 0.95


def test_a_head_keeps_the_light_of_its_photo():
    """Engines draw heads blurred, and darker or paler by that; faces would change."""
    head = slice(10, 30), slice(38, 58)
    own = classes((SHIRT, BODY), (FACE, head))
    darker = grey()
    darker[0, :, head[0], head[1]] -= 0.15
    made = layer(seen(own), picture=darker, own=seen(own))
    matte_hw, red_hw = made[0][14:26, 42:54], made[1][14:26, 42:54]
    assert matte_hw.min() > 0.9 and (red_hw / matte_hw).sub(PHOTO).abs().max() < 0.02


def test_a_head_is_the_same_by_the_colours_of_its_hair_and_face_however_much_of_them_is_drawn():
    """An engine draws less hair and more wall where a head tilts; another one's hair has another colour."""
    hair_class = REGIONS.index("hair")
    hair, face, lost = (
        (slice(6, 30), slice(34, 62)),
        (slice(14, 30), slice(42, 54)),
        (slice(6, 18), slice(34, 62)),
    )
    own = classes((SHIRT, BODY), (hair_class, hair), (FACE, face))

    drawn_own = grey()
    drawn_own[0, :, own == hair_class] = -0.9
    kept = own_pose(seen(own), pose(), picture=drawn_own)

    def trust(drawn: Tensor, hair_is: float) -> Tensor:
        picture = grey()
        picture[0, :, drawn == hair_class] = hair_is
        return bone_warp(picture, seen(drawn), pose(), kept).trust[0, 0, 20:28, 36:60]

    less = own.clone()
    less[lost] = 0
    assert trust(less, -0.9).min() > 0.95
    assert trust(less, -0.2).max() < 0.1
