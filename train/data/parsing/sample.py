"""One picture that the parsing network learns from, with its labels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class ParsingSample:
    """image_HWC uint8 RGB; parsing_HW uint8; keypoints_18x3 float32 px; surface_HW3 uint8, 0 unknown."""

    image_HWC: np.ndarray
    parsing_HW: np.ndarray
    keypoints_18x3: np.ndarray
    surface_HW3: np.ndarray
