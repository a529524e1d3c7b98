"""Fréchet distance between two sets of pictures on named features.

Dowson and Landau 1982; Heusel et al. 2017 gave it the features of one particular Inception network and the
name FID. No weights of that network are read here, so nothing here is called FID: the figure goes by the name
and hash of the features it was computed on and compares only with others of the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from train.metrics.bootstrap import estimate_of_set
from train.metrics.measure import COPY, RESULT, Column, RatedBatch, Table


@dataclass(frozen=True, eq=False)
class NamedFeatures:
    """vectors: pictures float32 [B, 3, H, W] in [-1, 1] -> [B, D]. name and sha256 (of the weights behind
    it) say what they are."""

    name: str
    sha256: str
    vectors: Callable[[Tensor], Tensor]


def pooled(maps: Callable[[Tensor], Sequence[Tensor]]) -> Callable[[Tensor], Tensor]:
    """Vectors from feature maps [B, C, h, w]: the mean over the positions of the last, coarsest map."""

    def vectors(picture_BCHW: Tensor) -> Tensor:
        return maps(picture_BCHW)[-1].float().mean((2, 3))

    return vectors


def frechet_distance(a_ND: np.ndarray, b_MD: np.ndarray) -> float:
    """|mean a - mean b|^2 + tr(A + B - 2 (A B)^(1/2)) of the sample covariances A and B, in float64.

    No matrix root is taken: with A = X^T X and B = Y^T Y the trace of (A B)^(1/2) is the sum of the singular
    values of Y X^T (squares of them are the eigenvalues of A B), which is real and exact for singular
    covariances too, as they are wherever there are fewer pictures than features. Needs two pictures a set.
    """
    a_ND, b_MD = np.asarray(a_ND, np.float64), np.asarray(b_MD, np.float64)
    if min(len(a_ND), len(b_MD)) < 2:
        raise ValueError("a Fréchet distance needs at least two pictures in either set")
    difference = a_ND.mean(axis=0) - b_MD.mean(axis=0)
    x, y = (_root(set_ND) for set_ND in (a_ND, b_MD))
    cross = np.linalg.svd(y @ x.T, compute_uv=False).sum()
    return float(max(0.0, difference @ difference + (x**2).sum() + (y**2).sum() - 2 * cross))


def _root(set_ND: np.ndarray) -> np.ndarray:
    """X [min(N, D), D] with X^T X the sample covariance."""
    centred = (set_ND - set_ND.mean(axis=0)) / np.sqrt(len(set_ND) - 1)
    return np.linalg.qr(centred, mode="r")


COLUMNS = (Column("distance", 4, True),)


class Frechet:
    """The measure: results, and copied references, against the targets, whole pictures."""

    methods = (RESULT, COPY)
    _TRUTH = "truth"

    def __init__(self, features: NamedFeatures, device: torch.device | str = "cpu"):
        self.features, self._device = features, device
        self._vectors: dict[str, list[np.ndarray]] = {}

    def see(self, sight: RatedBatch) -> None:
        pictures = {name: sight.pictures[name] for name in self.methods if name in sight.pictures}
        pictures[self._TRUTH] = np.stack([target.image_HWC for _, target in sight.views])
        for name, picture_BHWC in pictures.items():
            picture_BCHW = torch.from_numpy(np.ascontiguousarray(picture_BHWC.transpose(0, 3, 1, 2)))
            vectors_BD = self.features.vectors(picture_BCHW.to(self._device).float().div(127.5).sub(1.0))
            self._vectors.setdefault(name, []).append(vectors_BD.float().cpu().numpy())

    def table(self, persons_N: np.ndarray) -> Table | None:
        sets = {name: np.concatenate(vectors) for name, vectors in self._vectors.items()}
        truth_ND = sets.pop(self._TRUTH, np.zeros((0, 0)))
        if len(truth_ND) < 2:
            return None
        count, dimensions = truth_ND.shape

        def row(ours_ND: np.ndarray) -> dict:
            def drawn(chosen: np.ndarray) -> float:
                return frechet_distance(ours_ND[chosen], truth_ND[chosen])

            return {"distance": estimate_of_set(frechet_distance(ours_ND, truth_ND), drawn, persons_N, count)}

        note = (
            f"Features “{self.features.name}” of {dimensions} numbers, sha256 "
            f"{self.features.sha256}; this is not FID. {count} pictures a set: the distance is biased "
            "upwards for few, so compare only equal numbers of the same pairs. The reference copied is "
            "a real picture, so its row is what real pictures of other poses reach."
        )
        if count <= dimensions:
            note += " There are no more pictures than features, so the covariances are singular."
        made = {
            "features": self.features.name, "sha256": self.features.sha256,
            "dimensions": dimensions, "pictures": count,
        }  # fmt: skip
        rows = {name: row(ours_ND) for name, ours_ND in sets.items()}
        return Table("Fréchet", "Fréchet distance to the targets", note, COLUMNS, rows, made)
