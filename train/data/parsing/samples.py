"""Training pictures of the parsing network: rendered people, cut out, put elsewhere and badly photographed.

The stream is a pure function of (seed, index): every run through the people takes each once, in an order of
its own, in a random view, with the changes that index always has.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from engine.cv import cv2
from engine.pose.skeleton import ABSENT, FLIP, GUESSED, LEFT_HIP, NECK, NOSE, RIGHT_HIP
from engine.regions import ARMS_UNKNOWN, LEFT_ARM, REGIONS, RIGHT_ARM, of_an_arm
from train.data.detector import as_detected, as_found
from train.data.parsing.crowd import Crowd
from train.data.parsing.laid import is_alone, laid
from train.data.parsing.lens import SpoilingLens, photograph
from train.data.parsing.sample import ParsingSample
from train.data.parsing.scenery import background, light, obstacle
from train.data.people import View

_GARMENTS = tuple(REGIONS.index(name) for name in ("upper clothes", "dress or skirt", "pants"))
_UPPER, _LEGS = REGIONS.index("upper clothes"), REGIONS.index("legs")
_OUT_ON_ARMS = 0.22  # surface coordinate x beyond which the trunk's clothes are sleeves (9 dm are 1)
_SKIN_3 = np.array([232.0, 188.0, 160.0])  # what light skin has in the middle
# The code of arms in a mirror image.
_MIRRORED = np.arange(256, dtype=np.uint8)
_MIRRORED[RIGHT_ARM:LEFT_ARM], _MIRRORED[LEFT_ARM : LEFT_ARM + RIGHT_ARM] = (
    _MIRRORED[LEFT_ARM : LEFT_ARM + RIGHT_ARM].copy(),
    _MIRRORED[RIGHT_ARM:LEFT_ARM].copy(),
)
_ALIKE = 0.12  # how often garments that may be recoloured are of one colour
_ORDER, _VIEW, _CHANGES, _BYSTANDER, _TOLD = 10, 11, 12, 13, 14  # tags of the generators
_UNTOLD = 0.25  # share of the people whose joints the network is not told


@dataclass(frozen=True)
class Changes:
    """How much is done to a view; all zeros and lens None change nothing but the size."""

    flip: float = 0.5
    close_up: float = 0.2  # probability of a picture of head or trunk, up to three times enlarged
    zoom: float = 0.2  # standard deviation of the log scale otherwise
    turn: float = 7.0  # standard deviation of the rotation, degrees
    shift: float = 0.06  # standard deviation of the displacement, of the height
    elsewhere: float = 0.65  # probability of another background
    nobody: float = 0.05  # probability that only the background is left
    obstacle: float = 0.2  # probability of something in front
    light: float = 0.5  # probability of uneven light
    recolour: float = 0.0  # probability, of each garment, of other colours, contrast and pattern
    bystander: float = 0.0  # probability of another person behind, smaller or to the side
    laid: float = 0.0  # probability that a garment alone is laid out as people photograph them
    lens: SpoilingLens | None = SpoilingLens()


STRONG = Changes()
CROWDED = replace(
    STRONG, bystander=0.3, recolour=0.5, laid=0.8
)  # for training; what is measured stays STRONG
_LAID = {"close_up": 0.08, "zoom": 0.08, "elsewhere": 0.0, "obstacle": 0.08}  # it nearly fills the picture
PLAIN = Changes(*(0.0,) * 10, lens=None)


@dataclass(frozen=True, eq=False)
class Batch:
    """image_BCHW float32 in [-1, 1]; parsing_BHW int64; keypoints_BJ3 float32 px, state; surface_B3HW
    float32 canonical position in 9 dm, NaN where it is not known. arms_BHW: uint8, in the code of
    `train.data.people`. told_BJ3: joints that the network is told, all absent where nothing is."""

    image_BCHW: Tensor
    parsing_BHW: Tensor
    keypoints_BJ3: Tensor
    surface_B3HW: Tensor
    arms_BHW: Tensor
    told_BJ3: Tensor

    def to(self, device: torch.device | str) -> Batch:
        return Batch(**{name: value.to(device) for name, value in vars(self).items()})

    def told(self) -> dict[str, str]:
        """For the metadata of a file that keeps the batch: the number of its samples tells which they are."""
        return {}


def labelled(view: View) -> ParsingSample:
    """A view with the keypoints that a detector would give, as the network is to give them."""
    joints = as_detected(view.keypoints_18x3)
    return ParsingSample(view.image_HWC, view.parsing_HW, joints, view.surface_HW3, view.arms_HW)


def changed(
    sample: ParsingSample,
    size: tuple[int, int],
    rng: np.random.Generator,
    changes: Changes,
    other: ParsingSample | None = None,
    scenes: Sequence[np.ndarray] = (),
) -> ParsingSample:
    """The sample at `size` (H, W), with changes drawn from the generator. other: who stands behind. scenes:
    places, as `scenery.background` takes them."""
    matrix = _placement(sample, size, rng, changes)
    mirrored = bool(rng.random() < changes.flip)
    if mirrored:
        matrix = np.array([[-1.0, 0, size[1]], [0, 1, 0]]) @ np.vstack([matrix, (0, 0, 1)])
    picture, parsing, surface, arms = _moved_pictures(sample, matrix, size)
    keypoints = _moved_joints(sample.keypoints_18x3, matrix, size)
    if mirrored:
        keypoints = keypoints[list(FLIP)]
        known = surface.any(2)
        surface[known, 0] = 255 - surface[known, 0]
        arms = _MIRRORED[arms]
    if changes.recolour:
        held = of_an_arm(arms) & (parsing == 0)
        picture = _recoloured(picture, parsing, surface, held, rng, changes.recolour, scenes)
    nobody = rng.random() < changes.nobody
    if nobody or rng.random() < changes.elsewhere:
        palette = picture[parsing > 0]
        palette = palette[rng.integers(0, len(palette), 12)] if len(palette) else np.full((1, 3), 128.0)
        behind = background(rng, size, palette, scenes)
    else:
        behind = picture
    if other is not None and not nobody:
        behind = _beside(behind, other, size, rng)
    if behind is not picture:
        alpha = np.zeros(size, np.float32) if nobody else _cover(sample.shown_HW, matrix, size)
        picture = behind + alpha[:, :, None] * (picture - behind)
    if nobody:
        parsing, surface = np.zeros_like(parsing), np.zeros_like(surface)
        arms[arms != ARMS_UNKNOWN] = 0
        keypoints[:, 2] = ABSENT
    elif rng.random() < changes.obstacle:
        cover = obstacle(rng, size)
        front = background(rng, size, np.full((1, 3), 128.0))
        picture = picture + cover[:, :, None] * (front - picture)
        hidden = cover > 0.5
        parsing[hidden], surface[hidden], arms[hidden & (arms != ARMS_UNKNOWN)] = 0, 0, 0
        there = keypoints[:, 2] > ABSENT
        x, y = keypoints[there, :2].astype(int).T
        keypoints[np.flatnonzero(there)[hidden[y, x]], 2] = GUESSED
    if rng.random() < changes.light:
        picture = picture * light(rng, size)
    if changes.lens is None:
        image = np.clip(np.rint(picture), 0, 255).astype(np.uint8)
    else:
        image = photograph(rng, picture, changes.lens)
    return ParsingSample(image, parsing, keypoints, surface, arms)


def _placement(sample: ParsingSample, size: tuple[int, int], rng: np.random.Generator, changes: Changes):
    """float64 [2, 3]: px of the view -> px of the picture to be made."""
    height, width = sample.parsing_HW.shape
    middle = np.array([width / 2, height / 2])
    close, zoom, turn, *shift, place = rng.random(), *rng.standard_normal(4), rng.random()
    scale = size[0] / height
    shift = np.array(shift) * changes.shift * size[0]
    joints = sample.keypoints_18x3
    aims = [j for j in (NOSE, NECK, NECK, RIGHT_HIP, LEFT_HIP) if joints[j, 2] > ABSENT]
    if close < changes.close_up and aims:
        middle = joints[aims[int(place * len(aims))], :2].astype(float)
        scale *= rng.uniform(1.3, 3.0)
    else:
        scale *= float(np.exp(np.clip(changes.zoom * zoom, -0.5, 0.5)))
    angle = np.deg2rad(np.clip(changes.turn * turn, -30, 30))
    linear = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    offset = np.array([size[1] / 2, size[0] / 2]) + shift - linear @ middle
    # Nobody ends in mid air: what the view cuts off below is cut off below here as well.
    if sample.parsing_HW[-1].any():
        edge = linear @ (width / 2, height) + offset
        offset[1] += max(0.0, size[0] - edge[1])
    return np.column_stack([linear, offset])


def _moved_pictures(sample: ParsingSample, matrix: np.ndarray, size: tuple[int, int]):
    """Picture float32, parsing, surface and arms at their new place; the picture's border goes on outside."""
    shape = (size[1], size[0])
    image, shrink = sample.image_HWC, np.sqrt(abs(np.linalg.det(matrix[:, :2])))
    if shrink < 0.75:  # average first, or thin things would break up
        image = cv2.GaussianBlur(image, (0, 0), 0.4 / shrink)
    picture = cv2.warpAffine(
        image, _centred(matrix), shape, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    parsing, surface = (
        cv2.warpAffine(labels, _centred(matrix), shape, flags=cv2.INTER_NEAREST)
        if labels.any()
        else np.zeros((*size, *labels.shape[2:]), np.uint8)
        for labels in (sample.parsing_HW, sample.surface_HW3)
    )
    outside = ARMS_UNKNOWN if (sample.arms_HW == ARMS_UNKNOWN).any() else 0
    arms = cv2.warpAffine(
        sample.arms_HW, _centred(matrix), shape, flags=cv2.INTER_NEAREST, borderValue=outside
    )
    return picture.astype(np.float32), parsing, surface, arms


def _centred(matrix: np.ndarray) -> np.ndarray:
    """The same map for OpenCV, where a pixel's coordinates are those of its centre."""
    moved = matrix.copy()
    moved[:, 2] += matrix[:, :2] @ (0.5, 0.5) - 0.5
    return moved


def _recoloured(
    picture: np.ndarray,
    parsing: np.ndarray,
    surface: np.ndarray,
    held: np.ndarray,
    rng: np.random.Generator,
    probability: float,
    scenes: Sequence,
) -> np.ndarray:
    """The picture with some of its garments in other colours: folds and shadows stay, what they lie on is
    mixed anew from its channels, darker or lighter, sometimes with a pattern. Photographed clothes have more
    colours and patterns than the studio's; what a garment is, its shape has to tell. Sleeves may be of
    another colour than what they are sewn to, that of skin too; legs half as often, as if in stockings; and
    what is held. Now and then all garments are of one colour, so that shades alone tell an arm from what it
    hangs before."""
    if rng.random() < _ALIKE:
        return _alike(picture, parsing, rng)
    sleeves = (parsing == _UPPER) & (np.abs(surface[:, :, 0] / 127.5 - 1) > _OUT_ON_ARMS)
    masks = [(parsing == region, probability) for region in _GARMENTS]
    masks += [(sleeves, 0.5 * probability), (parsing == _LEGS, 0.5 * probability), (held, probability)]
    for mask, share in masks:
        if rng.random() >= share or not mask.any():
            continue
        mean_3 = picture[mask].mean(0)
        shade = picture.mean(2, keepdims=True) / max(float(mean_3.mean()), 8.0)
        detail = picture - mean_3 * np.minimum(shade, 2.0)
        colour_3 = rng.uniform(0, 1, 3) ** rng.uniform(0.5, 2.0) * rng.uniform(20, 250)
        kind = rng.random()
        if kind < 0.35:
            colour_3 = np.full(3, colour_3.mean()) * np.exp(rng.normal(0, 0.05, 3))
        elif kind < 0.5:
            colour_3 = _SKIN_3 * rng.uniform(0.35, 1.05) * np.exp(rng.normal(0, 0.08, 3))
        cloth = colour_3 * shade ** rng.uniform(0.7, 1.6) + detail * rng.uniform(-1.0, 1.0)
        if rng.random() < 0.35:
            pattern = background(rng, parsing.shape, rng.uniform(0, 255, (3, 3)), scenes)
            cloth = cloth + rng.uniform(0.1, 0.8) * (pattern - pattern.mean((0, 1))) * np.minimum(shade, 1.5)
        soft = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 0.7)[:, :, None]
        picture = picture + soft * (np.clip(cloth, 0, 255).astype(np.float32) - picture)
    return picture


def _alike(picture: np.ndarray, parsing: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The picture with all its garments of nearly one colour, black or white more often than not."""
    kind = rng.random()
    colour_3 = rng.uniform(15, 235, 3)
    if kind < 0.75:
        colour_3 = np.full(3, rng.uniform(8, 50) if kind < 0.5 else rng.uniform(215, 250))
    for mask in (parsing == region for region in _GARMENTS):
        if not mask.any():
            continue
        shade = picture.mean(2, keepdims=True) / max(float(picture[mask].mean()), 8.0)
        cloth = colour_3 * np.exp(rng.normal(0, 0.08)) * np.minimum(shade, 2.0) ** rng.uniform(0.4, 1.2)
        soft = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 0.7)[:, :, None]
        picture = picture + soft * (np.clip(cloth, 0, 255).astype(np.float32) - picture)
    return picture


def _beside(
    picture: np.ndarray, other: ParsingSample, size: tuple[int, int], rng: np.random.Generator
) -> np.ndarray:
    """The picture with another person in it, who belongs to the background: smaller, or half out of it."""
    height, width = other.parsing_HW.shape
    scale = size[0] / height * rng.uniform(0.3, 0.9)
    side = rng.choice((-1, 1))
    middle = size[1] / 2 + side * rng.uniform(0.25, 0.6) * size[1]
    feet = size[0] * rng.uniform(0.7, 1.2)  # lower than the picture: cut off like everybody near
    matrix = np.array([[scale, 0, middle - scale * width / 2], [0, scale, feet - scale * height]])
    shown = _moved_pictures(other, matrix, size)[0]
    alpha = _cover(other.shown_HW, matrix, size)[:, :, None]
    return picture + alpha * (shown - picture)


def _cover(shown_HW: np.ndarray, matrix: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """How much of each pixel the person covers, the outermost half pixel left off: it shows the studio."""
    soft = cv2.GaussianBlur(shown_HW.astype(np.float32), (0, 0), 0.8)
    soft = cv2.warpAffine(soft, _centred(matrix), (size[1], size[0]), flags=cv2.INTER_LINEAR)
    return np.clip((soft - 0.45) / 0.4, 0, 1)


def _moved_joints(keypoints_18x3: np.ndarray, matrix: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    joints = np.array(keypoints_18x3, np.float32)
    joints[:, :2] = joints[:, :2] @ matrix[:, :2].T + matrix[:, 2]
    inside = ((joints[:, :2] >= 0) & (joints[:, :2] < (size[1], size[0]))).all(1)
    joints[~inside, 2] = ABSENT
    return joints


class Stream:
    """`stream[index]`: the training pictures of these people, endless; scenes behind some of them."""

    def __init__(
        self,
        people: Crowd,
        size: tuple[int, int],
        changes: Changes = STRONG,
        seed: int = 0,
        scenes: Sequence[np.ndarray] = (),
    ):
        self._people, self._size, self._changes, self._seed = people, size, changes, seed
        self._scenes = scenes
        self._epoch, self._order = -1, np.empty(0, np.int64)

    def __getitem__(self, index: int) -> ParsingSample:
        epoch, place = divmod(index, len(self._people))
        if epoch != self._epoch:
            self._epoch = epoch
            self._order = np.random.default_rng([self._seed, _ORDER, epoch]).permutation(len(self._people))
        person = int(self._people.persons[self._order[place]])
        view = int(
            np.random.default_rng([self._seed, _VIEW, index]).integers(self._people.views(person))
        )  # fmt: skip
        rng = np.random.default_rng([self._seed, _CHANGES, index])
        sample, changes = labelled(self._people.view(person, view)), self._changes
        if changes.laid and is_alone(sample) and rng.random() < changes.laid:
            sample, changes = laid(sample, rng), replace(changes, **_LAID)
            return changed(sample, self._size, rng, changes, None, self._scenes)
        sample = changed(sample, self._size, rng, changes, self._somebody(index), self._scenes)
        rng = np.random.default_rng([self._seed, _TOLD, index])
        if rng.random() < _UNTOLD:
            return sample
        return replace(sample, told_18x3=as_found(sample.keypoints_18x3, rng))

    def _somebody(self, index: int) -> ParsingSample | None:
        """Who stands behind the person of a sample, if anybody does."""
        rng = np.random.default_rng([self._seed, _BYSTANDER, index])
        if rng.random() >= self._changes.bystander:
            return None
        person = int(rng.choice(self._people.persons))
        return labelled(self._people.view(person, int(rng.integers(self._people.views(person)))))

    def batches(self, count: int, start: int = 0) -> Iterator[Batch]:
        """Batches of `count` from sample `start` on."""
        while True:
            yield collate([self[index] for index in range(start, start + count)])
            start += count


def collate(samples: list[ParsingSample]) -> Batch:
    image = np.stack([sample.image_HWC for sample in samples])
    surface = np.stack([sample.surface_HW3 for sample in samples])
    position = (surface.astype(np.float32) - 127.5) / 127
    position[~surface.any(3)] = np.nan
    return Batch(
        torch.from_numpy(image).permute(0, 3, 1, 2).float().div_(127.5).sub_(1),
        torch.from_numpy(np.stack([sample.parsing_HW for sample in samples])).long(),
        torch.from_numpy(np.stack([sample.keypoints_18x3 for sample in samples])),
        torch.from_numpy(position).permute(0, 3, 1, 2),
        torch.from_numpy(np.stack([sample.arms_HW for sample in samples])),
        torch.from_numpy(np.stack([_told(sample) for sample in samples])),
    )


def _told(sample: ParsingSample) -> np.ndarray:
    return np.zeros((18, 3), np.float32) if sample.told_18x3 is None else sample.told_18x3
