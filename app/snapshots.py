"""Looks that are kept by themselves: a pause after an exact picture makes one, P pins the present one."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from app import history
from app.controller import Controller
from app.document import Snapshot
from app.strip import Strip
from engine.api import Frame

PAUSE_MS = 2000  # one looks at what one made


class Snapshots(QObject):
    """Fills the strip; `changed` whenever it holds others, or the present look is another; `pins_changed`
    when others are to be kept with the look.
    """

    changed = Signal()
    pins_changed = Signal()

    def __init__(self, controller: Controller, pause_ms: int = PAUSE_MS):
        super().__init__(controller)
        self._controller = controller
        self.strip = Strip()
        self._pause = QTimer(self, singleShot=True, interval=pause_ms)
        self._pause.timeout.connect(self.take)
        controller.frame_shown.connect(self._on_frame)
        controller.document.listen(lambda _changed: self._on_change())
        controller.look_opened.connect(self._on_opened)

    @property
    def present(self) -> Snapshot | None:
        """The snapshot that is shown now."""
        return self.strip.find(self._controller.document.look)

    def take(self) -> Snapshot | None:
        """Keep the present look, if what is shown is its picture."""
        c = self._controller
        if c.status.state != "full" or c.draft or c.shown_pose is not c.pose or not c.document.look.person:
            return self.present
        taken = self.strip.take(c.document.look, c.still, c.size)
        self.changed.emit()
        return taken

    def pin(self) -> None:
        """Pin the present look, or let it go again."""
        taken = self.take()
        if taken is None:
            self._controller.notice.emit("info", "Wait for the full picture, then pin it.", "")
            return
        self.set_pinned(taken.number, not taken.pinned)

    def set_pinned(self, number: int, pinned: bool) -> None:
        self.strip.pin(number, pinned)
        self._tell()

    def rename(self, number: int, name: str) -> None:
        """Call a look so. One that somebody gives a name is to stay, so it is pinned."""
        self.strip.rename(number, name)
        self.set_pinned(number, True)

    def remove(self, number: int) -> None:
        self.strip.remove(number)
        self._tell()

    def go_back_to(self, number: int) -> None:
        """Show a look that was kept, as one step of undo."""
        snapshot, c = self.strip.get(number), self._controller
        if snapshot is not None and not c.draft:
            name = snapshot.called or snapshot.name.lower()
            history.do(c.undo_stack, history.TakeLook(c.document, snapshot.look_in(c.size), name))

    def _on_frame(self, frame: Frame) -> None:
        if frame.exact:
            self._pause.start()

    def _on_change(self) -> None:
        self._pause.stop()
        self.changed.emit()

    def _on_opened(self) -> None:
        self.strip.begin(self._controller.document.pins)
        self.changed.emit()

    def _tell(self) -> None:
        self._controller.document.pins = self.strip.pins
        self.changed.emit()
        self.pins_changed.emit()
