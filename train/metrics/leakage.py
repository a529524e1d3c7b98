"""Garment leakage: when one garment is taken from another person, what else changes?

A swap. Person A in the target pose is rendered once with A's own neural textures and once with some of B's in
their place (NTED Eq. 13 with coefficients 0 and 1, as `engine.session.Mix` has them by layer and texture).
Those taken are a region's: the textures that are handed out mostly within it, more than half of whose C̄d mass
in A's picture lies there, in each layer. The region is one garment of the target's parsing map: of upper
clothes, dress or skirt, and pants the largest, if B's reference shows one of that class too.

What is measured: the change inside, mean absolute difference of the two pictures (0 to 1) over the garment;
and the change outside, over the rest of the person less a rim of 4 px (at 256 rows) round the garment. Each
as a share of what it is when ALL textures are taken from B:
- arrival, of the change inside: 1 when the whole garment came along;
- leakage, of the change outside: 0 when nothing else changed, 1 when all did.
Either alone is easily had (taking nothing leaks nothing, taking everything has everything arrive), so they
are read together; what knows nothing of regions has leakage equal to arrival. What a swap does to the shape
of a garment is not measured: regions are those of A's true target.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
import torch.nn.functional as F
from engine.models.nted.carry import carry
from engine.models.nted.deformation import across
from engine.models.nted.memory import Memory, remember
from torch import Tensor

from engine.cv import cv2
from engine.models.nted import Nted
from engine.models.nted.detail import Source, share_of
from engine.pose.planes import pose_planes
from train.data.augment import NONE
from train.data.pairs import Pair, load_pair
from train.data.people import CLASSES, People, View
from train.metrics.measure import Column, Sight, Table, rows_of_means
from train.metrics.regions import SMALLEST_REGION
from train.sheets import to_rgb

GARMENTS = tuple(CLASSES.index(name) for name in ("upper clothes", "dress or skirt", "pants"))
RIM = 4 / 256  # of the picture's rows
LEAST_CHANGE = 2 / 255  # when all textures are taken; below it both people look the same, nothing can be told
COLUMNS = (
    Column("leakage", 3, True),
    Column("arrival", 3, False),
    Column("change inside", 4),
    Column("change outside", 4),
)
NOTE = (
    "One garment taken from another person, by the textures that are handed out (C̄d) mostly within it. "
    "Changes are mean absolute differences to the picture without the swap, over the garment (inside) and "
    "over the rest of the person (outside); leakage and arrival are those outside and inside as shares of "
    "what they are when all textures are taken. Taking nothing leaks nothing, so read both: what knows no "
    "regions has leakage equal to arrival."
)
OF_GARMENT, ALL = "textures of the garment", "all textures"


def own_textures(distribution_Khw: Tensor, region_HW: Tensor) -> Tensor:
    """bool [K]: textures more than half of whose C̄d mass lies in the region (bool, of any size)."""
    small_hw = F.interpolate(region_HW[None, None].float(), distribution_Khw.shape[-2:], mode="area")[0, 0]
    inside_K = (distribution_Khw.float() * small_hw).sum((1, 2))
    return inside_K > 0.5 * distribution_Khw.float().sum((1, 2))


def changes(before_HWC: np.ndarray, after_HWC: np.ndarray, region_HW: np.ndarray, person_HW: np.ndarray):
    """Mean absolute difference (0 to 1) inside the region, and on the rest of the person beyond the rim.

    Pictures uint8 RGB, masks bool. NaN where there is no rest.
    """
    difference = np.abs(before_HWC.astype(np.float64) - after_HWC).mean(axis=2) / 255
    reach = 2 * round(RIM * len(region_HW)) + 1
    near = cv2.dilate(region_HW.astype(np.uint8), np.ones((reach, reach), np.uint8)) > 0
    rest = person_HW & ~near
    return difference[region_HW].mean(), difference[rest].mean() if rest.any() else np.nan


def figures(of_garment: tuple[float, float], of_all: tuple[float, float]) -> np.ndarray:
    """float64 [4] in the order of COLUMNS, of the changes (inside, outside) by a swap and by that of all
    textures."""
    (inside, outside), (all_inside, all_outside) = of_garment, of_all
    return np.array((outside / all_outside, inside / all_inside, inside, outside))


def garment_of(parsing_HW: np.ndarray) -> int | None:
    """Class of the largest garment, or None where none is large enough to be rated."""
    shares = {label: (parsing_HW == label).mean() for label in GARMENTS}
    largest = max(shares, key=shares.get)
    return largest if shares[largest] >= SMALLEST_REGION else None


class Leakage:
    """The measure, over the first `count` pairs; B is the next pair's person whose reference shows the class.

    network: to render the swaps with. people, pairs, size: what is evaluated.
    """

    def __init__(
        self, network: Nted, people: People, pairs: Sequence[Pair], size: tuple[int, int], count: int
    ):
        self._network, self._people, self._pairs, self._size = network, people, pairs, size
        self._count, self._seen = count, 0
        self._values: dict[str, list[np.ndarray]] = {OF_GARMENT: [], ALL: []}

    def see(self, sight: Sight) -> None:
        for i, (_, target) in enumerate(sight.views):
            rated = self._seen < self._count and self._rate(sight, i, target)
            for row, values in (rated or {}).items():
                self._values[row].append(values)
            if not rated:
                for values in self._values.values():
                    values.append(np.full(len(COLUMNS), np.nan))
            self._seen += 1

    def table(self, persons_N: np.ndarray) -> Table | None:
        rows = rows_of_means(self._values, COLUMNS, persons_N)
        made = {"pairs tried": min(self._count, self._seen)}
        return Table("leakage", "Garment leakage in swaps", NOTE, COLUMNS, rows, made)

    def _rate(self, sight: Sight, i: int, target: View) -> dict[str, np.ndarray] | None:
        label = garment_of(target.parsing_HW)
        giver = None if label is None else self._giver(label)
        if giver is None:
            return None
        region_HW, person_HW = target.parsing_HW == label, target.parsing_HW > 0
        before, render = to_rgb(sight.output.image_BCHW[i]), self._swapper(sight, i, giver)
        mask_HW = torch.from_numpy(region_HW).to(sight.output.image_BCHW.device)
        own = [own_textures(map_BKhw[i], mask_HW) for map_BKhw in sight.output.distribution]
        every = [torch.ones_like(taken) for taken in own]
        by_garment, by_all = (changes(before, render(taken), region_HW, person_HW) for taken in (own, every))
        if not min(by_all) >= LEAST_CHANGE:
            return None
        return {OF_GARMENT: figures(by_garment, by_all), ALL: figures(by_all, by_all)}

    def _giver(self, label: int) -> View | None:
        here = self._pairs[self._seen]
        for step in range(1, len(self._pairs)):
            pair = self._pairs[(self._seen + step) % len(self._pairs)]
            if pair.person == here.person:
                continue
            view = load_pair(self._people, pair, self._size, NONE, 0)[0]
            if (view.parsing_HW == label).mean() >= SMALLEST_REGION:
                return view
        return None

    def _kept(
        self, picture_1CHW: Tensor, planes_1PHW: Tensor, pose_1183: Tensor, textures: list[Tensor]
    ) -> tuple[Source, Memory]:
        source = self._network.source(picture_1CHW, planes_1PHW, textures)
        return source, remember(source, *self._network.drawn(planes_1PHW, textures), pose_1183)

    def _swapper(self, sight: Sight, i: int, giver: View) -> Callable[[list[Tensor]], np.ndarray]:
        picture_BCHW = sight.batch.reference_BCHW
        other = torch.from_numpy(giver.image_HWC.transpose(2, 0, 1)[None].astype(np.float32) / 127.5 - 1)
        other = other.to(picture_BCHW.device)
        theirs = self._network.reference_encoder(other).textures
        detail = self._network.detail
        if detail is not None:
            planes_1PHW = torch.from_numpy(pose_planes(giver.keypoints_18x3, self._size))[None]
            poses_1183 = (
                across(keypoints_B183.to(other.device), self._size)
                for keypoints_B183 in (
                    sight.batch.reference_keypoints_BJ3[i : i + 1],
                    torch.from_numpy(giver.keypoints_18x3)[None],
                    sight.batch.target_keypoints_BJ3[i : i + 1],
                )
            )
            own_1183, their_1183, pose_1183 = poses_1183
            ours = [texture_BCK[i : i + 1] for texture_BCK in sight.output.textures]
            own_planes_1PHW = sight.batch.reference_planes_BPHW[i : i + 1]
            kept = (
                self._kept(picture_BCHW[i : i + 1], own_planes_1PHW, own_1183, ours),
                self._kept(other, planes_1PHW.to(other.device), their_1183, theirs),
            )
        pose = self._network.skeleton_encoder(sight.batch.target_planes_BPHW[i : i + 1])

        def render(taken: list[Tensor]) -> np.ndarray:
            mixed = [
                torch.where(taken_K, theirs_1CK, ours_BCK[i : i + 1])
                for taken_K, theirs_1CK, ours_BCK in zip(taken, theirs, sight.output.textures, strict=True)
            ]
            rendering = self._network.target_image_renderer(pose, mixed)
            image_BCHW = rendering.image_BCHW
            if detail is not None:
                shares = 1.0, share_of(rendering.distribution_logits, taken[-2])
                references = [(*each, share) for each, share in zip(kept, shares, strict=True)]
                sources = [(source, share) for source, _, share in references]
                image_BCHW, copied = detail(rendering.features, image_BCHW, sources)
                image_BCHW = carry(image_BCHW, rendering.skips[-2], copied.places, pose_1183, references)
            return to_rgb(image_BCHW[0])

        return render
