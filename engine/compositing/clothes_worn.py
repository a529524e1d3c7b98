"""A garment cut out of the photo of somebody who wears it, to be laid on another: made once a photo.

An engine draws a giver anew in the wearer's pose, and people of photographs blurred and ragged. The photo is
sharp, and the joints of the giver tell where a body is in the garment: so it is laid on as one that lies
alone is (`laid_on`), of which outlines have to tell that. What hands or hair hid of it, and a sleeve of its
trunk, is filled as the cloth around goes on.

P pieces (`engine.garments`); H W the photo; h w a map of it.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from engine.compositing.bare_skin import bare_skin
from engine.compositing.bodies import (
    ARMPIT,
    CROTCH,
    FOLDED,
    WAIST,
    Body,
    Ways,
    body_of,
    limb_length,
    parts_of,
    seen_from_before,
)
from engine.compositing.clothes import Clothes
from engine.compositing.fields import largest, ramp, row_ends, size_of, spread
from engine.compositing.garment_outline import EASE, Lower, Upper, between_legs, lower
from engine.compositing.patterns import patterned_behind, with_copies
from engine.compositing.shines_through import LEGS_APART, between_bones, parted_at_arms, parted_at_legs
from engine.compositing.sleeve_outlines import Sleeve
from engine.compositing.sleeves_worn import sleeves_worn
from engine.compositing.tailoring import continued
from engine.compositing.worn import Drawn, inner, near, near_arms, of_pieces, pieces_worn, sharp
from engine.cv import cv2
from engine.garments import ARMS, FACE, HAIR, LEGS, Garment
from engine.ops.resample import enlarged, running_mean, shrunk
from engine.pictures import to_rgb, to_tensor
from engine.plain_grounds import disc

LAID_ON = "top", "dress", "trousers", "skirt"  # the words of clothes that can be laid on
_BELOW = "trousers", "skirt"
_FRONTAL = 0.75  # least breadth of shoulders, of what a trunk says: who is turned farther shows one side
_LEAST = 0.02  # of the map, a garment that can be laid on
_SCRAP = 0.1  # of the largest part of what is seen, up to which another is none of it
_HAND = 0.3  # share of a position from which it is a hand
# px of a picture of 256 rows: how far inwards a garment's edge has the ground's colours; over how far around
# its edges are evened, for a matte follows a cloth's pattern.
_EDGE, _EVEN = 1, 1
_GAP = 2  # px of a map, half as broad is no gap but a rim
# Px of a map of 256 rows around what lies before a garment, where that has the shadows and tips of fingers.
_RIM_BEFORE = 4
_RIM = 3  # px of a map of 256 rows, up to which what is hidden has the colours of what is beside it
_HIDDEN = 0.8  # of the shoulders, along which a hand or arm hides an edge at most
_HUNG = 1.6  # likewise, below the waist of a dress
_BEFORE = 0.5  # likewise, up to where aside of the middle what is parted from a trunk is of it
_UNDER = 0.1  # likewise, how far a trunk goes on under its sleeves
_FALLS = 0.42  # how shoulders fall


@torch.no_grad()
def clothes_worn(giver: Drawn, garment: Garment) -> Clothes | None:
    """Of somebody as the photo shows them, with joints. None where they are turned aside or seen from
    behind, where no joints tell where they are, where hardly anything of it is seen, or of a top sleeves
    alone, or where legs that are folded do not tell how long it is."""
    size, small = size_of(giver.picture), size_of(giver.surface)
    body = body_of(giver, small)
    if body is None or giver.joints is None or not seen_from_before(giver.joints, _FRONTAL):
        return None
    pieces_1Phw = pieces_worn(giver)
    armpits = float(body.middle[1]) + ARMPIT * body.shoulders
    # Of what is worn below the waist some looks like the other kind.
    takes = garment.goes if garment.word in _BELOW else garment.takes
    cover_11HW, seen_hw, before_hw = _seen(giver, pieces_1Phw, takes)
    if seen_hw.mean() < _LEAST:
        return None
    rim_hw = _grown(before_hw, _RIM_BEFORE)
    y_hw, x_hw = torch.meshgrid(
        *(torch.arange(side, device=cover_11HW.device) for side in small), indexing="ij"
    )
    way, none_hw = Ways(body, torch.stack([x_hw, y_hw], -1).float()), np.zeros_like(seen_hw)
    if garment.word == "trousers":
        cover_11HW = parted_at_legs(cover_11HW, giver, body, way)
    elif garment.word not in _BELOW:
        cover_11HW = parted_at_arms(cover_11HW, seen_hw, giver, body, way)
    seen_hw &= shrunk(cover_11HW, small)[0, 0].cpu().numpy() > 0.5
    inside_11HW = inner(cover_11HW, _EDGE)
    photo_1CHW = torch.lerp(spread(giver.picture, inside_11HW), giver.picture, inside_11HW)
    cover_11HW = running_mean(inner(cover_11HW, _EDGE), 3)
    if garment.word in _BELOW:
        longest = max(limb_length(limb_42) for limb_42, _, _ in way.legs)
        if longest < FOLDED * body.trunk:
            return None
        # Arms hang before them in sleeves, too; a leg or a shoe is in them.
        others_hw = ~np.isin(largest(pieces_1Phw)[0].cpu().numpy(), (0, LEGS, *takes)) & ~seen_hw
        whole_hw = _filled(seen_hw, before_hw, others_hw, _HIDDEN * body.shoulders)
        whole_hw = _up_to(whole_hw, round(body.hips[1] - WAIST * body.trunk))
        made = _gone_on(photo_1CHW, cover_11HW, inside_11HW, whole_hw, seen_hw & ~rim_hw)
        upper = _upper(whole_hw, body, (None, None))
        return Clothes(*made, whole_hw, none_hw, upper, _lower(whole_hw, body, way, longest))
    arms_hw = shrunk(parts_of(giver, size).arms, small)[0, 0].cpu().numpy() > 0.5
    bare_hw = largest(pieces_1Phw)[0].cpu().numpy() == ARMS
    sleeves = sleeves_worn(seen_hw, arms_hw, bare_hw, body, way)
    sleeves_hw = np.zeros_like(seen_hw)
    for sleeve in sleeves:
        if sleeve is not None:
            sleeves_hw |= sleeve.mask
    # Arms laid across it may part it; what hangs beside it is sleeves'.
    trunk_hw = _large_parts(seen_hw & ~sleeves_hw, 1.0)
    before_trunk_hw = (way.across_HW.abs() < _BEFORE * body.shoulders).cpu().numpy()
    trunk_hw |= _large_parts(seen_hw & ~sleeves_hw & before_trunk_hw, _SCRAP)
    if not trunk_hw.any():
        return None
    before_hw |= sleeves_hw
    whole_hw = _filled(trunk_hw, before_hw, none_hw, _HIDDEN * body.shoulders)
    # Below its waist a dress has no edge of its own beside an arm that hangs.
    below_h1 = np.arange(small[0])[:, None] > body.hips[1] - WAIST * body.trunk
    whole_hw |= _filled(trunk_hw, before_hw, none_hw, _HUNG * body.shoulders) & below_h1
    # It goes on under its sleeves where they are joined; and cloth beside it is likelier than none.
    beside_hw = _grown(trunk_hw, _UNDER * body.shoulders)
    joined_h1 = np.arange(small[0])[:, None] < armpits
    trunk_hw |= seen_hw & beside_hw & (joined_h1 | whole_hw)
    whole_hw |= trunk_hw
    shown_11HW = _as_cover(trunk_hw, size, cover_11HW.device)
    trunk = _gone_on(photo_1CHW, cover_11HW * shown_11HW, inside_11HW, whole_hw, trunk_hw & ~rim_hw)
    upper, mask_hw = _upper(whole_hw, body, sleeves), seen_hw | whole_hw
    beneath = Clothes(*trunk, whole_hw, none_hw, upper, lower(whole_hw))
    return Clothes(photo_1CHW, cover_11HW, mask_hw, none_hw, upper, lower(mask_hw), beneath)


def _seen(giver: Drawn, pieces_1Phw: Tensor, takes: tuple[int, ...]) -> tuple[Tensor, np.ndarray, np.ndarray]:
    """How much of a px is these pieces, [1, 1, H, W]; where they are on the map, and what lies before them,
    bool [h, w]."""
    size, small = size_of(giver.picture), size_of(giver.surface)
    takes_11hw = of_pieces(pieces_1Phw, takes)
    (cover_11HW,) = sharp(giver.picture, near(takes_11hw), takes_11hw)
    skin = bare_skin(giver.picture, cover_11HW, of_pieces(pieces_1Phw, (ARMS, FACE)), giver.joints)
    cover_11HW = cover_11HW * (1.0 - skin.hands)
    seen_hw = _large_parts(shrunk(cover_11HW, small)[0, 0].cpu().numpy() > 0.5, _SCRAP)
    if not seen_hw.any():
        return cover_11HW, seen_hw, seen_hw
    before_11hw = of_pieces(pieces_1Phw, (ARMS,)) * near_arms(giver) + of_pieces(pieces_1Phw, (HAIR,))
    before_hw = (before_11hw[0, 0].cpu().numpy() > 0.5) & ~seen_hw
    before_hw |= shrunk(skin.hands, small)[0, 0].cpu().numpy() > _HAND
    # A print may look like skin; where no arm is, it is the garment's.
    holes_hw = _enclosed(seen_hw) & ~before_hw & (largest(pieces_1Phw)[0].cpu().numpy() > 0)
    cover_11HW = _even(cover_11HW.maximum(_as_cover(holes_hw, size, cover_11HW.device)))
    seen_hw = seen_hw | holes_hw
    return cover_11HW * _as_cover(_grown(seen_hw, 1), size, cover_11HW.device), seen_hw, before_hw


def _upper(trunk_hw: np.ndarray, body: Body, sleeves: tuple[Sleeve | None, Sleeve | None]) -> Upper:
    joints_22 = np.array([body.middle + way * 0.5 * body.shoulders * body.across for way in (-1, 1)])
    above_h = np.arange(len(trunk_hw)) < body.middle[1] + ARMPIT * body.shoulders
    half_h = np.where(above_h, EASE * body.shoulders / 2, trunk_hw.sum(1) / 2)
    return Upper(joints_22, body.shoulders, sleeves, half_h, _FALLS, body.trunk)


def _lower(mask_hw: np.ndarray, body: Body, way: Ways, longest: float) -> Lower:
    waist, crotch = (float(body.hips[1] + part * body.trunk) for part in (-WAIST, CROTCH))
    shape = lower(mask_hw, between_legs(mask_hw, between_bones(way), LEGS_APART * body.shoulders))
    cut = bool(mask_hw[-1].any())
    return shape._replace(waist=waist, crotch=crotch, leg=longest - CROTCH * body.trunk, cut=cut)


def _filled(mask_hw: np.ndarray, before_hw: np.ndarray, others_hw: np.ndarray, broad: float) -> np.ndarray:
    """A mask with what is before it: in notches of its outline that are narrower than so many px, across
    which that goes on straight, and in it. Beside a whole arm that hangs is a trunk's own edge. others: what
    else may be before it there, in clothes."""
    first = int(np.flatnonzero(mask_hw.any(1))[0])
    own_left_h, own_right_h = (_ends(mask_hw, way) for way in (-1, 1))
    left_h = np.append(own_left_h[:first], -_without_notches(-own_left_h[first:], broad))
    right_h = np.append(own_right_h[:first], _without_notches(own_right_h[first:], broad))
    bottom_w = _without_notches(_ends(mask_hw.T, 1), broad)
    y_hw, x_hw = np.indices(mask_hw.shape)
    within_hw = (x_hw >= left_h[:, None]) & (x_hw <= right_h[:, None]) & (y_hw >= first)
    # Its lower end is where columns end, but for a notch aside.
    within_hw &= (y_hw <= bottom_w) | (x_hw < own_left_h[:, None]) | (x_hw > own_right_h[:, None])
    filled_hw = mask_hw | (within_hw & (before_hw | others_hw))
    closed_hw = cv2.morphologyEx(filled_hw.astype(np.uint8), cv2.MORPH_CLOSE, disc(_GAP)) > 0
    # Only what is before it leaves a rim: between legs a gap as narrow is a crotch.
    return filled_hw | (closed_hw & _grown(before_hw, 2 * _GAP))


def _ends(mask_hw: np.ndarray, way: int) -> np.ndarray:
    """The first column of a mask in every row, or the last, [h]; in rows without any as in those around."""
    rows, seen_h = np.arange(len(mask_hw)), mask_hw.any(1)
    edge_h = row_ends(mask_hw)[0 if way < 0 else 1]
    return np.interp(rows, rows[seen_h], edge_h[seen_h])


def _without_notches(values_N: np.ndarray, broad: float) -> np.ndarray:
    """A line that goes straight on across its notches that are narrower, and to its beginning."""
    window = np.ones((round(broad) | 1, 1), np.uint8)
    closed_N = cv2.morphologyEx(values_N.astype(np.float32)[:, None], cv2.MORPH_CLOSE, window)[:, 0]
    its_own_N = closed_N <= values_N
    its_own_N[[0, -1]] = True
    places = np.arange(len(values_N))
    return np.interp(places, places[its_own_N], values_N[its_own_N])


def _up_to(mask_hw: np.ndarray, row: int) -> np.ndarray:
    """A mask with its first rows once more above it, up to this one: what a top hid."""
    first = int(np.flatnonzero(mask_hw.any(1))[0])
    grown_hw, sure = mask_hw.copy(), first + max(2, (first - row) // 2)
    grown_hw[max(row, 0) : sure] |= mask_hw[first:sure].any(0)
    return grown_hw


def _gone_on(
    photo_1CHW: Tensor, cover_11HW: Tensor, inside_11HW: Tensor, whole_hw: np.ndarray, seen_hw: np.ndarray
) -> tuple[Tensor, Tensor]:
    """Colours and cover of a garment with what was hidden of it. seen: what of it has its colours."""
    hidden_hw = _grown(whole_hw & ~seen_hw, _GAP) & whole_hw
    size, device = size_of(photo_1CHW), photo_1CHW.device
    inside_11HW = inner(_as_cover(seen_hw, size, device), _EDGE) * inside_11HW
    # Its edge is as far inwards as that of what is seen: a step between them would be a flap.
    wanted_11HW = _as_cover(hidden_hw, size, device) * inner(_as_cover(whole_hw, size, device), _EDGE)
    made_1CHW = continued(photo_1CHW, inside_11HW, wanted_11HW, _RIM)
    field_hw2 = patterned_behind(photo_1CHW[0], seen_hw, hidden_hw)
    if field_hw2 is not None:
        copied_HWC = with_copies(to_rgb(photo_1CHW), field_hw2, to_rgb(made_1CHW))
        made_1CHW = torch.lerp(made_1CHW, to_tensor(copied_HWC, device), wanted_11HW)
    return made_1CHW, cover_11HW.maximum(wanted_11HW)


def _large_parts(mask_hw: np.ndarray, least: float) -> np.ndarray:
    """What of a mask hangs together and is so much of its largest part."""
    count, part_hw, boxes, _ = cv2.connectedComponentsWithStats(mask_hw.astype(np.uint8))
    if count < 3:
        return mask_hw
    areas_N = boxes[:, cv2.CC_STAT_AREA]
    return mask_hw & (areas_N >= least * areas_N[1:].max())[part_hw]


def _enclosed(mask_hw: np.ndarray) -> np.ndarray:
    """What is in the outlines of a mask and not of it."""
    lines, _ = cv2.findContours(mask_hw.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    whole_hw = cv2.drawContours(np.zeros(mask_hw.shape, np.uint8), lines, -1, 1, cv2.FILLED)
    return (whole_hw > 0) & ~mask_hw


def _as_cover(mask_hw: np.ndarray, size: tuple[int, int], device: torch.device) -> Tensor:
    """A mask of a map as how much of each px of a picture it covers, [1, 1, H, W], with even edges."""
    return _even(enlarged(torch.from_numpy(mask_hw.astype(np.float32))[None, None].to(device), size))


def _even(cover_11HW: Tensor) -> Tensor:
    side = 2 * (_EVEN * size_of(cover_11HW)[0] // 256) + 1
    return ramp(running_mean(running_mean(cover_11HW, side), side), 0.4, 0.6)


def _grown(mask_hw: np.ndarray, px: float) -> np.ndarray:
    return cv2.dilate(mask_hw.astype(np.uint8), disc(px)) > 0
