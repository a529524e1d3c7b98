"""What set-up installs is what was tested: the lock names every file, and others are refused."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from engine.setup import SetupError, tested

ROOT = Path(__file__).resolve().parent.parent
LOCK = (ROOT / tested.LOCK).read_text(encoding="utf-8")
A, B = "a" * 64, "b" * 64
SMALL = f"""# of two
some-thing==1.0 ; python_full_version < '3.11' \\
    --hash=sha256:{A}
some-thing==2.0 ; python_full_version >= '3.11' \\
    --hash=sha256:{B} \\
    --hash=sha256:{A}
torch==2.13.0 \\
    --hash=sha256:{B}
pip==26.3 \\
    --hash=sha256:{A}
setuptools==84.0 \\
    --hash=sha256:{A}
"""


def report(name: str, version: str, sha256: str) -> dict:
    info = {"url": f"https://x/{name}-{version}.whl", "archive_info": {"hashes": {"sha256": sha256}}}
    project = {"download_info": {"url": "file:///p", "dir_info": {}}, "metadata": {}}
    return {"install": [project, {"download_info": info, "metadata": {"name": name, "version": version}}]}


def test_the_lock_has_every_requirement_within_its_range():
    requirements = pytest.importorskip("packaging.requirements")
    tomllib = pytest.importorskip("tomllib")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *sum(project["optional-dependencies"].values(), [])]
    known = tested.hashes(LOCK)
    for one in map(requirements.Requirement, wanted):
        name = re.sub(r"[-_.]+", "-", one.name).lower()
        assert any(one.specifier.contains(version) for known_name, version in known if known_name == name), (
            one
        )
    assert all(sums for sums in known.values()) and {"pip", "setuptools"} <= {name for name, _ in known}


def test_a_lock_is_read_by_name_version_and_machine():
    known = tested.hashes(SMALL)
    assert known["some-thing", "1.0"] == {A} and known["some-thing", "2.0"] == {A, B}
    assert tested.without_hashes(SMALL).splitlines()[0] == "some-thing==1.0 ; python_full_version < '3.11'"
    assert "sha256" not in tested.without_hashes(LOCK)


def test_only_files_of_the_lock_are_installed():
    known = tested.hashes(SMALL)
    assert tested.tested(report("Some_Thing", "2.0", B), known) == [f"Some_Thing==2.0 --hash=sha256:{B}"]
    assert tested.tested(report("torch", "2.13.0+cpu", B), known) == [f"torch==2.13.0+cpu --hash=sha256:{B}"]
    for other in (report("some-thing", "1.0", B), report("some-thing", "3.0", A), report("new", "1.0", A)):
        with pytest.raises(SetupError, match="is not a file that was tested"):
            tested.tested(other, known)


@pytest.mark.parametrize("torch", [tested.ANY, tested.CPU])
def test_pip_is_asked_first_and_then_given_hashes_alone(tmp_path, torch):
    calls = []

    def run(*arguments: str) -> None:
        calls.append(arguments)
        if "--report" in arguments:
            Path(arguments[arguments.index("--report") + 1]).write_text(
                json.dumps(report("some-thing", "2.0", A))
            )
        if "--require-hashes" in arguments:
            said = Path(arguments[-1]).read_text().splitlines()
            assert said and all("--hash=sha256:" in line for line in said)

    tested.install(run, SMALL, f"{tmp_path}[dev]", tmp_path, torch)
    indexed = [call for call in calls if "--index-url" in call]
    assert indexed == ([("--no-deps", "--index-url", tested.CPU_INDEX, "torch==2.13.0+cpu")] if torch else [])
    asked = next(call for call in calls if "--report" in call)
    assert {"--dry-run", "--no-build-isolation", "--only-binary", "--constraint"} <= {*asked}
    fetching = [call for call in calls if call not in indexed and call != asked]
    assert all("--no-deps" in call for call in fetching)
    assert fetching[-1][-2:] == ("--editable", str(tmp_path))


def test_what_may_be_chosen(tmp_path):
    assert tested.wanted_torch(environ={}) == tested.ANY
    assert tested.wanted_torch(tested.CPU, environ={}) == tested.CPU
    assert tested.wanted_torch(environ={"POSELOOM_TORCH": "CPU"}) == tested.CPU
    with pytest.raises(SetupError, match="POSELOOM_TORCH=rocm"):
        tested.wanted_torch(environ={"POSELOOM_TORCH": "rocm"})
    assert tested.lock_of(tmp_path, {}) is None
    (tmp_path / tested.LOCK).write_text(SMALL)
    assert tested.lock_of(tmp_path, {}) == SMALL
    assert tested.lock_of(tmp_path, {"POSELOOM_PACKAGES": "untested"}) is None
