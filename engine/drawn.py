"""What an engine drew of references in a pose, and how that is shown; kept while the pose stays.

A click on a garment changes neither pose nor person: the picture that is on the screen is dressed, and only
the giver is drawn.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Hashable
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from engine.api import EXTRACTION, MapInfo, Maps, RenderRequest
from engine.cache import Cache, room_at
from engine.compositing.compose import Composition, EncodedReference
from engine.compositing.laid_on import Bared, bared
from engine.compositing.lent_skin import LentSkin
from engine.compositing.worn import Drawn
from engine.contract import Rendering

DRAWN_BYTES = 96 << 20  # a person and some givers: 12 MB each at 256 rows with a fine picture, 18 with maps
_TOLD_PLANES = 8  # float32 of the picture, that `Composition.tell_photo` holds beside references at most
# float32 of the surface map, that `Composition.tell_shown` holds of each photo at most, ribbons of four limbs
# and all, and that it tells.
_WARP_PLANES, _SHOWN_PLANES = 27, 12
# Bodies under clothes: of a preview and the exact picture, with and without a giver's skin; 30 MB at 1024
# rows.
_BODIES = 4


class Depth(NamedTuple):
    """How far a reference is drawn. level: as in `RenderRequest`; finely: whether with the fine picture;
    maps: whether what tells maps is there too."""

    level: int | None
    finely: bool
    maps: bool


class DrawnReference(NamedTuple):
    """What a reference is shown as, less what only composing it needed.

    tell_maps: makes the engine's maps of it. positions: float32 [1, 2, H, W], x, y from -1 to 1, where in
    each photo that it was drawn of its detail was copied from, its own first; None of those nothing can be
    told of. Both, and `Composition.tell_photo`, where maps were asked for. photos: how many it was drawn of.
    painted: the map of what was painted, with what that takes along (`swap.as_painted`); None: nothing was.
    """

    composition: Composition
    tell_maps: Callable[[], Maps] = Maps
    positions: tuple[Tensor | None, ...] = ()
    photos: int = 1
    painted: Tensor | None = None

    def photo_HW(self, size: tuple[int, int]) -> np.ndarray | None:
        """`Composition.photo_11HW` of a frame (H, W)."""
        return in_frame(self.composition.photo_11HW, size)

    def details_2HW(self, size: tuple[int, int]) -> list[np.ndarray | None]:
        """As `api.PhotoMaps.detail_2HW`, of a frame (H, W): of each of `positions`."""
        return [None if each is None else _across(each, size) for each in self.positions]

    def bytes(self) -> int:
        """Of its tensors, and at most of those that `Composition.tell_photo` and `tell_shown` hold beside
        references, what is shown told; without the engine's maps."""
        shown = self.composition
        told = 0 if shown.tell_photo is None else _TOLD_PLANES * 4 * shown.image_1CHW[0, 0].numel()
        if shown.tell_shown is not None and shown.surface_1Khw is not None:
            planes = self.photos * _WARP_PLANES + _SHOWN_PLANES
            told += planes * 4 * shown.surface_1Khw[0, 0].numel()
        kept = (shown.image_1CHW, shown.fine_1CHW, shown.surface_1Khw, self.painted, *self.positions)
        return told + sum(each.numel() * each.element_size() for each in kept if each is not None)

    def plain(self) -> DrawnReference:
        """Without the fine picture."""
        return self._replace(composition=replace(self.composition, fine_1CHW=None))


def drawn_reference(rendering: Rendering, composition: Composition, maps: bool) -> DrawnReference:
    """Of what was composed: an engine's features are large, and are drawn over."""
    photos = 1 + sum(share is not None for share in rendering.shares)
    if not maps:
        return DrawnReference(replace(composition, copied=None, tell_photo=None), photos=photos)
    shown, copied = replace(composition, copied=None), composition.copied
    if copied is None:
        return DrawnReference(shown, rendering.tell, (None,) * (1 + len(rendering.shares)), photos)
    mixed = iter(copied.mixed)
    others = (None if share is None else next(mixed) for share in rendering.shares)
    return DrawnReference(shown, rendering.tell, (copied.positions, *others), photos)


class LastDrawn:
    """What was drawn in the last pose, by whatever else it depends on, bounded in bytes. Not thread-safe."""

    def __init__(self, maps: Collection[MapInfo]) -> None:
        """maps: of the engine."""
        over_result = (each for each in maps if each.kind != EXTRACTION)
        self._maps_bytes = sum(4 * each.channels * each.size[0] * each.size[1] for each in over_result)
        self._pose = b""
        self._kept: Cache[tuple[tuple[Hashable, ...], Depth], DrawnReference] = Cache()

    def keep_only(self, pose_18x3: np.ndarray, known: Collection[EncodedReference]) -> None:
        """Let go of what was drawn in other poses, and of other encodings: of references that are gone, or
        were settled since."""
        pose = pose_18x3.tobytes()
        if pose != self._pose:
            self._kept.clear()
            self._pose = pose
        for about, depth in list(self._kept):
            if any(isinstance(each, EncodedReference) and each not in known for each in about):
                self._kept.drop((about, depth))

    def depth(self, request: RenderRequest, about: tuple[Hashable, ...]) -> Depth:
        """How far all that a request shows is drawn, for a picture is of one level: of its person the exact
        drawing serves a preview, where that is there; then whoever lends a garment is drawn exactly too. But
        maps are those of the level.

        about: as of `found`, of the person.
        """
        wanted = Depth(request.level, request.level is None, request.maps)
        exactly = wanted._replace(level=None)
        return exactly if not request.maps and self.found(about, exactly) is not None else wanted

    def found(self, about: tuple[Hashable, ...], depth: Depth) -> DrawnReference | None:
        """What was drawn to this level, the least that has all that this depth has; None where nothing was.

        about: all it depends on beside pose and depth.
        """
        for finely in (False, True)[depth.finely :]:
            for maps in (False, True)[depth.maps :]:
                if (key := (about, Depth(depth.level, finely, maps))) in self._kept:
                    return self._kept[key] if depth.finely else self._kept[key].plain()
        return None

    def keep(self, about: tuple[Hashable, ...], depth: Depth, drawn: DrawnReference) -> DrawnReference:
        """That it was drawn so far."""
        size = drawn.bytes() + (self._maps_bytes if depth.maps else 0)
        rows, columns = drawn.composition.image_1CHW.shape[-2:]
        return self._kept.put((about, depth), drawn, size, room_at((rows, columns), DRAWN_BYTES))

    def clear(self) -> None:
        self._kept.clear()


class LastBared:
    """`laid_on.bared` of wearers as they were drawn in the last pose: another garment or strength changes
    nothing of the body that it is laid on. Those used last are kept. Not thread-safe."""

    def __init__(self) -> None:
        self._pose = b""
        self._kept: deque[tuple[tuple[Any, ...], Bared | None]] = deque(maxlen=_BODIES)

    def of(self, wearer: Drawn, lent: LentSkin | None = None) -> Bared | None:
        """As `laid_on.bared`."""
        of_what = wearer.picture, wearer.surface, wearer.wardrobe, wearer.painted, wearer.joints, lent
        for number, (kept, found) in enumerate(self._kept):
            if all(map(_same, kept, of_what)):
                del self._kept[number]
                self._kept.append((kept, found))
                return found
        found = bared(wearer, lent)
        self._kept.append((of_what, found))
        return found

    def keep_only(self, pose_18x3: np.ndarray) -> None:
        """Let go of bodies in other poses."""
        pose = pose_18x3.tobytes()
        if pose != self._pose:
            self._kept.clear()
            self._pose = pose

    def clear(self) -> None:
        self._kept.clear()


def _same(one: object, other: object) -> bool:
    """A pose and what was painted are made anew for every picture."""
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        return np.array_equal(one, other)
    if isinstance(one, Tensor) and isinstance(other, Tensor) and not one.is_floating_point():
        return torch.equal(one, other)
    return one is other


def in_frame(plane_11HW: Tensor | None, size: tuple[int, int]) -> np.ndarray | None:
    """The frame's part of a plane of the canvas, float32 [H, W]."""
    return None if plane_11HW is None else _in_frame(plane_11HW[0], size)[0]


def _in_frame(planes_CHW: Tensor, size: tuple[int, int]) -> np.ndarray:
    """The frame's part of planes of the canvas."""
    return planes_CHW[:, : size[0], : size[1]].float().cpu().numpy()


def _across(positions_12HW: Tensor, size: tuple[int, int]) -> np.ndarray:
    """Positions from -1 to 1 across the canvas as from 0 to 1 across the frame, float32 [2, H, W]."""
    rows, columns = positions_12HW.shape[-2:]
    across_2HW = _in_frame((positions_12HW[0] + 1.0) / 2.0, size)
    across_2HW *= np.array((columns / size[1], rows / size[0]), np.float32)[:, None, None]
    return across_2HW
