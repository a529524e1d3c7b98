"""How a person's head looks: skin tone, make-up or beard, eyes, hair. Drawn here, built in head.py."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from .accessories import Extras, draw_extras
from .bags import Bag, draw_bag
from .body import Body
from .chance import choose
from .colours import linear
from .hairstyles import Haircut, draw_haircut

_HAIR_COLOURS = np.array(
    [
        (28, 22, 20),
        (48, 34, 26),
        (78, 52, 34),
        (112, 76, 46),
        (160, 118, 72),
        (205, 170, 112),
        (110, 48, 28),
        (150, 150, 150),
    ],
    float,
)
_HAIR_COLOUR_WEIGHTS = [0.26, 0.2, 0.17, 0.13, 0.1, 0.06, 0.05, 0.03]
_STYLES = {
    True: {
        "long01": 0.38,
        "bob01": 0.03,
        "bob02": 0.13,
        "ponytail01": 0.24,
        "braid01": 0.08,
        "short02": 0.1,
        "afro01": 0.04,
    },
    False: {"short01": 0.03, "short02": 0.39, "short03": 0.28, "short04": 0.24, "afro01": 0.06},
}
_GROWN = 0.65  # share of the people whose hair is no ready-made mesh
_LOW = ("long", "shoulder", "bob", "mid length", "crop", "buzz", "fade")  # haircuts that fit under a cap
_UNDER_A_HAT = ("short01", "short02", "short03", "short04", "long01", "bob02")
_IRISES = ("brown", "brown", "brownlight", "blue", "green", "grey", "bluegreen", "deepblue", "lightblue")
_LIPSTICKS = [(150, 50, 55), (190, 60, 60), (120, 25, 35), (200, 110, 100), (170, 85, 80)]


@dataclass(frozen=True)
class Looks:
    """skin: texture file name and linear tint; face: values of PART_BLOCK painted on it; hair, tip: 8-bit
    sRGB; cut: of long hair, the `hair` of PART_BLOCK; brows, lashes: numbers of MakeHuman's;
    brow_thinness: alpha at which half of a brow is drawn; haircut: hair grown lock by lock in place of the
    mesh `style`; streaks: share of its locks that are lighter; seed: of the locks; extras: what is worn."""

    skin: str
    skin_tint: np.ndarray
    face: dict[str, tuple]
    style: str
    hair: np.ndarray
    tip: np.ndarray
    iris: str
    brows: int
    lashes: int
    brow_thinness: float
    hat: str | None
    cut: tuple[float, float, float, float]
    haircut: Haircut | None
    streaks: float
    seed: int
    extras: Extras
    bag: Bag | None


def draw_looks(rng: np.random.Generator, body: Body) -> Looks:
    """Skin tone, make-up or beard, eyes and hair that suit the body."""
    uniform = rng.uniform
    sex = "female" if body.female else "male"
    age = "young" if rng.random() < 0.8 else "middleage"
    if body.dark:
        skin = f"{age}_darkskinned_{sex}_diffuse.png"
    else:
        variants = ["", "2"] if age == "middleage" else ["", "2", "3"]
        skin = f"{age}_lightskinned_{sex}_diffuse{rng.choice(variants)}.png"
    tint = uniform(0.84, 1.06) * np.array([1, uniform(0.95, 1.03), uniform(0.92, 1.05)])
    if body.dark:
        tint = tint * uniform(1.3, 2.4)
    elif rng.random() < 0.35:
        tint = tint * np.array([0.86, 0.76, 0.68]) ** uniform(0.3, 1.6)
    tint = tint * np.array([1, 0.94, 0.885]) ** uniform(0.2, 1.3)  # the textures alone look like plaster

    weights = _HAIR_COLOUR_WEIGHTS if body.light_hair else [0.5, 0.5, 0, 0, 0, 0, 0, 0]
    hair = _HAIR_COLOURS[rng.choice(8, p=weights)] * uniform(0.85, 1.15)
    lipstick = linear(_LIPSTICKS[rng.integers(len(_LIPSTICKS))])
    face = {
        "lips": (*lipstick, float(rng.choice([0.25, 0.5, 0.8], p=[0.5, 0.35, 0.15]) if body.female else 0)),
        "eyeshadow": (0.05, 0.03, 0.03, uniform(0.1, 0.55) if body.female else 0.0),
    }
    stubble = (
        rng.choice([0.2, 0.35, 0.6], p=[0.5, 0.35, 0.15]) if not body.female and rng.random() < 0.5 else 0.0
    )
    face["beard"] = (*linear(np.minimum(hair * 0.75, 110)), float(stubble))
    style = choose(rng, _STYLES[body.female])
    cut = (
        float(style == "long01" and rng.random() < 0.75),
        uniform(2.2, 6),
        uniform(0.3, 0.9) if rng.random() < 0.18 else 0.0,
        uniform(4.5, 6.5),
    )
    hat = str(rng.choice(["", "_black", "_grey"])) if rng.random() < 0.03 and style in _UNDER_A_HAT else None
    freckles = rng.choice([0, uniform(0.3, 0.9)], p=[0.8, 0.2]) if not body.dark and body.light_hair else 0.0
    blush = uniform(0.1, 0.5) if body.dark else uniform(0.2, 0.9)
    face["complexion"] = (blush, float(freckles), uniform(), max(0, uniform(-14, 9)))
    own = np.random.default_rng(rng.integers(2**62))
    extras = draw_extras(own, body.female)
    haircut = draw_haircut(own, body.female) if hat is None and own.random() < _GROWN else None
    return Looks(
        skin,
        tint,
        face,
        style,
        hair,
        _HAIR_COLOURS[rng.integers(2, 6)],
        _IRISES[rng.integers(len(_IRISES) if body.light_hair else 3)],
        int(rng.integers(1, 13)),
        int(rng.integers(1, 5)),
        uniform(0.42, 0.68) if body.female else uniform(0.32, 0.55),
        hat,
        cut,
        haircut,
        streaks=float(own.choice([0, 0.12, 0.3], p=[0.7, 0.2, 0.1])) if body.light_hair else 0.0,
        seed=int(own.integers(2**62)),
        extras=extras if haircut is None or haircut.name in _LOW else replace(extras, hat=""),
        bag=draw_bag(own),
    )
