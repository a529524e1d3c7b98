"""Sleeves that count as skin: a flat person with a face, a top, and an arm in two parts."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from engine.compositing.sleeves_told import with_bare_arms, with_sleeves
from engine.cv import cv2
from engine.regions import CLASSES, REGIONS

FACE, ARMS, TOP, DRESS = (REGIONS.index(name) for name in ("face", "arms", "upper clothes", "dress or skirt"))
SIZE = 128, 96
SKIN, WHITE, TAN, SHADE = (0.88, 0.68, 0.55), (0.93, 0.93, 0.95), (0.84, 0.66, 0.52), (0.62, 0.44, 0.34)
HEAD, TRUNK, SLEEVE, BARE = (
    (slice(8, 30), slice(38, 58)),
    (slice(36, 80), slice(32, 64)),
    (slice(40, 60), slice(66, 76)),
    (slice(64, 84), slice(66, 76)),
)


def seen(top: int = TOP) -> Tensor:
    """A surface map [1, 11, h, w], that takes all of the arm for bare."""
    region = torch.zeros(SIZE, dtype=torch.long)
    region[HEAD], region[TRUNK], region[SLEEVE], region[BARE] = FACE, top, ARMS, ARMS
    classes = 12.0 * torch.nn.functional.one_hot(region, CLASSES).permute(2, 0, 1)[None].float()
    return torch.cat([classes, torch.rand(1, 3, *SIZE)], 1)


def picture(top, sleeve, bare=SKIN, face=SKIN) -> Tensor:
    """-1 to 1 [1, 3, H, W], of twice as many rows and columns as the map."""
    made = torch.full((3, *SIZE), 0.4)
    for where, colour in ((HEAD, face), (TRUNK, top), (SLEEVE, sleeve), (BARE, bare)):
        made[:, where[0], where[1]] = torch.tensor(colour)[:, None, None]
    return 2.0 * made.repeat_interleave(2, 1).repeat_interleave(2, 2)[None] - 1.0


def inner(part: tuple[slice, slice]) -> tuple[slice, slice]:
    rows, columns = part
    return slice(rows.start + 2, rows.stop - 2), slice(columns.start + 2, columns.stop - 2)


@pytest.mark.parametrize("top", [TOP, DRESS])
def test_what_has_the_tops_colour_and_not_the_faces_is_a_sleeve_of_it(top):
    before = seen(top)
    made = with_sleeves(before, picture(WHITE, WHITE))
    region = made[0, :CLASSES].argmax(0)
    assert (region[inner(SLEEVE)] == top).all() and (region[BARE] == ARMS).all()
    same = torch.ones(SIZE, dtype=torch.bool)
    same[SLEEVE] = False
    assert torch.equal(made[..., same], before[..., same])
    assert torch.equal(made[:, CLASSES:], before[:, CLASSES:]), "places"


@pytest.mark.parametrize(
    ("top", "arm", "face"),
    [(WHITE, SKIN, SKIN), (WHITE, SHADE, SKIN), (TAN, TAN, SKIN), (TAN, SKIN, SKIN), (SHADE, SHADE, SHADE)],
)
def test_skin_is_skin_in_shade_too_and_beside_a_top_of_its_colour(top, arm, face):
    before = seen()
    assert torch.equal(with_sleeves(before, picture(top, arm, arm, face)), before)


def beside(colour, off: float) -> tuple[float, float, float]:
    """A colour as light as another, so far off it in a* and b* towards grey."""
    lab = cv2.cvtColor(np.float32([[colour]]), cv2.COLOR_RGB2LAB)[0, 0]
    lab[1:] *= 1.0 - off / np.linalg.norm(lab[1:])
    return tuple(cv2.cvtColor(lab[None, None], cv2.COLOR_LAB2RGB)[0, 0].tolist())


@pytest.mark.parametrize(
    ("top", "arm", "sleeve"),
    [(30, 30, True), (14, 14, True), (10, 10, False), (30, 22, True), (30, 18, False), (-30, -30, True)],
)
def test_a_sleeve_is_twelve_off_the_faces_colour_and_nearer_by_half_to_the_tops(top, arm, sleeve):
    """All as light as the face."""
    made = with_sleeves(seen(), picture(beside(SKIN, top), beside(SKIN, arm)))
    assert (made[0, :CLASSES].argmax(0)[inner(SLEEVE)] == (TOP if sleeve else ARMS)).all()


def test_without_a_face_or_a_top_nothing_is_told():
    for gone in (HEAD, TRUNK):
        before = seen()
        before[:, :CLASSES, gone[0], gone[1]] = 0.0
        assert torch.equal(with_sleeves(before, picture(WHITE, WHITE)), before)


LIT = (0.97, 0.80, 0.68)
VIOLET = (0.55, 0.45, 0.78)
EDGE = slice(40, 60), slice(73, 76)  # of what is a sleeve above


def arms_seen() -> Tensor:
    """Logits [1, 2, h, w] that a px is of either arm: the left one is there, from its shoulder on."""
    logits = torch.full((1, 2, *SIZE), -9.0)
    logits[0, 1, 40:84, 66:76] = 9.0
    return logits


def edged(region: int = TOP) -> Tensor:
    """A surface map that takes the edge of a bare arm for a sleeve."""
    made = seen()
    made[:, :CLASSES, EDGE[0], EDGE[1]] = 0.0
    made[:, region, EDGE[0], EDGE[1]] = 12.0
    return made


@pytest.mark.parametrize("region", [TOP, DRESS])
def test_the_lit_edge_of_a_bare_arm_is_no_sleeve(region):
    photo, before = picture(VIOLET, SKIN), edged(region)
    photo[:, :, 80:120, 146:152] = 2.0 * torch.tensor(LIT)[:, None, None] - 1.0
    made = with_bare_arms(before, arms_seen(), photo)
    assert (made[0, :CLASSES].argmax(0)[EDGE] == ARMS).all()
    same = torch.ones(SIZE, dtype=torch.bool)
    same[EDGE] = False
    assert torch.equal(made[..., same], before[..., same])
    assert torch.equal(made[:, CLASSES:], before[:, CLASSES:]), "places"


@pytest.mark.parametrize(
    ("edge", "skin", "top", "why"),
    [
        (VIOLET, SKIN, VIOLET, "a strap"),
        (SKIN, (0.35, 0.55, 0.35), VIOLET, "what counts as skin is not as the face is"),
        (SKIN, SKIN, SKIN, "the top has the colour of skin"),
    ],
)
def test_of_an_arm_stays_clothes_what_has_their_colour_or_where_nothing_tells(edge, skin, top, why):
    photo, before = picture(top, skin, skin), edged()
    photo[:, :, 80:120, 146:152] = 2.0 * torch.tensor(edge)[:, None, None] - 1.0
    assert torch.equal(with_bare_arms(before, arms_seen(), photo), before), why


def test_an_arm_that_mostly_counts_as_a_sleeve_stays_one():
    before = seen()
    before[:, :CLASSES, SLEEVE[0], SLEEVE[1]] = 0.0
    before[:, TOP, 40:70, 66:76] = 24.0
    assert torch.equal(with_bare_arms(before, arms_seen(), picture(VIOLET, SKIN)), before)
