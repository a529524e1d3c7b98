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

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.compositing.fields import around, at, carried, highest, odd_side, ramp, size_of
from engine.compositing.painted import AS_IT_IS, at_size
from engine.compositing.passers_by import passers_by
from engine.compositing.tailoring import drawn_out, matte
from engine.compositing.wardrobe import CLASSES, Wardrobe, looks_at, on_trunk, pieces_drawn, worn_at
from engine.garments import ARMS, FACE, HAIR, LEGS, PIECES, SKIRT, TROUSERS, Garment
from engine.ops.resample import running_mean
from engine.regions import REGIONS, SURFACE_SPAN

_SEAM = 0.4, 0.6  # share of a position from which, and at which wholly, the garment covers a pixel
_INSIDE = 0.8, 0.95  # likewise from which the giver's picture shows it without what is beside it
_RIM = 4  # px of a picture of 256 rows, the width of what a garment that goes may leave of its edge, twice
_SKIN_SEEN = 0.05, 0.2  # of 3 dm, within which skin is the wearer's own, and farther than which only its tone
_ANKLE = -7.3  # dm above the middle of the standard body; below it are shoes
_NO_SKIN = (
    0.25,
    0.5,
)  # difference of colours (of -1 to 1) from the wearer's tone that skin hardly has, and never
_JOINED = 17  # px of a map of 128 rows around skin that is seen in which skin beneath has its light
_SKIN = FACE, ARMS, LEGS
_IN_FRONT = HAIR, FACE  # told by the surface map: a strand has no place on the body of its own


class Drawn(NamedTuple):
    """A person in the pose. picture: [1, 3, H, W], as it is shown. surface: its surface map [1, 11, h, w].
    behind: [1, 3, H', W'], what is behind the person; None: as the wardrobe has it. painted: [1, H', W'],
    which piece was painted where, as `painted.painted`. joints: the pose [18, 3], in positions of the map."""

    picture: Tensor
    surface: Tensor
    wardrobe: Wardrobe
    behind: Tensor | None = None
    painted: Tensor | None = None
    joints: np.ndarray | None = None


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
    on_body_1Phw, known_11hw = worn_at(giver.wardrobe, wearer.surface)
    # Legs that a photo does not show are what the engine draws, not what is nearest on the body.
    on_body_1Phw = torch.lerp(theirs_1Phw, on_body_1Phw, known_11hw)
    on_body_1Phw[:, list(_IN_FRONT)] = theirs_1Phw[:, list(_IN_FRONT)]
    size = size_of(now.picture)
    person_11HW, gone_11HW, over_11HW = _sharp(
        now.picture, 1.0 - now.pieces[:, :1], _of(now.pieces, garment.goes), _of(now.pieces, garment.over)
    )
    if FACE in garment.over:  # an edge may be a px beside the map's, but never in the face
        face_11hw = (now.pieces.argmax(1, keepdim=True) == FACE).float()
        over_11HW = over_11HW.maximum(F.interpolate(face_11hw, size, mode="nearest"))
        gone_11HW = gone_11HW * (1.0 - over_11HW)
    seen = person_11HW, gone_11HW, over_11HW
    theirs = _sharp(
        giver.picture,
        1.0 - theirs_1Phw[:, :1],
        _of(theirs_1Phw, garment.takes) * (1.0 - _arms_before(giver.surface)),
    )
    cloth_1CHW, taken_11HW = _cloth(seen, theirs, giver, garment, theirs_1Phw, on_body_1Phw)
    there_11HW, _ = theirs

    side = size[0] // 256 * _RIM + 1
    bared_11HW = highest(gone_11HW, side) * (1.0 - over_11HW)
    behind_1CHW = wearer.wardrobe.plate if wearer.behind is None else wearer.behind
    behind_1CHW = F.interpolate(behind_1CHW, size, mode="bilinear")
    piece_1hw = _beneath(on_body_1Phw, wearer.wardrobe, garment)
    body_1CHW = _body(piece_1hw, wearer, giver, theirs_1Phw, now, gone_11HW)
    beneath_1CHW = torch.lerp(behind_1CHW, body_1CHW, there_11HW * person_11HW)
    if strength < 1.0:
        before_1CHW = carried(now.picture, gone_11HW)
        cloth_1CHW = torch.lerp(before_1CHW, cloth_1CHW, strength)
        # Where the wearer had none its shape comes first, in the wearer's colours: no ghost of it is seen.
        shape = min(1.0, 2.0 * strength)
        taken_11HW = taken_11HW * (shape + (1.0 - shape) * ramp(gone_11HW, *_INSIDE))
        bared_11HW = shape * bared_11HW
    picture_1CHW = torch.lerp(now.picture, beneath_1CHW, bared_11HW)
    picture_1CHW = torch.lerp(picture_1CHW, cloth_1CHW, taken_11HW)

    there_11hw, gone_11hw, taken_11hw = (
        F.interpolate(each, size_of(now.pieces), mode="area")
        for each in (there_11HW * person_11HW, gone_11HW, taken_11HW)
    )
    left_1Phw = torch.where(
        there_11hw > 0.5, F.one_hot(piece_1hw, len(PIECES)).movedim(-1, 1), _piece(0, taken_11hw)
    )
    pieces_1Phw = torch.lerp(now.pieces, left_1Phw.float(), gone_11hw)
    return Dressed(picture_1CHW, torch.lerp(pieces_1Phw, _piece(garment.takes[0], taken_11hw), taken_11hw))


@torch.no_grad()
def before_wall(now: Dressed, wall_1CHW: Tensor, strength: float = 1.0) -> Dressed:
    """The person as worn now before what is behind another, [1, 3, H', W']. strength: 0 to 1."""
    size = size_of(now.picture)
    (person_11HW,) = _sharp(now.picture, 1.0 - now.pieces[:, :1])
    # Px of the outline have the old wall in them: the person's colours are carried out to it.
    hers_1CHW = carried(now.picture, 1.0 - highest(1.0 - person_11HW, 2 * (size[0] // 256) + 1))
    wall_1CHW = F.interpolate(wall_1CHW, size, mode="bilinear")
    before_1CHW = torch.lerp(wall_1CHW, hers_1CHW, person_11HW)
    face_11hw = (now.pieces.argmax(1, keepdim=True) == FACE).float()
    behind_11HW = strength * (1.0 - F.interpolate(face_11hw, size, mode="nearest"))
    return Dressed(torch.lerp(now.picture, before_1CHW, behind_11HW), now.pieces)


def pieces_worn(drawn: Drawn) -> Tensor:
    """How much of a position is which piece, [1, P, h, w]: nobody, hair and face as the engine draws them,
    what else by what the photo shows at that place of the body, or as it is drawn where the photo shows
    nothing of that; where something was painted, that."""
    class_18hw = drawn.surface[:, :CLASSES].softmax(1)
    numbers = [0, *(REGIONS.index(PIECES[piece]) for piece in _IN_FRONT)]
    other_11hw = 1.0 - class_18hw[:, numbers].sum(1, keepdim=True)
    pieces_1Phw, known_11hw = worn_at(drawn.wardrobe, drawn.surface)
    pieces_1Phw = torch.lerp(pieces_drawn(drawn.surface), pieces_1Phw, known_11hw)
    pieces_1Phw[:, 0] = 0.0
    pieces_1Phw[:, list(_IN_FRONT)] = 0.0
    pieces_1Phw = other_11hw * pieces_1Phw / pieces_1Phw.sum(1, keepdim=True).clamp_min(1e-6)
    pieces_1Phw[:, [0, *_IN_FRONT]] = class_18hw[:, numbers]
    pieces_1Phw = torch.where(passers_by(pieces_1Phw, drawn.joints), _piece(0, other_11hw), pieces_1Phw)
    if drawn.painted is None:
        return pieces_1Phw
    painted_1hw = at_size(drawn.painted, size_of(pieces_1Phw))
    told_1Phw = F.one_hot(painted_1hw.clamp_min(0), len(PIECES)).movedim(-1, 1).float()
    return torch.where(painted_1hw[:, None] == AS_IT_IS, pieces_1Phw, told_1Phw)


def _cloth(
    seen: tuple[Tensor, ...],
    theirs: tuple[Tensor, ...],
    giver: Drawn,
    garment: Garment,
    theirs_1Phw: Tensor,
    on_body_1Phw: Tensor,
) -> tuple[Tensor, Tensor]:
    """The giver's garment as it fits the wearer, [1, 3, H, W], and how much of a pixel it covers.

    seen: [1, 1, H, W] each, how much of a pixel is the wearer, what goes, and what lies over the garment.
    theirs: likewise the giver, and the garment.
    """
    (person_11HW, gone_11HW, over_11HW), (there_11HW, theirs_11HW) = seen, theirs
    size, small = size_of(person_11HW), tuple(2 * side for side in size_of(on_body_1Phw))
    # Places tell to a cell of the wardrobe where a garment ends; within it the giver's drawing does.
    over_them_11HW = F.interpolate(_of(theirs_1Phw, garment.over), size, mode="bilinear")
    told_13hw = F.interpolate(torch.cat([theirs_11HW, over_them_11HW, there_11HW], 1), small, mode="area")
    told_12hw = carried(told_13hw[:, :2], ramp(told_13hw[:, 2:], *_INSIDE))
    placed_12hw = torch.cat([_of(on_body_1Phw, pieces) for pieces in (garment.takes, garment.over)], 1)
    placed_12hw = F.interpolate(placed_12hw, small, mode="bilinear")
    worn_11HW, hidden_11HW = F.interpolate((told_12hw + placed_12hw) / 2, size, mode="bilinear").split(1, 1)
    # What hides the garment in the giver's photo goes on beneath, where the wearer had one to be replaced.
    shown_11HW = ramp(worn_11HW + gone_11HW * hidden_11HW, *_SEAM)
    outline_11HW = shown_11HW * person_11HW * (1.0 - over_11HW)
    outline_11HW = outline_11HW.maximum(theirs_11HW * (1.0 - person_11HW))
    # What lies before the garment, in either picture, is no edge of it.
    before_11HW = over_them_11HW.maximum(over_11HW)
    shape_11hw, outline_11hw, before_11hw = (
        F.interpolate(each, small, mode="area") for each in (theirs_11HW, outline_11HW, before_11HW)
    )
    moved = drawn_out(shape_11hw, outline_11hw, 1.0 - around((before_11hw > 0.5).float(), 3))
    positions_12HW, sure_11HW = (F.interpolate(each, size, mode="bilinear") for each in moved)
    fit_1CHW, fit_11HW = at(torch.cat([giver.picture, theirs_11HW], 1), positions_12HW).split((3, 1), 1)
    side = 2 * (size[0] // 128) + 1
    near_11HW = highest(outline_11HW, side)
    core_11HW = 1.0 - highest(1.0 - outline_11HW, side)
    covered_11HW = (fit_11HW * near_11HW * (1.0 - over_11HW)).maximum(core_11HW)
    inside_11HW = 1.0 - highest(1.0 - fit_11HW, 5)
    sure_11HW = sure_11HW * (1.0 - ramp(over_them_11HW, 0.1, 0.5))
    return carried(fit_1CHW, inside_11HW), torch.lerp(outline_11HW, covered_11HW, sure_11HW)


def _sharp(picture_1CHW: Tensor, *shares_11hw: Tensor) -> tuple[Tensor, ...]:
    """Shares along the picture's edges, [1, 1, H, W] each."""
    return matte(torch.cat(shares_11hw, 1), picture_1CHW).split(1, 1)


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
    piece_1hw: Tensor, wearer: Drawn, giver: Drawn, theirs_1Phw: Tensor, now: Dressed, gone_11HW: Tensor
) -> Tensor:
    """What the wearer has under a garment, [1, 3, H, W]. Skin that the photo does not show is as the giver's
    in the wearer's tone."""
    size = size_of(now.picture)
    own_1CHW, unseen_11hw = looks_at(wearer.wardrobe, piece_1hw, wearer.surface, size)
    skin_11hw = _skin(piece_1hw)
    toned_1CHW = _cut_out(giver.picture, _of(theirs_1Phw, _SKIN)) + (
        wearer.wardrobe.skin - giver.wardrobe.skin
    )
    told_11HW = F.interpolate(skin_11hw * ramp(unseen_11hw, *_SKIN_SEEN), size, mode="bilinear")
    # Near a shoe the nearest that is seen of a leg is the shoe.
    above_11hw = (wearer.surface[:, CLASSES + 1, None] * SURFACE_SPAN > _ANKLE).float()
    other_11HW = ramp((own_1CHW - toned_1CHW).square().mean(1, keepdim=True).sqrt(), *_NO_SKIN)
    told_11HW = told_11HW.maximum(F.interpolate(skin_11hw * above_11hw, size, mode="bilinear") * other_11HW)
    same_11hw = (now.pieces.argmax(1) == piece_1hw)[:, None] * skin_11hw * above_11hw
    return torch.lerp(
        own_1CHW, toned_1CHW + _towards(now.picture, toned_1CHW, same_11hw, gone_11HW), told_11HW
    )


def _towards(now_1CHW: Tensor, skin_1CHW: Tensor, same_11hw: Tensor, gone_11HW: Tensor) -> Tensor:
    """What is to be added to a skin so that it meets the same skin that is seen nearby, [1, 3, H, W]."""
    small = size_of(same_11hw)
    seen_11hw = same_11hw * (1.0 - highest(F.interpolate(gone_11HW, small, mode="area"), 3))
    seen_11hw = 1.0 - highest(1.0 - seen_11hw, 3)  # not the mixed px of an outline
    apart_1Chw = F.interpolate(now_1CHW - skin_1CHW, small, mode="area")
    near_11hw = (4.0 * running_mean(seen_11hw, odd_side(_JOINED, small[0]))).clamp(max=1.0)
    return F.interpolate(carried(apart_1Chw, seen_11hw) * near_11hw, size_of(now_1CHW), mode="bilinear")


def _skin(piece_1hw: Tensor) -> Tensor:
    """1 where a piece is skin, [1, 1, h, w]."""
    return torch.isin(piece_1hw, torch.tensor(_SKIN, device=piece_1hw.device)).float()[:, None]


def _arms_before(surface_1Khw: Tensor) -> Tensor:
    """How much of a position is an arm before the body, [1, 1, h, w]."""
    arms_11hw = surface_1Khw[:, :CLASSES].softmax(1)[:, REGIONS.index("arms"), None]
    return arms_11hw * on_trunk(surface_1Khw[:, CLASSES:] * SURFACE_SPAN)


def _cut_out(picture_1CHW: Tensor, part_11hw: Tensor) -> Tensor:
    """A part of a picture, its colours carried on beyond its outline."""
    inside_11hw = running_mean(part_11hw, 3)
    inside_11hw = inside_11hw / inside_11hw.amax().clamp_min(1e-3)  # of what is nowhere sure, the surest
    inside_11HW = F.interpolate(inside_11hw, size_of(picture_1CHW), mode="bilinear")
    return carried(picture_1CHW, ramp(inside_11HW, *_INSIDE))


def _of(pieces_1Phw: Tensor, numbers: Iterable[int]) -> Tensor:
    return pieces_1Phw[:, list(numbers)].sum(1, keepdim=True)


def _piece(number: int, like_11hw: Tensor) -> Tensor:
    """A map that is this piece everywhere."""
    made_1Phw = like_11hw.new_zeros(1, len(PIECES), *size_of(like_11hw))
    made_1Phw[:, number] = 1.0
    return made_1Phw
