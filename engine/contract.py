"""What every engine offers: a person in a photo is encoded once, then rendered in pose after pose.

An *engine* is a paper's network with its adapter, in a folder of `engine.models`. Everything that shows or
rates a picture goes through `PoseTransferModel`; compositing (`engine.compositing`) lays the photo over what
an engine draws and knows no engine either.

Shapes: 1 a batch of one picture; H, W the canvas (`PoseTransferModel.canvas`); h, w its surface map. A
*surface map* is float32 [1, 11, h, w]: logits of the parsing classes (`engine.regions`), then the surface
coordinates of what is seen, in units of 9 dm. Poses are float32 [18, 3]: x, y px of the frame, state > 0 for
joints that are there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np
import torch
from torch import Tensor

from engine.api import Capabilities, MapInfo, Maps, Slots
from engine.hands import Hand
from engine.pose.skeleton import SEEN

BySlot = Mapping[str, np.ndarray]  # float32 [K] by group of slots
Coefficients = float | Mapping[str, np.ndarray]  # as `api.Mix.coefficients`


@dataclass(frozen=True, eq=False)
class ReferenceInput:
    """A framed photo with what is known of it before any engine looks.

    picture_1CHW: float32 in [-1, 1] on the canvas. keypoints_18x3: its own pose, or None where it is not
    known. surface_1Khw: its surface map as the parsing network sees it, in float32; None where no engine
    needed it. arms_1Ahw: which pixels are of its arms and what is beneath, as of `parsing.Seen`, likewise.
    hands: those that a landmarker sees, px of the canvas. person_11HW: how surely a pixel is this person's
    and nobody else's, 0 to 1, as a detector sees it; None where none looked. held_12HW: what is told that the
    right and the left hand hold, 0 to 1; None where they hold nothing. toes_2x3: where the right and the left
    foot end, px of the canvas and state as of a pose; None where no landmarker looked.
    """

    picture_1CHW: Tensor
    keypoints_18x3: np.ndarray | None = None
    surface_1Khw: Tensor | None = None
    arms_1Ahw: Tensor | None = None
    person_11HW: Tensor | None = None
    held_12HW: Tensor | None = None
    hands: tuple[Hand, ...] = ()
    toes_2x3: np.ndarray | None = None

    @property
    def joints_1J3(self) -> Tensor | None:
        """Its own pose [1, 18, 3] as the parsing network is told it, on its picture's device: what is seen
        of it. A guessed arm is behind somebody, and would be looked for before them. None where no pose is
        known."""
        if self.keypoints_18x3 is None or not (self.keypoints_18x3[:, 2] == SEEN).any():
            return None
        device = self.picture_1CHW.device
        joints_1J3 = torch.tensor(self.keypoints_18x3[None], dtype=torch.float32, device=device)
        return torch.where(joints_1J3[..., 2:] == SEEN, joints_1J3, 0.0)

    def bytes(self) -> int:
        """Of its tensors."""
        kept = (self.picture_1CHW, self.surface_1Khw, self.arms_1Ahw, self.person_11HW, self.held_12HW)
        return sum(each.numel() * each.element_size() for each in kept if each is not None)


class Appearance(Protocol):
    """What an engine keeps of a reference, free of any target pose; opaque to everybody else."""

    def bytes(self) -> int:
        """Of its tensors."""


def _unknown(slots: BySlot) -> None:
    return None


@dataclass(frozen=True, eq=False)
class Rendering:
    """What an engine drew.

    image_1CHW: about [-1, 1], not clamped; of the canvas' aspect, at an early stop with that level's rows.
    draft_1Chw, surface_1Khw: the picture as it stands where the engine tells its surface, and the surface map
    there; both None where the engine tells none, then the parsing network looks at the image. shares: for
    each appearance mixed in, how much of a position is its, [1, 1, h, w] or one number; None where nothing
    of it can be told. features: for `PoseTransferModel.gate`. tell: makes the maps of the result, where they
    were asked for; also after later calls of `render`. by_hand_11hw: how much of a position is slots that
    were changed by hand, where nothing of the photo is laid over what is drawn; None where none were.
    made_of: how much of a position is these slots, 1 for those that are meant, [1, 1, h, w], before later
    calls of `render`; None of those that an early stop left out, or where the engine cannot tell.
    """

    image_1CHW: Tensor
    draft_1Chw: Tensor | None = None
    surface_1Khw: Tensor | None = None
    shares: tuple[Tensor | float | None, ...] = ()
    features: Any = None
    tell: Callable[[], Maps] = Maps
    by_hand_11hw: Tensor | None = None
    made_of: Callable[[BySlot], Tensor | None] = _unknown

    @property
    def maps(self) -> Maps:
        """Those of the result; made now, so that nobody waits for them who wants the image."""
        return self.tell()


class Loose(Protocol):
    """An appearance whose values can be moved, for `engine.editing.settle`.

    values: float32 leaves that gradients are taken for. scales: of each, broadcast to it, how far a value may
    go at a time: its own measure of a step, less where the own pose shows nothing of it, which then stays as
    it was. They are the caller's; the appearance that they began as is not touched.
    """

    values: Sequence[Tensor]
    scales: Sequence[Tensor]

    def draw(self) -> Tensor:
        """The reference in its own pose, [1, 3, H, W], with gradients to the values."""

    def appearance(self) -> Appearance:
        """Of the values as they are now, which later changes leave alone."""


class Mixed(NamedTuple):
    """A mixture as drawn: image [1, 3, H, W] with gradients to the coefficients; distribution: by group of
    slots, C̄d [1, K, h, w] without gradients."""

    image_1CHW: Tensor
    distribution: dict[str, Tensor]


class LooseMix(Protocol):
    """How much of each slot is another appearance's (NTED Eq. 13), to be moved by
    `engine.editing.coefficients`.

    m: float32 leaves [K] by group of slots, 0 to begin with.
    """

    m: Mapping[str, Tensor]

    def draw(self) -> Mixed:
        """The mixture in its pose, by the coefficients as they are."""


class PoseTransferModel(Protocol):
    """An open engine at one frame size on one device. Not thread-safe; a session lets one call in at a time.

    name: as in the registry. size: (H, W) of the model frame; made_for: what the weights were trained at.
    canvas: (H, W) that the network works on, the frame filled up to its stride at the right and below.
    levels: rows at which a preview may stop, ascending, the last is the whole picture; every one of them has
    a surface map if any has. slots: what `mix` takes coefficients for. maps: what `reference_maps` and a
    rendering can show. composited: whether the photo is laid over what the engine draws; weights decide it,
    and those of papers show what they draw. needs_surface: whether references come with their surface map, as
    composited engines need it. copies_detail: whether it has learnt a `gate`.
    """

    name: str
    size: tuple[int, int]
    made_for: tuple[int, int]
    canvas: tuple[int, int]
    levels: tuple[int, ...]
    slots: tuple[Slots, ...]
    maps: tuple[MapInfo, ...]
    capabilities: Capabilities
    composited: bool
    needs_surface: bool
    copies_detail: bool

    def encode(self, reference: ReferenceInput) -> Appearance:
        """All of a reference that no target pose changes, in float32."""

    def reference_maps(self, reference: ReferenceInput) -> Maps:
        """The maps that lie on a reference, whatever the pose."""

    def mix(self, own: Appearance, others: Sequence[tuple[Appearance, Coefficients]]) -> Appearance:
        """Slots of others blended in, one after another (NTED Eq. 13)."""

    def change(self, own: Appearance, scales: BySlot, touched: BySlot) -> Appearance:
        """Slots multiplied by their scale; touched: how much of each was changed by hand, by this or by what
        was mixed in. Both float32 [K] by group, a group left out is as it was. Of engines with the capability
        `change`."""

    def paint(self, own: Appearance, region_1HW: Tensor) -> Appearance:
        """To be drawn, in the pose that it is rendered in next, with these regions in the parsing map: int64
        [1, H, W] of the canvas, of `engine.regions`, -1 where it is as the engine has it. Of engines with the
        capability `paint_regions`."""

    def render(
        self,
        appearance: Appearance,
        keypoints_18x3: np.ndarray,
        level: int | None = None,
        *,
        preview: bool = False,
        maps: bool = False,
    ) -> Rendering:
        """The person in a pose. level: one of `levels`, None for the whole picture. preview: in the plan's
        quick precision, else in float32. A later call may overwrite the tensors of an earlier one."""

    def loosen(self, appearance: Appearance, keypoints_18x3: np.ndarray) -> Loose:
        """An appearance to be settled in this pose, its own; of engines with the capability `settle`."""

    def loosen_mix(self, own: Appearance, other: Appearance, keypoints_18x3: np.ndarray) -> LooseMix:
        """Coefficients by which `other` is mixed into `own`, to be refined in this pose; of engines with the
        capability `refine`."""

    def gate(self, rendering: Rendering, seen_1KHW: Tensor, window: tuple[slice, slice]) -> Tensor:
        """How much of the photo a whole rendering takes over, and how much of its detail: logits
        [1, 2, H, W], by what is seen of the photo at each pixel (`compositing.detail.see`). window: the rows
        and columns of the picture that H, W are here.
        """
