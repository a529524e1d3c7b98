"""People as shops show their clothes: sheer sleeves, black on black and white on white, knitted and checked
cardigans, jackets and coats, arms folded or crossed, hands in pockets, bags in the hand. At random; units as
in garments.py.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .assets import SIDES
from .chance import choose
from .coats import draw_coat
from .colours import BLACK, CHARCOAL, NAVY, WHITE, draw_colour
from .garments import Finish, Fit, Neck, Outfit, Sheer, Top, Trims
from .handbags import Handbag, draw_shown_bag
from .looks import Looks
from .outfits import add_jacket, add_shoes, draw_cloth_top, draw_trousers_to
from .poses import Pose, plan_pose
from .street import DRESSES, SKIRTS, Street, draw_clothes, draw_dress, draw_street_skirt, dyed
from .textiles import Fabric, draw_fabric

KINDS = {"sheer": 0.25, "one colour": 0.25, "cardigan": 0.15, "jacket": 0.25, "": 0.1}
_OF_MEN = {"sheer": 0.05, "one colour": 0.3, "cardigan": 0.2, "jacket": 0.35, "": 0.1}
_COATS = {"": 0.55, "coat": 0.2, "trench": 0.08, "parka": 0.1, "cardigan": 0.07}  # "": a jacket to the hips
_COLOURS = (BLACK, BLACK, BLACK, NAVY, CHARCOAL, WHITE, WHITE)  # that everything is of
_NEAR = 7.0  # levels, standard deviation of a garment's colour about the others'
_SLEEVED = {"long": 0.4, "turtle": 0.15, "blouse": 0.3, "vee": 0.15}
_OF_CARDIGANS = {"knit": 0.3, "check": 0.25, "geometric": 0.15, "floral": 0.1, "stripe": 0.1, "heather": 0.1}
_LACES = {"floral": 0.6, "geometric": 0.1, "dots": 0.15, "animal": 0.1, "stripe": 0.05}
_BAGS = 0.4  # of all; women carry more of them
# What both hands do, what each does, and what one does that has a bag, by its kind.
_BOTH = {"folded": 0.18, "clasp": 0.08, "crossed": 0.18, "pocket": 0.14, "down": 0.1, "": 0.32}
_EACH = {
    "down": 0.36,
    "pocket": 0.16,
    "hip": 0.1,
    "folded": 0.1,
    "opposite arm": 0.08,
    "thigh": 0.06,
    "lapel": 0.06,
    "forearm": 0.04,
    "hair": 0.04,
}
_WITH_BAG = {
    "hand": {"down": 0.6, "thigh": 0.15, "swing forward": 0.15, "folded": 0.1},
    "clutch": {"down": 0.35, "thigh": 0.2, "folded": 0.25, "belt": 0.1, "lapel": 0.1},
    "elbow": {"forearm": 0.8, "folded": 0.2},
    "shoulder": {"down": 0.4, "lapel": 0.35, "pocket": 0.25},
}
_FIST = (0.9, 1.5)  # curl of the fingers that hold a bag
_STANCES = {"stand": 0.4, "contrapposto": 0.3, "walk": 0.15, "crossed": 0.15}


def draw_shown(rng: np.random.Generator, female: bool, looks: Looks) -> Street:
    """What somebody with these looks wears and carries."""
    kind = choose(rng, KINDS if female else _OF_MEN)
    if not kind:
        outfit = draw_clothes(rng, female)
    else:
        outfit = _dressed(rng, female, kind)
        match kind:
            case "sheer":
                _see_through(outfit.top, rng)
            case "one colour":
                _of_one_colour(outfit, rng)
            case "jacket":
                _in_jacket(outfit, rng)
            case _:
                _in_cardigan(outfit, rng)
        add_shoes(outfit, rng, female)
    handbag = draw_shown_bag(rng) if rng.random() < (1.4 if female else 0.6) * _BAGS else None
    return Street(outfit, looks if handbag is None else replace(looks, bag=None), handbag)


def _dressed(rng: np.random.Generator, female: bool, kind: str) -> Outfit:
    """A top with sleeves over trousers or a skirt, or a dress."""
    if female and kind not in ("cardigan", "jacket") and rng.random() < 0.35:
        outfit = draw_dress(rng, choose(rng, DRESSES))
        if outfit.top.neck.kind in ("tank", "strapless"):
            outfit.top.neck, outfit.top.fit.ease = Neck("crew", 0.9, 0.6), 0.07
        outfit.top.sleeve, outfit.top.armhole = float(rng.choice([rng.uniform(2.6, 3.6), 4.1])), 0.15
        return outfit
    top = draw_cloth_top(rng, female, choose(rng, _SLEEVED))
    top.sleeve = max(top.sleeve, float(rng.choice([rng.uniform(2.2, 3.4), 4.1], p=[0.25, 0.75])))
    if female and rng.random() < 0.4:
        return Outfit(top, draw_street_skirt(rng, choose(rng, SKIRTS)))
    return Outfit(top, draw_trousers_to(top, rng, female))


def _see_through(top: Top, rng: np.random.Generator) -> None:
    """Tulle, chiffon, mesh or lace; dark more often than not."""
    yoke = rng.uniform(3.9, 4.6) if rng.random() < 0.4 else 99.0
    top.sheer = Sheer(float(rng.uniform(0.12, 0.7)), float(yoke))
    if rng.random() < 0.6:
        top.sheer.lace = motifs(draw_fabric(rng, _LACES))
        top.sheer.size = float(rng.uniform(1.0, 4.0))
    top.trims, top.finish.fur, top.finish.specular = None, 0.0, min(top.finish.specular, 0.05)
    top.finish.folds *= 0.7
    if rng.random() < 0.75:
        dark = rng.random() < 0.65
        colour = np.array(_COLOURS[rng.integers(len(_COLOURS))]) if dark else draw_colour(rng)
        top.finish.fabric = dyed(draw_fabric(rng, kind="plain"), colour + rng.normal(0, 8, 3))


def motifs(fabric: Fabric) -> np.ndarray:
    """A tile of lace, uint8 [H, W, 3]: what lies on a fabric's ground, white before black."""
    apart_HW = np.abs(fabric.tile - np.median(fabric.tile, (0, 1))).sum(2)
    return np.repeat(np.clip(2 * apart_HW, 0, 255).astype(np.uint8)[..., None], 3, 2)


def _of_one_colour(outfit: Outfit, rng: np.random.Generator) -> None:
    """Everything of nearly one colour, in which only shades tell an arm from what is behind it."""
    own = draw_colour(rng) if rng.random() < 0.2 else np.array(_COLOURS[rng.integers(len(_COLOURS))], float)
    finishes: list[Finish] = [outfit.top.finish]
    if outfit.bottom.finish is not outfit.top.finish:
        finishes.append(outfit.bottom.finish)
    for finish in finishes:
        fabric = draw_fabric(rng, {"plain": 0.7, "knit": 0.2, "heather": 0.1})
        finish.fabric = dyed(fabric, np.clip(own + rng.normal(0, _NEAR), 6, 250))
        finish.folds, finish.specular = rng.uniform(0.03, 0.18), rng.uniform(0, 0.05)
    for garment in (outfit.top, outfit.bottom):
        garment.trims = None
    outfit.top.chest_print = None


def _in_cardigan(outfit: Outfit, rng: np.random.Generator) -> None:
    """A cardigan of a pattern or of loops, buttoned or open, or a jumper of the same."""
    uniform, fabric = rng.uniform, draw_fabric(rng, _OF_CARDIGANS)
    rib = Trims(
        tuple(np.clip(rng.uniform(0, 0.6, 3), 0, 1)), rib=uniform(0.2, 0.5), rib_accent=uniform() < 0.4
    )
    if rng.random() < 0.5 or outfit.top.neck.kind == "turtle":
        top = outfit.top
        top.neck, top.collar, top.sleeve = Neck("crew", uniform(0.85, 1.0), uniform(0.45, 0.7)), "", 4.1
        top.closing = "buttons" if uniform() < 0.6 else ""
        top.fit = Fit(0.08, uniform(0.2, 0.9), uniform(0.0, 0.08), sleeve=uniform(0.04, 0.18))
    else:
        add_jacket(outfit, rng)
        top = outfit.jacket
        top.name, top.collar, top.button, top.closing = "cardigan", "", 0.0, ""
        top.neck, top.opening = Neck("vee", 1.0, uniform(0.8, 1.6), 0.2), uniform(0.1, 0.5)
    top.finish.fabric, top.trims, top.chest_print = fabric, rib, None
    top.finish.folds = uniform(0.08, 0.25)


def _in_jacket(outfit: Outfit, rng: np.random.Generator) -> None:
    """A jacket or a coat, open more often than not, now and then as dark as what is under it."""
    kind = choose(rng, _COATS)
    add_jacket(outfit, rng)
    outer = outfit.jacket
    if kind:
        outfit.jacket, outfit.coat = None, draw_coat(rng, kind)
        outer = outfit.coat.top
    else:
        outer.hem, outer.opening = rng.uniform(-0.6, 0.9), rng.uniform(0.1, 0.8)
    if rng.random() < 0.3:
        inner = outfit.top.finish.fabric.tile.mean((0, 1))
        shade = np.clip(inner + rng.normal(0, _NEAR), 6, 250)
        outer.finish.fabric = dyed(outer.finish.fabric, shade)


def plan_to_show(rng: np.random.Generator, handbag: Handbag | None) -> Pose:
    """Somebody who stands or walks with this bag."""
    both = choose(rng, _BOTH)
    goals = [both or choose(rng, _EACH) for _ in SIDES]
    if handbag is not None:
        goals[SIDES.index(handbag.side)] = choose(rng, _WITH_BAG[handbag.kind])
    pose = plan_pose(rng, choose(rng, _STANCES), (goals[0], goals[1]))
    if goals[0] == goals[1]:  # hands that meet meet at one height
        pose.arms["R"].jitter[1] = pose.arms["L"].jitter[1]
    if handbag is not None and handbag.kind in ("hand", "clutch"):
        pose.arms[handbag.side].curl = rng.uniform(*_FIST)
    return pose
