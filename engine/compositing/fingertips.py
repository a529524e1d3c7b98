"""Fingers that the parsing network takes for the clothes or the leg that they hang beside.

They stand out from the outline that thigh and hip have above and below them, and stay where they were when
their arm is pulled, with all that is told by them: how far clothes go behind a hand.
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.compositing.fields import size_of
from engine.compositing.limb_bones import ARMS, off, positions, segments
from engine.cv import cv2
from engine.regions import REGIONS

_BESIDE = [REGIONS.index(name) for name in ("upper clothes", "dress or skirt", "pants", "legs")]
_FROM, _TO = 1.25, 0.75  # of a forearm: where fingers begin, and how far beyond its wrist they end
_ASIDE = 0.3  # units of it that they spread
_AROUND = 5  # px of a map of 128 rows that an outline is told by, around them
_HERS = 0.5  # how sure it is that clothes or a leg are there


@torch.no_grad()
def fingertips(class_B8HW: Tensor, pose_B183: Tensor, limbs_B4HW: Tensor) -> Tensor:
    """0 or 1 [B, 2, H, W]: of the right and the left hand, what counts as clothes or legs and stands out from
    their outline.

    class: how likely each is seen. pose: the photo's own, as `moving_least_squares.normalised_pose` gives
    it. limbs: as of `limb_mattes.limb_mattes`.
    """
    size = size_of(limbs_B4HW)
    sides_2 = pose_B183.new_tensor((size[1] / size[0], 1.0))
    here_HW = positions(size, sides_2)
    tips_B2HW = torch.zeros_like(limbs_B4HW[:, 2:])
    arms_BHW = limbs_B4HW[:, 2:].amax(1)
    hers_BHW = (class_B8HW[:, _BESIDE].sum(1) > _HERS) & (arms_BHW < _HERS)
    for pose_183, hers_HW, tips_2HW in zip(pose_B183, hers_BHW, tips_B2HW, strict=True):
        placed = segments(pose_183, sides_2)
        for arm, (_, forearm) in enumerate(ARMS):
            if forearm in placed:
                near_HW = off(placed[forearm], here_HW, _TO, _FROM) < _ASIDE
                tips_2HW[arm] = _standing_out(near_HW & hers_HW, near_HW, hers_HW).to(tips_2HW)
    return tips_B2HW


def with_fingertips(limbs_B4HW: Tensor, class_B8hw: Tensor, pose_B183: Tensor) -> Tensor:
    """Mattes of limbs whose arms have their `fingertips`, which no leg has."""
    class_B8HW = F.interpolate(class_B8hw.float(), size_of(limbs_B4HW), mode="bilinear")
    tips_B2HW = fingertips(class_B8HW, pose_B183, limbs_B4HW)
    legs_B2HW, arms_B2HW = limbs_B4HW.split(2, 1)
    legs_B2HW = legs_B2HW * (1.0 - tips_B2HW.amax(1, keepdim=True))
    return torch.cat([legs_B2HW, arms_B2HW.maximum(tips_B2HW)], 1)


def _standing_out(what_HW: Tensor, near_HW: Tensor, hers_HW: Tensor) -> Tensor:
    """Of something near there, what lies beyond the outline of what is around."""
    if not what_HW.any():
        return what_HW
    near = near_HW.cpu().numpy().astype(np.uint8)
    side = 2 * round(_AROUND * len(near) / 128) + 1
    wide = cv2.dilate(near, np.ones((side, side), np.uint8))
    points = np.argwhere((wide - near) * hers_HW.cpu().numpy())[:, ::-1].astype(np.int32)
    cut = wide[0].any() or wide[-1].any() or wide[:, 0].any() or wide[:, -1].any()
    if cut or not len(points):  # a picture that ends there tells no outline
        return torch.zeros_like(what_HW)
    inside = cv2.fillConvexPoly(np.zeros_like(near), cv2.convexHull(points), 1)
    return what_HW & torch.from_numpy(inside == 0).to(what_HW.device)
