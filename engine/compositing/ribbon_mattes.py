"""Which pixels of a photo are of which limb's ribbon, from inside the trunk to its fingers or toes.

Where a sleeve lies on its shirt no class ends: there a limb is as broad to that side as to the other.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.compositing.atlas import CLASSES, centres
from engine.compositing.fields import ramp
from engine.compositing.limb_bones import BONES, Segment, as_complex, not_short, sampled, segments
from engine.compositing.limb_mattes import THICK
from engine.compositing.ribbons import _CORNER, Along, Ribbon, along, ribbon
from engine.ops.resample import running_mean
from engine.regions import REGIONS

CHAINS = [[number for number, bone in enumerate(BONES) if bone.chain == chain] for chain in range(4)]
_SLEEVED = 0.3, 0.7  # of what is on the line, how much is a garment: from the first on, at the second surely
_ARMS = REGIONS.index("arms")
_ACROSS = 24  # points to either side that a limb's breadth is told by
_MARGIN = 0.02, 0.08  # units beyond that breadth, up to which what counts as the limb is surely, and at most, its
_APART = -0.04, 0.04  # how much nearer a pixel of two limbs is to its own
_SURE = 0.3, 0.7  # how likely a pixel is of the limb: from the first on, at the second surely
_SMOOTH = 5  # points of the line over which a breadth is the mean


@torch.no_grad()
def ribbon_mattes(pose_B183: Tensor, seen_B11hw: Tensor, size: tuple[int, int]) -> Tensor:
    """0 to 1 [B, 4, H, W]: right and left leg, right and left arm.

    pose: the photo's own, as `moving_least_squares.normalised_pose` gives it. seen: its surface map.
    """
    class_B8HW = F.interpolate(seen_B11hw[:, :CLASSES].float().softmax(1), size, mode="bilinear")
    class_B8HW = running_mean(class_B8HW, 3)  # no stairs
    sides_2 = pose_B183.new_tensor((size[1] / size[0], 1.0))
    here_HW = as_complex(centres(size, pose_B183.device).movedim(0, -1) * sides_2)
    both = zip(pose_B183.float(), class_B8HW, strict=True)
    return torch.stack([_of_one(pose_183, class_8HW, here_HW, sides_2) for pose_183, class_8HW in both])


def own_ribbon(
    pose_183: Tensor, placed: dict[int, Segment], chain: int, scale: Tensor | float, sides_2: Tensor
) -> Ribbon | None:
    """A limb's, of the bones that are placed; scale: of what is beyond its end."""
    numbers = [number for number in CHAINS[chain] if number in placed]
    if not numbers:
        return None
    last = placed[numbers[-1]]
    return ribbon(pose_183, placed, numbers, BONES[numbers[-1]].beyond * scale * last.unit, sides_2)


def _of_one(pose_183: Tensor, class_8HW: Tensor, here_HW: Tensor, sides_2: Tensor) -> Tensor:
    placed = segments(pose_183, sides_2)
    ribbons = {
        chain: made
        for chain in range(len(CHAINS))
        if (made := own_ribbon(pose_183, placed, chain, 1.0, sides_2)) is not None
    }
    where = {chain: along(made.line_N, here_HW) for chain, made in ribbons.items()}
    mattes_4HW = class_8HW.new_zeros(len(CHAINS), *here_HW.shape)
    for chain, made in ribbons.items():
        numbers = [number for number in CHAINS[chain] if number in placed]
        bone, unit = BONES[numbers[0]], placed[numbers[0]].unit
        bare_HW, cloth_HW = class_8HW[bone.bare], class_8HW[list(bone.garments)].sum(0)
        if not bone.of_arm:
            bare_HW = bare_HW + class_8HW[_ARMS]  # a hand that lies on it
        bare_N, cloth_N = sampled(torch.stack([bare_HW, cloth_HW]), made.line_N[None], sides_2)[:, 0]
        bare_N[: made.joints[0]], cloth_N[: made.joints[0]] = bare_N[made.joints[0]], cloth_N[made.joints[0]]
        worn_N = ramp(cloth_N / (bare_N + cloth_N).clamp_min(1e-3), *_SLEEVED)
        limb_HW = (bare_HW + where[chain].of(worn_N) * cloth_HW).clamp(max=1.0)
        limb_HW = limb_HW * _as_broad(made, where[chain], limb_HW, unit, sides_2)
        facing = where.get(chain ^ 1)
        if facing is not None:
            limb_HW = limb_HW * ramp((facing.aside.abs() - where[chain].aside.abs()) / unit, *_APART)
        mattes_4HW[chain] = ramp(limb_HW, *_SURE).masked_fill(where[chain].beyond, 0.0)
    return mattes_4HW


def _as_broad(made: Ribbon, where: Along, limb_HW: Tensor, unit: Tensor, sides_2: Tensor) -> Tensor:
    """0 to 1 [H, W]: within the breadth that a limb has there, to either side."""
    step_N = not_short(made.line_N.diff())
    step_N = torch.cat([step_N, step_N[-1:]])
    aside_A = torch.linspace(0.0, 1.0, _ACROSS, device=limb_HW.device) * THICK[1] * unit
    breadths = []
    for side in (1j, -1j):
        point_NA = made.line_N[:, None] + side * (step_N / step_N.abs())[:, None] * aside_A
        seen_NA = (sampled(limb_HW[None], point_NA, sides_2)[0] > 0.5).float()
        breadths.append(seen_NA.cummin(1).values.mean(1))
    one_N, other_N = breadths
    first, last = made.joints[0] + _CORNER // 2, made.joints[-1]
    sides = []
    for mine_N, theirs_N in ((one_N, other_N), (other_N, one_N)):
        # What does not end is told by the other side.
        endless_N = mine_N > 0.95
        breadth_N = torch.where(endless_N, theirs_N.clamp(max=THICK[0] / THICK[1]) - _MARGIN[1] / THICK[1], mine_N)
        breadth_N = torch.cat([breadth_N[first].expand(first), breadth_N[first:]])
        padded = F.pad(breadth_N[None, None], (_SMOOTH // 2, _SMOOTH // 2), mode="replicate")
        breadth_N = F.avg_pool1d(padded, _SMOOTH, 1)[0, 0]
        breadth_N[last:] = 1.0  # hands and feet are of any shape
        sides.append(breadth_N * THICK[1] * unit)
    broad_HW = torch.where(where.aside > 0, where.of(sides[0]), where.of(sides[1]))
    return 1.0 - ramp((where.aside.abs() - broad_HW) / unit, *_MARGIN)
