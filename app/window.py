"""The main window: its parts, and what hears what between the document, the canvas and the panels."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QApplication, QLabel, QMainWindow

from app import actions, crash, icons, menus, theme
from app.autosave import AutoSave
from app.backend import Backend, EngineBackend
from app.centre import Centre
from app.comparing import Comparing
from app.controller import Controller
from app.dialogs import info
from app.dialogs.palette import Palette
from app.dialogs.rebind import RebindDialog
from app.docks.layout import Docks
from app.draft import Draft
from app.draft_banner import DraftBanner
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
from app.modes.dress import DressMode
from app.modes.inspect import InspectMode
from app.modes.switch import ModeSwitch
from app.pose_library import PoseLibrary
from app.proportioning import Proportioning
from app.settings import Settings
from app.snapshots import Snapshots
from app.status import Status
from app.texture_hands import TextureHands
from app.worker import EngineFacts, RenderWorker
from engine.api import Frame
from engine.paths import user_data
from engine.pose.symmetry import limb_of

DEFAULT_FRAME = (256, 176)
TITLE_BAR = 40  # px left for the window manager's own bar
ZOOM_STEP = 1.25
TIP = "Drag a joint, a bone to turn it, the trunk to move the person. Ctrl frees a joint, F1 tells more."
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
        worker = RenderWorker(backend, weights or self.settings.weights, device, self)
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
        self.files = FileThread(self)
        self.looks = LookFiles(self, c, self.files, self.centre.notices, self.settings)
        self.journals = user_data() / "journal"
        self.autosave = AutoSave(self, c, self.looks, self.files, self.journals)
        pictured = PicturedLooks(self, c, self.files, self.centre.notices, self.settings)
        self.opening = Opening(
            self,
            c,
            self.centre.notices,
            self.settings,
            self.looks.open,
            pictured,
            lambda key: self.hands.use_garment(key),
        )
        self.saving = Saving(self, c, self.centre.notices, self.settings)
        self.engines = EngineChoice(self, c, self.centre.notices, self.centre.banner, self.settings)
        self.draft_banner = DraftBanner(self.centre.banner, c.photos)
        self.drops = Drops(
            self,
            self.centre.overlay,
            self.docks.shelf,
            self.docks.poses,
            take=self.opening.take,
            tell=lambda sentence: self.centre.notices.show("info", sentence),
            move=lambda key, at: self.hands.move_photo(key, at),
            keep=lambda thing: self.pose_library.take_in(thing),
        )
        self.snapshots = Snapshots(c)
        self.series = Series(self, c, self.snapshots.strip, self.files, self.centre.notices, self.settings)
        self.pose_library = PoseLibrary(self, c, self.opening, self.centre.notices, self.settings)
        self.inspecting = InspectMode(c)
        self.map_saving = MapSaving(
            self, self.inspecting, self.docks.inspector.scale, self.files, self.centre.notices, self.settings
        )
        self.verbs = self._verbs()
        self.actions_by_id = actions.build_actions(self, self.verbs)
        self.actions_by_id["toggle_skeleton"].setChecked(True)
        self.keys = KeyBindings(self.actions_by_id, self.settings)
        self.proportioning = Proportioning(c, self.docks.proportions)
        self.panel_keys = PanelKeys(self, self.centre.canvas, self.docks.panels)
        self.comparing = Comparing(self.centre, c, self.actions_by_id["toggle_reference"])
        dressing = DressMode(c)
        self.modes = ModeSwitch(self.centre, self.docks, c, dressing, self.inspecting, self.actions_by_id)
        self.texture_hands = TextureHands(self.docks.inspector, self.inspecting, c, self.settings)
        self.hands = Hands(self.centre, self.docks, c, self.settings, self.actions_by_id, dressing)
        bar = menus.fill_menu_bar(
            self,
            self.actions_by_id,
            self.docks.panels,
            self.opening.open_sample,
            lambda: self.settings.recent,
            self.looks.open,
            self.settings.theme,
            self.set_theme,
        )
        self.engine_entries = EngineEntries(bar["E&ngine"], backend.engines(), self.engines.use_shipped)
        menus.add_tool_bar(self, self.actions_by_id)
        exports = ("export_map", "export_atlas", "export_row", "export_arrays")
        self.docks.inspector.export.menu().addActions([self.actions_by_id[name] for name in exports])
        self.zoom_label = QLabel("100 %")
        self.statusBar().addWidget(QLabel(TIP), 1)
        self.statusBar().addPermanentWidget(self.zoom_label)
        self.statusBar().setSizeGripEnabled(False)
        self._connect()
        room = self.screen().availableGeometry()
        self.resize(min(1440, room.width()), min(900, room.height() - TITLE_BAR))
        self.docks.restore(self.settings.layout())
        self._refresh_actions()

    def _verbs(self) -> dict[str, Callable[..., object]]:
        """What each action of the table does."""
        c, canvas = self.controller, self.centre.canvas
        return {
            "open_person": self.opening.choose_person,
            "open_garment": self.opening.choose_garment,
            "save": self.looks.save,
            "save_as": self.looks.save_as,
            "save_copy": self.looks.save_copy,
            "save_picture": self.saving.choose_picture,
            "export_options": self.saving.choose_options,
            "import_pose": self.opening.choose_pose,
            "export_pose": self.saving.choose_pose,
            "choose_weights": self.engines.choose_file,
            "default_weights": self.engines.use_default,
            "quit": self.close,
            "undo": c.undo_group.undo,
            "redo": c.undo_group.redo,
            "copy_pose": self.saving.copy_pose,
            "copy_picture": self.saving.copy_picture,
            "paste": self.opening.paste,
            "pose_mode": lambda _on: self.modes.pose(),
            "dress_mode": lambda _on: self.modes.dress(),
            "inspect_mode": lambda _on: self.modes.inspect(),
            "brush": lambda on: self.modes.dressing.take_brush(on),
            "brush_wider": lambda: self.modes.dressing.brush.widen(1),
            "brush_narrower": lambda: self.modes.dressing.brush.widen(-1),
            "next_texture": lambda: self.inspecting.step_texture(1),
            "previous_texture": lambda: self.inspecting.step_texture(-1),
            "next_layer": lambda: self.inspecting.step_layer(1),
            "previous_layer": lambda: self.inspecting.step_layer(-1),
            "export_map": self.map_saving.choose_map,
            "export_atlas": self.map_saving.choose_atlas,
            "export_row": self.map_saving.choose_row,
            "export_arrays": self.map_saving.choose_arrays,
            "toggle_joint": lambda: canvas.joint_toggled.emit(canvas.selected),
            "show_all_joints": c.posing.show_all,
            "select_all": lambda: canvas.choose_group(tuple(np.flatnonzero(c.pose[:, 2] > 0).tolist())),
            "flip_limb": lambda: c.posing.flip(canvas.selected),
            "symmetric": c.posing.set_symmetric,
            "copy_limb": lambda: c.posing.copy_across(canvas.selected),
            "mirror": c.posing.mirror,
            "turn_around": c.posing.turn_around,
            "reset_pose": c.posing.reset,
            "keep_pose": self.pose_library.keep,
            "fit": canvas.fit,
            "actual_size": lambda: canvas.camera.magnify(1.0),
            "zoom_in": lambda: canvas.zoom_to(canvas.zoom * ZOOM_STEP),
            "zoom_out": lambda: canvas.zoom_to(canvas.zoom / ZOOM_STEP),
            "toggle_skeleton": canvas.set_skeleton_shown,
            "toggle_reference": lambda on: self.comparing.show(on),
            "compare_way": lambda: self.comparing.next_way(),
            "pin_look": self.snapshots.pin,
            "contact_sheet": self.series.choose_sheet,
            "in_between": self.series.choose_between,
            "toggle_panels": self.docks.hide_all,
            "reset_layout": self._reset_layout,
            "show_keys": lambda: info.keys(self, self.keys.bound()),
            "palette": lambda: Palette(self, self.actions_by_id.values()).open(),
            "change_keys": lambda: RebindDialog(self, self.keys.bound, self.keys.change).open(),
            "next_panel": lambda: self.panel_keys.next(),
            "previous_panel": lambda: self.panel_keys.previous(),
            "show_model": self._show_model,
            "licences": lambda: info.licences(self),
            "open_logs": self._open_logs,
            "about": lambda: info.about(self),
        }

    def _connect(self) -> None:
        c, centre = self.controller, self.centre
        c.picture_changed.connect(centre.canvas.show_picture)
        c.pose_changed.connect(self._on_pose)
        c.look_changed.connect(self._on_look)
        c.status_changed.connect(self._on_status)
        c.photos.busy_changed.connect(centre.show_busy)
        c.notice.connect(centre.notices.show)
        c.photos.notice.connect(centre.notices.show)
        c.shelving.notice.connect(centre.notices.show)
        c.shelving.offered.connect(centre.notices.offer)
        c.photos.several_found.connect(self.opening.ask_who)
        c.photos.person_opened.connect(self.opening.take_waiting_poses)
        c.photos.person_opened.connect(self._on_own_photo)
        c.photos.pose_found.connect(self.opening.take_person)
        c.photos.pose_found.connect(self.opening.take_waiting_poses)
        c.frame_shown.connect(self._on_frame)
        self.inspecting.offered.connect(self._refresh_actions)
        c.maps_shown.connect(self._refresh_actions)
        c.engine_awake.connect(self._on_awake)
        c.engine_missing.connect(self._mark_engine)
        c.draft_changed.connect(self._on_draft)
        c.undo_group.indexChanged.connect(self._refresh_actions)
        self.looks.settled.connect(self._show_name)
        centre.canvas.joint_selected.connect(self._refresh_actions)
        centre.canvas.zoom_changed.connect(lambda zoom: self.zoom_label.setText(f"{100 * zoom:.0f} %"))
        centre.canvas.peeked.connect(self.comparing.glance)
        self.comparing.told.connect(lambda sentence: self.statusBar().showMessage(sentence, TOLD_MS))
        self.snapshots.changed.connect(self._show_strip)
        self.snapshots.pins_changed.connect(self.looks.settled)
        strip = self.docks.looks
        strip.wanted.connect(self.snapshots.go_back_to)
        strip.pin_wanted.connect(self.snapshots.set_pinned)
        strip.remove_wanted.connect(self.snapshots.remove)
        strip.renamed.connect(self.snapshots.rename)
        strip.compare_wanted.connect(
            lambda number: self.comparing.show_with(self.snapshots.strip.get(number))
        )
        self.docks.inspector.look_wanted.connect(self._compare_maps)
        self.docks.shelf.browse_wanted.connect(self.opening.choose_garment)
        self.pose_library.connect(self.docks.poses)
        self.trouble_met.connect(self._on_trouble)
        QApplication.styleHints().colorSchemeChanged.connect(self._on_scheme)

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

    # What the controller tells.

    def _on_own_photo(self) -> None:
        if not self.settings.consent_told:
            self.settings.consent_told = True
            self.statusBar().showMessage(CONSENT, CONSENT_MS)

    def _on_pose(self) -> None:
        pose = self.controller.pose
        self.centre.canvas.show_pose(self.controller.shown_pose)
        self.centre.point_coach()
        self.docks.joint.show_joint(self.centre.canvas.selected, pose)
        if self.controller.draft:
            self.draft_banner.tell(self.controller.draft)
        self._refresh_actions()

    def _on_look(self, changed: frozenset[str]) -> None:
        look = self.controller.document.look
        self.comparing.look_changed()
        if changed & {"photos", "person"}:
            self.docks.shelf.show_look(look)
            self.panel_keys.order()
        elif "borrow" in changed:
            self.docks.shelf.show_borrow(look)
        if "library" in changed:
            self.docks.poses.mark(look.library)
        if changed & {"photos", "person", "outfit", "strokes"}:
            self.docks.outfit.show_look(look)
        photo = look.photo(look.person)
        if photo is not None and "person" in changed:
            self._set_photo_pixel()
        self._show_name()
        self._refresh_actions()

    def _set_photo_pixel(self) -> None:
        look = self.controller.document.look
        photo = None if self.controller.draft else look.photo(look.person)
        self.centre.canvas.camera.set_photo_pixel(photo.reference.photo_pixel if photo else 1.0)

    def _show_name(self) -> None:
        self.setWindowTitle(f"{self.looks.name}[*] – Poseloom")
        self.setWindowModified(self.controller.document.changed)

    def _on_status(self, status: Status) -> None:
        self.centre.show_status(status)
        self.centre.canvas.dim(status.state == "waking" and not self.controller.draft)

    def _on_frame(self, frame: Frame) -> None:
        self._refresh_actions()

    def _on_awake(self, facts: EngineFacts) -> None:
        self._mark_engine()
        self._refresh_actions()

    def _mark_engine(self) -> None:
        facts = self.controller.facts
        self.engine_entries.mark(facts.weights.get("path", "") if facts else "")

    def _on_draft(self, draft: Draft | None) -> None:
        if draft is None:
            self.centre.banner.put_away()
        else:
            self.draft_banner.show(draft)
            self.modes.pose()
        self.centre.hud.setVisible(draft is None)
        self._set_photo_pixel()
        self.comparing.show(False)
        self.centre.canvas.select(-1)
        self.centre.canvas.choose_group(())
        self._refresh_actions()

    def _on_trouble(self, sentence: str, details: str) -> None:
        # A method, not a lambda: Qt then brings the call over from whatever thread the trouble was on.
        self.centre.notices.show("error", sentence, details)

    def _on_scheme(self) -> None:
        if self.settings.theme == theme.SYSTEM:
            self._dress()

    def _show_strip(self) -> None:
        self.docks.looks.show_strip(self.snapshots.strip, self.snapshots.present)
        self.docks.inspector.offer_looks(
            [(each.number, each.name) for each in self.snapshots.strip.snapshots]
        )

    def _compare_maps(self, number: int) -> None:
        if (look := self.snapshots.strip.get(number)) is not None:
            self.inspecting.compare_with(look.still_HWC, look.name.lower())

    def _reset_layout(self) -> None:
        self.actions_by_id["toggle_panels"].setChecked(False)
        self.modes.pose()  # whose panels these are
        self.docks.reset()
        self.centre.canvas.fit()

    def _show_model(self) -> None:
        if self.controller.facts:
            info.network(self, self.controller.facts)

    def _open_logs(self) -> None:
        if not crash.open_log_folder():
            self.centre.notices.show("info", f"The logs are in {crash.log_folder()}.")

    def set_theme(self, choice: str) -> None:
        """Dress the window as dark, light or system."""
        self.settings.theme = choice
        self._dress()

    def _dress(self) -> None:
        if isinstance(application := QApplication.instance(), QApplication):
            theme.apply(application, self.settings.theme)
        self.centre.refresh_theme()
        self.docks.inspector.refresh_theme()
        self.docks.shelf.show_look(self.controller.document.look)

    def _refresh_actions(self) -> None:
        c = self.controller
        actions.refresh(
            self.actions_by_id,
            {
                "awake": c.facts is not None,
                "somebody": bool(c.document.look.person),
                "can_dress": c.facts is not None and not c.draft,
                "can_inspect": c.facts is not None and not c.draft,
                "inspecting": self.inspecting.inspection is not None,
                "own_weights": self.settings.weights is not None,
                "rendered": c.status.level > 0 and not c.draft,
                "can_undo": c.undo_group.canUndo(),
                "can_redo": c.undo_group.canRedo(),
                "joint_chosen": self.centre.canvas.selected >= 0,
                "limb_chosen": bool(limb_of(self.centre.canvas.selected)),
                "some_hidden": bool((c.pose[:, 2] <= 0).any()),
            },
        )
        actions.name_step(self.actions_by_id["undo"], "Undo", c.undo_group.undoText())
        actions.name_step(self.actions_by_id["redo"], "Redo", c.undo_group.redoText())
