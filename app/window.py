"""The main window: what it is made of, and how it opens and closes."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QLabel, QMainWindow

from app import actions, icons, menus
from app.autosave import AutoSave
from app.backend import Backend, EngineBackend
from app.centre import Centre
from app.comparing import Comparing
from app.conditions import Conditions
from app.controller import Controller
from app.docks.layout import Docks
from app.engine_choice import EngineChoice
from app.engine_menu import EngineEntries
from app.file_thread import FileThread
from app.files import samples
from app.files.drops import Drops
from app.files.looks import LookFiles
from app.files.map_saving import MapSaving
from app.files.opening import Opening
from app.files.pictured import PicturedLooks
from app.files.saving import Saving
from app.files.series import Series
from app.hands import Hands
from app.keyboard import PanelKeys
from app.keys import KeyBindings
from app.modes.aim import Aim
from app.modes.dress import DressMode
from app.modes.inspect import InspectMode
from app.modes.switch import ModeSwitch
from app.pose_library import PoseLibrary
from app.proportioning import Proportioning
from app.settings import Settings
from app.showing import Showing
from app.snapshots import Snapshots
from app.texture_hands import TextureHands
from app.theme_choice import ThemeChoice
from app.verbs import verbs_of
from app.worker import RenderWorker
from engine.paths import user_data

DEFAULT_FRAME = (256, 176)
TITLE_BAR = 40  # px left for the window manager's own bar
TIPS = {
    "pose_mode": "Drag a joint, a bone to turn it, the trunk to move the person. F1 tells more.",
    "dress_mode": "Click what they wear, then a photo on the shelf to take it from. 1 goes back.",
    "inspect_mode": "Where did a pixel come from? Point at it; a click holds it, Esc lets go. 1 goes back.",
}
CONSENT = "Pose people who agreed to it. What you export says in its metadata that it is synthesised."
CONSENT_MS = 30_000
TOLD_MS = 8_000


class MainWindow(QMainWindow):
    """Opens with the sample on screen; `start` wakes the engine behind it."""

    trouble_met = Signal(str, str)  # sentence, details; may be emitted on any thread

    def __init__(
        self,
        backend: Backend | None = None,
        settings: Settings | None = None,
        weights: Path | None = None,
        device: str = "auto",
    ):
        super().__init__()
        self.settings = settings or Settings()
        backend = backend or EngineBackend()
        weights = weights or self.settings.weights
        worker = RenderWorker(backend, weights, device, self)
        self.controller = c = Controller(worker, DEFAULT_FRAME, self)
        self.stopped = True
        self._asks = True
        self.setWindowTitle("Poseloom")
        self.setWindowIcon(icons.icon("poseloom", "accent"))
        self.setAcceptDrops(True)
        self.setDockNestingEnabled(True)
        self.centre = Centre(coached=not self.settings.hint_seen)
        self.setCentralWidget(self.centre)
        self.docks = Docks(self, c.undo_group)
        self._build_files(weights)
        self.snapshots = Snapshots(c)
        strip, picture_of = self.snapshots.strip, self.docks.poses.picture_of
        self.series = Series(self, c, strip, picture_of, self.files, self.centre.notices, self.settings)
        self.pose_library = PoseLibrary(self, c, self.opening, self.centre.notices, self.settings)
        self.inspecting = InspectMode(c)
        self.map_saving = MapSaving(
            self, self.inspecting, self.docks.inspector.scale, self.files, self.centre.notices, self.settings
        )
        self.verbs = verbs_of(self)
        self.actions_by_id = actions.build_actions(self, self.verbs)
        for name in ("toggle_skeleton", "keep_lengths", "bend_limbs"):
            self.actions_by_id[name].setChecked(True)
        self.keys = KeyBindings(self.actions_by_id, self.settings)
        self._build_hands()
        self._build_bars(backend)
        self._connect()
        room = self.screen().availableGeometry()
        self.resize(min(1440, room.width()), min(900, room.height() - TITLE_BAR))
        self.docks.restore(self.settings.layout())

    def _build_files(self, weights: Path | None) -> None:
        """Everything that is opened, saved, dropped and kept."""
        c, notices, settings = self.controller, self.centre.notices, self.settings
        self.files = FileThread(self)
        self.looks = LookFiles(self, c, self.files, notices, settings)
        self.journals = user_data() / "journal"
        self.autosave = AutoSave(self, c, self.looks, self.files, self.journals)
        pictured = PicturedLooks(self, c, self.files, notices, settings)
        self.opening = Opening(
            self, c, notices, settings, self.looks.open, pictured, lambda key: self.hands.use_garment(key)
        )
        self.saving = Saving(self, c, notices, settings)
        self.engines = EngineChoice(self, c, notices, self.centre.banner, settings, weights)
        self.drops = Drops(
            self,
            self.centre.overlay,
            self.docks.shelf,
            self.docks.poses,
            take=self.opening.take,
            tell=lambda sentence: notices.show("info", sentence),
            move=lambda key, at: self.hands.move_photo(key, at),
            keep=lambda thing: self.pose_library.take_in(thing),
            aim=lambda at, let_go: self.aim(at, let_go),
        )

    def _build_hands(self) -> None:
        """What is touched, and what shows what came of it."""
        c, centre, docks, made = self.controller, self.centre, self.docks, self.actions_by_id
        self.proportioning = Proportioning(c, docks.proportions)
        self.panel_keys = PanelKeys(self, centre.canvas, centre.asking, docks.panels)
        for view in (docks.poses.grid, docks.looks.row, docks.history):
            view.installEventFilter(centre.canvas.held)
        self.comparing = Comparing(centre, c, made["toggle_reference"])
        dressing = DressMode(c)
        self.aim = Aim(self, centre.canvas, c, dressing)
        self.modes = ModeSwitch(centre, docks, c, dressing, self.inspecting, made)
        self.texture_hands = TextureHands(docks.inspector, self.inspecting, c, self.settings)
        self.hands = Hands(centre, docks, c, self.settings, made, dressing)
        self.showing = Showing(
            centre, docks, c, self.modes, self.inspecting, self.comparing, self.snapshots, self.panel_keys
        )
        self.conditions = Conditions(made, c, centre.canvas.skeleton, self.inspecting, self.engines)
        self.themes = ThemeChoice(centre, docks, c, self.settings)

    def _build_bars(self, backend: Backend) -> None:
        bar = menus.fill_menu_bar(
            self,
            self.actions_by_id,
            self.docks.panels,
            self.opening.open_sample,
            lambda: self.settings.recent,
            self.looks.open,
            self.settings.theme,
            self.themes.choose,
        )
        self.engine_entries = EngineEntries(bar["E&ngine"], backend.engines(), self.engines.use_shipped)
        menus.add_tool_bar(self, self.actions_by_id)
        exports = ("export_map", "export_atlas", "export_row", "export_arrays")
        self.docks.inspector.export.menu().addActions([self.actions_by_id[name] for name in exports])
        self.zoom_label = QLabel("100 %")
        self.tip = QLabel(TIPS["pose_mode"])
        for name, words in TIPS.items():
            self.actions_by_id[name].toggled.connect(partial(self._show_tip, words))
        self.statusBar().addWidget(self.tip, 1)
        self.statusBar().addPermanentWidget(self.zoom_label)
        self.statusBar().setSizeGripEnabled(False)

    def _connect(self) -> None:
        c = self.controller
        c.look_changed.connect(self._show_name)
        self.looks.settled.connect(self._show_name)
        c.photos.several_found.connect(self.opening.ask_who)
        c.photos.person_opened.connect(self.opening.take_waiting_poses)
        c.photos.person_opened.connect(self._on_own_photo)
        c.photos.pose_found.connect(self.opening.take_person)
        c.photos.pose_found.connect(self.opening.take_waiting_poses)
        c.engine_awake.connect(self._mark_engine)
        c.engine_missing.connect(self._mark_engine)
        self.centre.canvas.zoom_changed.connect(lambda zoom: self.zoom_label.setText(f"{100 * zoom:.0f} %"))
        self.comparing.told.connect(lambda sentence: self.statusBar().showMessage(sentence, TOLD_MS))
        self.snapshots.pins_changed.connect(self.looks.settled)
        self.docks.shelf.browse_wanted.connect(self.opening.choose_garment)
        self.pose_library.connect(self.docks.poses)
        self.trouble_met.connect(self._on_trouble)

    # Opening and closing.

    def start(self, files: list[Path] | None = None) -> None:
        """Show the sample, wake the engine, and open what was given."""
        self.centre.canvas.setFocus()

        def begin(sample: samples.SamplePhoto) -> None:
            self.controller.start(sample)
            self.opening.open_all(files or [])

        self.opening.read_first_sample(DEFAULT_FRAME, begin)

    def offer_left_behind(self) -> None:
        """Ask about work that was not saved when the program was ended."""
        self.looks.find_left_behind(self.journals)

    def leave(self) -> None:
        """Close without a question: what is not saved is kept, and offered at the next start."""
        self._asks = False
        self.close()

    def throw_away(self) -> None:
        """Close without a question, keeping nothing."""
        self._throw_changes_away()
        self.close()

    def _throw_changes_away(self) -> None:
        document = self.controller.document
        document.mark_saved(document.look, document.pins)
        self.autosave.forget()

    # What panels leave of keys: a slider keeps the keyboard once it was pulled, a list once it was clicked.

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() == Qt.Key.Key_Escape:
            self.centre.canvas.escape()
        elif not self.centre.canvas.held.pressed(event):
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        self.centre.canvas.held.released(event)
        super().keyReleaseEvent(event)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        if event.type() == QEvent.Type.ActivationChange and not self.isActiveWindow():
            self.centre.canvas.held.let_go()  # whoever is told of the release is another window
        super().changeEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        if self._asks and not self.looks.may_go(self.close):
            event.ignore()
            return
        if self._asks:
            self._throw_changes_away()
        else:
            self.autosave.keep()
        self.modes.pose()  # the next start is in that mode too
        self.settings.set_layout(self.saveGeometry(), self.saveState())
        self.settings.save()
        self.hide()
        self.stopped = self.controller.close()
        self.files.finish()
        event.accept()

    # What is told.

    def _on_own_photo(self) -> None:
        if not self.settings.consent_told:
            self.settings.consent_told = True
            self.statusBar().showMessage(CONSENT, CONSENT_MS)

    def _show_name(self) -> None:
        title, changed = f"{self.looks.name}[*] – Poseloom", self.controller.document.changed
        if (title, changed) != (self.windowTitle(), self.isWindowModified()):  # the window manager is slow
            self.setWindowTitle(title)
            self.setWindowModified(changed)

    def _show_tip(self, words: str, on: bool) -> None:
        if on:
            self.tip.setText(words)

    def _mark_engine(self) -> None:
        facts = self.controller.facts
        self.engine_entries.mark(facts.weights.get("path", "") if facts else "")

    def _on_trouble(self, sentence: str, details: str) -> None:
        # A method, not a lambda: Qt then brings the call over from whatever thread the trouble was on.
        self.centre.notices.show("error", sentence, details)
