"""Plain data that crosses the engine's door: no torch, no Qt, immutable.

Shapes: H, W rows and columns of the model frame; K neural textures of a layer; h, w rows and columns of a
layer. A *layer* is one pair of an extraction and a distribution, named by its level and its place in it:
"64a" is the first and "64b" the second convolution of the 64-row level of the renderer (for a 256-row frame).
Coordinates: see `engine.pose`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True)
class Capability:
    """Something that may be missing on this machine: `available`, and if not, why, in one sentence."""

    available: bool
    reason: str = ""


@dataclass(frozen=True)
class Layer:
    """An extraction and a distribution: name ("64a"), number of neural textures, rows and columns (h, w).

    texture_names: what each texture is for ("pants, left, knee"), each its own; empty where nobody knows.
    """

    name: str
    channels: int
    size: tuple[int, int]
    texture_names: tuple[str, ...] = ()

    def texture_name(self, texture: int) -> str | None:
        """What the texture of this number, from 0, is for; None where nobody knows."""
        return self.texture_names[texture] if self.texture_names else None


@dataclass(frozen=True, eq=False)
class Reference:
    """Handle of an encoded reference photo; its neural textures are cached in the session under `key`.

    key: sha256 of the framed pixels and joints.
    image_HWC: uint8 RGB, framed to the model frame.
    keypoints_18x3: its own pose in the model frame (x, y px, state), or None where none was found.
    fine_HWC: uint8 RGB, the same at a multiple of the size, or None where the photo has no more to show.
    """

    key: str
    image_HWC: np.ndarray
    keypoints_18x3: np.ndarray | None = None
    fine_HWC: np.ndarray | None = None

    @property
    def finest_HWC(self) -> np.ndarray:
        """What is to be looked at."""
        return self.image_HWC if self.fine_HWC is None else self.fine_HWC


@dataclass(frozen=True)
class Mix:
    """Textures of another reference blended in (NTED Eq. 13): T = T_identity + m (T_reference - T_identity).

    coefficients: one m in [0, 1] for every texture, or {layer name: float32 [K]}; a layer left out keeps
    m = 0.
    """

    reference: str
    coefficients: float | dict[str, np.ndarray]


@dataclass(frozen=True, eq=False)
class RenderRequest:
    """All the renderer may know, frozen: a request is made on one thread and answered on another.

    identity: `Reference.key` of the person. keypoints_18x3: target pose in the model frame.
    level: rows of the decoder level to stop at (one of `Session.levels`); None renders the exact picture.
    maps: whether the answer carries the attention maps. stamp: counter of the caller, returned in the Frame.
    """

    identity: str
    keypoints_18x3: np.ndarray
    mixes: tuple[Mix, ...] = ()
    level: int | None = None
    maps: bool = False
    stamp: int = 0


@dataclass(frozen=True, eq=False)
class AttentionMaps:
    """Attention of one frame, by layer name.

    extraction: float32 [K, h, w] over the reference's positions, each channel sums to 1 (NTED Eq. 2).
    distribution: float32 [K, h, w] over the result's positions, the channels at a position sum to 1 (Eq. 5).
    """

    extraction: dict[str, np.ndarray]
    distribution: dict[str, np.ndarray]


@dataclass(frozen=True, eq=False)
class Frame:
    """A rendered picture: uint8 RGB [H, W, 3] of the whole model frame at every level.

    level: rows it was rendered at before it was scaled to the frame. exact: whether that was the full level,
    in float32. ms: milliseconds from the request's start to the picture, pose planes included. fine: of an
    exact picture, the same at a multiple of its size where it shows a photo that has more to show, or None.
    """

    image: np.ndarray
    level: int
    exact: bool
    ms: float
    stamp: int = 0
    maps: AttentionMaps | None = field(default=None)
    fine: np.ndarray | None = None

    @property
    def finest(self) -> np.ndarray:
        """What is to be looked at and saved."""
        return self.image if self.fine is None else self.fine
