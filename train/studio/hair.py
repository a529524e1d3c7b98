"""Hair grown lock by lock: curves that flow over the skull and hang down, each carrying a strip of strands.

Grown on the unmorphed base mesh, so that it has canonical places, and carried to the body from there.
"""

from __future__ import annotations

import numpy as np

from .assets import Assets
from .geometry import triangulate, unit
from .hairstyles import Haircut
from .parts import PartMesh, part_mesh
from .scalp import CENTRE, Scalp, height_over_hairline, scalp_of
from .strands import STRIPS

_STEP = 0.2  # dm
_OUTER = 0.6  # share of the locks that makes the coarse mesh
_WHORL = np.array([0.12, 8.4, -0.05])  # the crown, from which short hair goes out
_FACE_WIDTH = np.array([(6.2, 0.6), (6.6, 0.7), (7.1, 0.8), (7.6, 0.78), (8.0, 0.4), (8.1, 0.0)])  # y, half


def hair_mesh(
    assets: Assets, body: np.ndarray, cut: Haircut, streaks: float, rng: np.random.Generator
) -> PartMesh:
    """The mesh of a haircut on a body. streaks: share of locks of a lighter colour."""
    scalp = scalp_of(assets)
    pieces = [_cap(scalp, cut)]
    if cut.flow != "none":
        pieces.append(_cards(*_locks(scalp, cut, rng), cut.width, streaks, rng))
    if cut.bun:
        pieces.append(_cards(*_bun(cut, rng), 0.8 * cut.bun, streaks, rng, centre=np.array(cut.knot)))
    if cut.tail:
        pieces.append(_cards(*_tail(scalp, cut, rng), 0.26, streaks, rng))
    points, normals, uvs, shades, triangles, coarse = ([piece[i] for piece in pieces] for i in range(6))
    starts = np.cumsum([0] + [len(part) for part in points[:-1]])

    def of_all(parts: list[np.ndarray]) -> np.ndarray:
        return np.concatenate([part + start for part, start in zip(parts, starts, strict=True)])

    canonical = np.concatenate(points)
    placed = scalp.carry(canonical, body)
    shaved = pieces[0][0]  # lies on the skin exactly
    placed[: len(shaved)] = shaved + body[scalp.rows] - scalp.base[scalp.rows]
    return part_mesh(
        of_all(triangles),
        placed,
        np.concatenate(normals),
        scalp.skin(canonical),
        of_all(coarse),
        uv=np.concatenate(uvs),
        canonical=canonical,
        shade=np.concatenate(shades),
    )


def _cap(scalp: Scalp, cut: Haircut):
    """Hair on the skin itself: a shaved head's all, else what is seen between the locks."""
    used = scalp.rows
    over = height_over_hairline(scalp.base[used])
    points = (
        scalp.base[used]
        + scalp.normals[used] * (0.004 + min(cut.volume, 0.05) * np.clip(over * 4, 0, 1))[:, None]
    )
    angle = np.arctan2(np.abs(points[:, 0]), points[:, 2] - 0.45) / np.pi
    stubble = (STRIPS + 0.04 + 0.92 * angle) / (STRIPS + 1)
    down = np.clip((over + 0.05) / 0.4, 0.004, 1) * 0.4 + 0.55 * np.clip((over - 0.35) / 1.8, 0, 1)
    uvs = np.stack([stubble, 1 - down], 1)
    shade = np.full(len(used), 0.0 if cut.flow == "none" else 0.25)
    return points, scalp.normals[used], uvs, shade, scalp.triangles, scalp.triangles


def _locks(scalp: Scalp, cut: Haircut, rng: np.random.Generator):
    """Curves [S, K, 3] of all locks and how deep each lies below others [S] (0..1)."""
    roots = scalp.roots[: cut.locks] + rng.normal(0, 0.03, (cut.locks, 3))
    if cut.flow == "crop" or cut.flow == "back":
        roots = roots[(cut.sides > 0) | (roots[:, 1] > 7.75)]
    count = len(roots)
    outward = unit(roots - CENTRE)
    side = np.where(
        np.abs(roots[:, 0] - cut.part) < 0.05, rng.choice([-1, 1], count), np.sign(roots[:, 0] - cut.part)
    )
    front = np.clip((roots[:, 2] - 0.4) / 0.8, 0, 1)
    fringe = np.zeros(count, bool)
    if cut.fringe:
        fringe = (roots[:, 2] > 1.0) & (np.abs(roots[:, 0]) < 0.6)
    level = np.sqrt(rng.random(count))  # 0 lies on the skin, 1 above all others
    ahead = (front > 0.15) & np.where(
        roots[:, 0] > 0, rng.random() < cut.in_front, rng.random() < cut.in_front
    )
    top = np.clip((roots[:, 1] - 7.3) / 0.8, 0, 1)
    lift = np.full(count, 0.08)
    if cut.flow == "crop":
        lift = 0.2 + 0.3 * top * np.clip(np.linalg.norm(roots - _WHORL, axis=1) / 0.6, 0, 1)
    way = _first_ways(cut, roots, side, front, fringe)
    way -= outward * (way * outward).sum(1, keepdims=True)
    way = unit(unit(way) + outward * lift[:, None])
    longest = (
        cut.length if cut.flow in ("crop", "back") else (2.6 if cut.flow == "gathered" else 8.6 - cut.hem)
    )
    points, path = roots + outward * 0.02, []
    for step in range(int(np.ceil(longest / _STEP)) + 1):
        path.append(points)
        aim = _aims(cut, points, side, front, fringe, ahead, way)
        way = unit(way * 0.56 + aim * 0.44 + rng.normal(0, 0.05, way.shape))
        grown = (step + 1) * _STEP
        room = (0.02 + cut.volume * (0.25 + 0.75 * level)) * min(grown / 0.6, 1) + 0.015
        room *= 0.25 + 0.75 * top if cut.flow in ("crop", "back") else np.where(points[:, 1] > 7.9, 0.6, 1)
        points = _kept_out(scalp, points + way * _STEP, room, ahead, fringe, cut)
    curves = np.stack(path, 1)
    for _ in range(2):
        curves[:, 1:-1] = 0.25 * curves[:, :-2] + 0.5 * curves[:, 1:-1] + 0.25 * curves[:, 2:]
    ends = _ends(cut, curves, roots, fringe, level, rng)
    curves = _resampled(curves, ends, 5 if cut.flow == "crop" else (14 if cut.wave > 0.06 else 9))
    if cut.wave:
        curves = _waved(curves, cut, rng)
    return curves, 1 - level


def _first_ways(cut: Haircut, roots, side, front, fringe) -> np.ndarray:
    zero = np.zeros(len(roots))
    if cut.flow == "parted":
        ways = np.stack([side * front + 0.5 * roots[:, 0] * (1 - front), zero, -0.2 - 0.5 * (1 - front)], 1)
    elif cut.flow == "crop":
        ways = roots - _WHORL
        ways[:, 1] *= 0.5
        ways = unit(ways) + (0, 0, 0.3)
        if cut.part:  # the top lies to one side
            top = np.clip((roots[:, 1] - 7.7) / 0.4, 0, 1) * np.clip(roots[:, 2] + 0.4, 0, 1)
            ways[:, 0] += side * 1.2 * top
            ways[:, 2] -= 0.5 * top
    elif cut.flow == "back":
        ways = np.stack([0.25 * roots[:, 0], 0.3 * front, -np.ones(len(roots))], 1)
    else:
        ways = np.array(cut.knot) - roots
    ways[fringe] = np.stack([0.25 * roots[:, 0], zero, zero + 1], 1)[fringe]
    return ways


def _aims(cut: Haircut, points, side, front, fringe, ahead, way) -> np.ndarray:
    """Where hair tends to go from here: down, mostly."""
    if cut.flow == "gathered":
        return unit(np.array(cut.knot) - points)
    if cut.flow == "crop":
        aims = way.copy()
        aims[:, 1] -= 0.5
        return unit(aims)
    aims = np.zeros_like(points)
    aims[:, 1] = -1
    if cut.flow == "back":
        aims[:, 2] = np.where(points[:, 2] > 0.0, -1.6, -0.1)
        return unit(aims)
    high = np.clip((points[:, 1] - 6.9) / 0.8, 0, 1)
    away = np.clip(np.abs(points[:, 0]) - 0.85, 0, 1) * (1 - high)  # hair clings to neck and shoulders
    aims[:, 0] = 0.12 * side * high - np.sign(points[:, 0]) * away
    aims[:, 2] = np.where(ahead, 0.3 * (1 - high), -0.25 * front - 0.25 * (1 - high) * (points[:, 2] > -0.4))
    aims[:, 2] += np.clip(-0.45 - points[:, 2], 0, 1)
    aims[fringe] = np.stack([0.15 * points[:, 0], -np.ones(len(points)), 0.3 + 0 * front], 1)[fringe]
    return unit(aims)


def _kept_out(scalp: Scalp, points, room, ahead, fringe, cut: Haircut) -> np.ndarray:
    """Points moved out of head, face and trunk."""
    offsets = points - CENTRE
    distance = np.linalg.norm(offsets, axis=1)
    least = scalp.skull(points) + room
    inside = (distance < least) & (points[:, 1] > 6.35)
    points = np.where(
        inside[:, None], CENTRE + offsets * (least / np.maximum(distance, 1e-6))[:, None], points
    )
    # nor does it stand off
    loose = least + (1.2 * room if cut.flow == "crop" else 0.04)
    loose += 0.4 * np.clip(7.2 - points[:, 1], 0, 1)
    held = np.minimum(loose / np.maximum(np.linalg.norm(points - CENTRE, axis=1), 1e-6), 1)
    points = np.where((points[:, 1] > 6.7)[:, None], CENTRE + (points - CENTRE) * held[:, None], points)
    if cut.flow != "parted":
        return points
    width = np.interp(points[:, 1], *_FACE_WIDTH.T) + 0.5 * room
    before_face = ~fringe & (points[:, 2] > 0.6) & (np.abs(points[:, 0]) < width) & (points[:, 1] > 6.2)
    beside = np.sign(points[:, 0]) * width
    points[:, 0] = np.where(before_face, beside, points[:, 0])
    front, back = scalp.trunk(points)
    low = points[:, 1] < 6.4
    most = np.where(points[:, 1] < 5.7, 0.5, 0.14)  # above the shoulders there is no hurry
    room = room + 0.08
    forward = np.clip(front + room - points[:, 2], 0, most)
    backward = np.clip(points[:, 2] - back + room, 0, most)
    points[:, 2] += np.where(low, np.where(ahead, forward, -backward), 0)
    return points


def _ends(cut: Haircut, curves, roots, fringe, level, rng) -> np.ndarray:
    """Where along its curve (in points) each lock ends."""
    count, steps = curves.shape[:2]
    ragged = rng.normal(0, 1, count)
    if cut.flow in ("crop", "back"):
        top = np.clip((roots[:, 1] - 7.3) / 0.8, 0, 1)
        length = (cut.sides + (cut.length - cut.sides) * top) * np.clip(1 + 0.15 * ragged, 0.5, 1.3)
        # nape and temples are trimmed along the hairline
        trimmed = 0.26 + 0.5 * np.maximum(height_over_hairline(roots), 0) + 1.2 * top
        low = ((curves[:, :, 1] < 7.74) & (curves[:, :, 2] > 0.9)) | (np.arange(steps) == steps - 1)
        ends = np.minimum(np.minimum(length, trimmed) / _STEP, low.argmax(1) + 0.5 * level)
        return np.clip(ends, 0.6, steps - 1)
    if cut.flow == "gathered":
        gap = np.linalg.norm(curves - np.array(cut.knot), axis=2)
        return np.clip(gap.argmin(1), 2, steps - 1).astype(float)
    hem = np.where(
        fringe,
        cut.fringe + 0.03 * ragged,
        cut.hem + 0.12 * ragged + 0.35 * (level > 0.75) * rng.random(count),
    )
    below = curves[:, :, 1] < hem[:, None]
    first = np.where(below.any(1), below.argmax(1), steps - 1)
    before = np.maximum(first - 1, 0)
    rows = np.arange(count)
    high, low = curves[rows, before, 1], curves[rows, first, 1]
    share = np.clip((high - hem) / np.maximum(high - low, 1e-3), 0, 1)
    return np.clip(before + share, 1.5, steps - 1)


def _resampled(curves: np.ndarray, ends: np.ndarray, count: int) -> np.ndarray:
    place = ends[:, None] * np.linspace(0, 1, count)
    i = np.minimum(place.astype(int), curves.shape[1] - 2)
    share = (place - i)[..., None]
    rows = np.arange(len(curves))[:, None]
    return curves[rows, i] * (1 - share) + curves[rows, i + 1] * share


def _waved(curves: np.ndarray, cut: Haircut, rng: np.random.Generator) -> np.ndarray:
    along = unit(np.gradient(curves, axis=1))
    outward = curves - CENTRE
    outward[..., 1] *= 0.2
    sideways = unit(np.cross(along, outward))
    length = np.linalg.norm(np.diff(curves, axis=1), axis=2).cumsum(1)
    length = np.concatenate([np.zeros((len(curves), 1)), length], 1)
    phase = rng.normal(0, 0.5, (len(curves), 1)) + np.sign(curves[:, :1, 0])
    angle = 2 * np.pi * cut.waves * (length + 0.15 * rng.normal(0, 1, (len(curves), 1))) + phase
    swing = (
        cut.wave * np.clip(length / 1.2, 0, 1)
        if cut.flow == "parted"
        else cut.wave * np.clip(length / 0.3, 0, 1)
    )
    return (
        curves
        + sideways * (swing * np.sin(angle))[..., None]
        + unit(outward) * (swing * (1 + np.cos(angle)))[..., None]
    )


def _bun(cut: Haircut, rng: np.random.Generator):
    """Locks wound about the knot."""
    count = 26
    poles = unit(rng.normal(0, 1, (count, 3)) + (0, 0.3, 0.6))
    first = unit(np.cross(poles, rng.normal(0, 1, (count, 3))))
    second = np.cross(poles, first)
    turn = np.linspace(0, 3.6, 9)[None, :, None]
    circle = np.cos(turn) * first[:, None] + np.sin(turn) * second[:, None]
    tilt = rng.uniform(-0.45, 0.45, (count, 1, 1))
    level = rng.random(count)
    radius = cut.bun * (0.86 + 0.14 * level)
    return np.array(cut.knot) + unit(circle + poles[:, None] * tilt) * radius[:, None, None], (
        1 - level
    ) * 0.7


def _tail(scalp: Scalp, cut: Haircut, rng: np.random.Generator):
    """A pony tail that falls from the knot."""
    count = 46
    points = np.array(cut.knot) + rng.normal(0, 0.05, (count, 3))
    way = unit(np.array([0, 0.25, -1.0]) + rng.normal(0, 0.22, (count, 3)))
    level, path = rng.random(count), []
    for _ in range(int(cut.tail / _STEP) + 3):
        path.append(points)
        way = unit(way * 0.66 + np.array([0, -0.34, 0.0]) + rng.normal(0, 0.03, way.shape))
        points = points + way * _STEP
        least = scalp.skull(points) + 0.06
        offsets = points - CENTRE
        distance = np.linalg.norm(offsets, axis=1)
        near = (distance < least) & (points[:, 1] > 6.4)
        points = np.where(near[:, None], CENTRE + offsets * (least / distance)[:, None], points)
        points[:, 2] = np.minimum(
            points[:, 2], np.where(points[:, 1] < 6.4, scalp.trunk(points)[1] - 0.12, 9)
        )
    curves = np.stack(path, 1)
    curves = _resampled(curves, (curves.shape[1] - 1) * rng.uniform(0.8, 1, count), 10)
    return _waved(curves, cut, rng) if cut.wave else curves, (1 - level) * 0.8


def _cards(curves, depth, width, streaks, rng, centre=CENTRE):
    """Two vertices to every point of the curves: points, normals, uvs, shades, triangles, coarse triangles.

    depth [S]: how deep a lock lies below others. The outer ones come first, which hide others, and are all
    that is seen from far away.
    """
    order = np.argsort(depth, kind="stable")
    curves, depth = curves[order], depth[order]
    count, steps = curves.shape[:2]
    along = unit(np.gradient(curves, axis=1))
    outward = curves - centre
    if centre is CENTRE:
        outward[..., 1] *= np.where(outward[..., 1] < 0, 0.15, 1)
    outward = unit(outward)
    sideways = unit(np.cross(along, outward))
    twist = rng.normal(0, 0.25, (count, 1, 1))
    sideways = unit(sideways + twist * outward)
    facing = unit(np.cross(sideways, along))
    half = 0.5 * width * rng.uniform(0.7, 1.2, (count, 1, 1))
    points = np.stack([curves - sideways * half, curves + sideways * half], 2)
    rounded = np.array([-0.2, 0.2])[None, None, :, None] * sideways[:, :, None]
    normals = unit(0.2 * facing[:, :, None] + 0.8 * outward[:, :, None] + rounded)
    strip = rng.integers(0, STRIPS, count)
    left = (strip + 0.02) / (STRIPS + 1)
    u = left[:, None] + np.where(rng.random((count, 1)) < 0.5, [[0, 1]], [[1, 0]]) * 0.96 / (STRIPS + 1)
    v = 1 - np.linspace(0.005, 0.985, steps)
    uvs = np.stack(np.broadcast_arrays(u[:, None, :], v[None, :, None]), -1)
    shade = 0.34 * depth + rng.normal(0, 0.09, count) - 0.55 * (rng.random(count) < streaks)
    shade = np.clip(shade, -0.9, 0.6)
    shades = np.broadcast_to(shade[:, None, None], (count, steps, 2))
    corner = (np.arange(count)[:, None] * steps + np.arange(steps - 1)) * 2
    triangles = triangulate((corner[..., None] + np.array([0, 1, 3, 2])).reshape(-1, 4))
    return (
        points.reshape(-1, 3),
        normals.reshape(-1, 3),
        uvs.reshape(-1, 2),
        shades.reshape(-1),
        triangles.astype(np.int32),
        triangles[triangles[:, 0] < 2 * steps * round(_OUTER * count)].astype(np.int32),
    )
