"""What cameras and files do to a picture: colours, focus, grain, enlarged thumbnails, JPEG. Strongly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.cv import cv2


@dataclass(frozen=True)
class SpoilingLens:
    """Standard deviations of log gains and slopes; probabilities of the rest."""

    white_balance: float = 0.12
    exposure: float = 0.25
    contrast: float = 0.22
    gamma: float = 0.25
    grey: float = 0.04
    bloom: float = 0.12
    saturation: float = 0.3
    blur: float = 0.35
    shake: float = 0.08
    thumbnail: float = 0.2
    grain: float = 0.45
    sharpen: float = 0.12
    jpeg: float = 0.5


def photograph(rng: np.random.Generator, picture_HWC: np.ndarray, lens: SpoilingLens) -> np.ndarray:
    """The picture float32 [H, W, 3] in 0 to 255 as a lesser camera takes it: uint8."""
    picture = picture_HWC / 255.0
    if rng.random() < lens.bloom:
        picture = _bloomed(rng, picture)
    picture = _coloured(rng, picture, lens) * np.float32(255)
    height, width = picture.shape[:2]
    blur, shake, thumbnail, grain, sharpen, jpeg = rng.random(6) < (
        lens.blur, lens.shake, lens.thumbnail, lens.grain, lens.sharpen, lens.jpeg,
    )  # fmt: skip
    if blur:
        picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.3, 1.8) * height / 256 + 0.1)
    if shake:
        picture = cv2.filter2D(picture, -1, _streak(rng, max(3, round(rng.uniform(3, 11) * height / 256))))
    if sharpen:
        soft = cv2.GaussianBlur(picture, (0, 0), 1.0)
        picture = picture + rng.uniform(0.3, 1.5) * (picture - soft)
    if grain:
        cells = (*picture.shape[:2], 3 if rng.random() < 0.5 else 1)
        picture = picture + rng.uniform(1, 16) * rng.standard_normal(cells, np.float32)
    if thumbnail:
        factor = rng.uniform(1.3, 2.8)
        small = cv2.resize(
            picture, (round(width / factor), round(height / factor)), interpolation=cv2.INTER_AREA
        )
        picture = cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)
    picture = np.clip(np.rint(picture), 0, 255).astype(np.uint8)
    if jpeg:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(18, 96))]
        picture = cv2.imdecode(cv2.imencode(".jpg", picture, quality)[1], cv2.IMREAD_COLOR)
    return picture


def _bloomed(rng: np.random.Generator, picture: np.ndarray) -> np.ndarray:
    """Too much light: what is bright is white, and shines over what is before it, as a window does."""
    bright = np.clip(picture * np.float32(rng.uniform(1.2, 1.7)) - 0.8, 0, 1)
    around = cv2.GaussianBlur(bright, (0, 0), rng.uniform(0.01, 0.06) * picture.shape[0])
    return np.clip(picture + np.float32(rng.uniform(0.2, 0.8)) * around, 0, 1)


def _coloured(rng: np.random.Generator, picture: np.ndarray, lens: SpoilingLens) -> np.ndarray:
    red, blue, gain, slope, gamma, saturation = rng.standard_normal(6)
    gains = np.exp(
        lens.exposure * gain + lens.white_balance * np.array([red, 0.0, blue])
    ).astype(np.float32)  # fmt: skip
    keep = 0.0 if rng.random() < lens.grey else max(0.0, 1 + lens.saturation * saturation)
    picture = np.clip(picture, 0, 1) ** np.float32(np.exp(lens.gamma * gamma)) * gains
    grey = picture.mean(2, keepdims=True)
    picture = grey + np.float32(keep) * (picture - grey)
    return np.clip(0.5 + (picture - 0.5) * np.float32(np.exp(lens.contrast * slope)), 0, 1)


def _streak(rng: np.random.Generator, length: int) -> np.ndarray:
    """Kernel of a movement of the camera, `length` px long."""
    side = length | 1
    turn = rng.uniform(0, np.pi)
    half = np.array([np.cos(turn), np.sin(turn)]) * side / 2
    centre = np.full(2, side // 2)
    kernel = np.zeros((side, side), np.float32)
    cv2.line(kernel, tuple((centre - half).astype(int)), tuple((centre + half).astype(int)), 1.0)
    kernel[side // 2, side // 2] = 1.0
    return kernel / kernel.sum()
