"""Where a leg folds at its hip: above the crease the trunk's garment stays the photo's.

A crease halves the angle between where the thigh hung in the photo and where it goes now, turned outwards: a
leg is not raised through the trunk. Below the crotch all is the thigh's, wherever its crease is: else the
inner side of a leg that is raised far out would hang there as a scrap.
"""

from __future__ import annotations

from cmath import exp, phase
from math import cos, pi

from torch import Tensor

from engine.compositing.crotches import CLOSED
from engine.compositing.fields import ramp
from engine.compositing.limb_bones import distance, divisor
from engine.compositing.limbs_elsewhere import Elsewhere, Trunk

_SOFT = 0.05  # units over which one side goes over into the other
_NEAR = 0.6, 0.8  # units from its hip, up to which a crease reaches


def near_hip(thigh: Elsewhere, here_hw: Tensor) -> Tensor:
    """0 to 1 [h, w]: around the hip that a thigh hangs on."""
    return 1.0 - ramp(distance(here_hw, thigh.now.begin) / thigh.now.unit, *_NEAR)


def past_crease(thigh: Elsewhere, trunk: Trunk, here_hw: Tensor) -> Tensor:
    """0 to 1 [h, w]: how far positions are on the thigh's side of its crease."""
    down = 1j * trunk.turn / abs(trunk.turn)
    side = ((thigh.now.begin - trunk.now) / down).imag
    out = (side > 0) - (side < 0)
    then = _outwards((thigh.then.end - thigh.then.begin) / 1j, out)
    now = _outwards((thigh.now.end - thigh.now.begin) / down, out)
    below = 1.0 / (down * exp(0.5j * out * (then + now)) * thigh.now.unit)
    # The real part of (here - hip) * below.
    below_hw = here_hw.real * below.real - here_hw.imag * below.imag - (thigh.now.begin * below).real
    return ramp(below_hw - CLOSED * cos((now - then) / 2), 0.0, _SOFT)


def below(thigh: Elsewhere, place: complex, before_hw: Tensor) -> Tensor:
    """0 to 1 [h, w]: how far positions of the photo are below a place."""
    return ramp((before_hw.imag - place.imag) / thigh.then.unit, 0.0, _SOFT)


def _outwards(step: complex, out: int) -> float:
    """The angle of a bone from hanging down, from a quarter of a turn inwards to three quarters outwards."""
    angle = out * phase(divisor(step))
    return angle + 2 * pi if angle < -pi / 2 else angle
