"""People photographed with witnesses: for every picture the bones, the camera and the light it was taken
with, which files do not tell."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import numpy as np

from train.studio.camera import Camera
from train.studio.photographer import Person, Studio
from train.studio.skeleton import Posed, Skeleton

from .checks import Check, Finding, Taken

# What may differ between views, as Light.jittered does it: rad, and a ratio.
_MOST_TURN, _MOST_EXPOSURE = 0.6, 1.07


@dataclass(frozen=True, eq=False)
class Staged:
    """What a picture of `size` (H, W) was taken of, and with: setting holds light, backdrop and whatever else
    the renderer was told of."""

    posed: Posed
    skeleton: Skeleton
    camera: Camera
    setting: tuple[Any, ...]
    size: tuple[int, int]

    def bone(self, name: str) -> np.ndarray:
        """Head of a bone in space [3], dm."""
        return self.posed.heads[self.skeleton.index[name]]

    def left_of(self, name: str) -> np.ndarray:
        """Unit vector [3] to the person's left in a bone's frame (a rest frame is the world's)."""
        return self.posed.rotations[self.skeleton.index[name]][:, 0]

    def pixels(self, points) -> np.ndarray:
        """Points [N, 3] in the picture [N, 2], x right, y down."""
        at = self.camera.project(np.asarray(points))
        return np.column_stack([at[:, 0] * self.size[1], (1 - at[:, 1]) * self.size[0]])


def photographed(studio: Studio, index: int, views: int) -> Taken:
    """A person's views, each with what it was taken of."""
    taken, staged = [], []
    with Person(studio, index) as person, _witness(studio.renderer) as exposures:
        for number in range(views):
            taken.append(person.view(number))
            staged.append(_staged(exposures[-1], studio.renderer.size))
    return Taken(index, taken, staged)


def same(first: Taken, second: Taken) -> bool:
    """Whether two sittings gave the same bytes: pictures and all labels."""
    return len(first.views) == len(second.views) and all(
        (getattr(a, field.name) is not None or field.default is None)  # only a plate may be missing
        and np.array_equal(getattr(a, field.name), getattr(b, field.name))
        for a, b in zip(first.views, second.views, strict=True)
        for field in fields(a)
    )


@contextmanager
def _witness(renderer) -> Iterator[list[tuple]]:
    """The arguments of every exposure the renderer makes meanwhile."""
    exposures, expose = [], renderer.expose

    def watched(*args, **named):
        exposures.append((*args, *named.values()))
        return expose(*args, **named)

    renderer.expose = watched
    try:
        yield exposures
    finally:
        del renderer.expose


def _staged(arguments: tuple, size: tuple[int, int]) -> Staged:
    def one(kind: type) -> Any:
        return next(argument for argument in arguments if isinstance(argument, kind))

    known = Posed, Skeleton, Camera
    setting = tuple(a for a in arguments if is_dataclass(a) and not isinstance(a, known))
    return Staged(*(one(kind) for kind in known), setting, size)


def differing(first: Any, second: Any, name: str = "") -> list[str]:
    """Names of what differs between two settings by more than the light's jitter."""
    if first is second:
        return []
    if is_dataclass(first) and type(first) is type(second):
        names = (field.name for field in fields(first))
        return [d for inner in names for d in differing(getattr(first, inner), getattr(second, inner), inner)]
    if isinstance(first, tuple) and isinstance(second, tuple) and len(first) == len(second):
        return [d for a, b in zip(first, second, strict=True) for d in differing(a, b, name)]
    if name == "key_direction":
        cosine = first @ second / (np.linalg.norm(first) * np.linalg.norm(second))
        alike = np.arccos(np.clip(cosine, -1, 1)) <= _MOST_TURN
    elif name == "exposure":
        alike = max(first, second) <= _MOST_EXPOSURE * min(first, second)
    else:
        alike = np.array_equal(first, second)
    return [] if alike else [name]


def _find_changes(taken: Taken) -> Iterator[Finding]:
    for number, staged in enumerate(taken.staged[1:], 1):
        names = differing(taken.staged[0].setting, staged.setting)
        yield Finding(number, 1, int(bool(names)), float(len(names)), says=", ".join(names))


CHECKS = (Check("one light and backdrop a person", "views", 0.0, _find_changes, "the studio, not files"),)
