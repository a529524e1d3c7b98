"""Cloth goes on as its garment's body cloth: no pocket, no placket, no other garment lends its colours."""

from __future__ import annotations

import torch
from torch import Tensor

from engine.compositing.body_cloth import (
    apart,
    as_sleeved,
    body_cloth,
    colours_beneath,
    kinds_beneath,
    rounded,
    seen_kinds,
)

SIZE = 128, 96
SHIRT = slice(20, 80), slice(20, 76)
ARM = 60  # from this column on nothing is known of it


def block(rows: slice, columns: slice) -> Tensor:
    made_hw = torch.zeros(SIZE, dtype=torch.bool)
    made_hw[rows, columns] = True
    return made_hw


WORN = block(*SHIRT)
KNOWN = block(SHIRT[0], slice(SHIRT[1].start, ARM))


def plain(*parts: tuple[Tensor, float]) -> Tensor:
    picture = torch.full((1, 3, *SIZE), 0.2)
    for where_hw, colour in parts:
        picture[0, :, where_hw] = colour
    return picture


def lends(photo: Tensor, worn_hw: Tensor = WORN, known_hw: Tensor = KNOWN) -> Tensor:
    return body_cloth(photo, worn_hw[None, None], known_hw[None, None])[0, 0]


def test_plain_cloth_lends_all_that_is_known_of_it():
    assert torch.equal(lends(plain()), KNOWN)
    assert not lends(plain(), WORN, KNOWN & False).any()


def test_a_pocket_lends_nothing_and_all_beside_it_does():
    pocket = block(slice(40, 56), slice(40, 54))
    made = lends(plain((pocket, -0.7)))
    assert not made[42:54, 42:52].any()
    assert made[44:52, 22:34].all() and made[70:].equal(KNOWN[70:])


def test_a_placket_lends_nothing_though_it_has_the_cloths_colours():
    """A line of two px, from top to bottom, a little darker: by its colours alone it is not odd."""
    made = lends(plain((block(SHIRT[0], slice(40, 42)), 0.0)))
    assert not made[34:66, 39:42].any()
    assert made[:, 20:36].equal(KNOWN[:, 20:36]) and made[:, 46:].equal(KNOWN[:, 46:])
    button = lends(plain((block(slice(50, 52), slice(40, 42)), 0.0)))
    assert button.equal(KNOWN), "what is no line is its cloth's"


def test_a_hem_all_around_is_cloth_on_its_own_level():
    hem = block(slice(70, 80), SHIRT[1])
    assert lends(plain((hem, -0.8)))[74:80].equal(KNOWN[74:80])


def test_a_hem_beside_sleeves_of_the_body_cloth_is_too():
    """On its level most of the garment is sleeves."""
    hem = block(slice(70, 80), slice(40, 56))
    assert lends(plain((hem, -0.8)), known_hw=block(SHIRT[0], slice(40, 56)))[74:80, 42:54].all()


def sleeved(photo: Tensor) -> Tensor:
    """What lends of what is known, by the sleeve from column 60 on."""
    return as_sleeved(photo, KNOWN[None, None], block(SHIRT[0], slice(62, 76))[None, None])[0, 0]


def test_of_an_open_jacket_what_has_the_colour_of_its_sleeves_lends():
    """Between its fronts a white shirt is most of what is seen; a lapel lies beside the sleeve."""
    shirt, lapel = block(SHIRT[0], slice(24, 52)), block(slice(30, 50), slice(54, ARM))
    made = sleeved(plain((shirt, 0.95), (lapel, -0.9)))
    assert not (made & (shirt | lapel)).any() and made[50:80, 52:ARM].all() and made[30:50, 52:54].all()


def test_a_hem_of_another_colour_than_the_sleeves_lends_on_its_level():
    hem = block(slice(70, 80), SHIRT[1])
    assert sleeved(plain((hem, -0.8))).equal(KNOWN)
    dress = plain((block(SHIRT[0], slice(20, ARM)), -0.8))
    assert sleeved(dress).equal(KNOWN), "so does a trunk whose sleeves are of another cloth"


def test_a_level_between_sleeves_that_end_and_begin_again_is_told_by_the_nearest():
    """A sleeve that is seen above and below what lies on it, far apart."""
    jacket = plain((block(SHIRT[0], slice(24, 40)), 0.95))
    sleeves = block(slice(22, 26), slice(62, 76)) | block(slice(76, 80), slice(62, 76))
    made = as_sleeved(jacket, KNOWN[None, None], sleeves[None, None])[0, 0]
    assert made[40:60, 42:ARM].all() and not made[40:60, 26:38].any()


def kinds(waist: int, aside: int = 0) -> tuple[Tensor, Tensor]:
    """How likely shirt and trousers are [1, 2, h, w], the border so much lower from column 40 on."""
    above = block(slice(0, waist), slice(0, 40)) | block(slice(0, waist + aside), slice(40, 96))
    likely = torch.stack([above, ~above]).float()[None]
    return likely, block(slice(10, 120), slice(20, 60))[None, None]


def test_each_kind_is_seen_and_without_its_edge():
    likely, bare = kinds(60)
    seen, inner = seen_kinds(likely, bare)[0], apart(likely, bare)[0]
    assert seen[0, 59, 30] and seen[1, 60, 30] and not seen[0, 60, 30] and not seen[:, :, 60:].any()
    assert inner[0, 58, 30] and not inner[0, 59, 30] and not inner[1, 60, 30] and inner[1, 61, 30]


def test_a_waist_goes_straight_on_where_nothing_is_known():
    shares = kinds_beneath(seen_kinds(*kinds(60)))[0]
    assert shares.sum(0).sub(1).abs().max() < 1e-5
    for column in (5, 30, 70, 90):
        assert shares[0, :59, column].min() > 0.9 and shares[1, 61:, column].min() > 0.9


def test_crumbs_of_a_kind_go_on_nowhere():
    """Beside what is hidden some px of trousers count as a shirt."""
    likely, bare = kinds(0)
    crumb = block(slice(80, 88), slice(55, 60))
    likely[0, 0, crumb], likely[0, 1, crumb] = 1.0, 0.0
    assert kinds_beneath(seen_kinds(likely, bare))[0, 0].max() < 1e-3
    alone = kinds_beneath(crumb[None, None])
    assert alone.eq(1.0).all(), "all that is seen of any kind is no crumb"


def test_a_border_has_no_step_where_its_two_ends_lie_apart():
    """A hand hides it from column 30 to 50; to its right it is 8 px lower."""
    likely, bare = kinds(60, 8)
    bare[..., 30:50] = False
    top_w = kinds_beneath(seen_kinds(likely, bare))[0, 0].gt(0.5).sum(0)[29:51]
    assert top_w[0] == 60 and top_w[-1] == 68
    assert top_w.diff().min() >= 0 and top_w.diff().max() <= 3


def test_colours_go_on_of_one_kind_only_and_smoothly():
    likely, bare = kinds(60)
    photo = torch.where(likely[:, :1] > 0, 0.5, -0.5).expand(1, 3, *SIZE).clone()
    photo[..., 40:44, 50:60] = 0.9  # a light fold that ends where nothing is known any more
    known = seen_kinds(likely, bare)
    made = colours_beneath(photo, apart(likely, bare), kinds_beneath(known))[0, 0]
    assert (made[64:110, 62:80] + 0.5).abs().max() < 0.02, "no shirt in the trousers"
    assert made[56, 62:80].min() > 0.4, "nor trousers in the shirt"
    assert made[58, 70] > 0.4 and made[61, 70] < -0.4, "the hem is sharp"
    beyond = made[20:56, 75]
    assert beyond.diff().abs().max() < 0.02 and beyond.max() < 0.75, "a fold is no streak"


def test_in_place_of_a_kind_that_lends_no_cloth_goes_on_what_there_is():
    """The parsing network may take half of a white suit for a dress; mid grey is nobody's cloth."""
    likely, bare = kinds(60)
    photo = torch.full((1, 3, *SIZE), 0.8)
    lends = apart(likely, bare)
    lends[:, 0] = False
    made = colours_beneath(photo, lends, kinds_beneath(seen_kinds(likely, bare)))
    assert (made - 0.8).abs().max() < 0.01


def test_a_border_in_steps_goes_on_without_them():
    """Of 4 px each, in which 12 px of the border climb."""
    column_w, steps = torch.arange(32), torch.arange(32)[:, None]
    trousers_hw = (steps >= 20 - column_w // 8 * 4).float()
    shares_12hw = torch.stack([1.0 - trousers_hw, trousers_hw])[None]
    made_12hw = rounded(shares_12hw, torch.zeros(1, 1, 32, 32, dtype=torch.bool))
    border_w = made_12hw[0, 0].sum(0)[4:28]
    assert border_w.diff().abs().max() < 2.0 < shares_12hw[0, 0].sum(0).diff().abs().max()
    fixed_11hw = torch.ones(1, 1, 32, 32, dtype=torch.bool)
    assert torch.equal(rounded(shares_12hw, fixed_11hw), shares_12hw)
