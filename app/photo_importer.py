"""Photos on their way into the document: read, detected and encoded on the worker, or laid by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoGroup, QUndoStack

from app import history, shelf_history
from app.document import Document, Photo
from app.draft import Draft
from app.files.samples import SamplePhoto
from app.jobs import (
    CORRECTED,
    GARMENT,
    PERSON,
    EncodeLook,
    EncodePhoto,
    NoPerson,
    ReadForDraft,
    SavePicture,
    SeveralPeople,
    WorkerJob,
)
from app.trouble import Trouble
from app.wishes import Wish
from app.worker import RenderWorker
from engine.pose import kinematics
from engine.pose.formats import PoseFile
from engine.pose.skeleton import NOBODY

SAMPLE = "sample"


class PhotoImporter(QObject):
    """Submits jobs, and turns what comes back into commands, a draft, or a notice."""

    draft_changed = Signal(object)  # Draft or None
    busy_changed = Signal(str)  # what is going on, "" for nothing
    notice = Signal(str, str, str)  # grade, sentence, details
    person_opened = Signal()
    pose_found = Signal(object)  # PoseFile: a picture was a skeleton, or was asked for its pose
    garment_asked = Signal(object)  # Wish of a photo that is to be read
    garment_shelved = Signal(str, object)  # key of its photo, Wish
    several_found = Signal(object, object)  # EncodePhoto, SeveralPeople: who of them is to be asked
    pose_left = Signal()  # a new person is about to take the place of the present one

    def __init__(
        self,
        worker: RenderWorker,
        document: Document,
        undo_stack: QUndoStack,
        undo_group: QUndoGroup,
        parent: QObject,
    ):
        super().__init__(parent)
        self.draft: Draft | None = None
        self.sample: Photo | None = None  # what the window began with, once it is encoded
        self._worker = worker
        self._document = document
        self._undo_stack = undo_stack
        self._undo_group = undo_group
        self._awake = False
        self._refused = False
        self._under_way: list[WorkerJob] = []
        self._waiting: list[EncodePhoto | EncodeLook] = []
        worker.job_done.connect(self._on_done)
        worker.job_failed.connect(self._on_failed)

    # Orders.

    def open_photo(
        self,
        source: Path | bytes | np.ndarray,
        name: str,
        role: str = PERSON,
        pose: np.ndarray | None = None,
        wish: Wish | None = None,
    ) -> None:
        """A new person, or a garment reference. Waits for an engine that is still waking up."""
        self.encode(EncodePhoto(source, name, role, pose, wish=wish or Wish()))

    def encode(self, job: EncodePhoto | EncodeLook) -> None:
        """Submit a job that needs the engine, once it is awake."""
        if isinstance(job, EncodePhoto):
            self.garment_asked.emit(job.wish)
        if self._awake:
            self.submit(job)
            return
        self._waiting.append(job)
        self.busy_changed.emit(f"{job.name} waits for the engine")
        if self._refused:
            self._tell_waiting(job)

    def use_draft(self) -> None:
        """Encode the photo with the skeleton laid on it by hand."""
        draft = self.draft
        if draft is not None:
            pose = draft.pose.copy()
            self.leave_draft()
            self.submit(EncodePhoto(draft.data, draft.name, draft.role, pose, replaces=draft.replaces))

    def use_whole(self) -> None:
        """Encode the photo as it is: a garment without anybody in it."""
        draft = self.draft
        if draft is not None:
            self.leave_draft()
            self.submit(EncodePhoto(draft.data, draft.name, draft.role, NOBODY))

    def turn_draft(self) -> None:
        """Turn the photo a quarter clockwise and look for the person again."""
        draft = self.draft
        if draft is not None:
            self.leave_draft()
            self.submit(EncodePhoto(draft.data, draft.name, draft.role, None, 1, draft.replaces))

    def correct(self, photo: Photo) -> None:
        """Lay the skeleton of a photo on the shelf anew, from the one it has."""
        self.submit(ReadForDraft(photo))

    def take_one(self, job: EncodePhoto, data: bytes, pose: np.ndarray) -> None:
        """Encode a photo with the person who was chosen among several."""
        self.encode(replace(job, source=data, pose=pose, quarters=0, wish=Wish(job.wish.words)))

    def leave_draft(self) -> None:
        """Put the photo away."""
        if self.draft is not None:
            self._undo_group.setActiveStack(self._undo_stack)
            self._undo_group.removeStack(self.draft.undo_stack)
            self.draft = None
            self.draft_changed.emit(None)

    def submit(self, job: WorkerJob) -> None:
        """Give the worker a job and say so."""
        self._under_way.append(job)
        self._worker.submit(job)
        self._tell_busy()

    @property
    def saving(self) -> bool:
        """Whether a picture is still to be written."""
        return any(isinstance(job, SavePicture) for job in self._under_way)

    # The engine's moods.

    def engine_awake(self, sample: SamplePhoto) -> None:
        """Encode what waited for it: the sample first, where there is none yet."""
        if self.sample is None and not any(_role_of(job) == SAMPLE for job in self._under_way):
            self.submit(EncodePhoto(sample.source, sample.name, SAMPLE, sample.pose_18x3))
        self._awake = True
        for job in self._waiting:
            self.submit(job)
        self._waiting.clear()

    def engine_missing(self) -> None:
        """Tell what waits that it waits longer: other weights may be chosen."""
        self._awake, self._refused = False, True
        for job in self._waiting:
            self._tell_waiting(job)
        self._tell_busy()

    def _tell_waiting(self, job: EncodePhoto | EncodeLook) -> None:
        self.notice.emit("info", f"{job.name} waits until there are weights that work.", "")

    # Answers.

    def _on_done(self, job: WorkerJob, value: object) -> None:
        if job not in self._under_way:  # somebody else's, who hears of it too
            return
        self._over(job)
        if isinstance(job, SavePicture):
            self.notice.emit("good", f"Saved {job.path.name}.", "")
        elif isinstance(value, PoseFile):
            self.pose_found.emit(value)
        elif isinstance(job, EncodePhoto) and isinstance(value, NoPerson):
            self._begin_draft(job, value)
        elif isinstance(job, EncodePhoto) and isinstance(value, SeveralPeople):
            self.several_found.emit(job, value)
        elif isinstance(job, EncodePhoto) and isinstance(value, Photo):
            self._encoded(job, value)
        elif isinstance(job, ReadForDraft) and isinstance(value, np.ndarray):
            self._correct(job.photo, value)

    def _on_failed(self, job: WorkerJob, trouble: Trouble) -> None:
        if job not in self._under_way:
            return
        self._over(job)
        self.notice.emit("error", trouble.sentence, trouble.details)

    def _encoded(self, job: EncodePhoto, photo: Photo) -> None:
        if job.role == SAMPLE:
            self._settle_sample(photo)
        elif job.role == CORRECTED:
            if self._document.look.photo(job.replaces):
                text = f"{'Turn' if job.quarters else 'Correct'} {photo.name}"
                command = shelf_history.ReplacePhoto(self._document, job.replaces, photo, text)
                history.do(self._undo_stack, command)
        elif job.role == GARMENT or photo.reference.alone:
            history.do(self._undo_stack, history.ShelvePhoto(self._document, photo))
            if not job.wish.of(()):
                self.notice.emit("info", _shelved(photo), "")
            self.garment_shelved.emit(photo.key, job.wish)
        else:
            pose = photo.reference.keypoints_18x3
            if pose is None:
                pose = kinematics.t_pose(photo.reference.image_HWC.shape[:2])
            pose = np.array(pose, dtype=np.float32)
            self._put_draft_away()
            self.pose_left.emit()
            history.do(self._undo_stack, history.OpenPerson(self._document, photo, pose))
            self.person_opened.emit()

    def _settle_sample(self, photo: Photo) -> None:
        """The opening state, not a step of undo; a pose already dragged while waking up is kept."""
        values: dict[str, Any] = {}
        self.sample = photo
        pose = photo.reference.keypoints_18x3
        if self._undo_stack.count() == 0 and pose is not None:
            values["pose"] = np.array(pose, dtype=np.float32)
        look = self._document.look
        if not look.person:
            values["person"] = photo.key
        self._document.open(photos=(photo, *look.photos), **values)

    def _put_draft_away(self) -> None:
        """A newer photo takes the place of one that is still being laid."""
        if self.draft is not None:
            self.notice.emit("info", f"{self.draft.name} was put away before it was finished.", "")
            self.leave_draft()

    def _begin_draft(self, job: EncodePhoto, found: NoPerson) -> None:
        group = self._undo_group
        draft = Draft(found.rgb_HWC, job.name, job.role, found.reason, group, found.data, job.replaces)
        self._show_draft(draft)

    def _correct(self, photo: Photo, rgb_HWC: np.ndarray) -> None:
        source, group = photo.source, self._undo_group
        reason = f"This is how {photo.name} was read."
        pose = source.pose_18x3 if (source.pose_18x3[:, 2] > 0).any() else None
        self._show_draft(
            Draft(rgb_HWC, photo.name, CORRECTED, reason, group, source.data or b"", photo.key, pose)
        )

    def _show_draft(self, draft: Draft) -> None:
        self._put_draft_away()
        self.draft = draft
        self._undo_group.setActiveStack(draft.undo_stack)
        self.draft_changed.emit(draft)

    def _over(self, job: WorkerJob) -> None:
        self._under_way.remove(job)
        self._tell_busy()

    def _tell_busy(self) -> None:
        self.busy_changed.emit(self._under_way[0].doing if self._under_way else "")


def _shelved(photo: Photo) -> str:
    if photo.reference.alone:
        return (
            f"{photo.name} shows a garment alone and is on the shelf. Click what it is to replace, then it."
        )
    return (
        f"{photo.name} is on the shelf. In Dress (2) click what they wear, then it; the slider mixes it in."
    )


def _role_of(job: WorkerJob) -> str:
    return job.role if isinstance(job, EncodePhoto) else ""
