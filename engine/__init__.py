"""Everything Poseloom can do without a window: `Session` is the one door."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from engine.errors import InputError

if TYPE_CHECKING:
    from engine.session import Session

# Idle OpenMP threads would spin on cores that others need; torch reads this when it is imported. Some ten
# microseconds are left to them, for the next operator often comes by then (docs/bench.md).
if "OMP_WAIT_POLICY" not in os.environ:
    os.environ["OMP_WAIT_POLICY"] = "PASSIVE"
    os.environ.setdefault("GOMP_SPINCOUNT", "1000")
# What torch has not written for Apple's GPUs runs on the CPU.
os.environ.setdefault("PYTORCH_ENABLE_MPS_FALLBACK", "1")

__all__ = ["InputError", "Session"]


def __getattr__(name: str) -> type[Session]:
    # Session pulls in torch; commands and the window's first paint should not wait for it.
    if name == "Session":
        from engine import session

        return session.Session
    raise AttributeError(f"module 'engine' has no attribute {name!r}")
