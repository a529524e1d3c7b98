"""Legwear of which the parsing network cannot tell whether it is a skirt or trousers, told by its shape.

It then takes a part for the one and a part for the other, of a checked skirt as of jeans that the photo cuts
off; one garment it is all the same.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from engine.compositing.fields import size_of
from engine.pose import skeleton as sk
from engine.regions import CLASSES, REGIONS

_SKIRT, _TROUSERS = REGIONS.index("dress or skirt"), REGIONS.index("pants")
_HIPS, _KNEES = [sk.RIGHT_HIP, sk.LEFT_HIP], [sk.RIGHT_KNEE, sk.LEFT_KNEE]
_SEEN = 0.5  # how likely legwear is
_FEWEST = 75  # px of it of 128 rows that tell its shape
# How likely either is, of both, where the network cannot tell; and how much of it is so. Of street
# photographs a quarter; in figures little changes (`PARSER_CARD.md`), but a garment in two pieces tears when
# a leg moves.
_EITHER, _UNDECIDED = (0.2, 0.8), 0.3
_LONG = 1.3  # thighs below the hips: legwear that is shorter is a skirt, for undecided
_APART, _FROM = 0.12, 0.3  # in how many of its rows legs are apart, and from where on of a thigh
_CUT = 2  # rows above the frame's lower edge: what reaches it is cut off, of which most are trousers
_LEAST = 1e-6  # probability that a logit can tell


@torch.no_grad()
def with_one_legwear(
    surface_B11hw: Tensor, keypoints_18x3: np.ndarray | None, canvas: tuple[int, int]
) -> Tensor:
    """A surface map of one person, logits of its classes first, whose legwear is of one kind where that is
    undecided. keypoints: px of the canvas (H, W), state."""
    class_8hw = surface_B11hw[0, :CLASSES].float().softmax(0)
    legwear_hw = class_8hw[[_SKIRT, _TROUSERS]].sum(0)
    there_hw = legwear_hw > _SEEN
    share_N = (class_8hw[_SKIRT] / legwear_hw.clamp_min(_LEAST))[there_hw]
    undecided = ((share_N > _EITHER[0]) & (share_N < _EITHER[1])).float().mean()
    if len(share_N) < _FEWEST * (len(there_hw) / 128) ** 2 or undecided < _UNDECIDED:
        return surface_B11hw
    is_skirt = _is_skirt(there_hw.cpu().numpy(), keypoints_18x3, size_of(legwear_hw)[0] / canvas[0])
    kind, other = (_SKIRT, _TROUSERS) if is_skirt else (_TROUSERS, _SKIRT)
    made_B11hw = surface_B11hw.clone()
    told_8hw = class_8hw.clone()
    told_8hw[kind], told_8hw[other] = legwear_hw, 0.0
    made_B11hw[0, :CLASSES] = torch.where(there_hw, told_8hw.clamp_min(_LEAST).log(), made_B11hw[0, :CLASSES])
    return made_B11hw


def _is_skirt(there_hw: np.ndarray, keypoints_18x3: np.ndarray | None, rows_a_px: float) -> bool:
    """Of legwear, by its hem and by whether legs are apart in it."""
    rows_N = np.flatnonzero(there_hw.any(1))
    if keypoints_18x3 is None or rows_N[-1] >= len(there_hw) - _CUT:
        return False
    if (keypoints_18x3[_HIPS + _KNEES, 2] == sk.ABSENT).any():
        return False
    hips, knees = (float(keypoints_18x3[joints, 1].mean()) * rows_a_px for joints in (_HIPS, _KNEES))
    thigh = max(knees - hips, 1.0)
    hem = np.percentile(np.nonzero(there_hw)[0], 97)  # below it are crumbs
    if hem - hips < _LONG * thigh:
        return True
    below_hw = there_hw[max(0, int(hips + _FROM * thigh)) : int(hem)]
    pieces_h = (np.diff(below_hw.astype(int), axis=1, prepend=0) == 1).sum(1)
    return float((pieces_h > 1).mean()) < _APART
