"""How PISE learns: the terms of its two generators, and the stages they are trained in (PISE spec sections 5
and 6).

The parsing generator learns by itself (stage A). The image generator first draws from the target's true
parsing map, its features made like the target picture's (B); then the spatial part comes in, without that
term (C); at last it draws from the map that the parsing generator made (D).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.models.pise import Pise, PiseConfig, PiseOutput, Source, hardened, one_hot
from engine.models.pise.correspondence import TEMPERATURE
from engine.pose.heatmaps import SIGMA, heat_maps
from train.data.pairs import PairBatch
from train.losses.adversarial import Adversary
from train.losses.features import Features
from train.losses.matching import surface_matching
from train.losses.parsing_map import cross_entropy, map_l1
from train.losses.perceptual import content_and_style, perceptual_and_style
from train.losses.reconstruction import multiscale_l1, region_weights

_SIGMA_ROWS = 256  # of the pictures that the heat maps' width was chosen for
PAPER_TAPS = (1, 6, 8, 11, 17, 20, 26, 29, 31)  # relu1_1, 2_1, 2_2, 3_1, 3_4, 4_1, 4_4, 5_1, 5_2
CONTENT = (0, 1, 3, 5, 7)  # of them: relu1_1, 2_1, 3_1, 4_1, 5_1
STYLE = (2, 4, 6, 8)  # relu2_2, 3_4, 4_4, 5_2


@dataclass(frozen=True)
class PiseWeights:
    """Weights of the terms; one of weight 0 is not computed.

    cross_entropy, parsing_l1: of the parsing map (Eq. 6 and 5); gain: of the former's logits.
    l1: Eq. 9. reconstruction: weighted L1 over scales, in its place in our own training.
    perceptual, style: Eq. 10 and 11; with `paper_taps` over the paper's maps of VGG-19, else over all maps of
    the features. correspondence: Eq. 8, in the stages that have it. adversarial: Eq. 12.
    """

    cross_entropy: float = 1.0
    gain: float = 1.0
    parsing_l1: float = 100.0
    l1: float = 5.0
    reconstruction: float = 0.0
    perceptual: float = 0.5
    style: float = 200.0
    paper_taps: bool = True
    correspondence: float = 30.0
    matching: float = 0.0
    adversarial: float = 2.0


@dataclass(frozen=True)
class Stage:
    """Part of the training, until `until` samples were seen.

    parsing, image: which generators learn. spatial: whether the spatial part is on. correspondence: whether
    the features are to be the target's. generated: whether the picture is drawn from the generated map.
    """

    until: int
    parsing: bool = True
    image: bool = True
    spatial: bool = False
    correspondence: bool = False
    generated: bool = False


@dataclass(frozen=True)
class PiseObjective:
    """What a step minimises. features: what the perceptual terms look through, None where there are none."""

    weights: PiseWeights
    stages: tuple[Stage, ...]
    features: Features | None = None

    def stage(self, samples: int) -> Stage:
        return next((stage for stage in self.stages if samples < stage.until), self.stages[-1])

    def loss_terms(
        self, network: Pise, batch: PairBatch, samples: int, adversary: Adversary | None = None
    ) -> tuple[dict[str, Tensor], Tensor | None]:
        """The weighted terms and, first, their `total`; and the pictures, where the stage has any."""
        stage, weights = self.stage(samples), self.weights
        source, target_heat_BJHW = inputs(batch)
        terms: dict[str, Tensor] = {}
        made_BRHW = image_BCHW = None
        if stage.parsing:
            made_BRHW = network.parnet(source.parsing_BRHW, source.heat_BJHW, target_heat_BJHW).parsing_BRHW
            terms |= self._parsing_terms(made_BRHW, batch.target_parsing_BHW)
        if stage.image:
            drawn_from = one_hot(batch.target_parsing_BHW) if not stage.generated else hardened(made_BRHW)
            output = network(source, target_heat_BJHW, drawn_from, spatial=stage.spatial)
            terms |= self._image_terms(output, batch)
            if stage.correspondence and weights.correspondence:
                seen_BChw = network.imgenc(batch.target_BCHW)
                terms["correspondence"] = weights.correspondence * F.mse_loss(output.feature_BChw, seen_BChw)
            if stage.spatial and weights.matching:
                terms["matching"] = weights.matching * surface_matching(
                    output.correlation_BTS / TEMPERATURE, batch
                )
            if adversary is not None and weights.adversarial:
                loss = adversary.loss(output.image_BCHW, batch.target_BCHW)
                terms["adversarial"] = weights.adversarial * loss
            image_BCHW = output.image_BCHW
        return {"total": sum(terms.values()), **terms}, image_BCHW

    def _parsing_terms(self, made_BRHW: Tensor, labels_BHW: Tensor) -> dict[str, Tensor]:
        weights = self.weights
        return {
            "parsing": weights.cross_entropy * cross_entropy(made_BRHW, labels_BHW, weights.gain),  # Eq. 6
            "parsing_l1": weights.parsing_l1 * map_l1(made_BRHW, one_hot(labels_BHW)),  # Eq. 5
        }

    def _image_terms(self, output: PiseOutput, batch: PairBatch) -> dict[str, Tensor]:
        weights, image, target = self.weights, output.image_BCHW.float(), batch.target_BCHW
        terms = {}
        if weights.l1:
            terms["l1"] = weights.l1 * F.l1_loss(image, target)  # Eq. 9
        if weights.reconstruction:
            pixels_B1HW = region_weights(batch.target_parsing_BHW)
            terms["reconstruction"] = weights.reconstruction * multiscale_l1(image, target, pixels_B1HW)
        if self.features is not None and (weights.perceptual or weights.style):
            if weights.paper_taps:
                content, style = content_and_style(self.features, image, target, CONTENT, STYLE)
            else:
                content, style = perceptual_and_style(self.features, image, target)
            terms["perceptual"] = weights.perceptual * content
            terms["style"] = weights.style * style
        return terms


def inputs(batch: PairBatch) -> tuple[Source, Tensor]:
    """What the network takes of a batch: the source, and the target's heat maps."""
    size = tuple(batch.reference_BCHW.shape[2:])
    heat_BJHW, target_heat_BJHW = (
        heat_maps_of(poses, size).to(batch.reference_BCHW.device)
        for poses in (batch.reference_keypoints_BJ3, batch.target_keypoints_BJ3)
    )
    source = Source(batch.reference_BCHW, one_hot(batch.reference_parsing_BHW), heat_BJHW)
    return source, target_heat_BJHW


def heat_maps_of(keypoints_BJ3: Tensor, size: tuple[int, int]) -> Tensor:
    """float32 [B, 18, H, W], as wide for a smaller picture as the paper's are for one of 256 rows."""
    sigma = SIGMA * size[0] / _SIGMA_ROWS
    return torch.from_numpy(np.stack([heat_maps(pose, size, sigma) for pose in keypoints_BJ3.cpu().numpy()]))


def build(config: PiseConfig, seed: int = 0) -> Pise:
    """A network at random weights, as PyTorch draws them."""
    torch.manual_seed(seed)
    return Pise(config)
