"""Skirts, dresses and long coats over thighs that are pulled: a sheet of cloth between both legs.

Around a thigh that goes elsewhere the cloth goes along, over one that stays it stays, and between them it is
stretched; past a knee it hangs, or goes with the shank where it is as long as that. As `cloth_meshes` tells
it, forwards, it stays in one piece.
"""

from __future__ import annotations

from cmath import phase, rect
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from engine.compositing.cloth_meshes import looked_up, mesh_over
from engine.compositing.cut_outs import Poses
from engine.compositing.fields import highest, nearest_known, odd_side, ramp, ramp_at, size_of
from engine.compositing.limb_bones import BONES, HIPS, Segment, joints, sampled, segments
from engine.compositing.limbs_elsewhere import Elsewhere, Trunk
from engine.ops.resample import enlarged
from engine.regions import REGIONS

_SKIRT = REGIONS.index("dress or skirt")
_NOBODY = REGIONS.index("background")
_THIGHS = [[number for number, bone in enumerate(BONES) if bone.chain == chain] for chain in (0, 1)]


class Draped(NamedTuple):
    """cloth: 0 to 1 [h, w], in the photo, how far it hangs there. before: complex [H, W], where what of it is
    here was; there: 0 to 1 [H, W], whether any is. part: 0 to 1, how far it is shown."""

    cloth_hw: Tensor
    before_HW: Tensor
    there_HW: Tensor
    parts: dict[int, float]

    @property
    def part(self) -> float:
        return max(self.parts.values())


def drape(
    poses: Poses,
    shown: Sequence[Elsewhere],
    trunk: Trunk,
    seen_8hw: Tensor,
    on_HW: Tensor,
) -> Draped | None:
    own, now = segments(poses.own_183, poses.sides_2), segments(poses.now_183, poses.sides_2)
    legs = [
        [(own[number], now[number]) for number in numbers if number in own and number in now]
        for numbers in _THIGHS
    ]
    if not all(legs) or any(numbers[0] not in own or numbers[0] not in now for numbers in _THIGHS):
        return None
    parts = {
        chain: ramp_at(
            abs(bones[0][1].end - bones[0][0].end - (bones[0][1].begin - bones[0][0].begin)), 0.006, 0.02
        )
        for chain, bones in enumerate(legs)
    }
    part = max(parts.values())
    if part == 0:
        return None
    share_hw = seen_8hw[_SKIRT] / (1.0 - seen_8hw[_NOBODY]).clamp_min(0.1)
    _, number_hw = nearest_known((seen_8hw[_NOBODY] < 0.5).numpy())
    share_hw = share_hw.flatten()[torch.from_numpy(number_hw)]
    size = size_of(on_HW)
    cloth_HW = ramp(enlarged(share_hw[None, None], size)[0, 0], 0.35, 0.6)
    near_HW = highest(cloth_HW[None, None], odd_side(15, size[0]))[0, 0]
    cloth_HW = cloth_HW.maximum(on_HW * near_HW)
    hips = sum(joints(poses.own_183, poses.sides_2)[joint] for joint in HIPS) / len(HIPS)
    unit = legs[0][0][0].unit
    mask_HW = (cloth_HW > 0.05).numpy()
    if not mask_HW.any():
        return None
    rows, columns = size
    mesh = mesh_over(mask_HW)
    place_V = ((mesh.corners[:, 0] + 0.5) / columns * 2 - 1) * columns / rows + 1j * (
        (mesh.corners[:, 1] + 0.5) / rows * 2 - 1
    )
    moved_V = _moved(place_V, legs, trunk, unit, hips)
    moved_V2 = np.stack(
        [
            (moved_V.real * rows / columns + 1) / 2 * columns - 0.5,
            (moved_V.imag + 1) / 2 * rows - 0.5,
        ],
        -1,
    )
    place_HW2, there_HW = looked_up(mesh, moved_V2, size)
    if not there_HW.any():
        return None
    _, number_HW = nearest_known(there_HW)
    place_HW2 = place_HW2.reshape(-1, 2)[number_HW]
    before_HW = ((place_HW2[..., 0] + 0.5) / columns * 2 - 1) * columns / rows + 1j * (
        (place_HW2[..., 1] + 0.5) / rows * 2 - 1
    )
    return Draped(
        cloth_HW,
        torch.from_numpy(before_HW).to(torch.complex64),
        torch.from_numpy(there_HW).float(),
        parts,
    )


def _moved(place_V, legs, trunk, unit, hips):
    scale = abs(trunk.turn)
    ways, axes = [], []
    for bones in legs:
        (then, now), rest = bones[0], bones[1:]
        z_V = (place_V - then.begin) / then.step
        length, broad = abs(now.step) / abs(then.step), scale
        out = 1.0 if ((then.begin - hips) / then.step).imag > 0 else -1.0
        lifted = out * phase(now.step / then.step)
        beyond_V = np.clip(out * z_V.imag - 0.2, 0, None)
        z_V = z_V - 1j * out * beyond_V * (1.0 - max(0.0, np.cos(max(0.0, lifted))))
        thigh_V = now.begin + now.step / abs(now.step) * abs(then.step) * (
            z_V.real * length + 1j * z_V.imag * broad
        )
        turn = scale
        off_V = place_V - then.end
        if rest:
            below_then, below_now = rest[0]
            reach = max(
                0.0, float((((place_V - below_then.begin) / below_then.step).real).max())
            )
            turn = rect(scale, np.interp(reach, [0.3, 0.8], [0, 1]) * phase(below_now.step / below_then.step))
        shank_V = now.end + off_V * turn
        past_V = np.clip((z_V.real - 0.8) / 0.4, 0, 1)
        past_V = past_V**2 * (3 - 2 * past_V)
        ways.append(thigh_V + past_V * (shank_V - thigh_V))
        t_V = np.clip((place_V.imag - then.begin.imag) / (then.end.imag - then.begin.imag), 0, 1)
        axes.append(then.begin.real + t_V * (then.end.real - then.begin.real))
    gap_V = axes[1] - axes[0]
    side_V = np.clip((place_V.real - axes[0]) / np.where(np.abs(gap_V) < 0.05, 0.05, gap_V), 0, 1)
    side_V = np.clip((side_V - 0.2) / 0.6, 0, 1)
    legs_V = ways[0] + side_V * (ways[1] - ways[0])
    trunk_V = trunk.now + (place_V - trunk.then) * trunk.turn
    down_V = np.clip((place_V.imag - hips.imag) / unit / 0.4, 0, 1)
    down_V = down_V**2 * (3 - 2 * down_V)
    return trunk_V + down_V * (legs_V - trunk_V)
