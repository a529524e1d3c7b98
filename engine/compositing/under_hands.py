"""What is under the hands of a photo: for a hand that is taken out of its pocket, the trousers.

The parsing network does not see every hand that lies on clothes, and then the clothes would keep it. Where a
wrist says that a hand is, clothes are filled with the colours of those around.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.compositing.atlas import CLASSES
from engine.compositing.fields import carried, ramp
from engine.compositing.limb_bones import ARMS, BONES, off, positions, segments
from engine.regions import REGIONS

_CLOTHES = [REGIONS.index(name) for name in ("upper clothes", "dress or skirt", "pants", "legs")]
_HAND = 0.26, 0.36  # of the longest arm bone, how far a hand reaches aside, parsed or not


@torch.no_grad()
def under_hands(photo_B7HW: Tensor, seen_B11hw: Tensor, pose_B183: Tensor, size: tuple[int, int]) -> Tensor:
    """Of a photo in its own pose, [B, 5, h, w] of this size: colours of the clothes around; and where its
    right and its left hand lie on what counts as clothes, 0 to 1.

    photo: as of `detail.DetailSource`. seen: its surface map. pose: as of
    `moving_least_squares.normalised_pose`.
    """
    class_B8hw = F.interpolate(seen_B11hw[:, :CLASSES].float().softmax(1), size, mode="bilinear")
    clothes_B1hw = class_B8hw[:, _CLOTHES].sum(1, keepdim=True)
    hands_B2hw = _hands(pose_B183, size)
    photo_B3hw = F.interpolate(photo_B7HW[:, :3].float(), size, mode="area")
    around_B3hw = carried(photo_B3hw, clothes_B1hw * (1.0 - hands_B2hw.amax(1, keepdim=True)))
    return torch.cat([around_B3hw, hands_B2hw * clothes_B1hw], 1)


def _hands(pose_B183: Tensor, size: tuple[int, int]) -> Tensor:
    """0 to 1 [B, 2, h, w]: where the right and the left hand are."""
    sides_2 = pose_B183.new_tensor((size[1] / size[0], 1.0))
    here_hw = positions(size, sides_2)
    hands_B2hw = here_hw.real.new_zeros(len(pose_B183), 2, *size)
    for pose_183, hands_2hw in zip(pose_B183, hands_B2hw, strict=True):
        placed = segments(pose_183, sides_2)
        for arm, (_, forearm) in enumerate(ARMS):
            if forearm in placed:
                hands_2hw[arm] = 1.0 - ramp(off(placed[forearm], here_hw, BONES[forearm].beyond, 1.0), *_HAND)
    return hands_B2hw
