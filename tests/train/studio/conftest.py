"""One studio for all of these tests; they skip where the MakeHuman data or OpenGL is missing."""

from __future__ import annotations

import os

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
