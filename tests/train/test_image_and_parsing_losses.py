"""The losses of a parsing map and of the picture drawn from it, against the official values."""

from __future__ import annotations

import json
import math

import numpy as np
import pise_rule
import pytest
import torch
import torch.nn.functional as F

from engine.models import pise
from engine.models.pise.discriminator import from_state
from engine.models.pise.weights import from_state as generator
from engine.pose.heatmaps import heat_maps
from train.losses import adversarial
from train.losses.features import Vgg19
from train.losses.parsing_map import cross_entropy, map_l1
from train.losses.perceptual import content_and_style, gram
from train.losses.pise import CONTENT, PAPER_TAPS, STYLE

WANTED = json.loads((pise_rule.DATA / "losses.json").read_text())
EXACT = 1e-5  # relative


@pytest.fixture(scope="module")
def golden() -> dict[str, torch.Tensor]:
    found = {
        name: torch.from_numpy(array)
        for file in ("inputs", "outputs")
        for name, array in np.load(pise_rule.DATA / f"{file}.npz").items()
    }
    return {name: x.double() if x.is_floating_point() else x for name, x in found.items()}


@pytest.fixture(scope="module")
def vgg() -> Vgg19:
    network = Vgg19(taps=PAPER_TAPS, raw=True)
    drawn = {
        key: pise_rule.drawn(key.replace("features.", "imgenc.vgg."), tuple(value.shape))
        for key, value in network.state_dict().items()
    }
    network.load_state_dict(drawn)
    return network.double().requires_grad_(False)


def test_content_and_style_are_the_official_ones(golden, vgg):
    content, style = content_and_style(vgg, golden["img1"], golden["img2"], CONTENT, STYLE)
    assert float(content) == pytest.approx(WANTED["vgg_content_img1_img2"], rel=EXACT)
    assert float(style) == pytest.approx(WANTED["vgg_style_img1_img2"], rel=EXACT)


def test_every_layer_counts_as_in_the_official_code(golden, vgg):
    made, truth = vgg(golden["img1"]), vgg(golden["img2"])
    found = {f"content_relu{n}_1": F.l1_loss(made[i], truth[i]) for n, i in enumerate(CONTENT, 1)}
    names = ("style_relu2_2", "style_relu3_4", "style_relu4_4", "style_relu5_2")
    found |= {name: F.l1_loss(gram(made[i]), gram(truth[i])) for name, i in zip(names, STYLE, strict=True)}
    assert found.keys() == WANTED["per_layer"].keys()
    for name, value in found.items():
        assert float(value) == pytest.approx(WANTED["per_layer"][name], rel=2 * EXACT), name


def test_parsing_terms_are_the_official_ones(golden):
    made, labels = golden["soft_parsing"], golden["label2"]
    assert float(cross_entropy(made, labels)) == pytest.approx(WANTED["par_ce"], rel=EXACT)
    assert float(map_l1(made, pise.one_hot(labels))) == pytest.approx(WANTED["par_l1"], rel=EXACT)


def test_a_perfect_map_has_the_least_cross_entropy_that_the_gain_allows():
    labels = torch.randint(0, 8, (1, 6, 5))
    perfect = pise.one_hot(labels)
    for gain in (1.0, 8.0):
        assert float(cross_entropy(perfect, labels, gain)) == pytest.approx(
            math.log(1 + 7 * math.exp(-gain)), rel=1e-4
        )
    assert float(map_l1(perfect, perfect)) == 0


def test_least_squares_and_the_discriminator_are_the_official_ones(golden):
    network = from_state(pise_rule.state("keys_D"), "drawn").double().requires_grad_(False)
    verdict = network(golden["img2"])
    as_real = adversarial.least_squares_generator_loss(verdict)
    as_fake = 2 * adversarial.least_squares_discriminator_loss(verdict, torch.ones_like(verdict))
    assert float(as_real) == pytest.approx(WANTED["lsgan_real_on_img2"], rel=EXACT)
    assert float(as_fake) == pytest.approx(WANTED["lsgan_fake_on_img2"], rel=EXACT)


def test_an_adversary_of_least_squares_takes_these_losses(golden):
    network = from_state(pise_rule.state("keys_D"), "drawn")
    config = adversarial.AdversaryConfig(r1=0.0, least_squares=True, learning_rate=1e-5, betas=(0.9, 0.999))
    adversary = adversarial.Adversary(network, config)
    fake, real = golden["img1"].float(), golden["img2"].float()
    with torch.no_grad():
        wanted = (network(real) - 1).square().mean() / 2 + network(fake).square().mean() / 2
    assert float(adversary.loss(real, fake)) == pytest.approx(WANTED["lsgan_real_on_img2"], rel=1e-4)
    assert float(adversary.step(fake, real)["discriminator"]) == pytest.approx(float(wanted), rel=1e-5)
    with torch.no_grad():  # the step went downhill
        assert (network(real) - 1).square().mean() / 2 + network(fake).square().mean() / 2 < wanted


def test_pixels_and_correspondence_are_the_official_ones(golden):
    l1 = F.l1_loss(golden["soft_image"], golden["img2"])
    assert float(l1) == pytest.approx(WANTED["l1_soft_image_img2"], rel=EXACT)
    network = generator(pise_rule.state("keys"), "drawn")
    heat_1, heat_2 = (
        torch.from_numpy(np.stack([heat_maps(p, (128, 96)) for p in golden[f"kp{i}_yx"].numpy()[..., ::-1]]))
        for i in (1, 2)
    )
    source = pise.SourceImage(golden["img1"].float(), pise.one_hot(golden["label1"]), heat_1)
    with torch.inference_mode():
        feature_BChw = network(source, heat_2, spatial=False).feature_BChw
        regression = F.mse_loss(feature_BChw, network.imgenc(golden["img2"].float()))
    assert float(regression) == pytest.approx(float(golden["hard_loss_reg"]), rel=EXACT)
