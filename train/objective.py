"""What a step minimises: the house's own terms, the paper's, or both, as the recipe weighs them."""

from __future__ import annotations

from dataclasses import fields, replace

import torch
from torch import Tensor

from engine.models.nted import NtedConfig, NtedOutput
from train.data.pairs import PairBatch
from train.losses.adversarial import Adversary
from train.losses.attention import attention_reconstruction
from train.losses.contrast import contrast_term
from train.losses.features import Features
from train.losses.patches import Slots, all_asked, slots_term
from train.losses.places import place_term
from train.losses.reconstruction import beyond_range, early_pictures, multiscale_l1, region_weights
from train.losses.total import paper_losses
from train.recipes import LossWeights, Recipe
from train.run.world import World


def house_losses(
    output: NtedOutput,
    batch: PairBatch,
    pixel_weights_B1HW: Tensor,
    weights: LossWeights,
    slots: dict[int, Slots] | None,
    asked_L2: Tensor | None,
) -> dict[str, Tensor]:
    """The weighted terms that need no other network."""
    image, target = output.image_BCHW.float(), batch.target_BCHW
    terms = {}
    if weights.reconstruction:
        terms["reconstruction"] = weights.reconstruction * multiscale_l1(image, target, pixel_weights_B1HW)
    if weights.attention:
        terms["attention"] = weights.attention * attention_reconstruction(
            batch.reference_BCHW, target, output.extraction, output.distribution
        )
    if weights.early:
        pictures = [skip.float() for skip in output.skips]
        if output.copied is not None:  # where all is copied the renderer would otherwise be told nothing
            pictures.append(image)
        terms["early"] = weights.early * early_pictures(pictures, target)
    if weights.beyond:
        terms["beyond"] = weights.beyond * beyond_range(output.skips[-1].float())
    if weights.slots:
        terms["slots"] = weights.slots * slots_term(
            output.extraction, output.distribution_logits, slots, batch, asked_L2
        )
    if weights.places:
        terms["places"] = weights.places * place_term(
            output.copied.places, batch.target_surface_B3HW, batch.target_parsing_BHW
        )
    if weights.contrast:
        terms["contrast"] = weights.contrast * contrast_term(output, target, pixel_weights_B1HW)
    return terms


def all_losses(
    output: NtedOutput,
    batch: PairBatch,
    pixel_weights_B1HW: Tensor,
    recipe: Recipe,
    features: Features | None,
    adversary: Adversary | None,
    slots: dict[int, Slots] | None = None,
    asked_L2: Tensor | None = None,
) -> dict[str, Tensor]:
    """The weighted terms of a recipe for the generator, and first of all their `total`.

    adversary: None before its time. slots (by number of textures) and asked_L2 (`shared_asked`): needed where
    the recipe weighs the slots.
    """
    terms = house_losses(output, batch, pixel_weights_B1HW, recipe.losses, slots, asked_L2)
    if recipe.paper is not None:
        paper = paper_losses(output, batch, recipe.paper, features, adversary)
        terms |= {name: term for name, term in paper.items() if name != "total"}
    return {"total": sum(terms.values()), **terms}


def shared_pixel_weights(batch: PairBatch, world: World) -> Tensor:
    """Weights of this process's pixels [B, 1, H, W], of mean 1 over the batches of all processes together."""
    count = len(batch.target_parsing_BHW)
    everybody = region_weights(world.gather(batch.target_parsing_BHW))
    return everybody[world.rank * count : (world.rank + 1) * count]


def shared_asked(
    batch: PairBatch, config: NtedConfig, slots: dict[int, Slots], world: World, count: int
) -> Tensor:
    """float32 [layer, 2]: what the slots' sums over one of a batch's `count` parts are divided by, so that
    the mean over all parts of all processes is that of their batches together."""
    return world.mean(all_asked(batch, config, slots).float()).clamp_min(1) / count


def parts(batch: PairBatch, pixel_weights_B1HW: Tensor, count: int) -> list[tuple[PairBatch, Tensor]]:
    """A batch in `count` parts for one backward pass each; every count-th pair, as processes share them."""
    tensors = {field.name: getattr(batch, field.name) for field in fields(batch)}
    tensors = {name: value for name, value in tensors.items() if isinstance(value, torch.Tensor)}
    return [
        (
            replace(
                batch,
                **{name: value[i::count] for name, value in tensors.items()},
                pairs=batch.pairs[i::count],
            ),
            pixel_weights_B1HW[i::count],
        )
        for i in range(count)
    ]
