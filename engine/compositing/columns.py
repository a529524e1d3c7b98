"""The columns of a picture that its people take up: garments are laid in there, and nothing changes beside.

Rows stay, for windows are as wide as the map has rows. h w the surface maps, whose columns are counted.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import torch
from torch import Tensor

from engine.compositing.fields import largest, size_of
from engine.compositing.painted import at_size
from engine.compositing.tailoring import REACH
from engine.compositing.wardrobe import CLASSES
from engine.compositing.worn import Drawn, Dressed, Laid
from engine.ops.resample import resized, shrunk

_STEP = 16  # columns: colours are carried by halves, which so are the same halves as in the whole


def taken_up(people: Iterable[Drawn]) -> slice:
    """The columns of the surface map in which somebody is seen, or painted; all where nobody is."""
    people = list(people)
    rows, columns = size_of(people[0].surface)
    there_w = np.zeros(columns, bool)
    for drawn in people:
        there_w |= _somebody(drawn).any(0)
    found = np.flatnonzero(there_w)
    if not len(found):
        return slice(0, columns)
    beside = REACH * rows // 128  # as far as a matte looks
    begin, end = max(0, found[0] - beside), found[-1] + 1 + beside
    return slice(begin // _STEP * _STEP, min(columns, -(-end // _STEP) * _STEP))


def cut(drawn: Drawn, columns: slice) -> Drawn:
    """These columns of what was drawn."""
    rows, many = size_of(drawn.surface)
    behind_1CHW = drawn.wardrobe.plate if drawn.behind is None else drawn.behind
    behind_1CHW = resized(behind_1CHW, size_of(drawn.picture))
    joints = None if drawn.joints is None else drawn.joints - np.array((columns.start, 0, 0), np.float32)
    return drawn._replace(
        picture=_of(drawn.picture, columns, many),
        surface=drawn.surface[..., columns],
        behind=_of(behind_1CHW, columns, many),
        painted=None if drawn.painted is None else at_size(drawn.painted, (rows, many))[..., columns],
        joints=joints,
        laid=None if drawn.laid is None else Laid(*(_of(each, columns, many) for each in drawn.laid)),
    )


def put_back(now: Dressed, whole: Dressed, columns: slice) -> Dressed:
    """What became of the columns, in the whole."""
    many = size_of(whole.pieces)[1]
    picture_1CHW, pieces_1Phw = whole.picture.clone(), whole.pieces.clone()
    _of(picture_1CHW, columns, many).copy_(now.picture)
    pieces_1Phw[..., columns] = now.pieces
    made_11hw = torch.zeros_like(pieces_1Phw[:, :1])
    if now.made is not None:
        made_11hw[..., columns] = now.made
    return Dressed(picture_1CHW, pieces_1Phw, made_11hw)


def _somebody(drawn: Drawn) -> np.ndarray:
    """bool [h, w]: where a person is drawn, or painted."""
    there_1hw = largest(drawn.surface[:, :CLASSES]) > 0
    if drawn.painted is not None:
        there_1hw |= at_size(drawn.painted, size_of(there_1hw)) > 0
    if drawn.laid is not None:
        size = size_of(drawn.surface)
        there_1hw |= (shrunk(drawn.laid.trunk + drawn.laid.sleeves, size) > 0)[:, 0]
    return there_1hw[0].cpu().numpy()


def _of(planes_1CHW: Tensor, columns: slice, many: int) -> Tensor:
    """These of so many columns, of a picture that has a multiple of them."""
    times = planes_1CHW.shape[-1] // many
    return planes_1CHW[..., columns.start * times : columns.stop * times]
