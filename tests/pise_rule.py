"""Official PISE state dicts, their weights drawn by the golden vectors' rule (a SplitMix64 stream a key).

The golden vectors are outputs of the official code with these weights, which are too large to keep.
"""

from __future__ import annotations

import json
import zlib
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

DATA = Path(__file__).parent / "data" / "pise"
SEED = 7
_POWER_ITERATIONS = 30


def noise(key: str, count: int) -> np.ndarray:
    """The rule: float64 [count] of mean 0 and variance 1."""
    step, first, second = (np.uint64(x) for x in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB))
    seed = np.uint64(zlib.crc32(key.encode()) + (SEED << 32))
    z = seed + np.arange(1, count + 1, dtype=np.uint64) * step
    z = (z ^ (z >> np.uint64(30))) * first
    z = (z ^ (z >> np.uint64(27))) * second
    z ^= z >> np.uint64(31)
    return (2 * ((z >> np.uint64(11)) / 2.0**53) - 1) * np.sqrt(3)


def drawn(key: str, shape: tuple[int, ...]) -> Tensor:
    """A weight or a running statistic."""
    last = key.rpartition(".")[2]
    if last == "num_batches_tracked" or "blending" in key:
        return torch.zeros(shape, dtype=torch.long if last.startswith("num") else torch.float32)
    values = noise(key, int(np.prod(shape))).reshape(shape)
    if last == "bias":
        values = 0.05 * values
    elif last == "running_mean":
        values = 0.1 * values
    elif last == "running_var":
        values = 1 + 0.5 * np.abs(values)
    elif len(shape) == 1:
        values = 1 + 0.1 * values
    else:
        values = values / np.sqrt(np.prod(shape[1:]))
    return torch.from_numpy(values.astype(np.float32))


def state(keys: str) -> dict[str, Tensor]:
    """The state dict of the keys in data/pise/<keys>.json, as an official checkpoint holds it."""
    shapes = {key: tuple(shape) for key, shape in json.loads((DATA / f"{keys}.json").read_text()).items()}
    tensors = {}
    for key, shape in shapes.items():
        stem, _, last = key.rpartition(".")
        if last in ("weight_u", "weight_v"):
            continue
        tensors[key] = drawn(_alias(key), shape)
        if last == "weight_orig":
            transposed = stem.endswith(".shortcut.0") or (
                stem.endswith(".model.5") and stem.replace("model.5", "shortcut.0") + ".weight_orig" in shapes
            )
            u, v = _singular_vectors(tensors[key], transposed)
            tensors[f"{stem}.weight_u"], tensors[f"{stem}.weight_v"] = u, v
    return {key: tensors[key] for key in shapes}


def _alias(key: str) -> str:
    """The last layers' convolutions are drawn by the first of their two names."""
    for layer in ("dec.out", "parnet.parout", "parnet.makout"):
        key = key.replace(f"{layer}.model.3.", f"{layer}.conv1.")
    return key


def _singular_vectors(weight: Tensor, transposed: bool) -> tuple[Tensor, Tensor]:
    matrix = (weight.transpose(0, 1) if transposed else weight).flatten(1).double()
    u = torch.ones(len(matrix), dtype=torch.float64) / len(matrix) ** 0.5
    for _ in range(_POWER_ITERATIONS):
        v = matrix.t() @ u
        v = v / v.norm()
        u = matrix @ v
        u = u / u.norm()
    return u.float(), v.float()
