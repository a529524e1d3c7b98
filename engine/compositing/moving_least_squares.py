"""Where a pose takes a photo: image deformation by moving least squares (Schaefer et al. 2006).

Around every position that similarity is taken (turn, size and shift) which best takes the bones of one pose
to those of the other, the nearer the more. So a head that is tilted turns as a whole, and what hangs on a
bone goes with it. Lengths are in half the picture's height.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from engine.compositing.atlas import centres
from engine.compositing.fields import ramp
from engine.ops.resample import enlarged
from engine.pose.skeleton import (
    HEAD,
    LEFT_EAR,
    LEFT_ELBOW,
    LEFT_EYE,
    LEFT_WRIST,
    LIMBS,
    NOSE,
    RIGHT_EAR,
    RIGHT_ELBOW,
    RIGHT_EYE,
    RIGHT_WRIST,
)

_HEAD = list(HEAD)
_ARMS = [RIGHT_ELBOW, RIGHT_WRIST, LEFT_ELBOW, LEFT_WRIST]
_PAIRS = (RIGHT_EAR, LEFT_EAR), (RIGHT_EYE, LEFT_EYE)
# How far the nose moves along and across the line between the ears, in its lengths: up to the first the same
# side of a head is seen, from the second on another.
_TURNED, _NODDED = (0.08, 0.2), (0.25, 0.5)
_PROFILE = 0.01  # ears nearer to each other than this tell nothing
_SOFT = 0.4  # of what the joints of a face move against each other, its picture follows
_POINTS = 5  # evenly along a bone, that stand for it
_NEAR = 0.06  # bones nearer than this do not count for more
_REST = 1 / 256  # steps shorter than this are none, up to twice this they grow to what they are


class Motion(NamedTuple):
    """positions: [B, 2, h, w], where every position was, x, y from -1 to 1 across the picture. known:
    [B, 1, h, w], 0 to 1, how far that is known: not around a bone that the other pose lacks. shares: [B, 17,
    h', w'], of as many positions as were computed, how near each of LIMBS is, whether the other pose has it
    or not: together 1, or 0 where the poses share none."""

    positions: Tensor
    known: Tensor
    shares: Tensor


def normalised_pose(keypoints_B183: Tensor, frame: tuple[int, int]) -> Tensor:
    """Poses (x, y, state) in px of a frame (H, W), with x and y from -1 to 1 across it; 0 for absent joints,
    which may lie at no number."""
    points_B182, state_B181 = keypoints_B183.float().split((2, 1), -1)
    points_B182 = (2 * points_B182 + 1) / points_B182.new_tensor((frame[1], frame[0])) - 1
    return torch.cat([points_B182.masked_fill(~(state_B181 > 0), 0.0), state_B181], -1)


def without_arms(pose_B183: Tensor) -> Tensor:
    """The pose of a head, which goes with no arm that is near it."""
    pose_B183 = pose_B183.clone()
    pose_B183[:, _ARMS, 2] = 0.0
    return pose_B183


@torch.no_grad()
def motion(now_B183: Tensor, then_B183: Tensor, size: tuple[int, int], coarse: int = 2) -> Motion:
    """Where what is seen in one pose was in another. Poses as `across` gives them; where they share no bone
    nothing moves, and nothing is known.

    coarse: px of what is asked for to one that is computed, for the field is smooth.
    """
    rows, columns = (-(-side // coarse) for side in size)
    here_2hw = centres((rows, columns), now_B183.device)
    sides_2 = here_2hw.new_tensor((size[1] / size[0], 1.0))
    here_M = torch.view_as_complex((here_2hw.flatten(1).t() * sides_2).contiguous())
    steps_BM, known_BM, shares_BML = [], [], []
    for now_183, then_183 in zip(now_B183, then_B183, strict=True):
        now_18, then_18 = (torch.view_as_complex(pose[:, :2] * sides_2) for pose in (now_183, then_183))
        there_18, shared_18 = now_183[:, 2] > 0, (now_183[:, 2] > 0) & (then_183[:, 2] > 0)
        then_18 = _rigid_head(now_18, then_18, shared_18)
        step_M, known_M, shares_ML = _least_squares(here_M, now_18, then_18, there_18, shared_18)
        steps_BM.append(step_M * ((step_M.abs() - _REST) / _REST).clamp(0.0, 1.0))
        known_BM.append(known_M)
        shares_BML.append(shares_ML)
    steps_BM2 = torch.view_as_real(torch.stack(steps_BM)) / sides_2
    planes_BM3 = torch.cat([steps_BM2, torch.stack(known_BM)[..., None]], -1)
    planes_B3hw = planes_BM3.movedim(-1, 1).unflatten(2, here_2hw.shape[1:])
    steps_B2hw, known_B1hw = enlarged(planes_B3hw, size).split((2, 1), 1)
    shares_BLhw = torch.stack(shares_BML).movedim(-1, 1).unflatten(2, here_2hw.shape[1:])
    return Motion(centres(size, steps_B2hw.device) + steps_B2hw, known_B1hw, shares_BLhw)


@torch.no_grad()
def tilted(now_B183: Tensor, then_B183: Tensor, size: tuple[int, int]) -> Tensor:
    """[B, 1, 1, 1], 0 to 1: whether heads only tilt and near from one pose to another, of pictures whose
    sides are as those of `size`; not where they show another side. Poses as `across` gives them."""
    sides_2 = now_B183.new_tensor((size[1] / size[0], 1.0))
    tilted_B = []
    for poses in zip(now_B183, then_B183, strict=True):
        points = (torch.view_as_complex(pose[:, :2] * sides_2) for pose in poses)
        tilted_B.append(_tilted(*points, *(pose[:, 2] > 0 for pose in poses)))
    return torch.stack(tilted_B).view(-1, 1, 1, 1)


def _rigid_head(now_18: Tensor, then_18: Tensor, shared_18: Tensor) -> Tensor:
    """The other pose, its face nearly as of a head that only tilts and nears."""
    face = [joint for joint in HEAD if shared_18[joint]]
    if len(face) < 2:
        return then_18
    now_K, then_K = now_18[face], then_18[face]
    now, then = now_K.mean(), then_K.mean()
    square = (now_K - now).abs().square().sum().clamp_min(1e-9)
    factor = ((now_K - now).conj() * (then_K - then)).sum() / square
    then_18 = then_18.clone()
    then_18[face] = torch.lerp(then + factor * (now_K - now), then_K, _SOFT)
    return then_18


def _tilted(now_18: Tensor, then_18: Tensor, there_18: Tensor, other_18: Tensor) -> Tensor:
    """Whether the head only tilts and nears, from which joints of the face are seen and where the nose lies
    between the ears, or else the eyes."""
    if not torch.equal(there_18[_HEAD], other_18[_HEAD]):
        return now_18.real.new_zeros(())
    pairs = [
        (right, left)
        for right, left in _PAIRS
        if there_18[[NOSE, right, left]].all()
        and min((pose[left] - pose[right]).abs() for pose in (now_18, then_18)) > _PROFILE
    ]
    if not pairs:
        return now_18.real.new_ones(())
    right, left = pairs[0]
    noses = [
        (pose[NOSE] - (pose[right] + pose[left]) / 2) / (pose[left] - pose[right])
        for pose in (now_18, then_18)
    ]
    turned, nodded = (noses[0] - noses[1]).real.abs(), (noses[0] - noses[1]).imag.abs()
    return (1.0 - ramp(turned, *_TURNED)) * (1.0 - ramp(nodded, *_NODDED))


def _least_squares(
    here_M: Tensor, now_18: Tensor, then_18: Tensor, there_18: Tensor, shared_18: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """The step of every position by that x -> a x + b (complex) which errs least from now to then, weighted,
    how far it is known, and each limb's share of it."""
    there, shared = there_18.tolist(), shared_18.tolist()
    bones = [
        (limb, a, b, shared[a] and shared[b]) for limb, (a, b) in enumerate(LIMBS) if there[a] and there[b]
    ]
    shares_ML = here_M.real.new_zeros(len(here_M), len(LIMBS))
    if not any(bone[-1] for bone in bones):
        return torch.zeros_like(here_M), torch.zeros_like(here_M.real), shares_ML
    limbs, first, second, known = (torch.tensor(column) for column in zip(*bones, strict=True))
    along_P1 = torch.linspace(0.0, 1.0, _POINTS, device=now_18.device)[:, None]
    now_K, then_K = (
        torch.lerp(pose[first], pose[second], along_P1 + 0j).flatten() for pose in (now_18, then_18)
    )
    length_K = (now_18[first] - now_18[second]).abs().expand(_POINTS, -1).flatten()
    known_K = known.to(length_K).expand(_POINTS, -1).flatten()

    far_MK = (here_M.real[:, None] - now_K.real).square_()
    far_MK += (here_M.imag[:, None] - now_K.imag).square_()
    # A bone counts by 1 / its distance to the power of eight, in the nearest one's, and lies about the middle
    # of its pose: poses may be far from the picture.
    weight_MK = far_MK.add_(_NEAR**2).reciprocal_()
    weight_MK = weight_MK.div_(weight_MK.amax(1, keepdim=True)).square_().square_().mul_(length_K)
    all_M = weight_MK.sum(1)
    shares_ML[:, limbs] = weight_MK.unflatten(1, (_POINTS, -1)).sum(1) / all_M[:, None].clamp_min(1e-9)
    weight_MK *= known_K
    known_M = weight_MK.sum(1)
    now, then = now_K.mean(), then_K.mean()
    now_K, then_K = now_K - now, then_K - then
    terms_K4 = torch.stack([now_K, then_K, now_K.conj() * now_K, now_K.conj() * then_K], 1)
    terms_M8 = weight_MK @ torch.view_as_real(terms_K4).flatten(1) / known_M[:, None].clamp_min(1e-9)
    now_M, then_M, square_M, product_M = torch.view_as_complex(terms_M8.unflatten(1, (4, 2))).unbind(1)
    spread_M = (square_M - now_M.conj() * now_M).real.clamp_min(1e-6)
    factor_M = (product_M - now_M.conj() * then_M) / spread_M
    step_M = then + then_M + factor_M * (here_M - now - now_M) - here_M
    return step_M, known_M / all_M.clamp_min(1e-9), shares_ML
