"""The baseline that knows the true surface, on surfaces made up so that the right colours are known."""

from __future__ import annotations

import numpy as np
import pytest

from train.data.people import TEST_PEOPLE, People, View
from train.metrics.evaluation import evaluate
from train.metrics.measure import COPY, SURFACE, Rendered
from train.metrics.pairs import fixed_pairs
from train.metrics.surface_copy import surface_copy

HAIR, FACE = 1, 2


def view(image_HWC, parsing_HW, surface_HW3) -> View:
    return View(
        image_HWC, parsing_HW.astype(np.uint8), np.zeros((18, 3), np.float32), "full", "front", surface_HW3
    )


def person(seed: int = 0) -> View:
    """8x6, its left two columns nobody's, every other pixel another place and another colour."""
    rng = np.random.default_rng(seed)
    places = rng.permutation(6 * 6 * 6)[: 8 * 6]
    surface = np.stack([40 * (places // 36) + 20, 40 * (places // 6 % 6) + 20, 40 * (places % 6) + 20], 1)
    parsing = np.full((8, 6), FACE)
    parsing[:4] = HAIR
    parsing[:, :2] = 0
    surface = surface.reshape(8, 6, 3).astype(np.uint8) * (parsing > 0)[..., None].astype(np.uint8)
    return view(rng.integers(0, 256, (8, 6, 3), dtype=np.uint8), parsing, surface)


def test_every_pixel_gets_the_colour_of_its_own_place_and_nobody_the_references():
    reference = person()
    upside_down = view(*(np.flipud(part).copy() for part in (
        np.zeros_like(reference.image_HWC), reference.parsing_HW, reference.surface_HW3
    )))  # fmt: skip
    result = surface_copy(reference, upside_down)
    assert np.abs(result[:, 2:].astype(int) - np.flipud(reference.image_HWC)[:, 2:]).max() <= 1
    np.testing.assert_array_equal(result[:, :2], reference.image_HWC[:, :2])


def test_a_class_is_served_from_itself_while_the_reference_shows_it():
    reference = person()
    reference.image_HWC[reference.parsing_HW == HAIR] = (200, 0, 0)
    reference.image_HWC[reference.parsing_HW == FACE] = (0, 0, 200)
    swapped = reference.parsing_HW.copy()
    swapped[reference.parsing_HW == HAIR], swapped[reference.parsing_HW == FACE] = FACE, HAIR
    target = view(reference.image_HWC, swapped, reference.surface_HW3)
    assert (surface_copy(reference, target)[swapped == HAIR] == (200, 0, 0)).all()
    faces_only = view(
        reference.image_HWC,
        np.where(reference.parsing_HW == FACE, FACE, 0),
        reference.surface_HW3 * (reference.parsing_HW == FACE)[..., None],
    )
    assert (surface_copy(faces_only, target)[swapped == HAIR] == (0, 0, 200)).all()


def test_there_is_none_without_surfaces():
    reference = person()
    blind = view(reference.image_HWC, reference.parsing_HW, np.zeros_like(reference.surface_HW3))
    assert surface_copy(blind, reference) is None and surface_copy(reference, blind) is None


@pytest.mark.parametrize("surfaces", (True, False))
def test_an_evaluation_has_it_where_the_data_tell_surfaces(make_stick_people, tmp_path, surfaces):
    folder = make_stick_people(tmp_path, range(TEST_PEOPLE[0], TEST_PEOPLE[0] + 3), surfaces=surfaces)
    people = People(folder, TEST_PEOPLE)
    scores = evaluate(
        lambda batch: Rendered(batch.reference_BCHW), people, fixed_pairs(people, 5), (64, 44)
    ).scores
    assert (SURFACE in scores) == surfaces
    if surfaces:
        person_l1 = {name: np.nanmean(values[:, 1, 0]) for name, values in scores.items()}
        assert person_l1[SURFACE] < person_l1[COPY]
