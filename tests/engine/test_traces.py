"""What is sent to strangers names files, and no folders."""

from __future__ import annotations

import json
import traceback

import pytest

from engine.cli import main
from engine.traces import without_folders


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("No such file: '/home/jane/My Photos/a b.png'", "No such file: 'a b.png'"),
        ("cannot read /home/jane/My Photos/a.png: denied", "cannot read a.png: denied"),
        (r"'C:\Users\jane doe\x.png' is a folder", "'x.png' is a folder"),
        ("(/srv/a/b.png)", "(b.png)"),
        ('File "/home/jane/x.py", line 3', 'File "x.py", line 3'),
        ("and/or a / b, 3/4 of engine/files.py", "and/or a / b, 3/4 of engine/files.py"),
    ],
)
def test_of_paths_the_last_name_is_left(said, told):
    assert without_folders(said) == told


def test_a_trace_still_says_where_it_went():
    try:
        json.loads("[")
    except ValueError:
        told = without_folders(traceback.format_exc())
    assert 'File "tests/engine/test_traces.py"' in told and 'File "json/decoder.py"' in told


def test_the_log_of_a_command_that_fails_names_no_folder(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("POSELOOM_HOME", str(tmp_path / "home"))
    folder = tmp_path / "photos of jane"

    def fail(argv):
        (folder / "a.png").open()

    monkeypatch.setattr("engine.cli._run", fail)
    assert main(["render", "--reference", str(folder / "a.png"), f"--output={folder}/b.png"]) == 1
    log = (tmp_path / "home" / "logs" / "render.log").read_text()
    assert "a.png" in log and "b.png" in log and "photos of jane" not in log
