"""The parsing network: shapes, folding, decoding, files."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine import weights
from engine.errors import InputError
from engine.models import nted, parser
from engine.models.parser.bones import bone_planes
from engine.models.parser.decode import keypoints
from engine.models.parser.network import ParserOutput
from engine.pose.skeleton import ABSENT, LIMBS

SMALL = parser.ParserConfig((4, 4, 8, 8, 8), (1, 1, 1), (1, 1))


def small_network(seed: int = 0) -> parser.Parser:
    """A network in eval mode whose normalisations have seen something, and whose blocks do something."""
    torch.manual_seed(seed)
    network = parser.Parser(SMALL)
    for name, parameter in network.named_parameters():
        if name.endswith("norm.weight"):
            torch.nn.init.uniform_(parameter, 0.5, 1.5)
    for _ in range(3):
        network.train()(torch.randn(4, 3, 64, 48))
    return network.eval()


def test_the_default_has_under_three_million_parameters():
    count = sum(p.numel() for p in parser.Parser(parser.ParserConfig()).parameters())
    assert count < 3_000_000


@pytest.mark.parametrize("size", [(16, 16), (64, 48), (32, 80)])
@torch.no_grad()
def test_shapes_of_any_multiple_of_sixteen(size):
    output = small_network()(torch.zeros(2, 3, *size))
    cells = size[0] // 4, size[1] // 4
    assert output.logits_BCHW.shape == (2, 8, *size)
    assert output.heat_BJhw.shape == output.seen_BJhw.shape == (2, 18, *cells)
    assert output.surface_B3HW.shape == (2, 3, *size)


def test_other_sizes_are_refused():
    with pytest.raises(ValueError, match="40x48"):
        small_network()(torch.zeros(1, 3, 40, 48))


@torch.no_grad()
def test_folding_changes_nothing():
    network, picture = small_network(), torch.randn(2, 3, 64, 48)
    before = network(picture)
    after = parser.fold(network)(picture)
    assert not any("norm" in name for name, _ in network.named_parameters())
    for a, b in zip(before, after, strict=True):
        torch.testing.assert_close(a, b, atol=1e-4, rtol=1e-4)


@torch.no_grad()
def test_a_file_keeps_the_function(tmp_path):
    network, picture = small_network(), torch.rand(1, 3, 64, 48) * 2 - 1
    path = tmp_path / "parser.safetensors"
    parser.save(path, network, {"samples": 3})
    assert weights.read(path).card == {"samples": 3}
    for folded in (True, False):
        again = parser.load(path, folded=folded)
        assert not again.training and not any(p.requires_grad for p in again.parameters())
        for a, b in zip(network(picture), again(picture), strict=True):
            torch.testing.assert_close(a, b, atol=0.02, rtol=0.02)


@torch.no_grad()
def test_a_file_from_before_joints_could_be_told_sees_as_it_saw(tmp_path):
    network, picture = small_network(), torch.rand(1, 3, 64, 48) * 2 - 1
    path = tmp_path / "parser.safetensors"
    parser.save(path, network)
    file = weights.read(path)
    tensors = {key: value for key, value in file.tensors.items() if "bones" not in key}
    weights.write(path, tensors, model=parser.MODEL, config=file.config)
    again, joints = parser.load(path), torch.full((1, 18, 3), 20.0)
    for a, b in zip(network(picture), again(picture, joints), strict=True):
        torch.testing.assert_close(a, b, atol=0.02, rtol=0.02)


def test_another_networks_file_is_told(tmp_path):
    path = tmp_path / "nted.safetensors"
    nted.save(path, nted.Nted(nted.NtedConfig((nted.Level(16, 4, 2), nted.Level(32, 4)), (32, 32))))
    with pytest.raises(InputError, match="nted.safetensors holds nted model, not the parser"):
        parser.load(path)


def test_a_damaged_configuration_is_told(tmp_path):
    path = tmp_path / "parser.safetensors"
    weights.write(path, {}, model=parser.MODEL, config={"widths": 3})
    with pytest.raises(InputError, match="damaged configuration"):
        parser.load(path)


def heat_of(x: float, y: float, cells: tuple[int, int] = (16, 12)) -> torch.Tensor:
    """Logits [h, w] of a bell curve about x, y px."""
    rows, columns = (torch.arange(n) for n in cells)
    return 4.0 - 0.5 * ((rows[:, None] - (y / 4 - 0.5)) ** 2 + (columns - (x / 4 - 0.5)) ** 2)


def test_joints_are_found_within_a_fraction_of_a_cell():
    heat = torch.full((1, 18, 16, 12), -20.0)
    seen = torch.full_like(heat, -1.0)
    heat[0, 0], heat[0, 5] = heat_of(21.3, 33.9), heat_of(30.0, 40.6)
    seen[0, 5] = 1.0
    empty = torch.zeros(1, 3, 64, 48)
    found = keypoints(ParserOutput(empty, heat, seen, empty, empty, empty))[0]
    torch.testing.assert_close(found[0], torch.tensor([21.3, 33.9, 1.0]), atol=0.2, rtol=0)
    torch.testing.assert_close(found[5], torch.tensor([30.0, 40.6, 2.0]), atol=0.2, rtol=0)
    others = [joint for joint in range(18) if joint not in (0, 5)]
    assert (found[others] == 0).all()


def test_places_and_absence_sum_to_one():
    chance, absent = parser.places(torch.randn(2, 18, 5, 7))
    torch.testing.assert_close(chance.sum((2, 3)) + absent, torch.ones(2, 18))


@given(seed=st.integers(0, 2**16), rows=st.sampled_from((16, 64)), columns=st.sampled_from((16, 48)))
def test_planes_of_bones_fall_off_with_the_distance_from_them(seed, rows, columns):
    """Cell by cell and bone by bone, as they are defined."""
    rng = np.random.default_rng(seed)
    joints = np.column_stack([rng.uniform(-8, (columns + 8, rows + 8), (18, 2)), rng.integers(0, 3, 18)])
    cells = rows // 4, columns // 4
    planes = bone_planes(torch.tensor(joints, dtype=torch.float32)[None], (rows, columns), cells)[0].numpy()
    for (a, b), plane in zip(LIMBS, planes, strict=True):
        if joints[a, 2] == ABSENT or joints[b, 2] == ABSENT:
            assert not plane.any()
            continue
        y, x = rng.integers(0, cells[0]), rng.integers(0, cells[1])
        along = joints[a, :2] + np.linspace(0, 1, 2001)[:, None] * (joints[b, :2] - joints[a, :2])
        nearest = np.linalg.norm(along / 4 - (x + 0.5, y + 0.5), axis=1).min()
        assert plane[y, x] == pytest.approx(np.exp(-nearest / 4), abs=2e-3)


@torch.no_grad()
def test_told_joints_count_once_the_network_has_learnt_of_them():
    network, picture = small_network(), torch.randn(2, 3, 64, 48)
    joints = torch.rand(2, 18, 3) * torch.tensor([48.0, 64.0, 0.0]) + torch.tensor([0.0, 0.0, 2.0])
    untold = network(picture)
    for a, b in zip(untold, network(picture, joints), strict=True):
        assert torch.equal(a, b)  # as it begins
    torch.nn.init.normal_(network.encoder.bones.weight)
    for a, b in zip(untold, network(picture, joints * 0), strict=True):
        assert torch.equal(a, b)  # all absent
    assert not torch.allclose(untold.logits_BCHW, network(picture, joints).logits_BCHW, atol=1e-3)
