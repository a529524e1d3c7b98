"""What is seen between the fingers of a hand: the wall or the clothes behind it, which no hand takes along.

A parsing network sees a hand as one piece. Its pixels are told by their colours: like those of the arm, or
like those around the hand.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from engine.compositing.fields import highest, odd_side, size_of
from engine.compositing.limb_bones import ARMS, along, off, positions, segments
from engine.cv import cv2
from engine.ops.resample import running_mean
from engine.regions import REGIONS

_ARMS = REGIONS.index("arms")
_BARE = [REGIONS.index(name) for name in ("face", "arms", "legs")]
_FROM, _TO = 1.0, 0.75  # of a forearm: where a hand begins, and how far beyond its wrist fingers end
_ASIDE = 0.45  # units of it that a hand spreads
_HERS = 0.5  # of a matte, from which on a px is the arm's
_SURE = 0.9  # so sure it is that a bare arm is seen whose colours are skin's
_INNER, _AROUND = 3, 9  # px of a map of 128 rows, sides of the windows within an arm, and around a hand
_GAP = 8  # px, a smaller one may be a hand's shade
_RIM = 7  # px, side of the window in which a hand has something of what is beside it
_NEAREST = 3  # of the colours that a px is like, how many have to be so near
_LIKE = 0.6  # of how far it is from skin's, so near to others a colour has to be
_APART = 0.15  # of -1 to 1, so far from skin's
_LARGE = 150  # px of a hand, of a smaller one shade and gaps are mixed
_LEAST = 12  # px, of fewer no colours are known


@torch.no_grad()
def between_fingers(photo_B3HW: Tensor, class_B8HW: Tensor, pose_B183: Tensor, arms_B2HW: Tensor) -> Tensor:
    """0 to 1 [B, 2, H, W]: of the right and the left hand's matte, what looks like what is around them.

    photo: of -1 to 1, class: how likely each is seen, pose: the photo's own, as
    `moving_least_squares.normalised_pose` gives it. arms: their mattes.
    """
    size = size_of(arms_B2HW)
    sides_2 = pose_B183.new_tensor((size[1] / size[0], 1.0))
    here_HW = positions(size, sides_2)
    any_B1HW = arms_B2HW.amax(1, keepdim=True)
    away_BHW = highest(any_B1HW, odd_side(_INNER, size[0]))[:, 0] < 1.0 - _HERS
    away_BHW &= class_B8HW[:, _BARE].sum(1) < 1.0 - _SURE
    inner_B2HW = 1.0 - highest(1.0 - arms_B2HW, odd_side(_INNER, size[0])) > _HERS
    inner_B2HW &= class_B8HW[:, _ARMS : _ARMS + 1] > _SURE
    between_B2HW = torch.zeros_like(arms_B2HW)
    for i, pose_183 in enumerate(pose_B183):
        placed = segments(pose_183, sides_2)
        for arm, (_, forearm) in enumerate(ARMS):
            if forearm not in placed:
                continue
            bone = placed[forearm]
            along_HW = along(bone, here_HW).real
            near_HW = (off(bone, here_HW, _TO, _FROM) < _ASIDE) & (along_HW > _FROM)
            wide_HW = highest(near_HW[None, None].float(), odd_side(_AROUND, size[0]))[0, 0] > 0
            skin_HW = inner_B2HW[i, arm] & (along_HW < _FROM)
            hand_HW = near_HW & (arms_B2HW[i, arm] > 0) & (class_B8HW[i, _ARMS] > 1.0 - _SURE)  # no cuff
            other_HW = wide_HW & away_BHW[i]
            known = min(int(skin_HW.sum()), int(other_HW.sum())) >= _LEAST
            if known and int(hand_HW.sum()) >= _LARGE:
                photo_HW3 = photo_B3HW[i].movedim(0, -1)
                far_2N = [_far(photo_HW3[hand_HW], photo_HW3[of_HW]) for of_HW in (skin_HW, other_HW)]
                from_skin_N, from_other_N = far_2N
                other_N = (from_other_N < _LIKE * from_skin_N) & (from_skin_N > _APART)
                between_B2HW[i, arm][hand_HW] = other_N.float()
                between_B2HW[i, arm] = _gaps(between_B2HW[i, arm], arms_B2HW[i, arm])
    return running_mean(between_B2HW, 3)


def _far(colour_N3: Tensor, known_M3: Tensor) -> Tensor:
    """[N]: how far colours are from the nearest of the known ones."""
    return torch.cdist(colour_N3, known_M3).topk(_NEAREST, largest=False).values[:, -1]


def _gaps(other_HW: Tensor, arm_HW: Tensor) -> Tensor:
    """Of what looks like something else the pieces that are no rim, and large enough to be told."""
    inner_HW = 1.0 - highest((arm_HW < _HERS).float()[None, None], _RIM)[0, 0]
    number, piece_HW, about, _ = cv2.connectedComponentsWithStats(
        (other_HW * inner_HW).cpu().numpy().astype(np.uint8), connectivity=4
    )
    large = np.append(False, about[1:number, cv2.CC_STAT_AREA] >= _GAP)
    gap_HW = torch.from_numpy(large[piece_HW]).to(other_HW)
    return highest(gap_HW[None, None], _RIM)[0, 0] * other_HW
