"""Arms that the parsing network hesitates about from shoulder to hand: in the sun, in shade, in a sleeve like
its jacket. Along bones that are seen an arm is there: what is likeliest across them is surely its.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.compositing.fields import ramp, ramp_at, size_of
from engine.compositing.limb_bones import ARM_CHAINS, ARMS, BONES, positions, sampled, segments
from engine.compositing.limb_mattes import across
from engine.compositing.ribbons import place_of, ribbon
from engine.pose import skeleton as sk
from engine.regions import CLASSES

# How likely points of an arm's line are surely its; and what share of its points is less likely, from the
# first on of an arm that is doubted. Of 140 arms 8 have .86 and more, the others .52 and less.
_LIKELY, _DOUBTED = 0.8, (0.55, 0.8)
_SURE = 1.5  # log odds that what is likeliest of an arm is its: .82
_MOST = 3.5  # log odds that are added at most: of .12 half an arm is left, what is less likely is none
_ACROSS = 0.3  # units to both sides of its bones, within which an arm is likeliest
_POINTS = 16  # at which that is looked for
_SMOOTH = 7  # points of the line over which it is the mean
_REACH = 0.34, 0.44  # units from its bones, up to which an arm is told so surely, and at most
_HERS = 0.4, 0.6  # how sure it is that the person is there


class Undoubted(NamedTuple):
    """arms: `parsing.Seen.arms`, with arms that are there. doubted: whether any of them was."""

    arms: Tensor
    doubted: bool


@torch.no_grad()
def without_doubt(arms_BAhw: Tensor, hers_B1HW: Tensor, pose_B183: Tensor) -> Undoubted:
    """Of `parsing.Seen.arms`.

    hers: how sure it is that the person is there. pose: the photo's own, as
    `moving_least_squares.normalised_pose` gives it; of a joint that is guessed nothing is told.
    """
    size = size_of(arms_BAhw)
    sides_2 = pose_B183.new_tensor((hers_B1HW.shape[-1] / hers_B1HW.shape[-2], 1.0))
    here_hw = positions(size, sides_2)
    hers_B1hw = ramp(F.interpolate(hers_B1HW.float(), size, mode="area"), *_HERS)
    made_BAhw, any_doubted = arms_BAhw.float().clone(), False
    for pose_183, hers_hw, made_Ahw in zip(pose_B183.float(), hers_B1hw[:, 0], made_BAhw, strict=True):
        placed, arms_2hw = segments(pose_183, sides_2), made_Ahw[CLASSES:].clone()
        for side, (chain, bones) in enumerate(zip(ARM_CHAINS, ARMS, strict=True)):
            joints = [BONES[bone].begin for bone in bones] + [BONES[bones[-1]].end]
            if not (pose_183[joints, 2] == sk.SEEN).all():
                continue
            made, unit = ribbon(pose_183, placed, chain, 1.0, sides_2), placed[bones[0]].unit
            assert made is not None  # all its bones are placed
            aside_A = torch.linspace(0.0, _ACROSS, _POINTS, device=sides_2.device) * unit
            point_2NA = across(made.line_N, aside_A).flatten(0, 1)
            likely_2NA = sampled((arms_2hw[side].sigmoid() * hers_hw)[None], point_2NA, sides_2)[0]
            crest_N = likely_2NA.unflatten(0, (2, -1)).amax((0, 2)).clamp(1e-3, 1.0 - 1e-3)
            wrist = made.joints[-1]
            doubted = ramp_at(float((crest_N[made.root : wrist + 1] < _LIKELY).float().mean()), *_DOUBTED)
            if doubted == 0:
                continue
            any_doubted = True
            crest_N = crest_N.logit().clamp(_SURE - _MOST, _SURE)
            crest_N[: made.root], crest_N[wrist:] = crest_N[made.root], crest_N[wrist]
            padded = F.pad(crest_N[None, None], (_SMOOTH // 2, _SMOOTH // 2), mode="replicate")
            crest_N = F.avg_pool1d(padded, _SMOOTH, 1)[0, 0]
            where = place_of(here_hw, made.line_N)
            near_hw = (1.0 - ramp(where.aside.abs() / unit, *_REACH)).masked_fill(where.beyond, 0.0)
            mine_hw = (arms_2hw[side] >= arms_2hw[1 - side]).float()
            more_hw = _SURE - where.of(crest_N)
            made_Ahw[CLASSES + side] += doubted * near_hw * mine_hw * hers_hw * more_hw
    return Undoubted(made_BAhw, any_doubted)
