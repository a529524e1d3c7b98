"""Which photo gives what: parts of textures that are mixed, and places where a garment is worn."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from opened import opened
from small_networks import SIZE, small_nted
from standing import STANDING

from engine import detect
from engine.api import DISTRIBUTION, EXTRACTION, Maps, Mix, NamedMap, RenderRequest, SlotChange
from engine.editing.sources import photo_maps, photo_share, taken_of, worn_shares
from engine.garments import GARMENTS, TOP, TROUSERS


def maps(kind: str, value: float) -> Maps:
    return Maps((NamedMap(kind, "4a", np.full((3, 4, 2), value, np.float32)),))


@given(st.lists(st.floats(0, 1), max_size=4))
def test_the_parts_of_a_texture_sum_to_one(coefficients):
    taken = taken_of(coefficients, {"4a": 3})
    assert len(taken) == 1 + len(coefficients)
    np.testing.assert_allclose(np.sum([each["4a"] for each in taken], axis=0), 1.0, atol=1e-6)


def test_the_later_of_two_mixed_in_takes_from_all_before_it():
    taken = taken_of([0.5, {"4a": np.array([0, 0.2, 1], np.float32)}], {"4a": 3, "8a": 2})
    own, one, other = (each["4a"].tolist() for each in taken)
    assert own == pytest.approx([0.5, 0.4, 0]) and one == pytest.approx([0.5, 0.4, 0])
    assert other == pytest.approx([0, 0.2, 1])
    assert taken[2]["8a"].tolist() == [0, 0], "a group that is left out keeps m = 0"


def test_a_garment_is_its_givers_at_its_strength_and_the_later_covers_the_earlier():
    pieces_hw = np.array([[0, TOP], [TROUSERS, TOP]], np.uint8)
    worn = [("a", GARMENTS["top"], 1.0), ("b", GARMENTS["trousers"], 0.5), ("c", GARMENTS["top"], 0.25)]
    shares = worn_shares(pieces_hw, worn)
    assert shares["a"].tolist() == [[0, 0], [0, 0]], "covered"
    assert shares["b"].tolist() == [[0, 0], [0.5, 0]] and shares["c"].tolist() == [[0, 0.25], [0, 0.25]]


def test_photos_have_their_own_maps_and_what_is_left_is_the_persons():
    drawn = {"me": maps(DISTRIBUTION, 1), "coat": maps(DISTRIBUTION, 2)}
    on = {"me": maps(EXTRACTION, 3), "linen": maps(EXTRACTION, 4), "coat": maps(EXTRACTION, 5)}
    worn = {"coat": np.array([[0.0, 0.75]], np.float32)}
    me, linen, coat = photo_maps("me", [Mix("linen", 0.25)], drawn, worn, on.__getitem__)
    assert [each.reference for each in (me, linen, coat)] == ["me", "linen", "coat"]
    assert linen.maps.of(EXTRACTION)["4a"].max() == 4 and linen.maps.of(DISTRIBUTION)["4a"].max() == 1
    assert coat.maps.of(EXTRACTION)["4a"].max() == 5 and coat.maps.of(DISTRIBUTION)["4a"].max() == 2
    assert me.taken["4a"].tolist() == [0.75] * 3 and linen.taken["4a"].tolist() == [0.25] * 3
    assert me.share_hw.tolist() == [[1, 0.25]] == linen.share_hw.tolist() and coat.taken is None


def test_who_is_mixed_in_twice_is_one_photo():
    mixes = [Mix("linen", 0.5), Mix("linen", {"4a": np.array([0, 1, 0], np.float32)})]
    me, linen = photo_maps("me", mixes, {"me": maps(DISTRIBUTION, 1)}, {}, lambda key: maps(EXTRACTION, 3))
    assert me.taken["4a"].tolist() == [0.5, 0, 0.5] and linen.taken["4a"].tolist() == [0.5, 1, 0.5]


def photo(seed: int) -> np.ndarray:
    coarse = torch.rand(1, 3, 4, 3, generator=torch.Generator().manual_seed(seed)) * 255
    fine = torch.nn.functional.interpolate(coarse, SIZE, mode="bicubic").clamp(0, 255)
    return fine[0].permute(1, 2, 0).numpy().astype(np.uint8)


def test_a_session_shows_the_picture_first_and_the_same_maps_for_who_waits():
    session = opened(small_nted(0))
    pose = np.array(STANDING, np.float32)
    own, other = (session.add_reference(photo(seed), pose) for seed in (1, 2))
    request = RenderRequest(own.key, pose, (Mix(other.key, 0.3),), maps=True)
    first, then = session.frames(request)
    assert first.maps is None and first.sources == ()
    np.testing.assert_array_equal(first.image, then.image)
    [me, linen] = then.sources
    assert (me.reference, linen.reference) == (own.key, other.key) and me.share_hw is None
    for each, alone in ((me, own), (linen, other)):
        expected = session.respond(RenderRequest(alone.key, pose, maps=True)).maps.of(EXTRACTION)
        for name, values_Khw in each.maps.of(EXTRACTION).items():
            np.testing.assert_array_equal(values_Khw, expected[name])
    session.respond(RenderRequest(other.key, pose))  # what was left in between changes nothing
    again = iter(session.frames(request))
    next(again)
    session.respond(RenderRequest(other.key, pose))
    for name, values_Khw in next(again).maps.of(DISTRIBUTION).items():
        np.testing.assert_array_equal(values_Khw, then.maps.of(DISTRIBUTION)[name])
    session.close()


def test_where_a_garment_is_worn_the_photo_is_its_givers():
    own_HW = np.full((2, 4), 0.5, np.float32)
    worn = {"coat": np.repeat(np.array([[1, 0.5, 0, 0]], np.float32), 2, 0), "hat": np.zeros((2, 4))}
    photos = {"me": own_HW, "coat": np.full((2, 4), 0.9, np.float32), "hat": None}
    found_HW = photo_share(own_HW, worn, photos)
    np.testing.assert_allclose(found_HW[0], [0.9, 0.7, 0.5, 0.5], atol=1e-6)
    assert photo_share(None, worn, photos) is None, "an engine that shows what it draws"


@pytest.mark.parametrize("colour", [None, (200, 30, 30)])
def test_what_is_changed_by_hand_is_no_photos_own(monkeypatch, colour):
    monkeypatch.setattr(detect, "person_mask", lambda *_: None)
    session = opened(small_nted(8))
    own = session.set_reference(np.full((*SIZE, 3), 90, np.uint8), np.array(STANDING, np.float32))
    layer = session.slots[-1]
    changes = tuple(
        SlotChange(layer.name, k, 1.0 if colour else 0.5, colour=colour) for k in range(layer.count)
    )
    before, after = (
        session.respond(RenderRequest(own.key, own.keypoints_18x3, maps=True, changes=each)).photo
        for each in ((), changes)
    )
    assert before.max() > 0.9 and after.max() < 1e-3, "all of a layer is all of the picture"
    session.close()
