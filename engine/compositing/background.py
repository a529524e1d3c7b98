"""What is behind the person: the photo's own background plate, in place of what an engine draws there.

Engines draw a background as soft as everything they have seen no detail of. Which pixels of a picture show
nobody is told by its surface map, and what is there is known: the photo, filled up where the person stood.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from engine.compositing.arms_seen import arms_seen
from engine.compositing.atlas import CLASSES
from engine.compositing.detail import DetailSource, blended
from engine.compositing.fields import around, ramp, size_of
from engine.compositing.own_pose import BEHIND, MARGIN, OwnPose
from engine.compositing.under_arms import without_crumbs
from engine.cv import cv2
from engine.inpainting.plate import filled, source_field
from engine.ops.resample import enlarged, shrunk
from engine.pictures import to_rgb

# So likely it is the person: from the first on a pixel has something of hers, at the second it is hers alone.
_HERS = 0.2, 0.6
_WALL = 0.5  # how sure the parsing network has to be that nobody is there
_DOUBT = 0.005  # a detector's answers are never surer than this


class Plate(NamedTuple):
    """The photo of a reference without its person: uint8 RGB at the canvas' size, and at that of the fine
    picture where there is one; and by which pieces clothes go on (`patterns.patterned`), where that is told.
    """

    frame_HWC: np.ndarray
    fine_HWC: np.ndarray | None = None
    pattern_HW2: np.ndarray | None = None

    def bytes(self) -> int:
        return sum(0 if each is None else each.nbytes for each in self)


def make_plate(photo_17HW: Tensor, arms_1Ahw: Tensor, fine_HWC: np.ndarray | None = None) -> Plate:
    """Of a photo as of `detail.DetailSource`; arms: what is seen of its arms (`parsing.Seen`); fine: the
    photo in a larger size.

    Where the detector sees nobody and the parsing network somebody, as in a bag that hangs from a hand, is no
    wall that goes on."""
    nobody_11HW = photo_17HW[:, -1:].float() >= BEHIND
    known_11HW = around((~nobody_11HW).float(), MARGIN) == 0
    beneath_18HW = arms_seen(arms_1Ahw, size_of(photo_17HW)).beneath
    things_11HW = (known_11HW & (beneath_18HW[:, :1] < _WALL)).float()
    things_11HW = without_crumbs(things_11HW, len(nobody_11HW[0, 0]))
    things_11HW = nobody_11HW & (around(things_11HW, 2 * MARGIN) > 0)
    known_HW, things_HW = (each[0, 0].cpu().numpy() for each in (known_11HW, things_11HW))
    frame_HWC = to_rgb(photo_17HW[:, :3].float())
    field_HW2 = source_field(frame_HWC, known_HW & ~things_HW, scene=True)
    fine_HWC = None if fine_HWC is None else _filled(fine_HWC, field_HW2, things_HW)
    return Plate(_filled(frame_HWC, field_HW2, things_HW), fine_HWC)


def _filled(rgb_hwC: np.ndarray, field_HW2: np.ndarray, things_HW: np.ndarray) -> np.ndarray:
    """A photo filled by a field, with its things as they are."""
    size = rgb_hwC.shape[1::-1]
    things_hw = cv2.resize(things_HW.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
    return np.where(things_hw[..., None], rgb_hwC, filled(rgb_hwC, field_HW2))


@torch.no_grad()
def person_matte(surface_B11hw: Tensor, size: tuple[int, int]) -> Tensor:
    """How much of every pixel is the person's, float32 [B, 1, H, W], by a surface map."""
    nobody_B1hw = surface_B11hw[:, :CLASSES].float().softmax(1)[:, :1]
    nobody_B1HW = enlarged(nobody_B1hw, size)
    return ramp(1.0 - nobody_B1HW, *_HERS)


@torch.no_grad()
def before_plates(
    image_BCHW: Tensor,
    person_B1HW: Tensor,
    references: Sequence[tuple[DetailSource, OwnPose | None, Tensor | float]],
) -> Tensor:
    """The person of a picture before the plates of its references, in the picture's size.

    References as of `layers.photo_layer`; one whose own pose is not known has no plate, and what the engine
    draws stays.
    """
    plates = ((image_BCHW if own is None else own.background.float(), share) for _, own, share in references)
    return torch.lerp(blended(plates), image_BCHW.float(), person_B1HW)


def of_person(surface_B11hw: Tensor, person_B1HW: Tensor) -> Tensor:
    """A surface map with what a detector says of the person: classes as likely as both together hold them.

    The parsing network knows what clothes look like, wherever they are; the detector whose they are.
    """
    hers_B1hw = shrunk(person_B1HW, surface_B11hw.shape[-2:]).clamp(_DOUBT, 1.0 - _DOUBT)
    classes_B8hw, points_B3hw = surface_B11hw.split((CLASSES, 3), 1)
    nobody_B1hw, somebody_B7hw = classes_B8hw.log_softmax(1).split((1, CLASSES - 1), 1)
    return torch.cat([nobody_B1hw + (1 - hers_B1hw).log(), somebody_B7hw + hers_B1hw.log(), points_B3hw], 1)
