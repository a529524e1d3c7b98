"""What makes the place under a pointer: parts with their shares, and where each has its peak on the other
picture."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from engine.api import CORRESPONDENCE, DISTRIBUTION, EXTRACTION, MASK, PARSING, NamedMap, PhotoMaps
from engine.inspecting.choices import MapChoice
from engine.inspecting.values import XY, cell_at, goes_to, peak_of, resized, shares_at, source_size

MOST = 6  # parts that are told of a place
LEAST_COPIED = 0.05  # of a pixel: what is less is drawn
LEAST = 0.005  # half a per cent is 0 % when it is rounded
ALL = slice(None)  # textures of a layer


@dataclass(frozen=True)
class Part:
    """photo: its number in the frame. channel: of the map: a texture, a region, a position of the reference.
    share: 0 to 1. peak: where it is strongest on the other picture; None where it has no place there.
    """

    photo: int
    channel: int
    share: float
    peak: XY | None = None


class Detail(NamedTuple):
    """Where detail is copied from: x, y across a photo by its number; share: how much of the pixel is a
    photo's own, 0 to 1."""

    photo: int
    at: XY
    share: float


def named_of(photo: PhotoMaps, kind: str, name: str) -> NamedMap | None:
    """A map by kind and name; None where a preview stopped before it."""
    return next((each for each in photo.maps if (each.kind, each.name) == (kind, name)), None)


def parts_of_result(photos: Sequence[PhotoMaps], choice: MapChoice, x: float, y: float) -> list[Part]:
    """What makes a place of the result, most first."""
    name = choice.info.name
    if choice.kind == DISTRIBUTION:
        found = []
        for number, share_K in texture_shares(photos, name, x, y):
            extraction = named_of(photos[number], EXTRACTION, name)
            found += _strongest(number, share_K, None if extraction is None else _peaks(extraction))
        return _most(found)
    named = named_of(photos[0], choice.kind, name)
    if named is None:
        return []
    values_K = shares_at(named.values_Khw, x, y)
    if choice.kind == CORRESPONDENCE:
        size = source_size(named)
        return _most(_strongest(0, values_K, lambda channel: _middle(channel, size)))
    return _most(_strongest(0, values_K, lambda _: None)) if choice.kind in (PARSING, MASK) else []


def parts_of_photo(
    photos: Sequence[PhotoMaps], number: int, choice: MapChoice, x: float, y: float
) -> list[Part]:
    """What was gathered from a place of a photo, by how much of it each texture reads there, most first. Of a
    correspondence one part: where the place is seen."""
    name = choice.info.name
    if choice.kind == CORRESPONDENCE and number == 0:
        named = named_of(photos[0], choice.kind, name)
        if named is None:
            return []
        there_hw = goes_to(named, x, y)
        row, column = cell_at(source_size(named), x, y)
        return [Part(0, row * source_size(named)[1] + column, float(there_hw.max()), peak_of(there_hw))]
    extraction = named_of(photos[number], EXTRACTION, name)
    if choice.kind != DISTRIBUTION or extraction is None:
        return []
    read_K = shares_at(extraction.values_Khw, x, y)
    distribution = named_of(photos[number], DISTRIBUTION, name)
    peaks = None if distribution is None else _peaks(distribution)
    return _most(_strongest(number, read_K / max(float(read_K.sum()), 1e-12), peaks))


def texture_shares(
    photos: Sequence[PhotoMaps], name: str, x: float, y: float
) -> Iterator[tuple[int, np.ndarray]]:
    """How much of a place of the result is which texture of which photo: by number float32 [K]; together they
    sum to 1."""
    for number, photo in enumerate(photos):
        distribution = named_of(photo, DISTRIBUTION, name)
        if distribution is not None:
            share_K = shares_at(distribution.values_Khw, x, y) * share_drawn_of(photo, x, y)
            yield number, share_K if photo.taken is None else share_K * photo.taken[name]


def textures_Khw(photo: PhotoMaps, name: str, which: slice | list[int] = ALL) -> np.ndarray | None:
    """How much of every position of the result is each texture of a photo, or some of them, float32
    [K, h, w]; None where a preview stopped before the layer."""
    distribution = named_of(photo, DISTRIBUTION, name)
    if distribution is None:
        return None
    values_Khw = distribution.values_Khw[which]
    if photo.taken is not None:
        values_Khw = values_Khw * photo.taken[name][which, None, None]
    if photo.share_hw is not None:
        values_Khw = values_Khw * resized(photo.share_hw, values_Khw.shape[1:])
    return values_Khw


def detail_at(
    photos: Sequence[PhotoMaps], photo_HW: np.ndarray | None, x: float, y: float, name: str = ""
) -> Detail | None:
    """Where the detail of a place of the result is copied from, by the surface atlas of the photo that most
    of the place is of; None where hardly anything is copied, or that photo does not show it.

    name: the layer whose textures tell what is of which photo where photos are mixed.
    """

    def part(photo: PhotoMaps) -> float:
        distribution = named_of(photo, DISTRIBUTION, name)
        share = share_drawn_of(photo, x, y)
        if photo.taken is None or distribution is None:
            return share
        return share * float(shares_at(distribution.values_Khw, x, y) @ photo.taken[name])

    number = max(range(len(photos)), key=lambda each: part(photos[each]))
    detail_2HW = photos[number].detail_2HW
    share = 0.0 if photo_HW is None else float(shares_at(photo_HW[None], x, y)[0])
    if detail_2HW is None or share < LEAST_COPIED:
        return None
    across, down = (float(value) for value in shares_at(detail_2HW, x, y))
    inside = 0 <= across <= 1 and 0 <= down <= 1
    return Detail(number, (across, down), share) if inside else None


def share_drawn_of(photo: PhotoMaps, x: float, y: float) -> float:
    """How much of a place of the result is drawn of a photo."""
    return 1.0 if photo.share_hw is None else float(shares_at(photo.share_hw[None], x, y)[0])


def _peaks(named: NamedMap) -> Callable[[int], XY]:
    return lambda channel: peak_of(named.values_Khw[channel])


def _middle(channel: int, size: tuple[int, int]) -> XY:
    row, column = divmod(channel, size[1])
    return (column + 0.5) / size[1], (row + 0.5) / size[0]


def _strongest(photo: int, share_K: np.ndarray, peak: Callable[[int], XY | None] | None) -> list[Part]:
    most = share_K.argsort()[::-1][:MOST].tolist()
    return [
        Part(photo, k, float(share_K[k]), None if peak is None else peak(k))
        for k in most
        if share_K[k] >= LEAST
    ]


def _most(parts: list[Part]) -> list[Part]:
    return sorted(parts, key=lambda part: -part.share)[:MOST]
