"""How an engine answers a batch of pairs: as an editor shows it, and by itself."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from engine.api import DISTRIBUTION, EXTRACTION
from engine.compositing.compose import (
    Composition,
    EncodedReference,
    compose,
    encode_appearance,
    encode_reference,
    looked_at,
)
from engine.contract import PoseTransferModel, ReferenceInput
from engine.editing.settle import Settling
from train.data.pairs import PairBatch
from train.metrics.measure import Rendered


def reference_inputs(batch: PairBatch) -> list[ReferenceInput]:
    """The batch's references, one by one."""
    poses = batch.reference_keypoints_BJ3.cpu().numpy()
    return [
        ReferenceInput(batch.reference_BCHW[i : i + 1].contiguous(), pose) for i, pose in enumerate(poses)
    ]


class AsShown:
    """With the photos laid over what the engine draws. settled: steps that each reference is settled by."""

    def __init__(self, model: PoseTransferModel, settled: int = 0):
        self._model, self._settled = model, settled
        self._encoded: dict[tuple[int, int], EncodedReference] = {}  # of the batch before, too

    @torch.inference_mode()
    def __call__(self, batch: PairBatch) -> Rendered:
        images, positions, maps = [], [], []
        targets = batch.target_keypoints_BJ3.cpu().numpy()
        references = reference_inputs(batch)
        kept_of_all = self._references(batch, references)
        for reference, kept, target_18x3 in zip(references, kept_of_all, targets, strict=True):
            rendering = self._model.render(kept.appearance, target_18x3, maps=True)
            composition = compose(self._model, rendering, target_18x3, [kept])
            images.append(composition.image_1CHW.clone())
            positions.append(_positions(composition))
            maps.append((*self._model.reference_maps(reference), *rendering.maps))
        return Rendered(
            torch.cat(images),
            _batched(maps, EXTRACTION, batch.reference_BCHW.device),
            _batched(maps, DISTRIBUTION, batch.reference_BCHW.device),
            kept_of_all,
            torch.cat(positions) if positions[0] is not None else None,
        )

    def _references(self, batch: PairBatch, references: list[ReferenceInput]) -> list[EncodedReference]:
        """Each encoded once: moves have one reference for many targets."""
        keys = [(pair.person, pair.reference) for pair in batch.pairs]
        known: dict[tuple[int, int], EncodedReference] = {}
        for key, reference in zip(keys, references, strict=True):
            if key not in known:
                known[key] = self._encoded.get(key) or _encoded(self._model, reference, self._settled)
        self._encoded = known
        return [known[key] for key in keys]


def _encoded(model: PoseTransferModel, reference: ReferenceInput, settled: int) -> EncodedReference:
    if not settled:
        return encode_reference(model, reference)
    reference = looked_at(model, reference)
    settling = Settling(model, model.encode(reference), reference)
    for _ in range(settled):
        settling.step()
    return encode_appearance(model, reference, settling.appearance())


@torch.inference_mode()
def alone(model: PoseTransferModel, batch: PairBatch) -> Rendered:
    """As the engine draws it."""
    targets = batch.target_keypoints_BJ3.cpu().numpy()
    drawn = []
    for reference, target_18x3 in zip(reference_inputs(batch), targets, strict=True):
        drawn.append(model.render(model.encode(looked_at(model, reference)), target_18x3).image_1CHW.clone())
    return Rendered(torch.cat(drawn))


def _positions(composition: Composition) -> Tensor | None:
    return composition.copied.positions if composition.copied is not None else None


def _batched(maps: list[tuple], kind: str, device: torch.device) -> list[Tensor]:
    """[B, K, h, w] of every map of a kind, in the engine's order."""
    by_picture = [[each.values_Khw for each in of_one if each.kind == kind] for of_one in maps]
    return [torch.from_numpy(np.stack(layer)).to(device) for layer in zip(*by_picture, strict=True)]
