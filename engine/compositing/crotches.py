"""Between a crotch and a thigh that is pulled away from it: cloth and skin that stretch.

A thigh turns around its hip, the crotch does not. In the photo they are two corners of a triangle, of the
hip, the crotch and a place on the thigh's inner side; as in a mesh it is stretched to where these are now, so
that a leg of short trousers goes on from its crotch to its hem.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from engine.compositing.fields import ramp
from engine.compositing.limb_bones import sampled
from engine.compositing.limb_mattes import THICK, reach
from engine.compositing.limbs_elsewhere import Elsewhere

_GAP, _ROWS = 0.5, 26  # units below the hips, and in how many steps, that a gap between legs is looked for
_ASIDE, _COLUMNS = 0.15, 7  # units to either side of their middle likewise
_FREE = 0.3  # how sure it is that nobody is there
CLOSED = 0.3  # units below the hips, that legs close which show no gap
_INNER = 0.75  # of the thigh, how far down its inner side the triangle goes
_SOFT = 0.05  # of the triangle, over which its sides go over into what is beside them
_RIM = 0.5, 0.92  # of it, from where on its colours are drawn in, and how far: a photo's rim has the wall's


class Triangle(NamedTuple):
    """Positions of a hip, of the crotch, and of the place on the thigh's inner side."""

    hip: complex
    crotch: complex
    inner: complex

    def parts(self, here_hw: Tensor) -> tuple[Tensor, Tensor]:
        """Of positions, how far they are from the hip towards the crotch and towards the inner side [h, w]:
        1 there."""
        crotch, inner = self.crotch - self.hip, self.inner - self.hip
        area = (crotch.conjugate() * inner).imag
        x_hw, y_hw = here_hw.real - self.hip.real, here_hw.imag - self.hip.imag
        return (
            (x_hw * inner.imag - y_hw * inner.real) / area,
            (y_hw * crotch.real - x_hw * crotch.imag) / area,
        )


def crotch(hips: complex, unit: float, behind_1HW: Tensor, sides_2: Tensor) -> complex:
    """The highest place below the middle between hips where nobody is seen between the legs; of legs that
    close, where they may part.

    behind: how sure it is that nobody is there.
    """
    aside_C = unit * torch.linspace(-_ASIDE, _ASIDE, _COLUMNS, device=behind_1HW.device)
    down_R1 = 1j * unit * torch.linspace(0.0, _GAP, _ROWS, device=behind_1HW.device)[:, None]
    free_RC = sampled(behind_1HW, hips + aside_C + down_R1, sides_2)[0] > _FREE
    if not free_RC.any():
        return hips + 1j * unit * CLOSED
    row, column = divmod(int(free_RC.byte().argmax()), _COLUMNS)
    return hips + complex(aside_C[column] + down_R1[row, 0])


def triangles(
    thigh: Elsewhere, then: complex, now: complex, limb_HW: Tensor, scale: float, sides_2: Tensor
) -> tuple[Triangle, Triangle] | None:
    """In the photo and now; None where the thigh is not pulled away from its crotch.

    then, now: where the crotch is. limb: the leg's matte. scale: how much larger the person is now.
    """
    step, hip, unit = thigh.then.step, thigh.then.begin, thigh.then.unit
    inwards = 1j if ((then - hip) / step).imag > 0 else -1j
    sides_21 = reach(
        torch.tensor([hip + _INNER * step, hip + step], device=limb_HW.device), limb_HW, unit, sides_2
    )
    breadth = float(sides_21[0 if inwards == 1j else 1, 0]) * THICK[1] * unit
    inner, own_inner = (
        each.begin + each.step * (_INNER + inwards * broad / abs(each.step))
        for each, broad in ((thigh.now, scale * breadth), (thigh.then, breadth))
    )
    own, moved = Triangle(hip, then, own_inner), Triangle(thigh.now.begin, now, inner)
    opens = [
        ((each.crotch - each.hip).conjugate() * (each.inner - each.hip) * inwards).real
        for each in (own, moved)
    ]
    return (own, moved) if min(opens) > 0 else None


def outside(moved: Triangle, here_hw: Tensor) -> Tensor:
    """0 to 1 [h, w]: how far positions are between crotch and thigh, and beyond their triangle."""
    to_crotch_hw, to_inner_hw = moved.parts(here_hw)
    beyond_hw = ramp(to_crotch_hw + to_inner_hw, 1.0 - _SOFT, 1.0)
    return beyond_hw * ramp(to_crotch_hw, 0.0, _SOFT) * ramp(to_inner_hw, 0.0, _SOFT)


def stretched(own: Triangle, moved: Triangle, here_hw: Tensor) -> tuple[Tensor, Tensor]:
    """Where positions were, and how far they are in the triangle, 0 to 1 [h, w] each."""
    to_crotch_hw, to_inner_hw = moved.parts(here_hw)
    out_hw = to_crotch_hw + to_inner_hw
    least_hw = to_crotch_hw.minimum(to_inner_hw).minimum(1.0 - out_hw)
    drawn_in_hw = 1.0 - (1.0 - _RIM[1]) * ramp(out_hw, _RIM[0], 1.0)
    step_hw = to_crotch_hw * (own.crotch - own.hip) + to_inner_hw * (own.inner - own.hip)
    return own.hip + drawn_in_hw * step_hw, ramp(least_hw, 0.0, _SOFT)
