"""Correspondence error: does the attention take every pixel of the target from the right place of the body?

Rendered people know it: every pixel has surface coordinates, the place of its surface point on one body in
rest pose, the same in all views. The reference's coordinates are read by C̄e and handed out by C̄d as colours
are in the attention reconstruction (NTED Eq. 7); what arrives at a pixel of the target is where the attention
looks, in decimetres on the body, and is compared with the pixel's own coordinates.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F
from scipy.spatial import cKDTree
from torch import Tensor

from engine.regions import SURFACE_SPAN
from train.losses.attention import attended
from train.metrics.measure import Column, RatedBatch, Table, rows_of_means

VISIBLE_WITHIN = 0.5  # dm from which on a surface point counts as seen in the reference
FEWEST_CELLS = 8  # of a layer; fewer are not rated

COLUMNS = (
    Column("median, dm", 2, True),
    Column("within 1 dm", 3, False),
    Column("within 2 dm", 3, False),
    Column("on the background", 3, True),
)
NOTE = (
    "Distance on the resting body (dm) between the place the attention looks at, carried from the reference "
    "by C̄e and C̄d, and the target's own, at positions of the target whose surface is seen in the reference, "
    "of each layer; the median and shares of a picture, mean over pictures. On the background: share of the "
    "attention that lies off the person in the reference; the place is that of the rest. Uniform attention "
    "looks at the mean of the person. A mixture has one place, between those it mixes; a cell of the 16-row "
    "layers is about 1.2 dm wide. Copied detail looks at one pixel of the reference for each cell."
)
LAYERS, UNIFORM, COPIED = "layer {}", "uniform attention, {} rows", "copied detail"


def seen_in(reference_surface_3HW: np.ndarray, points_N3: np.ndarray) -> np.ndarray:
    """bool [N]: whether a surface point (units of the batch, NaN for none) is seen in the reference."""
    there_M3 = reference_surface_3HW.reshape(3, -1).T
    there_M3 = there_M3[np.isfinite(there_M3).all(axis=1)]
    seen = np.isfinite(points_N3).all(axis=1)
    if not len(there_M3):
        return np.zeros(len(points_N3), bool)
    distance = cKDTree(there_M3).query(points_N3[seen], distance_upper_bound=VISIBLE_WITHIN / SURFACE_SPAN)[0]
    seen[seen] = np.isfinite(distance)
    return seen


def correspondence(
    reference_surface_B3HW: Tensor,
    target_surface_B3HW: Tensor,
    extraction_BKhw: Tensor,
    distribution_BKhw: Tensor,
    uniform: bool = False,
) -> np.ndarray:
    """float64 [B, 4] of one layer, in the order of COLUMNS; NaN where too little of the target is seen in the
    reference. Surfaces: decimetres / SURFACE_SPAN, NaN off the person. uniform: with uniform attention.
    """
    if uniform:
        extraction_BKhw = torch.full_like(extraction_BKhw, 1 / extraction_BKhw[0, 0].numel())
    looked_at_B4hw = attended(_known(reference_surface_B3HW), extraction_BKhw, distribution_BKhw)
    return _rated(reference_surface_B3HW, target_surface_B3HW, looked_at_B4hw)


def copied_correspondence(
    reference_surface_B3HW: Tensor, target_surface_B3HW: Tensor, positions_B2hw: Tensor
) -> np.ndarray:
    """As `correspondence`, of the positions in the reference that detail is copied from (`Copied`)."""
    grid_BhW2 = positions_B2hw.movedim(1, -1)
    known_B4HW = _known(reference_surface_B3HW)
    looked_at_B4hw = F.grid_sample(known_B4HW, grid_BhW2, mode="nearest", align_corners=False)
    return _rated(reference_surface_B3HW, target_surface_B3HW, looked_at_B4hw)


def _known(surface_B3HW: Tensor) -> Tensor:
    """A reference's places, 0 where nobody is, and whether somebody is: [B, 4, H, W]."""
    person_B1HW = torch.isfinite(surface_B3HW).all(1, keepdim=True)
    return torch.cat([surface_B3HW.nan_to_num() * person_B1HW, person_B1HW], 1)


def _rated(reference_surface_B3HW: Tensor, target_surface_B3HW: Tensor, attended_B4hw: Tensor) -> np.ndarray:
    """The columns of a picture, of what its positions look at."""
    mass_B1hw = attended_B4hw[:, 3:]
    place_B3hw = attended_B4hw[:, :3] / mass_B1hw.clamp_min(1e-12)
    truth_B3hw = F.interpolate(target_surface_B3HW, place_B3hw.shape[-2:], mode="nearest")
    distance_BN = SURFACE_SPAN * torch.linalg.vector_norm(place_B3hw - truth_B3hw, dim=1).flatten(1)
    rows = []
    for b, distance_N in enumerate(distance_BN.double().cpu().numpy()):
        rated = seen_in(reference_surface_B3HW[b].cpu().numpy(), truth_B3hw[b].flatten(1).T.cpu().numpy())
        if rated.sum() < FEWEST_CELLS:
            rows.append(np.full(len(COLUMNS), np.nan))
            continue
        error = distance_N[rated]
        off = 1 - mass_B1hw[b].flatten().double().cpu().numpy()[rated].mean()
        rows.append(np.array((np.median(error), (error <= 1).mean(), (error <= 2).mean(), off)))
    return np.stack(rows)


def layer_names(layers: Sequence[Tensor]) -> list[str]:
    """The names of attention maps [.., h, w] in their order: rows, and a, b, .. among those of one size."""
    rows = [layer.shape[-2] for layer in layers]
    return [f"{r}{'abcdefgh'[rows[:i].count(r)]}" for i, r in enumerate(rows)]


class Correspondence:
    """The measure; gives no table where the data or the network have nothing for it."""

    def __init__(self) -> None:
        self._values: dict[str, list[np.ndarray]] = {}

    def see(self, sight: RatedBatch) -> None:
        reference, target = sight.batch.reference_surface_B3HW, sight.batch.target_surface_B3HW
        layers = list(zip(sight.output.extraction, sight.output.distribution, strict=True))
        for name, maps in zip(layer_names(sight.output.distribution), layers, strict=True):
            values = correspondence(reference, target, *maps)
            self._values.setdefault(LAYERS.format(name), []).extend(values)
        if sight.output.positions_B2HW is not None:
            values = copied_correspondence(reference, target, sight.output.positions_B2HW)
            self._values.setdefault(COPIED, []).extend(values)
        for rows, maps in {maps[1].shape[-2]: maps for maps in layers}.items():
            values = correspondence(reference, target, *maps, uniform=True)
            self._values.setdefault(UNIFORM.format(rows), []).extend(values)

    def table(self, persons_N: np.ndarray) -> Table | None:
        if not any(np.isfinite(values).any() for values in self._values.values()):
            return None
        ordered = sorted(self._values.items(), key=lambda item: item[0].startswith("uniform"))
        rows = rows_of_means(dict(ordered), COLUMNS, persons_N)
        return Table("correspondence", "Correspondence of the attention", NOTE, COLUMNS, rows)
