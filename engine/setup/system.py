"""System libraries that Qt and OpenCV load, found missing before they are imported and installed by apt."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping

from engine.setup import SetupError

# Name the loader asks for -> Debian/Ubuntu package. What else Qt loads comes along as their dependencies.
ENGINE = {"libGL.so.1": "libgl1", "libgthread-2.0.so.0": "libglib2.0-0"}  # opencv-python's own Qt
WINDOW = ENGINE | {
    "libEGL.so.1": "libegl1",
    "libfontconfig.so.1": "libfontconfig1",  # brings a font along
    "libdbus-1.so.3": "libdbus-1-3",
    "libxkbcommon.so.0": "libxkbcommon0",
}
X11 = {
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
}


def display(environ: Mapping[str, str] = os.environ) -> str:
    """Where a window would show: "x11", "wayland", "desktop" (Windows, macOS), "offscreen", "" (nowhere)."""
    if environ.get("QT_QPA_PLATFORM", "").split(":")[0] in ("offscreen", "minimal"):
        return "offscreen"
    if sys.platform in ("win32", "darwin"):
        return "desktop"
    if environ.get("WAYLAND_DISPLAY"):
        return "wayland"
    return "x11" if environ.get("DISPLAY") else ""


def wanted(window: bool) -> dict[str, str]:
    """Libraries to look for: what every command needs, or what the window needs on this display."""
    if not sys.platform.startswith("linux"):
        return {}
    if not window:
        return ENGINE
    return WINDOW | X11 if display() == "x11" else WINDOW


def missing(libraries: Mapping[str, str]) -> dict[str, str]:
    """Those of `libraries` the loader does not find."""
    return {name: package for name, package in libraries.items() if not _loads(name)}


def supply(window: bool) -> None:
    """Install what this machine lacks by apt-get, where we are root on Debian or Ubuntu, and allowed to.

    A person at a terminal is asked; `POSELOOM_APT` set to "yes" or "no" answers beforehand; where nobody can
    be asked, as in a container's build, it is done and said. Raises SetupError with the one line to type
    where we may not.
    """
    # Debian and Ubuntu ship Python without it; no environment can be made then.
    no_venv = sys.prefix == sys.base_prefix and importlib.util.find_spec("ensurepip") is None
    if not no_venv and not missing(wanted(window)):
        return
    # Once something has to be asked for, ask for all that a window may need: one line, once.
    absent = missing(WINDOW | X11) if sys.platform.startswith("linux") else {}
    names, packages = list(absent), sorted(set(absent.values()))
    if no_venv:
        names.insert(0, "Python's venv module")
        packages.insert(0, "python{}.{}-venv".format(*sys.version_info))
    if shutil.which("apt-get") is None:
        raise SetupError(
            f"Poseloom needs system libraries that are not on this machine: {', '.join(names)}. "
            "Install them with your system's package manager and run the same command again."
        )
    line = "apt-get install -y --no-install-recommends " + " ".join(packages)
    if os.geteuid() == 0 and _may_install(names, line):
        print(f"Poseloom: installing what the system lacks ({', '.join(names)}): {line}", flush=True)
        _apt(line)
        if not missing(wanted(window)):
            return
    raise SetupError(
        f"Poseloom needs what is not on this machine yet: {', '.join(names)}. "
        f"Install it once with\n\n    sudo {line}\n\nand run the same command again."
    )


def _may_install(names: list[str], line: str) -> bool:
    """Whether the system may be changed."""
    answer = os.environ.get("POSELOOM_APT", "").lower()
    if answer not in ("yes", "no") and sys.stdin is not None and sys.stdin.isatty():
        print(f"Poseloom needs what the system lacks: {', '.join(names)}. As root it can run\n\n    {line}\n")
        answer = input("Shall it? [Y/n] ").strip().lower()
    return not answer.startswith("n")


def _loads(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def _apt(line: str) -> None:
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    # A fresh machine has no package lists; where they cannot be had, those that are there may do.
    for command in (["apt-get", "update", "-q"], [*line.split(), "-q", "-o", "DPkg::Lock::Timeout=120"]):
        subprocess.run(command, check=False, env=environ, stdout=subprocess.DEVNULL)
