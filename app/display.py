"""Whether a window can be shown here, found out before Qt tries (and would abort)."""

from __future__ import annotations

import os
import re
import socket
import sys
from collections.abc import Mapping


def there(environment: Mapping[str, str] = os.environ, platform: str = sys.platform) -> bool:
    """Whether there is a display: always on Windows and macOS, an answering X or Wayland server elsewhere."""
    if platform in ("win32", "darwin"):
        return True
    if environment.get("QT_QPA_PLATFORM"):
        return environment["QT_QPA_PLATFORM"].split(":")[0] not in ("offscreen", "minimal")
    if wayland := environment.get("WAYLAND_DISPLAY"):
        folder = environment.get("XDG_RUNTIME_DIR", "")
        if _answers(os.path.join(folder, wayland)):
            return True
    return _x_answers(environment.get("DISPLAY", ""))


def _x_answers(name: str) -> bool:
    found = re.fullmatch(r"(?P<host>.*):(?P<number>\d+)(\.\d+)?", name)
    if not found:
        return False
    host, number = found["host"], int(found["number"])
    if host in ("", "unix"):
        place = f"/tmp/.X11-unix/X{number}"
        return _answers(place) or _answers("\0" + place)
    try:
        with socket.create_connection((host, 6000 + number), timeout=3):
            return True
    except OSError:
        return False


def _answers(place: str) -> bool:
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            probe.settimeout(3)
            probe.connect(place)
            return True
    except OSError:
        return False
