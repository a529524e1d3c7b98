"""A person of a pose file into the model frame: what its numbers are, and where in the frame they lie.

In this order: on the open photo, where the file is about a picture of its shape; as it is, where its canvas
has the frame's shape; otherwise framed as a photo of that canvas would be.
"""

from __future__ import annotations

import numpy as np

from engine.errors import InputError
from engine.pose.extent import AIR, body_box, stature
from engine.pose.formats import bearing
from engine.pose.formats.layouts import is_body
from engine.pose.formats.open_photo import OpenPhoto, same_shape
from engine.pose.formats.people import METRES, SHARES, Person
from engine.pose.formats.units import (
    BORDER,
    WHOLES,
    centred,
    doubt,
    in_hundredths,
    in_thousandths,
    inside,
    may_be_thousandths,
    spread,
    unit_of,
)

_OUTSIDE = 1.25  # of the frame: a pose without a canvas that reaches further was made for another picture
_LEAST_REACH = 0.5  # of a photo's width or height: a person who stays within less was not found in it
_NEARER = 0.5  # of how far a pose lies from the photo's own: a stretched picture's lies four times as far


def placed(
    person: Person, name: str, size: tuple[int, int], photo: OpenPhoto | None = None
) -> tuple[np.ndarray, list[str]]:
    """The pose in px of a frame of `size` (H, W), float64 [18, 3], and sentences about what was assumed.

    Raises InputError where most of the joints lie outside of the picture that the file names.
    """
    if person.unit == METRES or (not person.unit and bearing.about_its_hips(person.pose_18x3)):
        notes = [f"{name} holds a body without a picture, so it was fitted in."]
        return _fitted(person.pose_18x3, size), notes
    pose, canvas, notes = _in_px(person, name, size, photo)
    there = pose[:, 2] > 0
    upward = bearing.stands_on_the_head(pose) and bearing.mirrored(pose) and is_body(pose)
    if upward:
        notes.append(f"{name} counts y from below: it was turned.")
    elif bearing.stands_on_the_head(pose) and bearing.faceless(pose):
        notes.append(f"{name} shows somebody upside down; if they should stand, it counts y from below.")
    elif bearing.mirrored(pose) and not bearing.lies(pose) and is_body(pose):
        notes.append(f"{name} shows a face, but its sides are those of a back: it may be mirrored.")
    if canvas is None and photo is not None and _is_own_at_another_size(pose, photo):
        canvas = photo.size
    elif canvas is None:
        canvas, how = _canvas_without_word(pose, size, photo)
        notes.append(f"{name} does not say how large its picture was: {how}.")
    if upward:
        pose[there, 1] = (canvas[0] if canvas else 0) - pose[there, 1]
    if canvas is None:
        return _fitted(pose, size), notes
    if person.canvas is not None:
        _check_inside(pose, person.canvas, name)
    if photo is None:
        return _framed(pose, canvas, size), notes + _doubts(pose, person, name, notes)
    return _beside(pose, canvas, person, name, size, photo, notes)


def _in_px(
    person: Person, name: str, size: tuple[int, int], photo: OpenPhoto | None
) -> tuple[np.ndarray, tuple[float, float] | None, list[str]]:
    """The pose, x before y, in px of a canvas; that canvas where it is known; what was assumed."""
    pose, canvas = person.pose_18x3.copy(), person.canvas
    there, notes = pose[:, 2] > 0, []
    unit = person.unit or unit_of(pose[there, :2])
    about = canvas or (photo.size if photo else None)
    whole = None if person.unit or unit == SHARES or about is None else _whole_of(pose, about, photo)
    if whole is not None:
        pose[there, :2] /= whole
        unit, canvas = SHARES, about
        of = "the picture that it names" if person.canvas else "the open photo"
        notes.append(f"{name} is taken as {WHOLES[whole]} of {of}.")
    if unit == SHARES:
        if canvas is None:
            canvas = photo.size if photo else size
            what = "the open photo" if photo else "the frame"
            notes.append(f"{name} does not say how large its picture was: taken as large as {what}.")
        # Seen before they are spread, for that needs to know which is which.
        swapped = bearing.swapped(pose, None if centred(pose[there, :2]) else (1.0, 1.0))
        if centred(pose[there, :2]):
            notes.append(f"{name} is taken as shares from -1 to 1.")
        pose = pose if swapped is None else swapped
        pose[there, :2] = spread(pose[there, :2], canvas)
    else:
        swapped = bearing.swapped(pose, canvas)
        pose = pose if swapped is None else swapped
    if swapped is not None:
        notes.append(f"{name} has y before x: they were exchanged.")
    elif bearing.may_be_swapped(pose):
        notes.append(f"{name} shows somebody who lies; if they should stand, it has y before x.")
    return pose, canvas, notes


def _beside(
    pose: np.ndarray,
    canvas: tuple[float, float],
    person: Person,
    name: str,
    size: tuple[int, int],
    photo: OpenPhoto,
    notes: list[str],
) -> tuple[np.ndarray, list[str]]:
    """A pose in px of a canvas, laid on the open photo where it is of that, else framed by itself."""
    if not photo.is_on(canvas, size):
        turned = bearing.turned_to_stand(pose, canvas) if photo.is_on_its_side(canvas) else None
        if turned is not None:
            pose, canvas = turned, canvas[::-1]
            notes.append(f"{name} is for the open photo as it lies on its side: it was turned with it.")
        elif _is_stretched(pose, canvas, size, photo):
            canvas = photo.size
    if not photo.is_on(canvas, size):
        return _framed(pose, canvas, size), notes + _doubts(pose, person, name, notes)
    factors = photo.times_as_large(pose, canvas)
    if factors is not None:
        pose = pose / (*factors, 1)
        wide, high = (f"{factor:.2f}" for factor in factors)
        notes.append(
            f"{name} shows the open photo's own pose, {wide} times as wide and {high} times as high: it "
            "was laid on the photo."
        )
    notes += _doubts(pose, person, name, notes)
    if not notes and (times := photo.times_as_tall(pose, canvas)) is not None:
        notes.append(
            f"{name} shows somebody {times:.2f} times as tall as the person of the open photo: look whether "
            "it is of the photo at this size."
        )
    on_photo = _on_photo(pose, canvas, size, photo)
    if on_photo is None:
        notes.append(f"{name} lies beside what the frame shows of the open photo: it was framed by itself.")
        return _framed(pose, canvas, size), notes
    shares = (person.unit or unit_of(person.pose_18x3[person.pose_18x3[:, 2] > 0, :2])) == SHARES
    if not (notes or shares) and photo.own_18x3 is None and not photo.is_framed_for(pose, canvas, size):
        notes.append(
            f"{name} is for the open photo, in which nobody was found to compare it with: look whether it "
            "lies on the person."
        )
    return on_photo, notes


def _doubts(pose: np.ndarray, person: Person, name: str, notes: list[str]) -> list[str]:
    """Why the px may not be of the canvas that is stated, where nothing was said so far."""
    if person.canvas is None or notes:
        return []
    if why := doubt(pose, person.canvas):
        return [f"{name} {why}."]
    if not person.unit and may_be_thousandths(person.pose_18x3, person.canvas):
        return [f"{name} was read as px of its picture; if its numbers are thousandths of it, it lies wrong."]
    return []


def _whole_of(pose: np.ndarray, canvas: tuple[float, float], photo: OpenPhoto | None) -> int | None:
    """How many parts of a canvas make its sides, where numbers are such parts and no px."""
    if photo is not None and photo.knows(pose):
        return None
    if in_hundredths(pose, canvas):
        return 100
    return 1000 if in_thousandths(pose, canvas) else None


def _is_own_at_another_size(pose: np.ndarray, photo: OpenPhoto) -> bool:
    """Whether a pose is the photo's own as it was found in a copy of another size."""
    return not photo.knows(pose) and photo.times_as_large(pose, photo.size) is not None


def _is_stretched(
    pose: np.ndarray, canvas: tuple[float, float], size: tuple[int, int], photo: OpenPhoto
) -> bool:
    """Whether a canvas is the photo, stretched into another shape: its own pose lies better on it so."""
    factors = photo.times_as_large(pose, photo.size)
    laid = None if factors is None else _on_photo(pose / (*factors, 1), photo.size, size, photo)
    return laid is not None and photo.apart(laid) < _NEARER * photo.apart(_framed(pose, canvas, size))


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
    """What a pose in px was made for that does not say it, and how to say so: the open photo where it is its
    own, wherever its joints lie; the frame where it fits; the open photo where it fits and fills it; None for
    neither."""
    if photo is not None and photo.shows(pose):
        return photo.size, "taken in pixels of the open photo"
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
    matrix = photo.matrix_for(canvas)
    xy = pose[there, :2] @ matrix[:, :2].T + matrix[:, 2]
    return _with_places(pose, xy) if 2 * inside(xy, size).sum() >= there.sum() else None


def _framed(pose: np.ndarray, canvas: tuple[float, float], size: tuple[int, int]) -> np.ndarray:
    """From the px of a canvas into the frame: as it is where that has its shape, else as a photo of it."""
    from engine.framing import framing_of, to_frame  # OpenCV comes with it, and takes its time

    there = pose[:, 2] > 0
    if same_shape(canvas, size):
        return _with_places(pose, pose[there, :2] * (size[0] / canvas[0]))
    return _with_places(pose, to_frame(pose[there, :2], framing_of(pose, canvas, size)))


def _fitted(pose: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """The person in the middle of the frame, as large as it allows."""
    there = pose[:, 2] > 0
    points = np.where(there[:, None], pose[:, :2], 0)
    reach = float(np.ptp(points[there], axis=0).max())
    # The body's own measures have a least size in px.
    points = points * (1000.0 / reach if reach > 0 else 1.0)
    left, top, right, bottom = body_box(points, there, stature(points, there) or 1.0)
    height, width = max(bottom - top, 1.0) * AIR, max(right - left, 1.0) * AIR
    scale = min(size[0] / height, size[1] / width)
    middle = np.array([left + right, top + bottom]) / 2
    return _with_places(pose, (points[there] - middle) * scale + np.array(size[::-1]) / 2)


def _with_places(pose: np.ndarray, xy: np.ndarray) -> np.ndarray:
    placed = pose.copy()
    placed[pose[:, 2] > 0, :2] = xy
    return placed
