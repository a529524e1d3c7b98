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


def test_one_core_is_left_to_a_window():
    alone, beside = make_plan("cpu"), make_plan("cpu", beside_window=True)
    assert beside.threads == max(1, alone.threads - 1)
    assert alone.precision in ("float32", "bfloat16")
