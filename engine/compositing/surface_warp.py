"""The photo warped along its surface: what the engine draws as it drew it in the photo's own pose.

Where it draws the same, the photo is shown instead, changed in colour as the engine's pictures differ: what
stands still, where it is; what moves, by the surface points that detail is copied by.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.compositing.arms import gone_with_an_arm
from engine.compositing.atlas import CLASSES, centres, look_up
from engine.compositing.detail import DetailSource
from engine.compositing.fields import alike, around, at, keeps_shape, moved_by, of_other_classes, size_of
from engine.compositing.own_pose import OwnPose
from engine.ops.resample import enlarged, running_mean
from engine.regions import SURFACE_SPAN

_STILL = 0.1 / SURFACE_SPAN  # distance of surface points at which trust has fallen to 1/e ...
_NOISE = 0.03 / SURFACE_SPAN  # ... beyond what previews of half precision have by themselves
_SURE = 1.02  # times as much trust in what stands still, at most 1, for the same reason
_UNSEEN = 0.15  # of 3 dm, farther from what the photo shows than in its own pose, likewise
# Sides of the windows, in px of a map of 128 rows, in which no class may change: around what is the
# person's; what is behind, for the network's outline is not quite the photo's; and what is the person's in
# the photo only, as a hat or a hem.
_PERSON, _BEHIND, _MISSED = 3, 5, 41
_SMOOTH = 9  # px, side of the window that steps are averaged over


class SurfaceWarp(NamedTuple):
    """How a photo lies along its surface, told on the grid of the surface map. trust: [B, 1, h, w], how far
    it is shown. change: [B, 3, h, w], by how much the engine's colours differ. steps: [B, 2, h, w], how far
    off (-1 to 1 across it) what is shown lies in the photo."""

    trust: Tensor
    change: Tensor
    steps: Tensor

    def layer(self, photo_BCHW: Tensor, *, recoloured: bool = True) -> Tensor:
        """A layer (`layers`) of planes of the photo, float32 [B, 1 + C, H, W]. recoloured: whether they are
        colours, to be changed as the engine's pictures differ."""
        size = size_of(photo_BCHW)
        planes_B6HW = enlarged(torch.cat(self, 1), size)
        trust_B1HW, change_B3HW, steps_B2HW = planes_B6HW.split((1, 3, 2), 1)
        seen_BCHW = moved_by(photo_BCHW, centres(size, photo_BCHW.device), steps_B2HW)
        if recoloured:
            seen_BCHW = seen_BCHW + change_B3HW
        return torch.cat([trust_B1HW, trust_B1HW * seen_BCHW], 1)


@torch.no_grad()
def surface_warp(
    picture_BChw: Tensor,
    surface_B11hw: Tensor,
    pose_B183: Tensor,
    source: DetailSource,
    own: OwnPose,
) -> SurfaceWarp:
    """Of a reference's photo in a pose.

    picture, surface: what the engine draws in the pose that is asked for, and its surface map. pose: as
    `moving_least_squares.normalised_pose` gives it.
    """
    found_B2hw, unseen_B2hw = look_up(source.atlas.float(), surface_B11hw)
    # Two steps of the fixed point that takes back what the look-up gets wrong in the photo's own pose.
    positions_B2hw = found_B2hw - at(own.error, found_B2hw)
    positions_B2hw = found_B2hw - at(own.error, positions_B2hw)

    here_2hw = centres(size_of(surface_B11hw), surface_B11hw.device)
    class_B8hw = surface_B11hw[:, :CLASSES].softmax(1)
    behind_B1hw = class_B8hw[:, :1] > 0.5

    far_B1hw = (surface_B11hw[:, CLASSES:] - own.surface[:, CLASSES:]).square().sum(1, keepdim=True)
    far_B1hw = (far_B1hw - _NOISE**2).clamp_min(0.0).masked_fill(behind_B1hw, 0.0)
    still_B1hw = torch.exp(-far_B1hw / _STILL**2) * alike(picture_BChw, own.picture)
    still_B1hw = (_SURE * still_B1hw).clamp(max=1.0)
    changed_B1hw = of_other_classes(class_B8hw, own.surface[:, :CLASSES])
    still_B1hw *= 1.0 - torch.where(
        behind_B1hw,
        torch.where(own.missed > 0.5, around(changed_B1hw, _MISSED), around(changed_B1hw, _BEHIND)),
        around(changed_B1hw, _PERSON),
    )

    still_B1hw *= 1.0 - gone_with_an_arm(pose_B183, own.pose, here_2hw.expand_as(positions_B2hw))

    moved_B1hw = alike(picture_BChw, at(own.picture, positions_B2hw))
    moved_B1hw *= 1.0 - around(
        of_other_classes(class_B8hw, at(own.surface[:, :CLASSES], positions_B2hw)), _PERSON
    )
    moved_B1hw *= torch.exp(-(unseen_B2hw[:, :1] - at(own.far, positions_B2hw)).clamp_min(0.0) / _UNSEEN)
    steps_B2hw = _smooth(positions_B2hw - here_2hw, moved_B1hw, class_B8hw)
    moved_B1hw *= keeps_shape(here_2hw + steps_B2hw)
    moved_B1hw *= 1.0 - gone_with_an_arm(pose_B183, own.pose, here_2hw + steps_B2hw)
    moved_B1hw = (1.0 - still_B1hw) * moved_B1hw.masked_fill(behind_B1hw, 0.0)

    trust_B1hw = still_B1hw + moved_B1hw
    steps_B2hw *= moved_B1hw / trust_B1hw.clamp_min(1e-6)
    trust_B1hw = running_mean(trust_B1hw, 3)
    change_B3hw = picture_BChw - at(own.picture, here_2hw + steps_B2hw)
    change_B3hw = change_B3hw.masked_fill(behind_B1hw, 0.0)  # no wall changes with a pose
    return SurfaceWarp(trust_B1hw, change_B3hw, steps_B2hw)


def _smooth(steps_B2hw: Tensor, trust_B1hw: Tensor, class_B8hw: Tensor) -> Tensor:
    """Steps as those around of the same class have them, the more the more these are trusted."""
    weight_B8hw = class_B8hw * (trust_B1hw + 1e-3)
    planes_B24hw = torch.cat([weight_B8hw, *(weight_B8hw * step for step in steps_B2hw.split(1, 1))], 1)
    means_B24hw = running_mean(F.avg_pool2d(planes_B24hw, 2), _SMOOTH // 2 | 1)
    means_B24hw = enlarged(means_B24hw, size_of(steps_B2hw))
    weight_B8hw, x_B8hw, y_B8hw = means_B24hw.split(CLASSES, 1)
    part_B8hw = class_B8hw / weight_B8hw.clamp_min(1e-9)
    return torch.cat([(part_B8hw * sums).sum(1, keepdim=True) for sums in (x_B8hw, y_B8hw)], 1)
