"""Writers killed at random moments: what has its final name is whole. `tests/trust/kills.py` kills more."""

from __future__ import annotations

import random
import sys

import pytest
from trust.kills import KINDS, fault_of, kill_one


@pytest.mark.skipif(sys.platform == "win32", reason="kills as POSIX does")
@pytest.mark.parametrize("kind", KINDS)
def test_what_a_killed_writer_leaves_is_whole(kind, tmp_path):
    rng = random.Random(f"19 {kind}")
    for index in range(2):
        folder = tmp_path / str(index)
        folder.mkdir()
        assert kill_one(kind, folder, rng) >= 1
        assert fault_of(kind, folder) == ""
