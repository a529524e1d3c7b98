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
    encode_reference,
    looked_at,
)
from engine.contract import PoseTransferModel, ReferenceInput
from train.data.pairs import PairBatch
from train.metrics.measure import Rendered


def reference_inputs(batch: PairBatch) -> list[ReferenceInput]:
    """The batch's references, one by one."""
    poses = batch.reference_keypoints_BJ3.cpu().numpy()
    return [
        ReferenceInput(batch.reference_BCHW[i : i + 1].contiguous(), pose) for i, pose in enumerate(poses)
    ]


@torch.inference_mode()
def as_shown(model: PoseTransferModel, batch: PairBatch) -> Rendered:
    """With the photos laid over what the engine draws."""
    images, positions, kept_of_all, maps = [], [], [], []
    targets = batch.target_keypoints_BJ3.cpu().numpy()
    encoded: dict[tuple[int, int], EncodedReference] = {}  # moves have one reference for many targets
    for pair, reference, target_18x3 in zip(batch.pairs, reference_inputs(batch), targets, strict=True):
        key = pair.person, pair.reference
        if key not in encoded:
            encoded[key] = encode_reference(model, reference)
        kept = encoded[key]
        rendering = model.render(kept.appearance, target_18x3, maps=True)
        composition = compose(model, rendering, target_18x3, [kept])
        images.append(composition.image_1CHW.clone())
        positions.append(_positions(composition))
        maps.append((*model.reference_maps(reference), *rendering.maps))
        kept_of_all.append(kept)
    return Rendered(
        torch.cat(images),
        _batched(maps, EXTRACTION, batch.reference_BCHW.device),
        _batched(maps, DISTRIBUTION, batch.reference_BCHW.device),
        kept_of_all,
        torch.cat(positions) if positions[0] is not None else None,
    )


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
