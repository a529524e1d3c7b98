"""Journals: whose they are, that they stay until somebody decides, and that a kill leaves a whole one."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import some_looks

from engine.look import peek_look, read_look, write_look
from engine.look.journal import Journal, left_behind

ROOT = Path(__file__).parents[3]

WRITE_AND_DIE = """
import os, sys
sys.path[:0] = [{root!r}, {tests!r}]
from pathlib import Path
import some_looks
from engine.look.journal import Journal
Journal(Path(sys.argv[1])).write(some_looks.full_look(), Path("/somewhere/Ada.look"))
os.kill(os.getpid(), 9)
"""


def killed_after_writing(folder: Path) -> None:
    """A process that keeps a look and is killed."""
    script = WRITE_AND_DIE.format(root=str(ROOT), tests=str(ROOT / "tests"))
    ended = subprocess.run([sys.executable, "-c", script, str(folder)], timeout=60)
    assert ended.returncode not in (0, 1)


def test_what_a_killed_process_kept_is_found_whole(tmp_path, look):
    killed_after_writing(tmp_path)
    [left] = left_behind(tmp_path)
    assert left.saved_as == Path("/somewhere/Ada.look")
    assert left.look.thumbnail == look.thumbnail and left.look.photos[0].data is None
    read = left.read()
    assert [photo.data for photo in read.photos] == [photo.data for photo in look.photos]
    assert read.others == look.others, "what the journal says of itself is not part of the look"
    left.release()
    assert len(left_behind(tmp_path)) == 1, "it stays until somebody decides"


def test_a_journal_that_is_held_is_nobody_else_s(tmp_path, look):
    journal = Journal(tmp_path)
    journal.write(look, None)
    assert left_behind(tmp_path) == []
    journal.remove()
    assert os.listdir(tmp_path) == []
    journal.write(look, None)  # it may begin again
    assert len(list(tmp_path.glob("*.look"))) == 1


def test_found_journals_are_held_until_they_are_decided_about(tmp_path):
    killed_after_writing(tmp_path)
    [left] = left_behind(tmp_path)
    assert left_behind(tmp_path) == [], "another window that starts now does not ask again"
    left.remove()
    assert os.listdir(tmp_path) == []


def test_nothing_is_on_the_disk_before_there_is_something_to_keep(tmp_path):
    Journal(tmp_path / "journal").remove()
    assert os.listdir(tmp_path) == [] and left_behind(tmp_path / "journal") == []


def test_a_newer_look_takes_the_place_of_the_older_one(tmp_path, look):
    journal = Journal(tmp_path)
    for shift in range(3):
        journal.write(replace(look, pose_18x3=look.pose_18x3 + np.float32((shift, shift, 0))), None)
    [path] = tmp_path.glob("*.look")
    assert np.array_equal(read_look(path).pose_18x3[:, :2], look.pose_18x3[:, :2] + 2)


@pytest.mark.parametrize("said", [None, 5, {}, {"path": 7}, {"path": ""}, "x"])
def test_what_a_journal_says_of_itself_is_not_believed(tmp_path, look, said):
    write_look(tmp_path / "a.look", replace(look, others={"journal": said}))
    [left] = left_behind(tmp_path)
    assert left.saved_as is None and left.read().others == {}


def test_damaged_journals_stay_and_the_newest_comes_first(tmp_path):
    for name, when in (("old", 1_000_000), ("new", 2_000_000)):
        write_look(tmp_path / f"{name}.look", some_looks.full_look())
        os.utime(tmp_path / f"{name}.look", (when, when))
    (tmp_path / "cut.look").write_bytes((tmp_path / "new.look").read_bytes()[:900])
    assert [left.path.stem for left in left_behind(tmp_path)] == ["new", "old"]
    assert (tmp_path / "cut.look").exists()


def test_peeking_reads_no_photo(tmp_path, look, monkeypatch):
    from engine.look.archive import Archive

    write_look(tmp_path / "a.look", look)
    monkeypatch.setattr(Archive, "stored", lambda self, name: pytest.fail(f"{name} was read"))
    assert peek_look(tmp_path / "a.look").person == look.person


@pytest.mark.skipif(os.name != "posix", reason="modes, links and pipes of POSIX")
def test_what_is_kept_is_for_the_user_alone_and_locks_are_files(tmp_path, look):
    journal = Journal(tmp_path)
    before = os.umask(0)
    try:
        journal.write(look, None)
    finally:
        os.umask(before)
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in tmp_path.iterdir())
    write_look(tmp_path / "1.look", look)
    write_look(tmp_path / "2.look", look)
    (tmp_path / "other").write_text("of somebody else")
    (tmp_path / "1.lock").symlink_to(tmp_path / "other")
    os.mkfifo(tmp_path / "2.lock")  # nobody reads it: to open it for writing would wait for ever
    assert [each.path.name for each in left_behind(tmp_path)] == ["2.look"]
    journal.remove()
