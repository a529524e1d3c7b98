"""Official state dicts in the keys of our networks: spectral norms folded, doubles and unread tensors left
out.

Spectral norm (Miyato et al. 2018) as old PyTorch stores it: `weight_orig`, and the vectors u and v of the
last power iteration; in inference the weight is weight_orig / (u^T W v).
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from engine.errors import InputError

_ORIGINAL, _U, _V = "weight_orig", "weight_u", "weight_v"
# The last layers' convolutions are there under two names, and two scalars of `efb` are used nowhere.
_LAST = tuple(f"{layer}.conv1." for layer in ("dec.out", "parnet.parout", "parnet.makout"))
_DOUBLES = tuple(key.replace("conv1", "model.3") for key in _LAST)
_UNREAD = ("efb.blending_gamma", "efb.blending_beta")
_DEEPEST_VGG = 10  # relu3_1, the last layer of VGG-19 that is looked at


def folded(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Our keys of an official state dict; ours come back as they are.

    Raises InputError naming the first vector of a spectral norm that is missing or has another shape.
    """
    found: dict[str, Tensor] = {}
    for key, tensor in state.items():
        if key.startswith(_DOUBLES) or key in _UNREAD or _too_deep(key):
            continue
        stem, _, last = key.rpartition(".")
        if last == _ORIGINAL:
            found[f"{stem}.weight"] = tensor / _sigma(state, stem)
        elif last not in (_U, _V):
            found[key] = tensor
    return found


def unfolded(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The official keys of our state dict: what `folded` makes ours of again.

    A normalised weight is its own original, beside vectors that say its largest singular value were 1; its
    own is in v, so that nothing is divided.
    """
    found: dict[str, Tensor] = {}
    for key, tensor in state.items():
        stem, _, last = key.rpartition(".")
        names = [stem, stem.replace(".conv1", ".model.3")] if f"{stem}.".startswith(_LAST) else [stem]
        for name in names:
            if last == "weight" and _is_normalised(stem, tensor):
                matrix = (tensor.transpose(0, 1) if _enlarges(state, stem, "weight") else tensor).flatten(1)
                u, sizes, v = torch.linalg.svd(matrix, full_matrices=False)
                found |= {f"{name}.{_ORIGINAL}": tensor, f"{name}.{_U}": u[:, 0]}
                found[f"{name}.{_V}"] = v[0] / sizes[0]
            else:
                found[f"{name}.{last}"] = tensor
    return found


def _is_normalised(stem: str, weight: Tensor) -> bool:
    """Whether the official code trains this weight under a spectral norm: kernels of the blocks that see
    pictures."""
    return weight.ndim == 4 and (stem.startswith(("Zencoder.block", "parenc.block", "dec.")))


def _sigma(state: Mapping[str, Tensor], stem: str) -> Tensor:
    """The largest singular value, as the stored vectors tell it, in float32 like the official code."""
    weight = state[f"{stem}.{_ORIGINAL}"]
    if weight.ndim != 4 or not weight.is_floating_point():
        raise InputError(f"{stem}.{_ORIGINAL} is no kernel.")
    matrix = (weight.transpose(0, 1) if _enlarges(state, stem, _ORIGINAL) else weight).flatten(1).float()
    for name, length in ((_U, matrix.shape[0]), (_V, matrix.shape[1])):
        key = f"{stem}.{name}"
        if key not in state:
            raise InputError(f"{key} is missing.")
        if state[key].shape != (length,):
            raise InputError(f"{key} has shape {tuple(state[key].shape)} where {(length,)} is needed.")
    return state[f"{stem}.{_U}"].float() @ (matrix @ state[f"{stem}.{_V}"].float())


def _enlarges(state: Mapping[str, Tensor], stem: str, last: str) -> bool:
    """Whether a convolution makes its map larger: a block's shortcut does, and the last one beside it.

    The official weights of those lie [in, out, k, k].
    """
    block = stem.removesuffix(".model.5")
    return stem.endswith(".shortcut.0") or (block != stem and f"{block}.shortcut.0.{last}" in state)


def _too_deep(key: str) -> bool:
    index = key.removeprefix("imgenc.vgg.").split(".")[0]
    return key.startswith("imgenc.vgg.") and index.isdigit() and int(index) > _DEEPEST_VGG
