"""The window without a mouse: F6 goes from panel to panel, and to what asks something; Tab through what is in
one, to its button last."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QApplication, QToolButton, QWidget

from app.docks.panel import Panel


class PanelKeys(QObject):
    """canvas: where the round begins. asking: what asks something at the moment, which comes next. panels: in
    the order of the round; hidden ones are left out."""

    def __init__(
        self,
        window: QWidget,
        canvas: QWidget,
        asking: Callable[[], Sequence[QWidget]],
        panels: Sequence[Panel],
    ):
        super().__init__(window)
        self._canvas, self._asking, self._panels = canvas, asking, list(panels)

    def next(self) -> None:
        self._go(1)

    def previous(self) -> None:
        self._go(-1)

    def order(self) -> None:
        """Put what Tab goes through in order: the canvas, then panel by panel, as they are read."""
        row: list[QWidget] = [self._canvas]
        for panel in self._shown():
            row += [*reached(panel.widget()), panel.close_button]
        for one, other in zip(row, row[1:], strict=False):
            QWidget.setTabOrder(one, other)

    def _go(self, step: int) -> None:
        self.order()
        stops: list[QWidget] = [self._canvas, *self._asking(), *self._shown()]
        here = next(
            (place for place, stop in enumerate(stops) if _holds(stop, QApplication.focusWidget())), 0
        )
        stop = stops[(here + step) % len(stops)]
        if isinstance(stop, Panel):
            stop.raise_()
            inside = [*reached(stop.widget()), stop.close_button]
        else:
            inside = [stop] if stop is self._canvas else sorted(reached(stop), key=_closes)
        inside[0].setFocus(Qt.FocusReason.TabFocusReason)

    def _shown(self) -> list[Panel]:
        return [panel for panel in self._panels if panel.isVisible()]


def reached(body: QWidget | None) -> list[QWidget]:
    """What of a panel the keyboard reaches, from the top, and from left to right in a line."""
    if body is None:
        return []
    widgets = [
        widget
        for widget in (body, *body.findChildren(QWidget))
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and widget.isVisibleTo(body)
        and widget.isEnabled()
        and widget.focusProxy() is None
    ]

    def place(widget: QWidget) -> tuple[int, int]:
        at = widget.mapTo(body, widget.rect().topLeft())
        return at.y(), at.x()

    return sorted(widgets, key=place)


def _closes(widget: QWidget) -> bool:
    """Whether it takes away what it stands in: what is offered comes first."""
    return isinstance(widget, QToolButton)


def _holds(stop: QWidget, focused: QWidget | None) -> bool:
    return focused is not None and (stop is focused or stop.isAncestorOf(focused))
