"""Limbs as ribbons along their bones: no piece comes loose at a joint.

A ribbon begins inside the trunk, passes a limb's joints and ends beyond its hand or foot. A pixel of it is
told by where on its middle line it is, and how far aside, which a pose does not change (Hsu and Lee, Drawing
and animation using skeletal strokes, SIGGRAPH 1994). In a photo it bends around its joints, as a hose does,
so that all beside it is told apart; where it is drawn, at its joints: an elbow is round outside, and inside a
crease. What it shows outside comes from along both bones, as cloth is stretched over an elbow: from the joint
alone it would be a ring. Positions as in `limb_bones`.
"""

from __future__ import annotations

from cmath import exp, phase
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
# Of the way around a joint's outer side, how much of the line is stretched over it: what is left of the
# stretch the bones take, on that part of each, of which it takes at most so much.
_OVER, _STRETCHED, _TAKEN = 0.6, 0.6, 0.3
_FOLDED = 0.1  # units along a limb, farther apart than which places that are beside each other are different
# Of two pieces that are equally near the one that a pixel lies more aside of than past tells on which side.
_PAST = 1.001


class Ribbon(NamedTuple):
    """A middle line, complex [N], which of its points its joints are, from the first in the trunk on, and how
    far it is bent at them, and not around them, 0 to 1."""

    line_N: Tensor
    joints: tuple[int, ...]
    pointed: float

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
    return Ribbon(torch.tensor(points, dtype=torch.complex64, device=sides_2.device), tuple(middles), pointed)


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

    def where_is(self, asked_hw: Tensor) -> Place:
        """Of the positions that are asked for, in a row [1, K]."""
        return Place(*(each[asked_hw][None] for each in self))

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


def mitred(where: Place, here_hw: Tensor, made: Ribbon, begin: int) -> Place:
    """Places on a ribbon's whole line, so far along their pieces as these are cut where their corners are
    halved: outside of a corner the ways along go on evenly. A joint that is bent at a point has no corner.

    where: of positions [h, w], on the part of the line from that point on.
    """
    tangent_N = _tangents(made.line_N)
    ends_2N = torch.stack([tangent_N[:-1], tangent_N[1:]])
    if made.pointed > 0:
        joint, step_N = made.joints[1], not_short(made.line_N.diff())
        for end, piece in ((1, joint - 1), (0, joint)):
            own = step_N[piece] / step_N[piece].abs()
            ends_2N[end, piece] = torch.lerp(ends_2N[end, piece], own, made.pointed)
    offs_2N = (ends_2N.conj() * torch.stack([made.line_N[:-1], made.line_N[1:]])).real
    planes_6N = torch.cat([ends_2N.real, ends_2N.imag, offs_2N])
    piece_hw = where.piece + begin
    planes_6hw = planes_6N.index_select(1, piece_hw.flatten()).view(6, *piece_hw.shape)
    past_hw, left_hw = (
        planes_6hw[end] * here_hw.real + planes_6hw[end + 2] * here_hw.imag - planes_6hw[end + 4]
        for end in (0, 1)
    )
    length_hw = past_hw - left_hw
    part_hw = torch.where(length_hw > 1e-6, (past_hw / length_hw).clamp(0.0, 1.0), where.part)
    return where._replace(piece=piece_hw, part=part_hw)


def stretched(where: Place, here_hw: Tensor, made: Ribbon) -> Place:
    """Places of positions [h, w] on a ribbon, where what is outside of its bent joint comes from along both
    bones."""
    if made.pointed == 0:
        return where
    joint, steps = made.joints[1], made.line_N.diff()
    step, after = (divisor(each) for each in steps[joint - 1 : joint + 1].tolist())
    turn = phase(after / step)
    if turn == 0:
        return where
    # Outwards of the joint, between both bones.
    middle = (-1j if turn > 0 else 1j) * step / abs(step) * exp(0.5j * turn)
    lengths_N = steps.abs()
    along_N = F.pad(lengths_N.cumsum(0), (1, 0))
    along_N = along_N - along_N[joint]
    ends = along_N[list(made.joints[::2])].abs().tolist()
    along_hw = along_N[where.piece] + where.part * lengths_N[where.piece]
    off_hw = here_hw - made.line_N[joint]
    x_hw, y_hw = off_hw.real, off_hw.imag
    turned_hw = torch.atan2(y_hw * middle.real - x_hw * middle.imag, x_hw * middle.real + y_hw * middle.imag)
    around_hw = (turned_hw * (2.0 / turn)).clamp(-1.0, 1.0)
    outer_hw = where.aside if turn < 0 else -where.aside
    taken_hw = (0.5 * _OVER * made.pointed * abs(turn)) * outer_hw.clamp_min(0.0)
    before, behind = (_STRETCHED * end for end in ends)
    most_hw = torch.where(around_hw < 0, before, behind)
    left_hw = (1.0 - along_hw.abs() / most_hw).clamp_min(0.0)
    along_hw = along_hw + around_hw * taken_hw.minimum(_TAKEN * most_hw) * left_hw.square()
    piece_hw = torch.bucketize(along_hw, along_N[1:-1])
    part_hw = ((along_hw - along_N[piece_hw]) / lengths_N[piece_hw].clamp_min(1e-6)).clamp(0.0, 1.0)
    return where._replace(piece=piece_hw, part=part_hw)


def position_at_textbook(where: Place, line_N: Tensor, scale: float = 1.0) -> Tensor:
    """Positions [h, w] that lie so along another line, and so far aside, divided by the scale: on the inner
    side of a corner no farther than to its middle, where the ways aside meet."""
    step_N = not_short(line_N.diff())
    turn_N, radius_N = _corners(step_N)
    inner_hw = where.aside.sign() == turn_N.sign()[where.piece]
    far_hw = where.aside.abs() / scale
    far_hw = torch.where(inner_hw, far_hw.minimum(radius_N[where.piece]), far_hw)
    aside_N = 1j * _tangents(line_N)
    normal_hw = aside_N[where.piece] + where.part * aside_N.diff()[where.piece]
    far_hw = far_hw * where.aside.sign()
    return line_N[where.piece] + where.part * step_N[where.piece] + far_hw * normal_hw


def position_at(where: Place, line_N: Tensor, scale: float = 1.0) -> Tensor:
    """`position_at_textbook` without complex numbers."""
    step_N = not_short(line_N.diff())
    turn_N, radius_N = _corners(step_N)
    # So far aside at most, to the left and to the right of the line.
    free_N = torch.full_like(radius_N, torch.inf)
    least_N, most_N = torch.where(turn_N < 0, -radius_N, -free_N), torch.where(turn_N > 0, radius_N, free_N)
    aside_N = 1j * _tangents(line_N)
    values = line_N[:-1], step_N, aside_N[:-1], aside_N.diff()
    planes_PN = torch.stack([*(part for each in values for part in (each.real, each.imag)), least_N, most_N])
    planes_Phw = planes_PN.index_select(1, where.piece.flatten()).view(len(planes_PN), *where.piece.shape)
    begin_2hw, along_2hw, aside_2hw, turns_2hw, (least_hw, most_hw) = planes_Phw.split(2)
    far_hw = (where.aside / scale).maximum(least_hw).minimum(most_hw)
    place_2hw = begin_2hw + where.part * along_2hw + far_hw * (aside_2hw + where.part * turns_2hw)
    return torch.complex(*place_2hw)


def _tangents(line_N: Tensor) -> Tensor:
    """Of a line at its points, of length 1: where two pieces meet, halfway between them."""
    step_N = not_short(line_N.diff())
    step_N = step_N / step_N.abs()
    both_N = torch.cat([step_N[:1], not_short(step_N[1:] + step_N[:-1]), step_N[-1:]])
    return both_N / both_N.abs()


def apart(one: Place, other: Place, line_N: Tensor) -> Tensor:
    """How far places lie apart along a line [h, w]."""
    along_N = F.pad(line_N.diff().abs().cumsum(0), (1, 0))
    return (one.of(along_N) - other.of(along_N)).abs()


def at_points(line_N: Tensor) -> Place:
    """Of a line's points, as a column [N, 1]."""
    number_N1 = torch.arange(len(line_N), device=line_N.device)[:, None]
    piece_N1 = number_N1.clamp(max=len(line_N) - 2)
    part_N1 = (number_N1 - piece_N1).to(line_N.real)
    return Place(piece_N1, part_N1, torch.zeros_like(part_N1), torch.zeros_like(part_N1, dtype=torch.bool))


def in_crook(where: Place, here_hw: Tensor, line_N: Tensor, unit: float) -> Tensor:
    """Whether positions, told as places of a line, are nearer to another part of it [h, w]: so they are in
    the crook of a limb that is folded, where that other part lies."""
    return apart(place_of(here_hw, line_N), where, line_N) > _FOLDED * unit


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
