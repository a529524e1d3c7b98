"""The slider of all panels: a press takes its handle to where it is, and each gesture is told once."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QSlider, QStyle, QStyleOptionSlider

WHEEL_REST_MS = 600  # a pause this long ends a turn of the wheel


class AmountSlider(QSlider):
    """Tells when a gesture begins: a press, a key (as long as it is held), a turn of the wheel."""

    began = Signal()

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._moving = False
        self._wheeled = -WHEEL_REST_MS
        self.sliderPressed.connect(self._taken)
        self.setRange(0, 100)
        self.setPageStep(10)

    @property
    def sliding(self) -> bool:
        """Whether a change of its value belongs to the gesture that was told."""
        return self._moving or self.isSliderDown()

    def _taken(self) -> None:
        """Its handle is down, by a hand that has not been told of yet, or by none."""
        if not self._moving:
            self.began.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        self.began.emit()
        self._moving = True
        if event.button() == Qt.MouseButton.LeftButton and not self._on_handle(event):
            # Qt goes a page at a time for the left button, and takes the handle along for the middle one.
            middle = Qt.MouseButton.MiddleButton
            event = QMouseEvent(
                event.type(), event.position(), event.globalPosition(), middle, middle, event.modifiers()
            )
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        super().mouseReleaseEvent(event)
        self._moving = False

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        self._move(partial(super().keyPressEvent, event), again=event.isAutoRepeat())

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        again = event.timestamp() - self._wheeled < WHEEL_REST_MS
        self._wheeled = event.timestamp()
        self._move(partial(super().wheelEvent, event), again)

    def _move(self, handle: Callable[[], None], again: bool) -> None:
        if not again:
            self.began.emit()
        self._moving = True
        handle()
        self._moving = False

    def _on_handle(self, event: QMouseEvent) -> bool:
        option = QStyleOptionSlider()
        self.initStyleOption(option)
        slider, handle = QStyle.ComplexControl.CC_Slider, QStyle.SubControl.SC_SliderHandle
        at = event.position().toPoint()
        return self.style().hitTestComplexControl(slider, option, at, self) == handle
