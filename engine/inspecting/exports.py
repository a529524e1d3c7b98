"""What is written of an inspection, as panels of a sheet: pictures under the map, an atlas, a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from engine.cv import cv2
from engine.inspecting.choices import TEXTURE
from engine.inspecting.colouring import Scale
from engine.inspecting.inspection import Inspection, inspected
from engine.inspecting.overlays import Overlay, colours_of
from engine.inspecting.sheets import Panel, atlas_panels, laid_over

IN_A_ROW = 3  # textures
ATLAS_COLUMNS = 8


@dataclass(frozen=True, eq=False)
class Sight:
    """How an inspection is seen. result, photos: the finest pictures, uint8 RGB; names: of the photos. table:
    uint8 RGB [256, 3]."""

    inspection: Inspection
    result: np.ndarray
    photos: tuple[np.ndarray, ...]
    names: tuple[str, ...]
    scale: Scale
    table: np.ndarray


def alike(pictures: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Pictures of the same frame at the size of the finest of them, uint8 RGB."""
    rows, columns = max((picture_HWC.shape[:2] for picture_HWC in pictures), key=lambda size: size[0])
    return [
        picture_HWC
        if picture_HWC.shape[0] == rows
        else cv2.resize(picture_HWC, (columns, rows), interpolation=cv2.INTER_CUBIC)
        for picture_HWC in pictures
    ]


def over(picture_HWC: np.ndarray, laid: Overlay | None, sight: Sight) -> np.ndarray:
    """A picture with a map over it, at the picture's own sharpness, uint8 RGB."""
    if laid is None:
        return picture_HWC
    return laid_over(picture_HWC, colours_of(laid, sight.table, sight.scale))


def map_panels(sight: Sight) -> list[Panel]:
    """The photos and the result with what the view lays over them, the result last."""
    painting = sight.inspection.painting
    panels = [
        Panel(over(picture_HWC, laid, sight), name)
        for picture_HWC, laid, name in zip(sight.photos, painting.photos, sight.names, strict=True)
    ]
    return [*panels, Panel(over(sight.result, painting.result, sight), "result")]


def texture_panels(sight: Sight) -> list[Panel]:
    """Every texture of the layer, in the order they stand in; none where the map has none."""
    shown = sight.inspection
    if shown.maps_Khw is None or shown.order_K is None:
        return []
    return atlas_panels(shown.maps_Khw, sight.table, shown.order_K)


def row_panels(sight: Sight, palette_N4: np.ndarray) -> list[Panel]:
    """As the paper's Fig. 4: the photo, and where the strongest textures of the place pointed at were
    gathered; below it the result, and where they are handed out. Of a map without textures the pictures, and
    below each what lies over it. In `row_columns` columns."""
    shown = sight.inspection
    if not chosen(shown):
        bare = [Panel(picture_HWC, name) for picture_HWC, name in zip(sight.photos, sight.names, strict=True)]
        return [*bare, Panel(sight.result, "result"), *map_panels(sight)]
    above, below = [], []
    for photo, channel in chosen(shown):
        aim = replace(shown.aim, photo=photo, channel=channel)
        one = inspected(shown.subject, shown.choice, TEXTURE, aim, True, "", palette_N4)
        gathered, handed_out = one.painting.photos[photo], one.painting.result
        does = f": {one.doing}" if one.doing is not None else ""
        above.append(Panel(over(sight.photos[photo], gathered, sight), f"texture {channel + 1}, gathered"))
        below.append(Panel(over(sight.result, handed_out, sight), f"handed out{does}"))
    first = chosen(shown)[0][0]
    return [Panel(sight.photos[first], sight.names[first]), *above, Panel(sight.result, "result"), *below]


def row_columns(sight: Sight) -> int:
    """Of a sheet of `row_panels`."""
    return 1 + (len(chosen(sight.inspection)) or len(sight.photos))


def chosen(shown: Inspection) -> Sequence[tuple[int, int]]:
    """Photo and number of the textures of a row: the strongest of the place pointed at, or the first in
    order."""
    if shown.maps_Khw is None or shown.order_K is None:
        return []
    parts = [(part.photo, part.channel) for part in shown.parts[:IN_A_ROW]]
    return parts or [(shown.aim.photo, k) for k in shown.order_K[:IN_A_ROW].tolist()]
