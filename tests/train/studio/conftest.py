"""One studio for all of these tests; they skip where the MakeHuman data or OpenGL is missing."""

from __future__ import annotations

import os
from concurrent.futures import Future

import pytest


@pytest.fixture(scope="session")
def assets_folder():
    from engine.errors import InputError
    from train.studio.assets import find_assets

    if not os.environ.get("MAKEHUMAN_ASSETS"):
        pytest.skip("needs the MakeHuman data folder: MAKEHUMAN_ASSETS is not set")
    try:
        return find_assets()
    except InputError as error:
        pytest.skip(f"needs the MakeHuman data folder: {error}")


@pytest.fixture(scope="session")
def studio(assets_folder):
    from engine.errors import InputError
    from train.studio.photographer import Studio

    try:
        return Studio((256, 176))
    except InputError as error:
        pytest.skip(f"needs OpenGL: {error}")


@pytest.fixture(scope="session")
def sittings(studio):
    """{index: Taken} of a few people of both sexes, in dresses, skirts and trousers; three views of each."""
    from train.audits.stage import photographed

    return {index: photographed(studio, index, 3) for index in (0, 1, 4, 8, 103, 304)}


@pytest.fixture(scope="session")
def people(sittings):
    """{index: three views} of the same people."""
    return {index: taken.views for index, taken in sittings.items()}


@pytest.fixture(scope="session")
def rendered(studio):
    """Runs the command that renders, with these options. Its one worker is this process, with the studio that
    is open; `tests/train/test_shards.py` starts real ones."""
    from train.commands import render

    class Here:
        def __init__(self, _workers, mp_context, initializer, initargs):
            initializer(*initargs)

        def __enter__(self):
            return self

        def __exit__(self, *_):
            pass

        def submit(self, work, span) -> Future:
            done = Future()
            done.set_result(work(span))
            return done

    def opened(size, _assets):
        assert tuple(size) == tuple(studio.renderer.size)
        return studio

    def run(*options: str) -> int:
        size, root = "x".join(map(str, studio.renderer.size)), str(studio.assets.root)
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(render, "ProcessPoolExecutor", Here)
            patched.setattr(render, "_worker", {})
            patched.setattr(render.signal, "signal", lambda *_: None)
            patched.setattr("train.studio.photographer.Studio", opened)
            return render.run([*options, "--size", size, "--workers", "1", "--assets", root])

    return run
