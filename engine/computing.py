"""One computation at a time on an engine, as the plan has it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from engine.errors import DeviceLost, OutOfMemory
from engine.plan import Plan, is_lost_device, is_out_of_memory


class Computing:
    """`with computing():` from any thread; `lock` alone for what computes nothing. torch keeps its number of
    threads by the thread that asks, so what goes on beside has its own."""

    def __init__(self, plan: Plan):
        self._plan, self.lock = plan, threading.RLock()

    @contextmanager
    def __call__(self) -> Iterator[None]:
        """Without gradients, on the plan's threads. Raises OutOfMemory and DeviceLost for torch's own ways of
        saying so."""
        with self.lock, self._on(self._plan.threads):
            yield

    @contextmanager
    def beside(self) -> Iterator[None]:
        """Likewise, while another thread may be computing: on one thread, of tensors that nobody changes."""
        with self._on(1):
            yield

    @contextmanager
    def _on(self, threads: int) -> Iterator[None]:
        with torch.inference_mode():
            torch.set_num_threads(threads)
            try:
                yield
            except (MemoryError, RuntimeError) as error:
                if self._plan.device.type == "cuda" and is_lost_device(error):
                    raise DeviceLost(str(error).partition("\n")[0]) from error
                if not is_out_of_memory(error):
                    raise
                if self._plan.device.type == "cuda":
                    torch.cuda.empty_cache()
                raise OutOfMemory(f"not enough memory on {self._plan.device}") from error
