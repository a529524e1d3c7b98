"""What makes a garment a certain one: collars, closings, ribs, pockets, contrasting pieces; at random."""

from __future__ import annotations

import numpy as np

from .chance import choose
from .colours import draw_colour, linear
from .garments import Fit, Neck, Skirt, Top, Trims, Trousers
from .textiles import draw_denim, draw_fabric

SHIRT_KINDS = {
    "plain": 0.42,
    "check": 0.18,
    "gingham": 0.07,
    "pinstripe": 0.12,
    "stripe": 0.05,
    "denim": 0.09,
    "floral": 0.04,
    "dots": 0.03,
}
SWEAT_KINDS = {"plain": 0.62, "heather": 0.28, "camo": 0.03, "stripe": 0.04, "gradient": 0.03}


def tailor(top: Top, rng: np.random.Generator) -> None:
    """Turn a long-sleeved top into what its name says, or give a plain one some details."""
    uniform = rng.uniform
    if top.name == "shirt":
        make_shirt(top, rng)
    elif top.name == "polo":
        _make_polo(top, rng)
    elif top.name == "hoodie":
        make_hoodie(top, rng)
    elif top.name == "sweater":
        top.finish.fabric = draw_fabric(rng, SWEAT_KINDS if uniform() < 0.5 else {"knit": 1.0})
        top.trims = Trims(_accent(rng), rib=uniform(0.25, 0.5), rib_accent=uniform() < 0.15)
        top.hem, top.sleeve = uniform(0.1, 0.6), 4.1
        top.neck = Neck("crew", uniform(0.85, 1.0), uniform(0.45, 0.7))
    elif top.neck.kind in ("crew", "vee") and not top.dress and uniform() < 0.4:
        _make_sporty(top, rng)


def make_shirt(top: Top, rng: np.random.Generator) -> None:
    uniform = rng.uniform
    top.finish.fabric = draw_fabric(rng, SHIRT_KINDS)
    top.collar, top.closing = choose(rng, {"shirt": 0.88, "stand": 0.12}), "buttons"
    top.placket = float(rng.choice([0.45, 0.6, 1.8]))
    top.sleeve = float(rng.choice([uniform(1.2, 1.9), uniform(2.8, 3.3), 4.1], p=[0.25, 0.15, 0.6]))
    deep = uniform(0.75, 1.5) if uniform() < 0.45 else 0.5  # the top button open or closed
    top.neck = Neck("vee", 1.0, deep, 0.02) if deep > 0.6 else Neck("crew", 0.8, 0.45, 0.1)
    top.hem, top.hem_curve = uniform(-0.2, 0.4), uniform(0.0, 0.5)
    top.fit.sleeve = max(top.fit.sleeve, 0.06)
    pocket = choose(rng, {"": 0.5, "breast": 0.3, "two breasts": 0.2})
    top.trims = Trims(_accent(rng), rib=0.16 if top.sleeve > 4 else 0.0, pocket=pocket)


def _make_polo(top: Top, rng: np.random.Generator) -> None:
    uniform = rng.uniform
    kinds = {"plain": 0.6, "heather": 0.15, "stripe": 0.15, "bretton": 0.1}
    top.finish.fabric = draw_fabric(rng, kinds)
    top.collar, top.closing, top.placket = "polo", "polo", float(rng.choice([0.5, 0.7]))
    top.sleeve = uniform(1.2, 1.8) if uniform() < 0.85 else 4.05
    top.neck = Neck("vee", 1.0, uniform(0.6, 1.0), 0.02)
    contrast = "sleeves" if uniform() < 0.1 else ""
    top.trims = Trims(_accent(rng), contrast, rib=0.16, rib_accent=uniform() < 0.3)
    if uniform() < 0.15:
        top.trims.block = uniform(3.4, 4.2)


def make_hoodie(top: Top, rng: np.random.Generator) -> None:
    uniform = rng.uniform
    top.finish.fabric = draw_fabric(rng, SWEAT_KINDS)
    top.collar, top.hem, top.sleeve = "hood", uniform(-0.1, 0.4), 4.15
    top.fit = Fit(0.08, uniform(0.5, 1.0), uniform(0.0, 0.06), sleeve=uniform(0.1, 0.17))
    top.finish.folds = uniform(0.18, 0.3)
    top.neck = Neck("crew", 0.85, uniform(0.45, 0.65), 0.2)
    contrast = choose(rng, {"": 0.8, "sleeves": 0.1, "raglan": 0.1})
    top.trims = Trims(_accent(rng), contrast, rib=uniform(0.3, 0.5), pocket="pouch")
    top.closing = "zip" if uniform() < 0.25 else ""


def _make_sporty(top: Top, rng: np.random.Generator) -> None:
    """Raglan or contrasting sleeves, a colour block, a breast pocket, ribs."""
    uniform = rng.uniform
    kind = choose(rng, {"raglan": 0.3, "sleeves": 0.12, "block": 0.2, "breast": 0.23, "rib": 0.15})
    top.trims = trims = Trims(_accent(rng), rib=0.14)
    match kind:
        case "raglan" | "sleeves":
            trims.contrast, trims.rib_accent = kind, uniform() < 0.7
        case "block":
            trims.block = uniform(2.6, 4.3)
        case "breast":
            trims.pocket = "breast"
        case _:
            trims.rib_accent = True


def tailor_jacket(jacket: Top, rng: np.random.Generator) -> None:
    """A blazer, cardigan, zipped jacket, denim jacket, or open hoodie or shirt."""
    uniform = rng.uniform
    jacket.name = choose(
        rng, {"blazer": 0.34, "cardigan": 0.16, "bomber": 0.16, "denim": 0.16, "hoodie": 0.1, "shirt": 0.08}
    )
    opening, hem = jacket.opening, jacket.hem
    match jacket.name:
        case "blazer":
            jacket.collar, jacket.trims = "lapel", Trims(pocket="hips")
            jacket.hem, jacket.button = uniform(-0.3, 0.1), uniform(1.4, 2.4)
            jacket.opening = uniform(0.17, 0.24)
            jacket.neck = Neck("crew", 0.8, 0.5, 0.2)
            jacket.fit.looseness = uniform(0.45, 0.8)
        case "cardigan":
            jacket.finish.fabric = draw_fabric(rng, {"knit": 0.5, "heather": 0.3, "plain": 0.2})
            jacket.trims = Trims(rib=uniform(0.2, 0.4), pocket=choose(rng, {"": 0.5, "hips": 0.5}))
        case "bomber":
            jacket.collar, jacket.hem = "stand", uniform(0.3, 0.7)
            jacket.trims = Trims(_accent(rng), rib=uniform(0.3, 0.5), rib_accent=uniform() < 0.3)
        case "denim":
            jacket.finish.fabric, jacket.collar = draw_denim(rng), "shirt"
            jacket.trims, jacket.hem = Trims(rib=0.2, pocket="two breasts"), uniform(0.4, 0.8)
        case "hoodie":
            make_hoodie(jacket, rng)
            jacket.closing, jacket.trims.pocket, jacket.opening = "", "hips", opening
        case _:
            make_shirt(jacket, rng)
            jacket.sleeve, jacket.closing, jacket.opening, jacket.hem = 4.1, "", opening, hem
            jacket.neck, jacket.collar = Neck("crew", 0.8, 0.45, 0.1), "shirt"


def tailor_trousers(trousers: Trousers, rng: np.random.Generator) -> None:
    uniform = rng.uniform
    if trousers.name == "joggers":
        trousers.trims = Trims(_accent(rng), rib=0.35, stripe=0.2 if uniform() < 0.4 else 0.0)
        trousers.trims.cargo = not trousers.trims.stripe
    elif trousers.name == "leggings" and uniform() < 0.25 or trousers.name == "shorts" and uniform() < 0.15:
        trousers.trims = Trims(_accent(rng), stripe=uniform(0.12, 0.3))
    elif trousers.name == "trousers" and uniform() < 0.2:
        trousers.trims = Trims(cargo=True)


def tailor_skirt(skirt: Skirt, rng: np.random.Generator) -> None:
    if skirt.slope > 0.1 and rng.random() < 0.35:
        skirt.trims = Trims(pleats=int(rng.integers(16, 44)), pleat=rng.uniform(0.05, 0.1))
        skirt.flutes *= 0.3


def _accent(rng: np.random.Generator) -> tuple[float, float, float]:
    return tuple(linear(draw_colour(rng)))
