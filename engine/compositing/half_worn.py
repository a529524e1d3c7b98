"""A garment at a strength between none and all: neither is seen through the other.

Over the first half of the strength its outline goes from that of what was worn to its own: a hem moves down a
leg, a sleeve up an arm, as far as those are from each other. Colours go over all the way, those of what was
worn carried on to where only the new garment is, and the other way round.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from engine.compositing.fields import ramp, size_of, spread
from engine.compositing.worn import inner
from engine.cv import cv2

_EDGE = 3  # px of a picture of 256 rows, over which an outline on its way goes over into what it leaves
_RIM = 2  # likewise, of a garment's edge, whose colours are not carried on: what is beside is in them


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
    before_1CHW = spread(picture_1CHW, torch.lerp(old_11HW, inner(old_11HW, rim), share))
    after_1CHW = spread(cloth_1CHW, taken_11HW)
    if not old_11HW.any():
        before_1CHW = after_1CHW
    if not taken_11HW.any():
        after_1CHW = before_1CHW
    return HalfWorn(covered_11HW, bared_11HW, torch.lerp(before_1CHW, after_1CHW, strength))


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
