"""Arms that are elsewhere now, with their hands: what the photo shows of them is not to stay where it was.

Engines forget hands, so at the hip they draw the same without a hand as they drew before, and the photo is
trusted there, hand and all. But whose hand it was says its arm.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.compositing.atlas import centres
from engine.compositing.detail import DetailSource
from engine.compositing.fields import ramp, size_of
from engine.compositing.own_pose import OwnPose
from engine.pose.skeleton import (
    LEFT_ELBOW,
    LEFT_HIP,
    LEFT_SHOULDER,
    LEFT_WRIST,
    NECK,
    RIGHT_ELBOW,
    RIGHT_HIP,
    RIGHT_SHOULDER,
    RIGHT_WRIST,
    SEEN,
)

_ARMS = (RIGHT_SHOULDER, RIGHT_ELBOW, RIGHT_WRIST), (LEFT_SHOULDER, LEFT_ELBOW, LEFT_WRIST)
_HAND = 0.45  # of the forearm, how far its hand reaches beyond the wrist
# Of the longest arm bone, how far from a bone an arm reaches in its sleeve: to the first surely, to the
# second at most. From the first to the second part of an upper arm the shoulder goes over into it.
_THICK, _SHOULDER = (0.25, 0.4), (0.15, 0.5)
_ELBOW = -0.15, 0.1  # likewise of what begins at a joint, into which that before it goes over
_CUT = 0.2, 0.28  # likewise, of what is cut out and moved
_TRUNK = [RIGHT_SHOULDER, LEFT_SHOULDER, NECK, RIGHT_HIP, LEFT_HIP]
_SIDE = 0.15  # of the trunk's length, how much the shoulders' distance may differ; seen from before it is .7
_MOVED = 0.03, 0.08  # of half the picture's height, less what its shoulder moved: an arm that is elsewhere
_STRETCHED = 0.25, 0.45  # log of how much longer or shorter a bone may become as a cut-out
_SLEEVED = 0.2, 0.5  # part of a bone that a sleeve covers: from the first on, at the second surely
_SURE = 0.3, 0.7  # how likely a pixel is of the arm: from the first on, at the second surely
_BEHIND = 0.3, 0.7  # how sure it is that nobody is there
_RETURNS = 0.08  # of half the picture's height, what is so far from where its arm takes it is not there


@torch.no_grad()
def gone_with_an_arm(pose_B183: Tensor, own_pose_B183: Tensor, before_B2hw: Tensor) -> Tensor:
    """How surely what a photo shows at `before` is of an arm that is elsewhere in the pose: 0 to 1,
    [B, 1, h, w], by the position that it would be shown at.

    Poses as `moving_least_squares.normalised_pose` gives them; before: x, y from -1 to 1 across the photo.
    """
    rows, columns = size_of(before_B2hw)
    sides_2 = before_B2hw.new_tensor((columns / rows, 1.0))
    here_hw = _complex(centres((rows, columns), before_B2hw.device).movedim(0, -1) * sides_2)
    gone = []
    for now_183, own_183, before_2hw in zip(pose_B183, own_pose_B183, before_B2hw, strict=True):
        bones = _bones(now_183, own_183, sides_2)
        before_hw = _complex(before_2hw.movedim(0, -1) * sides_2)
        gone.append(_gone(bones, before_hw, here_hw) if bones else torch.zeros_like(before_2hw[0]))
    return torch.stack(gone)[:, None]


class _Bone(NamedTuple):
    """Where it began and ended in the photo, and does now; whether it is an upper arm; how far its shoulder
    has moved. Complex numbers, as lengths in half the picture's height."""

    begin: Tensor
    end: Tensor
    now_begin: Tensor
    now_end: Tensor
    upper: bool
    with_trunk: Tensor


def _bones(now_183: Tensor, own_183: Tensor, sides_2: Tensor) -> list[_Bone]:
    """Upper arms, forearms and hands of both poses, as complex numbers."""
    now_18, own_18 = (_complex(pose_183[:, :2] * sides_2) for pose_183 in (now_183, own_183))
    there_18 = (now_183[:, 2] > 0) & (own_183[:, 2] > 0)
    bones = []
    for shoulder, elbow, wrist in _ARMS:
        with_trunk = (
            now_18[shoulder] - own_18[shoulder] if there_18[shoulder] else torch.zeros_like(now_18[0])
        )
        if there_18[shoulder] and there_18[elbow]:
            bones.append(
                _Bone(own_18[shoulder], own_18[elbow], now_18[shoulder], now_18[elbow], True, with_trunk)
            )
        if there_18[elbow] and there_18[wrist]:
            bones.append(_Bone(own_18[elbow], own_18[wrist], now_18[elbow], now_18[wrist], False, with_trunk))
            own, now = (pose[wrist] + _HAND * (pose[wrist] - pose[elbow]) for pose in (own_18, now_18))
            bones.append(_Bone(own_18[wrist], own, now_18[wrist], now, False, with_trunk))
    return bones


def _longest(bones: list[_Bone]) -> Tensor:
    """Of the photo's arm bones, what widths are measured by."""
    return torch.stack([(bone.end - bone.begin).abs() for bone in bones]).max().clamp_min(1e-6)


def _gone(bones: list[_Bone], before_hw: Tensor, here_hw: Tensor) -> Tensor:
    """[h, w], by the bone that is nearest to what is seen."""
    length = _longest(bones)
    far, gone = [], []
    for begin, end, now_begin, now_end, upper, _ in bones:
        along = end - begin
        along = torch.where(along.abs() < 1e-6, torch.full_like(along, 1e-6), along)
        place_hw = (before_hw - begin) / along
        part_hw = place_hw.real.clamp(0.0, 1.0)
        off_hw = (before_hw - begin - part_hw * along).abs() / length
        of_arm_hw = 1.0 - ramp(off_hw, *_THICK)
        if upper:
            of_arm_hw = of_arm_hw * ramp(part_hw, *_SHOULDER)
        amiss_hw = (now_begin + place_hw * (now_end - now_begin) - here_hw).abs()
        far.append(off_hw)
        gone.append(of_arm_hw * (1.0 - torch.exp(-(amiss_hw / _RETURNS).square())))
    nearest_1hw = torch.stack(far).argmin(0, keepdim=True)
    return torch.stack(gone).gather(0, nearest_1hw)[0]


@torch.no_grad()
def moved_forearms(pose_B183: Tensor, source: DetailSource, own: OwnPose) -> Tensor:
    """A layer (`layers`) of the forearms that are elsewhere in the pose: cut out of the photo, hands and all,
    and moved by their bones, which may turn and become longer or shorter by some.

    Upper arms, which turn in their sleeves and with the trunk, are the engine's; so are arms whose joints are
    not seen, as behind a back, and all of a person who shows another side.

    float32 [B, 4, H, W]. pose: as `moving_least_squares.normalised_pose` gives it.
    """
    size = size_of(source.photo)
    sides_2 = own.pose.new_tensor((size[1] / size[0], 1.0))
    layers = []
    for now_183, own_183, photo_PHW, worn_2HW in zip(
        pose_B183, own.pose, source.photo.float(), own.worn, strict=True
    ):
        layer_4HW = torch.zeros(4, *size, device=own.pose.device)
        seen_18 = (now_183[:, 2] == SEEN) & _same_side(now_183, own_183, sides_2)
        bones = _bones(torch.where(seen_18[:, None], now_183, torch.zeros_like(now_183)), own_183, sides_2)
        moved = [(bone, shown) for bone in bones if not bone.upper and (shown := _shown(bone)) > 0]
        if moved:  # at rest nothing of this is worth its time
            here_hw = _complex(centres(size, own.pose.device).movedim(0, -1) * sides_2)
            seen_6HW = torch.cat([photo_PHW[:3], photo_PHW[-1:], worn_2HW])
            length = _longest(bones)
        for bone, shown in moved:
            cut_4HW = shown * _cut_out(bone, length, seen_6HW, here_hw, sides_2)
            layer_4HW = cut_4HW + (1.0 - cut_4HW[:1]) * layer_4HW
        layers.append(layer_4HW)
    return torch.stack(layers)


def _same_side(now_183: Tensor, own_183: Tensor, sides_2: Tensor) -> Tensor:
    """Whether the trunk shows nearly the same side in both: shoulders as far apart, for its length, and on
    their sides."""
    if not ((now_183[_TRUNK, 2] > 0) & (own_183[_TRUNK, 2] > 0)).all():
        return torch.tensor(False, device=now_183.device)
    apart = []
    for pose_183 in (now_183, own_183):
        points_5 = _complex(pose_183[_TRUNK, :2] * sides_2)
        right, left, neck, right_hip, left_hip = points_5
        spine = (right_hip + left_hip) / 2 - neck
        apart.append(((left - right) / spine).imag)
    return (apart[0] - apart[1]).abs() < _SIDE


def _shown(bone: _Bone) -> Tensor:
    """Whether a bone is elsewhere than its trunk takes it, and not foreshortened beyond a cut-out's means."""
    begin, end, now_begin, now_end, _, with_trunk = bone
    ratio = (now_end - now_begin).abs() / (end - begin).abs().clamp_min(1e-6)
    moved = torch.maximum((now_begin - begin - with_trunk).abs(), (now_end - end - with_trunk).abs())
    return ramp(moved, *_MOVED) * (1.0 - ramp(ratio.log().abs(), *_STRETCHED))


def _cut_out(bone: _Bone, length: Tensor, seen_6HW: Tensor, here_hw: Tensor, sides_2: Tensor) -> Tensor:
    """The layer [4, H, W] of what lies on a bone in the photo, moved with it. seen: the photo, how sure it is
    that nobody is there, and `OwnPose.worn`."""
    begin, end, now_begin, now_end, *_ = bone
    place_hw = (here_hw - now_begin) / (now_end - now_begin)
    off_hw = (place_hw - place_hw.real.clamp(0.0, 1.0)).abs() * (end - begin).abs() / length
    seen_6hw = _sampled(seen_6HW, begin + place_hw * (end - begin), sides_2)
    along_n = torch.linspace(0.1, 0.9, 9, device=begin.device)
    core_6n = _sampled(seen_6HW, (begin + along_n * (end - begin))[None], sides_2)
    bare, sleeve = core_6n[4:].sum((1, 2))
    sleeved = ramp(sleeve / (bare + sleeve).clamp_min(1e-3), *_SLEEVED)
    of_arm_hw = (seen_6hw[4] + sleeved * seen_6hw[5]).clamp(max=1.0) * (1.0 - ramp(off_hw, *_CUT))
    of_arm_hw = of_arm_hw * ramp(place_hw.real, *_ELBOW)
    matte_1hw = (ramp(of_arm_hw, *_SURE) * (1.0 - ramp(seen_6hw[3], *_BEHIND)))[None]
    return torch.cat([matte_1hw, matte_1hw * seen_6hw[:3]])


def _sampled(planes_PHW: Tensor, points_hw: Tensor, sides_2: Tensor) -> Tensor:
    positions_1hw2 = (torch.view_as_real(points_hw.contiguous()) / sides_2)[None]
    return F.grid_sample(planes_PHW[None], positions_1hw2, align_corners=False)[0]


def _complex(points: Tensor) -> Tensor:
    return torch.view_as_complex(points.contiguous())
