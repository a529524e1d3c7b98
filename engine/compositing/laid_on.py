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
from engine.ops.resample import enlarged, running_mean, shrunk
from engine.regions import SURFACE_SPAN

_CLOTHS = [TOP, DRESS, SKIRT, TROUSERS]
_SEAM = 0.4, 0.6  # share of a position from which, and at which wholly, cloth is there
_NECK = 1.0  # dm: arms are farther out
_SEEN = 0.3  # of 3 dm from a place, within which the photo shows it; half of a cell is a seventh
_LEAST = 12  # positions of a map of 128 rows that tell how a part is bent
_ACROSS = 0.6  # their standard deviation across, in positions: of three columns it is .8, of two a half
_BENT, _STIFF = 1e-2, 0.3  # ridge on the bends of a trunk, and of a sleeve or leg, whose rims tell little
_ROUNDS, _STRAY = 3, 0.05  # of the fit, and how far off (-1 to 1) a position counts half
# Sides in px of a map of 128 rows, of windows around what is told that a part may fill: flat, a sleeve is
# half as broad again as it is on an arm.
_TRUNK, _SLEEVE, _SKIRT = 5, 3, 33
_SOFT = 5  # likewise, over which one part goes over into another
_FORM, _BODY = 5, 41  # px of a picture of 256 rows, windows between whose means lies the form of a limb
_LIGHT = 0.85, 1.1  # of the skin's mean tone, what its form makes of it


class _Part(NamedTuple):
    """there: the wearer's positions that are of it, told: of them those where the clothes surely are, 0 or 1
    [h, w]. bend: [6, 2], from the picture's positions to the photo's; None where no clothes are on it. reach:
    side of the window around what is told that it may fill."""

    there: Tensor
    told: Tensor
    bend: Tensor | None
    reach: int


@torch.no_grad()
def as_worn_by(wearer: Drawn, clothes: Wardrobe, photo_1CHW: Tensor) -> Drawn:
    """The wearer's body in these clothes and nothing else, bare in the wearer's tone. photo: of the clothes,
    in any size."""
    size = size_of(wearer.picture)
    clothes = clothes._replace(skin=wearer.wardrobe.skin)
    body_11hw = 1.0 - wearer.surface[:, :CLASSES].softmax(1)[:, :1]
    body_hw = body_11hw[0, 0] > 0.5
    worn_1Phw, _ = worn_at(clothes, wearer.surface)
    cloth_1hw = _piece(clothes, worn_1Phw)
    parts = _parts(wearer.surface, body_hw, clothes, worn_1Phw, cloth_1hw)
    cloth_1CHW, share_11HW = _laid(parts, body_hw, photo_1CHW, _cut_out(clothes, photo_1CHW), size)
    behind_1CHW = wearer.wardrobe.plate if wearer.behind is None else wearer.behind
    behind_1CHW = enlarged(behind_1CHW, size)
    body_11HW = ramp(enlarged(body_11hw, size), *_SEAM)
    bare_1CHW = torch.lerp(behind_1CHW, _skin(wearer, body_11HW), body_11HW)
    # Which piece is where: as if it were painted, for beside the body no place tells it.
    drawn = wearer._replace(wardrobe=clothes, painted=None)
    bare_1Phw = pieces_worn(drawn)
    bare_1Phw[:, _CLOTHS] = 0.0
    share_1hw = shrunk(share_11HW, size_of(wearer.surface))[:, 0]
    piece_1hw = torch.where(share_1hw > 0.5, cloth_1hw, largest(bare_1Phw))
    picture_1CHW = torch.lerp(bare_1CHW, cloth_1CHW, share_11HW)
    return drawn._replace(picture=picture_1CHW, painted=piece_1hw, alone=True)


def _piece(clothes: Wardrobe, worn_1Phw: Tensor) -> Tensor:
    """Which piece the clothes are everywhere, [1, h, w]; worn: `wardrobe.worn_at` of them."""
    for piece in (TROUSERS, TOP):
        if clothes.part[piece] > 0.5:
            return torch.full_like(worn_1Phw[:, 0], piece, dtype=torch.long)
    return torch.where(worn_1Phw[:, DRESS] > worn_1Phw[:, SKIRT], DRESS, SKIRT)


def _parts(
    surface_1Khw: Tensor, body_hw: Tensor, clothes: Wardrobe, worn_1Phw: Tensor, piece_1hw: Tensor
) -> list[_Part]:
    """Trunk, sleeves or legs, and what hangs below a waist. worn: as of `_piece`, which gives piece."""
    place_3hw = surface_1Khw[0, CLASSES:].float() * SURFACE_SPAN
    left_hw, trunk_hw = place_3hw[0] > 0, on_trunk(place_3hw[None])[0, 0] > 0
    if clothes.part[TROUSERS] > 0.5:
        limbs_hw, trunk_hw = place_3hw[1] < HIP, trunk_hw & (place_3hw[1] >= HIP)
        reach = _TRUNK
    else:
        limbs_hw = ~trunk_hw & (place_3hw[0].abs() > _NECK)
        trunk_hw, reach = ~limbs_hw, _SLEEVE  # a collar goes up the neck
    classes_1hw = torch.tensor(CLASS_OF_PIECE, device=piece_1hw.device)[piece_1hw]
    named_18hw = F.one_hot(classes_1hw, CLASSES).movedim(-1, 1).float()
    found_12hw, unseen_12hw = look_up(clothes.atlas, torch.cat([named_18hw, surface_1Khw[:, CLASSES:]], 1))
    told_hw = body_hw & (unseen_12hw[0, 0] < _SEEN) & (worn_1Phw[0, _CLOTHS].sum(0) > 0.5)
    here_2hw = centres(size_of(surface_1Khw), surface_1Khw.device)

    def part(there_hw: Tensor, ridge: float, reach: int) -> _Part:
        used_hw = there_hw & told_hw
        bend = None
        here_N2 = here_2hw[:, used_hw].t()
        if len(here_N2) >= _LEAST * (len(body_hw) / 128) ** 2 and _spread_out(here_N2, len(body_hw)):
            bend = bent(here_N2, found_12hw[0][:, used_hw].t(), ridge)
        return _Part((there_hw & body_hw).float(), used_hw.float(), bend, reach)

    trunk = part(trunk_hw, _BENT, _TRUNK)
    limbs = [part(limbs_hw & side_hw, _STIFF, reach) for side_hw in (left_hw, ~left_hw)]
    if clothes.part[[DRESS, SKIRT]].sum() <= 0.5:
        return [trunk, *limbs]
    hangs_hw = (place_3hw[1] < WAIST).float()
    below = trunk._replace(there=trunk.there * hangs_hw, told=trunk.told * hangs_hw, reach=_SKIRT)
    return [trunk._replace(there=trunk.there * (1.0 - hangs_hw)), *limbs, below]


def _spread_out(here_N2: Tensor, rows: int) -> bool:
    """Whether positions lie in more than a line or two: else they tell nothing across it."""
    across = torch.linalg.eigvalsh(torch.cov(here_N2.t()))[0].clamp_min(0.0).sqrt()
    return float(across) * rows / 2 >= _ACROSS


def bent(here_N2: Tensor, there_N2: Tensor, ridge: float) -> Tensor:
    """The bend [6, 2] that takes positions here to positions there: their least squares, quadratic, in which
    what strays counts less. ridge: on what is not straight, as a share of the positions' mean square."""
    middle_2, scale = here_N2.mean(0), here_N2.std(0).amax().clamp_min(1e-3)
    terms_N6 = terms((here_N2 - middle_2) / scale)
    ridge_66 = torch.diag(terms_N6.new_tensor((0.0, 0.0, 0.0, 1.0, 1.0, 1.0))) * ridge * len(terms_N6)
    weight_N1 = torch.ones_like(here_N2[:, :1])
    for _ in range(_ROUNDS):
        weighed_N6 = weight_N1 * terms_N6
        bend_62 = torch.linalg.solve(weighed_N6.t() @ terms_N6 + ridge_66, weighed_N6.t() @ there_N2)
        off_N1 = (terms_N6 @ bend_62 - there_N2).norm(dim=1, keepdim=True)
        weight_N1 = 1.0 / (1.0 + (off_N1 / _STRAY) ** 2)
    a, b = (-middle_2 / scale).tolist()
    s = 1.0 / float(scale)
    # What 1, x, y, x², xy, y² of a scaled position are of the terms of the position itself.
    of_position_66 = bend_62.new_tensor(
        [
            [1.0, 0.0, 0.0, 0.0, 0.0, 0.0],
            [a, s, 0.0, 0.0, 0.0, 0.0],
            [b, 0.0, s, 0.0, 0.0, 0.0],
            [a * a, 2 * a * s, 0.0, s * s, 0.0, 0.0],
            [a * b, b * s, a * s, 0.0, s * s, 0.0],
            [b * b, 0.0, 2 * b * s, 0.0, 0.0, s * s],
        ]
    )
    return of_position_66.t() @ bend_62


def terms(here_N2: Tensor) -> Tensor:
    """1, x, y, x², xy, y² of positions [..., 2]."""
    x_N, y_N = here_N2.unbind(-1)
    return torch.stack([torch.ones_like(x_N), x_N, y_N, x_N * x_N, x_N * y_N, y_N * y_N], -1)


def _cut_out(clothes: Wardrobe, photo_1CHW: Tensor) -> Tensor:
    """How much of each of the photo's px is clothes, [1, 1, H, W], along its edges."""
    here_2hw = centres(size_of(clothes.inside), clothes.inside.device)
    shown = [piece for piece in _CLOTHS if clothes.part[piece] > 0]
    surely_hw = ((clothes.inside[shown] - here_2hw).abs().amax(1) < 1e-6).any(0)
    return matte(around(surely_hw.float()[None, None], 3), photo_1CHW)


def _laid(
    parts: list[_Part], body_hw: Tensor, photo_1CHW: Tensor, cut_11HW: Tensor, size: tuple[int, int]
) -> tuple[Tensor, Tensor]:
    """The clothes in the picture, [1, 3, H, W], and how much of a px they cover."""
    there_Phw = torch.stack([part.there for part in parts])
    others_hw = body_hw & (there_Phw.amax(0) == 0)  # a hand before trousers
    near_Phw = torch.cat([around(part.told[None, None], part.reach)[0] for part in parts])
    weight_1Phw = (_nearest(there_Phw) * near_Phw * ~others_hw)[None]
    weight_1Phw = running_mean(weight_1Phw, odd_side(_SOFT, len(body_hw)))
    weight_1PHW = enlarged(weight_1Phw, size)
    terms_HW6 = terms(centres(size, photo_1CHW.device).movedim(0, -1))
    seen_14HW = torch.cat([photo_1CHW * cut_11HW, cut_11HW], 1)
    laid_14HW = photo_1CHW.new_zeros(1, 4, *size)
    for part, weight_HW in zip(parts, weight_1PHW[0], strict=True):
        if part.bend is not None:
            laid_14HW += weight_HW * F.grid_sample(
                seen_14HW, (terms_HW6 @ part.bend)[None], align_corners=False
            )
    colour_1CHW, share_11HW = laid_14HW.split((3, 1), 1)
    return colour_1CHW / share_11HW.clamp_min(1e-3), ramp(share_11HW, *_SEAM)


def _nearest(there_Phw: Tensor) -> Tensor:
    """To which part each position is nearest, 0 or 1 [P, h, w]."""
    nobody_hw = (there_Phw.amax(0) == 0).cpu().numpy().astype(np.uint8)
    whose_hw = largest(there_Phw[None])[0].cpu().numpy()
    _, label_hw = cv2.distanceTransformWithLabels(nobody_hw, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    whose_of = np.zeros(label_hw.max() + 1, np.int64)
    whose_of[label_hw[nobody_hw == 0]] = whose_hw[nobody_hw == 0]
    nearest_hw = torch.from_numpy(whose_of[label_hw]).to(there_Phw.device)
    return F.one_hot(nearest_hw, len(there_Phw)).movedim(-1, 0).float()


def _skin(wearer: Drawn, body_11HW: Tensor) -> Tensor:
    """Bare skin everywhere, in the wearer's mean tone with the light and shade of what is seen there."""
    times = size_of(body_11HW)[0] // 256
    bright_11HW = (wearer.picture.mean(1, keepdim=True) + 1.0) * body_11HW
    form_11HW, whole_11HW = (
        running_mean(bright_11HW, side * times | 1)
        / running_mean(body_11HW, side * times | 1).clamp_min(1e-3)
        for side in (_FORM, _BODY)
    )
    light_11HW = (form_11HW / whole_11HW.clamp_min(1e-3)).clamp(*_LIGHT)
    return (wearer.wardrobe.skin + 1.0) * light_11HW - 1.0
