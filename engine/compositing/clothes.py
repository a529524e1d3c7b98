"""A garment that a photo shows with nobody in it, cut out: made once a photo, for no pose changes it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.compositing.bodies import TRUNK
from engine.compositing.fields import around, size_of, spread
from engine.compositing.garment_necks import back_of_neck
from engine.compositing.garment_outline import Lower, Upper, lower, upper
from engine.compositing.leg_gaps import parted_to_the_crotch
from engine.compositing.straps import straps
from engine.compositing.tailoring import matte
from engine.compositing.wardrobe import CLASSES, on_trunk
from engine.compositing.worn import inner
from engine.cv import cv2
from engine.garments import DRESS, PIECES, SKIRT, TOP
from engine.ops.resample import enlarged, running_mean, shrunk
from engine.pictures import to_rgb
from engine.regions import REGIONS, SURFACE_SPAN

_PANTS = REGIONS.index("pants")
# Share above the waist, from which on what is seen as a dress or skirt is no skirt: at most 0.30 in nine
# skirts and shorts, at least 0.39 in dresses and in a tee that is seen as one.
_ABOVE = 0.35
# Trunks from shoulder joints to hem, that a dress has: tees 1.0 to 1.3, a slim one with short sleeves 1.73;
# dresses 1.8 and more.
_AS_LONG = 1.77
_SCRAP = 0.1  # of the largest part of what is seen, up to which another is none of it
_LINE = 2  # px of a map of 256 rows, half as broad a line is no cloth
_BESIDE = 3  # px of a map of 128 rows, the window around what is seen in which its edges are
_EDGE = 2  # px of a picture of 256 rows, how far inwards a garment's edge has the ground's colours


class Clothes(NamedTuple):
    """A garment cut out of its photo. photo: [1, 3, H, W]. cover: [1, 1, H, W], how much of each px is
    clothes. mask: bool [h, w], where they are on a map. back: likewise, where their inside is seen behind a
    neck. upper, lower: where a body would be in them, as in a top and as in trousers. trunk: of clothes that
    somebody wears (`clothes_worn`) the trunk with all that is hidden of it; None: nothing is."""

    photo: Tensor
    cover: Tensor
    mask: np.ndarray
    back: np.ndarray
    upper: Upper
    lower: Lower
    trunk: Clothes | None = None

    def bytes(self) -> int:
        trunk = 0 if self.trunk is None else self.trunk.bytes()
        return self.photo.nbytes + self.cover.nbytes + 4 * self.mask.nbytes + trunk


def known_as(part_P: Tensor, shape: Upper, hem: float, begins_at_waist: bool = True) -> Tensor:
    """Which piece a garment is, [P] with a 1: tops, dresses and skirts are told by how they begin, how long
    they are, and where most of them is worn. part: how much of it is seen as which. hem: y of its last row,
    in px of its shape. begins_at_waist: `garment_kinds.from_waist`."""
    seen, dress, skirt = int(part_P.argmax()), float(part_P[DRESS]), float(part_P[SKIRT])
    if seen in (DRESS, SKIRT):
        long = hem - float(shape.joints[:, 1].mean()) > _AS_LONG * TRUNK * shape.breadth
        below = dress < _ABOVE * (dress + skirt)
        held = not begins_at_waist or shape.sleeves != (None, None)  # as no skirt is
        seen = SKIRT if below and not held else DRESS if long else TOP
    return F.one_hot(torch.tensor(seen), len(PIECES)).to(part_P)


@torch.no_grad()
def clothes_alone(photo_1CHW: Tensor, surface_1Khw: Tensor) -> Clothes | None:
    """Of a photo of a garment, in any size, with its map (`flat_lays.of_garment`); None where that has
    none."""
    seen_hw = _large_parts(surface_1Khw[0, :CLASSES].argmax(0) > 0)
    place_13hw = surface_1Khw[:, CLASSES:].float() * SURFACE_SPAN
    if (surface_1Khw[0, :CLASSES].argmax(0) == _PANTS).any():
        small_hwC = to_rgb(shrunk(photo_1CHW, size_of(surface_1Khw)))
        seen_hw = torch.from_numpy(parted_to_the_crotch(seen_hw.cpu().numpy(), small_hwC)).to(seen_hw.device)
    arms_hw = seen_hw & (on_trunk(place_13hw)[0, 0] == 0) & (place_13hw[0, 0].abs() > 1.0)
    seen_11hw = seen_hw.float()[None, None]
    # A matte may find the like of a garment's colours beside it.
    cover_11HW = matte(seen_11hw, photo_1CHW) * enlarged(around(seen_11hw, _BESIDE), size_of(photo_1CHW))
    # Px at its edges have the ground's colours in them.
    inside_11HW = inner(cover_11HW, _EDGE)
    photo_1CHW = torch.lerp(spread(photo_1CHW, inside_11HW), photo_1CHW, inside_11HW)
    cover_11HW = running_mean(inner(cover_11HW, 1), 3).maximum(straps(cover_11HW))
    mask_hw = seen_hw.cpu().numpy()
    if not mask_hw.any():
        return None
    rgb_hwC = to_rgb(shrunk(photo_1CHW, size_of(surface_1Khw)))
    top = upper(mask_hw, arms_hw.cpu().numpy())
    return Clothes(photo_1CHW, cover_11HW, mask_hw, back_of_neck(mask_hw, rgb_hwC, top), top, lower(mask_hw))


def _large_parts(seen_hw: Tensor) -> Tensor:
    """What is seen less scraps that lie apart from it, or hang on it by a line, bool [h, w]."""
    mask_hw = seen_hw.cpu().numpy().astype(np.uint8)
    line = np.ones((2 * (_LINE * len(mask_hw) // 256) + 1,) * 2, np.uint8)
    count, part_hw, boxes, _ = cv2.connectedComponentsWithStats(
        cv2.morphologyEx(mask_hw, cv2.MORPH_OPEN, line)
    )
    if count < 3:
        return seen_hw
    areas_N = boxes[:, cv2.CC_STAT_AREA]
    small_N = areas_N < _SCRAP * areas_N[1:].max()
    scraps_hw = cv2.dilate(small_N[part_hw].astype(np.uint8), line)
    return seen_hw & torch.from_numpy(scraps_hw == 0).to(seen_hw.device)
