"""Coats, long cardigans and vests, tunics: upper clothes that fall as far as a dress does; at random.

Without them whatever reaches the thighs is a dress. Worn over what `outfits.draw_outfit` gives, trousers,
skirt or dress; labelled upper clothes down to the hem. Units as in garments.py.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .chance import choose
from .garments import Coat, Finish, Fit, Neck, Outfit, Skirt, SuitPart, Top
from .outfits import draw_outfit
from .textiles import SOBER_KINDS, Fabric, draw_denim, draw_fabric

KINDS = {"coat": 0.34, "trench": 0.16, "parka": 0.12, "cardigan": 0.14, "vest": 0.1, "tunic": 0.14}
_WAIST_SEAM = 1.3  # y: where the upper part ends inside of the lower one
_KNIT = {"knit": 0.5, "heather": 0.3, "plain": 0.2}


def draw_coated(rng: np.random.Generator, female: bool) -> Outfit:
    """An outfit with a coat over it, whose top is one of cloth: a suit's does not go under a jacket."""
    outfit = draw_outfit(rng, female)
    while isinstance(outfit.top, SuitPart) or outfit.top.collar == "hood":
        outfit = draw_outfit(rng, female)
    kinds = {kind: share for kind, share in KINDS.items() if kind != "tunic" or not _skirted(outfit)}
    outfit.jacket, outfit.coat = None, draw_coat(rng, choose(rng, kinds))
    inner = outfit.top
    inner.fit = replace(inner.fit, looseness=min(inner.fit.looseness, 0.3))
    if outfit.coat.top.sleeve > 1:
        inner.sleeve, inner.fit = min(inner.sleeve, 0.15), replace(inner.fit, sleeve=0.0)
    return outfit


def draw_coat(rng: np.random.Generator, kind: str) -> Coat:
    """A coat of one of KINDS."""
    uniform = rng.uniform
    looseness = uniform(0.4, 1.0)
    top = Top(
        kind,
        Fit(uniform(0.1, 0.24), looseness, uniform(0, 0.04), sleeve=uniform(0.05, 0.2)),
        Finish(_fabric(rng, kind), folds=uniform(0.12, 0.3), specular=uniform(0, 0.04)),
        hem=_WAIST_SEAM,
        sleeve=uniform(3.8, 4.3),
        neck=Neck("crew", 0.85, uniform(0.5, 0.7), 0.2),
        closing=choose(rng, {"coat": 0.6, "double": 0.4}),
        placket=float(rng.choice([0.35, 0.5, 1.7])),
    )
    hem, belt = uniform(-4.6, -1.6), False
    match kind:
        case "coat" | "trench":
            belt = uniform() < (0.75 if kind == "trench" else 0.1)
            _lapelled(top, rng)
            if uniform() < 0.25:
                top.collar, top.button = choose(rng, {"shirt": 0.5, "stand": 0.3, "": 0.2}), 0.0
                top.opening = _straight(rng, 0.5)
        case "parka":
            top.collar, top.opening, hem = "hood", _straight(rng, 0.5), uniform(-2.6, -0.9)
            belt = uniform() < 0.25
        case "cardigan":
            top.opening, top.closing, hem = _straight(rng, 1.0), "", uniform(-5.5, -1.0)
            top.collar = "hood" if uniform() < 0.15 else ""
        case "vest":
            top.sleeve, top.fit.sleeve, top.armhole = 0.1, 0.0, uniform(-0.2, 0.1)
            _lapelled(top, rng)
            if uniform() < 0.5:
                top.collar, top.button, top.opening = "", 0.0, _straight(rng, 0.8)
        case _:  # tunic
            top.closing, hem = choose(rng, {"": 0.7, "buttons": 0.3}), uniform(-2.1, -0.8)
            top.collar = "shirt" if top.closing else ""
            top.sleeve = float(rng.choice([0.1, uniform(0.6, 2.0), uniform(2.6, 4.1)]))
            top.fit = replace(top.fit, ease=0.1, sleeve=0.0 if top.sleeve < 0.5 else top.fit.sleeve)
    if belt:
        top.fit = replace(top.fit, looseness=looseness * 0.4)
    slope, waves = uniform(0.0, 0.16), int(rng.integers(4, 9))
    skirt = Skirt(hem, top.finish, slope, uniform(0.005, 0.04), waves, uniform(0, 6), hanging=not belt)
    return Coat(top, skirt, belt)


def _skirted(outfit: Outfit) -> bool:
    bottom = outfit.bottom
    return isinstance(bottom, Skirt) or isinstance(bottom, SuitPart) and "skirt" in bottom.name


def _fabric(rng: np.random.Generator, kind: str) -> Fabric:
    if kind == "cardigan":
        return draw_fabric(rng, _KNIT)
    if kind == "tunic" or rng.random() < 0.2:
        return draw_fabric(rng)
    return draw_denim(rng) if rng.random() < 0.05 else draw_fabric(rng, SOBER_KINDS)


def _lapelled(top: Top, rng: np.random.Generator) -> None:
    """Lapels down to a button; below it closed, parting, or flung open."""
    top.collar, top.button, top.opening = "lapel", rng.uniform(1.2, 4.0), rng.uniform(0.12, 0.26)
    top.parting = float(
        rng.choice([0.0, rng.uniform(0.02, 0.15), rng.uniform(0.15, 0.3)], p=[0.45, 0.3, 0.25])
    )


def _straight(rng: np.random.Generator, opens: float) -> float:
    """Half width of a front without a button: open with the given probability, else closed."""
    return float(rng.uniform(0.15, 1.1)) if rng.random() < opens else 0.0
