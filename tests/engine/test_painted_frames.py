"""What was painted in frames of engines that draw regions: how often one is asked, and what it draws."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest
from sampled import sample

from engine.api import RenderRequest, Stroke
from engine.models.registry import ENGINES
from engine.session import Session


@pytest.fixture
def counted(monkeypatch):
    """A session of PISE, and what its model was asked to render."""
    with closing(Session.open(ENGINES["pise"].weights, device="cpu")) as session:
        model, rendered = session._model, []
        render = model.render

        def counting(appearance, *args, **kwargs):
            rendered.append(appearance.region_1HW is not None)
            return render(appearance, *args, **kwargs)

        monkeypatch.setattr(model, "render", counting)
        yield session, rendered


def skirted(session) -> RenderRequest:
    """Ada, a skirt painted over her, in another pose."""
    own = sample(session, "ada")
    pose = tuple((float(x) / 256, float(y) / 256, float(state)) for x, y, state in own.keypoints_18x3)
    pulled = own.keypoints_18x3.copy()
    pulled[7, :2] += 3
    return RenderRequest(own.key, pulled, strokes=(Stroke("skirt", ((0.34, 0.6),), 20 / 256, pose),))


def test_weights_over_which_no_photo_is_laid_draw_a_painted_person_once(counted, monkeypatch):
    """As the official ones are: a first drawing without the strokes would be thrown away."""
    session, rendered = counted
    monkeypatch.setattr(session._model, "composited", False)
    asked = skirted(session)
    plain = session.respond(replace(asked, strokes=()))
    rendered.clear()
    painted = session.respond(asked)
    assert rendered == [True]
    assert session.respond(replace(asked, stamp=2)).image.tobytes() == painted.image.tobytes()
    assert rendered == [True], "what was drawn in this pose is kept"
    changed = np.abs(painted.image.astype(int) - plain.image).max(2) > 30
    assert changed[154 - 10 : 154 + 10, 87 - 15 : 87 + 15].mean() > 0.3
    assert session.respond(replace(asked, strokes=())).image.tobytes() == plain.image.tobytes()


def test_over_a_composed_picture_the_rest_stays_as_it_was_without_the_strokes(counted):
    session, rendered = counted
    asked = skirted(session)
    rendered.clear()
    painted = session.respond(asked)
    assert rendered == [False, True]
    plain = session.respond(replace(asked, strokes=()))
    assert rendered == [False, True], "which is kept as well"
    assert np.array_equal(painted.image[:100], plain.image[:100])
    assert not np.array_equal(painted.image[140:170], plain.image[140:170])
