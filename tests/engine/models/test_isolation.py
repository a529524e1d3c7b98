"""Networks and their adapters know nothing of what is laid over their pictures, nor of the session."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]

IMPORT_ALL = """
import importlib, pkgutil, sys

FORBIDDEN = ("engine.compositing", "engine.session", "engine.frames", "engine.references", "engine.drawn")

class Guard:
    def find_spec(self, name, path=None, target=None):
        if name.startswith(FORBIDDEN):
            raise ImportError(f"a model asked for {name}")

sys.meta_path.insert(0, Guard())
if len(sys.argv) > 1:
    importlib.import_module(sys.argv[1])
import engine.models
for module in pkgutil.walk_packages(engine.models.__path__, "engine.models."):
    importlib.import_module(module.name)
    print(module.name)
"""


def run(*arguments: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-c", IMPORT_ALL, *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT)


def test_every_module_of_the_models_is_imported_without_compositing_and_session():
    done = run()
    assert done.returncode == 0, done.stderr
    folder = ROOT / "engine" / "models"
    files = {".".join(path.relative_to(ROOT).with_suffix("").parts) for path in folder.rglob("*.py")}
    there = {name.removesuffix(".__init__") for name in files} - {"engine.models"}
    assert set(done.stdout.split()) == there


def test_the_guard_catches_who_asks():
    for asked, forbidden in (("engine.measure", "engine.compositing"), ("engine.session", "engine.session")):
        done = run(asked)
        assert done.returncode == 1 and f"a model asked for {forbidden}" in done.stderr
