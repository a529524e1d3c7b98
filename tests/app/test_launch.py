"""The way in: what is imported for what, displays that are not there, the demo, and the crash guard."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from app import crash, display

ROOT = Path(__file__).parents[2]

FAKE = """
import sys
sys.path[:0] = [{root!r}, {here!r}]
import app.backend, fake_engine
app.backend.EngineBackend = fake_engine.FakeBackend
from app.launch import main
sys.exit(main(sys.argv[1:]))
"""


def python(script: str, *arguments: str, home: Path, **environment: str) -> subprocess.CompletedProcess:
    clean = {key: value for key, value in os.environ.items() if key not in ("DISPLAY", "WAYLAND_DISPLAY")}
    clean.pop("QT_QPA_PLATFORM", None)
    return subprocess.run(
        [sys.executable, "-c", script, *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=home,
        env={**clean, "POSELOOM_HOME": str(home / "home"), **environment},
    )


def test_commands_and_help_need_no_qt(tmp_path):
    script = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r})\n"
        "from app.launch import main\n"
        "code = main(sys.argv[1:])\n"
        "assert not [name for name in sys.modules if name.startswith('PySide6')]\n"
        "sys.exit(code)"
    )
    told = python(script, "--help", home=tmp_path)
    assert told.returncode == 0 and "--screenshot" in told.stdout and "render" in told.stdout
    assert python(script, "render", "--help", home=tmp_path).returncode == 0
    assert python(script, "--no-such-option", home=tmp_path).returncode == 2


def test_without_a_display_the_demo_is_played_and_its_pictures_named(tmp_path):
    done = python(FAKE.format(root=str(ROOT), here=str(Path(__file__).parent)), home=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "no display" in done.stdout
    named = re.findall(r"^  (.+)$", done.stdout, re.MULTILINE)
    assert [Path(name).name for name in named] == ["window-before.png", "window-after.png", "drag.gif"]
    for name in named:
        assert (tmp_path / name).stat().st_size > 1000
    assert "QThread" not in done.stderr and "Traceback" not in done.stderr


def test_a_screenshot_of_the_window(tmp_path):
    script = FAKE.format(root=str(ROOT), here=str(Path(__file__).parent))
    done = python(script, "--screenshot", "shot.png", "--theme", "light", home=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "shot.png").stat().st_size > 1000


@pytest.mark.skipif(os.name != "posix", reason="pipes of POSIX")
@pytest.mark.parametrize("option", ["--screenshot", "--demo"])
def test_pictures_that_cannot_be_written_are_one_sentence(tmp_path, option):
    (tmp_path / "shot").mkdir()
    os.mkfifo(tmp_path / "shot" / "window-before.png")
    place = {"--screenshot": "shot/window-before.png", "--demo": "shot"}[option]
    script = FAKE.format(root=str(ROOT), here=str(Path(__file__).parent))
    done = python(script, option, place, home=tmp_path)
    assert done.returncode == 2 and "Traceback" not in done.stderr
    assert "window-before.png is not an ordinary file, so nothing is written to it." in done.stderr


def test_displays_that_are_there_and_those_that_are_not(tmp_path):
    assert display.there({}, "win32") and display.there({}, "darwin")
    assert not display.there({}, "linux")
    assert not display.there({"DISPLAY": ":4711"}, "linux")
    assert not display.there({"DISPLAY": "nonsense"}, "linux")
    assert not display.there({"QT_QPA_PLATFORM": "offscreen"}, "linux")
    if sys.platform != "win32":
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(str(tmp_path / "wayland-0"))
            server.listen()
            assert display.there({"WAYLAND_DISPLAY": "wayland-0", "XDG_RUNTIME_DIR": str(tmp_path)}, "linux")


@pytest.fixture
def guarded(monkeypatch):
    told = []
    for owner in (sys, threading):
        monkeypatch.setattr(owner, "excepthook", owner.excepthook)
    monkeypatch.setattr(sys, "__stderr__", None)
    crash.guard(lambda sentence, details: told.append((sentence, details)))
    return told


def test_errors_nobody_caught_are_told_from_any_thread(guarded):
    def fail():
        raise KeyError("lost")

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    try:
        fail()
    except KeyError:
        sys.excepthook(*sys.exc_info())
    assert len(guarded) == 2
    for sentence, details in guarded:
        assert "KeyError" in sentence and "\n" not in sentence
        assert "lost" in details


def test_the_window_tells_of_trouble_on_another_thread(open_window):
    driver = open_window()
    thread = threading.Thread(target=driver.window.trouble_met.emit, args=("It went wrong.", "trace"))
    thread.start()
    thread.join()
    driver.until(lambda: driver.sentences == ["It went wrong."])
