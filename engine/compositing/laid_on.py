"""Clothes that a photo shows with nobody in them, as they are on a wearer.

No engine draws them well, for it has seen people only. A garment's outline says where in it a body's
joints would be (`garment_outline`), and by these it is moved as a whole, a top as one mesh (`tops_laid_on`),
trousers leg by leg, so that stripes and prints stay what they are and it is as long and as broad as it is.
Its edges are the photo's; only sleeves and legs bend, with the limbs they are on.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from engine.compositing.bare_bodies import BareBody
from engine.compositing.bodies import Parts, Placed, parts_of, placed_in, shoulders_seen
from engine.compositing.cloth_laid_on import Cloth, over
from engine.compositing.clothes import Clothes
from engine.compositing.fields import closed, highest, ramp, size_of, spread
from engine.compositing.legwear_laid_on import fit_of, lower_layers, person_of
from engine.compositing.lent_skin import LentSkin
from engine.compositing.shoulders import shoulder_rays
from engine.compositing.tops_laid_on import top_on
from engine.compositing.worn import Drawn, Laid
from engine.garments import Garment
from engine.ops.resample import enlarged, running_mean, shrunk

_ABOUT = 4  # px of it, how far from where a map has an arm that may be
_HOLE = 12  # px of it, half as long is a gap that a map has in an arm
_FREE = 4  # px of it, how far from an arm before a trunk no sleeve is tucked under that
# Of the shoulders, half as broad gaps are creases between a trunk and its sleeves, and how far below the
# shoulders' level they surely and at most are: an arm that hangs away leaves a gap; and how light they are.
_CREASE, _ARMPITS, _IN_CREASE = 0.035, (0.6, 0.9), 0.6
_BOTH = 0.02  # share of a px by which a trunk and its sleeves cover more than either
_BESIDE = 0.02  # of the shoulders, how far beside its sleeve an arm is, at most, that is in it
_NOTCH = 0.2  # likewise, half as broad notches of trousers at their waist are what a hand hid
_SEAM = 0.012  # likewise half as broad gaps are seams, wherever they are
_ABOVE_WAIST = (
    0.02  # of the map's rows, how far above their waist trousers and skirts may be: hangers are farther
)
_NECK = -0.4, -0.3  # of the shoulders, how far above their level a face may still be, and a neck surely is


class Bared(NamedTuple):
    """A wearer without clothes, whatever is laid on: where the body is, which px are of its limbs, and what
    is bare of it."""

    placed: Placed
    parts: Parts
    bare: BareBody


@torch.no_grad()
def bared(wearer: Drawn, lent: LentSkin | None = None) -> Bared | None:
    """None where no joints tell a body."""
    placed = placed_in(wearer)
    if placed is None:
        return None
    parts = parts_of(wearer, size_of(wearer.picture))
    bare = BareBody(wearer, placed.body, placed.way, parts, lent)
    # A map has no arm where a cuff or what a hand holds looks like something else.
    along_11HW = closed(parts.arms, 2 * _HOLE * placed.times + 1) * bare.beside
    return Bared(placed, parts._replace(arms=parts.arms.maximum(along_11HW)), bare)


@torch.no_grad()
def as_worn_by(wearer: Drawn, clothes: Clothes, garment: Garment, under: Bared | None) -> Drawn | None:
    """The wearer with a bare body, and clothes laid on it; None where no joints tell where they belong.

    under: as of `bared`, of the wearer.
    """
    if under is None:
        return None
    (times, small, body, way), parts, bare = under
    size = size_of(wearer.picture)
    if garment.word in ("trousers", "skirt"):
        shape = clothes.lower
        cloth = Cloth(clothes, size, body.shoulders * times / max(shape.hips, 1.0))
        if shape.leg is None:
            cloth.begins(shape.waist - _ABOVE_WAIST * len(clothes.mask))
        fit = fit_of(wearer, body, way, parts)
        layers, hidden_hw = lower_layers(body, fit, way, shape, cloth, garment.word == "trousers")
        # A bare body is broader than clothes that are worn tight.
        hidden_hw = hidden_hw * (way.down_HW > (1.0 - fit.waist) * body.trunk)
        hidden_11HW = enlarged(hidden_hw[None, None], size)
        sleeves_11HW = back_11HW = sleeved_11HW = within_11HW = beside_11HW = torch.zeros_like(hidden_11HW)
        colour_1CHW, trunk_11HW = over(layers)
        # Under a top they are as broad as it is.
        above_hw = ramp((body.trunk - way.down_HW) / body.trunk, 0.0, 0.05)
        there_11HW = person_of(wearer, size)
        above_11HW = enlarged(above_hw[None, None], size)
        trunk_11HW = trunk_11HW * torch.lerp(torch.ones_like(there_11HW), there_11HW, above_11HW)
        # Where a hand in a pocket hid them on their giver is no hole below the waist.
        waist_hw = way.down_HW < (1.0 - fit.waist) * body.trunk
        waist_11HW, hips_11HW = (
            enlarged(rows_hw.to(trunk_11HW)[None, None], size)
            for rows_hw in (waist_hw, way.down_HW < body.trunk)
        )
        with_waist_11HW = trunk_11HW.maximum(bare.shape * waist_11HW)
        missed_11HW = _gaps(with_waist_11HW, _NOTCH * body.shoulders * times) * bare.shape * hips_11HW
        colour_1CHW = torch.lerp(colour_1CHW, spread(colour_1CHW, trunk_11HW), missed_11HW)
        trunk_11HW = trunk_11HW + missed_11HW
    else:
        scale = body.shoulders * times / clothes.upper.breadth
        cloth = Cloth(clothes, size, scale)
        arms_hw = shrunk(parts.arms, small)[0, 0]
        seen = shoulders_seen(wearer, body, small), shoulder_rays(wearer, body, small)
        top = top_on(body, way, arms_hw, bare.arms, *seen, clothes, garment.word == "dress")
        hidden_11HW, sleeved_11HW, within_11HW = (
            enlarged(each[None, None], size) for each in (top.hidden, top.sleeved, top.within)
        )
        whole = cloth if clothes.trunk is None else Cloth(clothes.trunk, size, scale)
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
        colour_1CHW, cover_11HW = over([trunk_14HW, *sleeves])
        armpits_11HW = enlarged(1.0 - ramp(way.down_HW / body.shoulders, *_ARMPITS)[None, None], size)
        gap_11HW = _gaps(cover_11HW, _CREASE * body.shoulders * times)
        gap_11HW = gap_11HW * (1.0 - ended_11HW) * armpits_11HW
        # Two soft edges that meet would let a line of what is behind through.
        gap_11HW = gap_11HW.maximum(_gaps(cover_11HW, _SEAM * body.shoulders * times))
        colour_1CHW = _in_creases(colour_1CHW, cover_11HW, gap_11HW, _CREASE * body.shoulders * times)
        # An arm that is broader than its sleeve goes beside it, and stays below a hem that is cut aslant.
        side = 2 * round(_BESIDE * body.shoulders * times) + 1
        sleeved_11HW = sleeved_11HW * highest((cover_11HW > 0.5).float(), side)
        trunk_11HW = trunk_14HW[:, 3:]
        sleeves_11HW = over(sleeves)[1] if sleeves else torch.zeros_like(trunk_11HW)
        # Where neither alone covers what both do.
        whole_11HW = cover_11HW + gap_11HW
        both_11HW = whole_11HW > trunk_11HW.maximum(sleeves_11HW) + _BOTH
        trunk_11HW = torch.where(both_11HW, whole_11HW, trunk_11HW)
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
        bare.trunk,
        bare.arms_shape,
        within_11HW,
        beside_11HW,
        neck_11HW,
    )
    return wearer._replace(picture=bare.skin, painted=None, laid=laid)


def _in_creases(colour_1CHW: Tensor, cover_11HW: Tensor, gap_11HW: Tensor, px: float) -> Tensor:
    """Colours of cloth, that go on in its gaps, and darker, the more the broader they are, and softly: a gap
    of one shade would be seen as a hole. px: half of the broadest."""
    side = 2 * max(1, round(px)) + 1
    dark_11HW = (1.0 - _IN_CREASE) * running_mean(running_mean(gap_11HW, side), side)
    cloth_1CHW = torch.lerp(colour_1CHW, spread(colour_1CHW, cover_11HW), gap_11HW)
    return cloth_1CHW - dark_11HW * (cloth_1CHW + 1.0)


def _gaps(cover_11HW: Tensor, px: float) -> Tensor:
    """How much of a px is in a gap of what is covered that is at most twice so broad."""
    side = 2 * max(1, round(px)) + 1
    return (closed(cover_11HW, side) - cover_11HW).clamp_min(0.0)
