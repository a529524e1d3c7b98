"""Networks an eighth as wide as the official ones, their weights drawn by the golden vectors' rule.

The golden vectors are outputs of the official code with these weights. Drawing them takes less than keeping
them: nine megabytes.
"""

from __future__ import annotations

import json
import tempfile
import zlib
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file

from engine.ops.resample import blur_kernel

DATA = Path(__file__).parent / "data" / "nted"
_FOLDER = tempfile.TemporaryDirectory(prefix="poseloom-rule-drawn-")


def drawn(seed: int, key: str, shape: tuple[int, ...]) -> np.ndarray:
    """The rule."""
    stream = np.random.RandomState((zlib.crc32(key.encode()) + 1000003 * seed) % 2**32)
    values = stream.standard_normal(shape)
    if key.endswith("semantic_extraction_filter.weight"):
        values *= 3.0 * np.sqrt(shape[1])
    elif key.endswith("semantic_distribution_filter.weight"):
        values *= 2.0
    elif key.endswith(".bias") and not key.endswith("semantic_distribution_filter.bias"):
        values *= 0.5
    return values.astype(np.float32)


@lru_cache
def weights_file(keys: str) -> Path:
    """A bare safetensors file of the keys in data/nted/<keys>.json, drawn with seed 1."""
    tensors = {}
    for key, shape in json.loads((DATA / f"{keys}.json").read_text()).items():
        if key.endswith("kernel"):
            upsamples = "upsample" in key or "convs" in key and "conv0.blur" in key
            tensors[key] = blur_kernel(4.0 if upsamples else 1.0)
        else:
            tensors[key] = torch.from_numpy(drawn(1, key, tuple(shape)))
    path = Path(_FOLDER.name) / f"{keys}.safetensors"
    save_file(tensors, path)
    return path


def generator() -> Path:
    return weights_file("keys_256_div8")


def discriminator() -> Path:
    return weights_file("keys_disc_256_div8")
