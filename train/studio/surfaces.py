"""Surface ids the renderer writes for every pixel, and the parsing classes they belong to."""

from __future__ import annotations

import numpy as np

# The eight parsing classes, in the order of `engine.regions.REGIONS`.
BACKGROUND, HAIR, FACE, UPPER, DRESS, PANTS, ARMS, LEGS = range(8)
# Bare skin of the trunk has ids of its own, so that a picture that shows what it should not can be found.
BARE_TORSO, BARE_HIPS = 8, 9
HELD = 10  # what a hand or an arm carries: no part of the person

# The ids of skin, which its shader chooses by the place on the body.
SKIN_IDS = {"FACE": FACE, "ARMS": ARMS, "LEGS": LEGS, "BARE_TORSO": BARE_TORSO, "BARE_HIPS": BARE_HIPS}

_CLASS_OF_SURFACE = np.array([*range(8), ARMS, LEGS, BACKGROUND], np.uint8)


def parsing_map(surfaces: np.ndarray) -> np.ndarray:
    """Surface ids uint8 [H, W] -> parsing classes uint8 [H, W]."""
    return _CLASS_OF_SURFACE[surfaces]
