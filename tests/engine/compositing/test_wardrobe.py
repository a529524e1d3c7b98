"""What a photo's person wears at which place of the body, whatever the pose."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from engine.compositing.wardrobe import CLASSES, looks_at, make_wardrobe, on_trunk, worn_at
from engine.garments import ARMS, PIECES, TOP, TROUSERS
from engine.regions import REGIONS, SURFACE_SPAN

ROWS, COLUMNS = 72, 40  # of a person from head to foot, 4 px a decimetre


def person(*worn: tuple[str, float, float], depth: float = 0.75) -> torch.Tensor:
    """A surface map of a body seen from before, wearing classes from a height to another, in dm."""
    y_hw, x_hw = torch.meshgrid(torch.linspace(9, -9, ROWS), torch.linspace(-5, 5, COLUMNS), indexing="ij")
    class_hw = torch.zeros(ROWS, COLUMNS, dtype=torch.long)
    for name, top, bottom in worn:
        class_hw[(y_hw < top) & (y_hw > bottom) & (x_hw.abs() < 2)] = REGIONS.index(name)
    logits = 20.0 * F.one_hot(class_hw, CLASSES).movedim(-1, 0).float()
    places = torch.stack([x_hw, y_hw, torch.full_like(x_hw, depth)])
    return torch.cat([logits, places / SURFACE_SPAN])[None]


def photo(surface_1Khw: torch.Tensor) -> torch.Tensor:
    """Every class in a grey of its own."""
    class_hw = surface_1Khw[0, :CLASSES].argmax(0)
    grey = (class_hw.float() / 4 - 1)[None, None].expand(1, 3, -1, -1)
    return F.interpolate(grey, scale_factor=2, mode="nearest")


DRESSED = person(("face", 8, 6), ("upper clothes", 6, 0), ("pants", 0, -5), ("legs", -5, -8))


def worn(place: tuple[float, float, float], surface=DRESSED) -> str:
    asked = torch.zeros(1, CLASSES + 3, 1, 1)
    asked[0, CLASSES:, 0, 0] = torch.tensor(place) / SURFACE_SPAN
    shares = worn_at(make_wardrobe(photo(surface), surface), asked)[0][0, :, 0, 0]
    assert shares.sum() == pytest.approx(1.0, abs=1e-4) and shares[0] == 0
    return PIECES[int(shares.argmax())]


@pytest.mark.parametrize(
    ("height", "piece"), [(7, "face"), (5.7, "top"), (0.3, "top"), (-0.3, "trousers"), (-7, "legs")]
)
def test_a_hem_is_where_the_photo_has_it_to_three_centimetres(height, piece):
    assert worn((0.2, height, 0.75)) == piece


def test_the_back_is_as_the_front_and_left_as_right():
    half = DRESSED.clone()
    half[:, 0, :, : COLUMNS // 2] = 50.0  # of one side nothing is seen
    assert worn((1.0, -0.5, -0.25), DRESSED) == "trousers"
    assert worn((-1.5, 3.0, 0.75), half) == "top" and worn((-1.5, -0.5, -0.25), half) == "trousers"


def test_what_is_nowhere_seen_is_as_what_is_nearest():
    assert worn((4.5, 3.0, 0.0)) == "top" and worn((0.0, -8.9, 1.5)) == "legs"


def test_what_a_photo_does_not_show_is_not_known():
    """Of an upper body no legs, wherever the nearest piece is; its hem and its back are known."""
    upper = make_wardrobe(photo(half := person(("face", 8, 6), ("upper clothes", 6, 0))), half)
    places = torch.tensor([[0.2, 3.0, 0.75], [0.2, 0.3, 0.75], [0.2, 3.0, -0.25], [0.2, -2.0, 0.75]])
    asked = torch.zeros(1, CLASSES + 3, 1, 4)
    asked[0, CLASSES:, 0] = places.t() / SURFACE_SPAN
    assert worn_at(upper, asked)[1].flatten().tolist() == pytest.approx([1.0, 1.0, 1.0, 0.0])
    whole = make_wardrobe(photo(DRESSED), DRESSED)
    assert worn_at(whole, asked)[1].min() > 0.99


def test_a_dress_is_one_above_the_waist_and_a_skirt_below_unless_a_top_is_worn():
    dress = person(("dress or skirt", 6, -4))
    skirt = person(("upper clothes", 6, 2), ("dress or skirt", 2, -4))
    assert worn((0, 4, 0.75), dress) == "dress" and worn((0, -2, 0.75), dress) == "skirt"
    assert worn((0, 1.5, 0.75), skirt) == "skirt" and worn((0, 4, 0.75), skirt) == "top"


def test_a_top_of_its_skirts_cloth_is_a_dress():
    """But not above a belt of skin, nor a dress that lies alone, whose outline tells what it is."""
    top, skirt, legs = ("upper clothes", 6, 1), ("dress or skirt", 1, -4), ("legs", -4, -8)

    def word(*clothes: tuple[str, float, float], skirt_is: float = 0.25) -> str:
        surface = person(*clothes)
        grey_11HW = photo(surface)[:, :1]
        grey_11HW[grey_11HW == REGIONS.index("dress or skirt") / 4 - 1] = skirt_is
        grey_11HW[grey_11HW == REGIONS.index("upper clothes") / 4 - 1] = 0.25
        shown = make_wardrobe(grey_11HW.expand(1, 3, -1, -1), surface).shown()
        return "dress" if shown["dress"] > shown["skirt"] else "top"

    assert word(top, skirt, legs) == "dress"
    assert word(top, skirt, legs, skirt_is=0.5) == "top", "of another cloth"
    assert word(("upper clothes", 6, 2), skirt, legs) == "top", "skin between"
    assert word(top, skirt) == "top", "nobody"


def test_an_arm_before_the_body_takes_nothing_from_the_shirt_behind_it():
    crossed = person(("upper clothes", 6, 0), ("arms", 3, 2))
    assert worn((0, 2.5, 0.75), crossed) == "top"
    places = torch.tensor([[0.0, 2.5, 0.0], [3.5, 2.5, 0.0], [0.5, 5.2, 0.0]]).t()[None, :, None]
    assert on_trunk(places).flatten().tolist() == [1.0, 0.0, 0.0]  # trunk, arm, neck


def test_shares_of_the_person_are_told_by_word():
    shown = make_wardrobe(photo(DRESSED), DRESSED).shown()
    assert shown["top"] == pytest.approx(6 / 16, abs=0.02) and shown["trousers"] == pytest.approx(
        5 / 16, abs=0.02
    )
    assert shown["skirt"] == shown["dress"] == shown["hair"] == 0.0


@pytest.mark.parametrize(("name", "word"), [("pants", "trousers"), ("dress or skirt", "skirt")])
def test_legwear_that_the_photo_cuts_off_above_the_knees_is_none(name, word):
    """It would end there on who wears it, and their legs with it. Of trousers that are laid on they go on."""

    def shown(*worn: tuple[str, float, float], goes_on: bool = False) -> float:
        surface = person(("face", 8, 6), ("upper clothes", 6, 0), *worn)
        return make_wardrobe(photo(surface), surface).shown(goes_on)[word]

    assert shown((name, 0, -2.8)) == 0.0
    assert (shown((name, 0, -2.8), goes_on=True) > 0.2) == (word == "trousers")
    assert shown((name, 0, -4.5)) > 0.2, "knees are seen"
    assert shown((name, 0, -2.0), ("legs", -2.0, -3.0)) > 0.1, "its hem is"
    alone = person((name, 0, -2.8))
    assert make_wardrobe(photo(alone), alone).shown()[word] == 1.0


def test_the_plate_has_nobody_and_the_rest_of_the_photo_to_the_bit():
    surface = person(("upper clothes", 6, 0))
    picture = photo(surface)
    plate = make_wardrobe(picture, surface).plate
    assert (plate == -1.0).all() and (picture > -1.0).any()
    assert torch.equal(plate[..., :10, :], picture[..., :10, :])


@pytest.mark.parametrize("piece", [TOP, TROUSERS])
def test_a_piece_looks_like_itself_even_where_the_place_lies_beside_it(piece):
    """Trousers that a top hides are as they are below its hem, not as the top."""
    wardrobe = make_wardrobe(photo(DRESSED), DRESSED)
    everywhere = torch.full((1, ROWS, COLUMNS), piece)
    seen, unseen = looks_at(wardrobe, everywhere, DRESSED, (ROWS, COLUMNS))
    own = {TOP: 3, TROUSERS: 5}[piece] / 4 - 1
    assert (seen - own).abs().max() < 0.02
    here = DRESSED[0, :CLASSES].argmax(0) == {TOP: 3, TROUSERS: 5}[piece]
    assert unseen[0, 0][here].max() < 0.25


def test_of_a_piece_that_is_nowhere_it_says_so_and_of_nobody_it_is_a_number():
    _, unseen = looks_at(
        make_wardrobe(photo(DRESSED), DRESSED), torch.full((1, ROWS, COLUMNS), ARMS), DRESSED, (8, 8)
    )
    assert unseen.min() > 0.999
    nobody = person()
    wardrobe = make_wardrobe(photo(nobody), nobody)
    assert all(each.isfinite().all() for each in wardrobe) and set(wardrobe.shown().values()) == {0.0}
