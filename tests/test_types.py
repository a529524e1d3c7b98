"""What annotations promise holds: mypy finds nothing in the window and the engine (rules: pyproject.toml)."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.skipif(importlib.util.find_spec("mypy") is None, reason="needs mypy (pip install mypy)")
def test_mypy_is_content():
    done = subprocess.run([sys.executable, "-m", "mypy"], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_exception_says_why():
    """`# type: ignore[code]` is followed by a reason."""
    lines = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for package in ("app", "engine")
        for path in sorted((ROOT / package).rglob("*.py"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if "type: ignore" in line
    ]
    assert [line for line in lines if not line.split("type: ignore", 1)[1].partition("# ")[2]] == []
