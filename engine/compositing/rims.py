"""What maps take for skin beside a garment that goes, a hem's shade and its rim: they go too.

P pieces (`engine.garments`); H W the picture; h w the surface maps.
"""

from __future__ import annotations

import torch
from torch import Tensor

from engine.compositing.arms_before import beyond_wrists, near_forearms
from engine.compositing.beneath import clothes_over
from engine.compositing.fields import highest, ramp, size_of
from engine.compositing.worn import Drawn, Dressed, above_shoes, of_pieces
from engine.garments import ARMS, FACE, HAIR, LEGS, Garment
from engine.ops.resample import enlarged, running_mean, shrunk

# Difference of colours (of -1 to 1) from the wearer's tone that skin hardly has, and never.
_NO_SKIN = 0.25, 0.5
# Likewise of shares of the channels; and sums of these (0 to 6) from which a colour has a hue.
_NO_HUE, _LIGHT = (0.05, 0.08), (0.8, 1.4)
_TOLD = 0.1, 0.3  # share of a position from which it may be skin, and surely
_SURELY = 0.8, 0.95  # likewise, of what surely is an arm
_FEWEST = 6  # positions of it that tell its tone
_BESIDE = 8  # px of a picture of 256 rows, how far from what goes something may count as skin and go too
_CUFF, _STEP = 24, 2  # likewise, how far a cuff reaches from there, and how broad a gap in it may be
_PALM = 0.3  # of a forearm, how far beyond its wrist a cuff reaches at most
_EVEN = 1  # likewise, over how much around it is told what is no skin
_HEM = 3  # px of a picture of 256 rows, how far from a garment its shade and its colours are seen on skin
_COLLAR = 7  # likewise, from a collar, which stands off its neck
_SKIN = 0.4, 0.6  # likewise, of what is skin


def no_skin(now: Dressed, wearer: Drawn, garment: Garment, gone_11HW: Tensor, neck_11HW: Tensor) -> Tensor:
    """How much of a px beside what goes is no skin, by its colour, and is of it or counts as skin: it goes
    too. Maps do not tell so finely what is at a hand or at a collar."""
    size = size_of(gone_11HW)
    near_11HW = highest(gone_11HW, 2 * _BESIDE * -(-size[0] // 256) + 1)
    # Hands before trousers stay, in whatever light.
    limbs_11hw = of_pieces(now.pieces, {ARMS, *garment.goes} - set(garment.over))
    limbs_11hw = limbs_11hw + now.pieces[:, LEGS, None] * above_shoes(wearer.surface)
    other_11hw = of_pieces(now.pieces, (HAIR, *clothes_over(garment)))
    told_13hw = torch.cat([limbs_11hw, of_pieces(now.pieces, (FACE,)), other_11hw], 1)
    # Within a bare arm the sun may be as white as cloth.
    within_11hw = 1.0 - highest(1.0 - ramp(of_pieces(now.pieces, (ARMS,)), *_SURELY), 3)
    limbs_11HW, head_11HW, other_11HW = enlarged(told_13hw, size).split(1, 1)
    skin_11HW = ramp(limbs_11HW.maximum(neck_11HW * head_11HW), *_TOLD) * (1.0 - ramp(other_11HW, *_TOLD))
    picture_1Chw = shrunk(now.picture, size_of(within_11hw))
    within_11hw = within_11hw * maybe_skin(picture_1Chw, wearer.wardrobe.skin)
    skin_11HW = skin_11HW * (1.0 - enlarged(within_11hw, size))
    unlike_11HW = _unlike(now.picture, wearer.wardrobe.skin)
    # Arms are lit otherwise than a face, and what is like one of them is skin.
    arms_hw = within_11hw[0, 0] > 0
    if arms_hw.sum() >= _FEWEST:
        tone_C = picture_1Chw[0, :, arms_hw].median(1).values
        unlike_11HW = unlike_11HW.minimum(_unlike(now.picture, tone_C[None, :, None, None]))
    # A pattern is no skin as a whole, or its old colours would be seen through in patches.
    side = 2 * _EVEN * -(-size[0] // 256) + 1
    rims_11HW = ramp(running_mean(skin_11HW * unlike_11HW, side), *_SKIN)
    may_be_11hw = near_forearms(wearer) * (1.0 - beyond_wrists(wearer, _PALM))
    # A collar is known by its hue alone: a chin's shadow and a beard are as dark.
    collar_11HW = neck_11HW * head_11HW * of_other_hue(now.picture, wearer.wardrobe.skin)
    may_be_11HW = enlarged(may_be_11hw, size).maximum(running_mean(collar_11HW, side))
    cuffs_11hw = _joined(rims_11HW * near_11HW.maximum(may_be_11HW), gone_11HW)
    return rims_11HW * near_11HW.maximum(enlarged(cuffs_11hw, size))


def _joined(rims_11HW: Tensor, gone_11HW: Tensor) -> Tensor:
    """What of no skin hangs together with what goes, [1, 1, h, w] of at most 256 rows: a cuff, whole."""
    times = max(1, size_of(gone_11HW)[0] // 256)
    small = [side // times for side in size_of(gone_11HW)]
    there_11hw = (shrunk(rims_11HW.maximum(gone_11HW), small) > 0.5).float()
    joined_11hw = (shrunk(gone_11HW, small) > 0.5).float()
    for _ in range(_CUFF // _STEP):
        joined_11hw = highest(joined_11hw, 2 * _STEP + 1) * there_11hw
    return highest(joined_11hw, 3)


def _unlike(picture_1CHW: Tensor, tone_1C11: Tensor) -> Tensor:
    """1 where a colour is none of skin of this tone, [1, 1, H, W]: much lighter or darker, or of another hue
    where it is light enough to have one."""
    return ramp(_apart(picture_1CHW, tone_1C11), *_NO_SKIN).maximum(of_other_hue(picture_1CHW, tone_1C11))


def of_other_hue(picture_1CHW: Tensor, tone_1C11: Tensor) -> Tensor:
    """1 where a colour has another hue than skin of this tone, and is light enough to have one, [1, 1, H,
    W]."""
    hue_1CHW, light_11HW = _hue(picture_1CHW)
    of_hue_11HW = ramp((hue_1CHW - _hue(tone_1C11)[0]).abs().amax(1, keepdim=True), *_NO_HUE)
    return of_hue_11HW * ramp(light_11HW, *_LIGHT)


def _apart(picture_1CHW: Tensor, tone_1C11: Tensor) -> Tensor:
    return (picture_1CHW - tone_1C11).square().mean(1, keepdim=True).sqrt()


def maybe_skin(picture_1CHW: Tensor, tone_1C11: Tensor) -> Tensor:
    """1 where a colour may be of skin of this tone, [1, 1, H, W]: what a hand holds may count as one."""
    off_1CHW = (_hue(picture_1CHW)[0] - _hue(tone_1C11)[0]).abs().amax(1, keepdim=True)
    return ((_apart(picture_1CHW, tone_1C11) < _NO_SKIN[1]) & (off_1CHW < _NO_HUE[0])).float()


def _hue(picture_1CHW: Tensor) -> tuple[Tensor, Tensor]:
    """Shares of the channels, [1, 3, H, W], and their sum, 0 to 6."""
    light_11HW = (picture_1CHW + 1.0).sum(1, keepdim=True)
    return (picture_1CHW + 1.0) / light_11HW.clamp_min(0.1), light_11HW


def at_hems(
    now: Dressed, garment: Garment, gone_11HW: Tensor, arms_11HW: Tensor, neck_11HW: Tensor
) -> Tensor:
    """Skin that is seen beside what goes, the farther the less: there are its hem's shade and its rim. arms:
    what of a px is of arms, sleeves too: an arm that hangs beside a trunk has no hem there."""
    hem, collar = (2 * px * -(-size_of(gone_11HW)[0] // 256) + 1 for px in (_HEM, _COLLAR))
    near_11HW = running_mean(highest(gone_11HW * arms_11HW, hem), hem)
    beside_11HW, around_11HW = (running_mean(highest(gone_11HW, side), side) for side in (hem, collar))
    skin = [() if piece in garment.over else (piece,) for piece in (ARMS, LEGS)]
    skin_14hw = torch.cat([of_pieces(now.pieces, which) for which in (*skin, (FACE,), (HAIR, 0))], 1)
    skin_13HW = enlarged(highest(skin_14hw[:, :3], 5), size_of(gone_11HW))
    other_11HW = enlarged(skin_14hw[:, 3:], size_of(gone_11HW))
    told_13HW = ramp(torch.cat([skin_13HW[:, :2], neck_11HW * skin_13HW[:, 2:]], 1) - other_11HW, *_SKIN)
    return (torch.cat([near_11HW, beside_11HW, around_11HW], 1) * told_13HW).amax(1, keepdim=True)
