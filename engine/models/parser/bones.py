"""The bones of a pose as planes, for a network that is told where joints are."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from engine.pose.skeleton import ABSENT, LIMBS

BONES = len(LIMBS)
_REACH = 4.0  # cells from a bone over which its plane falls to 1/e


def bone_planes(joints_BJ3: Tensor, size: Sequence[int], cells: Sequence[int]) -> Tensor:
    """float32 [B, 17, h, w]: how near each cell's middle is to each bone of `LIMBS`, 1 on it, exp(-d / 4) d
    cells away, 0 everywhere where an end is absent.

    joints_BJ3: x, y in px of a picture of `size` (H, W), state. cells: (h, w), how many the picture has.
    """
    scale_2 = joints_BJ3.new_tensor((cells[1] / size[1], cells[0] / size[0]), dtype=torch.float32)
    ends_L2 = torch.tensor(LIMBS, device=joints_BJ3.device)
    xy_BL22 = (joints_BJ3[..., :2].float() * scale_2)[:, ends_L2]
    there_BL = (joints_BJ3[..., 2] > ABSENT)[:, ends_L2].all(2)
    row_h, column_w = (torch.arange(count, device=joints_BJ3.device) + 0.5 for count in cells)
    place_hw2 = torch.stack(torch.meshgrid(row_h, column_w, indexing="ij")[::-1], 2)
    start_BL112, along_BL112 = (
        xy_BL22[:, :, None, None, 0],
        (xy_BL22[:, :, 1] - xy_BL22[:, :, 0])[:, :, None, None],
    )
    from_start_BLhw2 = place_hw2 - start_BL112
    length_BL11 = along_BL112.square().sum(-1).clamp_min(1e-9)
    share_BLhw = ((from_start_BLhw2 * along_BL112).sum(-1) / length_BL11).clamp(0, 1)
    distance_BLhw = (from_start_BLhw2 - share_BLhw[..., None] * along_BL112).norm(dim=-1)
    return (-distance_BLhw / _REACH).exp() * there_BL[..., None, None]
