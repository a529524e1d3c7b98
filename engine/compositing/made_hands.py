"""The hand of whoever hides both of theirs: one that the studio photographed (`train/studio/hands.py`), in
the colour of the person's own skin.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from engine.compositing.fields import size_of
from engine.compositing.limb_bones import ARM_CHAINS, ARMS, along, positions, segments
from engine.compositing.ribbons import Ribbon, ribbon
from engine.paths import RESOURCES
from engine.pictures import to_tensor
from engine.pose import skeleton as sk
from engine.regions import REGIONS

_FACE, _ARM = REGIONS.index("face"), REGIONS.index("arms")
_SURE = 0.9  # how likely skin is seen, for its colour to be told
_FEWEST = 12  # px that tell a colour: a chin is some dozens
_LIT = 0.7  # of a face is darker than its cheeks: lips, nostrils, a beard, the shadow of a chin
_BARE = 0.4, 0.95  # of a forearm: what of it has its hand's colour
# Of a face's light, what hands and a neck have at least and at most, and how far off its hue they are: their
# colours' shares of the sum, differences added. Of 31 photographs that show hands well 24 are within; what
# a wrist in a pocket or a sleeve told as skin tells is not.
_LIKE, _OFF = (0.7, 1.4), 0.1
_BLACK = 1e-3  # no colour is told by less light
# Of somebody of whom no skin is seen, -1 to 1: between the palest and the darkest that there are.
_NOBODYS = 0.45, 0.15, -0.03


class MadeHand(NamedTuple):
    """times: [3, H, W], its colours, 0 to 1, over their usual one; matte: [H, W]; its right arm's ribbon and
    unit, and the picture's sides, as of `limb_bones`."""

    times: Tensor
    matte: Tensor
    was: Ribbon
    unit: float
    sides_2: Tensor

    def coloured(self, tone_3: Tensor) -> Tensor:
        """In a tone of skin, -1 to 1 [3, H, W]."""
        return (self.times * (tone_3[:, None, None] + 1.0) - 1.0).clamp(max=1.0)


@lru_cache(maxsize=2)
def made_hand(device: torch.device) -> MadeHand:
    """The one in the box."""
    with Image.open(RESOURCES / "hands" / "hand.png") as picture:
        picture_HWC = np.array(picture)
    told = json.loads((RESOURCES / "hands" / "hand.json").read_text("utf-8"))
    rows, columns = picture_HWC.shape[:2]
    sides_2 = torch.tensor([columns / rows, 1.0], device=device)
    elbow, wrist = ((2 * complex(*told[name]) - complex(columns, rows)) / rows for name in ("elbow", "wrist"))
    # Its trunk is where its thumb is: so hands hang.
    places = {
        sk.RIGHT_WRIST: wrist,
        sk.RIGHT_ELBOW: elbow,
        sk.RIGHT_SHOULDER: 2 * elbow - wrist,
        sk.NECK: 2 * elbow - wrist + abs(wrist - elbow),
    }
    pose_183 = torch.zeros(18, 3, device=device)
    for joint, place in places.items():
        pose_183[joint] = torch.tensor([place.real / float(sides_2[0]), place.imag, 1.0])
    unit = 2.0 * told["unit"] / rows
    placed = {number: each._replace(unit=unit) for number, each in segments(pose_183, sides_2).items()}
    was = ribbon(pose_183, placed, ARM_CHAINS[0], 1.0, sides_2)
    assert was is not None
    planes_4HW = 0.5 * (to_tensor(picture_HWC, device)[0] + 1.0)
    below_HW = positions((rows, columns), sides_2).imag > wrist.imag
    usual_3 = planes_4HW[:3, (planes_4HW[3] > _SURE) & below_HW].median(1).values
    return MadeHand(planes_4HW[:3] / usual_3[:, None, None], planes_4HW[3], was, unit, sides_2)


@torch.no_grad()
def skin_tones(photo_B3HW: Tensor, class_B8HW: Tensor, limbs_B4HW: Tensor, pose_B183: Tensor) -> Tensor:
    """Of the skin of right and left hands, -1 to 1 [B, 2, 3]: a bare forearm's, else that of hands, else of
    neck and chest, where these are nearly as a face, else of a face, less its shadows; of a person who shows
    none, one in the middle of all that there are.

    class: how likely each is seen; pose: as `moving_least_squares.normalised_pose` gives it.
    """
    size = size_of(photo_B3HW)
    sides_2 = pose_B183.new_tensor((size[1] / size[0], 1.0))
    here_HW = positions(size, sides_2)
    tones = []
    for photo_3HW, class_8HW, limbs_4HW, pose_183 in zip(
        photo_B3HW.float(), class_B8HW, limbs_B4HW, pose_B183.float(), strict=True
    ):
        placed = segments(pose_183, sides_2)
        bare_HW, arms_HW = class_8HW[_ARM] > _SURE, limbs_4HW[ARM_CHAINS].amax(0) > 0.5
        face_3 = _usual(photo_3HW[:, class_8HW[_FACE] > _SURE], _LIT)
        neck_3 = _usual(photo_3HW[:, bare_HW & ~arms_HW])
        hands_3 = _usual(photo_3HW[:, bare_HW & arms_HW])
        for limb, (_, forearm) in zip(ARM_CHAINS, ARMS, strict=True):
            own_3 = None
            if forearm in placed:
                part_HW = along(placed[forearm], here_HW).real
                on_it_HW = (part_HW > _BARE[0]) & (part_HW < _BARE[1]) & (limbs_4HW[limb] > _SURE)
                own_3 = _usual(photo_3HW[:, bare_HW & on_it_HW])
            told = [each for each in (own_3, hands_3, neck_3) if each is not None and _likely(each, face_3)]
            tones.append(told[0] if told else photo_3HW.new_tensor(_NOBODYS) if face_3 is None else face_3)
    return torch.stack(tones).view(len(photo_B3HW), len(ARMS), 3)


def _usual(seen_3N: Tensor, part: float = 0.5) -> Tensor | None:
    """Their colour, [3], that part of them is darker than, where it is told by some px."""
    return seen_3N.quantile(part, 1) if seen_3N.shape[1] >= _FEWEST else None


def _likely(tone_3: Tensor, face_3: Tensor | None) -> bool:
    """Whether a tone is that of somebody with that face."""
    if face_3 is None:
        return True
    one_3, other_3 = tone_3 + 1.0, face_3 + 1.0
    shares_3 = [each_3 / each_3.sum().clamp(min=_BLACK) for each_3 in (one_3, other_3)]
    off = float((shares_3[0] - shares_3[1]).abs().sum())
    light = float(one_3.sum()) / max(float(other_3.sum()), _BLACK)
    return _LIKE[0] < light < _LIKE[1] and off < _OFF
