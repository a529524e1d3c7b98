"""The document and all that works on it: its undo stack, its engine, and the parts that change it."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QUndoGroup, QUndoStack

from app import history
from app.borrowing import Borrowing
from app.document import Document, Look, Photo, Snapshot
from app.draft import Draft
from app.files import samples
from app.frames import Frames
from app.jobs import OpenWeights, SavePicture
from app.lending import Lending
from app.outfit import Outfit
from app.painting import Painting
from app.photo_importer import PhotoImporter
from app.posing import Posing
from app.requests import request_of
from app.shelving import Shelving
from app.texture_changes import TextureChanges
from app.trouble import Trouble
from app.worker import EngineFacts, RenderWorker
from engine.export import AS_DRAWN, ExportOptions
from engine.pose.skeleton import NOBODY

STOPPING_MS, SAVING_MS = 3_000, 30_000
# What of a look is in its picture.
DRAWN = frozenset(("person", "pose", "borrow", "outfit", "textures", "strokes"))


class Controller(QObject):
    """Owns the document, its undo stack and the worker."""

    picture_changed = Signal(object, int)  # uint8 RGB [H, W, 3] that the canvas shows, rows of its frame
    pose_changed = Signal()
    look_changed = Signal(object)  # frozenset of field names
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
        self.frames = Frames(worker, self.document, self.posing, size, self)
        self.shelving = Shelving(
            self.document, self.undo_stack, self.photos, self.posing.take, lambda: self.size, self
        )
        self.borrowing = Borrowing(self.document, self.undo_stack)
        self.lending = Lending(worker, self.photos.submit, self)
        self.outfit = Outfit(
            self.document, self.undo_stack, lambda sentence: self.notice.emit("info", sentence, "")
        )
        self.textures = TextureChanges(self.document, self.undo_stack)
        self.painting = Painting(self.document, self.undo_stack)
        self.document.listen(self._on_look_changed)
        worker.opened.connect(self._on_opened)
        worker.open_failed.connect(self._on_open_failed)
        self.frames.changed.connect(self._on_still)
        self.photos.draft_changed.connect(self._on_draft)

    # Opening and closing.

    def start(self, sample: samples.SamplePhoto) -> None:
        """Show the sample at once and wake the engine behind it."""
        self._sample = sample
        # In the frame that the engine will have: who pulls a joint before it is awake keeps what was made.
        still_HWC, pose_18x3 = sample.in_frame(self.size)
        self.frames.still, self.frames.rows = still_HWC, self.size[0]
        self.document.open(pose=pose_18x3)
        self._show_picture()
        self.frames.tell(state="waking")
        # Importing the engine keeps Python busy; the window is to be painted first.
        QTimer.singleShot(60, self.worker.start)

    def close(self) -> bool:
        """Stop the worker; False if it is still on something after some seconds, more if that is a saving."""
        return self.worker.stop(SAVING_MS if self.photos.saving else STOPPING_MS)

    def open_weights(self, path: Path | None) -> None:
        """Wake the engine with another weights file, None for the one in the box."""
        self.frames.tell(state="waking")
        self.photos.submit(OpenWeights(path))

    def begin_anew(self, sample: Photo) -> None:
        """Show a sample alone in its own pose, with nothing to undo."""
        pose_18x3 = sample.own_pose(self.size)
        self.open_look(Look((sample,), sample.key, NOBODY if pose_18x3 is None else pose_18x3), saved=True)

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
        glanced = self.frames.glanced
        return self.pose if glanced is None or self.draft else glanced

    def glance(self, pose_18x3: np.ndarray | None) -> None:
        """Show the person in another pose for the moment, the look staying as it is; None: no more."""
        if pose_18x3 is not None and (self.draft or self.posing.dragging):
            return
        if pose_18x3 is not None or self.frames.glanced is not None:
            self.frames.glanced = pose_18x3
            self.pose_changed.emit()
            self.frames.ask()

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
            self.frames.ask(at_rest=True)

    def save_picture(self, path: Path, texts: dict[str, str], options: ExportOptions = AS_DRAWN) -> None:
        """Draw the present look exactly and write it to `path`."""
        request = request_of(self.document.look, 0)
        if request is None or self.facts is None:
            self.notice.emit("error", f"{path.name} cannot be drawn: the engine is not awake.", "")
        else:
            self.photos.submit(SavePicture(request, path, texts, options))

    # What changed.

    def _on_look_changed(self, changed: frozenset[str]) -> None:
        self.frames.glanced = None  # whoever changes something wants to see it
        if "person" in changed:
            self.frames.forget_older()
            self.posing.let_go()  # a drag that began on another person's pose
        if changed & DRAWN:
            self.frames.ask(at_once="outfit" in changed)
        if not self.draft:
            self.pose_changed.emit()
        self.look_changed.emit(changed)

    def _on_opened(self, facts: EngineFacts) -> None:
        self.facts = facts
        self.lending.forget()
        self._resize(facts.size)
        self.frames.wake(facts)
        self.photos.engine_awake(self._sample)
        self.frames.ask()
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
            self.frames.rows = size[0]  # the picture that is shown means the same frame
            self._on_still()
        self.size = size

    def _on_open_failed(self, trouble: Trouble, stays: bool) -> None:
        if stays:
            self.frames.ask(at_rest=True)  # of the network of before
        else:
            self.facts = None
            self.frames.sleep()
            self.photos.engine_missing()
        self.engine_missing.emit(trouble)

    def _on_draft(self, draft: Draft | None) -> None:
        self.posing.let_go()
        if draft is not None:
            draft.document.listen(lambda _changed: self.pose_changed.emit())
        self.draft_changed.emit(draft)
        self._show_picture()
        self.pose_changed.emit()

    def _on_still(self) -> None:
        if not self.draft:
            self._show_picture()

    def _show_picture(self) -> None:
        if self.draft is None:
            self.picture_changed.emit(self.frames.still, self.frames.rows)
        else:
            self.picture_changed.emit(self.draft.rgb_HWC, len(self.draft.rgb_HWC))
