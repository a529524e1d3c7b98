"""What hands hold, bags before all, told once a photo. How it is shown is `hung_things`'.

No network here knows a bag. But the parsing network and the detector disagree about it: one takes it for
somebody, the other for nobody. Where they do so below a hand and unlike the wall a thing begins, and goes on
as far as its colours do (Rother et al. 2004, "GrabCut"). What is told is whole, or it is not told: what ends
at no edge of the photo, goes on out of reach or looks like her clothes is a coat, a skirt, a wall. Of 72
photographs, of shops and made-up ones, three show a bag that is told, and in no other anything is; of 125
in the street 12 do, and in two a coat's hem is taken for one. A bag on a strap counts as held where a hand
lies on it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.compositing.fields import size_of
from engine.cv import cv2
from engine.pictures import to_rgb
from engine.pose import skeleton as sk
from engine.regions import CLASSES, REGIONS

_ARMS = REGIONS.index("arms")
_CHAINS = (
    (sk.RIGHT_SHOULDER, sk.RIGHT_ELBOW, sk.RIGHT_WRIST),
    (sk.LEFT_SHOULDER, sk.LEFT_ELBOW, sk.LEFT_WRIST),
)
_UNIT = 64  # px that a unit, the longer bone of an arm, has where things are told
_LEAST_UNIT = 8  # px of the picture: smaller people hold nothing that can be told
BEYOND = 0.3  # units from a wrist to the middle of its hand
_HAND = 0.35  # units around that: a hand
_ASIDE, _ABOVE, _BELOW = 2.3, 0.8, 2.7  # units around a hand that are looked at ...
_CUFF, _FINGERS, _THIN = 0.8, 0.1, 0.2  # units up the forearm from there, down, aside: a cuff, a hand
_ZONE = 1.9, 0.5, 2.3  # ... and in which a thing is: what goes on beyond is a coat, a wall, somebody else
_CONE = 0.5, 0.4, 1.7  # units aside, more for each unit below, and below: where a thing most likely hangs
_DOUBTED, _SOME = 0.4, 0.2  # how much networks disagree where a thing surely is, and where it may be
_NO_DOUBT = 0.06  # ... and where both are sure that it is clothes
_IN_HAND = 0.25  # how likely it is of an arm and nobody: what is in a hand
_SURE, _SURELY_NOT = 0.8, 0.1  # how likely somebody is there where both agree
_BINS, _RARE = 12, 1e-3  # of a channel; a colour of which less of a wall, or of clothes, is none of its
_CRUMB, _RIM = 7, 3  # px of the map: what is narrower is an outline, on which networks always disagree
_LEAST, _MOST = 0.08, 3.0  # square units of a thing: less is a cuff or a finger
_CUT = 0.1  # units of its outline that may be where the zone ends
_EDGE = 6.0  # levels a px along all but a third of its outline: a photo's blur is less
_ROUNDS = 4  # of a cut; more of them change nothing
_AGREED = 0.6  # of it, where networks disagree at least somewhat
_LIKE_CLOTHES = 0.8, 0.4  # what is as like her clothes, and so large, is of them
_APART = 0.5  # of it that is beyond the hand: what is in the fingers turns with them


def held_things(
    picture_1CHW: Tensor,
    keypoints_18x3: np.ndarray,
    surface_1Khw: Tensor,
    arms_1Ahw: Tensor,
    person_11HW: Tensor,
) -> Held | None:
    """What hands hold; None where nothing is told.

    surface, arms: as the parsing network alone sees a photo (`parsing.Seen`). person: as a detector does.
    keypoints: px of the picture.
    """
    size = size_of(picture_1CHW)
    class_18hw, arms_12hw = surface_1Khw[:, :CLASSES].softmax(1), arms_1Ahw[:, CLASSES:].sigmoid()
    told_13hw = torch.cat([class_18hw[:, [0, _ARMS]], arms_12hw.amax(1, keepdim=True)], 1)
    told_14HW = torch.cat([F.interpolate(told_13hw, size, mode="bilinear"), person_11HW], 1)
    told_HW4, rgb_HWC = told_14HW[0].movedim(0, -1).cpu().numpy(), to_rgb(picture_1CHW)
    mattes = [_of_hand(rgb_HWC, told_HW4, keypoints_18x3[list(chain)]) for chain in _CHAINS]
    if all(each is None for each in mattes):
        return None
    nothing_2HW = np.zeros((2, *size), np.float32)
    both_22HW = np.stack([nothing_2HW if each is None else each for each in mattes], 1)
    return Held(*torch.from_numpy(both_22HW)[:, None].to(picture_1CHW.device))


class Held(NamedTuple):
    """Of the right and the left hand, 0 to 1 [1, 2, H, W] each: what they hold; and what of hands
    that hold something, and of their cuffs, networks disagree about."""

    things: Tensor
    hands: Tensor


class _Around(NamedTuple):
    """What is around a hand, on a map [h, w]: the photo, how likely the parsing network
    takes a px for nobody, for bare arms, for an arm with what it holds, and how likely the detector sees her;
    where px are, in units from the hand; and which are near the line of its
    forearm, to its fingers."""

    rgb_hwC: np.ndarray
    nobody_hw: np.ndarray
    bare_hw: np.ndarray
    arm_hw: np.ndarray
    person_hw: np.ndarray
    x_hw: np.ndarray
    y_hw: np.ndarray
    forearm_hw: np.ndarray


def _of_hand(rgb_HWC: np.ndarray, told_HW4: np.ndarray, arm_3x3: np.ndarray) -> np.ndarray | None:
    """The mattes [2, H, W] of what a hand holds and of it, as in `Held`. arm: shoulder, elbow, wrist."""
    shoulder, elbow, wrist = arm_3x3[:, :2].astype(float)
    if not (arm_3x3[:, 2] == sk.SEEN).all() or wrist[1] < max(shoulder[1], elbow[1]):
        return None  # beside a raised hand is hair
    forearm = float(np.linalg.norm(wrist - elbow))
    unit = max(forearm, float(np.linalg.norm(elbow - shoulder)))
    if unit < _LEAST_UNIT or forearm == 0:
        return None
    hand, rows, columns = wrist + BEYOND * unit * (wrist - elbow) / forearm, *rgb_HWC.shape[:2]
    left, right = (int(np.clip(hand[0] + at * unit, 0, columns)) for at in (-_ASIDE, _ASIDE))
    top, bottom = (int(np.clip(hand[1] + at * unit, 0, rows)) for at in (-_ABOVE, _BELOW))
    if hand[1] + _HAND * unit > rows or right - left < unit / 2 or bottom - top < unit / 2:
        return None  # a hand that the picture cuts holds nothing whole
    window = slice(top, bottom), slice(left, right)
    size = round((right - left) * _UNIT / unit), round((bottom - top) * _UNIT / unit)
    rgb_hwC = cv2.resize(rgb_HWC[window], size, interpolation=cv2.INTER_CUBIC)
    told_hw4 = cv2.resize(told_HW4[window], size, interpolation=cv2.INTER_LINEAR)
    y_hw, x_hw = np.mgrid[: size[1], : size[0]].astype(np.float32)
    x_hw, y_hw = x_hw / _UNIT - (hand[0] - left) / unit, y_hw / _UNIT - (hand[1] - top) / unit
    dx, dy = (wrist - elbow) / forearm
    along_hw, beside_hw = x_hw * dx + y_hw * dy, np.abs(x_hw * dy - y_hw * dx)
    forearm_hw = (along_hw > -_CUFF) & (along_hw < _FINGERS) & (beside_hw < _THIN)
    nobody_hw, bare_hw, arm_hw, person_hw = np.moveaxis(told_hw4, -1, 0)
    told = nobody_hw, bare_hw, arm_hw, person_hw
    found_2hw = _thing(_Around(rgb_hwC, *told, x_hw, y_hw, forearm_hw))
    if found_2hw is None:
        return None
    mattes_2HW = np.zeros((2, rows, columns), np.float32)
    for matte_HW, found_hw in zip(mattes_2HW, found_2hw, strict=True):
        small = found_hw.astype(np.float32), (right - left, bottom - top)
        matte_HW[window] = cv2.resize(*small, interpolation=cv2.INTER_AREA)
    return mattes_2HW


def _thing(around: _Around) -> np.ndarray | None:
    """Which px are of a thing that a hand holds, and which of the hand, bool [2, h, w]; None where nothing is
    told."""
    rgb_hwC, nobody_hw, bare_hw, arm_hw, person_hw, x_hw, y_hw, forearm_hw = around
    somebody_hw, aside_hw = 1.0 - nobody_hw, np.abs(x_hw)
    zone_hw = (aside_hw < _ZONE[0]) & (y_hw > -_ZONE[1]) & (y_hw < _ZONE[2])
    cone_hw = (aside_hw < _CONE[0] + _CONE[1] * y_hw.clip(0)) & (y_hw > -_HAND / 2) & (y_hw < _CONE[2])
    hand_hw = np.hypot(x_hw, y_hw) < _HAND
    wall_hw = (person_hw < _SURELY_NOT) & (somebody_hw < _SURELY_NOT)
    clothes_hw = (person_hw > _SURE) & (somebody_hw > _SURE) & (bare_hw < 0.5)
    no_wall_hw = _share(rgb_hwC, wall_hw) < _RARE
    no_cloth_hw = _share(rgb_hwC, clothes_hw) < _RARE
    in_arm_hw = arm_hw * nobody_hw
    doubt_hw = np.maximum(person_hw * nobody_hw, (1.0 - person_hw) * somebody_hw * no_wall_hw)
    doubt_hw = np.maximum(doubt_hw, in_arm_hw)
    in_hand_hw = (in_arm_hw > _IN_HAND) & no_wall_hw
    seeds_hw = ((doubt_hw > _DOUBTED) | in_hand_hw) & zone_hw & (bare_hw < 0.5)
    seeds_hw = _with(_without_rims(seeds_hw), hand_hw, 2 * _RIM)
    if not seeds_hw.any():
        return None
    guess_hw = np.full(zone_hw.shape, cv2.GC_BGD, np.uint8)
    guess_hw[zone_hw] = cv2.GC_PR_BGD
    guess_hw[cone_hw & no_wall_hw & no_cloth_hw | zone_hw & (doubt_hw > _SOME)] = cv2.GC_PR_FGD
    sure_hw = clothes_hw & (doubt_hw < _NO_DOUBT)
    guess_hw[sure_hw] = cv2.GC_BGD
    guess_hw[(bare_hw > 0.5) | (arm_hw > 0.7) & (somebody_hw > 0.6) & (y_hw < _HAND)] = cv2.GC_BGD
    guess_hw[seeds_hw] = cv2.GC_FGD
    thing_hw = _cut(rgb_hwC, guess_hw, hand_hw)
    before_hw = sure_hw & _beside(thing_hw)
    if before_hw.any():  # it may hang before a leg that both know to be one
        guess_hw[before_hw] = cv2.GC_PR_BGD
        thing_hw = _cut(rgb_hwC, guess_hw, hand_hw)
    area = thing_hw.sum() / _UNIT**2
    if not _LEAST < area < _MOST or (thing_hw & ~hand_hw).sum() < _APART * thing_hw.sum():
        return None
    inner_hw = cv2.erode(zone_hw.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    cut_hw = (thing_hw & zone_hw & ~inner_hw)[1:-1, 1:-1]  # where the picture ends it may be cut
    edge, agreed = _edge(rgb_hwC, thing_hw, hand_hw), (doubt_hw > _SOME)[thing_hw].mean()
    if cut_hw.sum() > _CUT * _UNIT or edge < _EDGE or agreed < _AGREED:
        return None
    alike, large = _LIKE_CLOTHES
    if area > large and _alike(rgb_hwC, thing_hw, clothes_hw) > alike:
        return None
    of_hand_hw = forearm_hw & (person_hw > 0.5) & (thing_hw | (doubt_hw > _DOUBTED))
    thing_hw &= ~of_hand_hw
    return np.stack([thing_hw, of_hand_hw]) if thing_hw.sum() > _LEAST * _UNIT**2 else None


def _cut(rgb_hwC: np.ndarray, guess_hw: np.ndarray, hand_hw: np.ndarray) -> np.ndarray:
    """What its colours tell of a thing at a hand, bool [h, w]. guess: as `cv2.grabCut` takes it and leaves
    it."""
    cv2.setRNGSeed(0)
    of_wall, of_thing, nowhere = np.zeros((1, 65)), np.zeros((1, 65)), (0, 0, 0, 0)
    cv2.grabCut(rgb_hwC, guess_hw, nowhere, of_wall, of_thing, _ROUNDS, cv2.GC_INIT_WITH_MASK)
    return _with((guess_hw == cv2.GC_FGD) | (guess_hw == cv2.GC_PR_FGD), hand_hw, _RIM)


def _beside(thing_hw: np.ndarray) -> np.ndarray:
    """What is in the hull of a thing, or half as broad as that beside it."""
    hull_hw = np.zeros(thing_hw.shape, np.uint8)
    if not thing_hw.any():
        return thing_hw
    cv2.fillConvexPoly(hull_hw, cv2.convexHull(np.argwhere(thing_hw)[:, ::-1].astype(np.int32)), 1)
    broad = int(np.ptp(np.flatnonzero(thing_hw.any(0)))) | 1
    return cv2.dilate(hull_hw, np.ones((1, broad), np.uint8)) > 0


def _colours(rgb_hwC: np.ndarray, where_hw: np.ndarray) -> Tensor:
    """How often colours are there, of all that are [bins, bins, bins]."""
    bins = [_BINS] * 3
    counts = cv2.calcHist([rgb_hwC], [0, 1, 2], where_hw.astype(np.uint8), bins, [0, 256] * 3)
    smooth = F.avg_pool3d(torch.from_numpy(counts)[None, None], 3, 1, 1)[0, 0]
    return smooth / smooth.sum().clamp_min(1.0)


def _share(rgb_hwC: np.ndarray, where_hw: np.ndarray) -> np.ndarray:
    """How often the colour of each px is there, 0 to 1 [h, w]."""
    bin_hwC = torch.from_numpy(rgb_hwC.astype(np.int64) * _BINS // 256)
    return _colours(rgb_hwC, where_hw)[tuple(bin_hwC.unbind(-1))].numpy()


def _alike(rgb_hwC: np.ndarray, one_hw: np.ndarray, other_hw: np.ndarray) -> float:
    """0 to 1: how far two places have the same colours (Bhattacharyya's coefficient)."""
    return float((_colours(rgb_hwC, one_hw) * _colours(rgb_hwC, other_hw)).sqrt().sum())


def _without_rims(mask_hw: np.ndarray) -> np.ndarray:
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (_CRUMB, _CRUMB))
    return cv2.morphologyEx(mask_hw.astype(np.uint8), cv2.MORPH_OPEN, disc) > 0


def _with(mask_hw: np.ndarray, other_hw: np.ndarray, gap: int) -> np.ndarray:
    """What of a mask hangs together with another, over gaps of so many px."""
    joined_hw = cv2.dilate((mask_hw | other_hw).astype(np.uint8), np.ones((gap, gap), np.uint8))
    part_hw = cv2.connectedComponents(joined_hw)[1]
    return mask_hw & np.isin(part_hw, np.unique(part_hw[other_hw]))


def _edge(rgb_hwC: np.ndarray, thing_hw: np.ndarray, hand_hw: np.ndarray) -> float:
    """Levels a px, that all but a third of its outline beside the hand is as steep as."""
    soft_hwC = cv2.GaussianBlur(rgb_hwC, (0, 0), 1.2).astype(np.float32)
    slopes = [np.abs(cv2.Sobel(soft_hwC, cv2.CV_32F, *way)).max(-1) / 8 for way in ((1, 0), (0, 1))]
    steep_hw = cv2.dilate(np.hypot(*slopes), np.ones((3, 3)))
    inner_hw = cv2.erode(thing_hw.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    rim_hw = thing_hw & ~inner_hw & ~hand_hw
    return float(np.quantile(steep_hw[rim_hw], 1 / 3)) if rim_hw.any() else 0.0
