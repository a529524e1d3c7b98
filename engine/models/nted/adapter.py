"""NTED behind the contract: neural textures are its appearance, distributed anew for every pose."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.api import DISTRIBUTION, EXTRACTION, Capabilities, MapInfo, Maps, NamedMap, Slots
from engine.contract import BySlot, Coefficients, ReferenceInput, Rendering
from engine.errors import InputError
from engine.models.nted import network as nted
from engine.models.nted.appearance import LooseCoefficients, LooseTextures, NtedAppearance
from engine.models.nted.forms import NtedForm
from engine.models.nted.graph import DragGraph
from engine.models.nted.inference import InferenceNted
from engine.models.nted.weights import from_file, texture_names
from engine.ops.attention import distribution_attention_last
from engine.plan import Plan
from engine.pose.planes import pose_planes_u8
from engine.weights import WeightsFile

POSE_CACHE_ENTRIES = 8
PREVIEW_LEVELS = 3


class NtedModel:
    """`contract.PoseTransferModel` of a trained network.

    Weights that have learnt to copy detail are composited, and none of their previews stops below the level
    whose positions know their surface: the photo would come and go.
    """

    name = "nted"

    def __init__(
        self,
        network: nted.Nted,
        plan: Plan,
        size: tuple[int, int] | None = None,  # (H, W); None: what the weights were made for
        names: Mapping[str, tuple[str, ...]] | None = None,  # of textures, by layer as in the weights
        form: type[NtedForm] = InferenceNted,
    ):
        if network.config.transfer != "textures":
            raise InputError(
                "These weights are an ablation without neural textures; nothing can be edited with them."
            )
        self.config, self._plan = network.config, plan
        self.made_for = network.config.size
        self.size = size or self.made_for
        # Deeper networks halve more often: they work on a canvas of their multiples.
        multiple = 1 << (len(network.config.levels) - 1)
        height, width = (-(-side // multiple) * multiple for side in self.size)
        self.canvas = height, width
        self.composited = self.needs_surface = self.copies_detail = bool(network.config.detail)
        previews = 2 if self.composited else PREVIEW_LEVELS
        self.levels = tuple(self.size[0] >> i for i in reversed(range(previews)))
        self._layers = _layers(network.config, self.size, names or {})
        self.slots = tuple(Slots(each.name, each.channels, each.channel_names) for each in self._layers)
        kinds = EXTRACTION, DISTRIBUTION
        self.maps = tuple(
            MapInfo(kind, each.name, each.channels, each.size, each.channel_names)
            for kind in kinds
            for each in self._layers
        )
        self.capabilities = Capabilities(
            mix_by_texture=True, attention=True, settle=True, refine=True, change=True
        )
        self._network = network.requires_grad_(False).to(plan.device)
        self._exact = self._preview = form(network, plan.device, torch.float32)
        if plan.preview != torch.float32:
            self._preview = form(network, plan.device, plan.preview, with_reference=False)
        self._features: OrderedDict[tuple, Tensor] = OrderedDict()
        self._graphs: dict[tuple, DragGraph] = {}

    def encode(self, reference: ReferenceInput) -> NtedAppearance:
        return NtedAppearance(self._exact.encode(reference.picture_1CHW).textures)

    def reference_maps(self, reference: ReferenceInput) -> Maps:
        return self._named(EXTRACTION, self._exact.encode(reference.picture_1CHW).extraction)

    def mix(
        self, own: NtedAppearance, others: Sequence[tuple[NtedAppearance, Coefficients]]
    ) -> NtedAppearance:
        """Eq. 13, layer by layer: T = T_own + m (T_other - T_own)."""
        layers, taken = list(own.layers), list(own.taken)
        for other, coefficients in others:
            for index, (layer, theirs_1CK) in enumerate(zip(self._layers, other.layers, strict=True)):
                m = _of_layer(coefficients, layer)
                if m is not None:
                    layers[index] = torch.lerp(layers[index], theirs_1CK, m.to(theirs_1CK.device))  # Eq. 13
            taken.append(_of_layer(coefficients, self._layers[-2]))
        return NtedAppearance(layers, tuple(taken))

    def change(self, own: NtedAppearance, scales: BySlot, touched: BySlot) -> NtedAppearance:
        layers = list(own.layers)
        for index, layer in enumerate(self._layers):
            if layer.name in scales:
                layers[index] = layers[index] * torch.as_tensor(scales[layer.name]).to(layers[index])
        return replace(own, layers=layers, touched=self._by_number(touched))

    def _by_number(self, slots: BySlot) -> dict[int, Tensor]:
        """[K] by the number of the layer."""
        return {
            index: torch.as_tensor(slots[layer.name])
            for index, layer in enumerate(self._layers)
            if layer.name in slots
        }

    def render(
        self,
        appearance: NtedAppearance,
        keypoints_18x3: np.ndarray,
        level: int | None = None,
        *,
        preview: bool = False,
        maps: bool = False,
    ) -> Rendering:
        network = self._preview if preview else self._exact
        skipped = 0 if level is None else len(self.levels) - 1 - self.levels.index(level)
        stop = len(self.config.levels) - skipped
        drawn = self._drawn(network, stop, keypoints_18x3, appearance.layers)
        surface_1Khw = draft_1Chw = None
        if network.detail is not None:
            last_but_one = len(self.config.levels) - 2
            surface_1Khw = network.detail.surface(drawn.features[last_but_one]).float()
            draft_1Chw = drawn.skips[last_but_one]
        tell: Callable[[], Maps] = Maps
        if maps:
            kept = drawn.distribution_logits
            if self._plan.device.type == "cuda":  # a graph draws every picture into the same tensors
                kept = [logits.clone() for logits in kept]
            tell = partial(self._distributions, kept)
        shares = tuple(self._share(drawn, m) for m in appearance.taken) if self.composited else ()
        by_hand_11hw = self._made_of(drawn, appearance.touched) if self.composited else None
        return Rendering(
            drawn.image_BCHW,
            draft_1Chw,
            surface_1Khw,
            shares,
            features=(network.detail, drawn),
            tell=tell,
            by_hand_11hw=by_hand_11hw,
            made_of=lambda slots: self._made_of(drawn, self._by_number(slots)),
        )

    def loosen(self, appearance: NtedAppearance, keypoints_18x3: np.ndarray) -> LooseTextures:
        return LooseTextures(self._network, appearance.layers, self._planes(keypoints_18x3))

    def loosen_mix(
        self, own: NtedAppearance, other: NtedAppearance, keypoints_18x3: np.ndarray
    ) -> LooseCoefficients:
        names = [layer.name for layer in self._layers]
        return LooseCoefficients(self._network, names, own.layers, other.layers, self._planes(keypoints_18x3))

    def gate(self, rendering: Rendering, seen_1KHW: Tensor, window: tuple[slice, slice]) -> Tensor:
        detail, drawn = rendering.features
        fine_1CHW, image_1CHW = (each[(..., *window)] for each in (drawn.features[-1], drawn.image_BCHW))
        return detail(fine_1CHW, image_1CHW, seen_1KHW)

    def _share(self, drawn: nted.Drawing, m: Tensor | None) -> Tensor | float | None:
        """How much of a position another reference gives, by the textures it is made of."""
        if m is None or not m.ndim:
            return None if m is None else float(m)
        # The first layer of the finest level with textures.
        return share_of(drawn.distribution_logits[-2], m.to(self._plan.device))

    def _made_of(self, drawn: nted.Drawing, textures: Mapping[int, Tensor]) -> Tensor | None:
        """How much of a position is these textures, [K] by the number of a layer, of the layer where it is
        most, on the finest grid; None where none of the layers was drawn."""
        size = drawn.distribution_logits[-1].shape[-2:]
        shares = [
            F.interpolate(share_of(logits, textures[index].to(logits.device)), size, mode="bilinear")
            for index, logits in enumerate(drawn.distribution_logits)
            if index in textures
        ]
        return torch.stack(shares).amax(0) if shares else None

    def _drawn(
        self, network: NtedForm, stop: int, keypoints_18x3: np.ndarray, textures: list[Tensor]
    ) -> nted.Drawing:
        if self._plan.device.type != "cuda":
            return network.render(self._pose_feature(keypoints_18x3, network), textures, stop)
        planes_PHW, key = self._planes(keypoints_18x3), (network.dtype, stop)
        if key not in self._graphs:
            self._graphs[key] = DragGraph(network, planes_PHW, textures, stop)
        return self._graphs[key](planes_PHW, textures)

    def _pose_feature(self, keypoints_18x3: np.ndarray, network: NtedForm) -> Tensor:
        key = (keypoints_18x3.tobytes(), network.dtype)
        if key not in self._features:
            self._features[key] = network.pose_feature(self._planes(keypoints_18x3))
            while len(self._features) > POSE_CACHE_ENTRIES:
                self._features.popitem(last=False)
        return self._features[key]

    def _planes(self, keypoints_18x3: np.ndarray) -> Tensor:
        return torch.from_numpy(pose_planes_u8(keypoints_18x3, self.canvas)).to(self._plan.device)

    def _distributions(self, logits: list[Tensor]) -> Maps:
        return self._named(DISTRIBUTION, [distribution_attention_last(each.float()) for each in logits])

    def _named(self, kind: str, maps: list[Tensor]) -> Maps:
        """The frame's part of the maps; fewer than layers where the renderer stopped early."""
        found = []
        for layer, map_1Khw in zip(self._layers, maps, strict=False):
            rows, columns = layer.size
            found.append(NamedMap(kind, layer.name, map_1Khw[0, :, :rows, :columns].float().cpu().numpy()))
        return Maps(found)


def open_model(file: WeightsFile, plan: Plan, size: tuple[int, int] | None) -> NtedModel:
    """As `registry.open_model`, of a file that holds NTED."""
    network = from_file(file)
    return NtedModel(network, plan, size, texture_names(file, network.config))


def share_of(logits_BKhw: Tensor, coefficients_K: Tensor) -> Tensor:
    """How much of every position's textures in a layer, by its distribution logits, counts with these
    coefficients (Eq. 13), [B, 1, h, w], float32."""
    attention_BKhw = distribution_attention_last(logits_BKhw.float())
    return torch.einsum("bkhw,k->bhw", attention_BKhw, coefficients_K.float())[:, None]


def _layers(
    config: nted.NtedConfig, size: tuple[int, int], names: Mapping[str, tuple[str, ...]]
) -> tuple[MapInfo, ...]:
    """The pairs of extraction and distribution, coarsest first: "64a" is the first and "64b" the second
    convolution of the renderer's level of 64 rows, for a frame of this size."""
    layers = []
    for index, level in enumerate(config.levels):
        shift = len(config.levels) - 1 - index
        rows, columns = (-(-side >> shift) for side in size)  # whole or begun positions of the frame
        for half in "ab" if level.textures else "":
            told = names.get(f"{level.rows}{half}", ())
            layers.append(MapInfo(EXTRACTION, f"{rows}{half}", level.textures, (rows, columns), told))
    return tuple(layers)


def _of_layer(coefficients: Coefficients, layer: MapInfo) -> Tensor | None:
    """float32, of a layer: one number, or [K]."""
    m = coefficients if isinstance(coefficients, float | int) else coefficients.get(layer.name)
    return None if m is None else torch.as_tensor(m, dtype=torch.float32)
