"""What stands behind a person: a floor and a wall, in decimetres of the person's own space.

The wall is the plane z = -distance, the floor the plane below the soles; where they meet they are blended
over `cove`, as paper does that hangs down and runs on over the floor. All pictures of a person show the same
place: a tighter crop shows less of it, larger. Colours are those of the finished picture (sRGB, 0..1).
"""

from __future__ import annotations

import colorsys
from dataclasses import dataclass

import numpy as np

from . import scenery
from .chance import choose

# How often what is met: half of a catalogue is plain studio.
KINDS = {
    "plain": 33, "gradient": 12, "spot": 10, "paper": 13,
    "plaster": 5, "concrete": 4, "panels": 3.5, "brick": 3, "boards": 2, "interior": 8.5, "street": 6,
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Backdrop:
    """wall_HW3, floor_HW3: pictures float32, top row first; the wall's spans `wall_span` dm from the floor up
    and to both sides of the person, the floor's `floor_span` dm, both mirrored beyond.

    distance of the wall; cove; corner: darkness of the edge between wall and floor; gloss: share of the
    person mirrored in the floor; falloff: share of light the floor loses at 20 dm from the person; shadow:
    depth of shadows, 0..1; vignette: of the whole picture; blur: width of the defocus per distance behind the
    person; tone [3]: mean colour of it all.
    """

    kind: str
    wall_HW3: np.ndarray
    floor_HW3: np.ndarray
    wall_span: float
    floor_span: float
    distance: float
    cove: float
    corner: float
    gloss: float
    falloff: float
    shadow: float
    vignette: float
    blur: float
    tone: np.ndarray

    @property
    def place(self) -> str:
        """studio, room or street."""
        if self.kind == "street":
            return "street"
        return "studio" if self.kind in ("plain", "gradient", "spot", "paper") else "room"


def draw_backdrop(rng: np.random.Generator, kind: str | None = None) -> Backdrop:
    """A random place; its kind (of KINDS) may be ordered."""
    kind = kind or choose(rng, KINDS)
    if kind in ("plain", "gradient", "spot", "paper"):
        return _studio(rng, kind)
    if kind in ("interior", "street"):
        return _blurred(rng, kind)
    return _walled(rng, kind)


def _grey(rng: np.random.Generator) -> np.ndarray:
    """A near-neutral tone: mostly light, some middle greys, few dark; now and then a visible tint."""
    spans = ((0.85, 0.985), (0.68, 0.88), (0.4, 0.7))
    low, high = spans[rng.choice(3, p=(0.62, 0.28, 0.1))]
    warmth, tint = rng.normal(0, (0.03 if rng.random() < 0.25 else 0.009, 0.005))
    return np.clip(rng.uniform(low, high) * np.array([1 + warmth, 1 + tint, 1 - warmth]), 0, 0.99)


def _colour(rng: np.random.Generator, saturation=(0.1, 0.6), value=(0.5, 0.92)) -> np.ndarray:
    return np.array(colorsys.hsv_to_rgb(rng.random(), rng.uniform(*saturation), rng.uniform(*value)))


def _made(rng, kind: str, wall: np.ndarray, floor: np.ndarray, **values) -> Backdrop:
    """Backdrop with the values that most kinds share, unless given."""
    shared = {
        "wall_span": 32.0, "floor_span": 16.0, "corner": 0.0, "gloss": 0.0, "falloff": rng.uniform(0, 0.12),
        "shadow": rng.uniform(0.3, 0.5), "vignette": rng.uniform(0, 0.1), "blur": 0.02,
    }  # fmt: skip
    tone = 0.75 * wall.mean((0, 1)) + 0.25 * floor.mean((0, 1))
    return Backdrop(
        kind, wall.astype(np.float32), floor.astype(np.float32), tone=tone, **{**shared, **values}
    )


def _studio(rng: np.random.Generator, kind: str) -> Backdrop:
    """A bare wall or paper: one tone, lit evenly, obliquely or by a spot."""
    uniform = rng.uniform
    tone = _colour(rng) if kind == "paper" else _grey(rng)
    if kind == "spot" and rng.random() < 0.5:
        tone = tone * uniform(0.5, 0.85)
    y, x = np.mgrid[0:1:64j, -1:1:64j]
    y = 1 - y
    light = np.ones_like(x)
    slope = {"plain": 0.04, "gradient": 0.3, "spot": 0.08, "paper": 0.12}[kind]
    light += uniform(-slope, slope) * (y - 0.4) + uniform(-0.6, 0.6) * slope * x
    if kind == "spot":
        off = ((x - uniform(-0.25, 0.25)) / uniform(0.3, 0.6)) ** 2 + (
            (y - uniform(0.3, 0.55)) / uniform(0.3, 0.55)
        ) ** 2
        light *= 1 + uniform(0.12, 0.4) * (np.exp(-off) - 0.5)
    wall = np.clip(tone * light[..., None], 0, 0.99)
    ground = np.clip(light[-1].mean() * tone * uniform(0.9, 1.03), 0, 0.99)
    cove = uniform(2, 7) if kind == "paper" else uniform(3, 12)
    return _made(
        rng, kind, wall, scenery.plain(ground), distance=uniform(9, 28), cove=cove,
        corner=uniform(0.02, 0.14) * (rng.random() < (0.8 if kind == "paper" else 0.35)),
        gloss=uniform(0.05, 0.16) * (rng.random() < 0.15),
    )  # fmt: skip


def _walled(rng: np.random.Generator, kind: str) -> Backdrop:
    """A wall with a faint texture close behind the person, and the edge of a floor."""
    uniform = rng.uniform
    tone = _grey(rng) if rng.random() < 0.7 or kind == "concrete" else _colour(rng, (0.05, 0.35), (0.5, 0.9))
    distance = uniform(3, 16)
    wall = scenery.wall(rng, kind, tone, 32.0)
    wall = scenery.soften(wall, uniform(0.03, 0.12) + 0.012 * distance, 32.0)
    return _made(
        rng, kind, wall, scenery.ground(rng, _grey(rng) * uniform(0.55, 1)), distance=distance,
        cove=uniform(0.05, 0.2), corner=uniform(0.1, 0.3), gloss=uniform(0.04, 0.2) * (rng.random() < 0.4),
        shadow=uniform(0.35, 0.6), blur=uniform(0.02, 0.05),
    )  # fmt: skip


def _blurred(rng: np.random.Generator, kind: str) -> Backdrop:
    """A furnished room or a street, far out of focus."""
    uniform = rng.uniform
    if kind == "interior":
        span, distance, blur = 44.0, uniform(20, 40), uniform(0.05, 0.13)
        wall = scenery.interior(rng, _grey(rng), span)
    else:
        span, distance, blur = 80.0, uniform(60, 120), uniform(0.04, 0.1)
        wall = scenery.street(rng, span)
    wall = scenery.bokeh(wall, blur * distance, span)
    tone = _grey(rng) * (uniform(0.5, 0.95) if kind == "interior" else uniform(0.5, 0.8))
    floor = scenery.ground(rng, tone, indoors=kind == "interior")
    return _made(
        rng, kind, wall, floor, wall_span=span, distance=distance,
        cove=blur * distance * 0.6, corner=uniform(0, 0.15), gloss=uniform(0.04, 0.14) * (rng.random() < 0.3),
        shadow=uniform(0.35, 0.6), blur=blur,
    )  # fmt: skip
