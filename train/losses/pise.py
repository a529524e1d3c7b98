"""What PISE's two generators are told: the parsing map is to be the target's, and so is the picture (PISE
spec section 5)."""

from __future__ import annotations

from dataclasses import dataclass

import torch.nn.functional as F
from torch import Tensor

from engine.features import Features
from engine.models.pise import PiseOutput, one_hot
from engine.models.pise.correspondence import TEMPERATURE
from train.data.pairs import PairBatch
from train.losses.matching import surface_matching
from train.losses.parsing_map import cross_entropy, map_l1
from train.losses.perceptual import content_and_style, perceptual_and_style
from train.losses.reconstruction import multiscale_l1

PAPER_TAPS = (1, 6, 8, 11, 17, 20, 26, 29, 31)  # relu1_1, 2_1, 2_2, 3_1, 3_4, 4_1, 4_4, 5_1, 5_2
CONTENT = (0, 1, 3, 5, 7)  # of them: relu1_1, 2_1, 3_1, 4_1, 5_1
STYLE = (2, 4, 6, 8)  # relu2_2, 3_4, 4_4, 5_2


@dataclass(frozen=True)
class PiseWeights:
    """Weights of the terms, as the paper's code has them; one of weight 0 is not computed.

    cross_entropy, parsing_l1: of the parsing map (Eq. 6 and 5). gain: of the former's logits; regions: how
    much a pixel of each region counts in it.
    l1: Eq. 9. reconstruction: weighted L1 over scales, in its place in our own training.
    perceptual, style: Eq. 10 and 11; with `paper_taps` over the paper's maps of VGG-19, else over all maps of
    the features. correspondence: Eq. 8, in the stages that have it. matching: the correspondence is the one
    that surface coordinates tell. adversarial: Eq. 12, from `adversarial_after` samples on.
    """

    cross_entropy: float = 1.0
    gain: float = 1.0
    regions: tuple[float, ...] = (1.0,) * 8
    parsing_l1: float = 100.0
    l1: float = 5.0
    reconstruction: float = 0.0
    perceptual: float = 0.5
    style: float = 200.0
    paper_taps: bool = True
    correspondence: float = 30.0
    matching: float = 0.0
    adversarial: float = 2.0
    adversarial_after: int = 0


def parsing_terms(generated_BRHW: Tensor, labels_BHW: Tensor, weights: PiseWeights) -> dict[str, Tensor]:
    """Of the parsing generator's map, before it is hardened."""
    entropy = cross_entropy(generated_BRHW, labels_BHW, weights.gain, weights.regions)
    distance = map_l1(generated_BRHW, one_hot(labels_BHW))
    return {"parsing": weights.cross_entropy * entropy, "parsing_l1": weights.parsing_l1 * distance}


def image_terms(
    output: PiseOutput,
    batch: PairBatch,
    pixel_weights_B1HW: Tensor,
    weights: PiseWeights,
    features: Features | None,
) -> dict[str, Tensor]:
    """Of the picture, and of where its parts were taken from; without features, less what looks through
    them."""
    image, target = output.image_BCHW.float(), batch.target_BCHW
    terms = {}
    if weights.l1:
        terms["l1"] = weights.l1 * F.l1_loss(image, target)  # Eq. 9
    if weights.reconstruction:
        terms["reconstruction"] = weights.reconstruction * multiscale_l1(image, target, pixel_weights_B1HW)
    if weights.perceptual or weights.style:
        if weights.paper_taps:
            content, style = content_and_style(features, image, target, CONTENT, STYLE)  # Eq. 10 and 11
        else:
            content, style = perceptual_and_style(features, image, target)
        terms |= {"perceptual": weights.perceptual * content, "style": weights.style * style}
    if weights.matching and output.correlation_BTS is not None:
        logits_BTS = output.correlation_BTS.float() / TEMPERATURE
        terms["matching"] = weights.matching * surface_matching(logits_BTS, batch)
    return terms
