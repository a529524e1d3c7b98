"""Refining: the official form equals the official code, ours stays safe where that does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import rule_drawn
import torch
from hypothesis import given
from hypothesis import strategies as st
from small_networks import OUR_PISE, SIZE, small_nted, small_pise
from standing import STANDING
from torch import Tensor

from engine.contract import ReferenceInput
from engine.editing import coefficients
from engine.editing.coefficients import (
    HOUSE,
    OFFICIAL,
    Goal,
    Refining,
    belongs,
    mean_attention,
    reconstruction,
    regularisation,
)
from engine.models import nted
from engine.models.nted.adapter import NtedModel
from engine.models.nted.appearance import LooseCoefficients
from engine.models.pise.adapter import PiseModel
from engine.plan import make_plan

DATA = Path(__file__).parents[2] / "data" / "nted" / "appearance_g256_div8.npz"
LAYERS = [f"{rows}{half}" for rows in (16, 32, 64, 128) for half in "ab"]


@pytest.fixture(scope="module")
def golden():
    return np.load(DATA)


def tensor(golden, name: str) -> Tensor:
    return torch.from_numpy(golden[name].astype(np.float32))


@pytest.fixture(scope="module")
def loose(golden) -> LooseCoefficients:
    """The garment's reference mixed into the other one, in the golden pose."""
    network = nted.load(rule_drawn.generator()).requires_grad_(False)
    images = tensor(golden, "images_u8_garment_then_reference") / 127.5 - 1
    planes = torch.from_numpy(golden["skeleton_u8"][0])
    with torch.no_grad():
        garment, reference = (network.encode(image[None]).textures for image in images)
    return LooseCoefficients(network, LAYERS, reference, garment, planes)


def set_to(loose: LooseCoefficients, value: Callable[[int], Tensor | float]) -> None:
    with torch.no_grad():
        for index, m_K in enumerate(loose.m.values()):
            m_K.copy_(torch.as_tensor(value(index)).reshape(-1).expand_as(m_K))


@pytest.mark.parametrize(("image", "m"), [("out_garment", 1.0), ("out_reference", 0.0), ("out_fused", None)])
def test_a_mixture_is_drawn_as_the_official_network_draws_it(golden, loose, image, m):
    set_to(loose, lambda index: tensor(golden, f"coef_{index}") if m is None else m)
    drawn = loose.draw().image_1CHW.detach()[..., ::4, ::4]
    assert (drawn - torch.from_numpy(golden[f"{image}_stride4"])).abs().max() < 2e-4


def test_mean_attention_and_where_it_begins_are_the_official_ones(golden, loose):
    for m, which in ((1.0, "garment"), (0.0, "reference")):
        set_to(loose, lambda _, m=m: m)
        mask = tensor(golden, f"mask_{which}")
        for index, attention_1Khw in enumerate(loose.draw().distribution.values()):
            expected = golden[f"query_{which}_{index}"][0]
            np.testing.assert_allclose(mean_attention(attention_1Khw, mask), expected, atol=1e-5)
    for index in range(len(LAYERS)):
        means = [torch.from_numpy(golden[f"query_{which}_{index}"][0]) for which in ("garment", "reference")]
        begun = belongs(means[0]) | belongs(means[1])
        np.testing.assert_array_equal(begun.numpy(), golden[f"interp_init_{index}"].reshape(-1) == 1)


def test_the_regularisation_is_the_official_value(golden, loose):
    set_to(loose, lambda index: tensor(golden, f"coef_{index}"))
    shown = tensor(golden, "mask_garment")
    distribution = loose.draw().distribution
    inside, outside = (
        {name: belongs(mean_attention(map_, mask)) for name, map_ in distribution.items()}
        for mask in (shown, 1 - shown)
    )
    value = regularisation(loose.m, inside, outside)
    assert float(value.detach()) == pytest.approx(float(golden["regularisation"]), abs=1e-5)


def colours(picture_BCHW: Tensor) -> list[Tensor]:
    """The simplest features: the picture, and the picture halved."""
    return [picture_BCHW, torch.nn.functional.avg_pool2d(picture_BCHW, 2)]


def test_the_terms_of_the_official_form_written_out():
    """Eq. 17 and 18 as coded: L1 of masked pictures by the mask's area."""
    generator = torch.Generator().manual_seed(0)
    image, target = torch.rand(2, 1, 3, 8, 6, generator=generator)
    mask, target_mask = (torch.rand(2, 1, 1, 8, 6, generator=generator) > 0.5).float()
    made, truth = (image * mask).numpy(), (target * target_mask).numpy()
    halves = [each.reshape(1, 3, 4, 2, 3, 2).mean((3, 5)) for each in (made, truth)]
    expected = (np.abs(made - truth).mean() + np.abs(halves[0] - halves[1]).mean()) / float(mask.sum())
    assert float(reconstruction(colours, image, mask, target, target_mask)) == pytest.approx(
        expected, rel=1e-5
    )


@given(st.integers(0, 2**32 - 1))
def test_nothing_is_made_of_an_empty_mask(seed):
    """Where the official code divides by 0."""
    generator = torch.Generator().manual_seed(seed)
    attention = torch.rand(1, 5, 4, 3, generator=generator).softmax(1)
    empty, image = torch.zeros(1, 1, 8, 6), torch.rand(1, 3, 8, 6, generator=generator).requires_grad_(True)
    assert not belongs(mean_attention(attention, empty)).any()
    term = reconstruction(colours, image, empty, image.detach(), 1 - empty)
    term.backward()
    assert float(term.detach()) == 0 and (image.grad == 0).all()


@pytest.fixture
def model() -> NtedModel:
    return NtedModel(small_nted(8), make_plan("cpu"))


def work(model: NtedModel, form=HOUSE, **changed) -> Refining:
    """Two smooth pictures; the garment is the middle of the frame."""
    generator = torch.Generator().manual_seed(4)
    pictures = [
        torch.nn.functional.interpolate(coarse[None] * 1.6 - 0.8, SIZE, mode="bicubic").clamp(-1, 1)
        for coarse in torch.rand(2, 3, 4, 3, generator=generator)
    ]
    pose = np.array(STANDING, np.float32)
    with torch.inference_mode():
        own, other = (model.encode(ReferenceInput(picture)) for picture in pictures)
        drawn = [model.render(each, pose).image_1CHW.clone() for each in (own, other)]
    mask = torch.zeros(1, 1, *SIZE)
    mask[..., SIZE[0] // 4 : SIZE[0] // 2, SIZE[1] // 4 : -SIZE[1] // 4] = 1.0
    goal = {"garment_1CHW": drawn[1], "garment_11HW": mask, "wearer_1CHW": drawn[0], "wearer_11HW": mask,
            "shown_11HW": mask, **changed}  # fmt: skip
    return Refining(model, own, other, pose, Goal(**goal), colours, form)


def test_steps_go_down_and_the_best_is_kept(model):
    refining = work(model, replace(HOUSE, outside=0.0, rate=0.01))
    begun = refining.coefficients()
    losses = []
    for _ in range(8):
        refining.step()
        losses.append(refining.loss)
    assert refining.steps == 8 and refining.best == min(losses) < losses[0]
    best = refining.coefficients()
    assert list(best) == [slots.name for slots in model.slots]
    assert all(best[slots.name].shape == (slots.count,) for slots in model.slots)
    assert any((best[name] != begun[name]).any() for name in best)
    assert all((m_K >= 0).all() and (m_K <= 1).all() for m_K in best.values())
    refining.best, refining._kept = -1.0, begun  # a step that is worse changes nothing
    refining.step()
    assert refining.coefficients() is begun


def test_the_official_form_takes_the_last_step_and_lets_m_go_anywhere(model):
    form = coefficients.Form(regularisation=0.0, outside=0.0, inside=-3e5, rate=0.4, safe=False)
    refining = work(model, form)
    for _ in range(4):
        refining.step()
    last = refining.coefficients()
    assert any((m_K < 0).any() or (m_K > 1).any() for m_K in last.values())
    assert all(np.array_equal(last[name], m.detach().numpy()) for name, m in refining._loose.m.items())
    assert OFFICIAL.rate == 0.01 and (OFFICIAL.outside, OFFICIAL.inside) == (10 * 300000, 300000)


def test_an_empty_garment_stays_out_and_nothing_is_nan(model):
    nothing = torch.zeros(1, 1, *SIZE)
    refining = work(model, garment_11HW=nothing, wearer_11HW=nothing, shown_11HW=nothing)
    refining.step()
    assert np.isfinite(refining.loss)
    assert all((m_K == 0).all() for m_K in refining.coefficients().values())


def test_the_results_mask_can_be_seen_anew(model):
    asked = []

    def shown(image_1CHW: Tensor, steps: int) -> Tensor:
        asked.append(steps)
        assert image_1CHW.shape == (1, 3, *SIZE) and not image_1CHW.requires_grad
        return torch.ones(1, 1, *SIZE)

    refining = work(model)
    refining._shown = shown
    refining.step()
    refining.step()
    assert asked == [0, 1]


def test_an_engine_without_the_capability_says_so(model):
    other = PiseModel(small_pise(OUR_PISE), make_plan("cpu"))
    assert model.capabilities.refine and not other.capabilities.refine
    with pytest.raises(ValueError, match="refine"):
        Refining(other, None, None, np.array(STANDING, np.float32), None, colours)
