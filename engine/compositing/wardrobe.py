"""The wardrobe of a photo: what its person wears at which place of the body, and what each piece looks like.

The parsing network sees a class and a place on the standard body at every position of a photo. Gathered by
place, in a grid of cells around that body, they tell of a garment where it begins and ends whatever the pose:
how far a sleeve goes down an arm, where a hem is. What the photo does not show is as its mirror image on the
body is, or as what is nearest.

P pieces (`engine.garments`), without the background P - 1; M cells; H W the photo, h w the surface map.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.compositing.atlas import centres, look_up, make_atlas
from engine.compositing.dresses_told import told_as_dress
from engine.compositing.fields import around, largest, nearest_known, size_of
from engine.garments import (
    ARMS,
    DRESS,
    FACE,
    GARMENTS,
    HAIR,
    LEAST_SHOWN,
    LEGS,
    PIECE_OF_CLASS,
    PIECES,
    SKIRT,
    TOP,
    TROUSERS,
    WAIST,
)  # fmt: skip
from engine.inpainting.fill import fill_holes
from engine.pictures import to_rgb, to_tensor
from engine.regions import CLASSES, SURFACE_SPAN

_CELL = 0.5  # dm, side of a cell: a hem is told to a centimetre, as positions are shared among cells
_LOW = (-5.0, -9.0, -2.0)  # dm, corner of the grid; the body in rest with its clothes lies inside
_CELLS = (20, 36, 11)  # along x, y, z
_FRONT_TO_BACK = 9  # layers from the back, mirrored about their middle, z = 0.25 dm
_MIRRORED = 0.02  # what a mirror image counts beside what is seen at a place, ...
_NEARBY = ((0.8, 1e-3), (2.5, 1e-5))  # ... and what lies around: standard deviation in dm, and its weight
_SHOWN = 1e-3  # of a position in a cell, of its mirror image too, from which a photo shows something of it
_CLOSE = 5, 1, 5  # cells along z, y, x: a photo tells of a decimetre around what it shows, not of below
_PLATE = 9  # px of a map of 128 rows around the person whose colours are not the background's
_SIDE_USED = 128  # positions of the photo that are told from each other as nearest ones
_TRUNK, _HANDS = (1.7, 4.7), 1.2  # dm: at rest arms are farther out, or higher; and no hand is lower
HIP = -0.5  # dm: below are legs
_KNEE = -4.0  # dm
_FOOT = -7.4  # dm: trousers of photographs end above, shoes are below
CLASS_OF_PIECE = tuple(
    PIECE_OF_CLASS.index(SKIRT if piece == DRESS else piece) for piece in range(len(PIECES))
)


class Wardrobe(NamedTuple):
    """What a photo's person wears, all float32.

    worn: [1, P - 1, z, y, x], by cell how much of a place is which piece; they sum to 1. known: [1, 1, z, y,
    x], 1 where the photo shows something of the place, or its mirror image, or what lies close by. part: [P],
    how much of the person each piece is, 0 to 1. atlas: as `atlas.make_atlas`. photo: [1, 3, H, W]. inside:
    [P, 2, h, w], for every position of the photo the nearest one that surely is of the piece, x, y from -1 to
    1. plate: [1, 3, H, W], the photo without the person. skin: [1, 3, 1, 1], mean colour of the face.
    """

    worn: Tensor
    known: Tensor
    part: Tensor
    atlas: Tensor
    photo: Tensor
    inside: Tensor
    plate: Tensor
    skin: Tensor

    @property
    def cut_off(self) -> bool:
        """Whether the photo's edge cuts trousers and skirts of its person off above the knees."""
        knees_zx = self.known[0, 0, :, round((_KNEE - _LOW[1]) / _CELL)]
        somebody = float(self.part[[HAIR, FACE, ARMS]].sum()) >= LEAST_SHOWN  # and no skirt that lies alone
        return somebody and float(self.part[LEGS]) < LEAST_SHOWN and not bool(knees_zx.any())

    def shown(self, goes_on: bool = False) -> dict[str, float]:
        """By garment word how much of the person it is, 0 to 1. Trousers and skirts that are cut off are
        none: how they go on is not seen, and engines draw no legs there. goes_on: trousers are laid on, and
        made longer."""
        part_P = self.part.clone()
        if self.cut_off:
            part_P[[SKIRT] if goes_on else [SKIRT, TROUSERS]] = 0.0
        return {word: float(sum(part_P[piece] for piece in each.takes)) for word, each in GARMENTS.items()}

    def bytes(self) -> int:
        return sum(each.numel() * each.element_size() for each in self)


@torch.no_grad()
def make_wardrobe(photo_1CHW: Tensor, surface_1Khw: Tensor, plate_1CHW: Tensor | None = None) -> Wardrobe:
    """Of a photo in [-1, 1] with this surface map (logits of the classes, then places / 9 dm).

    plate: the photo without the person, where it was made before; else it is filled up smoothly.
    """
    surface_1Khw, photo_1CHW = surface_1Khw.float(), photo_1CHW.float()
    class_8hw, place_3hw = surface_1Khw[0].split((CLASSES, 3))
    place_3hw = place_3hw * SURFACE_SPAN
    pieces_Phw = told_as_dress(_pieces(class_8hw.softmax(0), place_3hw), photo_1CHW)
    piece_hw = largest(pieces_Phw[None])[0]
    part_P = torch.bincount(piece_hw.flatten(), minlength=len(PIECES)).float()
    part_P[0] = 0.0
    face_11HW = F.interpolate(pieces_Phw[None, FACE, None], size_of(photo_1CHW), mode="bilinear")
    skin_1C11 = (photo_1CHW * face_11HW).sum((2, 3), keepdim=True) / face_11HW.sum().clamp_min(1e-3)
    part_P = part_P / part_P.sum().clamp_min(1.0)
    person_11hw = (piece_hw > 0).float()[None, None]
    return Wardrobe(
        *_worn(pieces_Phw, place_3hw, piece_hw > 0),
        part_P,
        make_atlas(surface_1Khw),
        photo_1CHW,
        _inside(pieces_Phw),
        _without(photo_1CHW, person_11hw) if plate_1CHW is None else plate_1CHW,
        skin_1C11,
    )


def on_trunk(place_13hw: Tensor) -> Tensor:
    """1 where a place in dm is of the body between and below the arms, [1, 1, h, w]."""
    inside_1hw = (place_13hw[:, 0].abs() < _TRUNK[0]) & (place_13hw[:, 1] < _TRUNK[1])
    inside_1hw |= place_13hw[:, 1] < _HANDS
    return inside_1hw[:, None].float()


def worn_at(wardrobe: Wardrobe, surface_1Khw: Tensor) -> tuple[Tensor, Tensor]:
    """What the person wears at these places of the body, [1, P, h, w] shares, the background has none; and
    how far the photo tells of them at all, [1, 1, h, w]."""
    place_3hw = surface_1Khw[0, CLASSES:].float() * SURFACE_SPAN
    grid_hw3 = torch.stack(
        [
            (place_hw - low) / (_CELL * count) * 2 - 1
            for place_hw, low, count in zip(place_3hw, _LOW, _CELLS, strict=True)
        ],
        -1,
    )
    worn_1Qhw, known_11hw = (
        F.grid_sample(cells, grid_hw3[None, None], padding_mode="border", align_corners=False)[:, :, 0]
        for cells in (wardrobe.worn, wardrobe.known)
    )
    return F.pad(worn_1Qhw, (0, 0, 0, 0, 1, 0)), known_11hw


def looks_at(
    wardrobe: Wardrobe, piece_1hw: Tensor, surface_1Khw: Tensor, size: tuple[int, int]
) -> tuple[Tensor, Tensor]:
    """What these pieces look like at these places, [1, 3, H, W] of `size`, and how far from the place it was
    seen, [1, 1, h, w]: 0 to 1 for 0 to 3 dm.

    Never from beside the piece: what the photo shows next to it is nearest is taken.
    """
    classes_1hw = torch.tensor(CLASS_OF_PIECE, device=piece_1hw.device)[piece_1hw]
    named_18hw = F.one_hot(classes_1hw, CLASSES).movedim(-1, 1).float()
    positions_12hw, unseen_12hw = look_up(
        wardrobe.atlas, torch.cat([named_18hw, surface_1Khw[:, CLASSES:]], 1)
    )
    rows, columns = size_of(wardrobe.inside)
    x_hw, y_hw = (
        ((position_hw + 1) * side / 2).long().clamp(0, side - 1)
        for position_hw, side in zip(positions_12hw[0], (columns, rows), strict=True)
    )
    nearest_2hw = wardrobe.inside[piece_1hw[0], :, y_hw, x_hw].movedim(-1, 0)
    # Where it lies in the piece already, to the fraction of a px.
    there_hw = (nearest_2hw - centres((rows, columns), nearest_2hw.device)[:, y_hw, x_hw]).abs().amax(
        0
    ) < 1e-6
    positions_2hw = torch.where(there_hw, positions_12hw[0], nearest_2hw)
    found_1CHW = F.grid_sample(wardrobe.photo, positions_2hw.movedim(0, -1)[None], align_corners=False)
    return F.interpolate(found_1CHW, size, mode="bilinear"), unseen_12hw[:, :1]


def pieces_drawn(surface_1Khw: Tensor) -> Tensor:
    """What a surface map shows by itself, [1, P, h, w] shares."""
    class_8hw, place_3hw = surface_1Khw[0].float().split((CLASSES, 3))
    return _pieces(class_8hw.softmax(0), place_3hw * SURFACE_SPAN)[None]


def _pieces(class_8hw: Tensor, place_3hw: Tensor) -> Tensor:
    """Shares of the pieces [P, h, w], of shares of the classes and places in dm."""
    pieces_Phw = class_8hw[list(CLASS_OF_PIECE)]
    above_hw = (place_3hw[1] > WAIST).float()
    # Who has a top on wears a skirt, up to its waistband; else it is a dress.
    if pieces_Phw[TOP].sum() > (above_hw * pieces_Phw[DRESS]).sum():
        above_hw = torch.zeros_like(above_hw)
    pieces_Phw[DRESS] *= above_hw
    pieces_Phw[SKIRT] *= 1.0 - above_hw
    # What is on a foot is a shoe, however a map calls it.
    foot_hw = (place_3hw[1] < _FOOT).float()
    pieces_Phw[LEGS] += foot_hw * pieces_Phw[TROUSERS]
    pieces_Phw[TROUSERS] *= 1.0 - foot_hw
    # An arm before the body has places of both, for maps know no edges between them.
    pieces_Phw[ARMS] *= 1.0 - on_trunk(place_3hw[None])[0, 0]
    return pieces_Phw


def _worn(pieces_Phw: Tensor, place_3hw: Tensor, person_hw: Tensor) -> tuple[Tensor, Tensor]:
    """Each position shared out among the eight cells around its place, then what is not seen filled in; and
    where anything was seen, or lies close by."""
    device = pieces_Phw.device
    cells_N3 = (place_3hw[:, person_hw].t() - torch.tensor(_LOW, device=device)) / _CELL - 0.5
    pieces_QN = pieces_Phw[1:, person_hw]
    counts = torch.tensor(_CELLS, device=device)
    seen_QM = torch.zeros(len(pieces_QN), int(counts.prod()), device=device)
    first_N3 = cells_N3.floor()
    for corner in torch.cartesian_prod(*[torch.arange(2, device=device)] * 3):
        weight_N = torch.where(corner == 1, cells_N3 - first_N3, 1 - (cells_N3 - first_N3)).prod(1)
        x_N, y_N, z_N = (first_N3.long() + corner).clamp_min(0).minimum(counts - 1).unbind(1)
        seen_QM.index_add_(1, (z_N * _CELLS[1] + y_N) * _CELLS[0] + x_N, pieces_QN * weight_N)
    seen_Qzyx = seen_QM.view(-1, *_CELLS[::-1])
    turned_Qzyx = seen_Qzyx.clone()
    turned_Qzyx[:, :_FRONT_TO_BACK] = seen_Qzyx[:, :_FRONT_TO_BACK].flip(1)
    mirrored_Qzyx = seen_Qzyx.flip(3) + turned_Qzyx / 2 + turned_Qzyx.flip(3) / 4
    told_Qzyx = seen_Qzyx + _MIRRORED * mirrored_Qzyx
    shown_zyx = told_Qzyx.sum(0)
    told_Qzyx = told_Qzyx + sum(weight * _blurred(told_Qzyx, sigma) for sigma, weight in _NEARBY) + 1e-9
    near_11zyx = F.max_pool3d(shown_zyx[None, None], _CLOSE, 1, [side // 2 for side in _CLOSE])
    return (told_Qzyx / told_Qzyx.sum(0))[None], (near_11zyx > _SHOWN).float()


def _blurred(x_Qzyx: Tensor, sigma: float) -> Tensor:
    """By a Gaussian of so many dm, an axis at a time."""
    half = round(3 * sigma / _CELL)
    line = torch.exp(-0.5 * (torch.arange(-half, half + 1, device=x_Qzyx.device) * _CELL / sigma) ** 2)
    for axis in range(3):
        shape = [1, 1, 1, 1, 1]
        shape[2 + axis] = len(line)
        padding = [half if other == axis else 0 for other in range(3)]
        x_Qzyx = F.conv3d(x_Qzyx[:, None], (line / line.sum()).view(shape), padding=padding)[:, 0]
    return x_Qzyx


def _inside(pieces_Phw: Tensor) -> Tensor:
    """For every piece the nearest position that is surely its own; its own position where there is none."""
    pieces_Phw = F.avg_pool2d(pieces_Phw, -(-max(size_of(pieces_Phw)) // _SIDE_USED))
    size = size_of(pieces_Phw)
    here_2hw = centres(size, torch.device("cpu"))
    inside_P2hw = here_2hw.expand(len(pieces_Phw), 2, *size).clone()
    mine_P1hw = 1.0 - around((pieces_Phw < 0.5).float()[:, None].cpu(), 3)
    for piece, mine_1hw in enumerate(mine_P1hw):
        if piece and mine_1hw.any():
            _, number_hw = nearest_known((mine_1hw[0] != 0).numpy())
            inside_P2hw[piece] = here_2hw.flatten(1)[:, torch.from_numpy(number_hw)]
    return inside_P2hw.to(pieces_Phw.device)


def _without(photo_1CHW: Tensor, person_11hw: Tensor) -> Tensor:
    """The photo with the person filled in from around."""
    person_11HW = F.interpolate(around(person_11hw, _PLATE), size_of(photo_1CHW), mode="nearest")
    filled_HWC = fill_holes(to_rgb(photo_1CHW), (person_11HW[0, 0] == 0).cpu().numpy())
    return to_tensor(filled_HWC, photo_1CHW.device)
