"""Small networks of every engine at random weights, written as a user's files are."""

from __future__ import annotations

from copy import deepcopy
from functools import cache
from pathlib import Path

import torch
from torch import Tensor

from engine.models import nted, pise
from engine.models.pise import PiseConfig, SourceImage, one_hot

SIZE = (128, 96)
_LEVELS = (nted.Level(16, 16, 8), nted.Level(32, 16, 7, 3), nted.Level(64, 16, 8), nted.Level(128, 8))
_WIDTHS = {
    "size": SIZE,
    "parsing": (4, 8, 8, 12, 16),
    "style": (4, 8, 8, 12),
    "target": (4, 8, 8, 12),
    "codes": 8,
    "feature": 16,
    "decoder": (8, 4),
    "match": 8,
}
PAPERS_PISE = PiseConfig(**_WIDTHS, image=(4, 8, 16))
OUR_PISE = PiseConfig(
    **_WIDTHS,
    image=(),
    matched="style",
    match_stride=2,
    modulation=16,
    normalise="source",
    norm="batch",
    colours=True,
    house=True,
)


def small_nted(detail: int) -> nted.Nted:
    torch.manual_seed(3)
    network = nted.Nted(nted.NtedConfig(_LEVELS, SIZE, detail=detail)).eval().requires_grad_(False)
    if detail:
        network.detail.target_places.out.weight.normal_()
    return network


def small_pise(config: PiseConfig, seed: int = 0) -> pise.Pise:
    """Its batch norms have seen pictures, and its parsing maps have several regions. Made once a process: the
    generator of numbers goes on as if it were made now."""
    network, state = _small_pise(config, seed)
    torch.set_rng_state(state)
    return deepcopy(network)


@cache
def _small_pise(config: PiseConfig, seed: int) -> tuple[pise.Pise, Tensor]:
    torch.manual_seed(seed)
    network = pise.Pise(config).train().requires_grad_(False)
    for _ in range(20):
        maps = one_hot(torch.randint(0, 8, (2, 8, 6)).repeat_interleave(16, 1).repeat_interleave(16, 2))
        heat, target_heat = torch.rand(2, 2, 18, *SIZE)
        network(SourceImage(torch.rand(2, 3, *SIZE) * 2 - 1, maps, heat), target_heat, maps.flip(0))
        if network.parnet is not None:
            network.parnet(maps, heat, target_heat)
    return network.eval(), torch.get_rng_state()


FILES = {
    "nted": lambda path: nted.save(path, small_nted(0)),
    "nted composited": lambda path: nted.save(path, small_nted(8)),
    "pise": lambda path: pise.save(path, small_pise(PAPERS_PISE)),
    "pise composited": lambda path: pise.save(path, small_pise(OUR_PISE)),
}


def weights_of(name: str, folder: Path) -> Path:
    """A weights file of one of `FILES`."""
    path = folder / f"{name}.safetensors".replace(" ", "-")
    if not path.exists():
        FILES[name](path)
    return path
