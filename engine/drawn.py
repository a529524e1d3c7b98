"""What an engine drew of a reference in a pose, and how that is shown; kept while the pose stays.

A click on a garment changes neither pose nor person: the picture that is on the screen is dressed, and only
the giver is drawn.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from torch import Tensor

from engine.api import RenderRequest
from engine.compositing.compose import Composition, EncodedReference
from engine.contract import Rendering

MOST = 8  # a person and some givers, as previews and exactly; with a fine picture some 13 MB each


class DrawnReference(NamedTuple):
    """What the engine drew of a reference, and what that is shown as."""

    rendering: Rendering
    composition: Composition

    def photo_HW(self, size: tuple[int, int]) -> np.ndarray | None:
        """`Composition.photo_11HW` of a frame (H, W)."""
        photo_11HW = self.composition.photo_11HW
        return None if photo_11HW is None else _in_frame(photo_11HW[0], size)[0]

    def detail_2HW(self, size: tuple[int, int]) -> np.ndarray | None:
        """As `api.PhotoMaps.detail_2HW`, of a frame (H, W)."""
        copied = self.composition.copied
        return None if copied is None else _across(copied.positions, size)

    def mixed_2HW(self, size: tuple[int, int]) -> list[np.ndarray | None]:
        """Likewise of each reference that was mixed in; None of those nothing can be told of."""
        copied = self.composition.copied
        found = iter(() if copied is None else copied.mixed)
        there = [share is not None and copied is not None for share in self.rendering.shares]
        return [_across(next(found), size) if each else None for each in there]

    def at(self, level: int | None) -> DrawnReference:
        """As it is shown at this level: only the exact picture is fine."""
        return self if level is None else self._replace(composition=replace(self.composition, fine_1CHW=None))

    def kept(self) -> DrawnReference:
        """Less what is of no use once it is composed: an engine's features are large, and are drawn over."""
        plain = Rendering(self.rendering.image_1CHW, shares=self.rendering.shares, tell=self.rendering.tell)
        return DrawnReference(plain, self.composition)


class LastDrawn:
    """What was drawn in the last pose, by whatever else it depends on. Not thread-safe."""

    def __init__(self) -> None:
        self._pose = b""
        self._found: OrderedDict[tuple[tuple[Hashable, ...], int | None, bool], DrawnReference] = (
            OrderedDict()
        )

    def of(
        self, request: RenderRequest, about: tuple[Hashable, ...], draw: Callable[[], DrawnReference]
    ) -> DrawnReference:
        """What `draw` draws for this request, less features, or drew for one in the same pose. A preview is
        what was drawn exactly, where that is there; but maps are those of its level.

        about: all it depends on beside pose, level and maps.
        """
        pose = request.keypoints_18x3.tobytes()
        if pose != self._pose:
            self.clear()
            self._pose = pose
        wanted = about, request.level, request.maps
        plain = [(about, level, maps) for level in (None, request.level) for maps in (False, True)]
        alike = [wanted] if request.maps else plain
        key = next((each for each in alike if each in self._found), wanted)
        if key not in self._found:
            self._found[key] = draw().kept()
            while len(self._found) > MOST:
                self._found.popitem(last=False)
        self._found.move_to_end(key)
        return self._found[key].at(request.level)

    def only_of(self, known: Collection[EncodedReference]) -> None:
        """Let go of what was drawn of other encodings: of references that are gone, or were settled since."""
        stale = [
            key
            for key in self._found
            if any(isinstance(each, EncodedReference) and each not in known for each in key[0])
        ]
        for key in stale:
            del self._found[key]

    def clear(self) -> None:
        self._found.clear()


def _in_frame(planes_CHW: Tensor, size: tuple[int, int]) -> np.ndarray:
    """The frame's part of planes of the canvas."""
    return planes_CHW[:, : size[0], : size[1]].float().cpu().numpy()


def _across(positions_12HW: Tensor, size: tuple[int, int]) -> np.ndarray:
    """Positions from -1 to 1 across the canvas as from 0 to 1 across the frame, float32 [2, H, W]."""
    rows, columns = positions_12HW.shape[-2:]
    across_2HW = _in_frame((positions_12HW[0] + 1.0) / 2.0, size)
    across_2HW *= np.array((columns / size[1], rows / size[0]), np.float32)[:, None, None]
    return across_2HW
