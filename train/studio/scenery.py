"""Painted walls, floors, rooms and streets: pictures float [H, W, 3] in sRGB, top row first, that a backdrop
hangs behind a person. Everything but plain floors is meant to be seen a little, or far, out of focus.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from engine.cv import cv2

from .noise import coloured_noise

_SHARP, _SOFT = 512, 256  # rows of a wall's picture, of a blurred one's


@lru_cache(maxsize=1)
def _noises() -> np.ndarray:
    """Seamless noises of unit variance [3, 512, 512]: clouds, stains, grain."""
    rng = np.random.default_rng(11)
    slopes = ((2.6, (1, 30)), (1.6, (6, 120)), (0.4, (40, 256)))
    return np.stack([coloured_noise(rng, _SHARP, slope, band=band) for slope, band in slopes]).astype("f4")


def _noise(rng: np.random.Generator, which: int, size: int = _SHARP) -> np.ndarray:
    """One of the noises, from a random place on."""
    shift = tuple(rng.integers(0, _SHARP, 2))
    return np.roll(_noises()[which], shift, (0, 1))[:size, :size]


def plain(tone: np.ndarray) -> np.ndarray:
    return np.broadcast_to(tone, (4, 4, 3)).copy()


def soften(picture: np.ndarray, width: float, span: float) -> np.ndarray:
    """Slightly out of focus: Gaussian of a width in dm, for a picture that spans so many dm."""
    sigma = 0.5 * width * len(picture) / span
    return cv2.GaussianBlur(picture, (0, 0), sigma) if sigma > 0.3 else picture


def bokeh(picture: np.ndarray, width: float, span: float) -> np.ndarray:
    """Far out of focus: every point becomes a disc of a width in dm, in linear light; then clipped."""
    radius = 0.5 * width * len(picture) / span
    reach = int(np.ceil(radius)) + 1
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    disc = np.clip(radius + 0.5 - np.hypot(x, y), 0, 1).astype(np.float32)
    light = cv2.filter2D(
        picture.astype(np.float32) ** 2.2, -1, disc / disc.sum(), borderType=cv2.BORDER_REFLECT
    )
    return np.clip(light, 0, 1) ** (1 / 2.2)


def ground(rng: np.random.Generator, tone: np.ndarray, indoors: bool = True) -> np.ndarray:
    """A floor [128, 128] of faint contrast: bare, concrete, indoors planks or tiles."""
    size = 128
    kind = rng.choice(4, p=(0.3, 0.3, 0.25, 0.15) if indoors else (0.3, 0.6, 0.0, 0.1))
    if kind == 0:
        return plain(tone)
    value = 1 + rng.uniform(0.01, 0.05) * _noise(rng, 0, size) + 0.015 * _noise(rng, 1, size)
    warm = np.array([1.0, 1.0, 1.0])
    if kind == 2:  # planks run away from the camera
        planks, depth = 11, rng.uniform(0.02, 0.07)
        warm = 1 + rng.uniform(0, 1) * np.array([0.1, 0.0, -0.16])
        edges = np.linspace(0, size, planks + 1).astype(int)
        grain = cv2.GaussianBlur(_noise(rng, 1, size), (0, 0), sigmaX=0.6, sigmaY=9)
        value += 0.05 * grain
        for left, right in zip(edges[:-1], edges[1:], strict=True):
            value[:, left:right] *= 1 + rng.normal(0, depth)
            value[:, left] *= 0.8
    elif kind == 3:
        step = size // int(rng.integers(3, 6))
        value[::step] *= 0.86
        value[:, ::step] *= 0.86
    return np.clip(tone * warm * value[..., None], 0, 0.99)


def wall(rng: np.random.Generator, kind: str, tone: np.ndarray, span: float) -> np.ndarray:
    """A wall [512, 512] of plaster, concrete, panels, brick or boards that spans so many dm."""
    size, uniform = _SHARP, rng.uniform
    per_dm = size / span
    value = 1 + uniform(0.004, 0.02) * _noise(rng, 0) + uniform(0.002, 0.01) * _noise(rng, 2)
    if kind == "concrete":
        value += uniform(0.01, 0.03) * _noise(rng, 0) + uniform(0.008, 0.025) * _noise(rng, 1)
        step, first = int(uniform(9, 16) * per_dm), int(rng.integers(0, size))
        lines = np.arange(first % step, size, step)
        value[:, lines] *= uniform(0.85, 0.97)
        value[lines[:1]] *= 0.93
    elif kind == "plaster":
        value += uniform(0.005, 0.03) * _noise(rng, 1)
    elif kind == "brick":
        value = _bricks(rng, per_dm, value)
    elif kind == "boards":
        value = _boards(rng, per_dm, value)
    else:
        value = _panels(rng, per_dm, value)
    picture = np.clip(tone * value[..., None], 0, 0.99).astype(np.float32)
    y, x = np.mgrid[0 : 1 : size * 1j, -1 : 1 : size * 1j].astype(np.float32)
    picture *= (1 + uniform(-0.2, 0.2) * (0.6 - y) + uniform(-0.12, 0.12) * x)[..., None]
    if kind != "brick" and rng.random() < 0.6:  # skirting board
        rows = int(uniform(0.6, 1.3) * per_dm)
        board = tone * uniform(0.8, 1.1) if rng.random() < 0.5 else np.full(3, uniform(0.7, 0.95))
        picture[-rows:] = np.clip(board, 0, 0.97)
        picture[-rows - 1] *= 0.8
    return np.clip(picture, 0, 0.99)


def _bricks(rng: np.random.Generator, per_dm: float, value: np.ndarray) -> np.ndarray:
    size, contrast = len(value), rng.uniform(0.02, 0.12)
    tall, wide = 0.75 * per_dm, 2.3 * per_dm
    y, x = np.mgrid[:size, :size].astype(np.float32)
    row = np.floor(y / tall)
    along = x / wide + 0.5 * (row % 2)
    column = np.floor(along)
    tones = rng.normal(1, 0.6 * contrast, (64, 64))
    joint = np.minimum((y / tall - row) * tall, (along - column) * wide)
    value = value * tones[row.astype(int) % 64, column.astype(int) % 64]
    value = value + 0.3 * contrast * _noise(rng, 1)
    return value * (1 - rng.choice([-1, 1]) * contrast * np.clip(1.8 - joint, 0, 1))


def _boards(rng: np.random.Generator, per_dm: float, value: np.ndarray) -> np.ndarray:
    """Upright boards, as of a fence or a wooden wall."""
    size = len(value)
    edges = np.arange(0, size, rng.uniform(0.9, 2) * per_dm).astype(int)
    grain = cv2.GaussianBlur(_noise(rng, 1), (0, 0), sigmaX=0.7, sigmaY=14)
    value = value + rng.uniform(0.04, 0.1) * grain
    depth, gap = rng.uniform(0.01, 0.06), rng.uniform(0.75, 0.92)
    for left, right in zip(edges, np.append(edges[1:], size), strict=True):
        value[:, left:right] *= 1 + rng.normal(0, depth)
        value[:, left : left + 2] *= gap
    return value


def _panels(rng: np.random.Generator, per_dm: float, value: np.ndarray) -> np.ndarray:
    """Wainscot: frames with a light and a dark edge."""
    size = len(value)
    step, inset, edge = int(rng.uniform(6, 11) * per_dm), int(0.9 * per_dm), rng.uniform(0.04, 0.12)
    split = int(size - rng.uniform(7, 10) * per_dm)  # the rail between the lower and the upper panels
    value[split - 3 : split + 3] *= 1 - 0.6 * edge
    for left in range(-int(rng.integers(0, step)), size, step):
        for top, bottom in ((split - int(18 * per_dm), split), (split, size - int(1.2 * per_dm))):
            x0, x1, y0, y1 = left + inset // 2, left + step - inset // 2, top + inset, bottom - inset
            rows, columns = slice(max(y0, 0), y1), slice(max(x0, 0), max(x1, 0))
            edges = (
                (np.s_[y0 : y0 + 3, columns], 1 - edge),
                (np.s_[y1 : y1 + 3, columns], 1 + edge),
                (np.s_[rows, max(x0, 0) : max(x0 + 3, 0)], 1 - edge),
                (np.s_[rows, max(x1, 0) : max(x1 + 3, 0)], 1 + 0.6 * edge),
            )
            for part, factor in edges:
                value[part] *= factor
    return value


class _Canvas:
    """Rectangles and discs in decimetres: x to both sides of the middle, y up from the floor."""

    def __init__(self, span: float, tone: np.ndarray):
        self.per_dm = _SOFT / span
        self.picture = np.empty((_SOFT, _SOFT, 3), np.float32)
        self.picture[:] = tone

    def shade(self, across: float, up: float) -> None:
        """Light falls off to one side and upwards or downwards."""
        y, x = np.mgrid[0.5 : -0.5 : _SOFT * 1j, -0.5 : 0.5 : _SOFT * 1j].astype(np.float32)
        self.picture *= (1 + across * x + up * y)[..., None]

    def rectangle(self, x: float, y: float, width: float, height: float, tone) -> None:
        left, bottom = round(x * self.per_dm + _SOFT / 2), round(_SOFT - y * self.per_dm)
        right, top = left + round(width * self.per_dm), bottom - round(height * self.per_dm)
        self.picture[max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)] = tone

    def disc(self, x: float, y: float, radius: float, tone) -> None:
        centre = round(x * self.per_dm + _SOFT / 2), round(_SOFT - y * self.per_dm)
        cv2.circle(self.picture, centre, max(1, round(radius * self.per_dm)), [float(c) for c in tone], -1)


def _tint(rng: np.random.Generator, low: float, high: float, colourful: float = 0.05) -> np.ndarray:
    """A tone of some brightness, mostly near grey or brownish."""
    warmth, tint = rng.normal(0.5 * colourful, colourful), rng.normal(0, 0.5 * colourful)
    return np.clip(rng.uniform(low, high) * np.array([1 + warmth, 1 + tint, 1 - warmth]), 0.03, 1.0)


def interior(rng: np.random.Generator, tone: np.ndarray, span: float) -> np.ndarray:
    """A room [256, 256], in focus: windows, doors, shelves, frames, furniture, lamps, plants."""
    uniform, canvas = rng.uniform, _Canvas(span, tone * rng.uniform(0.75, 1))
    half = span / 2
    canvas.shade(uniform(-0.35, 0.35), uniform(-0.2, 0.2))
    x = -half
    while x < half:  # from left to right, one thing beside the other
        width = uniform(5, 13)
        thing = rng.choice(6, p=(0.22, 0.16, 0.2, 0.14, 0.14, 0.14))
        if thing == 0:  # window, brighter than the room, with a view of light and green
            low, high = uniform(2, 9), uniform(12, 20)
            canvas.rectangle(x - 0.5, low - 0.5, width + 1, high + 1, tone * uniform(0.7, 1.05))
            canvas.rectangle(x, low, width, high, _tint(rng, 1.05, 1.3, 0.02) * uniform(0.8, 1.3))
            for _ in range(14):
                leaf = np.array([0.75, 0.85, 0.68]) * uniform(0.7, 1.2)
                canvas.disc(
                    x + uniform(0.2, 0.8) * width, low + uniform(0.1, 0.5) * high, uniform(0.4, 1.2), leaf
                )
            for bar in np.linspace(x, x + width, int(rng.integers(2, 5))):
                canvas.rectangle(bar - 0.25, low, 0.5, high, tone * 0.8)
        elif thing == 1:  # door or dark passage
            canvas.rectangle(x, 0, width * 0.8, uniform(20, 23), _tint(rng, 0.15, 0.8))
        elif thing == 2:  # shelves
            canvas.rectangle(x, 0, width, uniform(14, 22), _tint(rng, 0.3, 0.85))
            books = uniform(0.04, 0.16)
            for level in np.arange(1, 19, 3.2):
                canvas.rectangle(x + 0.3, level, width - 0.6, 2.8, tone * uniform(0.3, 0.6))
                for place in np.arange(x + 0.4, x + width - 1, uniform(0.5, 1.3)):
                    canvas.rectangle(
                        place, level, uniform(0.3, 1.2), uniform(0.6, 2.6), _tint(rng, 0.2, 0.9, books)
                    )
        elif thing == 3:  # frame on the wall
            low, high = uniform(9, 14), uniform(4, 9)
            canvas.rectangle(x, low, width * 0.7, high, _tint(rng, 0.15, 0.9))
            canvas.rectangle(x + 0.4, low + 0.4, width * 0.7 - 0.8, high - 0.8, _tint(rng, 0.3, 0.95, 0.12))
        elif thing == 4:  # curtain
            fabric = tone * uniform(0.7, 1.15) * (1 + rng.normal(0, 0.04, 3))
            for fold in np.arange(x, x + width, 0.6):
                canvas.rectangle(fold, 0, 0.7, 24, fabric * uniform(0.8, 1.08))
        x += width * uniform(0.7, 1.5)
    for _ in range(rng.integers(1, 6)):  # what stands in front
        left, width, high = uniform(-half, half - 8), uniform(4, 14), uniform(2, 9)
        front = _tint(rng, 0.15, 0.85, 0.1)
        canvas.rectangle(left, 0, width, high, front)
        canvas.rectangle(left, high - 1, width, 1, front * uniform(1, 1.4))
    if rng.random() < 0.5:
        middle = uniform(-half, half)
        for _ in range(40):
            leaf = np.array([0.5, 0.66, 0.4]) * uniform(0.3, 0.9)
            canvas.disc(middle + rng.normal(0, 2), 8 + rng.normal(0, 3), uniform(0.3, 0.9), leaf)
    for _ in range(rng.integers(0, 6)):
        canvas.disc(uniform(-half, half), uniform(14, 26), uniform(0.3, 0.9), np.array([1.7, 1.5, 1.15]))
    return canvas.picture


def street(rng: np.random.Generator, span: float) -> np.ndarray:
    """A street [256, 256], in focus: sky, houses with windows, shops, trees, cars, people, lamps."""
    uniform, half = rng.uniform, span / 2
    dusk = rng.random() < 0.2
    light = 0.45 if dusk else uniform(0.8, 1.05)
    canvas = _Canvas(span, np.array([0.9, 0.94, 1.0]) * uniform(0.85, 1.1) * (0.6 if dusk else 1))
    x = -half - uniform(0, 10)
    while x < half:
        width, height = uniform(14, 34), uniform(30, 120)
        front = _tint(rng, 0.4, 0.9, 0.07) * light
        canvas.rectangle(x, 0, width, height, front)
        glass, step = front * uniform(0.45, 0.9), uniform(3.5, 7)
        storey, tall = uniform(6, 10), uniform(3, 5)
        for level in np.arange(11, height - 3, storey):
            canvas.rectangle(x, level - 1, width, 0.4, front * 0.9)
            for place in np.arange(x + 1.5, x + width - 2.5, step):
                lit = rng.random() < (0.3 if dusk else 0.03)
                canvas.rectangle(
                    place, level, 2, tall, np.array([1.4, 1.15, 0.7]) if lit else glass * uniform(0.7, 1.2)
                )
        canvas.rectangle(x + 0.5, 0, width - 1, uniform(7, 10), front * uniform(0.5, 0.9))
        for place in np.arange(x + 1, x + width - 4, uniform(4, 7)):  # shop windows
            canvas.rectangle(
                place, 1, uniform(2.5, 5), uniform(5, 7), _tint(rng, 0.2, 1.1, 0.08) * (light + 0.15)
            )
        x += width * uniform(0.98, 1.15)
    for _ in range(rng.integers(0, 5)):
        middle, crown, size = uniform(-half, half), uniform(18, 40), uniform(4, 8)
        canvas.rectangle(middle - 0.6, 0, 1.2, crown, np.array([0.3, 0.26, 0.22]) * light)
        green = np.array([0.5, 0.58, 0.34]) * uniform(0.5, 1.1) * light
        for _ in range(150):
            place = middle + size * rng.normal(0, 1), crown + size * rng.normal(0, 0.8)
            canvas.disc(*place, uniform(0.5, 1.6), green * uniform(0.5, 1.5))
    for _ in range(rng.integers(0, 5)):  # cars: a body, glass above
        left, width = uniform(-half, half), uniform(14, 20)
        body = _tint(rng, 0.1, 0.9, 0.05) * light
        canvas.rectangle(left, 1, width, 5, body)
        canvas.rectangle(left + 0.2 * width, 6, 0.55 * width, 3.5, body * 0.55)
        canvas.rectangle(left, 0, width, 1.5, np.full(3, 0.12))
    for _ in range(rng.integers(0, 5)):  # passers-by
        left, tone = uniform(-half, half), _tint(rng, 0.1, 0.7, 0.1) * light
        canvas.rectangle(left, 0, 2.4, 8, tone * 0.6)
        canvas.rectangle(left - 0.4, 8, 3.2, 6, tone)
        canvas.disc(left + 1.2, 15.4, 1, np.array([0.7, 0.55, 0.45]) * light)
    for _ in range(rng.integers(0, 26) if dusk else rng.integers(0, 8)):
        colours = ((1.9, 1.6, 1.1), (1.9, 0.8, 0.6), (1.3, 1.6, 1.9))
        colour = np.array(colours[rng.choice(3, p=(0.75, 0.13, 0.12))])
        canvas.disc(uniform(-half, half), uniform(4, 40), uniform(0.4, 0.8), colour)
    return canvas.picture
