"""What is made of a photo's map is made once, and never for another."""

from __future__ import annotations

import gc
from dataclasses import replace

import numpy as np

from engine.api import EXTRACTION, NamedMap
from engine.inspecting import choices, overlays
from engine.inspecting.kept import once_a_map
from engine.inspecting.overlays import Aim

PALETTE_N4 = np.full((12, 4), 255, np.uint8)


def a_map(value: float) -> NamedMap:
    return NamedMap(EXTRACTION, "16a", np.full((2, 3, 4), value, np.float32))


def test_it_is_made_anew_only_for_another_map_or_other_things():
    asked = []

    @once_a_map
    def made(named: NamedMap, image: np.ndarray) -> float:
        asked.append(named)
        return float(named.values_Khw[0, 0, 0] * image[0])

    one, other, image, brighter = a_map(1.0), a_map(2.0), np.float32([3]), np.float32([4])
    assert [made(one, image), made(other, image), made(one, image), made(other, image)] == [3, 6, 3, 6]
    assert asked == [one, other]
    assert [made(one, brighter), made(one, brighter), made(other, image)] == [4, 4, 6]
    assert asked == [one, other, one]


def test_what_was_made_goes_with_the_map():
    kept = []

    class Made:
        def __del__(self):
            kept.append("gone")

    made = once_a_map(lambda named: Made())
    named = a_map(1.0)
    made(named)
    del named
    gc.collect()
    assert kept == ["gone"]


def test_the_views_of_another_photo_are_not_those_of_the_first(alone, layers):
    choice, turned = layers["32a"], replace(alone, images=(alone.images[0][::-1],))
    for view in (choices.WARP, choices.EVIDENCE):
        before, after, again = (
            overlays.painting(view, choice, subject, Aim(), PALETTE_N4).result.pixels
            for subject in (alone, turned, alone)
        )
        assert (before != after).any()
        np.testing.assert_array_equal(before, again)
