"""The target encoder, and the normalisation that gives every region its style (sections 3.3 and 3.4)."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.models.pise.blocks import NORMS, Down, Gate, Up
from engine.models.pise.config import REGION_COUNT, PiseConfig
from engine.models.pise.style import Style
from engine.ops.modules import TwoForms
from engine.pose.skeleton import JOINT_COUNT

_SLOPE = 0.1


class TargetEncoder(nn.Module):
    def __init__(self, config: PiseConfig):
        super().__init__()
        half, quarter, eighth, sixteenth = config.target
        norm = NORMS[config.norm]
        self.block0 = Down(2 * REGION_COUNT + JOINT_COUNT + 3, half, half, _SLOPE, norm)
        self.block1 = Down(half, quarter, quarter, _SLOPE, norm)
        self.block2 = Down(quarter, eighth, eighth, _SLOPE, norm)
        self.block3 = Down(eighth, sixteenth, sixteenth, _SLOPE, norm)
        self.deform3 = Gate(sixteenth, norm)
        self.deform4 = Gate(sixteenth, norm)
        self.block4 = Up(sixteenth, eighth, eighth, _SLOPE, norm)
        self.block5 = Up(eighth, config.feature, config.feature, _SLOPE, norm)

    def forward(
        self,
        source_parsing_BRHW: Tensor,
        target_parsing_BRHW: Tensor,
        target_heat_BJHW: Tensor,
        source_BCHW: Tensor,
    ) -> Tensor:
        """F_p of the paper: [B, C, H/4, W/4], aligned with the target."""
        x = torch.cat([source_parsing_BRHW, target_parsing_BRHW, target_heat_BJHW, source_BCHW], 1)
        for block in (self.block0, self.block1, self.block2, self.block3):
            x = block(x)
        return self.block5(self.block4(self.deform4(self.deform3(x))))


class RegionNormalisation(TwoForms):
    """Batch-normalised features, scaled and shifted as the style of the region they lie in says.

    textbook: paint every region with its style, then convolve; the other form convolves the regions
    themselves, eight channels in place of a code's, with weights that have the styles in them. Those are made
    once a style.
    """

    def __init__(self, config: PiseConfig):
        super().__init__()
        self.norm = nn.BatchNorm2d(config.feature)
        for region in range(REGION_COUNT):
            self.add_module(f"fc_mu{region}", nn.Linear(config.code_channels, config.code_channels))
        self.conv_gamma = nn.Conv2d(config.code_channels, config.feature, 3, padding=1)
        self.conv_beta = nn.Conv2d(config.code_channels, config.feature, 3, padding=1)

    def painted_styles(self, style: Style) -> Tensor:
        """[B, R, C]: what every region is painted with."""
        known = style.known().unbind(1)
        return torch.stack([F.relu(getattr(self, f"fc_mu{r}")(code)) for r, code in enumerate(known)], 1)

    def kernels(self, style: Style) -> Tensor:
        """[B, 2 C, R 9]: both convolutions over painted styles, as convolutions over regions."""
        weight_OC9 = torch.cat([self.conv_gamma.weight, self.conv_beta.weight]).flatten(2)
        return torch.einsum("brc,oct->bort", self.painted_styles(style), weight_OC9).flatten(2)

    def forward(self, x_BChw: Tensor, parsing_BRHW: Tensor, style: Style) -> Tensor:
        if not self.textbook:
            return self.modulated(x_BChw, parsing_BRHW, self.kernels(style))
        parsing_BRhw = F.interpolate(parsing_BRHW, x_BChw.shape[2:], mode="nearest")
        styles_BRC = self.painted_styles(style)
        painted_BChw = torch.zeros_like(x_BChw[:, :1])
        for region in range(REGION_COUNT):  # a later region covers an earlier one
            colour_BC11 = styles_BRC[:, region, :, None, None]
            painted_BChw = torch.where(parsing_BRhw[:, region, None] != 0, colour_BC11, painted_BChw)
        return self.norm(x_BChw) * (1 + self.conv_gamma(painted_BChw)) + self.conv_beta(painted_BChw)

    def modulated(self, x_BChw: Tensor, parsing_BRHW: Tensor, kernels_BOK: Tensor) -> Tensor:
        """`forward` with kernels that were made before."""
        size = x_BChw.shape[2:]
        shown_BRhw = topmost(F.interpolate(parsing_BRHW, size, mode="nearest")).to(x_BChw.dtype)
        scale_and_shift = kernels_BOK @ F.unfold(shown_BRhw, 3, padding=1)
        biases = self.conv_gamma.get_parameter("bias"), self.conv_beta.get_parameter("bias")
        gamma_BChw, beta_BChw = (scale_and_shift + torch.cat(biases)[:, None]).unflatten(2, size).chunk(2, 1)
        return self.norm(x_BChw) * (1 + gamma_BChw) + beta_BChw


def topmost(parsing_BRhw: Tensor) -> Tensor:
    """One-hot, bool: of all regions that are not exactly 0 at a position the last; none where all are 0."""
    numbers_R11 = torch.arange(1, REGION_COUNT + 1, device=parsing_BRhw.device)[:, None, None]
    last_B1hw = ((parsing_BRhw != 0) * numbers_R11).amax(1, keepdim=True)
    return last_B1hw == numbers_R11
