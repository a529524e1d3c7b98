"""The surface map of the picture that is shown, where that is more than an engine drew.

Of its own drawing an engine tells what is where on the body; but the picture has the photo laid over that
(`layers`), limbs cut out and moved. What is shown there the parsing network saw in the photo: its map is
moved as the photo is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from engine.compositing.atlas import CLASSES
from engine.compositing.detail import DetailSource
from engine.compositing.fields import size_of
from engine.compositing.hair_before import hair
from engine.compositing.layers import PhotoWarp, Referred, photo_layer
from engine.compositing.limb_bones import ARM_CHAINS
from engine.compositing.own_pose import OwnPose
from engine.compositing.under_arms import from_nearest, with_rims
from engine.compositing.whole_arms import whole_arms
from engine.ops.resample import shrunk
from engine.regions import REGIONS

_CLOTHES = [REGIONS.index(name) for name in ("upper clothes", "dress or skirt", "pants", "legs")]
_KNOWN = 0.5  # how sure it is that clothes are seen that go on under an arm
_LEAST = 1e-6  # probability that a logit can tell


class Shown(NamedTuple):
    """surface: logits of the classes, then coordinates / 9 dm, [B, 11, h, w], of what is shown. laid: how
    much of a position is a photo laid over what an engine drew, [B, 1, h, w]."""

    surface: Tensor
    laid: Tensor


@torch.no_grad()
def shown_surface(
    surface_B11hw: Tensor,
    warps: Sequence[PhotoWarp | None],
    references: Sequence[Referred],
    mixed: bool = False,
) -> Shown:
    """Of what `layers.photo_layer` of these references shows over what an engine drew, whose surface map is
    given; warps, references, mixed: as there."""
    layers = [(*_of_surface(source, own), share) for source, own, share in references if own is not None]
    if len(layers) < len(references):  # of whom nobody knows the pose, the photo is not laid over anything
        return Shown(surface_B11hw, torch.zeros_like(surface_B11hw[:, :1]))
    layer_B12hw = photo_layer(warps, layers, mixed=mixed, recoloured=False)
    matte_B1hw, class_B8hw, point_B3hw = layer_B12hw.split((1, CLASSES, 3), 1)
    drawn_B8hw, drawn_B3hw = surface_B11hw.float().split((CLASSES, 3), 1)
    there_B1hw = matte_B1hw - class_B8hw[:, :1]  # how much of a position is somebody in a photo
    point_B3hw = torch.where(there_B1hw > 0.5, point_B3hw / there_B1hw.clamp_min(0.5), drawn_B3hw)
    class_B8hw = class_B8hw + (1.0 - matte_B1hw) * drawn_B8hw.softmax(1)
    logits_B8hw = class_B8hw.clamp_min(_LEAST).log()
    return Shown(torch.cat([logits_B8hw, point_B3hw], 1), matte_B1hw.clone())  # not all of the layer


def _of_surface(source: DetailSource, own: OwnPose) -> tuple[DetailSource, OwnPose]:
    """A reference whose photo's planes are its surface map: shares of the classes, and coordinates times how
    much of a position is somebody, who has them."""
    size = size_of(own.surface)
    class_B8hw, point_B3hw = own.seen.float().split((CLASSES, 3), 1)
    planes_B11hw = torch.cat([class_B8hw, point_B3hw * (1.0 - class_B8hw[:, :1])], 1)
    fine = source.photo[:, -1:], own.under[:, -2:], own.limbs, own.held
    behind_B1hw, hands_B2hw, limbs_B4hw, held_B2hw = (shrunk(each.float(), size) for each in fine)
    seen_B2hw = limbs_B4hw[:, ARM_CHAINS] * (1.0 - held_B2hw.amax(1, keepdim=True))
    arms_B4hw = torch.cat([with_rims(limbs_B4hw[:, ARM_CHAINS]), hands_B2hw], 1)
    bare_B1hw = class_B8hw[:, _CLOTHES].sum(1, keepdim=True) * (1.0 - arms_B4hw.amax(1, keepdim=True))
    clothes_B11hw = from_nearest(planes_B11hw, bare_B1hw > _KNOWN)
    hair_B1hw = hair(own.seen[:, :CLASSES], size_of(planes_B11hw))
    nobody_B11hw = torch.zeros_like(planes_B11hw)
    nobody_B11hw[:, 0] = 1.0
    return (
        source._replace(photo=torch.cat([planes_B11hw, behind_B1hw], 1)),
        own._replace(
            background=nobody_B11hw,
            limbs=limbs_B4hw,
            **whole_arms(planes_B11hw, seen_B2hw, own.pose, own.shown, hair_B1hw)._asdict(),
            held=held_B2hw,
            under=torch.cat([clothes_B11hw, hands_B2hw], 1),
        ),
    )
