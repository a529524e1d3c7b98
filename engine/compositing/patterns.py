"""Where the clothes of a photo repeat themselves: by which of their own pieces they go on under arms.

Stripes, checks and prints have no smooth colours that a grain could be laid on (`grain`). They are completed
as a photo's background is (`inpainting.plate`), each garment by itself.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from engine.compositing.atlas import CLASSES
from engine.compositing.fields import highest, nearest_known, odd_side, size_of
from engine.compositing.limb_bones import ARM_CHAINS, ARMS, distance, positions, segments
from engine.compositing.own_pose import OwnPose
from engine.compositing.prints import on_ground
from engine.compositing.under_arms import with_rims
from engine.compositing.under_hands import kinds_of
from engine.inpainting.plate import source_field
from engine.inpainting.shifts import PATCH
from engine.ops.resample import enlarged
from engine.pictures import to_rgb

_SURE = 0.5  # how sure it is that clothes are there
_EDGE = 3  # px of a map of 128 rows, side of the window in which an edge is mixed with what is beside it
_SOME = 0.05  # how much of an arm is enough to hide what is under it
_SHOULDER = 1.2  # units around a shoulder, up to which cloth goes from a lifted sleeve to its trunk
_LEVEL = 3  # px of a map of 128 rows, by which a pattern may go up or down to where it goes on
_LEAST = 20 * PATCH**2  # px of a garment, of fewer no pattern is told


def seen_clothes(own: OwnPose) -> Tensor:
    """bool [K, H, W]: tops, and skirts and trousers, that are seen, without their edges and hems."""
    size = size_of(own.under)
    inner_1KHW = 1.0 - highest(1.0 - _worn(own), odd_side(_EDGE, size[0]))
    return (inner_1KHW * (1.0 - _arms(own)))[0] > _SURE


@torch.no_grad()
def patterned(own: OwnPose, photo_1CHW: Tensor) -> np.ndarray:
    """As `inpainting.plate.source_field`, float32 [H, W, 2]: which piece of its garment each pixel takes that
    an arm may leave, or cloth come to; its own place where that is not of a pattern.

    photo: its colours first, of the size of what is under arms.
    """
    seen_KHW = seen_clothes(own).cpu().numpy()
    rows, columns = np.indices(seen_KHW.shape[1:])
    field_HW2 = np.stack([columns, rows], -1).astype(np.float32) + np.float32(0.5)
    if not seen_KHW.any():
        return field_HW2
    rgb_HWC, asked_HW = to_rgb(photo_1CHW[:, :3].float()), _asked(own)
    hidden_HW = (_arms(own)[0, 0] > _SOME).cpu().numpy()
    garment_HW = _nearest(seen_KHW)
    worn_KHW = _worn(own)[0] > _SURE
    for number, seen_HW in enumerate(seen_KHW):
        hole_HW = asked_HW & (garment_HW == number) & ~seen_HW
        if seen_HW.sum() < _LEAST or not hole_HW.any():
            continue
        bare_HW = torch.from_numpy(seen_HW).to(photo_1CHW.device)
        if on_ground(photo_1CHW[0, :3].float(), worn_KHW[number], bare_HW, len(seen_HW)) is not None:
            continue  # of one colour
        usual_HW = seen_HW & (own.cloth[0, number] > 0).cpu().numpy()
        # On its level first: a hem beside a hem. What nothing leads to there takes what is above and below.
        for level in (_LEVEL * len(seen_HW) // 128, None):
            window = _around(usual_HW | hole_HW)
            found_hw2 = source_field(rgb_HWC[window], usual_HW[window], hole_HW[window], level=level)
            copied_hw = hole_HW[window] & ~np.isnan(found_hw2[..., 0])
            corner = np.array([window[1].start, window[0].start], np.float32)
            field_HW2[window][copied_hw] = found_hw2[copied_hw] + corner
            hole_HW[window] &= ~copied_hw
            hole_HW &= hidden_HW  # around shoulders what is on the level is enough
            if not hole_HW.any():
                break
    return field_HW2


def copied(field_HW2: np.ndarray) -> np.ndarray:
    """bool [H, W]: which pixels take another's colours."""
    here_HW2 = np.moveaxis(np.indices(field_HW2.shape[:2]), 0, -1)[..., ::-1].astype(np.float32) + np.float32(
        0.5
    )
    return (field_HW2 != here_HW2).any(-1)


def _worn(own: OwnPose) -> Tensor:
    """[1, K, H, W]: how likely tops, and skirts and trousers, are seen."""
    class_18HW = enlarged(own.seen[:, :CLASSES].float(), size_of(own.under))
    return kinds_of(class_18HW)[:, :-1]


def _arms(own: OwnPose) -> Tensor:
    """[1, 1, H, W]: how much of a px is an arm, with its rim, or hidden by one."""
    return torch.cat([with_rims(own.limbs[:, ARM_CHAINS]), own.under[:, 3:5]], 1).amax(1, keepdim=True)


def _asked(own: OwnPose) -> np.ndarray:
    """bool [H, W]: where an arm is, or lies on clothes, and around shoulders."""
    rows, columns = size_of(own.limbs)
    sides_2 = own.pose.new_tensor((columns / rows, 1.0))
    asked_HW = _arms(own)[0, 0] > _SOME
    here_HW, placed = positions((rows, columns), sides_2), segments(own.pose[0].float(), sides_2)
    for upper, _ in ARMS:
        if upper in placed:
            far_HW = distance(here_HW, placed[upper].begin) / placed[upper].unit
            asked_HW |= far_HW < _SHOULDER
    return asked_HW.cpu().numpy()


def _nearest(seen_KHW: np.ndarray) -> np.ndarray:
    """int [H, W]: the number of the garment that is nearest."""
    return seen_KHW.argmax(0).ravel()[nearest_known(seen_KHW.max(0))[1]]


def _around(marked_HW: np.ndarray) -> tuple[slice, slice]:
    """The rows and columns that hold all that is marked, and a patch around."""
    spans = []
    for axis, side in ((1, marked_HW.shape[0]), (0, marked_HW.shape[1])):
        places_M = np.flatnonzero(marked_HW.any(axis))
        spans.append(slice(max(0, places_M[0] - PATCH), min(side, places_M[-1] + 1 + PATCH)))
    return spans[0], spans[1]
