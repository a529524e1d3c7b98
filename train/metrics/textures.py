"""Purity of neural textures: does each make one class of a person, and which?

Of every texture's distribution C̄d over a result the mass on each parsing class is summed over results. A
texture's *purity* is the largest class's part of its mass. Means weigh textures by their mass, so that one
which is hardly used hardly counts.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from engine.cv import cv2
from engine.regions import REGIONS

MOSTLY = 0.5  # part of a texture's mass from which on it is one class's


class TexturePurity:
    """Masses of all results seen: float64 [K, R] by layer."""

    def __init__(self) -> None:
        self.masses: dict[str, np.ndarray] = {}
        self.pictures = 0

    def see(self, distribution: Mapping[str, np.ndarray], regions_HW: np.ndarray) -> None:
        """A result: C̄d [K, h, w] by layer, and the class of each of its pixels, an index into `REGIONS`."""
        self.pictures += 1
        for layer, values_Khw in distribution.items():
            size = values_Khw.shape[:0:-1]
            masks_Rhw = np.stack(
                [
                    cv2.resize((regions_HW == region).astype(np.float32), size, interpolation=cv2.INTER_AREA)
                    for region in range(len(REGIONS))
                ]
            )
            mass_KR = np.einsum("khw,rhw->kr", values_Khw, masks_Rhw, dtype=np.float64)
            self.masses[layer] = self.masses.get(layer, 0.0) + mass_KR / values_Khw[0].size

    def purity(self, layer: str) -> float:
        """Of a layer, 0 to 1: how much of the picture is made of textures of the class that it is."""
        mass_KR = self.masses[layer]
        return float(mass_KR.max(1).sum() / mass_KR.sum())

    def purity_of(self, layer: str, region: int) -> tuple[float, int]:
        """Of the textures that are mostly this class: the class's part of their mass, and how many they are;
        nan and 0 where there is none."""
        mass_KR = self.masses[layer]
        whole_K = mass_KR.sum(1)
        mostly = mass_KR[:, region] > MOSTLY * np.maximum(whole_K, 1e-12)
        if not mostly.any():
            return float("nan"), 0
        return float(mass_KR[mostly, region].sum() / whole_K[mostly].sum()), int(mostly.sum())

    def purest(self, layer: str, region: int) -> int | None:
        """The texture that makes most of a class among those that are mostly it."""
        mass_KR = self.masses[layer]
        mostly = mass_KR[:, region] > MOSTLY * np.maximum(mass_KR.sum(1), 1e-12)
        return int(np.where(mostly, mass_KR[:, region], -1.0).argmax()) if mostly.any() else None

    def says(self, layer: str, texture: int) -> str:
        """What a texture makes, as "pants 0.83"; "" where it makes nothing."""
        mass_R = self.masses[layer][texture]
        most = int(mass_R.argmax())
        return f"{REGIONS[most]} {mass_R[most] / mass_R.sum():.2f}" if mass_R.sum() > 0 else ""

    def table(self) -> list[list[str]]:
        """A row a layer: its name, its purity, and for every class the purity and number of its textures."""
        rows = []
        for layer in self.masses:
            found = [self.purity_of(layer, region) for region in range(len(REGIONS))]
            cells = [f"{purity:.2f} ({many})" if many else "none" for purity, many in found]
            rows.append([layer, f"{self.purity(layer):.3f}", *cells])
        return rows
