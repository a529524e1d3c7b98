"""Fabrics: seamless tiles of cloth patterns, chest prints, and the shared tile of folds. Colours are 8-bit
sRGB."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from scipy import ndimage

TILE = 256
WHITE = (240, 240, 238)
PALETTE = np.array(
    [
        WHITE,
        (25, 25, 28),
        (30, 36, 60),
        (120, 22, 32),
        (170, 172, 175),
        (214, 200, 176),
        (60, 62, 66),
        (45, 70, 110),
        (150, 170, 200),
        (200, 60, 60),
        (225, 150, 160),
        (95, 110, 70),
        (50, 85, 70),
        (225, 180, 80),
        (90, 55, 40),
        (160, 120, 90),
        (110, 70, 120),
        (235, 220, 205),
        (70, 130, 140),
        (250, 215, 200),
        (190, 90, 50),
        (35, 60, 50),
        (130, 140, 150),
        (85, 20, 60),
    ],
    float,
)
_PALETTE_WEIGHTS = np.array(
    [5, 6, 3, 1.5, 3, 2, 3, 2, 1.5, 1, 1.2, 1, 0.8, 0.7, 1, 1, 0.5, 1.5, 0.6, 0.6, 0.6, 0.5, 1, 0.6]
)
KINDS = {
    "plain": 0.30,
    "heather": 0.10,
    "stripe": 0.06,
    "bretton": 0.07,
    "check": 0.07,
    "gingham": 0.04,
    "dots": 0.05,
    "floral": 0.10,
    "gradient": 0.02,
    "animal": 0.03,
    "denim": 0.03,
    "camo": 0.02,
    "geometric": 0.04,
    "pinstripe": 0.03,
    "knit": 0.04,
}
SOBER_KINDS = {"plain": 0.66, "heather": 0.10, "denim": 0.12, "check": 0.07, "stripe": 0.05}
_DENIM = np.array(
    [
        [45, 62, 95],
        [70, 95, 135],
        [110, 135, 170],
        [28, 32, 45],
        [30, 30, 32],
        [150, 165, 185],
        [225, 225, 225],
    ],
    float,
)
_LEATHER = [(18, 18, 20), (60, 20, 20), (45, 30, 22), (30, 34, 40), (170, 150, 130)]


@dataclass(frozen=True)
class Fabric:
    """tile uint8 [256, 256, 3]; size: edge of the tile on the body (dm); turn: radians; weave: strength of
    the grain."""

    kind: str
    tile: np.ndarray
    size: float = 2.0
    turn: float = 0.0
    weave: float = 1.0


def linear(colour) -> np.ndarray:
    """8-bit sRGB -> linear light in 0..1."""
    return (np.asarray(colour, float) / 255) ** 2.2


def draw_colour(rng: np.random.Generator) -> np.ndarray:
    """A clothing colour: white, black, navy and grey most often."""
    pick = PALETTE[rng.choice(len(PALETTE), p=_PALETTE_WEIGHTS / _PALETTE_WEIGHTS.sum())]
    return np.clip(pick + rng.normal(0, 9, 3), 8, 250)


def coloured_noise(
    rng: np.random.Generator, size: int, slope: float, stretch=(1.0, 1.0), band=(1.0, 1e9)
) -> np.ndarray:
    """Seamless noise [size, size] of unit variance with spectrum k^-slope; stretch scales k along x and y."""
    spectrum = np.fft.fft2(rng.standard_normal((size, size)))
    k = np.fft.fftfreq(size) * size
    radius = np.sqrt((k[None] * stretch[0]) ** 2 + (k[:, None] * stretch[1]) ** 2)
    radius[0, 0] = 1
    spectrum *= radius ** (-slope / 2) * (radius >= band[0]) * (radius <= band[1])
    spectrum[0, 0] = 0
    noise = np.fft.ifft2(spectrum).real
    return noise / noise.std()


def fold_tile(seed: int = 3, size: int = 512) -> np.ndarray:
    """Heights of cloth, uint8 [size, size, 3]: diagonal drapes, finer vertical folds, weave.

    Ridged, warped noise with low frequencies only: high ones look like crumpled paper.
    """
    rng = np.random.default_rng(seed)
    base = coloured_noise(rng, size, 1.6, (1.6, 0.6), (1.5, 11))
    warp = coloured_noise(rng, size, 3, band=(1, 5))
    y, x = np.mgrid[:size, :size]
    warped = ndimage.map_coordinates(
        base, [y + warp * 22, x + np.roll(warp, 97, 0) * 22], order=1, mode="wrap"
    )
    sparse = np.clip(0.55 + 0.5 * coloured_noise(rng, size, 3, band=(1, 5)), 0.05, 1.3)
    drapes = ndimage.gaussian_filter(np.exp(-np.abs(warped) * 2.2) * sparse, 5, mode="wrap")
    fine = coloured_noise(rng, size, 1.6, (0.7, 1.5), (2, 20))
    sparse = np.clip(0.4 + 0.6 * coloured_noise(rng, size, 3, band=(1, 5)), 0, 1.3)
    fine = ndimage.gaussian_filter(np.exp(-np.abs(fine) * 1.5) * sparse, 4, mode="wrap")
    threads = np.sin(x * 2 * np.pi * 64 / size) * np.sin(y * 2 * np.pi * 64 / size)
    weave = threads + 0.6 * coloured_noise(rng, size, 0.6)

    def stretched(values):
        low, high = np.percentile(values, [1, 99])
        return np.clip((values - low) / (high - low), 0, 1)

    return (np.stack([stretched(drapes), stretched(fine), stretched(weave)], -1) * 255).astype(np.uint8)


@lru_cache(maxsize=1)
def _noises() -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Grains (white to soft) and blobs shared by all patterns."""
    rng = np.random.default_rng(5)
    return (
        [coloured_noise(rng, TILE, slope) for slope in (0.4, 1.0, 1.8, 2.6)],
        [coloured_noise(rng, TILE, 2.4) for _ in range(6)],
    )


def draw_fabric(rng: np.random.Generator, kinds: dict[str, float] = KINDS, kind: str | None = None) -> Fabric:
    """A random fabric; `kinds` are the patterns to choose from with their weights."""
    if kind is None:
        weights = np.array(list(kinds.values()))
        kind = str(rng.choice(list(kinds), p=weights / weights.sum()))
    if kind == "denim":
        return draw_denim(rng)
    colours = [draw_colour(rng) for _ in range(3)]
    while np.abs(colours[0] - colours[1]).sum() < 120:
        colours[1] = draw_colour(rng)
    tile, size, turn = _PATTERNS[kind](rng, colours)
    grains, _ = _noises()
    tile = tile * (1 + 0.03 * grains[0][..., None]) * (1 + 0.008 * grains[2][..., None])
    return Fabric(kind, np.clip(tile, 0, 255).astype(np.uint8), float(size), float(turn))


def draw_denim(rng: np.random.Generator) -> Fabric:
    grains, _ = _noises()
    colour = _DENIM[rng.choice(7, p=[0.25, 0.22, 0.15, 0.15, 0.1, 0.06, 0.07])]
    x, y = _grid()
    twill = np.sin(2 * np.pi * (x * 48 + y * 48))[..., None]
    tile = colour * (1 + 0.06 * twill + 0.07 * grains[0][..., None] + 0.012 * grains[3][..., None])
    return Fabric("denim", np.clip(tile, 0, 255).astype(np.uint8))


def draw_leather(rng: np.random.Generator) -> Fabric:
    return Fabric("leather", np.full((64, 64, 3), _LEATHER[rng.integers(len(_LEATHER))], np.uint8), weave=0.3)


def _grid() -> tuple[np.ndarray, np.ndarray]:
    """x and y of the tile's pixels in 0..1."""
    y, x = np.mgrid[:TILE, :TILE] / TILE
    return x, y


def _plain(colour) -> np.ndarray:
    return np.ones((TILE, TILE, 3)) * np.asarray(colour, float)


def _over(tile: np.ndarray, mask: np.ndarray, colour, opacity: float = 1.0) -> np.ndarray:
    """Lay a colour over the tile where the mask (0..1, softened a little) is set."""
    alpha = opacity * ndimage.gaussian_filter(mask.astype(float), 0.8, mode="wrap")[..., None]
    return tile * (1 - alpha) + np.asarray(colour, float) * alpha


def _bars(t: np.ndarray, count: int, duty: float) -> np.ndarray:
    return (t * count) % 1 < duty


def _make_plain(rng, colours):
    return _plain(colours[0]), 2.0, 0.0


def _make_heather(rng, colours):
    tint = 1 + 0.08 * rng.normal(size=3)
    return _plain(colours[0]) + _noises()[0][0][..., None] * 10 * tint, 2.0, 0.0


def _make_stripe(rng, colours, upright=False):
    x, y = _grid()
    return _striped(
        rng,
        _plain(colours[0]),
        x if upright else y,
        colours[1],
        colours[2],
        int(rng.integers(2, 9)),
        rng.uniform(0.25, 0.6),
    )


def _make_pinstripe(rng, colours):
    return _make_stripe(rng, colours, upright=True)


def _make_bretton(rng, colours):
    colour = PALETTE[[1, 2, 2, 3, 7][rng.integers(5)]]
    return _striped(
        rng, _plain(WHITE), _grid()[1], colour, colours[2], int(rng.integers(4, 8)), rng.uniform(0.2, 0.4)
    )


def _striped(rng, tile, t, colour, accent, count, duty):
    tile = _over(tile, _bars(t, count, duty), colour)
    if rng.random() < 0.35:
        tile = _over(tile, _bars(t + 0.5 / count * duty + 0.1, count, 0.08), accent)
    return tile, rng.uniform(1.6, 3.2), 0.0


def _make_check(rng, colours):
    tile, count, size = _plain(colours[0]), int(rng.integers(1, 4)), rng.uniform(1.8, 3.2)
    for t in _grid():
        tile = _over(tile, _bars(t, count, 0.35), colours[1], 0.5)
        tile = _over(tile, _bars(t + 0.42 / count, count, 0.07), colours[2], 0.75)
        tile = _over(tile, _bars(t + 0.6 / count, count, 0.04), WHITE, 0.6)
    return tile, size, rng.choice([0, np.pi / 4], p=[0.85, 0.15])


def _make_gingham(rng, colours):
    count = int(rng.integers(4, 9))
    x, y = _grid()
    return (
        _over(_plain((245,) * 3), 0.5 * (_bars(x, count, 0.5) * 1.0 + _bars(y, count, 0.5)), colours[1]),
        2.0,
        0.0,
    )


def _make_dots(rng, colours):
    count, radius = int(rng.integers(4, 10)), rng.uniform(0.15, 0.33)
    x, y = (axis * count for axis in _grid())
    mask = np.hypot(x % 1 - 0.5, y % 1 - 0.5) < radius
    if rng.random() < 0.6:
        mask |= np.hypot((x + 0.5) % 1 - 0.5, (y + 0.5) % 1 - 0.5) < radius
    return _over(_plain(colours[0]), mask, colours[1]), 2.0, 0.0


def _make_floral(rng, colours):
    edge = 2 * TILE
    picture = Image.new("RGB", (edge, edge), _ints(colours[0]))
    pen = ImageDraw.Draw(picture)
    size = rng.uniform(1.8, 3.6)
    leaf = _ints(PALETTE[[11, 12, 21, 18][rng.integers(4)]])
    count = int(rng.integers(10, 34))
    scale = rng.uniform(0.6, 1.4) * (22 / count) ** 0.5
    for _ in range(count):
        x, y = rng.uniform(0, edge, 2)
        radius, turn, petals = rng.uniform(14, 40) * scale, rng.uniform(0, 6.3), int(rng.integers(4, 8))
        colour = [colours[1], colours[2], draw_colour(rng)][rng.integers(3)]
        for dx in (-edge, 0, edge):
            for dy in (-edge, 0, edge):
                if -80 < x + dx < edge + 80 and -80 < y + dy < edge + 80:
                    _flower(pen, x + dx, y + dy, radius, turn, petals, colour, colours[2], leaf)
    return np.asarray(picture.resize((TILE, TILE), Image.LANCZOS)).astype(float), size, 0.0


def _flower(pen, x, y, radius, turn, petals, colour, heart, leaf) -> None:
    for k in range(3):
        angle = turn + k * 2.1
        outline = [(x, y)] + [
            (x + radius * r * np.cos(angle + d), y + radius * r * np.sin(angle + d))
            for r, d in ((1.7, 0.25), (2.1, 0), (1.7, -0.25))
        ]
        pen.polygon(outline, fill=leaf)
    for k in range(petals):
        angle, half = turn + k * 2 * np.pi / petals, radius * 0.52
        px, py = x + radius * 0.6 * np.cos(angle), y + radius * 0.6 * np.sin(angle)
        pen.ellipse([px - half, py - half, px + half, py + half], fill=_ints(colour + (k % 2) * 14 - 7))
    half = radius * 0.25
    pen.ellipse([x - half, y - half, x + half, y + half], fill=_ints(heart * 0.6 + 70))


def _make_gradient(rng, colours):
    blend = (0.5 - 0.5 * np.cos(2 * np.pi * _grid()[1]))[..., None]
    return _plain(colours[0]) * (1 - blend) + colours[1] * blend, 9.0, 0.0


def _make_animal(rng, colours):
    blobs = _noises()[1]
    mask = np.abs(blobs[rng.integers(6)] + 0.6 * blobs[rng.integers(6)]) < 0.28
    return _over(_plain((200, 160, 110)), mask, (40, 25, 20)), 2.5, 0.0


def _make_camo(rng, colours):
    tile = _plain(colours[0])
    for blob, colour in zip(_noises()[1], ((85, 95, 60), (60, 50, 40), (140, 130, 95)), strict=False):
        tile = _over(tile, np.roll(blob, rng.integers(TILE), 0) > 0.5, colour)
    return tile, 3.0, 0.0


def _make_geometric(rng, colours):
    count = int(rng.integers(3, 7))
    x, y = _grid()
    diamond = np.abs((x * count) % 1 - 0.5) + np.abs((y * count) % 1 - 0.5)
    tile = _over(_plain(colours[0]), diamond < rng.uniform(0.2, 0.4), colours[1])
    return _over(tile, diamond < 0.12, colours[2]), 2.0, 0.0


def _make_knit(rng, colours):
    count = int(rng.integers(8, 20))
    x, y = _grid()
    rib = np.abs(np.sin(np.pi * x * count))
    loops = rib**0.6 * (0.75 + 0.25 * np.sin(2 * np.pi * (y * round(count * 1.5) + 0.25 * rib)))
    return _plain(colours[0]) * (0.55 + 0.5 * loops[..., None]), rng.uniform(1.4, 2.4), 0.0


_PATTERNS = {
    name.removeprefix("_make_"): maker for name, maker in list(globals().items()) if name.startswith("_make_")
}


def _ints(colour) -> tuple[int, ...]:
    return tuple(int(np.clip(value, 0, 255)) for value in colour)


def draw_print(rng: np.random.Generator) -> np.ndarray:
    """A chest print, uint8 RGBA [256, 256, 4]: lettering, a badge, a picture, a star, or bars."""
    n = TILE
    picture = Image.new("RGBA", (n, n), (0, 0, 0, 0))
    pen = ImageDraw.Draw(picture)
    first, second = _ints(draw_colour(rng)), _ints(draw_colour(rng))
    kind = rng.integers(5)
    if kind == 0:
        letters = list("ABCDEFGHKLMNOPRSTUVXYZ0123456789")
        for line in range(int(rng.integers(2, 5))):
            text = "".join(rng.choice(letters, int(rng.integers(3, 8))))
            font = ImageFont.load_default(size=int(rng.integers(34, 70)))
            pen.text(
                (n / 2, 50 + line * 55), text, fill=first if line % 2 == 0 else second, font=font, anchor="mm"
            )
    elif kind == 1:
        pen.ellipse([50, 50, 206, 206], outline=first, width=14)
        pen.rectangle([90, 110, 166, 146], fill=second)
    elif kind == 2:
        inner = Image.new("RGBA", (176, 156), first)
        spots = ImageDraw.Draw(inner)
        for _ in range(12):
            (x, y), r = rng.integers(0, 160, 2), int(rng.integers(8, 40))
            spots.ellipse([x, y, x + r, y + r], fill=_ints(draw_colour(rng)))
        picture.paste(inner, (40, 50))
    elif kind == 3:
        angles = np.arange(10) * np.pi / 5 - np.pi / 2
        radii = np.where(np.arange(10) % 2 == 0, 95, 42)
        pen.polygon(
            [(n / 2 + r * np.cos(a), n / 2 + r * np.sin(a)) for r, a in zip(radii, angles, strict=True)],
            fill=first,
        )
    else:
        pen.rectangle([10, 100, 246, 150], fill=first)
        pen.rectangle([10, 156, 246, 166], fill=second)
    return np.asarray(picture)
