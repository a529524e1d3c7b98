"""A process that reads what it is told to, and tells how each ended: for `attack.py`, which survives it.

Lines on stdin are JSON [kind, path]; lines on stdout JSON {code, lines, seconds, mib}.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

SIZE = (256, 176)


def photo(path: Path) -> int:
    from engine.photos import read_photo

    rgb = read_photo(path)
    assert rgb.dtype == np.uint8 and rgb.ndim == 3 and rgb.shape[2] == 3
    return 0


def pose(path: Path) -> int:
    from engine.pose.formats import read_pose

    assert np.isfinite(read_pose(path, SIZE)).all(), "numbers that are none got in"
    return 0


def export(path: Path) -> int:
    from app.files import exported
    from engine.pose.formats import parse_pose

    data = exported.parameters(path)
    assert np.isfinite(parse_pose(json.dumps(data["pose"]), path.name, SIZE)).all()
    person, mix = data.get("person", {}), data.get("mix")
    assert isinstance(person.get("key", ""), str) and isinstance(person.get("name", ""), str)
    assert mix is None or (isinstance(mix.get("key", ""), str) and 0 <= float(mix.get("amount", 0.0)) <= 1)
    return 0


def weights(path: Path) -> int:
    from engine import weights as files
    from engine.models.registry import open_model
    from engine.plan import make_plan
    from engine.session import checked_size

    checked_size(open_model(files.read(path), make_plan("cpu")).size)
    return 0


def checkpoint(path: Path) -> int:
    from engine.cli import import_weights

    return import_weights.run([str(path), "--output", str(path.parent / "out.safetensors")])


def settings(path: Path) -> int:
    application()
    from PySide6.QtCore import QByteArray
    from PySide6.QtWidgets import QDockWidget, QMainWindow

    from app.settings import Settings

    window, kept = QMainWindow(), Settings(path)
    for name in ("shelf", "poses"):
        dock = QDockWidget(window, objectName=name)
        window.addDockWidget(__import__("PySide6.QtCore").QtCore.Qt.DockWidgetArea.LeftDockWidgetArea, dock)
    layout = kept.layout()
    if layout:
        window.restoreGeometry(layout[0])
        window.restoreState(layout[1])
    window.resize(300, 200)
    window.saveState()
    assert kept.theme in ("system", "dark", "light") and isinstance(kept.hint_seen, bool)
    assert kept.weights is None or kept.weights.is_file()
    assert os.path.isdir(kept.folder("photo"))
    kept.set_layout(QByteArray(b"a"), QByteArray(b"b"))
    kept.save()
    return 0


def paste(path: Path) -> int:
    from PySide6.QtCore import QMimeData

    from app.files import intake
    from engine.pose.formats import parse_pose

    mime = QMimeData()
    mime.setText(path.read_text(encoding="utf-8", errors="replace"))
    for thing in intake.of_mime(mime):
        if isinstance(thing.source, str):
            assert np.isfinite(parse_pose(thing.source, thing.name, SIZE)).all()
    return 0


READERS: dict[str, Callable[[Path], int]] = {
    each.__name__: each for each in (photo, pose, export, weights, checkpoint, settings, paste)
}
_application = None


def application() -> None:
    global _application
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    if _application is None:
        from PySide6.QtWidgets import QApplication

        _application = QApplication([])


def peak_mib() -> float:
    with open("/proc/self/status", encoding="ascii") as status:
        line = next(line for line in status if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def forget_peak() -> None:
    with open("/proc/self/clear_refs", "w", encoding="ascii") as refs:
        refs.write("5")


def attempt(kind: str, path: Path) -> dict:
    """Read one input behind the command line's own border, all that is written to stderr caught."""
    from engine import cli

    forget_peak()
    with tempfile.TemporaryFile() as said:
        kept = os.dup(2), os.dup(1)
        os.dup2(said.fileno(), 2)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        begun = time.monotonic()
        try:
            code = cli.ended(["read", str(path)], lambda: READERS[kind](path))
        finally:
            seconds = time.monotonic() - begun
            sys.stderr.flush()
            sys.stdout.flush()
            for copy, number in zip(kept, (2, 1), strict=True):
                os.dup2(copy, number)
                os.close(copy)
        said.seek(0)
        lines = said.read().decode("utf-8", "replace").splitlines()
    return {"code": code, "lines": lines, "seconds": seconds, "mib": peak_mib()}


def main() -> None:
    for module in (
        "engine.models.registry",
        "engine.photos",
        "engine.pose.formats",
        "engine.session",
        "PIL.Image",
    ):
        __import__(module)
    for line in sys.stdin:
        kind, path = json.loads(line)
        answer = attempt(kind, Path(path))
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
