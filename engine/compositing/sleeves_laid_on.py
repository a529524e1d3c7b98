"""A sleeve of a garment that is laid on, along its arm. px of a picture of at most 256 rows."""

from __future__ import annotations

import numpy as np

from engine.compositing.bare_bodies import Limb
from engine.compositing.bodies import ARM, Body, along_limb, limb_length
from engine.compositing.garment_outline import Upper
from engine.compositing.sleeve_outlines import Sleeve

SHORT = 0.2  # of the shoulders, how far before its end, which may be aslant, a sleeve hides what is in it
STRAIGHT = 0.06  # likewise, of a sleeve that an arm is in, and of a trunk
_NARROWER = 0.8  # a sleeve lies flat in a photo, and around an arm is narrower
_LONG = 0.75  # of an arm, from which a sleeve is a long one and ends at the wrist
_BENDS = (
    -0.1,
    0.25,
)  # of the garment's shoulders, from where before an armhole to where behind it a sleeve turns
# How much broader than the arm in it a sleeve is on each side at its end, in shoulders, and how much broader
# it is made for that at most.
_EASE, _WIDER = 0.015, 2.0
_PARTS = 6  # of a sleeve that somebody wears, in each of which it is as broad as the arm that comes into it
_NEAR_HEM, _AT_HEM = 0.8, 0.95  # of a sleeve's length, from where on it is near its end, and at it


def on_arm(
    body: Body,
    shape: Upper,
    sleeve: Sleeve,
    arm_42: np.ndarray,
    bare: Limb,
    other: Limb,
    place_N2: np.ndarray,
) -> tuple[np.ndarray, float, float]:
    """Where places of a sleeve are on its arm, [N, 2], how far along the arm it goes, and half of how broad
    it is there, px. bare, other: that arm, and the one on the other side."""
    along_N, aside_N, length = _beside_sleeve(sleeve, place_N2)
    arm = max(limb_length(arm_42), 1.0)
    scale = body.shoulders / shape.breadth  # px of the picture for one of the photo's
    along = scale * float(np.clip(arm / (ARM * body.shoulders), 0.5, 1.15))
    # What lies folded or foreshortened is as long as the other.
    longest = max(_beside_line(each.line, each.line)[2] for each in shape.sleeves if each is not None)
    if sleeve.arm is not None:  # bone for bone
        bones_2 = np.maximum(np.linalg.norm(np.diff(arm_42[:3], axis=0), axis=1), 1e-6)
        was_4, is_4 = (np.cumsum([0.0, *each_2, each_2.sum()]) for each_2 in (sleeve.arm, bones_2))
        there_N = np.where(along_N < 0, scale * along_N, np.interp(along_N, was_4, is_4))
        end = float(np.interp(length, was_4, is_4)) + (SHORT - STRAIGHT) * body.shoulders
        parts_S = (np.arange(_PARTS) + 0.5) / _PARTS * length
        there_S = np.interp(parts_S, was_4, is_4)
        # Around the middle of the arm, wherever in it bones are told, and at least as broad as either is.
        of_arms = (np.array([each.beside(at) for at in there_S]) for each in (bare, other))
        across = (_across(each_S2) for each_S2 in (scale * _halves_along(sleeve), *of_arms))
        (middle_S, half_S), (its_S, arm_S), (_, other_S) = across
        broader_S = ((np.maximum(arm_S, other_S) + _EASE * body.shoulders) / half_S).clip(1.0, _WIDER)
        moved_S = its_S - broader_S * middle_S
        broader_N, moved_N = (np.interp(along_N, parts_S, each_S) for each_S in (broader_S, moved_S))
        aside_N = scale * aside_N * broader_N + moved_N
        return along_limb(arm_42, there_N, aside_N), end, float(broader_S[-1] * half_S[-1])
    if along * longest > _LONG * arm:
        along = arm / length
    scale *= _NARROWER
    # The nearer to its end, the more it is at least as broad as the arm in it.
    halves_2 = scale * _halves_of_hem(sleeve)
    in_it_2 = bare.beside(along * length) + _EASE * body.shoulders
    broader_2 = (in_it_2 / halves_2).clip(1.0, _WIDER)
    broader_N = np.where(aside_N < 0, *broader_2) - 1.0
    aside_N = scale * aside_N * (1.0 + broader_N * (along_N / max(length, 1.0)).clip(0.0, 1.0))
    return along_limb(arm_42, along * along_N, aside_N), along * length, float((broader_2 * halves_2).min())


def at_hem(sleeve: Sleeve, place_N2: np.ndarray) -> np.ndarray:
    """Which places are at a sleeve's end, bool [N]."""
    along_N, _, length = _beside_sleeve(sleeve, place_N2)
    return along_N > _AT_HEM * length


def _halves_of_hem(sleeve: Sleeve) -> np.ndarray:
    """How far a sleeve reaches on both sides of its line near its end, [2], px of the photo."""
    along_N, aside_N, length = _of_mask(sleeve)
    return _halves(aside_N[along_N > _NEAR_HEM * length])


def _halves_along(sleeve: Sleeve) -> np.ndarray:
    """Likewise in each part of its length, [S, 2]."""
    along_N, aside_N, length = _of_mask(sleeve)
    part_N = np.floor(along_N / max(length, 1.0) * _PARTS).astype(int).clip(0, _PARTS - 1)
    return np.stack([_halves(aside_N[part_N == part]) for part in range(_PARTS)])


def _across(halves_S2: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where the middle is between both sides, and half of how broad it is, [S] each."""
    return (halves_S2[:, 1] - halves_S2[:, 0]) / 2, halves_S2.sum(1) / 2


def _of_mask(sleeve: Sleeve) -> tuple[np.ndarray, np.ndarray, float]:
    return _beside_sleeve(sleeve, np.argwhere(sleeve.mask)[:, ::-1].astype(float))


def _halves(aside_N: np.ndarray) -> np.ndarray:
    return np.array([-aside_N.min(initial=-1.0), aside_N.max(initial=1.0)])


def _beside_sleeve(sleeve: Sleeve, place_N2: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """As `_beside_line`, with its hem across it, as that lies around an arm however it is cut."""
    along_N, aside_N, length = _beside_line(sleeve.line, place_N2)
    return along_N - sleeve.slant * aside_N * (along_N / max(length, 1.0)).clip(0.0, 1.0), aside_N, length


def _beside_line(line_P2: np.ndarray, place_N2: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """How far along a line places are, beyond its ends too, and how far aside, [N] each; and its length."""
    steps_Q2 = np.diff(line_P2, axis=0)
    lengths_Q = np.maximum(np.linalg.norm(steps_Q2, axis=1), 1e-6)
    ways_Q2 = steps_Q2 / lengths_Q[:, None]
    from_QN2 = place_N2 - line_P2[:-1, None]
    along_QN = (from_QN2 * ways_Q2[:, None]).sum(-1)
    aside_QN = from_QN2[..., 1] * ways_Q2[:, :1] - from_QN2[..., 0] * ways_Q2[:, 1:]
    low_Q, high_Q = np.zeros(len(lengths_Q)), lengths_Q.copy()
    low_Q[0], high_Q[-1] = -np.inf, np.inf
    on_QN = along_QN.clip(low_Q[:, None], high_Q[:, None])
    off_QN = np.hypot(along_QN - on_QN, aside_QN)
    best_N, here_N = off_QN.argmin(0), np.arange(len(place_N2))
    reached_Q = np.concatenate([[0.0], np.cumsum(lengths_Q)])
    aside_N = np.copysign(off_QN[best_N, here_N], aside_QN[best_N, here_N])
    return reached_Q[best_N] + on_QN[best_N, here_N], aside_N, float(reached_Q[-1])


def of_sleeve(sleeve: Sleeve, shape: Upper, place_N2: np.ndarray, below: bool) -> np.ndarray:
    """How far places go with a sleeve's arm, [N], 0 to 1: by how far beyond its armhole they are. below: of
    the armhole's end too, where a sleeve may lie beside the trunk; else nothing is there but trunk."""
    step_2 = sleeve.armpit - sleeve.shoulder
    deep = max(float(np.linalg.norm(step_2)), 1.0)
    down_2 = step_2 / deep
    out_2 = np.array((-down_2[1], down_2[0]))
    if out_2[0] * (sleeve.shoulder[0] - shape.joints[:, 0].mean()) < 0:
        out_2 = -out_2
    beyond_N = (place_N2 - sleeve.shoulder) @ out_2
    under_N = ((place_N2 - sleeve.shoulder) @ down_2 - deep).clip(0.0)
    far_N = np.hypot(beyond_N, under_N)
    beyond_N = np.where(under_N > 0, far_N if below else -far_N, beyond_N)
    share_N = ((beyond_N / shape.breadth - _BENDS[0]) / (_BENDS[1] - _BENDS[0])).clip(0.0, 1.0)
    return share_N * share_N * (3.0 - 2.0 * share_N)
