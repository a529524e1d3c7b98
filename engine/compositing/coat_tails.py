"""What hangs beside a sleeve and passes for it, a coat's tail or the side of an open jacket: away from an arm
the parsing network is ever less sure of it, and where it grows sure again something else has begun.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.compositing.fields import ramp, size_of
from engine.compositing.limb_bones import ARM_CHAINS, ARMS, positions, sampled, segments
from engine.compositing.limb_mattes import THICK, across
from engine.compositing.ribbons import place_of, ribbon
from engine.regions import CLASSES

_POINTS = 24  # to either side of an arm's line, as far as limbs reach
_CREST = 0.3  # units from the line, within which an arm is surest
_FALLS, _RISES = 1.0, 0.7  # log odds that a valley lies below an arm, and what is beyond above it, at least
_ARM = 0.0  # log odds from which on something passes for an arm
_AROUND = 9  # points of the line, whose nearest valley is one's own: a tail begins where none is yet
_ALONE = 0.4  # of three points of the line: a valley at one of them alone is none
_OWN = 1.5  # points of the line, nearer than which to one's own is beside it
_EDGE = 0.02  # units, over which what is beyond a valley goes
_NONE = -8.0  # log odds of what is no arm


@torch.no_grad()
def without_tails(arms_BAhw: Tensor, bare_B1HW: Tensor, pose_B183: Tensor) -> Tensor:
    """`parsing.Seen.arms` without what is beyond a valley across the bones of arms.

    bare: how likely bare arms are seen, which are no tails. pose: the photo's own, as
    `moving_least_squares.normalised_pose` gives it.
    """
    size, (rows, columns) = size_of(arms_BAhw), size_of(bare_B1HW)
    sides_2 = pose_B183.new_tensor((columns / rows, 1.0))
    here_hw = positions(size, sides_2)
    cloth_B1hw = 1.0 - F.interpolate(bare_B1HW, size, mode="area")
    made_BAhw = arms_BAhw.float().clone()
    for pose_183, cloth_hw, made_Ahw in zip(pose_B183.float(), cloth_B1hw[:, 0], made_BAhw, strict=True):
        placed = segments(pose_183, sides_2)
        for side, (chain, bones) in enumerate(zip(ARM_CHAINS, ARMS, strict=True)):
            if not all(bone in placed for bone in bones):
                continue
            made, unit = ribbon(pose_183, placed, chain, 1.0, sides_2), placed[bones[0]].unit
            assert made is not None  # all its bones are placed
            arm_hw = made_Ahw[CLASSES + side]
            ends_2N = valleys(made.line_N, arm_hw, unit, sides_2)
            ends_2N[:, : made.root] = THICK[1]
            below = ends_2N[:, made.of_bone(1)]
            for ends_n in below:  # from its elbow on, where both are still one
                if len(told := (ends_n < THICK[1]).nonzero()):
                    ends_n[: int(told[0])] = ends_n[int(told[0])]
            if (ends_2N == THICK[1]).all():
                continue
            where = place_of(here_hw, made.line_N)
            past_hw = ramp(where.aside.abs() / unit - where.beside(ends_2N), -_EDGE, _EDGE) * cloth_hw
            past_hw *= where.beside((ends_2N < THICK[1]).float())
            arm_hw.copy_(torch.lerp(arm_hw, arm_hw.clamp(max=_NONE), past_hw))
    return made_BAhw


def valleys(line_N: Tensor, arm_hw: Tensor, unit: float, sides_2: Tensor) -> Tensor:
    """How far to either side of the points of a line, in units, an arm ends at a valley of its log odds
    [2, N]; as far as limbs reach where it does not."""
    aside_A = torch.linspace(0.0, 1.0, _POINTS, device=line_N.device) * THICK[1]
    point_2NA = across(line_N, aside_A * unit)
    odds_2NA = sampled(arm_hw[None], point_2NA.flatten(0, 1), sides_2)[0].view(point_2NA.shape)
    # Beside a bend a way aside comes to what is beside another part of the arm, and ends there.
    where = place_of(point_2NA.flatten(0, 1), line_N)
    along_2NA = (where.piece + where.part).view(point_2NA.shape)
    number_N1 = torch.arange(len(line_N), device=line_N.device)[:, None]
    own_2NA = ((along_2NA - number_N1).abs() < _OWN).int().cummin(2).values
    odds_NS, own_NS = (torch.cat([each[1].flip(1), each[0][:, 1:]], 1) for each in (odds_2NA, own_2NA))
    aside_S = torch.cat([-aside_A.flip(0), aside_A[1:]])
    crest_N1, top_N1 = odds_NS.masked_fill(aside_S.abs() > _CREST, -torch.inf).max(1, keepdim=True)
    number_S, ends = torch.arange(len(aside_S), device=line_N.device), []
    for sign in (1, -1):
        out_NS = odds_NS.masked_fill(sign * (number_S - top_N1) < 0, torch.inf)
        outs = out_NS, aside_S, own_NS
        out_NS, far_S, mine_NS = outs if sign > 0 else (out_NS.flip(1), -aside_S.flip(0), own_NS.flip(1))
        least_NS, place_NS = out_NS.cummin(1)
        rises_NS = (out_NS - least_NS > _RISES) & (out_NS > _ARM) & out_NS.isfinite() & (mine_NS > 0)
        rises_NS &= (crest_N1 - least_NS > _FALLS) & (crest_N1 > _ARM)
        first_N1 = rises_NS.int().argmax(1, keepdim=True)
        valley_N = far_S[place_NS.gather(1, first_N1)[:, 0]]
        told_N = rises_NS.any(1)
        told_N &= F.avg_pool1d(told_N[None].float(), 3, 1, 1)[0] > _ALONE
        valley_N = valley_N.masked_fill(~told_N, THICK[1])
        nearest_N = -F.max_pool1d(-valley_N[None], _AROUND, 1, _AROUND // 2)[0]
        ends.append(nearest_N.maximum(sign * aside_S[top_N1[:, 0]]).clamp(0.0, THICK[1]))
    return torch.stack(ends)
