"""Garments photographed with nobody in them, laid flat or hung: which pixels they are, and where a body would
be.

The parsing network has learnt such garments too: it sees which part of a garment is worn where, and joints of
the body that would fill it. Whose the pixels are is told by colours as well, for all of a garment is of few.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from engine import detect, parsing
from engine.compositing.fields import spread
from engine.compositing.garment_outline import begins_narrow
from engine.cv import cv2
from engine.models.parser import Parser
from engine.pictures import to_rgb
from engine.plain_grounds import before_plain_ground, disc, largest
from engine.pose.extent import Box
from engine.pose.skeleton import ABSENT, HEAD, SEEN
from engine.regions import CLASSES, REGIONS

_GARMENTS = [REGIONS.index(name) for name in ("upper clothes", "dress or skirt", "pants")]
_TOP, _DRESS, _PANTS = _GARMENTS
_FACE = REGIONS.index("face")
_SIDE = 256  # px on the longer side of what is looked at
_LEAST_OF_PHOTO = 0.03  # share of the photo that a garment takes up
# Of 255, a photo that is half so pale at least is white all over; share of it that is hardly any garment; the
# power that makes it darker, and times as much that is then seen.
_PALE, _HARDLY, _DARKER, _FAR_MORE = 215, 0.1, 7.0, 2.0
# Shares of all that is seen of a figure: cloth, or garments of one kind; hardly a face. Of 241 dressed
# people and the box's samples both are less; of 213 garments alone 96 in 100 have one of both. Where the
# detector sees nobody less of one kind will do, and something of a face: it sees somebody in each of these
# people, and in one garment of five. Of 175 people cut off at the neck 13 are taken for a garment.
_LEAST_OF_FIGURE, _LEAST_OF_KIND, _MOST_FACE, _LEAST_WITHOUT_PERSON = 0.95, 0.85, 0.01, 0.7
_FEWEST_JOINTS = 2  # by one joint nobody knows how large a body is
_OF_BODY = range(1, 14)  # a face is no part of a garment
_SURE, _AROUND = 1 / 32, 1 / 6  # of the rows, from the edge that is seen inwards to what is surely cloth, ...
_HOLE = 0.02  # of the picture, a gap in a garment that is a patch of another colour
_CLOTH = 0.9  # of a larger one, that is seen as cloth where light on it has the ground's colour
# How much longer than broad a gap beside a trunk is, of 255 how near to the ground, and of a garment's
# breadth how far from its middle.
_NARROW, _GROUNDS_OWN, _OFF_MIDDLE = 3, 40, 0.1
_SHADES, _GROUNDS = 8, 4  # of a channel, and how much more often in the ground a colour is the ground's
_SAME = 0.01  # of a pose's extent, up to which joints are at the same place
_ROUNDS = 4  # of GrabCut
# Legs: between which shares of a row's breadth there is a gap, over which share of a garment's height in its
# lower half. Of 37 dresses and skirts one has so much; of 17 trousers and shorts that are seen as skirts, 8.
_MIDDLE, _PARTED = (0.3, 0.7), 0.08
_ARCH = 0.5  # of a row's breadth, from which on a gap is the arch of a skirt's hem, seen from below
# Of what is seen as trousers, how much is seen as a top where it is none of these: at most 0.20 in nine
# pieces of trousers and shorts whose legs do not part, 0.39 in a vest.
_OF_TOP = 0.3
_LOGIT = 8.0  # of what is sure


class Garment(NamedTuple):
    """pose_18x3: joints of the body that would fill it, px, without a face. box: around it, px. kind: of
    `REGIONS`."""

    pose_18x3: np.ndarray
    box: Box
    kind: str


def garment_alone(rgb_HWC: np.ndarray, network: Parser | None = None, told: bool = False) -> Garment | None:
    """The garment that a photo shows with nobody in it, uint8 [H, W, 3]; None where a photo shows something
    else, or nothing can be parsed here. network: as `parsing.parse` takes it. told: whoever asks knows that
    it does, so nobody is looked for."""
    if network is None and not parsing.available().available:
        return None
    scale = min(1.0, _SIDE / max(rgb_HWC.shape[:2]))
    size = [max(1, round(side * scale)) for side in rgb_HWC.shape[1::-1]]
    small_hwC = cv2.resize(rgb_HWC, size, interpolation=cv2.INTER_AREA)
    small_hwC = as_seen_best(small_hwC, network)
    seen = parsing.parse(small_hwC, network)
    cloth = sum(cloth_counts(seen.regions_HW).values())
    if cloth < _LEAST_OF_PHOTO * seen.regions_HW.size or not (told or _nobody_in(rgb_HWC, seen.regions_HW)):
        return None
    pose_18x3 = np.zeros((18, 3), np.float32)
    for joint in _OF_BODY:
        x, y, state = seen.keypoints_18x3[joint]
        if state > ABSENT:
            pose_18x3[joint] = x / scale, y / scale, SEEN
    if (pose_18x3[:, 2] > ABSENT).sum() < _FEWEST_JOINTS:
        return None
    region, cut_hw = told_in(small_hwC, seen.regions_HW)
    rows, columns = (np.flatnonzero(cut_hw.any(axis)) for axis in (1, 0))
    left, top, wide, high = columns[0], rows[0], np.ptp(columns) + 1, np.ptp(rows) + 1
    box = Box(*(float(each / scale) for each in (left, top, wide, high)))
    return Garment(pose_18x3, box, REGIONS[region])


def as_seen_best(rgb_HWC: np.ndarray, network: Parser | None = None) -> np.ndarray:
    """A photo of a garment as the parsing network sees most of it: darker, where it sees hardly anything of
    white cloth before a pale ground. uint8 [H, W, 3]; network: as `parsing.parse` takes it."""
    scale = min(1.0, _SIDE / max(rgb_HWC.shape[:2]))
    size = [max(1, round(side * scale)) for side in rgb_HWC.shape[1::-1]]
    small_hwC = cv2.resize(rgb_HWC, size, interpolation=cv2.INTER_AREA)
    darker_V = np.round(255 * (np.arange(256) / 255) ** _DARKER).astype(np.uint8)
    if np.median(small_hwC) < _PALE:
        return rgb_HWC
    share = _share_of_cloth(small_hwC, network)
    if share > _HARDLY or _share_of_cloth(darker_V[small_hwC], network) < _FAR_MORE * share:
        return rgb_HWC
    return darker_V[rgb_HWC]


def _share_of_cloth(rgb_hwC: np.ndarray, network: Parser | None) -> float:
    return sum(cloth_counts(parsing.parse(rgb_hwC, network).regions_HW).values()) / rgb_hwC[..., 0].size


def _nobody_in(rgb_HWC: np.ndarray, regions_hw: np.ndarray) -> bool:
    """Whether nobody is in a photo, by its parsing map, in which there is something, and by the detector."""
    figure, face = np.count_nonzero(regions_hw), np.count_nonzero(regions_hw == _FACE)
    counts = cloth_counts(regions_hw).values()
    hardly_a_face, all_cloth = face < _MOST_FACE * figure, sum(counts) >= _LEAST_OF_FIGURE * figure
    if hardly_a_face and (all_cloth or max(counts) >= _LEAST_OF_KIND * figure):
        return True
    if not all_cloth and max(counts) < _LEAST_WITHOUT_PERSON * figure:
        return False
    return detect.detect_pose(rgb_HWC) is None and detect.available().available


def cloth_counts(regions_HW: np.ndarray) -> dict[str, int]:
    """How many pixels of a parsing map are of which region that is a garment."""
    return {REGIONS[region]: int((regions_HW == region).sum()) for region in _GARMENTS}


def may_fill_a_garment(pose_18x3: np.ndarray | None) -> bool:
    """Whether a pose could be `Garment.pose_18x3`, or is not known."""
    return pose_18x3 is None or not (pose_18x3[list(HEAD), 2] > ABSENT).any()


def same_pose(one_18x3: np.ndarray, other_18x3: np.ndarray) -> bool:
    """Whether two poses in one photo are the same, but for what two machines compute differently."""
    there_18 = one_18x3[:, 2] > ABSENT
    if not np.array_equal(there_18, other_18x3[:, 2] > ABSENT):
        return False
    apart_N = np.linalg.norm(one_18x3[there_18, :2] - other_18x3[there_18, :2], axis=1)
    return bool(apart_N.max() <= _SAME * np.ptp(one_18x3[there_18, :2], axis=0).max())


def cut_out(rgb_hwC: np.ndarray, regions_hw: np.ndarray) -> np.ndarray:
    """Which pixels of a picture are the garment, bool [h, w]: by what is seen of it, and by colours. regions:
    of at least one px of a garment."""
    seen_hw = np.isin(regions_hw, _GARMENTS).astype(np.uint8)
    main_hw = largest(seen_hw)
    core_hw = cv2.erode(main_hw, disc(_SURE * len(seen_hw)))
    plain_hw = before_plain_ground(rgb_hwC, seen_hw, core_hw)
    if plain_hw is not None:
        return plain_hw
    found_hw = _by_colours(rgb_hwC, seen_hw, main_hw, core_hw)
    _, gap_hw, boxes, _ = cv2.connectedComponentsWithStats(1 - found_hw)
    rim = np.concatenate([gap_hw[0], gap_hw[-1], gap_hw[:, 0], gap_hw[:, -1]])  # at the border is ground
    gaps = [
        n
        for n, box in enumerate(boxes)
        if n not in rim
        and n
        and (box[cv2.CC_STAT_AREA] < _HOLE * found_hw.size or seen_hw[gap_hw == n].mean() > _CLOTH)
        and not _beside_trunk(rgb_hwC, found_hw, gap_hw == n, box)
    ]
    return (found_hw > 0) | np.isin(gap_hw, gaps)


def _beside_trunk(rgb_hwC: np.ndarray, found_hw: np.ndarray, gap_hw: np.ndarray, box: np.ndarray) -> bool:
    """Whether a gap in a garment is ground between its trunk and a sleeve: long, and of the ground's colour.
    A print is hardly both."""
    ground_C, there_C = (np.median(rgb_hwC[mask_hw], 0) for mask_hw in (found_hw == 0, gap_hw))
    long = box[cv2.CC_STAT_HEIGHT] > _NARROW * box[cv2.CC_STAT_AREA] / box[cv2.CC_STAT_HEIGHT]
    left, right = np.flatnonzero(found_hw.any(0))[[0, -1]]
    off = np.flatnonzero(gap_hw.any(0)).mean() - (left + right) / 2
    long &= abs(off) > _OFF_MIDDLE * (right - left)
    return bool(long and np.abs(ground_C - there_C).max() < _GROUNDS_OWN)


def _by_colours(
    rgb_hwC: np.ndarray, seen_hw: np.ndarray, main_hw: np.ndarray, core_hw: np.ndarray
) -> np.ndarray:
    """GrabCut (Rother et al. 2004) from what is seen of it, the largest patch of it, and what of that is
    sure; uint8 [h, w]."""
    label_hw = np.full(seen_hw.shape, cv2.GC_BGD, np.uint8)
    label_hw[cv2.dilate(main_hw, disc(_AROUND * len(seen_hw))) > 0] = cv2.GC_PR_BGD
    label_hw[seen_hw > 0] = cv2.GC_PR_FGD
    label_hw[core_hw > 0] = cv2.GC_FGD
    if {cv2.GC_BGD, cv2.GC_FGD} <= set(np.unique(label_hw).tolist()):
        whole = (0, 0, *seen_hw.shape[::-1])  # not looked at
        models = np.zeros((1, 65)), np.zeros((1, 65))
        cv2.setRNGSeed(0)  # its colours are grouped from a random start
        cv2.grabCut(rgb_hwC, label_hw, whole, *models, _ROUNDS, cv2.GC_INIT_WITH_MASK)
    found_hw = np.isin(label_hw, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.uint8)
    found_hw &= ~_of_ground(rgb_hwC, label_hw == cv2.GC_BGD, core_hw > 0)
    return largest(found_hw if found_hw.any() else seen_hw)


def _of_ground(rgb_hwC: np.ndarray, ground_hw: np.ndarray, core_hw: np.ndarray) -> np.ndarray:
    """Which pixels have colours that are the ground's and hardly the garment's, bool [h, w]."""
    bins_hw = (rgb_hwC // (256 // _SHADES)).astype(np.int32) @ np.array((_SHADES * _SHADES, _SHADES, 1))
    ground_B, core_B = (
        np.bincount(bins_hw[mask_hw], minlength=_SHADES**3) / max(1, mask_hw.sum())
        for mask_hw in (ground_hw, core_hw)
    )
    theirs_hw = (ground_B > _GROUNDS * core_B)[bins_hw].astype(np.uint8)
    return cv2.morphologyEx(theirs_hw, cv2.MORPH_OPEN, disc(2)) > 0


def of_garment(picture_1CHW: Tensor, surface_1Khw: Tensor) -> Tensor:
    """A surface map with one garment and nothing else: all of it of the class that most of it is seen as, and
    at places as beside where none is seen."""
    size = surface_1Khw.shape[-2:]
    rgb_hwC = cv2.resize(to_rgb(picture_1CHW), size[::-1], interpolation=cv2.INTER_AREA)
    class_8hw, place_3hw = surface_1Khw[0].split((CLASSES, 3))
    regions_hw = class_8hw.argmax(0).cpu().numpy()
    if not np.isin(regions_hw, _GARMENTS).any():
        return surface_1Khw
    garment, cut_hw = told_in(rgb_hwC, regions_hw)
    cloth_hw = torch.from_numpy(cut_hw).to(surface_1Khw.device)
    logits_8hw = torch.full_like(class_8hw, -_LOGIT)
    logits_8hw[garment] = torch.where(cloth_hw, _LOGIT, -_LOGIT)
    logits_8hw[0] = -logits_8hw[garment]
    seen_hw = torch.from_numpy(np.isin(regions_hw, _GARMENTS)).to(cloth_hw.device) & cloth_hw
    place_13hw = spread(place_3hw[None], seen_hw.float()[None, None])
    return torch.cat([logits_8hw[None], place_13hw], 1)


def told_in(rgb_hwC: np.ndarray, regions_hw: np.ndarray) -> tuple[int, np.ndarray]:
    """Of a picture of a garment alone: its region, and which pixels it is, bool [h, w]. regions: of at least
    one px of a garment."""
    counts = cloth_counts(regions_hw)
    region = REGIONS.index(max(counts, key=counts.__getitem__))
    cut_hw = cut_out(rgb_hwC, regions_hw)
    parted = legs_part(cut_hw)
    if region == _DRESS and parted:
        region = _PANTS
    elif region == _PANTS and not parted and counts[REGIONS[_TOP]] > _OF_TOP * counts[REGIONS[_PANTS]]:
        region = _TOP  # a knitted vest is as broad as shorts
    elif region == _PANTS and not parted and begins_narrow(cut_hw):
        region = _DRESS
    return region, cut_hw


def legs_part(cut_hw: np.ndarray) -> bool:
    """Whether a garment, bool [h, w], ends below in two legs with a gap between them: what is around the
    garment reaches into it from below, so a hole or a print is none."""
    _, part_hw = cv2.connectedComponents(
        np.pad(~cut_hw, 1, constant_values=True).astype(np.uint8), connectivity=4
    )
    cut_hw = (part_hw != part_hw[0, 0])[1:-1, 1:-1]
    rows = np.flatnonzero(cut_hw.any(1))
    parted = 0
    for row in rows[len(rows) // 2 :]:
        columns = np.flatnonzero(cut_hw[row])
        first, last = (round(columns[0] + share * np.ptp(columns)) for share in _MIDDLE)
        arch = len(columns) < (1.0 - _ARCH) * (np.ptp(columns) + 1)
        parted += not (arch or cut_hw[row, first : last + 1].all())
    return parted > _PARTED * len(rows)
