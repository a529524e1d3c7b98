"""Outfits drawn at random: which garments, their cut, their cloth. Units as in garments.py."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .chance import choose
from .colours import BLACK, BURGUNDY, CHARCOAL, NAVY, draw_colour, linear
from .details import tailor, tailor_jacket, tailor_skirt, tailor_trousers
from .garments import Finish, Fit, Heels, Neck, Outfit, Skirt, SuitPart, Top, Trousers
from .prints import draw_print
from .textiles import SOBER_KINDS, draw_denim, draw_fabric, draw_leather

# name: suit, components of its mesh, mean luminance of its texture
SUIT_TOPS = {
    "tee": ("male_casualsuit04", (0,), 0.35),
    "tee f": ("female_casualsuit01", (0,), 0.35),
    "tee f2": ("female_casualsuit02", (2,), 0.35),
    "jacket": ("male_casualsuit06", (0,), 0.35),
    "long": ("male_casualsuit02", (1,), 0.35),
    "shirt": ("male_casualsuit03", (0,), 0.2),
    "blouse": ("female_elegantsuit01", (1,), 0.22),
    "crop": ("female_sportsuit01", (0,), 0.35),
    "vest": ("male_casualsuit05", (0, 1, 2), 0.25),
    "suit": ("male_elegantsuit01", (1,), 0.16),
}
SUIT_BOTTOMS = {
    "jeans m": ("male_casualsuit02", (0,), 0.42),
    "jeans f": ("female_casualsuit01", (1,), 0.42),
    "hot pants": ("female_casualsuit02", (0,), 0.35),
    "pencil skirt": ("female_elegantsuit01", (0,), 0.28),
    "trousers": ("male_elegantsuit01", (0,), 0.2),
    "sport": ("female_sportsuit01", (1,), 0.3),
}
_JEANS_TINTS = [(60, 66, 80), (35, 36, 40), (110, 130, 160), (200, 195, 185), (130, 110, 85), (30, 40, 70)]
# no skin tones: the wearer would look barefoot
SHOE_COLOURS = [
    (20, 20, 22),
    (30, 28, 30),
    (150, 30, 35),
    (120, 25, 30),
    (240, 238, 235),
    (90, 60, 45),
    (110, 110, 115),
    (40, 45, 70),
]
_STOCKINGS = (BLACK, BLACK, BLACK, CHARCOAL, NAVY, BURGUNDY)
_SHOES = {"shoes01": 0.14, "shoes02": 0.12, "shoes03": 0.17, "shoes04": 0.19, "shoes05": 0.2, "shoes06": 0.18}


def draw_outfit(rng: np.random.Generator, female: bool) -> Outfit:
    """Clothes from the skin out: always a top and a bottom, or a dress."""
    if female and rng.random() < 0.27:
        outfit = _draw_dress(rng)
    else:
        top = draw_top(rng, female)
        kind = rng.random()
        if female and kind < 0.27:
            outfit = Outfit(top, _draw_skirt_to(top, rng))
        elif kind < (0.45 if female else 0.3):
            outfit = Outfit(top, _draw_suit_bottom(rng, female))
        else:
            outfit = Outfit(top, draw_trousers_to(top, rng, female))
    if (
        isinstance(outfit.top, Top)
        and outfit.top.neck.kind != "turtle"
        and outfit.top.collar != "hood"
        and rng.random() < 0.2
    ):
        add_jacket(outfit, rng)
    for garment in (outfit.top, outfit.bottom, outfit.jacket):
        if garment is not None and not isinstance(garment, SuitPart) and rng.random() < 0.13:
            make_shiny(garment.finish, rng)
    add_shoes(outfit, rng, female)
    return outfit


def _loose_fit(rng: np.random.Generator, looseness: float) -> Fit:
    return Fit(
        ease=0.04 + 0.05 * looseness,
        looseness=looseness,
        taper=rng.uniform(-0.02, 0.09),
        sleeve=0.02 + 0.16 * looseness * rng.uniform(0.4, 1.2),  # more than 0.2 looks like a puffer jacket
        flare=rng.uniform(-0.2, 0.8) * looseness,
    )


def draw_top(rng: np.random.Generator, female: bool) -> Top | SuitPart:
    kinds = (
        {
            "tee": 0.2,
            "long": 0.1,
            "tank": 0.11,
            "vee": 0.1,
            "turtle": 0.05,
            "strapless": 0.05,
            "blouse": 0.07,
            "shirt": 0.09,
            "polo": 0.03,
            "hoodie": 0.04,
            "sweater": 0.07,
            "suit": 0.09,
        }
        if female
        else {
            "tee": 0.24,
            "long": 0.08,
            "vee": 0.05,
            "shirt": 0.15,
            "polo": 0.08,
            "hoodie": 0.08,
            "sweater": 0.08,
            "turtle": 0.03,
            "tank": 0.05,
            "suit": 0.16,
        }
    )
    kind = choose(rng, kinds)
    return _draw_suit_top(rng, female) if kind == "suit" else draw_cloth_top(rng, female, kind)


def draw_cloth_top(rng: np.random.Generator, female: bool, kind: str) -> Top:
    uniform = rng.uniform
    looseness = float(np.clip(rng.beta(2, 2.2), 0.05, 0.95) if female else np.clip(rng.beta(3, 2), 0.25, 1))
    top = Top(
        kind,
        _loose_fit(rng, looseness),
        Finish(draw_fabric(rng), uniform(0.1, 0.24) * (0.5 + looseness * 0.7), uniform(0, 0.03)),
        hem=uniform(-0.25, 0.6),
        sleeve=4.1,
        neck=Neck("crew", uniform(0.85, 1.2), uniform(0.55, 0.9)),
        hem_curve=uniform(-0.1, 0.4) if uniform() < 0.3 else 0.0,
    )
    match kind:
        case "tee":
            top.sleeve = uniform(0.7, 2)
        case "long":
            top.sleeve = rng.choice([uniform(2.6, 3.4), uniform(3.9, 4.15)], p=[0.3, 0.7])
        case "tank":
            top.neck = Neck("tank", uniform(0.75, 1), uniform(0.9, 1.6), uniform(0.4, 1.2))
            top.sleeve, top.strap, top.armhole = 0.1, uniform(0.95, 1.35), uniform(-0.3, 0.1)
            top.fit.sleeve, top.fit.ease = 0.0, 0.06
        case "vee":
            top.neck = Neck("vee", uniform(1, 1.5), uniform(1, 1.9), 0.25)
            top.sleeve = rng.choice([uniform(0.6, 2), 4.05])
        case "turtle":
            top.neck, top.sleeve = Neck("turtle", 1.0, uniform(5.85, 6)), 4.05
        case "strapless":
            top.neck = Neck("strapless", 1.0, uniform(4.35, 4.6), uniform(3.9, 4.3))
            top.sleeve, top.fit.ease = 0.0, 0.05
        case "blouse":
            top.neck = Neck("crew", uniform(0.9, 1.4), uniform(0.6, 1.5))
            top.sleeve, top.fit = uniform(1.2, 4.1), _loose_fit(rng, uniform(0.7, 1.1))
            top.fit.flare, top.finish.folds = uniform(0.3, 2.2), uniform(0.2, 0.32)
    if (
        kind in ("tee", "long", "tank")
        and top.finish.fabric.kind in ("plain", "heather")
        and uniform() < 0.25
    ):
        top.chest_print, top.print_at = draw_print(rng), (0.0, uniform(3.4, 3.9), uniform(0.6, 1.1))
    tailor(top, rng)
    return top


def _draw_suit_top(rng: np.random.Generator, female: bool) -> SuitPart:
    name = choose(
        rng,
        {"tee f": 0.35, "tee f2": 0.35, "blouse": 0.2, "crop": 0.1}
        if female
        else {"tee": 0.3, "jacket": 0.15, "long": 0.2, "shirt": 0.15, "vest": 0.1, "suit": 0.1},
    )
    part = SuitPart(name, *SUIT_TOPS[name])
    chance = rng.random()
    if name in ("shirt", "vest", "suit", "blouse"):
        if chance < 0.6:
            part.recolour, part.tint = "tint", tuple(linear(draw_colour(rng)))
    elif chance < 0.85:
        part.recolour, part.fabric, part.repeat = "fabric", draw_fabric(rng), rng.uniform(4, 6)
    return part


def _draw_suit_bottom(rng: np.random.Generator, female: bool) -> SuitPart:
    name = choose(
        rng,
        {"jeans f": 0.56, "hot pants": 0.22, "pencil skirt": 0.12, "sport": 0.1}
        if female
        else {"jeans m": 0.8, "trousers": 0.2},
    )
    part = SuitPart(name, *SUIT_BOTTOMS[name])
    colour = None
    if name.startswith("jeans") and rng.random() < 0.5:
        colour = _JEANS_TINTS[rng.integers(len(_JEANS_TINTS))]
    elif name == "pencil skirt" or name == "trousers" and rng.random() < 0.6:
        colour = draw_colour(rng)
    if colour is not None:
        part.recolour, part.tint = "tint", tuple(linear(colour))
    return part


def draw_skirt(rng: np.random.Generator, kind: str, hem: float, finish: Finish) -> Skirt:
    uniform, phase = rng.uniform, rng.uniform(0, 6)
    match kind:
        case "pencil":
            slope, flutes, waves = uniform(-0.03, 0.02), 0.008, 5
        case "shift":
            slope, flutes, waves = uniform(0.02, 0.1), 0.02, int(rng.integers(5, 9))
        case "a-line":
            slope, flutes, waves = uniform(0.12, 0.28), uniform(0.02, 0.06), int(rng.integers(6, 12))
        case _:  # full
            slope, flutes, waves = uniform(0.25, 0.5), uniform(0.05, 0.11), int(rng.integers(8, 16))
    skirt = Skirt(hem, finish, slope, flutes, waves, phase, hanging=kind == "shift")
    tailor_skirt(skirt, rng)
    return skirt


def _draw_dress(rng: np.random.Generator) -> Outfit:
    uniform = rng.uniform
    top = draw_cloth_top(
        rng, True, choose(rng, {"tee": 0.2, "long": 0.15, "tank": 0.35, "vee": 0.15, "strapless": 0.15})
    )
    looseness = uniform(0, 0.35)
    top.fit = replace(top.fit, looseness=looseness * 0.5, ease=0.07, sleeve=0.05 + 0.2 * uniform())
    top.hem, top.hem_curve, top.dress, top.chest_print, top.trims = 1.35, 0.0, True, None, None
    kind = str(rng.choice(["pencil", "a-line", "full", "shift"]))
    hem = rng.choice([uniform(-2.9, -1.6), uniform(-3.9, -3), uniform(-7, -5)], p=[0.5, 0.33, 0.17])
    # the same cloth above and below, so that one finish serves both
    return Outfit(top, draw_skirt(rng, kind, hem, top.finish))


def _draw_skirt_to(top: Top | SuitPart, rng: np.random.Generator) -> Skirt:
    """A skirt, into which the top may be tucked."""
    uniform = rng.uniform
    hem = rng.choice([uniform(-2.4, -1.2), uniform(-3.8, -2.8), uniform(-7, -5)], p=[0.5, 0.35, 0.15])
    fabric = draw_fabric(rng) if uniform() < 0.45 else draw_fabric(rng, SOBER_KINDS)
    kind = str(rng.choice(["pencil", "a-line", "full"]))
    skirt = draw_skirt(rng, kind, hem, Finish(fabric, uniform(0.08, 0.2), uniform(0, 0.03)))
    if isinstance(top, Top) and uniform() < 0.5:
        tuck(top, 1.35)
    return skirt


def tuck(top: Top, hem: float) -> None:
    top.hem, top.hem_curve, top.tucked = hem, 0.0, True
    if top.trims is not None:
        top.trims.pocket = "" if top.trims.pocket == "pouch" else top.trims.pocket
    top.fit.looseness *= 0.5


def draw_trousers_to(top: Top | SuitPart, rng: np.random.Generator, female: bool) -> Trousers:
    """Trousers, into which the top may be tucked."""
    uniform = rng.uniform
    kind = choose(
        rng,
        {"leggings": 0.14, "jeans": 0.36, "trousers": 0.17, "wide": 0.1, "shorts": 0.17, "capri": 0.06}
        if female
        else {"jeans": 0.45, "trousers": 0.25, "shorts": 0.2, "joggers": 0.1},
    )
    match kind:  # ease, looseness and taper; height of the hem
        case "leggings":
            fit, hem = Fit(0.02, 0.0, 0.1), -7.35
        case "jeans":
            fit, hem = Fit(0.05, uniform(0.1, 0.6), uniform(0.1, 0.16)), uniform(-7.55, -7.2)
        case "trousers":
            fit, hem = Fit(0.07, uniform(0.6, 0.9), uniform(0.08, 0.13)), uniform(-7.6, -7.2)
        case "wide":
            fit, hem = Fit(0.08, 1.0, uniform(-0.05, 0.05)), uniform(-7.7, -7.3)
        case "shorts":
            fit = Fit(0.09, uniform(0.4, 1), uniform(0, 0.1))
            hem = uniform(-2.6, -0.75) if female else uniform(-3.6, -2.2)
        case "capri":
            fit, hem = Fit(0.04, 0.3, 0.1), uniform(-5.8, -4.5)
        case _:  # joggers
            fit, hem = Fit(0.1, uniform(0.6, 1), 0.12), -7.2
    if kind == "jeans" or kind == "shorts" and uniform() < 0.5:
        fabric = draw_denim(rng)
    elif kind in ("leggings", "wide", "shorts") and uniform() < 0.4:
        fabric = draw_fabric(rng)
    else:
        fabric = draw_fabric(rng, SOBER_KINDS)
    trousers = Trousers(
        kind,
        fit,
        Finish(fabric, 0.08 if kind == "leggings" else uniform(0.1, 0.25), uniform(0, 0.03)),
        waist=uniform(1.1, 1.9) if female else uniform(0.9, 1.4),
        hem=hem,
        belt=uniform() < 0.4,
        bright_seams=uniform() < 0.4,
    )
    tailor_trousers(trousers, rng)
    if isinstance(top, Top) and uniform() < 0.25:
        tuck(top, trousers.waist - 0.4)
        trousers.over_top = True
    return trousers


def add_jacket(outfit: Outfit, rng: np.random.Generator) -> None:
    uniform = rng.uniform
    hem = uniform(-0.3, 0.6)
    outfit.jacket = Top(
        "jacket",
        Fit(ease=0.1, looseness=uniform(0.6, 1), taper=0.02, sleeve=0.04 + 0.06 * uniform()),
        Finish(draw_fabric(rng, SOBER_KINDS), folds=uniform(0.15, 0.3), specular=uniform(0, 0.04)),
        hem=hem,
        sleeve=uniform(3.7, 4.1),
        neck=Neck("crew", uniform(0.8, 1), uniform(0.6, 1), 0.15),
        opening=uniform(0.2, 0.7),
    )
    tailor_jacket(outfit.jacket, rng)
    inner = outfit.top  # what is worn below loses its sleeves and lies close
    inner.sleeve = min(inner.sleeve, 0.15)
    inner.fit = replace(inner.fit, looseness=min(inner.fit.looseness, 0.4), sleeve=0.0)


def make_shiny(finish: Finish, rng: np.random.Generator) -> None:
    """Satin or leather."""
    uniform = rng.uniform
    if uniform() < 0.5:
        finish.specular, finish.gloss = uniform(0.12, 0.25), uniform(20, 50)
    else:
        finish.specular, finish.gloss = uniform(0.08, 0.18), uniform(6, 14)
    if finish.specular > 0.15 and uniform() < 0.6:
        finish.fabric = draw_leather(rng)


def add_shoes(outfit: Outfit, rng: np.random.Generator, female: bool) -> None:
    uniform = rng.uniform
    skirted = isinstance(outfit.bottom, Skirt)
    if female and uniform() < (0.85 if skirted else 0.4):
        kind = uniform()
        top = -7.62 if kind < 0.75 else (-6.6 if kind < 0.9 else -4.3)  # pump, ankle boot, boot
        height = float(rng.choice([0.35, 0.6, 0.9], p=[0.35, 0.35, 0.3]))
        radius = uniform(0.16, 0.26) if height > 0.5 else uniform(0.25, 0.34)
        pump = top < -7
        outfit.heels = Heels(
            height,
            top,
            dip=0.42 if pump else 0.0,
            sandal=bool(pump and uniform() < 0.5),
            colour=linear(SHOE_COLOURS[rng.integers(len(SHOE_COLOURS))]),
            radius=radius,
            foot_radius=radius * uniform(0.35, 1),
        )
    else:
        outfit.shoes = choose(rng, _SHOES)
        if uniform() < 0.55:
            outfit.shoe_colour = linear(draw_colour(rng))
    if skirted and uniform() < 0.22:
        colour = linear(_STOCKINGS[rng.integers(len(_STOCKINGS))])
        outfit.stockings = (*colour, float(rng.choice([0.6, 0.97])))
