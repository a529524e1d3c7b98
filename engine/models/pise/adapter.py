"""PISE behind the contract: a style code a region is its appearance; a pose first gets a parsing map."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.api import CORRESPONDENCE, PARSING, Capabilities, MapInfo, Maps, NamedMap, Slots
from engine.contract import Coefficients, ReferenceInput, Rendering
from engine.errors import InputError
from engine.models.pise.config import REGION_COUNT
from engine.models.pise.correspondence import SpatialSource
from engine.models.pise.inference import Encoded, InferencePise
from engine.models.pise.network import Pise, SourceImage
from engine.models.pise.parsing_generator import hardened, one_hot
from engine.models.pise.regions import OFFICIAL_REGIONS, TO_OFFICIAL
from engine.models.pise.style import Style
from engine.models.pise.weights import from_file
from engine.plan import Plan
from engine.pose.heatmaps import heat_maps, sigma_of
from engine.pose.skeleton import JOINT_COUNT
from engine.regions import REGIONS
from engine.weights import WeightsFile

SLOTS = "regions"
_AS_GENERATED = -1  # where no region is given
_LEAST = 1e-12  # where none of them claims a position, all have the same part of it


class MixedIn(NamedTuple):
    """What another reference gives. seen: its side of the correspondence. share_R: of each region, 0 to 1."""

    seen: SpatialSource
    share_R: Tensor


@dataclass(frozen=True, eq=False)
class Styles:
    """own: of the person's photo. style: its codes, others' mixed in; kernels_1OK: the same, ready to be
    painted (`RegionNormalisation.kernels`). given: what others give. region_1HW: as of `paint`."""

    own: Encoded
    style: Style
    kernels_1OK: Tensor
    given: tuple[MixedIn, ...] = ()
    region_1HW: Tensor | None = None

    def bytes(self) -> int:
        seen = (each for one in self.given for each in one.seen)
        kept = {id(each): each for each in [*self.own.tensors(), *self.style, self.kernels_1OK, *seen]}
        return sum(each.numel() * each.element_size() for each in kept.values())


@dataclass(frozen=True, eq=False)
class Shape:
    """A person in a pose. heat_1JHW: of the pose. generated_1RHW: the parsing map made for it, in [0, 1];
    parsing_1RHW: the strongest region of every pixel, one-hot, what the picture is drawn from."""

    heat_1JHW: Tensor
    generated_1RHW: Tensor
    parsing_1RHW: Tensor

    def given(self, region_1HW: Tensor) -> Shape:
        """With other regions where they are given, `_AS_GENERATED` elsewhere."""
        kept_11HW = region_1HW[:, None] == _AS_GENERATED
        given_1RHW = one_hot(region_1HW)
        generated_1RHW, parsing_1RHW = (
            torch.where(kept_11HW, each, given_1RHW) for each in (self.generated_1RHW, self.parsing_1RHW)
        )
        return Shape(self.heat_1JHW, generated_1RHW, parsing_1RHW)

    def shares(self) -> Tensor:
        """How much of every region a pixel is, [1, R, H, W]; they sum to 1."""
        return _parts(self.generated_1RHW.float())


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
        self._inference = InferencePise(network, plan.device)
        self._plan = plan
        self.made_for = config.size
        self.size = self.canvas = size or config.size
        self.levels = (self.size[0],)
        self.composited = self._house = config.house
        regions = REGIONS if config.house else OFFICIAL_REGIONS
        self.slots = (Slots(SLOTS, REGION_COUNT, regions),)
        rows, columns = (side // (4 * config.match_stride) for side in self.canvas)
        self.maps = (
            MapInfo(PARSING, SLOTS, REGION_COUNT, self.size, regions),
            MapInfo(CORRESPONDENCE, "positions", rows * columns, (rows, columns)),
        )
        self._shaped: tuple[Encoded, bytes, bool, Shape] | None = None

    def encode(self, reference: ReferenceInput) -> Styles:
        if reference.surface_1Khw is None:
            raise ValueError("PISE is to be told the surface map of its reference")
        picture_1CHW = reference.picture_1CHW
        logits_1Rhw = reference.surface_1Khw[:, :REGION_COUNT]
        labels_1HW = F.interpolate(logits_1Rhw, picture_1CHW.shape[-2:], mode="bilinear").argmax(1)
        if not self._house:
            labels_1HW = torch.tensor(TO_OFFICIAL, device=labels_1HW.device)[labels_1HW]
        heat_1JHW = self._heat(reference.keypoints_18x3)
        own = self._inference.encode(SourceImage(picture_1CHW, one_hot(labels_1HW), heat_1JHW))
        return Styles(own, own.style, self._inference.kernels(own.style))

    def reference_maps(self, reference: ReferenceInput) -> Maps:
        return Maps()

    def mix(self, own: Styles, others: Sequence[tuple[Styles, Coefficients]]) -> Styles:
        """PISE Eq. 13, region by region: a region that the other shows is the other's by its coefficient,
        also where the person has none of it."""
        style, given = own.style, list(own.given)
        for other, coefficients in others:
            share_1R = self._of_regions(coefficients) * other.style.exist_BR
            style = mixed_styles(style, other.style, share_1R)
            given.append(MixedIn(other.own.seen, share_1R[0]))
        return Styles(own.own, style, self._inference.kernels(style), tuple(given))

    def paint(self, own: Styles, region_1HW: Tensor) -> Styles:
        """Mode GIVEN of the paper's code, where something is painted."""
        if not self._house:
            known_Q = torch.tensor((*TO_OFFICIAL, _AS_GENERATED), device=region_1HW.device)
            region_1HW = known_Q[region_1HW]
        return replace(own, region_1HW=region_1HW)

    def render(
        self,
        appearance: Styles,
        keypoints_18x3: np.ndarray,
        level: int | None = None,
        *,
        preview: bool = False,
        maps: bool = False,
    ) -> Rendering:
        network, own = self._inference.network, appearance.own
        half = preview and self._plan.preview != torch.float32
        shape = self._shape(own, keypoints_18x3, half)
        style, kernels_1OK = appearance.style, appearance.kernels_1OK
        if appearance.region_1HW is not None:
            painted = shape.given(appearance.region_1HW)
            style = _of_what_was_there(style, shape.parsing_1RHW, painted.parsing_1RHW)
            shape, kernels_1OK = painted, self._inference.kernels(style)
        with self._precision(half):
            feature_1Chw = self._inference.feature(own, shape.parsing_1RHW, shape.heat_1JHW, kernels_1OK)
        feature_1Chw = feature_1Chw.float()
        brought_1Mhw, _, found_1TS = network.brought(feature_1Chw, own.seen)
        inside_1Rhw = F.interpolate(shape.parsing_1RHW, feature_1Chw.shape[2:], mode="nearest")
        for given in appearance.given:
            theirs_1Mhw, _, _ = network.brought(feature_1Chw, given.seen)
            brought_1Mhw = torch.lerp(brought_1Mhw, theirs_1Mhw, _taken(inside_1Rhw, given.share_R))
        with self._precision(half):
            modulated_1Chw = network.modulated(feature_1Chw, brought_1Mhw)
            image_1CHW = network.picture(modulated_1Chw, shape.parsing_1RHW, style).float()
        shares = tuple(_taken(shape.shares(), given.share_R) for given in appearance.given)
        tell: Callable[[], Maps] = partial(self._maps, shape.generated_1RHW, found_1TS) if maps else Maps
        return Rendering(image_1CHW, shares=shares, tell=tell)

    def gate(self, rendering: Rendering, seen_1KHW: Tensor, window: tuple[slice, slice]) -> Tensor:
        raise NotImplementedError("this engine has learnt no gate")

    def _of_regions(self, coefficients: Coefficients) -> Tensor:
        """float32 [R], one for each slot; 0 where the group is left out."""
        m = coefficients if isinstance(coefficients, float | int) else coefficients.get(SLOTS, 0.0)
        return torch.as_tensor(m, dtype=torch.float32, device=self._plan.device).expand(REGION_COUNT)

    def _shape(self, own: Encoded, keypoints_18x3: np.ndarray, half: bool) -> Shape:
        """The last one is kept: who mixes stays in a pose."""
        pose = keypoints_18x3.tobytes()
        kept = self._shaped
        if kept is None or kept[0] is not own or kept[1:3] != (pose, half):
            heat_1JHW = self._heat(keypoints_18x3)
            with self._precision(half):
                generated_1RHW = self._inference.parsing(own, heat_1JHW)
            kept = own, pose, half, Shape(heat_1JHW, generated_1RHW, hardened(generated_1RHW))
            self._shaped = kept
        return kept[-1]

    def _precision(self, half: bool) -> torch.autocast:
        dtype = self._plan.preview if half else torch.bfloat16
        return torch.autocast(self._plan.device.type, dtype, enabled=half)

    def _heat(self, keypoints_18x3: np.ndarray | None) -> Tensor:
        """Heat maps [1, 18, H, W] of a pose on the canvas; all zero where it is not known."""
        pose_18x3 = np.zeros((JOINT_COUNT, 3), np.float32) if keypoints_18x3 is None else keypoints_18x3
        maps_18HW = heat_maps(pose_18x3, self.canvas, sigma_of(self.canvas))
        return torch.from_numpy(maps_18HW)[None].to(self._plan.device)

    def _maps(self, generated_1RHW: Tensor, found_1TS: Tensor) -> Maps:
        regions, positions = self.maps
        # Official weights share source positions out; shown is where a target position comes from.
        shares_Shw = _parts(found_1TS.transpose(1, 2))[0].unflatten(1, positions.size)
        parsing_RHW, shares_Shw = (
            each.contiguous().cpu().numpy() for each in (_parts(generated_1RHW.float())[0], shares_Shw)
        )
        return Maps(
            (
                NamedMap(PARSING, regions.name, parsing_RHW),
                NamedMap(CORRESPONDENCE, positions.name, shares_Shw, positions.size),
            )
        )


def open_model(file: WeightsFile, plan: Plan, size: tuple[int, int] | None) -> PiseModel:
    """As `registry.open_model`, of a file that holds PISE."""
    return PiseModel(from_file(file), plan, size)


def mixed_styles(own: Style, other: Style, share_1R: Tensor) -> Style:
    """Eq. 13, region by region; a region that is taken is there afterwards."""
    codes_1RC = torch.lerp(own.known(), other.codes_BRC[:, :-1], share_1R[..., None])
    exist_1R = own.exist_BR.maximum((share_1R > 0).to(own.exist_BR.dtype))
    return Style(torch.cat([codes_1RC, own.codes_BRC[:, -1:]], 1), exist_1R)


def _of_what_was_there(style: Style, before_1RHW: Tensor, after_1RHW: Tensor) -> Style:
    """A style in which regions that the person has none of are made of what lay there before: a skirt painted
    over trousers is of their cloth, not of the whole picture's."""
    codes_1RC, exist_1R = style.codes_BRC.clone(), style.exist_BR.clone()
    new_1RHW = after_1RHW * (1.0 - before_1RHW)
    for region in range(1, REGION_COUNT):
        if exist_1R[0, region] == 0 and new_1RHW[0, region].any():
            covered_R = (before_1RHW[0] * new_1RHW[0, region]).sum((1, 2)) * style.exist_BR[0]
            covered_R[0] = 0.0
            if covered_R.any():
                codes_1RC[0, region] = style.codes_BRC[0, covered_R.argmax()]
                exist_1R[0, region] = 1.0
    return Style(codes_1RC, exist_1R)


def _taken(shares_1Rhw: Tensor, taken_R: Tensor) -> Tensor:
    """How much of every position is another's, [1, 1, h, w], by how much of every region it is."""
    return torch.einsum("brhw,r->bhw", shares_1Rhw, taken_R)[:, None]


def _parts(claims_1Khw: Tensor) -> Tensor:
    """Claims on a position as parts of it, which sum to 1."""
    claims_1Khw = claims_1Khw + _LEAST
    return claims_1Khw / claims_1Khw.sum(1, keepdim=True)
