"""A picture as it leaves the program: how large, with what drawn on it, on what ground."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

from engine.pose import drawing


@dataclass(frozen=True)
class ExportOptions:
    """times: how large the sides are over those it is drawn at. skeleton: drawn over it.

    transparent: the person alone. pose_only: the skeleton on black instead of the picture (for ControlNet).
    names: what the photos' files are called stands in the metadata.
    """

    times: int = 1
    skeleton: bool = False
    transparent: bool = False
    pose_only: bool = False
    names: bool = False


AS_DRAWN = ExportOptions()


def exported(
    rgb_HWC: np.ndarray,
    keypoints_18x3: np.ndarray,
    frame: tuple[int, int],
    options: ExportOptions,
    matte_HW: np.ndarray | None = None,
) -> np.ndarray:
    """The picture to be written: uint8 RGB [H, W, 3], with alpha [H, W, 4] where it is transparent.

    rgb_HWC: as it was drawn. keypoints_18x3: px of a frame of `frame` (H, W). matte_HW: uint8, how much of
    each of its pixels is the person; needed where it shall be transparent.
    """
    size = (options.times * rgb_HWC.shape[0], options.times * rgb_HWC.shape[1])
    pose = np.array(keypoints_18x3, np.float64)
    pose[:, :2] *= size[0] / frame[0]
    if options.pose_only:
        return drawing.skeleton_picture(pose, size)
    picture = _enlarged(rgb_HWC, size)
    if options.skeleton:
        picture = drawing.over(picture, pose)
    if not options.transparent:
        return picture
    if matte_HW is None:
        raise ValueError("a transparent picture needs a matte")
    alpha = _enlarged(matte_HW, size)
    if options.skeleton:
        alpha = np.where(drawing.skeleton_picture(pose, size).any(axis=2), np.uint8(255), alpha)
    return np.dstack([picture, alpha])


def _enlarged(picture: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    if picture.shape[:2] == size:
        return picture
    return np.asarray(Image.fromarray(picture).resize(size[::-1], Image.Resampling.LANCZOS))
