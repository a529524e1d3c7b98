"""What lies beside a photo: its border's colours, carried outward and growing smoother with the way."""

from __future__ import annotations

import numpy as np

from engine.cv import cv2

_BAND = 0.06  # of the picture's longer side: how deep the border is that lends its colours
# Of each level, in which filled px become the mean of their neighbours. A hole that is to go from 0 to 200
# levels is off by 4 at most, without these by 42, and shows where its dark side ended.
_ROUNDS = 4
_CROSS = np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]], np.float32) / 4


def fill_holes(rgb_HWC: np.ndarray, known_HW: np.ndarray) -> np.ndarray:
    """uint8 RGB with every pixel outside of `known` filled from the known ones near it.

    Push-pull: colours are averaged down a pyramid with the weight of what is known, then each level fills its
    holes from the coarser one, and evens them out. Next to the border the fill continues it, farther away it
    is an ever wider average: a wall stays a wall, no edge becomes a streak, and between a shadow and a wall
    it goes straight over.
    """
    if known_HW.all():
        return rgb_HWC.copy()
    reach = 2 * max(2, round(_BAND * max(known_HW.shape))) + 1
    near = cv2.dilate((~known_HW).astype(np.uint8), np.ones((reach, reach), np.uint8)) > 0
    weights: list[np.ndarray] = [(known_HW & near).astype(np.float32)]
    colours: list[np.ndarray] = [rgb_HWC.astype(np.float32)]
    while max(weights[-1].shape) > 1:
        size = tuple((n + 1) // 2 for n in weights[-1].shape[::-1])
        weight = cv2.resize(weights[-1], size, interpolation=cv2.INTER_AREA)
        colour = cv2.resize(colours[-1] * weights[-1][..., None], size, interpolation=cv2.INTER_AREA)
        weight, colour = weight.reshape(size[::-1]), colour.reshape(*size[::-1], 3)
        colours.append(colour / np.maximum(weight, 1e-12)[..., None])
        # Known by a quarter is known: a level that trusted less would drag its holes' emptiness along.
        weights.append(np.minimum(weight * 4, 1))
    fill = colours[-1]
    for colour, weight in zip(colours[-2::-1], weights[-2::-1], strict=True):
        up = cv2.resize(fill, weight.shape[::-1], interpolation=cv2.INTER_LINEAR).reshape(colour.shape)
        fill = up + (colour - up) * weight[..., None]
        for _ in range(_ROUNDS):
            mean = cv2.filter2D(fill, -1, _CROSS, borderType=cv2.BORDER_REPLICATE)
            fill = mean + (colour - mean) * weight[..., None]
    filled = np.clip(fill + 0.5, 0, 255).astype(np.uint8)
    filled[known_HW] = rgb_HWC[known_HW]
    return filled
