"""Every test runs without a display, with a home of its own and a fixed number of threads."""

from __future__ import annotations

import gc
import os
import shutil
import sys
import tempfile

import pytest

_home = tempfile.mkdtemp(prefix="poseloom-tests-")

# Set before anything reads them: Qt at its first import, libgomp when torch is imported.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
# Where several processes run the tests, each has a thread of its own.
os.environ.setdefault("OMP_NUM_THREADS", "1" if "PYTEST_XDIST_WORKER" in os.environ else "2")
os.environ["POSELOOM_HOME"] = os.path.join(_home, "data")
for _name in ("CONFIG", "DATA", "CACHE", "STATE"):
    os.environ[f"XDG_{_name}_HOME"] = os.path.join(_home, _name.lower())

try:
    from hypothesis import settings
except ImportError:
    pass  # the tests that need it say so themselves
else:
    # The same examples every time, on however slow a machine.
    settings.register_profile("poseloom", deadline=None, derandomize=True, database=None, max_examples=50)
    settings.load_profile("poseloom")


def pytest_collection_finish() -> None:
    """Libraries and tests stay: no later collection of garbage goes through all of them."""
    gc.freeze()


def pytest_sessionfinish() -> None:
    # The offscreen platform frees the clipboard after the interpreter is gone, and dies of contents that
    # were made in Python; real displays free them in time.
    gui = sys.modules.get("PySide6.QtGui")
    if gui and gui.QGuiApplication.instance():
        gui.QGuiApplication.clipboard().clear()


def pytest_unconfigure() -> None:
    shutil.rmtree(_home, ignore_errors=True)


@pytest.fixture
def user_home(tmp_path, monkeypatch):
    """An empty data folder of the user for this test."""
    monkeypatch.setenv("POSELOOM_HOME", str(tmp_path / "poseloom"))
    return tmp_path / "poseloom"


def pytest_addoption(parser):
    parser.addoption("--kills", type=int, default=8, help="windows to be killed at random moments")
    parser.addoption("--gestures", type=int, default=12, help="random sittings in the real window")
    parser.addoption("--files", type=int, default=24, help="damaged files to be opened in the real window")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """By files, but for the studio's: one process loads it and photographs its people for all of them."""
    if config.getoption("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling

    class OneStudio(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            folder = "tests/train/studio"
            return folder if nodeid.startswith(folder) else super()._split_scope(nodeid)

    return OneStudio(config, log)
