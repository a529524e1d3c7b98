"""Read a whole corpus and count what must not be: `python tests/trust/attack.py --count 2500`.

Prints a table of kinds: inputs, tracebacks, wrong exit codes, lines on stderr that are too many, inputs that
took longer than `SLOW_S`, and the most memory a reader held.
"""

from __future__ import annotations

import argparse
import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
if __name__ == "__main__":
    sys.path[:0] = [str(HERE.parents[1]), str(HERE.parent)]

from trust.corpus import EITHER, READ, Case  # noqa: E402
from trust.kinds import cases  # noqa: E402

SLOW_S = 5.0
PATIENCE_S = 60.0  # after which a reader is ended
MOST_MIB = 1500


@dataclass(frozen=True)
class Outcome:
    """code: None where the reader died or had to be ended. lines: what it wrote to stderr."""

    case: Case
    code: int | None
    lines: tuple[str, ...]
    seconds: float
    mib: float
    did: tuple[str, ...] = ()

    @property
    def faults(self) -> list[str]:
        """What is wrong with it, in words; empty where all is well."""
        found = []
        if self.code is None:
            found.append("died or hung")
        elif self.code not in {READ: (0,), EITHER: (0, 2)}.get(self.case.outcome, (2,)):
            found.append("wrong exit code")
        if any("Traceback" in line for line in self.lines) or self.code == 1:
            found.append("traceback")
        if len(self.lines) != (1 if self.code in (1, 2) else 0):
            found.append("lines on stderr")
        if self.seconds > SLOW_S:
            found.append("slow")
        if self.mib > MOST_MIB:
            found.append("memory")
        if self.did:
            found.append("connections, processes")
        return found


class Reader:
    """The reading process, started anew where an input ended it."""

    def __init__(self, root: Path):
        self._root = root
        self._process: subprocess.Popen | None = None

    def read(self, case: Case) -> Outcome:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            try:
                path = case.write(folder)
            except OSError:  # a name that cannot be: there is no such file then
                path = folder / case.name
            answer = self._answer([case.kind, str(path)], folder)
            assert not list(self._root.glob("poseloom-was-here")), f"{case.name} ran code"
        if answer is None:
            return Outcome(case, None, (), PATIENCE_S, 0)
        lines, did = tuple(answer["lines"]), tuple(answer["did"])
        return Outcome(case, answer["code"], lines, answer["seconds"], answer["mib"], did)

    def _answer(self, order: list[str], folder: Path) -> dict | None:
        process = self._running()
        assert process.stdin and process.stdout
        print(json.dumps(order), file=process.stdin, flush=True)
        ready, _, _ = select.select([process.stdout], [], [], PATIENCE_S)
        line = process.stdout.readline() if ready else ""
        if line:
            return json.loads(line)
        self.close()
        return None

    def _running(self) -> subprocess.Popen:
        if self._process is None:
            home = tempfile.mkdtemp()
            path = os.pathsep.join((str(self._root), str(HERE.parent)))
            environ = {**os.environ, "PYTHONPATH": path, "POSELOOM_HOME": home, "OMP_NUM_THREADS": "1"}
            self._process = subprocess.Popen(
                [sys.executable, str(HERE / "reader.py")], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL, text=True, env=environ, cwd=self._root,
            )  # fmt: skip
            self._home = home
            assert self._process.stdout
            self._process.stdout.readline()  # "ready": to import the engine is no input's fault
        return self._process

    def close(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None
            shutil.rmtree(self._home, ignore_errors=True)


def attack(corpus: Iterable[Case], root: Path = HERE.parents[1]) -> Iterator[Outcome]:
    """Have every case read, in order. root: of the program."""
    reader = Reader(root)
    try:
        for case in corpus:
            yield reader.read(case)
    finally:
        reader.close()


COLUMNS = (
    "traceback",
    "wrong exit code",
    "lines on stderr",
    "slow",
    "died or hung",
    "memory",
    "connections, processes",
)


def table(outcomes: list[Outcome]) -> str:
    """Markdown: a row a kind, and one of all."""
    head = ["kind", "inputs", *COLUMNS, "slowest, s", "most memory, MiB"]
    rows = [head, ["---"] * len(head)]
    kinds = list(dict.fromkeys(outcome.case.kind for outcome in outcomes))
    for kind in (*kinds, "all"):
        of_kind = [each for each in outcomes if kind in (each.case.kind, "all")]
        faults = [fault for each in of_kind for fault in each.faults]
        slowest, largest = max(each.seconds for each in of_kind), max(each.mib for each in of_kind)
        counts = [faults.count(column) for column in COLUMNS]
        rows.append([kind, len(of_kind), *counts, f"{slowest:.1f}", f"{largest:.0f}"])
    return "\n".join(f"| {' | '.join(map(str, row))} |" for row in rows)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=2500)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--root", type=Path, default=HERE.parents[1], help="another checkout, to compare with"
    )
    parser.add_argument("--kind", help="of all kinds only this one")
    options = parser.parse_args()
    outcomes = []
    chosen = (each for each in cases(options.count, options.seed) if options.kind in (None, each.kind))
    for outcome in attack(chosen, options.root):
        outcomes.append(outcome)
        if outcome.faults:
            said = " / ".join(outcome.lines)[:300]
            case, name = outcome.case, outcome.case.name[:60]
            print(
                f"{case.kind} {name!r} {case.outcome} {outcome.code}: {outcome.faults} {said}",
                flush=True,
            )
    print(table(outcomes))
    return 1 if any(outcome.faults for outcome in outcomes) else 0


if __name__ == "__main__":
    sys.exit(main())
