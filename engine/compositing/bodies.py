"""A wearer's body by its joints, in a picture: its trunk, its limbs as lines, and how broad it is bare.

Lengths are told in shoulders, from joint to joint, or in trunks, from shoulders to hips: of those who stand
before a camera they are alike. px of the picture; right and left as the picture has them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.compositing.fields import ramp, size_of
from engine.compositing.wardrobe import CLASSES, HIP, on_trunk
from engine.compositing.worn import Drawn
from engine.pose.skeleton import LEFT_HIP, LEFT_SHOULDER, RIGHT_HIP, RIGHT_SHOULDER
from engine.regions import REGIONS, SURFACE_SPAN

TRUNK = 1.46  # a trunk, in shoulders: 1.31 to 1.68 in 56 photographs, most 1.41 to 1.50
ARM = 1.57  # an arm to its wrist, in shoulders: likewise 1.25 to 1.70
_ROWS = 256  # px, of a picture in which it is told where clothes are: bodies have no finer form
_LEG = 1.5  # a leg to its ankle, in trunks
FOLDED = 0.75  # likewise, below which a leg is folded and does not tell how long it is: 1.3 to 2.1 standing
ARMPIT = 0.35  # of the shoulders, how far below them armpits are
WAIST, CROTCH = 0.22, 0.27  # of the trunk, how far above the hips trousers begin, and below them part
_PROFILE = 0.55  # least breadth of shoulders, of what a trunk says: somebody turned aside is as deep
_SHOULDER = 1.7  # dm: farther out are arms
_FAR_ARM = 2.4  # dm: from the middle of an upper arm on an arm is before what is on the trunk
_OUTER = 0.1  # of the shoulders, how much farther out the middle of an arm that hangs is than its joint

# Shoulders, where outlines are looked at: from where to where aside of the middle, and below it, how often.
_BESIDE_NECK, _ABOUT_LEVEL = (0.24, 0.52, 10), (-0.8, 0.5, 131)
_HEAD = REGIONS.index("hair"), REGIONS.index("face")


class Body(NamedTuple):
    """A wearer in px of the picture. middle, hips: between shoulders, between hips. across, down: of length
    1. shoulders, trunk: their breadth, its length. arms, legs: joints of each, what is known."""

    middle: np.ndarray
    hips: np.ndarray
    across: np.ndarray
    down: np.ndarray
    shoulders: float
    trunk: float
    arms: tuple[np.ndarray, np.ndarray]
    legs: tuple[np.ndarray, np.ndarray]


def body_of(wearer: Drawn, size: tuple[int, int]) -> Body | None:
    if wearer.joints is None:
        return None
    times = size[0] / size_of(wearer.surface)[0]
    return body_by(wearer.joints * np.array((times, times, 1), np.float32))


class Placed(NamedTuple):
    """Of a picture that is made so many times smaller to (h, w): the body in it, and its ways."""

    times: int
    size: tuple[int, int]
    body: Body
    way: Ways


def placed_in(wearer: Drawn) -> Placed | None:
    """Where somebody's body is told, at about 256 rows; None where no joints tell it."""
    rows, columns = size_of(wearer.picture)
    times = max(1, rows // _ROWS)
    size = rows // times, columns // times
    body = body_of(wearer, size)
    if body is None:
        return None
    device = wearer.picture.device
    y_hw, x_hw = torch.meshgrid(*(torch.arange(side, device=device) for side in size), indexing="ij")
    return Placed(times, size, body, Ways(body, torch.stack([x_hw, y_hw], -1).float()))


def body_by(joints_18x3: np.ndarray) -> Body | None:
    """By a pose in px; None where a shoulder is not known, or a trunk has no length."""
    here_182, there_18 = joints_18x3[:, :2], joints_18x3[:, 2] > 0
    shoulders, hips = [RIGHT_SHOULDER, LEFT_SHOULDER], [RIGHT_HIP, LEFT_HIP]
    if not there_18[shoulders].all():
        return None
    middle_2, step_2 = here_182[shoulders].mean(0), np.subtract(*here_182[shoulders])
    if there_18[hips].all():
        hips_2 = here_182[hips].mean(0)
        trunk = float(np.linalg.norm(hips_2 - middle_2))
        if trunk < 1.0:
            return None
        down_2 = (hips_2 - middle_2) / trunk
    else:
        breadth = max(float(np.linalg.norm(step_2)), 1.0)
        down_2 = np.array((-step_2[1], step_2[0])) / breadth
        down_2 = down_2 if down_2[1] > 0 else -down_2
        trunk = TRUNK * breadth
        hips_2 = middle_2 + trunk * down_2
    across_2 = np.array((down_2[1], -down_2[0]))
    breadth = max(abs(float(step_2 @ across_2)), _PROFILE * trunk / TRUNK)
    seen = sorted((RIGHT_SHOULDER, LEFT_SHOULDER), key=lambda joint: float(here_182[joint] @ across_2))
    arms = [_chain(here_182, there_18, joint) for joint in seen]
    legs = []
    for number, joint in enumerate(hips if seen[0] == RIGHT_SHOULDER else hips[::-1]):
        chain = _chain(here_182, there_18, joint)
        # A half-length photo shows hips at most.
        legs.append(chain if len(chain) else (hips_2 + (number - 0.5) * 0.4 * trunk * across_2)[None])
    return Body(middle_2, hips_2, across_2, down_2, breadth, trunk, (arms[0], arms[1]), (legs[0], legs[1]))


def seen_from_before(joints_18x3: np.ndarray, least: float = _PROFILE) -> bool:
    """Whether a pose in px is of somebody whose front is seen. least: breadth of shoulders, of what a trunk
    says; without hips that is not told. Of photographs from before it is 0.72 to 1.14, from a side at most
    0.28, from behind below 0."""
    body = body_by(joints_18x3)
    if body is None:
        return False
    across_2 = joints_18x3[LEFT_SHOULDER, :2] - joints_18x3[RIGHT_SHOULDER, :2]
    return float(across_2 @ body.across) > least * body.trunk / TRUNK


def _chain(here_182: np.ndarray, there_18: np.ndarray, first: int) -> np.ndarray:
    """A limb's joints as far as they are known, [0 to 3, 2]."""
    known = [joint for joint in range(first, first + 3) if there_18[first : joint + 1].all()]
    return here_182[known]


def shoulders_seen(wearer: Drawn, body: Body, size: tuple[int, int]) -> np.ndarray:
    """Points of the outline of shoulders, [N, 2]: how far aside of a body's middle and how far below it, in
    shoulders; none where hair hides them. size: of the picture whose px the body is told in."""
    scale = size_of(wearer.surface)[0] / size[0]
    aside_M, down_D = (np.linspace(*each) for each in (_BESIDE_NECK, _ABOUT_LEVEL))
    aside_M = np.concatenate([-aside_M, aside_M])
    steps_MD2 = aside_M[:, None, None] * body.across + down_D[:, None] * body.down
    place_MD2 = (body.middle + body.shoulders * steps_MD2 + 0.5) * scale - 0.5
    regions_hw = wearer.surface[0, :CLASSES].argmax(0).cpu().numpy()
    x_MD, y_MD = (
        np.clip(np.round(place_MD).astype(int), 0, side - 1)
        for place_MD, side in zip(place_MD2.transpose(2, 0, 1), regions_hw.shape[::-1], strict=True)
    )
    somebody_MD = regions_hw[y_MD, x_MD] > 0
    first_M = somebody_MD.argmax(1)
    on_M = regions_hw[y_MD, x_MD][np.arange(len(first_M)), first_M]
    seen_M = (first_M > 0) & ~np.isin(on_M, _HEAD)
    return np.stack([np.abs(aside_M[seen_M]), down_D[first_M[seen_M]]], -1)


class Parts(NamedTuple):
    """How much of each px is of arms, of arms before the trunk, of legs, [1, 1, H, W] each."""

    arms: Tensor
    before: Tensor
    legs: Tensor


def parts_of(wearer: Drawn, size: tuple[int, int]) -> Parts:
    place_13hw = wearer.surface[:, CLASSES:].float() * SURFACE_SPAN
    arms_11hw = (on_trunk(place_13hw) == 0).float() * (place_13hw[:, :1].abs() > _SHOULDER)
    before_11hw = arms_11hw * (place_13hw[:, :1].abs() > _FAR_ARM)
    legs_11hw = (place_13hw[:, 1:2] < HIP).float() * (1.0 - arms_11hw)
    parts_13hw = torch.cat([arms_11hw, before_11hw, legs_11hw], 1)
    return Parts(*ramp(F.interpolate(parts_13hw, size, mode="bilinear"), 0.4, 0.6).split(1, 1))


class Ways:
    """Positions [H, W] told along a wearer's body: across and down its trunk from the middle of its
    shoulders, and along and beside its limbs, from the picture's left to its right. px."""

    def __init__(self, body: Body, here_HW2: Tensor):
        self.size = size_of(here_HW2[..., 0])
        self.across_HW, self.down_HW = along_ways(here_HW2, body.middle, body.across, body.down)
        self.arms, self.legs = [], []
        for number, (arm_N2, leg_N2) in enumerate(zip(body.arms, body.legs, strict=True)):
            arm_42 = _whole_limb(arm_N2, ARM * body.shoulders, body.down)
            # An arm that hangs is farther out than its joint, one held out goes on from there.
            hangs = max(0.0, float((arm_42[1] - arm_42[0]) @ body.down)) / (0.5 * ARM * body.shoulders)
            out_2 = (2 * number - 1) * _OUTER * min(1.0, hangs) * body.shoulders * body.across
            arm_42[0] += out_2
            self.arms.append((arm_42, *_beside(here_HW2, _rounded(arm_42))))
            leg_42 = _whole_limb(leg_N2, _LEG * body.trunk, body.down)
            self.legs.append((leg_42, *_beside(here_HW2, _rounded(leg_42))))


def limb_length(limb_42: np.ndarray) -> float:
    """Of the two bones of a limb."""
    return float(np.linalg.norm(np.diff(limb_42[:3], axis=0), axis=1).sum())


def leg_length(limb_42: np.ndarray, trunk: float) -> float:
    """Of a leg's two bones, told by none that is folded."""
    return max(limb_length(limb_42), FOLDED * trunk)


def along_limb(limb_42: np.ndarray, along_N: np.ndarray, aside_N: np.ndarray) -> np.ndarray:
    """Places so far along a limb and beside it, [N, 2]: what `Ways` tell of places, the other way round, but
    for corners that are rounder."""
    line_P2 = _rounded(limb_42)
    steps_Q2 = np.diff(line_P2, axis=0)
    lengths_Q = np.maximum(np.linalg.norm(steps_Q2, axis=1), 1e-6)
    reached_P = np.concatenate([[0.0], np.cumsum(lengths_Q)])
    ways_Q2 = steps_Q2 / lengths_Q[:, None]
    middles_Q = (reached_P[:-1] + reached_P[1:]) / 2
    way_N2, place_N2 = (
        np.stack([np.interp(along_N, at, each_2) for each_2 in of.T], -1)
        for at, of in ((middles_Q, ways_Q2), (reached_P, line_P2))
    )
    way_N2 /= np.maximum(np.linalg.norm(way_N2, axis=1, keepdims=True), 1e-6)
    place_N2 += np.minimum(along_N, 0.0)[:, None] * ways_Q2[0]
    return place_N2 + aside_N[:, None] * np.stack([-way_N2[:, 1], way_N2[:, 0]], -1)


def along_ways(here_HW2: Tensor, begin_2: np.ndarray, *ways: np.ndarray) -> list[Tensor]:
    """How far positions lie from one along these ways."""
    step_HW2 = here_HW2 - here_HW2.new_tensor(begin_2.tolist())
    return [step_HW2 @ here_HW2.new_tensor(way.tolist()) for way in ways]


def far_from(here_HW2: Tensor, begin_2: np.ndarray, end_2: np.ndarray) -> Tensor:
    """How far positions are from a line's nearest point."""
    length = max(float(np.linalg.norm(end_2 - begin_2)), 1e-6)
    way_2 = (end_2 - begin_2) / length
    s_HW, t_HW = along_ways(here_HW2, begin_2, way_2, np.array((-way_2[1], way_2[0])))
    return torch.hypot(s_HW - s_HW.clamp(0.0, length), t_HW)


def _whole_limb(limb_N2: np.ndarray, length: float, down_2: np.ndarray) -> np.ndarray:
    """A limb's joints with those that are not known, straight on, and a point far beyond, [4, 2]."""
    bones = list(limb_N2)
    while len(bones) < 3:
        way_2 = down_2 if len(bones) < 2 else bones[-1] - bones[-2]
        way_2 = way_2 / max(float(np.linalg.norm(way_2)), 1e-6)
        bones.append(bones[-1] + way_2 * length / 2)
    last_2 = bones[2] - bones[1]
    return np.array([*bones[:3], bones[2] + last_2 / max(float(np.linalg.norm(last_2)), 1e-6) * length])


def _rounded(limb_42: np.ndarray, share: float = 0.25, pieces: int = 6) -> np.ndarray:
    """A limb's line with a round corner at its middle joint, [N, 2]; it goes on straight at both ends."""
    first, corner, last, end = limb_42
    begin_2, after_2 = corner + share * (first - corner), corner + share * (last - corner)
    parts_N1 = np.linspace(0.0, 1.0, pieces + 1)[:, None]
    round_N2 = (1 - parts_N1) ** 2 * begin_2 + 2 * parts_N1 * (1 - parts_N1) * corner + parts_N1**2 * after_2
    return np.array([first, *round_N2, last, end])


def _beside(here_HW2: Tensor, line_N2: np.ndarray) -> tuple[Tensor, Tensor]:
    """How far along a line positions are, before its beginning negative, and how far aside."""
    best_HW = along_HW = aside_HW = None
    reached = 0.0
    for number, (begin_2, end_2) in enumerate(zip(line_N2, line_N2[1:], strict=False)):
        length = max(float(np.linalg.norm(end_2 - begin_2)), 1e-6)
        way_2 = (end_2 - begin_2) / length
        s_HW, t_HW = along_ways(here_HW2, begin_2, way_2, np.array((-way_2[1], way_2[0])))
        far_HW = s_HW.clamp(-torch.inf if number == 0 else 0.0, length)
        off_HW = torch.hypot(s_HW - far_HW, t_HW)
        if best_HW is None or along_HW is None or aside_HW is None:
            best_HW, along_HW, aside_HW = off_HW, far_HW, t_HW
        else:
            nearer_HW = off_HW < best_HW
            best_HW = torch.where(nearer_HW, off_HW, best_HW)
            along_HW = torch.where(nearer_HW, reached + far_HW, along_HW)
            aside_HW = torch.where(nearer_HW, off_HW.copysign(t_HW), aside_HW)
        reached += length
    assert along_HW is not None and aside_HW is not None
    return along_HW, aside_HW
