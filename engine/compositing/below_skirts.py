"""Legs below a skirt that was painted over trousers: who paints one there means it in place of them.

What of the trousers is left goes: below the hem are bare legs, as under clothes that are laid on, and beside
them the wall.
"""

from __future__ import annotations

import torch
from torch import Tensor

from engine.compositing.fields import highest, largest, size_of
from engine.compositing.laid_on import bared
from engine.compositing.painted import AS_IT_IS, at_size
from engine.compositing.worn import Drawn, near, pieces_worn, sharp
from engine.garments import ARMS, DRESS, LEGS, SKIRT, TROUSERS
from engine.ops.resample import enlarged, resized

_COVERS = 0.6  # of trousers above its hem, that a skirt in place of them lies on at least
_LONG = 0.2  # of their height, that it goes down at least: the first stroke at a waist is no skirt yet
_RIM = 2  # px of a picture of 256 rows around trousers that go, in which their shadow is


def with_bare_legs(person: Drawn, painted_1HW: Tensor) -> Tensor:
    """A painted map, int64 [1, H, W], with legs where trousers were that a painted skirt stands for; itself
    where none does. person: as shown before anything was painted."""
    skirt_HW = torch.isin(painted_1HW[0], painted_1HW.new_tensor((SKIRT, DRESS)))
    if not skirt_HW.any():
        return painted_1HW
    trousers_HW = at_size(largest(pieces_worn(person)), size_of(painted_1HW))[0] == TROUSERS
    on_them_H = (skirt_HW & trousers_HW).any(1)
    if not on_them_H.any():
        return painted_1HW
    rows_N, hem = trousers_HW.any(1).nonzero(), int(on_them_H.nonzero().max()) + 1
    first, last = int(rows_N.min()), int(rows_N.max())
    lies_on = float((skirt_HW & trousers_HW).sum() / trousers_HW[:hem].sum())
    if lies_on < _COVERS or hem - first < _LONG * (last + 1 - first):
        return painted_1HW
    return torch.where(trousers_HW & (painted_1HW == AS_IT_IS), LEGS, painted_1HW)


def on_bare_legs(person: Drawn, legs_1HW: Tensor, wall_1CHW: Tensor) -> Tensor:
    """The person's picture, [1, 3, H, W], with bare legs before the wall where these were trousers, bool
    [1, H', W']; as it is where no joints tell where legs are."""
    under = bared(person)
    if under is None or not legs_1HW.any():
        return person.picture
    size = size_of(person.picture)
    pieces_1Phw = pieces_worn(person)
    went_11hw, arms_11hw = pieces_1Phw[:, TROUSERS, None], pieces_1Phw[:, ARMS, None]
    went_11HW, arms_11HW = sharp(person.picture, near(went_11hw), went_11hw, arms_11hw)
    rim = 2 * _RIM * -(-size[0] // 256) + 1
    there_11HW = enlarged(highest(legs_1HW[:, None].float(), 2 * _RIM + 1), size)
    went_11HW = highest(went_11HW, rim) * there_11HW * (1.0 - arms_11HW)
    bare_1CHW = torch.lerp(resized(wall_1CHW, size), under.bare.skin, under.bare.shape)
    return torch.lerp(person.picture, bare_1CHW, went_11HW)
