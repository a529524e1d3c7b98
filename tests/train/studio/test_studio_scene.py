"""Light, backdrops and the OpenGL context of the synthetic studio."""

from __future__ import annotations

import sys

import pytest

from engine.errors import InputError
from train.studio.context import open_context


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
