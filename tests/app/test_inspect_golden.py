"""What the window says of the official network's recorded maps is what was recorded."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
import pytest
from fake_engine import FakeEngine
from inspecting import inspect, move, pick

from engine.api import DISTRIBUTION, EXTRACTION, Frame, MapInfo, Maps, NamedMap, PhotoMaps
from engine.inspecting import choices as views

DATA = Path(__file__).parents[1] / "data" / "nted"
SIZES = {"16a": (8, 6), "16b": (8, 6), "32a": (16, 12), "32b": (16, 12)}  # layers that case B holds whole
INFOS = tuple(
    MapInfo(kind, name, 32 if name.startswith("32") else 16, size)
    for kind in (EXTRACTION, DISTRIBUTION)
    for name, size in SIZES.items()
)
RECORDED = FakeEngine("recorded", "Recorded", "Has these layers.", Path("recorded.safetensors"), INFOS)


@pytest.fixture
def recorded() -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Extraction [K, N] and distribution [K, h, w] of case B, by layer."""
    case = np.load(DATA / "caseB_g256_div8_128x96_b1.npz")
    found = {}
    for index, layer in enumerate(SIZES):
        exponential_Khw = np.exp(case[f"distribution_logits_{index}"][0])
        found[layer] = case[f"extraction_softmax_{index}"][0], exponential_Khw / exponential_Khw.sum(0)
    return found


@pytest.fixture
def window(open_window, recorded):
    """A window in Inspect mode that was shown the recorded maps."""
    driver = inspect(open_window(box=(RECORDED,)))
    mode = driver.window.inspecting
    driver.controller.frames.mapped.disconnect(mode._on_maps)  # the engine's own come no more
    read = [NamedMap(EXTRACTION, name, one.reshape(-1, *SIZES[name])) for name, (one, _) in recorded.items()]
    made = [NamedMap(DISTRIBUTION, name, other) for name, (_, other) in recorded.items()]
    person, still = driver.controller.document.look.person, driver.controller.frames.still
    maps = Maps((*read, *made))
    sources = (PhotoMaps(person, maps),)
    mode._on_maps(Frame(still[::2, ::2], 256, True, 1.0, maps=maps, sources=sources))
    return driver


def test_bars_maps_and_traces_are_the_recorded_ones(window, recorded):
    panel, mode = window.window.docks.inspector, window.window.inspecting
    layers = [choice.info.name for choice in mode.choices]
    for layer, at in product(SIZES, [(0.31, 0.52), (0.9, 0.1)]):
        pick(panel.layer, panel.layer.itemText(layers.index(layer)))
        pick(panel.view, views.TEXTURE)
        move(window, at)
        read_KN, made_Khw = recorded[layer]
        rows, columns = SIZES[layer]
        share_K = made_Khw[:, int(at[1] * rows), int(at[0] * columns)]
        bars = panel.bars.bars
        assert [bar.share for bar in bars] == pytest.approx(np.sort(share_K)[::-1][: len(bars)].tolist())
        channel = int(share_K.argmax())
        assert bars[0].words == f"Texture {channel + 1}"
        shown = mode.inspection.painting
        np.testing.assert_array_equal(shown.result.pixels, made_Khw[channel])
        over = shown.photos[0]
        np.testing.assert_allclose(over.pixels.ravel() * over.peak, read_KN[channel], rtol=1e-5)
        assert panel.read_out.text() == f"{share_K[channel]:.2f}"
        pick(panel.view, views.TRACE)
        over = mode.inspection.painting.photos[0]
        np.testing.assert_allclose(over.pixels.ravel() * over.peak, share_K @ read_KN, atol=1e-6)
