"""How large the picture was that a pose file is about, in the many ways in which files say it."""

from __future__ import annotations

from typing import Any

from engine.errors import InputError
from engine.pose.formats.points import is_number

CANVAS_KEYS = (
    ("canvas_height", "canvas_width"), ("height", "width"), ("image_height", "image_width"),
    ("imageHeight", "imageWidth"), ("img_height", "img_width"), ("canvasHeight", "canvasWidth"),
    ("frame_height", "frame_width"), ("videoHeight", "videoWidth"), ("original_height", "original_width"),
    ("h", "w"),
)  # fmt: skip
_SHAPES = ("orig_shape", "ori_shape", "img_shape")  # of an array: rows, columns, and perhaps channels
_SIZES = ("image_size", "imageSize", "size", "resolution", "image", "metadata", "meta")  # objects that say it
_CORNERS = ("x", "left", "xmin", "x1", "xc", "cx", "x_center")  # a box is somebody's, and no canvas
_LONGEST_SIDE = 1e6  # px


def canvas_of(node: Any, name: str) -> tuple[float, float] | None:
    """(H, W) of the picture that an object says it is about, None where it does not. Raises InputError for
    sides that no picture has.
    """
    if not isinstance(node, dict):
        return None
    is_box = any(is_number(node.get(key)) for key in _CORNERS)
    for keys in () if is_box else CANVAS_KEYS:
        sides = [_side(node.get(key)) for key in keys]
        if not all(sides):
            continue
        if not all(1 <= side <= _LONGEST_SIDE for side in sides):
            raise InputError(f"{name} is damaged: the picture it is for has sides that no picture has.")
        if min(sides) > 1:  # 1 x 1 is the canvas of shares
            return sides[0], sides[1]
    for key in _SHAPES:
        shape = node.get(key)
        if isinstance(shape, list) and len(shape) in (2, 3):
            return canvas_of({"height": shape[0], "width": shape[1]}, name)
    if isinstance(pair := node.get("resolution"), list) and len(pair) == 2:  # as screens have it
        return canvas_of({"height": pair[1], "width": pair[0]}, name)
    images = node.get("images")
    if isinstance(images, list) and len(images) == 1:
        return canvas_of(images[0], name)
    inner = (canvas_of(node[key], name) for key in _SIZES if isinstance(node.get(key), dict))
    return next((canvas for canvas in inner if canvas), None)


def _side(value: Any) -> float:
    """A side of a picture in px, also where it stands as text; 0 for none."""
    if isinstance(value, str) and value.isdecimal() and len(value) < 10:
        return float(value)
    return float(value) if is_number(value) and value > 0 else 0.0
