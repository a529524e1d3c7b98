"""Loss terms against the official values and against what they mean."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rule_drawn
import torch

from engine.models import nted
from train.losses.attention import attended, attention_reconstruction
from train.losses.reconstruction import FACE, early_pictures, multiscale_l1, region_weights

DATA = Path(__file__).parents[1] / "data" / "nted"


def picture(levels_u8: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(
        (levels_u8.astype(np.float32) / np.float32(255) - np.float32(0.5)) / np.float32(0.5)
    )


def test_attention_reconstruction_equals_the_official_value():
    case, extras = np.load(DATA / "caseA_g256_div8_256x176_b2.npz"), np.load(DATA / "extras.npz")
    network = nted.load(rule_drawn.generator())
    reference = picture(case["image_u8"])
    with torch.inference_mode():
        out = network(reference, torch.from_numpy(case["skeleton_u8"].astype(np.float32) / np.float32(255)))
        loss = attention_reconstruction(reference, picture(extras["gt_u8"]), out.extraction, out.distribution)
    assert float(loss) == pytest.approx(float(extras["attn_rec_loss"]), abs=1e-5)


def test_sharp_maps_carry_the_pixels_themselves():
    reference = torch.rand(1, 3, 4, 6)
    every_position = torch.eye(24).view(1, 24, 4, 6)
    mirrored = every_position.flip(3)
    assert torch.allclose(attended(reference, every_position, mirrored), reference.flip(3))


def test_pixel_losses_are_zero_only_for_the_target_and_weigh_the_face_most():
    target = torch.rand(2, 3, 32, 16)
    parsing = torch.zeros(2, 32, 16, dtype=torch.uint8)
    parsing[:, 8:24, 4:12] = 3
    parsing[:, 8:12, 6:10] = FACE
    weights = region_weights(parsing)
    assert weights.mean().item() == pytest.approx(1.0)
    assert weights[0, 0, 9, 7] > weights[0, 0, 20, 7] > weights[0, 0, 0, 0]
    assert multiscale_l1(target, target, weights).item() == 0
    assert multiscale_l1(target + 0.25, target, weights).item() == pytest.approx(0.25)
    losses = []
    for row in (0, 20, 9):
        wrong = target.clone()
        wrong[:, :, row, 7] += 0.5
        losses.append(multiscale_l1(wrong, target, weights).item())
    assert 0 < losses[0] < losses[1] < losses[2]


def test_early_pictures_are_compared_with_the_reduced_target():
    target = torch.rand(1, 3, 32, 16)
    skips = [
        torch.zeros(1, 3, 4, 2),
        *(torch.nn.functional.avg_pool2d(target, s) for s in (4, 2)),
        target * 0,
    ]
    assert early_pictures(skips, target).item() == pytest.approx(0.0, abs=1e-6)
    assert early_pictures([skips[0], skips[1] + 1, skips[2], skips[3]], target).item() == pytest.approx(
        0.5, abs=1e-6
    )
