"""Which files set-up installs: those that were tested, told by their hashes in `requirements.lock`.

pip chooses among the versions that stand there for this Python and system, and says which files they would
be; only files whose hashes stand there too are installed. torch's build for the CPU comes from PyTorch's own
index, and nothing else comes from there.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from engine.setup import SetupError

LOCK = "requirements.lock"
CPU_INDEX = "https://download.pytorch.org/whl/cpu"
CPU, ANY = "cpu", ""  # builds of torch that can be asked for
TOOLS = ("pip", "setuptools")  # by which the others are installed

_ENTRY = re.compile(r"^(?P<name>[\w.-]+)==(?P<version>[\w.+!-]+)(?P<marker> ;[^\\\n]*)?")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def lock_of(root: Path, environ: Mapping[str, str] = os.environ) -> str | None:
    """The lock's text; None where there is none, or `POSELOOM_PACKAGES` says that untested ones will do."""
    if environ.get("POSELOOM_PACKAGES", "").lower() == "untested" or not (root / LOCK).is_file():
        return None
    return (root / LOCK).read_text(encoding="utf-8")


def wanted_torch(before: str = ANY, environ: Mapping[str, str] = os.environ) -> str:
    """Which build of torch is asked for by `POSELOOM_TORCH`, else the one there was. Raises SetupError."""
    wanted = environ.get("POSELOOM_TORCH", before).lower()
    if wanted not in (CPU, ANY):
        raise SetupError(f"POSELOOM_TORCH={wanted}: it may be {CPU}, or be left out.")
    return wanted


def install(run: Callable[..., None], lock: str, project: str, root: Path, torch: str) -> None:
    """Install a project, editable, with what it needs. run: calls `pip install` with arguments. project: its
    folder, perhaps with extras. Raises SetupError.
    """
    known = hashes(lock)
    with tempfile.TemporaryDirectory(prefix="poseloom-") as folder:
        tools, versions, report, files = (
            Path(folder, each) for each in ("tools", "versions", "report", "files")
        )
        tools.write_text("".join(f"{entry}\n" for entry in _with_hashes(lock, TOOLS)))
        versions.write_text(without_hashes(lock))
        run("--no-deps", "--require-hashes", "--requirement", str(tools))
        if torch == CPU:
            version = next(version for package, version in known if package == "torch")
            run("--no-deps", "--index-url", CPU_INDEX, f"torch=={version}+cpu")
        # Nothing that is fetched is run to build it.
        plain = ("--only-binary", ":all:", "--no-build-isolation")
        run("--dry-run", "--report", str(report), *plain, "--constraint", str(versions), project)
        files.write_text("".join(f"{line}\n" for line in tested(json.loads(report.read_text()), known)))
        if files.stat().st_size:
            run("--no-deps", "--require-hashes", "--requirement", str(files))
        run("--no-deps", "--no-build-isolation", "--editable", str(root))


def hashes(lock: str) -> dict[tuple[str, str], frozenset[str]]:
    """The SHA-256 of every file of a name and version."""
    found: dict[tuple[str, str], frozenset[str]] = {}
    key = ("", "")
    for line in lock.splitlines():
        if entry := _ENTRY.match(line):
            key = (_plain(entry["name"]), entry["version"])
        found[key] = found.get(key, frozenset()) | {*_HASH.findall(line)}
    found.pop(("", ""), None)  # what stands before the first
    return found


def without_hashes(lock: str) -> str:
    """Names, versions and the machines they are for: constraints for pip."""
    entries = filter(None, map(_ENTRY.match, lock.splitlines()))
    return "".join(f"{entry[0].strip()}\n" for entry in entries)


def tested(report: dict, known: Mapping[tuple[str, str], frozenset[str]]) -> list[str]:
    """Requirements with hashes for the files of pip's installation report. Raises SetupError for others."""
    lines = []
    for each in report["install"]:
        if "dir_info" in each["download_info"]:
            continue  # the project itself
        name, version = each["metadata"]["name"], each["metadata"]["version"]
        sha256 = each["download_info"].get("archive_info", {}).get("hashes", {}).get("sha256", "")
        if sha256 not in known.get((_plain(name), version.partition("+")[0]), ()):
            file = each["download_info"]["url"].rpartition("/")[2]
            raise SetupError(
                f"{file} is not a file that was tested: its SHA-256 is not in {LOCK}. Nothing of it was "
                "installed. With POSELOOM_PACKAGES=untested set-up takes what fits by its version."
            )
        lines.append(f"{name}=={version} --hash=sha256:{sha256}")
    return lines


def _with_hashes(lock: str, names: tuple[str, ...]) -> list[str]:
    return [
        " ".join((f"{name}=={version}", *(f"--hash=sha256:{each}" for each in sorted(sums))))
        for (name, version), sums in hashes(lock).items()
        if name in names
    ]


def _plain(name: str) -> str:
    """A name as indexes compare them (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()
