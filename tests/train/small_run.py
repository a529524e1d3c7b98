"""The smallest runs that have everything: of the paper (both directions, its terms and an adversary), and of
the default recipe (Muon, patches for the textures, context, detail)."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path

import torch
import torch.nn.functional as F

from engine.models.nted import Level, NtedConfig
from engine.photos import write_png
from engine.pose.formats import write_openpose
from train.data.augment import MILD, NONE
from train.data.patches import patches_for
from train.data.people import People
from train.data.source import Source
from train.losses.nted import LossWeights
from train.losses.nted_total import PAPER_256
from train.objectives.nted import NtedRecipe
from train.run.recipe import FOREVER, Phase
from train.run.state import Run
from train.run.world import World


def small(**changes) -> NtedRecipe:
    """Pictures of 64x32, 4 pairs a step; the adversary comes in with the second step."""
    recipe = NtedRecipe(
        name="small",
        network=NtedConfig((Level(16, 8, 4), Level(32, 8, 4), Level(64, 4)), (64, 32)),
        phases=(Phase((64, 32), 4, FOREVER),),
        learning_rate=2e-3,
        betas=(0.0, 0.99),
        warm_up=1,
        losses=LossWeights(attention=0.0),
        paper=replace(PAPER_256, style=1.0, adversarial_after=8),
        discriminator=(4, 4, 4, 4, 4),
        both_directions=True,
        augmentation=NONE,
    )
    return replace(recipe, **changes)


def features(picture_BCHW: torch.Tensor) -> list[torch.Tensor]:
    """Stands in for VGG-19: the picture, and its reduction."""
    return [picture_BCHW, F.avg_pool2d(picture_BCHW, 2)]


def small_run(world: World, accumulate: int = 1, **changes) -> Run:
    return Run.new(small(**changes), world, features=features, accumulate=accumulate, mixed=False)


def house(**changes) -> NtedRecipe:
    """What `default` has, but small: 4 pairs a step, the full size from sample 16 on."""
    levels = (Level(16, 16, 8), Level(32, 16, 8, 3), Level(64, 16))
    recipe = NtedRecipe(
        name="house",
        network=NtedConfig(levels, (64, 32), context=16, detail=8),
        phases=(Phase((32, 16), 4, 16), Phase((64, 32), 4, FOREVER)),
        learning_rate=1e-2,
        optimiser="muon",
        extraction_factor=16.0,
        warm_up=8,
        losses=LossWeights(attention=1.0, patches=0.2, places=1.0, contrast=2.0),
        augmentation=MILD,
    )
    return replace(recipe, **changes)


def house_run(world: World, people: Source, accumulate: int = 1, **changes) -> Run:
    run = Run.new(house(**changes), world, accumulate=accumulate, mixed=False)
    run.objective.patches = patches_for(people, {8}, "people")
    return run


def same(a: object, b: object) -> bool:
    """Bit equality of nested states; not a number, as places of the background are, equals itself."""
    if isinstance(a, torch.Tensor):
        return torch.equal(a.nan_to_num(9.0), b.nan_to_num(9.0))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    return a == b


def write_photos(folder: Path, people: People) -> None:
    """Two photos each of two people, with pose files beside them."""
    for person, number in itertools.product(range(2), range(2)):
        view, place = people.view(person, number), folder / f"p{person}" / f"{number}.png"
        place.parent.mkdir(parents=True, exist_ok=True)
        write_png(place, view.image_HWC)
        write_openpose(place.with_suffix(".json"), view.keypoints_18x3, view.parsing_HW.shape)


ALONE = World(torch.device("cpu"))
