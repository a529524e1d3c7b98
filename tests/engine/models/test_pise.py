"""PISE's networks against vectors of the official ones (tests/data/pise), and their fast forms."""

from __future__ import annotations

import copy
import json
import re
from dataclasses import replace

import numpy as np
import pise_rule
import pytest
import torch

from engine.errors import InputError
from engine.models import pise
from engine.models.pise.config import PiseConfig
from engine.models.pise.correspondence import (
    correlation,
    correlation_textbook,
    correspondence,
    transported,
)
from engine.models.pise.folding import folded
from engine.models.pise.inference import InferencePise
from engine.models.pise.style import Style
from engine.models.pise.weights import from_state
from engine.ops.modules import in_textbook_form
from engine.pose.heatmaps import heat_maps
from engine.weights import write

DATA = pise_rule.DATA
PARSING, IMAGE = 1e-5, 5e-5
# The vectors are float32 themselves. One of the 73,728 values of the soft picture lies 5.03e-5 from what
# float64 makes of the same weights: the softmax at temperature 0.01 raises every rounding a hundredfold.
SOFT_IMAGE = 5.1e-5

SMALL = PiseConfig((64, 48), (4, 8, 8, 12, 16), (4, 8, 8, 12), (4, 8, 8, 12), 8, 16, (8, 4), (4, 8, 16), 8)


def golden(name: str) -> dict[str, np.ndarray]:
    return dict(np.load(DATA / f"{name}.npz"))


def error(found: torch.Tensor, expected: np.ndarray) -> float:
    assert found.shape == expected.shape
    return float(np.abs(found.numpy() - expected).max())


@pytest.fixture(scope="module")
def network() -> pise.Pise:
    """In float64: the vectors are those of the function, and processors differ in how they round."""
    return from_state(pise_rule.state("keys"), "drawn").double()


@pytest.fixture(scope="module")
def expected() -> dict[str, np.ndarray]:
    return golden("outputs")


@pytest.fixture(scope="module")
def given() -> dict[str, torch.Tensor]:
    """Pictures, one-hot parsing maps and heat maps of the vectors' two persons."""
    found = golden("inputs")
    tensors = {name: torch.from_numpy(found[name]).double() for name in ("img1", "img2", "img3")}
    tensors |= {f"parsing{i}": pise.one_hot(torch.from_numpy(found[f"label{i}"])).double() for i in (1, 2, 3)}
    for i in (1, 2):
        poses = found[f"kp{i}_yx"][..., ::-1]
        maps = np.stack([heat_maps(pose, (128, 96)) for pose in poses])
        tensors[f"heat{i}"] = torch.from_numpy(maps).double()
    return tensors


@pytest.fixture(scope="module")
def source(given) -> pise.SourceImage:
    return pise.SourceImage(given["img1"], given["parsing1"], given["heat1"])


def test_soft_pass_equals_the_official_network(network, source, given, expected):
    with torch.inference_mode():
        out = network(source, given["heat2"], soft=True)
        mask = network.parnet(source.parsing_BRHW, source.heat_BJHW, given["heat2"]).mask_B1HW
    assert error(out.generated_BRHW, expected["soft_parsing"]) < PARSING
    assert error(mask, expected["soft_mask"]) < PARSING
    assert error(out.style.codes_BRC, expected["style_codes"]) < PARSING
    assert error(out.style.exist_BR, expected["exist"]) == 0
    assert error(out.feature_BChw[:, ::8], expected["soft_F_n"]) < IMAGE
    assert error(out.image_BCHW, expected["soft_image"]) < SOFT_IMAGE
    assert torch.equal(out.parsing_BRHW, out.generated_BRHW)


def test_hard_pass_equals_the_official_network(network, source, given, expected):
    with torch.inference_mode():
        out = network(source, given["heat2"])
    assert np.array_equal(out.parsing_BRHW.argmax(1).numpy(), expected["hard_labels"])
    assert torch.equal(out.parsing_BRHW.sum(1), torch.ones_like(out.parsing_BRHW[:, 0]))
    assert error(out.image_BCHW, expected["hard_image"]) < IMAGE


def test_given_parsing_equals_the_official_network(network, source, given, expected):
    with torch.inference_mode():
        out = network(source, given["heat2"], given["parsing2"])
        without = network(source, given["heat2"], given["parsing2"], spatial=False)
    assert error(out.image_BCHW, expected["given_image"]) < IMAGE
    assert error(without.image_BCHW, expected["tt_base_image"]) < IMAGE
    assert out.generated_BRHW is None and without.correspondence_BTS is None


def test_texture_transfer_equals_the_official_network(network, source, given, expected):
    alpha, region = 0.6, 3
    with torch.inference_mode():
        own = network.Zencoder(source.image_BCHW, source.parsing_BRHW)
        other = network.Zencoder(given["img3"], given["parsing3"])
        codes = own.codes_BRC.clone()
        codes[:, region] = (1 - alpha) * codes[:, region] + alpha * other.codes_BRC[:, region]  # Eq. 13
        style = Style(codes, own.exist_BR)
        image = network.dec(network.normalised(source, given["parsing2"], given["heat2"], style))
    assert error(other.codes_BRC, expected["tt_ref_codes"]) < PARSING
    assert error(image, expected["tt_mix_image"]) < IMAGE


def test_every_step_of_the_spatial_part_equals_the_official_one(network, source, given, expected):
    with torch.inference_mode():
        for image, name in ((given["img1"], "vgg_img1"), (given["img2"], "vgg_img2")):
            assert error(network.imgenc(image)[:, ::8], expected[name]) < PARSING
        out = network(source, given["heat2"], soft=True)
        _, seen = network.encoded(source.image_BCHW, source.parsing_BRHW)
        brought = transported(seen.modulation_BMhw, out.correspondence_BTS)
        x, _, _ = network.spatially(out.feature_BChw, seen)
    assert error(seen.modulation_BMhw[:, :1], expected["gamma_src"]) < PARSING
    assert error(seen.modulation_BMhw[:, 1:], expected["beta_src"]) < PARSING
    count = out.correspondence_BTS.shape[2]
    rows = out.correspondence_BTS[:, :, [0, count // 3, count // 2, count - 1]].transpose(1, 2)
    assert error(rows, expected["soft_att_rows"]) < PARSING
    # A sum over 768 positions, up to 11 of them in one.
    assert error(out.correspondence_BTS.sum(2), expected["soft_att_colsum"]) < 3e-4
    assert error(brought[:, :1], expected["soft_gamma_tgt"]) < 3e-4
    assert error(brought[:, 1:], expected["soft_beta_tgt"]) < 3e-4
    assert error(x[:, ::8], expected["soft_res1"]) < 3e-4


def test_features_before_codes_and_before_styles(network, source, given, expected):
    with torch.inference_mode():
        before = network.Zencoder.features(source.image_BCHW)
        parsing = network.parnet(source.parsing_BRHW, source.heat_BJHW, given["heat2"]).parsing_BRHW
        encoded = network.parenc(source.parsing_BRHW, parsing, given["heat2"], source.image_BCHW)
    assert error(before[:, ::8], expected["F_i_before_tanh"]) < PARSING
    assert error(encoded[:, ::8], expected["soft_F_p"]) < IMAGE


@pytest.mark.parametrize("form", ["fast", "textbook"])
def test_region_normalisation_of_a_soft_map_with_exact_zeros(network, form):
    case = {name: torch.from_numpy(array).double() for name, array in golden("region_normalisation").items()}
    part = copy.deepcopy(network.efb)
    part.textbook = form == "textbook"
    with torch.inference_mode():
        out = part(case["x"], case["seg"], Style(case["codes"], case["exist"]))
    assert error(out[:, ::8], case["out"].numpy()) < PARSING


def test_float32_stays_near(network, source, given, expected):
    single = from_state(pise_rule.state("keys"), "drawn")
    with torch.inference_mode():
        out = single(pise.SourceImage(*(x.float() for x in source)), given["heat2"].float())
    assert error(out.image_BCHW, expected["hard_image"]) < 2e-4


def test_official_widths_have_the_official_keys():
    listed = {key: tuple(shape) for key, shape in json.loads((DATA / "keys.json").read_text()).items()}
    with torch.device("meta"):
        network = pise.Pise(pise.official_256())
    ours = {key: tuple(value.shape) for key, value in network.state_dict().items()}
    plain = {
        key.replace("_orig", ""): shape for key, shape in listed.items() if not key.endswith(("_u", "_v"))
    }
    assert {key: plain[key] for key in ours} == ours
    left_out = {key: shape for key, shape in plain.items() if key not in ours}
    kinds = {re.sub(r"(vgg|model\.3|blending).*", r"\1", key) for key in left_out}
    doubles = {"parnet.parout.model.3", "parnet.makout.model.3", "dec.out.model.3"}
    assert kinds == doubles | {"imgenc.vgg", "efb.blending"}
    counts = [np.prod(shape) for key, shape in left_out.items() if "model.3" not in key]
    assert sum(p.numel() for p in network.parameters()) + sum(counts) == 64_007_550
    assert pise.config_from_shapes(ours) == pise.official_256()


def test_textbook_form_is_the_same_function():
    torch.manual_seed(0)
    network = pise.Pise(SMALL).eval()
    source = random_source(64, 48)
    heat = torch.rand(2, 18, 64, 48)
    for options in ({}, {"soft": True}, {"spatial": False}):
        fast = network(source, heat, **options)
        slow = in_textbook_form(copy.deepcopy(network))(source, heat, **options)
        assert torch.allclose(fast.image_BCHW, slow.image_BCHW, atol=1e-4)


def test_without_a_parsing_generator_the_targets_map_is_to_be_given():
    network = pise.Pise(replace(SMALL, parsing=())).eval()
    source, heat = random_source(64, 48), torch.rand(2, 18, 64, 48)
    assert network(source, heat, source.parsing_BRHW).generated_BRHW is None
    with pytest.raises(ValueError, match="parsing map is to be given"):
        network(source, heat)
    with pytest.raises(InputError, match="no parsing generator"):
        InferencePise(network, torch.device("cpu"))


def random_source(height: int, width: int) -> pise.SourceImage:
    labels = torch.randint(0, 8, (2, height, width))
    return pise.SourceImage(
        torch.rand(2, 3, height, width) * 2 - 1, pise.one_hot(labels), torch.rand(2, 18, height, width)
    )


@pytest.mark.parametrize("size", [(6, 5), (3, 7)])
def test_the_fast_correlation_is_that_of_patches(size):
    torch.manual_seed(1)
    target, source = torch.randn(2, 7, *size).double(), torch.randn(2, 7, 4, 6).double()
    assert torch.allclose(correlation(target, source), correlation_textbook(target, source), atol=1e-12)


def test_the_correspondence_sums_to_one_over_the_side_it_says():
    logits = torch.randn(1, 5, 4)
    assert torch.allclose(correspondence(logits, "target").sum(1), torch.ones(1, 4))
    assert torch.allclose(correspondence(logits, "source").sum(2), torch.ones(1, 5))


def test_a_region_that_is_not_there_takes_the_style_of_the_whole():
    torch.manual_seed(0)
    encoder = pise.Pise(SMALL).Zencoder
    labels = torch.zeros(1, 32, 32, dtype=torch.long)
    labels[:, 8:16] = 3
    style = encoder(torch.rand(1, 3, 32, 32), pise.one_hot(labels))
    assert style.exist_BR.tolist() == [[1, 0, 0, 1, 0, 0, 0, 0]]
    assert torch.equal(style.codes_BRC[0, 5], torch.zeros(8))
    assert torch.equal(style.known()[0, 5], style.codes_BRC[0, 8])
    assert torch.equal(style.known()[0, 3], style.codes_BRC[0, 3])


def test_the_default_network_takes_any_multiple_of_16():
    network = pise.Pise(pise.default_256()).eval()
    with torch.inference_mode():
        out = network(random_source(96, 64), torch.rand(2, 18, 96, 64))
    assert out.image_BCHW.shape == (2, 3, 96, 64)
    assert torch.allclose(out.correspondence_BTS.sum(2), torch.ones(()))


def test_the_default_network_fits_in_six_megabytes(tmp_path):
    pise.save(tmp_path / "w.safetensors", pise.Pise(pise.default_256()), half=True)
    assert (tmp_path / "w.safetensors").stat().st_size < 6e6


def test_weights_come_back_with_config_and_card(tmp_path):
    network = pise.Pise(pise.default_256())
    pise.save(tmp_path / "w.safetensors", network, {"name": "x"})
    again = pise.load(tmp_path / "w.safetensors")
    assert again.config == network.config and not again.training
    assert all(torch.equal(value, network.state_dict()[key]) for key, value in again.state_dict().items())


@pytest.mark.parametrize("parsing", [SMALL.parsing, ()])
def test_widths_are_read_from_a_bare_file(tmp_path, parsing):
    config = PiseConfig(**{**SMALL.__dict__, "parsing": parsing, "size": (256, 256)})
    network = pise.Pise(config)
    write(tmp_path / "w.safetensors", network.state_dict(), model="pise", config=None)
    assert pise.load(tmp_path / "w.safetensors").config == config


def test_foreign_weights_are_named_in_one_sentence(tmp_path):
    state, path = pise.Pise(SMALL).state_dict(), tmp_path / "foreign.safetensors"

    def refused(tensors, message, model="pise", config=None):
        write(path, tensors, model=model, config=config)
        with pytest.raises(InputError, match=message) as caught:
            pise.load(path)
        assert "foreign.safetensors" in str(caught.value) and "\n" not in str(caught.value)

    refused({"conv_in.weight": torch.zeros(3)}, "Zencoder.block0.model.5.weight is missing")
    refused(state, "holds a nted model", model="nted")
    refused(state, "damaged configuration", config={"size": [64, 48]})
    key = "parenc.block1.model.2.weight"
    refused({**state, key: torch.zeros(1, 2, 3, 3)}, f"{key} of shape")
    refused({k: v for k, v in state.items() if k != key}, f"lacks {key}")
    refused({**state, "extra.weight": torch.zeros(1)}, "extra.weight")
    broken = state[key].clone()
    broken[0, 0, 0, 0] = float("nan")
    refused({**state, key: broken}, f"not finite, first in {key}")


def test_folding_leaves_our_own_keys_alone():
    state = pise.Pise(SMALL).state_dict()
    again = folded(state)
    assert list(again) == list(state) and all(again[key] is state[key] for key in state)


def test_the_correspondence_brings_channels_over():
    """With the source's own features as the target's, every position gets its own modulation back."""
    torch.manual_seed(2)
    feature_BChw = torch.randn(1, 7, 6, 5)
    found_BTS = correspondence(correlation_textbook(feature_BChw, feature_BChw), "source")
    modulation_BMhw = torch.randn(1, 4, 6, 5)
    brought_BMT = transported(modulation_BMhw, found_BTS)
    assert torch.allclose(brought_BMT.view_as(modulation_BMhw), modulation_BMhw, atol=1e-3)


def test_a_style_code_may_end_with_the_mean_colour_of_its_region():
    network = pise.Pise(pise.default_256()).eval()
    labels = torch.zeros(1, 32, 32, dtype=torch.long)
    labels[:, :16] = 3
    picture = torch.zeros(1, 3, 32, 32)
    picture[:, :, :16] = torch.tensor([1.0, -0.5, 0.25])[:, None, None]
    codes = network.Zencoder(picture, pise.one_hot(labels)).codes_BRC[0, :, -3:]
    assert torch.allclose(codes[3], torch.tensor([1.0, -0.5, 0.25]))
    assert torch.equal(codes[0], torch.zeros(3)) and torch.allclose(codes[8], codes[3] / 2)
