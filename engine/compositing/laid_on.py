"""Clothes that a photo shows with nobody in them, as they are on a wearer.

No engine draws them well, for it has seen people only. They are laid on part by part, trunk, sleeves and
legs: where a part's places on the body are seen in the photo, and where they are in the wearer's picture,
says how it is bent over, smoothly, so that stripes and prints stay what they are. Outlines are the photo's:
a collar, a hem and a skirt's flare come along.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.compositing.atlas import centres, look_up
from engine.compositing.fields import around, largest, odd_side, ramp, size_of
from engine.compositing.tailoring import matte
from engine.compositing.wardrobe import CLASS_OF_PIECE, CLASSES, HIP, Wardrobe, on_trunk, worn_at
from engine.compositing.worn import Drawn, pieces_worn
from engine.cv import cv2
from engine.garments import DRESS, SKIRT, TOP, TROUSERS, WAIST
from engine.ops.resample import running_mean
from engine.regions import SURFACE_SPAN

_CLOTHS = TOP, DRESS, SKIRT, TROUSERS
_SEAM = 0.4, 0.6  # share of a position from which, and at which wholly, cloth is there
_NECK = 1.0  # dm: arms are farther out
_SEEN = 0.15  # of 3 dm from a place, within which the photo shows it
_LEAST = 12  # positions of a map of 128 rows that tell how a part is bent
_BENT, _STIFF = (
    1e-3,
    0.3,
)  # ridge on bends, of the mean square of a position: without it a sleeve's rim decides
_ROUNDS, _STRAY = 3, 0.05  # of the fit, and how far off (-1 to 1) a position counts half
_BEYOND, _SLEEVE, _SKIRT = (
    11,
    5,
    33,
)  # px of a map of 128 rows, windows around what is told that parts may fill
_SOFT = 5  # likewise, over which one part goes over into another


class _Part(NamedTuple):
    """there: the wearer's positions that are of it [h, w], 0 or 1. maps: [6, 2], from the picture's positions
    to the photo's; None where the clothes are not on it. told: where it surely
    is on it, 0 or 1 [h, w]; reach: px of a map of 128 rows, side of the window around that it may fill."""

    there: Tensor
    maps: Tensor | None
    told: Tensor
    reach: int


@torch.no_grad()
def as_worn_by(wearer: Drawn, clothes: Wardrobe, photo_1CHW: Tensor) -> Drawn:
    """The wearer's body in these clothes and nothing else, bare in the wearer's tone. photo: of the clothes,
    in any size."""
    clothes = clothes._replace(skin=wearer.wardrobe.skin)
    drawn = wearer._replace(wardrobe=clothes, painted=None)
    body_11hw = 1.0 - wearer.surface[:, :CLASSES].softmax(1)[:, :1]
    parts = _parts(wearer.surface, body_11hw[0, 0] > 0.5, clothes)
    size = size_of(wearer.picture)
    cut_11HW = _cut_out(clothes, photo_1CHW)
    cloth_1CHW, share_11HW = _laid(parts, body_11hw[0, 0] > 0.5, photo_1CHW, cut_11HW, size)
    behind_1CHW = wearer.wardrobe.plate if wearer.behind is None else wearer.behind
    picture_1CHW = F.interpolate(behind_1CHW, size, mode="bilinear")
    body_11HW = ramp(F.interpolate(body_11hw, size, mode="bilinear"), *_SEAM)
    picture_1CHW = torch.lerp(picture_1CHW, clothes.skin.expand_as(picture_1CHW), body_11HW)
    picture_1CHW = torch.lerp(picture_1CHW, cloth_1CHW, share_11HW)
    share_11hw = F.interpolate(share_11HW, size_of(wearer.surface), mode="area")
    bare_1Phw = pieces_worn(drawn)
    bare_1Phw[:, list(_CLOTHS)] = 0.0
    piece_1hw = torch.where(share_11hw[:, 0] > 0.5, _which(clothes, wearer.surface), largest(bare_1Phw))
    return drawn._replace(picture=picture_1CHW, painted=piece_1hw, alone=True)


def _which(clothes: Wardrobe, surface_1Khw: Tensor) -> Tensor:
    """Which piece the clothes are at these places, [1, h, w]."""
    if clothes.part[TROUSERS] > 0.5 or clothes.part[TOP] > 0.5:
        piece = TROUSERS if clothes.part[TROUSERS] > 0.5 else TOP
        return torch.full_like(surface_1Khw[:, 0], piece, dtype=torch.long)
    worn_1Phw = worn_at(clothes, surface_1Khw)[0]
    return torch.where(worn_1Phw[:, DRESS] > worn_1Phw[:, SKIRT], DRESS, SKIRT)


def _parts(surface_1Khw: Tensor, body_hw: Tensor, clothes: Wardrobe) -> list[_Part]:
    """Trunk, sleeves and legs of a wearer."""
    place_3hw = surface_1Khw[0, CLASSES:].float() * SURFACE_SPAN
    trunk_hw = on_trunk(place_3hw[None])[0, 0] > 0
    legged = bool(clothes.part[TROUSERS] > 0.5)
    if legged:
        legs_hw = place_3hw[1] < HIP
        sides = [legs_hw & (place_3hw[0] > 0), legs_hw & (place_3hw[0] <= 0)]
        there = [trunk_hw & ~legs_hw, *sides]
    else:  # a collar goes up the neck
        arms_hw = ~trunk_hw & (place_3hw[0].abs() > _NECK)
        there = [~arms_hw, arms_hw & (place_3hw[0] > 0), arms_hw & (place_3hw[0] <= 0)]
    skirted = float(clothes.part[[DRESS, SKIRT]].sum()) > 0.5
    piece_1hw = _which(clothes, surface_1Khw)
    classes_1hw = torch.tensor(CLASS_OF_PIECE, device=piece_1hw.device)[piece_1hw]
    named_18hw = F.one_hot(classes_1hw, CLASSES).movedim(-1, 1).float()
    positions_12hw, unseen_12hw = look_up(
        clothes.atlas, torch.cat([named_18hw, surface_1Khw[:, CLASSES:]], 1)
    )
    worn_hw = worn_at(clothes, surface_1Khw)[0][0, list(_CLOTHS)].sum(0)
    told_hw = body_hw & (unseen_12hw[0, 0] < _SEEN) & (worn_hw > 0.5)
    here_2hw = centres(size_of(surface_1Khw), surface_1Khw.device)
    least = _LEAST * (len(body_hw) / 128) ** 2
    parts = []
    for number, part_hw in enumerate(there):
        used_hw = part_hw & told_hw
        maps = None
        if used_hw.sum() >= least:
            maps = _fitted(
                here_2hw[:, used_hw].t(), positions_12hw[0][:, used_hw].t(), _BENT if number == 0 else _STIFF
            )
        reach = _BEYOND if number == 0 or legged else _SLEEVE
        parts.append(_Part((part_hw & body_hw).float(), maps, used_hw.float(), reach))
    if skirted:
        low_hw = parts[0].there * (place_3hw[1] < WAIST).float()
        trunk = parts[0]
        parts[0] = trunk._replace(there=trunk.there - low_hw)
        parts.append(_Part(low_hw, trunk.maps, trunk.told * low_hw, _SKIRT))
    return parts


def _terms(here_N2: Tensor) -> Tensor:
    x_N, y_N = here_N2.unbind(-1)
    return torch.stack([torch.ones_like(x_N), x_N, y_N, x_N * x_N, x_N * y_N, y_N * y_N], -1)


def _fitted(here_N2: Tensor, there_N2: Tensor, ridge: float) -> Tensor:
    """The bend [6, 2] from here to there: quadratic, least squares, what strays counting less."""
    middle_2, scale = here_N2.mean(0), here_N2.std(0).amax().clamp_min(1e-3)
    terms_N6 = _terms((here_N2 - middle_2) / scale)
    ridge_66 = torch.diag(terms_N6.new_tensor((0.0, 0.0, 0.0, 1.0, 1.0, 1.0))) * ridge * len(terms_N6)
    weight_N1 = torch.ones_like(here_N2[:, :1])
    for _ in range(_ROUNDS):
        weighed_N6 = weight_N1 * terms_N6
        maps_62 = torch.linalg.solve(weighed_N6.t() @ terms_N6 + ridge_66, weighed_N6.t() @ there_N2)
        off_N1 = (terms_N6 @ maps_62 - there_N2).norm(dim=1, keepdim=True)
        weight_N1 = 1.0 / (1.0 + (off_N1 / _STRAY) ** 2)
    return _about(maps_62, middle_2, scale)


def _about(maps_62: Tensor, middle_2: Tensor, scale: Tensor) -> Tensor:
    """A bend of (position - middle) / scale as one of positions."""
    a, b = (-middle_2 / scale).tolist()
    s = 1.0 / float(scale)
    # Rows: what 1, x, y, x², xy, y² of the scaled position are of the terms of the position itself.
    rows = [
        [1.0, 0.0, 0.0, 0.0, 0.0, 0.0],
        [a, s, 0.0, 0.0, 0.0, 0.0],
        [b, 0.0, s, 0.0, 0.0, 0.0],
        [a * a, 2 * a * s, 0.0, s * s, 0.0, 0.0],
        [a * b, b * s, a * s, 0.0, s * s, 0.0],
        [b * b, 0.0, 2 * b * s, 0.0, 0.0, s * s],
    ]
    return maps_62.new_tensor(rows).t() @ maps_62


def _cut_out(clothes: Wardrobe, photo_1CHW: Tensor) -> Tensor:
    """How much of each of the photo's px is clothes, [1, 1, H, W], along its edges."""
    here_2hw = centres(size_of(clothes.inside), clothes.inside.device)
    shown = [piece for piece in _CLOTHS if clothes.part[piece] > 0]
    surely_hw = ((clothes.inside[shown] - here_2hw).abs().amax(1) < 1e-6).any(0)
    share_11hw = around(surely_hw.float()[None, None], 3)
    return matte(share_11hw, photo_1CHW)


def _laid(
    parts: list[_Part], body_hw: Tensor, photo_1CHW: Tensor, cut_11HW: Tensor, size: tuple[int, int]
) -> tuple[Tensor, Tensor]:
    """The clothes in the picture, [1, 3, H, W], and how much of a px they cover."""
    nearest_Phw = _nearest(torch.stack([part.there for part in parts]))
    others_hw = body_hw & (sum(part.there for part in parts) == 0)  # a hand before trousers
    near_1Phw = (
        ~others_hw * torch.stack([around(part.told[None, None], part.reach)[0, 0] for part in parts])[None]
    )
    weight_1PHW = F.interpolate(
        running_mean(nearest_Phw[None] * near_1Phw, odd_side(_SOFT, size_of(nearest_Phw)[0])),
        size,
        mode="bilinear",
    )
    terms_HW6 = _terms(centres(size, photo_1CHW.device).movedim(0, -1))
    seen_14HW = torch.cat([photo_1CHW, torch.ones_like(cut_11HW)], 1) * cut_11HW
    laid_14HW = photo_1CHW.new_zeros(1, 4, *size)
    for part, weight_HW in zip(parts, weight_1PHW[0], strict=True):
        if part.maps is not None:
            found_14HW = F.grid_sample(seen_14HW, (terms_HW6 @ part.maps)[None], align_corners=False)
            laid_14HW += weight_HW * found_14HW
    colour_1CHW, share_11HW = laid_14HW.split((3, 1), 1)
    return colour_1CHW / share_11HW.clamp_min(1e-3), ramp(share_11HW, *_SEAM)


def _nearest(there_Phw: Tensor) -> Tensor:
    """To which part each position is nearest, 0 or 1 [P, h, w]."""
    whose_hw = largest(there_Phw[None])[0].cpu().numpy()
    nobody_hw = (there_Phw.amax(0) == 0).cpu().numpy().astype(np.uint8)
    _, label_hw = cv2.distanceTransformWithLabels(nobody_hw, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    whose_of = np.zeros(label_hw.max() + 1, np.int64)
    whose_of[label_hw[nobody_hw == 0]] = whose_hw[nobody_hw == 0]
    nearest_hw = torch.from_numpy(whose_of[label_hw]).to(there_Phw.device)
    return F.one_hot(nearest_hw, len(there_Phw)).movedim(-1, 0).float()
