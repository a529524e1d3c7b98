"""Combinations of versions that are known to break, read from the installed metadata: nothing is imported."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import metadata

_OPENCV_WHEELS = (
    "opencv-python",
    "opencv-python-headless",
    "opencv-contrib-python",
    "opencv-contrib-python-headless",
)


def installed(name: str) -> str | None:
    """Version of an installed distribution, or None."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def window_problem(
    version: Callable[[str], str | None] = installed, python: tuple[int, int] = sys.version_info[:2]
) -> str | None:
    """Why no window may be opened with this PySide6, in one sentence; None where it is sound."""
    pyside = version("PySide6-Essentials") or version("PySide6")
    if pyside is None:
        return "PySide6 is not installed: run python3 main.py, or pip install . in your own environment."
    if _numbers(pyside) >= (6, 12) and python < (3, 12):
        return (
            f"PySide6 {pyside} corrupts memory on Python {python[0]}.{python[1]} at every signal; "
            "install one below 6.12 (pip install 'PySide6-Essentials<6.12') or use Python 3.12 or later."
        )
    return None


# First versions without a known fault that a file from a stranger can use, read 2026-11.
# torch 2.10.0: PYSEC-2026-139; pillow 12.1.1 and 12.2.0: PYSEC-2026-2253 to 2257 and 3451 to 3453.
_SOUND_FROM = {"pillow": (13,), "torch": (2, 11), "opencv-python": (4, 12)}
_SOUND_ON_3_10 = {"pillow": (12, 3)}  # the last that Python 3.10 is given
_DANGER = {
    "pillow": "has faults that a damaged picture can use",
    "torch": "has faults that a checkpoint can use",
    "opencv-python": "has a fault that a damaged JPEG can use",  # CVE-2025-53644
}


def unsafe(
    version: Callable[[str], str | None] = installed, python: tuple[int, int] = sys.version_info[:2]
) -> str | None:
    """Why files of strangers may not be opened with what is installed, in one sentence; None where they may.
    In the project's own environment its project file sees to that; a user's own is asked."""
    floors = _SOUND_FROM | (_SOUND_ON_3_10 if python < (3, 11) else {})
    for name, first in floors.items():
        found = version(name)
        if found and _numbers(found) < first:
            wanted = ".".join(map(str, first))
            return f"{name} {found} {_DANGER[name]}: pip install '{name}>={wanted}' in this environment."
    return None


def problems(version: Callable[[str], str | None] = installed) -> list[str]:
    """Every known fault of the installed versions, a sentence each."""
    found = [problem for problem in (window_problem(version), unsafe(version)) if problem]
    owners = [name for name in _OPENCV_WHEELS if version(name)]
    if len(owners) > 1:
        found.append(
            f"{' and '.join(owners)} write into the same cv2 folder: uninstall all, install opencv-python."
        )
    mediapipe = version("mediapipe")
    if mediapipe and _numbers(mediapipe) >= (0, 10, 35):
        found.append(
            f"mediapipe {mediapipe} reports to a logging host when it is used: install mediapipe 0.10.31."
        )
    return found


_LIBRARIES = (
    "torch", "numpy", "PySide6-Essentials", "pyqtgraph", "opencv-python", "pillow", "safetensors",
    "platformdirs", "mediapipe",
)  # fmt: skip


def licences() -> list[tuple[str, str, str]]:
    """(name, version, licence in a line) of every library that is installed, as its metadata say."""
    found = []
    for name in _LIBRARIES:
        try:
            said = metadata.metadata(name)
        except metadata.PackageNotFoundError:
            continue
        classified = [
            line.split(" :: ")[-1] for line in said.get_all("Classifier", []) if "License ::" in line
        ]
        expression = "".join(said.get_all("License-Expression", []))
        plain = "".join(said.get_all("License", []))
        licence = expression or ", ".join(classified) or plain or "not said"
        found.append((name, said["Version"], licence.strip().splitlines()[0][:80]))
    return found


def _numbers(version: str) -> tuple[int, ...]:
    """The leading numbers of a version: "6.12.0.1a2" -> (6, 12, 0, 1)."""
    numbers = []
    for part in version.split("+")[0].split("."):
        digits = part[: len(part) - len(part.lstrip("0123456789"))]
        if digits:
            numbers.append(int(digits))
        if digits != part:
            break
    return tuple(numbers)
