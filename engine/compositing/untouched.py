"""Where a pose leaves a photo alone: far from every bone that is elsewhere, the picture is the photo.

An engine that is shown another pose draws all of it anew: for an arm that is lifted another face, a hole
between the legs, a bag of other colours. Nobody asked for that. Where a trunk is elsewhere, all is.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.compositing.fields import ramp_at
from engine.compositing.limb_bones import (
    BONES,
    HIPS,
    STILL,
    STIRS,
    Segment,
    along_each,
    homogeneous,
    joints,
    moved,
    off_each,
    positions,
)
from engine.compositing.under_arms import with_rims
from engine.pose import skeleton as sk

# Units from a bone that is elsewhere, up to which its limb is seen, in its sleeve or skirt; from one of no
# limb likewise a head with its hair, and a shoulder.
_LIMB, _OTHER = (0.5, 0.65), (1.5, 1.8)
_OF_JOINTS = {(bone.begin, bone.end): bone for bone in BONES}
_KINDS = [(limb, _OF_JOINTS.get(limb)) for limb in sk.LIMBS]  # and its bone, if it is of an arm or a leg
_TRUNK = [sk.NECK, *HIPS]


@torch.no_grad()
def untouched(pose_B183: Tensor, own_pose_B183: Tensor, limbs_B4HW: Tensor, size: tuple[int, int]) -> Tensor:
    """0 to 1 [B, 1, h, w]: where nothing is that is elsewhere in the pose, or was; everywhere in the photo's
    own pose.

    Poses as `moving_least_squares.normalised_pose` gives them; limbs: as of `limb_mattes.limb_mattes`.
    """
    sides_2 = pose_B183.new_tensor((size[1] / size[0], 1.0))
    here_3hw = homogeneous(positions(size, sides_2))
    both = zip(pose_B183, own_pose_B183, limbs_B4HW, strict=True)
    return torch.stack([_of_one(now, own, limbs, here_3hw, sides_2) for now, own, limbs in both])[:, None]


def _of_one(now_183: Tensor, own_183: Tensor, limbs_4HW: Tensor, here_3hw: Tensor, sides_2: Tensor) -> Tensor:
    point_18, own_18 = (joints(pose_183, sides_2) for pose_183 in (now_183, own_183))
    state_18, own_state_18 = now_183[:, 2].tolist(), own_183[:, 2].tolist()
    far_18 = moved(now_183, own_183, sides_2)
    moved_18 = [far > STILL for far in far_18]
    if not any(moved_18):
        return torch.ones_like(here_3hw[0])
    trunk_still = 1.0 - ramp_at(max(far_18[joint] for joint in _TRUNK), *STIRS)
    if trunk_still == 0:
        return torch.zeros_like(here_3hw[0])
    units = {False: 0.0, True: 0.0}  # the longest bone of legs and arms that the photo has
    for bone in BONES:
        if own_state_18[bone.begin] > 0 and own_state_18[bone.end] > 0:
            length = abs(own_18[bone.end] - own_18[bone.begin])
            units[bone.of_arm] = max(units[bone.of_arm], length)
    unit = max(units.values())
    away: list[Segment] = []
    beyond, reaches, chains = [], [], set()
    for (begin, end), limb in _KINDS:
        if not (moved_18[begin] or moved_18[end]):
            continue
        of_it = unit if limb is None else units[limb.of_arm]
        for places, states in ((own_18, own_state_18), (point_18, state_18)):
            if states[begin] > 0 and states[end] > 0:
                away.append(Segment(places[begin], places[end], max(of_it, 1e-6)))
                beyond.append(0.0 if limb is None else limb.beyond)
                reaches.append(_OTHER if limb is None else _LIMB)
        if limb is not None:
            chains.add(limb.chain)
    if not away or unit == 0:
        return torch.zeros_like(here_3hw[0])
    far_Nhw = off_each(away, along_each(away, here_3hw), beyond)
    near_N11, free_N11 = far_Nhw.new_tensor(reaches).t()[:, :, None, None]
    still_hw = ((far_Nhw - near_N11) / (free_N11 - near_N11)).clamp(0.0, 1.0).amin(0) * trunk_still
    if not chains:
        return still_hw
    moved_HW = limbs_4HW[sorted(chains)].amax(0)
    moved_11hw = with_rims(F.adaptive_max_pool2d(moved_HW[None, None], still_hw.shape))
    return still_hw * (1.0 - moved_11hw[0, 0])
