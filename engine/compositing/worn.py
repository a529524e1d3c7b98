"""Who is drawn in a pose and who is dressed, and which piece of clothes is seen where.

P pieces (`engine.garments`); H W the picture; h w the surface maps, on whose grid all decisions are made.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.compositing.fields import Window, around, highest, ramp, size_of, window_of
from engine.compositing.painted import AS_IT_IS, at_size
from engine.compositing.passers_by import passers_by
from engine.compositing.tailoring import REACH, matte
from engine.compositing.wardrobe import CLASSES, Wardrobe, on_trunk, pieces_drawn, worn_at
from engine.cv import cv2
from engine.garments import ARMS, FACE, HAIR, PIECES, Garment
from engine.ops.resample import enlarged, running_mean, shrunk
from engine.pose.skeleton import (
    LEFT_ELBOW,
    LEFT_SHOULDER,
    LEFT_WRIST,
    RIGHT_ELBOW,
    RIGHT_SHOULDER,
    RIGHT_WRIST,
)
from engine.regions import REGIONS, SURFACE_SPAN

_SOME = 0.02  # share of a position below which nothing of it is seen along an edge
# Difference of colours (of -1 to 1) from what is behind somebody up to which a px is that, and never.
_OF_WALL = 0.1, 0.2
_SHALLOW = 7  # px of a map of 128 rows around an edge within which what is behind may be in a garment
_WRIST = 4.7  # dm to either side of the standard body, beyond which is a hand
_ANKLE = -7.3  # dm above the middle of it; below are shoes
SHIN = -6.8  # above it a leg surely is no shoe
ARM_JOINTS = (RIGHT_SHOULDER, RIGHT_ELBOW, RIGHT_WRIST), (LEFT_SHOULDER, LEFT_ELBOW, LEFT_WRIST)
_HAND = 0.6  # of a forearm, how far a hand reaches beyond its wrist
_BESIDE_ARM = 0.2  # of an arm, how far beside its bones it and its hand may be
IN_FRONT = HAIR, FACE  # told by the surface map: a strand has no place on the body of its own


class Laid(NamedTuple):
    """Clothes laid on somebody, [1, 3, H, W] and [1, 1, H, W] each. colour. trunk, sleeves: how much of a px
    is covered by them. back: what of a trunk is its inside, behind a neck. arms: where arms are before the
    trunk. hides: where they leave nothing to be seen of a body. sleeved: where arms that are seen go into
    them. trunk_bare, arms_bare: where a bare body is, without its arms, and these. within: where such a trunk
    is no broader than they are. beside: arms before a trunk, below its armpits. neck: where no face is any
    more."""

    colour: Tensor
    trunk: Tensor
    sleeves: Tensor
    back: Tensor
    arms: Tensor
    hides: Tensor
    sleeved: Tensor
    trunk_bare: Tensor
    arms_bare: Tensor
    within: Tensor
    beside: Tensor
    neck: Tensor

    @property
    def body(self) -> Tensor:
        """Where a bare body is."""
        return self.trunk_bare.maximum(self.arms_bare)


class Drawn(NamedTuple):
    """A person in the pose. picture: [1, 3, H, W], as it is shown. surface: its surface map [1, 11, h, w].
    behind: [1, 3, H', W'], what is behind the person; None: as the wardrobe has it. painted: [1, H', W'],
    which piece was painted where, as `painted.painted`. joints: the pose [18, 3], in positions of the map.
    laid: clothes that a photo shows with nobody in them, laid on the wearer, of whom the rest is then a bare
    body (`laid_on`)."""

    picture: Tensor
    surface: Tensor
    wardrobe: Wardrobe
    behind: Tensor | None = None
    painted: Tensor | None = None
    joints: np.ndarray | None = None
    laid: Laid | None = None


class Dressed(NamedTuple):
    """picture: [1, 3, H, W]. pieces: [1, P, h, w], how much of a position is which piece; they sum to 1.
    made: [1, 1, h, w], how much of it came to light where a garment went, and is no photo's; None: none."""

    picture: Tensor
    pieces: Tensor
    made: Tensor | None = None


@torch.no_grad()
def undressed(wearer: Drawn) -> Dressed:
    """The wearer as drawn, before anything is taken from others."""
    return Dressed(wearer.picture, pieces_worn(wearer))


def places(surface_1Khw: Tensor) -> Tensor:
    """Where on the body a surface map says that positions are, [1, 3, h, w], in dm."""
    return surface_1Khw[:, CLASSES:] * SURFACE_SPAN


def above_shoes(surface_1Khw: Tensor, least: float = _ANKLE) -> Tensor:
    """1 where a place is higher on the body than this, [1, 1, h, w], in dm."""
    return (places(surface_1Khw)[:, 1:2] > least).float()


def hands(pieces_1Phw: Tensor, surface_1Khw: Tensor) -> Tensor:
    """How much of a position is a hand, or an arm before the body, [1, 1, h, w]: no sleeve comes there."""
    place_13hw = places(surface_1Khw)
    beyond_11hw = (place_13hw[:, :1].abs() > _WRIST).float()
    return pieces_1Phw[:, ARMS, None] * beyond_11hw.maximum(on_trunk(place_13hw))


def near_arms(drawn: Drawn) -> Tensor:
    """1 where an arm or its hand may be, by the joints, [1, 1, h, w]; everywhere, where none of them is
    known: what looks like an arm elsewhere is a print."""
    near_hw = np.zeros(size_of(drawn.surface), np.float32)
    arms = [] if drawn.joints is None else [drawn.joints[list(arm)] for arm in ARM_JOINTS]
    arms = [arm_33 for arm_33 in arms if (arm_33[:, 2] > 0).all()]
    for arm_33 in arms:
        shoulder_2, elbow_2, wrist_2 = arm_33[:, :2]
        length = float(np.linalg.norm(elbow_2 - shoulder_2) + np.linalg.norm(wrist_2 - elbow_2))
        fingers_2 = wrist_2 + _HAND * (wrist_2 - elbow_2)
        line_N12 = np.round(np.stack([shoulder_2, elbow_2, wrist_2, fingers_2])).astype(np.int32)[:, None]
        cv2.polylines(near_hw, [line_N12], False, (1.0,), max(1, min(round(2 * _BESIDE_ARM * length), 255)))
    if len(arms) < len(ARM_JOINTS):
        near_hw[:] = 1.0
    return torch.from_numpy(near_hw)[None, None].to(drawn.surface.device)


def pieces_worn(drawn: Drawn) -> Tensor:
    """How much of a position is which piece, [1, P, h, w]: nobody, hair and face as the engine draws them,
    and arms before the body, whose places are as much its as theirs; what else by what the photo shows at
    that place of the body, or as it is drawn where the photo shows nothing of that; where something was
    painted, that."""
    class_18hw = drawn.surface[:, :CLASSES].softmax(1)
    numbers = [0, *(REGIONS.index(PIECES[piece]) for piece in IN_FRONT)]
    arms_11hw = class_18hw[:, REGIONS.index("arms"), None] * on_trunk(places(drawn.surface))
    other_11hw = 1.0 - class_18hw[:, numbers].sum(1, keepdim=True) - arms_11hw
    pieces_1Phw, known_11hw = worn_at(drawn.wardrobe, drawn.surface)
    pieces_1Phw = torch.lerp(pieces_drawn(drawn.surface), pieces_1Phw, known_11hw)
    pieces_1Phw[:, 0] = 0.0
    pieces_1Phw[:, list(IN_FRONT)] = 0.0
    pieces_1Phw = other_11hw * pieces_1Phw / pieces_1Phw.sum(1, keepdim=True).clamp_min(1e-6)
    pieces_1Phw[:, [0, *IN_FRONT]] = class_18hw[:, numbers]
    pieces_1Phw[:, ARMS, None] += arms_11hw
    pieces_1Phw = torch.where(passers_by(pieces_1Phw, drawn.joints), all_of(0, other_11hw), pieces_1Phw)
    if drawn.painted is None:
        return pieces_1Phw
    painted_1hw = at_size(drawn.painted, size_of(pieces_1Phw))
    told_1Phw = F.one_hot(painted_1hw.clamp_min(0), len(PIECES)).movedim(-1, 1).float()
    return torch.where(painted_1hw[:, None] == AS_IT_IS, pieces_1Phw, told_1Phw)


def of_pieces(pieces_1Phw: Tensor, numbers: Iterable[int]) -> Tensor:
    return pieces_1Phw[:, list(numbers)].sum(1, keepdim=True)


def all_of(number: int, like_11hw: Tensor) -> Tensor:
    """A map that is this piece everywhere."""
    made_1Phw = like_11hw.new_zeros(1, len(PIECES), *size_of(like_11hw))
    made_1Phw[:, number] = 1.0
    return made_1Phw


def sharp(picture_1CHW: Tensor, window: Window, *shares_11hw: Tensor) -> tuple[Tensor, ...]:
    """Shares along the picture's edges, [1, 1, H, W] each; 0 beyond a window of the map (`near`)."""
    height, width = size_of(picture_1CHW)
    times = height // size_of(shares_11hw[0])[0]
    y, x = (slice(times * each.start, times * each.stop) for each in window)
    shares_1Khw = torch.cat([each[(..., *window)] for each in shares_11hw], 1)
    sharp_1KHW = picture_1CHW.new_zeros(1, len(shares_11hw), height, width)
    sharp_1KHW[..., y, x] = matte(shares_1Khw, picture_1CHW[..., y, x], height)
    return sharp_1KHW.split(1, 1)


def near(*shares_11hw: Tensor) -> Window:
    """The rows and columns in which any of these shares is something, and as far around as a matte looks."""
    most_hw = torch.cat(shares_11hw, 1)[0].amax(0)
    return window_of((most_hw > _SOME).float(), REACH * len(most_hw) // 128)


def inner(share_11HW: Tensor, rim: int) -> Tensor:
    """A share less a rim of so many px of a picture of 256 rows."""
    return 1.0 - highest(1.0 - share_11HW, 2 * rim * (size_of(share_11HW)[0] // 256) + 1)


def wall_on(drawn: Drawn, garment_11HW: Tensor) -> Tensor:
    """How much of a px near a garment's edge, or in it near one, has the colours of what is behind the
    person, [1, 1, H, W]: the map's edge is beside it, or a gap is too narrow for the map."""
    rows, columns = size_of(drawn.surface)
    behind_1CHW = drawn.wardrobe.plate if drawn.behind is None else drawn.behind
    picture_1Chw, behind_1Chw, garment_11hw = (
        shrunk(each, (2 * rows, 2 * columns)) for each in (drawn.picture, behind_1CHW, garment_11HW)
    )
    apart_11hw = running_mean(picture_1Chw - behind_1Chw, 3).square().mean(1, keepdim=True).sqrt()
    deep_11hw = 1.0 - around((garment_11hw < 0.5).float(), _SHALLOW)
    wall_11hw = (1.0 - ramp(apart_11hw, *_OF_WALL)) * (1.0 - deep_11hw)
    return enlarged(wall_11hw, size_of(garment_11HW))


def lies_over(pieces_1Phw: Tensor, drawn: Drawn, garment: Garment) -> Tensor:
    """How much of a position is what lies over a garment, [1, 1, h, w]."""
    over_11hw = of_pieces(pieces_1Phw, garment.over)
    if ARMS in (*garment.takes, *garment.over):
        return over_11hw
    return over_11hw + hands(pieces_1Phw, drawn.surface) * near_arms(drawn)


def bare(pieces_1Phw: Tensor, but: Iterable[int]) -> Tensor:
    """How much of a position is skin of arms or face; none where one of them is what it is about."""
    seen = (ARMS, FACE)
    return of_pieces(pieces_1Phw, () if set(seen) & set(but) else seen)
