"""How much of another photo's textures the person has, as steps of undo."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QUndoStack

from app import history
from app.document import Borrow, Document


class Borrowing:
    """One photo at a time."""

    def __init__(self, document: Document, stack: QUndoStack):
        self._document, self._stack = document, stack
        self._slide = 0

    def begin_slide(self) -> None:
        """A hand is on the slider: what follows is one step of undo."""
        self._slide = history.new_gesture()

    def borrow(self, key: str, amount: float, sliding: bool = False) -> None:
        """Mix the textures of a photo into the person, 0 to 1."""
        wanted = Borrow(key, float(np.clip(amount, 0.0, 1.0)))
        look = self._document.look
        if wanted != look.borrow and key != look.person and look.photo(key):
            gesture = self._slide if sliding else 0
            history.do(self._stack, history.BorrowFrom(self._document, wanted, gesture))
