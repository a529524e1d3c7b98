"""What is behind somebody and shines through between their legs, and between trunk and arms: maps take such
gaps for clothes.

H W the photo; h w a map of it.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from engine.compositing.bodies import ARMPIT, CROTCH, Body, Ways
from engine.compositing.fields import ramp, size_of
from engine.compositing.worn import Drawn
from engine.cv import cv2
from engine.ops.resample import enlarged, resized
from engine.plain_grounds import disc

LEGS_APART = (
    0.3  # of the shoulders, how far from the middle between legs' bones a gap between legs is at most
)
# Of trousers, and of tops and dresses, that have white shirts in them, how much may have the colours of what
# is behind their giver.
_AS_BEHIND = 0.05, 0.15
# Difference of colours (of -1 to 1) from what is behind somebody up to which a px in a gap is that, and
# never: shade falls there.
_OF_WALL = 0.15, 0.3
_SLIT = 5  # px of a picture of 256 rows, up to which a gap between legs is too narrow for a map
_TALL = 15  # likewise, how tall a gap is at least
# Of the shoulders, how broad one at an arm is somewhere, for patterns have specks in a wall's colours, and
# everywhere at most; and how far it is from the middle of a trunk.
_AT_ARM, _ASIDE = (0.08, 0.4), 0.25


def between_bones(way: Ways) -> np.ndarray:
    """The middle between the bones of both legs, x of every row."""
    rows = np.arange(way.size[0])
    one_h, other_h = (np.interp(rows, leg_42[:, 1], leg_42[:, 0]) for leg_42, _, _ in way.legs)
    return (one_h + other_h) / 2


def parted_at_legs(cover_11HW: Tensor, giver: Drawn, body: Body, way: Ways) -> Tensor:
    """How much of a px is trousers, less what shines through between their legs where that is too narrow for
    a map."""
    x_hw = torch.arange(way.size[1]) - torch.from_numpy(between_bones(way))[:, None]
    between_hw = x_hw.abs() < LEGS_APART * body.shoulders
    between_hw &= way.down_HW.cpu() > (1.0 + CROTCH / 2) * body.trunk
    return _parted(cover_11HW, giver, between_hw, (0.0, _SLIT), _AS_BEHIND[0])


def parted_at_arms(cover_11HW: Tensor, seen_hw: np.ndarray, giver: Drawn, body: Body, way: Ways) -> Tensor:
    """How much of a px is a top or a dress, less what shines through between trunk and arms. seen: where it
    is, bool [h, w]."""
    aside_hw = way.across_HW.abs().cpu() > _ASIDE * body.shoulders
    between_hw = torch.from_numpy(seen_hw) & aside_hw & (way.down_HW.cpu() > ARMPIT * body.shoulders)
    least, most = (part * body.shoulders for part in _AT_ARM)
    return _parted(cover_11HW, giver, between_hw, (least, most), _AS_BEHIND[1])


def _parted(
    cover_11HW: Tensor, giver: Drawn, between_hw: Tensor, broad: tuple[float, float], as_behind: float
) -> Tensor:
    """Less gaps from so many to so many px of a map broad. Of clothes of which more elsewhere is in the
    colours of what is behind nobody can tell."""
    between_11HW = enlarged(between_hw.float()[None, None].to(cover_11HW), size_of(cover_11HW))
    elsewhere_11HW = cover_11HW * (1.0 - between_11HW)
    behind_1CHW = resized(giver.wardrobe.plate, size_of(cover_11HW))
    apart_11HW = (giver.picture - behind_1CHW).square().mean(1, keepdim=True).sqrt()
    wall_11HW = 1.0 - ramp(apart_11HW, *_OF_WALL)
    if (wall_11HW * elsewhere_11HW).sum() > as_behind * elsewhere_11HW.sum():
        return cover_11HW
    times = size_of(cover_11HW)[0] / 256
    least, most = (times * each for each in broad)
    return cover_11HW * (1.0 - _gaps(wall_11HW * between_11HW, least, most, _TALL * times))


def _gaps(wall_11HW: Tensor, least: float, most: float, tall: float) -> Tensor:
    """Of how much a px is a wall's, what hangs together, is somewhere so broad and nowhere broader, and so
    tall at least, px: cloth in shade may have the colours of leaves behind it, in patches, and white bars
    those of a wall."""
    wall_HW = (wall_11HW[0, 0].cpu().numpy() > 0).astype(np.uint8)
    solid_HW = cv2.morphologyEx(wall_HW, cv2.MORPH_OPEN, disc(least / 2)) if least else wall_HW
    _, part_HW, boxes, _ = cv2.connectedComponentsWithStats(solid_HW)
    broad_N = np.unique(part_HW[cv2.morphologyEx(solid_HW, cv2.MORPH_OPEN, disc(most / 2)) > 0])
    tall_N = np.flatnonzero(boxes[:, cv2.CC_STAT_HEIGHT] > tall)
    gaps_HW = np.isin(part_HW, np.setdiff1d(tall_N, [0, *broad_N]))
    if least:  # their corners too
        gaps_HW = cv2.dilate(gaps_HW.astype(np.uint8), disc(least / 2)) > 0
    return wall_11HW * torch.from_numpy(gaps_HW).to(wall_11HW)
