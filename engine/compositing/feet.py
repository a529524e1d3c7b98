"""The rims of feet, which have something of the floor: from where inside of a foot their colours are taken.

Floors are lighter or darker than what a lifted foot is seen before. A foot is of any shape, so that unlike a
limb's (`ribbons.Place.drawn_in`) its rim is found in the photo, by how deep in it pixels are.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from engine.compositing.fields import nearest_known, ramp, size_of
from engine.compositing.limb_bones import BONES, along, positions, segments
from engine.cv import cv2
from engine.ops.resample import running_mean

# Of half the picture's height: how deep inside the colours of a rim are taken, so far inside that a foot's
# own are left alone, and how far outside of its matte its softest px may lie.
_RIM, _DEEP, _BESIDE = 0.016, 0.05, 0.025
_MOST = 0.8  # of how deep a foot is
_FROM = 0.9, 1.0  # of a shank, from where on a rim is the foot's


@torch.no_grad()
def rims_of_feet(limbs_B4HW: Tensor, pose_B183: Tensor) -> Tensor:
    """Steps [B, 2, H, W], x, y in half the picture's height, from the pixels of both feet to where their
    colours are taken; 0 elsewhere, and of feet that are nowhere deep.

    limbs: as of `limb_mattes.limb_mattes`. pose: the photo's own, as `moving_least_squares.normalised_pose`
    gives it.
    """
    rows, columns = size_of(limbs_B4HW)
    sides_2 = pose_B183.new_tensor((columns / rows, 1.0))
    here_HW = positions((rows, columns), sides_2)
    steps_B2HW = limbs_B4HW.new_zeros(len(limbs_B4HW), 2, rows, columns)
    for pose_183, limbs_4HW, steps_2HW in zip(pose_B183.float(), limbs_B4HW, steps_B2HW, strict=True):
        for number, shank in segments(pose_183, sides_2).items():
            bone = BONES[number]
            if not bone.of_arm and not bone.upper:
                foot_HW = ramp(along(shank, here_HW).real, *_FROM)
                inwards_HW2 = _inwards(((limbs_4HW[bone.chain] > 0.5) & (foot_HW > 0)).cpu().numpy())
                steps_2HW += foot_HW * torch.from_numpy(inwards_HW2).to(steps_2HW).movedim(-1, 0)
    return running_mean(steps_B2HW, 3)  # no stairs


def _inwards(foot_HW: np.ndarray) -> np.ndarray:
    """Such steps of a foot, float32 [H, W, 2]: along the way to what is deep in it, from its rim so far that
    it is no rim, the less the deeper."""
    rows = len(foot_HW)
    rim, deep, beside = (part * rows / 2 for part in (_RIM, _DEEP, _BESIDE))
    inside_HW = cv2.distanceTransform(foot_HW.astype(np.uint8), cv2.DIST_L2, 5)
    outside_HW = cv2.distanceTransform((~foot_HW).astype(np.uint8), cv2.DIST_L2, 5)
    deep = min(deep, _MOST * inside_HW.max())
    if deep <= rim:
        return np.zeros((*foot_HW.shape, 2), np.float32)
    core_HW = inside_HW >= deep
    far_HW, number_HW = nearest_known(core_HW)
    way_2HW = np.array(np.unravel_index(number_HW, foot_HW.shape)) - np.indices(foot_HW.shape)
    way_HW2 = np.moveaxis(way_2HW[::-1], 0, -1)
    depth_HW = inside_HW - outside_HW
    step_HW = (rim * (1.0 - depth_HW / deep)).clip(0.0)
    step_HW = np.where(depth_HW < 0, rim - depth_HW, step_HW) * (outside_HW < beside)
    share_HW = np.minimum(step_HW / np.maximum(far_HW, 1e-3), 1.0)
    return (way_HW2 * share_HW[..., None] * (2 / rows)).astype(np.float32)
