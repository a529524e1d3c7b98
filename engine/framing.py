"""A photo into the model frame, so that the person sits there as people sit in the training pictures.

Crop and scale only, one factor for both axes, never a turn. Coordinates as in `engine.pose`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

from engine.inpainting.fill import fill_holes
from engine.pose.extent import AIR, Box, wanted_box
from engine.pose.kinematics import placed_joints

MOST_TIMES = 4  # as large as the frame is the finest picture
_SAME = 0.7  # overlap (intersection over union) from which a photo counts as framed already
_CROP = 0.04  # of a side that may be cut off to fit a whole photo of nearly the frame's aspect


@dataclass(frozen=True, eq=False)
class Framed:
    """A photo in the model frame.

    image_HWC: uint8 RGB. keypoints_18x3: float32, moved along, state 0 where they left the frame, (0, 0, 0)
    where they had no place (`kinematics.placed_joints`); or None.
    matrix_2x3: float64, photo px -> model frame px, (x', y') = matrix @ (x, y, 1).
    """

    image_HWC: np.ndarray
    keypoints_18x3: np.ndarray | None
    matrix_2x3: np.ndarray

    @property
    def times(self) -> int:
        """At how many times the frame's size the photo is as fine as it is, 1 to `MOST_TIMES`."""
        return min(MOST_TIMES, max(1, round(1 / self.matrix_2x3[0, 0])))


def frame_photo(
    rgb_HWC: np.ndarray,
    keypoints_18x3: np.ndarray | None,
    size: tuple[int, int],
    figure: Box | None = None,
) -> Framed:
    """Frame a photo for the network: uint8 RGB [h, w, 3] and the pose in it, into a frame of `size` (H, W).

    The visible body fills the frame as in the training pictures (whole body with a little air, or from above
    the head down to where the photo or the body's visible part ends), without showing more of what lies
    outside of the photo than must be; that is filled with the colours of the photo's border. A photo that
    already is framed so is scaled as a whole, and returned bit for bit where it has the frame's size. Without
    a pose the whole photo is fitted in. figure: what fills the frame, with a little air, instead of the body
    that the joints tell of.
    """
    if rgb_HWC.dtype != np.uint8 or rgb_HWC.ndim != 3 or rgb_HWC.shape[2] != 3:
        raise ValueError(f"a photo is uint8 [H, W, 3], not {rgb_HWC.dtype} {list(rgb_HWC.shape)}")
    photo = rgb_HWC.shape[:2]
    box = _framing_box(keypoints_18x3, photo, size) if figure is None else _around(figure, photo, size)
    matrix = _matrix(box, size)
    framed = None
    if keypoints_18x3 is not None:
        framed = np.array(keypoints_18x3, dtype=np.float32)
        placed = placed_joints(framed) & np.isfinite(framed[:, 2])
        framed[placed, :2] = to_frame(framed[placed, :2], matrix)
        framed[~placed] = 0
        inside = ((framed[:, :2] >= 0) & (framed[:, :2] < (size[1], size[0]))).all(axis=1)
        framed[~inside, 2] = 0
    return Framed(_cut(rgb_HWC, box, size), framed, matrix)


def framing_of(keypoints_18x3: np.ndarray, photo: tuple[float, float], size: tuple[int, int]) -> np.ndarray:
    """The matrix [2, 3] by which `frame_photo` frames a photo of (H, W) = `photo` with this pose in it."""
    return _matrix(_framing_box(keypoints_18x3, photo, size), size)


def to_frame(points: np.ndarray, matrix_2x3: np.ndarray) -> np.ndarray:
    """Points [..., 2] of the photo in the model frame."""
    return np.asarray(points) @ matrix_2x3[:, :2].T + matrix_2x3[:, 2]


def _framing_box(keypoints_18x3: np.ndarray | None, photo: tuple[float, float], size: tuple[int, int]) -> Box:
    wanted = None if keypoints_18x3 is None else wanted_box(keypoints_18x3, photo, size[1] / size[0])
    whole = _whole_photo(photo, size)
    return whole if wanted is None or (_nearly(whole, photo) and _overlap(whole, wanted) > _SAME) else wanted


def _around(figure: Box, photo: tuple[float, float], size: tuple[int, int]) -> Box:
    """The box of the frame's aspect around a figure in a photo, with a little air."""
    high = AIR * max(figure.height, figure.width / size[1] * size[0])
    wide = high * size[1] / size[0]
    left, top = figure.left - (wide - figure.width) / 2, figure.top - (high - figure.height) / 2
    wanted, whole = Box(left, top, wide, high), _whole_photo(photo, size)
    return whole if _nearly(whole, photo) and _overlap(whole, wanted) > _SAME else wanted


def _matrix(box: Box, size: tuple[int, int]) -> np.ndarray:
    scale = size[0] / box.height
    return np.array([[scale, 0, -box.left * scale], [0, scale, -box.top * scale]])


def _whole_photo(photo: tuple[float, float], size: tuple[int, int]) -> Box:
    """The box of the frame's aspect around the photo, or in it where that costs few rows or columns."""
    height, width = photo
    tall = width / size[1] * size[0]  # height of a box of the frame's aspect as wide as the photo
    fits = min if abs(tall / height - 1) <= _CROP else max
    rows = fits(height, tall)
    columns = rows * size[1] / size[0]
    return Box((width - columns) / 2, (height - rows) / 2, columns, rows)


def _nearly(box: Box, photo: tuple[float, float]) -> bool:
    return box.height <= photo[0] * (1 + 1e-6) and box.width <= photo[1] * (1 + 1e-6)


def _overlap(a: Box, b: Box) -> float:
    """Intersection over union."""
    wide = min(a.left + a.width, b.left + b.width) - max(a.left, b.left)
    high = min(a.top + a.height, b.top + b.height) - max(a.top, b.top)
    both = max(wide, 0) * max(high, 0)
    return both / (a.width * a.height + b.width * b.height - both)


def _cut(rgb: np.ndarray, box: Box, size: tuple[int, int]) -> np.ndarray:
    """The box of the photo at `size`, pixels averaged over what they cover, what lies outside filled in."""
    height, width = rgb.shape[:2]
    if size == (height, width) and box == Box(0, 0, width, height):
        return rgb.copy()
    scale = size[0] / box.height
    top, bottom = _span(box.top, box.height, height, size[0])
    left, right = _span(box.left, box.width, width, size[1])
    region = (
        max(box.left + left / scale, 0),
        max(box.top + top / scale, 0),
        min(box.left + right / scale, width),
        min(box.top + bottom / scale, height),
    )
    size_seen = (right - left, bottom - top)
    seen = np.array(Image.fromarray(rgb).resize(size_seen, Image.Resampling.BICUBIC, box=region))
    if (top, bottom, left, right) == (0, size[0], 0, size[1]):
        return seen
    picture = np.zeros((*size, 3), np.uint8)
    known = np.zeros(size, bool)
    picture[top:bottom, left:right] = seen
    known[top:bottom, left:right] = True
    return fill_holes(picture, known)


def _span(start: float, length: float, limit: int, cells: int) -> tuple[int, int]:
    """First and last + 1 of the frame's cells that the photo covers, give or take a sliver; at least one."""
    cell = length / cells
    first = int(np.clip(np.ceil(-start / cell - 0.01), 0, cells - 1))
    last = int(np.clip(np.floor((limit - start) / cell + 0.01), first + 1, cells))
    return first, last
