"""How a run does on held-out people while it goes: figures, an error, and where there is one a sheet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

ERROR = "held_out"  # the value by which the best checkpoint is told


@dataclass(frozen=True, eq=False)
class Validation:
    """values: figures by name, `ERROR` among them. sheet_HWC: uint8 RGB. told: the figures in a line, where
    not all of them are to be read."""

    values: dict[str, float]
    sheet_HWC: np.ndarray | None = None
    told: str | None = None

    @property
    def line(self) -> str:
        return self.told or "  ".join(f"{name} {value:.4f}" for name, value in self.values.items())
