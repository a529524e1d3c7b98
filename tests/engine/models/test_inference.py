"""The inference form against the network it was built from, and against the official vectors."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rule_drawn
import torch

from engine.models import nted
from engine.models.nted.graph import DragGraph
from engine.models.nted.inference import InferenceNted
from engine.plan import has_fast_bfloat16

CPU = torch.device("cpu")
DATA = Path(__file__).parents[2] / "data" / "nted"
# Wide enough for Winograd, both kernel sizes, rows and columns that are no multiples of 4.
LEVELS = (
    nted.Level(16, 128, 16, 3),
    nted.Level(32, 136, 7, 3),
    nted.Level(64, 32, 8, 1),
    nted.Level(128, 128),
)


@pytest.fixture(
    scope="module", params=((0, 0), (24, 0), (24, 8)), ids=("as in the paper", "with context", "with detail")
)
def network(request) -> nted.Nted:
    torch.manual_seed(3)
    context, detail = request.param
    config = nted.NtedConfig(LEVELS, (128, 88), context=context, detail=detail)
    made = nted.Nted(config).eval().requires_grad_(False)
    for parameter in made.parameters():
        if parameter.dim() == 1:  # biases begin at zero, where nothing could go wrong with them
            parameter.normal_(0, 0.5)
    if detail:  # and so do these, lest they disturb what is there
        for conv in (made.detail.out, made.detail.target_places.out):
            conv.weight.normal_()
    return made


@pytest.fixture(scope="module")
def pictures() -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(1)
    planes = torch.randint(0, 256, (20, 128, 88), generator=generator, dtype=torch.uint8)
    return torch.rand(1, 3, 128, 88, generator=generator) * 2 - 1, planes


SEEN = torch.rand(1, 10, 128, 88, generator=torch.Generator().manual_seed(2)) * 2 - 1


def worst(ours: list[torch.Tensor], theirs: list[torch.Tensor]) -> float:
    assert [a.shape for a in ours] == [b.shape for b in theirs]
    return max(float((a.float() - b).abs().max()) for a, b in zip(ours, theirs, strict=True))


@torch.inference_mode()
def test_it_is_the_networks_function(network, pictures):
    reference, planes = pictures
    form = InferenceNted(network, CPU, torch.float32)
    for _ in range(2):  # the second call finds the weights packed
        textures, extraction = form.encode(reference)
        rendering = form.render(form.pose_feature(planes), textures)
        out = network(reference, planes[None] / 255.0)
        if network.detail is not None:
            surface = network.detail.surface(out.features[-2])
            assert worst([form.detail.surface(rendering.features[-2])], [surface]) < 1e-3
            logits = network.detail(out.features[-1], out.image_BCHW, SEEN)
            ours = form.detail(rendering.features[-1], rendering.image_BCHW, SEEN)
            assert worst([ours], [logits]) < 1e-3
        assert worst(textures, out.textures) < 1e-4 and worst(extraction, out.extraction) < 1e-5
        assert worst(rendering.distribution_logits, out.distribution_logits) < 1e-3
        assert worst(rendering.skips, out.skips) < 1e-3
        assert worst([rendering.image_BCHW], [out.image_BCHW]) < 1e-3


@torch.inference_mode()
def test_another_size_after_the_first(network, pictures):
    reference, planes = (picture[..., :64, :80].contiguous() for picture in pictures)
    form = InferenceNted(network, CPU, torch.float32)
    form.render(form.pose_feature(pictures[1]), form.encode(pictures[0]).textures)
    rendering = form.render(form.pose_feature(planes), form.encode(reference).textures)
    assert worst(rendering.skips, network(reference, planes[None] / 255.0).skips) < 1e-3


@torch.inference_mode()
def test_without_the_processors_own_library(network, pictures, monkeypatch):
    monkeypatch.setattr("engine.ops.fused.ONEDNN", False)
    monkeypatch.setattr("engine.ops.winograd.ONEDNN", False)
    test_it_is_the_networks_function.__wrapped__(network, pictures)


@torch.inference_mode()
def test_stopping_early_gives_that_levels_sum(network, pictures):
    reference, planes = pictures
    form = InferenceNted(network, CPU, torch.float32)
    textures = form.encode(reference).textures
    whole, early = (form.render(form.pose_feature(planes), textures, levels) for levels in (None, 2))
    assert worst(early.skips, whole.skips[:2]) == 0 and len(early.distribution_logits) == 4


@torch.inference_mode()
@pytest.mark.skipif(not has_fast_bfloat16(), reason="this processor does not multiply bfloat16")
def test_half_precision_stays_close(network, pictures):
    reference, planes = pictures
    exact = InferenceNted(network, CPU, torch.float32)
    textures = exact.encode(reference).textures
    pictures = []
    for dtype in (torch.float32, torch.bfloat16):
        form = InferenceNted(network, CPU, dtype, with_reference=False)
        rendering = form.render(form.pose_feature(planes), textures)
        image = rendering.image_BCHW
        pictures.append(image.clamp(-1, 1))
    error = (pictures[0] - pictures[1]).square().mean()
    assert 10 * torch.log10(4 / error) > 45


@torch.inference_mode()
def test_official_vectors():
    golden = np.load(DATA / "caseB_g256_div8_128x96_b1.npz")
    form = InferenceNted(nted.load(rule_drawn.generator()), CPU, torch.float32)
    reference = (torch.from_numpy(golden["image_u8"]) / np.float32(255) - 0.5) / 0.5
    textures = form.encode(reference).textures
    feature = form.pose_feature(torch.from_numpy(golden["skeleton_u8"])[0])
    rendering = form.render(feature, textures)
    assert np.abs(feature.numpy() - golden["skeleton_feature"]).max() < 2e-4
    assert worst(textures, [torch.from_numpy(golden[f"texture_{i}"]) for i in range(len(textures))]) < 2e-4
    assert np.abs(rendering.image_BCHW.numpy() - golden["out_image"]).max() < 2e-4


@torch.inference_mode()
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_the_recorded_drag_is_the_same_function(network, pictures):
    device = torch.device("cuda")
    reference, planes = (picture.to(device) for picture in pictures)
    form = InferenceNted(network, device, torch.float32)
    textures = form.encode(reference).textures
    graph = DragGraph(form, planes, textures, None)
    for turned, mixed in ((planes, textures), (planes.flip(2), [texture * 0.5 for texture in textures])):
        expected = form.render(form.pose_feature(turned), mixed)
        assert worst(graph(turned, mixed).skips, expected.skips) < 1e-4
