"""Recoloured: the mean is the wanted colour, what lies about it stays, and nothing else changes."""

from __future__ import annotations

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.api import SlotChange, Slots
from engine.editing.changes import known, redrawn, touched_by
from engine.editing.recolour import colours_of, recoloured

RED, BLUE = (200, 30, 30), (20, 40, 220)
SLOTS = (Slots("16a", 3), Slots("16b", 2))
level = st.integers(0, 255)


@given(st.tuples(level, level, level))
def test_the_mean_is_the_wanted_colour_and_the_pattern_stays(colour):
    picture = torch.rand(1, 3, 8, 6, generator=torch.Generator().manual_seed(0)) - 0.5
    share = torch.zeros(1, 1, 8, 6)
    share[..., :3] = 1.0
    found = recoloured(picture, share, colour)
    mean = (found[..., :3].mean((2, 3))[0] + 1) * 127.5
    np.testing.assert_allclose(mean.numpy(), colour, atol=1e-3)
    assert torch.equal(found[..., 3:], picture[..., 3:])
    shifted = (found - picture)[..., :3]
    assert (shifted - shifted[..., :1, :1]).abs().max() < 1e-5, "one step for all, so folds stay"


def test_what_is_nearly_nowhere_changes_nothing():
    picture = torch.rand(1, 3, 8, 6)
    assert torch.equal(recoloured(picture, torch.full((1, 1, 4, 3), 5e-4), RED), picture)


def test_colours_are_gathered_and_the_engine_draws_nothing_otherwise():
    changes = [
        SlotChange("16a", 1, colour=RED),
        SlotChange("16b", 0, colour=RED),
        SlotChange("16a", 2, colour=BLUE),
    ]
    assert known(changes, SLOTS, "A") == changes and not any(redrawn(each, "A") for each in changes)
    (red, of_red), (blue, of_blue) = colours_of(changes, SLOTS)
    assert (red, blue) == (RED, BLUE)
    assert of_red["16a"].tolist() == [0, 1, 0] and of_red["16b"].tolist() == [1, 0]
    assert of_blue["16a"].tolist() == [0, 0, 1] and list(of_blue) == ["16a"]
    assert touched_by([], SLOTS) == {}
