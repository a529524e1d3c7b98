"""A hem of a top that goes, which counts as the trousers below it."""

from __future__ import annotations

import torch
from flat_figure import at, figure

from engine.compositing.rests import rests
from engine.compositing.worn import Dressed, undressed
from engine.garments import garment


def banded(band: float) -> tuple[Dressed, torch.Tensor]:
    """A figure whose trousers begin, on the map, with a band of this grey; its top, half of 0.3, goes."""
    now = undressed(figure(sleeve=2.5, hem=0, cloth=0.9))
    picture, gone = now.picture.clone(), torch.zeros(1, 1, 144, 104)
    rows, columns = (slice(round((9 - low) * 8), round((9 - high) * 8)) for low, high in ((6, 0), (2, -2)))
    columns = slice(37, 67)
    gone[..., rows, columns] = 1.0
    picture[..., rows, 37:52] = 0.3
    picture[..., 72:78, columns] = band
    return now._replace(picture=picture), gone


def test_it_goes_where_it_has_the_colours_of_the_top():
    now, gone = banded(0.3)
    found = rests(now, garment("top"), gone)
    assert at(found, 0, -0.35) > 0.9 and at(found, 0, -1.5) < 0.1


def test_a_belt_and_the_trousers_themselves_stay():
    for band in (-0.3, -0.8):
        now, gone = banded(band)
        assert at(rests(now, garment("top"), gone), 0, -0.35) < 0.1
    now, gone = banded(0.3)
    gap = now.picture.clone()
    gap[..., 72:76, :] = -0.8  # what lies apart from it is a print of the trousers
    gap[..., 77:79, 37:67] = 0.3
    assert at(rests(now._replace(picture=gap), garment("top"), gone), 0, -0.7) < 0.1


def test_where_trousers_go_too_nothing_rests():
    now, gone = banded(0.3)
    assert rests(now, garment("dress"), gone).max() == 0
