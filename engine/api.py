"""Plain data that crosses the engine's door: no torch, no Qt, immutable.

Shapes: H, W rows and columns of the model frame; K channels of a map; h, w its rows and columns. Coordinates:
see `engine.pose`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

RGB = tuple[int, int, int]


@dataclass(frozen=True)
class Capability:
    """Something that may be missing on this machine: `available`, and if not, why, in one sentence."""

    available: bool
    reason: str = ""


# Kinds of maps: what a picture of one means, and on which picture it lies.
EXTRACTION = "extraction"  # C̄e over the reference: shares of positions, those of a channel sum to 1
DISTRIBUTION = "distribution"  # C̄d over the result: shares of channels, those at a position sum to 1
CORRESPONDENCE = "correspondence"  # over the result: for each of its positions the shares of the reference's
FLOW = "flow"  # over the result: x, y of where in the reference it reads, in px of the model frame
MASK = "mask"  # over the result: 0 to 1
PARSING = "parsing"  # over the result: shares of the regions at a position, they sum to 1
MAP_KINDS = (EXTRACTION, DISTRIBUTION, CORRESPONDENCE, FLOW, MASK, PARSING)


@dataclass(frozen=True)
class MapInfo:
    """A map that an engine can show: its kind, its name within the kind ("64a"), number of channels, rows and
    columns (h, w).

    channel_names: what each channel is ("pants, left, knee"), each its own; empty where nobody knows.
    """

    kind: str
    name: str
    channels: int
    size: tuple[int, int]
    channel_names: tuple[str, ...] = ()

    def channel_name(self, channel: int) -> str | None:
        """What the channel of this number, from 0, is; None where nobody knows."""
        return self.channel_names[channel] if self.channel_names else None


@dataclass(frozen=True, eq=False)
class NamedMap:
    """A map of one frame: float32 [K, h, w], as `MAP_KINDS` says; of a correspondence K is the number of the
    reference's positions, row by row, as `source_size` (rows, columns) divides it.
    """

    kind: str
    name: str
    values_Khw: np.ndarray
    source_size: tuple[int, int] | None = None


class Maps(tuple[NamedMap, ...]):
    """The maps of one frame, in the order of the engine's `MapInfo`."""

    def of(self, kind: str) -> dict[str, np.ndarray]:
        """The values of a kind, by name."""
        return {each.name: each.values_Khw for each in self if each.kind == kind}

    def bytes(self) -> int:
        """Of their values."""
        return sum(each.values_Khw.nbytes for each in self)


@dataclass(frozen=True, eq=False)
class PhotoMaps:
    """What one photo gives to a picture, as maps.

    reference: its `Reference.key`. maps: those that lie on it, and those over the result of what was drawn of
    it. taken: float32 [K] by layer, how much of each texture is this photo's; None: all of it. share_hw:
    float32 [h, w] over the result, how much of each position is drawn of this photo; None: all of it.
    detail_2HW: float32 over the result, x, y from 0 to 1 across the photo of where its surface atlas shows
    each pixel, which is where detail is copied from; None where none is.
    """

    reference: str
    maps: Maps
    taken: Mapping[str, np.ndarray] | None = None
    share_hw: np.ndarray | None = None
    detail_2HW: np.ndarray | None = None


@dataclass(frozen=True)
class Slots:
    """What can be mixed of an appearance, each by its own coefficient: a group of so many, named as in
    `Mix.coefficients`; names: what each is, empty where nobody knows.
    """

    name: str
    count: int
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Capabilities:
    """What an engine offers beyond a person in a pose.

    mix_by_texture, mix_by_region: what its slots are. paint_regions: draws a parsing map that is given.
    attention: has maps of extraction and distribution. flow: has maps of flow. settle: its appearance can be
    improved by looking at its own picture of the reference. refine: the coefficients of a mix can be fitted
    to what a garment swap should show. change: single slots can be changed by hand.
    """

    mix_by_texture: bool = False
    mix_by_region: bool = False
    paint_regions: bool = False
    attention: bool = False
    flow: bool = False
    settle: bool = False
    refine: bool = False
    change: bool = False


@dataclass(frozen=True, eq=False)
class Reference:
    """Handle of a reference photo. The session can encode it again as long as somebody holds this.

    key: sha256 of the framed pixels and joints.
    image_HWC: uint8 RGB, framed to the model frame.
    keypoints_18x3: its own pose in the model frame (x, y px, state), or None where none was found.
    fine_HWC: uint8 RGB, the same at a multiple of the size, or None where the photo has no more to show.
    photo_size: (H, W) of the photo; matrix_2x3: float64, photo px -> model frame px; None where nobody knows.
    alone: whether it is a garment with nobody in it, whose pose is that of a body that would fill it.
    """

    key: str
    image_HWC: np.ndarray
    keypoints_18x3: np.ndarray | None = None
    fine_HWC: np.ndarray | None = None
    photo_size: tuple[int, int] | None = None
    matrix_2x3: np.ndarray | None = None
    alone: bool = False

    @property
    def finest_HWC(self) -> np.ndarray:
        """What is to be looked at."""
        return self.image_HWC if self.fine_HWC is None else self.fine_HWC

    @property
    def photo_pixel(self) -> float:
        """How many frame px a pixel of the photo is; of the finest picture where nobody knows."""
        if self.matrix_2x3 is not None:
            return float(np.sqrt(abs(np.linalg.det(self.matrix_2x3[:, :2]))))
        return len(self.image_HWC) / len(self.finest_HWC)


@dataclass(frozen=True)
class Settled:
    """How far a reference is settled (`engine.editing.settle`) or garments are refined (`engine.editing.
    refinement`): steps made of all; changed: whether what is drawn of it is another since the last step.
    garment: the word of the garment that is refined, "" for none. under_way: how much of the next step is
    made, 0 to 1."""

    steps: int
    of: int
    changed: bool
    garment: str = ""
    under_way: float = 0.0

    @property
    def share(self) -> float:
        """Of all steps, 0 to 1."""
        return (self.steps + self.under_way) / self.of if self.of else 1.0

    @property
    def done(self) -> bool:
        return self.steps >= self.of


@dataclass(frozen=True)
class Mix:
    """Slots of another reference blended in (NTED Eq. 13): s = s_identity + m (s_reference - s_identity).

    coefficients: one m in [0, 1] for every slot, or {name of a group of slots: float32 [count]}; a group left
    out keeps m = 0.
    """

    reference: str
    coefficients: float | dict[str, np.ndarray]


@dataclass(frozen=True)
class GarmentSwap:
    """A garment of another reference on the person.

    reference: `Reference.key` of the giver. garment: a word of `engine.garments.GARMENTS`, or "background",
    what is behind the giver's person. strength: 0 to 1, from the wearer's own colours to the giver's.
    refined: whether what `Session.refine` found for it is used.
    """

    reference: str
    garment: str
    strength: float = 1.0
    refined: bool = True


@dataclass(frozen=True)
class SlotChange:
    """A slot changed by hand, of the person and of every garment that is worn.

    group, slot: which one, as `Slots` names the group, and its number from 0. scale: what it is multiplied
    by, 0 mutes it. reference: `Reference.key` of the photo the person's is taken from, "" for the own. solo:
    of its group, only those that are solo are heard. colour: what it makes is shown in this one, 0 to 255.
    """

    group: str
    slot: int
    scale: float = 1.0
    reference: str = ""
    solo: bool = False
    colour: RGB | None = None


@dataclass(frozen=True)
class Stroke:
    """A stroke of a brush over the result: what lies beneath it is to be this garment.

    word: of `engine.garments.GARMENTS`, or "background". points: x, y of its line; radius: of the brush;
    pose: the 18 joints (x, y, state) that it was painted on. Lengths are shares of the frame's rows, so that
    they mean the same in a frame of another size.
    """

    word: str
    points: tuple[tuple[float, float], ...]
    radius: float
    pose: tuple[tuple[float, float, float], ...]


@dataclass(frozen=True, eq=False)
class RenderRequest:
    """All the renderer may know, frozen: a request is made on one thread and answered on another.

    identity: `Reference.key` of the person. keypoints_18x3: target pose in the model frame.
    level: rows of the decoder level to stop at (one of `Session.levels`); None renders the exact picture.
    maps: whether the answer carries the engine's maps. stamp: counter of the caller, returned in the Frame.
    swaps: garments of other references, each laid over those before it. pieces: whether the answer tells
    which piece of the dressed person is where. changes: slots changed by hand; those that the engine has not
    are left out. strokes: what was painted over the result, each over those before it: it says which piece is
    where, and an engine that paints regions draws it so.
    """

    identity: str
    keypoints_18x3: np.ndarray
    mixes: tuple[Mix, ...] = ()
    level: int | None = None
    maps: bool = False
    stamp: int = 0
    swaps: tuple[GarmentSwap, ...] = ()
    pieces: bool = False
    changes: tuple[SlotChange, ...] = ()
    strokes: tuple[Stroke, ...] = ()


@dataclass(frozen=True, eq=False)
class Frame:
    """A rendered picture: uint8 RGB [H, W, 3] of the whole model frame at every level.

    level: rows it was rendered at before it was scaled to the frame. exact: whether that was the full level,
    in float32. ms: milliseconds from the request's start to the picture, pose planes included. fine: of an
    exact picture, the same at a multiple of its size where it shows a photo that has more to show, or None.
    pieces: uint8 [h, w] over the picture, which of `engine.garments.PIECES` is seen; where it was asked for.
    sources: with maps, the same and more by photo, the person's first: what each of them gives.
    photo: float32 [H, W], with maps: how much of every pixel is taken from a photo, the wearer's or that of a
    garment, rather than drawn, 0 to 1; None where nothing is taken.
    made: likewise, how much of it came to light where a garment went, and was made; None where none is worn.
    own_pose_error: how far the engine's picture of the person's photo in its own pose is from that photo, as
    it is settled now: a mean over the person of differences on a scale from -1 to 1; None where it does not
    draw one. The larger, the worse it draws this person in other poses.
    """

    image: np.ndarray
    level: int
    exact: bool
    ms: float
    stamp: int = 0
    maps: Maps | None = None
    fine: np.ndarray | None = None
    pieces: np.ndarray | None = None
    sources: tuple[PhotoMaps, ...] = ()
    photo: np.ndarray | None = None
    made: np.ndarray | None = None
    own_pose_error: float | None = None

    @property
    def finest(self) -> np.ndarray:
        """What is to be looked at and saved."""
        return self.image if self.fine is None else self.fine
