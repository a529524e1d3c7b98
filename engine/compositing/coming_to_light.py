"""What comes to light of a trunk where an arm lay before it: its rows go on beside where they end.

A bare belly between two hems often counts as the top, or as an arm, so it is told by its colour too. About
it each row goes on under an arm as it does beside it (`carried_on`), from the nearer of its two ends the
more, and hems and waistbands go on with it: nothing has to be known of kinds of clothes, and there is no edge
where the arm was. All else stays as `under_hands`, `grain` and `patterns` have it: rows of other clothes
bring more creases and pockets than smooth colours miss.
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.compositing.atlas import CLASSES
from engine.compositing.carried_on import ROWS, between, carried_on
from engine.compositing.fields import Window, highest, odd_side, size_of
from engine.compositing.limb_bones import ARM_CHAINS
from engine.compositing.own_pose import OwnPose
from engine.compositing.patterns import copied
from engine.compositing.trunk_sides import below_chest
from engine.cv import cv2
from engine.ops.resample import enlarged
from engine.pictures import to_rgb, to_tensor
from engine.pose import skeleton as sk
from engine.regions import REGIONS

_BARE = REGIONS.index("arms")
_FACE = REGIONS.index("face")
_NO_TRUNK = [REGIONS.index(name) for name in ("background", "hair", "face")]
_SURE = 0.9  # how sure a px is of the trunk, for its row to end there
_SHADOW = 5  # px of a map of 128 rows, side of the window around an arm whose px are its rim or its shadow
_NEAR = 7  # likewise, whose px may lie under the arm
_SOME = 0.02  # how much of a px lies under an arm, for it to be asked for
_BROAD = 9  # px: of less no row is told, it is a sliver between an arm and its outline
_TONE = 0.03, 0.06  # of the shares of red, green and blue: so far off a tone is skin, and no skin
_SHADE = 0.15  # of these shares, so much redder skin is in the dark
_LIT = 0.45, 1.8  # times as light as its tone skin is at least and at most
_REDDER = 1.15  # times as much red as blue has a tone that is skin's, and no sleeve's
_BLACK = 8.0  # levels, beside which colours are told
_BESIDE = 20  # px beside what is asked for that tell whether there is a belly
_WORN = [REGIONS.index(name) for name in ("upper clothes", "dress or skirt")]
_BEIGE = 0.25  # of what is worn on the chest, of which more is cloth in a colour of skin
_SKIN, _TALL, _HEMS = 4.0, 7, 41  # px beside an arm in a level of skin, in rows of them, and rows about these
_MARGIN = 24  # px beside what is asked for that is looked at


@torch.no_grad()
def with_rows_carried_on(
    own: OwnPose,
    photo_1CHW: Tensor,
    fine_HWC: np.ndarray | None,
    cloth_HWC: np.ndarray | None,
    pattern_HW2: np.ndarray,
) -> tuple[OwnPose, np.ndarray | None]:
    """An own pose, and the colours under its arms in the fine picture's size, if there are any, as
    `grain.with_grain` gives them, with the rows of the trunk carried on about a bare belly. pattern: as of
    `patterns.patterned`, which stays where it copies."""
    class_18HW = enlarged(own.seen[:, :CLASSES].float(), size_of(own.under))
    known_HW, frame_HWC = _trunk(own, class_18HW), to_rgb(photo_1CHW[:, :3].float())
    rows, columns = known_HW.shape
    px, below_H1 = rows / ROWS, below_chest(own.pose[0], rows).cpu().numpy()[:, None]
    belly_H1 = below_H1 * (np.arange(rows)[:, None] < _hips(own, rows))
    copied_HW = copied(pattern_HW2)
    bare_HW = _bare(own, class_18HW[0].cpu().numpy(), frame_HWC, known_HW, below_H1)
    rgb_HWC = frame_HWC if fine_HWC is None or cloth_HWC is None else fine_HWC
    under_HWC = to_rgb(own.under[:, :3].float()) if cloth_HWC is None else cloth_HWC.copy()
    scale, changed = (rgb_HWC.shape[0] / rows, rgb_HWC.shape[1] / columns), False
    for asked_HW, lies_HW in zip(_near_arms(own), (own.under[0, 3:5] > _SOME).cpu().numpy(), strict=True):
        asked_HW = asked_HW & ~known_HW & (below_H1 > 0)
        if not (asked_HW & lies_HW).any():
            continue
        about_H1 = _about_belly(bare_HW * belly_H1, asked_HW, px)
        share_HW = below_H1 * about_H1 * (asked_HW | known_HW)
        share_HW[copied_HW] = 0.0
        if not (share_HW * asked_HW).any():
            continue
        changed, window = True, _around((share_HW > 0) & asked_HW, round(_MARGIN * px))
        fine = tuple(
            slice(round(span.start * times), round(span.stop * times))
            for span, times in zip(window, scale, strict=True)
        )
        maps = known_HW[window], bare_HW[window], share_HW[window]
        made_HWC, share_HW = carried_on(rgb_HWC[fine], *maps, px)
        was_HWC = under_HWC[fine]
        under_HWC[fine] = np.rint(was_HWC + share_HW[..., None] * (made_HWC - was_HWC))
    if not changed:
        return own, cloth_HWC
    under_13HW = to_tensor(under_HWC, own.under.device)
    if size_of(under_13HW) != (rows, columns):
        under_13HW = F.interpolate(under_13HW, (rows, columns), mode="area")
    own = own._replace(under=torch.cat([under_13HW, own.under[:, 3:].float()], 1))
    return own, None if cloth_HWC is None else under_HWC


def _bare(
    own: OwnPose, class_8HW: np.ndarray, frame_HWC: np.ndarray, known_HW: np.ndarray, below_H1: np.ndarray
) -> np.ndarray:
    """float32 [H, W]: how far what is known is bare skin, by its class, or by its colour where that counts as
    clothes; not by the colour where much of what is worn on the chest has it."""
    tones_N3 = 127.5 * (own.skin[0].float().cpu().numpy() + 1.0)
    face_HW = class_8HW[_FACE] > _SURE
    if face_HW.any():
        tones_N3 = np.concatenate([tones_N3, np.median(frame_HWC[face_HW], 0)[None]])
    told_HW = skin(frame_HWC, tones_N3)
    worn_HW = (class_8HW[_WORN].sum(0) > 0.5) & (below_H1 == 0)
    told_HW *= told_HW[worn_HW].mean() < _BEIGE if worn_HW.any() else 1.0
    return known_HW * np.maximum(class_8HW[_BARE], told_HW)


def _about_belly(bare_HW: np.ndarray, asked_HW: np.ndarray, px: float) -> np.ndarray:
    """float32 [H, 1]: 1 at the levels of skin beside what is asked for, and of hems above and below it."""
    beside = np.ones((1, 2 * round(_BESIDE * px) + 1), np.uint8)
    beside_HW = cv2.dilate(asked_HW.astype(np.uint8), beside) > 0
    level_H1 = ((bare_HW * beside_HW).sum(1, keepdims=True) > _SKIN * px).astype(np.float32)
    tall = np.ones((round(_TALL * px) | 1, 1), np.uint8)
    level_H1 = cv2.dilate(
        cv2.morphologyEx(level_H1, cv2.MORPH_OPEN, tall), np.ones((round(_HEMS * px) | 1, 1))
    )
    return cv2.blur(level_H1.astype(np.float32), (1, round(_TALL * px) | 1))


def _hips(own: OwnPose, rows: int) -> float:
    """The row of the lower of its hips; of no hip the last."""
    hips = [
        float(own.pose[0, joint, 1]) for joint in (sk.RIGHT_HIP, sk.LEFT_HIP) if own.pose[0, joint, 2] > 0
    ]
    return (max(hips, default=1.0) + 1.0) / 2 * rows


def _near_arms(own: OwnPose) -> np.ndarray:
    """bool [2, H, W]: what may lie under an arm or its rim, as far as to where something is known, lest a row
    seems to end where an arm's shadow does."""
    arms_12HW = own.limbs[:, ARM_CHAINS].float()
    return (highest(arms_12HW, odd_side(_NEAR, size_of(arms_12HW)[0])) > _SOME)[0].cpu().numpy()


def skin(rgb_HWC: np.ndarray, tones_N3: np.ndarray) -> np.ndarray:
    """float32 [H, W], 0 to 1: how far a px has a tone of skin, in light or shade. tones: 0 to 255."""
    rgb_HWC, tones_N3 = rgb_HWC + np.float32(_BLACK), tones_N3 + np.float32(_BLACK)
    light_HW = rgb_HWC.sum(-1)
    skin_HW = np.zeros_like(light_HW)
    for tone_3 in tones_N3[tones_N3[:, 0] > _REDDER * tones_N3[:, 2]]:
        off_HW = np.abs(rgb_HWC / light_HW[..., None] - tone_3 / tone_3.sum()).max(-1)
        lit_HW = light_HW / tone_3.sum()
        off_HW = off_HW - _SHADE * (1.0 - lit_HW).clip(0, 1)
        like_HW = (1.0 - between(off_HW, *_TONE)) * ((lit_HW > _LIT[0]) & (lit_HW < _LIT[1]))
        skin_HW = np.maximum(skin_HW, like_HW)
    return skin_HW


def _trunk(own: OwnPose, class_18HW: Tensor) -> np.ndarray:
    """bool [H, W]: where the photo shows its person's trunk or legs, no arm, and no shadow of one."""
    size = size_of(class_18HW)
    trunk_11HW = 1.0 - class_18HW[:, _NO_TRUNK].sum(1, keepdim=True)
    arms_11HW = own.limbs[:, ARM_CHAINS].float().amax(1, keepdim=True)
    shaded_11HW = highest(arms_11HW, odd_side(_SHADOW, size[0]))
    known_HW = ((trunk_11HW > _SURE) & (shaded_11HW < 0.1))[0, 0].cpu().numpy()
    broad = np.ones((1, round(_BROAD * size[0] / ROWS)), np.uint8)
    return cv2.morphologyEx(known_HW.astype(np.uint8), cv2.MORPH_OPEN, broad) > 0


def _around(marked_HW: np.ndarray, margin: int) -> Window:
    """The window that holds what is marked, with a margin aside and a little above and below."""
    spans = []
    for axis, more in ((1, max(1, margin // 5)), (0, margin)):
        found = np.flatnonzero(marked_HW.any(axis))
        spans.append(slice(max(0, found[0] - more), min(marked_HW.shape[1 - axis], found[-1] + 1 + more)))
    return spans[0], spans[1]
