"""Real windows killed at random moments: what was kept is there, whole and no older; so is what was saved.

A few by default; `--kills 30` for many.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from engine.look import read_look
from engine.look.journal import left_behind

NOSE = 0
SCRIPT = Path(__file__).with_name("killed_window.py")


def pytest_generate_tests(metafunc):
    if "moment" in metafunc.fixturenames:
        metafunc.parametrize("moment", range(metafunc.config.getoption("--kills")))


def worked_until_killed(home: Path, saved: Path, hands: random.Random) -> dict[str, int]:
    """The last edit that was said to be kept, and the last that was said to be saved."""
    environment = {**os.environ, "POSELOOM_HOME": str(home), "QT_QPA_PLATFORM": "offscreen"}
    said: dict[str, int] = {"kept": 0, "saved": 0}
    with subprocess.Popen(
        [sys.executable, str(SCRIPT), str(saved)], stdout=subprocess.PIPE, text=True, env=environment
    ) as window:
        wanted = hands.randint(1, 60)  # lines, and then some moment between two of them
        for line in window.stdout:
            if not line.endswith("\n"):  # the kill came in the middle of a word
                break
            what, number = line.split()
            said[what] = int(number)
            wanted -= 1
            if wanted == 0:
                threading.Timer(hands.uniform(0, 0.05), window.kill).start()
        window.wait(60)
        assert window.returncode < 0 or sys.platform == "win32"
    return said


def test_a_kill_costs_nothing_that_was_kept(tmp_path, moment):
    saved = tmp_path / "a.look"
    said = worked_until_killed(tmp_path / "home", saved, random.Random(moment))
    found = left_behind(tmp_path / "home" / "journal")
    numbers = [int(left.read().pose_18x3[NOSE, 0]) for left in found]
    if saved.exists():
        numbers.append(int(read_look(saved).pose_18x3[NOSE, 0]))
        assert numbers[-1] >= said["saved"]
    assert max(numbers) >= max(said.values()), (numbers, said)
    assert len(found) <= 1
    for left in found:
        assert left.saved_as in (None, saved) and left.look.thumbnail
        [photo] = left.read().photos
        assert photo.data[:2] == b"\xff\xd8", "the photo of the sample, whole"
        left.release()


def test_left_work_is_offered_restored_and_kept_on(open_window, tmp_path, monkeypatch):
    """The next start: the dialog names and shows it, Restore brings it back, unsaved, and the old journal
    gives way to the window's own."""
    from PySide6.QtWidgets import QLabel, QPushButton

    from app.dialogs.restore import RestoreDialog

    said = worked_until_killed(tmp_path / "home", tmp_path / "a.look", random.Random(1))
    journals = tmp_path / "home" / "journal"
    [path] = journals.glob("*.look")
    kept = read_look(path)
    driver = open_window()
    assert driver.window.journals == journals
    driver.window.offer_left_behind()
    driver.until(lambda: driver.window.findChildren(RestoreDialog))
    [dialog] = driver.window.findChildren(RestoreDialog)
    words = [label.text() for label in dialog.findChildren(QLabel) if label.text()]
    assert any(word.startswith("Today, ") for word in words), words
    assert any(label.pixmap() and not label.pixmap().isNull() for label in dialog.findChildren(QLabel))
    [restore] = [button for button in dialog.findChildren(QPushButton) if button.text() == "Restore"]
    assert path.exists(), "nothing is decided yet"
    restore.click()
    driver.until(lambda: (driver.pose == kept.pose_18x3).all())
    assert driver.window.isWindowModified() and driver.pose[NOSE, 0] >= said["kept"] > 0
    assert path.exists(), "until the window's own journal is written"
    driver.window.autosave.keep()
    driver.until(lambda: not path.exists())
    [own] = journals.glob("*.look")
    assert (read_look(own).pose_18x3 == kept.pose_18x3).all()


@pytest.fixture
def with_left_work(open_window, tmp_path):
    """A window, and a journal that somebody left behind."""
    driver = open_window()
    driver.drag(7, 10, -40)
    driver.window.autosave.keep()
    journals = driver.window.journals
    driver.until(lambda: list(journals.glob("*.look")))
    [path] = journals.glob("*.look")
    left = path.with_name("left.look")
    left.write_bytes(path.read_bytes())
    driver.window.actions_by_id["undo"].trigger()  # nothing is left to be kept
    driver.until(lambda: not path.exists())
    return driver, left


def test_throwing_away_and_deciding_later(with_left_work):
    from PySide6.QtWidgets import QPushButton

    from app.dialogs.restore import RestoreDialog

    driver, left = with_left_work
    for text, stays in (("Decide later", True), ("Throw away", False)):
        driver.window.offer_left_behind()
        driver.until(lambda: driver.window.findChildren(RestoreDialog))
        [dialog] = driver.window.findChildren(RestoreDialog)
        [button] = [each for each in dialog.findChildren(QPushButton) if each.text() == text]
        button.click()
        driver.until(lambda: not driver.window.findChildren(RestoreDialog))
        driver.until(lambda stays=stays: left.exists() == stays)
    driver.window.offer_left_behind()
    driver.window.files.finish()
    assert not driver.window.findChildren(RestoreDialog)


def test_a_signal_ends_the_window_unasked_and_its_work_is_kept(open_window, monkeypatch):
    from app.dialogs import unsaved

    driver = open_window()
    monkeypatch.setattr(unsaved, "ask", lambda *a: pytest.fail("nobody is there to answer"))
    driver.drag(7, 10, -40)
    wanted = driver.pose.copy()
    driver.window.leave()
    [path] = driver.window.journals.glob("*.look")
    assert (read_look(path).pose_18x3 == wanted).all()


def test_the_journal_follows_the_work(open_window, tmp_path, monkeypatch):
    from PySide6.QtCore import QEvent
    from PySide6.QtWidgets import QApplication, QFileDialog

    from app import autosave

    driver = open_window()
    keeper, journals = driver.window.autosave, driver.window.journals
    assert not keeper.timer.isActive() and not journals.exists(), "nothing was done yet"
    driver.drag(7, 10, -40)
    assert keeper.timer.isActive() and keeper.timer.interval() + autosave.WRITING_MS == 20_000
    driver.drag(7, 5, -5)
    assert keeper.timer.remainingTime() <= keeper.timer.interval(), "later changes put nothing off"
    QApplication.sendEvent(driver.window, QEvent(QEvent.Type.WindowDeactivate))
    driver.until(lambda: list(journals.glob("*.look")))
    [path] = journals.glob("*.look")
    assert (read_look(path).pose_18x3 == driver.pose).all() and not keeper.timer.isActive()
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *a, **k: (str(tmp_path / "a.look"), ""))
    driver.window.actions_by_id["save"].trigger()
    driver.until(lambda: not path.exists())
    driver.drag(7, 5, 5)
    keeper.timer.setInterval(0)
    keeper.timer.start()
    driver.until(lambda: list(journals.glob("*.look")))
    driver.window.close()
    assert not list(journals.iterdir()), "it was thrown away"


def test_a_journal_that_cannot_be_written_is_told_and_tried_again(open_window, tmp_path):
    driver = open_window()
    driver.window.journals.parent.mkdir(parents=True, exist_ok=True)
    driver.window.journals.write_text("a file where the folder should be")
    driver.drag(7, 10, -40)
    driver.window.autosave.keep()
    driver.until(lambda: any("a folder is needed" in sentence for sentence in driver.sentences))
    driver.window.journals.unlink()
    driver.window.autosave.keep()
    driver.until(lambda: list(driver.window.journals.glob("*.look")))


def test_many_looks_left_behind_fit_a_small_window(with_left_work):
    """Rows scroll; the button below them stays in the window."""
    from PySide6.QtWidgets import QPushButton

    from app.dialogs.restore import RestoreDialog

    driver, left = with_left_work
    for number in range(7):
        left.with_name(f"left{number}.look").write_bytes(left.read_bytes())
    driver.window.resize(1024, 700)
    driver.window.offer_left_behind()
    driver.until(lambda: driver.window.findChildren(RestoreDialog))
    [dialog] = driver.window.findChildren(RestoreDialog)
    buttons = dialog.findChildren(QPushButton)
    assert sum(button.text() == "Restore" for button in buttons) == 8
    assert dialog.height() <= driver.window.height()
    [later] = [button for button in buttons if button.text() == "Decide later"]
    assert dialog.rect().contains(later.geometry().center())
    later.click()
