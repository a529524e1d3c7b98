"""Limbs as ribbons along their bones: no piece comes loose at a joint.

A ribbon begins inside the trunk, passes a limb's joints and ends beyond its hand or foot. A pixel of it is
told by where on its middle line it is, and how far aside, which a pose does not change (Hsu and Lee, Drawing
and animation using skeletal strokes, SIGGRAPH 1994). In a photo it bends around its joints, as a hose does,
so that all beside it is told apart; where it is drawn, at its joints: an elbow is round outside, and inside a
crease. Positions as in `limb_bones`.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.compositing.limb_bones import BONES, Segment, divisor, homogeneous, joints, not_short, similar
from engine.pose import skeleton as sk

# Numbers of their bones: right and left leg, right and left arm.
BONES_OF_LIMB = [[number for number, bone in enumerate(BONES) if bone.chain == limb] for limb in range(4)]
_CORNER = 8  # straight pieces that a round corner is made of
_STRAIGHT = 6  # and what is between corners
_ROUND = 0.18  # of the bones that meet at a joint, how much its corner takes ...
# ... and of what comes out of the trunk, and the bone that hangs on it: of legs, of arms.
_ROUND_ROOT = (0.3, 0.2), (0.5, 0.1)
# Where a limb comes out of the trunk: from its first joint towards this one, that part of the way.
_ROOTS = {0: (sk.RIGHT_SHOULDER, 0.3), 1: (sk.LEFT_SHOULDER, 0.3), 2: (sk.NECK, 0.9), 3: (sk.NECK, 0.9)}
# Around a point of a line two pieces are equally near. The one that a pixel lies more aside of than past
# tells on which side that is.
_PAST = 1.001


class Ribbon(NamedTuple):
    """A middle line, complex [N], and which of its points its joints are, from the first in the trunk on."""

    line_N: Tensor
    joints: tuple[int, ...]

    @property
    def root(self) -> int:
        """Where it has come out of the trunk's corner."""
        return self.joints[0] + _CORNER // 2

    def of_bone(self, place: int) -> slice:
        """The points of its first or second bone, with the corners at both ends."""
        begin = self.joints[place] - _CORNER // 2 if place else 0
        last = place == len(self.joints) - 2
        return slice(begin, None if last else self.joints[place + 1] + _CORNER // 2 + 1)

    def shown(self, place: int, rooted: bool) -> Tensor:
        """0 to 1, of those points: of two bones the one goes over into the other in the corner between them,
        and a limb comes out of its trunk."""
        shown_N = torch.ones_like(self.line_N[self.of_bone(place)].real)
        half = _CORNER // 2
        if place:
            shown_N[: half + 1] = torch.linspace(0.0, 1.0, half + 1)
        elif rooted:
            shown_N[: _STRAIGHT + 1] = torch.linspace(0.0, 1.0, _STRAIGHT + 1)
        if place < len(self.joints) - 2:
            shown_N[-half - 1 :] = torch.linspace(1.0, 0.0, half + 1)
        return shown_N


def ribbon(
    pose_183: Tensor,
    placed: dict[int, Segment],
    limb: int,
    scale: float,
    sides_2: Tensor,
    *,
    pointed: float = 0.0,
) -> Ribbon | None:
    """A limb's, by number in BONES_OF_LIMB, of those of its bones that are placed. scale: how much larger
    than its unit says a hand or foot is. pointed: 0 to 1, how far it is bent at its
    joints, and not around them."""
    numbers = [number for number in BONES_OF_LIMB[limb] if number in placed]
    if not numbers:
        return None
    bones = [placed[number] for number in numbers]
    bends = [bones[0].begin, *(bone.end for bone in bones)]
    beyond = BONES[numbers[-1]].beyond * scale * bones[-1].unit
    root, (joint, part) = bends[0], _ROOTS[limb]
    if BONES[numbers[0]].upper and pose_183[joint, 2] > 0:
        root = root + part * (joints(pose_183, sides_2)[joint] - root)
    stations = [root, *bends]
    points: list[complex] = []
    middles: list[int] = []
    reached = root
    for place, (before, here, after) in enumerate(zip(stations, stations[1:], stations[2:], strict=False)):
        first, second = (_ROUND, _ROUND) if place else _ROUND_ROOT[BONES[numbers[0]].of_arm]
        begin, end = here + first * (before - here), here + second * (after - here)
        points += _even(reached, begin)
        middles.append(len(points) + _CORNER // 2)
        parts = (piece / _CORNER for piece in range(_CORNER))
        points += [_corner(begin, here, end, part, pointed if place else 0.0) for part in parts]
        reached = end
    bone = divisor(bends[-1] - bends[-2])
    points += _even(reached, bends[-1])
    middles.append(len(points))
    points += [bends[-1], bends[-1] + beyond * bone / abs(bone)]
    return Ribbon(torch.tensor(points, dtype=torch.complex64, device=sides_2.device), tuple(middles))


def _corner(begin: complex, here: complex, end: complex, part: float, pointed: float) -> complex:
    """That part of the way through a corner."""
    leg, far = (begin, 1 - 2 * part) if part < 0.5 else (end, 2 * part - 1)
    around = (1 - part) ** 2 * begin + 2 * part * (1 - part) * here + part**2 * end
    return around + pointed * (here + far * (leg - here) - around)


def _even(begin: complex, end: complex) -> list[complex]:
    """Positions from one to another, without that."""
    return [begin + piece / _STRAIGHT * (end - begin) for piece in range(_STRAIGHT)]


def inner_side(made: Ribbon) -> int:
    """Which side of an arm's ribbon is the trunk's: that which it comes from."""
    return int(root_steps(made)[0].real < 0)


def root_steps(made: Ribbon) -> tuple[complex, complex]:
    """Of an arm's, towards its shoulder and along its upper bone."""
    line = made.line_N[: made.root + 3].tolist()
    return divisor(line[1] - line[0]), divisor(line[-1] - line[-2])


class Place(NamedTuple):
    """Of positions [h, w]: their piece of the line, how far along that, 0 to 1, and how far aside of it;
    whether they lie beyond its end."""

    piece: Tensor
    part: Tensor
    aside: Tensor
    beyond: Tensor

    def of(self, value_N: Tensor) -> Tensor:
        """What goes along the line, there."""
        return torch.lerp(value_N[self.piece], value_N[self.piece + 1], self.part)

    def beside(self, value_2N: Tensor) -> Tensor:
        """What goes along the line's two sides, there."""
        return torch.where(self.aside > 0, self.of(value_2N[0]), self.of(value_2N[1]))

    def drawn_in(self, breadth_2N: Tensor, rim_N: Tensor) -> Place:
        """From half of that breadth on drawn in towards the line, at its rim by so much."""
        half_hw, far_hw = self.beside(breadth_2N) / 2, self.aside.abs()
        outer_hw = ((far_hw - half_hw) / half_hw.clamp_min(1e-3)).clamp(0.0, 1.0)
        return self._replace(aside=self.aside.sign() * (far_hw - outer_hw * self.of(rim_N)).clamp_min(0.0))


def place_of_textbook(here_hw: Tensor, line_N: Tensor) -> Place:
    """By the nearest piece of a line."""
    begin_N11, step_N11 = line_N[:-1, None, None], not_short(line_N.diff())[:, None, None]
    place_Nhw = (here_hw - begin_N11) / step_N11
    part_Nhw = place_Nhw.real.clamp(0.0, 1.0)
    past_Nhw, aside_Nhw = place_Nhw.real - part_Nhw, place_Nhw.imag
    far_Nhw = (_PAST * past_Nhw.square() + aside_Nhw.square()).sqrt() * step_N11.abs()
    far_hw, piece_hw = far_Nhw.min(0)
    place_hw = place_Nhw.gather(0, piece_hw[None])[0]
    beyond_hw = (piece_hw == len(line_N) - 2) & (place_hw.real > 1.0)
    return Place(piece_hw, place_hw.real.clamp(0.0, 1.0), far_hw * place_hw.imag.sign(), beyond_hw)


def place_of(here_hw: Tensor, line_N: Tensor) -> Place:
    """`place_of_textbook` without complex numbers, whose operators are slow."""
    begins, steps = line_N[:-1].tolist(), not_short(line_N.diff())
    pairs = [(1.0 / step, -begin / step) for begin, step in zip(begins, steps.tolist(), strict=True)]
    part_Nhw, aside_Nhw = similar(pairs, homogeneous(here_hw))
    past_Nhw = part_Nhw - part_Nhw.clamp(0.0, 1.0)
    far_Nhw = torch.addcmul(past_Nhw.square_().mul_(_PAST), aside_Nhw, aside_Nhw)
    far_hw, piece_hw = far_Nhw.mul_(steps.abs().square()[:, None, None]).min(0)
    part_hw, aside_hw = (each_Nhw.gather(0, piece_hw[None])[0] for each_Nhw in (part_Nhw, aside_Nhw))
    beyond_hw = (piece_hw == len(begins) - 1) & (part_hw > 1.0)
    return Place(piece_hw, part_hw.clamp_(0.0, 1.0), far_hw.sqrt_().copysign_(aside_hw), beyond_hw)


def position_at_textbook(where: Place, line_N: Tensor, scale: float = 1.0) -> Tensor:
    """Positions [h, w] that lie so along another line, and so far aside, divided by the scale: on the inner
    side of a corner no farther than to its middle, where the ways aside meet."""
    step_N = not_short(line_N.diff())
    turn_N, radius_N = _corners(step_N)
    inner_hw = where.aside.sign() == turn_N.sign()[where.piece]
    far_hw = where.aside.abs() / scale
    far_hw = torch.where(inner_hw, far_hw.minimum(radius_N[where.piece]), far_hw)
    normal_hw = where.aside.sign() * (1j * step_N / step_N.abs())[where.piece]
    return line_N[where.piece] + where.part * step_N[where.piece] + far_hw * normal_hw


def position_at(where: Place, line_N: Tensor, scale: float = 1.0) -> Tensor:
    """`position_at_textbook` without complex numbers."""
    step_N = not_short(line_N.diff())
    turn_N, radius_N = _corners(step_N)
    # So far aside at most, to the left and to the right of the line.
    free_N = torch.full_like(radius_N, torch.inf)
    least_N, most_N = torch.where(turn_N < 0, -radius_N, -free_N), torch.where(turn_N > 0, radius_N, free_N)
    aside_N = 1j * step_N / step_N.abs()
    planes = [*(part for each in (line_N[:-1], step_N, aside_N) for part in (each.real, each.imag))]
    planes_8N = torch.stack([*planes, least_N, most_N])
    planes_8hw = planes_8N.index_select(1, where.piece.flatten()).view(len(planes_8N), *where.piece.shape)
    x_hw, y_hw, along_x_hw, along_y_hw, aside_x_hw, aside_y_hw, least_hw, most_hw = planes_8hw
    far_hw = (where.aside / scale).maximum(least_hw).minimum(most_hw)
    x_hw = x_hw + where.part * along_x_hw + far_hw * aside_x_hw
    y_hw = y_hw + where.part * along_y_hw + far_hw * aside_y_hw
    return torch.complex(x_hw, y_hw)


def least_radius(line_N: Tensor) -> float:
    """Of a line's corners, how far aside the nearest middle is."""
    return float(_corners(not_short(line_N.diff()))[1].min())


def past_middle(where: Place, line_N: Tensor) -> Tensor:
    """Whether positions would lie farther aside of another line than to the middle of its corner [h, w]:
    `position_at` takes them all for that middle, which says nothing of how broad a limb is."""
    turn_N, radius_N = _corners(not_short(line_N.diff()))
    inner_hw = where.aside.sign() == turn_N.sign()[where.piece]
    return inner_hw & (where.aside.abs() > radius_N[where.piece])


def _corners(step_N: Tensor) -> tuple[Tensor, Tensor]:
    """Of the pieces of a line, [N] each: how it turns there, and how far aside the middle of that corner
    is."""
    turn_N = F.pad((step_N[1:] / step_N[:-1]).angle(), (1, 1))
    turn_N = (turn_N[1:] + turn_N[:-1]) / 2
    return turn_N, step_N.abs() / turn_N.abs().clamp_min(1e-3)
