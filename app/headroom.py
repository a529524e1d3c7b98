"""When what there was no memory for is tried again: after a while, and after every failure a longer one."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

FIRST_S = 10.0  # other programs come and go in seconds
LONGEST_S = 640.0  # a machine that is always short pays for one vain try in ten minutes


@dataclass
class Headroom:
    """clock: seconds that only grow."""

    clock: Callable[[], float] = time.monotonic
    _pause: float = field(init=False, default=0.0)
    _next: float = field(init=False, default=0.0)

    def short(self) -> None:
        """Memory ran out just now."""
        self._pause = min(2 * self._pause, LONGEST_S) or FIRST_S
        self._next = self.clock() + self._pause

    def wait_s(self) -> float:
        """How long until more may be tried; 0 where it may be now."""
        return max(0.0, self._next - self.clock())
