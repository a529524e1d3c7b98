"""The grain of cloth: what is finer than the smooth colours that clothes are filled with under arms.

Where an arm hung, and between a lifted sleeve and its trunk, no photo shows cloth. The clothes beside tell
its colours (`under_hands`); their weave comes from there too, mirrored at where they end, so that it goes on
without a seam. What has a pattern goes on by that (`patterns`).
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.compositing.atlas import centres
from engine.compositing.body_cloth import smoothed
from engine.compositing.fields import at, length, odd_side, ramp, size_of, wide_mean
from engine.compositing.own_pose import OwnPose
from engine.compositing.patterns import copied, seen_clothes
from engine.compositing.under_arms import nearest_aside
from engine.cv import cv2
from engine.inpainting.plate import filled
from engine.ops.resample import enlarged, running_mean
from engine.pictures import to_rgb, to_tensor
from engine.regions import REGIONS

_CLOTHES = [REGIONS.index(name) for name in ("upper clothes", "dress or skirt", "pants")]
_SURE = 0.5  # how sure it is that clothes are there
_FINER = 2  # px of a map of 128 rows, side of the window over which a weave is smooth: folds are broader
_FOLDS = 0.0, 9.0  # px of a map of 128 rows from what is known, over which they die away
_EDGE = 3  # px of a map of 128 rows, side of the window in which an edge is mixed with what is beside it
_OTHER = 0.3, 0.5  # of -1 to 1: colours so far from those whose grain it is are of something else
_MIRRORS = 4  # one after the other, where an image is not known either
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
    photo_13HW, seen_1KHW = photo_1CHW[:, :3].float(), seen_clothes(own)[None]
    seen_11HW = seen_1KHW.any(1, keepdim=True)
    inner_1HW = own.cloth.amax(1) > 0
    if not inner_1HW.any():
        return own, None
    steps_12HW = _mirrored(inner_1HW)
    inner_11HW = inner_1HW[None].float()
    smooth_13HW, folded_13HW = smoothed(photo_13HW, inner_11HW), smoothed(photo_13HW, inner_11HW, _FINER)
    # Folds die away, a weave goes on.
    far_11HW = 0.5 * length(steps_12HW) * (128 / len(photo_13HW[0, 0]))
    folds_13HW = _even(folded_13HW - smooth_13HW, inner_11HW)
    finer_13HW = _even(photo_13HW - folded_13HW, inner_11HW)
    apart_13HW = (own.under[:, :3] - _taken(smooth_13HW, steps_12HW)).abs()
    same_11HW = 1.0 - ramp(apart_13HW.amax(1, keepdim=True), *_OTHER)
    colours_13HW = own.under[:, :3] + same_11HW * (
        (1.0 - ramp(far_11HW, *_FOLDS)) * _taken(folds_13HW, steps_12HW) + _taken(finer_13HW, steps_12HW)
    )
    if pattern_HW2 is not None:
        copied_HW = copied(pattern_HW2)
        clothed_13HW = torch.where(seen_11HW, photo_13HW, colours_13HW)  # no arm beside what is copied
        goes_on_13HW = to_tensor(filled(to_rgb(clothed_13HW), pattern_HW2), photo_13HW.device)
        copied_1HW = torch.from_numpy(copied_HW[None]).to(photo_13HW.device)
        colours_13HW = torch.where(copied_1HW, goes_on_13HW, colours_13HW)
    grained = own._replace(under=torch.cat([colours_13HW, own.under[:, 3:]], 1))
    if fine_HWC is None:
        return grained, None
    size = fine_HWC.shape[:2]
    fine_13HW = to_tensor(fine_HWC, photo_13HW.device)
    finer_13HW = fine_13HW - enlarged(F.interpolate(fine_13HW, size_of(photo_13HW), mode="area"), size)
    finer_13HW = _taken(_even(finer_13HW, enlarged(inner_11HW, size)), steps_12HW)
    cloth_HWC = to_rgb(enlarged(colours_13HW, size) + enlarged(same_11HW, size) * finer_13HW)
    if pattern_HW2 is not None:
        copied_hw = cv2.resize(copied_HW.astype(np.uint8), size[::-1], interpolation=cv2.INTER_NEAREST) > 0
        seen_hw = (
            cv2.resize(
                seen_11HW[0, 0].cpu().numpy().astype(np.uint8), size[::-1], interpolation=cv2.INTER_NEAREST
            )
            > 0
        )
        clothed_HWC = np.where(seen_hw[..., None], fine_HWC, cloth_HWC)
        cloth_HWC[copied_hw] = filled(clothed_HWC, pattern_HW2)[copied_hw]
    return grained, cloth_HWC


def _even(finer_1CHW: Tensor, inner_11HW: Tensor) -> Tensor:
    """What is finer of clothes, without what stands out: a fold, a seam or a button, which come once."""
    size_1CHW = wide_mean(torch.cat([finer_1CHW.abs() * inner_11HW, inner_11HW], 1), _WIDE, 4)
    most_1CHW = _MOST * size_1CHW[:, :-1] / size_1CHW[:, -1:].clamp_min(1e-3)
    return inner_11HW * finer_1CHW.clamp(-most_1CHW, most_1CHW)


def _mirrored(known_1HW: Tensor) -> Tensor:
    """[1, 2, H, W]: rows and columns from a px to its mirror image at the nearest known one; to what is known
    nearest to that, where it is not. Smooth, lest an outline's steps are a picture's."""
    known_HW = known_1HW[0].cpu().numpy()
    nearest_HW2 = np.stack(nearest_aside(known_HW), -1)
    here_HW2 = np.moveaxis(np.indices(known_HW.shape), 0, -1)
    image_HW2 = here_HW2
    for _ in range(_MIRRORS):  # what is known is its own image
        image_HW2 = 2 * nearest_HW2[tuple(np.moveaxis(image_HW2, -1, 0))] - image_HW2
        image_HW2 = np.clip(image_HW2, 0, np.array(known_HW.shape) - 1)
    steps_HW2 = nearest_HW2[tuple(np.moveaxis(image_HW2, -1, 0))] - here_HW2
    steps_12HW = torch.from_numpy(steps_HW2).permute(2, 0, 1)[None].float().to(known_1HW.device)
    return running_mean(steps_12HW, odd_side(_STEPS, len(known_HW)))


def _taken(x_1CHW: Tensor, steps_12hw: Tensor) -> Tensor:
    """What is so many rows and columns of the steps' map away."""
    size = size_of(x_1CHW)
    rows, columns = size_of(steps_12hw)
    to_12hw = steps_12hw.flip(1) * steps_12hw.new_tensor((2.0 / columns, 2.0 / rows)).view(1, 2, 1, 1)
    return at(x_1CHW, centres(size, x_1CHW.device)[None] + enlarged(to_12hw, size))
