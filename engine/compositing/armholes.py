"""Where a lifted arm comes out of its trunk: one outline below it, a seam, and a shoulder that stays.

No photo of a hanging arm shows its armpit. Turned about its shoulder a cut-out would stand off its trunk as
a step, or take a piece of the chest along. As a tailor sees it, sleeve and trunk meet in an armhole: each
side of that seam is of its own cloth, and below both one line goes on from the arm's edge to the trunk's
side. The round of a shoulder is where it was, however its arm is turned.

Positions as in `limb_bones`; unit: an upper arm's length.
"""

from __future__ import annotations

from cmath import phase, rect
from collections.abc import Callable
from math import pi, tau
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from engine.compositing.fields import Window, ramp, ramp_at, window_of
from engine.compositing.limb_bones import ARM_CHAINS, Segment
from engine.compositing.limbs_elsewhere import Elsewhere, Trunk
from engine.compositing.trunk_sides import Bared, skin_ends, trunk_side
from engine.cv import cv2

_LIFTED = 0.15, 0.5  # radians that an upper arm is lifted, until all this is shown
_OVERHEAD = 1.9, 2.3  # ... from where on its shoulder's upper side is no more its own
_ALONG, _DOWN = 0.45, 0.55  # units: where its own edge begins, and the trunk's side below its shoulder
_BARE = 0.6  # times as far, where an arm is bare from its shoulder on
_HANDLE = 0.4  # of what is between both, how far their edges go on straight
_PAST = 0.15  # units past an arm's edge that it is followed, so that there is no gap before it
_POINTS = 24  # of an outline
_ABOVE = 0.1  # units above a shoulder's joint, which lies within it
_INWARDS = 0.5  # of the way from a shoulder to the neck: what is farther in needs no outline
_BEYOND = 0.4  # units farther than an outline's farthest point, up to which it tells where nothing is
_EASED = 0.04  # units to both sides of an outline's ends, in which their own edges are left alone
_SEAM = 0.02, 0.006  # units to both sides of the seam, over which cloth goes over: from a sleeve, from skin
_SKIN = 0.1  # likewise, from skin to skin that the photo shows beside a bare arm: their light differs
_SHARE = 0.5, 0.85  # of the angle between arm and trunk, which part is the arm's: of a sleeve, of a bare one
_ROUND = 0.15  # units along an arm up to which it is round, and narrower than farther on
# Of how far an arm reaches aside, where on its other side it lay in its trunk's shadow: sleeved, and bare.
_HUNG = (0.2, 0.6), (0.0, 0.2)
_DRESSED = 0.4, 0.6  # units below a bare shoulder: farther down there is the arm's shadow beside it
_BROADER = 1.2  # times how far a bare arm reaches aside, so near it nothing beside it is past its armhole
_ON = 0.3  # units farther on than its outline begins, up to which that half is not shown
_BEHIND = 0.1  # units along a bare arm, up to which its trunk's corner has skin of farther along
# Of how far an arm reaches aside, what has nothing of what is behind it, and of the shade beside its trunk.
_RIMLESS, _SHADELESS = 0.7, 0.25
_SHOULDER = (1.3, 1.6), (0.9, 1.1)  # times so far, how far a shoulder stays: in a sleeve, and bare
_FLAT = 6.0, 1.0  # times nearer it ends below: there a sleeve is creased
_BITS = 4  # of a px: how finely corners are told
_FAR = 2**14  # px: corners farther away than this are there


class Parts(NamedTuple):
    """0 to 1 [h, w] each, in a window of a picture, below a shoulder: what is of the arm, and of the trunk,
    where nobody saw either; what is of neither; all that is not of the arm, by the seam; and, beside a bare
    one, how sure the photo is that it shows clothes of the trunk there."""

    window: Window
    arm: Tensor
    trunk: Tensor
    beyond: Tensor
    others: Tensor
    dressed: Tensor

    def beneath(self, over_HW: Tensor | None) -> Parts:
        """As they are told where hair stays before them, 0 to 1 [H, W] of the whole picture."""
        if over_HW is None:
            return self
        free_hw = 1.0 - over_HW[self.window]
        arm_hw, trunk_hw, beyond_hw = (each * free_hw for each in (self.arm, self.trunk, self.beyond))
        return self._replace(arm=arm_hw, trunk=trunk_hw, beyond=beyond_hw)


class Armhole(NamedTuple):
    """Of an arm in a pose.

    then, now: its upper bone in the photo and now. down: where its trunk goes on, of length 1. sewn, seam: a
    place of the armhole, and likewise along it. sign: the sense in which it is lifted, 1 or -1. outline:
    from past the arm's lower edge over that edge to the trunk's side; inner: points within the trunk that
    close it; both empty where it is not lifted. lifted, overhead: 0 to 1. bare: whether it has no sleeve.
    outer: how far it reaches aside, away from its trunk.
    """

    then: Segment
    now: Segment
    down: complex
    sewn: complex
    seam: complex
    sign: float
    outline: list[complex]
    inner: list[complex]
    lifted: float
    overhead: float
    bare: bool
    outer: float

    def window(self, here_hw: Tensor) -> Window:
        """The rows and columns of a part of a picture, at these positions, that hold all that is told by an
        outline."""
        far = max(abs(point - self.now.begin) for point in self.outline) + _BEYOND * self.now.unit
        near_h = (here_hw[:, 0].imag - self.now.begin.imag).abs() < far
        near_w = (here_hw[0].real - self.now.begin.real).abs() < far
        return window_of((near_h[:, None] & near_w).float(), 0)

    def below(self, here_hw: Tensor) -> Tensor:
        """bool [h, w]: what is below the shoulder."""
        return ((here_hw - self.now.begin) / self.down).real > 0

    def parts(self, here_HW: Tensor, tell_dressed: Callable[[Tensor], Tensor]) -> Parts:
        """tell_dressed: of positions, 0 to 1, how sure the photo is that it shows clothes of the trunk there
        and no arm: beside a bare shoulder they stay."""
        window = self.window(here_HW)
        here_hw = here_HW[window]
        dressed_hw, past_hw = torch.zeros_like(here_hw.real), self._past(here_hw, _SEAM[self.bare])
        if self.bare:
            below_hw = ((here_hw - self.now.begin) / self.down).real / self.now.unit
            seen_hw = tell_dressed(here_hw)
            dressed_hw = seen_hw * (1.0 - ramp(below_hw, *_DRESSED))
            past_hw = torch.lerp(self._past(here_hw, _SKIN), past_hw, seen_hw)
        off_hw = here_hw - self.now.begin
        along_hw = off_hw / self.now.step
        aside_hw = self.sign * along_hw.imag * abs(self.now.step)
        outer_hw = (along_hw.real > 0) & (aside_hw < 0)
        if self.bare:
            outer_hw &= aside_hw > -_BROADER * self.outer
        above_hw = (along_hw.real < 0) & ((off_hw / self.down).real < 0)
        past_hw = past_hw.masked_fill_(outer_hw, 0.0)
        past_hw = past_hw.maximum(dressed_hw * (along_hw.real * abs(self.now.step) < _ROUND * self.now.unit))
        # It grows out of the shoulder as the arm is lifted: at first the arm hides it.
        grown = [self.now.begin + self.lifted * (point - self.now.begin) for point in self._eased(-1.0)]
        within_hw = _filled([*self.inner, *grown], here_hw)
        outside_hw = 1.0 - _filled([*self.inner, *self._eased(1.0)], here_hw)
        edge, side = self.outline[1], self.outline[-1]
        below_side_hw = (here_hw - side) / self.down
        there_hw = (((here_hw - edge) / self.now.step).real < 0) & (below_side_hw.real < 0)
        there_hw &= ~outer_hw & ~above_hw & (self.sign * below_side_hw.imag < 0)
        arm_hw = within_hw * (1.0 - past_hw) * (aside_hw > -self.outer)
        if not self.bare:
            arm_hw *= self._out(along_hw.real)
        return Parts(
            window,
            arm_hw,
            within_hw - arm_hw,
            self.lifted * there_hw * outside_hw,
            self.lifted * past_hw * (1.0 - (1.0 - self.overhead) * above_hw),
            self.lifted * dressed_hw,
        )

    def _out(self, part_hw: Tensor) -> Tensor:
        """0 to 1 [h, w]: what is no more behind a shoulder, where so far along the arm: of a sleeve the
        photo's trunk is seen there."""
        return ramp(part_hw * abs(self.now.step) / self.now.unit, -_SEAM[0], _SEAM[0])

    def _past(self, here_hw: Tensor, soft: float) -> Tensor:
        """0 to 1 [h, w]: what is past the seam, which is so soft, in units to both sides. Of a bare arm it is
        straight above where it is told: there a photo shows the armhole."""
        off_hw = here_hw - self.sewn
        past_hw = (off_hw / self.seam).imag
        if self.bare:
            past_hw = torch.where((off_hw / self.down).real < 0, (off_hw / self.down).imag, past_hw)
        return ramp(self.sign * past_hw / self.now.unit, -soft, soft)

    def _eased(self, outwards: float) -> list[complex]:
        """The outline, a little farther out, or in, where it begins and ends: it leaves arm and trunk their
        own edges there, else a tick would be seen."""
        past, *line = self.outline
        steps = [
            after - before for before, after in zip([line[0], *line], [*line[1:], line[-1]], strict=False)
        ]
        eased = []
        for number, (point, step) in enumerate(zip(line, steps, strict=True)):
            far = (2 * number / (len(line) - 1) - 1) ** 2 * outwards * _EASED * self.now.unit
            eased.append(point - self.sign * 1j * step / abs(step) * far)
        return [past, *eased]

    def hung(self, here_hw: Tensor) -> Tensor:
        """0 to 1 [h, w]: what of the arm hung at its trunk, in its shadow, or was its trunk's corner."""
        place_hw = (here_hw - self.now.begin) / self.now.step
        hung_hw = ramp(self.sign * place_hw.imag * abs(self.now.step) / self.outer, *_HUNG[self.bare])
        along_hw = place_hw.real * abs(self.now.step) / self.now.unit
        if self.bare:
            hung_hw = hung_hw.maximum(ramp(-along_hw, -_BEHIND, 0.0)) * (
                1.0 - self._past(here_hw, _SEAM[True])
            )
        else:
            hung_hw *= self._out(place_hw.real)
        begin = ((self.outline[1] - self.now.begin) / self.now.step).real * abs(self.now.step) / self.now.unit
        return hung_hw * (1.0 - ramp(along_hw, begin, begin + _ON))

    def before(self, here_hw: Tensor) -> Tensor:
        """Where a photo shows what is at these positions of the arm, by the half that it has away from its
        trunk: nobody saw the other."""
        place_hw = (here_hw - self.now.begin) / self.now.step
        along_hw = place_hw.real
        along_hw = torch.where(along_hw < _ROUND, 2 * _ROUND - along_hw, along_hw)
        # To and fro between the arm's middle and its outer edge.
        least, most = (part * self.outer / abs(self.now.step) for part in (_SHADELESS, _RIMLESS))
        aside_hw = place_hw.imag.abs().remainder(2.0 * (most - least))
        aside_hw = -self.sign * (least + aside_hw.minimum(2.0 * (most - least) - aside_hw))
        return self.then.begin + torch.complex(along_hw, aside_hw) * self.then.step

    def stays(self, before_hw: Tensor, here_hw: Tensor) -> Tensor:
        """0 to 1 [h, w]: of the photo, at positions that were there and are here, the round of the shoulder;
        of a bare one nothing past the seam, where it is its trunk that is dressed."""
        off_hw = (before_hw - self.then.begin) * (self.now.unit / self.then.unit)
        below_hw = off_hw.imag * torch.where(off_hw.imag > 0, _FLAT[self.bare], 1.0)
        stays_hw = 1.0 - ramp(torch.hypot(off_hw.real, below_hw) / self.outer, *_SHOULDER[self.bare])
        return stays_hw * (1.0 - self.lifted * self._past(here_hw, _SEAM[True])) if self.bare else stays_hw


def armhole(
    upper: Elsewhere,
    broad_2: tuple[float, float],
    trunk: Trunk,
    hers: Bared,
    bare: bool,
    hem: float,
    sides_2: Tensor,
) -> Armhole | None:
    """Of an upper arm; None where it is not elsewhere, or of no breadth.

    broad: how far the arm reaches aside, away from its trunk and towards it. hers: what the photo
    shows. hem: where along it its sleeve ends, from 0 to 1.
    """
    if upper.part == 0 or broad_2[0] == 0:
        return None
    then, now = upper.then, upper.now
    sign = 1.0 if trunk.then.real < then.begin.real else -1.0
    turn = trunk.turn / abs(trunk.turn)
    down, way = 1j * turn, now.step / abs(now.step)
    was, angle = (_lifted(bone, below, sign) for bone, below in ((then, 1j), (now, down)))
    lifted, overhead = upper.part * ramp_at(min(angle, angle - was), *_LIFTED), ramp_at(angle, *_OVERHEAD)
    share = _BARE if bare else 1.0
    outline: list[complex] = []
    inner: list[complex] = []
    side = trunk_side(then, share * _DOWN, sign, hers, bare, sides_2) if lifted > 0 else None
    if side is None:
        lifted = 0.0
    else:
        side, inwards = trunk.after(side), _INWARDS * (trunk.now - now.begin)
        begin = hem * abs(now.step) if hem < 1.0 else share * _ALONG * now.unit
        edge = now.begin + (begin + 1j * sign * broad_2[1]) * way
        past = now.begin + (begin + _PAST * now.unit) * way
        outline = [past, *_between(edge, way, side, down)]
        joint = now.begin - _ABOVE * now.unit * down
        inner = [side - sign * turn * abs(inwards), joint + inwards, joint]
    seam = way * rect(1.0, sign * angle * _SHARE[bare])
    inwards = _INWARDS * (trunk.then - then.begin)
    sewn = trunk.after(
        skin_ends(then, inwards, hers.arms[ARM_CHAINS.index(upper.bone.chain)], sides_2)
        if bare
        else then.begin
    )
    placed = then, now, down, sewn, seam, sign, outline, inner
    return Armhole(*placed, lifted, overhead, bare, broad_2[0])


def _lifted(bone: Segment, down: complex, sign: float) -> float:
    """Radians that an upper arm is lifted aside from where it hangs; past upright it is lifted more."""
    angle = sign * phase(down / bone.step)
    return angle + tau if angle < -pi / 2 else angle


def _between(edge: complex, way: complex, side: complex, down: complex) -> list[complex]:
    """From an arm that goes that way, at its edge, to a trunk's side that goes down: a cubic Bezier curve."""
    handle = _HANDLE * abs(side - edge)
    first, second = edge - handle * way, side - handle * down
    parts = [number / (_POINTS - 1) for number in range(_POINTS)]
    return [
        (1 - t) ** 3 * edge + 3 * t * (1 - t) ** 2 * first + 3 * t**2 * (1 - t) * second + t**3 * side
        for t in parts
    ]


def _filled(corners: list[complex], here_hw: Tensor) -> Tensor:
    """0 to 1 [h, w]: how far positions of a part of a picture are within corners."""
    (rows, columns), first, last = here_hw.shape, complex(here_hw[0, 0]), complex(here_hw[-1, -1])
    step = (last.real - first.real) / max(columns - 1, 1), (last.imag - first.imag) / max(rows - 1, 1)
    offs = [corner - first for corner in corners]
    corner_N2 = np.array([(off.real / step[0], off.imag / step[1]) for off in offs])
    fixed_N2 = np.round(corner_N2.clip(-_FAR, _FAR) * 2**_BITS).astype(np.int32)
    filled_hw = np.zeros((rows, columns), np.uint8)
    cv2.fillPoly(filled_hw, [fixed_N2], 255, cv2.LINE_AA, _BITS)
    return torch.from_numpy(filled_hw).to(here_hw.device).float() / 255.0
