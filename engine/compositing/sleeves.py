"""How a lifted sleeve is drawn: as broad as it lies on its arm.

A loose hem stands off an arm that hangs; turned with the arm it would stand up as a wing. And towards the
trunk no photo of a hanging arm shows where a sleeve ends: it would take a piece of the chest along. There it
is as broad as the arm that comes out of it; what is below is told by `armholes`.
"""

from __future__ import annotations

from cmath import phase
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.compositing.fields import ramp, ramp_at, size_of
from engine.compositing.limb_bones import Segment, sampled
from engine.compositing.ribbons import Place, Ribbon, inner_side, root_steps

_EASE = 1.15  # times as broad as the arm that comes out of it a sleeve lies on it
_HANGS = 0.4  # of what is loose of its hem, how much hangs down from a lifted arm
# Radians that an upper arm is lifted, until its sleeve lies on it: later than `armholes` begin, for a loose
# one hangs down at first.
_LIFTED = 0.25, 0.8
_SURE = 0.8  # how much surer than of bare arms it is that clothes, or they, are there
_OUTER = 0.3  # of how broad it is at most, how far aside an arm is looked at away from its trunk


class Sleeve(NamedTuple):
    """A lifted sleeve, along its ribbon's two sides.

    broad: [2, N], how broad it is drawn. narrower: [2, N], how many times it was as broad. inner: which side
    is the trunk's. lifted: 0 to 1. hem: where along its upper arm it ends, 0 to 1. below: how far it hangs
    down there from the arm's line.
    """

    broad: Tensor
    narrower: Tensor
    inner: int
    lifted: float
    hem: float
    below: float

    @property
    def sign(self) -> float:
        """Of what is aside of it on the trunk's side."""
        return -1.0 if self.inner else 1.0

    def in_photo(self, where: Place) -> Place:
        """Where a place of the drawn one is in the photo's."""
        return where._replace(aside=where.aside * where.beside(self.narrower))

    def past_inner(self, where: Place, root: int, soft: float) -> Tensor:
        """0 to 1 [h, w]: where it is not drawn to its inner side: past its breadth, and in the trunk's
        corner, whose cloth the trunk has. root: where that ends."""
        over_hw = ramp(where.aside.abs() - where.beside(self.broad), -soft, 0.0)
        over_hw = torch.where(where.piece < root, self.lifted, over_hw)
        return over_hw * (where.aside * self.sign > 0)


def sleeved(
    was: Ribbon, broad_2N: Tensor, bare_hw: Tensor, cloth_hw: Tensor, photo_3HW: Tensor, sides_2: Tensor
) -> bool:
    """Whether a photo's arm has a sleeve: under an arm that has none is no cloth either.

    A sleeve goes round its arm, so it is asked away from the trunk, whose edge may be taken for one. Where
    classes are not sure of it, colours tell, if something of the arm is surely bare. was: its ribbon in the
    photo; broad: to both sides, as large as there; bare, cloth: how far the photo shows which.
    """
    inner = inner_side(was)
    first, elbow = was.root + 1, was.joints[1]
    middle = first + (elbow - first) // 2
    step_N = was.line_N.diff()[first:middle]
    aside_N = _OUTER * broad_2N[1 - inner, first:middle] * (1j if inner else -1j) * step_N / step_N.abs()
    classes_2hw, outer_1M = torch.stack([bare_hw, cloth_hw]), (was.line_N[first:middle] + aside_N)[None]
    bare_M, cloth_M = sampled(classes_2hw, outer_1M, sides_2)[:, 0]
    surest = float((cloth_M - bare_M).max())
    if abs(surest) > _SURE:
        return surest > 0
    arm_1N = was.line_N[None, first:]
    bare_N, cloth_N = sampled(classes_2hw, arm_1N, sides_2)[:, 0]
    bared_N = bare_N - cloth_N > _SURE
    if not bared_N.any():
        return True
    worn_hw = cloth_hw.square()
    photo_3hw = F.interpolate(photo_3HW[None], size_of(worn_hw), mode="area")[0]
    worn_3 = (photo_3hw * worn_hw).sum((1, 2)) / worn_hw.sum().clamp_min(1.0)
    skin_3 = sampled(photo_3hw, arm_1N, sides_2)[:, 0, bared_N].mean(1)
    outer_3M = sampled(photo_3hw, outer_1M, sides_2)[:, 0]
    off_skin, off_worn = ((outer_3M - each_3[:, None]).norm(dim=0).mean() for each_3 in (skin_3, worn_3))
    return bool(off_worn < off_skin)


def lifted_sleeve(
    ribbons: tuple[Ribbon, Ribbon],
    broad_2N: Tensor,
    bare_HW: Tensor,
    cloth_HW: Tensor,
    upper: Segment,
    sides_2: Tensor,
) -> Sleeve | None:
    """Of an arm's ribbons in the photo and now, and its upper bone there; None where it is not lifted, or no
    sleeve ends on its upper half.

    broad: to both sides of the first, as large as the person is now. bare, cloth: what the photo shows.
    """
    was, goes = ribbons
    then, now = (_turn(each) for each in ribbons)
    inner = inner_side(was)
    lifted = ramp_at(now - then if inner else then - now, *_LIFTED)
    first, elbow = was.root + 1, was.joints[1]
    bare_N, cloth_N = sampled(torch.stack([bare_HW, cloth_HW]), was.line_N[None], sides_2)[:, 0]
    more = (bare_N - cloth_N)[first:elbow].tolist()
    after = next((place for place, each in enumerate(more) if each > 0), 0)
    if lifted == 0 or after == 0:
        return None
    # The hem is before this point, that part of the way from the one before.
    hem, part = first + after, more[after - 1] / (more[after - 1] - more[after])
    arm_2 = broad_2N[:, hem + 1 : hem + 3].amin(1)
    share_n = torch.arange(after + 1, device=broad_2N.device) / max(after - 1 + part, 1e-3)
    most_2n = torch.lerp(broad_2N[:, first, None], _EASE * arm_2[:, None], share_n.clamp(max=1.0))
    most_2n = torch.cat([most_2n, most_2n[:, -1:]], 1)  # a hem may be past where its middle is bare
    drawn_2N = broad_2N.clone()
    drawn_2N[:, first : hem + 2] = most_2n.minimum(broad_2N[:, first : hem + 2])
    drawn_2N = torch.lerp(broad_2N, drawn_2N, lifted)
    narrower_2N = torch.where(drawn_2N > 0, broad_2N / drawn_2N.clamp_min(1e-4), 1.0)
    narrower_2N[inner] = 1.0  # what is past it there is the trunk's

    begin, end = was.line_N[hem - 1 : hem + 1].tolist()
    ends = ((begin + part * (end - begin) - upper.begin) / upper.step).real
    # What stood off hangs below it.
    loose = float((broad_2N[:, hem - 1].sum() - _EASE * arm_2.sum()).clamp_min(0.0))
    return Sleeve(drawn_2N, narrower_2N, inner, lifted, ends, _EASE * float(arm_2[inner]) + _HANGS * loose)


def _turn(ribbon: Ribbon) -> float:
    """Radians that it turns by where it comes out of its trunk."""
    root_step, arm_step = root_steps(ribbon)
    return phase(arm_step / root_step)
