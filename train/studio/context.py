"""The studio's OpenGL context: no window on any system, and no display where EGL is there."""

from __future__ import annotations

import os
import sys

from engine.errors import InputError

_VERSION = 330


def open_context():
    """A context of OpenGL 3.3 or later without a window.

    Linux and its kin: EGL, which needs no display; where that fails, a hidden X11 context. Windows and macOS:
    their own hidden context. InputError in one sentence where there is none.
    """
    # the software renderer works best with one thread a process; has no effect on a real card
    os.environ.setdefault("LP_NUM_THREADS", "0")
    try:
        import moderngl
    except ImportError as error:
        raise InputError("The studio needs the package moderngl.") from error
    reasons = []
    for settings in _ways(sys.platform):
        try:
            return moderngl.create_context(standalone=True, require=_VERSION, **settings)
        except Exception as error:  # moderngl and its backends raise whatever they like
            reasons.append(" ".join(str(error).split()).rstrip(".") or type(error).__name__)
    raise InputError(f"The studio needs OpenGL 3.3, which is missing here ({'; '.join(reasons)}).")


def _ways(platform: str) -> list[dict[str, str]]:
    """Settings to try one after the other; none means the system's own backend."""
    return [{}] if platform in ("win32", "cygwin", "darwin") else [{"backend": "egl"}, {}]
