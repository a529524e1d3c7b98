"""Official PISE checkpoint files: both of them, and what is not one."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pise_rule
import pytest
import torch
from torch import nn
from torch.nn.utils import spectral_norm

from engine.errors import InputError
from engine.models.pise import Pise, PiseConfig, default_256, official_256
from engine.models.pise.discriminator import PatchDiscriminator, bounded, from_state
from engine.models.pise.folding import folded
from engine.models.pise.official import load_official, save_official
from engine.models.pise.weights import from_state as from_state_G


@pytest.fixture(scope="module")
def state() -> dict[str, torch.Tensor]:
    return pise_rule.state("keys")


@pytest.mark.parametrize("prefix", ["", "module."])
@pytest.mark.parametrize("transfer", [False, True])
def test_both_checkpoints_give_the_network(tmp_path, state, prefix, transfer):
    kept = {key: value for key, value in state.items() if not (transfer and key.startswith("parnet."))}
    torch.save({prefix + key: value for key, value in kept.items()}, tmp_path / "latest_net_G.pth")
    network = load_official(tmp_path / "latest_net_G.pth")
    assert (network.parnet is None) == transfer and not network.training
    found = network.state_dict()
    for key, tensor in folded(kept).items():
        assert torch.equal(found[key], tensor), key
    assert torch.equal(found["efb.norm.running_var"], state["efb.norm.running_var"])


@pytest.mark.parametrize(
    ("layer", "size"), [(nn.Conv2d(6, 4, 3), (6, 5, 5)), (nn.ConvTranspose2d(6, 4, 3), (6, 5, 5))]
)
def test_folding_is_what_pytorch_makes_of_a_spectral_norm(layer, size):
    torch.manual_seed(0)
    layer = spectral_norm(layer, dim=1 if isinstance(layer, nn.ConvTranspose2d) else 0)
    layer(torch.rand(1, *size))
    layer.eval()
    wanted = layer(torch.rand(1, *size)), layer.weight.detach()
    name = "dec.block0.shortcut.0" if isinstance(layer, nn.ConvTranspose2d) else "dec.block0.model.2"
    weight = folded({f"{name}.{key}": value for key, value in layer.state_dict().items()})[f"{name}.weight"]
    assert torch.allclose(weight, wanted[1], atol=1e-7)


def test_a_network_goes_out_in_the_official_layout_and_comes_back(tmp_path, state):
    network, path = from_state_G(state, "drawn"), tmp_path / "latest_net_G.pth"
    save_official(path, network)
    written = torch.load(path, weights_only=True)
    deeper = {key for key in state if key.startswith("imgenc.vgg.") and int(key.split(".")[2]) > 10}
    assert state.keys() - written.keys() == deeper | {"efb.blending_gamma", "efb.blending_beta"}
    assert written.keys() <= state.keys()
    assert all(written[key].shape == state[key].shape for key in written)
    back = load_official(path).state_dict()
    for key, tensor in network.state_dict().items():
        assert torch.allclose(back[key], tensor, rtol=1e-5, atol=1e-8), key


def test_a_network_of_another_kind_has_no_official_layout(tmp_path):
    path = tmp_path / "w.pth"
    for config in (default_256(), replace(official_256(), norm="batch", feature=16)):
        with pytest.raises(InputError, match="the paper's kind"):
            save_official(path, Pise(config))
    assert not path.exists()
    with pytest.raises(InputError, match="could not be written to .*nowhere"):
        save_official(tmp_path / "nowhere" / "w.pth", Pise(small_official()))


def small_official() -> PiseConfig:
    widths = (4, 8, 8, 12)
    return PiseConfig((64, 48), (4, *widths), widths, widths, 8, 16, (8, 4), (4, 8, 16), 8)


def test_what_is_no_checkpoint_is_refused_in_one_sentence(tmp_path, state):
    path = tmp_path / "c.pth"

    def refused(content, message):
        torch.save(content, path)
        with pytest.raises(InputError, match=message) as caught:
            load_official(path)
        assert "c.pth" in str(caught.value) and "\n" not in str(caught.value)

    refused({"unet.weight": torch.zeros(2)}, "Zencoder.block0.model.5.weight is missing.*unet.weight")
    refused({"epoch": 3}, "no state dict of tensors")
    refused([1, 2], "no state dict")
    original, plain = "dec.block1.model.2.weight_orig", "parenc.deform3.mask_conv.bias"
    u, v = (original.replace("orig", name) for name in "uv")
    refused({key: value for key, value in state.items() if key != u}, f"{u} is missing")
    refused({**state, v: torch.zeros(3)}, rf"{v} has shape \(3,\) where \(1152,\) is needed")
    refused({key: value for key, value in state.items() if key != plain}, f"lacks {plain}")
    refused({**state, plain: torch.zeros(3)}, f"{plain} of shape")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(InputError, match="c.pth"):
        load_official(path)
    with pytest.raises(InputError, match="does not exist"):
        load_official(tmp_path / "none.pth")


@pytest.fixture(scope="module")
def discriminator() -> PatchDiscriminator:
    return from_state(pise_rule.state("keys_D"), "drawn").double()


def test_the_discriminator_equals_the_official_one(discriminator):
    listed = json.loads((pise_rule.DATA / "losses.json").read_text())
    picture = torch.from_numpy(np.load(pise_rule.DATA / "inputs.npz")["img2"]).double()
    with torch.inference_mode():
        verdict = discriminator(picture)
    assert list(verdict.shape) == listed["disc_out_shape"]
    assert float(verdict.mean()) == pytest.approx(listed["disc_out_mean"], abs=1e-6)
    assert verdict.flatten()[:4].tolist() == pytest.approx(listed["disc_out_first4"], abs=1e-6)
    assert sum(p.numel() for p in discriminator.parameters()) == listed["disc_params"]


def test_the_discriminator_has_the_official_keys():
    listed = json.loads((pise_rule.DATA / "keys_D.json").read_text())
    ours = {key: list(value.shape) for key, value in PatchDiscriminator().state_dict().items()}
    official = {
        key.replace("_orig", ""): shape for key, shape in listed.items() if not key.endswith(("_u", "_v"))
    }
    assert len(listed) == 52 and ours == official


def test_a_bounded_discriminator_has_no_singular_value_above_one():
    torch.manual_seed(0)
    network = bounded(PatchDiscriminator((4, 8, 8, 8)))
    with torch.no_grad():
        for _ in range(40):
            network(torch.rand(1, 3, 32, 32))
    weights = [module.weight for module in network.modules() if isinstance(module, nn.Conv2d)]
    assert len(weights) == 13
    for weight in weights:
        assert torch.linalg.matrix_norm(weight.flatten(1), 2).item() == pytest.approx(1, abs=0.02)


def test_what_is_no_discriminator_is_said(state):
    with pytest.raises(InputError, match="x.pth is no PISE discriminator: block0.model.3 is missing"):
        from_state({"conv.weight": torch.zeros(1)}, "x.pth")
