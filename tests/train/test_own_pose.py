"""The measure of the photo in its own pose."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from train.data.augment import NONE
from train.data.pairs import collate, load_pair
from train.data.people import People
from train.metrics.evaluation import evaluate
from train.metrics.measure import RESULT, Rendered
from train.metrics.own_pose import ALONE, OwnPoseScore
from train.metrics.pairs import fixed_pairs

SIZE = (64, 44)


def table_of(people, pairs, render):
    measure = OwnPoseScore(render, lambda batch: Rendered(-batch.reference_BCHW))
    evaluate(lambda batch: Rendered(batch.reference_BCHW), people, pairs, SIZE, measures=[measure])
    table = measure.table(np.array([pair.person for pair in pairs]))
    assert table.rows[ALONE]["person L1"].mean > 0.1
    return {name: estimate.mean for name, estimate in table.rows[RESULT].items() if estimate is not None}


@pytest.fixture(scope="module")
def pairs_of(stick_people):
    people = People(stick_people, range(1_000_000, 1_000_500))
    return people, fixed_pairs(people, 5)


def test_a_network_that_gives_the_photo_back_is_perfect(pairs_of):
    people, pairs = pairs_of
    asked = []

    def render(batch):
        asked.append((batch.target_planes_BPHW, batch.reference_planes_BPHW))
        return Rendered(batch.reference_BCHW)

    figures = table_of(people, pairs, render)
    assert figures["person SSIM"] == pytest.approx(1) and figures["person L1"] == pytest.approx(0)
    views = [load_pair(people, pair, SIZE, NONE, 0) for pair in pairs]
    poses = collate(views, tuple(pairs), 0).to("cpu").reference_planes_BPHW
    for number in (0, 1):
        assert torch.equal(torch.cat([planes[number] for planes in asked]), poses)


def test_a_tenth_too_dark_is_told(pairs_of):
    figures = table_of(*pairs_of, lambda batch: Rendered((batch.reference_BCHW + 1) * 0.9 - 1))
    assert 0 < figures["person L1"] < 0.1 and figures["person PSNR"] < 60
