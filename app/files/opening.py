"""Photos and poses on their way in: chosen in a dialog, given at the start, pasted, from the box."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QWidget

from app import history
from app.controller import Controller
from app.dialogs import people, which
from app.files import exported, intake, samples
from app.files.pictured import PicturedLooks
from app.files.pose_pictures import ReadPosePicture
from app.files.poses import LibraryPose
from app.files.reading import Reader, at_once
from app.jobs import GARMENT, PERSON, TARGET_POSE, EncodePhoto, SeveralPeople
from app.notify import Notices
from app.settings import Settings
from app.wishes import Wish
from engine.errors import InputError
from engine.files import opened
from engine.look import SUFFIX, LookDocument
from engine.pose import formats

PHOTO_FILTER = "Pictures (*.png *.jpg *.jpeg *.webp *.bmp *.gif *.tif *.tiff);;All files (*)"
OPEN_FILTER = f"Looks and pictures (*{SUFFIX} *.png *.jpg *.jpeg *.webp *.bmp *.gif *.tif *.tiff)"
POSE_FILTER = (
    "Poses and skeleton pictures (*.json *.jsonl *.txt *.csv *.tsv *.xml *.yml *.yaml *.toml *.npy *.pbtxt "
    "*.png *.jpg *.jpeg *.webp);;All files (*)"
)


def _fault_of(source: Path | bytes) -> str:
    """What keeps a file from being read at all, "" for nothing."""
    if isinstance(source, bytes):
        return ""
    try:
        with opened(source, what="a picture"):
            return ""
    except InputError as error:
        return str(error)


class Opening:
    """parent: of the dialogs. open_look: called with the file of one. pictured: takes those in pictures.
    use_garment: called with the key of a photo to borrow of. What goes wrong is told as a notice, and nothing
    changes.
    """

    def __init__(
        self,
        parent: QWidget,
        controller: Controller,
        notices: Notices,
        settings: Settings,
        open_look: Callable[[Path], None],
        pictured: PicturedLooks,
        use_garment: Callable[[str], None],
    ):
        self._use_garment = use_garment
        self._open_look = open_look
        self._pictured = pictured
        self._parent = parent
        self._controller = controller
        self._notices = notices
        self._settings = settings
        self._reader = Reader(parent, notices.show)
        self.whole = False  # whether poses of the library show the whole person
        self._pointed: LibraryPose | None = None
        self._poses_to_take: list[intake.Intake] = []

    def open_all(self, files: list[Path]) -> None:
        """A look comes first; else the first photo is the person. The others join the shelf, a pose is taken
        by who is there then."""
        things = intake.of_files(files)
        looks, photos = ([t for t in things if t.kind == kind] for kind in (intake.LOOK, intake.PHOTO))
        for thing in looks[:1]:
            self.take(thing)
        for place, thing in enumerate(photos):
            self.take(thing, PERSON if place == 0 and not looks else GARMENT)
        # A photo brings its own pose; one that was asked for comes after it.
        self._poses_to_take = [thing for thing in things if thing not in photos and thing not in looks]
        if not photos and not looks:
            self.take_waiting_poses()

    def take_waiting_poses(self) -> None:
        """The person has come: take the poses that were given along."""
        for thing in self._poses_to_take:
            self.take(thing)
        self._poses_to_take = []

    def choose_person(self) -> None:
        self._choose("photo", "Open a look, or a photo of a person", f"{OPEN_FILTER};;{PHOTO_FILTER}")

    def choose_garment(self) -> None:
        self._choose("photo", "Add a garment reference", PHOTO_FILTER, GARMENT)

    def choose_pose(self) -> None:
        self._choose("pose", "Import a pose", POSE_FILTER, TARGET_POSE)

    def _choose(self, purpose: str, title: str, kinds: str, role: str = "") -> None:
        """role: as in `take`, which also opens the look of a picture that was made here."""
        name, _ = QFileDialog.getOpenFileName(self._parent, title, self._settings.folder(purpose), kinds)
        if name:
            self._settings.set_folder(purpose, Path(name).parent)
            self.take(intake.of_file(Path(name)), role)

    def read_first_sample(self, size: tuple[int, int], then: Callable[[samples.SamplePhoto], None]) -> None:
        """Hand over what the window begins with. size: (H, W) of a neutral one, where there is no other."""
        self._reader.read("the sample", lambda: samples.first(size), then, silent=True)

    def open_sample(self, entry: tuple[str, Path, Path], role: str = PERSON) -> None:
        """Open one of the people in the box, or lay one on the shelf for the clothes."""

        def take(sample: samples.SamplePhoto) -> None:
            self._controller.photos.open_photo(sample.source, sample.name, role, sample.pose_18x3)

        self._reader.read(entry[0], lambda: samples.load(*entry), take)

    def take_library_pose(self, pose: LibraryPose) -> None:
        """Take a pose of the library, as the person takes it over."""
        c, size = self._controller, self._controller.frame_size
        c.glance(None)

        def take(keypoints: np.ndarray) -> None:
            if c.frame_size != size:  # a draft came while it was read
                self.take_library_pose(pose)
            elif not np.array_equal(keypoints, c.pose):
                history.do(c.stack, history.TakePose(c.active, keypoints, pose.name, library=pose.name))

        self._reader.read(pose.name, self._worn(pose), take)

    def glance_at(self, pose: LibraryPose | None) -> None:
        """Show a pose of the library for the moment; None: no more."""
        self._pointed = pose
        if pose is None:
            self._controller.glance(None)
            return

        def glance(keypoints: np.ndarray) -> None:
            if self._pointed is pose:  # still
                self._controller.glance(keypoints)

        self._reader.read(pose.name, self._worn(pose), glance)

    def _worn(self, pose: LibraryPose) -> Callable[[], np.ndarray]:
        """How to read a pose as the present person takes it over."""
        c, whole = self._controller, self.whole
        photo = None if c.draft else c.document.look.photo(c.document.look.person)
        size = c.frame_size
        own = photo.own_pose(size) if photo else None
        return lambda: pose.worn(own, size, whole)

    def paste(self) -> None:
        things = intake.of_mime(QGuiApplication.clipboard().mimeData())
        if not things:
            self._notices.show("info", f"There is nothing to paste. I can read {intake.READABLE}.")
        for thing in things[:1]:
            self.take(thing)

    def take(self, thing: intake.Intake, role: str = "", wish: Wish | None = None) -> None:
        """Use a file, a drop or a paste as `role`; "" takes what it is made for. wish: `EncodePhoto`'s."""
        try:
            match thing.kind, thing.source:
                case intake.LOOK, Path() as path:
                    self._open_look(path)
                case intake.SHELVED, str() as key:
                    self._take_shelved(key, role)
                case intake.POSE, str() as text:
                    self.take_person(formats.parse_people(text, thing.name))
                case intake.POSE, Path() as path:
                    self._reader.read(thing.name, lambda: formats.read_people(path), self.take_person)
                case intake.EXPORT, Path() as path if role in ("", TARGET_POSE):
                    self._reader.read(
                        thing.name,
                        lambda: exported.read(path),
                        lambda found: self._restore(path, found),
                    )
                case intake.PHOTO, (Path() | bytes()) as source if role == TARGET_POSE:
                    self._controller.photos.submit(ReadPosePicture(source, thing.name))
                case _, (Path() | bytes()) as source:
                    if fault := at_once(lambda: _fault_of(source), ""):
                        raise InputError(fault)  # not only once an engine is awake
                    self._controller.photos.open_photo(
                        source, thing.name, role if role in (PERSON, GARMENT) else PERSON, wish=wish
                    )
        except InputError as error:
            self._notices.show("error", str(error))

    def _take_shelved(self, key: str, role: str) -> None:
        """A photo of the shelf, dropped on the canvas."""
        c = self._controller
        photo = c.document.look.photo(key)
        if photo is None:
            return
        if role == PERSON:
            c.shelving.become(key)
        elif role == TARGET_POSE and (own := photo.own_pose(c.size)) is not None:
            c.posing.take(own, photo.name)
        elif role == TARGET_POSE:
            self._notices.show("info", f"Nobody was found in {photo.name}, so it has no pose.")
        else:
            self._use_garment(key)

    def ask_who(self, job: EncodePhoto, found: SeveralPeople) -> None:
        """Several people are in a photo: which one?"""
        which.ask(
            self._parent,
            job,
            found,
            lambda pose: self._controller.photos.take_one(job, found.data, pose),
        )

    def take_person(self, file: formats.PoseFile) -> None:
        """Take the pose of somebody in a pose file; who of several is asked. What was assumed is told."""
        c = self._controller
        look = c.document.look
        person = None if c.draft else look.photo(look.person)
        photo = formats.OpenPhoto.of(person.reference if person else None, c.frame_size)
        try:
            taken = formats.take(file, c.frame_size, photo)
            if len(file.people) > 1:
                number = people.ask(self._parent, file, file.people.index(taken.person) + 1)
                if number is None:
                    return
                taken = formats.take(file, c.frame_size, photo, number)
        except InputError as error:
            self._notices.show("error", str(error))
            return
        c.posing.take(taken.pose_18x3, file.name, taken.carried)
        if taken.notes:
            self._notices.show("info", " ".join(taken.notes))

    def _restore(self, path: Path, found: LookDocument | dict[str, Any]) -> None:
        """The look of a picture made here."""
        if isinstance(found, LookDocument):
            self._pictured.take(found, path)
        else:
            self._restore_older(path.name, found)

    def _restore_older(self, name: str, data: dict[str, Any]) -> None:
        """The pose of a picture of an older Poseloom, and its photos where the shelf has them."""
        try:
            pose = formats.parse_pose(json.dumps(data["pose"]), name, self._controller.size)
        except InputError as error:
            self._notices.show("error", str(error))
            return
        self._controller.posing.take(pose, name)
        look = self._controller.document.look
        person, mix = data["person"], data["mix"]
        if person["key"] and look.photo(person["key"]):
            self._controller.shelving.make_person(person["key"])
        elif person["name"]:
            self._notices.show(
                "info", f"Took the pose of {name}. Its person, {person['name']}, is not on the shelf."
            )
        if mix and look.photo(mix["key"]):
            self._controller.borrowing.borrow(mix["key"], mix["amount"])
