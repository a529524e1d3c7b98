"""The network's pose input: 20 planes (3 of a limb picture, 17 limb distance maps), bit-exact to NTED's own.

`pose_planes` is the fast form that runs in every frame of a drag; `pose_planes_textbook` is the definition,
written as 17 passes over the whole canvas. They return the same bits. Source: NTED (CVPR 2022), as its
published data code has it.
"""

from __future__ import annotations

import math

import numpy as np

from engine.cv import cv2
from engine.pose.skeleton import COLOURS, LEFT_EYE, LIMBS, RIGHT_EYE

PLANES = 3 + len(LIMBS)

_RADIUS = 4  # of joints and half the width of limbs, in px, at every size
# px; a joint further out than this cannot reach the frame, and OpenCV's fixed point would overflow
_FAR = 10_000.0


def present_joints(keypoints_18x3: np.ndarray) -> np.ndarray:
    """bool [18]: which joints the planes draw.

    Takes [18, 3] (x, y, state), where state <= 0 is missing, or bare [18, 2]. A joint with a coordinate of
    exactly -1 is missing too: it is how the DeepFashion keypoint files say so, and the test is made after
    they are scaled to the frame. Coordinates that are not finite, or absurd, are missing.
    """
    points = np.asarray(keypoints_18x3, dtype=np.float64)
    if points.ndim != 2 or points.shape[0] != 18 or points.shape[1] not in (2, 3):
        raise ValueError(f"a pose has shape [18, 3] or [18, 2], not {list(points.shape)}")
    xy = points[:, :2]
    with np.errstate(invalid="ignore"):
        present = ((xy != -1) & (np.abs(xy) < _FAR)).all(axis=1)
        return present & (points[:, 2] > 0) if points.shape[1] == 3 else present


def _limb_polygon(a: tuple[float, float], b: tuple[float, float]) -> np.ndarray:
    """Outline int32 [n, 2] of the ellipse from joint a to b; centre, axis and angle truncated toward zero."""
    centre = (int((a[0] + b[0]) / 2), int((a[1] + b[1]) / 2))
    length = math.sqrt((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2)
    angle = int(math.degrees(math.atan2(a[1] - b[1], a[0] - b[0])))
    return np.asarray(cv2.ellipse2Poly(centre, (int(length / 2), _RADIUS), angle, 0, 360, 1))


def _geometry(keypoints: np.ndarray) -> tuple[list[tuple[int, int] | None], list[np.ndarray | None]]:
    """Joint centres (truncated) and limb polygons in px; None where missing."""
    present = present_joints(keypoints)
    points = np.asarray(keypoints, dtype=np.float64)[:, :2].tolist()
    joints = [(int(x), int(y)) if there else None for (x, y), there in zip(points, present, strict=True)]
    limbs = [_limb_polygon(points[a], points[b]) if present[a] and present[b] else None for a, b in LIMBS]
    return joints, limbs


def pose_planes_u8(keypoints_18x3: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """`pose_planes` before its division by 255: uint8 [20, H, W], lighter to keep and to carry about."""
    height, width = size
    joints, limbs = _geometry(keypoints_18x3)
    planes = np.empty((PLANES, height, width), np.uint8)

    canvas = np.zeros((height, width, 3), np.uint8)
    for centre, colour in zip(joints, COLOURS, strict=True):
        if centre is not None:
            cv2.circle(canvas, centre, _RADIUS, colour, -1)
    distance = np.empty((height, width), np.uint16)
    steps = np.arange(max(size), dtype=np.uint16)
    three = np.uint16(3)
    for polygon, colour, plane in zip(limbs, COLOURS, planes[3:], strict=False):
        box = None if polygon is None else _visible_box(polygon, size)
        if polygon is None or box is None:
            plane.fill(255)
            continue
        left, top, right, bottom = box
        polygon = polygon - (left, top)
        # Blending a pixel with itself changes nothing, so only the polygon's box is blended.
        window = canvas[top : bottom + 1, left : right + 1]
        painted = cv2.fillConvexPoly(window.copy(), polygon, colour)
        window[...] = cv2.addWeighted(window, 0.4, painted, 0.6, 0)

        outside = np.full(window.shape[:2], 255, np.uint8)
        cv2.fillConvexPoly(outside, polygon, 0)
        if outside.all():
            plane.fill(255)
            continue
        # A city-block path to a shape enters the shape's box at the nearest point of the box: the map outside
        # is the map of the box's rim plus the way to it, first to the sides, then up and down.
        inner = cv2.distanceTransform(outside, cv2.DIST_L1, 3).astype(np.uint16)
        strip = distance[top : bottom + 1]
        strip[:, left : right + 1] = inner
        np.add(inner[:, :1], steps[left:0:-1], out=strip[:, :left])
        np.add(inner[:, -1:], steps[1 : width - right], out=strip[:, right + 1 :])
        np.add(strip[0], steps[top:0:-1, None], out=distance[:top])
        np.add(strip[-1], steps[1 : height - bottom, None], out=distance[bottom + 1 :])
        nearest = cv2.min(distance, 3.0 * 255)  # type: ignore[call-overload]  # its stub knows no number
        np.floor_divide(nearest, three, out=plane, casting="unsafe")
    planes[:3] = canvas[:, :, ::-1].transpose(2, 0, 1)
    return planes


def _visible_box(polygon: np.ndarray, size: tuple[int, int]) -> tuple[int, int, int, int] | None:
    """First and last column and row (left, top, right, bottom) of the polygon's box inside the frame."""
    left, top, wide, high = cv2.boundingRect(polygon)
    right, bottom = min(left + wide, size[1]) - 1, min(top + high, size[0]) - 1
    left, top = max(left, 0), max(top, 0)
    return (left, top, right, bottom) if left <= right and top <= bottom else None


def pose_planes(keypoints_18x3: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """The network's 20 input planes of a pose: float32 [20, H, W] in [0, 1], each value a multiple of 1/255.

    Planes 0-2: the limb picture, colour channels reversed. Planes 3-19: one for every limb of `LIMBS`, a
    third of the city-block distance to the limb in px, rounded down, over 255; 0 on the limb. A limb with a
    missing end is 1 everywhere and not drawn. Joints outside the frame are drawn as far as they reach into
    it.

    keypoints_18x3: (x, y, state) in px of the frame, see `present_joints` for what is missing; size: (H, W).
    The geometry is computed in float64, as the published code does; a pose that was rounded to float32 can
    differ by the odd pixel where a length lands on a whole number.
    """
    return np.divide(pose_planes_u8(keypoints_18x3, size), np.float32(255))


def face_box(keypoints_18x3: np.ndarray, size: tuple[int, int]) -> tuple[int, int, int] | None:
    """The square around the face that NTED's face loss looks at: (left, top, side) in px of the frame.

    Centred between the eyes, 2.5 eye distances wide, at least 32 px, moved inside the frame. None where an
    eye is missing. A person seen from behind whose eyes are given has right eye right of the left one, and
    gets the least box.
    """
    (x0, y0), (x1, y1) = (np.asarray(keypoints_18x3, np.float64)[eye, :2] for eye in (RIGHT_EYE, LEFT_EYE))
    if not present_joints(keypoints_18x3)[[RIGHT_EYE, LEFT_EYE]].all():
        return None
    height, width = size
    side = min(width, max(32, int((x1 - x0) * 2.5)))
    half = side // 2
    x = min(max(math.floor((x0 + x1) / 2), half), width - 1 - half)
    y = min(max(math.floor((y0 + y1) / 2), half), height - 1 - half)
    return x - half, y - half, 2 * half


def pose_planes_textbook(keypoints_18x3: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """`pose_planes` as it is defined: every limb a pass over the whole canvas."""
    height, width = size
    joints, limbs = _geometry(keypoints_18x3)
    canvas: np.ndarray = np.zeros((height, width, 3), np.uint8)
    for centre, colour in zip(joints, COLOURS, strict=True):
        if centre is not None:
            cv2.circle(canvas, centre, _RADIUS, colour, -1)
    planes = np.full((PLANES, height, width), 255.0, np.float32)
    for i, polygon in enumerate(limbs):
        if polygon is None:
            continue
        painted = cv2.fillConvexPoly(canvas.copy(), polygon, COLOURS[i])
        canvas = cv2.addWeighted(canvas, 0.4, painted, 0.6, 0)
        mask = cv2.fillConvexPoly(np.zeros((height, width), np.uint8), polygon, 255)
        distance = cv2.distanceTransform(255 - mask, cv2.DIST_L1, 3)
        planes[3 + i] = np.floor(np.clip(distance / 3, 0, 255))
    planes[:3] = canvas[:, :, ::-1].transpose(2, 0, 1)
    return planes / np.float32(255)
