"""Proportions of the body as sliders, which count from the pose that the hand found and spring back after
another change."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from app.docks.sliders import AmountSlider
from engine.pose.proportions import LEAST, MOST, PARTS


class ProportionsPanel(QWidget):
    """One slider a part of the body, in per cent."""

    began = Signal()
    changed = Signal(object)  # {part: factor}

    def __init__(self) -> None:
        super().__init__()
        grid = QGridLayout(self)
        grid.setContentsMargins(14, 4, 14, 10)
        grid.setVerticalSpacing(4)
        self.sliders: dict[str, AmountSlider] = {}
        self._values: dict[str, QLabel] = {}
        for row, part in enumerate(PARTS):
            slider = self.sliders[part] = AmountSlider()
            slider.setRange(round(100 * LEAST), round(100 * MOST))
            slider.setValue(100)
            slider.setAccessibleName(f"Size of the {part}, per cent")
            slider.began.connect(self.began)
            slider.valueChanged.connect(lambda _value: self._tell())
            value = self._values[part] = QLabel("100 %")
            value.setProperty("role", "number")
            grid.addWidget(QLabel(part.capitalize()), row, 0)
            grid.addWidget(slider, row, 1)
            grid.addWidget(value, row, 2)

    def reset(self) -> None:
        """The pose is another: what it has now is 100 %."""
        for part, slider in self.sliders.items():
            slider.blockSignals(True)
            slider.setValue(100)
            slider.blockSignals(False)
            self._values[part].setText("100 %")

    def _tell(self) -> None:
        for part, slider in self.sliders.items():
            self._values[part].setText(f"{slider.value()} %")
        self.changed.emit({part: slider.value() / 100 for part, slider in self.sliders.items()})
