"""Clothes that a photo shows with nobody in them, as they are on a wearer.

No engine draws them well, for it has seen people only. A garment's outline says where in it a body's
joints would be (`garment_outline`), and by these it is moved as a whole, a top as one mesh (`tops_laid_on`),
trousers leg by leg, so that stripes and prints stay what they are and it is as long and as broad as it is.
Its edges are the photo's; only sleeves and legs bend, with the limbs they are on.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.compositing.bare_bodies import BareBody
from engine.compositing.bodies import (
    CROTCH,
    FOLDED,
    WAIST,
    Body,
    Parts,
    Ways,
    body_of,
    limb_length,
    parts_of,
    shoulders_seen,
)
from engine.compositing.clothes import Clothes
from engine.compositing.fields import closed, highest, ramp, size_of, spread
from engine.compositing.garment_outline import Lower
from engine.compositing.shoulders import shoulder_rays
from engine.compositing.tops_laid_on import top_on
from engine.compositing.wardrobe import CLASSES
from engine.compositing.worn import Drawn, Laid, of_pieces, pieces_worn
from engine.garments import SKIRT, TROUSERS, Garment
from engine.ops.resample import enlarged, running_mean, shrunk

_ROWS = 256  # px, of a picture in which it is told where clothes are: bodies have no finer form
_ABOUT = 4  # px of it, how far from where a map has an arm that may be
_FREE = 4  # px of it, how far from an arm before a trunk no sleeve is tucked under that
# Of the shoulders, half as broad gaps are creases between a trunk and its sleeves, and how far below the
# shoulders' level they surely and at most are: an arm that hangs away leaves a gap; and how light they are.
_CREASE, _ARMPITS, _IN_CREASE = 0.035, (0.6, 0.9), 0.6
_FINER = 1.25  # times as fine as it is shown, from which on a photo is made smaller first
_HIPS = 1.0  # how broad hips are, in shoulders
_SHORT = 0.05  # of the trunk, how far before its end a leg of clothes hides what is in it
_ROUND = 1.08  # of the hips, how broad trousers are there
_AT_HIPS = 0.06  # of the trunk, rows around a waist and the hips
# Of usual hips: the narrowest and the broadest, and likewise waists; how much broader than its hips for its
# hips a waist is laid on, for clothes that are taken in.
_LEAN, _BROADEST, _WAISTS, _TAKEN_IN = 0.85, 1.15, (0.7, 1.0), 1.3
_MIDDLE, _HIGHEST = 0.25, 0.45  # of the shoulders, and of the trunk: where a waist may be seen
_TUCKED = 0.04  # of the trunk, how far above what is seen of them trousers begin, under a top
_ABOVE_WAIST = (
    0.02  # of the map's rows, how far above their waist trousers and skirts may be: hangers are farther
)
_FLAT = 0.8  # how much narrower than lying flat trousers and skirts are around a body
_LONG = 0.7  # of a leg, from which legs of trousers are long ones and end at ankles
_NECK = -0.4, -0.3  # of the shoulders, how far above their level a face may still be, and a neck surely is


@torch.no_grad()
def as_worn_by(wearer: Drawn, clothes: Clothes, garment: Garment) -> Drawn | None:
    """The wearer with a bare body, and clothes laid on it; None where no joints tell where they belong."""
    size = size_of(wearer.picture)
    times = max(1, size[0] // _ROWS)
    small = size[0] // times, size[1] // times
    body = body_of(wearer, small)
    if body is None:
        return None
    device = wearer.picture.device
    y_hw, x_hw = torch.meshgrid(*(torch.arange(side, device=device) for side in small), indexing="ij")
    parts, way = parts_of(wearer, size), Ways(body, torch.stack([x_hw, y_hw], -1).float())
    bare = BareBody(wearer, body, way, parts)
    if garment.word in ("trousers", "skirt"):
        shape = clothes.lower
        cloth = _Cloth(clothes, size, body.shoulders * times / max(shape.hips, 1.0))
        if shape.leg is None:
            cloth.begins(shape.waist - _ABOVE_WAIST * len(clothes.mask))
        fit = _fit_of(wearer, body, way, parts)
        layers, hidden_hw = _lower_layers(body, fit, way, shape, cloth, garment.word == "trousers")
        # A bare body is broader than clothes that are worn tight.
        hidden_hw = hidden_hw * (way.down_HW > (1.0 - fit.waist) * body.trunk)
        hidden_11HW = enlarged(hidden_hw[None, None], size) * (1.0 - parts.arms)
        sleeves_11HW = back_11HW = sleeved_11HW = beside_11HW = torch.zeros_like(hidden_11HW)
        colour_1CHW, trunk_11HW = _over(layers)
        # Under a top they are as broad as it is.
        above_hw = ramp((body.trunk - way.down_HW) / body.trunk, 0.0, 0.05)
        there_11HW = _person(wearer, size)
        above_11HW = enlarged(above_hw[None, None], size)
        trunk_11HW = trunk_11HW * torch.lerp(torch.ones_like(there_11HW), there_11HW, above_11HW)
    else:
        scale = body.shoulders * times / clothes.upper.breadth
        cloth = _Cloth(clothes, size, scale)
        arms_hw = shrunk(parts.arms, small)[0, 0]
        seen = shoulders_seen(wearer, body, small), shoulder_rays(wearer, body, small)
        top = top_on(body, way, arms_hw, bare.arms, *seen, clothes)
        hidden_11HW, sleeved_11HW = (enlarged(each[None, None], size) for each in (top.hidden, top.sleeved))
        whole = cloth if clothes.trunk is None else _Cloth(clothes.trunk, size, scale)
        trunk_14HW, *sleeves = (
            (cloth if number else whole).at(each.place, each.only, each.there)
            for number, each in enumerate(top.layers)
        )
        on_sleeves_11HW = cloth.of(top.layers[0].place, top.sleeves)
        solid_11HW = trunk_14HW[:, 3:] * (1.0 - on_sleeves_11HW)
        # What of a trunk goes on under its sleeves would be seen below them.
        ended_11HW = enlarged(top.ended[None, None], size)
        trunk_14HW = trunk_14HW * (1.0 - on_sleeves_11HW * ended_11HW)
        beside_11HW = bare.beside * highest(parts.arms, 2 * _ABOUT * times + 1) * ended_11HW
        free_11HW = 1.0 - highest(parts.before, 2 * _FREE * times + 1)
        sleeves = [
            sleeve_14HW * (1.0 - solid_11HW * free_11HW * enlarged(each.under[None, None], size))
            for sleeve_14HW, each in zip(sleeves, top.layers[1:], strict=True)
        ]
        colour_1CHW, cover_11HW = _over([trunk_14HW, *sleeves])
        armpits_11HW = enlarged(1.0 - ramp(way.down_HW / body.shoulders, *_ARMPITS)[None, None], size)
        gap_11HW = _gaps(cover_11HW, _CREASE * body.shoulders * times)
        gap_11HW = gap_11HW * (1.0 - ended_11HW) * armpits_11HW
        dark_1CHW = _IN_CREASE * (spread(colour_1CHW, cover_11HW) + 1.0) - 1.0
        colour_1CHW = torch.lerp(colour_1CHW, dark_1CHW, gap_11HW)
        trunk_11HW = trunk_14HW[:, 3:].maximum(gap_11HW)
        sleeves_11HW = _over(sleeves)[1] if sleeves else torch.zeros_like(trunk_11HW)
        back_11HW = cloth.of(top.layers[0].place, clothes.back)
    neck_11HW = enlarged(ramp(way.down_HW / body.shoulders, *_NECK)[None, None], size)
    laid = Laid(
        colour_1CHW,
        trunk_11HW,
        sleeves_11HW,
        back_11HW,
        parts.before,
        hidden_11HW,
        sleeved_11HW,
        bare.shape,
        beside_11HW,
        neck_11HW,
    )
    return wearer._replace(picture=bare.skin, painted=None, laid=laid)


class _Cloth:
    """Clothes to be looked up at places in px of their map, told at positions of a picture that may be
    smaller than that of this size. scale: px of the picture for one of the map."""

    def __init__(self, clothes: Clothes, size: tuple[int, int], scale: float):
        self.mask, self._size = clothes.mask, size
        self.rows, self.columns = clothes.mask.shape
        seen_14HW = torch.cat([clothes.photo * clothes.cover, clothes.cover], 1)
        # A photo that is shown smaller is made smaller first, or its fine patterns were others.
        finer = size_of(seen_14HW)[0] / (self.rows * scale)
        if finer > _FINER:
            seen_14HW = shrunk(seen_14HW, [max(1, round(side / finer)) for side in size_of(seen_14HW)])
        self._seen_14HW = seen_14HW

    def at(
        self, place_hw2: Tensor, only_hw: np.ndarray | None = None, there_hw: Tensor | None = None
    ) -> Tensor:
        """Colours times cover, and cover, [1, 4, H, W]. only: which part of them. there: which places are
        any, bool."""
        seen_14HW = F.grid_sample(self._seen_14HW, self._grid(place_hw2), align_corners=False)
        if there_hw is not None:
            seen_14HW = seen_14HW * (enlarged(there_hw[None, None].float(), self._size) > 0.99)
        if only_hw is None:
            return seen_14HW
        return seen_14HW * self.of(place_hw2, only_hw)

    def begins(self, row: float) -> None:
        """Nothing above this row of their map is of them."""
        rows_H1 = torch.arange(size_of(self._seen_14HW)[0], device=self._seen_14HW.device)[:, None]
        self._seen_14HW = self._seen_14HW * (rows_H1 >= row * size_of(self._seen_14HW)[0] / self.rows)

    def of(self, place_hw2: Tensor, mask_hw: np.ndarray) -> Tensor:
        """How much of a px is in a part of their map, [1, 1, H, W]."""
        mask_11hw = torch.from_numpy(mask_hw.astype(np.float32))[None, None].to(place_hw2.device)
        found_11HW = F.grid_sample(running_mean(mask_11hw, 3), self._grid(place_hw2), align_corners=False)
        return ramp(found_11HW, 0.35, 0.65)

    def _grid(self, place_hw2: Tensor) -> Tensor:
        sides = place_hw2.new_tensor((self.columns, self.rows))
        place_12HW = enlarged(((place_hw2 + 0.5) * 2 / sides - 1).movedim(-1, 0)[None], self._size)
        return place_12HW.movedim(1, -1)


def _gaps(cover_11HW: Tensor, px: float) -> Tensor:
    """How much of a px is in a gap of what is covered that is at most twice so broad."""
    side = 2 * max(1, round(px)) + 1
    return (closed(cover_11HW, side) - cover_11HW).clamp_min(0.0)


def _over(layers: list[Tensor]) -> tuple[Tensor, Tensor]:
    """Layers of colours times cover, and cover, [1, 4, H, W], each over those before it: colours, cover."""
    seen_14HW = layers[0]
    for layer_14HW in layers[1:]:
        seen_14HW = layer_14HW + (1.0 - layer_14HW[:, 3:]) * seen_14HW
    colour_1CHW, cover_11HW = seen_14HW.split((3, 1), 1)
    return colour_1CHW / cover_11HW.clamp_min(1e-3), cover_11HW


class _Fit(NamedTuple):
    """Where a wearer's trousers and skirts begin, in trunks above the hips, and how broad somebody in them is
    there and at the hips, px."""

    waist: float
    waists: float
    hips: float


def _lower_layers(
    body: Body, fit: _Fit, way: Ways, shape: Lower, cloth: _Cloth, legs: bool
) -> tuple[list[Tensor], Tensor]:
    """Trousers, a leg after the other, or a skirt in one; and above which rows nothing is seen of what is in
    them, [h, w]."""
    unit = body.trunk
    across_HW, down_HW = way.across_HW, way.down_HW - unit
    hidden_HW = torch.zeros_like(down_HW)
    waists, hips = fit.waists / max(shape.waists, 1.0), fit.hips / max(shape.hips, 1.0)
    if not legs:
        scale = max(hips, waists)
        longest = max(_leg(limb_42, unit) for limb_42, _, _ in way.legs)
        tall = scale / 0.85 if shape.leg is None else longest / max(shape.leg, 1.0)
        y_HW = shape.waist + (down_HW + fit.waist * unit) / tall
        hidden_HW = (y_HW < shape.hem - _SHORT * (shape.hem - shape.waist)).float()
        return [cloth.at(torch.stack([shape.middle + across_HW / scale, y_HW], -1))], hidden_HW
    scale = hips
    rise = max(shape.crotch - shape.waist, 1.0)
    steep = rise / ((fit.waist + CROTCH) * unit)
    y_HW = shape.crotch + (down_HW - CROTCH * unit) * steep
    waists = float(np.clip(waists, hips, _TAKEN_IN * hips))
    scale_HW = torch.lerp(
        torch.full_like(down_HW, hips),
        torch.full_like(down_HW, waists),
        ramp(-down_HW / (fit.waist * unit), 0.0, 1.0),
    )
    hips_HW2 = torch.stack([shape.middle + across_HW / scale_HW, y_HW], -1)
    layers = []
    usual = _ROUND * _HIPS * body.shoulders
    longest = max(_leg(limb_42, unit) for limb_42, _, _ in way.legs)
    for number, (limb_42, along_HW, aside_HW) in enumerate(way.legs):
        below = max(shape.hem - shape.crotch, 1.0)
        along = scale / _FLAT
        leg = _leg(limb_42, unit)
        if shape.leg is not None:
            along = leg / max(shape.leg, 1.0)
        elif below * usual > _LONG * longest * _FLAT * max(shape.hips, 1.0):
            along = leg / below
        s_HW = along_HW - CROTCH * unit
        deep_HW = torch.where(s_HW < 0, s_HW * steep, s_HW / along)
        begin_2, end_2 = shape.legs[number]
        slant = (end_2[0] - begin_2[0]) / max(end_2[1] - begin_2[1], 1.0)
        x_HW = begin_2[0] + deep_HW * slant - aside_HW / scale
        leg_HW2 = torch.stack([x_HW, shape.crotch + deep_HW], -1)
        place_HW2 = torch.lerp(hips_HW2, leg_HW2, ramp(s_HW, -CROTCH * unit, 0.2 * unit)[..., None])
        side_w = (np.arange(cloth.columns) - shape.middle) * (2 * number - 1) > -1.5
        layers.append(cloth.at(place_HW2, np.broadcast_to(side_w, (cloth.rows, cloth.columns))))
        hidden_HW = hidden_HW.maximum((s_HW < along * below - _SHORT * unit).float())
    return layers, hidden_HW


def _leg(limb_42: np.ndarray, trunk: float) -> float:
    """How long a leg is from the crotch, told by none that is folded."""
    return max(limb_length(limb_42), FOLDED * trunk) - CROTCH * trunk


def _fit_of(wearer: Drawn, body: Body, way: Ways, parts: Parts) -> _Fit:
    """As the wearer's own are seen, less arms, as far as somebody's can be so: under a top they begin where
    most do."""
    usual = _ROUND * _HIPS * body.shoulders
    there_hw = shrunk(_person(wearer, size_of(parts.arms)) * (1.0 - parts.arms), way.size)[0, 0] > 0.5
    pieces_1Phw = F.interpolate(pieces_worn(wearer), way.size, mode="bilinear")
    own_hw = of_pieces(pieces_1Phw, (TROUSERS, SKIRT))[0, 0] > 0.5
    above_hw = 1.0 - way.down_HW / body.trunk
    middle_hw = own_hw & (way.across_HW.abs() < _MIDDLE * body.shoulders) & (above_hw < _HIGHEST)
    begins = float(above_hw[middle_hw].quantile(0.98)) if middle_hw.any() else WAIST
    waist = max(begins + _TUCKED, WAIST)
    breadths = []
    for above, least, most in ((waist, *_WAISTS), (0.0, _LEAN, _BROADEST)):
        rows_hw = ((above_hw - above).abs() < _AT_HIPS) & (way.across_HW.abs() < _BROADEST * usual)
        counts_h = (there_hw & rows_hw).sum(1)[rows_hw.any(1)].float()
        seen = float(counts_h.median()) if len(counts_h) else usual
        breadths.append(float(np.clip(seen, least * usual, most * usual)))
    return _Fit(waist, *breadths)


def _person(wearer: Drawn, size: tuple[int, int]) -> Tensor:
    """How much of each px is the wearer, [1, 1, H, W], as the engine drew them."""
    person_11hw = 1.0 - wearer.surface[:, :CLASSES].softmax(1)[:, :1]
    return ramp(F.interpolate(person_11hw, size, mode="bilinear"), 0.4, 0.6)
