"""A wearer's body bare, under clothes that are laid on: where it is, and what its skin looks like.

A sleeve that is shorter than the one before, or a deeper neck, bares it. A limb goes on from where it is
seen, as broad and as round as there; along it, and where nothing of it is seen, its outline, its light and
its shade are those of a limb out of the box (`made_skin`). A neck goes on as a neck. px of a picture of at
most 256 rows.
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.compositing.bodies import ARM, ARMPIT, Body, Parts, Ways, limb_length
from engine.compositing.fields import highest, ramp, size_of, spread
from engine.compositing.lent_skin import LentLimb, LentSkin
from engine.compositing.made_skin import MadeLimb, made_skin
from engine.compositing.rims import maybe_skin
from engine.compositing.worn import Drawn, above_shoes, of_pieces, pieces_worn
from engine.garments import ARMS, FACE, LEGS
from engine.ops.resample import enlarged, running_mean, shrunk

# Half of the breadth of bare bodies, in shoulders, evenly along a trunk.
_TRUNK_HALVES = 0.52, 0.5, 0.46, 0.46, 0.58
_NECK_HALVES = (
    0.21,
    0.2,
    0.25,
    0.5,
    0.6,
)  # likewise of a neck, from its upper end down to the shoulders' level
_SURE = 0.8  # share of a position from which it is skin
# Difference of colours (of -1 to 1) from the wearer's tone that a neck hardly has, and a beard or a shadow
# has.
_NO_BEARD = 0.3
_RIM = 2  # px that are left out beside what is no skin
_FEWEST = 40  # px of skin that tell how broad a limb is
_FEWEST_OF_TONE = 12  # px of bare arms or hands that tell the tone of limbs
_NEARBY = 0.3  # of a limb, from where its skin begins, that tells how it goes on before
_WRIST = 0.9  # of a limb, up to where it is no hand or foot
_PALM = 1.5  # times as broad as its wrist or ankle a hand or a foot is
_HAND = 1.3  # of a limb, to where its hand or foot reaches
_BROADEST, _NARROWEST = 1.3, 0.6  # of the usual breadth there, that a limb is found to have
_BINS = 9  # across a limb
_AS_NEAR = 1.1  # times as far from the wearer's own skin as what goes on from that, that a lent one may be
_SLANT = 1.5  # how much farther down its arm an armhole ends, of how far towards the trunk: it is round
_SLICE = 3  # px along a limb in which its breadth is told
_FINE = 3  # px, side of the window over which skin is smooth
_COARSEST = 0.012  # of -1 to 1, the strongest grain: what is more is freckles
_NECK = -0.5, 0.8  # of the shoulders, from how far above their level on a neck is, and how far around
_JOINS = (
    -0.15,
    0.1,
)  # of the shoulders, from where before a limb's joint to where behind it its skin is its own


class BareBody:
    """shape: where it is, [1, 1, H, W], edges as sharp as the picture's. beside: likewise, of arms below
    armpits. skin: its colours, [1, 3, H, W]. arms: from the picture's left to its right."""

    def __init__(self, wearer: Drawn, body: Body, way: Ways, parts: Parts, lent: LentSkin | None = None):
        size = size_of(parts.arms)
        self._body, self._times = body, size[0] / way.size[0]
        pieces_1Phw = F.interpolate(pieces_worn(wearer), way.size, mode="bilinear")
        picture_1Chw = shrunk(wearer.picture, way.size)
        tone_1C11 = wearer.wardrobe.skin
        alike_11hw = maybe_skin(picture_1Chw, tone_1C11)

        def seen(*pieces: int) -> Tensor:
            """Where skin of these surely is, [1, 1, h, w], 0 or 1."""
            share_11hw = 1.0 - _most(1.0 - of_pieces(pieces_1Phw, pieces))
            return ((share_11hw > _SURE) & (alike_11hw > 0)).float()

        arms_11hw, legs_11hw, face_11hw = seen(ARMS), seen(LEGS), seen(FACE)
        # Less what is beside a face, and a beard's or a chin's shade.
        tone_1C11 = _lit(picture_1Chw, face_11hw, tone_1C11)
        limbs_1C11 = _of_limbs(picture_1Chw, arms_11hw, tone_1C11)
        shoes_11hw = F.interpolate(above_shoes(wearer.surface), way.size, mode="nearest")
        legs_11hw = legs_11hw * shoes_11hw
        no_beard_11hw = (picture_1Chw - tone_1C11).square().mean(1, keepdim=True).sqrt() < _NO_BEARD
        below_hw = way.down_HW / body.shoulders
        neck_hw = _halves((below_hw - _NECK[0]) / -_NECK[0], _NECK_HALVES) * body.shoulders
        made = made_skin(below_hw.device)
        darker_hw = made.darker(way.across_HW / body.shoulders, below_hw)
        skin_1Chw = self._neck(picture_1Chw, seen(FACE, ARMS) * no_beard_11hw, way, darker_hw, tone_1C11)
        # Where it is seen it is what is seen, and beside that nearly; a neck in a chin's light tells of no
        # arm.
        mine = [face_11hw * no_beard_11hw * self._near_neck(way)]
        half_hw = _halves(way.down_HW / max(body.trunk, 1.0), _TRUNK_HALVES) * body.shoulders
        hands_11hw = arms_11hw * ((way.across_HW.abs() < half_hw) & (way.down_HW > 0))  # before the body
        skin_1Chw = skin_1Chw + spread(picture_1Chw - skin_1Chw, mine[0].maximum(hands_11hw))
        shapes = []
        legs_apart_hw = way.legs[0][2].abs() - way.legs[1][2].abs()
        lent_arms, lent_legs = ((None, None), (None, None)) if lent is None else lent
        finer_1CHW: Tensor | float = 0.0
        for limbs, made_limbs, seen_11hw, lent_limbs in (
            (way.arms, made.arms, arms_11hw, lent_arms),
            (way.legs, made.legs, legs_11hw, lent_legs),
        ):
            # Legs that stand close by are two; arms that are held out are one line.
            apart_hw = legs_apart_hw if limbs is way.legs else torch.zeros_like(legs_apart_hw)
            within = [
                Limb(
                    limb,
                    made_limb,
                    body.shoulders,
                    picture_1Chw,
                    seen_11hw * (each * apart_hw >= 0),
                    limbs_1C11,
                    -each,
                    _hangs(limb[0], body) if limbs is way.arms else 1.0,
                    lent_limb,
                )
                for limb, made_limb, each, lent_limb in zip(
                    limbs, made_limbs, (-1.0, 1.0), lent_limbs, strict=True
                )
            ]
            shapes.append(self._sharp(torch.stack([each.within_hw for each in within]).amax(0), size))
            if limbs is way.arms:
                self.arms = within
                below_hw = torch.stack([each.below_hw for each in within]).amax(0)
                self.beside = self._sharp(below_hw, size)
            mine.append(torch.stack([each.mine_11hw for each in within]).amax(0))
            one, other = within
            off_1Chw = picture_1Chw - torch.lerp(one.skin_1Chw, other.skin_1Chw, other.share_hw)
            off_1Chw = spread(off_1Chw, mine[-1])
            for each in within:
                skin_1Chw = torch.lerp(skin_1Chw, each.skin_1Chw + off_1Chw, each.share_hw)
                if each.lent is not None:
                    finer_1CHW = finer_1CHW + enlarged(each.share_hw[None, None], size) * each.finer(size)
        known_11hw = torch.stack(mine).amax(0)
        self.skin = (
            enlarged(skin_1Chw, size) + finer_1CHW + _grain(wearer.picture, enlarged(known_11hw, size))
        )
        trunk_11HW = self._sharp(half_hw - way.across_HW.abs(), size)
        above_11HW = enlarged(ramp(-way.down_HW, -0.5, 0.5)[None, None], size)
        neck_11HW = self._sharp(neck_hw - way.across_HW.abs(), size)
        trunk_11HW = torch.lerp(trunk_11HW, neck_11HW, above_11HW)
        shape_11HW = torch.lerp(trunk_11HW, shapes[1], parts.legs)
        self.shape = shape_11HW.maximum(shapes[0])
        self.trunk, self.arms_shape = shape_11HW, shapes[0]

    def _sharp(self, within_hw: Tensor, size: tuple[int, int]) -> Tensor:
        """Of how far within an outline positions are."""
        return ramp(self._times * enlarged(within_hw[None, None], size) + 0.5, 0.0, 1.0)

    def _neck(
        self, picture_1Chw: Tensor, seen_11hw: Tensor, way: Ways, darker_hw: Tensor, tone_1C11: Tensor
    ) -> Tensor:
        """A neck everywhere, as shaded as what is seen of it is. darker: how much of its tone it is
        darker."""
        known_hw = (seen_11hw * self._near_neck(way))[0, 0] > 0
        light_C = tone_1C11[0, :, 0, 0] + 1.0
        as_round = 1.0
        if known_hw.sum() >= _FEWEST:
            light_CN, darker_N = picture_1Chw[0, :, known_hw] + 1.0, darker_hw[known_hw]
            light_C, off_N = light_CN.mean(1), darker_N - darker_N.mean()
            share_N = light_CN.mean(0) / light_CN.mean()
            as_round = float(-(share_N * off_N).sum() / off_N.square().sum().clamp_min(1e-3))
            as_round = float(np.clip(as_round, 0.0, 1.0))
            light_C = light_C / (1.0 - as_round * darker_N.mean())
        return (light_C[None, :, None, None] * (1.0 - as_round * darker_hw)) - 1.0

    def _near_neck(self, way: Ways) -> Tensor:
        """1 where a neck is, [h, w]."""
        unit = self._body.shoulders
        return (way.down_HW > _NECK[0] * unit) * (
            torch.hypot(way.down_HW, way.across_HW) < _NECK[1] * unit
        ).float()


class Limb:
    """within: how far within its outline positions are, [h, w]. below: likewise, below an armhole. skin:
    [1, 3, h, w]. share: where it is this limb's, [h, w]. mine: [1, 1, h, w],
    where its skin is seen; a hand's is lit otherwise."""

    def __init__(
        self,
        limb: tuple[np.ndarray, Tensor, Tensor],
        made: MadeLimb,
        unit: float,
        picture_1Chw: Tensor,
        seen_11hw: Tensor,
        tone_1C11: Tensor,
        side: float,
        hangs: float,
        lent: LentLimb | None = None,
    ):
        """side: 1 where beside its bones, as `Ways` tell it, is away from the trunk, and -1 where it is
        towards that. hangs: 0 to 1, how far it does, as the one in the box."""
        limb_42, along_hw, aside_hw = limb
        length = max(limb_length(limb_42), 1.0)
        self._made, self._unit, self._length, self._hangs = made, unit, length, hangs
        self._middle, self._begin, self._ratio = 0.0, 1.0, 1.0
        usual_hw = _halves(along_hw / length, made.halves) * unit
        usual_hw = usual_hw * (1.0 + (_PALM - 1.0) * ramp(along_hw / length, _WRIST, 2.0 - _WRIST))
        aside_hw = aside_hw - hangs * _halves(along_hw / length, made.middles) * unit
        middle_hw, half_hw = torch.zeros_like(usual_hw), usual_hw
        across_BC = F.interpolate(made.across.t()[None], _BINS, mode="linear")[0].t()
        colours_BC = (tone_1C11[0, :, 0, 0] + 1.0) * across_BC - 1.0
        mine_hw = (seen_11hw[0, 0] > 0) & (aside_hw.abs() < 2.0 * usual_hw)
        mine_hw &= (along_hw > 0.0) & (along_hw < _WRIST * length)
        self.mine_11hw = mine_hw[None, None].float()
        if mine_hw.sum() >= _FEWEST:
            begin = float(along_hw[mine_hw].quantile(0.05))
            near_hw = mine_hw & (along_hw < begin + _NEARBY * length)
            middle, half = _across_slices(along_hw[near_hw] - begin, aside_hw[near_hw])
            usual = float(usual_hw[near_hw].mean())
            half = float(np.clip(half, _NARROWEST * usual, _BROADEST * usual))
            self._middle, self._begin, self._ratio = middle, max(begin, 1.0), half / usual
            middle_hw = ramp(along_hw / self._begin, 0.0, 1.0) * middle
            half_hw = usual_hw * self._ratio
            across_hw = (aside_hw - middle_hw) / half_hw
            colours_BC = _across(picture_1Chw, near_hw, across_hw, colours_BC)
        # Round where it begins, and no longer than with a hand or a foot.
        beyond_hw = along_hw.clamp(max=0.0) + (along_hw - _HAND * length).clamp(min=0.0)
        self.within_hw = half_hw - torch.hypot(aside_hw - middle_hw, beyond_hw)
        outwards_hw = (aside_hw - middle_hw) * side
        self.below_hw = self.within_hw.minimum(along_hw + _SLANT * outwards_hw - ARMPIT * unit)
        across_hw = ((aside_hw - middle_hw) / half_hw).clamp(-1.0, 1.0)
        step_hw = (across_hw + 1.0) / 2 * (_BINS - 1)
        first_hw = step_hw.long().clamp(0, _BINS - 2)
        skin_hwC = torch.lerp(colours_BC[first_hw], colours_BC[first_hw + 1], (step_hw - first_hw)[..., None])
        self._way = along_hw / length, across_hw
        self.skin_1Chw = (skin_hwC.movedim(-1, 0)[None] + 1.0) * made.at(*self._way) - 1.0
        self.lent: LentLimb | None = None
        self._light_1C11 = (colours_BC.mean(0) + 1.0)[None, :, None, None]
        if lent is not None and lent.suits(float(self._light_1C11.mean())):
            self.lent = lent
            shades_1Chw, known_11hw = lent.at(*self._way)
            skin_1Chw = torch.lerp(self.skin_1Chw, self._light_1C11 * shades_1Chw - 1.0, known_11hw)
            own_far, lent_far = (self._far_from(picture_1Chw, each) for each in (self.skin_1Chw, skin_1Chw))
            if lent_far <= _AS_NEAR * own_far:
                self.skin_1Chw = skin_1Chw
            else:
                self.lent = None
        self.share_hw = ramp(along_hw / unit, *_JOINS) * (1.0 - ramp(aside_hw.abs() / usual_hw, 1.5, 2.0))

    def _far_from(self, picture_1Chw: Tensor, skin_1Chw: Tensor) -> float:
        """How far a skin is from what is seen of the limb, but for its tone."""
        if self.mine_11hw.sum() < _FEWEST:
            return 0.0
        off_CN = (picture_1Chw - skin_1Chw)[0, :, self.mine_11hw[0, 0] > 0]
        return float((off_CN - off_CN.mean(1, keepdim=True)).abs().mean())

    def finer(self, size: tuple[int, int]) -> Tensor:
        """What a lent skin has that is finer than the map, [1, 3, H, W]."""
        assert self.lent is not None
        coarse_1Chw, _ = self.lent.at(*self._way)
        shades_1CHW, known_11HW = self.lent.at(
            *(enlarged(each[None, None], size)[0, 0] for each in self._way)
        )
        return self._light_1C11 * known_11HW * (shades_1CHW - enlarged(coarse_1Chw, size))

    def beside(self, along: float) -> np.ndarray:
        """How far it reaches on both sides of its bones, so far along them, [2]; px."""
        half, bend = (
            float(_halves(torch.tensor(along / self._length), each)) * self._unit
            for each in (self._made.halves, self._made.middles)
        )
        middle = self._hangs * bend + self._middle * min(max(along / self._begin, 0.0), 1.0)
        half = half * self._ratio
        return np.array((half - middle, half + middle))


def _hangs(arm_42: np.ndarray, body: Body) -> float:
    """How far an upper arm hangs beside its trunk, 0 to 1, so far its line is out of its joint (`Ways`)."""
    return float(np.clip((arm_42[1] - arm_42[0]) @ body.down / (0.5 * ARM * body.shoulders), 0.0, 1.0))


def _lit(picture_1CHW: Tensor, face_11HW: Tensor, else_1C11: Tensor) -> Tensor:
    """The colour of the lighter half of a face, if enough of it is seen, [1, 3, 1, 1]."""
    face_CN = picture_1CHW[0, :, face_11HW[0, 0] > 0]
    if face_CN.shape[1] < _FEWEST:
        return else_1C11
    grey_N = face_CN.mean(0)
    return face_CN[:, grey_N >= grey_N.median()].median(1).values[None, :, None, None]


def _of_limbs(picture_1CHW: Tensor, arms_11HW: Tensor, lit_1C11: Tensor) -> Tensor:
    """The tone of arms and legs, [1, 3, 1, 1]: as light as hands or bare arms are, for of a head that is cut
    off a chin is seen, or lips; but hands are redder, and what of them is least like the face is what they
    hold. lit: the face's lighter half."""
    there_HW = arms_11HW[0, 0] > 0
    if there_HW.sum() < _FEWEST_OF_TONE:
        return lit_1C11
    light_CN, lit_C = picture_1CHW[0, :, there_HW] + 1.0, lit_1C11[0, :, 0, 0] + 1.0
    off_N = (light_CN - lit_C[:, None]).square().sum(0)
    arms_C = light_CN[:, off_N <= off_N.median()].median(1).values
    hue_C = (lit_C / lit_C.sum().clamp_min(0.1) + arms_C / arms_C.sum().clamp_min(0.1)) / 2
    return (arms_C.sum() * hue_C - 1.0)[None, :, None, None]


def _grain(picture_1CHW: Tensor, known_11HW: Tensor) -> Tensor:
    """What is finer than smooth skin, as strong as where skin is known, the same in every picture of a
    size."""
    finer_1CHW = (picture_1CHW - running_mean(picture_1CHW, _FINE)).mean(1, keepdim=True)
    known_11HW = 1.0 - highest((known_11HW < _SURE).float(), 2 * _FINE + 1)  # not across an edge
    strength = (finer_1CHW.abs() * known_11HW).sum() / known_11HW.sum().clamp_min(1.0)
    made = torch.Generator().manual_seed(0)
    noise_11HW = torch.randn(1, 1, *size_of(picture_1CHW), generator=made).to(picture_1CHW)
    noise_11HW = noise_11HW + running_mean(noise_11HW, _FINE)  # pores, and a little coarser
    return noise_11HW * strength.clamp(max=_COARSEST)


def _across_slices(along_N: Tensor, aside_N: Tensor) -> tuple[float, float]:
    """The middle of a limb where its skin begins to be seen, and half of its breadth there: told slice by
    slice, for a limb may go aslant of its bones. along: from there on. Both of px that surely are skin."""
    slices = (along_N / _SLICE).floor().long()
    ends = [aside_N[slices == each] for each in slices.unique().tolist()]
    low_M, high_M = (torch.stack([getattr(each, end)() for each in ends]) for end in ("min", "max"))
    begins = max(1, round(len(ends) / 3))
    middle_M = ((low_M + high_M) / 2)[:begins]
    return float(middle_M.median()), float(((high_M - low_M) / 2).median()) + 0.5 + _RIM


def _across(picture_1Chw: Tensor, near_hw: Tensor, across_hw: Tensor, usual_BC: Tensor) -> Tensor:
    """Mean colours across a limb, [B, 3], from one edge to the other."""
    bin_N = ((across_hw[near_hw] + 1.0) / 2 * (_BINS - 1)).round().long().clamp(0, _BINS - 1)
    colour_NC = picture_1Chw[0, :, near_hw].t()
    sums_BC = colour_NC.new_zeros(_BINS, 3).index_add_(0, bin_N, colour_NC)
    counts_B = torch.bincount(bin_N, minlength=_BINS).to(sums_BC)
    mean_C = colour_NC.mean(0)
    # Where nothing is seen, as round as any.
    usual_BC = usual_BC - usual_BC.mean(0) + mean_C
    return (sums_BC + 2.0 * usual_BC) / (counts_B + 2.0)[:, None]


def _halves(along_hw: Tensor, halves: tuple[float, ...]) -> Tensor:
    """Half a breadth, told evenly from 0 to 1 along something."""
    steps_hw = (along_hw * (len(halves) - 1)).clamp(0, len(halves) - 1.001)
    half_N = along_hw.new_tensor(halves)
    return torch.lerp(half_N[steps_hw.long()], half_N[steps_hw.long() + 1], steps_hw.frac())


def _most(x_11hw: Tensor) -> Tensor:
    return F.max_pool2d(x_11hw, 2 * _RIM + 1, 1, _RIM)
