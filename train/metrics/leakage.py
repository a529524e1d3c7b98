"""Garment leakage: when one garment is taken from another person, what else changes?

A swap. Person A in the target pose is rendered once as A and once with some of B's slots in place of A's
(coefficients 0 and 1, as `engine.contract` mixes appearances). Those taken are a region's: of an engine that
mixes by region the region itself; of neural textures those that are handed out mostly within it, more than
half of whose C̄d mass in A's picture lies there, in each layer. The region is one garment of the target's
parsing map: of upper clothes, dress or skirt, and pants the largest, if B's reference shows one of that class
too.

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
from torch import Tensor

from engine.compositing.compose import compose, encode_reference
from engine.contract import PoseTransferModel, ReferenceInput
from engine.cv import cv2
from engine.pictures import to_tensor
from engine.regions import REGIONS
from train.data.augment import NONE
from train.data.pairs import Pair, load_pair
from train.data.people import People, View
from train.metrics.measure import Column, RatedBatch, Table, rows_of_means
from train.metrics.regions import SMALLEST_REGION
from train.sheets import to_rgb

GARMENT_CLASSES = tuple(REGIONS.index(name) for name in ("upper clothes", "dress or skirt", "pants"))
RIM = 4 / 256  # of the picture's rows
LEAST_CHANGE = 2 / 255  # when all textures are taken; below it both people look the same, nothing can be told
COLUMNS = (
    Column("leakage", 3, True),
    Column("arrival", 3, False),
    Column("change inside", 4),
    Column("change outside", 4),
)
NOTE = (
    "One garment taken from another person: its region, or the textures that are handed out (C̄d) mostly "
    "within it. "
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
    shares = {label: (parsing_HW == label).mean() for label in GARMENT_CLASSES}
    largest = max(shares, key=shares.get)
    return largest if shares[largest] >= SMALLEST_REGION else None


class Leakage:
    """The measure, over the first `count` pairs; B is the next pair's person whose reference shows the class.

    model: to render the swaps with. people, pairs: what is evaluated.
    """

    def __init__(self, model: PoseTransferModel, people: People, pairs: Sequence[Pair], count: int):
        self._model, self._people, self._pairs = model, people, pairs
        self._count, self._seen = count, 0
        self._values: dict[str, list[np.ndarray]] = {OF_GARMENT: [], ALL: []}

    def see(self, sight: RatedBatch) -> None:
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

    def _rate(self, sight: RatedBatch, i: int, target: View) -> dict[str, np.ndarray] | None:
        label = garment_of(target.parsing_HW)
        giver = None if label is None else self._giver(label)
        if giver is None:
            return None
        region_HW, person_HW = target.parsing_HW == label, target.parsing_HW > 0
        before, render = to_rgb(sight.output.image_BCHW[i]), self._swapper(sight, i, giver)
        own, every = self._coefficients(sight, i, label, region_HW)
        by_garment, by_all = (changes(before, render(taken), region_HW, person_HW) for taken in (own, every))
        if not min(by_all) >= LEAST_CHANGE:
            return None
        return {OF_GARMENT: figures(by_garment, by_all), ALL: figures(by_all, by_all)}

    def _coefficients(
        self, sight: RatedBatch, i: int, label: int, region_HW: np.ndarray
    ) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
        """Which slots are the garment's, and all of them."""
        slots = self._model.slots
        every = {group.name: np.ones(group.count, np.float32) for group in slots}
        if not self._model.capabilities.mix_by_texture:
            own = {
                group.name: np.array([name == REGIONS[label] for name in group.names], np.float32)
                for group in slots
            }
            return own, every
        mask_HW = torch.from_numpy(region_HW).to(sight.output.image_BCHW.device)
        maps = (map_BKhw[i] for map_BKhw in sight.output.distribution)
        taken = (own_textures(map_Khw, mask_HW).float().cpu().numpy() for map_Khw in maps)
        return {group.name: of_group for group, of_group in zip(slots, taken, strict=True)}, every

    def _giver(self, label: int) -> View | None:
        here = self._pairs[self._seen]
        for step in range(1, len(self._pairs)):
            pair = self._pairs[(self._seen + step) % len(self._pairs)]
            if pair.person == here.person:
                continue
            view = load_pair(self._people, pair, self._model.size, NONE, 0)[0]
            if (view.parsing_HW == label).mean() >= SMALLEST_REGION:
                return view
        return None

    def _swapper(
        self, sight: RatedBatch, i: int, giver: View
    ) -> Callable[[dict[str, np.ndarray]], np.ndarray]:
        device = sight.output.image_BCHW.device
        theirs = encode_reference(
            self._model, ReferenceInput(to_tensor(giver.image_HWC, device), giver.keypoints_18x3)
        )
        own, target_18x3 = sight.output.references[i], sight.batch.target_keypoints_BJ3[i].cpu().numpy()

        @torch.inference_mode()
        def render(taken: dict[str, np.ndarray]) -> np.ndarray:
            appearance = self._model.mix(own.appearance, [(theirs.appearance, taken)])
            rendering = self._model.render(appearance, target_18x3)
            composition = compose(self._model, rendering, target_18x3, [own, theirs])
            return to_rgb(composition.image_1CHW[0])

        return render
