"""NTED: its recipe, and what a step of it minimises: the house's own terms, the paper's, or both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from engine import textures
from engine.errors import InputError
from engine.features import Features
from engine.models import nted
from engine.models.nted import Nted, NtedConfig, official
from engine.models.nted.discriminator import Discriminator
from engine.models.nted.network import sharpen_extraction
from engine.weights import WeightsFile
from train.data.pairs import PairBatch, both_directions
from train.data.patches import Patches, patches_for, patches_in
from train.data.source import Source
from train.losses.adversarial import Adversary, AdversaryConfig
from train.losses.feature_discriminator import FeatureDiscriminator, check_maps
from train.losses.nted import LossWeights, house_losses
from train.losses.nted_total import PaperWeights, paper_losses
from train.losses.patches import TOLD, all_asked, told_levels
from train.objectives.nted_with_detail import DetailedOutput, WithDetail
from train.objectives.objective import Pass
from train.objectives.pairs import PairObjective, PairRecipe, parts, shared_pixel_weights
from train.run.optimisers import optimisers_for
from train.run.world import World

EXTRACTION_FILTER = "semantic_extraction_filter"


@dataclass(frozen=True)
class NtedRecipe(PairRecipe):
    """A run of NTED.

    losses and paper: the terms of both are added; a term of weight 0 is not computed.
    discriminator: channels of the adversary from the full size down, where `paper` has an adversarial term;
    with through_features those of the features' first maps.
    """

    model = nted.weights.MODEL

    optimiser: str = "adam"  # or "muon" (train/run/optimisers.py)
    extraction_factor: float = 1.0  # on the learning rate of the extraction filters
    losses: LossWeights = LossWeights()
    paper: PaperWeights | None = None
    discriminator: tuple[int, ...] = ()
    through_features: bool = False  # whether the adversary judges features, not pictures
    adversary: AdversaryConfig = AdversaryConfig()
    sharpen: float | None = 4.0  # gain of the first extraction filters; None: as the paper draws them

    def __post_init__(self):
        if (self.losses.places or self.losses.contrast) and not self.network.detail:
            raise ValueError(f"recipe {self.name} has terms of detail and a network without")
        start = self.adversarial_from
        if start is None:
            return
        if not self.discriminator:
            raise ValueError(f"recipe {self.name} has an adversarial term and no discriminator")
        if any(start < phase.until and phase.size != self.network.size for phase in self.phases):
            raise InputError(
                f"Recipe {self.name} starts its adversary at {start:,} samples, before the full size."
            )

    @property
    def adversarial_from(self) -> int | None:
        return self.paper.adversarial_after if self.paper and self.paper.adversarial else None

    @property
    def needs_surfaces(self) -> bool:
        return self.losses.patches > 0 or self.losses.places > 0

    @property
    def needs_features(self) -> bool:
        if self.paper is None:
            return False
        seen = self.paper.perceptual or self.paper.face
        return bool(seen or (self.paper.adversarial and self.through_features))

    def without_features(self) -> NtedRecipe:
        if not self.losses.reconstruction:
            raise InputError(
                f"Recipe {self.name} learns through features: give the weights of VGG-19 as --features FILE."
            )
        paper = replace(self.paper, perceptual=0.0, style=0.0, face=0.0)
        if self.through_features:
            paper = replace(paper, adversarial=0.0)
        return replace(self, paper=paper, through_features=False)

    def without_surfaces(self, begun: NtedConfig | None = None) -> NtedRecipe:
        """Also less detail, where it does not begin with a network that has it: nothing could teach it the
        places."""
        losses = replace(self.losses, patches=0.0, places=0.0, contrast=0.0)
        knows_places = begun is not None and begun.detail > 0
        network = self.network if knows_places else replace(self.network, detail=0)
        return replace(self, losses=losses, network=network)

    def left_out(self, whole: NtedRecipe, data: str) -> list[str]:
        lines = []
        if whole.needs_features and not self.needs_features:
            adversary = ", and the adversary," if whole.through_features else ""
            lines.append(f"Without --features the perceptual, style and face terms{adversary} are left out.")
        if whole.needs_surfaces and not self.needs_surfaces:
            lines.append(
                f"{data}: has no surface coordinates, so the terms that give neural textures patches of the "
                "surface and teach where detail is copied from are left out."
            )
        return lines


class PairPart(NamedTuple):
    """Some pairs of a batch; asked_L2: what the sums of the patches' term are divided by (`shared_asked`)."""

    batch: PairBatch
    pixel_weights_B1HW: Tensor
    asked_L2: Tensor | None


class NtedObjective(PairObjective):
    """patches: of the textures, by number of textures, where they have some."""

    title = "NTED"
    others = "a network other than NTED"
    network_class, config_class = Nted, NtedConfig
    recipe: NtedRecipe

    def __init__(self, recipe: NtedRecipe, features: Features | None = None):
        super().__init__(recipe, features)
        self.patches: dict[int, Patches] | None = None

    # the network

    def build(self) -> Nted:
        network = Nted(self.recipe.network)
        if self.recipe.sharpen is not None:
            sharpen_extraction(network, self.recipe.sharpen)
        if network.detail is not None and not self.recipe.losses.places:
            network.detail.target_places.requires_grad_(False)  # nothing would teach them
        return network

    def trained(self, network: Nted) -> WithDetail:
        return WithDetail(network)

    def optimisers(self, network: Nted) -> list[torch.optim.Optimizer]:
        recipe = self.recipe
        factors = {EXTRACTION_FILTER: recipe.extraction_factor}
        return optimisers_for(network, recipe.optimiser, recipe.learning_rate, recipe.betas, factors)

    def adversary(self, world: World) -> Adversary | None:
        recipe = self.recipe
        if recipe.adversarial_from is None:
            return None
        kind, eyes = Discriminator, {}
        if recipe.through_features:
            kind, eyes = FeatureDiscriminator, {"eyes": self.features}
            check_maps(recipe.name, recipe.discriminator, self.features)
        discriminator = kind(recipe.discriminator).to(world.device, memory_format=torch.channels_last)
        return Adversary(world.parallel(discriminator), recipe.adversary, **eyes)

    # the data

    def learn_data(self, source: Source, name: str, device: torch.device) -> None:
        if not self.recipe.losses.patches or self.patches is not None:
            return
        numbers = {level.textures for level in told_levels(self.recipe.network.levels)}
        self._take(patches_for(source, numbers, name), device)

    # a step

    def parts(self, batch: PairBatch, world: World, count: int) -> list[PairPart]:
        if self.recipe.both_directions:
            batch = both_directions(batch)
        pieces = parts(batch, shared_pixel_weights(batch, world), count)
        asked = None
        if self.recipe.losses.patches:
            asked = shared_asked(batch, self.recipe.network, self.patches, world, count)
        return [PairPart(*piece, asked) for piece in pieces]

    def learn(
        self,
        forward: Callable[..., DetailedOutput],
        part: PairPart,
        samples: int,
        adversary: Adversary | None,
    ) -> Pass:
        batch = part.batch
        pictures = batch.reference_BCHW, batch.target_planes_BPHW, batch.reference_planes_BPHW
        output = forward(*(t.contiguous(memory_format=torch.channels_last) for t in pictures))
        terms = self.terms(output, part, adversary)
        return Pass(terms, len(batch), output.image_BCHW, batch.target_BCHW)

    def terms(self, output: DetailedOutput, part: PairPart, adversary: Adversary | None) -> dict[str, Tensor]:
        """The weighted terms for the generator, and first of all their `total`."""
        recipe, batch = self.recipe, part.batch
        terms = house_losses(
            output, batch, part.pixel_weights_B1HW, recipe.losses, self.patches, part.asked_L2
        )
        if recipe.paper is not None:
            paper = paper_losses(output, batch, recipe.paper, self.features, adversary)
            terms |= {name: term for name, term in paper.items() if name != "total"}
        return {"total": sum(terms.values()), **terms}

    def drawn(self, network: Nted, batch: PairBatch) -> Tensor:
        pictures = batch.reference_BCHW, batch.target_planes_BPHW, batch.reference_planes_BPHW
        return WithDetail(network)(*pictures).image_BCHW

    # what a checkpoint and weights keep beside the network

    def state(self) -> dict:
        return {"patches": {number: asdict(each) for number, each in (self.patches or {}).items()}}

    def restore(self, state: dict, device: torch.device) -> None:
        self._take(_patches_of(state), device)

    def begin_with(self, file: WeightsFile, device: torch.device) -> dict[str, Tensor]:
        """Detail may be missing from the weights: it begins at random then."""
        loaded, wanted = nted.from_file(file), self.recipe.network
        if loaded.config not in (wanted, replace(wanted, detail=0)):
            raise InputError(
                f"The weights file {file.path} is of another network than recipe {self.recipe.name} asks for."
            )
        self._take(patches_in(file, loaded.config.texture_counts) or {}, device)
        return loaded.state_dict()

    def _take(self, patches: dict[int, Patches], device: torch.device) -> None:
        self.patches = {number: each.to(device) for number, each in patches.items()} or None

    @classmethod
    def load(cls, file: WeightsFile) -> Nted:
        return nted.from_file(file)

    @classmethod
    def save(cls, path: Path, network: Nted, card: dict, state: dict) -> None:
        nted.save(path, network, card, half=True, purposes=purposes(state, network.config))

    @classmethod
    def save_official(cls, path: Path, network: Nted) -> None:
        official.save_official(path, network)


OBJECTIVE = NtedObjective


def shared_asked(
    batch: PairBatch, config: NtedConfig, patches: dict[int, Patches], world: World, count: int
) -> Tensor:
    """float32 [layer, 2]: what the patches' sums over one of a batch's `count` parts are divided by, so that
    the mean over all parts of all processes is that of their batches together."""
    return world.mean(all_asked(batch, config.levels, patches).float()).clamp_min(1) / count


def _patches_of(state: dict) -> dict[int, Patches]:
    """Those that a checkpoint tells of; older ones call them slots."""
    return {
        number: Patches(**saved) for number, saved in state.get("patches", state.get("slots", {})).items()
    }


def purposes(state: dict, config: NtedConfig) -> dict[str, list[dict]]:
    """What the textures of a layer are for, by layer, where the run told them; plain data for the weights."""
    patches, counts = _patches_of(state), config.texture_counts
    told = list(counts)[TOLD] if patches else []
    return {layer: textures.to_json(patches[counts[layer]].purposes()) for layer in told}
