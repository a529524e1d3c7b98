"""What a machine can do, and the C library's memory."""

from __future__ import annotations

import platform
import subprocess
import sys
from pathlib import Path

import pytest

from engine.plan import make_plan

# In a process of its own: a hole that earlier work left in the heap would serve every block without a page.
FAULTS = """
import resource
import torch
from engine.plan import keep_freed_memory

def faults():
    for _ in range(16):  # small blocks settle in between the large ones at first
        torch.empty(9_000_000).fill_(1.0)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(4):
        torch.empty(9_000_000).fill_(1.0)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

keep_freed_memory(False)
given_back = faults()
keep_freed_memory()
print(given_back, faults())
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the C library is not glibc")
def test_freed_memory_is_there_for_the_next_frame():
    """Pages the system had to hand out for four large blocks, one after another."""
    root = Path(__file__).parents[3]
    done = subprocess.run(
        [sys.executable, "-c", FAULTS], cwd=root, capture_output=True, text=True, check=True
    )
    given_back, kept = map(int, done.stdout.split())
    assert kept < given_back / 2


@pytest.mark.parametrize(("cores", "beside"), [(1, 1), (2, 2), (3, 2), (8, 7)])
def test_of_more_than_two_cores_one_is_left_to_a_window(cores, beside, monkeypatch):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setattr("os.sched_getaffinity", lambda pid: set(range(cores)), raising=False)
    assert make_plan("cpu", beside_window=True).threads == beside
    assert make_plan("cpu").threads == cores


@pytest.mark.parametrize(
    ("asked", "cores", "beside", "threads"),
    [(None, 8, False, 8), (None, 8, True, 7), (None, 2, True, 2), ("3", 8, False, 3), ("16", 4, False, 4),
     ("1", 2, True, 1), ("2,1", 4, False, 2), ("0", 4, False, 4), ("many", 4, False, 4), ("", 4, False, 4)],
)  # fmt: skip
def test_threads_are_no_more_than_are_asked_for(monkeypatch, asked, cores, beside, threads):
    monkeypatch.setattr("os.sched_getaffinity", lambda _: set(range(cores)), raising=False)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    if asked is not None:
        monkeypatch.setenv("OMP_NUM_THREADS", asked)
    assert make_plan("cpu", beside_window=beside).threads == threads
