"""In the window with the engines of the box: a photo is detected once, and by each engine parsed and encoded
once, whoever asks first."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from torch import Tensor

from app.backend import EngineBackend
from app.session_host import SessionHost
from engine import detect, parsing
from engine.api import Capability
from engine.models.registry import DEFAULT, ENGINES
from engine.paths import RESOURCES
from engine.photos import read_photo, write_png
from engine.pose.formats import read_pose
from engine.session import Session

SLOW = 120_000  # ms: a real engine wakes and draws
SAMPLES = RESOURCES / "samples"


class CountingBackend(EngineBackend):
    """Counts by photo, told by its pixels. people: how often somebody was looked for in it. parsed, masked,
    encoded: a count for every session that was opened; of photos as they are framed. poses: of who is found.
    """

    def __init__(self):
        self.poses: dict[bytes, np.ndarray] = {}
        self.people: Counter[bytes] = Counter()
        self.parsed: list[Counter[bytes]] = []
        self.masked: list[Counter[bytes]] = []
        self.encoded: list[Counter[bytes]] = []

    def open_session(self, weights: Path | None, device: str) -> Session:
        session = super().open_session(weights, device)
        encode, count = session._model.encode, Counter()

        def encoded(reference):
            count[reference.picture_1CHW.numpy().tobytes()] += 1
            return encode(reference)

        session._model.encode = encoded
        self.encoded.append(count)
        self.parsed.append(Counter())
        self.masked.append(Counter())
        return session

    def detection(self) -> Capability:
        return Capability(True)

    def detect_people(self, rgb_HWC: np.ndarray) -> list[np.ndarray]:
        self.people[rgb_HWC.tobytes()] += 1
        return [self.poses[rgb_HWC.tobytes()]]


@pytest.fixture
def backend(monkeypatch):
    counting, careful_look = CountingBackend(), parsing.careful_look

    def parsed(picture_1CHW: Tensor, joints_1J3: Tensor | None) -> parsing.Seen:
        if counting.parsed:  # while an engine wakes it looks at grey
            counting.parsed[-1][picture_1CHW.numpy().tobytes()] += 1
        return careful_look(picture_1CHW, joints_1J3)

    def masked(rgb_HWC: np.ndarray, keypoints_18x3: np.ndarray) -> None:
        counting.masked[-1][rgb_HWC.tobytes()] += 1

    monkeypatch.setattr(parsing, "careful_look", parsed)
    monkeypatch.setattr(detect, "person_mask", masked)
    monkeypatch.setattr(SessionHost, "settle", lambda self, request: None)  # it goes on for minutes
    return counting


def test_whoever_asks_first(open_window, backend, tmp_path):
    own, lent = (tmp_path / f"{name}.png" for name in ("ada", "striped-shirt"))
    for file in (own, lent):  # not the ones that stand on the shelf: a little of their floor is missing
        photo_HWC = read_photo(SAMPLES / f"{file.stem}.jpg")[:-8]
        backend.poses[photo_HWC.tobytes()] = read_pose(SAMPLES / f"{file.stem}.json", photo_HWC.shape[:2])
        write_png(file, photo_HWC, {})
    driver = open_window(awake=False, files=[own], backend=backend)
    controller, look = driver.controller, lambda: driver.controller.document.look

    def drawn() -> None:
        driver.until(lambda: controller.frames.status.state == "full", SLOW)

    driver.until(lambda: look().person and look().photo(look().person).name == own.name, SLOW)
    drawn()
    controller.photos.open_photo(lent, lent.name, "garment")
    driver.until(lambda: look().photos[-1].name == lent.name, SLOW)
    drawn()
    key = look().photos[-1].key

    def all_that_is_asked_of_a_photo() -> None:
        """Its textures, its maps, its garments; last it is made the person, and that is taken back."""
        undone = controller.undo_stack.index()
        controller.borrowing.borrow(key, 0.4)
        drawn()
        QTest.keyClick(driver.window, Qt.Key.Key_3)
        driver.until(lambda: driver.window.inspecting.photos, SLOW)
        QTest.keyClick(driver.window, Qt.Key.Key_2)
        lends = lambda: controller.lending.of(look().photo(key).reference)  # noqa: E731
        driver.until(lends, SLOW)
        controller.outfit.take(["top"], key, lends())
        drawn()
        driver.window.docks.shelf.person_wanted.emit(key)
        driver.until(lambda: look().person == key, SLOW)
        drawn()
        controller.undo_stack.setIndex(undone)
        drawn()

    all_that_is_asked_of_a_photo()
    for sessions, engine in enumerate([each for each in ENGINES if each != DEFAULT], 2):
        driver.window.engines.use_shipped(ENGINES[engine].weights)
        driver.until(lambda sessions=sessions: len(backend.encoded) == sessions, SLOW)
        all_that_is_asked_of_a_photo()
    photos = len(look().photos)
    assert set(backend.people.values()) == {1} and len(backend.people) == 2, "the others bring their pose"
    for encoded, parsed, masked in zip(backend.encoded, backend.parsed, backend.masked, strict=True):
        assert set(encoded.values()) == set(masked.values()) == {1} and 2 <= len(encoded) <= photos
        assert {parsed[picture] for picture in encoded} == {1}
