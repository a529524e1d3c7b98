"""Official NTED training checkpoints (.pt) into networks and back (NTED spec 3.1)."""

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
from engine.models.nted.config import config_from_shapes
from engine.models.nted.discriminator import Discriminator, from_state, save_discriminator
from engine.models.nted.network import Nted
from engine.models.nted.weights import save

GENERATORS = (
    "net_G_ema",
    "net_G",
    "state_dict",
)  # inference uses the average; stripped files hold only one of them
DISCRIMINATORS = ("net_D",)


def recognises(content: Mapping) -> bool:
    """Whether a checkpoint's content holds this generator: its first part that is a state dict has our
    mark."""
    state = next((content[name] for name in GENERATORS if isinstance(content.get(name), dict)), content)
    return any(
        str(key).startswith(("target_image_renderer.", "module.target_image_renderer.")) for key in state
    )


def import_checkpoint(
    path: str | os.PathLike,
    output: str | os.PathLike,
    size: tuple[int, int] | None = None,  # to run at; None: the weights' own
    discriminator: str | os.PathLike | None = None,  # where to write that too
) -> list[str]:
    """Write an official checkpoint's generator as our weights, the same function; what was done, in
    sentences.

    Raises InputError as `load_official`.
    """
    network = load_official(path)
    judge = load_official_discriminator(path) if discriminator else None
    made_for = network.config.size
    card = {
        "name": "NTED, imported",
        "source_sha256": weights.sha256(path),
        "licence": "as its source; the official weights are CC BY-NC 4.0",
        "made_for": list(made_for),
    }
    if size:
        network.config = replace(network.config, size=size)
    save(output, network, card)
    count = sum(p.numel() for p in network.parameters())
    said = [f"{output}: NTED for {made_for[0]}x{made_for[1]}, {count:,} parameters"]
    if network.config.size != made_for:
        height, width = network.config.size
        said.append(
            f"It will run at {height}x{width}: the network is fully convolutional and its weights are "
            f"unchanged, but it was trained on {made_for[0]}x{made_for[1]}."
        )
    if discriminator and judge is not None:
        save_discriminator(discriminator, judge)
        said.append(f"{discriminator}: its discriminator")
    return said


def load_official(path: str | os.PathLike) -> Nted:
    """The generator of an official checkpoint, whole or stripped, with or without the `module.` of data
    parallelism.

    Nothing but tensors and plain containers is unpickled. Raises InputError naming the file and what is wrong
    with it; for a state dict that is not NTED the first key that is missing or has another shape, and the
    first that is there.
    """
    path = Path(path)
    state = _part(weights.read_any(path), GENERATORS, "generator", path)
    try:
        config = config_from_shapes({key: tuple(value.shape) for key, value in state.items()})
    except InputError as error:
        raise InputError(f"{path}: {error} The first that is there is {next(iter(state))}.") from None
    network = weights.network_of(lambda: Nted(config), state, path)
    return network.eval().requires_grad_(False)


def load_official_discriminator(path: str | os.PathLike) -> Discriminator:
    """The discriminator of a whole official checkpoint, to train on with. Raises InputError as above."""
    path = Path(path)
    content = weights.read_any(path)
    if not isinstance(content.get(DISCRIMINATORS[0]), dict):
        raise InputError(f"The checkpoint {path} holds no discriminator; only whole training checkpoints do.")
    return from_state(_part(content, DISCRIMINATORS, "discriminator", path), path)


def save_official(path: str | os.PathLike, network: Nted) -> None:
    """Write the network as the official code's checkpoint with nothing but `net_G_ema`, float32, atomically.

    The official inference needs no more: where `net_G` is missing it takes the average. It finds the file
    under the name `epoch_00000_iteration_000000000_checkpoint.pt`, and fits only where the network has an
    official size. What copies detail is left out: the paper's network is what remains. Raises InputError
    where it cannot be written, or for an ablation or a network with context, which the official code does not
    know.
    """
    if network.config.context:
        raise InputError("A network whose extraction has context has no official form.")
    if network.config.transfer != "textures":
        raise InputError(
            "An ablation has no official form; only networks with neural textures can be written so."
        )
    path = Path(path)
    papers = {key: tensor for key, tensor in network.state_dict().items() if not key.startswith("detail.")}
    state = {key: tensor.detach().float().cpu() for key, tensor in papers.items()}
    try:
        with writing_whole(path) as file:
            torch.save({"net_G_ema": state, "current_epoch": 0, "current_iteration": 0}, file)
    except (InputError, RuntimeError) as error:  # torch reports a short write as the latter
        raise InputError(
            f"The checkpoint could not be written to {path} ({' '.join(str(error).split())})."
        ) from None


def _part(content: dict, names: tuple[str, ...], what: str, path: Path) -> dict[str, Tensor]:
    """The state dict under the first of the names that is there, or the file itself where it is one."""
    state = next((content[name] for name in names if isinstance(content.get(name), dict)), content)
    state = {str(key).removeprefix("module."): value for key, value in state.items()}
    if not state or not all(isinstance(value, Tensor) for value in state.values()):
        raise InputError(f"The checkpoint {path} holds no {what}: none of {', '.join(names)} is in it.")
    return state
