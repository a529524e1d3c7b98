"""Traces and warps equal the paper's attention, computed apart, on golden maps and on a command's arrays."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rule_drawn
import torch
from hypothesis import given
from hypothesis import strategies as st
from opened import opened
from PIL import Image
from small_networks import SIZE, small_nted
from standing import STANDING

from engine import detect
from engine.api import DISTRIBUTION, EXTRACTION
from engine.cli import main
from engine.editing.evidence import (
    attention_warp,
    by_garment,
    evidence,
    over_layers,
    textures_at,
    trace,
)
from engine.models import nted
from engine.pose.formats import write_openpose

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


def test_the_arrays_of_the_command_trace_as_the_maps_of_a_session(tmp_path):
    weights = rule_drawn.generator()
    picture_HWC = np.random.default_rng(2).integers(0, 256, (256, 176, 3), np.uint8)
    Image.fromarray(picture_HWC).save(tmp_path / "photo.png")
    pose = np.array(STANDING, np.float32) * (2, 176 / 96, 1)
    write_openpose(tmp_path / "pose.json", pose.astype(np.float32), (256, 176))
    asked = ["--reference", str(tmp_path / "photo.png"), "--pose", str(tmp_path / "pose.json")]
    output = tmp_path / "maps.npz"
    assert main(["attention", *asked, "--weights", str(weights), "--output", str(output)]) == 0
    arrays = np.load(output)
    extraction, distribution = (
        {name.split("/")[1]: arrays[name] for name in arrays.files if name.startswith(kind)}
        for kind in (EXTRACTION, DISTRIBUTION)
    )
    traces = trace(extraction, distribution, 0.31, 0.52)
    assert [each.shape for each in traces.values()][::2] == [(16, 11), (32, 22), (64, 44), (128, 88)]
    for layer, found_hw in traces.items():
        rows, columns = found_hw.shape
        share_K = arrays[f"distribution/{layer}"][:, int(0.31 * rows), int(0.52 * columns)]
        expected_hw = np.einsum("k,khw->hw", share_K, arrays[f"extraction/{layer}"])
        np.testing.assert_allclose(found_hw, expected_hw, atol=1e-6)


def test_what_the_warp_explains_is_copied_and_other_colours_are_invented():
    image_HWC = np.full((32, 24, 3), 100, np.uint8)
    image_HWC[16:] = 200
    warp_hwC = np.full((16, 12, 3), 100, np.float32)
    copied_HW = evidence(image_HWC, [warp_hwC])
    assert copied_HW.shape == (32, 24) and (copied_HW[:15] == 1).all() and (copied_HW[17:] == 0).all()
    both = evidence(image_HWC, [warp_hwC, np.full((8, 6, 3), 200, np.float32)])
    assert (both[:13] == 1).all() and (both[19:] == 1).all(), "each where one of them has its colours"
    near = evidence(image_HWC, [warp_hwC + 24])
    assert near[:15] == pytest.approx(0.5), "half way between the same and another colour"
    photo_HW = np.zeros((32, 24), np.float32)
    photo_HW[20, 5] = 0.75
    with_photo = evidence(image_HWC, [warp_hwC], photo_HW)
    assert with_photo[20, 5] == 0.75 and with_photo[21, 5] == 0 and with_photo[3, 3] == 1
    assert evidence(image_HWC, [], photo_HW) == pytest.approx(photo_HW)
    made_HW = np.zeros((32, 24), np.float32)
    made_HW[:8] = 1
    made = evidence(image_HWC, [warp_hwC], photo_HW, made_HW)
    assert (made[:8] == 0).all() and (made[8:15] == 1).all(), "colours of hands do not copy a bared arm"


def test_a_number_for_every_garment_that_is_seen():
    pieces_hw = np.zeros((4, 4), np.uint8)
    pieces_hw[1:3, 1:3] = 3
    copied_HW = np.zeros((8, 8), np.float32)
    copied_HW[2:4, 2:6] = 1
    assert by_garment(copied_HW, pieces_hw) == {"": 0.0, "top": 0.5}


def test_a_frame_tells_what_is_the_photos_own(monkeypatch):
    monkeypatch.setattr(detect, "person_mask", lambda *_: None)
    session = opened(small_nted(8))
    coarse = torch.rand(1, 3, 4, 3, generator=torch.Generator().manual_seed(1)) * 255
    photo = torch.nn.functional.interpolate(coarse, SIZE, mode="bicubic").clamp(0, 255)
    given = session.set_reference(
        photo[0].permute(1, 2, 0).numpy().astype(np.uint8), np.array(STANDING, np.float32)
    )
    frame = session.render(maps=True)
    assert frame.photo.shape == SIZE and frame.photo.min() >= 0 and frame.photo.max() <= 1
    own_HW = frame.photo > 0.999
    assert own_HW.mean() > 0.3
    apart_HW = np.abs(frame.image.astype(int) - given.image_HWC).max(2)
    assert apart_HW[own_HW].max() <= 2, "at rest what is the photo's own is the photo"
    assert session.render().photo is None
    preview = session.render(session.levels[0], maps=True).photo
    assert preview[own_HW].min() > 0.9, "also while a hand moves"
    session.close()
    plain = opened(small_nted(0))
    plain.set_reference(given.image_HWC, np.array(STANDING, np.float32))
    assert plain.render(maps=True).photo is None
    plain.close()
