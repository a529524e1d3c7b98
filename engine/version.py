"""The version, said here once: pyproject.toml, `doctor`, `--version` and the window ask."""

VERSION = "0.1.0"
