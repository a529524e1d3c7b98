"""A person of a pose file into the model frame: what its numbers are, and where in the frame they lie.

In this order: on the open photo, where the file is about a picture of its shape; as it is, where its canvas
has the frame's shape; otherwise framed as a photo of that canvas would be.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.api import Reference
from engine.errors import InputError
from engine.pose import skeleton as sk
from engine.pose.extent import body_box, stature
from engine.pose.formats.layouts import is_body
from engine.pose.formats.people import METRES, SHARES, Person
from engine.pose.formats.units import (
    BORDER,
    centred,
    doubt,
    in_hundredths,
    inside,
    spread,
    times_as_large,
    unit_of,
)

_OUTSIDE = 1.25  # of the frame: a pose without a canvas that reaches further was made for another picture
_AIR = 1.08  # of the frame over a person fitted into it
_LEAST_REACH = 0.5  # of a photo's width or height: a person who stays within less was not found in it
_TRUNK = ((sk.RIGHT_SHOULDER, sk.LEFT_SHOULDER), (sk.RIGHT_HIP, sk.LEFT_HIP))  # pairs across the spine
_ROUNDING = 1.0  # px of the smaller by which two canvases of one shape may differ


@dataclass(frozen=True, eq=False)
class OpenPhoto:
    """The photo that is open: its (H, W), and photo px -> model frame px as `engine.framing` gives it.

    own_18x3: its own pose in the model frame, None where nobody knows it.
    """

    size: tuple[int, int]
    matrix_2x3: np.ndarray
    own_18x3: np.ndarray | None = None

    @classmethod
    def of(cls, reference: Reference | None, size: tuple[int, int]) -> OpenPhoto | None:
        """A reference's, as it lies in a frame of `size` (H, W); None where its photo is not known."""
        if reference is None or reference.photo_size is None or reference.matrix_2x3 is None:
            return None
        times = size[0] / reference.image_HWC.shape[0]
        own = reference.keypoints_18x3
        own = None if own is None else own * np.array([times, times, 1])
        return cls(reference.photo_size, reference.matrix_2x3 * times, own)

    def own_on(self, canvas: tuple[float, float]) -> np.ndarray | None:
        """Its own pose in px of a canvas (H, W) of its shape, float64 [18, 3]."""
        if self.own_18x3 is None:
            return None
        inverse = np.linalg.inv(np.vstack([self.matrix_2x3, (0, 0, 1)]))[:2] * (canvas[0] / self.size[0])
        own = self.own_18x3.astype(np.float64)
        own[:, :2] = own[:, :2] @ inverse[:, :2].T + inverse[:, 2]
        return own


def placed(
    person: Person, name: str, size: tuple[int, int], photo: OpenPhoto | None = None
) -> tuple[np.ndarray, list[str]]:
    """The pose in px of a frame of `size` (H, W), float64 [18, 3], and sentences about what was assumed.

    Raises InputError where most of the joints lie outside of the picture that the file names.
    """
    pose, canvas = person.pose_18x3.copy(), person.canvas
    there = pose[:, 2] > 0
    unit = person.unit or unit_of(pose[there, :2])
    notes: list[str] = []
    if unit == METRES:
        return _fitted(pose, size), [f"{name} holds a body without a picture, so it was fitted in."]
    if not person.unit and unit != SHARES and canvas is not None and in_hundredths(pose, canvas):
        pose[there, :2] /= 100
        unit = SHARES
        notes.append(f"{name} is taken as hundredths of the picture that it names.")
    if unit == SHARES:
        if canvas is None:
            canvas = photo.size if photo else size
            what = "the open photo" if photo else "the frame"
            notes.append(f"{name} does not say how large its picture was: taken as large as {what}.")
        # Seen before they are spread, for that needs to know which is which.
        swapped = _swapped(pose, None if centred(pose[there, :2]) else (1.0, 1.0))
        if centred(pose[there, :2]):
            notes.append(f"{name} is taken as shares from -1 to 1.")
        pose = pose if swapped is None else swapped
        pose[there, :2] = spread(pose[there, :2], canvas)
    else:
        swapped = _swapped(pose, canvas)
        pose = pose if swapped is None else swapped
    if swapped is not None:
        notes.append(f"{name} has y before x: they were exchanged.")
    elif _may_be_swapped(pose):
        notes.append(f"{name} shows somebody who lies; if they should stand, it has y before x.")
    upward = _stands_on_the_head(pose) and _mirrored(pose) and is_body(pose)
    if upward:
        notes.append(f"{name} counts y from below: it was turned.")
    elif _stands_on_the_head(pose) and _faceless(pose):
        notes.append(f"{name} shows somebody upside down; if they should stand, it counts y from below.")
    elif _mirrored(pose) and not _lies(pose) and is_body(pose):
        notes.append(f"{name} shows a face, but its sides are those of a back: it may be mirrored.")
    if canvas is None:
        canvas, how = _canvas_without_word(pose, size, photo)
        notes.append(f"{name} does not say how large its picture was: {how}.")
    if upward:
        pose[there, 1] = (canvas[0] if canvas else 0) - pose[there, 1]
    if canvas is None:
        return _fitted(pose, size), notes
    if person.canvas is not None:
        _check_inside(pose, person.canvas, name)
    if photo is not None and _is_of(photo, canvas, size):
        own = photo.own_on(canvas)
        factors = None if own is None else times_as_large(pose, own)
        if factors is not None:
            pose[there, :2] /= factors
            wide, high = (f"{factor:.2f}" for factor in factors)
            notes.append(
                f"{name} shows the open photo's own pose, {wide} times as wide and {high} times as high: it "
                "was laid on the photo."
            )
    if person.canvas is not None and not notes and (why := doubt(pose, person.canvas)):
        notes.append(f"{name} {why}.")
    if photo is not None and _is_of(photo, canvas, size):
        on_photo = _on_photo(pose, canvas, size, photo)
        if on_photo is not None:
            return on_photo, notes
        notes.append(f"{name} lies beside what the frame shows of the open photo: it was framed by itself.")
    return _framed(pose, canvas, size), notes


def _is_of(photo: OpenPhoto, canvas: tuple[float, float], size: tuple[int, int]) -> bool:
    """Whether a canvas is the photo: of its size, or of its shape and not of the frame's."""
    return canvas == photo.size or (same_shape(canvas, photo.size) and not same_shape(canvas, size))


def _swapped(pose: np.ndarray, canvas: tuple[float, float] | None) -> np.ndarray | None:
    """The pose with x and y exchanged, where that must be meant: as it is written somebody lies, mirrored or
    out of the canvas, and exchanged stands upright in it. None where it may stay.
    """
    there = pose[:, 2] > 0
    if not _lies(pose):
        return None
    other = pose[:, [1, 0, 2]]
    if canvas is not None:
        out, still_out = (~inside(each[there, :2], canvas) for each in (pose, other))
        if out.sum() >= 2 and not still_out.any():
            return other
    return other if _mirrored(pose) else None


def _may_be_swapped(pose: np.ndarray) -> bool:
    """Whether that cannot be told: somebody lies as one who stands does with x and y exchanged, and shows no
    face that would say from which side they are seen."""
    return _faceless(pose) and _lies(pose) and _crossed(pose, _TRUNK)


def _faceless(pose: np.ndarray) -> bool:
    return not (pose[[sk.NOSE, sk.RIGHT_EYE, sk.LEFT_EYE], 2] > 0).all()


def _stands_on_the_head(pose: np.ndarray) -> bool:
    spine = _spine(pose)
    return spine is not None and -spine[1] >= 2 * abs(spine[0]) and spine[1] < 0


def _lies(pose: np.ndarray) -> bool:
    """Whether the spine goes to the right rather than up or down, as one does whose x and y are exchanged."""
    spine = _spine(pose)
    return spine is not None and abs(spine[0]) >= 2 * abs(spine[1]) and spine[0] >= 0


def _spine(pose: np.ndarray) -> np.ndarray | None:
    """From the shoulders to the hips."""
    ends = []
    for pair in _TRUNK:
        seen = [joint for joint in pair if pose[joint, 2] > 0]
        if not seen:
            return None
        ends.append(pose[seen, :2].mean(axis=0))
    return ends[1] - ends[0]


def _mirrored(pose: np.ndarray) -> bool:
    """Whether somebody with nose and both eyes seen has left and right as if seen from the back, in the
    shoulders, the hips and the face."""
    return bool(pose[sk.NOSE, 2] > 0) and _crossed(pose, (*_TRUNK, (sk.RIGHT_EYE, sk.LEFT_EYE)))


def _crossed(pose: np.ndarray, pairs: Sequence[tuple[int, int]]) -> bool:
    """Whether these (right, left) are all there, and on the sides of the spine that a view from the back
    has."""
    spine = _spine(pose)
    if spine is None or not all((pose[list(pair), 2] > 0).all() for pair in pairs):
        return False
    across = [pose[left, :2] - pose[right, :2] for right, left in pairs]
    return all(spine[0] * a[1] - spine[1] * a[0] > 0 for a in across)


def _check_inside(pose: np.ndarray, canvas: tuple[float, float], name: str) -> None:
    there = pose[:, 2] > 0
    outside = int((~inside(pose[there, :2], canvas)).sum())
    if 2 * outside > there.sum():
        height, width = canvas
        raise InputError(
            f"{name} is for a picture of {width:g} x {height:g} px, but {outside} of its {there.sum()} "
            "joints lie outside of that: its columns or its canvas are not what they seem."
        )


def _canvas_without_word(
    pose: np.ndarray, size: tuple[int, int], photo: OpenPhoto | None
) -> tuple[tuple[float, float] | None, str]:
    """What a pose in px was made for that does not say it, and how to say so: the frame where it fits, the
    open photo where it fits and fills it, None for neither."""
    xy = pose[pose[:, 2] > 0, :2]
    frame = np.array(size[::-1])
    if ((xy <= frame * _OUTSIDE) & (xy >= frame * (1 - _OUTSIDE))).all():
        return size, "taken in pixels of the frame"
    if photo is not None:
        part = xy / photo.size[::-1]
        if part.min() >= -BORDER and part.max() <= 1 + BORDER and part.max(axis=0).max() >= _LEAST_REACH:
            return photo.size, "taken in pixels of the open photo"
    return None, "the person was fitted into the frame"


def _on_photo(
    pose: np.ndarray, canvas: tuple[float, float], size: tuple[int, int], photo: OpenPhoto
) -> np.ndarray | None:
    """From the px of a canvas that is the photo's into the frame; None where most joints would leave it."""
    there = pose[:, 2] > 0
    points = pose[there, :2] * (photo.size[0] / canvas[0])
    xy = points @ photo.matrix_2x3[:, :2].T + photo.matrix_2x3[:, 2]
    return _with_places(pose, xy) if 2 * inside(xy, size).sum() >= there.sum() else None


def _framed(pose: np.ndarray, canvas: tuple[float, float], size: tuple[int, int]) -> np.ndarray:
    """From the px of a canvas into the frame: as it is where that has its shape, else as a photo of it."""
    from engine.framing import framing_of, to_frame  # OpenCV comes with it, and takes its time

    there = pose[:, 2] > 0
    if same_shape(canvas, size):
        return _with_places(pose, pose[there, :2] * (size[0] / canvas[0]))
    return _with_places(pose, to_frame(pose[there, :2], framing_of(pose, canvas, size)))


def same_shape(one: tuple[float, float], other: tuple[float, float]) -> bool:
    """Whether two canvases (H, W) are the same picture at two sizes, as far as rounding tells."""
    scale = other[0] / one[0]
    return abs(one[1] * scale - other[1]) <= _ROUNDING * max(scale, 1)


def _fitted(pose: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """The person in the middle of the frame, as large as it allows."""
    there = pose[:, 2] > 0
    points = np.where(there[:, None], pose[:, :2], 0)
    reach = float(np.ptp(points[there], axis=0).max())
    # The body's own measures have a least size in px.
    points = points * (1000.0 / reach if reach > 0 else 1.0)
    left, top, right, bottom = body_box(points, there, stature(points, there) or 1.0)
    height, width = max(bottom - top, 1.0) * _AIR, max(right - left, 1.0) * _AIR
    scale = min(size[0] / height, size[1] / width)
    middle = np.array([left + right, top + bottom]) / 2
    return _with_places(pose, (points[there] - middle) * scale + np.array(size[::-1]) / 2)


def _with_places(pose: np.ndarray, xy: np.ndarray) -> np.ndarray:
    placed = pose.copy()
    placed[pose[:, 2] > 0, :2] = xy
    return placed
