"""What the parsing network sees of arms: which pixels are theirs, with sleeves, hands and what these hold,
and what would be seen there without them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.compositing.fields import ramp, size_of
from engine.compositing.limb_bones import ARMS, positions, segments
from engine.compositing.touching_hands import hand_of, told_apart
from engine.ops.resample import running_mean
from engine.regions import CLASSES, REGIONS

_ARMS = REGIONS.index("arms")
_SURE = 0.3, 0.7  # how likely a pixel is an arm's: from the first on, at the second surely
_HELD = 0.5, 0.9  # likewise, of what counts as nobody and lies in a hand
_LEAST = 1e-6  # probability that a logit can tell


class ArmsSeen(NamedTuple):
    """mattes: 0 to 1 [B, 2, H, W], right and left arm. beneath: [B, 8, H, W], how likely each class would be
    seen without them."""

    mattes: Tensor
    beneath: Tensor


def arms_seen(arms_BAhw: Tensor, size: tuple[int, int]) -> ArmsSeen:
    """Of `parsing.Seen.arms`, in a size."""
    beneath_B8hw, arms_B2hw = arms_BAhw.float().split((CLASSES, 2), 1)
    likely_B10hw = torch.cat([beneath_B8hw.softmax(1), arms_B2hw.sigmoid()], 1)
    likely_B10HW = running_mean(F.interpolate(likely_B10hw, size, mode="bilinear"), 3)  # no stairs
    beneath_B8HW, arms_B2HW = likely_B10HW.split((CLASSES, 2), 1)
    return ArmsSeen(ramp(arms_B2HW, *_SURE), beneath_B8HW)


def with_hands(
    arms_B2HW: Tensor, bare_B1HW: Tensor, pose_B183: Tensor, photos: Sequence[np.ndarray]
) -> Tensor:
    """Mattes of arms with what is bare around their hands: of hands that touch the network does not know
    which is whose (`touching_hands`).

    bare: how likely bare arms are seen. pose: the photo's own, as `moving_least_squares.normalised_pose`
    gives it. photos: uint8 [H, W, 3] each, as fine as there are.
    """
    size = size_of(arms_B2HW)
    sides_2 = pose_B183.new_tensor((size[1] / size[0], 1.0))
    here_HW = positions(size, sides_2)
    mattes_B2HW = arms_B2HW.clone()
    each = zip(pose_B183.float(), bare_B1HW[:, 0], mattes_B2HW, photos, strict=True)
    for pose_183, bare_HW, mattes_2HW, photo_HWC in each:
        placed = segments(pose_183, sides_2)
        found = {arm: placed[forearm] for arm, (_, forearm) in enumerate(ARMS) if forearm in placed}
        hands = {arm: hand_of(forearm, here_HW) for arm, forearm in found.items()}
        for arm, hand_HW in hands.items():
            mattes_2HW[arm] = mattes_2HW[arm].maximum(hand_HW * ramp(bare_HW, *_SURE))
        if len(found) == 2:
            both_HW = (2.0 * hands[0] * hands[1]).clamp(max=1.0)  # nobody's is half there at a rim
            if both_HW.any():
                forearms = found[0], found[1]
                mattes_2HW[:] = told_apart(photo_HWC, mattes_2HW, bare_HW, both_HW, forearms, sides_2)
    return mattes_B2HW


def with_held(surface_B11hw: Tensor, arms_BAhw: Tensor) -> Tensor:
    """A surface map in which what hands hold is of their arms, whose photo goes along with them: nobody knows
    what a bag is."""
    class_B8hw = surface_B11hw[:, :CLASSES].softmax(1)
    held_B1hw = class_B8hw[:, :1] * ramp(arms_BAhw[:, CLASSES:].sigmoid().amax(1, keepdim=True), *_HELD)
    class_B8hw[:, :1] -= held_B1hw
    class_B8hw[:, _ARMS : _ARMS + 1] += held_B1hw
    with_held_B11hw = torch.cat([class_B8hw.clamp_min(_LEAST).log(), surface_B11hw[:, CLASSES:]], 1)
    return torch.where(held_B1hw > 0, with_held_B11hw, surface_B11hw)
