"""What a view lays over the result and over each photo: pure functions of a frame's maps and a pointer.

Every map keeps its own grid; who shows it scales it up. Extraction (C̄e) is a softmax over positions: only its
shape means something, so it is shown relative to its peak, with the peak's share told. Distribution (C̄d) is a
softmax over textures: its values are shares, shown from 0 to 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from engine.api import CORRESPONDENCE, DISTRIBUTION, EXTRACTION, FLOW, PARSING, NamedMap, PhotoMaps
from engine.cv import cv2
from engine.editing.evidence import (
    correspondence_warp,
    evidence,
    gathered,
    handed_out,
    over_layers,
    trace,
    unmoved,
)
from engine.inspecting import choices
from engine.inspecting.choices import MapChoice
from engine.inspecting.colouring import Scale, coloured, direction_colours, faded, strongest, veiled
from engine.inspecting.flows import arrows_of
from engine.inspecting.kept import once_a_map
from engine.inspecting.pointed import named_of, share_drawn_of, textures_Khw
from engine.inspecting.tallies import Tally, tallies
from engine.inspecting.values import RESULT, XY, goes_to, origin_of, relative, shares_at, source_size


@dataclass(frozen=True, eq=False)
class Overlay:
    """A map to be laid over a picture.

    pixels: float32 [h, w] from 0 to 1, to be coloured by a scale; or uint8 [h, w, 4], colours. words: what it
    is, plain words first. peak: the value that 1 stands for, in parts of 1. relative: whether 1 is the map's
    own peak. arrows_N4: as `flows.arrows_of`, or None. tallies: numbers that stand over it. veil: whether it
    is pale where it is 0 and saturated where it is 1, in the colours of `colouring.veiled`.
    """

    pixels: np.ndarray
    words: str
    peak: float = 1.0
    relative: bool = False
    arrows_N4: np.ndarray | None = None
    tallies: tuple[Tally, ...] = ()
    veil: bool = False

    @property
    def top(self) -> str:
        """The end of its scale, "" where it has none."""
        if self.pixels.ndim == 3:
            return ""
        return f"{self.peak:.1%}" if self.relative else "1"

    def read(self, x: float, y: float) -> str:
        """The value at a place, "" of colours."""
        if self.pixels.ndim == 3:
            return ""
        value = float(shares_at(self.pixels[None], x, y)[0]) * self.peak
        return f"{value:.2%}" if self.relative else f"{value:.2f}"


def colours_of(laid: Overlay, table_256x3: np.ndarray, scale: Scale) -> np.ndarray:
    """What is laid over the picture, uint8 RGBA [h, w, 4], on the screen and in files. table: uint8 RGB."""
    if laid.pixels.ndim == 3:
        return faded(laid.pixels, scale.opacity)
    if laid.veil:
        return veiled(laid.pixels, scale)
    return coloured(laid.pixels, table_256x3, scale)


@dataclass(frozen=True, eq=False)
class Subject:
    """What is inspected: a frame's picture and maps, and the photos they lie on.

    result: uint8 RGB [H, W, 3]. photos: as `api.Frame.sources`; images: of each, in the model frame. kept: a
    picture to compare with, or None, and what it is called. photo_HW: how much of each pixel is a photo's
    own, or None. pieces_hw, made_HW: as `api.Frame.pieces` and `made`, or None.
    """

    result: np.ndarray
    photos: tuple[PhotoMaps, ...]
    images: tuple[np.ndarray, ...]
    kept: np.ndarray | None = None
    photo_HW: np.ndarray | None = None
    kept_name: str = "the kept picture"
    pieces_hw: np.ndarray | None = None
    made_HW: np.ndarray | None = None


@dataclass(frozen=True)
class Aim:
    """Where is pointed, and which texture is chosen. picture: RESULT or the number of a photo. at: x, y from
    0 to 1 across it, None before anybody has pointed. photo, channel: the chosen texture."""

    picture: int = RESULT
    at: XY | None = None
    photo: int = 0
    channel: int = 0


@dataclass(frozen=True, eq=False)
class Painting:
    """What lies over the result, and over each photo by its number. colours: RGBA by photo and channel where
    parts have one in it; those that are left out are grey."""

    result: Overlay | None = None
    photos: tuple[Overlay | None, ...] = ()
    colours: Mapping[tuple[int, int], np.ndarray] | None = None


def painting(view: str, choice: MapChoice, subject: Subject, aim: Aim, palette_N4: np.ndarray) -> Painting:
    """What a view of a map shows. palette: uint8 RGBA of areas that are to be told apart."""
    if view == choices.DIFFERENCE:
        return _difference(subject, subject.images[0], "Difference to the photo")
    if view == choices.CHANGE:
        return _difference(subject, subject.kept, f"Difference to {subject.kept_name}")
    if view == choices.EVIDENCE:
        return _evidence(subject)
    if choice.kind != DISTRIBUTION:
        return _of_field(view, choice, subject, aim, palette_N4)
    if view == choices.TEXTURE:
        return _texture(choice.info.name, subject, aim)
    if view in choices.TRACES:
        return _trace(None if view == choices.TRACE_ALL else choice.info.name, subject, aim)
    if view == choices.SEGMENTS:
        return _segments(choice.info.name, subject, palette_N4)
    return _warp(choice.info.name, subject)


def _texture(name: str, subject: Subject, aim: Aim) -> Painting:
    """Of the chosen texture C̄d over the result and C̄e over every photo that has a part of it."""
    chosen = subject.photos[aim.photo]
    shares_1hw = textures_Khw(chosen, name, [aim.channel])
    result = None
    if shares_1hw is not None:
        result = Overlay(shares_1hw[0], "Handed out here (C̄d), share 0 to 1")
    gathered: list[Overlay | None] = []
    for number, photo in enumerate(subject.photos):
        named = named_of(photo, EXTRACTION, name)
        part = 1.0 if photo.taken is None else float(photo.taken[name][aim.channel])
        together = number == aim.photo or (photo.taken is not None and chosen.taken is not None)
        if named is None or not together or not part:
            gathered.append(None)
            continue
        map_hw = named.values_Khw[aim.channel]
        words = "Gathered here (C̄e), relative to its peak"
        gathered.append(Overlay(part * relative(map_hw), words, float(map_hw.max()), relative=True))
    return Painting(result, tuple(gathered))


def _trace(name: str | None, subject: Subject, aim: Aim) -> Painting:
    """Where the place that is pointed at is read, C̄d^T C̄e, over every photo; of a place of a photo, where the
    result reads it. name: of a layer, None: the mean over all."""
    if aim.at is None:
        return Painting(None, (None,) * len(subject.photos))
    if aim.picture != RESULT:
        return _readers(name, subject, aim)
    maps_hw = [_traced(name, photo, *aim.at) for photo in subject.photos]
    peak = max((float(map_hw.max()) for map_hw in maps_hw if map_hw is not None), default=0.0)
    words = "Read here" + (", over all layers" if name is None else "") + " (C̄d C̄e), relative"
    laid = (
        None if map_hw is None or not map_hw.any() else Overlay(map_hw / peak, words, peak, relative=True)
        for map_hw in maps_hw
    )
    return Painting(None, tuple(laid))


def _traced(name: str | None, photo: PhotoMaps, x: float, y: float) -> np.ndarray | None:
    distribution = photo.maps.of(DISTRIBUTION)
    chosen = distribution if name is None else {k: v for k, v in distribution.items() if k == name}
    if not chosen:
        return None
    traces = trace(photo.maps.of(EXTRACTION), chosen, y, x, photo.taken)
    return share_drawn_of(photo, x, y) * over_layers(traces)


def _readers(name: str | None, subject: Subject, aim: Aim) -> Painting:
    """Where the result reads a place of a photo: C̄d^T C̄e the other way round."""
    assert aim.at is not None
    photo, found = subject.photos[aim.picture], []
    for layer in photo.maps.of(DISTRIBUTION) if name is None else [name]:
        extraction, shares_Khw = named_of(photo, EXTRACTION, layer), textures_Khw(photo, layer)
        if extraction is not None and shares_Khw is not None:
            read_hw = np.tensordot(shares_at(extraction.values_Khw, *aim.at), shares_Khw, 1)
            found.append(relative(read_hw))
    if not found:
        return Painting(None, (None,) * len(subject.photos))
    size = max((each.shape for each in found), key=lambda shape: shape[0])
    mean_hw = np.mean([cv2.resize(each, size[::-1], interpolation=cv2.INTER_NEAREST) for each in found], 0)
    words = "Seen here" + (", over all layers" if name is None else "") + " (C̄d C̄e), relative"
    return Painting(Overlay(relative(mean_hw), words), (None,) * len(subject.photos))


def _segments(name: str, subject: Subject, palette_N4: np.ndarray) -> Painting:
    """Every position in the colour of the texture that it has most of, on the result and on the photos."""
    numbers, layers = [], []
    for number, photo in enumerate(subject.photos):
        shares_Khw = textures_Khw(photo, name)
        if shares_Khw is not None:
            numbers += [(number, k) for k in range(len(shares_Khw))]
            layers.append(shares_Khw)
    if not layers:
        return Painting(None, (None,) * len(subject.photos))
    colours_hw4, colour_of = strongest(np.concatenate(layers), palette_N4)
    by_texture = {texture: palette_N4[c] for texture, c in zip(numbers, colour_of, strict=True) if c >= 0}
    laid: list[Overlay | None] = []
    for number, photo in enumerate(subject.photos):
        named = named_of(photo, EXTRACTION, name)
        if named is None:
            laid.append(None)
            continue
        none = np.zeros(4, np.uint8)
        table_K4 = np.stack([by_texture.get((number, k), none) for k in range(len(named.values_Khw))])
        laid.append(Overlay(table_K4[_most_of(named)], "Gathered by these textures (C̄e)"))
    return Painting(Overlay(colours_hw4, "Made mostly of these textures (C̄d)"), tuple(laid), by_texture)


@once_a_map
def _gathered(extraction: NamedMap, image_HWC: np.ndarray) -> np.ndarray:
    return gathered(image_HWC, extraction.values_Khw)


@once_a_map
def _most_of(named: NamedMap) -> np.ndarray:
    """Which channel is most of every position, int [h, w]."""
    return named.values_Khw.argmax(0)


def warps_of(subject: Subject, name: str) -> np.ndarray | None:
    """What the attention of a layer alone brings of all photos, float32 [h, w, 3] in 0 to 255 (Eq. 7)."""
    brought = []
    for photo, image_HWC in zip(subject.photos, subject.images, strict=True):
        extraction, shares_Khw = named_of(photo, EXTRACTION, name), textures_Khw(photo, name)
        if extraction is not None and shares_Khw is not None:
            brought.append(handed_out(_gathered(extraction, image_HWC), shares_Khw))
    return np.sum(brought, axis=0) if brought else None


def _warp(name: str, subject: Subject) -> Painting:
    warp_hwC = warps_of(subject, name)
    if warp_hwC is None:
        return Painting(None, (None,) * len(subject.photos))
    opaque_hw1 = np.full((*warp_hwC.shape[:2], 1), 255, np.uint8)
    pixels_hw4 = np.concatenate([warp_hwC.clip(0, 255).astype(np.uint8), opaque_hw1], 2)
    return Painting(
        Overlay(pixels_hw4, "What attention alone brings of the photo (C̄d C̄e I)"),
        (None,) * len(subject.photos),
    )


def _evidence(subject: Subject) -> Painting:
    """0 is invented, 1 is copied; shown is what is invented, for that is what one looks for."""
    maps = subject.photos[0].maps
    warps = [warp for name in maps.of(DISTRIBUTION) if (warp := warps_of(subject, name)) is not None]
    warps += [
        correspondence_warp(subject.images[0], each.values_Khw, source_size(each))
        for each in maps
        if each.kind == CORRESPONDENCE
    ]
    own_HW = unmoved(subject.result, subject.images[0])
    own_HW = own_HW if subject.photo_HW is None else np.maximum(own_HW, subject.photo_HW)
    copied_HW = evidence(subject.result, warps, own_HW, subject.made_HW)
    told = () if subject.pieces_hw is None else tallies(copied_HW, subject.pieces_hw)
    words = "Pale is copied, saturated invented"
    return Painting(Overlay(1.0 - copied_HW, words, tallies=told, veil=True), (None,) * len(subject.photos))


def _difference(subject: Subject, other_HWC: np.ndarray | None, words: str) -> Painting:
    if other_HWC is None:
        return Painting(None, (None,) * len(subject.photos))
    size = subject.result.shape[:2]
    if other_HWC.shape[:2] != size:
        other_HWC = cv2.resize(other_HWC, size[::-1], interpolation=cv2.INTER_AREA)
    apart_HW = np.abs(subject.result.astype(np.float32) - other_HWC).mean(2) / 255
    return Painting(Overlay(apart_HW, f"{words}, 0 to 1"), (None,) * len(subject.photos))


def _of_field(view: str, choice: MapChoice, subject: Subject, aim: Aim, palette_N4: np.ndarray) -> Painting:
    """Correspondence, flow, mask and parsing."""
    named = named_of(subject.photos[0], choice.kind, choice.info.name)
    others: tuple[Overlay | None, ...] = (None,) * (len(subject.photos) - 1)
    if named is None:
        return Painting(None, (None, *others))
    if view == choices.TRACE:
        if aim.at is None or aim.picture > 0:
            return Painting(None, (None, *others))
        if aim.picture == 0 and choice.kind == CORRESPONDENCE:
            there_hw = goes_to(named, *aim.at)
            words, peak = "Seen here, relative to its peak", float(there_hw.max())
            return Painting(Overlay(relative(there_hw), words, peak, relative=True), (None, *others))
        if aim.picture == 0:
            return Painting(None, (None, *others))
        origin_hw = origin_of(named, *aim.at, subject.result.shape[:2])
        peak = 1.0
        if choice.kind == CORRESPONDENCE:
            peak = float(shares_at(named.values_Khw, *aim.at).max())
        origin = Overlay(origin_hw, "Read here, relative to its peak", peak, relative=True)
        return Painting(None, (origin, *others))
    if choice.kind == PARSING:
        colours_hw4 = palette_N4[named.values_Khw.argmax(0)]
        regions = {(0, k): palette_N4[k] for k in range(1, len(named.values_Khw))}
        return Painting(Overlay(colours_hw4, "Drawn as these regions"), (None, *others), regions)
    if choice.kind == FLOW:
        frame = subject.result.shape[0], subject.result.shape[1]
        flow_hw4 = direction_colours(named.values_Khw, frame)
        arrows_N4 = arrows_of(named.values_Khw, frame)
        words = "Each arrow ends where its place is read"
        return Painting(Overlay(flow_hw4, words, arrows_N4=arrows_N4), (None, *others))
    return Painting(Overlay(named.values_Khw[0], f"{choice.title}, 0 to 1"), (None, *others))
