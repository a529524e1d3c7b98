"""Legwear that the parsing network cannot tell."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from standing import STANDING

from engine.compositing.legwear_told import with_one_legwear
from engine.pose import skeleton as sk
from engine.regions import CLASSES, REGIONS

SKIRT, TROUSERS, LEGS = (REGIONS.index(name) for name in ("dress or skirt", "pants", "legs"))
SIZE = 128, 96
STANDS = np.array(STANDING)


def surface(rows: slice, gap: int = 0, likely: tuple[float, float] = (0.3, 0.7)) -> torch.Tensor:
    """Logits [1, 11, h, w] of legwear in these rows, every other column of it rather a skirt, with a gap so
    broad down its middle; feet below."""
    share_8hw = torch.full((CLASSES, *SIZE), 1e-4)
    share_8hw[0] = 1.0
    there_hw = torch.zeros(SIZE, dtype=torch.bool)
    there_hw[rows, 34:62] = True
    there_hw[rows.start + 12 :, 48 : 48 + gap] = False
    skirt_hw = torch.tensor(likely).repeat(SIZE[1] // 2).expand(SIZE)
    share_8hw[0, there_hw] = 1e-4
    share_8hw[SKIRT, there_hw], share_8hw[TROUSERS, there_hw] = skirt_hw[there_hw], 1 - skirt_hw[there_hw]
    share_8hw[LEGS, rows.stop :, 38:58] = 1e3
    return torch.cat([share_8hw.log(), torch.zeros(3, *SIZE)])[None]


def kinds(surface_1Khw: torch.Tensor) -> set[int]:
    class_hw = surface_1Khw[0, :CLASSES].argmax(0)
    return set(class_hw[(class_hw == SKIRT) | (class_hw == TROUSERS)].tolist())


@pytest.mark.parametrize(
    ("rows", "gap", "kind"),
    [
        (slice(60, 112), 0, SKIRT),
        (slice(60, 112), 3, TROUSERS),
        (slice(60, 84), 0, SKIRT),
        (slice(60, 128), 0, TROUSERS),  # cut off by the frame
    ],
)
def test_undecided_legwear_is_told_by_its_shape(rows, gap, kind):
    undecided = surface(rows, gap)
    assert kinds(undecided) == {SKIRT, TROUSERS}
    told = with_one_legwear(undecided, STANDS, SIZE)
    assert kinds(told) == {kind}
    others = told[0, :CLASSES].softmax(0)[[SKIRT, TROUSERS]].sum(0)
    torch.testing.assert_close(others, undecided[0, :CLASSES].softmax(0)[[SKIRT, TROUSERS]].sum(0))


@pytest.mark.parametrize("absent", [sk.LEFT_KNEE, sk.RIGHT_HIP])
def test_of_a_photo_that_ends_above_the_knees_it_is_trousers(absent):
    cut = STANDS.copy()
    cut[absent, 2] = sk.ABSENT
    assert kinds(with_one_legwear(surface(slice(60, 112)), cut, SIZE)) == {TROUSERS}
    assert kinds(with_one_legwear(surface(slice(60, 112)), None, SIZE)) == {TROUSERS}


@pytest.mark.parametrize("likely", [(0.95, 0.95), (0.05, 0.05), (0.95, 0.05)])
def test_what_is_told_surely_stays(likely):
    """A skirt over trousers too."""
    sure = surface(slice(60, 112), 3, likely)
    assert with_one_legwear(sure, STANDS, SIZE) is sure
