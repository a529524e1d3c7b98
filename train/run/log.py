"""A run's log: CSV lines, and TensorBoard scalars and pictures where TensorBoard is installed."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Protocol

import numpy as np
from safetensors.torch import save_file
from torch import Tensor

from engine.errors import InputError
from engine.files import make_folder, write_whole
from train.sheets import write_sheet


class Log:
    """Appends to `log.csv` (and other tables) of a folder and to TensorBoard event files beside it."""

    def __init__(self, folder: Path):
        self._folder = folder
        make_folder(folder)
        try:
            from torch.utils.tensorboard import SummaryWriter

            self._board = SummaryWriter(str(folder / "tensorboard"))
        except ImportError:
            self._board = None

    def scalars(self, samples: int, values: dict[str, float], table: str = "log") -> None:
        """One line of `<table>.csv`. A value without a column gets one, a column without a value a blank."""
        path = self._folder / f"{table}.csv"
        row = {"samples": str(samples), **{name: f"{value:.6g}" for name, value in values.items()}}
        try:
            columns = self._columns(path, list(row))
            with open(path, "a", newline="") as file:
                csv.DictWriter(file, columns, restval="").writerow(row)
        except OSError as error:
            raise InputError(f"The log {path} cannot be written ({error.strerror}).") from None
        if self._board:
            for name, value in values.items():
                self._board.add_scalar(name, value, samples)

    def sheet(self, samples: int, rgb_HWC: np.ndarray) -> None:
        """A picture sheet: `sheets/<samples>.png`, and in TensorBoard."""
        sheets = self._folder / "sheets"
        sheets.mkdir(exist_ok=True)
        write_sheet(sheets / f"{samples:010d}.png", rgb_HWC)
        if self._board:
            self._board.add_image("held out", rgb_HWC, samples, dataformats="HWC")

    def close(self) -> None:
        if self._board:
            self._board.close()

    @staticmethod
    def _columns(path: Path, wanted: list[str]) -> list[str]:
        """The table's columns, `wanted` among them: a new table gets a heading, an old one more columns."""
        columns, rows = [], []
        if path.exists():
            with open(path, newline="") as file:
                columns = next(csv.reader(file), [])
                missing = [name for name in wanted if name not in columns]
                if not missing:
                    return columns
                rows = list(csv.DictReader(file, columns))
        columns = columns + [name for name in wanted if name not in columns]
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)
        write_whole(path, text.getvalue().encode())
        return columns


class Keepable(Protocol):
    """A batch whose attributes are tensors; `told` says what it is of."""

    def told(self) -> dict[str, str]: ...


def keep_batch(folder: Path, batch: Keepable, samples: int, rank: int) -> Path:
    """Keep the batch that broke a run as faulty-batch-<samples>-<rank>.safetensors, with what it tells of
    itself in the metadata."""
    path = folder / f"faulty-batch-{samples:010d}-{rank}.safetensors"
    make_folder(folder)
    tensors = {name: value.contiguous() for name, value in vars(batch).items() if isinstance(value, Tensor)}
    try:
        save_file(tensors, path, batch.told())
    except Exception as error:  # a full disk is a SafetensorError here
        raise InputError(f"{path}: cannot be written ({error}).") from None
    return path
