"""Where the clothes of a photo repeat themselves: by which of their own pieces they go on under arms.

Stripes, checks and prints have no smooth colours that a grain could be laid on (`grain`). Beside each arm a
garment goes on by one piece of itself, that meets what is seen (`repeats`).
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from engine.compositing.atlas import CLASSES
from engine.compositing.fields import highest, nearest_known, odd_side, size_of
from engine.compositing.limb_bones import ARM_CHAINS, ARMS, distance, positions, segments
from engine.compositing.own_pose import OwnPose
from engine.compositing.prints import is_even, on_ground
from engine.compositing.repeats import Cloth, comes_once, led, steps_beside
from engine.compositing.under_arms import with_rims
from engine.compositing.under_hands import kinds_of
from engine.cv import cv2
from engine.ops.resample import enlarged, shrunk
from engine.pictures import to_rgb

_SURE = 0.5  # how sure it is that clothes are there
_EDGE = 3  # px of a map of 128 rows, side of the window in which an edge is mixed with what is beside it
_SOME = 0.05  # how much of an arm is enough to hide what is under it
_SHOULDER = 1.2  # units around a shoulder, up to which cloth goes from a lifted sleeve to its trunk
_LIES = 0.3  # how sure it is that an arm lies on clothes
_DEEP = 7  # px of a map of 128 rows from cloth that is seen, up to which what is hidden comes to light
_PIECE = 2.5  # px, of which steps differ at most within a piece
_LEAST = 1620  # px of a garment, of fewer no pattern is told


def seen_clothes(own: OwnPose) -> Tensor:
    """bool [K, H, W]: tops, and skirts and trousers, that are seen, without their edges and hems."""
    size = size_of(own.under)
    inner_1KHW = 1.0 - highest(1.0 - _worn(own), odd_side(_EDGE, size[0]))
    return (inner_1KHW * (1.0 - _arms(own)))[0] > _SURE


@torch.no_grad()
def patterned(own: OwnPose, photo_1CHW: Tensor, fine_HWC: np.ndarray | None = None) -> np.ndarray:
    """float32 [H, W, 2]: x, y of the point of the photo whose colours each pixel takes that an arm may leave,
    or cloth come to; its own place where that is not of a pattern.

    photo: its colours first, of the size of what is under arms. fine: the photo in a larger size, by which
    that is told to a part of a pixel.
    """
    seen_KHW = seen_clothes(own).cpu().numpy()
    field_HW2 = _own_places(seen_KHW.shape[1:])
    if not seen_KHW.any():
        return field_HW2
    rgb_HWC, asked_HW = to_rgb(photo_1CHW[:, :3].float()), _asked(own)
    garment_HW, arm_HW = _nearest(seen_KHW), _nearest_arm(own)
    worn_KHW = _worn(own)[0] > _SURE
    arms_HW = with_rims(own.limbs[:, ARM_CHAINS])[0].amax(0).cpu().numpy() > _SOME
    lies_HW = own.under[0, 3:5].amax(0).cpu().numpy() > _LIES
    for number, seen_HW in enumerate(seen_KHW):
        hole_HW = asked_HW & (garment_HW == number) & ~seen_HW
        if seen_HW.sum() < _LEAST or not hole_HW.any():
            continue
        bare_HW, photo_3HW = torch.from_numpy(seen_HW).to(photo_1CHW.device), photo_1CHW[0, :3].float()
        if is_even(photo_3HW, bare_HW, len(seen_HW)):
            continue
        if on_ground(photo_3HW, worn_KHW[number], bare_HW, len(seen_HW)) is not None:
            continue  # of one colour
        once_HW = comes_once(rgb_HWC, seen_HW)
        beside_HW = worn_KHW[number].cpu().numpy() & (garment_HW == number) & ~arms_HW
        deep_HW = cv2.distanceTransform((~seen_HW).astype(np.uint8), cv2.DIST_L2, 3)
        light_HW = lies_HW & (deep_HW < _DEEP * len(seen_HW) / 128) & seen_HW.any(1, keepdims=True)
        for arm in np.unique(arm_HW):
            of_arm_HW = hole_HW & (arm_HW == arm)
            cloth = Cloth(seen_HW, once_HW, beside_HW, of_arm_HW, of_arm_HW & light_HW)
            if cloth.near.any():
                _goes_on(field_HW2, cloth, rgb_HWC if fine_HWC is None else fine_HWC)
    return field_HW2


@torch.no_grad()
def patterned_behind(photo_3HW: Tensor, seen_hw: np.ndarray, hidden_hw: np.ndarray) -> np.ndarray | None:
    """As `patterned`, of one garment what lies before it hides; None where it has no pattern.

    photo: -1 to 1; seen, hidden: bool, on a map of it.
    """
    rows = len(seen_hw)
    edge = np.ones((odd_side(_EDGE, rows),) * 2, np.uint8)
    inner_hw = cv2.erode(seen_hw.astype(np.uint8), edge) > 0
    if inner_hw.sum() < _LEAST or not hidden_hw.any():
        return None
    small_3hw, bare_hw = shrunk(photo_3HW[None], seen_hw.shape)[0], torch.from_numpy(inner_hw)
    bare_hw = bare_hw.to(photo_3HW.device)
    if is_even(small_3hw, bare_hw, rows) or on_ground(small_3hw, bare_hw, bare_hw, rows) is not None:
        return None
    rgb_HWC, field_hw2 = to_rgb(photo_3HW[None]), _own_places(seen_hw.shape)
    once_2hw = comes_once(rgb_HWC, inner_hw)
    _, part_hw = cv2.connectedComponents(hidden_hw.astype(np.uint8))
    for part in range(1, part_hw.max() + 1):
        # With the edge around it, from which steps go on.
        hole_hw = (cv2.dilate((part_hw == part).astype(np.uint8), edge) > 0) & ~inner_hw
        if hole_hw.any():
            _goes_on(field_hw2, Cloth(inner_hw, once_2hw, inner_hw, hole_hw, hole_hw), rgb_HWC)
    return np.where(hidden_hw[..., None], field_hw2, _own_places(seen_hw.shape))


def _goes_on(field_HW2: np.ndarray, cloth: Cloth, rgb_hwC: np.ndarray) -> None:
    """Into a field, where a hole takes its colours from. rgb: the photo, as large or larger."""
    found_HW2 = _upright_beyond(led(steps_beside(rgb_hwC, cloth), cloth), cloth.seen)
    copied_HW = cloth.hole & ~np.isnan(found_HW2[..., 0])
    field_HW2[copied_HW] = found_HW2[copied_HW][:, ::-1] + np.float32(0.5)


def _upright_beyond(found_HW2: np.ndarray, seen_HW: np.ndarray) -> np.ndarray:
    """Where nothing is found, around a shoulder, what is as far below the next that is as it is above."""
    rows = len(seen_HW)
    places_HW2 = np.moveaxis(np.indices(seen_HW.shape), 0, -1).astype(np.float32)
    found_HW2 = np.where(seen_HW[..., None], places_HW2, found_HW2)
    known_HW = ~np.isnan(found_HW2[..., 0])
    row_HW = places_HW2[..., 0].astype(int)
    next_HW = np.minimum.accumulate(np.where(known_HW, row_HW, 2 * rows)[::-1])[::-1]
    mirrored_HW = np.where(next_HW < rows, np.minimum(2 * next_HW - row_HW, rows - 1), row_HW)
    return found_HW2[mirrored_HW, places_HW2[..., 1].astype(int)]


def copied(field_HW2: np.ndarray) -> np.ndarray:
    """bool [H, W]: which pixels take another's colours."""
    return (field_HW2 != _own_places(field_HW2.shape[:2])).any(-1)


def with_copies(rgb_hwC: np.ndarray, field_HW2: np.ndarray, onto_hwC: np.ndarray) -> np.ndarray:
    """uint8 RGB [h, w, 3]: a picture in which pixels take what a field says of a photo, of any size."""
    size, (rows, columns) = rgb_hwC.shape[:2], field_HW2.shape[:2]
    scale_2 = np.array([size[1] / columns, size[0] / rows], np.float32)
    steps_HW2 = field_HW2 - _own_places((rows, columns))
    takes_hw = cv2.resize(copied(field_HW2).astype(np.uint8), size[::-1], interpolation=cv2.INTER_NEAREST) > 0
    y_N, x_N = np.nonzero(takes_hw)
    at_N2 = (np.stack([x_N, y_N], -1) + np.float32(0.5)) / scale_2 - np.float32(0.5)
    nearest_N2 = np.rint(at_N2).astype(int).clip(0, (columns - 1, rows - 1))
    nearest_steps_N2 = steps_HW2[nearest_N2[:, 1], nearest_N2[:, 0]]
    sums_N2, weights_N1 = 1e-3 * nearest_steps_N2, np.full((len(x_N), 1), 1e-3, np.float32)
    for corner in ((0, 0), (0, 1), (1, 0), (1, 1)):  # of what steps about as far; another piece is no mean
        cell_N2 = np.floor(at_N2).astype(int) + corner
        weight_N = (1 - np.abs(at_N2 - cell_N2)).prod(1)
        i, j = cell_N2[:, 1].clip(0, rows - 1), cell_N2[:, 0].clip(0, columns - 1)
        alike_N = np.abs(steps_HW2[i, j] - nearest_steps_N2).max(1) < _PIECE
        weight_N1 = (weight_N * alike_N)[:, None].astype(np.float32)
        sums_N2 += weight_N1 * steps_HW2[i, j]
        weights_N1 += weight_N1
    map_hw2 = _own_places(size) - np.float32(0.5)
    map_hw2[y_N, x_N] += sums_N2 / weights_N1 * scale_2
    x_hw, y_hw = np.ascontiguousarray(np.moveaxis(map_hw2, -1, 0))
    seen_hwC = cv2.remap(rgb_hwC, x_hw, y_hw, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.where(takes_hw[..., None], seen_hwC, onto_hwC)


def _own_places(size: tuple[int, int]) -> np.ndarray:
    """float32 [h, w, 2]: x, y of every pixel's centre."""
    return np.moveaxis(np.indices(size), 0, -1)[..., ::-1].astype(np.float32) + np.float32(0.5)


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


def _nearest_arm(own: OwnPose) -> np.ndarray:
    """int [H, W]: the number of the arm that is nearest; 0 where none is seen."""
    arms_2HW = own.limbs[0, ARM_CHAINS].cpu().numpy() > _SURE
    return _nearest(arms_2HW) if arms_2HW.any() else np.zeros(arms_2HW.shape[1:], np.int64)


def _nearest(seen_KHW: np.ndarray) -> np.ndarray:
    """int [H, W]: the number of what is nearest."""
    return seen_KHW.argmax(0).ravel()[nearest_known(seen_KHW.max(0))[1]]
