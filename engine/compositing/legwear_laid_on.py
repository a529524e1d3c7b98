"""Trousers and skirts that are laid on: hips, then a leg after the other, or a skirt in one.

They are as broad as somebody's hips and waist are seen to be. Long legs end at ankles, or where the wearer's
own end. px of a picture of at most 256 rows.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.compositing.bodies import CROTCH, WAIST, Body, Parts, Ways, leg_length
from engine.compositing.cloth_laid_on import Cloth
from engine.compositing.fields import ramp, size_of
from engine.compositing.garment_outline import Lower
from engine.compositing.wardrobe import CLASSES
from engine.compositing.worn import Drawn, of_pieces, pieces_worn
from engine.garments import SKIRT, TROUSERS
from engine.ops.resample import shrunk
from engine.regions import REGIONS

_PANTS = REGIONS.index("pants")
_HIPS = 1.0  # how broad hips are, in shoulders
_SHORT = 0.05  # of the trunk, how far before its end a leg of clothes hides what is in it
_ROUND = 1.08  # of the hips, how broad trousers are there
_AT_HIPS = 0.06  # of the trunk, rows around a waist and the hips
# Of usual hips: the narrowest and the broadest, and likewise waists; how much broader than its hips for its
# hips a waist is laid on, for clothes that are taken in.
_LEAN, _BROADEST, _WAISTS, _TAKEN_IN = 0.85, 1.15, (0.7, 1.0), 1.3
_MIDDLE, _HIGHEST = 0.25, 0.45  # of the shoulders, and of the trunk: where a waist may be seen
_TUCKED = 0.04  # of the trunk, how far above what is seen of them trousers begin, under a top
_FLAT = 0.8  # how much narrower than lying flat trousers and skirts are around a body
_LONG = 0.7  # of a leg, from which legs of trousers are long ones and end at ankles
_ON_LEG = 0.15  # of the shoulders, how far aside of a leg's bones it is looked whether it is covered
# Of px that are covered there, how many are before their end; and of the trunk, how far others lie over it.
_ENDS, _LAPS = 0.995, 0.05
_SEAM = 1.5  # px of clothes that both their legs have, where they are joined
_ARM_NEAR = 4  # px beyond an edge, up to which an arm that is seen hides the trunk's own


class Fit(NamedTuple):
    """Where a wearer's trousers and skirts begin, in trunks above the hips, and how broad somebody in them is
    there and at the hips, px. ends: how far along each leg from its hip the wearer's own go, px; 0 where none
    are."""

    waist: float
    waists: float
    hips: float
    ends: tuple[float, float]


def lower_layers(
    body: Body, fit: Fit, way: Ways, shape: Lower, cloth: Cloth, legs: bool
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
        ankles = (fit.waist + CROTCH) * unit + longest  # nobody's hem is below them
        tall = min(tall, ankles / max(shape.hem - shape.waist, 1.0))
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
    # A leg of clothes hides what is in it: beside legs that stand apart its end is lower than the other's.
    nearest_HW = torch.stack([aside_HW.abs() for _, _, aside_HW in way.legs]).argmin(0)
    for number, (limb_42, along_HW, aside_HW) in enumerate(way.legs):
        below = max(shape.hems[number] - shape.crotch, 1.0)
        along = scale / _FLAT
        leg, own = _leg(limb_42, unit), fit.ends[number] - CROTCH * unit
        if shape.leg is not None:
            long = shape.cut or below > _LONG * shape.leg
            along = leg / max(shape.leg, 1.0)
            if shape.cut:  # they go on, as nobody knows how, as far as the wearer's legs are in the picture
                on_leg_HW = along_HW[aside_HW.abs() < _ON_LEG * body.shoulders]
                shown = float(on_leg_HW.max()) + _LAPS * unit - CROTCH * unit if len(on_leg_HW) else leg
                along = max(along, min(leg, shown) / below)
        else:
            long = below * usual > _LONG * longest * _FLAT * max(shape.hips, 1.0)
            along = leg / below if long else along
        # Where long ones of the wearer's own cover an ankle nobody knows what that looks like.
        if long and own > _LONG * leg:
            along = max(along, own / below)
        s_HW = along_HW - CROTCH * unit
        deep_HW = torch.where(s_HW < 0, s_HW * steep, s_HW / along)
        begin_2, end_2 = shape.legs[number]
        slant = (end_2[0] - begin_2[0]) / max(end_2[1] - begin_2[1], 1.0)
        x_HW = begin_2[0] + deep_HW * slant - aside_HW / scale
        leg_HW2 = torch.stack([x_HW, shape.crotch + deep_HW], -1)
        place_HW2 = torch.lerp(hips_HW2, leg_HW2, ramp(s_HW, -CROTCH * unit, 0.2 * unit)[..., None])
        # Both have the seam between them; where a gap is that would be a rim of the other leg.
        seam_h1 = np.where(np.arange(cloth.rows) < shape.parted, _SEAM, 0.0)[:, None]
        side_hw = (np.arange(cloth.columns) - shape.between[:, None]) * (2 * number - 1) > -seam_h1
        layers.append(cloth.at(place_HW2, side_hw))
        ends_HW = s_HW < along * below - _SHORT * unit
        hidden_HW = hidden_HW.maximum((ends_HW & (nearest_HW == number)).float())
    return layers, hidden_HW


def _leg(limb_42: np.ndarray, trunk: float) -> float:
    """How long a leg is from the crotch."""
    return leg_length(limb_42, trunk) - CROTCH * trunk


def fit_of(wearer: Drawn, body: Body, way: Ways, parts: Parts) -> Fit:
    """As the wearer's own are seen, less arms, as far as somebody's can be so: under a top they begin where
    most do."""
    usual = _ROUND * _HIPS * body.shoulders
    there_hw = shrunk(person_of(wearer, size_of(parts.arms)) * (1.0 - parts.arms), way.size)[0, 0] > 0.5
    pieces_1Phw = F.interpolate(pieces_worn(wearer), way.size, mode="bilinear")
    own_hw = of_pieces(pieces_1Phw, (TROUSERS, SKIRT))[0, 0] > 0.5
    above_hw = 1.0 - way.down_HW / body.trunk
    middle_hw = own_hw & (way.across_HW.abs() < _MIDDLE * body.shoulders) & (above_hw < _HIGHEST)
    begins = float(above_hw[middle_hw].quantile(0.98)) if middle_hw.any() else WAIST
    waist = max(begins + _TUCKED, WAIST)
    breadths = []
    arms_hw = shrunk(parts.arms, way.size)[0, 0] > 0.5
    for above, least, most in ((waist, *_WAISTS), (0.0, _LEAN, _BROADEST)):
        rows_hw = ((above_hw - above).abs() < _AT_HIPS) & (way.across_HW.abs() < _BROADEST * usual)
        seen = _breadth(there_hw & rows_hw, arms_hw & rows_hw, way.across_HW, usual)
        breadths.append(float(np.clip(seen, least * usual, most * usual)))
    # A hem may be on a shoe: as it is seen, not by where on the body it is.
    class_1hw = F.interpolate(wearer.surface[:, :CLASSES], way.size, mode="bilinear").argmax(1)
    ends = [
        float(along_hw[on_hw].quantile(_ENDS)) + _LAPS * body.trunk if on_hw.any() else 0.0
        for _, along_hw, aside_hw in way.legs
        for on_hw in [(class_1hw[0] == _PANTS) & (aside_hw.abs() < _ON_LEG * body.shoulders)]
    ]
    return Fit(waist, breadths[0], breadths[1], (ends[0], ends[1]))


def _breadth(there_hw: Tensor, arms_hw: Tensor, across_hw: Tensor, usual: float) -> float:
    """How broad somebody is in rows of a map, on both sides of a middle, px. Beside an arm is no edge of a
    trunk: the other side tells it; but as broad as it is seen it is at least."""
    halves: tuple[list[float], list[float]] = [], []
    counts = []
    for there_w, arms_w, across_w in zip(there_hw, arms_hw, across_hw, strict=True):
        if not there_w.any():
            continue
        counts.append(float(there_w.sum()))
        for number, way in enumerate((-1, 1)):
            edge = float((way * across_w)[there_w].amax())
            beside_w = (way * across_w > edge) & (way * across_w < edge + _ARM_NEAR)
            if not (arms_w & beside_w).any():
                halves[number].append(edge + 0.5)
    if not counts:
        return usual
    told = [float(np.median(half)) for half in halves if half]
    return max(2.0 * float(np.mean(told)) if told else 0.0, float(np.median(counts)))


def person_of(wearer: Drawn, size: tuple[int, int]) -> Tensor:
    """How much of each px is the wearer, [1, 1, H, W], as the engine drew them."""
    person_11hw = 1.0 - wearer.surface[:, :CLASSES].softmax(1)[:, :1]
    return ramp(F.interpolate(person_11hw, size, mode="bilinear"), 0.4, 0.6)
