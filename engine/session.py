"""`Session`, the one door to the networks: encode a reference once, then render it in pose after pose."""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from engine import detect, parsing, weights
from engine.api import AttentionMaps, Frame, Layer, Mix, Reference, RenderRequest
from engine.errors import InputError
from engine.framing import Framed, frame_photo
from engine.models import nted
from engine.models.nted.carry import carried, carry, lay
from engine.models.nted.deformation import across
from engine.models.nted.detail import Source, share_of
from engine.models.nted.graph import DragGraph
from engine.models.nted.inference import InferenceNted
from engine.models.nted.memory import Memory
from engine.ops.attention import distribution_attention
from engine.paths import DEFAULT_WEIGHTS
from engine.pictures import to_rgb, to_tensor
from engine.plan import Plan, keep_freed_memory, make_plan
from engine.pose.planes import PLANES, pose_planes_u8, present_joints
from engine.pose.skeleton import JOINTS

TEXTURE_CACHE_BYTES = 128 << 20
EXTRACTION_CACHE_ENTRIES = 2  # the maps of a reference take about ten times the memory of its textures
POSE_CACHE_ENTRIES = 8
PREVIEW_LEVELS = 3
MOST_TIMES = 4  # as large as the frame is the finest picture


class _Encoded(NamedTuple):
    """What is kept of a reference. source: where the network copies detail. memory: where its own pose is
    known too. fine_HWC: as in `Reference`."""

    textures: list[Tensor]
    source: Source | None
    memory: Memory | None
    fine_HWC: np.ndarray | None = None

    def bytes(self) -> int:
        kept = [*self.textures, *(self.source or ()), *(self.memory or ())]
        return sum(tensor.numel() * tensor.element_size() for tensor in kept)


@dataclass
class _Networks:
    """The same weights in float32 for what must be exact and in the preview's precision for a drag (may be
    one).
    """

    exact: InferenceNted
    preview: InferenceNted


class Session:
    """An open network with its caches. All methods may be called from any thread; one call computes at a
    time.

    The textures of a reference do not depend on the pose (NTED section 3), so `set_reference` pays for them
    once and every pose afterwards costs the skeleton encoder and the renderer only.
    """

    def __init__(
        self,
        network: nted.Nted,
        plan: Plan,
        size: tuple[int, int],
        weights_info: dict,
        texture_names: Mapping[str, tuple[str, ...]] | None = None,  # by layer, named as in the weights
    ):
        if network.config.transfer != "textures":
            raise InputError(
                "These weights are an ablation without neural textures; nothing can be edited with them."
            )
        if network.config.detail and not parsing.available().available:
            raise InputError(
                f"These weights copy detail by what the parsing network sees: {parsing.available().reason}."
            )
        self.size = size
        # Deeper networks halve more often: they work on a canvas of their multiples.
        multiple = 1 << (len(network.config.levels) - 1)
        self._canvas = tuple(-(-side // multiple) * multiple for side in size)
        self.plan = plan
        self.weights_info = weights_info
        self._texture_names = dict(texture_names or {})
        self._networks = _prepare(network, plan)
        self._references: dict[str, Reference] = {}
        self._textures: OrderedDict[str, _Encoded] = OrderedDict()
        self._extraction: OrderedDict[str, dict[str, np.ndarray]] = OrderedDict()
        self._features: OrderedDict[tuple, Tensor] = OrderedDict()
        self._graphs: dict[tuple, DragGraph] = {}
        self._lock = threading.RLock()
        self._aside = ThreadPoolExecutor(1, "memory", initializer=torch.set_num_threads, initargs=(1,))
        self._identity: str | None = None
        self._keypoints_18x3: np.ndarray | None = None
        self._mixes: tuple[Mix, ...] = ()

    @classmethod
    def open(
        cls,
        weights: str | os.PathLike | None = None,  # None: the weights in the box
        device: str = "auto",  # auto, cpu, cuda, cuda:1, mps
        size: tuple[int, int]
        | None = None,  # model frame (H, W), multiples of 16; None: what the weights were made for
        beside_window: bool = False,  # leave one core to a window
    ) -> Session:
        """Load weights and get ready. Raises InputError for missing or foreign weights, an unknown device, a
        bad size.
        """
        file = _read(weights)
        network = nted.weights.from_file(file)
        size = checked_size(size or network.config.size)
        info = {"name": file.path.name, "path": str(file.path), "sha256": file.sha256, "card": file.card}
        made_for = tuple(file.card.get("made_for", network.config.size))
        if size != made_for:
            info["note"] = f"made for {made_for[0]}x{made_for[1]}, running at {size[0]}x{size[1]}"
        names = nted.weights.texture_names(file, network.config)
        del file  # with its tensors, before they are copied once more
        return cls(network, make_plan(device, beside_window=beside_window), size, info, names)

    @property
    def device(self) -> str:
        return str(self.plan.device)

    @property
    def levels(self) -> tuple[int, ...]:
        """Rows of the decoder levels a preview may stop at, ascending; the last is the whole picture."""
        return tuple(self.size[0] >> i for i in reversed(range(self._preview_levels)))

    @property
    def _preview_levels(self) -> int:
        """With detail none below the level whose cells know their places: a photo would come and go."""
        return 2 if self._networks.exact.config.detail else PREVIEW_LEVELS

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The pairs of extraction and distribution, coarsest first, in the order of `AttentionMaps`."""
        levels = self._networks.exact.config.levels
        layers = []
        for index, level in enumerate(levels):
            shift = len(levels) - 1 - index
            rows, columns = (-(-side >> shift) for side in self.size)  # whole or begun cells of the frame
            if level.textures:
                for half in "ab":
                    names = self._texture_names.get(f"{level.rows}{half}", ())
                    layers.append(Layer(f"{rows}{half}", level.textures, (rows, columns), names))
        return tuple(layers)

    # References

    def set_reference(self, rgb_HWC: np.ndarray, pose: np.ndarray | None = None) -> Reference:
        """Frame a photo of a person, encode it and make it the identity of `render`.

        rgb_HWC: uint8 RGB of any size. pose: float32 [18, 3] in photo px; None detects it where detection is
        available. Returns the handle.
        """
        reference = self.add_reference(rgb_HWC, pose)
        self.use(reference)
        return reference

    def use(self, reference: Reference) -> None:
        """Make an encoded reference the identity of `render`; its own pose is the target if none was set."""
        self._identity = reference.key
        if self._keypoints_18x3 is None and reference.keypoints_18x3 is not None:
            self._keypoints_18x3 = reference.keypoints_18x3

    def add_reference(self, rgb_HWC: np.ndarray, pose: np.ndarray | None = None) -> Reference:
        """As `set_reference`, leaving the identity as it is: a photo to take garments from."""
        if pose is None:
            pose = detect.detect_pose(rgb_HWC)
        framed = frame_photo(rgb_HWC, pose, self.size)
        digest = hashlib.sha256(np.ascontiguousarray(framed.image_HWC).tobytes())
        if framed.keypoints_18x3 is not None:
            digest.update(framed.keypoints_18x3.tobytes())
        key = digest.hexdigest()
        reference = Reference(key, framed.image_HWC, framed.keypoints_18x3, self._fine(rgb_HWC, pose, framed))
        with self._lock:
            self._references[key] = reference
            self._encoded(key)
        return reference

    def _fine(self, rgb_HWC: np.ndarray, pose: np.ndarray | None, framed: Framed) -> np.ndarray | None:
        """The photo framed at a multiple of the size, where it has so many px and is shown again."""
        times = min(MOST_TIMES, round(1 / framed.matrix_2x3[0, 0]))
        if times < 2 or not self._networks.exact.config.detail or self._canvas != self.size:
            return None
        return frame_photo(rgb_HWC, pose, tuple(times * side for side in self.size)).image_HWC

    def forget(self, key: str) -> None:
        """Drop a reference and what is cached of it."""
        with self._lock:
            for cache in (self._references, self._textures, self._extraction):
                cache.pop(key, None)
            self._mixes = tuple(mix for mix in self._mixes if mix.reference != key)

    @torch.inference_mode()
    def warm_up(self) -> None:
        """Compute one of everything on grey, so that the first real frame does not pay for what is made once.

        For a splash screen: takes about as long as one reference and a frame of every level.
        """
        with self._lock:
            torch.set_num_threads(self.plan.threads)
            grey_1CHW = torch.zeros(1, 3, *self._canvas, device=self.plan.device)
            textures = self._networks.exact.encode(grey_1CHW).textures
            planes_PHW = torch.full((PLANES, *self._canvas), 255, dtype=torch.uint8, device=self.plan.device)
            nobody_1183 = torch.zeros(1, len(JOINTS), 3, device=self.plan.device)
            own = planes_PHW, nobody_1183
            kept = _Encoded(textures, *self._networks.exact.keep(grey_1CHW, textures, own))
            for level in (None, *self.levels):
                network, stop = self._stop(level)
                if self.plan.device.type == "cuda":
                    rendering = self._graph(network, stop, planes_PHW, textures)(planes_PHW, textures)
                else:
                    rendering = network.render(network.pose_feature(planes_PHW), textures, stop)
                self._finished(network, rendering, [(kept, 1.0)] if kept.source else [], nobody_1183)

    # One picture after another

    def set_pose(self, keypoints_18x3: np.ndarray) -> None:
        """Target pose: x, y px in the model frame, state > 0 for joints that are there. Raises InputError on
        another shape.
        """
        self._keypoints_18x3 = _checked_pose(keypoints_18x3)

    def mix(self, reference: Reference, coefficients: float | Mapping[str, np.ndarray]) -> None:
        """Blend the textures of another reference in (NTED Eq. 13); replaces its earlier coefficients, 0
        takes it out.
        """
        others = tuple(mix for mix in self._mixes if mix.reference != reference.key)
        if isinstance(coefficients, Mapping):
            self._mixes = (*others, Mix(reference.key, dict(coefficients)))
        else:
            self._mixes = (*others, Mix(reference.key, float(coefficients))) if coefficients else others

    def render(self, level: int | None = None, maps: bool = False) -> Frame:
        """The reference in the pose, mixed as set. level: one of `levels` for a preview, None for the exact
        picture.
        """
        return self.respond(self._request(level, maps))

    def attention(self) -> AttentionMaps:
        """The attention maps of the exact picture."""
        return self.respond(self._request(None, True)).maps

    def _request(self, level: int | None, maps: bool) -> RenderRequest:
        if self._identity is None:
            raise InputError("No reference is set: give a photo of a person first.")
        if self._keypoints_18x3 is None:
            raise InputError("No pose is set, and none was found in the reference.")
        return RenderRequest(self._identity, self._keypoints_18x3, self._mixes, level, maps)

    @torch.inference_mode()
    def respond(self, request: RenderRequest) -> Frame:
        """Answer one request; depends on nothing but the request and the references encoded before.

        Raises InputError for an unknown reference, a pose that is none, or a level that is not in `levels`.
        """
        begun = time.perf_counter()
        if request.level is not None and request.level not in self.levels:
            raise InputError(f"There is no level of {request.level} rows; there are {self.levels}.")
        keypoints_18x3 = _checked_pose(request.keypoints_18x3)
        with self._lock:
            torch.set_num_threads(self.plan.threads)
            network, stop = self._stop(request.level)
            exact = network is self._networks.exact and request.level in (None, self.size[0])
            rendering = self._rendered(network, stop, keypoints_18x3, self._mixed(request))
            shares = self._shares(request, rendering)
            picture, fine = self._finished(
                network, rendering, shares, self._across(keypoints_18x3), finely=request.level is None
            )
            image = to_rgb(picture[..., : self.size[0], : self.size[1]])
            fine = None if fine is None else to_rgb(fine)
            maps = self._maps(request.identity, rendering.distribution_logits) if request.maps else None
        rows = request.level or self.size[0]
        return Frame(image, rows, exact, 1e3 * (time.perf_counter() - begun), request.stamp, maps, fine)

    def close(self) -> None:
        """Give the memory back; the session cannot be used afterwards."""
        with self._lock:
            for cache in (self._references, self._textures, self._extraction, self._features, self._graphs):
                cache.clear()
            del self._networks
            self._aside.shutdown()

    # Caches

    @torch.inference_mode()
    def _encoded(self, key: str) -> _Encoded:
        if key in self._textures:
            self._textures.move_to_end(key)
            return self._textures[key]
        if key not in self._references:
            raise InputError("The reference of this request was never given to the session, or was dropped.")
        torch.set_num_threads(self.plan.threads)
        picture_BCHW = self._picture(key)
        textures, extraction = self._networks.exact.encode(picture_BCHW)
        keypoints_18x3 = self._references[key].keypoints_18x3
        own = None
        if keypoints_18x3 is not None:
            own = self._planes(keypoints_18x3), self._across(keypoints_18x3)
        kept = self._networks.exact.keep(picture_BCHW, textures, own)
        kept = (each and each.compact() for each in kept)
        encoded = _Encoded(textures, *kept, self._references[key].fine_HWC)
        self._textures[key] = encoded
        self._keep_extraction(key, extraction)
        while (
            len(self._textures) > 1
            and sum(each.bytes() for each in self._textures.values()) > TEXTURE_CACHE_BYTES
        ):
            self._textures.popitem(last=False)
        return encoded

    def _picture(self, key: str) -> Tensor:
        """A framed reference on the canvas, [1, 3, H, W] in [-1, 1]."""
        picture_BCHW = to_tensor(self._references[key].image_HWC, self.plan.device)
        below, beside = (canvas - side for canvas, side in zip(self._canvas, self.size, strict=True))
        if below or beside:
            picture_BCHW = F.pad(picture_BCHW, (0, beside, 0, below), mode="replicate")
        return picture_BCHW

    def _keep_extraction(self, key: str, extraction: list[Tensor]) -> None:
        self._extraction[key] = _by_layer(self.layers, extraction)
        while len(self._extraction) > EXTRACTION_CACHE_ENTRIES:
            self._extraction.popitem(last=False)

    def _mixed(self, request: RenderRequest) -> list[Tensor]:
        """Eq. 13, layer by layer: T = T_identity + m (T_other - T_identity)."""
        textures = list(self._encoded(request.identity).textures)
        for mix in request.mixes:
            for index, (layer, other) in enumerate(
                zip(self.layers, self._encoded(mix.reference).textures, strict=True)
            ):
                m = _coefficients(mix, layer)
                if m is not None:
                    textures[index] = torch.lerp(textures[index], other, m.to(other.device))
        return textures

    def _finished(
        self,
        network: InferenceNted,
        rendering: nted.Rendering,
        shares: list[tuple[_Encoded, Tensor | float]],
        pose_1183: Tensor,
        finely: bool = False,
    ) -> tuple[Tensor, Tensor | None]:
        """The picture on the whole canvas, with the references' detail and what is remembered of them; and
        the same at a multiple of the size where that is wanted and the first reference has more to show."""
        whole = rendering.image_BCHW.shape[-2] == self._canvas[0]
        if not shares:
            picture = rendering.image_BCHW
            return (picture if whole else self._enlarged(picture)), None
        places, drawn = network.places(rendering), rendering.skips[len(network.config.levels) - 2]
        references = [(kept.source, kept.memory, share) for kept, share in shares]
        # Many small operators, which do not fill two threads, beside few large ones.
        remembered = self._aside.submit(_carried, drawn, places, pose_1183, references)
        if whole:
            torch.set_num_threads(max(1, self.plan.threads - 1))
            sources = [(kept.source, share) for kept, share in shares]
            picture = network.add_detail(rendering, sources, places).image_BCHW
            torch.set_num_threads(self.plan.threads)
        else:
            picture = self._enlarged(rendering.image_BCHW)
        finished = lay(picture, remembered.result())
        fine_HWC = shares[0][0].fine_HWC
        if not finely or fine_HWC is None:
            return finished, None
        size = fine_HWC.shape[:2]
        references = [(self._finer(kept, size), kept.memory, share) for kept, share in shares]
        return finished, carry(
            F.interpolate(picture, size, mode="bilinear"), drawn, places, pose_1183, references
        )

    def _enlarged(self, picture: Tensor) -> Tensor:
        return F.interpolate(picture, self._canvas, mode="bilinear", align_corners=False)

    def _finer(self, kept: _Encoded, size: tuple[int, int]) -> Source:
        """A reference's source with its photo in this size."""
        photo = kept.source.photo[:, :3].float()
        if kept.fine_HWC is not None:
            photo = to_tensor(kept.fine_HWC, self.plan.device)
        if photo.shape[-2:] != size:
            photo = F.interpolate(photo, size, mode="bilinear", antialias=True)
        behind = F.interpolate(kept.source.photo[:, -1:].float(), size, mode="bilinear")
        return kept.source._replace(photo=torch.cat([photo, behind], 1))

    def _shares(
        self, request: RenderRequest, rendering: nted.Rendering
    ) -> list[tuple[_Encoded, Tensor | float]]:
        """The references, each with its share of the picture's detail; none where the network copies none."""
        if not self._networks.exact.config.detail:
            return []
        shares = [(self._encoded(request.identity), 1.0)]
        for mix in request.mixes:
            m = _coefficients(mix, self.layers[-2])
            if m is not None:
                m = m.to(self.plan.device)
                share = share_of(rendering.distribution_logits, m) if m.ndim else float(m)
                shares.append((self._encoded(mix.reference), share))
        return shares

    def _stop(self, level: int | None) -> tuple[InferenceNted, int | None]:
        """The network that answers a request of this level and how many of its levels run (None: all)."""
        if level is None:
            return self._networks.exact, None
        skipped = self._preview_levels - 1 - self.levels.index(level)
        return self._networks.preview, len(self._networks.preview.config.levels) - skipped

    def _rendered(
        self, network: InferenceNted, stop: int | None, keypoints_18x3: np.ndarray, textures: list[Tensor]
    ) -> nted.Rendering:
        if self.plan.device.type != "cuda":
            return network.render(self._pose_feature(keypoints_18x3, network), textures, stop)
        planes_PHW = self._planes(keypoints_18x3)
        return self._graph(network, stop, planes_PHW, textures)(planes_PHW, textures)

    def _graph(
        self, network: InferenceNted, stop: int | None, planes_PHW: Tensor, textures: list[Tensor]
    ) -> DragGraph:
        key = (network.dtype, stop)
        if key not in self._graphs:
            self._graphs[key] = DragGraph(network, planes_PHW, textures, stop)
        return self._graphs[key]

    def _pose_feature(self, keypoints_18x3: np.ndarray, network: InferenceNted) -> Tensor:
        key = (keypoints_18x3.tobytes(), network.dtype)
        if key not in self._features:
            self._features[key] = network.pose_feature(self._planes(keypoints_18x3))
            while len(self._features) > POSE_CACHE_ENTRIES:
                self._features.popitem(last=False)
        return self._features[key]

    def _across(self, keypoints_18x3: np.ndarray) -> Tensor:
        drawn_18x3 = np.where(present_joints(keypoints_18x3)[:, None], keypoints_18x3, np.float32(0))
        return across(torch.tensor(drawn_18x3, device=self.plan.device)[None], self._canvas)

    def _planes(self, keypoints_18x3: np.ndarray) -> Tensor:
        return torch.from_numpy(pose_planes_u8(keypoints_18x3, self._canvas)).to(self.plan.device)

    def _maps(self, identity: str, logits: list[Tensor]) -> AttentionMaps:
        if identity not in self._extraction:
            self._keep_extraction(identity, self._networks.exact.encode(self._picture(identity)).extraction)
        self._extraction.move_to_end(identity)
        distribution = [distribution_attention(q.float()) for q in logits]
        return AttentionMaps(self._extraction[identity], _by_layer(self.layers, distribution))


@torch.inference_mode()
def _carried(*arguments) -> Tensor:
    """`carry.carried` on a thread of its own, which does not inherit the mode."""
    return carried(*arguments)


def checked_size(size: tuple[int, int]) -> tuple[int, int]:
    """The model frame (H, W) as it is given. Raises InputError where no network could run at it."""
    if any(side % 16 or side < 64 for side in size):
        raise InputError(
            f"The size {size[0]}x{size[1]} is not possible: both sides must be multiples of 16 from 64 on."
        )
    return size


def _read(path: str | os.PathLike | None) -> weights.WeightsFile:
    if path is None and not DEFAULT_WEIGHTS.is_file():
        raise InputError(f"The weights that come with the program are missing: {DEFAULT_WEIGHTS}.")
    return weights.read(path or DEFAULT_WEIGHTS)


def _prepare(network: nted.Nted, plan: Plan) -> _Networks:
    if plan.device.type == "cpu":
        keep_freed_memory()
    exact = InferenceNted(network, plan.device, torch.float32)
    if plan.preview == torch.float32:
        return _Networks(exact, exact)
    return _Networks(exact, InferenceNted(network, plan.device, plan.preview, with_reference=False))


def _by_layer(layers: tuple[Layer, ...], maps: list[Tensor]) -> dict[str, np.ndarray]:
    """The frame's part of the maps; fewer than layers where the renderer stopped early."""
    found = {}
    for layer, map_BKhw in zip(layers, maps, strict=False):
        rows, columns = layer.size
        found[layer.name] = map_BKhw[0, :, :rows, :columns].float().cpu().numpy()
    return found


def _coefficients(mix: Mix, layer: Layer) -> Tensor | None:
    """float32, of a layer: one number, or [K]."""
    one = isinstance(mix.coefficients, float | int)
    m = mix.coefficients if one else mix.coefficients.get(layer.name)
    return None if m is None else torch.as_tensor(m, dtype=torch.float32)


def _checked_pose(keypoints_18x3: np.ndarray) -> np.ndarray:
    pose = np.ascontiguousarray(keypoints_18x3, np.float32)
    if pose.shape != (18, 3):
        raise InputError(f"A pose needs 18 joints of x, y and state; this one has the shape {pose.shape}.")
    if not np.isfinite(pose[pose[:, 2] > 0]).all():
        raise InputError("The pose has a joint whose position is not a number.")
    return pose
