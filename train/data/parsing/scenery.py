"""Backgrounds and things that stand in the way: drawn at random, like nothing in particular.

Photographs have rooms and streets behind people, the studio has a few; a network that has seen all kinds of
edges and colours around people learns to look at the people. Pictures are float32 [H, W, 3] in 0 to 255.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from engine.cv import cv2
from engine.errors import InputError
from engine.photos import read_photo
from train.data.files_found import photos_below

_MOST_SHAPES = 28


def read_scenes(folder: Path) -> list[np.ndarray]:
    """The pictures of a folder, uint8 RGB [h, w, 3], by name. Raises InputError where there is none, or
    one cannot be read."""
    scenes = [read_photo(path) for path in photos_below(folder, deep=False)]
    if not scenes:
        raise InputError(f"{folder}: holds no picture of a place.")
    return scenes


def background(
    rng: np.random.Generator,
    size: tuple[int, int],
    palette_N3: np.ndarray,
    scenes: Sequence[np.ndarray] = (),
) -> np.ndarray:
    """A background: plain, graded, cloudy, or cluttered; mostly out of focus.

    palette_N3: colours of the person, which clutter sometimes takes, so that colour alone tells nobody.
    scenes: pictures uint8 [h, w, 3] of places without people, of which, where there are any, every second
    background is a part.
    """
    if scenes and rng.random() < 0.5:
        return part_of(scenes, rng, size)
    picture = _graded(rng, size)
    if rng.random() < 0.35:
        picture = _floored(rng, picture)
    if rng.random() < 0.5:
        picture = picture + _clouds(rng, size) * rng.uniform(5, 60)
    if rng.random() < 0.6:
        colours = palette_N3 if rng.random() < 0.3 else rng.uniform(0, 255, (40, 3))
        picture = _cluttered(rng, picture, int(rng.integers(2, _MOST_SHAPES)), colours)
    if rng.random() < 0.7:
        sigma = rng.uniform(0.3, 5.0) ** 1.3 * size[0] / 256
        picture = cv2.GaussianBlur(picture, (0, 0), max(sigma, 0.2))
    if rng.random() < 0.4:
        picture = picture + rng.normal(0, rng.uniform(2, 25), (*size, 1)).astype(np.float32)
    return np.clip(picture, 0, 255).astype(np.float32)


def part_of(scenes: Sequence[np.ndarray], rng: np.random.Generator, size: tuple[int, int]) -> np.ndarray:
    """A part of one of the scenes, a third to nine tenths of its height, mirrored or not, darker or lighter,
    in other colours and focus: float32 [H, W, 3]."""
    scene_hw3 = scenes[int(rng.integers(len(scenes)))]
    high, wide = scene_hw3.shape[:2]
    scale = high * rng.uniform(0.33, 0.9) / size[0]
    rows, columns = max(2, round(scale * size[0])), max(2, min(round(scale * size[1]), wide))
    top, left = int(rng.integers(high - rows + 1)), int(rng.integers(wide - columns + 1))
    part_hw3 = scene_hw3[top : top + rows, left : left + columns]
    if rng.random() < 0.5:
        part_hw3 = part_hw3[:, ::-1]
    picture = cv2.resize(np.ascontiguousarray(part_hw3), size[::-1], interpolation=cv2.INTER_CUBIC)
    picture = picture.astype(np.float32)
    if rng.random() < 0.5:
        picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.3, 4.0))
    gain_3 = np.exp(rng.normal(0, 0.35) + rng.normal(0, 0.12, 3))
    return np.clip(picture * gain_3, 0, 255).astype(np.float32)


def obstacle(rng: np.random.Generator, size: tuple[int, int]) -> np.ndarray:
    """Coverage in 0 to 1, float32 [H, W], of one thing in front of the person, or a few."""
    cover = np.zeros(size, np.float32)
    for _ in range(int(rng.integers(1, 3))):
        _shape(rng, cover, 1.0, reach=rng.uniform(0.08, 0.3))
    return cv2.GaussianBlur(cover, (0, 0), rng.uniform(0.3, 1.2))


def light(rng: np.random.Generator, size: tuple[int, int]) -> np.ndarray:
    """A factor float32 [H, W, 1] about 1: light that falls unevenly, sometimes with a shadow's edge."""
    field = np.exp(_smooth(rng.normal(0, rng.uniform(0.05, 0.35), (3, 2, 1)), size))
    if rng.random() < 0.25:
        shade = np.zeros(size, np.float32)
        _shape(rng, shade, 1.0, reach=rng.uniform(0.3, 0.9))
        shade = cv2.GaussianBlur(shade, (0, 0), rng.uniform(0.3, 4.0))
        field = field * (1 - rng.uniform(0.2, 0.6) * shade[:, :, None])
    return field.astype(np.float32)


def _smooth(grid: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """A coarse grid [h, w, C] enlarged smoothly to [H, W, C]."""
    large = cv2.resize(grid.astype(np.float32), (size[1], size[0]), interpolation=cv2.INTER_CUBIC)
    return large.reshape(*size, -1)


def _graded(rng: np.random.Generator, size: tuple[int, int]) -> np.ndarray:
    base = rng.uniform(0, 255, (1, 1, 3)) if rng.random() < 0.6 else rng.uniform(0, 255, (1, 1, 1))
    grid = base + rng.normal(0, rng.uniform(0, 60), (*rng.integers(2, 5, 2), 3))
    return _smooth(grid, size)


def _floored(rng: np.random.Generator, wall: np.ndarray) -> np.ndarray:
    """Another surface from some row on: floor and wall, street and house."""
    height, width = wall.shape[:2]
    left, right = (rng.uniform(0.3, 1.0) * height + rng.uniform(-0.08, 0.08, 2) * height).tolist()
    corners = np.array([(0, left), (width, right), (width, height), (0, height)]).round().astype(np.int32)
    cover = cv2.fillPoly(np.zeros(wall.shape[:2], np.float32), [corners], 1.0)[:, :, None]
    return wall * (1 - cover) + _graded(rng, wall.shape[:2]) * cover


def _clouds(rng: np.random.Generator, size: tuple[int, int]) -> np.ndarray:
    """Noise of several octaves, of deviation about 1, grey or coloured."""
    channels = 3 if rng.random() < 0.4 else 1
    total = np.zeros((*size, channels), np.float32)
    cells = int(rng.integers(2, 6))
    roughness = rng.uniform(0.35, 0.8)
    amplitude = 1.0
    while cells < size[0] // 2 and amplitude > 0.15:
        total += amplitude * _smooth(rng.standard_normal((cells, max(2, cells * 2 // 3), channels)), size)
        cells, amplitude = cells * 2, amplitude * roughness
    return total


def _cluttered(
    rng: np.random.Generator, picture: np.ndarray, count: int, colours_N3: np.ndarray
) -> np.ndarray:
    picture = np.ascontiguousarray(picture, np.float32)
    for colour in colours_N3[rng.integers(0, len(colours_N3), count)]:
        _shape(rng, picture, tuple(float(c) for c in colour), reach=rng.uniform(0.03, 0.35))
    return picture


def _shape(rng: np.random.Generator, picture: np.ndarray, colour, reach: float) -> None:
    """Draw one bar, ellipse, line or polygon of about `reach` of the picture's height."""
    height, width = picture.shape[:2]
    centre = rng.uniform(0, 1, 2) * (width, height)
    kind = rng.integers(0, 5)
    side = reach * height
    if kind == 0:
        half = side * rng.uniform(0.2, 1.0, 2)
        first, second = centre - half, centre + half
        cv2.rectangle(picture, _px(first), _px(second), colour, -1)
    elif kind == 1:
        axes = tuple(int(max(1, a)) for a in side * rng.uniform(0.3, 1.0, 2))
        cv2.ellipse(picture, _px(centre), axes, float(rng.uniform(0, 180)), 0, 360, colour, -1)
    elif kind == 2:
        turn = rng.uniform(0, 2 * np.pi)
        along = np.array([np.cos(turn), np.sin(turn)]) * height
        cv2.line(picture, _px(centre - along), _px(centre + along), colour, max(1, int(side * 0.2)))
    elif kind == 3:  # a limb-like bar
        turn = rng.uniform(0, 2 * np.pi)
        along = np.array([np.cos(turn), np.sin(turn)]) * side * 1.5
        cv2.line(picture, _px(centre - along), _px(centre + along), colour, max(1, int(side * 0.3)))
    else:
        turns = np.sort(rng.uniform(0, 2 * np.pi, int(rng.integers(3, 7))))
        around = np.stack([np.cos(turns), np.sin(turns)], 1) * side * rng.uniform(0.4, 1.2, (len(turns), 1))
        cv2.fillPoly(picture, [(centre + around).round().astype(np.int32)], colour)


def _px(point: np.ndarray) -> tuple[int, int]:
    return int(point[0]), int(point[1])
