"""The discriminator against vectors of the official one."""

from __future__ import annotations

import hashlib
import json
import zlib
from pathlib import Path

import numpy as np
import pytest
import rule_drawn
import torch

from engine.errors import InputError
from engine.models.nted.discriminator import load_discriminator, official_discriminator

DATA = Path(__file__).parents[2] / "data" / "nted"


@pytest.fixture(scope="module")
def network():
    return load_discriminator(rule_drawn.discriminator())


@pytest.fixture(scope="module")
def golden():
    return np.load(DATA / "disc_d256_div8.npz")


@pytest.fixture(scope="module")
def pictures(golden) -> torch.Tensor:
    r = np.random.RandomState((zlib.crc32(b"imgD") + 1000003) % 2**32)
    base = r.randint(0, 256, (8, 3, 16, 11)).repeat(16, 2).repeat(16, 3).astype(np.int64)
    levels = np.clip(base + r.randint(-40, 41, (8, 3, 256, 176)), 0, 255).astype(np.uint8)
    assert hashlib.sha256(levels.tobytes()).hexdigest() == str(golden["image_sha256"])
    return torch.from_numpy((levels.astype(np.float32) / np.float32(255) - np.float32(0.5)) / np.float32(0.5))


@pytest.mark.parametrize("batch", [1, 2, 4, 8])
def test_logits_equal_the_official_ones(network, golden, pictures, batch):
    with torch.inference_mode():
        logits = network(pictures[:batch])
    # Wrong groups of the batch deviation show only as 1.7e-4.
    assert np.abs(logits.numpy() - golden[f"b{batch}"]).max() < 1e-5


@pytest.mark.parametrize("rows", [256, 512])
def test_official_sizes_have_the_official_keys(rows):
    with torch.device("meta"):
        state = official_discriminator(rows).state_dict()
    listed = json.loads((DATA / f"keys_D_{rows}.json").read_text())
    assert {key: list(value.shape) for key, value in state.items()} == listed


def test_what_does_not_fit_is_said(network):
    with pytest.raises(InputError, match="not 5"):
        network(torch.zeros(5, 3, 256, 176))
    with pytest.raises(InputError, match="256x256"):
        network(torch.zeros(1, 3, 256, 256))
    with pytest.raises(InputError, match="no NTED discriminator"):
        load_discriminator(rule_drawn.generator())
