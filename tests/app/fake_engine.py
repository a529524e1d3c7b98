"""An engine for the window's tests: the same calls, a few milliseconds, deterministic, no torch.

It paints a stick person at the keypoints in colours taken from the reference, with attention maps that follow
it.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPolygonF

from engine.api import (
    CORRESPONDENCE,
    DISTRIBUTION,
    EXTRACTION,
    FLOW,
    MASK,
    PARSING,
    Capabilities,
    Capability,
    Frame,
    GarmentSwap,
    MapInfo,
    Maps,
    NamedMap,
    PhotoMaps,
    Reference,
    RenderRequest,
    Settled,
)
from engine.editing.sources import photo_maps
from engine.errors import InputError
from engine.garments import FACE, TOP, TROUSERS
from engine.paths import DEFAULT_WEIGHTS
from engine.pose.skeleton import JOINTS, LIMBS
from engine.regions import REGIONS

SIZE = (256, 176)
LEVELS = (64, 128, 256)
PIECES_HW = np.zeros((128, 88), np.uint8)  # of every frame: face, top and trousers, one below the other
PIECES_HW[8:28, 36:52], PIECES_HW[28:64, 30:58], PIECES_HW[64:112, 32:56] = FACE, TOP, TROUSERS
NAMES = tuple(f"the {JOINTS[k % 18]} ({k // 18})" for k in range(32))
ATTENTION = tuple(
    MapInfo(kind, name, channels, size, names)
    for kind in (EXTRACTION, DISTRIBUTION)
    for name, channels, size, names in (
        ("32a", 16, (32, 22), ()),
        ("32b", 16, (32, 22), ()),
        ("64a", 32, (64, 44), NAMES),
    )
)
OTHER_MAPS = (
    MapInfo(PARSING, "parsing", len(REGIONS), (64, 44), REGIONS),
    MapInfo(CORRESPONDENCE, "32", 32 * 22, (32, 22)),
    MapInfo(FLOW, "32", 2, (32, 22)),
    MapInfo(MASK, "32", 1, (32, 22)),
)


@dataclass(frozen=True)
class FakeEngine:
    """An engine in the box; its weights file may be missing. maps: what its sessions show; paints: whether
    they draw regions as they are painted."""

    name: str
    title: str
    good_for: str
    weights: Path
    maps: tuple[MapInfo, ...] = ATTENTION
    paints: bool = False
    levels: tuple[int, ...] = LEVELS


class FakeSession:
    """`delay` seconds a frame; `log` holds every request answered, in order; `gate` holds frames back,
    `maps_gate` their maps."""

    def __init__(
        self, engine: FakeEngine, detect: Callable[[np.ndarray], np.ndarray | None], delay: float = 0.0
    ):
        self.detect = detect
        self.engine, self.size, self.levels, self.maps = engine.name, SIZE, engine.levels, engine.maps
        self.device = "cpu"
        self.capabilities = Capabilities(paint_regions=engine.paints)
        self.weights_info = {"name": engine.name, "sha256": "0" * 64, "card": "A network for tests."}
        self.weights_info["path"] = str(engine.weights)
        self.delay = delay
        self.references: dict[str, Reference] = {}
        self.in_garment: np.ndarray | None = None
        self.log: list[RenderRequest] = []
        self.fail_next: Exception | None = None
        self.own_pose_errors: dict[str, float] = {}  # by key; of others None
        self.closed = False
        self.begun = 0
        self.settle_steps = 0  # until a photo is settled
        self.settled: dict[str, int] = {}
        self.refine_steps = 0  # until garments are refined
        self.refine_parts = 1  # of a step
        self.refined = self.parts = 0
        self.prepared: list[GarmentSwap] = []  # a part each
        self.settled_after: list[int] = []  # requests that had been answered at each step
        self.gate = threading.Event()
        self.maps_gate = threading.Event()
        self.maps_begun = 0
        self.gate.set()
        self.maps_gate.set()

    def add_reference(
        self, rgb_HWC: np.ndarray, pose: np.ndarray | None = None, alone: bool | None = None
    ) -> Reference:
        if pose is None:
            pose = self.detect(rgb_HWC)
        height, width = rgb_HWC.shape[:2]
        scale = min(SIZE[0] / height, SIZE[1] / width)
        image = np.full((*SIZE, 3), 200, np.uint8)
        rows, columns = max(1, int(height * scale)), max(1, int(width * scale))
        ys = (np.arange(rows) / scale).astype(int).clip(0, height - 1)
        xs = (np.arange(columns) / scale).astype(int).clip(0, width - 1)
        image[:rows, :columns] = rgb_HWC[ys][:, xs]
        keypoints = None
        if pose is not None and (pose[:, 2] > 0).any():
            keypoints = np.array(pose, np.float32)
            keypoints[:, :2] *= scale
        joints = b"" if keypoints is None else keypoints.tobytes()
        key = hashlib.sha256(image.tobytes() + joints).hexdigest()
        matrix = np.array([[scale, 0.0, 0.0], [0.0, scale, 0.0]])
        if alone is None:
            alone = self.in_garment is not None and np.array_equal(pose, self.in_garment)
        self.references[key] = Reference(key, image, keypoints, None, (height, width), matrix, alone)
        return self.references[key]

    def frames(self, request: RenderRequest) -> Iterator[Frame]:
        """The picture, then the same frame with its maps."""
        frame = self.respond(request)
        yield replace(frame, maps=None)
        if request.maps:
            self.maps_begun += 1
            self.maps_gate.wait(30)
            yield replace(frame, sources=_sources(request, frame.maps), pieces=PIECES_HW)

    def respond(self, request: RenderRequest) -> Frame:
        if self.fail_next is not None:
            error, self.fail_next = self.fail_next, None
            raise error
        begun = time.perf_counter()
        if request.identity not in self.references:
            raise InputError("The reference of this request was never given to the session.")
        if request.level is not None and request.level not in self.levels:
            raise InputError(f"There is no level of {request.level} rows; there are {self.levels}.")
        self.begun += 1
        self.gate.wait(30)
        if self.delay:
            time.sleep(self.delay)
        self.log.append(request)
        image = paint(request, self.references)
        maps = _maps(request, self.maps) if request.maps else None
        level = request.level or LEVELS[-1]
        ms = 1e3 * (time.perf_counter() - begun)
        exact = request.level is None
        fine = image.repeat(2, 0).repeat(2, 1) if exact else None
        pieces = PIECES_HW if request.pieces else None
        error = self.own_pose_errors.get(request.identity)
        return Frame(image, level, exact, ms, request.stamp, maps, fine, pieces, own_pose_error=error)

    def prepare(self, request: RenderRequest) -> Iterator[None]:
        for swap in request.swaps:
            self.prepared.append(swap)
            yield

    def garments(self, reference: Reference) -> dict[str, str]:
        """A bright photo lends a dress, every other one a top and trousers; one without a pose only what is
        behind."""
        behind = {"background": "background"}
        if reference.keypoints_18x3 is None:
            return behind
        bright = reference.image_HWC.mean() > 150
        worn = {"dress": "dress"} if bright else {"top": "top", "trousers": "trousers", "dress": "top"}
        return worn | behind

    def reads(self, reference: Reference) -> dict[str, np.ndarray]:
        """Of the sharpest layer: texture k is gathered in the photo's k-th row from above."""
        layers = [info for info in self.maps if info.kind == EXTRACTION]
        if not layers:
            return {}
        info = max(layers, key=lambda info: info.size[0])
        values_Khw = np.zeros((info.channels, *info.size), np.float32)
        for texture in range(info.channels):
            values_Khw[texture, texture % info.size[0]] = 1.0 / info.size[1]
        return {info.name: values_Khw}

    def settle(self, reference: str) -> Settled:
        steps = self.settled.get(reference, 0)
        if steps == self.settle_steps:
            return Settled(steps, self.settle_steps, changed=False)
        self.settled[reference] = steps = steps + 1
        self.settled_after.append(len(self.log))
        return Settled(steps, self.settle_steps, changed=steps % 2 == 0)

    def refine_part(self, request: RenderRequest) -> Settled:
        assert request.swaps and request.identity in self.references
        time.sleep(0.002)  # as a part does: told faster than a window can show, it would never be idle
        if self.refined == self.refine_steps:
            return Settled(self.refined, self.refine_steps, changed=False)
        self.parts += 1
        changed = self.parts % self.refine_parts == 0
        self.refined += changed
        under_way = self.parts % self.refine_parts / self.refine_parts
        return Settled(self.refined, self.refine_steps, changed, request.swaps[0].garment, under_way)

    def close(self) -> None:
        self.closed = True


FAKE = FakeEngine("fake", "Fake", "Tests windows.", DEFAULT_WEIGHTS)


class FakeBackend:
    """`fault`: what opening raises. `pose`: what detection finds; None finds nobody; `crowd`: several people.
    `in_garment`: what fills a garment that photos show alone. `box`: engines that the menu offers; other
    weights open the first engine.
    """

    def __init__(
        self,
        delay: float = 0.0,
        fault: Exception | None = None,
        pose: np.ndarray | None = None,
        box: tuple[FakeEngine, ...] = (FAKE,),
        crowd: tuple[np.ndarray, ...] = (),
        in_garment: np.ndarray | None = None,
    ):
        self.in_garment = in_garment
        self.if_told: np.ndarray | None = None  # what fills the garment that the user says there is
        self.opening = threading.Event()  # cleared, it holds an engine back that is being opened
        self.opening.set()
        self.box, self.crowd = box, crowd
        self.delay = delay
        self.fault = fault
        self.pose = pose
        self.session: FakeSession | None = None
        self.looked = 0  # how often somebody was looked for in a photo

    def engines(self) -> tuple[FakeEngine, ...]:
        return self.box

    def open_session(self, weights: Path | None, device: str) -> FakeSession:
        self.opening.wait(30)
        if self.fault is not None:
            raise self.fault
        engine = next((engine for engine in self.box if engine.weights == weights), self.box[0])
        self.session = FakeSession(engine, self.detect, self.delay)
        self.session.in_garment = self.in_garment
        return self.session

    def detection(self) -> Capability:
        return Capability(True)

    def detect(self, rgb_HWC: np.ndarray) -> np.ndarray | None:
        self.looked += 1
        return None if self.pose is None else self.pose.copy()

    def detect_people(self, rgb_HWC: np.ndarray) -> list[np.ndarray]:
        found = self.detect(rgb_HWC)
        return [pose.copy() for pose in self.crowd] or ([] if found is None else [found])

    def pose_in_garment(self, rgb_HWC: np.ndarray, told: bool = False) -> np.ndarray | None:
        found = self.if_told if told and self.if_told is not None else self.in_garment
        return None if found is None else found.copy()

    def read_photo(self, data: bytes, name: str) -> np.ndarray:
        from engine import photos

        return photos.read_photo(data, name)

    def person_alone(
        self, rgb_HWC: np.ndarray, keypoints_18x3: np.ndarray, size: tuple[int, int]
    ) -> np.ndarray:
        """A box in the middle."""
        matte = np.zeros(rgb_HWC.shape[:2], np.uint8)
        height, width = matte.shape
        matte[height // 4 : -height // 4, width // 4 : -width // 4] = 255
        return matte

    def write_png(self, path: Path, rgb_HWC: np.ndarray, texts: dict[str, str]) -> None:
        from engine import photos

        photos.write_png(path, rgb_HWC, texts)


def paint(request: RenderRequest, references: dict[str, Reference]) -> np.ndarray:
    """A stick person in the colours of the reference's middle, mixed as the request says."""
    colours = _colours(references[request.identity].image_HWC)
    for mix in request.mixes:
        colours += float(mix.coefficients) * (_colours(references[mix.reference].image_HWC) - colours)
    for swap in request.swaps:  # of whatever garment: the cloth
        colours[1] += swap.strength * (_colours(references[swap.reference].image_HWC)[1] - colours[1])
    image = QImage(SIZE[1], SIZE[0], QImage.Format.Format_RGB888)
    image.fill(QColor(*(int(c) for c in colours[0])))
    pose = request.keypoints_18x3
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    cloth, skin = (QColor(*(int(c) for c in colours[i])) for i in (1, 2))
    if (pose[[2, 5, 11, 8], 2] > 0).all():
        painter.setPen(QPen(cloth, 12))
        painter.setBrush(cloth)
        painter.drawPolygon(QPolygonF([QPointF(*pose[j, :2].tolist()) for j in (2, 5, 11, 8)]))
    for one, other in LIMBS[:13]:
        if pose[one, 2] > 0 and pose[other, 2] > 0:
            painter.setPen(QPen(cloth if other not in (0,) else skin, 13))
            painter.drawLine(QPointF(*pose[one, :2].tolist()), QPointF(*pose[other, :2].tolist()))
    if pose[0, 2] > 0:
        painter.setPen(QPen(skin, 24))
        painter.drawPoint(QPointF(*pose[0, :2].tolist()))
    painter.end()
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(SIZE[0], image.bytesPerLine())
    return rows[:, : 3 * SIZE[1]].reshape(*SIZE, 3).copy()


def _colours(image_HWC: np.ndarray) -> np.ndarray:
    height, width = image_HWC.shape[:2]
    edge = image_HWC[:, : max(1, width // 8)].reshape(-1, 3).mean(axis=0)
    middle = image_HWC[height // 4 : height // 2, width // 3 : 2 * width // 3].reshape(-1, 3).mean(axis=0)
    return np.stack([edge, middle * 0.75, 0.6 * np.array([226, 176, 148]) + 0.4 * middle]).astype(np.float64)


def _maps(request: RenderRequest, infos: tuple[MapInfo, ...]) -> Maps:
    make = {PARSING: _parsing, CORRESPONDENCE: _correspondence, FLOW: _flow, MASK: _mask}
    return Maps(
        make.get(info.kind, _attention)(request, info)
        for info in infos
        if request.level is None or info.size[0] <= request.level
    )


def _sources(request: RenderRequest, maps: Maps) -> tuple[PhotoMaps, ...]:
    """Of a request. A garment is where its piece is; maps of other photos are the person's, mirrored."""
    worn = {}
    for swap in request.swaps:
        piece = TROUSERS if swap.garment == "trousers" else TOP
        worn[swap.reference] = swap.strength * (piece == PIECES_HW).astype(np.float32)
    mirrored = Maps(replace(each, values_Khw=each.values_Khw[..., ::-1]) for each in maps)
    drawn = {request.identity: maps} | dict.fromkeys(worn, mirrored)
    return photo_maps(
        request.identity,
        request.mixes,
        {key: _of(theirs, over_photo=False) for key, theirs in drawn.items()},
        worn,
        lambda key: _of(maps if key == request.identity else mirrored, over_photo=True),
    )


def _of(maps: Maps, over_photo: bool) -> Maps:
    return Maps(each for each in maps if (each.kind == EXTRACTION) == over_photo)


def _attention(request: RenderRequest, info: MapInfo) -> NamedMap:
    """A spot at a joint for each channel, as shares of positions or of channels."""
    h, w = info.size
    ys, xs = np.mgrid[:h, :w].astype(np.float32)
    spots = request.keypoints_18x3[np.arange(info.channels) % 18, :2] * (h / SIZE[0])
    far = (xs[None] - spots[:, 0, None, None]) ** 2 + (ys[None] - spots[:, 1, None, None]) ** 2
    heat = np.exp(-far / (2 * (0.08 * h) ** 2)).astype(np.float32) + 1e-4
    heat /= heat.sum(axis=(1, 2) if info.kind == EXTRACTION else 0, keepdims=True)
    return NamedMap(info.kind, info.name, heat)


def _parsing(request: RenderRequest, info: MapInfo) -> NamedMap:
    """Bands from head to foot of every region, between margins of background, each to nine tenths sure."""
    h, w = info.size
    region = np.repeat(1 + np.arange(h) * (info.channels - 1) // h, w).reshape(h, w)
    region[:, : w // 4] = region[:, -w // 4 :] = 0
    shares = np.full((info.channels, h, w), 0.1 / (info.channels - 1), np.float32)
    np.put_along_axis(shares, region[None], 0.9, axis=0)
    return NamedMap(info.kind, info.name, shares)


def _correspondence(request: RenderRequest, info: MapInfo) -> NamedMap:
    """Every place reads its mirror image."""
    h, w = info.size
    mirrored = np.arange(h * w).reshape(h, w)[:, ::-1].ravel()
    reads = np.zeros((h * w, h * w), np.float32)
    reads[mirrored, np.arange(h * w)] = 1
    return NamedMap(info.kind, info.name, reads.reshape(h * w, h, w), (h, w))


def _flow(request: RenderRequest, info: MapInfo) -> NamedMap:
    """Every place reads the one as far from the feet as it is from the head."""
    h, w = info.size
    ys, xs = np.mgrid[:h, :w].astype(np.float32) + 0.5
    return NamedMap(info.kind, info.name, np.stack([xs * SIZE[1] / w, SIZE[0] - ys * SIZE[0] / h]))


def _mask(request: RenderRequest, info: MapInfo) -> NamedMap:
    """More from row to row."""
    h, w = info.size
    return NamedMap(info.kind, info.name, np.linspace(0, 1, h * w, dtype=np.float32).reshape(1, h, w))
