"""What hands hold, as it is shown: it goes with its hand, hangs plumb, and leaves nothing where it was.

Of a photo in its own pose it counts as its arm, so that it goes where that goes away (`limbs`). But it is no
part of what is cut out as an arm: it is laid where its hand is now, as large as the person, and not turned.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.compositing.fields import highest, ramp, size_of, window_of
from engine.compositing.held_things import BEYOND, Held
from engine.compositing.limb_bones import ARMS, Segment, divisor, positions, sampled, segments
from engine.ops.resample import running_mean
from engine.regions import CLASSES, REGIONS

_ARMS = REGIONS.index("arms")
_PX = 2  # px of 256 rows beside a thing that have something of its colours
# Of -1 to 1, how little a px differs from what is behind it, to be that. A white bag before a white wall
# differs by .06 and more.
_AS_WALL = 0.025, 0.05
_ANY = 0.05  # of a matte, from which on it is there
_LEAST = 1e-6  # probability that a logit can tell


def with_things(surface_B11hw: Tensor, held: Held) -> Tensor:
    """A surface map in which hands and what they hold are of their arms."""
    held_B1hw = F.interpolate(torch.cat(held, 1).amax(1, keepdim=True), size_of(surface_B11hw), mode="area")
    class_B8hw, point_B3hw = surface_B11hw.split((CLASSES, 3), 1)
    class_B8hw = class_B8hw.softmax(1) * (1.0 - held_B1hw)
    class_B8hw[:, _ARMS, None] += held_B1hw
    made_B11hw = torch.cat([class_B8hw.clamp_min(_LEAST).log(), point_B3hw], 1)
    return torch.where(held_B1hw > 0, made_B11hw, surface_B11hw)


def beneath_things(beneath_B8HW: Tensor, held_B2HW: Tensor) -> Tensor:
    """How likely each class would be seen without arms and what they hold: behind a thing clothes go on that
    are on two sides of it, above and below or on the right and the left."""
    made_B8HW = beneath_B8HW.clone()
    side = 2 * max(1, _PX * len(held_B2HW[0, 0]) // 256) + 1
    grown_B1HW = F.max_pool2d(held_B2HW.amax(1, keepdim=True), side, 1, side // 2) > _ANY
    for class_8HW, (grown_HW,), made_8HW in zip(beneath_B8HW, grown_B1HW, made_B8HW, strict=True):
        if grown_HW.any():
            down_8WH, down_WH = _between(class_8HW.movedim(1, -1), grown_HW.t(), upright=True)
            aside_8HW, aside_HW = _between(class_8HW, grown_HW, upright=False)
            down_8HW, down_HW = down_8WH.movedim(-1, 1), down_WH.movedim(-1, 0)
            filled_8HW = torch.where(down_HW > aside_HW, down_8HW, aside_8HW)
            made_8HW[:] = torch.where(grown_HW, filled_8HW, class_8HW)
    return made_B8HW


def _between(class_8hw: Tensor, hidden_hw: Tensor, upright: bool) -> tuple[Tensor, Tensor]:
    """Along rows: the classes on both sides of what is hidden, where somebody goes on from one to the other
    [8, h, w]; and how likely somebody is there [h, w]. Beyond the picture is nobody. upright: of columns as
    rows; along these outlines of legs and skirts go on."""
    columns = hidden_hw.shape[-1]
    place_hw = torch.arange(1, columns + 1, device=hidden_hw.device).expand_as(hidden_hw)
    before_hw = place_hw.masked_fill(hidden_hw, 0).cummax(-1).values
    behind_hw = place_hw.masked_fill(hidden_hw, columns + 1).flip(-1).cummin(-1).values.flip(-1)
    nobody_8h1 = torch.zeros_like(class_8hw[..., :1])
    nobody_8h1[0] = 1.0
    padded_8hw = torch.cat([nobody_8h1, class_8hw, nobody_8h1], -1)
    sides = [padded_8hw.gather(-1, at_hw.expand_as(class_8hw)) for at_hw in (before_hw, behind_hw)]
    inside_hw = _inside(padded_8hw[0] < 0.5)
    first_hw, last_hw = (inside_hw.gather(-1, at_hw) for at_hw in (before_hw, behind_hw))
    part_hw = (place_hw - before_hw) / (behind_hw - before_hw).clamp_min(1)
    between_hw = torch.lerp(first_hw, last_hw, part_hw) if upright else torch.minimum(first_hw, last_hw)
    likely_hw = ramp(between_hw, -0.5, 0.5)
    likely_hw = likely_hw * (before_hw > 0) * (behind_hw <= columns)
    made_8hw = sides[0] + sides[1]
    made_8hw[0] = 0.0
    made_8hw = made_8hw / made_8hw.sum(0).clamp_min(1e-6) * likely_hw
    made_8hw[0] = 1.0 - likely_hw
    return made_8hw, likely_hw


def _inside(somebody_hw: Tensor) -> Tensor:
    """How far somebody's px are from the nearest of nobody in their column, and less than 0 the others from
    the nearest of somebody."""
    rows, columns = somebody_hw.shape
    place_hw = torch.arange(rows, device=somebody_hw.device)[:, None].expand(rows, columns)
    far = []
    for marked_hw in (somebody_hw, ~somebody_hw):
        above_hw = place_hw.masked_fill(~marked_hw, -rows).cummax(0).values
        below_hw = place_hw.masked_fill(~marked_hw, 2 * rows).flip(0).cummin(0).values.flip(0)
        far.append(torch.minimum(place_hw - above_hw, below_hw - place_hw))
    return torch.where(somebody_hw, far[1] - 0.5, 0.5 - far[0])


def with_holes(held_B2HW: Tensor, photo_B3HW: Tensor, plate_B3HW: Tensor) -> Tensor:
    """Mattes of things without what in them looks like what is behind them: a handle is no slab."""
    rows = len(held_B2HW[0, 0])
    apart_B1HW = (photo_B3HW - plate_B3HW).abs().amax(1, keepdim=True)
    like_B1HW = 1.0 - ramp(running_mean(apart_B1HW, 3), *_AS_WALL)
    side = 2 * max(1, _PX * rows // 512) + 1
    hole_B1HW = highest(1.0 - highest(1.0 - like_B1HW, side), side).minimum(like_B1HW)
    return held_B2HW * (1.0 - hole_B1HW)


class Hung(NamedTuple):
    """A thing whose hand was and is at these places, and how much larger the person is now."""

    then: complex
    now: complex
    scale: float

    def before(self, here_hw: Tensor) -> Tensor:
        """Where in the photo is what hangs at these positions now."""
        return self.then + (here_hw - self.now) / self.scale


def hung(
    now_183: Tensor, own_183: Tensor, held_2HW: Tensor, scale: float, sides_2: Tensor
) -> dict[int, Hung]:
    """Where what the right (0) and the left (1) hand hold is, of those that hold something and that both
    poses have. Poses as `moving_least_squares.normalised_pose` gives them."""
    found = {}
    if held_2HW.any():
        own, placed = segments(own_183, sides_2), segments(now_183, sides_2)
        for side, (_, forearm) in enumerate(ARMS):
            if forearm in own and forearm in placed and held_2HW[side].any():
                now = placed[forearm]._replace(unit=own[forearm].unit * scale)
                found[side] = Hung(_middle(own[forearm]), _middle(now), scale)
    return found


def _middle(forearm: Segment) -> complex:
    """Of its hand."""
    step = divisor(forearm.step)
    return forearm.end + BEYOND * forearm.unit * step / abs(step)


def lay_thing(
    layer_DHW: Tensor, at: Hung, photo_CHW: Tensor, held_HW: Tensor, here_HW: Tensor, sides_2: Tensor
) -> None:
    """A thing, with its planes of the photo, over a layer (`layers`), whose pixels are at these positions."""
    matte_HW = sampled(held_HW[None], at.before(here_HW), sides_2)[0]
    window = window_of(matte_HW, 0)
    seen_Chw = sampled(photo_CHW, at.before(here_HW[window]), sides_2)
    layer_DHW[(..., *window)].lerp_(F.pad(seen_Chw, (0, 0, 0, 0, 1, 0), value=1.0), matte_HW[window])


@torch.no_grad()
def lay_alone(
    layer_BDHW: Tensor,
    found: Sequence[object | None],
    poses: tuple[Tensor, Tensor],
    photo_BCHW: Tensor,
    held_B2HW: Tensor,
) -> None:
    """Things over such layers, of whose persons no limb was found to move (None): they show another side, a
    neck or a shoulder is absent, shoulders or spine are of no length, or of what moved nothing can be cut
    out. No engine draws things, and a hand may be elsewhere all the same. poses: as they are now, and the
    photo's own; at rest nothing is laid."""
    size = size_of(photo_BCHW)
    sides_2 = poses[0].new_tensor((size[1] / size[0], 1.0))
    for i, (now_183, own_183) in enumerate(zip(*poses, strict=True)):
        if found[i] is None and not torch.equal(now_183, own_183):
            for side, at in hung(now_183, own_183, held_B2HW[i], 1.0, sides_2).items():
                here_HW = positions(size, sides_2)
                lay_thing(layer_BDHW[i], at, photo_BCHW[i], held_B2HW[i, side], here_HW, sides_2)


@torch.no_grad()
def without_things(still_B1hw: Tensor, pose_B183: Tensor, own_pose_B183: Tensor, held_B2HW: Tensor) -> Tensor:
    """Where a pose leaves a photo alone (`untouched`), less where things hang that are elsewhere in it."""
    if not held_B2HW.any():
        return still_B1hw
    size, made_B1hw = size_of(still_B1hw), still_B1hw.clone()
    sides_2 = pose_B183.new_tensor((held_B2HW.shape[-1] / held_B2HW.shape[-2], 1.0))
    here_hw = positions(size, sides_2)
    held_B2hw = highest(F.interpolate(held_B2HW.float(), size, mode="area"), 3)
    each = zip(pose_B183, own_pose_B183, held_B2hw, made_B1hw, strict=True)
    for now_183, own_183, held_2hw, (made_hw,) in each:
        for side, at in hung(now_183, own_183, held_2hw, 1.0, sides_2).items():
            if at.now != at.then:
                made_hw *= sampled(held_2hw[side, None], at.before(here_hw), sides_2)[0] <= 0
    return made_B1hw
