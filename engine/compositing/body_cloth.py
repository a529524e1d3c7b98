"""What cloth looks like where no photo shows it: each kind of clothes goes on as its own body cloth.

Beside an arm there may be a hem, a pocket, a placket or a print, and none of them goes on beside itself. What
differs from its own garment to its right and left is no body cloth and lends nothing; of the rest the smooth
colours are carried on, each kind's from itself alone.
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.compositing.fields import highest, odd_side, size_of, spread
from engine.compositing.under_arms import from_nearest
from engine.cv import cv2
from engine.ops.resample import running_mean

_EDGE = 3  # px of a map of 128 rows, side of the window in which an edge is mixed with what is beside it
_CRUMBS = 0.004  # of a picture, of which less of a kind is but crumbs of the parsing network's
_SMOOTH = 7  # px of a map of 128 rows, side of the window by which a border between two kinds is rounded
_ROUNDS = 6  # of that
_OTHERS = 1e-6  # of a share, beside which another kind's is nothing, and which is all where none is
_SHARP = 24  # power of shares: a border is some 2 px broad
_FOLD = 7  # px of a map of 128 rows, side of the window over which colours are smooth
_WINDOW = (
    9  # px of a map of 128 rows, side of the window whose colours tell cloth, and hold what a pattern repeats
)
_LEVEL = 2  # px of a map of 128 rows: what is no farther above or below is on a level
_ODD = 0.6  # of -1 to 1, distance of such colours from what is usual on their level
_SOME = 0.1  # of what is known on a level, how much at least is usual
_ALIKE = 0.55  # distance of colours of one cloth, -1 to 1 each, in light and shade
_FEW = 0.03  # of a level's cloth, of which less in the colour of its sleeves is none
_ABOUT, _ASKED = 15, 96  # px of a map of 128 rows above and below; how many colours there tell which is most
_AROUND = 5, 3  # px of a map of 128 rows, rows and columns of the window around what is odd that is of it
_TALL = 21  # px of a map of 128 rows: what goes so far up and down is a line
_LINE = 0.06  # of -1 to 1: step of colours across a line, from which it is one
_MORE = 1.5  # times as much as most of its level


def seen_kinds(class_BKhw: Tensor, bare_B1hw: Tensor) -> Tensor:
    """bool [B, K, h, w]: where each kind of clothes is seen. class: how likely each is. bare: bool, where any
    is seen."""
    return (class_BKhw == class_BKhw.amax(1, keepdim=True)) & bare_B1hw


def apart(class_BKhw: Tensor, bare_B1hw: Tensor) -> Tensor:
    """`seen_kinds` without the edges that each has with others."""
    seen_BKhw = seen_kinds(class_BKhw, bare_B1hw)
    others_BKhw = (seen_BKhw.sum(1, keepdim=True) - seen_BKhw.int() > 0).float()
    return seen_BKhw & (highest(others_BKhw, odd_side(_EDGE, size_of(class_BKhw)[0])) == 0)


def kinds_beneath(known_BKhw: Tensor) -> Tensor:
    """Shares of every px [B, K, h, w]: which kind of clothes goes on there. It is that of the nearest that is
    known of a kind that is more than crumbs, aside before above and below, and the border of two goes on
    smoothly."""
    much_BK11 = known_BKhw.float().mean((2, 3), keepdim=True) > _CRUMBS
    known_BKhw = known_BKhw & (much_BK11 | ~much_BK11.any(1, keepdim=True))
    any_B1hw = known_BKhw.any(1, keepdim=True)
    return rounded(from_nearest(known_BKhw.float(), any_B1hw), any_B1hw, _SMOOTH, _ROUNDS)


def rounded(shares_BKhw: Tensor, fixed_B1hw: Tensor, side: int = 3, rounds: int = 3) -> Tensor:
    """Shares whose borders go on smoothly, some 2 px broad, where they are not fixed.

    side: px of a map of 128 rows, as broad as the steps that are rounded, and how often.
    """
    side, given_BKhw = odd_side(side, size_of(shares_BKhw)[0]), shares_BKhw
    for _ in range(rounds):
        shares_BKhw = torch.where(fixed_B1hw, given_BKhw, running_mean(shares_BKhw, side))
    shares_BKhw = shares_BKhw.clamp_min(0.0).pow(_SHARP)
    return shares_BKhw / shares_BKhw.sum(1, keepdim=True).clamp_min(1e-12)


def body_cloth(photo_B3hw: Tensor, worn_BKhw: Tensor, known_BKhw: Tensor) -> Tensor:
    """bool [B, K, h, w]: what of each kind is known, less what is odd on its level: pockets, plackets and
    buttons, which come once.

    worn: bool, where each kind is, on arms too.
    """
    planes = photo_B3hw, worn_BKhw, known_BKhw
    return torch.stack(
        [
            torch.stack([_usual(photo_3hw, *kind) for kind in zip(worn_Khw, known_Khw, strict=True)])
            for photo_3hw, worn_Khw, known_Khw in zip(*planes, strict=True)
        ]
    )


def as_sleeved(photo_B3hw: Tensor, cloth_BKhw: Tensor, sleeves_BKhw: Tensor) -> Tensor:
    """bool [B, K, h, w]: cloth, less what has not the colour of its sleeves: of an open jacket neither lapels
    nor the shirt between its fronts. All of a level that has next to nothing of that colour stays, as a hem
    does. sleeves: bool, what of each kind is on arms."""
    told_BKhw = cloth_BKhw.clone()
    for photo_3hw, sleeves_Khw, cloth_Khw in zip(photo_B3hw, sleeves_BKhw, told_BKhw, strict=True):
        for sleeves_hw, cloth_hw in zip(sleeves_Khw, cloth_Khw, strict=True):
            if sleeves_hw.any():
                cloth_hw &= _as_sleeve(photo_3hw, sleeves_hw, cloth_hw)
    return told_BKhw


def _as_sleeve(photo_3hw: Tensor, sleeves_hw: Tensor, cloth_hw: Tensor) -> Tensor:
    """bool [h, w]: what has the colour of most of the sleeves about its level; all of a level without it."""
    rows = len(sleeves_hw)
    row_N, column_N = sleeves_hw.nonzero(as_tuple=True)
    colour_N3, about, step = photo_3hw[:, row_N, column_N].T, _ABOUT * rows // 128, max(1, rows // 64)
    alike_hw = torch.ones_like(cloth_hw)
    for row in range(0, rows, step):
        near = row_N[(row_N - row).abs().argmin()]
        some_M3 = colour_N3[(row_N - near).abs() <= about]
        some_M3 = some_M3[:: len(some_M3) // _ASKED + 1]
        most = (torch.cdist(some_M3, some_M3) < _ALIKE).sum(1).argmax()
        level = slice(row, row + step)
        alike_hw[level] = (photo_3hw[:, level] - some_M3[most][:, None, None]).norm(dim=0) < _ALIKE
    none_h1 = (alike_hw & cloth_hw).sum(1, keepdim=True) < _FEW * cloth_hw.sum(1, keepdim=True)
    return alike_hw | none_h1


def colours_beneath(photo_B3hw: Tensor, cloth_BKhw: Tensor, shares_BKhw: Tensor) -> Tensor:
    """The smooth colours of every px [B, 3, h, w], of the cloth of the kinds that go on there; in place of
    one that lends none, of the others. cloth: as of `body_cloth`, shares: as of `kinds_beneath`."""
    lends_BK11 = (cloth_BKhw > 0).any(3, keepdim=True).any(2, keepdim=True)
    shares_BKhw = lends_BK11 * (shares_BKhw + _OTHERS)
    shares_BKhw = shares_BKhw / shares_BKhw.sum(1, keepdim=True).clamp_min(1e-12)
    colours_B3hw = torch.zeros_like(photo_B3hw)
    for kind in range(cloth_BKhw.shape[1]):
        cloth_B1hw = cloth_BKhw[:, kind : kind + 1].float()
        smooth_B3hw = running_mean(spread(smoothed(photo_B3hw, cloth_B1hw), cloth_B1hw), 3)
        colours_B3hw += shares_BKhw[:, kind : kind + 1] * smooth_B3hw
    return colours_B3hw


def smoothed(photo_B3hw: Tensor, cloth_B1hw: Tensor, side: int = _FOLD) -> Tensor:
    """The colours of cloth, 0 or 1, without its folds, or what is finer than a side in px of 128 rows."""
    planes_B4hw = torch.cat([photo_B3hw * cloth_B1hw, cloth_B1hw], 1)
    means_B4hw = running_mean(planes_B4hw, odd_side(side, size_of(photo_B3hw)[0]))
    return means_B4hw[:, :3] / means_B4hw[:, 3:].clamp_min(1e-3)


def _usual(photo_3hw: Tensor, worn_hw: Tensor, known_hw: Tensor) -> Tensor:
    """bool [h, w]: of what is known of a kind, that which has the colours of most of it on its level; all of
    a level that has none of these, as a hem has."""
    if not known_hw.any():
        return known_hw
    rows = len(known_hw)
    told_4hw = _told(photo_3hw, worn_hw, odd_side(_WINDOW, rows)).cpu().numpy()
    lines = _lines(photo_3hw, worn_hw).cpu().numpy()
    worn, known, level = worn_hw.cpu().numpy(), known_hw.cpu().numpy(), _LEVEL * rows // 128
    alike, lines_end = np.zeros_like(known), np.full((rows, 1), _LINE, np.float32)
    for row in np.flatnonzero(known.any(1)):
        band = slice(max(0, row - level), row + level + 1)
        usual_4 = np.median(told_4hw[:, band][:, worn[band] | known[band]], 1)
        alike[row] = np.linalg.norm(told_4hw[:, row] - usual_4[:, None], axis=0) < _ODD
        lines_end[row] = max(_LINE, _MORE * np.percentile(lines[band][known[band]], 90))
    none = (alike & known).sum(1, keepdims=True) < _SOME * known.sum(1, keepdims=True)
    odd = known & ~((alike | none) & (lines < lines_end))
    around = np.ones([side * rows // 128 | 1 for side in _AROUND], np.uint8)
    return known_hw & ~torch.from_numpy(cv2.dilate(odd.astype(np.uint8), around) > 0).to(known_hw.device)


def _told(photo_3hw: Tensor, worn_hw: Tensor, side: int) -> Tensor:
    """[4, h, w]: mean colours of the cloth around, and how far colours are off that."""
    worn_11hw = worn_hw[None, None].float()
    planes_14hw = torch.cat([photo_3hw, photo_3hw.square().mean(0, keepdim=True)])[None] * worn_11hw
    means_15hw = running_mean(torch.cat([planes_14hw, worn_11hw], 1), side)
    means_14hw = means_15hw[:, :4] / means_15hw[:, 4:].clamp_min(1e-3)
    off_11hw = means_14hw[:, 3:] - means_14hw[:, :3].square().mean(1, keepdim=True)
    return torch.cat([means_14hw[:, :3], 2.0 * off_11hw.clamp_min(0.0).sqrt()], 1)[0]


def _lines(photo_3hw: Tensor, worn_hw: Tensor) -> Tensor:
    """[h, w]: how much a line goes up and down through cloth, as a placket's edge does."""
    rows = len(worn_hw)
    step_hw = F.pad(photo_3hw.mean(0).diff(dim=1), (0, 1)) * worn_hw
    tall = _TALL * rows // 128 | 1
    return F.avg_pool2d(step_hw[None], (tall, 1), 1, (tall // 2, 0))[0].abs()
