"""What a pointer means on a map of pieces."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.api import DISTRIBUTION, Maps, NamedMap, PhotoMaps
from engine.editing import regions
from engine.editing.regions import added, grown, mask_of, outline, removed, shrunk, word_at
from engine.garments import ARMS, DRESS, FACE, GARMENTS, HAIR, LEGS, PIECES, SKIRT, TOP, TROUSERS

SIZE = 64, 44


def person(below: int = TROUSERS, above: int = TOP) -> np.ndarray:
    pieces = np.zeros(SIZE, np.uint8)
    pieces[4:8, 18:26], pieces[8:12, 19:25] = HAIR, FACE
    pieces[12:32, 16:28], pieces[32:50, 16:28] = above, below
    pieces[12:30, 10:16] = pieces[12:30, 28:34] = ARMS
    pieces[50:60, 16:21] = pieces[50:60, 23:28] = LEGS
    return pieces


def at(pieces: np.ndarray, row: int, column: int) -> str:
    return word_at(pieces, (column + 0.5) / SIZE[1], (row + 0.5) / SIZE[0])


def test_what_is_under_the_pointer_and_a_little_beside_it():
    pieces = person()
    assert [at(pieces, row, 22) for row in (5, 9, 20, 40)] == ["hair", "face", "top", "trousers"]
    assert at(pieces, 20, 35) == "arms"  # the nearest one that is not farther than two
    assert at(pieces, 20, 36) == at(pieces, 0, 0) == ""
    assert word_at(pieces, -0.01, 0.5) == word_at(pieces, 0.5, 1.0) == ""


def test_both_arms_and_both_boots_are_one():
    pieces = person()
    assert mask_of(pieces, ("arms",)).sum() == 2 * 18 * 6
    assert at(pieces, 20, 11) == at(pieces, 20, 33) == "arms"
    assert mask_of(pieces, ("legs",))[55, [18, 25]].all()


def test_a_skirt_is_of_the_dress_where_one_is_worn():
    assert at(person(SKIRT), 40, 22) == "skirt"
    dress = person(SKIRT, DRESS)
    assert at(dress, 40, 22) == at(dress, 20, 22) == "dress"
    assert mask_of(dress, ("dress",))[[20, 40], 22].all()


def test_the_wheel_takes_in_what_touches_most_and_gives_it_back():
    pieces, choice = person(), ("top",)
    steps = [choice := grown(pieces, choice) for _ in range(9)]
    assert steps[0] == ("top", "arms") and steps[1] == ("top", "arms", "trousers")
    assert set(steps[-1]) == {"top", "arms", "trousers", "legs", "face", "hair"} and steps[-1] == steps[-2]
    assert shrunk(steps[1]) == steps[0] and shrunk(shrunk(steps[0])) == ("top",)
    dress = person(SKIRT, DRESS)
    assert "skirt" not in grown(dress, grown(dress, ("dress",)))


def test_specks_are_nothing():
    pieces = person()
    pieces[40:42, 40:42] = TOP
    assert not mask_of(pieces, ("top",))[40:42, 40:42].any()


def test_an_outline_encloses_what_it_is_of():
    square = np.zeros(SIZE, bool)
    square[10:40, 8:30] = True
    (line,) = outline(square)
    low, high = line.min(0) * SIZE[::-1], line.max(0) * SIZE[::-1]
    assert np.abs(low - (8, 10)).max() < 0.8 and np.abs(high - (30, 40)).max() < 0.8
    square[20:30, 14:24] = False
    assert len(outline(square)) == 2 and outline(np.zeros(SIZE, bool)) == []


@given(st.lists(st.sampled_from(sorted(GARMENTS)), max_size=12))
def test_a_choice_holds_a_garment_once_the_last_added_last(words):
    choice = ()
    for word in words:
        choice = added(choice, word)
        assert choice[-1] == word and len(set(choice)) == len(choice)
        assert word not in removed(choice, word)
    assert added(choice, "") == choice


@pytest.mark.parametrize("seed", range(3))
def test_any_map_is_answered(seed):
    noise = np.random.default_rng(seed).integers(0, len(PIECES), SIZE).astype(np.uint8)
    for row in range(0, 64, 7):
        word = at(noise, row, row % 44)
        assert word in GARMENTS
        assert grown(noise, (word,))[0] == word and isinstance(outline(mask_of(noise, (word,))), list)


def _attention(*masks_hw: np.ndarray) -> dict[str, np.ndarray]:
    """Of two layers; in the sharper one each texture makes one of the masks, the last all that is left."""
    left_hw = 1.0 - np.clip(np.sum(masks_hw, axis=0), 0, 1)
    values_Khw = np.stack([*masks_hw, left_hw]).astype(np.float32)
    return {"16a": np.full((2, 16, 11), 0.5, np.float32), "128a": values_Khw}


def _box(top: int, left: int, bottom: int, right: int) -> np.ndarray:
    mask_hw = np.zeros((128, 88), np.float32)
    mask_hw[top:bottom, left:right] = 1.0
    return mask_hw


def test_textures_are_a_garments_where_they_make_mostly_it_in_the_sharpest_layer():
    shirt, arm = _box(30, 30, 60, 60), _box(30, 60, 60, 70)
    name, mine_K = regions.textures_of(_attention(shirt, arm), shirt > 0)
    assert name == "128a" and mine_K.tolist() == [True, False, False]
    assert regions.textures_of({}, shirt > 0)[0] == ""
    vague = {"64a": np.concatenate([np.full((4, 128, 88), 0.15), np.full((4, 128, 88), 0.1)])}
    assert not regions.textures_of(vague, shirt > 0)[1].any()
    vague["64a"][0] = 0.4  # 3 / 8 and more, though mostly elsewhere
    assert regions.textures_of(vague, shirt > 0)[1].tolist() == [True] + 7 * [False]
    seen_hw = regions.seen_as((shirt * PIECES.index("top")).astype(np.uint8), ("top",), vague)
    assert np.array_equal(seen_hw, shirt > 0)  # which says nothing of where it ends


def test_attention_fills_a_hole_of_the_map_and_takes_nothing_off():
    shirt, arm, far = _box(30, 30, 60, 60), _box(30, 60, 95, 70), _box(100, 10, 110, 20)
    pieces_hw = np.zeros((128, 88), np.uint8)
    pieces_hw[30:60, 30:70] = PIECES.index("top")  # a sleeve, which textures of arms make
    pieces_hw[40:46, 40:46] = 0  # and has a hole
    distribution = _attention(np.maximum(shirt, far), arm)
    seen_hw = regions.seen_as(pieces_hw, ("top",), distribution)
    assert np.array_equal(seen_hw, (shirt > 0) | (pieces_hw > 0))  # and nothing of what is far off
    assert np.array_equal(regions.seen_as(pieces_hw, ("top",), {}), regions.mask_of(pieces_hw, ("top",)))


def test_textures_of_a_garment_take_nothing_of_another():
    """A worn top is drawn of its giver, trousers of the wearer; both may be the same textures."""
    shirt, legs = _box(30, 30, 60, 60), _box(60, 34, 100, 56)
    pieces_hw = (shirt * PIECES.index("top") + legs * PIECES.index("trousers")).astype(np.uint8)
    distribution = _attention(np.maximum(shirt, legs))
    assert np.array_equal(regions.seen_as(pieces_hw, ("top",), distribution), shirt > 0)


def test_attention_over_the_picture_is_each_photos_where_it_is_seen():
    one, other = _attention(_box(0, 0, 128, 88)), _attention(_box(0, 0, 1, 1))
    upper_hw = _box(0, 0, 64, 88)

    def photo(layers, share_hw):
        maps = Maps(NamedMap(DISTRIBUTION, name, values) for name, values in layers.items())
        return PhotoMaps("", maps, None, share_hw)

    drawn = regions.drawn_of((photo(one, 1.0 - upper_hw), photo(other, upper_hw)))
    assert np.array_equal(drawn["128a"][:, 70], one["128a"][:, 70])
    assert np.array_equal(drawn["128a"][:, 30], other["128a"][:, 30])
    assert all(np.allclose(values.sum(0), 1.0) for values in drawn.values())


def test_the_background_is_a_region_too():
    pieces_hw = np.zeros((128, 88), np.uint8)
    pieces_hw[30:60, 30:60] = PIECES.index("top")
    assert np.array_equal(regions.mask_of(pieces_hw, ("background",)), pieces_hw == 0)


def test_a_photo_is_lit_where_textures_are_gathered_however_large_that_is():
    for share in (0.05, 0.4):
        there = np.zeros((20, 20), np.float32)
        there.flat[: int(400 * share)] = 1 / (400 * share)
        light = regions.lit(np.stack([there, there, 1 / 400 + 0 * there]), np.array([True, True, False]))
        assert (light[there > 0] == 1).all() and (light[there == 0] == 0).all()
    even = np.full((1, 20, 20), 1 / 400)
    assert np.allclose(regions.lit(even, np.array([True])), 0.5)
    assert not regions.lit(even, np.array([False])).any()
