"""The engines there are, and which of them a weights file is for."""

from __future__ import annotations

import importlib
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from engine.errors import InputError
from engine.paths import DEFAULT_WEIGHTS, RESOURCES

if TYPE_CHECKING:
    from engine.contract import PoseTransferModel
    from engine.plan import Plan
    from engine.weights import WeightsFile


@dataclass(frozen=True)
class Engine:
    """A folder of `engine.models`.

    name: of the folder, and of the model in a weights file. title: for people. good_for: one line. weights:
    the file in the box, which may be missing. mark: a key that only its state dicts have.
    """

    name: str
    title: str
    good_for: str
    weights: Path
    mark: str

    def module(self, name: str) -> ModuleType:
        """One of its modules: adapter, official, bench."""
        return importlib.import_module(f"engine.models.{self.name}.{name}")


ENGINES = {
    engine.name: engine
    for engine in (
        Engine(
            "nted",
            "NTED",
            "Follows a hand on any machine; keeps patterns, and mixes by neural texture.",
            DEFAULT_WEIGHTS,
            "target_image_renderer.convs.0.conv0.conv.weight",
        ),
        Engine(
            "pise",
            "PISE",
            "Draws from a map of regions, and mixes by region; its weights are young, and coarse.",
            RESOURCES / "weights" / "pise.safetensors",
            "Zencoder.get_code.0.weight",
        ),
    )
}
DEFAULT = "nted"


def engine_of(model: str | None, keys: Collection[str], path: Path) -> Engine:
    """The engine of a weights file, by the model's name in it, else by its keys; the default engine where
    neither tells, which will say what is missing. Raises InputError where the name is no engine's."""
    if model is not None:
        if model not in ENGINES:
            raise InputError(
                f"The weights file {path} holds a {model} model; the engines are {', '.join(ENGINES)}."
            )
        return ENGINES[model]
    return next((engine for engine in ENGINES.values() if engine.mark in keys), ENGINES[DEFAULT])


def open_model(file: WeightsFile, plan: Plan, size: tuple[int, int] | None = None) -> PoseTransferModel:
    """The engine that runs a weights file, at a frame size (H, W), None: what the weights were made for.

    Raises InputError naming the file where it is no engine's, damaged, or of a network that cannot be edited
    with.
    """
    return (
        engine_of(file.model, file.tensors.keys(), file.path).module("adapter").open_model(file, plan, size)
    )
