"""The set-up: done once, told in plain words, interrupted anywhere and gone on with, repaired where broken.

A stand-in for pip takes the place of the real one, so nothing is fetched; interpreters, environments, signals
and `main.py` itself are real.
"""

import functools
import importlib.util
import io
import os
import shutil
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from engine.setup import SetupError, environment, packages, system

ROOT = Path(__file__).resolve().parent.parent

posix_only = pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")

# Behaves as pip does: says the same lines, writes a package's RECORD last. PIP_STUB: "slow" stops half-way.
PIP = """
import os, pathlib, sys, sysconfig, time
if sys.argv[1:] == ["--version"]:
    raise SystemExit(print("pip 0"))
site = pathlib.Path(sysconfig.get_paths()["purelib"])
with open(os.environ["PIP_STUB_CALLS"], "a") as calls:
    print(*sys.argv[1:], file=calls)
mode = os.environ.get("PIP_STUB", "")
print("Collecting numpy>=1.26")
if mode == "fails":
    print("ERROR: No matching distribution found for numpy>=1.26")
    raise SystemExit(1)
print("  Downloading numpy-2.4.6-cp311-cp311-manylinux_2_28_x86_64.whl (16.9 MB)")
print("Processing /wheels/torch-2.13.0+cpu-cp311-cp311-manylinux_2_28_x86_64.whl")
print("Installing collected packages: numpy, torch", flush=True)
for name in ("numpy", "torch"):
    info = site / f"{name}-1.0.dist-info"
    if info.exists():
        continue
    info.mkdir()
    (site / f"{name}.py").write_text("whole = True")
    (info / "METADATA").write_text(f"Name: {name}")
    if name == "torch" and mode == "slow":
        print("half-way", file=open(os.environ["PIP_STUB_CALLS"], "a"))
        time.sleep(600)
    (info / "RECORD").write_text(f"{name}.py,sha256=x,12\\n{info.name}/RECORD,,\\n")
time.sleep(0.5 if mode == "steady" else 0)
print("Successfully installed numpy-1.0 torch-1.0")
"""


class Project:
    """A project folder with a stand-in pip."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "project"
        self.root.mkdir()
        (self.root / "pyproject.toml").write_text("[project]\nname = 'probe'\n")
        (folder / "stub" / "pip").mkdir(parents=True)
        (folder / "stub" / "pip" / "__init__.py").touch()
        (folder / "stub" / "pip" / "__main__.py").write_text(PIP)
        self.environ = {
            **os.environ,
            "PYTHONPATH": str(folder / "stub"),
            "PIP_STUB_CALLS": str(folder / "calls"),
        }
        self.venv = self.root / ".venv"
        self._calls = folder / "calls"

    @property
    def calls(self) -> list[str]:
        return self._calls.read_text().splitlines() if self._calls.exists() else []

    @property
    def site(self) -> Path:
        return next(iter(packages._site_packages(self.venv)))

    def wait_for(self, said: str) -> None:
        for _ in range(600):
            if said in self.calls:
                return
            time.sleep(0.1)
        raise AssertionError(f"{said!r} was never reached: {self.calls}")


@pytest.fixture
def project(tmp_path, monkeypatch) -> Project:
    """Used in this process; environments are made without the real pip, which takes a moment only."""
    made = Project(tmp_path)
    for name in ("PYTHONPATH", "PIP_STUB_CALLS"):
        monkeypatch.setenv(name, made.environ[name])
    make = environment._make

    def make_without_pip(folder: Path) -> None:
        real = subprocess.run

        def run(command, **options):
            if "venv" in command:
                command = [*command, "--without-pip"]
            return real(command, **options)

        with monkeypatch.context() as patch:
            patch.setattr(environment.subprocess, "run", run)
            make(folder)

    monkeypatch.setattr(environment, "_make", make_without_pip)
    return made


def test_the_first_set_up_says_what_it_does_and_the_next_start_nothing(project, capsys):
    python = environment.ensure(root=project.root)
    said = capsys.readouterr().out
    assert python == environment.python_of(project.venv)
    assert subprocess.run([python, "-c", "import torch; assert torch.whole"]).returncode == 0
    for words in (
        "setting up, once",
        "making the environment .venv",
        "numpy 2.4.6, 16.9 MB",
        "unpacking 2",
        "ready",
    ):
        assert words in said
    assert "torch 2.13.0+cpu" in said
    assert project.calls == [project.calls[0]] and f"--editable {project.root}" in project.calls[0]
    assert not (project.venv / "tmp").exists()
    assert "Successfully installed" in (project.venv / packages.LOG).read_text()

    assert environment.ensure(root=project.root) == python
    assert capsys.readouterr().out == "" and len(project.calls) == 1


def test_a_pose_model_that_cannot_be_had_stops_nothing(project, capsys):
    environment.ensure(root=project.root)  # this project has no engine to prepare it
    said = capsys.readouterr().out
    assert "going on without pose detection" in said and said.rstrip().endswith("ready")


def test_a_changed_project_file_is_followed_in_the_same_environment(project, capsys):
    environment.ensure(root=project.root)
    (project.venv / "kept").touch()
    (project.root / "pyproject.toml").write_text("[project]\nname = 'probe'\nversion = '2'\n")
    environment.ensure(root=project.root)
    assert len(project.calls) == 2 and (project.venv / "kept").exists()
    assert "up to date" in capsys.readouterr().out


def test_extras_are_added_once_and_stay(project):
    environment.ensure(root=project.root)
    environment.ensure(("train", "dev"), project.root)
    assert project.calls[-1].endswith(f"{project.root}[dev,train]")
    environment.ensure(("dev",), project.root)
    environment.ensure((), project.root)
    assert len(project.calls) == 2


def test_an_interpreter_that_does_not_start_is_replaced(project):
    python = environment.ensure(root=project.root)
    python.unlink()
    python.symlink_to(project.root / "gone")
    (project.venv / "old").touch()
    environment.ensure(root=project.root)
    assert subprocess.run([python, "-c", "pass"]).returncode == 0
    assert not (project.venv / "old").exists()


def test_another_python_in_its_place_is_noticed(project):
    environment.ensure(root=project.root)
    stamp = environment.read_stamp(project.venv)
    environment.write_stamp(project.venv, {**stamp, "python": "3.1"})
    (project.venv / "old").touch()
    environment.ensure(root=project.root)
    assert not (project.venv / "old").exists()


@pytest.mark.parametrize("stamp", ["", "{", "[]", '{"extras": []}'])
def test_a_damaged_stamp_is_no_stamp(project, stamp):
    environment.ensure(root=project.root)
    (project.venv / environment.STAMP).write_text(stamp)
    environment.ensure(root=project.root)
    assert len(project.calls) == 2


@pytest.mark.parametrize("left", [(), ("bin",), ("bin", "lib")])
def test_a_folder_without_a_working_environment_is_made_anew(project, left):
    project.venv.mkdir()
    for name in left:
        (project.venv / name).mkdir()
    python = environment.ensure(root=project.root)
    assert subprocess.run([python, "-c", "import numpy"]).returncode == 0


def test_a_file_in_the_way_is_named_and_left_alone(project):
    project.venv.write_text("mine")
    with pytest.raises(SetupError, match="in the way"):
        environment.ensure(root=project.root)
    assert project.venv.read_text() == "mine"


def test_pips_own_reason_is_told(project, monkeypatch):
    monkeypatch.setenv("PIP_STUB", "fails")
    with pytest.raises(SetupError) as caught:
        environment.ensure(root=project.root)
    assert "No matching distribution found for numpy>=1.26" in str(caught.value)
    assert packages.LOG in str(caught.value)
    monkeypatch.delenv("PIP_STUB")
    environment.ensure(root=project.root)


@posix_only
def test_two_at_once_set_up_once(project, monkeypatch):
    monkeypatch.setenv("PIP_STUB", "steady")
    threads = [threading.Thread(target=environment.ensure, kwargs={"root": project.root}) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(project.calls) == 1


# Packages that were interrupted


def package(site: Path, name: str, record: str | None) -> Path:
    info = site / f"{name}-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Name: {name}")
    (site / f"{name}.py").write_text("x = 1")
    if record is not None:
        (info / "RECORD").write_text(record)
    return info


def test_only_packages_that_are_not_whole_are_forgotten(tmp_path):
    site = tmp_path / "lib" / "python3.11" / "site-packages"
    whole = package(
        site, "whole", "whole.py,sha256=x,5\nwhole-1.0.dist-info/RECORD,,\n__pycache__/whole.pyc,,\n"
    )
    package(site, "unrecorded", None)
    package(site, "short", "short.py,sha256=x,500\n")
    package(site, "lost", "lost.py,sha256=x,5\nlost/part.py,sha256=x,5\n")
    (site / "~orch").mkdir()
    assert sorted(packages.drop_unfinished(tmp_path)) == ["lost", "short", "unrecorded"]
    assert [entry.name for entry in site.glob("*.dist-info")] == [whole.name]
    assert not (site / "~orch").exists()
    assert packages.drop_unfinished(tmp_path) == []


def test_no_package_of_this_very_environment_counts_as_unfinished():
    site = Path(importlib.util.find_spec("numpy").origin).parent.parent
    infos = list(site.glob("*.dist-info"))
    assert infos
    assert [info.name for info in infos if not packages._whole(info)] == []


# Progress on a terminal


def test_the_line_on_a_terminal_tells_what_arrives(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    line = packages._Line(tmp_path, tmp_path / "tmp")
    name = "torch-2.13.0-cp311-cp311-manylinux_2_28_x86_64.whl"
    folder = tmp_path / "tmp" / "pip-unpack-x"
    folder.mkdir(parents=True)
    with open(folder / name, "wb") as file:
        file.truncate(300_000_000)
    line.heard(f"  Downloading {name} (750.0 MB)")
    assert "fetching torch 2.13.0, 750.0 MB, 40 %" in capsys.readouterr().out
    line.heard("Installing collected packages: a, b, c")
    site = tmp_path / "lib" / "python3.11" / "site-packages"
    package(site, "a", "")
    line.tick()
    assert "unpacking packages: 1 of 3" in capsys.readouterr().out


# System libraries


@pytest.fixture
def bare_machine(monkeypatch):
    """A Debian machine that lacks two libraries; the apt-get commands that are run."""
    lacking, commands = {"libEGL.so.1", "libxcb-cursor.so.0"}, []
    monkeypatch.setattr(system.sys, "platform", "linux")
    monkeypatch.setattr(system, "display", lambda: "x11")
    monkeypatch.setattr(system, "_loads", lambda name: name not in lacking)
    monkeypatch.setattr(system.shutil, "which", lambda name: f"/usr/bin/{name}")

    def run(command, **options):
        commands.append(" ".join(command))
        if "install" in command:
            lacking.clear()

    monkeypatch.setattr(system.subprocess, "run", run)
    return commands


@posix_only
def test_root_has_missing_libraries_installed(bare_machine, monkeypatch, capsys):
    monkeypatch.setattr(system.os, "geteuid", lambda: 0)
    system.supply(window=True)
    assert bare_machine[0].startswith("apt-get update")
    assert bare_machine[1].startswith("apt-get install -y --no-install-recommends libegl1 libxcb-cursor0 ")
    assert "libxcb-cursor.so.0" in capsys.readouterr().out
    system.supply(window=True)
    assert len(bare_machine) == 2


@posix_only
@pytest.mark.parametrize(
    ("told", "typed", "installs"),
    [("", "", True), ("", "n", False), ("", "No", False), ("no", None, False), ("yes", None, True)],
)
def test_root_at_a_terminal_is_asked_or_has_said_so(bare_machine, monkeypatch, capsys, told, typed, installs):
    monkeypatch.setattr(system.os, "geteuid", lambda: 0)
    monkeypatch.setattr(system.sys, "stdin", io.StringIO(f"{typed}\n"))
    monkeypatch.setattr(system.sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(
        "builtins.input", lambda question: typed if typed is not None else pytest.fail("asked")
    )
    monkeypatch.setenv("POSELOOM_APT", told)
    if installs:
        system.supply(window=True)
    else:
        with pytest.raises(SetupError, match="Install it once with"):
            system.supply(window=True)
    assert bool(bare_machine) == installs
    assert "apt-get install" in capsys.readouterr().out or told == "no"


@posix_only
def test_everyone_else_is_told_the_one_line(bare_machine, monkeypatch):
    monkeypatch.setattr(system.os, "geteuid", lambda: 1000)
    with pytest.raises(SetupError) as caught:
        system.supply(window=True)
    assert "sudo apt-get install -y --no-install-recommends libegl1 libxcb-cursor0\n" in str(caught.value)
    assert bare_machine == []


@posix_only
def test_without_apt_the_libraries_are_named(bare_machine, monkeypatch):
    monkeypatch.setattr(system.shutil, "which", lambda name: None)
    with pytest.raises(SetupError, match="libEGL.so.1, libxcb-cursor.so.0"):
        system.supply(window=True)


@posix_only
def test_commands_without_a_window_need_no_window_libraries(bare_machine):
    system.supply(window=False)


@posix_only
def test_a_python_without_venv_is_completed_too(bare_machine, monkeypatch):
    monkeypatch.setattr(system.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(system.sys, "prefix", sys.base_prefix)
    monkeypatch.setattr(system.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(SetupError, match="python{}[.]{}-venv libegl1".format(*sys.version_info)):
        system.supply(window=True)


@pytest.mark.parametrize(
    ("environ", "shown"),
    [
        ({"DISPLAY": ":0"}, "x11"),
        ({"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0"}, "wayland"),
        ({"DISPLAY": ":0", "QT_QPA_PLATFORM": "offscreen"}, "offscreen"),
        ({}, ""),
    ],
)
def test_where_a_window_would_be_shown(environ, shown, monkeypatch):
    monkeypatch.setattr(system.sys, "platform", "linux")
    assert system.display(environ) == shown


# main.py


def load_main():
    spec = importlib.util.spec_from_file_location("poseloom_main", ROOT / "main.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_main_fits_on_one_screen():
    assert len((ROOT / "main.py").read_text(encoding="utf-8").splitlines()) <= 60


@pytest.mark.parametrize("version", [(3, 9, 2), (3, 14, 0), (2, 7, 18)])
def test_other_pythons_are_told_which_are_needed(version, monkeypatch, capsys):
    main = load_main()
    monkeypatch.setattr(main.sys, "version_info", version)
    assert main.main([]) == 1
    assert "3.10 to 3.13" in capsys.readouterr().err


def test_nothing_but_the_standard_library_is_needed_before_the_environment():
    code = """
        import sys
        import engine.cli
        from engine.setup import environment, guards, packages, system
        names = {name.split(".")[0] for name in sys.modules} - {"engine"} - sys.stdlib_module_names
        print(sorted(name for name in names if not name.startswith("_")))
    """
    command = [sys.executable, "-S", "-c", textwrap.dedent(code)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("lacking", [set(), {"pyqtgraph"}, {"pytestqt"}])
def test_a_virtual_environment_that_has_everything_is_used_as_it_is(lacking, tmp_path, monkeypatch):
    made = []
    monkeypatch.setattr(environment, "ensure", lambda *_: made.append(1))
    monkeypatch.setattr(environment.importlib.util, "find_spec", lambda name: name not in lacking)
    monkeypatch.setattr(environment.sys, "prefix", str(tmp_path / "own"))
    monkeypatch.setattr(environment, "os", SimpleNamespace(environ={}, name="none"))
    monkeypatch.setattr(environment.subprocess, "call", lambda command: 5)
    code = environment.enter(["main.py"], ("dev",), tmp_path)
    assert (code, made) == ((5, [1]) if lacking else (None, []))


def fresh_clone(folder: Path) -> Project:
    """main.py, what it needs to set up, and an `app` that tells where it runs."""
    clone = Project(folder)
    shutil.copy(ROOT / "main.py", clone.root)
    for name in ("__init__.py", "errors.py", "cli/__init__.py", "setup"):
        target = clone.root / "engine" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / "engine" / name).is_dir():
            shutil.copytree(ROOT / "engine" / name, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / "engine" / name, target)
    (clone.root / "app").mkdir()
    (clone.root / "app" / "launch.py").write_text(
        "import os, sys\n"
        "def main(argv):\n"
        "    print('launched', argv, sys.prefix, os.environ['OMP_WAIT_POLICY'])\n"
        "    return 7\n"
    )
    return clone


@posix_only
def test_interrupted_half_way_and_run_again(tmp_path):
    clone = fresh_clone(tmp_path)
    base = Path(sys.base_prefix) / "bin" / "python{}.{}".format(*sys.version_info)
    command = [str(base if base.exists() else sys.executable), "main.py", "doctor", "--device", "cpu"]
    options = {"cwd": clone.root, "text": True, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    # A test run in the background of a script inherits SIGINT ignored, and would pass that on.
    heard = functools.partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    slow = {**clone.environ, "PIP_STUB": "slow"}
    with subprocess.Popen(command, env=slow, preexec_fn=heard, **options) as first:
        clone.wait_for("half-way")
        first.send_signal(signal.SIGINT)
        out, err = first.communicate()
    assert first.returncode == 130
    assert "Interrupted" in err and "Traceback" not in err
    assert not (clone.venv / environment.STAMP).exists()
    assert (clone.site / "torch-1.0.dist-info").exists()  # without its RECORD

    again = subprocess.run(command, env=clone.environ, **options)
    assert again.returncode == 7, again.stderr
    assert "finishing the environment .venv" in again.stdout
    assert f"launched ['doctor', '--device', 'cpu'] {clone.venv} PASSIVE" in again.stdout
    assert (clone.site / "torch-1.0.dist-info" / "RECORD").exists()

    third = subprocess.run(command, env=clone.environ, **options)
    assert third.returncode == 7 and third.stdout.startswith("launched")
