"""The atlas of a reference: where in the photo is this piece of the dressed surface?

A piece of the surface is named by its parsing class and its surface coordinates, on the standard body in
rest; for each class the atlas has a grid of cells over them. What the photo does not show is taken from its
mirror image on the body: the back of a shirt has the pattern of its front, the left sleeve that of the right.

B batch, M cells, N positions of the photo, h w rows and columns of what is looked up. Positions are x, y from
-1 to 1, from edge to edge of the photo.
"""

from __future__ import annotations

import itertools
from functools import lru_cache

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.compositing.fields import largest, size_of
from engine.regions import CLASSES, REGIONS, SURFACE_SPAN

_CELL = 0.5  # dm, side of a cell
_LOW = (-5.0, -9.0, -2.0)  # dm, corner of the grid; the body in rest with its clothes lies inside
_CELLS = (20, 36, 11)  # along x, y, z
ATLAS_SHAPE = (3, _CELLS[2], _CELLS[1], (CLASSES - 1) * _CELLS[0])  # planes, z, y, classes x
_RIDGE = 0.02  # dm², of the regression: a piece of surface has no thickness to learn a slope from
_WINDOW = 0.5  # dm, standard deviation of the window that positions are fitted in
_FAR = 3.0  # dm: what lies farther from anything seen counts as not seen
_MIRRORED = 0.5  # dm that a mirror image counts as farther than what is seen itself
_OTHER_GARMENT = 1.0  # dm that another garment there does: a dress's sleeve may be taken for a shirt's
_GARMENTS = tuple(REGIONS.index(name) - 1 for name in ("upper clothes", "dress or skirt", "pants"))
_FRONT_TO_BACK = 9  # layers from the back, mirrored about their middle, z = 0.25 dm; feet stand out before
_SIDE_USED = 64  # of the photo's positions; finer ones tell cells of this size nothing


@torch.no_grad()
def make_atlas(surface_B11hw: Tensor) -> Tensor:
    """The atlas of a photo with this surface map (logits of the classes, then coordinates / 9 dm).

    float32 [B, 3, z, y, classes x], the background left out: per class and cell the position of the cell,
    fitted to what is seen around it, and how far from it anything is seen (0 to 1 for 0 to 3 dm).
    Outside of the box that a class's points span, a cell has the nearest cell's position, and is farther by
    the steps to it. A cell whose mirror image (left to right, front to back, or both) is nearer to what is
    seen, by half a decimetre for each mirror, has that one's position; a garment's cell that of another
    garment's which is nearer by a decimetre.
    """
    with torch.autocast(surface_B11hw.device.type, enabled=False):
        return _atlas(surface_B11hw.float())


def _atlas(surface_B11hw: Tensor) -> Tensor:
    device = surface_B11hw.device
    step = -(-max(size_of(surface_B11hw)) // _SIDE_USED)
    positions_N2 = centres(size_of(surface_B11hw), device)[:, ::step, ::step].flatten(1).t()
    used_B11N = surface_B11hw[:, :, ::step, ::step].flatten(2)
    class_BN = used_B11N[:, :CLASSES].argmax(1)
    point_BN3 = used_B11N[:, CLASSES:].transpose(1, 2) * SURFACE_SPAN
    columns, rows, layers = _CELLS
    atlas_BC3zyx = torch.zeros(len(class_BN), CLASSES - 1, 3, layers, rows, columns, device=device)
    atlas_BC3zyx[:, :, 2] = _FAR
    for b in range(len(class_BN)):
        for number in range(1, CLASSES):
            here_N = class_BN[b] == number
            if here_N.any():
                atlas_BC3zyx[b, number - 1] = _of_class(point_BN3[b][here_N], positions_N2[here_N])
    own_BC3zyx = atlas_BC3zyx.clone()
    for one, other in itertools.permutations(_GARMENTS, 2):
        atlas_BC3zyx[:, one] = _nearer(atlas_BC3zyx[:, one], own_BC3zyx[:, other], _OTHER_GARMENT)
    atlas_BC3zyx[:, :, 2] = (atlas_BC3zyx[:, :, 2] / _FAR).clamp_(max=1.0)
    return atlas_BC3zyx.permute(0, 2, 3, 4, 1, 5).flatten(4).contiguous()


def _of_class(points_N3: Tensor, positions_N2: Tensor) -> Tensor:
    """A class's part of the atlas, [3, z, y, x], of points in dm that the photo shows at these positions."""
    device = points_N3.device
    most_3 = torch.tensor(_CELLS, device=device) - 1
    cells_N3 = ((points_N3 - torch.tensor(_LOW, device=device)) / _CELL).floor().long().clamp_min(0)
    cells_N3 = cells_N3.minimum(most_3)
    firsts, lasts = cells_N3.min(0).values.tolist(), cells_N3.max(0).values.tolist()
    spans = [range(first, last + 1) for first, last in zip(firsts, lasts, strict=True)]
    lines = [
        low + _CELL * (torch.arange(span.start, span.stop, device=device) + 0.5)
        for low, span in zip(_LOW, spans, strict=True)
    ]
    z_zyx, y_zyx, x_zyx = torch.meshgrid(*lines[::-1], indexing="ij")
    centres_M3 = torch.stack([x_zyx, y_zyx, z_zyx], -1).view(-1, 3)
    far_MN = torch.cdist(centres_M3, points_N3).square_()
    near_M = far_MN.min(1).values.sqrt_()
    share_MN = far_MN.mul_(-0.5 / _WINDOW**2).softmax(1)
    found_M2 = _fitted(centres_M3, near_M, points_N3, positions_N2, share_MN)
    found_3zyx = torch.cat([found_M2.t(), near_M[None]]).view(3, *x_zyx.shape)
    borders = [(span.start, count - span.stop) for span, count in zip(spans, _CELLS, strict=True)]
    found_3zyx = F.pad(found_3zyx[None], [side for border in borders for side in border], mode="replicate")[0]
    for axis, (span, count) in enumerate(zip(spans, _CELLS, strict=True)):
        cells = torch.arange(count, device=device)
        steps = (span.start - cells).clamp_min(0) + (cells - span.stop + 1).clamp_min(0)
        found_3zyx[2] += (_CELL * steps).view([-1 if 2 - axis == dim else 1 for dim in range(3)])
    found_3zyx = _nearer(found_3zyx, found_3zyx.flip(3), _MIRRORED)
    turned_3zyx = found_3zyx.clone()
    turned_3zyx[:, :_FRONT_TO_BACK] = found_3zyx[:, :_FRONT_TO_BACK].flip(1)
    return _nearer(found_3zyx, turned_3zyx, _MIRRORED)


def _fitted(
    centres_M3: Tensor, near_M: Tensor, points_N3: Tensor, positions_N2: Tensor, share_MN: Tensor
) -> Tensor:
    """Local linear regression of the positions on the points, at the centres: [M, 2].

    The shares weigh the points around a centre. Their mean position alone would draw a garment's edges
    inwards and bend its stripes. near: how far the nearest point is, in dm.
    """
    squares_N9 = (points_N3[:, :, None] * points_N3[:, None]).flatten(1)
    products_N6 = (points_N3[:, :, None] * positions_N2[:, None]).flatten(1)
    moments_M20 = share_MN @ torch.cat([points_N3, positions_N2, squares_N9, products_N6], 1)
    point_M3, position_M2, squares_M9, products_M6 = moments_M20.split((3, 2, 9, 6), 1)
    spread_M33 = squares_M9.view(-1, 3, 3) - point_M3[:, :, None] * point_M3[:, None]
    spread_M33 += _RIDGE * torch.eye(3, device=share_MN.device)
    common_M32 = products_M6.view(-1, 3, 2) - point_M3[:, :, None] * position_M2[:, None]
    slope_M32 = torch.linalg.solve(spread_M33, common_M32)
    step_M3 = centres_M3 - point_M3
    length_M = torch.linalg.vector_norm(step_M3, dim=1).clamp_min(1e-6)
    step_M3 = step_M3 * ((length_M - near_M).clamp_min(0.0) / length_M)[:, None]  # not beyond what is seen
    found_M2 = position_M2 + torch.einsum("mi,mij->mj", step_M3, slope_M32)
    return found_M2.clamp(-1.0, 1.0)


def _nearer(own_x3zyx: Tensor, other_x3zyx: Tensor, farther: float) -> Tensor:
    """Cell by cell what is seen nearer, the other counting as so many dm farther than it is."""
    other_x3zyx = other_x3zyx + torch.tensor((0.0, 0.0, farther), device=own_x3zyx.device).view(3, 1, 1, 1)
    return torch.where(other_x3zyx[..., 2:, :, :, :] < own_x3zyx[..., 2:, :, :, :], other_x3zyx, own_x3zyx)


@lru_cache(maxsize=16)
def centres(size: tuple[int, int], device: torch.device) -> Tensor:
    """The positions of a picture's own pixels, [2, rows, columns]. Kept, and not to be written to."""
    with torch.inference_mode(False):
        y_h, x_w = ((torch.arange(side, device=device) + 0.5) * (2 / side) - 1 for side in size)
        return torch.stack([x_w.expand(size), y_h[:, None].expand(size)])


@torch.no_grad()
def look_up(atlas: Tensor, surface_B11hw: Tensor, here_2hw: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """Where the photo of an atlas shows these surface points.

    here: the positions of the map's pixels, where it is not all of a picture. Returns positions float32
    [B, 2, h, w], and [B, 2, h, w]: how far from the point they were seen, as in the atlas, and 1 where the
    class is the background, which is looked for at its own position.
    """
    if here_2hw is None:
        here_2hw = centres(size_of(surface_B11hw), atlas.device)
    if len(surface_B11hw) > 1 or atlas.device.type != "cpu":
        return look_up_textbook(atlas, surface_B11hw, here_2hw)
    surface_11N = surface_B11hw[0].flatten(1)
    somebody_N = surface_11N[1:CLASSES].amax(0) > surface_11N[0]
    numbers_M = somebody_N.nonzero()[:, 0]
    used_B11M = surface_11N.index_select(1, numbers_M)[None]
    found_B3M = _found(atlas, largest(used_B11M[:, :CLASSES]), used_B11M[:, CLASSES:])
    positions_2N = here_2hw.flatten(1).clone().index_copy_(1, numbers_M, found_B3M[0, :2])
    unseen_2N = F.pad((~somebody_N).float()[None], (0, 0, 1, 0)).index_copy_(
        1, numbers_M, F.pad(found_B3M[0, 2:], (0, 0, 0, 1))
    )
    shape = 1, 2, *size_of(surface_B11hw)
    return positions_2N.view(shape), unseen_2N.view(shape)


def look_up_textbook(atlas: Tensor, surface_B11hw: Tensor, here_2hw: Tensor) -> tuple[Tensor, Tensor]:
    """`look_up`, also where nobody is."""
    class_Bhw = surface_B11hw[:, :CLASSES].argmax(1)
    found_B3hw = _found(atlas, class_Bhw.flatten(1), surface_B11hw[:, CLASSES:].flatten(2)).unflatten(
        2, class_Bhw.shape[1:]
    )
    behind_B1hw = (class_Bhw == 0)[:, None]
    positions_B2hw = torch.where(behind_B1hw, here_2hw, found_B3hw[:, :2])
    unseen_B2hw = torch.cat([found_B3hw[:, 2:].masked_fill(behind_B1hw, 0.0), behind_B1hw.float()], 1)
    return positions_B2hw, unseen_B2hw


def _found(atlas: Tensor, class_BN: Tensor, point_B3N: Tensor) -> Tensor:
    """What an atlas has of points [B, 3, N] of these classes, in units of 9 dm: [B, 3, N]."""
    point_B3N = point_B3N.float() * SURFACE_SPAN
    cells = [
        ((point_B3N[:, axis] - low) / _CELL - 0.5).clamp(0, count - 1)
        for axis, (low, count) in enumerate(zip(_LOW, _CELLS, strict=True))
    ]
    cells[0] = cells[0] + _CELLS[0] * (class_BN.float() - 1).clamp_min(0)
    grid_BN3 = torch.stack(
        [(2 * cell + 1) / size - 1 for cell, size in zip(cells, ATLAS_SHAPE[:0:-1], strict=True)], -1
    )
    return _sampled(atlas, grid_BN3)


def _sampled(atlas: Tensor, grid_BN3: Tensor) -> Tensor:
    """The atlas at these points, [B, 3, N]. torch shares out pictures among threads, not points: those of a
    single picture are made pictures of their own."""
    alone = len(grid_BN3) == 1 and atlas.device.type == "cpu"
    parts, count = torch.get_num_threads() if alone else 1, grid_BN3.shape[1]
    grid_Pn3 = (
        F.pad(grid_BN3, (0, 0, 0, -count % parts)).unflatten(1, (parts, -(-count // parts))).flatten(0, 1)
    )
    atlas_P3zyx = atlas.expand(len(grid_Pn3), *atlas.shape[1:])
    found_P3n = F.grid_sample(atlas_P3zyx, grid_Pn3[:, None, None], align_corners=False)[:, :, 0, 0]
    return found_P3n.unflatten(0, (-1, parts)).transpose(1, 2).flatten(2)[..., :count]
