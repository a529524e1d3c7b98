"""What a click on a photo would show is made ahead, while nothing else is asked for."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt, QTimer
from PySide6.QtGui import QEnterEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from test_dress import SHIRT, card, click, dressing, outfit, shelve  # noqa: F401  # a fixture is taken by name

from app import foresight, worker
from app.docks.cards import THUMB
from app.foresight import Foresight


def enter(driver, key: str) -> None:
    spot = QPointF(5.0, 5.0)
    QApplication.sendEvent(card(driver, key), QEnterEvent(spot, spot, spot))


def leave(driver, key: str) -> None:
    QApplication.sendEvent(card(driver, key), QEvent(QEvent.Type.Leave))


def soon(driver) -> QTimer:
    """What waits until a pointer stays."""
    return driver.window.modes.dressing.findChild(Foresight).findChild(QTimer)


@pytest.fixture
def told(dressing, monkeypatch):  # noqa: F811
    """Keys of the photos that a click is foreseen on, and of the one that is pointed at, whenever they are
    told."""
    told = []
    frames = dressing.controller.frames
    monkeypatch.setattr(frames, "foresee", lambda looks, pointed: told.append((list(looks), pointed)))
    return told


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


def test_a_click_in_another_pose_shows_that_pose(pointing):
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


def test_nothing_is_foreseen_before_something_is_chosen_nor_after(dressing, told):  # noqa: F811
    driver = dressing
    key = driver.controller.document.look.photos[-1].key
    enter(driver, key)
    soon(driver).timeout.emit()
    assert not told
    click(driver, SHIRT)
    driver.until(lambda: told)
    assert told[-1] == ([key], key)
    QTest.keyClick(driver.window, Qt.Key.Key_1)
    driver.until(lambda: told[-1] == ([], key))


def test_of_many_photos_the_one_that_is_pointed_at_and_three_others_are_foreseen(dressing, told, photo):  # noqa: F811
    driver = dressing
    for number in range(4):
        shelve(driver, photo(f"{number}.png", top=(40 * number, 90, 60)))
    own, *keys = (each.key for each in driver.controller.document.look.photos)
    click(driver, SHIRT)
    driver.until(lambda: told and len(told[-1][0]) == 4)
    enter(driver, keys[-1])
    driver.until(lambda: told[-1][1])
    assert told[-1] == ([keys[-1], *keys[:3]], keys[-1])


def test_a_pointer_that_crosses_a_card_on_its_way_is_over_the_next_one_alone(dressing, told, photo):  # noqa: F811
    driver = dressing
    shelve(driver, photo("wool.png", top=(60, 140, 60)))
    first, second = (each.key for each in driver.controller.document.look.photos[1:])
    click(driver, SHIRT)
    driver.until(lambda: told and len(told[-1][0]) == 2)
    told.clear()
    soon(driver).setInterval(1 << 30)
    enter(driver, first)
    leave(driver, first)
    enter(driver, second)
    QApplication.processEvents()
    assert not told
    soon(driver).timeout.emit()
    assert told == [([second, first], second)]


def test_nothing_is_foreseen_while_another_pose_is_glanced_at(dressing, told):  # noqa: F811
    driver = dressing
    click(driver, SHIRT)
    driver.until(lambda: told and told[-1][0])
    driver.controller.glance(driver.pose + np.float32((4.0, 0.0, 0.0)))
    driver.until(lambda: not told[-1][0])
    driver.controller.glance(None)
    driver.until(lambda: told[-1][0])


def test_nothing_is_foreseen_while_a_skeleton_is_laid_on_a_photo(dressing, told, photo):  # noqa: F811
    driver = dressing
    click(driver, SHIRT)
    driver.until(lambda: told and told[-1][0])
    driver.backend.pose = None
    driver.controller.photos.open_photo(photo("nobody.png", top=(10, 200, 60)), "nobody.png")
    driver.until(lambda: driver.controller.draft is not None)
    driver.until(lambda: not told[-1][0])


def test_what_was_foreseen_while_no_engine_was_awake_is_made_once_one_is(dressing):  # noqa: F811
    driver = dressing
    c = driver.controller
    key = c.document.look.photos[-1].key
    click(driver, SHIRT)
    driver.until(lambda: driver.window.modes.dressing.choice == ("top",))
    c.frames.sleep()
    enter(driver, key)
    driver.until(lambda: not soon(driver).isActive())
    assert not drawn_with(driver, key)
    c.frames.wake(c.facts)
    c.engine_awake.emit(c.facts)
    driver.until(lambda: drawn_with(driver, key))


def test_once_the_picture_is_there_what_goes_on_rests_between_its_parts(dressing, photo, monkeypatch):  # noqa: F811
    driver = dressing
    shelve(driver, photo("wool.png", top=(60, 140, 60)))
    key = driver.controller.document.look.photos[-1].key
    ahead, mailbox, rests = driver.controller.worker.ahead, driver.controller.worker._mailbox, []
    take = mailbox.take

    def taken(rest):
        rests.append((rest, len(drawn_with(driver, key)), ahead.more))
        return take(rest)

    monkeypatch.setattr(worker, "AT_HAND_S", 0.0123)
    monkeypatch.setattr(mailbox, "take", taken)
    click(driver, SHIRT)
    enter(driver, key)
    driver.until(lambda: (0.0123, 1, True) in rests)
    assert not any(rest == 0.0123 and not drawn for rest, drawn, _ in rests)


def test_who_crosses_a_card_does_not_stay_and_who_stays_is_not_waited_for_long():
    """A hand that goes somewhere else crosses a picture with two px a ms and more; who clicks does so a
    quarter of a second after the pointer came, and a garment is drawn in 150 ms."""
    assert THUMB.width() / 2.0 < foresight._STAYS_MS <= 250 - 150
