"""What a run says while it goes: a live line on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass

try:
    from rich.console import Console as RichConsole
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn
except ImportError:
    Progress = None


@dataclass(frozen=True)
class Report:
    """A stretch of steps. end: the sample at which the run is done, or None. terms: mean loss terms."""

    samples: int
    end: int | None
    size: tuple[int, int]
    speed: float  # samples a second
    terms: dict[str, float]

    def __str__(self) -> str:
        terms = "  ".join(f"{name} {value:.4f}" for name, value in self.terms.items())
        return f"{self.samples:>9,} samples  {self.size[0]}x{self.size[1]}  {self.speed:5.1f}/s  {terms}"


class Lines:
    """A line a report. write: where lines go."""

    def __init__(self, write: Callable[[str], None] = lambda line: print(line, flush=True)):
        self.say = write

    def __enter__(self) -> Lines:
        return self

    def __exit__(self, *_) -> None:
        pass

    def step(self, samples: int) -> None:
        """After every step."""

    def report(self, report: Report) -> None:
        self.say(str(report))


class Live(Lines):
    """The same lines above a bar that moves with every step."""

    def __init__(self, first: int, end: int | None):
        self._progress = Progress(
            SpinnerColumn(),
            BarColumn(),
            TextColumn("{task.completed:,.0f} samples"),
            TextColumn("{task.fields[pace]}"),
            TimeRemainingColumn(),
            console=RichConsole(highlight=False),
        )
        self._task = self._progress.add_task("", total=end, completed=first, pace="")
        super().__init__(lambda line: self._progress.console.print(line, markup=False, soft_wrap=True))

    def __enter__(self) -> Live:
        self._progress.start()
        return self

    def __exit__(self, *_) -> None:
        self._progress.stop()

    def step(self, samples: int) -> None:
        self._progress.update(self._task, completed=samples)

    def report(self, report: Report) -> None:
        self._progress.update(self._task, pace=f"{report.speed:.1f}/s")
        super().report(report)


def console(first: int, end: int | None, speaks: bool = True) -> Lines:
    """The fitting one. first, end: samples; end None where nothing says so. speaks: False for silence."""
    if not speaks:
        return Lines(lambda line: None)
    return Live(first, end) if Progress is not None and sys.stdout.isatty() else Lines()
