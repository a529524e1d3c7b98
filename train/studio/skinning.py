"""Linear blend skinning on the processor: software renderers would repeat it for every index and pass."""

from __future__ import annotations

import numba
import numpy as np


@numba.njit(cache=True, fastmath=True)
def skin_vertices(rest, bones, weights, matrices, posed):
    """posed [V, 6] = blended matrices [bones, 3, 4] applied to the first six columns of rest: positions and
    normals."""
    for i in range(len(rest)):
        x, y, z = rest[i, 0], rest[i, 1], rest[i, 2]
        nx, ny, nz = rest[i, 3], rest[i, 4], rest[i, 5]
        for row in range(3):
            position = normal = np.float32(0)
            for k in range(4):
                w = weights[i, k]
                if w > 0:
                    m = matrices[bones[i, k], row]
                    position += w * (m[0] * x + m[1] * y + m[2] * z + m[3])
                    normal += w * (m[0] * nx + m[1] * ny + m[2] * nz)
            posed[i, row] = position
            posed[i, 3 + row] = normal
