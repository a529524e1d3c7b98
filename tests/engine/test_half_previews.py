"""Previews in half precision, as processors draw them that multiply bfloat16 themselves; here on any."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest
from sampled import sample

from engine import plan
from engine.api import GarmentSwap, Mix, RenderRequest, SlotChange, Stroke
from engine.models.registry import ENGINES
from engine.session import Session


def previews(engine: str, monkeypatch, half: bool) -> list:
    """Frames at the first and the last level, with all that may be asked for."""
    monkeypatch.setattr(plan, "has_fast_bfloat16", lambda: half)
    with closing(Session.open(ENGINES[engine].weights, device="cpu")) as session:
        own, dan = (sample(session, name) for name in ("ada", "dan"))
        pulled = own.keypoints_18x3.copy()
        pulled[3:5, 0] -= 20
        place = tuple((float(x) / 256, float(y) / 256, float(state)) for x, y, state in pulled)
        slots = session.slots[0]
        asked = RenderRequest(
            own.key,
            pulled,
            mixes=(Mix(dan.key, 0.3),),
            maps=True,
            swaps=(GarmentSwap(dan.key, "top"), GarmentSwap(dan.key, "background", 0.5)),
            pieces=True,
            changes=(SlotChange(slots.name, 0, scale=0.5), SlotChange(slots.name, 1, colour=(200, 30, 30))),
            strokes=(Stroke("hair", ((0.35, 0.5),), 12 / 256, place),),
        )
        levels = session.levels[0], session.levels[-1]
        return [session.respond(replace(asked, level=level)) for level in levels]


@pytest.mark.parametrize("engine", ENGINES)
def test_all_that_a_picture_may_show_a_preview_in_half_precision_shows(engine, monkeypatch):
    for half, exact in zip(*(previews(engine, monkeypatch, each) for each in (True, False)), strict=True):
        assert np.abs(half.image.astype(int) - exact.image).mean() < 3
        assert (half.pieces == exact.pieces).mean() > 0.97
        assert [m.name for m in half.maps] == [m.name for m in exact.maps]
        assert (half.photo is None) == (exact.photo is None)
