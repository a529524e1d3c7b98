"""`train fit ... --dry-run N`: what a run would cost, from a few steps of each stage. Writes nothing."""

from __future__ import annotations

import shutil
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import torch

try:
    import resource
except ImportError:  # Windows
    resource = None

from train.run import checkpoint
from train.run.loop import Data
from train.run.state import Run


@dataclass(frozen=True)
class RunStage:
    """Samples over which a step costs the same. end: None where only the user ends it."""

    first: int
    end: int | None
    adversarial: bool


def stages(run: Run) -> list[RunStage]:
    """What is left of the run, cut where the cost of a step changes and where its end is known."""
    start, last = run.recipe.adversarial_from, run.end
    inner = sorted(cut for cut in run.recipe.cuts if run.samples < cut and (last is None or cut < last))
    firsts, ends = [run.samples, *inner], [*inner, last]
    return [
        RunStage(first, end, start is not None and first >= start)
        for first, end in zip(firsts, ends, strict=True)
    ]


def seconds_a_sample(run: Run, source: Data, steps: int, workers: int) -> float:
    """Mean over `steps` steps from the run's present sample on, loading included, after one that warms up.

    Changes the run.
    """
    stream = run.batches(source, workers)
    run.step(next(stream))
    _wait(run.world.device)
    begun, first = time.monotonic(), run.samples
    for _ in range(steps):
        run.step(next(stream))
    _wait(run.world.device)
    took = time.monotonic() - begun
    stream.close()
    return took / (run.samples - first)


def dry_run(run: Run, source: Data, folder: Path, steps: int, workers: int) -> list[str]:
    """The lines to print. Changes the run."""
    lines, hours, end = [], 0.0, run.end
    for stage in stages(run):
        run.samples = stage.first
        size = run.recipe.phase(stage.first).size
        cost = seconds_a_sample(run, source, steps, workers)
        line = f"from {stage.first:>9,} samples  {size[0]}x{size[1]}  {1 / cost:7.3g} samples/s"
        line += "  with the adversary" if stage.adversarial else ""
        if stage.end is not None:
            hours += (stage.end - stage.first) * cost / 3600
            line += f"  {(stage.end - stage.first) * cost / 3600:.2f} h"
        lines.append(line)
    if end is None:
        million = cost * 1e6 / 3600
        lines.append(
            f"no end is set: {hours:.2f} h to the last stage, then {million:.1f} h a million samples"
        )
    else:
        lines.append(f"hours to finish: {hours:.2f}")
    memory = _memory(run.world.device)
    if memory:
        lines.append(f"memory: {memory / 1e9:.2f} GB a process")
    one, kept = checkpoint.nbytes(run.state()), checkpoint.KEEP + 2  # the best, and the one being written
    there = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    free = shutil.disk_usage(there).free
    lines.append(
        f"checkpoints: {one / 1e6:.0f} MB each, {kept * one / 1e9:.2f} GB at most of {free / 1e9:.0f} GB free"
    )
    return lines


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def _memory(device: torch.device) -> int:
    """Largest use so far in bytes: of the GPU, or of this process; 0 where the system does not say."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    if resource is None:
        return 0
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
