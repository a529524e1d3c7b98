"""Writers killed at random moments: what has its final name is whole. `tests/trust/kills.py` kills more."""

from __future__ import annotations

import random
import sys

import pytest
from trust.kills import KINDS, fault_of, kill_one


@pytest.mark.skipif(sys.platform == "win32", reason="kills as POSIX does")
# Of checkpoints more is asked: `tests/train/test_checkpoints.py`.
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "checkpoint"])
def test_what_a_killed_writer_leaves_is_whole(kind, tmp_path):
    rng = random.Random(f"19 {kind}")
    assert kill_one(kind, tmp_path, rng) >= 1
    assert fault_of(kind, tmp_path) == ""
