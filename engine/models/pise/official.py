"""Official PISE checkpoints (`latest_net_G.pth`, `latest_net_D.pth`) into networks (PISE spec section 10)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor

from engine import weights
from engine.errors import InputError
from engine.files import writing_whole
from engine.models.pise.config import official_256
from engine.models.pise.folding import unfolded
from engine.models.pise.network import Pise
from engine.models.pise.weights import from_state, save

# Of a configuration: in what the official code knows the paper's network alone, whatever the widths.
PICTURE = (256, 176)  # of the official training pictures, in a white border on 256x256
_KIND = ("matched", "match_stride", "modulation", "normalise", "norm", "colours", "house")


def recognises(content: Mapping) -> bool:
    """Whether a checkpoint's content is this generator's state dict."""
    return any(str(key).removeprefix("module.").startswith("Zencoder.") for key in content)


def import_checkpoint(
    path: str | os.PathLike,
    output: str | os.PathLike,
    size: tuple[int, int] | None = None,  # to run at; None: the pictures within the official white border
    discriminator: str | os.PathLike | None = None,  # where to write that too
) -> list[str]:
    """Write an official checkpoint's generator as our weights, the same function; what was done, in
    sentences.

    Raises InputError as `load_official`, and for a discriminator, which the official code keeps in a file of
    its own.
    """
    if discriminator is not None:
        raise InputError(
            f"The checkpoint {path} holds no discriminator; the official code keeps it elsewhere."
        )
    network = load_official(path)
    network.config = replace(network.config, size=size or PICTURE)
    card = {
        "name": "PISE, imported",
        "source_sha256": weights.sha256(path),
        "licence": "as its source, which names none: for research only",
        "made_for": list(PICTURE),
    }
    save(output, network, card)
    count = sum(p.numel() for p in network.parameters())
    said = [f"{output}: PISE for {PICTURE[0]}x{PICTURE[1]}, {count:,} parameters"]
    if network.parnet is None:
        said.append("It is of texture transfer alone: without a parsing generator it follows no pose.")
    return said


def load_official(path: str | os.PathLike) -> Pise:
    """The generator of an official checkpoint: of pose transfer, or of texture transfer, which has no parsing
    generator; with or without the `module.` of data parallelism.

    Nothing but tensors is unpickled. Raises InputError naming the file and the first key that is missing or
    has another shape.
    """
    path = Path(path)
    state = official_state(path)
    try:
        return from_state(state, path)
    except InputError as error:
        raise InputError(f"{error} The first that is there is {next(iter(state))}.") from None


def official_state(path: Path) -> dict[str, Tensor]:
    """The tensors of a checkpoint by key, without `module.`. Raises InputError where it holds none."""
    content = weights.read_any(path)
    state = {str(key).removeprefix("module."): value for key, value in content.items()}
    if not state or not all(isinstance(value, Tensor) for value in state.values()):
        raise InputError(f"The checkpoint {path} holds no state dict of tensors.")
    return state


def save_official(path: str | os.PathLike, network: Pise) -> None:
    """Write the network as the official code's checkpoint of a generator, float32, atomically.

    Only what the official forward reads is there: less the deeper layers of VGG-19. Raises InputError where
    it cannot be written, or for a network of another kind than the paper's, whatever its widths.
    """
    official, config = official_256(), network.config
    if any(getattr(config, name) != getattr(official, name) for name in _KIND):
        raise InputError("Only a network of the paper's kind can be written for the official code.")
    path, state = Path(path), network.state_dict()
    try:
        with writing_whole(path) as file:
            torch.save(unfolded({key: each.detach().float().cpu() for key, each in state.items()}), file)
    except (InputError, RuntimeError) as error:  # torch reports a short write as the latter
        said = " ".join(str(error).split())
        raise InputError(f"The checkpoint could not be written to {path} ({said}).") from None
