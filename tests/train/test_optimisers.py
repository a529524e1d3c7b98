"""Muon over convolution kernels, and which optimiser moves which weight."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import torch

from engine.errors import InputError
from engine.models.nted import Nted, default_256
from train.objectives.nted import EXTRACTION_FILTER
from train.run.optimisers import KernelMuon, optimisers_for, orthogonalised

sys.path.insert(0, str(Path(__file__).parent))
from small_run import ALONE, small_run  # noqa: E402


def stepped(kernel: torch.Tensor, gradient: torch.Tensor, learning_rate: float) -> torch.Tensor:
    """What one step adds to a kernel."""
    before = kernel.clone()
    muon = KernelMuon([kernel], learning_rate)
    muon.param_groups[0]["lr"] = learning_rate * muon.param_groups[0]["factor"]
    kernel.grad = gradient
    muon.step()
    return kernel - before


@pytest.mark.parametrize("shape", [(24, 16, 3, 3), (64, 32, 1, 1), (64, 32, 3, 3)])
def test_a_step_turns_all_directions_alike_and_is_as_long_as_asked_for(shape):
    torch.manual_seed(0)
    kernel = torch.randn(shape).to(memory_format=torch.channels_last)
    # a gradient of one strong direction and many weak ones
    gradient = torch.randn(shape) + 50 * torch.randn(shape[0], 1, 1, 1) * torch.randn(1, *shape[1:])
    step = stepped(kernel, gradient.to(memory_format=torch.channels_last), 0.01)
    values = torch.linalg.svdvals(step.flatten(1))
    assert values.max() / values.min() < 4
    assert (
        torch.linalg.svdvals(gradient.flatten(1)).max() / torch.linalg.svdvals(gradient.flatten(1)).min() > 40
    )
    assert step.square().mean().sqrt().item() == pytest.approx(0.01, rel=0.25)
    assert (step * gradient).sum() < 0


def test_the_memory_order_of_a_gradient_does_not_matter():
    torch.manual_seed(0)
    gradient = torch.randn(16, 16, 3, 3)
    kernel = torch.zeros(16, 16, 3, 3).to(memory_format=torch.channels_last)
    other = kernel.clone(memory_format=torch.preserve_format)
    first = stepped(kernel, gradient, 0.1)
    assert torch.equal(first, stepped(other, gradient.to(memory_format=torch.channels_last), 0.1))


@pytest.mark.parametrize("shape", [(24, 16, 3, 3), (64, 32, 1, 1)])
@pytest.mark.skipif(not hasattr(torch.optim, "Muon"), reason="this torch has no Muon of its own")
def test_steps_are_torchs_own_but_for_bfloat16s_rounding(shape):
    torch.manual_seed(0)
    kernel = torch.randn(shape).to(memory_format=torch.channels_last)
    matrix = kernel.permute(0, 2, 3, 1).flatten(1).clone()
    ours = KernelMuon([kernel], 0.01)
    theirs = torch.optim.Muon([matrix], 0.05, weight_decay=0.0, adjust_lr_fn="match_rms_adamw")
    for _ in range(3):
        before = matrix.clone()
        kernel.grad = torch.randn(shape)
        matrix.grad = kernel.grad.permute(0, 2, 3, 1).flatten(1)
        ours.step()
        theirs.step()
        distance = (kernel.permute(0, 2, 3, 1).flatten(1) - matrix).norm()
        assert distance / (matrix - before).norm() < 0.05
        kernel.data.copy_(matrix.unflatten(1, (*shape[2:], shape[1])).permute(0, 3, 1, 2))


def test_the_iteration_brings_directions_that_differ_a_thousandfold_together():
    torch.manual_seed(0)
    left, _ = torch.linalg.qr(torch.randn(40, 40))
    right, _ = torch.linalg.qr(torch.randn(90, 90))
    strengths = torch.logspace(0, -2, 40)
    matrix = left @ torch.diag(strengths) @ right[:40]
    for wanted, given in ((left @ right[:40], matrix), ((left @ right[:40]).T, matrix.T)):
        made = orthogonalised(given)
        assert torch.linalg.svdvals(made).max() < 1.25 and torch.linalg.svdvals(made).min() > 0.3
        assert torch.nn.functional.cosine_similarity(made.flatten(), wanted.flatten(), 0) > 0.95


def test_kernels_in_another_order_are_refused():
    with pytest.raises(ValueError, match="channels_last"):
        KernelMuon([torch.zeros(16, 16, 3, 3)], 0.1)


def test_every_weight_has_one_optimiser():
    network = Nted(default_256()).to(memory_format=torch.channels_last)
    adam, muon = optimisers_for(network, "muon", 1e-2, (0.9, 0.99), {EXTRACTION_FILTER: 16.0})
    by_adam = [weight for group in adam.param_groups for weight in group["params"]]
    assert {id(weight) for weight in by_adam + muon.kernels} == {
        id(weight) for weight in network.parameters()
    }
    assert len(by_adam) + len(muon.kernels) == len(list(network.parameters()))
    filters = [w for name, w in network.named_parameters() if "semantic_extraction_filter" in name]
    assert [id(w) for w in adam.param_groups[1]["params"]] == [id(w) for w in filters]
    assert adam.param_groups[1]["factor"] == 16.0


def test_a_run_of_another_optimiser_is_not_gone_on_with():
    state = small_run(ALONE).state()
    run = small_run(ALONE)
    run.restore(state, Path("run.pt"))
    with pytest.raises(InputError, match=r"run\.pt is of another optimiser"):
        run.restore({**state, "optimisers": []}, Path("run.pt"))


def test_an_optimiser_nobody_knows_is_refused():
    with pytest.raises(ValueError, match="'sgd' is not one of"):
        small_run(ALONE, optimiser="sgd")
