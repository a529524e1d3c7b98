"""Hours of use in minutes: the real window with the real engine, random hands, and what it holds meanwhile.

`python tests/trust/long.py --minutes 30`. Prints a row a minute; ends with 1 where anything was thrown, Qt
warned, or memory went on growing in the second half.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1]), str(HERE.parent / "app"), str(HERE.parent)]
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QTimer, QtMsgType, qInstallMessageHandler  # noqa: E402
from PySide6.QtGui import QGuiApplication  # noqa: E402
from PySide6.QtWidgets import QApplication  # noqa: E402

REST_S = 5.0  # at most, until the exact picture is there
MOST_GROWTH = 1.0  # MiB a minute, of the line through the second half
HARMLESS = "This plugin does not support"  # of a platform without a display


class Waiting:
    """What the tests' driver waits with."""

    def waitUntil(self, condition: Any, timeout: int) -> None:  # noqa: N802
        end = time.monotonic() + timeout / 1000
        while not condition():
            QApplication.processEvents()
            assert time.monotonic() < end, "it hangs"
            time.sleep(0.01)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["POSELOOM_HOME"] = folder
        return run(Path(folder), options.minutes, random.Random(options.seed))


def run(folder: Path, minutes: float, rng: random.Random) -> int:
    from conftest import Driver
    from trust.walk import SHOWN, Walk, resident_mib

    from app import collector, crash, theme
    from app.dialogs import unsaved
    from app.settings import Settings
    from app.window import MainWindow

    faults: list[str] = []
    qInstallMessageHandler(
        lambda kind, _context, said: (
            faults.append(said) if kind != QtMsgType.QtInfoMsg and not said.startswith(HARMLESS) else None
        )
    )
    application = QApplication([])
    theme.apply(application, "dark")
    sys.excepthook = lambda kind, error, trace: faults.append(repr(error))
    threading.excepthook = lambda args: faults.append(repr(args.exc_value))
    unsaved.ask = lambda parent, name: unsaved.DISCARD
    crash.log.disabled = True
    window = MainWindow(settings=Settings(folder / "window.ini"))
    keeper = collector.Collector(window.controller)
    window.resize(1200, 800)
    window.show()
    window.start([])
    driver = Driver(window, window.controller.worker.backend, Waiting())
    driver.until(lambda: window.controller.frames.status.state == "full", 600_000)
    walk = Walk(driver, rng, folder, SHOWN)
    begun, steps, rows = time.monotonic(), 0, []
    print("minute  steps  frames  photos  MiB")
    frames = [0]
    window.controller.frames.shown.connect(lambda _frame: frames.__setitem__(0, frames[0] + 1))

    def step() -> None:
        """A step in the application's own loop, which alone deletes what is to be deleted later."""
        nonlocal steps
        walk.step()
        steps += 1
        if steps % 20 == 0:  # a hand rests now and then, so that exact pictures and settling come
            end = time.monotonic() + REST_S
            while time.monotonic() < end and window.controller.frames.status.state != "full":
                QApplication.processEvents()
                time.sleep(0.005)
        if (time.monotonic() - begun) // 60 > len(rows) - 1:
            shelf = len(window.controller.document.look.photos)
            rows.append((time.monotonic() - begun, resident_mib()))
            print(f"{len(rows) - 1:6} {steps:6} {frames[0]:7} {shelf:7} {rows[-1][1]:6.0f}", flush=True)
        if time.monotonic() - begun < 60 * minutes:
            QTimer.singleShot(0, step)
        else:
            application.quit()

    QTimer.singleShot(0, step)
    application.exec()
    seconds, mib = np.array(rows[len(rows) // 2 :]).T
    growth = 60 * np.polyfit(seconds, mib, 1)[0] if len(mib) > 1 else 0.0
    window.throw_away()
    keeper.stop()
    QGuiApplication.clipboard().clear()  # the offscreen platform dies at the end of what Python put there
    for fault in sorted(set(faults)):
        print(f"{faults.count(fault)} times: {fault}")
    print(f"{steps} steps, {len(faults)} faults, {growth:+.2f} MiB a minute in the second half")
    outcome = 1 if faults or growth > MOST_GROWTH else 0
    if (
        not window.stopped
    ):  # the engine is still inside one long call, and nothing waits for it (`app.launch`)
        sys.stdout.flush()
        os._exit(outcome)
    return outcome


if __name__ == "__main__":
    sys.exit(main())
