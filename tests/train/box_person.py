"""A person of boxes with all its labels, to plant faults in."""

from __future__ import annotations

import numpy as np

from engine.pose.skeleton import SEEN
from engine.regions import SURFACE_SPAN
from train.data.people import View
from train.studio.surfaces import ARMS, FACE, LEGS, PANTS, UPPER

SIZE = (256, 176)
# A person of boxes seen from the front: class, rows, columns, and the middle of the box on the base mesh.
BOXES = (
    (FACE, (20, 50), (76, 100), (0.0, 6.8)),
    (UPPER, (50, 125), (64, 112), (0.0, 2.5)),
    (ARMS, (55, 130), (48, 64), (-3.0, 3.8)),
    (ARMS, (55, 130), (112, 128), (3.0, 3.8)),
    (PANTS, (125, 200), (64, 88), (-1.3, -2.5)),
    (PANTS, (125, 200), (88, 112), (1.3, -2.5)),
    (LEGS, (200, 240), (68, 84), (-1.9, -6.5)),
    (LEGS, (200, 240), (92, 108), (1.9, -6.5)),
)
FRONT = np.array(
    [
        (88, 36), (88, 56), (68, 58), (56, 92), (56, 122), (108, 58), (120, 92), (120, 122), (78, 128),
        (76, 180), (76, 232), (98, 128), (100, 180), (100, 232), (83, 31), (93, 31), (78, 34), (98, 34),
    ], np.float32
)  # fmt: skip


def code(x: float, y: float) -> np.ndarray:
    return np.clip(np.round(127.5 + np.array([x, y, 0.5]) * 127 / SURFACE_SPAN), 1, 255).astype(np.uint8)


def box_person(backdrop=(225, 222, 218), light=(1.0, 1.0, 1.0), seed: int = 0) -> View:
    """A front view of the person of boxes, with all its labels."""
    rng = np.random.default_rng(seed)
    image = np.empty((*SIZE, 3))
    image[:] = backdrop
    parsing, surface = np.zeros(SIZE, np.uint8), np.zeros((*SIZE, 3), np.uint8)
    colours = {FACE: (205, 165, 140), ARMS: (205, 165, 140), UPPER: (60, 90, 160), PANTS: (50, 52, 60)}
    for label, rows, columns, at in BOXES:
        place = np.s_[rows[0] : rows[1], columns[0] : columns[1]]
        image[place] = np.array(colours.get(label, (120, 80, 60))) * light
        parsing[place], surface[place] = label, code(*at)
    image += rng.normal(0, 3, image.shape)
    pose = np.column_stack([FRONT, np.full(18, SEEN)]).astype(np.float32)
    return View(np.clip(image, 0, 255).astype(np.uint8), parsing, pose, "full", "front", surface)


def changed(view: View, **parts) -> View:
    return View(**{**vars(view), **parts})


def speckled(label: int, rows: slice, columns: slice) -> np.ndarray:
    parsing = box_person().parsing_HW.copy()
    parsing[rows, columns] = label
    return parsing
