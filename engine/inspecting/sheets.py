"""Maps as pictures to keep: one over its picture, an atlas of all, a row as papers print it; PNG and SVG."""

from __future__ import annotations

import base64
import html
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from engine.cv import cv2
from engine.photos import png_bytes
from engine.provenance import in_svg, png_texts

GAP = 8  # px between panels
CAPTION = 15  # px, the least height of a caption's letters
OF_PICTURE = 26  # a panel's rows over a caption's: a row of four is read in a column of text
INK, PAPER = (20, 20, 20), (255, 255, 255)


@dataclass(frozen=True, eq=False)
class Panel:
    """One picture of a sheet, uint8 RGB [H, W, 3], with what stands under it, "" for nothing."""

    picture_HWC: np.ndarray
    caption: str = ""


def laid_over(picture_HWC: np.ndarray, colours_hw4: np.ndarray) -> np.ndarray:
    """A picture at its own sharpness with colours over it, brought to its size smoothly, uint8 RGB."""
    height, width = picture_HWC.shape[:2]
    # Colours times their opacity, or those of clear positions would bleed in.
    clear_hw4 = colours_hw4.astype(np.float32)
    clear_hw4[..., :3] *= clear_hw4[..., 3:] / 255
    large_HW4 = cv2.resize(clear_hw4, (width, height), interpolation=cv2.INTER_LINEAR)
    mixed_HWC = picture_HWC * (1 - large_HW4[..., 3:] / 255) + large_HW4[..., :3]
    return mixed_HWC.round().clip(0, 255).astype(np.uint8)


def atlas_panels(
    maps_Khw: np.ndarray, table_256x3: np.ndarray, order_K: np.ndarray, rows: int = 128
) -> list[Panel]:
    """Every map of a layer by itself, each to its own peak, with number and peak, in this order. rows: of a
    panel's picture."""
    panels = []
    for k in order_K.tolist():
        peak = float(maps_Khw[k].max())
        index_hw = (255 * maps_Khw[k] / max(peak, 1e-12)).astype(np.uint8)
        width = round(rows * index_hw.shape[1] / index_hw.shape[0])
        picture_HWC = cv2.resize(table_256x3[index_hw], (width, rows), interpolation=cv2.INTER_CUBIC)
        panels.append(Panel(picture_HWC, f"{k + 1}: {peak:.2g}"))
    return panels


def caption_px(panels: Sequence[Panel]) -> int:
    """The height of the letters under these panels."""
    return max(CAPTION, max(panel.picture_HWC.shape[0] for panel in panels) // OF_PICTURE)


def placed(panels: Sequence[Panel], columns: int) -> tuple[tuple[int, int], list[tuple[int, int]]]:
    """Size (W, H) of a sheet and where each panel's picture begins (x, y); all as large as the largest."""
    height = max(panel.picture_HWC.shape[0] for panel in panels)
    width = max(panel.picture_HWC.shape[1] for panel in panels)
    words = 2 * caption_px(panels) if any(panel.caption for panel in panels) else 0
    step = width + GAP, height + GAP + words
    rows = math.ceil(len(panels) / columns)
    places = [(GAP + n % columns * step[0], GAP + n // columns * step[1]) for n in range(len(panels))]
    return (GAP + columns * step[0], GAP + rows * step[1]), places


def sheet_png(panels: Sequence[Panel], columns: int) -> bytes:
    """The panels in so many columns, as a PNG file."""
    size, places = placed(panels, columns)
    sheet = Image.new("RGB", size, PAPER)
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(caption_px(panels))
    for panel, (x, y) in zip(panels, places, strict=True):
        sheet.paste(Image.fromarray(panel.picture_HWC), (x, y))
        below = y + panel.picture_HWC.shape[0] + 3
        draw.text((x, below), panel.caption, fill=INK, font=font)
    return png_bytes(np.asarray(sheet), png_texts())


def sheet_svg(panels: Sequence[Panel], columns: int) -> bytes:
    """The panels in so many columns, as an SVG file: pictures as PNG within it, captions as text."""
    (width, height), places = placed(panels, columns)
    letters = caption_px(panels)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="{letters}">',
        in_svg(),
        f'<rect width="{width}" height="{height}" fill="white"/>',
    ]
    for panel, (x, y) in zip(panels, places, strict=True):
        rows, columns_ = panel.picture_HWC.shape[:2]
        data = base64.b64encode(png_bytes(panel.picture_HWC)).decode("ascii")
        parts.append(
            f'<image x="{x}" y="{y}" width="{columns_}" height="{rows}" href="data:image/png;base64,{data}"/>'
        )
        parts.append(f'<text x="{x}" y="{y + rows + letters + 2}">{html.escape(panel.caption)}</text>')
    return "\n".join([*parts, "</svg>\n"]).encode("utf-8")
