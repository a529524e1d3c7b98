"""Straps finer than the rim that a cut-out is drawn in by."""

from __future__ import annotations

import pytest
import torch

from engine.compositing.straps import straps

TIMES = 4


def cover(*thin: tuple[slice, slice]) -> torch.Tensor:
    """Cloth from row 80 on of 256, from column 60 to 120, and what hangs on it; at four times that."""
    made = torch.zeros(1, 1, 256 * TIMES, 176 * TIMES)
    made[..., 80 * TIMES : 240 * TIMES, 60 * TIMES : 120 * TIMES] = 1.0
    for rows, columns in thin:
        made[
            ..., rows.start * TIMES : rows.stop * TIMES, columns.start * TIMES : columns.start * TIMES + 3
        ] = 1.0
    return made


LEFT, RIGHT, HOOK, THREAD = (slice(x, x) for x in (66, 112, 90, 118))


def test_a_pair_is_whole_from_its_upper_end_to_the_cloth_though_it_is_seen_in_pieces():
    found = straps(cover((slice(40, 62), LEFT), (slice(40, 62), RIGHT)))[0, 0]
    for x in (66, 112):
        columns = slice((x - 1) * TIMES, (x + 2) * TIMES)
        assert (found[42 * TIMES : 80 * TIMES, columns].amax(1) > 0.9).all()
    assert found[: 38 * TIMES].max() == 0 and found[90 * TIMES :].max() == 0
    assert found[:, 72 * TIMES : 108 * TIMES].max() == 0


@pytest.mark.parametrize(
    "thin",
    [
        (),
        ((slice(30, 80), HOOK),),
        ((slice(40, 80), LEFT),),
        ((slice(200, 250), LEFT), (slice(200, 250), THREAD)),
        ((slice(76, 80), LEFT), (slice(76, 80), RIGHT)),
    ],
    ids=["nothing", "a hanger's hook", "one alone", "threads below", "tips"],
)
def test_what_is_no_pair_above_the_cloth_is_none(thin):
    assert straps(cover(*thin)).max() == 0
