"""How a network answers a batch of pairs, as an editor shows it and by itself."""

from __future__ import annotations

from engine.models.nted.carry import shown
from engine.models.nted.deformation import across

from engine.models.nted import Nted, NtedOutput
from train.data.pairs import PairBatch


def as_shown(network: Nted, batch: PairBatch) -> NtedOutput:
    """With what is remembered of the photos (`engine.models.nted.carry`)."""
    frame = batch.reference_BCHW.shape[2:]
    poses = (across(pose, frame) for pose in (batch.target_keypoints_BJ3, batch.reference_keypoints_BJ3))
    planes = batch.target_planes_BPHW, batch.reference_planes_BPHW
    return shown(network, batch.reference_BCHW, *planes, *poses)


def alone(network: Nted, batch: PairBatch) -> NtedOutput:
    """Without."""
    return network(batch.reference_BCHW, batch.target_planes_BPHW, batch.reference_planes_BPHW)
