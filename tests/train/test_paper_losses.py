"""The paper's losses against official values and against what they mean."""

from __future__ import annotations

import copy
import zlib
from pathlib import Path

import numpy as np
import pytest
import rule_drawn
import torch
import torch.nn.functional as F
from torch import nn

from engine.errors import InputError
from engine.models.nted import Level, Nted, NtedConfig
from engine.models.nted.discriminator import Discriminator, load_discriminator
from engine.pose.planes import face_box
from engine.pose.skeleton import LEFT_EYE, RIGHT_EYE
from train.data.pairs import PairBatch
from train.losses import features as features_module
from train.losses.adversarial import (
    Adversary,
    AdversaryConfig,
    discriminator_loss,
    generator_loss,
    lazy_adam,
    r1_penalty,
    relative_loss,
)
from train.losses.face import face_boxes, face_crops, face_loss
from train.losses.feature_discriminator import FeatureDiscriminator
from train.losses.features import TAPS, Vgg19, load_vgg19
from train.losses.nted_total import PAPER_256, PAPER_512, PaperWeights, paper_losses
from train.losses.perceptual import gram, perceptual_and_style

DATA = Path(__file__).parents[1] / "data" / "nted"


def picture(levels_u8: np.ndarray) -> torch.Tensor:
    zero_to_one = levels_u8.astype(np.float32) / np.float32(255)
    return torch.from_numpy((zero_to_one - np.float32(0.5)) / np.float32(0.5))


# adversarial


@pytest.fixture(scope="module")
def golden():
    return np.load(DATA / "disc_d256_div8.npz")


def test_logistic_losses_equal_the_official_ones(golden):
    """They were taken from the logits of four pictures: two as fakes, two as reals."""
    fake, real = torch.from_numpy(golden["b4"]).chunk(2)
    assert generator_loss(fake).item() == pytest.approx(float(golden["gan_g"]), abs=1e-6)
    assert discriminator_loss(fake, real).item() == pytest.approx(float(golden["gan_d"]), abs=1e-6)


def test_r1_penalty_and_its_gradient_equal_the_official_ones(golden):
    network = load_discriminator(rule_drawn.discriminator())
    r = np.random.RandomState((zlib.crc32(b"imgD") + 1000003) % 2**32)
    base = r.randint(0, 256, (8, 3, 16, 11)).repeat(16, 2).repeat(16, 3).astype(np.int64)
    levels = np.clip(base + r.randint(-40, 41, (8, 3, 256, 176)), 0, 255).astype(np.uint8)
    real = picture(levels[:2]).requires_grad_()
    penalty = r1_penalty(network(real), real)
    assert penalty.item() == pytest.approx(float(golden["r1_penalty_b2"]), rel=1e-4)
    config = AdversaryConfig()
    (config.r1 / 2 * config.r1_every * penalty).backward()
    wanted = golden["r1_weighted_grad_sum_convs0_weight"]
    found = network.convs[0][0].weight.grad.numpy()
    np.testing.assert_allclose(found, wanted, rtol=2e-3, atol=2e-4 * np.abs(wanted).max())


def test_r1_of_a_plane_is_its_squared_slope():
    slope = torch.tensor([3.0, 0.0, 4.0]).view(1, 3, 1, 1)
    real = torch.rand(5, 3, 1, 1, requires_grad=True)
    assert r1_penalty((real * slope).sum((1, 2, 3)), real).item() == pytest.approx(25)


def test_adam_is_corrected_for_the_lazy_steps():
    rate, betas = lazy_adam(0.002, (0.0, 0.99), 16)
    assert (rate, *betas) == pytest.approx((0.001882, 0.0, 0.9905), abs=1e-4)
    assert rate == pytest.approx(0.001882, abs=1e-6)


def small_discriminator(seed: int = 0) -> Discriminator:
    torch.manual_seed(seed)
    return Discriminator((4, 4, 4, 4))  # 32x16 pictures end at 4x2


def tensors_of(adversary: Adversary) -> list[torch.Tensor]:
    return [p.detach().clone() for p in adversary.network.parameters()]


def test_the_generator_is_taught_and_the_discriminator_left_alone():
    adversary = Adversary(small_discriminator())
    fake, real = torch.zeros(2, 3, 32, 16, requires_grad=True), torch.ones(2, 3, 32, 16)
    adversary.loss(fake, real).backward()
    assert fake.grad.abs().sum() > 0
    assert all(p.grad is None and p.requires_grad for p in adversary.network.parameters())


def test_a_discriminator_learns_and_pays_the_penalty_every_so_often():
    adversary = Adversary(small_discriminator(), AdversaryConfig(learning_rate=0.02, r1_every=4))
    torch.manual_seed(1)
    real, fake = torch.rand(4, 3, 32, 16), -torch.rand(4, 3, 32, 16)
    history = [adversary.step(fake, real) for _ in range(25)]
    assert [i for i, terms in enumerate(history) if "r1" in terms] == list(range(0, 25, 4))
    assert history[-1]["discriminator"] < history[0]["discriminator"] / 2
    with torch.no_grad():
        assert adversary.network(real).mean() > adversary.network(fake).mean()


def test_beside_the_real_picture_what_both_share_says_nothing():
    fake, real = (
        [torch.randn(2, 1, 4, 4), torch.randn(2, 1, 2, 2)],
        [torch.randn(2, 1, 4, 4), torch.zeros(2, 1, 2, 2)],
    )
    by_hand = sum(F.softplus(a - b).mean() for a, b in zip(fake, real, strict=True)) / 2
    assert relative_loss(real, fake) == pytest.approx(by_hand.item(), abs=1e-6), "several maps count alike"
    shifted = relative_loss([each + 3 for each in real], [each + 3 for each in fake])
    assert shifted == pytest.approx(by_hand.item(), abs=1e-5)
    assert relative_loss(fake, fake) == pytest.approx(np.log(2), abs=1e-6)


def test_an_adversary_that_sees_features_learns_beside_the_real_pictures():
    def eyes(picture):
        return [picture, F.avg_pool2d(picture, 2)]

    torch.manual_seed(1)
    config = AdversaryConfig(learning_rate=0.02, r1=0.0, relative=True)
    adversary = Adversary(FeatureDiscriminator((3, 3)), config, eyes)
    real = torch.rand(4, 3, 16, 16)
    fake = F.avg_pool2d(real, 3, 1, 1).requires_grad_()
    before = adversary.loss(fake, real)
    history = [adversary.step(fake, real) for _ in range(40)]
    assert history[-1]["discriminator"] < history[0]["discriminator"] / 2
    assert all("r1" not in terms for terms in history)
    assert fake.grad is None, "what the discriminator learns from does not move"
    loss = adversary.loss(fake, real)
    loss.backward()
    assert loss > before
    nearer = (fake - 0.05 * fake.grad / fake.grad.abs().max()).detach()
    assert adversary.loss(nearer, real) < loss, "towards what passes for real"
    assert all(p.grad is None or p.requires_grad for p in adversary.network.parameters())


def test_an_adversary_goes_on_exactly():
    torch.manual_seed(2)
    batches = [torch.randn(2, 2, 3, 32, 16) for _ in range(6)]
    whole = Adversary(small_discriminator(), AdversaryConfig(r1_every=3))
    for fake, real in batches[:3]:
        whole.step(fake, real)
    resumed = Adversary(small_discriminator(7), AdversaryConfig(r1_every=3))
    resumed.restore(copy.deepcopy(whole.state()))
    for fake, real in batches[3:]:
        whole.step(fake, real)
        resumed.step(fake, real)
    assert resumed.steps == whole.steps == 6
    assert all(torch.equal(a, b) for a, b in zip(tensors_of(whole), tensors_of(resumed), strict=True))


def test_a_picture_that_is_no_number_stops_and_changes_nothing():
    adversary = Adversary(small_discriminator())
    before = tensors_of(adversary)
    with pytest.raises(FloatingPointError, match="discriminator's loss at its step 0"):
        adversary.step(torch.full((2, 3, 32, 16), float("nan")), torch.zeros(2, 3, 32, 16))
    assert all(torch.equal(a, b) for a, b in zip(before, tensors_of(adversary), strict=True))


# features


def thin_vgg() -> Vgg19:
    torch.manual_seed(3)
    return Vgg19(thinner=16).requires_grad_(False)


def test_the_architecture_is_vgg_19_with_torchvisions_keys():
    with torch.device("meta"):
        state = Vgg19().state_dict()
    convs = (0, 2, 5, 7, 10, 12, 14, 16, 19, 21, 23, 25, 28)
    assert list(state) == [f"features.{n}.{part}" for n in convs for part in ("weight", "bias")]
    outputs = [state[f"features.{tap - 1}.weight"].shape[0] for tap in TAPS]
    assert outputs == [64, 128, 256, 512, 512]


def test_the_maps_are_the_taps_of_the_plain_chain():
    network, image = thin_vgg(), torch.rand(1, 3, 32, 48) * 2 - 1
    mean = torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1)
    x = ((image + 1) / 2 - mean) / torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1)
    expected = []
    for index, layer in enumerate(network.features):
        if isinstance(layer, nn.Conv2d):
            x = F.conv2d(x, layer.weight, layer.bias, padding=1)
        else:
            x = F.max_pool2d(x, 2) if isinstance(layer, nn.MaxPool2d) else x.clamp_min(0)
        if index in TAPS:
            expected.append(x)
    maps = network(image)
    assert [tuple(m.shape[2:]) for m in maps] == [(32, 48), (16, 24), (8, 12), (4, 6), (2, 3)]
    assert all(torch.equal(a, b) for a, b in zip(maps, expected, strict=True))


@pytest.fixture
def thin_files(monkeypatch):
    """Weight files of a sixteenth of the width stand for the real ones of half a gigabyte."""
    monkeypatch.setattr(features_module, "Vgg19", lambda: Vgg19(thinner=16))


@pytest.mark.parametrize("new_form", [True, False])
def test_a_torchvision_file_is_read(thin_files, tmp_path, new_form):
    network = thin_vgg()
    state = network.state_dict() | {"features.30.weight": torch.zeros(2), "classifier.0.bias": torch.zeros(3)}
    torch.save(state, tmp_path / "vgg19.pth", _use_new_zipfile_serialization=new_form)
    loaded = load_vgg19(tmp_path / "vgg19.pth")
    image = torch.rand(1, 3, 16, 16)
    assert all(torch.equal(a, b) for a, b in zip(loaded(image), network(image), strict=True))
    assert not any(p.requires_grad for p in loaded.parameters())


class Surprise:
    def __reduce__(self):
        return print, ("unpickled",)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ({"features.0.weight": torch.zeros(4, 3, 3, 3)}, "features.0.bias is missing"),
        ({"features.0.weight": torch.zeros(64, 3, 3, 3)}, "features.0.weight has another shape"),
        ({"weights": Surprise()}, "holds more than tensors"),
        ([1, 2], "holds no state dict"),
        (b"GIF89a and so on", "cannot be read|holds more than tensors"),
        (None, "does not exist"),
    ],
)
def test_foreign_files_are_refused_in_one_sentence(thin_files, tmp_path, content, sentence, capsys):
    path = tmp_path / "other.pth"
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content is not None:
        torch.save(content, path)
    with pytest.raises(InputError, match=sentence) as caught:
        load_vgg19(path)
    assert "other.pth" in str(caught.value) and "\n" not in str(caught.value)
    assert "unpickled" not in capsys.readouterr().out


def test_a_file_with_numbers_that_are_none_is_refused(thin_files, tmp_path):
    state = thin_vgg().state_dict()
    state["features.5.bias"][0] = float("nan")
    torch.save(state, tmp_path / "vgg19.pth")
    with pytest.raises(InputError, match="not finite, first in features.5.bias"):
        load_vgg19(tmp_path / "vgg19.pth")


# perceptual and style


def colours_and_halves(picture_BCHW: torch.Tensor) -> list[torch.Tensor]:
    """Features of two maps that can be reckoned with by hand."""
    return [picture_BCHW, F.avg_pool2d(picture_BCHW, 2)]


def test_perceptual_and_style_by_hand():
    image, target = torch.full((2, 3, 8, 4), 0.5), torch.zeros(2, 3, 8, 4)
    perceptual, style = perceptual_and_style(colours_and_halves, image, target, scales=2)
    assert perceptual.item() == pytest.approx(2 * 2 * 0.5)  # two scales, two maps
    assert style.item() == pytest.approx(2 * 0.25 / 3)  # one scale, two maps: 0.5^2 over 3 channels


def test_gram_matrices_do_not_see_where_things_are():
    maps = torch.rand(1, 5, 4, 6)
    mirrored = maps.flip(3)
    torch.testing.assert_close(gram(maps), gram(mirrored))
    expected = torch.einsum("bchw,bdhw->bcd", maps, maps) / (4 * 6 * 5)
    torch.testing.assert_close(gram(maps), expected)
    perceptual, style = perceptual_and_style(lambda p: [p], mirrored, maps)
    assert perceptual > 0.05 and style < 1e-6


def test_only_the_picture_that_was_made_gets_a_gradient():
    image, target = (torch.rand(1, 3, 32, 32, requires_grad=True) for _ in range(2))
    perceptual, style = perceptual_and_style(thin_vgg(), image, target, scales=2)
    (perceptual + style).backward()
    assert image.grad.abs().sum() > 0 and target.grad is None


# face


@pytest.mark.parametrize("which", ["1", "2"])
def test_face_crops_equal_the_official_ones(which):
    extras = np.load(DATA / "extras.npz")
    boxes = []
    for right_x, right_y, left_x, left_y in extras[f"face_center_{which}"]:
        pose = np.zeros((18, 3))
        if right_x != -1:
            pose[RIGHT_EYE], pose[LEFT_EYE] = (right_x, right_y, 2), (left_x, left_y, 2)
        boxes.append(face_box(pose, (256, 176)))
    crops = face_crops(picture(extras["gt_u8"]), boxes)
    np.testing.assert_allclose(crops.numpy(), extras[f"face_crop_{which}"], atol=1e-6)


def test_a_face_as_wide_as_the_picture_is_cropped_to_it():
    pose = np.zeros((18, 3))
    pose[RIGHT_EYE], pose[LEFT_EYE] = (10, 60, 2), (160, 60, 2)
    crops = face_crops(torch.rand(1, 3, 256, 176), [face_box(pose, (256, 176))])
    assert crops.shape == (1, 3, 64, 64) and crops.std() > 0.1


def test_faces_are_found_by_the_eyes_and_pictures_without_one_are_silent():
    poses = torch.zeros(2, 18, 3)
    poses[0, RIGHT_EYE], poses[0, LEFT_EYE] = torch.tensor([20.0, 30, 2]), torch.tensor([36.0, 30, 2])
    boxes = face_boxes(poses, (128, 88))
    assert boxes[1] is None and boxes[0][2] == 40
    image, target = torch.zeros(2, 3, 128, 88, requires_grad=True), torch.rand(2, 3, 128, 88)
    assert face_crops(target, boxes).shape == (2, 3, 32, 32)
    loss = face_loss(lambda p: [p], image, target, boxes)
    loss.backward()
    left, top, side = boxes[0]
    inside = torch.zeros(128, 88, dtype=torch.bool)
    inside[top : top + side, left : left + side] = True
    assert image.grad[0][:, ~inside].abs().sum() == 0 < image.grad[0][:, inside].abs().sum()
    assert image.grad[1].abs().sum() == 0
    assert face_loss(lambda p: [p], image, target, [None, None]).item() == 0


# total


def tiny_step() -> tuple:
    torch.manual_seed(4)
    levels = (Level(16, 8, 4), Level(32, 8, 4), Level(64, 4))
    network = Nted(NtedConfig(levels, (64, 32)))
    pictures, planes = torch.rand(2, 2, 3, 64, 32) * 2 - 1, torch.rand(2, 20, 64, 32)
    poses = torch.zeros(2, 18, 3)
    poses[:, RIGHT_EYE], poses[:, LEFT_EYE] = torch.tensor([12.0, 20, 2]), torch.tensor([20.0, 20, 2])
    parsing = torch.zeros(2, 64, 32, dtype=torch.uint8)
    nowhere = torch.full((2, 3, 64, 32), torch.nan)
    batch = PairBatch(
        *pictures, planes, planes, parsing, parsing, poses, poses, nowhere, nowhere, pairs=(), step=0
    )
    return network, batch, Adversary(Discriminator((4, 4, 4, 4, 4)))


def test_the_total_is_the_sum_of_all_terms_and_teaches_every_parameter():
    network, batch, adversary = tiny_step()
    output = network(batch.reference_BCHW, batch.target_planes_BPHW)
    terms = paper_losses(output, batch, PAPER_256, thin_vgg(), adversary)
    assert list(terms) == ["total", "attention", "perceptual", "style", "face", "adversarial"]
    assert terms["total"].item() == pytest.approx(sum(v.item() for v in list(terms.values())[1:]), rel=1e-6)
    plain = paper_losses(output, batch, PaperWeights(*(1.0, 1, 1.0, 1.0, 1.0, 1.0)), thin_vgg(), adversary)
    weights = {"attention": 15, "perceptual": 2, "style": 1000, "face": 1, "adversarial": 1.5}
    for name, weight in weights.items():
        assert terms[name].item() == pytest.approx(weight * plain[name].item(), rel=1e-5)
    terms["total"].backward()
    assert all(p.grad is not None and torch.isfinite(p.grad).all() for p in network.parameters())


def test_terms_that_do_not_count_are_not_computed():
    network, batch, adversary = tiny_step()
    output = network(batch.reference_BCHW, batch.target_planes_BPHW)
    none = PaperWeights(attention=15, perceptual=0, face=0, adversarial=1.5)
    assert list(paper_losses(output, batch, none, features=None)) == ["total", "attention"]
    assert "adversarial" in paper_losses(output, batch, none, None, adversary)
    assert (PAPER_512.perceptual * PAPER_512.style, PAPER_512.adversarial_after) == (1000, 0)
