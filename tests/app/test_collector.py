"""When garbage is collected in the window: never while it wakes, never of what the libraries made."""

from __future__ import annotations

import gc
import weakref

import pytest

from app.collector import Collector


class Ring:
    def __init__(self):
        self.itself = self


@pytest.fixture
def collector(qtbot):
    made = Collector(every_ms=1)
    yield made
    made.stop()
    gc.unfreeze()
    assert gc.isenabled()


def rings(count: int) -> list[weakref.ref]:
    return [weakref.ref(Ring()) for _ in range(count)]


def test_nothing_is_collected_before_the_engine_is_there_and_all_after(collector, qtbot):
    assert not gc.isenabled()
    early = rings(2000)
    qtbot.wait(30)
    assert all(ring() is not None for ring in early), "the window wakes"
    collector.keep()
    later = rings(2000)
    qtbot.waitUntil(lambda: all(ring() is None for ring in later))
    assert all(ring() is not None for ring in early), "what there was stays"


def test_what_comes_between_two_engines_is_collected(collector, qtbot):
    collector.keep()
    frozen = gc.get_freeze_count()
    between = rings(2000)
    collector.keep()
    assert gc.get_freeze_count() == frozen
    qtbot.waitUntil(lambda: all(ring() is None for ring in between))
