"""The judge: what the parsing network sees in a picture, and how it sees it.

Several measures ask about the same pictures, so what was said of the last ones is remembered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from types import MappingProxyType

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.features import Features
from engine.parsing import Parsed

_REMEMBERED = 16  # pictures: result, reference and truth of the pairs of a batch, and some


class Judge:
    """parse: as `engine.parsing.parse`; features: pictures in [-1, 1] to maps; made: what both are, for a
    report."""

    def __init__(
        self, parse: Callable[[np.ndarray], Parsed], features: Features, made: Mapping = MappingProxyType({})
    ):
        self.made = made
        self._seen = lru_cache(_REMEMBERED)(lambda data, shape: parse(_picture(data, shape)))
        self._maps = lru_cache(_REMEMBERED)(lambda data, shape: _maps(features, _picture(data, shape)))

    def seen(self, rgb_HWC: np.ndarray) -> Parsed:
        """Regions and joints of a picture, uint8."""
        return self._seen(rgb_HWC.tobytes(), rgb_HWC.shape)

    def distance(self, first_HWC: np.ndarray, second_HWC: np.ndarray, mask_HW: np.ndarray) -> float:
        """House distance of two pictures: mean over the maps of their mean absolute difference within a mask
        that is not empty."""
        mask_11HW = torch.from_numpy(mask_HW.astype(np.float32))[None, None]
        distances = []
        maps = (self._maps(picture.tobytes(), picture.shape) for picture in (first_HWC, second_HWC))
        for first_1Chw, second_1Chw in zip(*maps, strict=True):
            apart_hw = (first_1Chw - second_1Chw)[0].abs().mean(0)
            weight_hw = F.interpolate(mask_11HW, apart_hw.shape, mode="area")[0, 0]
            distances.append(float((apart_hw * weight_hw).sum() / weight_hw.sum()))
        return float(np.mean(distances))


def _picture(data: bytes, shape: tuple[int, ...]) -> np.ndarray:
    return np.frombuffer(bytearray(data), np.uint8).reshape(shape)  # writable, as torch wants it


@torch.no_grad()
def _maps(features: Features, rgb_HWC: np.ndarray) -> list[Tensor]:
    picture_1CHW = torch.from_numpy(rgb_HWC).permute(2, 0, 1)[None].float() / 127.5 - 1
    return features(picture_1CHW)
