"""The photo as a layer over what an engine draws, wherever it shows the same.

So the photo's own pose gives the photo, and a drag changes what it moves. What moves with its bones alone is
cut out and moved (`bone_warp`), what else the engine draws as before is taken from where it was
(`surface_warp`).

A *layer* is float32 [B, 1 + C, H, W]: its matte, 0 to 1, and its planes times that: C = 3 colours, or what
else is known of a photo's pixels (`shown_surface`).
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from engine.compositing.bone_warp import bone_warp
from engine.compositing.detail import DetailSource, blended
from engine.compositing.fields import size_of
from engine.compositing.limbs import moved_limbs
from engine.compositing.limbs_elsewhere import Moves, hands_elsewhere, moves
from engine.compositing.own_pose import OwnPose
from engine.compositing.surface_warp import surface_warp
from engine.ops.resample import enlarged


@torch.no_grad()
def photo_layer(
    picture_BChw: Tensor,
    surface_B11hw: Tensor,
    pose_B183: Tensor,
    references: Sequence[tuple[DetailSource, OwnPose | None, Tensor | float]],
    *,
    recoloured: bool = True,
) -> Tensor:
    """The layer of a picture's references, warped to where they lie in it.

    picture, surface: what the engine draws in the pose, and its surface map. pose: as
    `moving_least_squares.normalised_pose` gives it. Each reference comes with its share as in
    `detail.copied`; a reference whose own pose is not known (None) shows nothing. recoloured: as of
    `surface_warp.surface_warp`.
    """
    drawn = picture_BChw, surface_B11hw, pose_B183
    return blended(
        (_of_reference(*drawn, source, own, recoloured), share) for source, own, share in references
    )


def _of_reference(
    picture_BChw: Tensor,
    surface_B11hw: Tensor,
    pose_B183: Tensor,
    source: DetailSource,
    own: OwnPose | None,
    recoloured: bool,
) -> Tensor:
    if own is None:
        return picture_BChw.new_zeros(len(picture_BChw), 4, *source.photo.shape[-2:])
    drawn, own = (picture_BChw.float(), surface_B11hw.float()), OwnPose(*(t.float() for t in own))
    moved = moves(pose_B183, own.pose, own.limbs)
    bare = without_moved_hands(pose_B183, source, own, moved)
    surface_BDHW = surface_warp(*drawn, pose_B183, bare, own, recoloured=recoloured)
    photo_BDHW = bone_warp(*drawn, pose_B183, bare, own, surface_BDHW, recoloured=recoloured)
    limbs_BDHW = moved_limbs(pose_B183, drawn[1], source, bare, own, moved)
    return limbs_BDHW + (1.0 - limbs_BDHW[:, :1]) * photo_BDHW


@torch.no_grad()
def without_moved_hands(
    pose_B183: Tensor, source: DetailSource, own: OwnPose | None, moved: Sequence[Moves] | None = None
) -> DetailSource:
    """The photo with the clothes that are under those of its hands that are shown elsewhere in a pose. moved:
    what is elsewhere, where that is known."""
    if own is None:
        return source
    parts = hands_elsewhere(moves(pose_B183, own.pose, own.limbs) if moved is None else moved)
    if not any(map(any, parts)):
        return source
    elsewhere_B2 = pose_B183.new_tensor(parts)
    under_BEHW = enlarged(own.under, size_of(source.photo))
    clothes_BCHW, hands_B2HW, kept_B1HW = under_BEHW.tensor_split([-3, -1], 1)
    left_B1HW = (hands_B2HW * elsewhere_B2[:, :, None, None]).amax(1, keepdim=True)
    left_B1HW = left_B1HW * (1.0 - kept_B1HW)
    *pictures, behind_B1HW = source.photo.float().split(clothes_BCHW.shape[1], 1)  # as it is, and blurred
    pictures = [torch.lerp(picture_BCHW, clothes_BCHW, left_B1HW) for picture_BCHW in pictures]
    return source._replace(photo=torch.cat([*pictures, behind_B1HW], 1))


def over(image_BCHW: Tensor, layer_B4HW: Tensor) -> Tensor:
    """A layer laid over a picture."""
    matte_B1HW, colour_B3HW = layer_B4HW.split((1, 3), 1)
    return image_BCHW - matte_B1HW * image_BCHW + colour_B3HW
