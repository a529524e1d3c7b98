"""The command table: exit codes, one plain sentence for bad input, a log for a fault of ours."""

import os
import subprocess
import sys
import types

import pytest

from engine import cli
from engine.cli import doctor
from engine.errors import InputError, OutOfMemory
from engine.paths import RESOURCES

ROOT = RESOURCES.parent


@pytest.fixture
def command(monkeypatch):
    """Install a command `probe` that runs the given function."""

    def install(run):
        module = types.ModuleType("poseloom_probe")
        module.run = run
        monkeypatch.setitem(sys.modules, "poseloom_probe", module)
        monkeypatch.setitem(cli.COMMANDS, "probe", ("poseloom_probe", "a test's own"))

    return install


def test_a_command_gets_its_options_and_gives_its_code(command):
    seen = []
    command(lambda argv: seen.append(argv) or 0)
    assert cli.main(["probe", "--output", "x.png"]) == 0
    assert seen == [["--output", "x.png"]]


def test_bad_input_is_one_sentence_and_2(command, capsys):
    def run(argv):
        raise InputError("photo.png is not a picture:\n its first bytes are those of a PDF.")

    command(run)
    assert cli.main(["probe"]) == 2
    said = capsys.readouterr()
    assert said.err == "poseloom probe: photo.png is not a picture: its first bytes are those of a PDF.\n"
    assert said.out == ""


def test_our_fault_is_1_and_leaves_a_log(command, capsys, user_home):
    command(lambda argv: [][3])
    assert cli.main(["probe", "--reference", "näme.png"]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and "Traceback" not in said
    log = user_home / "logs" / "probe.log"
    assert str(log) in said
    assert "IndexError" in log.read_text(encoding="utf-8") and "näme.png" in log.read_text(encoding="utf-8")


def test_the_log_goes_elsewhere_where_the_home_cannot_be_written(command, capsys, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("POSELOOM_HOME", str(tmp_path / "file" / "below"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    command(lambda argv: [][3])
    assert cli.main(["probe"]) == 1
    assert (tmp_path / "poseloom-probe.log").exists()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "file"))
    assert cli.main(["probe"]) == 1
    assert capsys.readouterr().err.endswith("no log of it could be written\n")


def test_interrupted(command, capsys):
    def run(argv):
        raise KeyboardInterrupt

    command(run)
    assert cli.main(["probe"]) == 130
    assert "interrupted" in capsys.readouterr().err


@pytest.mark.parametrize("argv", [[], ["rendr"], ["doctor", "--no-such-option"]])
def test_wrong_use_is_2(argv, capsys):
    assert cli.main(argv) == 2


def test_help_lists_every_command(capsys):
    assert cli.main(["--help"]) == 0
    listed = capsys.readouterr().out
    assert all(f"  {name} " in listed for name in cli.COMMANDS)


@pytest.mark.parametrize("name", sorted(cli.COMMANDS))
def test_every_command_of_the_table_explains_itself(name, capsys):
    assert cli.main([name, "--help"]) == 0
    assert "usage:" in capsys.readouterr().out


def test_the_table_is_read_without_the_heavy_packages():
    code = "import sys, engine.cli; print(sorted({'torch', 'numpy', 'cv2', 'PySide6'} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "[]"


def test_doctor_reports_every_part(capsys):
    code = cli.main(["doctor", "--device", "cpu"])
    said = capsys.readouterr().out
    for subject in ("Python", "torch", "PySide6-Essentials", "guards", "display", "chosen", "pose detection"):
        assert f"  {subject} " in said
    assert any(line[2:].startswith("weights ") for line in said.splitlines())
    faults = [line for line in said.splitlines() if line.startswith("!")]
    assert code == (1 if faults else 0)
    assert ("All is well." in said) == (code == 0)


def test_doctor_says_what_needs_mending(capsys, monkeypatch):
    broken = doctor.Finding("guard", "this cannot work", fault=True)
    fine = doctor.Finding("guards", "fine")
    for part in ("versions", "window", "devices", "detection", "frame"):
        monkeypatch.setattr(doctor, part, lambda *options: [fine])
    monkeypatch.setattr(doctor, "guarded", lambda: [broken])
    assert doctor.run([]) == 1
    assert "! guard               this cannot work" in capsys.readouterr().out
    monkeypatch.setattr(doctor, "guarded", lambda: [fine])
    assert doctor.run([]) == 0


def test_doctor_names_weights_that_are_missing(capsys, tmp_path):
    assert cli.main(["doctor", "--weights", str(tmp_path / "none.safetensors")]) == 2
    assert "none.safetensors" in capsys.readouterr().err


def test_doctor_names_a_device_that_is_not_there(capsys):
    assert cli.main(["doctor", "--device", "abacus"]) == 2
    assert "abacus" in capsys.readouterr().err


def test_a_reader_that_closes_the_pipe_ends_a_command_quietly():
    code = "import sys; from engine.cli import main; sys.exit(main(['--help']))"
    for closed in ("stdout", "both"):
        read, write = os.pipe()
        os.close(read)
        error = subprocess.PIPE if closed == "stdout" else write
        done = subprocess.run([sys.executable, "-c", code], stdout=write, stderr=error, cwd=ROOT, text=True)
        os.close(write)
        assert done.returncode == 0 and not done.stderr


def test_too_little_memory_is_one_sentence(command, capsys):
    def run(argv):
        raise OutOfMemory("not enough memory on cpu")

    command(run)
    assert cli.main(["probe"]) == 1
    assert capsys.readouterr().err.count("\n") == 1
