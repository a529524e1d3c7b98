"""A garment at a strength between none and all: neither is seen through the other.

Over the first half of the strength its outline goes from that of what was worn to its own: a hem moves down a
leg, a sleeve up an arm, as far as those are from each other. Colours go over all the way, those of what was
worn carried on to where only the new garment is, and the other way round. Weave and folds go over with them;
a pattern does not lie over another: that of what was worn fades over the first half, and over the second one
that of the garment comes.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from engine.compositing.fields import odd_side, ramp, size_of, spread
from engine.compositing.prints import prints
from engine.compositing.worn import inner
from engine.cv import cv2
from engine.ops.resample import running_mean

_EDGE = 3  # px of a picture of 256 rows, over which an outline on its way goes over into what it leaves
_RIM = 2  # likewise, of a garment's edge, whose colours are not carried on: what is beside is in them
_CALM = 7  # px of a map of 128 rows, side of the windows whose mean is a cloth's colour: wider than a stripe
_WEAVE = 0.07  # distance from that, colours from -1 to 1, up to which it is weave and folds, and no pattern


class HalfWorn(NamedTuple):
    """covered: how much of a px the garment covers; bared: how far what it hides or leaves behind is drawn
    as where it is wholly worn; colour: the garment's, wherever it is. [1, 1 or 3, H, W]."""

    covered: Tensor
    bared: Tensor
    colour: Tensor


def half_worn(
    picture_1CHW: Tensor,
    cloth_1CHW: Tensor,
    old_11HW: Tensor,
    taken_11HW: Tensor,
    hidden_11HW: Tensor,
    strength: float,
) -> HalfWorn:
    """picture: with what was worn; cloth: the new garment. old, taken: how much of a px is covered by which.
    hidden: what else the new one covers that must not be seen beside it, as an arm in its sleeve. strength:
    above 0, up to 1."""
    share = min(1.0, 2.0 * strength)
    scale = -(-size_of(picture_1CHW)[0] // 256)
    edge, rim = float(_EDGE * scale), _RIM * scale
    comes_11HW = ramp(_reached(old_11HW, taken_11HW, share, edge), 0.0, edge)
    stays_11HW = ramp(_reached(taken_11HW, old_11HW, 1.0 - share, edge), 0.0, edge)
    covered_11HW = torch.minimum(old_11HW, taken_11HW)
    covered_11HW = covered_11HW.maximum(taken_11HW * comes_11HW).maximum(old_11HW * stays_11HW)
    new_11HW = taken_11HW.maximum(hidden_11HW)
    bared_11HW = torch.lerp(1.0 - stays_11HW, comes_11HW, new_11HW)
    before = (
        _cloth(picture_1CHW, torch.lerp(old_11HW, inner(old_11HW, rim), share)) if old_11HW.any() else None
    )
    after = _cloth(cloth_1CHW, taken_11HW) if taken_11HW.any() else before
    before = before or after
    if before is None or after is None:
        return HalfWorn(covered_11HW, bared_11HW, picture_1CHW)
    colour_1CHW = torch.lerp(before.plain, after.plain, strength)
    if before is after:
        colour_1CHW += before.pattern
    elif strength < 0.5:
        colour_1CHW += (1.0 - 2.0 * strength) * before.pattern
    else:
        colour_1CHW += (2.0 * strength - 1.0) * after.pattern
    return HalfWorn(covered_11HW, bared_11HW, colour_1CHW)


class _Cloth(NamedTuple):
    """plain: colour, weave and folds; with the pattern the cloth is what is seen, carried on beyond its
    outline. [1, 3, H, W]."""

    plain: Tensor
    pattern: Tensor


def _cloth(picture_1CHW: Tensor, there_11HW: Tensor) -> _Cloth:
    """there: how much of a px is the garment."""
    side = odd_side(_CALM, size_of(picture_1CHW)[0])
    ground_11HW = there_11HW * (1.0 - prints(picture_1CHW, there_11HW, there_11HW > 0.5))
    calm_1CHW = spread(picture_1CHW, ground_11HW if (ground_11HW > 0.5).any() else there_11HW)
    calm_1CHW = running_mean(running_mean(calm_1CHW, side), side)
    seen_1CHW = spread(picture_1CHW, there_11HW)
    apart_1CHW = seen_1CHW - calm_1CHW
    apart_11HW = apart_1CHW.norm(dim=1, keepdim=True)
    plain_1CHW = calm_1CHW + apart_1CHW * (_WEAVE / apart_11HW.clamp_min(_WEAVE))
    return _Cloth(plain_1CHW, seen_1CHW - plain_1CHW)


def _reached(from_11HW: Tensor, to_11HW: Tensor, share: float, edge: float) -> Tensor:
    """How far an outline on its way has passed a px, px: by `edge` everywhere with a share of 1, nowhere with
    none. Out of nothing it grows from the middle."""
    from_HW, to_HW = ((x[0, 0] > 0.5).cpu().numpy() for x in (from_11HW, to_11HW))
    if from_HW.any():
        far_HW = cv2.distanceTransform((~from_HW).astype(np.uint8), cv2.DIST_L2, 5)
    else:
        far_HW = cv2.distanceTransform(to_HW.astype(np.uint8), cv2.DIST_L2, 5)
        far_HW = far_HW.max() - far_HW
    farthest = float(far_HW[to_HW].max()) if to_HW.any() else 0.0
    return share * (farthest + edge) - torch.from_numpy(far_HW).to(from_11HW)[None, None]
