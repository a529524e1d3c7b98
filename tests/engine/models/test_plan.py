"""What a machine can do, and the C library's memory."""

from __future__ import annotations

import platform

import pytest
import torch

from engine.plan import keep_freed_memory, make_plan


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the C library is not glibc")
def test_freed_memory_is_there_for_the_next_frame():
    import resource

    def faults() -> int:
        """Pages the system had to hand out for four large blocks, one after another."""
        for _ in range(16):  # small blocks settle in between the large ones at first
            torch.empty(9_000_000).fill_(1.0)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        for _ in range(4):
            torch.empty(9_000_000).fill_(1.0)
        return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

    try:
        keep_freed_memory(False)
        given_back = faults()
        keep_freed_memory()
        kept = faults()
    finally:
        keep_freed_memory()
    assert kept < given_back / 2


@pytest.mark.parametrize(("cores", "beside"), [(1, 1), (2, 2), (3, 2), (8, 7)])
def test_of_more_than_two_cores_one_is_left_to_a_window(cores, beside, monkeypatch):
    monkeypatch.setattr("os.sched_getaffinity", lambda pid: set(range(cores)), raising=False)
    assert make_plan("cpu", beside_window=True).threads == beside
    assert make_plan("cpu").threads == cores
