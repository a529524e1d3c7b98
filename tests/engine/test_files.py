"""Writing: whole or not at all, to files alone, and nothing left behind."""

from __future__ import annotations

import multiprocessing
import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from engine import files
from engine.errors import InputError
from engine.files import refuse_own_input, sweep, write_private, write_whole, writing_whole

ROOT = Path(__file__).parents[2]
posix = pytest.mark.skipif(os.name != "posix", reason="links, modes and pipes of POSIX")


@posix
def test_what_is_no_file_is_never_written_to(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "device").symlink_to("/dev/full")
    for name in ("pipe", "link", "device"):
        with pytest.raises(InputError, match=f"{name} is not an ordinary file"):
            write_whole(tmp_path / name, b"x")
    with pytest.raises(InputError, match="loop"):
        write_whole(tmp_path / "loop", b"x")
    with pytest.raises(InputError, match="not an ordinary file"):
        write_whole("/dev/null", b"x")
    assert stat.S_ISFIFO((tmp_path / "pipe").lstat().st_mode) and stat.S_ISCHR(os.stat("/dev/null").st_mode)
    with pytest.raises(InputError, match="no name for a file"):
        write_whole(tmp_path / "a\0b", b"x")


@posix
def test_links_are_followed_and_modes_kept(tmp_path):
    (tmp_path / "far").mkdir()
    (tmp_path / "far" / "real.png").write_bytes(b"old")
    (tmp_path / "far" / "real.png").chmod(0o640)
    (tmp_path / "link.png").symlink_to(Path("far") / "real.png")
    write_whole(tmp_path / "link.png", b"new")
    assert (tmp_path / "link.png").is_symlink() and (tmp_path / "far" / "real.png").read_bytes() == b"new"
    assert stat.S_IMODE((tmp_path / "far" / "real.png").stat().st_mode) == 0o640
    (tmp_path / "hanging").symlink_to(tmp_path / "far" / "made.png")
    write_whole(tmp_path / "hanging", b"made")
    assert (tmp_path / "far" / "made.png").read_bytes() == b"made"


@posix
def test_private_files_follow_no_link(tmp_path):
    (tmp_path / "other").write_text("of somebody else")
    (tmp_path / "log").symlink_to(tmp_path / "other")
    before = os.umask(0)
    try:
        write_private(tmp_path / "log", b"ours")
    finally:
        os.umask(before)
    assert (tmp_path / "other").read_text() == "of somebody else"
    assert (tmp_path / "log").read_bytes() == b"ours" and not (tmp_path / "log").is_symlink()
    assert stat.S_IMODE((tmp_path / "log").stat().st_mode) == 0o600


@posix
def test_the_folder_is_flushed_after_the_name_is_there(tmp_path, monkeypatch):
    flushed = []
    fsync = os.fsync

    def watched(descriptor):
        flushed.append((stat.S_ISDIR(os.fstat(descriptor).st_mode), (tmp_path / "a.txt").exists()))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", watched)
    write_whole(tmp_path / "a.txt", b"x")
    assert flushed == [(False, False), (True, True)]


def test_an_error_while_writing_leaves_the_old_file_and_nothing_else(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"old")
    with pytest.raises(KeyError), writing_whole(tmp_path / "a.txt") as file:
        file.write(b"half")
        raise KeyError("ours")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a.txt": b"old"}


def _write_for_ever(path: str) -> None:
    with writing_whole(path) as file:
        file.write(b"half")
        file.flush()
        time.sleep(1000)


@posix
def test_what_killed_writers_left_is_swept_and_that_of_the_living_is_not(tmp_path):
    process = multiprocessing.get_context("spawn").Process(
        target=_write_for_ever, args=(str(tmp_path / "a.txt"),)
    )
    process.start()
    while not (parts := list(tmp_path.glob(".poseloom-*.part"))):
        assert process.is_alive()
        time.sleep(0.02)
    sweep(tmp_path)
    assert list(tmp_path.iterdir()) == parts
    process.kill()
    process.join()
    foreign = tmp_path / ".poseloom-ffffffff-1-00000000.part"
    other = tmp_path / ".poseloom-notes.part"
    for path in (foreign, other):
        path.touch()
    write_whole(tmp_path / "b.txt", b"x")
    assert {path.name for path in tmp_path.iterdir()} == {"b.txt", foreign.name, other.name}
    os.utime(foreign, (0, time.time() - files._A_DAY - 1))
    sweep(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"b.txt", other.name}


@posix
def test_an_output_that_is_its_own_input_is_refused_by_whatever_name(tmp_path):
    (tmp_path / "a.png").touch()
    (tmp_path / "link.png").symlink_to("a.png")
    os.link(tmp_path / "a.png", tmp_path / "hard.png")
    for name in ("a.png", "link.png", "hard.png"):
        with pytest.raises(InputError, match=f"{name} is read for this"):
            refuse_own_input(tmp_path / name, None, tmp_path / "a.png")
    refuse_own_input(tmp_path / "b.png", tmp_path / "a.png", tmp_path / "none")


def test_commands_do_not_write_over_what_they_read(tmp_path, capsys):
    from engine.cli import main

    (tmp_path / "a.png").write_bytes(b"a photo")
    name = str(tmp_path / "a.png")
    for argv in (
        ["render", "--reference", name, "--pose", "p.json", "--output", name],
        ["render", "--reference", "r.png", "--pose", "p.json", "--garment", f"all={name}", "--output", name],
        ["attention", "--reference", "r.png", "--pose", name, "--output", name],
        ["import-weights", name, "--output", name],
    ):
        assert main(argv) == 2
        assert "is read for this" in capsys.readouterr().err
    assert (tmp_path / "a.png").read_bytes() == b"a photo"


@posix
def test_a_file_that_is_kept_from_writing_is_not_replaced(tmp_path):
    """Its folder would let it be: as somebody who is not root, whom nothing is kept from."""
    kept = tmp_path / "kept.png"
    kept.write_bytes(b"old")
    kept.chmod(0o444)
    for folder in (tmp_path, *tmp_path.parents[:3]):
        folder.chmod(0o777)
    script = (
        "import os, sys\n"
        "from engine.errors import InputError\n"
        "from engine.files import write_whole\n"
        "os.getuid() or os.setuid(65534)\n"
        "try:\n    write_whole(sys.argv[1], b'new')\nexcept InputError as error:\n    print(error)\n"
        "write_whole(sys.argv[1] + '.other', b'new')\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(kept)], capture_output=True, text=True, cwd=ROOT)
    assert done.stdout == f"{kept} cannot be saved: it is read-only.\n", done.stderr
    assert kept.read_bytes() == b"old" and (tmp_path / "kept.png.other").read_bytes() == b"new"


@posix
def test_a_drive_that_knows_no_modes_is_written_to(tmp_path, monkeypatch):
    def refuse(*_):
        raise PermissionError

    (tmp_path / "a.txt").write_bytes(b"old")
    monkeypatch.setattr(os, "chmod", refuse)
    write_whole(tmp_path / "a.txt", b"new")
    assert (tmp_path / "a.txt").read_bytes() == b"new"
