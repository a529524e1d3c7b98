"""What a pixel of a person is: its parsing class, and the unit of its surface coordinates. Without torch."""

from __future__ import annotations

from typing import Any

# A hat counts as hair, eyes and brows as face, the neck as arms, shoes as legs.
REGIONS = ("background", "hair", "face", "upper clothes", "dress or skirt", "pants", "arms", "legs")
CLASSES = len(REGIONS)

SURFACE_SPAN = 9.0  # dm from the origin that surface coordinates can tell: the unit that networks see

# A map of arms is a class beneath them, and for a pixel of an arm more: which of them it is.
RIGHT_ARM, LEFT_ARM = 8, 16
ARMS_UNKNOWN = 255


def of_an_arm(code: Any) -> Any:
    """Which pixels of such a map, an array or a tensor of uint8, are an arm's, bool of its shape."""
    return (code >= RIGHT_ARM) & (code != ARMS_UNKNOWN)
