"""Recoloured: the mean is the wanted colour, what lies about it stays, and nothing else changes."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.api import DISTRIBUTION, GarmentSwap, RenderRequest, SlotChange, Slots
from engine.cv import cv2
from engine.editing.changes import known, redrawn, touched_by
from engine.editing.recolour import colours_of, recoloured, within_region
from engine.garments import TROUSERS
from engine.inspecting.doing import makers
from engine.paths import RESOURCES
from engine.photos import read_photo
from engine.pose.formats import read_pose
from engine.session import Session

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


def test_a_share_stays_within_the_region_that_it_lies_on():
    surface = torch.full((1, 11, 8, 6), -9.0)
    surface[:, 0, :, :3], surface[:, 6, :, 3:] = 9.0, 9.0
    share = torch.ones(1, 1, 4, 3)
    share[..., 0] = 0.25
    found = within_region(share, surface, (16, 12))
    assert found.shape == (1, 1, 16, 12)
    assert found[..., :5].max() < 0.01 and found[..., 8:].min() > 0.95


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


SAMPLES = RESOURCES / "samples"


def sample(session: Session, name: str):
    rgb_HWC = read_photo(SAMPLES / f"{name}.jpg")
    pose_18x3 = read_pose(SAMPLES / f"{name}.json", session.size)
    return session.add_reference(rgb_HWC, pose_18x3 * (*[len(rgb_HWC) / session.size[0]] * 2, 1))


def test_trousers_have_their_colour_whoever_they_are_of():
    """In the box's engine: all textures that make trousers, on the wearer's own and on another's."""
    with closing(Session.open(device="cpu")) as session:
        ada, dan = (sample(session, name) for name in ("ada", "dan"))
        request = RenderRequest(ada.key, ada.keypoints_18x3, maps=True)
        plain = session.respond(request)
        changes = tuple(
            SlotChange(layer, k, colour=RED)
            for layer, k in makers(plain.sources[0].maps.of(DISTRIBUTION), plain.pieces, "trousers")
        )
        own = session.respond(replace(request, changes=changes))
        swaps = (GarmentSwap(dan.key, "trousers"),)
        of_dan = session.respond(replace(request, changes=changes, swaps=swaps))
    for frame in (own, of_dan):
        trousers_HW = np.kron(frame.pieces, np.ones((2, 2), np.uint8)) == TROUSERS
        mean = frame.image[trousers_HW].mean(0)
        assert np.abs(mean - RED).max() < 40, "most of it, for shares are less than 1"
        assert frame.photo[trousers_HW].mean() < 0.3, "red was on no photo"
    far = (np.abs(own.image.astype(int) - plain.image).max(2) > 8) & ~_around(plain.pieces == TROUSERS)
    assert far.mean() < 0.01, "and nothing else"


def _around(mask_hw: np.ndarray) -> np.ndarray:
    """A mask of half the rows, a little larger, at the picture's."""
    grown_hw = cv2.dilate(mask_hw.astype(np.uint8), np.ones((9, 9), np.uint8))
    return np.kron(grown_hw, np.ones((2, 2), np.uint8)) > 0
