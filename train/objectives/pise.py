"""PISE: its recipe, and what a step of it minimises, stage by stage (PISE spec sections 5 and 6)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.errors import InputError
from engine.features import Features
from engine.models import pise
from engine.models.pise import Pise, PiseConfig, SourceImage, official, one_hot
from engine.models.pise.discriminator import PatchDiscriminator, bounded
from engine.pose.heatmaps import heat_maps, sigma_of
from engine.weights import WeightsFile
from train.data.pairs import PairBatch, both_directions
from train.losses.adversarial import Adversary, AdversaryConfig
from train.losses.feature_discriminator import FeatureDiscriminator, check_maps
from train.losses.features import Vgg19, load_vgg19
from train.losses.pise import PAPER_TAPS, PiseWeights, image_terms, parsing_terms
from train.objectives.objective import Pass
from train.objectives.pairs import PairObjective, PairRecipe, parts, shared_pixel_weights
from train.objectives.pise_generators import BothGenerators, BothOutput
from train.run.optimisers import optimisers_for
from train.run.recipe import FOREVER
from train.run.world import World


@dataclass(frozen=True)
class TrainingStage:
    """Part of a run, until `until` samples were seen.

    spatial: whether the spatial part is on. correspondence: whether the features are to be the target's.
    generated: share of the pictures that are drawn from generated parsing maps, not from true ones.
    """

    until: int = FOREVER
    spatial: bool = True
    correspondence: bool = False
    generated: float = 0.0


@dataclass(frozen=True)
class PiseRecipe(PairRecipe):
    """A run of PISE.

    losses: of both generators. discriminator: channels of the adversary, where `losses` have an adversarial
    term; with through_features those of the features' first maps. orthogonal: gain of orthogonal random
    kernels; None: as PyTorch draws them.
    """

    model = pise.weights.MODEL

    optimiser: str = "adam"  # or "muon" (train/run/optimisers.py)
    losses: PiseWeights = PiseWeights()
    stages: tuple[TrainingStage, ...] = (TrainingStage(),)  # the last one goes on
    discriminator: tuple[int, ...] = ()
    through_features: bool = False  # whether the adversary judges features, not pictures
    adversary: AdversaryConfig = AdversaryConfig()
    orthogonal: float | None = None

    def __post_init__(self):
        if not self.network.parsing:
            raise ValueError(f"recipe {self.name} trains a parsing generator and has none")
        if self.network.matched != "vgg" and any(stage.correspondence for stage in self.stages):
            raise ValueError(f"recipe {self.name} asks for features of VGG-19 that its network has not")
        if self.losses.adversarial and not self.discriminator:
            raise ValueError(f"recipe {self.name} has an adversarial term and no discriminator")

    def stage(self, samples: int) -> TrainingStage:
        return next((stage for stage in self.stages if samples < stage.until), self.stages[-1])

    @property
    def adversarial_from(self) -> int | None:
        return self.losses.adversarial_after if self.losses.adversarial else None

    @property
    def cuts(self) -> set[int]:
        return super().cuts | {stage.until for stage in self.stages[:-1]}

    @property
    def needs_surfaces(self) -> bool:
        return self.losses.matching > 0

    @property
    def needs_features(self) -> bool:
        losses = self.losses
        return bool(losses.perceptual or losses.style or (losses.adversarial and self.through_features))

    def without_features(self) -> PiseRecipe:
        if self.losses.paper_taps:
            raise InputError(
                f"Recipe {self.name} learns through features: give the weights of VGG-19 as --features FILE."
            )
        losses = replace(self.losses, perceptual=0.0, style=0.0)
        if self.through_features:
            losses = replace(losses, adversarial=0.0)
        return replace(self, losses=losses, through_features=False)

    def without_surfaces(self, begun: PiseConfig | None = None) -> PiseRecipe:
        return replace(self, losses=replace(self.losses, matching=0.0))

    def left_out(self, whole: PiseRecipe, data: str) -> list[str]:
        lines = []
        if whole.needs_features and not self.needs_features:
            adversary = ", and the adversary," if whole.through_features else ""
            lines.append(f"Without --features the perceptual and style terms{adversary} are left out.")
        if whole.needs_surfaces and not self.needs_surfaces:
            lines.append(
                f"{data}: has no surface coordinates, so nothing but the picture teaches what corresponds."
            )
        return lines


class PiseObjective(PairObjective):
    title = "PISE"
    others = "a network other than PISE"
    network_class, config_class = Pise, PiseConfig
    recipe: PiseRecipe

    # the network

    def build(self) -> Pise:
        network = Pise(self.recipe.network)
        if self.recipe.orthogonal is not None:
            _orthogonal(network, self.recipe.orthogonal)
        if network.imgenc is not None:
            _take_vgg(network.imgenc, self.features, self.recipe)
        return network

    def trained(self, network: Pise) -> BothGenerators:
        return BothGenerators(network)

    def optimisers(self, network: Pise) -> list[torch.optim.Optimizer]:
        recipe = self.recipe
        return optimisers_for(network, recipe.optimiser, recipe.learning_rate, recipe.betas)

    def adversary(self, world: World) -> Adversary | None:
        recipe = self.recipe
        if recipe.adversarial_from is None:
            return None
        if recipe.through_features:
            check_maps(recipe.name, recipe.discriminator, self.features)
            discriminator, eyes = FeatureDiscriminator(recipe.discriminator), {"eyes": self.features}
        else:
            discriminator, eyes = bounded(PatchDiscriminator(recipe.discriminator)), {}
        discriminator = discriminator.to(world.device, memory_format=torch.channels_last)
        return Adversary(world.parallel(discriminator), recipe.adversary, **eyes)

    @classmethod
    def look_through(cls, which: str, recipe: PiseRecipe) -> Features:
        """The paper's maps of VGG-19, of pictures as they are, where the recipe wants these."""
        if not recipe.losses.paper_taps:
            return super().look_through(which, recipe)
        return load_vgg19(which, Vgg19(taps=PAPER_TAPS, raw=True))

    # a step

    def parts(self, batch: PairBatch, world: World, count: int) -> list[tuple[PairBatch, Tensor]]:
        if self.recipe.both_directions:
            batch = both_directions(batch)
        return parts(batch, shared_pixel_weights(batch, world), count)

    def learn(
        self,
        forward: Callable[..., BothOutput],
        part: tuple[PairBatch, Tensor],
        samples: int,
        adversary: Adversary | None,
    ) -> Pass:
        batch, pixel_weights_B1HW = part
        stage, losses = self.recipe.stage(samples), self.recipe.losses
        output = forward(
            *inputs(batch),
            one_hot(batch.target_parsing_BHW),
            batch.target_BCHW if stage.correspondence else None,
            generated=round(stage.generated * len(batch)),
            spatial=stage.spatial,
        )
        terms = parsing_terms(output.generated_BRHW, batch.target_parsing_BHW, losses)
        terms |= image_terms(output.drawn, batch, pixel_weights_B1HW, losses, self.features)
        if stage.correspondence:
            apart = F.mse_loss(output.drawn.feature_BChw.float(), output.seen_BChw.float())  # Eq. 8
            terms["correspondence"] = losses.correspondence * apart
        image_BCHW = output.drawn.image_BCHW
        if adversary is not None:
            loss = adversary.loss(image_BCHW, batch.target_BCHW)  # Eq. 12
            terms["adversarial"] = losses.adversarial * loss
        return Pass({"total": sum(terms.values()), **terms}, len(batch), image_BCHW, batch.target_BCHW)

    def drawn(self, network: Pise, batch: PairBatch) -> Tensor:
        return network(*inputs(batch)).image_BCHW

    # what weights keep beside the network

    def begin_with(self, file: WeightsFile, device: torch.device) -> dict[str, Tensor]:
        loaded = pise.from_file(file)
        if loaded.config != self.recipe.network:
            raise InputError(
                f"The weights file {file.path} is of another network than recipe {self.recipe.name} asks for."
            )
        return loaded.state_dict()

    @classmethod
    def load(cls, file: WeightsFile) -> Pise:
        return pise.from_file(file)

    @classmethod
    def save(cls, path: Path, network: Pise, card: dict, state: dict) -> None:
        pise.save(path, network, card, half=True)

    @classmethod
    def save_official(cls, path: Path, network: Pise) -> None:
        official.save_official(path, network)


OBJECTIVE = PiseObjective


def inputs(batch: PairBatch) -> tuple[SourceImage, Tensor]:
    """What the network takes of a batch: the source, and the target's heat maps."""
    size = tuple(batch.reference_BCHW.shape[2:])
    heat_BJHW, target_heat_BJHW = (
        heat_maps_of(poses, size).to(batch.reference_BCHW.device)
        for poses in (batch.reference_keypoints_BJ3, batch.target_keypoints_BJ3)
    )
    picture_BCHW = batch.reference_BCHW.contiguous(memory_format=torch.channels_last)
    return SourceImage(picture_BCHW, one_hot(batch.reference_parsing_BHW), heat_BJHW), target_heat_BJHW


def heat_maps_of(keypoints_BJ3: Tensor, size: tuple[int, int]) -> Tensor:
    """float32 [B, 18, H, W], as wide for a smaller picture as the paper's are for one of 256 rows."""
    sigma = sigma_of(size)
    return torch.from_numpy(np.stack([heat_maps(pose, size, sigma) for pose in keypoints_BJ3.cpu().numpy()]))


def _orthogonal(network: nn.Module, gain: float) -> None:
    """Kernels and matrices at random, their rows orthogonal to each other; biases of zero."""
    for module in network.modules():
        if isinstance(module, nn.Conv2d | nn.ConvTranspose2d | nn.Linear):
            nn.init.orthogonal_(module.weight, gain)
            if module.bias is not None:
                nn.init.zeros_(module.bias)


def _take_vgg(encoder: nn.Module, features: Features | None, recipe: PiseRecipe) -> None:
    """The layers of VGG-19 that the network has, from the features. Raises InputError where they are another
    network's."""
    found = features.features.state_dict() if isinstance(features, Vgg19) else {}
    wanted = encoder.vgg.state_dict()
    if any(key not in found or found[key].shape != value.shape for key, value in wanted.items()):
        raise InputError(
            f"The network of recipe {recipe.name} has layers of VGG-19: give its weights as --features FILE."
        )
    encoder.vgg.load_state_dict({key: found[key] for key in wanted})
