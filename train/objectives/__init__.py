"""What each network learns and from what: one module a model, found by the model's name.

Everything else in `train` knows networks only as these modules show them (`objective.Objective`).
"""

from __future__ import annotations

import importlib

from engine.errors import InputError
from train.objectives.objective import Objective

MODELS = ("nted", "pise", "parser")  # the first is that of checkpoints and weights which name none


def objective_of(model: str | None) -> type[Objective]:
    """The objective of a model by its name, as recipes, checkpoints and weights files tell it."""
    model = MODELS[0] if model is None else model
    if model not in MODELS:
        raise InputError(f"The model {model} is none that is trained here: {', '.join(MODELS)}.")
    return importlib.import_module(f"train.objectives.{model}").OBJECTIVE


def objective_in(state: dict) -> type[Objective]:
    """The objective of the run whose checkpoint holds this state."""
    return objective_of(state["recipe"].get("model"))
