"""A person who stands, of all joints, for tests: x, y px in a frame of 128x96, and state."""

from __future__ import annotations

import numpy as np

STANDING = np.float32([
    (48, 22, 2), (48, 34, 2),
    (36, 36, 2), (30, 50, 2), (28, 64, 2),
    (60, 36, 2), (66, 50, 2), (68, 64, 2),
    (42, 66, 2), (41, 90, 2), (41, 114, 2),
    (54, 66, 2), (55, 90, 2), (55, 114, 2),
    (45, 19, 2), (51, 19, 2), (42, 20, 2), (54, 20, 2),
])  # fmt: skip
