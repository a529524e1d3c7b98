"""Grain of cloth: what is finer than the smooth colours that clothes are filled with under arms.

Where an arm hung, and between a lifted sleeve and its trunk, no photo shows cloth. The clothes beside tell
its colours (`under_hands`); their weave comes from there too, mirrored at where they end, so that it goes on
without a seam. Their folds do not: mirrored, these are rings. What has a pattern goes on by that
(`patterns`).
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.compositing.atlas import centres
from engine.compositing.body_cloth import smoothed
from engine.compositing.fields import at, odd_side, ramp, size_of, wide_mean
from engine.compositing.own_pose import OwnPose
from engine.compositing.patterns import with_copies
from engine.compositing.under_arms import mirror_images
from engine.ops.resample import enlarged, running_mean
from engine.pictures import to_rgb, to_tensor

_FINER = 2  # px of a map of 128 rows, side of the window over which a weave is smooth: folds are broader
_OTHER = 0.3, 0.5  # of -1 to 1: colours so far from those whose grain it is are of something else
_STEPS = 3  # px of a map of 128 rows, side of the window over which steps to mirror images are smooth
_WIDE = 21  # px of a map of 128 rows, side of the window over which grain is of one size
_MOST = 2.0  # times that it may be at most


@torch.no_grad()
def with_grain(
    own: OwnPose,
    photo_1CHW: Tensor,
    fine_HWC: np.ndarray | None,
    pattern_HW2: np.ndarray | None = None,
) -> tuple[OwnPose, np.ndarray | None]:
    """An own pose of whose clothes under arms the colours have grain, or their pattern; and these in the fine
    picture's size, uint8 RGB, where there is one.

    photo: its colours first, of the size of what is under arms. pattern: as of `patterns.patterned`, None
    where there is none.
    """
    photo_13HW = photo_1CHW[:, :3].float()
    inner_1HW = own.cloth.amax(1) > 0
    if not inner_1HW.any():
        return own, None
    steps_12HW = _mirrored(inner_1HW)
    inner_11HW = inner_1HW[None].float()
    smooth_13HW = smoothed(photo_13HW, inner_11HW)
    finer_13HW = _even(photo_13HW - smoothed(photo_13HW, inner_11HW, _FINER), inner_11HW)
    apart_13HW = (own.under[:, :3] - _taken(smooth_13HW, steps_12HW)).abs()
    same_11HW = 1.0 - ramp(apart_13HW.amax(1, keepdim=True), *_OTHER)
    colours_13HW = own.under[:, :3] + same_11HW * _taken(finer_13HW, steps_12HW)
    if pattern_HW2 is not None:
        goes_on_HWC = with_copies(to_rgb(photo_13HW), pattern_HW2, to_rgb(colours_13HW))
        colours_13HW = to_tensor(goes_on_HWC, photo_13HW.device)
    grained = own._replace(under=torch.cat([colours_13HW, own.under[:, 3:]], 1))
    if fine_HWC is None:
        return grained, None
    size = fine_HWC.shape[:2]
    fine_13HW = to_tensor(fine_HWC, photo_13HW.device)
    finer_13HW = fine_13HW - enlarged(F.interpolate(fine_13HW, size_of(photo_13HW), mode="area"), size)
    finer_13HW = _taken(_even(finer_13HW, enlarged(inner_11HW, size)), steps_12HW)
    cloth_HWC = to_rgb(enlarged(colours_13HW, size) + enlarged(same_11HW, size) * finer_13HW)
    if pattern_HW2 is not None:
        cloth_HWC = with_copies(fine_HWC, pattern_HW2, cloth_HWC)
    return grained, cloth_HWC


def _even(finer_1CHW: Tensor, inner_11HW: Tensor) -> Tensor:
    """What is finer of clothes, without what stands out: a seam or a button, which come once; nowhere more of
    it than half of the cloth has, lest embroidery is a grain."""
    size_1CHW = wide_mean(torch.cat([finer_1CHW.abs() * inner_11HW, inner_11HW], 1), _WIDE, 4)
    size_1CHW = size_1CHW[:, :-1] / size_1CHW[:, -1:].clamp_min(1e-3)
    inner_HW = inner_11HW[0, 0] > 0
    usual_C = torch.stack([plane_HW[inner_HW].abs().median() for plane_HW in finer_1CHW[0]])
    most_1CHW = _MOST * size_1CHW.minimum(usual_C[None, :, None, None])
    return inner_11HW * finer_1CHW.clamp(-most_1CHW, most_1CHW)


def _mirrored(known_1HW: Tensor) -> Tensor:
    """[1, 2, H, W]: rows and columns from a px to its mirror image at the nearest known one; to what is known
    nearest to that, where it is not. Smooth, lest an outline's steps are a picture's."""
    known_HW = known_1HW[0].cpu().numpy()
    steps_HW2 = mirror_images(known_HW) - np.moveaxis(np.indices(known_HW.shape), 0, -1)
    steps_12HW = torch.from_numpy(steps_HW2).permute(2, 0, 1)[None].float().to(known_1HW.device)
    return running_mean(steps_12HW, odd_side(_STEPS, len(known_HW)))


def _taken(x_1CHW: Tensor, steps_12hw: Tensor) -> Tensor:
    """What is so many rows and columns of the steps' map away."""
    size = size_of(x_1CHW)
    rows, columns = size_of(steps_12hw)
    to_12hw = steps_12hw.flip(1) * steps_12hw.new_tensor((2.0 / columns, 2.0 / rows)).view(1, 2, 1, 1)
    return at(x_1CHW, centres(size, x_1CHW.device)[None] + enlarged(to_12hw, size))
