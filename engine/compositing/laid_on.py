"""Clothes that a photo shows with nobody in them, as they are on a wearer.

No engine draws them well, for it has seen people only. They are laid on part by part, trunk, sleeves and
legs: a garment's outline says where in it a body's joints would be (`garment_outline`), and by these it is
moved as a whole, so that stripes and prints stay what they are and it is as long and as broad as it is. Its
edges are the photo's; only sleeves and legs bend, with the limbs they are on.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.compositing.bodies import (
    ARM,
    TRUNK,
    Body,
    Parts,
    Ways,
    bare_shape,
    body_of,
    far_from,
    limb_length,
    parts_of,
)
from engine.compositing.clothes import Clothes
from engine.compositing.fields import ramp, size_of
from engine.compositing.garment_outline import Lower, Sleeve, Upper
from engine.compositing.wardrobe import CLASSES
from engine.compositing.worn import Drawn, Laid
from engine.cv import cv2
from engine.garments import Garment
from engine.ops.resample import running_mean

_HIPS = 1.0  # how broad hips are, in shoulders
_TALLER = 0.95, 1.6  # how much taller than broader a garment is drawn: people who are turned are narrow
_BROADER = 1.3  # how much broader at the hips than at the chest at most
_NARROWER = 0.8  # a sleeve lies flat in a photo, and around an arm is narrower
_LONG = 0.6  # of an arm, from which a sleeve is a long one and ends at the wrist
_BENDS = 0.05, 0.35  # of the shoulders, how far from its armhole a sleeve turns to its arm's way
_BOUND = 0.6  # of an armhole from the shoulder, where a sleeve stays with the trunk
_FALL, _NECK, _FALLEN = 0.42, 0.2, 0.6  # how shoulders fall, from where on aside, and down to where
_CAP_FROM = 0.45  # of the shoulders, how far aside a sleeve begins to be round above
# Likewise, the middle of the ellipse that it fills there, across and down, and half of its sides.
_CAP_AT, _CAP = (0.45, 0.35), (0.35, 0.43)
_HANGS = 0.7  # cosine of an upper arm's angle to the trunk, from which on it hangs
_UNDER = 0.12  # of the shoulders, how far a trunk goes on under a sleeve
_COLLAR = 0.3  # of the shoulders, how far from the middle shoulders are no neck
_ARMPITS = 0.35  # of the shoulders, how far below them armpits are
_AS_BROAD = 0.36  # likewise, half of the breadth of clothes from which on they go around a body
_SHORT = 0.06  # of the trunk, how far before its end a sleeve or leg of clothes hides what is in it
_REACH = 0.35  # of the shoulders, how far aside of its bones an arm in its sleeve may be
_LAP = 3  # px of a map of 256 rows by which a sleeve laps over the trunk
_WAIST, _CROTCH = 0.22, 0.27  # of the trunk, how far above the hips trousers begin, and below them part
_ROUND = 1.08  # of the hips, how broad trousers are there
_FLAT = 0.8  # how much narrower than lying flat trousers and skirts are around a body
_ANKLE_LONG = 1.3  # of the hips' breadth, from which legs of trousers are long ones and end at ankles
# px of a picture of 256 rows, windows between whose means lies the form of a limb and no pattern of cloth
_FORM, _BODY = 17, 41
_LIGHT = 0.85, 1.1  # of the skin's mean tone, what its form makes of it


@torch.no_grad()
def as_worn_by(wearer: Drawn, clothes: Clothes, garment: Garment) -> Drawn | None:
    """The wearer with a bare body, and clothes laid on it; None where no joints tell where they belong."""
    laid = _laid(wearer, clothes, garment.word)
    return None if laid is None else wearer._replace(picture=_bare(wearer), painted=None, laid=laid)


def _laid(wearer: Drawn, clothes: Clothes, word: str) -> Laid | None:
    size = size_of(wearer.picture)
    body = body_of(wearer, size)
    if body is None:
        return None
    cloth = _Cloth(clothes, size, wearer.picture.device)
    parts = parts_of(wearer, size)
    way = Ways(body, cloth.here_HW2)
    if word in ("trousers", "skirt"):
        layers, hidden_HW = _lower_layers(body, way, clothes.lower, cloth, word == "trousers")
        hidden_11HW = hidden_HW * parts.legs
        sleeves_11HW = back_11HW = torch.zeros_like(hidden_11HW)
        colour_1CHW, trunk_11HW = _over(layers)
        # Under a top they are as broad as it is.
        above_HW = ramp((body.trunk - way.down_HW) / body.trunk, 0.0, 0.05)
        there_11HW = _person(wearer, size)
        trunk_11HW = trunk_11HW * torch.lerp(torch.ones_like(there_11HW), there_11HW, above_HW)
    else:
        (trunk_14HW, *sleeves), hidden_HW, back_11HW = _upper_layers(body, way, parts, clothes, cloth)
        hidden_11HW = hidden_HW[None, None]
        colour_1CHW, trunk_11HW = _over([trunk_14HW, *sleeves])[0], trunk_14HW[:, 3:]
        sleeves_11HW = _over(sleeves)[1] if sleeves else torch.zeros_like(trunk_11HW)
    shape_11HW = bare_shape(body, way, parts)
    return Laid(colour_1CHW, trunk_11HW, sleeves_11HW, back_11HW, parts.before, hidden_11HW, shape_11HW)


class _Cloth:
    """Clothes to be looked up at places in px of their map."""

    def __init__(self, clothes: Clothes, size: tuple[int, int], device: torch.device):
        self.mask = clothes.mask
        self.rows, self.columns = clothes.mask.shape
        self._seen_14HW = torch.cat([clothes.photo * clothes.cover, clothes.cover], 1)
        y_HW, x_HW = torch.meshgrid(*(torch.arange(side, device=device) for side in size), indexing="ij")
        self.here_HW2 = torch.stack([x_HW, y_HW], -1).float()

    def at(self, place_HW2: Tensor, only_hw: np.ndarray | None = None) -> Tensor:
        """Colours times cover, and cover, [1, 4, H, W]. only: which part of them."""
        sides = place_HW2.new_tensor((self.columns, self.rows))
        grid_1HW2 = ((place_HW2 + 0.5) * 2 / sides - 1)[None]
        seen_14HW = F.grid_sample(self._seen_14HW, grid_1HW2, align_corners=False)
        if only_hw is None:
            return seen_14HW
        return seen_14HW * self.of(place_HW2, only_hw)

    def of(self, place_HW2: Tensor, mask_hw: np.ndarray) -> Tensor:
        """How much of a px is in a part of their map, [1, 1, H, W]."""
        sides = place_HW2.new_tensor((self.columns, self.rows))
        grid_1HW2 = ((place_HW2 + 0.5) * 2 / sides - 1)[None]
        mask_11hw = torch.from_numpy(mask_hw.astype(np.float32))[None, None].to(place_HW2.device)
        return ramp(F.grid_sample(running_mean(mask_11hw, 3), grid_1HW2, align_corners=False), 0.35, 0.65)


def _over(layers: list[Tensor]) -> tuple[Tensor, Tensor]:
    """Layers of colours times cover, and cover, [1, 4, H, W], each over those before it: colours, cover."""
    seen_14HW = layers[0]
    for layer_14HW in layers[1:]:
        seen_14HW = layer_14HW + (1.0 - layer_14HW[:, 3:]) * seen_14HW
    colour_1CHW, cover_11HW = seen_14HW.split((3, 1), 1)
    return colour_1CHW / cover_11HW.clamp_min(1e-3), cover_11HW


def _upper_layers(
    body: Body, way: Ways, parts: Parts, clothes: Clothes, cloth: _Cloth
) -> tuple[list[Tensor], Tensor, Tensor]:
    """The trunk of a top or dress, then its sleeves; where nothing is seen of a body, [H, W]; and
    how much of a px is the trunk's inside, behind a neck."""
    shape = clothes.upper
    breadth, taller = shape.breadth, float(np.clip(body.trunk / TRUNK / body.shoulders, *_TALLER))
    across_HW, down_HW = way.across_HW / body.shoulders, way.down_HW / (taller * body.shoulders)
    middle_2 = shape.joints.mean(0)
    at_hips = round(middle_2[1] + TRUNK * breadth)
    half = shape.half[at_hips] / breadth if at_hips < len(shape.half) else 0.0
    broader = float(np.clip(_HIPS / 2 / half, 1.0, _BROADER)) if half > 0.1 else 1.0
    broad_HW = 1.0 + (broader - 1.0) * ramp(down_HW, 0.6, TRUNK)
    x_HW = middle_2[0] + breadth * across_HW / broad_HW
    # Shoulders that lie flat in a photo fall on somebody.
    falls = max(0.0, _FALL - shape.slope)
    down_HW = down_HW - falls * (across_HW.abs() - _NECK).clamp(0.0, 0.5) * (
        1.0 - ramp(down_HW, 0.0, _FALLEN)
    )
    trunk_HW2 = torch.stack([x_HW, middle_2[1] + breadth * down_HW], -1)

    def onto(place_2: np.ndarray) -> np.ndarray:
        """Where in the picture a place of the photo's shoulders is."""
        x, y = (place_2 - middle_2) / breadth * body.shoulders
        y += (
            falls
            * max(0.0, abs(x) - _NECK * body.shoulders)
            * (1.0 - max(0.0, y / (_FALLEN * body.shoulders)))
        )
        return body.middle + x * body.across + y * taller * body.down

    found = [(sleeve, arm) for sleeve, arm in zip(shape.sleeves, way.arms, strict=True) if sleeve is not None]
    layers, hidden_HW, reach = [], torch.zeros_like(x_HW), _REACH * body.shoulders
    sleeves_hw = np.zeros((cloth.rows, cloth.columns), bool)
    for sleeve, (arm_42, along_HW, aside_HW) in found:
        place_HW2, end = _sleeve_place(
            body, shape, sleeve, arm_42, along_HW, aside_HW, trunk_HW2, cloth.here_HW2, onto
        )
        # Above an arm's beginning a sleeve is as round as a shoulder, aslant as an arm that hangs is.
        arm_2 = arm_42[1] - arm_42[0]
        hangs = arm_2 @ body.down > _HANGS * np.linalg.norm(arm_2)
        aslant = abs(arm_2 @ body.across) / max(arm_2 @ body.down, 1.0)
        beyond_HW = across_HW.abs() - _CAP_AT[0] - aslant * down_HW.clamp(min=0.0)
        above_HW = down_HW - _CAP_AT[1]
        far_HW = torch.hypot(beyond_HW.clamp(min=0.0) / _CAP[0], above_HW.clamp(max=0.0) / _CAP[1])
        outer_HW = (across_HW.abs() > _CAP_FROM) & (above_HW < 0.0)
        round_HW = 1.0 - ramp(far_HW, 0.95, 1.0) * outer_HW * float(hangs)
        layers.append(round_HW * cloth.at(place_HW2, _dilated(sleeve.mask, _LAP)))
        near_HW = (aside_HW.abs() < reach) & (along_HW > -reach) & (along_HW < end - _SHORT * body.trunk)
        hidden_HW = hidden_HW.maximum(parts.arms[0, 0] * near_HW)
        # Its rim is no rim of the trunk's, which goes on under it where they meet.
        sleeves_hw |= sleeve.mask
    near_hw = np.zeros(sleeves_hw.shape, np.uint8)
    for sleeve, _ in found:
        begin, end = (np.round(each).astype(int).tolist() for each in (sleeve.shoulder, sleeve.armpit))
        cv2.line(near_hw, begin, end, (1.0,), round(2 * _UNDER * breadth))
    trunk_hw = cloth.mask & (~sleeves_hw | (near_hw > 0))
    rest_hw = trunk_hw | ~_dilated(sleeves_hw, _LAP)
    # A body beside clothes as broad as it is has the clothes' outline.
    half_h = torch.from_numpy(shape.half / breadth).float().to(x_HW.device) * broader
    row_HW = trunk_HW2[..., 1].round().long().clamp(0, len(half_h) - 1)
    below_HW = (trunk_HW2[..., 1] < np.flatnonzero(cloth.mask.any(1))[-1]) & (down_HW > _ARMPITS)
    beside_HW = below_HW & (half_h[row_HW] > _AS_BROAD) & (across_HW.abs() > 0.2)
    hidden_HW = hidden_HW.maximum(beside_HW * (1.0 - parts.arms[0, 0]))
    if found:  # nor has who wears sleeves bare shoulders
        aside_HW = (across_HW.abs() > _COLLAR) & (down_HW <= _ARMPITS)
        hidden_HW = hidden_HW.maximum(aside_HW * (1.0 - parts.arms[0, 0]))
    trunk_14HW = cloth.at(trunk_HW2, rest_hw if found else None)
    return [trunk_14HW, *layers], hidden_HW, cloth.of(trunk_HW2, clothes.back)


def _dilated(mask_hw: np.ndarray, px: int) -> np.ndarray:
    """A mask with so many px of a map of 256 rows around it."""
    side = 2 * (px * len(mask_hw) // 256) + 1
    return cv2.dilate(mask_hw.astype(np.uint8), np.ones((side, side), np.uint8)) > 0


def _sleeve_place(
    body: Body,
    shape: Upper,
    sleeve: Sleeve,
    arm_42: np.ndarray,
    along_HW: Tensor,
    aside_HW: Tensor,
    trunk_HW2: Tensor,
    here_HW2: Tensor,
    onto: Callable[[np.ndarray], np.ndarray],
) -> tuple[Tensor, float]:
    """Where in the photo each position of a sleeve's is, and how far along the arm the sleeve goes, px."""
    root_2 = (sleeve.shoulder + sleeve.armpit) / 2
    length = max(float(np.linalg.norm(sleeve.end - root_2)), 1.0)
    way_2 = (sleeve.end - root_2) / length
    arm = max(limb_length(arm_42), 1.0)
    scale = body.shoulders / shape.breadth  # px of the picture for one of the photo's
    along = scale * float(np.clip(arm / (ARM * body.shoulders), 0.5, 1.15))
    if along * length > _LONG * arm:
        along = arm / length
    normal_2 = np.array((-way_2[1], way_2[0]))
    place_HW2 = (
        trunk_HW2.new_tensor(root_2.tolist())
        + (along_HW / along)[..., None] * trunk_HW2.new_tensor(way_2.tolist())
        + (aside_HW / (scale * _NARROWER))[..., None] * trunk_HW2.new_tensor(normal_2.tolist())
    )
    # At its armpit a sleeve is loose.
    bound_2 = sleeve.shoulder + _BOUND * (sleeve.armpit - sleeve.shoulder)
    ends_22 = [onto(sleeve.shoulder), onto(bound_2)]
    far_HW = far_from(here_HW2, *ends_22) / body.shoulders
    place_HW2 = torch.lerp(trunk_HW2, place_HW2, ramp(far_HW, *_BENDS)[..., None])
    return place_HW2, along * length


def _lower_layers(
    body: Body, way: Ways, shape: Lower, cloth: _Cloth, legs: bool
) -> tuple[list[Tensor], Tensor]:
    """Trousers, a leg after the other, or a skirt in one; and where trousers have legs in them, [H, W]."""
    unit = body.trunk
    hips = _ROUND * _HIPS * body.shoulders
    across_HW, down_HW = way.across_HW, way.down_HW - unit
    hidden_HW = torch.zeros_like(down_HW)
    if not legs:
        scale = max(hips / max(shape.hips, 1.0), 0.8 * body.shoulders / max(shape.waists, 1.0))
        y_HW = shape.waist + (down_HW + _WAIST * unit) / (scale / 0.85)
        return [cloth.at(torch.stack([shape.middle + across_HW / scale, y_HW], -1))], hidden_HW
    scale = hips / max(shape.hips, 1.0)
    rise = max(shape.crotch - shape.waist, 1.0)
    steep = rise / ((_WAIST + _CROTCH) * unit)
    y_HW = shape.crotch + (down_HW - _CROTCH * unit) * steep
    hips_HW2 = torch.stack([shape.middle + across_HW / scale, y_HW], -1)
    layers = []
    for number, (limb_42, along_HW, aside_HW) in enumerate(way.legs):
        below = max(shape.hem - shape.crotch, 1.0)
        along = scale / _FLAT
        if below > _ANKLE_LONG * shape.hips:
            along = (limb_length(limb_42) - _CROTCH * unit) / below
        s_HW = along_HW - _CROTCH * unit
        deep_HW = torch.where(s_HW < 0, s_HW * steep, s_HW / along)
        begin_2, end_2 = shape.legs[number]
        slant = (end_2[0] - begin_2[0]) / max(end_2[1] - begin_2[1], 1.0)
        x_HW = begin_2[0] + deep_HW * slant - aside_HW / scale
        leg_HW2 = torch.stack([x_HW, shape.crotch + deep_HW], -1)
        place_HW2 = torch.lerp(hips_HW2, leg_HW2, ramp(s_HW, -_CROTCH * unit, 0.2 * unit)[..., None])
        side_w = (np.arange(cloth.columns) - shape.middle) * (2 * number - 1) > -1.5
        layers.append(cloth.at(place_HW2, np.broadcast_to(side_w, (cloth.rows, cloth.columns))))
        hidden_HW = hidden_HW.maximum((s_HW < along * below - _SHORT * unit).float())
    return layers, hidden_HW


def _person(wearer: Drawn, size: tuple[int, int]) -> Tensor:
    """How much of each px is the wearer, [1, 1, H, W], as the engine drew them."""
    person_11hw = 1.0 - wearer.surface[:, :CLASSES].softmax(1)[:, :1]
    return ramp(F.interpolate(person_11hw, size, mode="bilinear"), 0.4, 0.6)


def _bare(wearer: Drawn) -> Tensor:
    """The wearer's body bare, in the wearer's tone, before what is behind, [1, 3, H, W]."""
    size = size_of(wearer.picture)
    body_11HW = _person(wearer, size)
    behind_1CHW = wearer.wardrobe.plate if wearer.behind is None else wearer.behind
    behind_1CHW = F.interpolate(behind_1CHW, size, mode="bilinear")
    return torch.lerp(behind_1CHW, _skin(wearer, body_11HW), body_11HW)


def _skin(wearer: Drawn, body_11HW: Tensor) -> Tensor:
    """Bare skin everywhere, in the wearer's mean tone with the light and shade of what is seen there."""
    times = size_of(body_11HW)[0] // 256
    bright_11HW = (wearer.picture.mean(1, keepdim=True) + 1.0) * body_11HW
    form_11HW, whole_11HW = (
        running_mean(bright_11HW, side * times | 1)
        / running_mean(body_11HW, side * times | 1).clamp_min(1e-3)
        for side in (_FORM, _BODY)
    )
    light_11HW = (form_11HW / whole_11HW.clamp_min(1e-3)).clamp(*_LIGHT)
    return (wearer.wardrobe.skin + 1.0) * light_11HW - 1.0
