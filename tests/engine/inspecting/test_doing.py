"""What a texture does: shares of its distribution on garments that are seen."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.garments import PIECES, WORD_OF_PIECE
from engine.inspecting.doing import Doing, doings, makers, shares_by_word

TOP, TROUSERS = PIECES.index("top"), PIECES.index("trousers")


@given(st.integers(0, 2**32 - 1), st.sampled_from([(8, 6), (16, 12), (4, 3)]))
def test_the_shares_of_a_texture_sum_to_one(seed, size):
    draw = np.random.default_rng(seed)
    distribution_Khw = draw.dirichlet(np.ones(5), size).transpose(2, 0, 1).astype(np.float32)
    pieces_hw = draw.integers(0, len(PIECES), (16, 12)).astype(np.uint8)
    shares = shares_by_word(distribution_Khw, pieces_hw)
    assert set(shares) == {WORD_OF_PIECE[piece] for piece in np.unique(pieces_hw)}
    np.testing.assert_allclose(np.sum(list(shares.values()), axis=0), 1.0, atol=1e-4)
    for k, doing in enumerate(doings(distribution_Khw, pieces_hw)):
        assert doing.share == pytest.approx(max(each[k] for each in shares.values()))


def test_a_texture_is_named_by_where_most_of_it_lies_also_on_a_coarse_grid():
    pieces_hw = np.zeros((8, 4), np.uint8)
    pieces_hw[2:5], pieces_hw[5:] = TOP, TROUSERS
    first, second = np.zeros((2, 4, 2), np.float32)
    first[1:3] = 1.0  # rows 2 to 5 of the pieces: three of the top, one of the trousers
    second[3] = 0.5
    found = doings(np.stack([first, second]), pieces_hw)
    assert found == [Doing("top", 0.75), Doing("trousers", 1.0)]
    assert [str(each) for each in found] == ["top 0.75", "trousers 1.00"]
    assert str(Doing("", 0.5)) == "background 0.50"
    layers = {"a": np.stack([first, second]), "b": second[None]}
    assert makers(layers, pieces_hw, "trousers") == [("a", 1), ("b", 0)]
    assert makers(layers, pieces_hw, "hair") == []


def test_a_texture_that_is_nowhere_does_nothing():
    [doing] = doings(np.zeros((1, 2, 2), np.float32), np.full((4, 4), TOP, np.uint8))
    assert doing.share == 0.0
