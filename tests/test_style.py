"""The house style, by machine: ruff finds nothing and would change nothing (rules: pyproject.toml)."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.skipif(importlib.util.find_spec("ruff") is None, reason="needs ruff (pip install ruff)")
@pytest.mark.parametrize("command", [["check"], ["format", "--check"]], ids=" ".join)
def test_ruff_is_content(command):
    options = ["--no-cache", "--output-format", "concise"]
    done = subprocess.run(
        [sys.executable, "-m", "ruff", *command, *options, str(ROOT)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_glossary_is_in_order_and_says_every_word_once():
    lines = (ROOT / "docs" / "GLOSSARY.md").read_text(encoding="utf-8").splitlines()
    words = [line.removeprefix("### ") for line in lines if line.startswith("### ")]
    assert words == sorted(set(words), key=str.lower)
