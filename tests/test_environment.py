"""The environment the tests run in is the one the project file asks for, and the known traps are sprung."""

import os
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from engine.setup import guards
from engine.version import VERSION

ROOT = Path(__file__).resolve().parent.parent
PROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")

tomllib = pytest.importorskip("tomllib", reason="Python 3.10 cannot read the project file")
requirements = pytest.importorskip("packaging.requirements")


def required(extra: str | None = None) -> list:
    project = tomllib.loads(PROJECT)["project"]
    lines = project["optional-dependencies"][extra] if extra else project["dependencies"]
    wanted = [requirements.Requirement(line) for line in lines]
    return [one for one in wanted if one.marker is None or one.marker.evaluate()]


@pytest.mark.parametrize("one", required() + required("dev"), ids=lambda one: one.name)
def test_installed_versions_are_in_the_tested_ranges(one):
    assert one.specifier.contains(metadata.version(one.name), prereleases=True)


def test_no_registry_is_named_in_the_project_file():
    assert re.findall(r"https?://|index-url|find-links", PROJECT) == []


def test_no_package_brings_another_torch():
    names = {one.name.lower() for extra in (None, "train", "dev") for one in required(extra)}
    assert not names & {
        "torchvision",
        "torchaudio",
        "lpips",
        "torch-fidelity",
        "lightning",
        "open-clip-torch",
    }


def run(code: str, **environ: str) -> str:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("QT_")}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=clean | environ)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


QT_VARIABLES = "[os.environ.get(n) for n in ('QT_QPA_PLATFORM_PLUGIN_PATH', 'QT_QPA_FONTDIR')]"


def test_opencv_does_not_point_qt_at_its_own_plugins():
    assert run(f"import os; from engine.cv import cv2; print({QT_VARIABLES})") == "[None, None]"


def test_what_the_user_set_for_qt_stays():
    said = run(f"import os; from engine.cv import cv2; print({QT_VARIABLES})", QT_QPA_FONTDIR="/fonts")
    assert said == "[None, '/fonts']"


def test_no_known_fault_here():
    assert guards.problems() == []


def versions(**installed: str):
    return lambda name: installed.get(name.replace("-", "_").lower())


@pytest.mark.parametrize(
    ("pyside", "python", "broken"),
    [
        ("6.12.0", (3, 11), True),
        ("6.12.1", (3, 10), True),
        ("6.12", (3, 11), True),
        ("7.0.0", (3, 11), True),
        ("6.12.0", (3, 12), False),
        ("6.12.0", (3, 13), False),
        ("6.11.3", (3, 11), False),
        ("6.8.0.1", (3, 10), False),
    ],
)
def test_guard_against_the_pyside_that_corrupts_memory(pyside, python, broken):
    problem = guards.window_problem(versions(pyside6_essentials=pyside), python)
    assert (problem is not None) == broken
    if broken:
        assert pyside in problem


def test_guard_finds_the_whole_pyside_too():
    assert guards.window_problem(versions(pyside6="6.12.0"), (3, 11))


def test_guard_without_pyside():
    assert "not installed" in guards.window_problem(versions(), (3, 11))


def test_guard_against_two_owners_of_the_cv2_folder():
    sound = versions(pyside6_essentials="6.11.3", opencv_python="5.0.0.93")
    assert guards.problems(sound) == []
    both = versions(pyside6_essentials="6.11.3", opencv_python="5.0", opencv_contrib_python="4.11")
    assert "same cv2 folder" in guards.problems(both)[0]


@pytest.mark.parametrize(("version", "found"), [("0.10.31", 0), ("0.10.35", 1), ("1.2.2", 1)])
def test_guard_against_the_mediapipe_that_phones_home(version, found):
    assert len(guards.problems(versions(pyside6_essentials="6.11.3", mediapipe=version))) == found


def test_the_licence_is_the_one_the_project_file_names():
    assert (ROOT / "LICENSE").read_text(encoding="utf-8").startswith("MIT License")
    assert tomllib.loads(PROJECT)["project"]["license"] == "MIT"


def test_the_ci_script_is_the_newcomers_command():
    script = ROOT / ".ci" / "run"
    assert "python3 main.py test" in script.read_text(encoding="utf-8")
    assert os.name != "posix" or os.access(script, os.X_OK)


def test_the_changelog_has_a_head_for_what_is_new_and_ends_in_the_version():
    lines = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").splitlines()
    heads = [line.removeprefix("## ") for line in lines if line.startswith("## ")]
    assert heads[0] == "Unreleased"
    newest = re.fullmatch(r"(\d+\.\d+\.\d+), \d{4}-\d\d-\d\d", heads[1])
    assert newest and newest[1] == VERSION


def test_the_version_is_said_in_one_place():
    project = tomllib.loads(PROJECT)
    assert project["project"]["dynamic"] == ["version"]
    assert project["tool"]["setuptools"]["dynamic"]["version"] == {"attr": "engine.version.VERSION"}
    told = run("import sys; from app.launch import main; sys.exit(main(['--version']))")
    assert told == f"Poseloom {VERSION}"


def test_hooks_before_a_commit_are_local():
    hooks = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    assert re.findall(r"repo: (\S+)", hooks) == ["local"]
    assert hooks.count("language: system") == hooks.count("- id:") == 2
    assert "://" not in hooks


@pytest.mark.parametrize(
    ("name", "version", "python", "sound"),
    [
        ("pillow", "12.9.0", (3, 11), False),
        ("pillow", "13.0.0", (3, 11), True),
        ("pillow", "12.3.0", (3, 10), True),
        ("pillow", "12.2.0", (3, 10), False),
        ("torch", "2.10.0+cpu", (3, 12), False),
        ("torch", "2.11.0+cpu", (3, 12), True),
        ("opencv-python", "4.11.0.86", (3, 12), False),
        ("opencv-python", "4.12.0.88", (3, 12), True),
    ],
)
def test_versions_with_known_faults_are_refused_with_the_line_to_type(name, version, python, sound):
    problem = guards.unsafe(versions(**{name.replace("-", "_"): version}), python)
    assert (problem is None) == sound
    if problem:
        assert f"{name} {version}" in problem and f"pip install '{name}>=" in problem and "\n" not in problem


def test_the_guards_floors_are_the_project_files():
    requirements = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    for name, first in guards._SOUND_FROM.items():
        floor = f"{name}>={'.'.join(map(str, first))}"
        assert any(requirement.startswith(floor) for requirement in requirements), floor
    assert guards.unsafe() is None


def test_a_users_own_environment_is_asked_too(monkeypatch, tmp_path):
    from engine.setup import SetupError, environment

    monkeypatch.setattr(environment, "_inside_users_own", lambda extras, root: True)
    assert environment.enter(["main.py"], root=tmp_path) is None
    monkeypatch.setattr(guards, "unsafe", lambda: "pillow 9.0 has faults.")
    with pytest.raises(SetupError, match="pillow 9.0"):
        environment.enter(["main.py"], root=tmp_path)
