"""A look to be kept."""

from __future__ import annotations

import pytest
import some_looks


@pytest.fixture
def look():
    """See `some_looks.full_look`."""
    return some_looks.full_look()
