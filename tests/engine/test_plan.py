"""What is chosen from what a machine has."""

from __future__ import annotations

import pytest

from engine.errors import InputError
from engine.plan import make_plan


@pytest.mark.parametrize(
    ("asked", "cores", "beside", "threads"),
    [(None, 8, False, 8), (None, 8, True, 7), (None, 2, True, 2), ("3", 8, False, 3), ("16", 4, False, 4),
     ("1", 2, True, 1), ("0", 4, False, 4), ("many", 4, False, 4), ("", 4, False, 4)],
)  # fmt: skip
def test_threads(monkeypatch, asked, cores, beside, threads):
    monkeypatch.setattr("os.sched_getaffinity", lambda _: set(range(cores)), raising=False)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    if asked is not None:
        monkeypatch.setenv("OMP_NUM_THREADS", asked)
    assert make_plan("cpu", beside_window=beside).threads == threads


def test_a_device_that_is_not_there_is_named():
    with pytest.raises(InputError, match="gpu9"):
        make_plan("gpu9")
