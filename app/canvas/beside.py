"""Where the photos stand beside the result while it is inspected: pure functions in px of the model frame.

The result keeps its place at the origin. The first photo stands left of it, as large; further ones stand one
above the other left of that, at half the size.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.inspecting.values import RESULT

GAP = 0.06  # of the frame's height between pictures
CAPTION = (
    0.13  # of it between two that stand above each other: room for the lower one's name in small windows
)


@dataclass(frozen=True)
class Box:
    """A picture's left upper corner and its size."""

    x: float
    y: float
    width: float
    height: float

    def part(self, xy: tuple[float, float]) -> tuple[float, float] | None:
        """A place in parts of the box, 0 to 1; None beside it."""
        x, y = (xy[0] - self.x) / self.width, (xy[1] - self.y) / self.height
        return (x, y) if 0 <= x < 1 and 0 <= y < 1 else None

    def point(self, part: tuple[float, float]) -> tuple[float, float]:
        """The other way round."""
        return self.x + part[0] * self.width, self.y + part[1] * self.height


def photo_boxes(frame: tuple[int, int], count: int) -> tuple[Box, ...]:
    """Where so many photos stand beside a frame (H, W)."""
    height, width = frame
    gap = GAP * height
    boxes = [Box(-(width + gap), 0.0, width, height)][:count]
    between = CAPTION * height
    half_h, half_w = (height - between) / 2, width * (height - between) / 2 / height
    for place in range(max(0, count - 1)):
        column, row = divmod(place, 2)
        x = boxes[0].x - (column + 1) * (half_w + gap)
        boxes.append(Box(x, row * (half_h + between), half_w, half_h))
    return tuple(boxes)


def picture_at(
    frame: tuple[int, int], count: int, xy: tuple[float, float]
) -> tuple[int, tuple[float, float]] | None:
    """Which picture is at a place and where in it, 0 to 1; None for none."""
    everything = ((RESULT, Box(0.0, 0.0, frame[1], frame[0])), *enumerate(photo_boxes(frame, count)))
    return next(((number, part) for number, box in everything if (part := box.part(xy)) is not None), None)
