"""Garments of the box's people are drawn by the engine here, as those of photos of its own size are."""

from __future__ import annotations

import pytest

from engine import references


@pytest.fixture(scope="module", autouse=True)
def no_photo_is_fine():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(references, "_FINE", 3)
        yield
