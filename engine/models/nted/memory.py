"""What the network forgets of a photo, remembered and carried along: ours, not in the paper.

Asked for the photo's own pose, a network gives the photo softened. The difference, kept once a reference, is
added to what it draws of other poses: to what stands still, where it is, and to what moves, by the places
that detail is copied by, as far as the network draws there what it drew in the photo's own pose. So the
photo's own pose gives the photo, and a drag changes what it moves. Nothing of this is trained.

H W the picture, h w the map of places, whose cells all decisions are made in.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.models.nted.atlas import CLASSES, centres
from engine.models.nted.detail import Copied, Found, Source, taken_over
from engine.models.nted.network import Nted, NtedOutput
from engine.ops.resample import window_mean
from engine.regions import SURFACE_SPAN

_ALIKE = 0.2  # root mean square difference of colours (of -1 to 1) at which trust has fallen to 1/e
_STILL = 0.1 / SURFACE_SPAN  # distance of places, likewise
_UNSEEN = 0.15  # of 3 dm, farther from what the photo shows than in its own pose, likewise
# Sides of the windows, in cells of a map of 128 rows, in which no class may change: around what stands still
# of the person; what moves; what is behind, for the network's outline is not quite the photo's; and what is
# the person's in the photo only, as a hat or a hem.
_STANDS, _MOVES, _BEHIND, _MISSED = 3, 7, 11, 17
_SMOOTH = 9  # cells, side of the window that steps are averaged over
_STEP = 2  # cells to either side, between which a map's slope is taken


class Memory(NamedTuple):
    """Of a reference in its own pose, all float32, or float16 as kept.

    forgotten: [B, 3, H, W], the photo less the renderer's picture of it. picture: that picture, [B, 3, h, w].
    places: [B, 11, h, w], probabilities of the classes, then place / 9 dm. error: [B, 2, h, w], where the
    places were found in the photo, less where they are (-1 to 1 across it). far: [B, 1, h, w] as in `Found`.
    missed: [B, 1, h, w], 1 where the photo shows the person and the renderer's picture what is behind.
    """

    forgotten: Tensor
    picture: Tensor
    places: Tensor
    error: Tensor
    far: Tensor
    missed: Tensor

    def compact(self) -> Memory:
        """In half the memory."""
        return Memory(*(tensor.half() for tensor in self))


@torch.no_grad()
def remember(source: Source, drawn_BCHW: Tensor, copied: Copied) -> Memory:
    """What the network forgets of a reference, of whose own pose these are the renderer's picture, without
    detail, and where that was copied from."""
    size = copied.places.shape[-2:]
    found = _cells(copied.found[0], size)
    error_B2hw = found.positions - _centres(drawn_BCHW, size)
    picture_BChw = F.interpolate(drawn_BCHW.float(), size, mode="area")
    photo_BCHW, _, behind_B1HW = source.photo.float().split((3, 3, 1), 1)
    class_B8hw, place_B3hw = copied.places.float().split((CLASSES, 3), 1)
    class_B8hw = class_B8hw.softmax(1)
    missed_B1hw = (F.interpolate(behind_B1HW, size, mode="area") < 0.5) & (class_B8hw[:, :1] > 0.5)
    missed_B1hw = F.max_pool2d(missed_B1hw.float(), 3, 1, 1)
    places_B11hw = torch.cat([class_B8hw, place_B3hw], 1)
    return Memory(photo_BCHW - drawn_BCHW, picture_BChw, places_B11hw, error_B2hw, found.far, missed_B1hw)


@torch.no_grad()
def carry(
    drawn_BCHW: Tensor,
    image_BCHW: Tensor,
    copied: Copied,
    memories: Sequence[tuple[Memory | None, Tensor | float]],
) -> Tensor:
    """A picture with what is remembered of its references.

    drawn: the renderer's picture; image: the same with detail, which stays where nothing can be carried.
    memories: of the references that detail was copied from, in their order, each with its share as in
    `Detail.forward`; None of one whose own pose is not known.
    """
    carried_B4HW = None
    for (memory, share), found in zip(memories, copied.found, strict=True):
        own_B4HW = drawn_BCHW.new_zeros(len(drawn_BCHW), 4, *drawn_BCHW.shape[-2:])
        if memory is not None:
            own_B4HW = _carried(drawn_BCHW, copied.places.float(), found, memory)
        carried_B4HW = taken_over(carried_B4HW, own_B4HW, share)
    trust_B1HW, carried_B3HW = carried_B4HW.split((1, 3), 1)
    return image_BCHW + trust_B1HW * (drawn_BCHW - image_BCHW) + carried_B3HW


def shown(
    network: Nted, reference_BCHW: Tensor, planes_BPHW: Tensor, reference_planes_BPHW: Tensor
) -> NtedOutput:
    """A full pass as an editor shows it: `Nted.forward`, and where the network copies detail, with what it
    forgets of the reference."""
    output = network(reference_BCHW, planes_BPHW, reference_planes_BPHW)
    if output.copied is None:
        return output
    own = network(reference_BCHW, reference_planes_BPHW, reference_planes_BPHW)
    memory = remember(own.source, own.skips[-1], own.copied)
    image_BCHW = carry(output.skips[-1], output.image_BCHW, output.copied, [(memory, 1.0)])
    return output._replace(image_BCHW=image_BCHW)


def _carried(drawn_BCHW: Tensor, places_B11hw: Tensor, found: Found, memory: Memory) -> Tensor:
    """[B, 4, H, W]: how much is to be trusted in what is carried, and that times what is forgotten."""
    size, full = places_B11hw.shape[-2:], drawn_BCHW.shape[-2:]
    memory = Memory(*(tensor.float() for tensor in memory))
    found = _cells(found, size)
    here_2hw = _centres(drawn_BCHW, size)
    # Two steps of the fixed point that takes back what the look-up gets wrong in the photo's own pose.
    positions_B2hw = found.positions - _at(memory.error, found.positions)
    positions_B2hw = found.positions - _at(memory.error, positions_B2hw)

    picture_BChw = F.interpolate(drawn_BCHW, size, mode="area")
    class_B8hw = places_B11hw[:, :CLASSES].softmax(1)
    behind_B1hw = class_B8hw[:, :1] > 0.5

    far_B1hw = (places_B11hw[:, CLASSES:] - memory.places[:, CLASSES:]).square().sum(1, keepdim=True)
    still_B1hw = torch.exp(-far_B1hw.masked_fill(behind_B1hw, 0.0) / _STILL**2)
    still_B1hw *= _alike(picture_BChw, memory.picture)
    changed_B1hw = _changed(class_B8hw, memory.places[:, :CLASSES])
    still_B1hw *= 1.0 - torch.where(
        behind_B1hw,
        torch.where(memory.missed > 0.5, _around(changed_B1hw, _MISSED), _around(changed_B1hw, _BEHIND)),
        _around(changed_B1hw, _STANDS),
    )

    moved_B1hw = _alike(picture_BChw, _at(memory.picture, positions_B2hw))
    moved_B1hw *= 1.0 - _around(_changed(class_B8hw, _at(memory.places[:, :CLASSES], positions_B2hw)), _MOVES)
    moved_B1hw *= torch.exp(-(found.far - _at(memory.far, positions_B2hw)).clamp_min(0.0) / _UNSEEN)
    moved_B1hw *= _keeps_shape(positions_B2hw)
    moved_B1hw = moved_B1hw.masked_fill(behind_B1hw, 0.0)

    steps_B2hw = _smooth(positions_B2hw - here_2hw, moved_B1hw, class_B8hw)
    trust_B1hw = still_B1hw + (1.0 - still_B1hw) * moved_B1hw
    trust_B1HW, steps_B2HW = F.interpolate(
        torch.cat([window_mean(trust_B1hw, 3), (1.0 - still_B1hw) * steps_B2hw], 1), full, mode="bilinear"
    ).split((1, 2), 1)
    forgotten_B3HW = _at(memory.forgotten, centres(full, drawn_BCHW.device) + steps_B2HW)
    return torch.cat([trust_B1HW, trust_B1HW * forgotten_B3HW], 1)


def _smooth(steps_B2hw: Tensor, trust_B1hw: Tensor, class_B8hw: Tensor) -> Tensor:
    """Steps as those around of the same class have them, the more the more these are trusted."""
    weight_B8hw = class_B8hw * (trust_B1hw + 1e-3)
    planes_B24hw = torch.cat([weight_B8hw, *(weight_B8hw * step for step in steps_B2hw.split(1, 1))], 1)
    means_B24hw = F.interpolate(window_mean(planes_B24hw, _SMOOTH, 2), steps_B2hw.shape[-2:], mode="bilinear")
    weight_B8hw, x_B8hw, y_B8hw = means_B24hw.split(CLASSES, 1)
    part_B8hw = class_B8hw / weight_B8hw.clamp_min(1e-9)
    return torch.cat([(part_B8hw * sums).sum(1, keepdim=True) for sums in (x_B8hw, y_B8hw)], 1)


def _cells(found: Found, size: tuple[int, int]) -> Found:
    return Found(*(F.interpolate(plane, size, mode="nearest-exact") for plane in found))


def _centres(image_BCHW: Tensor, size: tuple[int, int]) -> Tensor:
    """Where the pixels lie that `_cells` takes."""
    return F.interpolate(centres(image_BCHW.shape[-2:], image_BCHW.device)[None], size, mode="nearest-exact")


def _at(x_BChw: Tensor, positions_B2hw: Tensor, mode: str = "bilinear") -> Tensor:
    grid_Bhw2 = positions_B2hw.movedim(1, -1)
    return F.grid_sample(x_BChw, grid_Bhw2, mode=mode, padding_mode="border", align_corners=False)


def _alike(a_BChw: Tensor, b_BChw: Tensor) -> Tensor:
    return torch.exp(-window_mean(a_BChw - b_BChw, 3).square().mean(1, keepdim=True) / _ALIKE**2)


def _changed(class_B8hw: Tensor, own_B8hw: Tensor) -> Tensor:
    """1 where most of the probability lies on other classes."""
    return ((class_B8hw - own_B8hw).abs().sum(1, keepdim=True) > 1.0).float()


def _around(changed_B1hw: Tensor, side: int) -> Tensor:
    """1 where anything in the window around has changed. side: in cells of a map of 128 rows."""
    side = max(3, side * changed_B1hw.shape[-2] // 128 | 1)
    around_B1hw = F.max_pool2d(changed_B1hw, (side, 1), 1, (side // 2, 0))
    return F.max_pool2d(around_B1hw, (1, side), 1, (0, side // 2))


def _keeps_shape(positions_B2hw: Tensor) -> Tensor:
    """1 where the positions turn and enlarge the photo, 0 where they stretch it more than 4 to 1, or fold
    it."""
    rows, columns = positions_B2hw.shape[-2:]
    cells_B2hw = positions_B2hw * positions_B2hw.new_tensor((columns / 2, rows / 2)).view(2, 1, 1)
    padded_B2hw = F.pad(cells_B2hw, [_STEP] * 4, mode="replicate")
    across_B2hw = padded_B2hw[:, :, _STEP:-_STEP, 2 * _STEP :] - padded_B2hw[:, :, _STEP:-_STEP, : -2 * _STEP]
    down_B2hw = padded_B2hw[:, :, 2 * _STEP :, _STEP:-_STEP] - padded_B2hw[:, :, : -2 * _STEP, _STEP:-_STEP]
    area_Bhw = across_B2hw[:, 0] * down_B2hw[:, 1] - across_B2hw[:, 1] * down_B2hw[:, 0]
    squares_Bhw = across_B2hw.square().sum(1) + down_B2hw.square().sum(1)
    likeness_B1hw = (2 * area_Bhw / squares_Bhw.clamp_min(1e-6)).clamp(0.0, 1.0)[:, None]
    return ((window_mean(likeness_B1hw, 5) - 0.5) / 0.4).clamp(0.0, 1.0)
