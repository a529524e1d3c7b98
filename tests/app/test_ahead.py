"""What a click on a photo would show is made ahead, while nothing else is asked for."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QEnterEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from test_dress import SHIRT, card, click, dressing, outfit, shelve  # noqa: F401  # a fixture is taken by name


def enter(driver, key: str) -> None:
    spot = QPointF(5.0, 5.0)
    QApplication.sendEvent(card(driver, key), QEnterEvent(spot, spot, spot))


def leave(driver, key: str) -> None:
    QApplication.sendEvent(card(driver, key), QEvent(QEvent.Type.Leave))


def drawn_with(driver, key: str) -> list:
    return [
        asked for asked in driver.backend.session.log if any(swap.reference == key for swap in asked.swaps)
    ]


@pytest.fixture
def pointing(dressing, photo):  # noqa: F811
    """With two photos on the shelf, what is on the trunk chosen, and the pointer over the last photo."""
    driver = dressing
    shelve(driver, photo("wool.png", top=(60, 140, 60)))
    key = driver.controller.document.look.photos[-1].key
    click(driver, SHIRT)
    driver.until(lambda: driver.window.modes.dressing.choice == ("top",))
    enter(driver, key)
    driver.until(lambda: drawn_with(driver, key))
    return driver, key


def test_the_picture_of_a_click_is_drawn_while_the_pointer_is_over_the_photo_and_shown_by_the_click(pointing):
    driver, key = pointing
    (ahead,) = drawn_with(driver, key)
    assert ahead.level is not None and not outfit(driver)
    shown = []
    driver.controller.frames.shown.connect(shown.append)
    QTest.mouseClick(card(driver, key), Qt.MouseButton.LeftButton)
    driver.until_full()
    previews = [asked for asked in drawn_with(driver, key) if asked.level is not None]
    assert previews == [ahead]  # the one that is shown first was there already
    preview = next(frame for frame in shown if frame.level == ahead.level)
    exact = shown[-1]
    assert preview.stamp == exact.stamp == driver.controller.frames.asked
    assert np.array_equal(preview.image, exact.image)  # as the fake engine draws previews


def test_of_the_other_photos_only_what_their_garments_need_is_made(pointing):
    driver, key = pointing
    others = [photo.key for photo in driver.controller.document.look.photos if photo.key != key][1:]
    driver.until(lambda: set(others) <= {swap.reference for swap in driver.backend.session.prepared})
    assert not any(drawn_with(driver, other) for other in others)


def test_with_another_pose_a_click_is_drawn_anew(pointing):
    driver, key = pointing
    leave(driver, key)
    pose = driver.controller.document.look.pose.copy()
    pose[:, 0] += 3.0
    driver.controller.document.settle(pose=pose)
    driver.until_full()
    before = len(drawn_with(driver, key))
    QTest.mouseClick(card(driver, key), Qt.MouseButton.LeftButton)
    driver.until_full()
    after = drawn_with(driver, key)[before:]
    assert after and all(np.array_equal(asked.keypoints_18x3, pose.astype(np.float32)) for asked in after)


def test_nothing_is_made_ahead_before_something_is_chosen(dressing):  # noqa: F811
    driver = dressing
    key = driver.controller.document.look.photos[-1].key
    enter(driver, key)
    leave(driver, key)
    click(driver, SHIRT)
    driver.until(lambda: driver.backend.session.prepared)
    assert not drawn_with(driver, key)


def test_what_fails_ahead_is_no_fault_until_it_is_asked_for(dressing, monkeypatch):  # noqa: F811
    driver = dressing
    key = driver.controller.document.look.photos[-1].key
    told = []
    driver.controller.frames.notice.connect(lambda *notice: told.append(notice))
    tried = []

    def fails(request):
        tried.append(request)
        raise MemoryError
        yield

    monkeypatch.setattr(driver.backend.session, "prepare", fails)
    click(driver, SHIRT)
    enter(driver, key)
    driver.until(lambda: tried)
    driver.until_full()
    assert not told
    QTest.mouseClick(card(driver, key), Qt.MouseButton.LeftButton)
    driver.until(lambda: outfit(driver))
    driver.until_full()
    assert drawn_with(driver, key)
