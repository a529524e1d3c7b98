"""What is painted over the result: a stroke is one step of undo, with a sentence."""

from __future__ import annotations

from PySide6.QtGui import QUndoStack

from app import history
from app.document import Document
from engine.api import Stroke

XY = tuple[float, float]
_APART = 0.25  # of the brush's radius; points of a line that are nearer to each other say nothing new


class PaintStrokes(history.LookCommand):
    """Other strokes; `text` says what changed."""

    def __init__(self, document: Document, text: str, strokes: tuple[Stroke, ...], gesture: int = 0):
        super().__init__(document, text, gesture, strokes=strokes)


class Painting:
    """Changes the strokes of a document. Positions and radii are px of the model frame."""

    def __init__(self, document: Document, stack: QUndoStack):
        self._document, self._stack = document, stack
        self._gesture = 0
        self._before: tuple[Stroke, ...] = ()
        self._stroke: Stroke | None = None

    @property
    def stroke(self) -> Stroke | None:
        """What the brush that is down has painted so far."""
        return self._stroke

    def begin(self, word: str, at: XY, radius: float, rows: int) -> None:
        """Put the brush down. word: what it paints; rows: of the frame."""
        look = self._document.look
        pose = tuple((float(x) / rows, float(y) / rows, float(state)) for x, y, state in look.pose)
        self._gesture, self._before, self._rows = history.new_gesture(), look.strokes, rows
        self._stroke = Stroke(word, ((at[0] / rows, at[1] / rows),), radius / rows, pose)
        self._push()

    def draw_to(self, at: XY) -> None:
        if self._stroke is None:
            return
        x, y = at[0] / self._rows, at[1] / self._rows
        last_x, last_y = self._stroke.points[-1]
        if (x - last_x) ** 2 + (y - last_y) ** 2 >= (_APART * self._stroke.radius) ** 2:
            points = (*self._stroke.points, (x, y))
            self._stroke = Stroke(self._stroke.word, points, self._stroke.radius, self._stroke.pose)
            self._push()

    def end(self) -> None:
        """Lift the brush."""
        self._stroke = None

    def clear(self) -> None:
        """As it was before anything was painted."""
        self.end()
        history.do(self._stack, PaintStrokes(self._document, "Clear what was painted", ()))

    def _push(self) -> None:
        assert self._stroke is not None
        text, strokes = f"Paint {self._stroke.word}", (*self._before, self._stroke)
        history.do(self._stack, PaintStrokes(self._document, text, strokes, self._gesture))
