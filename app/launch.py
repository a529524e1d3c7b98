"""From the command line to the window: which of the two is wanted, in which order things are imported."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from app import display
from engine.version import VERSION

if TYPE_CHECKING:
    from app.last_run import Crash

OUR_FAULT = 1
ROOT = Path(__file__).resolve().parent.parent

HELP = """\
Pull a joint and the person in the photo follows.

FILES may be a saved look (.look), photos of people (the first is the person, the others join the shelf), a
pose (OpenPose .json, keypoints .txt), or a picture exported before (its look is restored)."""


def window_parser() -> argparse.ArgumentParser:
    """The window's own options; engine commands have theirs."""
    from engine.cli import usage

    made = argparse.ArgumentParser(
        "poseloom", description=HELP, epilog=usage(), formatter_class=argparse.RawDescriptionHelpFormatter
    )
    made.add_argument("--version", action="version", version=f"Poseloom {VERSION}")
    made.add_argument("files", nargs="*", type=Path, metavar="FILES")
    made.add_argument("--weights", type=Path, help="trained network to use instead of the one in the box")
    made.add_argument("--device", default="auto", help="auto, cpu, cuda or mps")
    made.add_argument("--theme", choices=("system", "dark", "light"), help="remembered for next time")
    made.add_argument("--demo", type=Path, metavar="FOLDER",
                      help="play a short drag, leave pictures of it in FOLDER, and end")  # fmt: skip
    made.add_argument("--screenshot", type=Path, metavar="PNG",
                      help="save a picture of the window once the person is drawn, and end")  # fmt: skip
    return made


def main(argv: list[str]) -> int:
    """Run a command of the engine, or open the window. Returns 0 done, 2 bad use, 1 our fault."""
    from engine import cli

    if argv[:1] == ["bench"]:
        return cli.ended(argv, lambda: _bench(argv[1:]))
    if argv and argv[0] in cli.COMMANDS:
        return cli.main(argv)
    try:
        options = window_parser().parse_args(argv)
    except SystemExit as end:
        return int(end.code or 0)
    before_torch()
    from engine.setup import guards

    if problem := guards.window_problem():
        sys.stderr.write(f"poseloom: {problem}\n")
        return OUR_FAULT
    if not display.there():
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        if not (options.demo or options.screenshot):
            options.demo = Path("poseloom-demo")
            print(
                "There is no display here, so the window cannot be shown. Playing the short demo instead …",
                flush=True,
            )
    return _window(options)


def _bench(argv: list[str]) -> int:
    from engine.cli import bench

    def window() -> dict[str, float]:
        command = [sys.executable, "-m", "app.stalls"]
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        if done.returncode:
            sys.stderr.write("poseloom bench: no window could be measured here\n")
            return {}
        return json.loads(done.stdout.splitlines()[-1])

    return bench.run(argv, window)


def entry() -> int:
    """The `poseloom` command: in the user's own environment only the system's part of set-up is left."""
    from engine.cli import COMMANDS
    from engine.setup import SetupError, guards, system

    argv = sys.argv[1:]
    if problem := guards.unsafe():
        sys.stderr.write(f"poseloom: {problem}\n")
        return OUR_FAULT
    try:
        system.supply(window=not (argv and argv[0] in COMMANDS))
    except SetupError as error:
        sys.stderr.write(f"{error}\n")
        return OUR_FAULT
    return main(argv)


def before_torch() -> None:
    """What must be so before torch is imported, and in which order it and Qt are."""
    if sys.platform == "win32":
        # torch behind Qt cannot load its c10.dll there; elsewhere the worker imports it later.
        import engine.session  # noqa: F401


def _window(options: argparse.Namespace) -> int:
    from app import crash

    crashed = crash.start_logging()
    crash.log_qt_messages()
    try:
        return _run_window(options, crashed)
    except Exception as error:  # nothing of it is the user's to read; where to find it is
        crash.log.exception("the window could not be opened")
        sys.stderr.write(
            f"poseloom: the window could not be opened ({type(error).__name__}); "
            f"the details are in {crash.log_folder()}\n"
        )
        return OUR_FAULT


def _run_window(options: argparse.Namespace, crashed: Crash | None) -> int:
    from PySide6.QtCore import QCoreApplication, Qt
    from PySide6.QtGui import QGuiApplication
    from PySide6.QtWidgets import QApplication

    from app import crash

    QGuiApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
    QCoreApplication.setApplicationName("poseloom")
    application = QApplication(sys.argv[:1])
    application.setApplicationDisplayName("Poseloom")
    from app import collector, last_run, signals, theme
    from app.settings import Settings
    from app.window import MainWindow

    settings = Settings()
    if options.theme:
        settings.theme = options.theme
    theme.apply(application, settings.theme)
    if options.demo or options.screenshot or crashed:
        settings.forget_layout()
    window = MainWindow(settings=settings, weights=options.weights, device=options.device)
    crash.guard(window.trouble_met.emit)
    keeper = collector.Collector(window.controller)
    if options.demo or options.screenshot:
        window.resize(1440, 900)
    endings = signals.Endings(window.leave, application)
    window.show()
    window.start(options.files)
    if crashed:
        last_run.tell(window, crashed, last_run.report(crashed, crash.log_folder()))
    outcome = 0
    if options.demo or options.screenshot:
        from app import demo

        player = demo.Player(window, options.demo, options.screenshot)
        application.exec()
        outcome = player.outcome
    else:
        window.offer_left_behind()
        application.exec()
    keeper.stop()
    crash.end_logging()
    endings.stop()
    if not window.stopped:
        # The engine is still inside one long call; Qt must not tear its thread down, and nothing hangs on it.
        crash.log.warning("left while the engine was busy")
        sys.stdout.flush()
        os._exit(outcome)
    return outcome
