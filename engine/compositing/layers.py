"""The photo as a layer over what an engine draws, wherever it shows the same.

So the photo's own pose gives the photo, and a drag changes what it moves. What moves with its bones alone is
cut out and moved (`bone_warp`), what else the engine draws as before is taken from where it was
(`surface_warp`).

A *layer* is float32 [B, 4, H, W]: its matte, 0 to 1, and its colours times that.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from engine.compositing.bone_warp import bone_warp
from engine.compositing.detail import DetailSource, blended
from engine.compositing.limbs import moved_limbs
from engine.compositing.own_pose import OwnPose
from engine.compositing.surface_warp import surface_warp


@torch.no_grad()
def photo_layer(
    picture_BChw: Tensor,
    surface_B11hw: Tensor,
    pose_B183: Tensor,
    references: Sequence[tuple[DetailSource, OwnPose | None, Tensor | float]],
) -> Tensor:
    """The layer of a picture's references, warped to where they lie in it.

    picture, surface: what the engine draws in the pose, and its surface map. pose: as
    `moving_least_squares.normalised_pose` gives it. Each reference comes with its share as in
    `detail.copied`; a reference whose own pose is not known (None) shows nothing.
    """
    drawn = picture_BChw, surface_B11hw, pose_B183
    return blended((_of_reference(*drawn, source, own), share) for source, own, share in references)


def _of_reference(
    picture_BChw: Tensor,
    surface_B11hw: Tensor,
    pose_B183: Tensor,
    source: DetailSource,
    own: OwnPose | None,
) -> Tensor:
    if own is None:
        return picture_BChw.new_zeros(len(picture_BChw), 4, *source.photo.shape[-2:])
    drawn, own = (picture_BChw.float(), surface_B11hw.float()), OwnPose(*(t.float() for t in own))
    surface_B4HW = surface_warp(*drawn, pose_B183, source, own)
    photo_B4HW = bone_warp(*drawn, pose_B183, source, own, surface_B4HW)
    limbs_B4HW = moved_limbs(pose_B183, drawn[1], source, own)
    return limbs_B4HW + (1.0 - limbs_B4HW[:, :1]) * photo_B4HW


def over(image_BCHW: Tensor, layer_B4HW: Tensor) -> Tensor:
    """A layer laid over a picture."""
    matte_B1HW, colour_B3HW = layer_B4HW.split((1, 3), 1)
    return image_BCHW - matte_B1HW * image_BCHW + colour_B3HW
