"""Sliced Wasserstein distance between sets of pictures, on patches of a Laplacian pyramid.

Karras, Aila, Laine and Lehtinen 2018 ("Progressive Growing of GANs"), section 5; the pyramid of Burt and
Adelson 1983; the sliced distance of Rabin et al. 2011. Nothing learnt takes part.

Every picture gives patches of 7x7 px and three channels from every level of its pyramid, each set of patches
is brought to mean 0 and deviation 1 in each channel, and the sets are compared along random directions, where
the Wasserstein distance is that of two sorted lists. A level is named by its rows: the finest holds the
finest detail, the coarsest what is left at about 16 rows. Against the paper: patches lie at the same places
in a picture and its truth (a set compared with itself gives 0), and a set is hundreds of pictures, not
16,384.

Because of the normalisation the distance does not see how STRONG a level is: a blurred picture's finest level
may have the right shape and no contrast. `detail` says that: the level's standard deviation as a share of the
truth's.
"""

from __future__ import annotations

import numpy as np

from engine.cv import cv2
from train.metrics.bootstrap import estimate_of_set
from train.metrics.measure import COPY, RESULT, Column, RatedBatch, Table

PATCH = 7
COARSEST_ROWS = 16
DIRECTIONS, AT_ONCE = 512, 128
BOOTSTRAP_DIRECTIONS = 32
MOST_PATCHES = 1 << 15  # of a set and level
PATCHES_PER_PICTURE = 64
SEED = 0


def laplacian_pyramid(image_HWC: np.ndarray) -> list[np.ndarray]:
    """float32 levels, finest first: what every halving loses, and at last the picture of 16 to 31 rows."""
    levels, finer = [], image_HWC.astype(np.float32)
    while finer.shape[0] >= 2 * COARSEST_ROWS and finer.shape[1] >= 2 * PATCH:
        coarser = cv2.pyrDown(finer)
        levels.append(finer - cv2.pyrUp(coarser, dstsize=finer.shape[1::-1]))
        finer = coarser
    return [*levels, finer]


def patch_centres(mask_HW: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """int [count, 2] (row, column) in the mask, with repetition, patches wholly in the picture; or [0, 2]."""
    margin = PATCH // 2
    inside = np.argwhere(mask_HW[margin:-margin, margin:-margin]) + margin
    return inside[rng.integers(len(inside), size=count)] if len(inside) else np.zeros((0, 2), int)


def patches_at(level_HWC: np.ndarray, centres_N2: np.ndarray) -> np.ndarray:
    """float32 [N, 7 * 7 * 3] around the centres."""
    windows = np.lib.stride_tricks.sliding_window_view(level_HWC, (PATCH, PATCH), axis=(0, 1))
    rows, columns = (centres_N2 - PATCH // 2).T
    return windows[rows, columns].transpose(0, 2, 3, 1).reshape(len(centres_N2), PATCH * PATCH * 3)


def directions(count: int, dimensions: int, seed: int = SEED) -> np.ndarray:
    """float32 [count, dimensions] of unit length, evenly distributed."""
    drawn = np.random.default_rng([seed, 1]).standard_normal((count, dimensions))
    return (drawn / np.linalg.norm(drawn, axis=1, keepdims=True)).astype(np.float32)


def normalised(patches_ND: np.ndarray) -> np.ndarray:
    """Each of the three channels to mean 0 and deviation 1 over the set."""
    channels = patches_ND.astype(np.float32).reshape(-1, 3)
    deviation = np.maximum(channels.std(axis=0, dtype=np.float64), 1e-8)
    return (
        ((channels - channels.mean(axis=0, dtype=np.float64)) / deviation)
        .astype(np.float32)
        .reshape(patches_ND.shape)
    )


def sliced_wasserstein(a_ND: np.ndarray, b_ND: np.ndarray, count: int = DIRECTIONS) -> float:
    """Mean over directions of the Wasserstein-1 distance between two sets of as many normalised patches,
    times 1000 as in the paper."""
    along = directions(count, a_ND.shape[1])
    distances = [
        np.abs(np.sort(some @ a_ND.T, axis=1) - np.sort(some @ b_ND.T, axis=1)).mean(axis=1)
        for some in np.split(along, range(AT_ONCE, count, AT_ONCE))
    ]
    return 1000 * float(np.concatenate(distances).mean())


def moments(patches_ND: np.ndarray) -> np.ndarray:
    """float64 [N, 2, 3]: mean and mean square of each channel of every patch."""
    pixels_NP3 = patches_ND.astype(np.float64).reshape(len(patches_ND), -1, 3)
    return np.stack([pixels_NP3.mean(axis=1), (pixels_NP3**2).mean(axis=1)], axis=1)


def detail(moments_N23: np.ndarray, truth_N23: np.ndarray) -> float:
    """Standard deviation of a set, colours about their means, as a share of the truth's; of `moments`."""
    ours, theirs = (
        np.sqrt(np.maximum(square - mean**2, 0)).mean()
        for mean, square in (moments_N23.mean(axis=0), truth_N23.mean(axis=0))
    )
    return float(ours / max(theirs, 1e-12))


COLUMNS = (Column("SWD", 1, True), Column("detail", 2))
NOTE = (
    "Times 1000, 0 for equal sets, lower is better; levels are named by their rows. Detail: contrast of the "
    "level as a share of the truth's, 1 is right, less is soft. The reference copied is a real picture of "
    "the same person, so its rows are no baseline to beat but what real pictures of other poses reach."
)


class SlicedWasserstein:
    """The measure: sets of results (and of copied references) against the set of targets, whole and person.

    pairs: how many there will be; more pairs give fewer patches each.
    """

    methods = (RESULT, COPY)
    _TRUTH = "truth"

    def __init__(self, pairs: int):
        self._count = max(4, min(PATCHES_PER_PICTURE, MOST_PATCHES // pairs))
        self._patches: dict[tuple[str, str, int], list[np.ndarray]] = {}  # set, region, rows
        self._pairs: dict[tuple[str, int], list[int]] = {}  # number of the pair of every patch
        self._seen = 0

    def see(self, sight: RatedBatch) -> None:
        for i, (_, target) in enumerate(sight.views):
            pictures = {name: sight.pictures[name][i] for name in self.methods if name in sight.pictures}
            pyramids = {
                name: laplacian_pyramid(picture / np.float32(255))
                for name, picture in {**pictures, self._TRUTH: target.image_HWC}.items()
            }
            rng = np.random.default_rng([SEED, 0, self._seen])
            for place, level in enumerate(pyramids[self._TRUTH]):
                size = level.shape[1::-1]
                person = cv2.resize(
                    (target.parsing_HW > 0).astype(np.uint8), size, interpolation=cv2.INTER_NEAREST_EXACT
                )
                for region, mask in (("whole", np.ones_like(person)), ("person", person)):
                    centres = patch_centres(mask, self._count, rng)
                    rows = level.shape[0]
                    self._pairs.setdefault((region, rows), []).extend([self._seen] * len(centres))
                    for name, levels in pyramids.items():
                        # Half precision: hundreds of megabytes otherwise, and 8-bit pictures have no more.
                        found = patches_at(levels[place], centres).astype(np.float16)
                        self._patches.setdefault((name, region, rows), []).append(found)
            self._seen += 1

    def table(self, persons_N: np.ndarray) -> Table | None:
        rows = {}
        levels = sorted({level for _, _, level in self._patches}, reverse=True)
        for region in ("whole", "person"):
            for method in [name for name in self.methods if (name, region, levels[0]) in self._patches]:
                for level in levels:
                    rows[f"{method}, {region}, {level} rows"] = self._row(method, region, level, persons_N)
        made = {
            "patches": f"{self._count} of {PATCH}x{PATCH} px a picture and level",
            "directions": DIRECTIONS, "seed": SEED,
        }  # fmt: skip
        return Table(
            "sliced Wasserstein", "Sliced Wasserstein distance to the targets", NOTE, COLUMNS, rows, made
        )

    def _row(self, method: str, region: str, level: int, persons_N: np.ndarray) -> dict:
        ours, truth = (np.concatenate(self._patches[name, region, level]) for name in (method, self._TRUTH))
        if not len(ours):
            return {column.name: None for column in COLUMNS}
        groups_N = persons_N[self._pairs[region, level]]
        a_ND, b_ND = normalised(ours), normalised(truth)
        few = directions(BOOTSTRAP_DIRECTIONS, a_ND.shape[1])
        a_DN, b_DN = few @ a_ND.T, few @ b_ND.T

        def drawn(chosen: np.ndarray) -> float:
            return 1000 * float(np.abs(np.sort(a_DN[:, chosen]) - np.sort(b_DN[:, chosen])).mean())

        pairs = len(np.unique(self._pairs[region, level]))
        distance = estimate_of_set(sliced_wasserstein(a_ND, b_ND), drawn, groups_N, pairs)
        ours_N23, truth_N23 = moments(ours), moments(truth)
        share = estimate_of_set(
            detail(ours_N23, truth_N23),
            lambda chosen: detail(ours_N23[chosen], truth_N23[chosen]),
            groups_N,
            pairs,
        )
        return {"SWD": distance, "detail": share}
