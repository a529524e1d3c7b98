"""Bare arms, legs and a chest that the studio photographed (`train/studio/skin.py`): how light and dark skin
is on them, and how broad they are. What a shorter sleeve or hem bares no photo shows; in the tone of the
person's own skin, knees, calves and elbows are nearer to theirs than what is round and even.

U V cells along and across a limb; lengths in shoulders, from joint to joint.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from engine.paths import RESOURCES

_AS_LIGHT = 128  # of 255, what is as light as its tone
_ENDS = 0.15  # of a limb, before its wrist or ankle, in which its own light and shade end: hands have theirs
# From where to where a chest goes, aside of the middle of the shoulders and below it; and from where above
# its lower end on it is as light as its tone, for how anybody's goes on is not known.
_ASIDE, _DOWN, _FADES = 0.6, (-0.6, 0.25), 0.25


class MadeLimb(NamedTuple):
    """along: how light skin is, of what it is across, [1, 3, U, V], from shoulder or hip on and from the
    picture's left edge to the right. across: likewise of its tone, [V, 3]. halves, middles: half of its
    breadth, and how far right of its bones it is, evenly from 0 to 1 along it."""

    along: Tensor
    across: Tensor
    halves: tuple[float, ...]
    middles: tuple[float, ...]

    def mirrored(self) -> MadeLimb:
        middles = tuple(-middle for middle in self.middles)
        return MadeLimb(self.along.flip(-1), self.across.flip(0), self.halves, middles)

    def at(self, along_hw: Tensor, across_hw: Tensor) -> Tensor:
        """How light skin is, of what it is across, [1, 3, h, w]. along: 0 to 1; across: -1 to 1."""
        grid_1hw2 = torch.stack([across_hw, 2.0 * along_hw - 1.0], -1)[None]
        light_1Chw = F.grid_sample(self.along, grid_1hw2, padding_mode="border", align_corners=False)
        return 1.0 + (light_1Chw - 1.0) * ((1.0 - along_hw) / _ENDS).clamp(0.0, 1.0)


class MadeSkin(NamedTuple):
    """arms, legs: from the picture's left to its right. chest: how light it is, of its tone, [1, 1, U, V]."""

    arms: tuple[MadeLimb, MadeLimb]
    legs: tuple[MadeLimb, MadeLimb]
    chest: Tensor

    def darker(self, aside_hw: Tensor, down_hw: Tensor) -> Tensor:
        """How much darker than its tone neck and chest are, [h, w], so far aside of and below the middle of
        the shoulders."""
        v_hw = 2.0 * (down_hw - _DOWN[0]) / (_DOWN[1] - _DOWN[0]) - 1.0
        grid_1hw2 = torch.stack([aside_hw / _ASIDE, v_hw], -1)[None]
        light_hw = F.grid_sample(self.chest, grid_1hw2, padding_mode="border", align_corners=False)[0, 0]
        return (1.0 - light_hw) * ((_DOWN[1] - down_hw) / _FADES).clamp(0.0, 1.0)


@lru_cache(maxsize=2)
def made_skin(device: torch.device) -> MadeSkin:
    """The one in the box."""
    told = json.loads((RESOURCES / "skin" / "skin.json").read_text("utf-8"))
    limbs = {}
    for name in ("arm", "leg"):
        shades_1CUV = _shades(name, device)
        across_1C1V = shades_1CUV.mean(2, keepdim=True)
        halves, middles = (tuple(told[name][kind]) for kind in ("halves", "middles"))
        limbs[name] = MadeLimb(shades_1CUV / across_1C1V, across_1C1V[0, :, 0].t(), halves, middles)
    arm, leg = limbs["arm"], limbs["leg"]
    chest_11UV = _shades("chest", device).mean(1, keepdim=True)
    return MadeSkin((arm, arm.mirrored()), (leg, leg.mirrored()), chest_11UV)


def _shades(name: str, device: torch.device) -> Tensor:
    with Image.open(RESOURCES / "skin" / f"{name}.png") as picture:
        light_UVC = np.array(picture, np.float32) / _AS_LIGHT
    return torch.from_numpy(light_UVC).to(device).movedim(-1, 0)[None]
