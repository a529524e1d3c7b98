"""The studio's lamps, in the camera's frame: x right, y up, z towards the camera. Linear colours."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from .backdrop import Backdrop
from .chance import choose
from .rotations import normalised

# Ways to light a person, and how often they are met in a place. Half of the catalogue is a soft box.
PRESETS = {
    "studio": {
        "soft box": 40,
        "beauty": 16,
        "overcast": 6,
        "window": 10,
        "hard key": 10,
        "rim": 8,
        "ring": 6,
        "low": 4,
    },
    "room": {
        "soft box": 26,
        "beauty": 8,
        "overcast": 8,
        "window": 30,
        "hard key": 10,
        "rim": 8,
        "ring": 5,
        "low": 5,
    },
    "street": {"overcast": 50, "hard key": 18, "window": 14, "rim": 18},
}  # fmt: skip


@dataclass(frozen=True)
class _Preset:
    """Ranges (from, to). Directions: of each axis, x on either side; level: brightness of a frontal face."""

    key: tuple
    strength: tuple
    fill: tuple
    filled: tuple
    rim: tuple
    above: tuple
    below: tuple
    softness: tuple
    level: tuple


_FRONTAL = ((-1, 1), (0, 0.5), (0.9, 0.9))
_RANGES = {
    "soft box": _Preset(
        ((0.1, 0.9), (0.5, 1.2), (1, 1)), (0.55, 0.85), _FRONTAL, (0.14, 0.3),
        rim=(0.1, 0.35), above=(0.32, 0.45), below=(0.2, 0.3), softness=(0.25, 0.6), level=(1.25, 1.5),
    ),
    "beauty": _Preset(
        ((0, 0.15), (0.5, 0.9), (1, 1)), (0.6, 0.8), ((-0.2, 0.2), (-0.8, -0.4), (0.9, 0.9)), (0.2, 0.34),
        rim=(0.1, 0.5), above=(0.3, 0.4), below=(0.25, 0.34), softness=(0.2, 0.4), level=(1.3, 1.5),
    ),
    "overcast": _Preset(
        ((0, 0.6), (1.2, 2), (0.8, 0.8)), (0.3, 0.5), ((-1, 1), (0.1, 0.5), (0.9, 0.9)), (0.1, 0.22),
        rim=(0.05, 0.2), above=(0.55, 0.72), below=(0.24, 0.36), softness=(0.7, 1), level=(1.15, 1.4),
    ),
    "window": _Preset(
        ((1.1, 2.2), (0.2, 0.7), (0.8, 0.8)), (0.8, 1.05), _FRONTAL, (0.1, 0.22),
        rim=(0.05, 0.25), above=(0.28, 0.38), below=(0.18, 0.28), softness=(0.4, 0.8), level=(1.1, 1.35),
    ),
    "hard key": _Preset(
        ((0.4, 1.1), (0.6, 1.2), (1, 1)), (0.9, 1.2), _FRONTAL, (0.08, 0.18),
        rim=(0.05, 0.3), above=(0.22, 0.32), below=(0.14, 0.24), softness=(0.02, 0.08), level=(1.2, 1.45),
    ),
    "rim": _Preset(
        ((0.1, 0.9), (0.4, 1), (1, 1)), (0.45, 0.65), _FRONTAL, (0.14, 0.26),
        rim=(0.7, 1.3), above=(0.28, 0.4), below=(0.18, 0.28), softness=(0.2, 0.6), level=(1.1, 1.35),
    ),
    "ring": _Preset(
        ((0, 0.08), (0, 0.15), (1, 1)), (0.8, 1), ((-0.2, 0.2), (0.6, 0.9), (0.9, 0.9)), (0.08, 0.16),
        rim=(0, 0.1), above=(0.2, 0.3), below=(0.16, 0.24), softness=(0.04, 0.1), level=(1.3, 1.5),
    ),
    "low": _Preset(
        ((0.7, 1.3), (0.5, 1.1), (0.9, 0.9)), (0.75, 0.95), _FRONTAL, (0.06, 0.12),
        rim=(0.2, 0.7), above=(0.2, 0.27), below=(0.14, 0.2), softness=(0.15, 0.4), level=(0.85, 1.05),
    ),
}  # fmt: skip
SHADOW_SPAN = 21.0  # dm that the shadow map shows: a person, arms outstretched
_WARM = np.array([0.055, 0.0, -0.085])  # log gain of a light one standard deviation warmer


@dataclass(frozen=True)
class Light:
    """Directions towards the lamps and their colours, the same for all pictures of a person but for a small
    jitter.

    softness: width of a shadow's edge per distance from what casts it. exposure: factor of the camera.
    """

    preset: str
    key_direction: np.ndarray
    key_colour: np.ndarray
    fill_direction: np.ndarray
    fill_colour: np.ndarray
    rim_direction: np.ndarray
    rim_colour: np.ndarray
    ambient_up: np.ndarray
    ambient_down: np.ndarray
    softness: float
    exposure: float

    def jittered(self, rng: np.random.Generator) -> Light:
        """The key light moved a little, the exposure 3 % off: colours stay."""
        return replace(
            self,
            key_direction=normalised(self.key_direction + rng.normal(0, 0.08, 3)),
            exposure=self.exposure * rng.uniform(0.97, 1.03),
        )

    @property
    def edge(self) -> float:
        """Half width of a shadow's edge on the person, texels of the shadow map (0.04 dm)."""
        return 0.8 + 2.2 * min(self.softness, 1.0)

    @property
    def reach(self) -> float:
        """Share of the key light that a shadowed place still gets: large lamps reach round corners."""
        return 0.22 + 0.25 * min(self.softness, 1.0)

    def on(self, normal: np.ndarray, wrap: float = 0.35) -> np.ndarray:
        """Light [3] that arrives at unshadowed skin facing a direction, as in surface.glsl, before
        exposure."""
        normal = normalised(np.asarray(normal, float))
        key = np.clip((normal @ self.key_direction + wrap) / (1 + wrap), 0, 1)
        fill = np.clip((normal @ self.fill_direction + 0.4) / 1.4, 0, 1)
        above = normal[1] * 0.5 + 0.5
        ambient = self.ambient_down * (1 - above) + self.ambient_up * above
        return ambient + self.key_colour * key + self.fill_colour * fill


def draw_light(rng: np.random.Generator, backdrop: Backdrop) -> Light:
    """Light that fits the place: what the walls throw back has their colour.

    The exposure follows from a face's: turned to the camera or 40 degrees to either side it is neither black
    nor blown out.
    """
    preset = choose(rng, PRESETS[backdrop.place])
    ranges, side = _RANGES[preset], rng.choice([-1, 1])

    def between(name: str) -> float:
        return rng.uniform(*getattr(ranges, name))

    def direction(name: str) -> np.ndarray:
        return normalised(np.array([rng.uniform(*axis) for axis in getattr(ranges, name)]))

    warmth = rng.normal(0, 0.55 if preset in ("window", "hard key", "rim", "low") else 0.3)
    key_tone = np.exp(warmth * _WARM)
    bounce = backdrop.tone / backdrop.tone.max()
    surroundings = 1 + rng.uniform(0.3, 0.8) * (bounce - 1)  # walls' share in the ambient light
    surroundings *= np.exp(rng.normal(0, 0.2) * _WARM)
    light = Light(
        preset,
        direction("key") * (side, 1, 1),
        key_tone * between("strength"),
        direction("fill"),
        surroundings * between("filled"),
        normalised(np.array([rng.choice([-1, 1]) * rng.uniform(0.3, 1), 0.6, -0.9])),
        np.exp(rng.normal(0, 0.4) * _WARM) * between("rim"),
        surroundings * between("above"),
        surroundings * (0.5 + 0.5 * bounce) * between("below"),
        between("softness"),
        1.0,
    )
    turns = ((0, 0.5), (-0.87, 0.25), (0.87, 0.25))
    mean = sum(share * light.on((turn, 0, 1)).mean() for turn, share in turns)
    return replace(light, exposure=between("level") / mean)
