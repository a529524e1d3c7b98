"""Mattes of arms with rims, and without crumbs, slits and lumps; what goes on under an arm that leaves it."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from engine.compositing.fields import highest, nearest_known, odd_side, ramp, size_of
from engine.compositing.limb_bones import ARMS, segments
from engine.cv import cv2
from engine.ops.resample import running_mean

RIM = 3  # px of a map of 128 rows, side of the window in which what is beside an arm has its colours
_ASIDE = 3  # times as far as aside is what is above or below
_MIRRORS = 4  # one after the other, where an image is not known either
_TALL = 0.9  # of a forearm: what clothes are beneath an arm goes so far up and down


def with_rims(arms_B2hw: Tensor, rows: int | None = None) -> Tensor:
    """Mattes of arms with what has something of an arm's colours. rows: of the whole picture, where they are
    of a part of it."""
    return highest(arms_B2hw, odd_side(RIM, arms_B2hw.shape[-2] if rows is None else rows))


def without_crumbs(matte_B1hw: Tensor, rows: int) -> Tensor:
    """A matte without what is no broader than a rim: bits of fingers that no arm's matte holds. rows: of the
    whole picture."""
    side = odd_side(RIM, rows)
    return highest(1.0 - highest(1.0 - matte_B1hw, side), side).minimum(matte_B1hw)


def without_slits(matte_B1hw: Tensor, rows: int) -> Tensor:
    """A matte whose slits that are no broader than a rim are closed. rows: of the whole picture."""
    return 1.0 - without_crumbs(1.0 - matte_B1hw, rows)


def evened(matte_B1hw: Tensor, rows: int) -> Tensor:
    """A matte without cracks that are no broader than a rim, and with an outline that has no steps of the
    maps it was told on, and is as sharp as a photo's. rows: of the whole picture."""
    side = odd_side(RIM, rows)
    return ramp(running_mean(without_slits(matte_B1hw, rows), side), 0.5 - 1.0 / side, 0.5 + 1.0 / side)


def from_nearest(picture_B3hw: Tensor, known_B1hw: Tensor) -> Tensor:
    """The picture, each pixel that is not known as the nearest one that is; where none is, 0. Aside is nearer
    than above and below: hems and waists go on beside an arm that hangs."""
    filled_B3hw = torch.zeros_like(picture_B3hw)
    for picture_3hw, known_1hw, filled_3hw in zip(picture_B3hw, known_B1hw, filled_B3hw, strict=True):
        if known_1hw.any():
            row_hw, column_hw = nearest_aside(known_1hw[0].cpu().numpy())
            nearest_hw = torch.from_numpy(row_hw * known_1hw.shape[-1] + column_hw)
            filled_3hw[:] = picture_3hw.flatten(1)[:, nearest_hw.to(picture_3hw.device)]
    return filled_B3hw


def nearest_aside(known_hw: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Row and column of the known px that is nearest to each, int [h, w] each; aside is nearer than above and
    below."""
    rows = slice(_ASIDE // 2, None, _ASIDE)
    tall = np.zeros((_ASIDE * known_hw.shape[0], known_hw.shape[1]), bool)
    tall[rows] = known_hw
    row_hw, column_hw = np.unravel_index(nearest_known(tall)[1][rows], tall.shape)
    return row_hw // _ASIDE, column_hw


def mirror_images(known_hw: np.ndarray) -> np.ndarray:
    """Row and column, int [h, w, 2], of the mirror image of every px at the nearest that is known aside; of
    the known px nearest to that, where it is not known either. What is known is its own."""
    nearest_hw2 = np.stack(nearest_aside(known_hw), -1)
    image_hw2 = np.moveaxis(np.indices(known_hw.shape), 0, -1)
    for _ in range(_MIRRORS):
        image_hw2 = 2 * nearest_hw2[tuple(np.moveaxis(image_hw2, -1, 0))] - image_hw2
        image_hw2 = np.clip(image_hw2, 0, np.array(known_hw.shape) - 1)
    return nearest_hw2[tuple(np.moveaxis(image_hw2, -1, 0))]


def without_lumps(on_B2hw: Tensor, worn_B1hw: Tensor, pose_B183: Tensor) -> Tensor:
    """Where arms lie on clothes, less what stands out from the clothes above and below, as a hand's
    surroundings may seem to.

    worn: how likely clothes are seen. pose: the photo's own, as `moving_least_squares.normalised_pose` gives
    it.
    """
    rows, columns = size_of(on_B2hw)
    sides_2 = pose_B183.new_tensor((columns / rows, 1.0))
    made_B2hw = on_B2hw.clone()
    for pose_183, worn_1hw, on_2hw, made_2hw in zip(pose_B183, worn_B1hw, on_B2hw, made_B2hw, strict=True):
        placed = segments(pose_183, sides_2)
        for arm, (_, forearm) in enumerate(ARMS):
            if forearm in placed:
                tall = max(1, round(_TALL * abs(placed[forearm].step) * rows / 2))
                whole = ((worn_1hw[0] > 0.5) | (on_2hw.amax(0) > 0.5)).cpu().numpy().astype(np.uint8)
                opened = cv2.morphologyEx(whole, cv2.MORPH_OPEN, np.ones((tall, 1), np.uint8))
                made_2hw[arm] *= running_mean(torch.from_numpy(opened).to(on_B2hw)[None, None], 3)[0, 0]
    return made_B2hw
