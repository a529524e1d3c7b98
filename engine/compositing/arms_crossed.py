"""Arms that are crossed in the photo. The parsing network confuses them; their bones tell them apart.

Where two arms lie on each other, hands are before forearms and forearms before upper arms: nobody's elbow is
before the hand that holds it. Of two forearms the one before the other is that which the network sees there.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from engine.compositing.arms_joined import breadths
from engine.compositing.fields import ramp, size_of
from engine.compositing.hands_seen import with_hands_found
from engine.compositing.limb_bones import (
    ARM_CHAINS,
    ARM_JOINTS,
    ARMS,
    HAND,
    Segment,
    forearms_cross,
    off,
    positions,
    segments,
)
from engine.compositing.ribbons import place_of, ribbon
from engine.pose import skeleton as sk

_BROAD = 0.12, 0.3  # units, half as broad is an arm at least and at most
_FORE, _WRIST, _BROAD_HAND = 0.9, 0.65, 1.3  # of that, a forearm at its elbow, at its wrist, and a hand
_RIM = -0.02, 0.06  # units beyond its breadth, up to which an arm is surely, and at most
_BESIDE = 0.3, 0.4  # units from its bones, up to which what is seen of arms is surely one's, and at most
_WORN = 0.3, 0.7  # how likely an arm may be there, bare or sleeved: from the first on, at the second surely
_HIDDEN = 0.16  # of a hand, less than which is bare of one that is hidden: .12; of others .2 to .8
_FOUND = 0.5  # of a px, that a hand which was found has of one
_UPPER, _FOREARM, _OUT = 0.0, 1.0, 2.0  # parts of an arm, the later before the earlier


class _Arm(NamedTuple):
    """0 to 1: how far px are within it [H, W]; which part of it they are, and how far from its bones, in
    units, infinite beyond its wrist, [H, W] each."""

    inside: Tensor
    part: Tensor
    far: Tensor


def uncrossed(
    arms_B2HW: Tensor, hands_B2HW: Tensor, bare_B1HW: Tensor, worn_B1HW: Tensor, pose_B183: Tensor
) -> Tensor:
    """Mattes of arms, 0 to 1; of those that are crossed by their bones.

    hands: of those that a landmarker sees, as of `hands_seen.hand_mattes`. bare, worn: how likely bare arms
    are seen, and these or sleeves. pose: the photo's own, as `moving_least_squares.normalised_pose` gives it.
    """
    size = size_of(arms_B2HW)
    sides_2 = pose_B183.new_tensor((size[1] / size[0], 1.0))
    here_HW = positions(size, sides_2)
    mattes_B2HW = arms_B2HW.clone()
    each = zip(pose_B183.float(), mattes_B2HW, hands_B2HW, bare_B1HW[:, 0], worn_B1HW[:, 0], strict=True)
    for pose_183, mattes_2HW, hands_2HW, bare_HW, worn_HW in each:
        placed = segments(pose_183, sides_2)
        if not all(bone in placed for arm in ARMS for bone in arm):
            continue
        if (pose_183[ARM_JOINTS, 2] == sk.GUESSED).any():
            continue  # an arm that is not seen may be behind the back
        if not forearms_cross(placed[ARMS[0][1]], placed[ARMS[1][1]]):
            continue
        found = [bool((hand_HW > _FOUND).any()) for hand_HW in hands_2HW]
        right, left = (
            _arm(side, pose_183, placed, mattes_2HW[side], found[side], bare_HW, here_HW, sides_2)
            for side in range(2)
        )
        met_HW = right.inside * left.inside * (right.part == left.part) * (right.part == _FOREARM)
        ahead = bool((met_HW * (mattes_2HW[0] - mattes_2HW[1])).sum() > 0)
        if found[0] != found[1]:
            ahead = found[0]  # the other hand is tucked in
        before_HW = (right.part > left.part) | (right.part == left.part) & ahead
        hers_HW = ramp(worn_HW, *_WORN)
        likely_HW, nearer_HW = mattes_2HW.amax(0), right.far <= left.far
        mattes_2HW[0] = right.inside * (1.0 - left.inside * ~before_HW)
        mattes_2HW[1] = left.inside * (1.0 - right.inside * before_HW)
        # What is seen of arms beside both is the nearer one's: joints may lie far from an elbow's outside.
        beside_HW = (likely_HW - mattes_2HW.sum(0)).clamp_min(0.0)
        beside_HW *= 1.0 - ramp(right.far.minimum(left.far), *_BESIDE)
        mattes_2HW += beside_HW * torch.stack([nearer_HW, ~nearer_HW])
        mattes_2HW *= hers_HW
        mattes_2HW[:] = with_hands_found(mattes_2HW[None], hands_2HW[None])[0]
    return mattes_B2HW


def _arm(
    side: int,
    pose_183: Tensor,
    placed: dict[int, Segment],
    arm_HW: Tensor,
    found: bool,
    bare_HW: Tensor,
    here_HW: Tensor,
    sides_2: Tensor,
) -> _Arm:
    made = ribbon(pose_183, placed, ARM_CHAINS[side], 1.0, sides_2)
    assert made is not None
    upper, forearm = (placed[bone] for bone in ARMS[side])
    # Above the elbow no other arm lies on it for long.
    broad_N = breadths(made.line_N, upper.unit, arm_HW, sides_2).sum(0)[made.root : made.joints[1]]
    broad = min(max(float(broad_N.median()) / 2, _BROAD[0]), _BROAD[1])
    where = place_of(here_HW, made.line_N)
    piece_HW = where.piece + where.part
    part_HW = torch.full_like(piece_HW, _UPPER)
    part_HW[piece_HW >= made.joints[1]] = _FOREARM
    last = made.joints[-1]
    part_HW[piece_HW >= last] = _OUT
    reach = HAND * abs(forearm.step) / float(made.line_N[-2:].diff().abs())
    there_HW = (piece_HW < last + min(reach, 1.0)) & ~where.beyond & (piece_HW >= made.root)
    half_HW = broad * torch.tensor([1.0, _FORE, _BROAD_HAND], device=part_HW.device)[part_HW.long()]
    towards_wrist_HW = ((piece_HW - made.joints[1]) / (last - made.joints[1])).clamp(0.0, 1.0)
    half_HW = torch.where(part_HW == _FOREARM, half_HW - broad * (_FORE - _WRIST) * towards_wrist_HW, half_HW)
    inside_HW = (1.0 - ramp(where.aside.abs() / upper.unit - half_HW, *_RIM)) * there_HW
    hand_HW = inside_HW * (part_HW == _OUT)
    seen = float((hand_HW * bare_HW).sum() / hand_HW.sum().clamp_min(1e-6))
    if found or seen < _HIDDEN:
        inside_HW = inside_HW - hand_HW  # it is where it was found, or behind the other arm
    far_HW = off(upper, here_HW, 0.0).minimum(off(forearm, here_HW, 0.0))
    return _Arm(inside_HW, part_HW, far_HW.masked_fill(part_HW == _OUT, torch.inf))
