"""PISE: a parsing map for the target pose, and a picture that gives every region of it its style (Zhang et
al., CVPR 2021; PISE spec sections 3 and 4).

B batch, R regions, J joints, C channels, H W picture, h w a quarter of it, S T source and target positions of
the correspondence. State-dict keys are the official ones, less what the official forward never reads.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.models.pise import correspondence as matching
from engine.models.pise.blocks import NORMS, Out, Residual, Up
from engine.models.pise.config import PiseConfig
from engine.models.pise.correspondence import SourceModulation, SpatialSource, VggEncoder
from engine.models.pise.parsing_generator import ParsingGenerator, hardened
from engine.models.pise.style import Style, StyleEncoder
from engine.models.pise.target import RegionNormalisation, TargetEncoder
from engine.ops.modules import TwoForms

_SLOPE = 0.1


class SourceImage(NamedTuple):
    """Picture float32 [B, 3, H, W] in [-1, 1], its one-hot parsing map and the heat maps of its pose.

    H and W are multiples of 16.
    """

    image_BCHW: Tensor
    parsing_BRHW: Tensor
    heat_BJHW: Tensor


class PiseOutput(NamedTuple):
    """image_BCHW: in [-1, 1]. parsing_BRHW: the target's parsing map as the picture was drawn from it.

    generated_BRHW: as the parsing generator made it, in [0, 1]; None where the map was given.
    style: of the source. feature_BChw: F_n, the region-normalised features. correlation_BTS: Eq. 3, and
    correspondence_BTS: its softmax; None without the spatial part.
    """

    image_BCHW: Tensor
    parsing_BRHW: Tensor
    generated_BRHW: Tensor | None
    style: Style
    feature_BChw: Tensor
    correlation_BTS: Tensor | None
    correspondence_BTS: Tensor | None


class Decoder(nn.Module):
    def __init__(self, config: PiseConfig):
        super().__init__()
        half, whole = config.decoder
        norm = NORMS[config.norm]
        self.block0 = Up(config.feature, config.feature, half, _SLOPE, norm)
        self.block1 = Residual(half, _SLOPE, norm)
        self.block2 = Up(half, half, whole, _SLOPE, norm)
        self.block3 = Residual(whole, _SLOPE, norm)
        self.out = Out(whole, 3, _SLOPE, norm)

    def forward(self, x_BChw: Tensor, begun_BCHW: Tensor | None = None) -> Tensor:
        x = self.block3(self.block2(self.block1(self.block0(x_BChw))))
        return self.out(x, begun_BCHW)


class Pise(TwoForms):
    def __init__(self, config: PiseConfig):
        super().__init__()
        self.config = config
        norm = NORMS[config.norm]
        seen = config.image[-1] if config.matched == "vgg" else config.codes
        self.parnet = ParsingGenerator(config) if config.parsing else None
        self.Zencoder = StyleEncoder(config)
        self.imgenc = VggEncoder(config.image) if config.matched == "vgg" else None
        self.getMatrix = SourceModulation(seen, config.modulation)
        self.phi = nn.Conv2d(seen + 3, config.match, 1)
        self.theta = nn.Conv2d(config.feature + 3, config.match, 1)
        self.parenc = TargetEncoder(config)
        self.dec = Decoder(config)
        self.efb = RegionNormalisation(config)
        self.res = Residual(config.feature, _SLOPE, norm)
        self.res1 = Residual(config.feature, _SLOPE, norm)

    def forward(
        self,
        source: SourceImage,
        target_heat_BJHW: Tensor,
        target_parsing_BRHW: Tensor | None = None,
        *,
        soft: bool = False,
        spatial: bool = True,
    ) -> PiseOutput:
        """A full pass.

        target_parsing_BRHW: one-hot, in place of the parsing generator's (mode GIVEN). Without it the
        generator's map is used, hardened to one region a pixel (HARD), or as it is with `soft` (SOFT, as the
        released pose transfer does: there the last region that is not exactly 0 gives a pixel its style).
        spatial: whether the source's gamma and beta are brought over; the released texture transfer does not.
        Raises ValueError where there is neither a map nor a generator.
        """
        generated_BRHW = None
        if target_parsing_BRHW is None:
            if self.parnet is None:
                raise ValueError("without a parsing generator the target's parsing map is to be given")
            generated_BRHW = self.parnet(source.parsing_BRHW, source.heat_BJHW, target_heat_BJHW).parsing_BRHW
            target_parsing_BRHW = generated_BRHW if soft else hardened(generated_BRHW)
        style, seen = self.encoded(source.image_BCHW, source.parsing_BRHW)
        feature_BChw = self.normalised(source, target_parsing_BRHW, target_heat_BJHW, style)
        x_BChw, correlation_BTS, found_BTS = feature_BChw, None, None
        if spatial:
            x_BChw, correlation_BTS, found_BTS = self.spatially(feature_BChw, seen)
        image_BCHW = self.picture(x_BChw, target_parsing_BRHW, style)
        return PiseOutput(
            image_BCHW, target_parsing_BRHW, generated_BRHW, style, feature_BChw, correlation_BTS, found_BTS
        )

    def encoded(self, image_BCHW: Tensor, parsing_BRHW: Tensor) -> tuple[Style, SpatialSource]:
        """All of a picture that is free of the target."""
        feature_BChw = self.Zencoder.features(image_BCHW)
        style = self.Zencoder.style(feature_BChw, image_BCHW, parsing_BRHW)
        seen_BChw = self._compared(feature_BChw if self.imgenc is None else self.imgenc(image_BCHW))
        matched_BChw = self.phi(matching.placed(seen_BChw))
        return style, SpatialSource(matched_BChw, self.getMatrix(seen_BChw))

    def normalised(
        self, source: SourceImage, target_parsing_BRHW: Tensor, target_heat_BJHW: Tensor, style: Style
    ) -> Tensor:
        """F_n: features of the target, each region in its style."""
        encoded_BChw = self.parenc(
            source.parsing_BRHW, target_parsing_BRHW, target_heat_BJHW, source.image_BCHW
        )
        return self.res(self.efb(encoded_BChw, target_parsing_BRHW, style))

    def spatially(self, feature_BChw: Tensor, source: SpatialSource) -> tuple[Tensor, Tensor, Tensor]:
        """Spatial-aware normalisation: (F_g after its residual block, correlation and correspondence
        [B, T, S])."""
        brought_BMhw, correlation_BTS, found_BTS = self.brought(feature_BChw, source)
        return self.modulated(feature_BChw, brought_BMhw), correlation_BTS, found_BTS

    def modulated(self, feature_BChw: Tensor, brought_BMhw: Tensor) -> Tensor:
        """Features with gamma and beta that were brought over, after the residual block."""
        gamma_BChw, beta_BChw = brought_BMhw.chunk(2, 1)
        return self.res1(feature_BChw * (1 + gamma_BChw) + beta_BChw)

    def brought(self, feature_BChw: Tensor, source: SpatialSource) -> tuple[Tensor, Tensor, Tensor]:
        """A source's gamma and beta at the target's positions, and by which correlation and correspondence
        [B, T, S] they came."""
        matched_BChw = self.theta(matching.placed(self._compared(feature_BChw)))
        correlate = matching.correlation_textbook if self.textbook else matching.correlation
        correlation_BTS = correlate(matched_BChw, source.matched_BChw)  # Eq. 3
        found_BTS = matching.correspondence(correlation_BTS, self.config.normalise)
        brought_BMT = matching.transported(source.modulation_BMhw, found_BTS)
        brought_BMhw = brought_BMT.unflatten(2, matched_BChw.shape[2:])
        if self.config.match_stride > 1:
            brought_BMhw = F.interpolate(brought_BMhw, feature_BChw.shape[2:], mode="bilinear")
        return brought_BMhw, correlation_BTS, found_BTS

    def picture(self, x_BChw: Tensor, target_parsing_BRHW: Tensor, style: Style) -> Tensor:
        """What the decoder makes of features; with `colours` it begins with every region in its mean
        colour. The parsing map is one-hot then."""
        begun_BCHW = None
        if self.config.colours:
            begun_BCHW = torch.einsum("brc,brhw->bchw", style.colours(), target_parsing_BRHW)
        return self.dec(x_BChw, begun_BCHW)

    def _compared(self, x_BChw: Tensor) -> Tensor:
        stride = self.config.match_stride
        return F.avg_pool2d(x_BChw, stride) if stride > 1 else x_BChw
