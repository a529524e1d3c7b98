"""A garment of one photo on the person of another, in any pose: laid in on the surface, not by a mask.

Wearer and giver are drawn in the same pose. Whether a position is the garment's is asked of the body, not of
the picture: it is where the giver's photo shows the garment at that place of the body (so sleeves arrive on
bare arms, and hems where they end), or beside the wearer, as a wide skirt. Where the wearer's own garment was
and the new one is not, what comes to light is drawn from the wearer's photo: skin, trousers, the wall behind.

P pieces (`engine.garments`); H W the picture; h w the surface maps, on whose grid all decisions are made.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.compositing.fields import alike, carried, ramp, size_of
from engine.compositing.wardrobe import CLASSES, Wardrobe, looks_at, on_trunk, worn_at
from engine.garments import ARMS, FACE, HAIR, LEGS, PIECES, SKIRT, TROUSERS, Garment
from engine.ops.resample import running_mean
from engine.regions import REGIONS, SURFACE_SPAN

_SEAM = 0.4, 0.6  # share of a position from which, and at which wholly, the garment covers a pixel
_INSIDE = 0.8, 0.95  # likewise from which the giver's picture shows it without what is beside it
_RIM = 5  # px of a map of 128 rows around a garment that goes in which the photo still shows it
_SKIN_SEEN = 0.05, 0.2  # of 3 dm, within which skin is the wearer's own, and farther than which only its tone
_ANKLE = -7.3  # dm above the middle of the standard body; below it are shoes
_NO_SKIN = (
    0.25,
    0.5,
)  # difference of colours (of -1 to 1) from the wearer's tone that skin hardly has, and never
_SKIN = FACE, ARMS, LEGS
_IN_FRONT = HAIR, FACE  # told by the surface map: a strand has no place on the body of its own


class Drawn(NamedTuple):
    """A person in the pose. picture: [1, 3, H, W], as it is shown. surface: its surface map [1, 11, h, w]."""

    picture: Tensor
    surface: Tensor
    wardrobe: Wardrobe


class Dressed(NamedTuple):
    """picture: [1, 3, H, W]. pieces: [1, P, h, w], how much of a position is which piece; they sum to 1."""

    picture: Tensor
    pieces: Tensor


@torch.no_grad()
def undressed(wearer: Drawn) -> Dressed:
    """The wearer as drawn, before anything is taken from others."""
    return Dressed(wearer.picture, pieces_worn(wearer))


@torch.no_grad()
def dressed(now: Dressed, wearer: Drawn, giver: Drawn, garment: Garment, strength: float = 1.0) -> Dressed:
    """What is worn now with a garment of the giver over it.

    strength: 0 to 1; colours and patterns go over from the wearer's to the giver's.
    """
    theirs_1Phw = pieces_worn(giver)
    on_body_1Phw = worn_at(giver.wardrobe, wearer.surface)
    person_11hw, there_11hw = 1.0 - now.pieces[:, :1], 1.0 - theirs_1Phw[:, :1]
    gone_11hw = _of(now.pieces, garment.goes)
    # What hides the garment in the giver's photo goes on beneath, where the wearer had one to be replaced.
    shown_11hw = _of(on_body_1Phw, garment.takes) + gone_11hw * _of(on_body_1Phw, garment.over)
    on_person_11hw = shown_11hw.clamp(max=1.0) * person_11hw * (1.0 - _of(now.pieces, garment.over))
    beside_11hw = _of(theirs_1Phw, garment.takes) * (1.0 - person_11hw)
    taken_11hw = on_person_11hw.maximum(beside_11hw)
    size = size_of(now.picture)
    behind_1CHW = F.interpolate(wearer.wardrobe.plate, size, mode="bilinear")
    # The photo's outline is not quite the map's: a rim of what goes would stay.
    rim_11hw = F.max_pool2d(gone_11hw, _RIM, 1, _RIM // 2) * (1.0 - person_11hw)
    rim_11hw = rim_11hw * (1.0 - _alike(now.picture, behind_1CHW, size_of(rim_11hw)))
    bared_11hw = (gone_11hw + rim_11hw).clamp(max=1.0)

    taken_11HW, bared_11HW, there_11HW, had_11HW = (
        ramp(F.interpolate(share_11hw, size, mode="bilinear"), *_SEAM)
        for share_11hw in (taken_11hw, bared_11hw, there_11hw * person_11hw, gone_11hw)
    )
    piece_1hw = _beneath(on_body_1Phw, wearer.wardrobe, garment)
    body_1CHW = _body(piece_1hw, wearer, giver, theirs_1Phw, size)
    beneath_1CHW = torch.lerp(behind_1CHW, body_1CHW, there_11HW)
    cloth_1CHW = _cut_out(
        giver.picture, _of(theirs_1Phw, garment.takes) * (1.0 - _arms_before(giver.surface))
    )
    if strength < 1.0:
        before_1CHW = carried(now.picture, had_11HW)
        cloth_1CHW = torch.lerp(before_1CHW, cloth_1CHW, strength)
        # Where the wearer had none its shape comes first, in the wearer's colours: no ghost of it is seen.
        shape = min(1.0, 2.0 * strength)
        taken_11HW = taken_11HW * (shape + (1.0 - shape) * had_11HW)
        bared_11HW = shape * bared_11HW
    picture_1CHW = torch.lerp(now.picture, beneath_1CHW, bared_11HW)
    picture_1CHW = torch.lerp(picture_1CHW, cloth_1CHW, taken_11HW)

    left_1Phw = torch.where(
        there_11hw > 0.5, F.one_hot(piece_1hw, len(PIECES)).movedim(-1, 1), _piece(0, taken_11hw)
    )
    pieces_1Phw = torch.lerp(now.pieces, left_1Phw.float(), gone_11hw)
    return Dressed(picture_1CHW, torch.lerp(pieces_1Phw, _piece(garment.takes[0], taken_11hw), taken_11hw))


def pieces_worn(drawn: Drawn) -> Tensor:
    """How much of a position is which piece, [1, P, h, w]: nobody, hair and face as the engine draws them,
    what else by what the photo shows at that place of the body."""
    class_18hw = drawn.surface[:, :CLASSES].softmax(1)
    numbers = [0, *(REGIONS.index(PIECES[piece]) for piece in _IN_FRONT)]
    other_11hw = 1.0 - class_18hw[:, numbers].sum(1, keepdim=True)
    pieces_1Phw = worn_at(drawn.wardrobe, drawn.surface)
    pieces_1Phw[:, list(_IN_FRONT)] = 0.0
    pieces_1Phw = other_11hw * pieces_1Phw / pieces_1Phw.sum(1, keepdim=True).clamp_min(1e-6)
    pieces_1Phw[:, [0, *_IN_FRONT]] = class_18hw[:, numbers]
    return pieces_1Phw


def _beneath(on_body_1Phw: Tensor, wardrobe: Wardrobe, garment: Garment) -> Tensor:
    """Which piece of the wearer comes to light at every place where a garment goes, [1, h, w]: what the
    giver wears there, as far as the wearer has it."""
    seen_1Phw = on_body_1Phw.clone()
    # Below a shorter top is whatever the wearer has on the legs.
    mine, other = (TROUSERS, SKIRT) if wardrobe.part[TROUSERS] >= wardrobe.part[SKIRT] else (SKIRT, TROUSERS)
    seen_1Phw[:, mine] += seen_1Phw[:, other]
    seen_1Phw[:, [0, other, *garment.takes, *garment.goes]] = 0.0
    return seen_1Phw.argmax(1)


def _body(
    piece_1hw: Tensor, wearer: Drawn, giver: Drawn, theirs_1Phw: Tensor, size: tuple[int, int]
) -> Tensor:
    """What the wearer has under a garment, [1, 3, H, W]. Skin that the photo does not show is as the giver's
    in the wearer's tone."""
    own_1CHW, unseen_11hw = looks_at(wearer.wardrobe, piece_1hw, wearer.surface, size)
    skin_11hw = torch.isin(piece_1hw, torch.tensor(_SKIN, device=piece_1hw.device)).float()[:, None]
    toned_1CHW = _cut_out(giver.picture, _of(theirs_1Phw, _SKIN)) + (
        wearer.wardrobe.skin - giver.wardrobe.skin
    )
    told_11HW = F.interpolate(skin_11hw * ramp(unseen_11hw, *_SKIN_SEEN), size, mode="bilinear")
    # Near a shoe the nearest that is seen of a leg is the shoe.
    shin_11hw = skin_11hw * (wearer.surface[:, CLASSES + 1, None] * SURFACE_SPAN > _ANKLE).float()
    other_11HW = ramp((own_1CHW - toned_1CHW).square().mean(1, keepdim=True).sqrt(), *_NO_SKIN)
    told_11HW = told_11HW.maximum(F.interpolate(shin_11hw, size, mode="bilinear") * other_11HW)
    return torch.lerp(own_1CHW, toned_1CHW, told_11HW)


def _alike(picture_1CHW: Tensor, other_1CHW: Tensor, size: tuple[int, int]) -> Tensor:
    """1 where two pictures have the same colours, seen at this size, towards 0 where they do not."""
    return alike(*(F.interpolate(each, size, mode="area") for each in (picture_1CHW, other_1CHW)))


def _arms_before(surface_1Khw: Tensor) -> Tensor:
    """How much of a position is an arm before the body, [1, 1, h, w]."""
    arms_11hw = surface_1Khw[:, :CLASSES].softmax(1)[:, REGIONS.index("arms"), None]
    return arms_11hw * on_trunk(surface_1Khw[:, CLASSES:] * SURFACE_SPAN)


def _cut_out(picture_1CHW: Tensor, part_11hw: Tensor) -> Tensor:
    """A part of a picture, its colours carried on beyond its outline."""
    inside_11HW = F.interpolate(running_mean(part_11hw, 3), size_of(picture_1CHW), mode="bilinear")
    return carried(picture_1CHW, ramp(inside_11HW, *_INSIDE))


def _of(pieces_1Phw: Tensor, numbers: Iterable[int]) -> Tensor:
    return pieces_1Phw[:, list(numbers)].sum(1, keepdim=True)


def _piece(number: int, like_11hw: Tensor) -> Tensor:
    """A map that is this piece everywhere."""
    made_1Phw = like_11hw.new_zeros(1, len(PIECES), *size_of(like_11hw))
    made_1Phw[:, number] = 1.0
    return made_1Phw
