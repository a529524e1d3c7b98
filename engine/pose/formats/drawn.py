"""Joints out of a picture of coloured bones, as OpenPose, ControlNet and their editors draw them, on black,
on white or over a photo.

Dots and the ends of bones say where a joint may be; bones between two such places, seen in their own colour,
make people of them (as part affinities do in Cao et al. 2017, section 2.4).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine.cv import cv2
from engine.pose import skeleton as sk
from engine.pose.formats.drawn_ends import end_of_bone
from engine.pose.formats.drawn_joints import settled_joints
from engine.pose.formats.drawn_parts import put_together, same_bones
from engine.pose.skeleton import LIMBS, SEEN

_LONGEST = 1024  # px of a side: joints of larger pictures are found as well in smaller ones
_HUES = 18  # OpenPose's rainbow: 20 degrees apart
_HUE_OFF = 8.0  # degrees: JPEG and resampling shift a hue by less, and 10 is between two
_COLOURFUL = 0.4  # saturation: bones laid over white by 0.6 have 0.6
_VISIBLE = 60  # of 255: bones drawn at 0.6 have 153, their smoothed edges less
_BRIGHT, _PURE = 175, 0.75  # dots are drawn in full colour, over bones at 0.6
_SAME_PLACE = 0.011  # of the height: nose and eyes of a standing person are 0.02 apart
_LEAST_SAME_PLACE = 2.5  # px
_DOT = 0.05  # of the height: no dot is as large
_SHORTEST = 0.4  # of what is the same place: eyes of somebody small are as near to the nose
_SURELY = 14  # joints that are not by chance in the colours of another program: it shares up to 12
_SAMPLES = 24
_COVERED = 0.72  # of a bone in its colour, what lies over it counted half
_OWN = 0.4  # of a bone in its colour alone
_LEAST_BONES = 6  # coloured things of a photo do not meet like six bones of a body
_DOT_SUPPORT = 2.0  # a dot tells a joint as two ends of bones do
_SUPPORT = 0.25  # what an end or half a dot adds to the score of a bone, of which 1 is covered
_MOST_PLACES = 60  # of a joint: enough for a dozen people, and a bound for colourful photos


class _Palette(NamedTuple):
    """In which of the rainbow's hues each joint is drawn, and bones (joint, joint, hue). Joints beyond the 18
    have no place in a pose, and hold others together."""

    joints: tuple[int, ...]
    bones: tuple[tuple[int, int, int], ...]
    disc: float = 0.5  # of a bone's breadth, how far it goes on beyond its joint


_POSE_18 = _Palette(tuple(range(18)), tuple((a, b, hue) for hue, (a, b) in enumerate(LIMBS)))
# OpenPose's own pictures: a bone has the colour of the joint at its end.
_OF_ENDS = (17, *range(13), 16, 14, 15, 13)
_COCO_18 = _Palette(_OF_ENDS, tuple((a, b, _OF_ENDS[b]) for a, b in LIMBS), disc=1.0)
_MID_HIP = 18
_LAST = (sk.RIGHT_WRIST, sk.LEFT_WRIST, sk.RIGHT_ANKLE, sk.LEFT_ANKLE)  # of their limbs
_MISTAKEN, _FOR_TOES = 0.03, 0.012  # of the height: a joint as far from where its bone ends is another
_BODY_25 = _Palette(
    (*_OF_ENDS, 0),
    (
        (sk.NECK, _MID_HIP, 0),
        *((_MID_HIP if b in (sk.RIGHT_HIP, sk.LEFT_HIP) else a, b, _OF_ENDS[b]) for a, b in LIMBS),
    ),
    disc=1.0,
)


class _Things(NamedTuple):
    """What hangs together in a mask [H, W], as OpenCV counts it: the background is the first."""

    mask: np.ndarray
    labels: np.ndarray
    stats: np.ndarray
    middles: np.ndarray


class _Place(NamedTuple):
    """Where a joint may be: x, y px and how much speaks for it."""

    x: float
    y: float
    support: float


def people_drawn(rgb_HWC: np.ndarray) -> list[np.ndarray]:
    """Everybody whose bones are drawn in a picture (uint8 RGB): float64 [18, 3] (x, y, state) in its px,
    those with most bones first; nobody in a picture of anything else.
    """
    scale = min(1.0, _LONGEST / max(rgb_HWC.shape[:2]))
    if scale < 1:
        rgb_HWC = cv2.resize(rgb_HWC, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    hues, value, saturation = _colours(rgb_HWC)
    bright = np.where((value >= _BRIGHT) & (saturation >= 255 * _PURE), hues, 255).astype(np.uint8)
    # In full colour first, which little of a photo behind them has.
    pure = _things(bright)
    people = _people_in(pure, pure)
    if _most_joints(people) < len(LIMBS):
        people = max(people, _people_in(_things(hues), pure), key=_most_joints)
    for pose in people:
        pose[:, :2] /= scale
    return people


def _things(hues: np.ndarray) -> list[_Things]:
    """What of each hue there is, in the numbers of hues [H, W]; to find it out takes most of the time."""
    masks = [cv2.inRange(hues, hue, hue) for hue in range(_HUES)]
    return [_Things(mask, *cv2.connectedComponentsWithStats(mask, connectivity=8)[1:]) for mask in masks]


def _people_in(in_hues: list[_Things], in_bright: list[_Things]) -> list[np.ndarray]:
    """Everybody in what has the hue of each bone, and in what may be a dot of it, in px."""
    bones = [things.mask for things in in_hues]
    height = bones[0].shape[0]
    near = max(_SAME_PLACE * height, _LEAST_SAME_PLACE)
    ends = [_ends(things) for things in in_hues]
    dots = [_dots(things, _DOT * height) for things in in_bright]
    # A pixel beside a thin bone counts as on it.
    wide = [cv2.dilate(mask, np.ones((3, 3), np.uint8)) for mask in bones]
    any_bone = np.maximum.reduce(wide)
    people: list[np.ndarray] = []
    for palette in (_POSE_18, _BODY_25, _COCO_18):
        places = [_places(joint, palette, dots[hue], ends, near) for joint, hue in enumerate(palette.joints)]
        found = [_bones_seen(bone, places, wide[bone[2]], any_bone, near) for bone in palette.bones]
        drawn = _assembled(palette, found, places, _MISTAKEN * height)
        for pose in drawn:
            pose[:] = settled_joints(
                pose,
                [(a, b, bones[hue]) for a, b, hue in palette.bones],
                [dots[hue] for hue in palette.joints],
                any_bone.shape[0],
            )
            _mend_ends(pose, palette, bones, any_bone)
        people = max(people, drawn, key=_most_joints)
        if _most_joints(people) >= _SURELY:
            break
    return people


def _mend_ends(pose: np.ndarray, palette: _Palette, bones: list[np.ndarray], any_bone: np.ndarray) -> None:
    """Wrists and ankles where their bones end, and not the fingers and toes drawn on; in place."""
    height = any_bone.shape[0]
    for above, joint, hue in palette.bones:
        if joint not in _LAST or pose[above, 2] <= 0:
            continue
        end = end_of_bone(bones[hue], any_bone, (pose[above, 0], pose[above, 1]), palette.disc)
        mistaken = (_FOR_TOES if palette is _BODY_25 else _MISTAKEN) * height
        if end is not None and (pose[joint, 2] <= 0 or np.hypot(*(pose[joint, :2] - end)) > mistaken):
            pose[joint] = (*end, SEEN)


def _most_joints(people: list[np.ndarray]) -> int:
    return max((int((pose[:, 2] > 0).sum()) for pose in people), default=0)


def _colours(rgb_HWC: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Number of the nearest hue of the rainbow (255: none, too little colour), value, saturation: uint8."""
    degrees, saturation, value = cv2.split(cv2.cvtColor(rgb_HWC, cv2.COLOR_RGB2HSV_FULL))
    number = np.round(np.arange(256) * (_HUES / 256))
    off = np.abs(np.arange(256) * (360 / 256) - number * (360 / _HUES))
    nearest = np.where(off <= _HUE_OFF, number % _HUES, 255).astype(np.uint8)
    colourful = (saturation >= 255 * _COLOURFUL) & (value >= _VISIBLE)
    return np.where(colourful, nearest[degrees], 255).astype(np.uint8), value, saturation


def _dots(things: _Things, largest: float) -> np.ndarray:
    """Middles [N, 2] of the round spots among things that are no larger."""
    _, _, width, height, area = things.stats[1:].T
    round_ = (np.maximum(width, height) <= 2 * np.minimum(width, height)) & (area >= 0.4 * width * height)
    fitting = round_ & (area >= 3) & (np.maximum(width, height) <= max(largest, 9))
    return things.middles[1:][fitting] + 0.5


def _ends(things: _Things) -> np.ndarray:
    """Both ends [N, 2, 2] of every long thin one of the things."""
    labels, stats, middles = things.labels, things.stats, things.middles
    found = []
    for number in np.flatnonzero(stats[1:, cv2.CC_STAT_AREA] >= 8) + 1:
        left, top, width, height, _ = stats[number]
        rows, columns = np.nonzero(labels[top : top + height, left : left + width] == number)
        points = np.column_stack([columns + left, rows + top]) - middles[number]
        spread, axes = np.linalg.eigh(np.cov(points.T) + 1e-6 * np.eye(2))
        if spread[1] < 4 * spread[0]:
            continue
        along = points @ axes[:, 1]
        low, high = along.min(), along.max()
        found.append(middles[number] + 0.5 + np.outer([low, high], axes[:, 1]))
    return np.array(found).reshape(-1, 2, 2)


def _places(
    joint: int, palette: _Palette, dots: np.ndarray, ends: list[np.ndarray], near: float
) -> list[_Place]:
    """Where a joint may be: at its dots, and where bones end that it has."""
    places = [_Place(x, y, _DOT_SUPPORT) for x, y in dots.tolist()]
    for *pair, hue in palette.bones:
        if joint not in pair:
            continue
        for x, y in ends[hue].reshape(-1, 2).tolist():
            at = next((i for i, p in enumerate(places) if np.hypot(p.x - x, p.y - y) <= near), None)
            if at is None:
                places.append(_Place(x, y, 1.0))
                continue
            old = places[at]
            # A dot is where it is; ends of bones have their middle.
            share = 0.0 if old.support >= _DOT_SUPPORT and at < len(dots) else 1 / (old.support + 1)
            moved = (old.x + (x - old.x) * share, old.y + (y - old.y) * share)
            places[at] = _Place(*moved, old.support + 1)
    return sorted(places, key=lambda place: -place.support)[:_MOST_PLACES]


def _bones_seen(
    bone: tuple[int, int, int],
    places: list[list[_Place]],
    mask: np.ndarray,
    any_bone: np.ndarray,
    near: float,
) -> list[tuple[float, int, int]]:
    """(score, place of one joint, of the other) of the bones of one kind that are drawn, best first."""
    first, second = (np.array(places[joint]).reshape(-1, 3) for joint in bone[:2])
    if not len(first) or not len(second):
        return []
    start_A12, end_1B2 = first[:, None, :2], second[None, :, :2]
    along_S = np.linspace(0.15, 0.85, _SAMPLES)
    x_ABS, y_ABS = np.moveaxis(
        start_A12[:, :, None] + (end_1B2 - start_A12)[:, :, None] * along_S[:, None], -1, 0
    )
    x_ABS = np.clip(x_ABS, 0, mask.shape[1] - 1).astype(int)
    y_ABS = np.clip(y_ABS, 0, mask.shape[0] - 1).astype(int)
    own_AB = (mask[y_ABS, x_ABS] > 0).mean(axis=-1)
    # What lies over a bone hides it, but is a bone itself.
    covered_AB = (own_AB + (any_bone[y_ABS, x_ABS] > 0).mean(axis=-1)) / 2
    apart_AB = np.hypot(*np.moveaxis(end_1B2 - start_A12, -1, 0))
    drawn_AB = (
        (apart_AB >= max(_SHORTEST * near, _LEAST_SAME_PLACE)) & (covered_AB >= _COVERED) & (own_AB >= _OWN)
    )
    score_AB = covered_AB + _SUPPORT * (first[:, None, 2] + second[None, :, 2])
    return sorted(((float(score_AB[i, j]), i, j) for i, j in np.argwhere(drawn_AB).tolist()), reverse=True)


def _assembled(
    palette: _Palette,
    bones: list[list[tuple[float, int, int]]],
    places: list[list[_Place]],
    apart: float,
) -> list[np.ndarray]:
    """People, from bones that share joints; every place and every bone of a person is used once. apart: px
    that ends of two bones at one joint may be from each other."""
    people: list[dict[int, int]] = []
    for (first, second, _), seen in zip(palette.bones, bones, strict=True):
        used: set[tuple[int, int]] = set()
        for _, i, j in seen:
            if (first, i) in used or (second, j) in used:
                continue
            used |= {(first, i), (second, j)}
            _join(people, {first: i, second: j})
    poses: list[np.ndarray] = []
    for pose in put_together([_pose_of(person, places) for person in people], apart):
        if (pose[:, 2] > 0).sum() > _LEAST_BONES and not any(same_bones(pose, other) for other in poses):
            poses.append(pose)
    return poses


def _pose_of(person: dict[int, int], places: list[list[_Place]]) -> np.ndarray:
    """float64 [18, 3] of the number of the place of each joint."""
    pose = np.zeros((len(places), 3))
    for joint, place in person.items():
        pose[joint] = places[joint][place].x, places[joint][place].y, SEEN
    return pose[:18]


def _join(people: list[dict[int, int]], bone: dict[int, int]) -> None:
    """A bone to the person who has one of its joints; two people whom it joins become one."""
    having = [p for p in people if any(p.get(joint) == place for joint, place in bone.items())]
    for person in having:
        if any(person.get(joint, place) != place for joint, place in bone.items()):
            return  # the person has this joint elsewhere
    if len(having) == 2 and having[0].keys() & having[1].keys() - set(bone):
        return
    joined = {joint: place for person in having for joint, place in person.items()} | bone
    for person in having:
        people.remove(person)
    people.append(joined)
