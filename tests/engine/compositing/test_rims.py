"""What counts as skin beside a garment that goes, and is none."""

from __future__ import annotations

import torch
from flat_figure import SKIN, at, figure

from engine.compositing.rims import at_hems, maybe_skin, no_skin
from engine.compositing.worn import Dressed, near_arms, undressed
from engine.garments import ARMS, HAIR, TOP, garment
from engine.pose.skeleton import LEFT_WRIST, RIGHT_WRIST

from .test_laid_on import posed

NONE = torch.zeros(1, 1, 144, 104)


def told_as(piece: int, cloth: float = 0.9) -> tuple[Dressed, torch.Tensor]:
    """A figure in white, its chest below 3 dm of this piece, as a hand before it is; what is above goes."""
    wearer = figure(sleeve=2.5, hem=0, cloth=cloth)
    now = undressed(wearer)
    pieces, gone = now.pieces.clone(), NONE.clone()
    rows = slice(round((9 - 3.0) * 8), round((9 - 1.0) * 8))
    pieces[..., rows, 36:68] = 0.0
    pieces[:, piece, rows, 36:68] = 1.0
    gone[..., 24 : rows.start, 36:68] = 1.0
    return Dressed(now.picture, pieces), gone


def test_cloth_that_counts_as_an_arm_goes_beside_what_goes():
    wearer = figure(sleeve=2.5, hem=0, cloth=0.9)
    now, gone = told_as(ARMS)
    found = no_skin(now, wearer, garment("top"), gone, NONE)
    assert at(found, 0, 2.7) > 0.9 and at(found, 0, 1.3) < 0.1, "near it, and nowhere else"
    now, gone = told_as(ARMS, cloth=-0.2)
    assert at(no_skin(now, wearer, garment("top"), gone, NONE), 0, 2.7) < 0.1, "of skin's colour it is skin"
    now, gone = told_as(HAIR)
    assert at(no_skin(now, wearer, garment("top"), gone, NONE), 0, 2.7) < 0.1


def test_a_hand_before_trousers_stays_in_whatever_light():
    wearer = figure(sleeve=2.5, hem=0, cloth=0.9)
    now, gone = told_as(ARMS)
    assert at(no_skin(now, wearer, garment("trousers"), gone, NONE), 0, 2.7) < 0.1


def test_what_a_hand_holds_is_no_skin_by_its_hue():
    tone = torch.tensor((0.4, 0.1, -0.1))[None, :, None, None]
    olive, dark = torch.tensor(((-0.2, -0.3, -0.6), (-0.1, -0.3, -0.43)))[:, :, None, None].split(1)
    assert maybe_skin(tone, tone) == 1 and maybe_skin(dark, tone) == 1 and maybe_skin(olive, tone) == 0


def test_at_a_hem_skin_is_drawn_anew_and_a_face_is_not():
    all_arms = torch.ones_like(NONE)
    now, gone = told_as(ARMS)
    found = at_hems(now, garment("top"), gone, all_arms, NONE)
    assert at(found, 0, 2.85) > 0.5 > at(found, 0, 2.2)
    assert at(at_hems(now, garment("top"), gone, NONE, NONE), 0, 2.85) < 0.1, "an arm beside a trunk"
    now, gone = told_as(TOP)
    assert at(at_hems(now, garment("top"), gone, all_arms, NONE), 0, 2.85) < 0.1
    now, gone = told_as(ARMS)
    found = at_hems(now, garment("trousers"), gone, all_arms, NONE)
    assert at(found, 0, 2.85) < 0.1, "a hand that lies over them"


def test_an_arm_is_near_its_bones_and_unknown_ones_may_be_anywhere():
    wearer = posed(figure(sleeve=2.5, hem=0, cloth=0.9))
    near = near_arms(wearer)
    for x in (2.0, 3.3, 4.9, -4.9):
        assert at(near, x, 4.75) == 1
    assert at(near, 0, 1.0) == 0
    joints = wearer.joints.copy()
    joints[RIGHT_WRIST, 2] = 0
    assert near_arms(wearer._replace(joints=joints)).all()


def test_a_bare_arm_in_bright_light_is_skin_all_over():
    """Lighter than a face by what tells white cloth from it, as under a lamp."""
    wearer = figure(sleeve=2.5, hem=0, cloth=0.9)
    now, gone = told_as(ARMS)
    lit = now._replace(
        picture=torch.where(now.picture > 0.5, torch.full_like(now.picture, 0.25), now.picture)
    )
    found = no_skin(lit, wearer, garment("top"), gone, NONE)
    assert at(found, 0, 2.7) < 0.1


def test_a_cuff_goes_whole_and_a_hand_beyond_it_does_not():
    """It counts as an arm, and reaches farther than what is beside a sleeve that goes."""
    wearer = posed(figure(sleeve=2.5, hem=0, cloth=0.9), joints={LEFT_WRIST: (4.1, 4.75)})
    picture, gone = wearer.picture.clone(), NONE.clone()
    rows, columns = slice(28, 40), [round((x + 6.5) * 8) for x in (2.0, 2.6, 5.0)]
    picture[..., rows, columns[0] : columns[2]] = 0.9
    gone[..., rows, columns[0] : columns[1]] = 1.0
    now = undressed(wearer)._replace(picture=picture)
    found = no_skin(now, wearer, garment("top"), gone, NONE)
    assert at(found, 4.1, 4.75) > 0.9 and at(found, 4.8, 4.75) < 0.1
    picture[..., rows, round((3.5 + 6.5) * 8) : round((3.9 + 6.5) * 8)] = SKIN
    found = no_skin(now._replace(picture=picture), wearer, garment("top"), gone, NONE)
    assert at(found, 3.2, 4.75) > 0.9 and at(found, 4.1, 4.75) < 0.1, "what skin parts from it is none of it"
