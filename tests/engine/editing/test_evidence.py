"""Traces and warps equal the paper's attention, computed apart, on golden maps and on a command's arrays."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rule_drawn
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.editing.evidence import attention_warp, over_layers, textures_at, trace
from engine.models import nted

DATA = Path(__file__).parents[2] / "data" / "nted"
SIZES = {"16": (8, 6), "32": (16, 12)}  # of the layers that case B holds whole, by their rows at 256
LAYERS = [f"{rows}{half}" for rows in SIZES for half in "ab"]


@pytest.fixture(scope="module")
def golden() -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Extraction and distribution that the official network recorded for case B."""
    case = np.load(DATA / "caseB_g256_div8_128x96_b1.npz")
    extraction, distribution = {}, {}
    for index, layer in enumerate(LAYERS):
        logits_Khw = case[f"distribution_logits_{index}"][0]
        exponential_Khw = np.exp(logits_Khw - logits_Khw.max(0))
        distribution[layer] = exponential_Khw / exponential_Khw.sum(0)
        extraction[layer] = case[f"extraction_softmax_{index}"][0].reshape(-1, *SIZES[layer[:-1]])
    return extraction, distribution


@given(y=st.floats(0, 1, exclude_max=True), x=st.floats(0, 1, exclude_max=True))
def test_a_trace_is_a_row_of_the_product_of_the_golden_maps(golden, y, x):
    extraction, distribution = golden
    traces = trace(extraction, distribution, y, x)
    assert list(traces) == LAYERS
    for layer, found_hw in traces.items():
        rows, columns = SIZES[layer[:-1]]
        expected_hw = np.zeros((rows, columns))
        for share, texture_hw in zip(
            distribution[layer][:, int(y * rows), int(x * columns)], extraction[layer], strict=True
        ):
            expected_hw += share * texture_hw
        np.testing.assert_allclose(found_hw, expected_hw, atol=1e-6)
        assert found_hw.sum() == pytest.approx(1.0, abs=1e-4)
    over_hw = over_layers(traces)
    assert over_hw.shape == SIZES["32"] and over_hw.sum() == pytest.approx(1.0, abs=1e-4)


def test_the_mean_over_layers_spreads_a_coarse_position_evenly():
    coarse_hw, fine_hw = np.zeros((2, 1), np.float32), np.zeros((4, 3), np.float32)
    coarse_hw[1, 0], fine_hw[0, 2] = 1.0, 0.5
    over_hw = over_layers({"a": coarse_hw, "b": fine_hw})
    expected_hw = np.zeros((4, 3))
    expected_hw[2:], expected_hw[0, 2] = 1 / 12, 0.25
    np.testing.assert_allclose(over_hw, expected_hw, atol=1e-7)
    with pytest.raises(ValueError, match="no layer"):
        over_layers({})


def test_the_edge_stands_for_what_is_beyond_it(golden):
    extraction, distribution = golden
    beyond, edge = trace(extraction, distribution, 1.0, -0.1), trace(extraction, distribution, 0.9999, 0.0)
    assert all(np.array_equal(beyond[layer], edge[layer]) for layer in LAYERS)


def test_what_is_mixed_in_is_traced_on_its_own_photo(golden):
    """The traces on two photos sum to 1 together, each to its part by the coefficients of Eq. 13."""
    extraction, distribution = golden
    taken = {layer: np.linspace(0, 1, len(distribution[layer]), dtype=np.float32) for layer in LAYERS[1:]}
    rest = {layer: 1 - np.asarray(taken.get(layer, np.zeros(16, np.float32))) for layer in LAYERS}
    theirs = trace(extraction, distribution, 0.4, 0.5, taken)
    own = trace(extraction, distribution, 0.4, 0.5, rest)
    shares = textures_at(distribution, 0.4, 0.5)
    assert theirs["16a"].sum() == 0 and own["16a"].sum() == pytest.approx(1.0, abs=1e-4)
    for layer in LAYERS[1:]:
        assert theirs[layer].sum() == pytest.approx(float(shares[layer] @ taken[layer]), abs=1e-4)
        np.testing.assert_allclose(
            theirs[layer] + own[layer], trace(extraction, distribution, 0.4, 0.5)[layer], atol=1e-6
        )


def test_the_warps_of_all_layers_give_the_official_reconstruction_loss():
    """Eq. 7 and 8 on case A: mean over its layers of the L1 between warp and truth, as the official code
    recorded it."""
    extras, case = np.load(DATA / "extras.npz"), np.load(DATA / "caseA_g256_div8_256x176_b2.npz")
    planes_BPHW = torch.from_numpy(case["skeleton_u8"].astype(np.float32) / 255)
    image_BCHW, truth_BCHW = (
        each.astype(np.float32) / 127.5 - 1 for each in (case["image_u8"], extras["gt_u8"])
    )
    with torch.inference_mode():
        out = nted.load(rule_drawn.generator())(torch.from_numpy(image_BCHW), planes_BPHW)
    terms = []
    for extraction_BKhw, distribution_BKhw in zip(out.extraction, out.distribution, strict=True):
        step = 256 // distribution_BKhw.shape[2]
        differences = [
            attention_warp(image_CHW.transpose(1, 2, 0), extraction_Khw, distribution_Khw)
            - truth_CHW[:, ::step, ::step].transpose(1, 2, 0)
            for image_CHW, truth_CHW, extraction_Khw, distribution_Khw in zip(
                image_BCHW, truth_BCHW, extraction_BKhw.numpy(), distribution_BKhw.numpy(), strict=True
            )
        ]
        terms.append(np.abs(differences).mean())
    assert np.mean(terms) == pytest.approx(float(extras["attn_rec_loss"]), abs=1e-5)


def test_a_warp_is_in_the_references_range(golden):
    extraction, distribution = golden
    reference_HWC = np.random.default_rng(0).integers(40, 200, (128, 96, 3), np.uint8)
    warp_hwC = attention_warp(reference_HWC, extraction["32a"], distribution["32a"])
    assert warp_hwC.shape == (16, 12, 3) and warp_hwC.min() >= 40 and warp_hwC.max() <= 200
