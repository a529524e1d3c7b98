"""What would stay of a top that goes: a hem that maps take for the trousers or the skirt below it.

A map's edge may lie a hem's breadth above the cloth's, on a band of another shade. What hangs together with
what goes, and has its colours and not those of what is worn below, goes too.

h w the picture made smaller to about 256 rows.
"""

from __future__ import annotations

import torch
from torch import Tensor

from engine.compositing.fields import highest, size_of
from engine.compositing.worn import Dressed, of_pieces
from engine.garments import Garment
from engine.ops.resample import enlarged, running_mean, shrunk

_ROWS = 256
_BESIDE = 12  # px, how far from what goes its rests are
_WITHIN = 2  # px, rim of what goes that does not tell its colours
_MOST = 400  # px that tell the colours of something; fewer than _FEWEST do not
_FEWEST, _NEAREST = 24, 3  # ... and how many of them have a colour for it to be theirs
# Difference of colours (of -1 to 1) from all of what is worn below, and of that as far from what goes.
_OTHER, _ALIKE = 0.12, 0.5


def rests(now: Dressed, garment: Garment, gone_11HW: Tensor) -> Tensor:
    """How much of a px is such a rest, [1, 1, H, W]. gone: what goes, as told by maps."""
    size = size_of(gone_11HW)
    times = max(1, size[0] // _ROWS)
    small = size[0] // times, size[1] // times
    picture_Chw = running_mean(shrunk(now.picture, small), 3)[0]
    gone_hw = shrunk(gone_11HW, small)[0, 0] > 0.5
    below_hw = enlarged(of_pieces(now.pieces, garment.legwear_kept), small)[0, 0] > 0.5
    far_hw = ~_grown(gone_hw, _BESIDE)
    old_NC, own_NC = (_some(picture_Chw, each) for each in (~_grown(~gone_hw, _WITHIN), below_hw & far_hw))
    maybe_hw = below_hw & ~far_hw & ~gone_hw
    if len(old_NC) < _FEWEST or len(own_NC) < _FEWEST or not maybe_hw.any():
        return torch.zeros_like(gone_11HW)
    here_MC, rest_hw = picture_Chw[:, maybe_hw].T, torch.zeros_like(gone_hw)
    off_old_M, off_own_M = (_off(here_MC, told_NC) for told_NC in (old_NC, own_NC))
    rest_hw[maybe_hw] = (off_own_M > _OTHER) & (off_old_M < _ALIKE * off_own_M)
    joined_hw, all_hw = gone_hw, rest_hw | gone_hw
    for _ in range(_BESIDE):
        joined_hw = _grown(joined_hw, 1) & all_hw
    return enlarged((joined_hw & rest_hw)[None, None].float(), size)


def _grown(there_hw: Tensor, px: int) -> Tensor:
    return highest(there_hw[None, None].float(), 2 * px + 1)[0, 0] > 0.5


def _some(picture_Chw: Tensor, where_hw: Tensor) -> Tensor:
    """Colours of some px, evenly chosen, [N, C]."""
    colours_NC = picture_Chw[:, where_hw].T
    return colours_NC[:: len(colours_NC) // _MOST + 1]


def _off(here_MC: Tensor, told_NC: Tensor) -> Tensor:
    """How far colours are from those that are told, but for the nearest few, [M]."""
    apart_MN = torch.cdist(here_MC, told_NC) / here_MC.shape[1] ** 0.5
    return apart_MN.kthvalue(_NEAREST, 1).values
