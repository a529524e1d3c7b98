"""A start that no file can kill: damaged settings, crashed runs before this one, signals."""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QByteArray

from app import crash, last_run
from app.settings import Settings

TORTURE = Path(__file__).parents[1] / "data" / "torture"
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", ["window-segv-min.ini", "window-weights-long.ini"])
def test_damaged_settings_open_the_window_as_at_the_first_start(open_window, settings, tmp_path, name):
    shutil.copyfile(TORTURE / name, tmp_path / "window.ini")
    settings.__init__(tmp_path / "window.ini")
    driver = open_window()
    assert settings.layout() is None and settings.weights is None
    assert driver.window.docks.shelf.isVisible()


def test_a_layout_is_taken_back_to_the_byte_or_not_at_all(tmp_path):
    path = tmp_path / "window.ini"
    settings, rng = Settings(path), random.Random(19)
    geometry, state = rng.randbytes(60), rng.randbytes(400)
    settings.set_layout(QByteArray(geometry), QByteArray(state))
    settings.theme = "dark"
    settings.save()
    kept = Settings(path).layout()
    assert kept is not None and [bytes(part.data()) for part in kept] == [geometry, state]
    whole, taken = path.read_bytes(), 0
    for _ in range(60):
        damaged = bytearray(whole)
        damaged[rng.randrange(len(whole))] ^= 1 << rng.randrange(8)
        path.write_bytes(damaged)
        found = Settings(path).layout()
        taken += found is not None
        assert found is None or [bytes(part.data()) for part in found] == [geometry, state]
    assert taken < 60


def _fifo(path):
    os.mkfifo(path)


def _loop(path):
    path.symlink_to(path.name)


STRANGE = {
    "a folder": lambda path: path.mkdir(),
    "a pipe": _fifo,
    "a link to itself": _loop,
    "too large": lambda path: path.write_bytes(b"[General]\n" + b"theme=dark\n" * 40_000),
    "of objects": lambda path: path.write_bytes(
        b"[General]\ntheme=@Variant(\\0\\0\\0\\t\\xff\\xff\\xff\\xff)\n"
    ),
}


@pytest.mark.skipif(os.name != "posix", reason="Windows has no pipes and seldom links in folders")
@pytest.mark.parametrize("kind", STRANGE)
def test_what_cannot_be_settings_is_put_aside(tmp_path, kind):
    path = tmp_path / "window.ini"
    STRANGE[kind](path)
    settings = Settings(path)
    assert settings.theme == "system"
    settings.theme = "light"
    settings.save()
    assert Settings(path).theme == "light"
    assert os.path.lexists(tmp_path / "window.ini.damaged")


def test_stored_paths_that_no_system_takes_are_forgotten(tmp_path):
    settings = Settings(tmp_path / "window.ini")
    for name in ("/" + "a" * 5000, "/proc/1/root/closed", "a\0b", "", str(tmp_path)):
        settings._store.setValue("weights", name)
        settings._store.setValue("folder/photo", name + "/no")
        assert settings.weights is None
        assert os.path.isdir(settings.folder("photo"))


SCRIPT = """
import sys
sys.path[:0] = [{root!r}, {here!r}]
import app.backend, app.display, fake_engine
app.backend.EngineBackend = lambda: fake_engine.FakeBackend({engine})
app.display.there = lambda: True
from app.launch import main
{before}
sys.exit(main(sys.argv[1:]))
"""


# Something that happens on the window's thread right after the start.
ON_START = """
import faulthandler
from PySide6.QtCore import QTimer
from app.window import MainWindow
begin = MainWindow.start
MainWindow.start = lambda self, files: (begin(self, files), QTimer.singleShot(500, lambda: {does}))
"""


def start(home: Path, *files: str, engine: str = "", before: str = "") -> subprocess.Popen:
    script = SCRIPT.format(root=str(ROOT), here=str(Path(__file__).parent), engine=engine, before=before)
    environ = {**os.environ, "POSELOOM_HOME": str(home), "QT_QPA_PLATFORM": "offscreen"}
    return subprocess.Popen(
        [sys.executable, "-c", script, *files],
        env=environ,
        stderr=subprocess.PIPE,
        text=True,
        cwd=home.parent,
    )


def until(process: subprocess.Popen, condition, seconds: float = 60) -> None:
    """Wait for a condition while the process lives; the limit only ends what hangs."""
    end = time.monotonic() + seconds
    while not condition():
        assert process.poll() is None, process.stderr.read()
        assert time.monotonic() < end, "it hangs"
        time.sleep(0.05)


def marks(home: Path) -> list[Path]:
    return list(home.glob("logs/running-*.fault"))


def settled(home: Path, process: subprocess.Popen) -> None:
    """Until the process of the window listens to signals."""
    until(process, lambda: marks(home))
    caught = re.compile(r"SigCgt:\s*([0-9a-f]+)")
    bit = 1 << (signal.SIGTERM - 1)
    status = Path(f"/proc/{process.pid}/status")
    until(process, lambda: int(caught.search(status.read_text())[1], 16) & bit)
    time.sleep(0.5)


linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


@linux
def test_a_signal_closes_and_leaves_nothing_to_tell(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    process = start(home)
    settled(home, process)
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0 and process.stderr.read() == ""
    assert not marks(home) and last_run.crashed(home / "logs") is None


@linux
def test_a_second_signal_ends_a_window_that_hangs(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    os.mkfifo(tmp_path / "pipe")
    # As the read of a dead network drive; the file says that it has begun.
    hang = f"(open({str(tmp_path / 'begun')!r}, 'w').close(), open({str(tmp_path / 'pipe')!r}))"
    process = start(home, before=ON_START.format(does=hang))
    settled(home, process)
    until(process, (tmp_path / "begun").exists)
    process.send_signal(signal.SIGTERM)
    time.sleep(1)
    assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 128 + signal.SIGTERM


@linux
@pytest.mark.parametrize("heard", [0, 1])
def test_a_window_that_hangs_with_pythons_lock_is_ended_too(tmp_path, heard):
    """No thread of Python runs any more. heard: signals before that."""
    home = tmp_path / "home"
    home.mkdir()
    twice = "lock.pthread_mutex_lock(mutex), lock.pthread_mutex_lock(mutex)"
    hang = f"(open({str(tmp_path / 'begun')!r}, 'w').close(), {twice})"
    if heard:  # it hangs as it closes
        hang = f"setattr(MainWindow, 'leave', lambda self: {hang}) or open({str(tmp_path / 'ready')!r}, 'w')"
    made = "import ctypes; mutex, lock = ctypes.create_string_buffer(64), ctypes.PyDLL(None)"
    process = start(home, before=f"{made}\n{ON_START.format(does=hang)}")
    settled(home, process)
    if heard:
        until(process, (tmp_path / "ready").exists)
        process.send_signal(signal.SIGTERM)
    until(process, (tmp_path / "begun").exists)
    process.send_signal(signal.SIGTERM)
    time.sleep(1)
    assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == -signal.SIGTERM


@linux
def test_a_crash_is_told_at_the_next_start_and_only_then(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    process = start(home, before=ON_START.format(does="faulthandler._sigsegv()"))
    assert process.wait(90) == -signal.SIGSEGV
    crash_ = last_run.crashed(home / "logs")
    assert crash_ is not None and "Segmentation fault" in crash_.trace and "crashed" in crash_.sentence
    assert "Segmentation fault" in (home / "logs" / "fault.log").read_text()
    report = last_run.report(crash_, home / "logs")
    assert "Segmentation fault" in report and "started, pid" in report and "torch" in report
    assert last_run.crashed(home / "logs") is None


def test_marks_of_the_living_are_left_and_of_the_dead_are_bounded(tmp_path):
    mark = last_run.Mark(tmp_path)
    assert last_run.crashed(tmp_path) is None
    for number in range(3):
        (tmp_path / f"running-{number}.fault").write_text(f"{number}" * 100_000)
    found = last_run.crashed(tmp_path)
    assert found is not None and len(found.trace) == last_run.MOST_BYTES
    assert (tmp_path / "fault.log").stat().st_size <= last_run.MOST_BYTES
    assert [path.name for path in tmp_path.glob("running-*")] == [f"running-{os.getpid()}.fault"]
    mark.remove()
    assert [path.name for path in tmp_path.iterdir()] == ["fault.log"]


def test_the_window_says_it_at_once_and_again_when_the_engine_is_awake(open_window):
    driver = open_window(awake=False)
    found = last_run.Crash("Fatal Python error: Segmentation fault")
    last_run.tell(driver.window, found, "details")
    assert driver.sentences == [found.sentence]
    [toast] = driver.window.centre.notices.toasts
    toast.dismiss()  # as its clock does while Python is busy with the engine
    driver.until_full()
    assert driver.sentences == [found.sentence]
    driver.window.centre.notices.toasts[0].dismiss()
    driver.drag(7, 5, -30)
    driver.until_full()
    assert driver.sentences == []


def test_a_run_that_was_killed_is_told_without_a_trace(tmp_path):
    (tmp_path / "running-1.fault").touch()
    found = last_run.crashed(tmp_path)
    assert found is not None and "ended before it could close" in found.sentence
    assert "There is no trace." in last_run.report(found, tmp_path)


@pytest.mark.skipif(os.name != "posix", reason="pipes and links of POSIX")
def test_marks_that_are_no_files_are_nothing_to_tell(tmp_path):
    os.mkfifo(tmp_path / "running-1.fault")
    (tmp_path / "other").write_text("of somebody else")
    (tmp_path / "running-2.fault").symlink_to(tmp_path / "other")
    (tmp_path / "running-3.fault").mkdir()
    assert last_run.crashed(tmp_path) is None
    assert not (tmp_path / "fault.log").exists()


@pytest.mark.skipif(os.name != "posix", reason="modes and links of POSIX")
def test_logs_are_for_the_user_alone_and_follow_no_link(user_home, tmp_path):
    logs = user_home / "logs"
    logs.mkdir(parents=True)
    crash.start_logging()
    try:
        assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in logs.iterdir())
        crash.log.error("while reading %s", "/home/jane/Photos of me/a.png")
        said = (logs / "poseloom.log").read_text()
        assert said.endswith("while reading a.png\n") and "jane" not in said
        assert {path.name for path in logs.iterdir()} == {"poseloom.log", f"running-{os.getpid()}.fault"}
    finally:
        crash.end_logging()
        for handler in crash.log.handlers[:]:
            crash.log.removeHandler(handler)
            handler.close()
    (logs / "poseloom.log").unlink()
    os.mkfifo(logs / "poseloom.log")
    with pytest.raises(OSError):
        crash.PrivateLog(logs / "poseloom.log")
    (logs / "poseloom.log").unlink()
    (tmp_path / "other").write_text("of somebody else")
    (logs / "poseloom.log").symlink_to(tmp_path / "other")
    with pytest.raises(OSError):
        crash.PrivateLog(logs / "poseloom.log")
    assert (tmp_path / "other").read_text() == "of somebody else"


def test_the_first_picture_and_its_pose_are_in_px_of_the_frame_before_the_engine_is(open_window):
    """Its photo joins the shelf before its first rendering does; the skeleton stays on the person."""
    from app.files import samples
    from app.window import DEFAULT_FRAME
    from engine.pose.formats import read_pose

    driver = open_window(awake=False)
    driver.until(lambda: driver.controller.pose[:, 2].any())
    name, _, pose = samples.listed()[0]
    assert driver.canvas.picture.boundingRect().height() == DEFAULT_FRAME[0], name
    np.testing.assert_allclose(driver.pose, read_pose(pose, DEFAULT_FRAME), atol=0.01)


def test_a_photo_that_cannot_be_read_is_told_before_any_engine_is_awake(open_window, tmp_path, monkeypatch):
    monkeypatch.setattr("app.files.reading.PATIENCE_S", 60.0)  # no disk of a busy machine is called slow
    driver = open_window(awake=False)
    (tmp_path / "empty.png").touch()
    (tmp_path / "folder.jpg").mkdir()
    paths = [tmp_path / name for name in ("nowhere.jpg", "empty.png", "folder.jpg")]
    driver.window.opening.open_all(paths)
    assert driver.sentences == [
        f"There is no file {paths[0]}.", "empty.png is empty.", "folder.jpg is a folder, not a picture.",
    ]  # fmt: skip
    assert not driver.controller.photos._under_way
