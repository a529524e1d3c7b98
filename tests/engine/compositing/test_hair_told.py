"""Hair that counts as an arm: a flat person with long hair, a face, a top and two arms."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from engine.compositing.hair_told import with_hair
from engine.cv import cv2
from engine.regions import CLASSES, REGIONS

HAIR, FACE, ARMS, TOP = (REGIONS.index(name) for name in ("hair", "face", "arms", "upper clothes"))
SIZE = 128, 96
BROWN, SKIN, TAN, WHITE = (0.30, 0.19, 0.12), (0.88, 0.68, 0.55), (0.62, 0.44, 0.33), (0.93, 0.93, 0.95)
HEAD, FELL, TRUNK = (
    (slice(8, 30), slice(38, 58)),
    (slice(8, 44), slice(58, 74)),
    (slice(36, 80), slice(32, 64)),
)
RIGHT, LEFT = (slice(40, 90), slice(20, 30)), (slice(44, 90), slice(64, 74))
OVER = slice(44, 58), slice(64, 74)  # of the left arm, before which hair goes on


def seen(bare: bool) -> tuple[Tensor, Tensor]:
    """A surface map [1, 11, h, w] and arms [1, 10, h, w] of a network that sees an arm beneath hair."""
    region = torch.zeros(SIZE, dtype=torch.long)
    region[TRUNK], region[HEAD], region[FELL] = TOP, FACE, HAIR
    region[RIGHT] = region[LEFT] = ARMS if bare else TOP
    classes = 12.0 * torch.nn.functional.one_hot(region, CLASSES).permute(2, 0, 1)[None].float()
    arms = torch.full((1, 2, *SIZE), -6.0)
    for side, where in enumerate((RIGHT, LEFT)):
        arms[0, side][where] = 6.0
    return torch.cat([classes, torch.rand(1, 3, *SIZE)], 1), torch.cat([classes, arms], 1)


def picture(arm, over, face=SKIN) -> Tensor:
    """-1 to 1 [1, 3, H, W], of twice as many rows and columns as the map."""
    made = torch.full((3, *SIZE), 0.5)
    for where, colour in (
        (TRUNK, WHITE), (HEAD, face), (FELL, BROWN), (RIGHT, arm), (LEFT, arm), (OVER, over)
    ):  # fmt: skip
        made[:, where[0], where[1]] = torch.tensor(colour)[:, None, None]
    return 2.0 * made.repeat_interleave(2, 1).repeat_interleave(2, 2)[None] - 1.0


@pytest.mark.parametrize(("bare", "arm"), [(True, SKIN), (True, TAN), (False, WHITE)])
def test_what_goes_on_from_hair_in_its_colours_is_hair_and_no_arm(bare, arm):
    surface, arms = seen(bare)
    made, made_arms = with_hair(surface, arms, picture(arm, BROWN))
    inside = slice(OVER[0].start, OVER[0].stop - 2), OVER[1]
    assert (made[0, :CLASSES].argmax(0)[inside] == HAIR).all()
    assert (made_arms[0, -2:][:, inside[0], inside[1]] < 0).all()
    other = torch.ones(SIZE, dtype=torch.bool)
    other[OVER] = False
    assert torch.equal(made[..., other], surface[..., other])
    assert torch.equal(made_arms[..., other], arms[..., other])
    assert torch.equal(made[:, CLASSES:], surface[:, CLASSES:]), "places"


@pytest.mark.parametrize(
    ("bare", "arm", "over"),
    [(True, SKIN, SKIN), (True, SKIN, TAN), (False, WHITE, WHITE), (False, BROWN, BROWN)],
    ids=["bare", "shaded as the face is", "sleeve", "sleeve of hair's colour"],
)
def test_an_arm_beside_hair_stays_an_arm(bare, arm, over):
    surface, arms = seen(bare)
    made, made_arms = with_hair(surface, arms, picture(arm, over, TAN))
    assert torch.equal(made, surface) and torch.equal(made_arms, arms)


def test_what_looks_like_hair_far_from_it_is_none():
    surface, arms = seen(True)
    shown = picture(SKIN, SKIN)
    shown[..., 150:170, 40:60] = 2.0 * torch.tensor(BROWN)[:, None, None] - 1.0  # a bracelet, a tattoo
    made, _ = with_hair(surface, arms, shown)
    assert torch.equal(made, surface)


def of_lab(lightness: float, a: float, b: float) -> tuple[float, float, float]:
    """The colour, 0 to 1."""
    lab = np.array([[[lightness, a, b]]], np.float32)
    return tuple(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB)[0, 0].tolist())


def painted(shown: Tensor, rows: slice, columns: slice, colour: tuple[float, float, float]) -> None:
    where = slice(2 * rows.start, 2 * rows.stop), slice(2 * columns.start, 2 * columns.stop)
    shown[(..., *where)] = 2.0 * torch.tensor(colour)[:, None, None] - 1.0


def hair_found(arm, over, hair) -> bool:
    surface, arms = seen(True)
    shown = picture(arm, over, arm)
    painted(shown, *FELL, hair)
    made, _ = with_hair(surface, arms, shown)
    return bool((made != surface).any())


@pytest.mark.parametrize(("off", "is_hair"), [(4.5, True), (6.3, False)])
def test_a_colour_between_both_is_hairs_where_that_is_twice_as_likely(off, is_hair):
    """Hair and arm are 14 apart, in units of a b plane."""
    arm, hair, over = (of_lab(60.0, 20.0, 11.0 + 14.0 - away) for away in (0.0, 14.0, 14.0 - off))
    assert hair_found(arm, over, hair) == is_hair


@pytest.mark.parametrize(("darker", "is_hair"), [(30.0, True), (4.0, False)])
def test_hair_of_the_skins_hue_is_told_by_how_dark_it_is(darker, is_hair):
    arm, hair = (of_lab(lightness, 12.0, 16.0) for lightness in (55.0, 55.0 - darker))
    assert hair_found(arm, hair, hair) == is_hair


@pytest.mark.parametrize(("gap", "is_hair"), [(0, True), (3, False)])
def test_a_lock_goes_on_from_hair_and_does_not_begin_anew(gap, is_hair):
    surface, arms = seen(True)
    shown = picture(SKIN, BROWN)
    painted(shown, slice(OVER[0].start, OVER[0].start + gap), OVER[1], SKIN)
    made, _ = with_hair(surface, arms, shown)
    assert (made[0, :CLASSES].argmax(0)[OVER] == HAIR).any() == is_hair


def test_beside_hair_no_arm_tells_its_colours():
    """Hair falls down to the hand, and beside all of it hair counts as the arm."""
    surface, arms = seen(True)
    shown = picture(SKIN, SKIN)
    falls, beside = (slice(44, 90), slice(75, 79)), (slice(44, 90), slice(71, 75))
    surface[0, :CLASSES][(slice(None), *falls)] = 0.0
    surface[0, HAIR][falls] = 12.0
    for where in (falls, beside):
        painted(shown, *where, BROWN)
    made, _ = with_hair(surface, arms, shown)
    assert (made[0, :CLASSES].argmax(0)[46:88, 72:74] == HAIR).all()


def test_of_an_arm_between_locks_only_what_is_four_px_from_them_tells_its_colours():
    """Most of what counts as the arm is hair: ten px between two locks, of which two are skin."""
    surface, arms = seen(True)
    arms[0, -2] = -6.0  # the other arm is not seen
    shown = picture(SKIN, SKIN)
    low = slice(44, 90)
    for lock in (slice(60, 64), slice(74, 78)):
        surface[0, :CLASSES, low, lock] = 0.0
        surface[0, HAIR, low, lock] = 12.0
    for hair in (slice(60, 68), slice(70, 78)):
        painted(shown, low, hair, BROWN)
    made, _ = with_hair(surface, arms, shown)
    told = made[0, :CLASSES, 48:86, 64:74].argmax(0) == HAIR
    assert told[:, :3].all() and told[:, -3:].all() and not told[:, 4:6].any()
