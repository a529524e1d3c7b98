"""What the parsing network takes for the other by its place, told by its colour: sleeves for skin, close ones
of white or in strong light; and the lit edge of a bare arm for a sleeve.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from engine.compositing.fields import odd_side, size_of
from engine.cv import cv2
from engine.ops.resample import running_mean, shrunk
from engine.regions import CLASSES, REGIONS

_FACE, _ARMS = REGIONS.index("face"), REGIONS.index("arms")
_TOPS = [REGIONS.index(name) for name in ("upper clothes", "dress or skirt")]
_SURE = 0.9  # how likely a class is, for its colour to be told
_FEWEST = 8, 15  # px of a face and of tops that tell a colour
_LIGHT = 0.25  # what lightness counts beside colour: arms are lit otherwise than faces
_OTHER, _ALIKE = 12.0, 0.5  # as far from the face's colour, and of that as far from the top's, is a sleeve
_HERE, _NEAR = 3, 63  # px of a map of 128 rows, sides of the windows in which an arm's and a top's is told
_THERE = 0.02  # of that window, how much of a top is in it
_SEEN = 0.5  # how likely it is a bare arm
_BARE = 0.5  # of an arm, how much is surely bare where all of it may be
_LEAST = 1e-6  # probability that a logit can tell


@torch.no_grad()
def with_sleeves(surface_B11hw: Tensor, picture_BCHW: Tensor) -> Tensor:
    """A surface map, logits of its classes first, whose sleeves are tops. picture: -1 to 1, of any size."""
    size = size_of(surface_B11hw)
    class_B8hw = surface_B11hw[:, :CLASSES].float().softmax(1)
    made_B11hw = surface_B11hw.clone()
    for picture_CHW, class_8hw, made_11hw in zip(
        shrunk(picture_BCHW.float(), size), class_B8hw, made_B11hw, strict=True
    ):
        face_hw, top_hw = class_8hw[_FACE] > _SURE, class_8hw[_TOPS].sum(0) > _SURE
        if int(face_hw.sum()) < _FEWEST[0] or int(top_hw.sum()) < _FEWEST[1]:
            continue
        lab_3hw = lab(picture_CHW, _LIGHT)
        bare_hw, near_2hw = class_8hw[_ARMS], class_8hw[_TOPS] * top_hw
        own_3hw, _ = _mean(lab_3hw, bare_hw, odd_side(_HERE, size[0]))
        top_3hw, there_hw = _mean(lab_3hw, top_hw.float(), odd_side(_NEAR, size[0]))
        face_3 = lab_3hw[:, face_hw].median(1).values
        off_face_hw = (own_3hw - face_3[:, None, None]).norm(dim=0)
        off_top_hw = (own_3hw - top_3hw).norm(dim=0)
        sleeve_hw = (bare_hw > _SEEN) & (there_hw > _THERE)
        sleeve_hw &= (off_face_hw > _OTHER) & (off_top_hw < _ALIKE * off_face_hw)
        kind_hw = running_mean(near_2hw[None], odd_side(_NEAR, size[0]))[0].argmax(0)
        told_8hw = class_8hw.clone()
        told_8hw[_ARMS] = torch.where(sleeve_hw, 0.0, bare_hw)
        for number, region in enumerate(_TOPS):
            told_8hw[region] += torch.where(sleeve_hw & (kind_hw == number), bare_hw, 0.0)
        logits_8hw = told_8hw.clamp_min(_LEAST).log()
        made_11hw[:CLASSES] = torch.where(sleeve_hw, logits_8hw, made_11hw[:CLASSES])
    return made_B11hw


@torch.no_grad()
def with_bare_arms(surface_B11hw: Tensor, arms_B2hw: Tensor, picture_BCHW: Tensor) -> Tensor:
    """A surface map, logits of its classes first, on whose arms what has the colour of their skin, and not
    the top's, is bare. arms: logits that a px is of the right and of the left arm. picture: -1 to 1, of any
    size.
    """
    size = size_of(surface_B11hw)
    class_B8hw = surface_B11hw[:, :CLASSES].float().softmax(1)
    made_B11hw = surface_B11hw.clone()
    pictures_BChw = shrunk(picture_BCHW.float(), size)
    for picture_Chw, class_8hw, arms_2hw, made_11hw in zip(
        pictures_BChw, class_B8hw, arms_B2hw, made_B11hw, strict=True
    ):
        lab_3hw, worn_hw = lab(picture_Chw, _LIGHT), class_8hw[_TOPS].sum(0)
        top_hw = (worn_hw > _SURE) & (arms_2hw.amax(0) < 0)
        face_hw = class_8hw[_FACE] > _SURE
        if int(face_hw.sum()) < _FEWEST[0]:
            continue
        face_3 = lab_3hw[:, face_hw].median(1).values
        for arm_hw in arms_2hw > 0:
            bare_hw = arm_hw & (class_8hw[_ARMS] > _SURE)
            if int(bare_hw.sum()) < max(_FEWEST[1], _BARE * float(arm_hw.sum())):
                continue
            skin_3 = lab_3hw[:, bare_hw].median(1).values
            if float((skin_3 - face_3).norm()) > _OTHER:
                continue
            off_skin_hw = (lab_3hw - skin_3[:, None, None]).norm(dim=0)
            cloth_hw = top_hw & (off_skin_hw > _OTHER)
            if int(cloth_hw.sum()) < _FEWEST[1]:
                continue
            off_top_hw = (lab_3hw - lab_3hw[:, cloth_hw].median(1).values[:, None, None]).norm(dim=0)
            skin_hw = arm_hw & (worn_hw > class_8hw[_ARMS]) & (off_top_hw > _OTHER)
            skin_hw &= off_skin_hw < _ALIKE * off_top_hw
            told_8hw = class_8hw.clone()
            told_8hw[_ARMS] += torch.where(skin_hw, worn_hw, 0.0)
            told_8hw[_TOPS] *= ~skin_hw
            logits_8hw = told_8hw.clamp_min(_LEAST).log()
            made_11hw[:CLASSES] = torch.where(skin_hw, logits_8hw, made_11hw[:CLASSES])
    return made_B11hw


def lab(picture_CHW: Tensor, light: float) -> Tensor:
    """Its colours in CIE L*a*b* [3, H, W], lightness times so much. picture: -1 to 1."""
    rgb_HWC = (0.5 * (picture_CHW[:3] + 1.0)).clamp(0.0, 1.0).movedim(0, -1).contiguous().cpu().numpy()
    lab_HWC = cv2.cvtColor(rgb_HWC, cv2.COLOR_RGB2LAB) * np.array([light, 1.0, 1.0], np.float32)
    return torch.from_numpy(lab_HWC).to(picture_CHW.device).movedim(-1, 0)


def _mean(planes_3hw: Tensor, weight_hw: Tensor, side: int) -> tuple[Tensor, Tensor]:
    """Around every px, and how much is there [h, w]."""
    summed_4hw = running_mean(torch.cat([weight_hw * planes_3hw, weight_hw[None]])[None], side)[0]
    return summed_4hw[:3] / summed_4hw[3:].clamp_min(1e-6), summed_4hw[3]
