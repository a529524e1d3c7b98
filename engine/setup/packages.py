"""pip, with its progress told in plain words, and packages it was interrupted at found again."""

from __future__ import annotations

import contextlib
import csv
import os
import queue
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from engine.setup import SetupError

LOG = "setup.log"

_FETCH = re.compile(r"\s*(?:Downloading|Using cached) (?:\S*/)?(?P<file>[^\s/]+)(?: \((?P<size>[^)]+)\))?")
_LOCAL = re.compile(r"Processing (?:\S*/)?(?P<file>[^\s/]+\.whl)")
_UNPACK = re.compile(r"Installing collected packages: (?P<names>.+)")


def install(python: Path, environment: Path, keep_open: tuple[int, ...], *arguments: str) -> None:
    """Call the environment's `pip install` with these arguments; what it says is added to its setup.log.

    keep_open: file descriptors pip inherits (a lock that is to hold as long as pip runs, even without us).
    Raises SetupError naming pip's own reason. On an interruption pip is ended first.
    """
    drop_unfinished(environment)
    # pip's own temporary folder may be a small memory disk; torch alone has some 750 MB to unpack.
    temporary = environment / "tmp"
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir()
    command = [str(python), "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    command += ["--progress-bar", "off", "--prefer-binary", *arguments]
    try:
        with _running(command, temporary, keep_open) as process:
            said = _follow(process, environment, temporary)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    if process.returncode:
        errors = [line for line in said if line.startswith(("ERROR: ", "error: "))] or said[-1:]
        reason = errors[-1].split(": ", 1)[-1] if errors else f"exit code {process.returncode}"
        raise SetupError(
            f"The packages could not be installed: {reason} (the whole story is in {environment / LOG}). "
            "Run the same command again to go on where it stopped."
        )


def drop_unfinished(environment: Path) -> list[str]:
    """Forget packages whose files are not all there, so that pip installs them anew; their names."""
    dropped = []
    for folder in _site_packages(environment):
        for entry in folder.iterdir():
            unfinished = entry.suffix == ".dist-info" and not _whole(entry)
            # pip renames what it is about to remove to a name with a leading tilde.
            if unfinished or entry.name.startswith("~"):
                shutil.rmtree(entry, ignore_errors=True) if entry.is_dir() else entry.unlink(missing_ok=True)
            if unfinished:
                dropped.append(entry.name.split("-")[0])
    return dropped


def _site_packages(environment: Path) -> list[Path]:
    return [*environment.glob("lib/python*/site-packages"), *environment.glob("Lib/site-packages")]


def _whole(dist_info: Path) -> bool:
    """Whether the RECORD that pip writes last is there, and every module it lists.

    Only modules count: some wheels list libraries they do not hold, and compiled files come and go.
    """
    try:
        with open(dist_info / "RECORD", newline="", encoding="utf-8") as record:
            rows = [row for row in csv.reader(record) if len(row) == 3 and row[0].endswith(".py") and row[2]]
    except OSError:
        return False
    if not (dist_info / "METADATA").is_file():
        return False
    for name, _, size in rows:
        try:
            if os.stat(dist_info.parent / name).st_size != int(size):
                return False
        except (OSError, ValueError):
            return False
    return True


@contextlib.contextmanager
def _running(command: list[str], temporary: Path, keep_open: tuple[int, ...]) -> Iterator[subprocess.Popen]:
    environ = {**os.environ, "TMPDIR": str(temporary), "PYTHONUNBUFFERED": "1", "NO_COLOR": "1"}
    options: dict = {"env": environ, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    if os.name == "posix":
        # A session of its own: Ctrl-C reaches us alone, and we end pip together with what it started.
        options |= {"start_new_session": True, "pass_fds": keep_open}
    process = subprocess.Popen(command, text=True, encoding="utf-8", errors="replace", **options)
    try:
        yield process
    finally:
        if process.poll() is None:
            if os.name == "posix":
                os.killpg(process.pid, signal.SIGTERM)
            else:
                process.terminate()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()


def _follow(process: subprocess.Popen, environment: Path, temporary: Path) -> list[str]:
    """Show what pip is at until it ends; its last lines."""
    lines: queue.Queue[str | None] = queue.Queue()

    def read() -> None:
        with contextlib.suppress(ValueError):  # closed under us after an interruption
            for line in process.stdout or ():
                lines.put(line.rstrip())
        lines.put(None)

    threading.Thread(target=read, daemon=True).start()
    said: list[str] = []
    show = _Line(environment, temporary)
    with open(environment / LOG, "a", encoding="utf-8") as log, show:
        while True:
            try:
                line = lines.get(timeout=0.5)
            except queue.Empty:
                show.tick()
                continue
            if line is None:
                break
            print(line, file=log, flush=True)
            said = [*said[-40:], line]
            show.heard(line)
    process.wait()
    return said


class _Line:
    """One line that tells what is going on: rewritten in place on a terminal, a line a package elsewhere."""

    def __init__(self, environment: Path, temporary: Path) -> None:
        self._environment, self._temporary = environment, temporary
        self._live = sys.stdout.isatty()
        self._begun = time.monotonic()
        self._file = self._size = ""
        self._fetched = self._unpacking = self._present = 0

    def __enter__(self) -> _Line:
        return self

    def __exit__(self, *_: object) -> None:
        if self._live:
            print("\r\x1b[K", end="", flush=True)

    def heard(self, line: str) -> None:
        """Take in one line of pip's output."""
        if found := _FETCH.match(line) or _LOCAL.match(line):
            name = found["file"]
            if not name.endswith((".whl", ".tar.gz", ".zip")):
                return
            self._fetched += 1
            self._file, self._size = name, found.groupdict().get("size") or ""
            if not self._live:
                print(f"    {_title(name)}{f', {self._size}' if self._size else ''}", flush=True)
        elif found := _UNPACK.match(line):
            self._unpacking = len(found["names"].split(","))
            self._present = self._installed()
            if not self._live:
                print(f"  unpacking {_packages(self._unpacking)}", flush=True)
        self.tick()

    def tick(self) -> None:
        """Refresh the line; on anything but a terminal, say nothing."""
        if not self._live:
            return
        if self._unpacking:
            done = min(self._installed() - self._present, self._unpacking)
            text = f"unpacking packages: {done} of {self._unpacking}"
        elif self._file:
            text = f"fetching {_title(self._file)}{self._percent()}; {_packages(self._fetched)} so far"
        else:
            text = "asking which versions fit together"
        seconds = int(time.monotonic() - self._begun)
        columns = shutil.get_terminal_size().columns
        line = f"  {text} ({seconds // 60}:{seconds % 60:02})"
        print(f"\r\x1b[K{line[: columns - 1]}", end="", flush=True)

    def _installed(self) -> int:
        return sum(1 for folder in _site_packages(self._environment) for _ in folder.glob("*.dist-info"))

    def _percent(self) -> str:
        """How much of the file has arrived, by its size in pip's temporary folder."""
        found = re.fullmatch(r"([\d.]+) ([kMG]?)B", self._size)
        if not found:
            return ""
        total = float(found[1]) * {"": 1, "k": 1e3, "M": 1e6, "G": 1e9}[found[2]]
        arrived = 0
        for file in self._temporary.glob(f"pip-*/{self._file}"):
            with contextlib.suppress(OSError):
                arrived = max(arrived, file.stat().st_size)
        return f", {self._size}, {min(100, round(100 * arrived / total))} %" if total else ""


def _packages(count: int) -> str:
    return f"{count} package{'' if count == 1 else 's'}"


def _title(file: str) -> str:
    """ "numpy-2.4.6-cp311-...whl" -> "numpy 2.4.6"."""
    return " ".join(file.removesuffix(".tar.gz").split("-")[:2])
