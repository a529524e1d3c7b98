"""How a run does on held-out people while it goes: an error and a picture sheet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F

from train.data.augment import NONE
from train.data.pairs import PairBatch, PairSampler, collate, load_pair
from train.data.source import Source
from train.run.state import Run
from train.sheets import batch_sheet

PAIRS = 24
AT_ONCE = 4
ERROR = "held_out"  # the value by which the best checkpoint is told


@dataclass(frozen=True, eq=False)
class Validation:
    """values: mean absolute errors of the EMA weights and of the reference copied, for pictures of 0 to 1.

    sheet_HWC: uint8 RGB.
    """

    values: dict[str, float]
    sheet_HWC: np.ndarray


def validation_batch(source: Source, size: tuple[int, int], device: torch.device) -> PairBatch:
    """The first pairs of the held-out people's own stream, without augmentation: the same for every run."""
    sampler = PairSampler(source, seed=0, self_pairs=0.0)
    pairs = tuple(sampler[index] for index in range(PAIRS))
    return collate([load_pair(source, pair, size, NONE, seed=0) for pair in pairs], pairs, 0).to(device)


def validator(batch: PairBatch) -> Callable[[Run], Validation]:
    """What `fit` calls beside every checkpoint."""
    pictures = batch.reference_BCHW, batch.target_planes_BPHW, batch.reference_planes_BPHW
    copied = F.l1_loss(batch.reference_BCHW, batch.target_BCHW).item() / 2

    @torch.no_grad()
    def validate(run: Run) -> Validation:
        images = [
            run.ema(*some).image_BCHW.clamp(-1, 1)
            for some in zip(*(tensor.split(AT_ONCE) for tensor in pictures), strict=True)
        ]
        result_BCHW = torch.cat(images)
        error = F.l1_loss(result_BCHW, batch.target_BCHW).item() / 2
        return Validation({ERROR: error, "copied": copied}, batch_sheet(batch, result_BCHW, count=8))

    return validate
