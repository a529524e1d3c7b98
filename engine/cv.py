"""OpenCV, imported in the one way that leaves Qt alone: `from engine.cv import cv2`.

The opencv-python wheel carries a Qt of its own and, when imported, points Qt at its plugins and fonts by two
environment variables; a PySide6 window opened afterwards would load the wrong ones.
"""

from __future__ import annotations

import os

_QT_VARIABLES = ("QT_QPA_PLATFORM_PLUGIN_PATH", "QT_QPA_FONTDIR")
_before = {name: os.environ.get(name) for name in _QT_VARIABLES}

import cv2  # noqa: E402

for _name, _value in _before.items():
    if _value is None:
        os.environ.pop(_name, None)
    else:
        os.environ[_name] = _value

__all__ = ["cv2"]
