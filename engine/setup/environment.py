"""The project's own environment: made once beside main.py, brought up to date when the project file changes.

A stamp inside says for which project file, Python and extras it was completed. Anything else (no stamp,
another stamp, an interpreter that no longer starts) is worked on until it can be stamped, so a set-up may be
interrupted anywhere and simply run again.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

from engine.setup import SetupError, guards, packages, tested

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER, STAMP = ".venv", "poseloom.json"

_OWN_VERSION = "{}.{}".format(*sys.version_info)

# What an environment of the user's own must offer to be used as it is.
_MODULES = {
    "": ("torch", "numpy", "PySide6", "pyqtgraph", "cv2", "PIL", "safetensors", "platformdirs"),
    "train": ("moderngl", "numba", "scipy", "rich"),
    "dev": ("pytest", "pytestqt", "hypothesis", "skimage"),
}


def enter(arguments: list[str], extras: Iterable[str] = (), root: Path = ROOT) -> int | None:
    """Go on inside the environment, made first where it is missing.

    arguments: what its Python is to be started with to come back here ([main.py, ...] or ["-m", ...]).
    Returns None when we are inside already; otherwise this process becomes the one inside (where the system
    cannot do that, the exit code of the one inside is returned). Raises SetupError.
    """
    if _inside_users_own(extras, root):
        if problem := guards.unsafe():
            raise SetupError(f"poseloom: {problem}")
        return None
    python = ensure(extras, root)
    if Path(sys.prefix).resolve() == (root / FOLDER).resolve():
        return None
    command = [str(python), *arguments]
    sys.stdout.flush()
    if os.name == "posix":
        os.execv(command[0], command)
    return subprocess.call(command)


def ensure(extras: Iterable[str] = (), root: Path = ROOT) -> Path:
    """Make the environment whole, with these extras and those it has; its Python. Raises SetupError."""
    environment = root / FOLDER
    python = python_of(environment)
    if _complete(environment, root, extras):
        return python
    with _alone(root) as lock:
        if _complete(environment, root, extras):  # by the set-up we waited for
            return python
        stamp = read_stamp(environment)
        extras = sorted({*extras, *stamp.get("extras", ())})
        torch = tested.wanted_torch(stamp.get("torch", tested.ANY))
        _say(_why(environment, stamp))
        if _version(python) != stamp.get("python", _OWN_VERSION) or not _has_pip(python):
            _make(environment)
        for old in (STAMP, packages.LOG):
            (environment / old).unlink(missing_ok=True)
        _say("fetching and installing packages")
        project = f"{root}[{','.join(extras)}]" if extras else str(root)
        pip = partial(packages.install, python, environment, lock)
        if (text := tested.lock_of(root)) is not None:
            tested.install(pip, text, project, root, torch)
        else:
            pip("--editable", project)
        _prepare_pose_model(python, root)
        stamp = {"project": project_hash(root), "python": _version(python), "extras": extras, "torch": torch}
        write_stamp(environment, stamp)
        _say("ready")
    return python


def python_of(environment: Path) -> Path:
    """The environment's interpreter, whether or not it is there."""
    return environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def project_hash(root: Path) -> str:
    """SHA-256 of the project file, which names every requirement, and of the lock, with their files."""
    lock = root / tested.LOCK
    text = (root / "pyproject.toml").read_bytes() + (lock.read_bytes() if lock.is_file() else b"")
    return hashlib.sha256(text).hexdigest()


def read_stamp(environment: Path) -> dict:
    """What the environment was completed for; {} where it never was, or the stamp cannot be read."""
    try:
        stamp = json.loads((environment / STAMP).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def write_stamp(environment: Path, stamp: dict) -> None:
    """Write it whole or not at all."""
    part = environment / f"{STAMP}.tmp"
    part.write_text(json.dumps(stamp, indent=1), encoding="utf-8")
    os.replace(part, environment / STAMP)


def _complete(environment: Path, root: Path, extras: Iterable[str]) -> bool:
    stamp = read_stamp(environment)
    return (
        stamp.get("project") == project_hash(root)
        and {*extras} <= {*stamp.get("extras", ())}
        and stamp.get("python") == _version(python_of(environment))
    )


def _say(text: str) -> None:
    print(f"Poseloom: {text}", flush=True)


def _why(environment: Path, stamp: dict) -> str:
    if stamp:
        return "bringing the environment .venv up to date"
    if environment.exists():
        return "finishing the environment .venv, which is not complete"
    return "setting up, once: some 30 packages, up to 2 GB in .venv; you may interrupt it and run it again"


def _inside_users_own(extras: Iterable[str], root: Path) -> bool:
    """Whether this is a virtual environment the user chose that has all we need: it is used as it is."""
    if sys.prefix == sys.base_prefix or Path(sys.prefix).resolve() == (root / FOLDER).resolve():
        return False
    return all(importlib.util.find_spec(name) for extra in ("", *extras) for name in _MODULES[extra])


def _version(python: Path) -> str | None:
    """ "3.11" of an interpreter that starts, else None (missing, or its base Python went or was replaced)."""
    if not python.exists():
        return None
    ask = "import sys, encodings; print('{}.{}'.format(*sys.version_info))"
    try:
        answer = subprocess.run([str(python), "-I", "-S", "-c", ask], capture_output=True, text=True)
    except OSError:
        return None
    return answer.stdout.strip() if answer.returncode == 0 else None


def _has_pip(python: Path) -> bool:
    return subprocess.run([str(python), "-m", "pip", "--version"], capture_output=True).returncode == 0


def _make(environment: Path) -> None:
    """Make it from this Python, in place of whatever is there."""
    _say(f"making the environment {environment.name} with Python {sys.version.split()[0]}")
    if environment.is_symlink() or environment.is_file():
        raise SetupError(
            f"{environment} is in the way: a folder of that name is needed. Move it and try again."
        )
    if Path(sys.prefix).resolve() == environment.resolve():
        raise SetupError(f"{environment} cannot be made anew from inside: start main.py with another Python.")
    shutil.rmtree(environment, ignore_errors=True)
    done = subprocess.run([sys.executable, "-m", "venv", str(environment)], capture_output=True, text=True)
    if done.returncode:
        said = " ".join((done.stdout + done.stderr).split())
        raise SetupError(f"The environment {environment} could not be made: {said}")


def _prepare_pose_model(python: Path, root: Path) -> None:
    """Let the environment fetch and build the models that find poses and hands; without them everything but
    detection works."""
    _say("preparing the models that find poses and hands")
    done = subprocess.run([str(python), "-m", "engine.pose_model"], cwd=root, capture_output=True, text=True)
    if done.returncode:
        reason = (done.stderr.strip() or "no answer").splitlines()[-1].removeprefix("poseloom: ")
        _say(f"going on without pose detection: {reason}")
        _say(f"to try again later: {python} -m engine.pose_model")


@contextlib.contextmanager
def _alone(root: Path) -> Iterator[tuple[int, ...]]:
    """Only one set-up at a time: a lock on the project file, yielded for pip to hold as well."""
    try:
        import fcntl
    except ImportError:  # Windows refuses to overwrite files in use by itself
        yield ()
        return
    with open(root / "pyproject.toml", "rb") as project:
        try:
            fcntl.flock(project, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _say("waiting for another set-up that is going on here")
            fcntl.flock(project, fcntl.LOCK_EX)
        except OSError:  # a file system without locks
            yield ()
            return
        yield (project.fileno(),)
