"""Bare limbs of somebody else, unrolled: how light and dark skin is along and across an arm or a leg.

What a shorter sleeve bares nobody's photo of the wearer shows. The giver's photo shows such a limb below the
same sleeve: its light and shade, elbow and knee, in the wearer's own tone, are nearer to a limb than one
that is as round as it is elsewhere. Made once a photo, when a garment is refined.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.compositing.bodies import along_limb, limb_length, placed_in
from engine.compositing.fields import size_of, spread
from engine.compositing.worn import Drawn, above_shoes, of_pieces, pieces_worn
from engine.cv import cv2
from engine.garments import ARMS, LEGS
from engine.ops.resample import shrunk

_ALONG, _ACROSS = 160, 32  # cells, of a limb that is 400 px long and 80 broad in a photo of 1024 rows
_SURE = 0.8  # share of a position from which it is skin
_RIM = 1  # px of a map of 256 rows, that are left out beside what is no skin
_NARROWEST, _BROADEST = 0.4, 1.6  # of a limb's usual breadth, that a slice of it may be seen to have
_USUAL = 0.13  # half of a limb's breadth, in shoulders
_FAR = 2.5  # times that, how far from its line a limb's skin may be
_WRIST = 0.95  # of a limb, up to where it is no hand or foot
_LEAST = 0.2  # of a limb's length, that must be seen of it
_SHADES = 0.55, 1.6  # of a limb's tone, between which skin is: what is beyond is a shadow or no skin
_HUES, _AS_DEEP = 0.4, 0.7  # how much of what it has of other hues, and of its light and shade, is lent
_AS_LIGHT = 0.65  # of the lighter of two skins, that the darker one is for one to be lent to the other
_KNEE = 0.08  # of a limb's length


class LentLimb(NamedTuple):
    """shades: how light it is, of its tone, by colour, [1, 3, U, V], from the shoulder or hip on and from one
    edge to the other. known: [1, 1, U, V], 0 to 1. tone: how light it is, 0 to 2."""

    shades: Tensor
    known: Tensor
    tone: float

    def suits(self, tone: float) -> bool:
        """Whether it can be lent to skin of a tone. What dark skin shines is the light's, and on pale skin is
        patches."""
        return min(self.tone, tone) > _AS_LIGHT * max(self.tone, tone)

    def mirrored(self) -> LentLimb:
        return self._replace(shades=self.shades.flip(-1), known=self.known.flip(-1))

    def at(self, along: Tensor, across: Tensor) -> tuple[Tensor, Tensor]:
        """Shades and how far they are known, [1, 3, h, w] and [1, 1, h, w]. along: 0 to 1; across: -1 to 1;
        [h, w] each."""
        grid_1hw2 = torch.stack([across, 2.0 * along - 1.0], -1)[None]
        both_14hw = F.grid_sample(
            torch.cat([self.shades, self.known], 1), grid_1hw2, padding_mode="border", align_corners=False
        )
        return both_14hw[:, :3], both_14hw[:, 3:]


class LentSkin(NamedTuple):
    """Of both arms and both legs, from the picture's left to its right: None of one that is not seen, for
    which the other one is taken, mirrored."""

    arms: Sequence[LentLimb | None]
    legs: Sequence[LentLimb | None]

    def bytes(self) -> int:
        limbs = [each for each in (*self.arms, *self.legs) if each is not None]
        return sum(each.shades.nbytes + each.known.nbytes for each in limbs)


@torch.no_grad()
def lent_skin(giver: Drawn) -> LentSkin | None:
    """Of somebody as the photo shows them, with joints; None where no limb is seen bare."""
    placed = placed_in(giver)
    if placed is None:
        return None
    times, small, body, way = placed
    pieces_1Phw = F.interpolate(pieces_worn(giver), small, mode="bilinear")
    shoes_11hw = F.interpolate(above_shoes(giver.surface), small, mode="nearest")
    tone_1C11 = giver.wardrobe.skin
    alike_hw = (shrunk(giver.picture, small) - tone_1C11).square().mean(1).sqrt()[0] < 0.5
    found = []
    for limbs, piece in ((way.arms, ARMS), (way.legs, LEGS)):
        share_11hw = of_pieces(pieces_1Phw, (piece,))
        if piece == LEGS:
            share_11hw = share_11hw * shoes_11hw
        sure_11hw = 1.0 - F.max_pool2d(1.0 - share_11hw, 2 * _RIM + 1, 1, _RIM)
        seen_hw = (sure_11hw[0, 0] > _SURE) & alike_hw
        made = [
            _unrolled(limb, seen_hw & own_hw, giver.picture, times, body.shoulders)
            for limb, own_hw in zip(limbs, _own(limbs, apart=piece == LEGS), strict=True)
        ]
        mirrored = [None if each is None else each.mirrored() for each in made]
        found.append([one or other for one, other in zip(made, mirrored[::-1], strict=True)])
    arms, legs = found
    return LentSkin(arms, legs) if any((*arms, *legs)) else None


def _own(limbs: Sequence[tuple[np.ndarray, Tensor, Tensor]], apart: bool) -> tuple[Tensor, Tensor]:
    """Which positions are nearer to a limb than to the other. apart: legs that stand close by are two; arms
    that are held out are one line."""
    one_hw, other_hw = (aside_hw.abs() for _, _, aside_hw in limbs)
    if not apart:
        return torch.ones_like(one_hw, dtype=torch.bool), torch.ones_like(one_hw, dtype=torch.bool)
    return one_hw < other_hw, one_hw >= other_hw


def _unrolled(
    limb: tuple[np.ndarray, Tensor, Tensor], seen_hw: Tensor, picture_1CHW: Tensor, times: float, unit: float
) -> LentLimb | None:
    limb_42, along_hw, aside_hw = limb
    length = max(limb_length(limb_42), 1.0)
    usual = _USUAL * unit
    mine_hw = seen_hw & (aside_hw.abs() < _FAR * usual) & (along_hw > 0) & (along_hw < _WRIST * length)
    along_N, aside_N = (each[mine_hw].cpu().numpy() for each in (along_hw / length, aside_hw))
    number_N = (along_N * _ALONG).astype(int).clip(0, _ALONG - 1)
    edges_U2, near = np.full((_ALONG, 2), np.nan), int(np.ceil(_ALONG / length))  # cells that a px reaches
    for each in range(_ALONG):
        of_slice = aside_N[np.abs(number_N - each) <= near]
        if len(of_slice):
            edges_U2[each] = of_slice.min() - 0.5, of_slice.max() + 0.5
    breadth_U = edges_U2[:, 1] - edges_U2[:, 0]
    there_U = (breadth_U > 2 * _NARROWEST * usual) & (breadth_U < 2 * _BROADEST * usual)
    if there_U.mean() < _LEAST:
        return None
    at_U = np.arange(_ALONG)
    edges_U2 = np.stack([np.interp(at_U, at_U[there_U], edge_U[there_U]) for edge_U in edges_U2.T], -1)
    edges_U2 = cv2.blur(edges_U2, (1, 7), borderType=cv2.BORDER_REPLICATE)
    across_V = (np.arange(_ACROSS) + 0.5) / _ACROSS
    aside_UV = edges_U2[:, :1] + (edges_U2[:, 1:] - edges_U2[:, :1]) * across_V
    along_UV = np.broadcast_to((at_U[:, None] + 0.5) / _ALONG * length, aside_UV.shape)
    place_N2 = along_limb(limb_42, along_UV.ravel(), aside_UV.ravel())
    place_UV2 = times * (place_N2.reshape(_ALONG, _ACROSS, 2) + 0.5)
    height, width = size_of(picture_1CHW)
    grid_UV2 = torch.from_numpy(2.0 * place_UV2 / np.array((width, height)) - 1.0).to(picture_1CHW)
    colour_1CUV = F.grid_sample(picture_1CHW, grid_UV2[None], padding_mode="border", align_corners=False)
    known_11UV = torch.from_numpy(there_U.astype(np.float32)).to(picture_1CHW)[None, None, :, None]
    known_11UV = known_11UV.expand(1, 1, _ALONG, _ACROSS)
    light_1CUV = colour_1CUV + 1.0
    tone_1C11 = light_1CUV[0, :, there_U].flatten(1).median(1).values[None, :, None, None].clamp_min(0.05)
    shades_1CUV = light_1CUV / tone_1C11
    grey_11UV = shades_1CUV.mean(1, keepdim=True)
    shades_1CUV = torch.lerp(grey_11UV.expand_as(shades_1CUV), shades_1CUV, _HUES).pow(_AS_DEEP)
    skin_11UV = known_11UV * ((grey_11UV > _SHADES[0]) & (grey_11UV < _SHADES[1])).float()
    shades_1CUV = _own_light(spread(shades_1CUV, skin_11UV))
    # What is seen goes over into what is not without an edge.
    soft_U = cv2.blur(cv2.erode(there_U.astype(np.float32)[:, None], np.ones((9, 1))), (1, 9))[:, 0]
    known_11UV = torch.from_numpy(soft_U).to(picture_1CHW)[None, None, :, None].expand(1, 1, _ALONG, _ACROSS)
    return LentLimb(shades_1CUV, known_11UV.contiguous(), float(tone_1C11.mean()))


def _own_light(shades_1CUV: Tensor) -> Tensor:
    """Shades without what is longer than a knee: half of a limb may be in another's shadow, or in the sun."""
    shades_UVC = shades_1CUV[0].movedim(0, -1).cpu().numpy()
    wide_UVC = cv2.GaussianBlur(
        shades_UVC.mean(1, keepdims=True), (0, 0), _KNEE * _ALONG, borderType=cv2.BORDER_REPLICATE
    ).reshape(_ALONG, 1, 3)
    return torch.from_numpy(shades_UVC / wide_UVC).to(shades_1CUV).movedim(-1, 0)[None]
