"""Which pixels of a photo are of which limb's ribbon, to its fingers or toes.

Arms the parsing network tells (`arms_seen`); legs are told by classes and joints. Where two garments meet no
class ends: there a leg is as broad to that side as to the other.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.compositing.atlas import CLASSES
from engine.compositing.feet_apart import feet, off_foot, toes_of
from engine.compositing.fields import between_known, highest, ramp, size_of
from engine.compositing.limb_bones import (
    ARM_CHAINS,
    ARMS,
    BONES,
    LEGS,
    LimbBone,
    forearms_cross,
    not_short,
    positions,
    sampled,
    segments,
)
from engine.compositing.ribbons import (
    BONES_OF_LIMB,
    Place,
    Ribbon,
    at_points,
    in_crook,
    inner_side,
    place_of,
    ribbon,
)
from engine.cv import cv2
from engine.ops.resample import running_mean
from engine.regions import REGIONS

# Of the longest bone of its kind, how far from its bones a limb reaches: to the first surely, to the second
# at most.
THICK = 0.34, 0.44
_WORN = 0.3, 0.7  # of what is on the line, how much is a garment: from the first on, at the second surely
_ARMS, _LEGS, _TOP = (REGIONS.index(name) for name in ("arms", "legs", "upper clothes"))
_BESIDE = 0.12  # units from a line, up to which a limb that lies beside it is its
_ACROSS = 24  # points to either side that a limb's breadth is told by
# Units beyond that breadth, up to which what counts as the limb is surely, and at most, its.
_MARGIN = 0.02, 0.08
_BARED = 0.1, 0.4  # how much surer than of clothes it is that an arm is bare: from the first on, surely
_OUTER = 0.1  # units from its line, well within an arm
_HANGS = 0.2, 0.5  # likewise, than of skin, that beside it are clothes
_PART = 0.1  # of a matte, from which on it hangs together
_APART = -0.04, 0.04  # how much nearer a pixel of two limbs is to its own
_SURE = 0.3, 0.7  # how likely a pixel is of the limb: from the first on, at the second surely
_ON_IT = 0.12, 0.17  # units from a leg's line, up to which what lies on it hides it
_SMOOTH = 5  # points of the line over which a breadth is the mean


@torch.no_grad()
def limb_mattes(
    pose_B183: Tensor, seen_B11hw: Tensor, arms_B2HW: Tensor, toes: Sequence[Tensor | None] | None = None
) -> Tensor:
    """0 to 1 [B, 4, H, W]: right and left leg, right and left arm.

    pose: the photo's own, as `moving_least_squares.normalised_pose` gives it. seen: its surface map. arms: as
    of `arms_seen.ArmsSeen.mattes`. toes: [2, 3] each, as poses, where they were seen.
    """
    size = size_of(arms_B2HW)
    class_B8HW = F.interpolate(seen_B11hw[:, :CLASSES].float().softmax(1), size, mode="bilinear")
    class_B8HW = running_mean(class_B8HW, 3)  # no stairs
    sides_2 = pose_B183.new_tensor((size[1] / size[0], 1.0))
    here_HW = positions(size, sides_2)
    toes = [None] * len(pose_B183) if toes is None else toes
    each = zip(pose_B183.float(), class_B8HW, arms_B2HW, toes, strict=True)
    return torch.stack([_of_one(*one, here_HW, sides_2) for one in each])


def _of_one(
    pose_183: Tensor,
    class_8HW: Tensor,
    arms_2HW: Tensor,
    toes_23: Tensor | None,
    here_HW: Tensor,
    sides_2: Tensor,
) -> Tensor:
    placed = segments(pose_183, sides_2)
    ribbons = {
        limb: made
        for limb in range(len(BONES_OF_LIMB))
        if (made := ribbon(pose_183, placed, limb, 1.0, sides_2)) is not None
    }
    where = {limb: place_of(here_HW, made.line_N) for limb, made in ribbons.items()}
    crossed = all(bone in placed for _, bone in ARMS) and forearms_cross(*(placed[bone] for _, bone in ARMS))
    shanks = [placed[numbers[-1]] for numbers in LEGS if numbers[-1] in placed]
    pointing = []
    if len(shanks) == 2:
        toes = toes_of(toes_23, sides_2)
        pointing = feet((shanks[0], shanks[1]), class_8HW[_LEGS], here_HW, sides_2, toes)
    mattes_4HW = class_8HW.new_zeros(len(BONES_OF_LIMB), *here_HW.shape)
    for limb, made in ribbons.items():
        numbers = [number for number in BONES_OF_LIMB[limb] if number in placed]
        bone, unit = BONES[numbers[0]], placed[numbers[0]].unit
        if limb in ARM_CHAINS:
            arm_HW = arms_2HW[ARM_CHAINS.index(limb)]
            arm_HW = arm_HW * (1.0 - _hangs_beside(made, where[limb], class_8HW, bone, unit, sides_2))
            if bone.upper:
                shoulder_HW = _shoulder(made, where[limb], arm_HW, class_8HW, bone, unit, sides_2)
                arm_HW = arm_HW.maximum(shoulder_HW * (1.0 - arms_2HW[1 - ARM_CHAINS.index(limb)]))
            near_HW = (where[limb].aside.abs() < _BESIDE * unit) & ~where[limb].beyond
            arm_HW = arm_HW.masked_fill(where[limb].beyond, 0.0)
            # The other one that lies across an arm leaves it in pieces.
            over_HW = arms_2HW.amax(0) if crossed else arm_HW
            mattes_4HW[limb] = connected(arm_HW, near_HW, over_HW)
            continue
        bare_HW, cloth_HW = class_8HW[bone.bare], class_8HW[list(bone.garments)].sum(0)
        bare_N, cloth_N = sampled(torch.stack([bare_HW, cloth_HW]), made.line_N[None], sides_2)[:, 0]
        bare_N[: made.joints[0]], cloth_N[: made.joints[0]] = bare_N[made.joints[0]], cloth_N[made.joints[0]]
        worn_N = ramp(cloth_N / (bare_N + cloth_N).clamp_min(1e-3), *_WORN)
        hem = slice(made.joints[-1])  # of long trousers it is the ankle
        worn_N[hem] = F.max_pool1d(worn_N[None], 3, 1, 1)[0, hem]
        limb_HW = (bare_HW + where[limb].of(worn_N) * cloth_HW).clamp(max=1.0)
        top_N = sampled(class_8HW[_TOP][None], made.line_N[None], sides_2)[0, 0]
        limb_HW = limb_HW.maximum(where[limb].of(_to_hem(top_N, made)) * class_8HW[_TOP])
        # A hand that lies on a leg is no hole in it.
        on_it_HW = 1.0 - ramp(where[limb].aside.abs() / unit, *_ON_IT)
        limb_HW = limb_HW.maximum(class_8HW[_ARMS] * on_it_HW)
        limb_HW = limb_HW * _as_broad(made, where[limb], limb_HW, unit, sides_2)
        facing = where.get(limb ^ 1)
        if facing is not None:
            mine_HW, theirs_HW = where[limb].aside.abs(), facing.aside.abs()
            if pointing:
                on_foot_HW = (where[limb].piece >= made.joints[-1]) | (
                    facing.piece >= ribbons[limb ^ 1].joints[-1]
                )
                mine_HW = torch.where(on_foot_HW, off_foot(pointing[limb], here_HW), mine_HW)
                theirs_HW = torch.where(on_foot_HW, off_foot(pointing[limb ^ 1], here_HW), theirs_HW)
            limb_HW = limb_HW * ramp((theirs_HW - mine_HW) / unit, *_APART)
        out_of_trunk_HW = torch.where(where[limb].piece < made.root - 1, 0.0, 1.0) if bone.upper else 1.0
        mattes_4HW[limb] = out_of_trunk_HW * ramp(limb_HW, *_SURE).masked_fill(where[limb].beyond, 0.0)
    return mattes_4HW


def _to_hem(top_N: Tensor, made: Ribbon) -> Tensor:
    """0 or 1 [N]: down to where a top ends on a thigh's upper half. A coat that goes on is not a leg's."""
    run_N = (top_N[made.root :] > 0.5).float().cummin(0).values
    half = (made.joints[1] - made.root) // 2
    return F.pad(run_N * (1.0 - run_N[half]), (made.root, 0), value=0.0)


def connected(limb_HW: Tensor, near_HW: Tensor, over_HW: Tensor) -> Tensor:
    """A matte without what hangs together with nothing of it in some place, if anything of it is there: no
    arm is in two pieces, but for what is over it."""
    whole_HW = limb_HW.maximum(over_HW)
    piece_HW = torch.from_numpy(cv2.connectedComponents((whole_HW > _PART).cpu().numpy().astype(np.uint8))[1])
    piece_HW = piece_HW.to(limb_HW.device)
    pieces = piece_HW[near_HW & (limb_HW > _PART)].unique()
    pieces = pieces[pieces > 0]
    if not len(pieces):
        return limb_HW
    # The soft rim of a piece has no number of its own.
    hers_HW = highest(torch.isin(piece_HW, pieces).float()[None, None], 3)[0, 0]
    return limb_HW * hers_HW


def across(line_N: Tensor, aside_A: Tensor) -> Tensor:
    """Positions so far to the left and to the right of the points of a line, complex [2, N, A]."""
    step_N = not_short(line_N.diff())
    step_N = torch.cat([step_N, step_N[-1:]])
    side_211 = torch.tensor([1j, -1j], device=line_N.device)[:, None, None]
    return line_N[:, None] + side_211 * (step_N / step_N.abs())[:, None] * aside_A


def reach(line_N: Tensor, limb_HW: Tensor, unit: float, sides_2: Tensor) -> Tensor:
    """[2, N], 0 to 1: how much of the way that limbs reach at most a limb goes on, unbroken, to either side
    of the points of a line, or of a line near them: joints may lie a little beside a limb. In the crook of a
    folded limb, where another part of it begins, it goes on as above and below, or to the other side."""
    aside_A = torch.linspace(0.0, 1.0, _ACROSS, device=limb_HW.device) * THICK[1] * unit
    point_2NA = across(line_N, aside_A)
    seen_2NA = sampled(limb_HW[None], point_2NA.flatten(0, 1), sides_2)[0].view(point_2NA.shape) > 0.5
    before_2NA = ~seen_2NA.cummax(2).values
    beside_2N1 = before_2NA.float().mean(2, keepdim=True) * THICK[1] <= _BESIDE
    goes_on_2NA = (seen_2NA | before_2NA & beside_2N1).float().cummin(2).values
    crook_2NA = torch.stack([in_crook(at_points(line_N), each_NA, line_N, unit) for each_NA in point_2NA])
    own_2NA = ~crook_2NA.cummax(2).values
    reach_2N, folded_2N = (goes_on_2NA * own_2NA).mean(2), (goes_on_2NA * ~own_2NA).amax(2) > 0
    if not folded_2N.any() or folded_2N.all(1).any():
        return torch.where(folded_2N, reach_2N.maximum(reach_2N.flip(0)), reach_2N)
    return torch.stack([between_known(*each) for each in zip(reach_2N, ~folded_2N, strict=True)])


def _shoulder(
    made: Ribbon,
    where: Place,
    arm_HW: Tensor,
    class_8HW: Tensor,
    bone: LimbBone,
    unit: float,
    sides_2: Tensor,
) -> Tensor:
    """0 to 1 [H, W]: from the shoulder on to where an arm that is seen is itself, what is as broad as it is
    there: it is lifted out of its trunk as broad as it is, and not at a point. On the trunk's side that is a
    short sleeve's alone: a long one, or a bare arm, takes nothing of the chest along."""
    half, elbow, end = (made.root + made.joints[1]) // 2, made.joints[1], made.joints[-1]
    broad_2 = reach(made.line_N[half : elbow + 1], arm_HW, unit, sides_2).mean(1) * THICK[1]
    bare_HW, cloth_HW = class_8HW[bone.bare], class_8HW[list(bone.garments)].sum(0)
    bare_N, cloth_N = sampled(torch.stack([bare_HW, cloth_HW]), made.line_N[None], sides_2)[:, 0]
    worn, long = (
        ramp(cloth_N[part].sum() / (bare_N + cloth_N)[part].sum().clamp_min(1e-3), *_WORN)
        for part in (slice(made.root, half + 1), slice(elbow, (elbow + end) // 2 + 1))
    )
    broad_2[inner_side(made)] *= worn * (1.0 - long)
    broad_HW = torch.where(where.aside > 0, broad_2[0], broad_2[1]) * unit
    there_HW = (where.piece >= made.root - 1) & (where.piece < half) & (broad_HW > _MARGIN[1] * unit)
    shape_HW = (1.0 - ramp((where.aside.abs() - broad_HW) / unit, *_MARGIN)) * there_HW
    return shape_HW * ramp((bare_HW + worn * cloth_HW).clamp(max=1.0), *_SURE)


def _hangs_beside(
    made: Ribbon, where: Place, class_8HW: Tensor, bone: LimbBone, unit: float, sides_2: Tensor
) -> Tensor:
    """0 to 1 [H, W]: what is clothes beside a bare arm, down to its wrist: a cape that hangs behind it, or a
    dress before it. A sleeve is on the side away from the trunk too."""
    bare_HW, cloth_HW = class_8HW[bone.bare], class_8HW[list(bone.garments)].sum(0)
    outer_N = across(made.line_N, made.line_N.real.new_tensor([_OUTER * unit]))[1 - inner_side(made), :, 0]
    lines_2N = torch.stack([made.line_N, outer_N])
    more_N = sampled((bare_HW - cloth_HW)[None], lines_2N, sides_2)[0].amax(0)
    bared_N = -F.max_pool1d(-ramp(more_N, *_BARED)[None], 3, 1, 1)[0]  # not at a hem
    bared_N[made.joints[-1] :] = 0.0
    return where.of(bared_N) * ramp(cloth_HW - bare_HW, *_HANGS)


def _farther_on(value_N: Tensor, lacks_N: Tensor) -> Tensor:
    """At every place the next value that is not lacking; 0 where none is."""
    number_N = torch.arange(len(value_N), device=value_N.device).masked_fill(lacks_N, len(value_N))
    return F.pad(value_N, (0, 1))[number_N.flip(0).cummin(0).values.flip(0)]


def _as_broad(made: Ribbon, where: Place, limb_HW: Tensor, unit: float, sides_2: Tensor) -> Tensor:
    """0 to 1 [H, W]: within the breadth that a leg has there, to either side; a foot is as broad as limbs are
    at most."""
    one_N, other_N = reach(made.line_N, limb_HW, unit, sides_2)
    first, last = made.root, made.joints[-1]
    sides = []
    for mine_N, theirs_N in ((one_N, other_N), (other_N, one_N)):
        # What does not end is told by the other side, and by where it ends farther on.
        endless_N = mine_N > 0.95
        theirs_N = (theirs_N * THICK[1]).clamp(max=THICK[0]) - _MARGIN[1]
        theirs_N = theirs_N.maximum((_farther_on(mine_N, endless_N) * THICK[1]).clamp(max=THICK[0]))
        breadth_N = torch.where(endless_N, theirs_N, mine_N * THICK[1])
        breadth_N = torch.cat([breadth_N[first].expand(first), breadth_N[first:]])
        padded = F.pad(breadth_N[None, None], (_SMOOTH // 2, _SMOOTH // 2), mode="replicate")
        sides.append(F.avg_pool1d(padded, _SMOOTH, 1)[0, 0])
    breadth_2N = torch.stack(sides)
    breadth_2N[:, last:] = THICK[1]
    broad_HW = where.beside(breadth_2N) * unit
    return 1.0 - ramp((where.aside.abs() - broad_HW) / unit, *_MARGIN)
