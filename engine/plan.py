"""What this machine can do: device, precision and threads, chosen once when a session opens."""

from __future__ import annotations

import ctypes
import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch

from engine.errors import InputError

# oneDNN has one sentence for whatever keeps it from making a convolution; of shapes torch knows before.
_LOST = (
    *("cuda error", "cuda driver"),
    *(f"{of}_status_{what}" for of in ("cublas", "cudnn") for what in ("execution_failed", "internal_error")),
)
_OUT_OF_MEMORY = ("can't allocate memory", "out of memory", "could not create a primitive", "alloc_failed")
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_MMAP_MAX, _M_ARENA_MAX = -1, -3, -4, -8  # of glibc's malloc.h


@dataclass(frozen=True)
class Plan:
    """device: torch's name. preview: dtype of the frames of a drag; the settled frame is always float32.
    threads: of the CPU, no more than OMP_NUM_THREADS where that is set.
    """

    device: torch.device
    preview: torch.dtype
    threads: int

    @property
    def precision(self) -> str:
        """Name of the preview's dtype: "float32", "bfloat16" or "float16"."""
        return str(self.preview).removeprefix("torch.")


def make_plan(device: str = "auto", *, beside_window: bool = False) -> Plan:
    """Choose for `device` ("auto": CUDA, else MPS, else CPU).

    beside_window: of more than two cores leave one to the window.
    Raises InputError for a device this machine does not have.
    """
    chosen = torch.device(_best_device() if device == "auto" else _checked(device))
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    # Of two cores none is given away: the picture would lose a third of its speed, the window needs little.
    threads = cores - 1 if beside_window and cores > 2 else cores
    asked = os.environ.get("OMP_NUM_THREADS", "").split(",")[0].strip()  # of nested regions the outermost
    if asked.isdecimal() and int(asked) > 0:
        threads = min(threads, int(asked))
    return Plan(chosen, _preview_dtype(chosen), threads)


def has_fast_bfloat16() -> bool:
    """Whether this CPU multiplies bfloat16 itself; where not, bfloat16 is far slower than float32."""
    return torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()


def give_back_memory() -> None:
    """Hand freed memory back to the system, some of which `keep_freed_memory` keeps for the next frame: for
    when a photo has gone, not between frames."""
    if platform.libc_ver()[0] == "glibc":
        ctypes.CDLL(None).malloc_trim(0)


@contextmanager
def one_thread() -> Iterator[None]:
    """torch on one thread: for many small operators, whose threads wait for each other longer than they work.
    On two cores that others want too they took ten to thirty times as long on two."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error says that memory ran out: of Python, of a card, or of torch's allocator or oneDNN on
    the CPU, which say so in words alone."""
    if isinstance(error, (MemoryError, torch.OutOfMemoryError)):
        return True
    words = str(error).lower()
    return isinstance(error, RuntimeError) and any(each in words for each in _OUT_OF_MEMORY)


def is_lost_device(error: BaseException) -> bool:
    """Whether an error says that a card answers no more, as drivers that were reset or cards taken away do:
    nothing more can be computed on it by this process."""
    words = str(error).lower()
    return (
        isinstance(error, RuntimeError)
        and any(each in words for each in _LOST)
        and not is_out_of_memory(error)
    )


def keep_freed_memory(keep: bool = True) -> None:
    """Ask the C library to keep freed memory between frames (glibc; elsewhere nothing happens).

    A frame frees and asks for the same hundred megabytes over and over, and the system clears every page it
    hands out again: a third of the time of the textbook form. At most 512 MiB are kept. keep=False gives them
    back and sets what glibc arrives at by itself in such a program.
    """
    if platform.libc_ver()[0] != "glibc":
        return
    libc = ctypes.CDLL(None)
    libc.mallopt(_M_ARENA_MAX, 1)
    libc.mallopt(_M_MMAP_THRESHOLD, 32 << 20)
    libc.mallopt(_M_MMAP_MAX, 0 if keep else 65536)
    libc.mallopt(_M_TRIM_THRESHOLD, (512 if keep else 64) << 20)
    if not keep:
        libc.malloc_trim(0)


def _best_device() -> str:
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def _checked(device: str) -> str:
    kind = device.split(":")[0]
    there = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if kind not in there:
        raise InputError(f"The device {device} is unknown; use auto, cpu, cuda or mps.")
    if not there[kind]:
        raise InputError(f"This machine has no {kind} device.")
    return device


def _preview_dtype(device: torch.device) -> torch.dtype:
    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
    if device.type == "cpu" and has_fast_bfloat16():
        return torch.bfloat16
    return torch.float32
