"""A check, its findings and its line in the table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

WORST = 8  # examples that are kept of a check


@dataclass(frozen=True, eq=False)
class Taken:
    """A person's pictures: `index`, `views` (train.data.people.View, or the studio's own with `surfaces_HW`),
    and from the studio what each was taken of (stage.Staged), from files nothing."""

    index: int
    views: Sequence[Any]
    staged: Sequence[Any] = ()


@dataclass(frozen=True, eq=False)
class Finding:
    """What a check has seen in one view: things looked at, how many of them failed, how bad it is (the worst
    are shown), pixels to show it with, and words."""

    view: int
    looked: int
    failed: int
    badness: float = 0.0
    marks_HW: np.ndarray | None = None
    says: str = ""


@dataclass(frozen=True)
class Check:
    """name; unit: what is counted; limit: largest share that may fail; find: the findings of a person, none
    where there is nothing to look at; needs: what the people must come with."""

    name: str
    unit: str
    limit: float
    find: Callable[[Taken], Iterable[Finding]]
    needs: str = ""


@dataclass(frozen=True, eq=False)
class Example:
    """A failure to look at: its person and view (number), the view's picture and labels, what was found."""

    person: int
    number: int
    view: Any
    finding: Finding


@dataclass
class Line:
    """A line of the table. `measured` stands for the share where the limit is for something else."""

    name: str
    unit: str
    limit: float
    looked: int = 0
    failed: int = 0
    measured: float | None = None
    worst: list[Example] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    reason: str = ""  # why nothing was looked at

    @property
    def share(self) -> float:
        if self.measured is not None:
            return self.measured
        return self.failed / self.looked if self.looked else 0.0

    @property
    def verdict(self) -> str:
        if not self.looked:
            return "-"
        return "ok" if self.share <= self.limit else "FAIL"

    def add(self, person: int, view: Any, finding: Finding) -> None:
        self.looked += finding.looked
        self.failed += finding.failed
        if finding.failed:
            self.places.append(f"{person}:{finding.view}" + (f" {finding.says}" if finding.says else ""))
            self.keep(Example(person, finding.view, view, finding))

    def keep(self, example: Example) -> None:
        """Remember an example if it is among the worst."""
        self.worst.append(example)
        self.worst.sort(key=lambda example: -example.finding.badness)
        del self.worst[WORST:]

    def plain(self) -> dict:
        """For JSON."""
        return {
            "check": self.name, "unit": self.unit, "looked": self.looked, "failed": self.failed,
            "share": round(self.share, 5), "limit": self.limit, "verdict": self.verdict,
            "places": self.places, "reason": self.reason,
        }  # fmt: skip


class Audit:
    """Runs checks over people, one after another."""

    def __init__(self, checks: Iterable[Check]):
        self._checks: list[tuple[Check, Line]] = []
        self.people = self.views = 0
        self.add(checks)

    def add(self, checks: Iterable[Check]) -> None:
        for check in checks:
            line = Line(check.name, check.unit, check.limit, reason=check.needs and f"needs {check.needs}")
            self._checks.append((check, line))

    def look(self, taken: Taken) -> None:
        self.people += 1
        self.views += len(taken.views)
        for check, line in self._checks:
            for finding in check.find(taken):
                line.add(taken.index, taken.views[finding.view], finding)

    @property
    def lines(self) -> list[Line]:
        return [line for _, line in self._checks]


def table(lines: Sequence[Line]) -> str:
    """The lines as text. A check that had nothing to look at says what it needs."""
    head = ("check", "looked at", "failed", "share", "limit", "")
    rows = [
        (
            line.name,
            f"{line.looked} {line.unit}" if line.looked else "-",
            str(line.failed) if line.looked else "",
            f"{line.share:.2%}" if line.looked else "",
            f"{line.limit:.2%}",
            line.verdict if line.looked else line.reason,
        )
        for line in lines
    ]
    widths = [max(len(row[i]) for row in (head, *rows)) for i in range(5)]
    return "\n".join(
        "  ".join(
            [row[0].ljust(widths[0])] + [row[i].rjust(widths[i]) for i in range(1, 5)] + [row[5]]
        ).rstrip()
        for row in (head, *rows)
    )
