"""What each action does: one method a line of the action table, and the ways files come in and go out."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMessageBox

from app import crash
from app.canvas.items import to_pixmap
from app.dialogs import info
from app.files import exported, intake, samples
from app.files.poses import LibraryPose
from app.jobs import GARMENT, PERSON, POSE
from engine.errors import InputError
from engine.pose import formats

PHOTO_FILTER = "Pictures (*.png *.jpg *.jpeg *.webp *.bmp *.gif *.tif *.tiff);;All files (*)"
POSE_FILTER = "Poses (*.json *.txt);;All files (*)"


class Verbs:
    """Mixed into the window, which provides controller, canvas, notices, settings, size."""

    # Files in.

    def open_person(self) -> None:
        self._choose_photo(PERSON, "Open a photo of a person")

    def open_garment(self) -> None:
        self._choose_photo(GARMENT, "Add a garment reference")

    def open_sample(self, entry: tuple[str, Path, Path], role: str = PERSON) -> None:
        """Open one of the people in the box, or lay one on the shelf for the clothes."""
        try:
            sample = samples.load(*entry)
        except (InputError, OSError) as error:
            self.notices.show("error", str(error))
            return
        self.controller.photos.open_photo(sample.rgb_HWC, sample.name, role, sample.pose_18x3)

    def take_library_pose(self, pose: LibraryPose) -> None:
        """Take a pose of the library, with the breadth of the person."""
        c = self.controller
        photo = None if c.draft else c.document.look.photo(c.document.look.person)
        try:
            keypoints = pose.worn(photo.reference.keypoints_18x3 if photo else None, c.frame_size)
        except InputError as error:
            self.notices.show("error", str(error))
            return
        if not np.array_equal(keypoints, c.pose):
            c.posing.take(keypoints, pose.name)

    def _choose_photo(self, role: str, title: str) -> None:
        name, _ = QFileDialog.getOpenFileName(self, title, self.settings.folder("photo"), PHOTO_FILTER)
        if name:
            self.settings.set_folder("photo", Path(name).parent)
            self.take(intake.of_file(Path(name)), role)

    def import_pose(self) -> None:
        name, _ = QFileDialog.getOpenFileName(
            self, "Import a pose", self.settings.folder("pose"), POSE_FILTER
        )
        if name:
            self.settings.set_folder("pose", Path(name).parent)
            self.take(intake.of_file(Path(name)), POSE)

    def take(self, thing: intake.Intake, role: str = "") -> None:
        """Use a file, a drop or a paste as `role`; "" takes what it is made for."""
        try:
            if thing.kind == intake.POSE:
                self._take_pose(thing)
            elif thing.kind == intake.EXPORT and role in ("", POSE):
                self._restore(thing)
            else:
                source = thing.path if thing.data is None else thing.data
                self.controller.photos.open_photo(
                    source, thing.name, role if role in (PERSON, GARMENT) else PERSON
                )
        except InputError as error:
            self.notices.show("error", str(error))

    def _take_pose(self, thing: intake.Intake) -> None:
        size = self.controller.frame_size
        if isinstance(thing.data, str):
            pose = formats.parse_pose(thing.data, thing.name, size)
        else:
            pose = formats.read_pose(thing.path, size)
        self.controller.posing.take(pose, thing.name)

    def _restore(self, thing: intake.Intake) -> None:
        """Pose of a picture made here, and its photos where the shelf has them."""
        data = exported.parameters(thing.path)
        pose = formats.parse_pose(json.dumps(data["pose"]), thing.name, self.controller.size)
        self.controller.posing.take(pose, thing.name)
        look = self.controller.document.look
        person, mix = data.get("person", {}), data.get("mix")
        if person.get("key") and look.photo(person["key"]):
            self.controller.make_person(person["key"])
        elif person.get("name"):
            self.notices.show(
                "info", f"Took the pose of {thing.name}. Its person, {person['name']}, is not on the shelf."
            )
        if mix and look.photo(mix.get("key", "")):
            self.controller.borrow(mix["key"], float(mix.get("amount", 0.0)))

    def paste(self) -> None:
        things = intake.of_mime(QGuiApplication.clipboard().mimeData())
        if not things:
            self.notices.show("info", f"There is nothing to paste. I can read {intake.READABLE}.")
        for thing in things[:1]:
            self.take(thing)

    # Files out.

    def save_picture(self) -> None:
        path = self._save_name("picture", "Export the picture", "PNG (*.png)", ".png")
        if path:
            self.save_picture_to(path)

    def save_picture_to(self, path: Path) -> None:
        """Draw the look exactly and write it with its parameters."""
        facts = self.controller.facts
        look = self.controller.document.look
        texts = exported.text_entries(look, self.controller.size, facts.weights if facts else {})
        self.controller.save_picture(path, texts)

    def export_pose(self) -> None:
        path = self._save_name("pose", "Export the pose", "OpenPose JSON (*.json)", ".json")
        if path:
            self.export_pose_to(path)

    def export_pose_to(self, path: Path) -> None:
        """Write the pose as OpenPose JSON."""
        try:
            formats.write_openpose(path, self.controller.pose, self.controller.frame_size)
        except (InputError, OSError) as error:
            self.notices.show("error", str(error))
        else:
            self.notices.show("good", f"Saved {path.name}.")

    def _save_name(self, purpose: str, title: str, kinds: str, suffix: str) -> Path | None:
        photo = self.controller.document.look.photo(self.controller.document.look.person)
        stem = Path(photo.name).stem if photo else "person"
        start = str(Path(self.settings.folder(purpose)) / f"{stem}-{purpose}{suffix}")
        name, _ = QFileDialog.getSaveFileName(self, title, start, kinds)
        if not name:
            return None
        path = Path(name)
        self.settings.set_folder(purpose, path.parent)
        if path.suffix.lower() == suffix:
            return path
        path = path.with_name(path.name + suffix)
        # The dialog asked about the name as it was typed.
        replace = QMessageBox.StandardButton.Yes
        if path.exists() and QMessageBox.question(self, title, f"Replace {path.name}?") != replace:
            return None
        return path

    def copy_pose(self) -> None:
        mime = QMimeData()
        text = json.dumps(formats.openpose_dict(self.controller.pose, self.controller.frame_size))
        mime.setText(text)
        mime.setData("application/json", text.encode())
        QGuiApplication.clipboard().setMimeData(mime)
        self.notices.show("good", "Copied the pose as OpenPose JSON.")

    def copy_picture(self) -> None:
        QGuiApplication.clipboard().setImage(to_pixmap(self.controller.still).toImage())
        self.notices.show("good", "Copied the picture.")

    # The pose.

    def undo(self) -> None:
        self.controller.undo_group.undo()

    def redo(self) -> None:
        self.controller.undo_group.redo()

    def toggle_joint(self) -> None:
        joint = self.canvas.selected
        if joint >= 0:
            self.controller.posing.set_shown(joint, self.controller.pose[joint, 2] <= 0)

    def show_all_joints(self) -> None:
        self.controller.posing.show_all()

    def mirror(self) -> None:
        self.controller.posing.mirror()

    def reset_pose(self) -> None:
        self.controller.posing.reset()

    # The view.

    def fit(self) -> None:
        self.canvas.fit()

    def actual_size(self) -> None:
        self.canvas.zoom_to(1.0)

    def zoom_in(self) -> None:
        self.canvas.zoom_to(self.canvas.zoom * 1.25)

    def zoom_out(self) -> None:
        self.canvas.zoom_to(self.canvas.zoom / 1.25)

    def toggle_skeleton(self) -> None:
        self.canvas.set_skeleton_shown(self.actions_by_id["toggle_skeleton"].isChecked())

    def toggle_reference(self) -> None:
        self.show_reference(self.actions_by_id["toggle_reference"].isChecked())

    def toggle_panels(self) -> None:
        hide = self.actions_by_id["toggle_panels"].isChecked()
        if hide:
            self._panels_open = [panel for panel in self.panels if not panel.isHidden()]
        for panel in self._panels_open:
            panel.setVisible(not hide)

    def reset_layout(self) -> None:
        self.actions_by_id["toggle_panels"].setChecked(False)
        for panel in self.panels:
            panel.setFloating(False)
            panel.show()
        self.restoreState(self.first_layout)
        self.canvas.fit()

    # The network and help.

    def choose_weights(self) -> None:
        name, _ = QFileDialog.getOpenFileName(
            self,
            "Choose weights",
            self.settings.folder("weights"),
            "Weights (*.safetensors *.pt *.pth);;All files (*)",
        )
        if name:
            self.settings.set_folder("weights", Path(name).parent)
            self.use_weights(Path(name))

    def use_weights(self, path: Path | None) -> None:
        """Open these weights now and, if they will do, at every start; None for those in the box."""
        self._weights_tried = (path,)
        self.controller.open_weights(path)

    def default_weights(self) -> None:
        self.use_weights(None)

    def show_keys(self) -> None:
        info.keys(self)

    def show_model(self) -> None:
        info.network(self, self.controller.facts)

    def about(self) -> None:
        info.about(self)

    def open_logs(self) -> None:
        folder = crash.log_folder()
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))):
            self.notices.show("info", f"The logs are in {folder}.")

    def quit(self) -> None:
        self.close()

    def set_theme(self, choice: str) -> None:
        """Dress the window as dark, light or system."""
        self.settings.theme = choice
        self.dress()

    # Dropping.

    def dragEnterEvent(self, event) -> None:  # noqa: N802
        things = intake.of_mime(event.mimeData())
        self.overlay.open_for(things[0].kind if things else intake.NOTHING)
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()

    def dragMoveEvent(self, event) -> None:  # noqa: N802
        self._drop_role(event)
        event.accept()

    def dragLeaveEvent(self, event) -> None:  # noqa: N802
        self.overlay.hide()

    def dropEvent(self, event) -> None:  # noqa: N802
        things = intake.of_mime(event.mimeData())
        role = self._drop_role(event) if things else ""
        self.overlay.hide()
        event.accept()
        if not things:
            self.notices.show("info", f"I can read {intake.READABLE}.")
        for place, thing in enumerate(things):
            # The first file goes where it was dropped; further photos join the shelf behind it.
            self.take(thing, role if place == 0 else GARMENT)

    def _drop_role(self, event) -> str:
        """What a drop at this place would be; the shelf is a place of its own."""
        at = event.position().toPoint()
        over_shelf = self.shelf.isVisible() and self.shelf.rect().contains(self.shelf.mapFrom(self, at))
        return self.overlay.target_at(self.overlay.mapFrom(self, at), GARMENT if over_shelf else "")
