"""The house's own terms for NTED, beside the paper's (`train.losses.nted_total`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from torch import Tensor

from train.data.pairs import PairBatch
from train.data.patches import Patches
from train.losses.attention import attention_reconstruction
from train.losses.nted_contrast import contrast_term
from train.losses.patches import patches_term
from train.losses.places import place_term
from train.losses.reconstruction import beyond_range, early_pictures, multiscale_l1

if TYPE_CHECKING:
    from train.objectives.nted_with_detail import DetailedOutput


@dataclass(frozen=True)
class LossWeights:
    """Weights of the house's own terms.

    reconstruction: multi-scale L1; attention: Eq. 8; early: the renderer's smaller pictures; beyond: colours
    beyond black and white; patches: every texture of a level's first layer has its own patch of the surface;
    places: the result's positions know their place on the surface (both need surface coordinates);
    contrast: copied detail is as strong as the target's.
    """

    reconstruction: float = 1.0
    attention: float = 5.0
    early: float = 0.5
    beyond: float = 0.0
    patches: float = 0.0
    places: float = 0.0
    contrast: float = 0.0


NO_LOSSES = LossWeights(0.0, 0.0, 0.0)


def house_losses(
    output: DetailedOutput,
    batch: PairBatch,
    pixel_weights_B1HW: Tensor,
    weights: LossWeights,
    patches: dict[int, Patches] | None,
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
    if weights.patches:
        terms["patches"] = weights.patches * patches_term(
            output.extraction, output.distribution_logits, patches, batch, asked_L2
        )
    if weights.places:
        terms["places"] = weights.places * place_term(
            output.copied.surface, batch.target_surface_B3HW, batch.target_parsing_BHW
        )
    if weights.contrast:
        terms["contrast"] = weights.contrast * contrast_term(output, target, pixel_weights_B1HW)
    return terms
