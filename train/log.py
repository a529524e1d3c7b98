"""A run's log: one CSV line and TensorBoard scalars for every report."""

from __future__ import annotations

import csv
from pathlib import Path


class Log:
    """Appends to `log.csv` of a folder and to TensorBoard event files beside it where TensorBoard is installed."""

    def __init__(self, folder: Path):
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / "log.csv"
        try:
            from torch.utils.tensorboard import SummaryWriter

            self._board = SummaryWriter(str(folder / "tensorboard"))
        except ImportError:
            self._board = None

    def scalars(self, samples: int, values: dict[str, float]) -> None:
        """One line; the columns are those of the first line ever written, in order, so `values` keeps its keys."""
        new = not self._path.exists()
        with open(self._path, "a", newline="") as file:
            writer = csv.writer(file)
            if new:
                writer.writerow(["samples", *values])
            writer.writerow([samples, *(f"{value:.6g}" for value in values.values())])
        if self._board:
            for name, value in values.items():
                self._board.add_scalar(name, value, samples)

    def close(self) -> None:
        if self._board:
            self._board.close()
