"""Prints on the chest of plain tops."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from .colours import as_pixel, draw_colour

EDGE = 256  # px; all places and lengths below are px of it
_LETTERS = list("ABCDEFGHKLMNOPRSTUVXYZ0123456789")


def draw_print(rng: np.random.Generator) -> np.ndarray:
    """A chest print, uint8 RGBA [256, 256, 4]: lettering, a badge, a picture, a star, or bars."""
    picture = Image.new("RGBA", (EDGE, EDGE), (0, 0, 0, 0))
    pen = ImageDraw.Draw(picture)
    first, second = as_pixel(draw_colour(rng)), as_pixel(draw_colour(rng))
    match rng.integers(5):
        case 0:
            _letter(rng, pen, first, second)
        case 1:
            pen.ellipse([50, 50, 206, 206], outline=first, width=14)
            pen.rectangle([90, 110, 166, 146], fill=second)
        case 2:
            picture.paste(_spotted(rng, first), (40, 50))
        case 3:
            angles = np.arange(10) * np.pi / 5 - np.pi / 2
            radii = np.where(np.arange(10) % 2 == 0, 95, 42)
            corners = [
                (EDGE / 2 + r * np.cos(a), EDGE / 2 + r * np.sin(a))
                for r, a in zip(radii, angles, strict=True)
            ]
            pen.polygon(corners, fill=first)
        case _:
            pen.rectangle([10, 100, 246, 150], fill=first)
            pen.rectangle([10, 156, 246, 166], fill=second)
    return np.asarray(picture)


def _letter(rng: np.random.Generator, pen: ImageDraw.ImageDraw, first, second) -> None:
    """Two to four lines of nonsense, in two colours by turns."""
    for line in range(int(rng.integers(2, 5))):
        text = "".join(rng.choice(_LETTERS, int(rng.integers(3, 8))))
        font = ImageFont.load_default(size=int(rng.integers(34, 70)))
        fill = first if line % 2 == 0 else second
        pen.text((EDGE / 2, 50 + line * 55), text, fill=fill, font=font, anchor="mm")


def _spotted(rng: np.random.Generator, ground) -> Image.Image:
    inner = Image.new("RGBA", (176, 156), ground)
    spots = ImageDraw.Draw(inner)
    for _ in range(12):
        (x, y), r = rng.integers(0, 160, 2), int(rng.integers(8, 40))
        spots.ellipse([x, y, x + r, y + r], fill=as_pixel(draw_colour(rng)))
    return inner
