"""The graphics card is lost while a picture is drawn or a photo is read: the processor goes on."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from fake_engine import FakeBackend, FakeSession
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from engine.errors import DeviceLost, InputError, OutOfMemory
from engine.plan import is_lost_device

LEFT_WRIST = 7
SAID = "The graphics card answers no more, so the processor draws on. Nothing of your work is lost."
LOST = DeviceLost("CUDA error: unspecified launch failure")


@pytest.fixture
def devices(monkeypatch):
    """On which devices engines were opened."""
    opened, open_session = [], FakeBackend.open_session

    def noted(self, weights, device):
        opened.append((weights, device))
        return open_session(self, weights, device)

    monkeypatch.setattr(FakeBackend, "open_session", noted)
    return opened


def test_the_picture_that_failed_is_drawn_by_the_processor(open_window, devices, photo, standing):
    driver = open_window(pose=standing)
    driver.controller.photos.open_photo(photo(), "linen.png")
    driver.until(lambda: len(driver.controller.document.look.photos) == 2)
    driver.until_full()
    before = driver.backend.session
    before.fail_next = DeviceLost("CUDA error: unspecified launch failure")
    driver.drag(LEFT_WRIST, 10, -40)
    driver.until(lambda: driver.backend.session is not before)
    driver.until_full()
    assert devices == [(None, "auto"), (None, "cpu")] and before.closed
    assert driver.sentences.count(SAID) == 1
    log = driver.backend.session.log
    assert log[-1].keypoints_18x3 is not None and (log[-1].keypoints_18x3 == driver.pose).all()
    assert driver.controller.undo_stack.count() == 2, "no step is lost"


def test_a_photo_that_was_read_meanwhile_is_told_by_name(open_window, devices, photo, standing, monkeypatch):
    driver = open_window(pose=standing)
    before = driver.backend.session

    def lost(*_):
        raise DeviceLost("CUDA error: unspecified launch failure")

    monkeypatch.setattr(before, "add_reference", lost)
    driver.controller.photos.open_photo(photo(), "linen.png")
    driver.until(lambda: driver.backend.session is not before)
    driver.until(lambda: SAID in driver.sentences)
    assert any(
        "The graphics card was lost while" in said and "linen.png" in said for said in driver.sentences
    )
    driver.controller.photos.open_photo(photo(), "linen.png")
    driver.until(lambda: len(driver.controller.document.look.photos) == 2)
    assert devices[-1] == (None, "cpu")


def test_the_sample_comes_though_the_card_is_lost_while_it_is_read(open_window, devices, monkeypatch):
    encode, calls = FakeSession.add_reference, []

    def lost_at_first(self, rgb_HWC, pose=None, alone=None):
        calls.append(self)
        if len(calls) == 1:
            raise LOST
        return encode(self, rgb_HWC, pose, alone)

    monkeypatch.setattr(FakeSession, "add_reference", lost_at_first)
    driver = open_window()
    c = driver.controller
    assert devices == [(None, "auto"), (None, "cpu")] and SAID in driver.sentences
    assert [photo.key for photo in c.document.look.photos] == [c.document.look.person]
    driver.drag(LEFT_WRIST, 10, -40)
    QTest.keyClick(driver.window, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    assert c.undo_stack.count() == 0 and c.document.look.person == c.photos.sample.key
    c.open_weights(None)
    driver.until(lambda: len(devices) == 3)
    driver.until_full()
    assert len(c.document.look.photos) == 1, "what is there is not read again"


def test_a_card_lost_beside_the_picture_is_told_logged_and_replaced(
    open_window, devices, monkeypatch, caplog
):
    frames = FakeSession.frames

    def lost(self, request):
        answered = frames(self, request)
        yield next(answered)
        if len(devices) == 1:
            raise LOST
        yield from answered

    monkeypatch.setattr(FakeSession, "frames", lost)
    driver = open_window()
    QTest.keyClick(driver.window, Qt.Key.Key_3)
    driver.until(lambda: driver.window.inspecting.photos)
    driver.until_full()
    assert devices == [(None, "auto"), (None, "cpu")] and driver.sentences.count(SAID) == 1
    assert [record.getMessage() for record in caplog.records] == [f"while making the maps: {LOST}"]


def test_a_card_lost_while_a_photo_is_settled_is_told_logged_and_replaced(
    open_window, devices, monkeypatch, caplog
):
    settle = FakeSession.settle

    def lost(self, reference):
        if len(devices) == 1:
            raise LOST
        return settle(self, reference)

    monkeypatch.setattr(FakeSession, "settle", lost)
    driver = open_window()
    driver.until(lambda: SAID in driver.sentences)
    driver.until_full()
    assert devices == [(None, "auto"), (None, "cpu")] and driver.sentences.count(SAID) == 1
    assert [record.getMessage() for record in caplog.records] == [f"while settling a photo: {LOST}"]


def test_a_card_lost_for_the_picture_and_its_maps_is_replaced_once(open_window, devices, monkeypatch):
    driver = open_window()
    before, waits = driver.backend.session, threading.Event()

    def frames(request):
        yield replace(before.respond(request), maps=None)
        waits.wait(30)
        raise LOST

    monkeypatch.setattr(before, "frames", frames)
    QTest.keyClick(driver.window, Qt.Key.Key_3)
    driver.until(lambda: driver.controller.worker._mapping is not None)
    before.fail_next = LOST
    driver.drag(LEFT_WRIST, 10, -40)
    driver.until(lambda: len(devices) == 2)
    waits.set()
    driver.until(lambda: driver.window.inspecting.photos)
    driver.until_full()
    assert devices == [(None, "auto"), (None, "cpu")] and driver.sentences.count(SAID) == 1


def test_where_the_processor_cannot_go_on_it_is_said_once_and_other_weights_can(open_window, devices):
    driver, refused = open_window(), "These weights are gone."
    before = driver.backend.session
    before.fail_next = LOST
    driver.backend.fault = InputError(refused)
    missing = []
    driver.controller.engine_missing.connect(missing.append)
    driver.drag(LEFT_WRIST, 10, -40)
    driver.until(lambda: missing)
    driver.drag(LEFT_WRIST, 0, 20)
    driver.qtbot.wait(300)
    assert len(missing) == 1 and devices == [(None, "auto"), (None, "cpu")] and before.closed
    assert driver.sentences.count(refused) == 1 and SAID not in driver.sentences
    assert driver.controller.frames.status.state == "missing" and driver.window.centre.banner.isVisible()
    driver.backend.fault = None
    driver.controller.open_weights(None)
    driver.until_full()
    assert (driver.backend.session.log[-1].keypoints_18x3 == driver.pose).all()


@pytest.mark.parametrize(
    ("error", "lost"),
    [
        (RuntimeError("CUDA error: an illegal memory access was encountered\nCUDA kernel errors"), True),
        (RuntimeError("cuDNN error: CUDNN_STATUS_EXECUTION_FAILED"), True),
        (RuntimeError("CUDA error: out of memory"), False),
        (RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"), False),
        (RuntimeError("cuDNN error: CUDNN_STATUS_NOT_SUPPORTED"), False),
        (RuntimeError("shapes do not match"), False),
        (ValueError("CUDA error"), False),
        (OutOfMemory("not enough memory on cuda"), False),
    ],
)
def test_a_lost_card_is_told_by_its_words(error, lost):
    assert is_lost_device(error) is lost
