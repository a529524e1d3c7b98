"""Light, backdrops and the OpenGL context of the synthetic studio."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from engine.errors import InputError
from train.studio.backdrop import KINDS, draw_backdrop
from train.studio.context import open_context
from train.studio.lens import StudioLens
from train.studio.light import PRESETS, draw_light


@pytest.fixture
def creator(monkeypatch):
    """Stands in for moderngl's: notes what it is asked for, and has the backends it is told to have."""
    moderngl = pytest.importorskip("moderngl")

    class Creator:
        there: tuple = ("egl", None)
        asked: list = []

        def __call__(self, **settings):
            self.asked.append(settings)
            backend = settings.get("backend")
            if backend not in self.there:
                raise RuntimeError(f"no\n{backend or 'display'}.")
            return f"a context of {backend}"

    made = Creator()
    made.asked = []
    monkeypatch.setattr(moderngl, "create_context", made)
    return made


@pytest.mark.parametrize(
    "platform, there, expected",
    [
        ("linux", ("egl", None), ["egl"]),
        ("linux", (None,), ["egl", None]),
        ("win32", (None,), [None]),
        ("darwin", (None,), [None]),
    ],
)
def test_every_system_opens_its_context_without_a_window(creator, monkeypatch, platform, there, expected):
    monkeypatch.setattr(sys, "platform", platform)
    creator.there = there
    assert open_context() == f"a context of {expected[-1]}"
    assert [settings.get("backend") for settings in creator.asked] == expected
    assert all(settings["standalone"] and settings["require"] == 330 for settings in creator.asked)


@pytest.mark.parametrize("platform, attempts", [("linux", 2), ("win32", 1), ("darwin", 1)])
def test_missing_opengl_is_told_in_one_sentence(creator, monkeypatch, platform, attempts):
    monkeypatch.setattr(sys, "platform", platform)
    creator.there = ()
    with pytest.raises(InputError) as caught:
        open_context()
    sentence = str(caught.value)
    assert "OpenGL 3.3" in sentence
    assert "\n" not in sentence
    assert sentence.count(".") == 2  # that of the version, and the full stop
    assert len(creator.asked) == attempts


def test_a_missing_package_is_told_in_one_sentence(monkeypatch):
    monkeypatch.setitem(sys.modules, "moderngl", None)
    with pytest.raises(InputError, match="needs the package moderngl"):
        open_context()


def backdrops(kind, count=4):
    return [draw_backdrop(np.random.default_rng((3, seed)), kind) for seed in range(count)]


@pytest.mark.parametrize("kind", KINDS)
def test_a_backdrop_is_a_place_that_can_be_shown(kind):
    for backdrop in backdrops(kind):
        for picture in (backdrop.wall_HW3, backdrop.floor_HW3):
            assert picture.dtype == np.float32
            assert picture.min() >= 0
            assert picture.max() <= 1
        assert backdrop.tone.shape == (3,)
        assert 0 < backdrop.tone.min() <= backdrop.tone.max() <= 1
        assert backdrop.distance > 0


def test_backdrops_follow_from_the_generator():
    first, second = (draw_backdrop(np.random.default_rng(5)) for _ in range(2))
    assert np.array_equal(first.wall_HW3, second.wall_HW3)
    assert first.distance == second.distance


def test_half_of_the_backdrops_are_plain_studio_of_many_greys():
    drawn = [draw_backdrop(np.random.default_rng((7, seed))) for seed in range(300)]
    bare = [backdrop for backdrop in drawn if backdrop.kind in ("plain", "gradient", "spot")]
    assert 0.45 < len(bare) / len(drawn) < 0.65
    levels = np.array([backdrop.tone.mean() for backdrop in bare])
    assert levels.min() < 0.5
    assert levels.max() > 0.9
    assert {backdrop.kind for backdrop in drawn} == set(KINDS)


def test_faces_are_neither_black_nor_blown_out():
    presets = set()
    for seed in range(300):
        rng = np.random.default_rng((9, seed))
        light = draw_light(rng, draw_backdrop(rng, "plain" if seed % 3 else "street"))
        presets.add(light.preset)
        assert 0.8 < light.exposure * light.on((0, 0, 1)).mean() < 2
        for turn in (-0.87, 0.87):  # the side that the light leaves in the dark, and the other
            assert 0.2 < light.exposure * light.on((turn, 0, 0.5)).mean() < 2.2
    assert presets >= set(PRESETS["studio"]) | set(PRESETS["street"])


def test_jitter_leaves_colours_alone():
    light = draw_light(np.random.default_rng(2), backdrops("plain")[0])
    for seed in (1, 2):
        other = light.jittered(np.random.default_rng(seed))
        assert np.array_equal(other.key_colour, light.key_colour)
        assert np.array_equal(other.ambient_up, light.ambient_up)
        assert abs(other.exposure / light.exposure - 1) <= 0.03
        assert not np.array_equal(other.key_direction, light.key_direction)


def test_views_share_backdrop_and_light(studio):
    """The sky of every view, above the person, is the same for a person and another one for another."""
    from train.studio.photographer import Person

    def skies(person):
        places = []
        for number in (1, 2, 3):
            view = person.view(number)
            rows = slice(0, 24)
            free = view.parsing_HW[rows] == 0
            places.append(view.image_HWC[rows][free].astype(float).mean(0))
        person.leave()
        return np.array(places)

    first, second = Person(studio, 0), Person(studio, 1)
    assert first.backdrop is not second.backdrop
    of_first, of_second = skies(first), skies(second)
    within = max(np.ptp(sky, axis=0).max() for sky in (of_first, of_second))
    between = np.abs(of_first.mean(0) - of_second.mean(0)).max()
    assert within < max(12, between)


def test_the_shadow_lies_on_the_floor_and_keeps_its_colour(studio):
    """Around the feet the floor is darker than at the sides, and as red, green and blue as before."""
    from dataclasses import replace

    from train.studio.camera import draw_shot
    from train.studio.photographer import Person
    from train.studio.poses import draw_pose

    person = Person(studio, 4)
    pink = np.broadcast_to(np.array([0.9, 0.6, 0.7], np.float32), (4, 4, 3))
    person.backdrop = replace(
        draw_backdrop(np.random.default_rng(1), "plain"), wall_HW3=pink, floor_HW3=pink, gloss=0.0
    )
    rng = np.random.default_rng(0)
    view = person.photograph(draw_pose(rng, plain=True), draw_shot(rng, "front", "full"), rng)
    person.leave()
    feet = view.keypoints_18x3[[10, 13], :2]
    row = int(feet[:, 1].max()) + 6
    free = view.parsing_HW[row] == 0
    line = view.image_HWC[row].astype(float)
    middle = int(feet[:, 0].mean())
    near, far = line[middle - 12 : middle + 12][free[middle - 12 : middle + 12]], line[:10][free[:10]]
    assert near.mean() < 0.9 * far.mean()
    np.testing.assert_allclose(near.mean(0) / near.mean(), far.mean(0) / far.mean(), atol=0.03)


def test_a_lens_softens_edges_and_leaves_even_areas_alone():
    picture = np.full((256, 176, 3), 220, np.uint8)
    person = np.zeros((256, 176), bool)
    person[60:200, 60:120] = True
    picture[person] = 30
    seen = StudioLens(softness=0.4, wrap=0.3, glare=0.02).through(picture, person).astype(int)
    assert abs(seen[5, 5] - 220).max() <= 2
    assert 30 <= seen[130, 90].min() <= seen[130, 90].max() < 45  # glare lifts the black a little
    steps = np.abs(np.diff(seen[130, :, 0]))
    assert 90 < steps.max() < 185  # soft, yet an edge
    row = seen[130, 60:90, 0]
    assert (np.diff(row) <= 0).all()  # the light around fades inwards, with no dark or bright rim
    even = np.full((256, 176, 3), 128, np.uint8)
    assert (StudioLens(0.4, 0.3, 0.05).through(even, person) == 128).all()
