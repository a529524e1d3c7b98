"""PISE behind the contract: a style code a region is its appearance; a pose first gets a parsing map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.api import CORRESPONDENCE, PARSING, Capabilities, MapInfo, Maps, NamedMap, Slots
from engine.contract import Coefficients, ReferenceInput, Rendering
from engine.errors import InputError
from engine.models.pise.config import COARSEST, JOINTS, REGION_COUNT
from engine.models.pise.correspondence import SpatialSource
from engine.models.pise.network import Pise, Source
from engine.models.pise.parsing_generator import hardened, one_hot
from engine.models.pise.regions import OFFICIAL_REGIONS, TO_OFFICIAL
from engine.models.pise.style import Style
from engine.models.pise.weights import from_file
from engine.plan import Plan
from engine.pose.heatmaps import SIGMA, heat_maps
from engine.regions import REGIONS
from engine.weights import WeightsFile

_SIGMA_ROWS = 256  # of the frame that the heat maps' width is told for
SLOTS = "regions"


class Given(NamedTuple):
    """What another reference gives. share_R: of each region, 0 to 1. whole: the share of everything, where
    that is one number."""

    seen: SpatialSource
    share_R: Tensor
    whole: float | None


@dataclass(frozen=True, eq=False)
class Styles:
    """source: picture, one-hot parsing map and heat maps of the person. style: its codes, others' mixed in.
    seen: its side of the correspondence; given: what others give."""

    source: Source
    style: Style
    seen: SpatialSource
    given: tuple[Given, ...] = ()

    def bytes(self) -> int:
        kept = [*self.source, *self.style, *self.seen, *(each for one in self.given for each in one.seen)]
        return sum(each.numel() * each.element_size() for each in kept)


class PiseModel:
    """`contract.PoseTransferModel` of a trained network, in mode HARD (PISE spec section 4).

    Official weights are run at the frame as it is, without the white border of their training pictures.
    """

    name = "pise"
    capabilities = Capabilities(mix_by_region=True, paint_regions=True)
    copies_detail = False
    needs_surface = True

    def __init__(self, network: Pise, plan: Plan, size: tuple[int, int] | None = None):
        if network.parnet is None:
            raise InputError(
                "These weights are of texture transfer alone: no parsing generator, so they follow no pose."
            )
        config = network.config
        self._network = network.to(plan.device, memory_format=torch.channels_last)
        self._plan = plan
        self.made_for = config.size
        self.size = size or config.size
        self.canvas = tuple(-(-side // COARSEST) * COARSEST for side in self.size)
        self.levels = (self.size[0],)
        self.composited = config.house
        regions = REGIONS if config.house else OFFICIAL_REGIONS
        self.slots = (Slots(SLOTS, REGION_COUNT, regions),)
        rows, columns = (side // (4 * config.match_stride) for side in self.canvas)
        self.maps = (
            MapInfo(PARSING, SLOTS, REGION_COUNT, self.size, regions),
            MapInfo(CORRESPONDENCE, "positions", rows * columns, (rows, columns)),
        )

    def encode(self, reference: ReferenceInput) -> Styles:
        picture_1CHW = reference.picture_1CHW.contiguous(memory_format=torch.channels_last)
        logits_1Rhw = reference.surface_1Khw[:, :REGION_COUNT]
        logits_1RHW = F.interpolate(logits_1Rhw, picture_1CHW.shape[-2:], mode="bilinear")
        labels_1HW = logits_1RHW.argmax(1)
        if not self._network.config.house:
            labels_1HW = torch.tensor(TO_OFFICIAL, device=labels_1HW.device)[labels_1HW]
        parsing_1RHW = one_hot(labels_1HW)
        style, seen = self._network.encoded(picture_1CHW, parsing_1RHW)
        return Styles(Source(picture_1CHW, parsing_1RHW, self._heat(reference.keypoints_18x3)), style, seen)

    def reference_maps(self, reference: ReferenceInput) -> Maps:
        return Maps()

    def mix(self, own: Styles, others: Sequence[tuple[Styles, Coefficients]]) -> Styles:
        """PISE Eq. 13, region by region: a region that the other shows is the other's by its coefficient,
        also where the person has none of it."""
        codes_1RC, exist_1R = own.style
        given = list(own.given)
        for other, coefficients in others:
            one = isinstance(coefficients, float | int)
            m_R = torch.full((REGION_COUNT,), float(coefficients)) if one else _of_regions(coefficients)
            share_1R = m_R.to(codes_1RC.device) * other.style.exist_BR
            known_1RC = Style(codes_1RC, exist_1R).known()
            mixed_1RC = torch.lerp(known_1RC, other.style.codes_BRC[:, :-1], share_1R[..., None])
            whole_11C = codes_1RC[:, -1:]
            if one:
                whole_11C = torch.lerp(whole_11C, other.style.codes_BRC[:, -1:], float(coefficients))
            codes_1RC = torch.cat([mixed_1RC, whole_11C], 1)
            exist_1R = exist_1R.maximum((share_1R > 0).to(exist_1R.dtype))
            given.append(Given(other.seen, share_1R[0], float(coefficients) if one else None))
        return Styles(own.source, Style(codes_1RC, exist_1R), own.seen, tuple(given))

    def render(
        self,
        appearance: Styles,
        keypoints_18x3: np.ndarray,
        level: int | None = None,
        *,
        preview: bool = False,
        maps: bool = False,
    ) -> Rendering:
        network, source, dtype = self._network, appearance.source, self._plan.preview
        heat_1JHW = self._heat(keypoints_18x3)
        half = preview and dtype != torch.float32
        with torch.autocast(self._plan.device.type, dtype if half else torch.bfloat16, enabled=half):
            generated_1RHW = network.parnet(source.parsing_BRHW, source.heat_BJHW, heat_1JHW).parsing_BRHW
            parsing_1RHW = hardened(generated_1RHW)
            feature_1Chw = network.normalised(source, parsing_1RHW, heat_1JHW, appearance.style)
            brought_1Mhw, _, found_1TS = network.brought(feature_1Chw, appearance.seen)
            shown_1Rhw = F.interpolate(parsing_1RHW, feature_1Chw.shape[2:], mode="nearest")
            for given in appearance.given:
                theirs_1Mhw, _, _ = network.brought(feature_1Chw, given.seen)
                share_11hw = torch.einsum("brhw,r->bhw", shown_1Rhw, given.share_R)[:, None]
                brought_1Mhw = torch.lerp(brought_1Mhw, theirs_1Mhw, share_11hw.to(brought_1Mhw.dtype))
            modulated_1Chw = network.modulated(feature_1Chw, brought_1Mhw)
            image_1CHW = network.picture(modulated_1Chw, parsing_1RHW, appearance.style).float()
        shares = tuple(_share(given, parsing_1RHW) for given in appearance.given)
        shown = self._maps(generated_1RHW.float(), found_1TS.float()) if maps else Maps()
        return Rendering(image_1CHW, shares=shares, maps=shown)

    def gate(self, rendering: Rendering, seen_1KHW: Tensor) -> Tensor:
        raise NotImplementedError("this engine has learnt no gate")

    def _heat(self, keypoints_18x3: np.ndarray | None) -> Tensor:
        """Heat maps [1, 18, H, W] of a pose on the canvas; all zero where it is not known."""
        pose_18x3 = np.zeros((JOINTS, 3), np.float32) if keypoints_18x3 is None else keypoints_18x3
        maps_18HW = heat_maps(pose_18x3, self.canvas, SIGMA * self.size[0] / _SIGMA_ROWS)
        return torch.from_numpy(maps_18HW)[None].to(self._plan.device)

    def _maps(self, generated_1RHW: Tensor, found_1TS: Tensor) -> Maps:
        regions, positions = self.maps
        height, width = self.size
        parsing_RHW = generated_1RHW[0, :, :height, :width]
        parsing_RHW = parsing_RHW / parsing_RHW.sum(0, keepdim=True).clamp_min(1e-9)
        shares_ST = found_1TS[0].t() / found_1TS[0].sum(1).clamp_min(1e-9)
        shares_Shw = shares_ST.unflatten(1, positions.size)
        return Maps(
            (
                NamedMap(PARSING, regions.name, parsing_RHW.cpu().numpy()),
                NamedMap(CORRESPONDENCE, positions.name, shares_Shw.cpu().numpy(), positions.size),
            )
        )


def open_model(file: WeightsFile, plan: Plan, size: tuple[int, int] | None) -> PiseModel:
    """As `registry.open_model`, of a file that holds PISE."""
    return PiseModel(from_file(file), plan, size)


def _of_regions(coefficients: Coefficients) -> Tensor:
    """float32 [R]; 0 where the group is left out."""
    values = coefficients.get(SLOTS) if not isinstance(coefficients, float | int) else None
    return torch.zeros(REGION_COUNT) if values is None else torch.as_tensor(values, dtype=torch.float32)


def _share(given: Given, parsing_1RHW: Tensor) -> Tensor | float:
    """How much of every position is the other reference's."""
    if given.whole is not None:
        return given.whole
    return torch.einsum("brhw,r->bhw", parsing_1RHW, given.share_R)[:, None]
