"""The NTED generator against vectors of the official networks (tests/data/nted)."""

from __future__ import annotations

import copy
import hashlib
import json
import zlib
from pathlib import Path

import numpy as np
import pytest
import rule_drawn
import torch

from engine.errors import InputError
from engine.models import nted
from engine.ops.modules import in_textbook_form
from engine.weights import write

DATA = Path(__file__).parents[2] / "data" / "nted"
TOLERANCE = 2e-4


def picture(levels_u8: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(
        (levels_u8.astype(np.float32) / np.float32(255) - np.float32(0.5)) / np.float32(0.5)
    )


def planes(levels_u8: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(levels_u8.astype(np.float32) / np.float32(255))


@pytest.fixture(scope="module")
def network() -> nted.Nted:
    return nted.load(rule_drawn.generator())


@pytest.mark.parametrize("case", ["caseA_g256_div8_256x176_b2", "caseB_g256_div8_128x96_b1"])
def test_full_pass_equals_the_official_network(network, case):
    golden = np.load(DATA / f"{case}.npz")
    with torch.inference_mode():
        out = network(picture(golden["image_u8"]), planes(golden["skeleton_u8"]))
        feature = network.skeleton_encoder(planes(golden["skeleton_u8"]))
    assert np.abs(feature.numpy() - golden["skeleton_feature"]).max() < TOLERANCE
    assert np.abs(out.image_BCHW.numpy() - golden["out_image"]).max() < TOLERANCE
    for name, maps in (
        ("extraction_softmax", out.extraction),
        ("distribution_logits", out.distribution_logits),
    ):
        for index, map_BKhw in enumerate(maps):
            key = next(k for k in golden.files if k.startswith(f"{name}_{index}"))
            stride = int(key.split("stride")[1]) if "stride" in key else 1
            assert np.abs(map_BKhw.numpy().ravel()[::stride] - golden[key].ravel()).max() < TOLERANCE, key
    for index, texture_BCK in enumerate(out.textures):
        assert np.abs(texture_BCK.numpy() - golden[f"texture_{index}"]).max() < TOLERANCE
    for index, skip in enumerate(out.skips if "rgb_skip_0" in golden.files else []):
        assert np.abs(skip.numpy() - golden[f"rgb_skip_{index}"]).max() < TOLERANCE


def test_512_network_equals_the_official_one():
    golden = np.load(DATA / "caseC_g512_div8_512x352_b1.npz")
    shapes = {
        key: tuple(shape) for key, shape in json.loads((DATA / "keys_512_div8.json").read_text()).items()
    }
    network = nted.Nted(nted.config_from_shapes(shapes)).eval()
    state = network.state_dict()
    assert {key: tuple(value.shape) for key, value in state.items()} == shapes
    for key, shape in shapes.items():
        if not key.endswith(".kernel"):
            state[key] = torch.from_numpy(rule_drawn.drawn(2, key, shape))
    network.load_state_dict(state)
    image_u8, skeleton_u8 = case_c_inputs()
    assert hashlib.sha256(image_u8.tobytes()).hexdigest() == str(golden["image_sha256"])
    with torch.inference_mode():
        out = network(picture(image_u8), planes(skeleton_u8))
    assert np.abs(out.image_BCHW.numpy()[..., ::3, ::3] - golden["out_image_f32_stride3"]).max() < TOLERANCE
    assert float(out.image_BCHW.double().sum()) == pytest.approx(float(golden["out_sum"]), abs=1.0)
    for index, texture_BCK in enumerate(out.textures):
        assert np.abs(texture_BCK.numpy() - golden[f"texture_{index}"]).max() < TOLERANCE


def case_c_inputs() -> tuple[np.ndarray, np.ndarray]:
    """Blocky colour patches with noise, by the golden vectors' rule, and a golden skeleton."""
    r = np.random.RandomState((zlib.crc32(b"img512") + 1000003 * 2) % 2**32)
    base = r.randint(0, 256, (1, 3, 32, 22)).repeat(16, 2).repeat(16, 3).astype(np.int64)
    image = np.clip(base + r.randint(-40, 41, (1, 3, 512, 352)), 0, 255).astype(np.uint8)
    return image, np.load(DATA / "skeleton.npz")["set1_512_skeleton_u8"][None]


@pytest.mark.parametrize(
    ("config", "keys", "parameters"),
    [(nted.official_256(), "keys_256.json", 42_353_519), (nted.official_512(), "keys_512.json", 42_612_402)],
)
def test_official_sizes_have_the_official_keys(config, keys, parameters):
    with torch.device("meta"):
        network = nted.Nted(config)
    listed = json.loads((DATA / keys).read_text())
    assert {key: list(value.shape) for key, value in network.state_dict().items()} == listed
    assert sum(p.numel() for p in network.parameters()) == parameters
    assert nted.config_from_shapes({key: tuple(shape) for key, shape in listed.items()}) == config


def test_default_network_takes_any_multiple_of_16_and_sizes_may_differ():
    network = nted.Nted(nted.default_256()).eval()
    with torch.inference_mode():
        out = network(torch.zeros(1, 3, 128, 80), torch.zeros(1, 20, 96, 64))
    assert out.image_BCHW.shape == (1, 3, 96, 64)
    assert [m.shape[1] for m in out.extraction] == [m.shape[1] for m in out.distribution]
    assert all(torch.allclose(m.sum(1), torch.ones(())) for m in out.distribution)
    assert all(torch.allclose(m.flatten(2).sum(2), torch.ones(()), atol=1e-5) for m in out.extraction)


def test_an_early_stop_is_the_full_pass_up_to_there(network):
    textures = network.reference_encoder(torch.rand(1, 3, 64, 48)).textures
    feature = network.skeleton_encoder(torch.rand(1, 20, 64, 48))
    whole = network.target_image_renderer(feature, textures)
    early = network.target_image_renderer(feature, textures, levels=3)
    assert torch.equal(early.image_BCHW, whole.skips[2])
    assert len(early.distribution_logits) == 6


def test_textbook_form_is_the_same_function(network):
    reference, pose = torch.rand(1, 3, 64, 48), torch.rand(1, 20, 64, 48)
    slow = in_textbook_form(copy.deepcopy(network))(reference, pose)
    assert torch.allclose(network(reference, pose).image_BCHW, slow.image_BCHW, atol=1e-4)


def test_weights_come_back_with_config_and_card(tmp_path, network):
    nted.save(tmp_path / "w.safetensors", network, {"name": "x"})
    again = nted.load(tmp_path / "w.safetensors")
    assert again.config == network.config
    assert all(
        torch.equal(a, b)
        for a, b in zip(again.state_dict().values(), network.state_dict().values(), strict=True)
    )


def test_foreign_weights_are_named_in_one_sentence(tmp_path, network):
    state = network.state_dict()
    path = tmp_path / "foreign.safetensors"

    def refused(tensors, message, **metadata):
        write(path, tensors, model=metadata.get("model", "nted"), config=metadata.get("config"))
        with pytest.raises(InputError, match=message) as caught:
            nted.load(path)
        assert "foreign.safetensors" in str(caught.value) and "\n" not in str(caught.value)

    refused({"conv_in.weight": torch.zeros(3)}, "target_image_renderer.convs.0")
    refused(state, "pise", model="pise")
    key = "skeleton_encoder.convs.1.conv.weight"
    refused({**state, key: torch.zeros(1, 2, 3, 3)}, "shape")
    refused({k: v for k, v in state.items() if k != key}, f"lacks {key}")
    refused({**state, "extra.weight": torch.zeros(1)}, "extra.weight")
    broken = state[key].clone()
    broken[0, 0, 0, 0] = float("nan")
    refused({**state, key: broken}, f"not finite, first in {key}")
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(InputError, match="cut off, damaged"):
        nted.load(path)
    with pytest.raises(InputError, match="does not exist"):
        nted.load(tmp_path / "none.safetensors")


def test_weights_that_cannot_be_written_are_told_and_leave_the_old_ones(tmp_path, network, monkeypatch):
    path = tmp_path / "w.safetensors"
    nted.save(path, network)
    before = path.read_bytes()
    with pytest.raises(InputError, match="is a folder"):
        nted.save(tmp_path, network)
    with pytest.raises(InputError, match="a folder is needed|cannot be made"):
        nted.save(path / "below" / "w.safetensors", network)

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(InputError, match="the disk is full"):
        nted.save(path, network, {"name": "another"})
    assert path.read_bytes() == before and [file.name for file in tmp_path.iterdir()] == [path.name]


def test_context_lets_the_extraction_see_the_whole_picture():
    torch.manual_seed(0)
    levels = (nted.Level(16, 8, 4), nted.Level(32, 8, 4), nted.Level(64, 8))
    picture = torch.rand(1, 3, 64, 48)
    changed = picture.clone()
    changed[..., :24] = 0.5  # far from the corner that is looked at
    seen = {}
    for context in (0, 16):
        encoder = nted.Nted(nted.NtedConfig(levels, (64, 48), context=context)).reference_encoder
        maps = [encoder(each).extraction[-1][0, :, -4:, -2:] for each in (picture, changed)]
        shares = [each / each.sum((1, 2), keepdim=True) for each in maps]  # whatever the rest of the map does
        seen[context] = (shares[0] - shares[1]).abs().max().item()
    assert seen[0] < 1e-6 < 1e-5 < seen[16]


def test_the_width_of_the_context_is_read_from_a_bare_file(tmp_path):
    levels = (nted.Level(16, 8, 4), nted.Level(32, 8))
    network = nted.Nted(nted.NtedConfig(levels, (32, 22), context=16))
    shapes = {key: tuple(value.shape) for key, value in network.state_dict().items()}
    assert nted.config_from_shapes(shapes) == network.config
    nted.save(tmp_path / "w.safetensors", network, {})
    assert nted.load(tmp_path / "w.safetensors").config == network.config
