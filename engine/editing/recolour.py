"""A garment, or what some neural textures make, in another colour: pure functions of pictures and shares.

The mean colour moves to the wanted one (the first moment of Reinhard et al. 2001), so folds, light and
patterns stay as they lie about it. B batch, H W rows and columns; pictures are about [-1, 1].
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.api import RGB, SlotChange, Slots
from engine.compositing.compose import Composition
from engine.compositing.fields import size_of
from engine.editing.changes import BySlot
from engine.regions import REGIONS

_NOWHERE = 1e-3  # of the picture: the mean colour of less is that of its noise


@torch.no_grad()
def recoloured(picture_1CHW: Tensor, share_11hw: Tensor, colour: RGB) -> Tensor:
    """The picture with its mean colour, weighted by the share of each position (0 to 1), moved to `colour`;
    as it is where the share is nearly nothing everywhere."""
    share_11HW = F.interpolate(share_11hw.float(), picture_1CHW.shape[-2:], mode="bilinear")
    if share_11HW.mean() < _NOWHERE:
        return picture_1CHW
    wanted = torch.tensor(colour, device=picture_1CHW.device).view(1, 3, 1, 1) / 127.5 - 1.0
    mean = (share_11HW * picture_1CHW).sum((2, 3), keepdim=True) / share_11HW.sum()
    return picture_1CHW + share_11HW * (wanted - mean)


@torch.no_grad()
def within_region(share_11hw: Tensor, surface_1Khw: Tensor, size: tuple[int, int]) -> Tensor:
    """A share [1, 1, H, W] of a picture of this size, of the region that most of it lies on: coarse positions
    at an outline are of two, and colour would run over it. surface: as in `engine.contract`."""
    logits_1RHW = F.interpolate(surface_1Khw[:, : len(REGIONS)].float(), size, mode="bilinear")
    regions_1RHW = logits_1RHW.softmax(1)
    share_11HW = F.interpolate(share_11hw.float(), size, mode="bilinear")
    most = int((share_11HW * regions_1RHW).sum((0, 2, 3)).argmax())
    return share_11HW * regions_1RHW[:, most : most + 1]


def in_colour(shown: Composition, share_11hw: Tensor, colour: RGB) -> Composition:
    """A composition `recoloured` by this share, within the region it lies on where that is known; of what has
    the colour nothing is the photo's own."""

    def share(picture_1CHW: Tensor) -> Tensor:
        if shown.surface_1Khw is None:
            return share_11hw
        return within_region(share_11hw, shown.surface_1Khw, size_of(picture_1CHW))

    photo, fine_1CHW, share_11HW = shown.tell_photo, shown.fine_1CHW, share(shown.image_1CHW)
    image_1CHW = recoloured(shown.image_1CHW, share_11HW, colour)
    if fine_1CHW is not None:
        fine_1CHW = recoloured(fine_1CHW, share(fine_1CHW), colour)
    tell_photo = None if photo is None else lambda: photo() * (1.0 - share_11HW)
    return replace(shown, image_1CHW=image_1CHW, fine_1CHW=fine_1CHW, tell_photo=tell_photo)


def colours_of(changes: Sequence[SlotChange], slots: Sequence[Slots]) -> list[tuple[RGB, BySlot]]:
    """The slots of each colour, 1 for those that have it, float32 [K] by group."""
    counts = {group.name: group.count for group in slots}
    found: dict[RGB, BySlot] = {}
    for change in changes:
        if change.colour is not None:
            by_slot = found.setdefault(change.colour, {})
            by_slot.setdefault(change.group, np.zeros(counts[change.group], np.float32))[change.slot] = 1.0
    return list(found.items())
