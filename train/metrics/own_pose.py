"""The photo in its own pose: what a user sees first, and what every drag begins with."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from train.metrics.measure import RESULT, Column, RatedBatch, Render, Table, rows_of_means
from train.metrics.regions import METRICS, RATED_REGIONS, score
from train.sheets import to_rgb

COLUMNS = (
    Column("person SSIM", 3, False),
    Column("person PSNR", 2, False),
    Column("person L1", 3, True),
    Column("face SSIM", 3, False),
    Column("face PSNR", 2, False),
)
NOTE = (
    "The reference rendered in the pose it was taken in, against itself, over its own regions: as it is "
    "shown, and as the network alone draws it, without what is remembered of the photo. The photo copied "
    "would be perfect; what the network alone misses is what it forgets, and what has to be remembered."
)
ALONE = "the network alone"


class OwnPoseScore:
    """The measure. shown, alone: how the network that is evaluated is rendered."""

    def __init__(self, shown: Render, alone: Render):
        self._renders = {RESULT: shown, ALONE: alone}
        self._values: dict[str, list[np.ndarray]] = {name: [] for name in self._renders}

    def see(self, sight: RatedBatch) -> None:
        own = replace(
            sight.batch,
            target_planes_BPHW=sight.batch.reference_planes_BPHW,
            target_keypoints_BJ3=sight.batch.reference_keypoints_BJ3,
        )
        for name, render in self._renders.items():
            output = render(own)
            for image_CHW, (reference, _) in zip(output.image_BCHW, sight.views, strict=True):
                scores = score(to_rgb(image_CHW), reference.image_HWC, reference.parsing_HW)
                by_column = [
                    scores[RATED_REGIONS.index(region), METRICS.index(metric)]
                    for region, metric in (column.name.split() for column in COLUMNS)
                ]
                self._values[name].append(np.array(by_column))

    def table(self, persons_N: np.ndarray) -> Table:
        rows = rows_of_means(self._values, COLUMNS, persons_N)
        return Table("own pose", "The photo in its own pose", NOTE, COLUMNS, rows)
