"""The paper's whole objective (NTED Eq. 12): its weights, and the terms of one step of the generator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from torch import Tensor

from engine.features import Features
from train.data.pairs import PairBatch
from train.losses.adversarial import Adversary
from train.losses.attention import attention_reconstruction
from train.losses.face import face_boxes, face_loss
from train.losses.perceptual import perceptual_and_style

if TYPE_CHECKING:
    from train.objectives.nted_with_detail import DetailedOutput


@dataclass(frozen=True)
class PaperWeights:
    """Weights of Eq. 12 as coded officially; a term of weight 0 is not computed.

    style is the weight of the style term within the perceptual one, so it counts perceptual * style in all.
    adversarial_after: samples (pictures made, both directions of a pair counted) before that term begins.
    """

    perceptual: float = 2.0
    perceptual_scales: int = 1
    style: float = 500.0
    attention: float = 15.0
    face: float = 1.0
    adversarial: float = 1.5
    adversarial_after: int = 20_000 * 16


PAPER_256 = PaperWeights()
PAPER_512 = PaperWeights(perceptual=1.0, perceptual_scales=3, style=1000.0, adversarial_after=0)


def paper_losses(
    output: DetailedOutput,
    batch: PairBatch,
    weights: PaperWeights,
    features: Features,
    adversary: Adversary | None = None,
) -> dict[str, Tensor]:
    """The weighted terms of Eq. 12 and their `total`, for the generator.

    adversary: None until `weights.adversarial_after` samples were seen, and for good where there is none.
    """
    image, target = output.image_BCHW.float(), batch.target_BCHW
    terms = {}
    if weights.attention:
        terms["attention"] = weights.attention * attention_reconstruction(
            batch.reference_BCHW, target, output.extraction, output.distribution
        )
    if weights.perceptual:
        perceptual, style = perceptual_and_style(
            features, image, target, weights.perceptual_scales, style=weights.style > 0
        )
        terms["perceptual"] = weights.perceptual * perceptual
        terms["style"] = weights.perceptual * weights.style * style
    if weights.face:
        boxes = face_boxes(batch.target_keypoints_BJ3, image.shape[2:])
        terms["face"] = weights.face * face_loss(features, image, target, boxes)
    if weights.adversarial and adversary is not None:
        terms["adversarial"] = weights.adversarial * adversary.loss(image, target)
    return {"total": sum(terms.values()), **terms}
