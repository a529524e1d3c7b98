"""The photo as a layer over what an engine draws, wherever it shows the same.

So the photo's own pose gives the photo, and a drag changes what it moves. What moves with its bones alone is
cut out and moved (`bone_warp`), what else the engine draws as before is taken from where it was
(`surface_warp`).

A *layer* is float32 [B, 1 + C, H, W]: its matte, 0 to 1, and its planes times that: C = 3 colours, or what
else is known of a photo's pixels (`shown_surface`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.compositing.bone_warp import BoneWarp, bone_warp
from engine.compositing.detail import DetailSource, blended
from engine.compositing.fields import size_of
from engine.compositing.hung_things import lay_alone, without_things
from engine.compositing.limbs import moved_limbs
from engine.compositing.limbs_elsewhere import Moves, hands_elsewhere, moves
from engine.compositing.limbs_found import MovedLimbs, find_moved
from engine.compositing.own_pose import OwnPose
from engine.compositing.surface_warp import SurfaceWarp, surface_warp
from engine.compositing.untouched import untouched
from engine.ops.resample import enlarged

# What of its photo can be copied, how its engine draws its own pose, and its share, as in `detail.copied`.
Referred = tuple[DetailSource, OwnPose | None, Tensor | float]


class PhotoWarp(NamedTuple):
    """How a reference's photo lies in a picture, of whatever size and planes it is laid there: along its
    surface, with its bones, and what of it is elsewhere; and where it is left alone, [B, 1, h, w]."""

    pose: Tensor
    surface: SurfaceWarp
    bones: BoneWarp
    moved: list[Moves]
    limbs: list[MovedLimbs | None]
    still: Tensor


@torch.no_grad()
def photo_warps(
    picture_BChw: Tensor,
    surface_B11hw: Tensor,
    pose_B183: Tensor,
    references: Sequence[Referred],
) -> list[PhotoWarp | None]:
    """Of a picture's references; None of those whose own pose is not known.

    picture, surface: what the engine draws in the pose, and its surface map. pose: as
    `moving_least_squares.normalised_pose` gives it.
    """
    drawn = picture_BChw.float(), surface_B11hw.float(), pose_B183
    return [None if own is None else _warp(*drawn, source, own) for source, own, _ in references]


def _warp(
    picture_BChw: Tensor, surface_B11hw: Tensor, pose_B183: Tensor, source: DetailSource, own: OwnPose
) -> PhotoWarp:
    own = OwnPose(*(each.float() for each in own))
    moved = moves(pose_B183, own.pose, own.drawn_limbs, own.lent)
    drawn = picture_BChw, surface_B11hw, pose_B183
    still_B1hw = untouched(pose_B183, own.pose, own.limbs, size_of(surface_B11hw))
    still_B1hw = without_things(still_B1hw, pose_B183, own.pose, own.held)
    return PhotoWarp(
        pose_B183,
        surface_warp(*drawn, source, own),
        bone_warp(*drawn, own),
        moved,
        find_moved(pose_B183, surface_B11hw, source, own, moved, still_B1hw),
        still_B1hw,
    )


@torch.no_grad()
def photo_layer(
    warps: Sequence[PhotoWarp | None],
    references: Sequence[Referred],
    *,
    mixed: bool = False,
    recoloured: bool = True,
) -> Tensor:
    """The layer of a picture's references, warped to where they lie in it.

    Each reference comes with its share as in `detail.copied`; a reference whose own pose is not known (None)
    shows nothing. mixed: whether what is drawn is of several people, which is nobody's photo anywhere.
    recoloured: as of `surface_warp.SurfaceWarp.layer`.
    """
    return blended(
        (_of_reference(warp, source, own, recoloured, not mixed), share)
        for warp, (source, own, share) in zip(warps, references, strict=True)
    )


def _of_reference(
    warp: PhotoWarp | None, source: DetailSource, own: OwnPose | None, recoloured: bool, alone: bool
) -> Tensor:
    if warp is None or own is None:
        return source.photo.new_zeros(len(source.photo), 4, *size_of(source.photo), dtype=torch.float32)
    own = OwnPose(*(each.float() for each in own))
    bare, colours = without_moved_hands(warp.pose, source, own, warp.moved), own.background.shape[1]
    shown_BDHW = torch.cat([bare.photo[:, :colours], bare.photo[:, -1:]], 1).float()
    surface_BEHW = warp.surface.layer(shown_BDHW[:, :-1], recoloured=recoloured)
    photo_BEHW = warp.bones.layer(shown_BDHW, own.background, surface_BEHW, recoloured=recoloured)
    limbs_BEHW = moved_limbs(warp.limbs, source, bare, own)
    photo_BCHW = source.photo[:, :colours].float()
    lay_alone(limbs_BEHW, warp.limbs, (warp.pose, own.pose), photo_BCHW, own.held)
    layer_BEHW = limbs_BEHW + (1.0 - limbs_BEHW[:, :1]) * photo_BEHW
    if not alone or not warp.still.any():
        return layer_BEHW
    still_B1HW = enlarged(warp.still, size_of(source.photo))
    return torch.lerp(layer_BEHW, F.pad(photo_BCHW, (0, 0, 0, 0, 1, 0), value=1.0), still_B1HW)


@torch.no_grad()
def without_moved_hands(
    pose_B183: Tensor, source: DetailSource, own: OwnPose | None, moved: Sequence[Moves] | None = None
) -> DetailSource:
    """The photo with the clothes that are under those of its hands that are shown elsewhere in a pose. moved:
    what is elsewhere, where that is known."""
    if own is None:
        return source
    parts = hands_elsewhere(moves(pose_B183, own.pose, own.drawn_limbs, own.lent) if moved is None else moved)
    if not any(map(any, parts)):
        return source
    elsewhere_B2 = pose_B183.new_tensor(parts)
    under_BEHW = enlarged(own.under, size_of(source.photo))
    clothes_BCHW, hands_B2HW = under_BEHW.tensor_split([-2], 1)
    left_B1HW = (hands_B2HW * elsewhere_B2[:, :, None, None]).amax(1, keepdim=True)
    *pictures, behind_B1HW = source.photo.float().split(clothes_BCHW.shape[1], 1)  # as it is, and blurred
    pictures = [torch.lerp(picture_BCHW, clothes_BCHW, left_B1HW) for picture_BCHW in pictures]
    return source._replace(photo=torch.cat([*pictures, behind_B1HW], 1))


def over(image_BCHW: Tensor, layer_B4HW: Tensor) -> Tensor:
    """A layer laid over a picture."""
    matte_B1HW, colour_B3HW = layer_B4HW.split((1, 3), 1)
    return image_BCHW - matte_B1HW * image_BCHW + colour_B3HW
