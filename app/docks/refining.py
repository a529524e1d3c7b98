"""How far a garment is refined behind the window, and a way to leave it as good as it is."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget


class RefiningRow(QWidget):
    """Seen only while there is something to stop."""

    stop_wanted = Signal()

    def __init__(self):
        super().__init__()
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        self.told = QLabel()
        self.told.setProperty("role", "muted")
        line.addWidget(self.told, 1)
        self.stop = QPushButton("Stop")
        self.stop.setToolTip("Leave it as it is now. Esc does so too, once nothing is chosen.")
        self.stop.setAccessibleName("Stop refining")
        self.stop.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keys where they are
        self.stop.clicked.connect(self.stop_wanted)
        line.addWidget(self.stop)
        self.hide()

    def show_progress(self, word: str, share: float) -> None:
        """word: the garment that is refined, "" for none. share: 0 to 1, of all there is to do."""
        self.told.setText(f"Refining the {word}: {share:.0%}")
        self.setVisible(bool(word))
