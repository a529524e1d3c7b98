"""Maps to inspect: those that the official network recorded for case B, and some of other kinds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.api import DISTRIBUTION, EXTRACTION, MapInfo, Maps, NamedMap, PhotoMaps
from engine.inspecting.choices import MapChoice, choices_of
from engine.inspecting.overlays import Subject

DATA = Path(__file__).parents[2] / "data" / "nted"
SIZES = {"16a": (8, 6), "16b": (8, 6), "32a": (16, 12), "32b": (16, 12)}  # layers that case B holds whole


@pytest.fixture(scope="session")
def golden() -> Maps:
    """C̄e and C̄d of case B."""
    case = np.load(DATA / "caseB_g256_div8_128x96_b1.npz")
    read, made = [], []
    for index, (layer, size) in enumerate(SIZES.items()):
        exponential_Khw = np.exp(case[f"distribution_logits_{index}"][0])
        softmax_KN = case[f"extraction_softmax_{index}"][0]
        read.append(NamedMap(EXTRACTION, layer, softmax_KN.reshape(-1, *size)))
        made.append(NamedMap(DISTRIBUTION, layer, exponential_Khw / exponential_Khw.sum(0)))
    return Maps((*read, *made))


@pytest.fixture(scope="session")
def layers(golden) -> dict[str, MapChoice]:
    """What there is to choose of them, by layer."""
    infos = [
        MapInfo(each.kind, each.name, len(each.values_Khw), each.values_Khw.shape[1:]) for each in golden
    ]
    return {choice.info.name: choice for choice in choices_of(infos)}


@pytest.fixture(scope="session")
def alone(golden) -> Subject:
    """A picture of one photo."""
    rng = np.random.default_rng(0)
    picture, photo = (rng.integers(0, 256, (128, 96, 3), np.uint8) for _ in range(2))
    return Subject(picture, (PhotoMaps("me", golden),), (photo,))


@pytest.fixture(scope="session")
def mixed(golden, alone) -> Subject:
    """A picture of three photos: the person, one mixed in by half of every second texture, one whose garment
    covers the right half; its maps are the person's from right to left."""
    part = {layer: np.full(len(golden.of(EXTRACTION)[layer]), 0.5, np.float32) for layer in SIZES}
    for each in part.values():
        each[1::2] = 0.0
    left = {layer: 1.0 - each for layer, each in part.items()}
    turned = Maps(NamedMap(each.kind, each.name, each.values_Khw[..., ::-1]) for each in golden)
    right_hw = np.zeros((64, 48), np.float32)
    right_hw[:, 24:] = 1.0
    photos = (
        PhotoMaps("me", golden, left, 1.0 - right_hw),
        PhotoMaps("linen", Maps((*turned[:4], *golden[4:])), part, 1.0 - right_hw),
        PhotoMaps("coat", turned, None, right_hw),
    )
    return Subject(alone.result, photos, alone.images * 3)
