"""Where garments surely cover the body: what the processor may leave out before the shaders cut exactly.

The exact edges live in shaders/edges.glsl; these are their safe inner parts.
"""

from __future__ import annotations

import numpy as np

from .garments import Top


def cover_of_top(top: Top, canonical: np.ndarray, arm: np.ndarray) -> np.ndarray:
    """Depth [N] (dm) of points inside a top's edges; -1 where it is not sure."""
    along, weight = arm.T
    on_arm = weight > 0.5
    x, y = np.abs(canonical[:, 0]), canonical[:, 1]
    depth = np.where(on_arm, top.sleeve - along, np.minimum(y - top.hem - top.hem_curve * x**2 * 0.12, 1))
    sure = (y < 4) & ~on_arm & (x < 1.2)
    if top.neck.kind in ("crew", "vee"):
        sure |= on_arm
    if top.neck.kind == "crew":
        sure |= ~on_arm & ((y < 4.3) | ((x > 1.45) & (y < 5.6)))
    if top.neck.kind == "turtle":
        sure = top.neck.front - y > 0.63
    return np.where(sure, depth, -1)


def cover_of_bottom(waist: float, hem: float, canonical: np.ndarray, arm: np.ndarray) -> np.ndarray:
    """Depth [N] (dm) of points inside trousers; -1 on the arms."""
    depth = np.minimum(waist - canonical[:, 1], canonical[:, 1] - hem)
    return np.where(arm[:, 1] > 0.5, -1, depth)
