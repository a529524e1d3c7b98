"""The NTED generator: reference encoder with extraction, skeleton encoder, renderer with distribution.

NTED section 3.

Extraction never sees the pose and the renderer never sees the photo: all they share are the neural textures.
B batch, C channels, K textures of a layer, H W picture, h w a level's rows and columns. No normalisation
layers, no noise: training and inference are the same function. State-dict keys are the official ones.
"""

from __future__ import annotations

import math
from itertools import islice
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.models.nted.ablations import FullAttention
from engine.models.nted.config import POSE_PLANES, Level, NtedConfig
from engine.models.nted.context import Context
from engine.models.nted.detail import Detail
from engine.ops import attention
from engine.ops.equalized import (
    LEAKY_GAIN,
    LEAKY_SLOPE,
    BiasedLeakyReLU,
    EqualConv2d,
    EqualConvTranspose2d,
    activated,
)
from engine.ops.modules import ModuleListOf, TwoForms
from engine.ops.resample import Blur, Upsample


class Textures(NamedTuple):
    """Neural textures and where they were read, one entry a layer in the order 16a, 16b, 32a, ...

    textures: [B, C, K] each. extraction: C̄e, float32 [B, K, h, w] each, every channel sums to 1.
    """

    textures: list[Tensor]
    extraction: list[Tensor]


class Drawing(NamedTuple):
    """Result of the renderer.

    image_BCHW: about [-1, 1], not clamped; at an early stop it has that level's rows.
    skips: the RGB sum after every level; the last is `image_BCHW`.
    distribution_logits: [B, K, h, w] each, layers in the order 16a, 16b, ...
    features: [B, C, h, w], what every level ended with.
    """

    image_BCHW: Tensor
    skips: list[Tensor]
    distribution_logits: list[Tensor]
    features: list[Tensor]


class NtedOutput(NamedTuple):
    """A full pass. extraction: C̄e, distribution: C̄d (softmax over K), both [B, K, h, w]; lists by layer.

    skips, features: as in `Drawing`.
    """

    image_BCHW: Tensor
    extraction: list[Tensor]
    distribution: list[Tensor]
    distribution_logits: list[Tensor]
    textures: list[Tensor]
    skips: list[Tensor]
    features: list[Tensor]


class ActivatedConv1x1(TwoForms):
    """The encoders' first layer at full resolution."""

    def __init__(self, cin: int, cout: int):
        super().__init__()
        self.conv = EqualConv2d(cin, cout, 1, bias=False)
        self.activate = BiasedLeakyReLU(cout)

    def forward(self, x_BCHW: Tensor) -> Tensor:
        if self.textbook:
            return self.activate(self.conv(x_BCHW))
        return activated(self.conv, self.activate, x_BCHW)


class Extraction(TwoForms):
    """One neural texture extraction over a level's features (Eq. 1 to 3)."""

    def __init__(self, channels: int, textures: int, kernel: int):
        super().__init__()
        self.value_conv = EqualConv2d(channels, channels, kernel, padding=kernel // 2)
        self.semantic_extraction_filter = EqualConv2d(
            channels, textures, kernel, padding=kernel // 2, bias=False
        )

    def forward(self, feature_BChw: Tensor, context_BKhw: Tensor | None = None) -> tuple[Tensor, Tensor]:
        # Normalised as in the official code; the paper's Eq. 1 takes the features as they are.
        key_BChw = attention.normalise_features(feature_BChw)
        logits_BKhw = self.semantic_extraction_filter(key_BChw)  # Eq. 1
        if context_BKhw is not None:
            logits_BKhw = logits_BKhw + context_BKhw
        attention_BKhw = attention.extraction_attention(logits_BKhw)  # Eq. 2
        form = attention.extract_textbook if self.textbook else attention.extract
        weight, bias = self.value_conv.scaled_weight(), self.value_conv.get_parameter("bias")
        return form(feature_BChw, attention_BKhw, weight, bias), attention_BKhw  # Eq. 3


class DownLevel(TwoForms):
    """Half the size: blur, 3x3 convolution of stride 2, activation.

    In the reference encoder two extractions read the result.
    """

    def __init__(self, cin: int, level: Level, extracts: bool):
        super().__init__()
        self.blur = Blur((2, 2))
        self.conv = EqualConv2d(cin, level.channels, 3, stride=2, bias=False)
        self.activate = BiasedLeakyReLU(level.channels)
        self.extraction_operations = ModuleListOf(
            Extraction(level.channels, level.textures, level.match_kernel)
            for _ in range(2 if extracts else 0)
        )

    def forward(self, x_BCHW: Tensor) -> Tensor:
        blurred_BCHW = self.blur(x_BCHW)
        if self.textbook:
            return self.activate(self.conv(blurred_BCHW))
        return activated(self.conv, self.activate, blurred_BCHW)


class Encoder(nn.Module):
    """Pyramid from the picture down to 16 rows: convs.j goes from level j (finest first) to the next."""

    def __init__(self, cin: int, config: NtedConfig, extracts: bool):
        super().__init__()
        finest_first = config.levels[::-1]
        self.extracts = extracts
        self.first = ActivatedConv1x1(cin, finest_first[0].channels)
        self.convs = ModuleListOf(
            DownLevel(finer.channels, level, extracts)
            for finer, level in zip(finest_first, finest_first[1:], strict=False)
        )


class SkeletonEncoder(Encoder):
    def __init__(self, config: NtedConfig):
        super().__init__(POSE_PLANES + (3 if config.transfer == "none" else 0), config, extracts=False)

    def forward(self, planes_BPHW: Tensor) -> Tensor:
        """Pose planes in [0, 1] -> the coarsest feature [B, C, H/16, W/16] (of 16 rows for 256).

        In the ablation without transfer the three planes of the reference follow the pose's.
        """
        x = self.first(planes_BPHW)
        for level in self.convs:
            x = level(x)
        return x


class ReferenceEncoder(Encoder):
    def __init__(self, config: NtedConfig):
        super().__init__(3, config, extracts=config.transfer == "textures")
        self.context = Context(config) if config.context else None

    def forward(self, reference_BCHW: Tensor) -> Textures:
        """Picture in [-1, 1] -> neural textures of all layers, coarsest first (features in an ablation).

        The official code puts each new texture at the front of its list, so within a level operation 1 comes
        first: it serves conv0 ("a") and operation 0 serves conv1 ("b").
        """
        features: list[Tensor] = []
        x = self.first(reference_BCHW)
        for level in self.convs:
            x = level(x)
            features.append(x)
        if not self.extracts:
            return Textures([x for x in reversed(features) for _ in range(2)], [])
        contexts = [None] * len(features) if self.context is None else self.context(features)
        textures: list[Tensor] = []
        extraction: list[Tensor] = []
        for level, x, context in zip(self.convs, features, contexts, strict=True):
            around = context.chunk(2, 1) if context is not None else (None, None)
            for operation, around_BKhw in zip(level.extraction_operations, around, strict=True):
                texture_BCK, attention_BKhw = operation(x, around_BKhw)
                textures.insert(0, texture_BCK)
                extraction.insert(0, attention_BKhw)
        return Textures(textures, extraction)


class Distribution(TwoForms):
    """One neural texture distribution over a level's features (Eq. 4 to 6)."""

    def __init__(self, channels: int, textures: int, kernel: int):
        super().__init__()
        self.semantic_distribution_filter = EqualConv2d(channels, textures, kernel, padding=kernel // 2)

    def forward(self, x_BChw: Tensor, texture_BCK: Tensor) -> tuple[Tensor, Tensor]:
        """Returns (the sum of features and distributed textures, logits_BKhw)."""
        logits_BKhw = self.semantic_distribution_filter(x_BChw)  # Eq. 4
        attention_BKhw = attention.distribution_attention(logits_BKhw)  # Eq. 5
        form = attention.distribute_textbook if self.textbook else attention.distribute
        return x_BChw + form(attention_BKhw, texture_BCK), logits_BKhw  # Eq. 6


class StyledConv(TwoForms):
    """A renderer convolution, its texture distribution (none at the finest level) and its activation.

    The sum with the textures is divided by sqrt(2); the fast form leaves that out against the activation's
    gain, and adds the bias to the textures, as their shares sum to 1.
    """

    def __init__(self, cin: int, level: Level, upsamples: bool, transfer: str):
        super().__init__()
        self.conv: EqualConv2d
        self.blur: Blur | None = None
        if upsamples:
            self.conv = EqualConvTranspose2d(cin, level.channels)
            self.blur = Blur((1, 1), gain=4.0)
        else:
            self.conv = EqualConv2d(cin, level.channels, 3, padding=1, bias=False)
        self.distribution_operation: Distribution | FullAttention | None = None
        if level.textures and transfer == "textures":
            self.distribution_operation = Distribution(level.channels, level.textures, level.match_kernel)
        elif level.textures and transfer == "attention":
            self.distribution_operation = FullAttention(level.channels)
        self.activate = BiasedLeakyReLU(level.channels)

    def forward(self, x_BChw: Tensor, texture_BCK: Tensor | None) -> tuple[Tensor, Tensor | None]:
        """Returns (features, logits_BKhw); textures and logits are None where nothing is distributed."""
        distribution = self.distribution_operation
        if self.textbook or isinstance(distribution, FullAttention):
            return self._forward_textbook(x_BChw, texture_BCK)
        if distribution is not None and texture_BCK is not None:
            x = self.conv(x_BChw) if self.blur is None else self.blur(self.conv(x_BChw))
            shifted_BCK = texture_BCK + self.activate.gained_bias()[:, None]
            x, logits_BKhw = distribution(x, shifted_BCK)
            return F.leaky_relu_(x, LEAKY_SLOPE), logits_BKhw
        if self.blur is None:
            return activated(self.conv, self.activate, x_BChw), None
        x = self.blur(self.conv(x_BChw, LEAKY_GAIN))
        x += self.activate.gained_bias().to(x.dtype).view(1, -1, 1, 1)
        return F.leaky_relu_(x, LEAKY_SLOPE), None

    def _forward_textbook(self, x_BChw: Tensor, texture_BCK: Tensor | None) -> tuple[Tensor, Tensor | None]:
        x = self.conv(x_BChw)
        if self.blur is not None:
            x = self.blur(x)
        logits_BKhw = None
        if self.distribution_operation is not None:
            x, logits_BKhw = self.distribution_operation(x, texture_BCK)
            x = x * (1.0 / math.sqrt(2.0))
        return self.activate(x), logits_BKhw


class ToRGB(nn.Module):
    """A level's contribution to the picture, added to the upsampled sum of the coarser ones."""

    def __init__(self, channels: int, upsamples: bool):
        super().__init__()
        self.upsample = Upsample() if upsamples else None
        self.conv = EqualConv2d(channels, 3, 3, padding=1)

    def forward(self, x_BChw: Tensor, skip_B3hw: Tensor | None) -> Tensor:
        rgb_B3hw = self.conv(x_BChw)
        return rgb_B3hw if self.upsample is None else rgb_B3hw + self.upsample(skip_B3hw)


class UpLevel(nn.Module):
    def __init__(self, cin: int, level: Level, upsamples: bool, transfer: str):
        super().__init__()
        self.conv0 = StyledConv(cin, level, upsamples, transfer)
        self.conv1 = StyledConv(level.channels, level, False, transfer)
        self.to_rgb = ToRGB(level.channels, upsamples)


class Renderer(nn.Module):
    """From the pose feature up to the picture, taking from the neural textures but at the finest level."""

    def __init__(self, config: NtedConfig):
        super().__init__()
        widths = [config.levels[0].channels, *(level.channels for level in config.levels)]
        self.convs = ModuleListOf(
            UpLevel(cin, level, upsamples=index > 0, transfer=config.transfer)
            for index, (cin, level) in enumerate(zip(widths, config.levels, strict=False))
        )

    def forward(self, pose_BChw: Tensor, textures: list[Tensor], levels: int | None = None) -> Drawing:
        """levels: how many levels to run (None: all); fewer give the picture of that level's RGB sum."""
        x = pose_BChw
        skips: list[Tensor] = []
        logits: list[Tensor] = []
        features: list[Tensor] = []
        waiting = iter(textures)
        for level in islice(self.convs, levels):
            for conv in (level.conv0, level.conv1):
                texture_BCK = next(waiting) if conv.distribution_operation is not None else None
                x, logits_BKhw = conv(x, texture_BCK)
                if logits_BKhw is not None:
                    logits.append(logits_BKhw)
            skips.append(level.to_rgb(x, skips[-1] if skips else None))
            features.append(x)
        return Drawing(skips[-1], skips, logits, features)


class Nted(nn.Module):
    """The whole generator. `config` says its shape, `forward` is the paper's.

    The ablations of Table 2 (`config.transfer`) are the same code without textures and maps. `detail`: heads
    beside the paper's network, on its features.
    """

    def __init__(self, config: NtedConfig):
        super().__init__()
        self.config = config
        self.reference_encoder = ReferenceEncoder(config) if config.transfer != "none" else None
        self.skeleton_encoder = SkeletonEncoder(config)
        self.target_image_renderer = Renderer(config)
        self.detail = None
        if config.detail:
            coarse, fine = (level.channels for level in config.levels[-2:])
            self.detail = Detail(coarse, fine, config.detail)

    def forward(self, reference_BCHW: Tensor, planes_BPHW: Tensor) -> NtedOutput:
        """reference in [-1, 1], planes in [0, 1]; the picture has their size, floored to multiples of 16."""
        textures, extraction = self.encode(reference_BCHW)
        if self.reference_encoder is None:
            planes_BPHW = torch.cat([planes_BPHW, reference_BCHW], 1)
        pose_BChw = self.skeleton_encoder(planes_BPHW)
        rendering = self.target_image_renderer(pose_BChw, textures)
        return NtedOutput(
            image_BCHW=rendering.image_BCHW,
            extraction=extraction,
            distribution=[attention.distribution_attention(q) for q in rendering.distribution_logits],
            distribution_logits=rendering.distribution_logits,
            textures=textures,
            skips=rendering.skips,
            features=rendering.features,
        )

    def encode(self, reference_BCHW: Tensor) -> Textures:
        """As `ReferenceEncoder.forward`; nothing in the ablation that has no such encoder."""
        if self.reference_encoder is None:
            return Textures([], [])
        return self.reference_encoder(reference_BCHW)


@torch.no_grad()
def sharpen_extraction(network: Nted, gain: float = 4.0) -> Nted:
    """Start the extraction filters at `gain` sqrt(fan in) times N(0, 1), in place.

    Their input has unit norm, so N(0, 1) filters give an almost uniform softmax and are slow to leave it.
    """
    for module in network.modules():
        if isinstance(module, Extraction):
            filter_ = module.semantic_extraction_filter
            filter_.weight.mul_(gain / filter_.scale)
    return network
