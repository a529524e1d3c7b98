"""What went wrong, as it is told: one sentence, and for the log where it is our fault."""

from __future__ import annotations

import traceback
from dataclasses import dataclass

from app import crash
from engine.errors import DeviceLost, InputError


@dataclass(frozen=True, eq=False)
class Trouble:
    """An error on its way to the window: one sentence, and the trace where it is our fault."""

    sentence: str
    details: str = ""

    @classmethod
    def of(cls, error: BaseException, doing: str) -> Trouble:
        """The sentence of an InputError as it is; the rest says while doing what, and goes to the log."""
        if isinstance(error, InputError):
            return cls(str(error))
        if isinstance(error, MemoryError):
            return cls(f"There was not enough memory while {doing}. Close other programs and try again.")
        if isinstance(error, DeviceLost):
            crash.log.warning("while %s: %s", doing, error)
            return cls(f"The graphics card was lost while {doing}. Please try again.")
        trace = "".join(traceback.format_exception(error))
        crash.log.error("while %s\n%s", doing, trace)
        return cls(f"Something went wrong while {doing}: {type(error).__name__}: {error}", trace)
