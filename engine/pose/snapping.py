"""Directions in steps, for a hand that is to keep to them: pure functions of places in px."""

from __future__ import annotations

import math

STEP = 15.0  # degrees: level, upright and the diagonals are among them

Place = tuple[float, float]


def angle_of(centre: Place, xy: Place) -> float:
    """Degrees clockwise as seen from x to the right, y down; 0 at the centre itself."""
    return math.degrees(math.atan2(xy[1] - centre[1], xy[0] - centre[0]))


def snapped(centre: Place, xy: Place, base: float = 0.0) -> Place:
    """The place nearest to `xy` on the line through `centre` whose direction, counted in steps from `base`
    degrees, is the nearest to that of `xy`."""
    turn = math.radians(base + round((angle_of(centre, xy) - base) / STEP) * STEP)
    along = (xy[0] - centre[0]) * math.cos(turn) + (xy[1] - centre[1]) * math.sin(turn)
    return centre[0] + along * math.cos(turn), centre[1] + along * math.sin(turn)
