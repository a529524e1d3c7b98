"""A process that reads what it is told to, and tells how each ended: for `attack.py`, which survives it.

Lines on stdin are JSON [kind, path]; lines on stdout JSON {code, lines, seconds, mib, did}: did names what no
input may make a reader do, as Python's own audit tells it.
"""

from __future__ import annotations

import contextlib
import importlib
import io
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

    found = exported.read(path)
    if not isinstance(found, dict):
        assert np.isfinite(found.pose_in(SIZE)).all()
        return 0
    data = found
    assert np.isfinite(parse_pose(json.dumps(data["pose"]), path.name, SIZE)).all()
    person, mix = data.get("person", {}), data.get("mix")
    assert isinstance(person.get("key", ""), str) and isinstance(person.get("name", ""), str)
    assert mix is None or (isinstance(mix.get("key", ""), str) and 0 <= float(mix.get("amount", 0.0)) <= 1)
    return 0


def weights(path: Path) -> int:
    from engine import weights as files
    from engine.models.registry import open_model
    from engine.opening import checked_size
    from engine.plan import make_plan

    checked_size(open_model(files.read(path), make_plan("cpu")).size)
    return 0


def checkpoint(path: Path) -> int:
    from engine.cli import import_weights

    return import_weights.run([str(path), "--output", str(path.parent / "out.safetensors")])


def look(path: Path) -> int:
    from engine.look import read_look
    from engine.look.file import peek_look
    from engine.photos import read_photo

    peek_look(path)
    found = read_look(path)
    assert np.isfinite(found.pose_in(SIZE)).all(), "numbers that are none got in"
    assert found.carried_in(SIZE) is None or np.isfinite(found.carried_in(SIZE).matrix_2x3).all()
    for each in found.photos:
        assert read_photo(each.data, each.name).ndim == 3 and np.isfinite(each.pose_18x3).all()
    return 0


def data(path: Path) -> int:
    from train.data.source import open_source

    source = open_source([path], (64, 48))
    for row, person in enumerate(source.persons.tolist()):
        for view in range(int(source.view_counts[row])):
            found = source.view(person, view)
            assert np.isfinite(found.keypoints_18x3).all(), "numbers that are none got in"
    assert len(source.fingerprint) == 64
    return 0


def drawn(path: Path) -> int:
    """As `--pose` takes it; what was assumed is said, and is no extra line."""
    from engine.cli.inputs import read_target_pose

    with contextlib.redirect_stderr(io.StringIO()):
        pose_18x3 = read_target_pose(str(path), SIZE)
    assert np.isfinite(pose_18x3).all(), "numbers that are none got in"
    return 0


def command(path: Path) -> int:
    """`render`, in the folder of its files."""
    from engine.cli import render

    with contextlib.chdir(path.parent), contextlib.redirect_stderr(io.StringIO()):
        code = render.run(json.loads(path.read_text()))
        assert Path("out.png").is_file() == (code == 0)
    return code


def settings(path: Path) -> int:
    application()
    from PySide6.QtCore import QByteArray, Qt
    from PySide6.QtWidgets import QDockWidget, QMainWindow

    from app.settings import Settings

    window, kept = QMainWindow(), Settings(path)
    for name in ("shelf", "poses"):
        dock = QDockWidget(window, objectName=name)
        window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, dock)
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
    each.__name__: each
    for each in (
        photo,
        pose,
        export,
        weights,
        checkpoint,
        settings,
        paste,
        look,
        data,
        drawn,
        command,
    )
}
# Connections and processes: events of `sys.addaudithook`.
FORBIDDEN = (
    "socket.connect",
    "socket.getaddrinfo",
    "subprocess.Popen",
    "os.system",
    "os.exec",
    "os.posix_spawn",
)
_did: list[str] = []
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
    _did.clear()
    with tempfile.TemporaryFile() as said:
        kept = os.dup(2), os.dup(1)
        os.dup2(said.fileno(), 2)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        begun = time.process_time()  # of the processor: how busy the machine is with others does not count
        try:
            code = cli.ended(["read", str(path)], lambda: READERS[kind](path))
        finally:
            seconds = time.process_time() - begun
            sys.stderr.flush()
            sys.stdout.flush()
            for copy, number in zip(kept, (2, 1), strict=True):
                os.dup2(copy, number)
                os.close(copy)
        said.seek(0)
        lines = said.read().decode("utf-8", "replace").splitlines()
    return {"code": code, "lines": lines, "seconds": seconds, "mib": peak_mib(), "did": sorted(set(_did))}


def main() -> None:
    for module in (
        "engine.models.registry",
        "engine.photos",
        "engine.pose.formats",
        "engine.session",
        "PIL.Image",
    ):
        importlib.import_module(module)
    sys.addaudithook(lambda event, _: _did.append(event) if event in FORBIDDEN else None)
    print("ready", flush=True)
    for line in sys.stdin:
        kind, path = json.loads(line)
        answer = attempt(kind, Path(path))
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
