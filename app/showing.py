"""What the document, the engine and the looks tell, on the canvas and in the panels."""

from __future__ import annotations

from app import history
from app.centre import Centre
from app.comparing import Comparing
from app.controller import Controller
from app.docks.layout import Docks
from app.draft import Draft
from app.draft_banner import DraftBanner
from app.keyboard import PanelKeys
from app.modes.inspect import InspectMode
from app.modes.switch import ModeSwitch
from app.snapshots import Snapshots
from app.status import Status


class Showing:
    """Connects whoever tells to whatever shows it."""

    def __init__(
        self,
        centre: Centre,
        docks: Docks,
        controller: Controller,
        modes: ModeSwitch,
        inspecting: InspectMode,
        comparing: Comparing,
        snapshots: Snapshots,
        panel_keys: PanelKeys,
    ):
        self._centre, self._docks, self._controller = centre, docks, controller
        self._modes, self._inspecting = modes, inspecting
        self._comparing, self._snapshots, self._panel_keys = comparing, snapshots, panel_keys
        self._draft_banner = DraftBanner(centre.banner, controller.photos)
        controller.picture_changed.connect(centre.canvas.show_picture)
        controller.pose_changed.connect(self._on_pose)
        controller.look_changed.connect(self._on_look)
        controller.draft_changed.connect(self._on_draft)
        controller.frames.status_changed.connect(self._on_status)
        self._on_status(controller.frames.status)  # it tells what changes only
        controller.photos.busy_changed.connect(centre.show_busy)
        for teller in (controller, controller.frames, controller.photos, controller.shelving):
            teller.notice.connect(centre.notices.show)
        controller.shelving.offered.connect(centre.notices.offer)
        centre.canvas.peeked.connect(comparing.glance)
        centre.canvas.looked_back.connect(self._look_back)
        snapshots.changed.connect(self._on_strip)
        strip = docks.looks
        strip.wanted.connect(snapshots.go_back_to)
        strip.pin_wanted.connect(snapshots.set_pinned)
        strip.remove_wanted.connect(snapshots.remove)
        strip.renamed.connect(snapshots.rename)
        strip.compare_wanted.connect(lambda number: comparing.show_with(snapshots.strip.get(number)))
        docks.inspector.look_wanted.connect(self._compare_maps)

    def _on_pose(self) -> None:
        c, canvas = self._controller, self._centre.canvas
        canvas.skeleton.show_pose(c.shown_pose)
        canvas.skeleton.show_guide(c.posing.guide)
        self._centre.point_coach()
        skeleton = canvas.skeleton
        self._docks.joint.show_joint(skeleton.selected, c.pose, len(skeleton.group.joints))
        if c.draft:
            self._draft_banner.tell(c.draft)

    def _look_back(self, held: bool) -> None:
        before = history.pose_before(self._controller.stack) if held else None
        self._centre.canvas.skeleton.glance_back(before)

    def _on_look(self, changed: frozenset[str]) -> None:
        look, docks = self._controller.document.look, self._docks
        self._comparing.look_changed()
        if changed & {"photos", "person"}:
            docks.shelf.show_look(look)
            self._panel_keys.order()
        elif "borrow" in changed:
            docks.shelf.show_borrow(look)
        if "library" in changed:
            docks.poses.mark(look.library)
        if changed & {"photos", "person", "outfit", "strokes"}:
            docks.outfit.show_look(look)
        if "person" in changed or not look.person:
            self._set_photo_pixel()

    def _set_photo_pixel(self) -> None:
        c = self._controller
        photo = c.document.look.photo(c.document.look.person)
        if c.draft:
            size = 1.0
        elif photo is None:  # the engine is not awake yet: what is seen is the sample
            size = c.frames.rows / len(c.frames.still)
        else:
            size = photo.reference.photo_pixel
        self._centre.canvas.camera.set_photo_pixel(size)

    def _on_status(self, status: Status) -> None:
        self._centre.show_status(status)
        row = self._docks.outfit.refining
        if not status.refining and row.window().focusWidget() is row.stop:
            self._centre.canvas.setFocus()  # else Qt gives the keys to the next one, a garment's strength
        row.show_progress(status.refining, status.settled)
        self._centre.canvas.dim(status.state == "waking" and not self._controller.draft)

    def _on_draft(self, draft: Draft | None) -> None:
        if draft is None:
            self._centre.canvas.setFocus()  # else Qt looks for the next one, as if by Tab
            self._centre.banner.put_away()
        else:
            self._draft_banner.show(draft)
            self._modes.pose()
        self._centre.hud.setVisible(draft is None)
        self._set_photo_pixel()
        self._comparing.show(False)
        self._centre.canvas.skeleton.select(-1)
        self._centre.canvas.skeleton.choose_group(())

    def _on_strip(self) -> None:
        strip = self._snapshots.strip
        self._docks.looks.show_strip(strip, self._snapshots.present)
        self._docks.inspector.offer_looks([(each.number, each.name) for each in strip.snapshots])

    def _compare_maps(self, number: int) -> None:
        if (look := self._snapshots.strip.get(number)) is not None:
            self._inspecting.compare_with(look.still_HWC, look.name.lower())
