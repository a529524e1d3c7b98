"""Garments alone as people photograph them: nearly filling the picture, broad where a body would be round,
in folds, on a floor or a sheet with their shadow, or on a hanger.

The studio's garments keep the shape of the body that was in them; cloth that lies has hardly a waist, and
sleeves and legs lie as they fell.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from engine.cv import cv2
from engine.pose.skeleton import ABSENT
from engine.regions import REGIONS
from train.data.parsing.grounds import creases, ground
from train.data.parsing.sample import ParsingSample

_TOP, _DRESS, _PANTS = (REGIONS.index(name) for name in ("upper clothes", "dress or skirt", "pants"))
_BREADTH_OF_TOPS, _BREADTH = (0.75, 1.25), (0.9, 1.6)  # against the studio's; a top's sleeves are out already
_KNOTS = 4  # of the breadths, from the upper edge to the hem
_STRAY = 0.018  # of the picture's rows, that cloth lies elsewhere
_HANGER = 0.2
_PALE = 0.15  # how often white cloth lies on white
_SHORTER = 0.5  # how often trousers end higher up: the studio has few shorts


def is_alone(sample: ParsingSample) -> bool:
    """Whether it shows cloth, and nothing of anybody."""
    seen = set(np.unique(sample.parsing_HW).tolist()) - {0}
    return bool(seen) and seen <= {_TOP, _DRESS, _PANTS}


def laid(sample: ParsingSample, rng: np.random.Generator) -> ParsingSample:
    """A garment alone, of `is_alone`, laid on a ground of the same size."""
    size = sample.parsing_HW.shape
    if (sample.parsing_HW == _PANTS).any() and rng.random() < _SHORTER:
        sample = _hemmed(sample, rng.uniform(0.15, 1.0))
    there_NC = _where_from(sample.parsing_HW, rng)
    image, parsing, surface = (
        cv2.remap(each, there_NC, None, how, borderMode=cv2.BORDER_CONSTANT)
        for each, how in (
            (sample.image_HWC, cv2.INTER_LINEAR),
            (sample.parsing_HW, cv2.INTER_NEAREST),
            (sample.surface_HW3, cv2.INTER_NEAREST),
        )
    )
    soft = cv2.GaussianBlur((sample.parsing_HW > 0).astype(np.float32), (0, 0), 0.8)
    # The outermost half pixel shows the studio.
    cover = np.clip((cv2.remap(soft, there_NC, None, cv2.INTER_LINEAR) - 0.45) / 0.4, 0, 1)[:, :, None]
    cloth = image * creases(rng, size, rng.uniform(0.0, 0.3), int(rng.integers(4, 20)))
    picture = ground(rng, size)
    if rng.random() < _HANGER:
        _hang(picture, parsing > 0, rng)
    picture = picture * _shadow(cover[:, :, 0], rng)
    if rng.random() < _PALE:
        cloth, picture = _paled(cloth, parsing > 0, rng), _paled(picture, parsing == 0, rng)
    picture = picture + cover * (cloth - picture)
    joints = _moved(sample.keypoints_18x3, there_NC)
    return ParsingSample(
        np.clip(np.rint(picture), 0, 255).astype(np.uint8), parsing, joints, surface, sample.arms_HW
    )


def _paled(picture: np.ndarray, there_HW: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """White or nearly, with what is left of its shades and prints. there: where its mean is taken."""
    if not there_HW.any():
        return picture
    apart = picture - picture[there_HW].mean(0)
    return np.clip(rng.uniform(218, 252) + rng.normal(0, 2, 3) + rng.uniform(0.08, 0.4) * apart, 0, 255)


def _hemmed(sample: ParsingSample, share: float) -> ParsingSample:
    """What is left where trousers end at a share of their legs, which begin where cloth first has a gap."""
    cloth_HW = (sample.parsing_HW > 0).astype(np.int8)
    parted = np.flatnonzero((np.diff(cloth_HW, axis=1) > 0).sum(1) > 1)
    if not len(parted):
        return sample
    hem = parted[0] + max(1, round(share * (np.flatnonzero(cloth_HW.any(1))[-1] - parted[0])))
    above = np.arange(len(sample.parsing_HW)) < hem
    joints = sample.keypoints_18x3.copy()
    joints[joints[:, 1] >= hem] = 0.0, 0.0, ABSENT
    parsing, surface = sample.parsing_HW * above[:, None], sample.surface_HW3 * above[:, None, None]
    return replace(sample, parsing_HW=parsing, surface_HW3=surface, keypoints_18x3=joints)


def _where_from(parsing_HW: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Where each pixel of the new picture comes from, float32 [H, W, 2] px: the garment larger, of other
    breadths row by row, and a little astray."""
    height, width = parsing_HW.shape
    rows, columns = np.flatnonzero(parsing_HW.any(1)), np.flatnonzero(parsing_HW.any(0))
    middle = np.array((columns[0] + columns[-1], rows[0] + rows[-1])) / 2
    tall, broad = rows[-1] - rows[0] + 1, columns[-1] - columns[0] + 1
    breadth = _BREADTH_OF_TOPS if (parsing_HW == _TOP).any() else _BREADTH
    breadths = rng.uniform(*breadth) * rng.uniform(0.8, 1.25, _KNOTS)
    scale = min(height / tall, width / (broad * breadths.mean())) * rng.uniform(0.7, 1.1)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    stray = rng.normal(0, _STRAY * height, (5, 4, 2)).astype(np.float32)
    stray = cv2.resize(stray, (width, height), interpolation=cv2.INTER_CUBIC)
    aside, below = rng.normal(0, 0.04, 2) * (width, height)
    from_y = (y - height / 2 - below) / scale + middle[1] + stray[:, :, 1] / scale
    down = np.clip((from_y - rows[0]) / tall, 0, 1) * (_KNOTS - 1)
    breadth_HW = np.interp(down, np.arange(_KNOTS), breadths).astype(np.float32)
    from_x = (x - width / 2 - aside) / (scale * breadth_HW) + middle[0] + stray[:, :, 0] / scale
    return np.dstack([from_x, from_y]).astype(np.float32)


def _moved(keypoints_18x3: np.ndarray, there_HW2: np.ndarray) -> np.ndarray:
    """The joints at the pixels that come from where they were; those that leave the picture are absent."""
    height, width = there_HW2.shape[:2]
    moved = np.array(keypoints_18x3, np.float32)
    for joint in (row for row in moved if row[2] > ABSENT):
        apart_HW = np.linalg.norm(there_HW2 - (joint[:2] - 0.5), axis=2)
        nearest_row, column = divmod(int(apart_HW.argmin()), width)
        joint[:2] = column + 0.5, nearest_row + 0.5
        if apart_HW[nearest_row, column] > 1.0 + 0.01 * height:
            joint[:] = 0.0, 0.0, ABSENT
    return moved


def _shadow(cover_HW: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A factor float32 [H, W, 1]: light that cloth keeps from the ground beside it."""
    height, width = cover_HW.shape
    shift = np.float32([[1, 0, rng.normal(0, 0.012) * height], [0, 1, rng.normal(0.004, 0.012) * height]])
    thrown = cv2.warpAffine(cover_HW, shift, (width, height), borderMode=cv2.BORDER_REPLICATE)
    thrown = cv2.GaussianBlur(thrown, (0, 0), rng.uniform(0.004, 0.03) * height)
    return (1 - rng.uniform(0, 0.5) * thrown)[:, :, None]


def _hang(picture: np.ndarray, cloth_HW: np.ndarray, rng: np.random.Generator) -> None:
    """Draw a hanger: a hook above the garment, and shoulders that come out of its neck."""
    rows, columns = np.nonzero(cloth_HW)
    if not len(rows):
        return
    size = np.ptp(columns) + 1
    middle = int((columns.min() + columns.max()) / 2)
    top = int(rows.min() + 0.06 * size)
    colour = tuple(float(c) for c in rng.uniform(0, 240) * np.exp(rng.normal(0, 0.2, 3)))
    thick = max(1, round(rng.uniform(0.008, 0.04) * size))
    for side in (-1, 1):
        end = middle + side * int(rng.uniform(0.15, 0.35) * size), top + int(rng.uniform(0.03, 0.1) * size)
        cv2.line(picture, (middle, top - int(0.04 * size)), end, colour, thick, cv2.LINE_AA)
    hook = max(2, int(0.04 * size))
    centre = middle, top - int(0.04 * size) - 2 * hook
    cv2.ellipse(picture, centre, (hook, hook), 0, 150, 450, colour, max(1, thick // 2), cv2.LINE_AA)
