"""What street photographs are full of and `outfits.draw_outfit` is not: dresses, skirts, stockings and boots
as often as trousers and coats; fur, scarves, hats, sunglasses, bags in the hand. At random; units as in
garments.py.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from .accessories import draw_extras
from .chance import choose
from .coats import draw_coat
from .colours import BLACK, BURGUNDY, CHARCOAL, NAVY, draw_colour, linear
from .details import make_shirt
from .garments import (
    Finish,
    Fit,
    Heels,
    Hosiery,
    Neck,
    Outfit,
    Scarf,
    Skirt,
    SuitPart,
    Top,
    Trims,
    Trousers,
)
from .handbags import Handbag, draw_handbag
from .looks import Looks
from .outfits import (
    SHOE_COLOURS,
    add_jacket,
    add_shoes,
    draw_cloth_top,
    draw_skirt,
    draw_top,
    draw_trousers_to,
    make_shiny,
    tuck,
)
from .textiles import SOBER_KINDS, Fabric, draw_denim, draw_fabric, draw_leather

DRESSES = {
    "shirt": 0.15,
    "knit": 0.17,
    "sheath": 0.2,
    "skater": 0.18,
    "wrap": 0.1,
    "maxi": 0.12,
    "shift": 0.08,
}
SKIRTS = {"pencil": 0.26, "pleated": 0.16, "denim": 0.1, "leather": 0.08, "a-line": 0.2, "full": 0.2}
_HEMS = {"mini": (-2.5, -1.3), "knee": (-4.1, -2.7), "midi": (-6.0, -4.2), "maxi": (-7.5, -6.3)}
_SKIN_LIKE = ((193, 154, 107), (160, 112, 76), (228, 192, 170), (222, 200, 170), (148, 88, 50), (120, 78, 52))
_DARK = (BLACK, BLACK, BLACK, BLACK, CHARCOAL, NAVY, BURGUNDY)
_FURS = ((30, 27, 26), (70, 50, 38), (135, 100, 70), (190, 165, 135), (225, 220, 212), (120, 118, 120))
_KNIT = {"knit": 0.55, "heather": 0.25, "plain": 0.1, "stripe": 0.1}
_FULL_SLEEVE = 4.1


@dataclass(frozen=True)
class Street:
    """Clothes, the head with what is worn on it, and what is carried."""

    outfit: Outfit
    looks: Looks
    handbag: Handbag | None


def draw_street(rng: np.random.Generator, female: bool, looks: Looks) -> Street:
    """What somebody with these looks wears in the street."""
    extras = draw_extras(rng, female)
    if rng.random() < 0.25:
        extras = replace(
            extras,
            glasses=(rng.uniform(0.26, 0.36), rng.uniform(0.2, 0.31), rng.uniform(2, 5), 0.03, True),
        )
    if looks.extras.hat or rng.random() > 0.18 or looks.hat is not None:
        extras = replace(extras, hat=looks.extras.hat)
    else:
        extras = replace(extras, hat=choose(rng, {"brimmed": 0.6, "beanie": 0.4}))
    handbag = draw_handbag(rng) if rng.random() < (0.55 if female else 0.25) else None
    bag = None if handbag is not None else looks.bag
    return Street(draw_clothes(rng, female), replace(looks, extras=extras, bag=bag), handbag)


def draw_clothes(rng: np.random.Generator, female: bool) -> Outfit:
    kind = choose(rng, {"dress": 0.4, "skirt": 0.32, "trousers": 0.28} if female else {"trousers": 1.0})
    match kind:
        case "dress":
            outfit = draw_dress(rng, choose(rng, DRESSES))
        case "skirt":
            outfit = _skirted(rng)
        case _:
            top = _cloth_top(rng, female)
            trousers = draw_trousers_to(top, rng, female)
            outfit = Outfit(top, trousers if rng.random() > 0.4 else _loose(trousers, rng))
    _resize(outfit, rng)
    _wrap_up(outfit, rng)
    add_shoes(outfit, rng, female)
    _add_hosiery(outfit, rng, female)
    if rng.random() < (0.4 if female else 0.15):
        _add_boots(outfit, rng, female)
    if outfit.top.neck.kind != "turtle" and rng.random() < 0.14:
        finish = Finish(draw_fabric(rng), rng.uniform(0.2, 0.5))
        ends = rng.uniform(1.5, 3.8) if rng.random() < 0.55 else 99.0
        outfit.scarf = Scarf(finish, rng.uniform(0.3, 0.6), float(ends))
    return outfit


def _cloth_top(rng: np.random.Generator, female: bool) -> Top:
    top = draw_top(rng, female)
    while isinstance(top, SuitPart):
        top = draw_top(rng, female)
    if rng.random() < 0.15:
        top.finish.fabric = _skin_like(rng, top.finish.fabric)
    return top


def draw_dress(rng: np.random.Generator, kind: str) -> Outfit:
    """A dress of one of DRESSES: upper part and skirt of one cloth."""
    uniform = rng.uniform
    cut = {"shirt": "long", "knit": "long", "wrap": "vee"}.get(kind)
    cut = cut or choose(rng, {"tee": 0.25, "long": 0.2, "tank": 0.3, "vee": 0.15, "strapless": 0.1})
    top = draw_cloth_top(rng, True, cut)
    top.dress, top.hem, top.hem_curve, top.chest_print, top.trims = True, 1.35, 0.0, None, None
    loose = uniform(0, 0.3)
    top.fit = replace(top.fit, looseness=loose, ease=0.07, sleeve=uniform(0.04, 0.2))
    hem = choose(rng, {"mini": 0.42, "knee": 0.33, "midi": 0.15, "maxi": 0.1})
    shape = choose(rng, {"a-line": 0.4, "full": 0.25, "shift": 0.15, "pencil": 0.2})
    belted = rng.random() < 0.4
    match kind:
        case "shirt":
            make_shirt(top, rng)
            top.hem, top.hem_curve, top.trims = 1.35, 0.0, None
            shape = choose(rng, {"a-line": 0.5, "shift": 0.3, "full": 0.2})
            belted = rng.random() < 0.55
        case "knit":
            top.finish.fabric = draw_fabric(rng, _KNIT)
            top.sleeve = _FULL_SLEEVE
            if rng.random() < 0.35:
                top.neck = Neck("turtle", 1.0, uniform(5.85, 6))
            shape = choose(rng, {"pencil": 0.5, "shift": 0.5})
            hem = choose(rng, {"mini": 0.6, "knee": 0.3, "midi": 0.1})
            belted = rng.random() < 0.2
        case "sheath":
            shape, hem = "pencil", choose(rng, {"mini": 0.4, "knee": 0.45, "midi": 0.15})
            top.fit = replace(top.fit, looseness=loose * 0.3)
        case "skater":
            shape, hem = choose(rng, {"a-line": 0.5, "full": 0.5}), choose(rng, {"mini": 0.6, "knee": 0.4})
        case "maxi":
            shape, hem = choose(rng, {"a-line": 0.5, "full": 0.3, "pencil": 0.2}), "maxi"
        case "shift":
            shape, hem, belted = "shift", choose(rng, {"mini": 0.8, "knee": 0.2}), False
    if rng.random() < 0.2:
        make_shiny(top.finish, rng)
    skirt = draw_skirt(rng, shape, uniform(*_HEMS[hem]), top.finish)
    skirt.buttons = kind == "shirt" and rng.random() < 0.7
    if kind == "wrap" or rng.random() < (0.3 if hem in ("midi", "maxi") else 0.08):
        _slit(skirt, rng)
    if belted:
        skirt.hanging, skirt.belt = False, _belt(rng)
    if skirt.hanging:
        top.fit = replace(top.fit, looseness=uniform(0.4, 0.9))
    return Outfit(top, skirt)


def draw_street_skirt(rng: np.random.Generator, kind: str) -> Skirt:
    """A skirt of one of SKIRTS."""
    uniform = rng.uniform
    hem = choose(rng, {"mini": 0.42, "knee": 0.28, "midi": 0.17, "maxi": 0.13})
    fabric = draw_fabric(rng) if rng.random() < 0.5 else draw_fabric(rng, SOBER_KINDS)
    finish = Finish(fabric, uniform(0.06, 0.2), uniform(0, 0.03))
    shape = kind if kind in ("pencil", "a-line", "full") else "a-line"
    match kind:
        case "denim":
            finish.fabric, hem = draw_denim(rng), choose(rng, {"mini": 0.75, "knee": 0.25})
            shape = choose(rng, {"pencil": 0.5, "a-line": 0.5})
        case "leather":
            finish.fabric, hem = draw_leather(rng), choose(rng, {"mini": 0.6, "knee": 0.4})
            finish.specular, finish.gloss = uniform(0.12, 0.25), uniform(15, 40)
            shape = choose(rng, {"pencil": 0.6, "a-line": 0.4})
        case "full" if rng.random() < 0.3:  # tulle: stiff, light, wide
            finish.specular, finish.folds = 0.1, uniform(0.3, 0.45)
    skirt = draw_skirt(rng, shape, uniform(*_HEMS[hem]), finish)
    if kind == "pleated":
        skirt.trims = Trims(pleats=int(rng.integers(20, 60)), pleat=uniform(0.06, 0.13))
        skirt.flutes *= 0.3
    elif hem in ("midi", "maxi") and rng.random() < 0.35:
        _slit(skirt, rng)
    if rng.random() < 0.3:
        skirt.belt = _belt(rng)
    skirt.buttons = kind in ("denim", "a-line") and rng.random() < 0.15
    return skirt


def _skirted(rng: np.random.Generator) -> Outfit:
    """A top tucked into a skirt, or over it."""
    top = _cloth_top(rng, True)
    skirt = draw_street_skirt(rng, choose(rng, SKIRTS))
    if rng.random() < 0.62:
        tuck(top, 1.35)
    return Outfit(top, skirt)


def _loose(trousers: Trousers, rng: np.random.Generator) -> Trousers:
    """The same as wide shorts, that a skirt must be told from, or as wide and flared trousers."""
    uniform = rng.uniform
    short = rng.random() < 0.7
    fit = Fit(uniform(0.06, 0.16), uniform(0.7, 1), uniform(-0.3, 0.0) if short else uniform(-0.12, 0.0))
    finish = replace(trousers.finish, folds=uniform(0.08, 0.35))
    if rng.random() < 0.5:
        finish.fabric = draw_fabric(rng)
    elif rng.random() < 0.4:
        finish.fabric = _skin_like(rng, draw_fabric(rng))
    hem = uniform(-3.9, -1.6) if short else uniform(-7.6, -6.2)
    return replace(trousers, name="shorts" if short else "wide", fit=fit, finish=finish, hem=hem, trims=None)


def _slit(skirt: Skirt, rng: np.random.Generator) -> None:
    skirt.slit, skirt.slit_x = (
        float(rng.uniform(-2.6, -1.4)),
        float(rng.choice([-1, 1]) * rng.uniform(0.2, 1.2)),
    )
    if skirt.slit < skirt.hem + 0.4:
        skirt.slit = 0.0


def _belt(rng: np.random.Generator) -> tuple[float, float, float]:
    leather = rng.random() < 0.7
    return tuple(linear(SHOE_COLOURS[rng.integers(len(SHOE_COLOURS))] if leather else draw_colour(rng)))


def _skin_like(rng: np.random.Generator, fabric: Fabric) -> Fabric:
    """Camel, tan, blush: what a sleeve must not be taken for skin for."""
    colour = np.array(_SKIN_LIKE[rng.integers(len(_SKIN_LIKE))], float) + rng.normal(0, 8, 3)
    plain = replace(fabric, kind="plain", tile=draw_fabric(rng, kind="plain").tile)
    return dyed(plain, colour)


def dyed(fabric: Fabric, colour_3) -> Fabric:
    """The fabric with another mean: 8-bit sRGB."""
    tile = np.asarray(colour_3, float) * fabric.tile / np.maximum(fabric.tile.mean((0, 1)), 1)
    return replace(fabric, tile=np.clip(tile, 0, 255).astype(np.uint8))


def _resize(outfit: Outfit, rng: np.random.Generator) -> None:
    """Patterns up to three times as large, and turned."""
    top, bottom = outfit.top.finish, outfit.bottom.finish
    for finish in (top,) if top is bottom else (top, bottom):
        if finish.fabric.kind not in ("denim", "leather", "knit") and rng.random() < 0.5:
            turn = finish.fabric.turn + float(rng.choice([0, rng.uniform(-0.9, 0.9)], p=[0.7, 0.3]))
            size = finish.fabric.size * float(rng.uniform(0.5, 3))
            finish.fabric = replace(finish.fabric, size=size, turn=turn)


def _wrap_up(outfit: Outfit, rng: np.random.Generator) -> None:
    """A jacket or a coat over it, one in ten of them of fur."""
    top = outfit.top
    kind = choose(rng, {"": 0.5, "jacket": 0.26, "coat": 0.24})
    if not kind or top.collar == "hood" or kind == "jacket" and top.neck.kind == "turtle":
        return
    if kind == "jacket":
        add_jacket(outfit, rng)
        outer = outfit.jacket
        if outfit.jacket.trims is not None and rng.random() < 0.2:
            outfit.jacket.trims.contrast = "sleeves"
            accent = _SKIN_LIKE[rng.integers(len(_SKIN_LIKE))] if rng.random() < 0.4 else draw_colour(rng)
            outfit.jacket.trims.accent = tuple(linear(accent))
    else:
        name = choose(rng, {"coat": 0.45, "trench": 0.2, "parka": 0.1, "cardigan": 0.15, "vest": 0.1})
        outfit.coat = coat = draw_coat(rng, name)
        top.fit = replace(top.fit, looseness=min(top.fit.looseness, 0.3))
        outer = coat.top  # whose cloth the lower part shares
        if coat.top.sleeve > 1:
            top.sleeve, top.fit = min(top.sleeve, 0.15), replace(top.fit, sleeve=0.0)
    finish = outer.finish
    if rng.random() < 0.22:
        finish.fabric = _skin_like(rng, finish.fabric)
    elif rng.random() < 0.13:
        colour = _FURS[rng.integers(len(_FURS))] if rng.random() < 0.8 else draw_colour(rng)
        finish.fabric = dyed(draw_fabric(rng, kind="heather"), colour)
        finish.fur, finish.specular = float(rng.uniform(0.15, 0.4)), 0.0


def _add_hosiery(outfit: Outfit, rng: np.random.Generator, female: bool) -> None:
    """Stockings, sheer or of a cloth, leggings or socks where legs would be bare."""
    bottom, uniform = outfit.bottom, rng.uniform
    outfit.stockings = (0.0, 0.0, 0.0, 0.0)
    if isinstance(bottom, Trousers) and bottom.hem < -4.5:
        return
    kinds = {"": 0.45, "sheer": 0.27, "tights": 0.14, "leggings": 0.05, "socks": 0.09}
    kind = choose(rng, kinds if female else {"": 0.6, "socks": 0.4})
    if not kind:
        return
    if kind == "leggings" and isinstance(bottom, Trousers):
        kind = "tights"
    dark = rng.random() < 0.8
    colour = np.array(_DARK[rng.integers(len(_DARK))] if dark else draw_colour(rng), float)
    if kind == "sheer":
        outfit.stockings = (*linear(colour), float(uniform(0.45, 0.98)))
        return
    patterned = rng.random() < (0.35 if kind == "tights" else 0.25)
    fabric = draw_fabric(rng) if patterned else draw_fabric(rng, {"plain": 0.8, "knit": 0.2})
    if not patterned:
        fabric = dyed(fabric, colour)
    finish = Finish(fabric, 0.03, uniform(0, 0.05))
    match kind:
        case "tights":
            outfit.stockings = (*linear(fabric.tile.mean((0, 1))), 0.97)
            outfit.hosiery = Hosiery(1.5, -7.4, finish)
        case "leggings":
            outfit.hosiery = Hosiery(1.5, float(uniform(-7.35, -5.5)), finish, legging=True)
        case _:
            top = choose(rng, {"ankle": 0.4, "knee": 0.4, "over": 0.2})
            tops = {"ankle": (-6.9, -5.9), "knee": (-4.4, -3.5), "over": (-3.2, -2.2)}[top]
            outfit.hosiery = Hosiery(float(uniform(*tops)), -7.4, finish)


def _add_boots(outfit: Outfit, rng: np.random.Generator, female: bool) -> None:
    """Boots: to the ankle, the knee or over it; trousers that are narrow go into them."""
    bottom, uniform = outfit.bottom, rng.uniform
    narrow = isinstance(bottom, Trousers) and bottom.fit.looseness < 0.35
    bare = not isinstance(bottom, Trousers) or bottom.hem > -4.5
    kind = choose(rng, {"ankle": 0.4, "calf": 0.15, "knee": 0.35, "over": 0.1})
    if not female and kind == "over" or not (narrow or bare):
        kind = "ankle"
    tops = {"ankle": (-6.8, -6.0), "calf": (-5.8, -4.9), "knee": (-4.4, -3.7), "over": (-3.2, -2.4)}
    top = float(uniform(*tops[kind]))
    if isinstance(bottom, Skirt) and top > bottom.hem - 0.3 and bottom.hem < -5:
        top = -6.5
    if isinstance(bottom, Trousers) and not narrow and top > bottom.hem - 0.3:
        top = -6.5
    if narrow and kind != "ankle":
        bottom.fit = Fit(0.02, 0.0, 0.1)
        bottom.hem = min(top - 0.4, -4.9)
        bottom.trims = None
    height = float(rng.choice([0.2, 0.35, 0.6, 0.9], p=[0.4, 0.25, 0.2, 0.15])) if female else 0.2
    colour = linear(SHOE_COLOURS[rng.integers(len(SHOE_COLOURS))])
    if rng.random() < 0.25:
        colour = linear(_SKIN_LIKE[rng.integers(len(_SKIN_LIKE))])
    shaft = uniform(0.03, 0.1) if kind == "over" else uniform(0.05, 0.3)
    radius = uniform(0.25, 0.36) if height < 0.5 else uniform(0.16, 0.26)
    outfit.shoes, outfit.shoe_colour = "", None
    outfit.heels = Heels(height, top, 0.0, False, colour, radius, radius * uniform(0.7, 1), float(shaft))
