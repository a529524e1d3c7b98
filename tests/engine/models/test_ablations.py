"""Table 2 of the NTED paper: what its method costs beside two others, and that all three can be trained."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from engine.errors import InputError
from engine.models import nted
from engine.models.nted.adapter import NtedModel
from engine.models.nted.bench import gmacs
from engine.models.nted.inference import InferenceNted
from engine.ops.modules import in_textbook_form
from engine.plan import Plan

SMALL = nted.NtedConfig((nted.Level(16, 8, 4), nted.Level(32, 8, 4, 3), nted.Level(64, 8)), (64, 48))


def paper_macs(x, weight, bias, stride, padding, dilation, transposed, *rest, out_shape) -> int:
    """Multiply-accumulates, doubled as the counter's are, of a convolution by the paper's rule: blurs cost
    nothing and a transposed convolution is counted as if it were dense at its output's size.
    """
    if tuple(weight[2:]) == (4, 4):
        return 0
    batch, cout, rows, columns = out_shape
    # A transposed weight is [in, out, 3, 3]; the published count takes its second number for the inputs.
    return 2 * batch * rows * columns * cout * weight[1] * weight[2] * weight[3]


@pytest.mark.parametrize(
    ("transfer", "gmac"), [("textures", 103.986), ("none", 53.731), ("attention", 219.935)]
)
def test_costs_are_those_of_the_papers_table(transfer, gmac):
    with torch.device("meta"):
        network = in_textbook_form(nted.Nted(nted.ablation_256(transfer)))
        pictures = torch.empty(1, 3, 256, 176), torch.empty(1, 20, 256, 176)
    counter = FlopCounterMode(display=False, custom_mapping={torch.ops.aten.convolution: paper_macs})
    with counter, torch.no_grad():
        network(*pictures)
    assert counter.get_total_flops() / 2e9 == pytest.approx(gmac, abs=5e-4)


@pytest.mark.parametrize("transfer", ["none", "attention"])
def test_ablations_learn_from_both_pictures(transfer):
    network = nted.Nted(replace(SMALL, transfer=transfer))
    reference = torch.randn(2, 3, 64, 48, requires_grad=True)
    planes = torch.rand(2, 20, 64, 48, requires_grad=True)
    out = network(reference, planes)
    assert out.image_BCHW.shape == (2, 3, 64, 48) and len(out.skips) == 3
    assert out.extraction == [] and out.distribution == []
    out.image_BCHW.square().mean().backward()
    assert all(p.grad is not None and p.grad.any() for p in (reference, planes, *network.parameters()))


def test_ablations_are_saved_with_their_kind(tmp_path):
    network = nted.Nted(replace(SMALL, transfer="attention"))
    nted.save(tmp_path / "w.safetensors", network)
    again = nted.load(tmp_path / "w.safetensors")
    assert again.config == network.config
    assert nted.NtedConfig.from_json({"levels": [], "size": [1, 1]}).transfer == "textures"
    with pytest.raises(ValueError, match="magic"):
        replace(SMALL, transfer="magic")
    with pytest.raises(InputError, match="textures"):
        NtedModel(again, Plan(torch.device("cpu"), torch.float32, 1))


@pytest.mark.parametrize("transfer", ["none", "attention"])
def test_ablations_have_no_inference_form(transfer):
    with pytest.raises(ValueError, match=f"ablation \\({transfer}\\)"):
        InferenceNted(nted.Nted(replace(SMALL, transfer=transfer)), torch.device("cpu"), torch.float32)


def test_true_costs_of_a_stage_are_those_of_the_official_modules():
    with torch.device("meta"):
        network = nted.Nted(nted.official_256())
    macs = gmacs(network, (256, 176))
    assert macs["full"] == pytest.approx(91.046, abs=2e-3)
    assert macs["skeleton"] == pytest.approx(9.006, abs=2e-3)
    assert macs["render 5"] == pytest.approx(37.370, abs=1e-2) and macs["encode"] < 20
