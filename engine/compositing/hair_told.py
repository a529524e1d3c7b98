"""Long hair that the parsing network takes for an arm, told by its colours: where it hangs before a shoulder
the network sees an arm on the bones that it is told.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from engine.compositing.fields import highest, odd_side, size_of
from engine.compositing.sleeves_told import lab
from engine.cv import cv2
from engine.ops.resample import running_mean, shrunk
from engine.regions import CLASSES, REGIONS

_HAIR, _FACE, _ARMS = (REGIONS.index(name) for name in ("hair", "face", "arms"))
_SURE = 0.9  # how likely a class is, for its colours to be told
_SEEN = 0.5  # how likely an arm, bare skin, or hair is
_LIGHT = 0.5  # what lightness counts beside colour: hair is darker within than skin in its shade
_FEWEST = 15  # px of hair, and of an arm, of 128 rows that tell colours
_MOST = 300  # px whose colours are compared
_ALIKE = 5.0  # of these colours, how far one is from another that is hardly the same
_LIKELIER = 0.7  # log of how many times as likely a colour is hair's
# Px of a map of 128 rows, sides of the windows: around hair no arm tells its colours (of 24
# people one's sleeve would be hair's else); what is beside hair goes
# on from it, and what is beside an arm's matte may be of it.
_NEAR, _JOINED = 9, 3
_MEAN = 3  # likewise, in which colours are told together
_LEAST = 1e-6  # probability that a logit can tell


@torch.no_grad()
def with_hair(surface_B11hw: Tensor, arms_BAhw: Tensor, picture_BCHW: Tensor) -> tuple[Tensor, Tensor]:
    """A surface map, logits of its classes first, and arms (`parsing.Seen`), whose hair is no arm.

    What of an arm goes on from hair and has its colours, and neither those of arms farther from it nor, of a
    bare arm, of face and neck, is hair. picture: -1 to 1, of any size.
    """
    size = size_of(surface_B11hw)
    made_B11hw, made_BAhw = surface_B11hw.clone(), arms_BAhw.clone()
    pictures_BChw = shrunk(picture_BCHW.float(), size)
    class_B8hw, likely_B2hw = surface_B11hw[:, :CLASSES].float().softmax(1), arms_BAhw[:, -2:].sigmoid()
    sure_811 = torch.full((CLASSES, 1, 1), _LEAST, device=class_B8hw.device)
    sure_811[_HAIR] = 1.0
    logits_811 = sure_811.log()
    each_of = zip(pictures_BChw, class_B8hw, likely_B2hw, made_B11hw, made_BAhw, strict=True)
    for picture_Chw, class_8hw, likely_2hw, made_11hw, made_Ahw in each_of:
        hair_hw = _hair(lab(picture_Chw, _LIGHT), class_8hw, likely_2hw > _SEEN)
        made_11hw[:CLASSES] = torch.where(hair_hw, logits_811, made_11hw[:CLASSES])
        made_Ahw[-2:].masked_fill_(hair_hw, float(logits_811.min()))
    return made_B11hw, made_BAhw


def _hair(lab_3hw: Tensor, class_8hw: Tensor, arms_2hw: Tensor) -> Tensor:
    """bool [h, w]: what of both arms is hair."""
    rows = len(class_8hw[0])
    hair_hw, none_hw = class_8hw[_HAIR] > _SEEN, torch.zeros_like(arms_2hw[0])
    from_hw, near_hw = (_around(hair_hw, side, rows) for side in (_JOINED, _NEAR))
    either_hw, bare_hw = arms_2hw.any(0), class_8hw[_ARMS] > _SEEN
    may_hw = (either_hw | bare_hw & _around(either_hw, _JOINED, rows)) & ~hair_hw
    if not (may_hw & near_hw).any():
        return none_hw  # of short hair there is nothing to tell
    own_hw = ~_around(~hair_hw, _JOINED, rows) & (class_8hw[_HAIR] > _SURE)
    arm_hw = none_hw
    row_hw = torch.arange(rows, device=near_hw.device)[:, None].expand_as(near_hw)
    for each_hw in arms_2hw:
        each_hw = each_hw & ~near_hw
        if each_hw.any():  # of an arm the half that is farther down
            arm_hw = arm_hw | each_hw & (row_hw >= row_hw[each_hw].median())
    fewest = _FEWEST * (rows / 128) ** 2
    if min(int(own_hw.sum()), int(arm_hw.sum())) < fewest:
        return none_hw
    others = [lab_3hw[:, arm_hw]]
    if float(class_8hw[_ARMS, arm_hw].mean()) > _SEEN:
        skin_hw = (class_8hw[[_FACE, _ARMS]].amax(0) > _SURE) & ~either_hw & ~from_hw
        others += [lab_3hw[:, skin_hw]] if int(skin_hw.sum()) >= fewest else []
    colours_3N = lab_3hw[:, may_hw]
    theirs_N = torch.stack([_likely(colours_3N, each_3M) for each_3M in others]).amax(0)
    more_hw = torch.zeros_like(class_8hw[0])
    more_hw[may_hw] = (_likely(colours_3N, lab_3hw[:, own_hw]) - theirs_N).clamp(-4.0, 4.0)
    both_2hw = running_mean(torch.stack([more_hw, may_hw.float()])[None], odd_side(_MEAN, rows))[0]
    told_hw = may_hw & (both_2hw[0] > _LIKELIER * both_2hw[1])
    _, piece_hw = cv2.connectedComponents((told_hw | from_hw).cpu().numpy().astype(np.uint8))
    pieces_hw = torch.from_numpy(piece_hw).to(told_hw.device)
    return told_hw & torch.isin(pieces_hw, pieces_hw[from_hw])


def _around(marked_hw: Tensor, side: int, rows: int) -> Tensor:
    """bool [h, w]: whether anything in the window around is marked. side: px of a map of 128 rows."""
    return highest(marked_hw[None, None].float(), odd_side(side, rows))[0, 0] > 0.5


def _likely(colours_3N: Tensor, of_3M: Tensor) -> Tensor:
    """Log of how likely colours are of those [N]: their density, by a Gaussian kernel."""
    step = max(1, of_3M.shape[1] // _MOST)
    far_NM = torch.cdist(colours_3N.t().contiguous(), of_3M.t()[::step].contiguous())
    return ((-0.5 * (far_NM / _ALIKE).square()).exp().mean(1) + 1e-9).log()
