"""Which of a garment that somebody wears in a photo is its sleeves, told by the joints of the arms in them.

x, y in px of a map; h w that map; right and left as the picture has them.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from engine.compositing.bodies import ARMPIT, Body, Ways, limb_length
from engine.compositing.sleeve_outlines import Sleeve
from engine.cv import cv2

# Of the shoulders: how far beside its bones a sleeve may be, and on which strip along them it is looked for,
# inwards and outwards, for inwards may be trunk; how aslant its end is.
_BESIDE, _LOOKED, _ASLANT = 0.3, (0.08, 0.15), 0.1
_STEPS, _LONGEST = 20, 1.15  # parts of an arm, and of it, how long a sleeve is at most
_MORE = 4  # times as much cloth as bare arm, where an arm is in its sleeve
_FOLD = 7  # parts of an arm; over fewer a hand or a fold is no end of a sleeve
_LATE = 0.25  # of an arm, from where on what begins is no sleeve
_BROAD = 0.36, 0.26  # of the shoulders, at an arm's begin and at its wrist
_BINS = 6  # along a sleeve, in which its outer edge is told
_FEWEST = 12  # px of a sleeve
_STRIP = 0.08  # of the shoulders, half as broad is no trunk
_ABOVE, _INSIDE = 0.2, 0.06  # likewise, where from a shoulder's joint a sleeve begins


def sleeves_worn(
    seen_hw: np.ndarray, arms_hw: np.ndarray, bare_hw: np.ndarray, body: Body, way: Ways
) -> tuple[Sleeve | None, Sleeve | None]:
    """Right and left. seen: the garment, bool [h, w]. arms: where places are arms'. bare: where arms are
    bare."""
    right, left = (_sleeve(seen_hw, arms_hw, bare_hw, body, way, side) for side in (0, 1))
    both_hw = np.zeros_like(seen_hw)
    for sleeve in (right, left):
        if sleeve is not None:
            both_hw |= sleeve.mask
    strips_hw = _strips(seen_hw & ~both_hw, both_hw, body)
    return _with(right, strips_hw, body), _with(left, strips_hw, body)


def _sleeve(
    seen_hw: np.ndarray, arms_hw: np.ndarray, bare_hw: np.ndarray, body: Body, way: Ways, side: int
) -> Sleeve | None:
    arm_42, along_hw, aside_hw = way.arms[side][0], *(each.cpu().numpy() for each in way.arms[side][1:])
    unit, length = body.shoulders, max(limb_length(arm_42), 1.0)
    outwards_hw = aside_hw * _outwards(way, aside_hw)
    looked_hw = (outwards_hw > -_LOOKED[0] * unit) & (outwards_hw < _LOOKED[1] * unit)
    part_hw = np.floor(along_hw / length * _STEPS).astype(int)
    parts = range(round(_LONGEST * _STEPS))
    sleeved_S = np.array(
        [
            seen_hw[here_hw].sum() > _MORE * bare_hw[here_hw].sum()
            for here_hw in (looked_hw & (part_hw == part) for part in parts)
        ]
    )
    begun = int(sleeved_S.argmax())
    if not sleeved_S.any() or begun > _LATE * _STEPS:
        return None
    padded_S = np.pad(sleeved_S.astype(np.uint8), (0, _FOLD))
    closed_S = cv2.morphologyEx(padded_S[None], cv2.MORPH_CLOSE, np.ones((1, _FOLD), np.uint8))[0] > 0
    end = length / _STEPS * (begun + int((~closed_S[begun:]).argmax()))
    other_hw = way.arms[1 - side][2].abs().cpu().numpy()
    mine_hw = seen_hw & arms_hw & (np.abs(aside_hw) <= other_hw) & (np.abs(aside_hw) < _BESIDE * unit)
    mine_hw &= along_hw < end + _ASLANT * unit
    # Inwards of its outer edge it is as broad as sleeves are; what lies beside it there is trunk.
    outer = []
    for low, high in pairwise(np.linspace(0.0, end, _BINS + 1)):
        here_hw = mine_hw & (along_hw >= low) & (along_hw < high)
        if here_hw.any():
            outer.append(((low + high) / 2, float(np.quantile(outwards_hw[here_hw], 0.97))))
    if outer:
        edge_hw = np.interp(along_hw, *np.array(outer).T)
        mine_hw &= outwards_hw > edge_hw - unit * np.interp(along_hw, (0.0, length), _BROAD)
    if mine_hw.sum() < _FEWEST:
        return None
    out_2 = (2 * side - 1) * body.across
    joint_2 = body.middle + 0.5 * unit * out_2
    shoulder_2 = joint_2 - unit * (_ABOVE * body.down + _INSIDE * out_2)
    bones_2 = np.linalg.norm(np.diff(arm_42[:3], axis=0), axis=1)
    return Sleeve(joint_2 + ARMPIT * unit * body.down, shoulder_2, _cut_off(arm_42, end), mine_hw, bones_2)


def _outwards(way: Ways, aside_hw: np.ndarray) -> float:
    """The sign of what is aside of an arm away from its trunk."""
    middle = int((way.down_HW.abs() + way.across_HW.abs()).argmin())
    return -float(np.copysign(1.0, aside_hw.flat[middle]))


def _strips(trunk_hw: np.ndarray, sleeves_hw: np.ndarray, body: Body) -> np.ndarray:
    """What hangs beside a trunk under its armpits, no broader than a strip: its sleeves' inner sides."""
    side = 2 * max(1, round(_STRIP * body.shoulders)) + 1
    strip = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    opened_hw = cv2.morphologyEx(trunk_hw.astype(np.uint8), cv2.MORPH_OPEN, strip) > 0
    beside_hw = cv2.dilate(sleeves_hw.astype(np.uint8), strip) > 0
    below_h1 = np.arange(len(trunk_hw))[:, None] > body.middle[1] + ARMPIT * body.shoulders
    return trunk_hw & ~opened_hw & beside_hw & below_h1


def _with(sleeve: Sleeve | None, strips_hw: np.ndarray, body: Body) -> Sleeve | None:
    """A sleeve with what of strips is beside it."""
    if sleeve is None:
        return None
    side = 2 * max(1, round(_STRIP * body.shoulders)) + 1
    near_hw = cv2.dilate(sleeve.mask.astype(np.uint8), np.ones((side, side), np.uint8)) > 0
    return sleeve._replace(mask=sleeve.mask | (strips_hw & near_hw))


def _cut_off(line_P2: np.ndarray, end: float) -> np.ndarray:
    """A line's first so many px, [2 or more, 2]."""
    found, reached = [line_P2[0]], 0.0
    for begin_2, end_2 in pairwise(line_P2):
        step = max(float(np.linalg.norm(end_2 - begin_2)), 1e-6)
        found.append(begin_2 + min(1.0, (end - reached) / step) * (end_2 - begin_2))
        reached += step
        if reached >= end:
            break
    return np.array(found)
