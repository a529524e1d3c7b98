"""The main window: what hears what between the document, the canvas and the panels."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtWidgets import QApplication, QMainWindow, QMenu

from app import actions, icons, theme
from app.backend import Backend, EngineBackend
from app.controller import Controller
from app.docks.panel import Panel
from app.draft import Draft
from app.files import intake, samples
from app.fitting import ENOUGH_ANCHORS, anchor_count
from app.jobs import GARMENT, PERSON
from app.layout import Layout
from app.settings import Settings
from app.verbs import Verbs
from app.worker import EngineFacts, RenderWorker, Trouble
from engine.api import Frame

COACHED_JOINTS = (7, 4, 6, 3, 0, 13, 10)  # the left wrist, or what is shown instead
DEFAULT_FRAME = (256, 176)
TITLE_BAR = 40  # px left for the window manager's own bar


class MainWindow(Verbs, Layout, QMainWindow):
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
        worker = RenderWorker(backend or EngineBackend(), weights or self.settings.weights, device, self)
        self.controller = Controller(worker, DEFAULT_FRAME, self)
        self.setWindowTitle("Poseloom")
        self.setWindowIcon(icons.icon("poseloom", "accent"))
        self.setAcceptDrops(True)
        self.setDockNestingEnabled(True)
        self.actions_by_id = actions.build(self, lambda name: lambda _on=False: getattr(self, name)())
        self.actions_by_id["toggle_skeleton"].setChecked(True)
        self._build_centre()
        self._build_panels()
        self._build_bars()
        self._connect()
        self._panels_open: list[Panel] = []
        self.stopped = True
        self._poses_to_take: list[intake.Intake] = []
        self._weights_tried: tuple[Path | None, ...] = ()
        room = self.screen().availableGeometry()
        self.resize(min(1440, room.width()), min(900, room.height() - TITLE_BAR))
        self.first_layout = self.saveState()
        self._restore_layout()
        self._refresh_actions()

    # Who hears whom.

    def _connect(self) -> None:
        c, canvas = self.controller, self.canvas
        c.picture_changed.connect(canvas.show_picture)
        c.pose_changed.connect(self._on_pose)
        c.look_changed.connect(self._on_look)
        c.status_changed.connect(self._on_status)
        c.photos.busy_changed.connect(self._on_busy)
        c.notice.connect(self.notices.show)
        c.photos.notice.connect(self.notices.show)
        c.photos.person_opened.connect(self._take_poses)
        self.trouble_met.connect(self._on_trouble)
        c.frame_shown.connect(self._on_frame)
        c.engine_awake.connect(self._on_awake)
        c.engine_missing.connect(self._on_missing)
        c.draft_changed.connect(self._on_draft)
        c.undo_group.indexChanged.connect(self._refresh_actions)
        c.undo_group.cleanChanged.connect(self._refresh_actions)
        canvas.grabbed.connect(self._on_grab)
        canvas.pulled.connect(lambda x, y: c.posing.pull((x, y)))
        canvas.let_go.connect(c.let_go)
        canvas.cancelled.connect(c.posing.cancel)
        canvas.nudged.connect(lambda joint, dx, dy, again: c.posing.nudge(joint, (dx, dy), again))
        canvas.joint_selected.connect(self._on_selected)
        canvas.joint_toggled.connect(lambda joint: c.posing.set_shown(joint, c.pose[joint, 2] <= 0))
        canvas.menu_wanted.connect(self._canvas_menu)
        canvas.zoom_changed.connect(self._on_zoom)
        canvas.peeked.connect(self.show_reference)
        self.joint.place_wanted.connect(lambda joint, x, y: c.posing.place(joint, (x, y)))
        self.joint.shown_wanted.connect(c.posing.set_shown)
        self.joint.chip_clicked.connect(self._on_chip)
        self.shelf.browse_wanted.connect(self.open_garment)
        self.shelf.chosen.connect(self._on_card)
        self.shelf.person_wanted.connect(c.make_person)
        self.shelf.remove_wanted.connect(c.remove_photo)
        self.shelf.slide_began.connect(c.begin_slide)
        self.shelf.amount_changed.connect(self._on_amount)
        self.poses.taken.connect(self.take_library_pose)
        self.attention.wanted_changed.connect(c.set_wants_maps)
        QApplication.styleHints().colorSchemeChanged.connect(self._on_scheme)

    # Opening and closing.

    def start(self, files: list[Path] | None = None) -> None:
        """Show the sample, wake the engine, and open what was given."""
        self.canvas.setFocus()
        self.controller.start(samples.first(DEFAULT_FRAME))
        things = [intake.of_file(path) for path in files or ()]
        photos = [thing for thing in things if thing.kind == intake.PHOTO]
        for place, thing in enumerate(photos):
            self.take(thing, PERSON if place == 0 else GARMENT)
        # A photo brings its own pose; one that was asked for comes after it.
        self._poses_to_take = [thing for thing in things if thing not in photos]
        if not photos:
            self._take_poses()

    def _take_poses(self) -> None:
        for thing in self._poses_to_take:
            self.take(thing)
        self._poses_to_take = []

    def dress(self) -> None:
        """Take the colours of the chosen theme."""
        theme.apply(QApplication.instance(), self.settings.theme)
        self.canvas.refresh_theme()
        self.attention.refresh_theme()
        self.shelf.show_look(self.controller.document.look)
        self.hud.update()

    def _restore_layout(self) -> None:
        layout = self.settings.layout()
        if layout:
            self.restoreGeometry(layout[0])
            self.restoreState(layout[1])

    def closeEvent(self, event) -> None:  # noqa: N802
        self.settings.set_layout(self.saveGeometry(), self.saveState())
        self.settings.save()
        self.hide()
        self.stopped = self.controller.close()
        event.accept()

    # What the controller tells.

    def _on_pose(self) -> None:
        pose = self.controller.pose
        self.canvas.show_pose(pose)
        self.joint.show_joint(self.canvas.selected, pose)
        self._place_coach()
        if self.controller.draft:
            self._tell_draft(self.controller.draft)
        self._refresh_actions()

    def _on_look(self, changed: frozenset) -> None:
        look = self.controller.document.look
        self.show_reference(False)  # whoever changes something wants to see it
        if changed & {"photos", "person"}:
            self.shelf.show_look(look)
        elif "borrow" in changed:
            self.shelf.show_borrow(look)
        photo = look.photo(look.person)
        if photo is not None and "person" in changed:
            self.attention.show_reference(photo.reference.image_HWC)
            self.setWindowTitle(f"{photo.name} – Poseloom")
        self._refresh_actions()

    def _on_status(self, status) -> None:
        self.hud.show_status(status)
        self.canvas.dim(status.state == "waking" and not self.controller.draft)
        self._place_overlays()

    def _on_busy(self, doing: str) -> None:
        self.hud.show_busy(doing)
        self._place_overlays()

    def _on_frame(self, frame: Frame) -> None:
        self.attention.show_frame(frame.image, frame.maps)
        self._refresh_actions()

    def _on_awake(self, facts: EngineFacts) -> None:
        self.attention.set_layers(facts.layers)
        if self._weights_tried:
            [self.settings.weights] = self._weights_tried
            self._weights_tried = ()
            self.notices.show("good", f"Drawing with {facts.weights['name']} now.")
        if not self.controller.draft:
            self.banner.put_away()
        self._refresh_actions()

    def _on_missing(self, trouble: Trouble) -> None:
        self._weights_tried = ()
        self.notices.show("error", trouble.sentence, trouble.details)
        if self.controller.facts is None:
            self.banner.ask(
                "error",
                "The network is not awake, so the picture does not follow yet. You can pose, import and "
                "export skeletons meanwhile.",
                ("Choose weights…", self.choose_weights),
                *([("Use those in the box", self.default_weights)] if self.settings.weights else []),
            )

    def _on_draft(self, draft: Draft | None) -> None:
        if draft is None:
            self.banner.put_away()
        else:
            photos = self.controller.photos
            self.banner.ask(
                "info",
                "",
                ("Use this pose", photos.use_draft),
                *([("Use as it is", photos.use_whole)] if draft.role == GARMENT else []),
                ("Cancel", photos.leave_draft),
            )
            self._tell_draft(draft)
        self.hud.setVisible(draft is None)
        self.show_reference(False)
        self.canvas.select(-1)
        self._refresh_actions()

    def _tell_draft(self, draft: Draft) -> None:
        placed = anchor_count(draft.document.look.pose)
        where = "Put head, hands and feet in place, the rest follows; Del hides what the photo does not show."
        if placed:
            where = f"{placed} placed. " + (
                "Refine any joint, or use it." if placed >= ENOUGH_ANCHORS else where
            )
        self.banner.say(f"{draft.reason} {where}")
        self.banner.button("Use this pose").setEnabled(placed >= ENOUGH_ANCHORS)

    def _on_trouble(self, sentence: str, details: str) -> None:
        # A method, not a lambda: Qt then brings the call over from whatever thread the trouble was on.
        self.notices.show("error", sentence, details)

    def _on_scheme(self) -> None:
        if self.settings.theme == theme.SYSTEM:
            self.dress()

    # What the hands tell.

    def _on_grab(self, joint: int, mode: str, x: float, y: float) -> None:
        if self.coach.isVisible():
            self.coach.hide()
            self.settings.hint_seen = True
        self.controller.posing.grab(joint, mode, (x, y))

    def _on_selected(self, joint: int) -> None:
        self.joint.show_joint(joint, self.controller.pose)
        self._refresh_actions()

    def _on_chip(self, joint: int) -> None:
        self.controller.posing.set_shown(joint, True)
        self.canvas.select(joint)
        self.canvas.setFocus()

    def _on_card(self, key: str) -> None:
        look = self.controller.document.look
        if key != look.person:
            amount = look.borrow.amount if look.borrow and look.borrow.key == key else 0.0
            self.controller.borrow(key, amount)
            self.shelf.slider.setFocus()

    def _on_amount(self, amount: float, held: bool) -> None:
        look = self.controller.document.look
        if look.borrow is not None:
            self.controller.borrow(look.borrow.key, amount, held)

    def _on_zoom(self, zoom: float) -> None:
        self.zoom_label.setText(f"{zoom:.0%}".replace("%", " %"))
        self._place_overlays()

    def show_reference(self, on: bool) -> None:
        """Show the photo itself instead of the result, to compare them."""
        look = self.controller.document.look
        photo = look.photo(look.person) if on and not self.controller.draft else None
        self.canvas.peek(photo.reference.finest_HWC if photo else None)
        self.actions_by_id["toggle_reference"].setChecked(photo is not None)

    def _canvas_menu(self, joint: int, where) -> None:
        menu = QMenu(self)
        names = ["toggle_joint"] if joint >= 0 else []
        for name in (*names, "show_all_joints", "mirror", "reset_pose", "paste", "fit"):
            menu.addAction(self.actions_by_id[name])
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(where)

    def _refresh_actions(self) -> None:
        c = self.controller
        pose = c.pose
        actions.refresh(
            self.actions_by_id,
            {
                "awake": c.facts is not None,
                "own_weights": self.settings.weights is not None,
                "rendered": c.status.level > 0 and not c.draft,
                "can_undo": c.undo_group.canUndo(),
                "can_redo": c.undo_group.canRedo(),
                "joint_chosen": self.canvas.selected >= 0,
                "some_hidden": pose is not None and bool((pose[:, 2] <= 0).any()),
            },
        )
        for name in ("undo", "redo"):
            what = getattr(c.undo_group, f"{name}Text")()
            action = self.actions_by_id[name]
            action.setText(
                f"&{name.capitalize()} {what[:1].lower()}{what[1:]}" if what else f"&{name.capitalize()}"
            )

    def _place_overlays(self) -> None:
        self.hud.move(14, self.canvas.height() - self.hud.height() - 14)
        self._place_coach()

    def _place_coach(self) -> None:
        pose = self.controller.pose
        if pose is not None and self.coach.isVisible():
            joint = next((joint for joint in COACHED_JOINTS if pose[joint, 2] > 0), COACHED_JOINTS[0])
            self.coach.point_at(self.canvas.to_widget(pose[joint, :2].tolist()) + QPointF(8, 0))

    def resizeEvent(self, event) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._place_overlays()
