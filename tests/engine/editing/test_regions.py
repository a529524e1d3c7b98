"""What a pointer means on a map of pieces."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

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
