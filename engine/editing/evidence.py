"""Where a pixel of the result came from, out of a frame's maps. Pure functions, without torch.

Extraction C̄e says where each neural texture was read on the reference, distribution C̄d which textures make a
position of the result; their product C̄d^T C̄e says where in the reference that position reads (the attention
of NTED Eq. 7). Maps are given as `api.Maps.of` tells them: by layer, coarsest first, float32 [K, h, w];
extraction over the reference, every texture sums to 1; distribution over the result, every position sums
to 1. Points are y, x from 0 to 1 across the frame; what is beyond it means its edge.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import numpy as np

from engine.cv import cv2
from engine.garments import WORD_OF_PIECE

# Differences of colours, of 255 levels: what light and 8 bits do to one cloth, and what is another colour.
_SAME, _OTHER = 8.0, 40.0
_ROUNDED = 2  # levels of 255 that rounding changes twice

LayerMaps = Mapping[str, np.ndarray]


def textures_at(distribution: LayerMaps, y: float, x: float) -> dict[str, np.ndarray]:
    """How much of a point of the result is which texture: float32 [K] by layer, each sums to 1."""
    found = {}
    for name, values_Khw in distribution.items():
        row, column = _position(values_Khw, y, x)
        found[name] = values_Khw[:, row, column]
    return found


def trace(
    extraction: LayerMaps, distribution: LayerMaps, y: float, x: float, taken: LayerMaps | None = None
) -> dict[str, np.ndarray]:
    """Where on the reference a point of the result is read: C̄d^T C̄e at that point, float32 [h, w] by layer.

    taken: float32 [K] by layer, how much of each texture is this reference's (of one mixed in by Eq. 13 its
    coefficients m, of the person 1 - m); left out, all of every texture. Each map sums to 1, or to the part
    of the point that is this reference's; a layer that `taken` leaves out has nothing of it and sums to 0.
    The layers are those of the distribution: a preview that stopped early has fewer.
    """
    found = {}
    for name, share_K in textures_at(distribution, y, x).items():
        if taken is not None:
            share_K = share_K * taken.get(name, np.float32(0.0))
        found[name] = np.tensordot(share_K, extraction[name], 1)
    return found


def over_layers(traces: Mapping[str, np.ndarray]) -> np.ndarray:
    """The mean of all layers' traces on the grid of the finest, float32 [h, w]; it sums to what they sum to
    on average.

    A coarse position is spread evenly over the fine ones that it covers: it does not know better. Raises
    ValueError where there is no layer.
    """
    if not traces:
        raise ValueError("no layer traces anything")
    size = max((each_hw.shape for each_hw in traces.values()), key=math.prod)
    return np.mean([_spread(each_hw, size) for each_hw in traces.values()], axis=0)


def attention_warp(
    reference_HWC: np.ndarray, extraction_Khw: np.ndarray, distribution_Khw: np.ndarray
) -> np.ndarray:
    """What a layer's attention alone brings of the reference to the result: C̄d^T C̄e I_r, float32 [h, w, C]
    of the distribution, in the reference's range.

    reference_HWC: brought to the extraction's rows and columns by nearest neighbour, as the official code
    does where it trains them (Eq. 7).
    """
    return handed_out(gathered(reference_HWC, extraction_Khw), distribution_Khw)


def gathered(reference_HWC: np.ndarray, extraction_Khw: np.ndarray) -> np.ndarray:
    """The half of `attention_warp` that no pose changes: the colours that each texture was gathered from,
    C̄e I_r, float32 [K, C]."""
    small_hwC = reference_HWC[_places(reference_HWC.shape, extraction_Khw.shape[1:])].astype(np.float32)
    return np.tensordot(extraction_Khw, small_hwC, 2)


def handed_out(colours_KC: np.ndarray, distribution_Khw: np.ndarray) -> np.ndarray:
    """The other half: colours of textures as a pose hands them out, float32 [h, w, C]."""
    return np.tensordot(distribution_Khw, colours_KC, ((0,), (0,)))


def correspondence_warp(
    reference_HWC: np.ndarray, values_Khw: np.ndarray, source_size: tuple[int, int]
) -> np.ndarray:
    """What a correspondence alone brings of the reference, as `attention_warp`. values, source_size: as of
    `api.NamedMap`."""
    small_hwC = reference_HWC[_places(reference_HWC.shape, source_size)].astype(np.float32)
    return np.tensordot(values_Khw, small_hwC.reshape(len(values_Khw), -1), ((0,), (0,)))


def evidence(
    image_HWC: np.ndarray,
    warps: Iterable[np.ndarray],
    photo_HW: np.ndarray | None = None,
    made_HW: np.ndarray | None = None,
) -> np.ndarray:
    """How much of every pixel of the result is copied, float32 [H, W]: 1 is taken from a photo, 0 is
    invented.

    image_HWC: uint8 RGB. warps: of layers, as `attention_warp` gives them in the image's range. photo_HW,
    made_HW: as `api.Frame.photo` and `made`; what was made is no photo's, whatever has its colours: skin that
    a shorter sleeve bares is in the tone of the hands. A pixel is copied as far as it is the photo's own, or
    has the colours that one of the warps brings to its position; the picture is seen at the warp's size, so
    what is finer is not judged.
    """
    size = image_HWC.shape[:2]
    nearest_HW = np.full(size, np.inf, np.float32)
    for warp_hwC in warps:
        rows, columns = warp_hwC.shape[:2]
        small_hwC = cv2.resize(image_HWC, (columns, rows), interpolation=cv2.INTER_AREA).astype(np.float32)
        apart_hw = np.sqrt(np.square(small_hwC - warp_hwC).mean(2))
        nearest_HW = np.minimum(nearest_HW, cv2.resize(apart_hw, size[::-1], interpolation=cv2.INTER_LINEAR))
    explained_HW = ((_OTHER - nearest_HW) / (_OTHER - _SAME)).clip(0.0, 1.0)
    if made_HW is not None:
        explained_HW = explained_HW * (1.0 - made_HW)
    return explained_HW if photo_HW is None else np.maximum(explained_HW, photo_HW)


def unmoved(image_HWC: np.ndarray, photo_HWC: np.ndarray) -> np.ndarray:
    """1 where a picture is the photo at the same place, float32 [H, W]: what nothing has touched is copied,
    whatever layers were blended to show it. Both uint8 RGB of one frame."""
    apart_HW = np.abs(image_HWC.astype(np.int16) - photo_HWC).max(2)
    return (apart_HW <= _ROUNDED).astype(np.float32)


def by_garment(evidence_HW: np.ndarray, pieces_hw: np.ndarray) -> dict[str, float]:
    """How much of each garment that is seen is copied, 0 to 1, by its word; "" is the background.

    pieces_hw: as `api.Frame.pieces`.
    """
    small_hw = cv2.resize(evidence_HW, pieces_hw.shape[::-1], interpolation=cv2.INTER_AREA)
    pieces = np.unique(pieces_hw).tolist()
    return {WORD_OF_PIECE[piece]: float(small_hw[pieces_hw == piece].mean()) for piece in pieces}


def _position(values_Khw: np.ndarray, y: float, x: float) -> tuple[int, int]:
    rows, columns = values_Khw.shape[1:]
    return min(max(int(y * rows), 0), rows - 1), min(max(int(x * columns), 0), columns - 1)


def _places(coarse: tuple[int, ...], fine: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """For every row and every column of a grid the nearest of another: i of n lies in i * rows // n."""
    rows, columns = (np.arange(many) * few // many for few, many in zip(coarse[:2], fine[:2], strict=True))
    return rows[:, None], columns


def _spread(map_hw: np.ndarray, size: tuple[int, ...]) -> np.ndarray:
    """A map on a grid that is no coarser, with the same sum."""
    rows, columns = _places(map_hw.shape, size)
    covered_hw = np.outer(np.bincount(rows[:, 0]), np.bincount(columns)).astype(np.float32)
    return (map_hw / covered_hw)[rows, columns]
