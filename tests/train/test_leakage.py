"""Garment leakage where the answer is built in: textures that are handed out where they are said to be."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from engine.api import Capabilities, Slots
from engine.compositing.compose import EncodedReference
from engine.contract import Rendering
from engine.models import nted
from engine.models.nted.adapter import NtedAppearance, NtedModel
from engine.plan import make_plan
from engine.regions import REGIONS
from train.data.augment import NONE
from train.data.pairs import collate, load_pair
from train.data.people import HELD_OUT_PEOPLE, People
from train.metrics.leakage import (
    ALL,
    COLUMNS,
    OF_GARMENT,
    Leakage,
    changes,
    figures,
    garment_of,
    own_textures,
)
from train.metrics.measure import RatedBatch, Rendered
from train.metrics.pairs import fixed_pairs
from train.metrics.renders import AsShown
from train.sheets import to_rgb

SIZE = (64, 44)
PANTS = REGIONS.index("pants")


class PaintedModel:
    """Two textures of plain colour, handed out as a map says; everybody's textures are white, but A's."""

    size = canvas = SIZE
    levels, composited, needs_surface = (SIZE[0],), False, False
    slots = (Slots("64a", 2),)
    capabilities = Capabilities(mix_by_texture=True)

    def __init__(self, distribution_2hw=None):
        self.distribution_2hw = distribution_2hw

    def encode(self, reference):
        return NtedAppearance([torch.ones(1, 3, 2)])

    def mix(self, own, others):
        ((theirs, taken),) = others
        m = torch.from_numpy(taken["64a"])
        return NtedAppearance([torch.lerp(own.layers[0], theirs.layers[0], m)])

    def render(self, appearance, keypoints_18x3):
        number = int(keypoints_18x3[0, 0])
        image = torch.einsum("khw,bck->bchw", self.distribution_2hw[number], appearance.layers[0])
        return Rendering(image)


@pytest.fixture(scope="module")
def people(stick_people):
    return People(stick_people, HELD_OUT_PEOPLE)


def table_of(people, inside, outside, count=8):
    """The measure's table where the garment's texture has these shares within the garment and elsewhere."""
    pairs = fixed_pairs(people, 4)
    views = [load_pair(people, pair, SIZE, NONE, 0) for pair in pairs]
    maps = []
    for _, target in views:
        first = np.where(target.parsing_HW == garment_of(target.parsing_HW), inside, outside)
        maps.append(np.stack([first, 1 - first]))
    distribution = torch.from_numpy(np.stack(maps)).float()
    model = PaintedModel(distribution)
    measure = Leakage(model, people, pairs, count)
    black = EncodedReference(NtedAppearance([-torch.ones(1, 3, 2)]))
    numbers = torch.arange(len(pairs)).float()[:, None, None].expand(-1, 18, 3)  # which map a pose asks for
    images = [model.render(black.appearance, pose.numpy()).image_1CHW for pose in numbers]
    batch = SimpleNamespace(target_keypoints_BJ3=numbers)
    rendered = Rendered(torch.cat(images), (), [distribution], [black] * len(pairs))
    measure.see(RatedBatch(batch, rendered, views, {}))
    return measure.table(np.array([pair.person for pair in pairs]))


def means(table, row):
    return [value and value.mean for value in table.rows[row].values()]


def test_textures_that_keep_to_their_garment_leak_nothing(people):
    table = table_of(people, 1.0, 0.0)
    assert means(table, OF_GARMENT) == pytest.approx([0, 1, 1, 0])
    assert means(table, ALL) == pytest.approx([1, 1, 1, 1])
    assert table.rows[OF_GARMENT]["leakage"].pairs == 4


def test_shared_textures_arrive_in_part_and_leak_in_part(people):
    leakage, arrival, inside, outside = means(table_of(people, 0.8, 0.02), OF_GARMENT)
    assert arrival == inside == pytest.approx(0.8, abs=0.003)
    assert leakage == outside == pytest.approx(0.02, abs=0.003)


def test_textures_that_know_no_regions_are_not_taken(people):
    assert means(table_of(people, 0.5, 0.5), OF_GARMENT) == pytest.approx([0, 0, 0, 0])


def test_a_swap_of_nothing_leaves_the_picture_that_is_rated(people):
    """With detail and with both photos laid over, each by its own pose."""
    torch.manual_seed(3)
    levels = (nted.Level(16, 8, 8), nted.Level(32, 8, 8), nted.Level(64, 8))
    network = nted.Nted(nted.NtedConfig(levels, (64, 48), detail=8)).eval().requires_grad_(False)
    network.detail.out.weight.normal_()
    model = NtedModel(network, make_plan("cpu"))
    pairs = fixed_pairs(people, 2)
    views = [load_pair(people, pair, (64, 48), NONE, 0) for pair in pairs]
    batch = collate(views, tuple(pairs), 0).to("cpu")
    output = AsShown(model)(batch)
    measure = Leakage(model, people, pairs, 2)
    sight = RatedBatch(batch, output, views, {})
    for i in range(2):
        swapped = measure._swapper(sight, i, views[1 - i][0])
        nothing, everything = (
            swapped({slots.name: np.full(slots.count, taken, np.float32) for slots in model.slots})
            for taken in (0.0, 1.0)
        )
        assert np.abs(nothing.astype(int) - to_rgb(output.image_BCHW[i])).max() <= 1
        assert (everything != nothing).any()


def test_of_an_engine_that_mixes_by_region_the_region_is_taken(people):
    model = PaintedModel()
    model.slots = (Slots("regions", len(REGIONS), REGIONS),)
    model.capabilities = Capabilities(mix_by_region=True)
    own, every = Leakage(model, people, [], 0)._coefficients(None, 0, PANTS, None)
    assert own["regions"].argmax() == PANTS and own["regions"].sum() == 1
    assert every["regions"].tolist() == [1] * len(REGIONS)


def test_only_as_many_pairs_as_asked_for(people):
    table = table_of(people, 1.0, 0.0, count=3)
    assert table.rows[ALL]["arrival"].pairs == 3 and table.made == {"pairs tried": 3}


def test_a_texture_is_a_regions_if_most_of_it_is_handed_out_there():
    region = torch.zeros(8, 8, dtype=torch.bool)
    region[:2] = True
    maps = torch.zeros(3, 4, 4)  # coarser than the region, whose two rows are one of the map's
    maps[0, 0] = 1
    maps[1, 0], maps[1, 1] = 0.45, 0.55
    maps[2] = 1 / 3
    assert own_textures(maps, region).tolist() == [True, False, False]


def test_changes_leave_out_the_rim_and_the_background():
    before = np.zeros((256, 40, 3), np.uint8)
    region, person = np.zeros((256, 40), bool), np.zeros((256, 40), bool)
    region[100:120], person[50:200] = True, True
    after = before.copy()
    after[96:124] = 51  # the garment and a rim of 4 px
    after[:50] = 255
    assert changes(before, after, region, person) == pytest.approx((0.2, 0))
    after[60:70] = 51
    assert changes(before, after, region, person)[1] == pytest.approx(0.2 * 10 / (150 - 28))
    assert np.isnan(changes(before, after, region, region)[1])


def test_figures_are_shares_of_the_swap_of_everything():
    assert len(COLUMNS) == 4
    assert figures((0.1, 0.02), (0.2, 0.1)) == pytest.approx((0.2, 0.5, 0.1, 0.02))


def test_the_garment_is_the_largest_that_can_be_rated():
    parsing = np.zeros((64, 44), np.uint8)
    assert garment_of(parsing) is None
    parsing[30:50, 10:30] = PANTS
    parsing[10:20, 10:30] = REGIONS.index("upper clothes")
    parsing[50:] = REGIONS.index("legs")
    assert garment_of(parsing) == PANTS


def test_without_anybody_else_in_such_a_garment_there_is_no_swap(stick_people):
    alone = People(stick_people, range(1_000_002, 1_000_003))
    assert means(table_of(alone, 1.0, 0.0), ALL) == [None] * 4
