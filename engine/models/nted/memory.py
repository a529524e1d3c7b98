"""What the network forgets of a photo, remembered and carried along: ours, not in the paper.

Asked for the photo's own pose, a network gives the photo softened. How it draws that is kept once a
reference. Where it draws the same in another pose, the photo is shown in its place, changed in colour as the
network's pictures differ: what stands still, where it is, what moves, by the places that detail is copied by.
So the photo's own pose gives the photo, and a drag changes what it moves. Nothing of this is trained.

H W the picture, h w the renderer's last level but one, in whose cells all decisions are made.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.models.nted.atlas import CLASSES, centres, look_up
from engine.models.nted.detail import Source, taken_over
from engine.models.nted.network import Nted, NtedOutput
from engine.ops.resample import window_mean
from engine.regions import SURFACE_SPAN

_ALIKE = 0.2  # root mean square difference of colours (of -1 to 1) at which trust has fallen to 1/e
_STILL = 0.1 / SURFACE_SPAN  # distance of places, likewise ...
_NOISE = 0.03 / SURFACE_SPAN  # ... beyond what previews of half precision have by themselves
_SURE = 1.02  # times as much trust in what stands still, at most 1, for the same reason
_UNSEEN = 0.15  # of 3 dm, farther from what the photo shows than in its own pose, likewise
# Sides of the windows, in cells of a map of 128 rows, in which no class may change: around what is the
# person's; what is behind, for the network's outline is not quite the photo's; and what is the person's in
# the photo only, as a hat or a hem.
_PERSON, _BEHIND, _MISSED = 3, 11, 41
_SMOOTH = 9  # cells, side of the window that steps are averaged over
_STEP = 2  # cells to either side, between which a map's slope is taken


class Memory(NamedTuple):
    """Of a reference in its own pose, all float32, or float16 as kept.

    picture: [B, 3, h, w], the renderer's. places: [B, 11, h, w], probabilities of the classes, then
    place / 9 dm. error: [B, 2, h, w], where the places were found in the photo, less where they are (-1 to 1
    across it). far: [B, 1, h, w], how far from the places anything was seen, as in the atlas. missed:
    [B, 1, h, w], 1 where the photo shows the person and the renderer's picture what is behind.
    """

    picture: Tensor
    places: Tensor
    error: Tensor
    far: Tensor
    missed: Tensor

    def compact(self) -> Memory:
        """In half the memory."""
        return Memory(*(tensor.half() for tensor in self))


@torch.no_grad()
def remember(source: Source, picture_BChw: Tensor, places_B11hw: Tensor) -> Memory:
    """What the renderer makes of a reference in its own pose: its picture and its places of the last level
    but one."""
    size = places_B11hw.shape[-2:]
    positions_B2hw, unseen_B2hw = look_up(source.atlas.float(), places_B11hw.float())
    class_B8hw, place_B3hw = places_B11hw.float().split((CLASSES, 3), 1)
    class_B8hw = class_B8hw.softmax(1)
    behind_B1hw = F.interpolate(source.photo[:, 6:].float(), size, mode="area")
    missed_B1hw = (behind_B1hw < 0.5) & (class_B8hw[:, :1] > 0.5)
    return Memory(
        picture_BChw.float(),
        torch.cat([class_B8hw, place_B3hw], 1),
        positions_B2hw - centres(size, positions_B2hw.device),
        unseen_B2hw[:, :1],
        F.max_pool2d(missed_B1hw.float(), 3, 1, 1),
    )


@torch.no_grad()
def carried(
    picture_BChw: Tensor,
    places_B11hw: Tensor,
    references: Sequence[tuple[Source, Memory | None, Tensor | float]],
) -> Tensor:
    """What is remembered of a picture's references, as they lie in it: [B, 4, H, W], how much it is to be
    trusted, and that times what it is.

    picture, places: of the renderer's last level but one. Each reference comes with its share as in
    `Detail.forward`; memory None is of one whose own pose is not known.
    """
    carried_B4HW = None
    for source, memory, share in references:
        own_B4HW = picture_BChw.new_zeros(len(picture_BChw), 4, *source.photo.shape[-2:])
        if memory is not None:
            own_B4HW = _carried(picture_BChw.float(), places_B11hw.float(), source, memory)
        carried_B4HW = taken_over(carried_B4HW, own_B4HW, share)
    return carried_B4HW


def lay(image_BCHW: Tensor, carried_B4HW: Tensor) -> Tensor:
    """What is carried laid over a picture, which stays where nothing is."""
    trust_B1HW, carried_B3HW = carried_B4HW.split((1, 3), 1)
    return image_BCHW - trust_B1HW * image_BCHW + carried_B3HW


def carry(
    image_BCHW: Tensor,
    picture_BChw: Tensor,
    places_B11hw: Tensor,
    references: Sequence[tuple[Source, Memory | None, Tensor | float]],
) -> Tensor:
    """A picture with what is remembered of its references, as `carried` and `lay`."""
    return lay(image_BCHW, carried(picture_BChw, places_B11hw, references))


def shown(
    network: Nted, reference_BCHW: Tensor, planes_BPHW: Tensor, reference_planes_BPHW: Tensor
) -> NtedOutput:
    """A full pass as an editor shows it: `Nted.forward`, and where the network copies detail, with what it
    forgets of the reference."""
    output = network(reference_BCHW, planes_BPHW, reference_planes_BPHW)
    if output.copied is None:
        return output
    memory = remember(output.source, *network.drawn(reference_planes_BPHW, output.textures))
    references = [(output.source, memory, 1.0)]
    image_BCHW = carry(output.image_BCHW, output.skips[-2], output.copied.places, references)
    return output._replace(image_BCHW=image_BCHW)


def _carried(picture_BChw: Tensor, places_B11hw: Tensor, source: Source, memory: Memory) -> Tensor:
    """[B, 4, H, W]: how much is to be trusted in what is carried, and that times what is."""
    photo_BCHW, memory = source.photo[:, :3].float(), Memory(*(tensor.float() for tensor in memory))
    found_B2hw, unseen_B2hw = look_up(source.atlas.float(), places_B11hw)
    # Two steps of the fixed point that takes back what the look-up gets wrong in the photo's own pose.
    positions_B2hw = found_B2hw - _at(memory.error, found_B2hw)
    positions_B2hw = found_B2hw - _at(memory.error, positions_B2hw)

    here_2hw = centres(places_B11hw.shape[-2:], photo_BCHW.device)
    class_B8hw = places_B11hw[:, :CLASSES].softmax(1)
    behind_B1hw = class_B8hw[:, :1] > 0.5

    far_B1hw = (places_B11hw[:, CLASSES:] - memory.places[:, CLASSES:]).square().sum(1, keepdim=True)
    far_B1hw = (far_B1hw - _NOISE**2).clamp_min(0.0).masked_fill(behind_B1hw, 0.0)
    still_B1hw = torch.exp(-far_B1hw / _STILL**2) * _alike(picture_BChw, memory.picture)
    still_B1hw = (_SURE * still_B1hw).clamp(max=1.0)
    changed_B1hw = _changed(class_B8hw, memory.places[:, :CLASSES])
    still_B1hw *= 1.0 - torch.where(
        behind_B1hw,
        torch.where(memory.missed > 0.5, _around(changed_B1hw, _MISSED), _around(changed_B1hw, _BEHIND)),
        _around(changed_B1hw, _PERSON),
    )

    moved_B1hw = _alike(picture_BChw, _at(memory.picture, positions_B2hw))
    moved_B1hw *= 1.0 - _around(
        _changed(class_B8hw, _at(memory.places[:, :CLASSES], positions_B2hw)), _PERSON
    )
    moved_B1hw *= torch.exp(-(unseen_B2hw[:, :1] - _at(memory.far, positions_B2hw)).clamp_min(0.0) / _UNSEEN)
    steps_B2hw = _smooth(positions_B2hw - here_2hw, moved_B1hw, class_B8hw)
    moved_B1hw *= _keeps_shape(here_2hw + steps_B2hw)
    moved_B1hw = (1.0 - still_B1hw) * moved_B1hw.masked_fill(behind_B1hw, 0.0)

    trust_B1hw = still_B1hw + moved_B1hw
    steps_B2hw *= moved_B1hw / trust_B1hw.clamp_min(1e-6)
    trust_B1hw = window_mean(trust_B1hw, 3)
    change_B3hw = picture_BChw - _at(memory.picture, here_2hw + steps_B2hw)
    planes_B6hw = torch.cat([trust_B1hw, change_B3hw, steps_B2hw], 1)
    trust_B1HW, change_B3HW, steps_B2HW = F.interpolate(
        planes_B6hw, photo_BCHW.shape[-2:], mode="bilinear"
    ).split((1, 3, 2), 1)
    seen_B3HW = _at(photo_BCHW, centres(photo_BCHW.shape[-2:], photo_BCHW.device) + steps_B2HW)
    return torch.cat([trust_B1HW, trust_B1HW * (seen_B3HW + change_B3HW)], 1)


def _smooth(steps_B2hw: Tensor, trust_B1hw: Tensor, class_B8hw: Tensor) -> Tensor:
    """Steps as those around of the same class have them, the more the more these are trusted."""
    weight_B8hw = class_B8hw * (trust_B1hw + 1e-3)
    planes_B24hw = torch.cat([weight_B8hw, *(weight_B8hw * step for step in steps_B2hw.split(1, 1))], 1)
    means_B24hw = window_mean(F.avg_pool2d(planes_B24hw, 2), _SMOOTH // 2 | 1)
    means_B24hw = F.interpolate(means_B24hw, steps_B2hw.shape[-2:], mode="bilinear")
    weight_B8hw, x_B8hw, y_B8hw = means_B24hw.split(CLASSES, 1)
    part_B8hw = class_B8hw / weight_B8hw.clamp_min(1e-9)
    return torch.cat([(part_B8hw * sums).sum(1, keepdim=True) for sums in (x_B8hw, y_B8hw)], 1)


def _at(x_BChw: Tensor, positions_B2hw: Tensor) -> Tensor:
    grid_Bhw2 = positions_B2hw.movedim(1, -1)
    return F.grid_sample(x_BChw, grid_Bhw2, padding_mode="border", align_corners=False)


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
