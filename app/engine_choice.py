"""Which weights draw: tried at once, and kept for every start once they work."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from app.controller import Controller
from app.notify import Banner, Notices
from app.settings import Settings
from app.trouble import Trouble
from app.worker import EngineFacts
from engine.paths import DEFAULT_WEIGHTS

WEIGHTS_FILTER = "Weights (*.safetensors *.pt *.pth);;All files (*)"


class EngineChoice:
    """Hears whether the engine woke. While there is none, the banner asks for weights. first: those that it
    wakes with, None for those in the box. own: whether others than those draw, or were to."""

    def __init__(
        self,
        parent: QWidget,
        controller: Controller,
        notices: Notices,
        banner: Banner,
        settings: Settings,
        first: Path | None,
    ):
        self._parent = parent
        self._controller = controller
        self._notices = notices
        self._banner = banner
        self._settings = settings
        self._tried: tuple[Path | None, ...] = ()
        self.own = first is not None
        controller.engine_awake.connect(self._on_awake)
        controller.engine_missing.connect(self._on_missing)

    def choose_file(self) -> None:
        folder = self._settings.folder("weights")
        name, _ = QFileDialog.getOpenFileName(self._parent, "Choose weights", folder, WEIGHTS_FILTER)
        if name:
            self._settings.set_folder("weights", Path(name).parent)
            self.use(Path(name))

    def use(self, path: Path | None) -> None:
        """Open these weights now and, if they will do, at every start; None for those in the box."""
        self._tried = (path,)
        self._controller.open_weights(path)

    def use_shipped(self, weights: Path) -> None:
        """Open the weights of an engine in the box."""
        self.use(None if weights == DEFAULT_WEIGHTS else weights)

    def use_default(self) -> None:
        self.use(None)

    def _on_awake(self, facts: EngineFacts) -> None:
        if self._tried:
            [path] = self._tried
            self._settings.weights, self.own = path, path is not None
            self._tried = ()
            self._notices.show("good", f"Drawing with {facts.weights['name']} now.")
        if not self._controller.draft:
            self._banner.put_away()

    def _on_missing(self, trouble: Trouble) -> None:
        tried, self._tried = self._tried, ()
        self._notices.show("error", trouble.sentence, trouble.details)
        if self._controller.facts is None:
            self.own = any(tried) if tried else self.own
            self._banner.ask(
                "error",
                "The network is not awake, so the picture does not follow yet. You can pose, import and "
                "export skeletons meanwhile.",
                ("Choose weights…", self.choose_file),
                *([("Use those in the box", self.use_default)] if self.own else []),
            )
