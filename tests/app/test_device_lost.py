"""The graphics card is lost while a picture is drawn or a photo is read: the processor goes on."""

from __future__ import annotations

import pytest

from engine.errors import DeviceLost, OutOfMemory
from engine.plan import is_lost_device

LEFT_WRIST = 7
SAID = "The graphics card answers no more, so the processor draws on. Nothing of your work is lost."


@pytest.fixture
def devices(monkeypatch):
    """On which devices engines were opened."""
    from fake_engine import FakeBackend

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
