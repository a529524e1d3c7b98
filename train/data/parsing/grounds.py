"""What garments lie on when somebody photographs them from above: paper, sheets, boards, tiles, carpets.

A room behind a person is out of focus; a floor below a garment is as sharp as the garment and often as
strongly coloured. Pictures are float32 [H, W, 3] in 0 to 255.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from engine.cv import cv2
from train.studio.chance import choose

_KINDS = {"paper": 0.3, "sheet": 0.25, "boards": 0.2, "tiles": 0.1, "carpet": 0.15}
_WHITE = 0.4  # how often paper is a shop's white ground
_ROOM = 1.5  # sides of what is drawn, to be turned by any angle: the diagonal of a picture of 3 : 2 is less


def ground(rng: np.random.Generator, size: tuple[int, int]) -> np.ndarray:
    """One of the grounds, from above, turned by any angle."""
    kind = choose(rng, _KINDS)
    side = int(_ROOM * max(size))
    square = _DRAWN[kind](rng, side)
    turn = rng.uniform(0, 360) if kind != "boards" or rng.random() < 0.4 else rng.choice((0, 90))
    matrix = cv2.getRotationMatrix2D((side / 2, side / 2), float(turn), 1.0)
    matrix[:, 2] += (size[1] - side) / 2, (size[0] - side) / 2
    picture = cv2.warpAffine(square, matrix, size[::-1], flags=cv2.INTER_LINEAR)
    return np.clip(picture, 0, 255).astype(np.float32)


def creases(rng: np.random.Generator, size: tuple[int, int], depth: float, count: int) -> np.ndarray:
    """A factor float32 [H, W, 1] about 1: cloth that lies in folds, each bright on one side and dark on the
    other. depth: of the deepest."""
    height, width = size
    y, x = np.mgrid[0:height, 0:width].astype(np.float32) / height
    field = np.zeros(size, np.float32)
    for _ in range(count):
        turn, across, along = rng.uniform(0, np.pi), *rng.uniform(0, 1, 2)
        u = (x - across * width / height) * np.cos(turn) + (y - along) * np.sin(turn)
        v = (y - along) * np.cos(turn) - (x - across * width / height) * np.sin(turn)
        v = v + rng.normal(0, 0.6) * u * u
        broad, long = rng.uniform(0.006, 0.03), rng.uniform(0.08, 0.4)
        field += rng.uniform(-1, 1) * v / broad * np.exp(0.5 - 0.5 * (v / broad) ** 2 - 0.5 * (u / long) ** 2)
    return (1 + depth * np.clip(field, -1.5, 1.5))[:, :, None]


def _tone(rng: np.random.Generator, saturated: float = 0.5) -> np.ndarray:
    """A colour, mostly light; how often strongly coloured."""
    if rng.random() < saturated:
        return rng.uniform(10, 245, 3)
    return np.clip(rng.uniform(70, 250) * np.exp(rng.normal(0, 0.06, 3)), 0, 255)


def _noise(rng: np.random.Generator, side: int, rows: int, columns: int, channels: int = 1) -> np.ndarray:
    """Smooth noise [side, side, C] of so many cells."""
    cells = rng.standard_normal((max(2, rows), max(2, columns), channels)).astype(np.float32)
    return cv2.resize(cells, (side, side), interpolation=cv2.INTER_CUBIC).reshape(side, side, channels)


def _paper(rng: np.random.Generator, side: int) -> np.ndarray:
    tone_3 = np.full(3, rng.uniform(235, 255)) if rng.random() < _WHITE else _tone(rng, 0.3)
    return tone_3 + rng.uniform(0, 8) * _noise(rng, side, 3, 3)


def _sheet(rng: np.random.Generator, side: int) -> np.ndarray:
    cloth = _tone(rng, 0.6) + rng.uniform(0, 10) * _noise(rng, side, side // 2, side // 2)
    if rng.random() < 0.3:
        cloth = cloth + rng.uniform(10, 60) * np.sign(_noise(rng, side, *rng.integers(4, 40, 2), 3))
    return cloth * creases(rng, (side, side), rng.uniform(0.05, 0.3), int(rng.integers(6, 24)))


def _boards(rng: np.random.Generator, side: int) -> np.ndarray:
    """Boards with a grain, of tones of their own, dark lines between them."""
    tone_3 = np.array((1.0, rng.uniform(0.68, 0.95), rng.uniform(0.4, 0.9))) * rng.uniform(60, 245)
    broad, long = rng.uniform(0.03, 0.2) * side, rng.uniform(0.4, 2.0) * side
    rows, columns = np.mgrid[0:side, 0:side]
    board_hw = (rows / broad).astype(int)
    starts = rng.uniform(0, long, board_hw.max() + 1)
    piece_hw = ((columns + starts[board_hw]) / long).astype(int)
    tones = rng.normal(1, rng.uniform(0.01, 0.1), (board_hw.max() + 1, piece_hw.max() + 1))
    grain = 1 + rng.uniform(0.01, 0.08) * _noise(rng, side, side // 2, int(rng.integers(3, 12)))
    dark_hw = (rows % broad < 1.5) | ((columns + starts[board_hw]) % long < 1.5)
    return tone_3 * grain * (tones[board_hw, piece_hw] * (1 - rng.uniform(0, 0.5) * dark_hw))[:, :, None]


def _tiles(rng: np.random.Generator, side: int) -> np.ndarray:
    broad = rng.uniform(0.12, 0.5) * side
    rows, columns = np.mgrid[0:side, 0:side] + rng.uniform(0, broad, (2, 1, 1))
    joint_hw = ((rows % broad < rng.uniform(1, 4)) | (columns % broad < rng.uniform(1, 4)))[:, :, None]
    clouds = 1 + rng.uniform(0, 0.06) * _noise(rng, side, 24, 24)
    return _tone(rng, 0.2) * clouds * (1 - rng.uniform(-0.2, 0.5) * joint_hw)


def _carpet(rng: np.random.Generator, side: int) -> np.ndarray:
    """Pile, with or without a pattern."""
    pile = 1 + rng.uniform(0.03, 0.25) * _noise(rng, side, side // 2, side // 2)
    carpet = _tone(rng) * pile
    if rng.random() < 0.4:
        cells = rng.integers(3, 14, 2)
        carpet = np.where(_noise(rng, side, *cells) > rng.normal(0, 0.5), carpet, _tone(rng) * pile)
    return carpet


_DRAWN: dict[str, Callable[[np.random.Generator, int], np.ndarray]] = {
    "paper": _paper,
    "sheet": _sheet,
    "boards": _boards,
    "tiles": _tiles,
    "carpet": _carpet,
}
