"""Between the document and the engine.

document change -> stamped RenderRequest -> worker -> Frame -> shown, unless something newer already is.
"""

from __future__ import annotations

import itertools
import time
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QUndoGroup, QUndoStack

from app import history
from app.document import Borrow, Document, Look, Snapshot, request_of
from app.draft import Draft
from app.files import samples
from app.jobs import OpenWeights, SavePicture
from app.lending import Lending
from app.outfit import Outfit
from app.painting import Painting
from app.photo_importer import PhotoImporter
from app.posing import Posing
from app.shelving import Shelving
from app.status import Status
from app.texture_changes import TextureChanges
from app.worker import EngineFacts, RenderWorker, Trouble
from engine.api import Frame, Settled
from engine.export import AS_DRAWN, ExportOptions

STOPPING_MS, SAVING_MS = 3_000, 30_000


class Controller(QObject):
    """Owns the document, its undo stack and the worker."""

    picture_changed = Signal(object, int)  # uint8 RGB [H, W, 3] that the canvas shows, rows of its frame
    frame_shown = Signal(object)  # Frame
    maps_shown = Signal(object)  # the Frame that is shown, with its maps
    pose_changed = Signal()
    look_changed = Signal(object)  # frozenset of field names
    status_changed = Signal(object)  # Status
    notice = Signal(str, str, str)  # grade ("info", "good", "error"), sentence, details
    engine_awake = Signal(object)  # EngineFacts
    engine_missing = Signal(object)  # Trouble
    draft_changed = Signal(object)  # Draft or None
    look_opened = Signal()  # another one, with nothing to undo

    def __init__(
        self, worker: RenderWorker, size: tuple[int, int] = (256, 176), parent: QObject | None = None
    ):
        super().__init__(parent)
        self.worker = worker
        self.size = size
        self.facts: EngineFacts | None = None
        self.document = Document()
        self.undo_group = QUndoGroup(self)
        self.undo_stack = QUndoStack(self.undo_group)
        self.undo_stack.setUndoLimit(history.UNDO_LIMIT)
        self.undo_group.setActiveStack(self.undo_stack)
        self.photos = PhotoImporter(worker, self.document, self.undo_stack, self.undo_group, self)
        self.posing = Posing(self)
        self.shelving = Shelving(self.document, self.undo_stack, self.photos, self.posing.take, self)
        self.lending = Lending(worker, self.photos.submit, self)
        self.outfit = Outfit(
            self.document, self.undo_stack, lambda sentence: self.notice.emit("info", sentence, "")
        )
        self.textures = TextureChanges(self.document, self.undo_stack)
        self.painting = Painting(self.document, self.undo_stack)
        self.status = Status()
        self.wants_pieces = False
        self._map_readers: set[str] = set()
        self.still = np.zeros((*size, 3), np.uint8)  # the picture last shown, as fine as it is
        self._still_rows = size[0]
        self._stamps = itertools.count(1)
        self._asked = 0
        self._shown = 0
        self._oldest_wanted = 0
        self._slide = 0
        self._glance: np.ndarray | None = None
        self._bound = 0  # rows that there is memory for; 0: for the exact picture
        self._asked_at = 0.0
        self.document.listen(self._on_look_changed)
        worker.opened.connect(self._on_opened)
        worker.open_failed.connect(self._on_open_failed)
        worker.rendered.connect(self._on_rendered)
        worker.mapped.connect(self._on_mapped)
        worker.settled.connect(self._on_settled)
        worker.render_failed.connect(self._on_render_failed)
        worker.bounded.connect(self._on_bounded)
        self.photos.draft_changed.connect(self._on_draft)

    # Opening and closing.

    def start(self, sample: samples.SamplePhoto) -> None:
        """Show the sample at once and wake the engine behind it."""
        self._sample = sample
        self.still, self._still_rows = sample.rgb_HWC, len(sample.rgb_HWC)
        self.document.open(pose=np.array(sample.pose_18x3, dtype=np.float32))
        self.picture_changed.emit(sample.rgb_HWC, len(sample.rgb_HWC))
        self._set_status(state="waking")
        # Importing the engine keeps Python busy; the window is to be painted first.
        QTimer.singleShot(60, self.worker.start)

    def close(self) -> bool:
        """Stop the worker; False if it is still on something after some seconds, more if that is a saving."""
        return self.worker.stop(SAVING_MS if self.photos.saving else STOPPING_MS)

    def open_weights(self, path: Path | None) -> None:
        """Wake the engine with another weights file, None for the one in the box."""
        self._set_status(state="waking")
        self.photos.submit(OpenWeights(path))

    def open_look(self, look: Look, saved: bool, pins: tuple[Snapshot, ...] = ()) -> None:
        """Show another look, with nothing to undo. saved: whether it is what a file holds. pins: its own."""
        self.photos.leave_draft()
        self.posing.let_go()
        self.undo_stack.clear()
        values = {each.name: getattr(look, each.name) for each in fields(Look)}
        if saved:
            self.document.open(**values)
        else:
            self.document.settle(**values)
        self.document.open_pins(pins, saved)
        self.look_opened.emit()

    # The pose.

    @property
    def pose(self) -> np.ndarray:
        """Pose the canvas shows: the draft's over a photo, else the document's."""
        return self.active.look.pose

    @property
    def shown_pose(self) -> np.ndarray:
        """What the canvas shows: `pose`, or the one that is glanced at."""
        return self.pose if self._glance is None or self.draft else self._glance

    def glance(self, pose_18x3: np.ndarray | None) -> None:
        """Show the person in another pose for the moment, the look staying as it is; None: no more."""
        if pose_18x3 is not None and (self.draft or self.posing.dragging):
            return
        if pose_18x3 is not None or self._glance is not None:
            self._glance = pose_18x3
            self.pose_changed.emit()
            self._request()

    @property
    def active(self) -> Document:
        """The document that gestures change now."""
        return self.draft.document if self.draft else self.document

    @property
    def stack(self) -> QUndoStack:
        return self.draft.undo_stack if self.draft else self.undo_stack

    @property
    def draft(self) -> Draft | None:
        """The photo on which the skeleton is being laid by hand, if there is one."""
        return self.photos.draft

    @property
    def frame_size(self) -> tuple[int, int]:
        """(H, W) of the frame that `pose` is in: the draft's photo, or the model frame."""
        return self.draft.rgb_HWC.shape[:2] if self.draft else self.size

    def let_go(self) -> None:
        """The hand let the skeleton go: what it left is drawn exactly at once."""
        if self.posing.let_go() and not self.draft:
            self._request(at_rest=True)

    # The shelf.

    def remove_photo(self, key: str) -> None:
        """Take a photo off the shelf; the person's own stays."""
        if key == self.document.look.person:
            self.notice.emit("info", "This photo is the person. Make another photo the person first.", "")
        elif self.document.look.photo(key):
            history.do(self.undo_stack, history.RemovePhoto(self.document, key))

    def make_person(self, key: str) -> None:
        """Show the person of another photo, in the present pose."""
        if key != self.document.look.person and self.document.look.photo(key):
            history.do(self.undo_stack, history.ChangePerson(self.document, key))

    def begin_slide(self) -> None:
        """A hand is on the slider: what follows is one step of undo."""
        self._slide = history.new_gesture()

    def borrow(self, key: str, amount: float, sliding: bool = False) -> None:
        """Mix the textures of a photo into the person, 0 to 1."""
        wanted = Borrow(key, float(np.clip(amount, 0.0, 1.0)))
        look = self.document.look
        if wanted != look.borrow and key != look.person and look.photo(key):
            history.do(
                self.undo_stack, history.BorrowFrom(self.document, wanted, self._slide if sliding else 0)
            )

    def save_picture(self, path: Path, texts: dict[str, str], options: ExportOptions = AS_DRAWN) -> None:
        """Draw the present look exactly and write it to `path`."""
        request = request_of(self.document.look, 0)
        if request is None or self.facts is None:
            self.notice.emit("error", f"{path.name} cannot be drawn: the engine is not awake.", "")
        else:
            self.photos.submit(SavePicture(request, path, texts, options))

    @property
    def wants_maps(self) -> bool:
        """Whether frames shall carry their attention maps."""
        return bool(self._map_readers)

    def set_wants_maps(self, wanted: bool, reader: str = "inspect") -> None:
        """Whether this reader wants frames to carry their maps."""
        before = self.wants_maps
        (self._map_readers.add if wanted else self._map_readers.discard)(reader)
        if self.wants_maps and not before:
            self._request()

    def set_wants_pieces(self, wanted: bool) -> None:
        """Whether frames shall tell which piece of the dressed person is where."""
        if wanted != self.wants_pieces:
            self.wants_pieces = wanted
            if wanted:
                self._request()

    # What changed.

    def _on_look_changed(self, changed: frozenset[str]) -> None:
        self._glance = None  # whoever changes something wants to see it
        if "person" in changed:
            self._oldest_wanted = self._asked + 1
            self.posing.let_go()  # a drag that began on another person's pose
        if changed & {"person", "pose", "borrow", "outfit", "textures", "strokes"}:
            self._request(at_once="outfit" in changed)
        if not self.draft:
            self.pose_changed.emit()
        self.look_changed.emit(changed)

    def _request(self, at_rest: bool = False, at_once: bool = False) -> None:
        """at_rest: exactly. at_once: a preview first, as while a hand moves."""
        if self.facts is None:
            return
        stamp = next(self._stamps)
        look = self.document.look
        if self._glance is not None:
            look = replace(look, pose=self._glance)
        request = request_of(look, stamp, self.wants_maps, self.wants_pieces)
        if request is None:
            return
        self._asked = stamp
        fresh = self._gesture_is_fresh()
        live = not at_rest and (at_once or self.posing.dragging or fresh or self._glance is not None)
        self.worker.post(request, live=live)
        self._set_status(state="live" if live else "catching up", error="")

    def _gesture_is_fresh(self) -> bool:
        now = time.monotonic()
        fresh = now - self._asked_at < 0.25
        self._asked_at = now
        return fresh

    # What came back.

    def _on_opened(self, facts: EngineFacts) -> None:
        self.facts, self._bound = facts, 0
        self.lending.forget()
        self._resize(facts.size)
        self._set_status(state="catching up", device=facts.device, levels=facts.levels, error="")
        self.photos.engine_awake(self._sample)
        self._request()
        self.engine_awake.emit(facts)

    def _resize(self, size: tuple[int, int]) -> None:
        """Another model frame: the pose is carried over; steps of undo in the old one mean nothing in it."""
        if size != self.size:
            pose, saved = (
                look.pose * np.array((size[0] / self.size[0],) * 2 + (1,), np.float32)
                for look in (self.document.look, self.document.saved)
            )
            self.undo_stack.clear()
            self.document.saved = replace(self.document.saved, pose=saved)
            self.document.settle(pose=pose)
            self._still_rows = size[0]  # the picture that is shown means the same frame
            if not self.draft:
                self.picture_changed.emit(self.still, self._still_rows)
        self.size = size

    def _on_open_failed(self, trouble: Trouble) -> None:
        if self.facts is None:
            self._set_status(state="missing")
            self.photos.engine_missing()
        else:
            self._request(at_rest=True)  # of the network that stays
        self.engine_missing.emit(trouble)

    def _on_rendered(self, frame: Frame) -> None:
        if frame.stamp < max(self._shown, self._oldest_wanted):
            return
        self._shown = frame.stamp
        newest = frame.stamp == self._asked
        state = "live" if self.posing.dragging else "catching up"
        if newest and frame.exact:
            state = "full"
        elif newest and frame.level == self._bound and not self.posing.dragging:
            state = "short"
        self._set_status(state=state, ms=frame.ms, level=frame.level, frame=True)
        self.still, self._still_rows = frame.finest, len(frame.image)
        if not self.draft:
            self.picture_changed.emit(self.still, self._still_rows)
        self.frame_shown.emit(frame)

    def _on_mapped(self, frame: Frame) -> None:
        if frame.stamp == self._shown:
            self.maps_shown.emit(frame)

    def _on_settled(self, settled: Settled) -> None:
        self._set_status(settled=settled.steps / settled.of)

    def _on_render_failed(self, stamp: int, trouble: Trouble) -> None:
        if stamp == self._asked:
            self._set_status(state="error", error=trouble.sentence)
        self.notice.emit("error", trouble.sentence, trouble.details)

    def _on_bounded(self, rows: int) -> None:
        before, self._bound = self._bound, rows
        if rows and (not before or rows < before):
            said = f"Memory is short, so pictures are drawn with {rows} rows. Nothing of your work is lost."
            self.notice.emit("error", said, "")
        elif not rows:
            self.notice.emit("good", "There is enough memory for whole pictures again.", "")

    def _on_draft(self, draft: Draft | None) -> None:
        self.posing.let_go()
        if draft is not None:
            draft.document.listen(lambda _changed: self.pose_changed.emit())
        self.draft_changed.emit(draft)
        if draft is None:
            self.picture_changed.emit(self.still, self._still_rows)
        else:
            self.picture_changed.emit(draft.rgb_HWC, len(draft.rgb_HWC))
        self.pose_changed.emit()

    def _set_status(self, **values: Any) -> None:
        self.status = self.status.changed(**values)
        self.status_changed.emit(self.status)
