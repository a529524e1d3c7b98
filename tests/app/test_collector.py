"""When garbage is collected in the window: never while it wakes, never of what the libraries made."""

from __future__ import annotations

import gc
import weakref

import pytest

from app.collector import Collector
from engine.errors import InputError


class Ring:
    def __init__(self):
        self.itself = self


@pytest.fixture
def asleep(open_window):
    """Factory: a window whose engine stays asleep until its worker is started, and its collector."""
    made = []

    def make(**engine):
        driver = open_window(awake=False, **engine)
        made.append(Collector(driver.controller, every_ms=1))
        return driver

    yield make
    for collector in made:
        collector.stop()
    gc.unfreeze()
    assert gc.isenabled()


@pytest.fixture
def held_up(monkeypatch):
    """Engines are not opened until this is set."""
    import threading

    from fake_engine import FakeBackend

    gate, open_session = threading.Event(), FakeBackend.open_session

    def opened(self, weights, device):
        gate.wait(30)
        return open_session(self, weights, device)

    monkeypatch.setattr(FakeBackend, "open_session", opened)
    yield gate
    gate.set()


def rings(count: int) -> list[weakref.ref]:
    return [weakref.ref(Ring()) for _ in range(count)]


def collected(some: list[weakref.ref]) -> bool:
    """Whether they are. What other windows leave meanwhile counts against what is made: more is made."""
    rings(2000)
    return all(ring() is None for ring in some)


@pytest.mark.parametrize("fault", [None, InputError("These weights are gone.")])
def test_nothing_is_collected_before_the_engine_is_there_or_missing_and_all_after(
    asleep, held_up, qtbot, fault
):
    driver = asleep(fault=fault)
    assert not gc.isenabled()
    early = rings(2000)
    qtbot.wait(30)
    assert all(ring() is not None for ring in early), "the window wakes"
    held_up.set()
    driver.until(lambda: driver.controller.frames.status.state == ("missing" if fault else "full"))
    later = rings(2000)
    qtbot.waitUntil(lambda: collected(later))
    assert all(ring() is not None for ring in early), "what there was stays"


def test_what_comes_between_two_engines_is_collected(asleep, held_up, qtbot):
    driver, awake = asleep(), []
    driver.controller.engine_awake.connect(awake.append)
    held_up.set()
    driver.until(lambda: awake)
    frozen = gc.get_freeze_count()
    between = rings(2000)
    driver.controller.open_weights(None)
    driver.until(lambda: len(awake) == 2)
    assert gc.get_freeze_count() <= frozen
    qtbot.waitUntil(lambda: collected(between))
