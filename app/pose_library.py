"""The library of poses in the window: drawn as the person, shown by pointing, taken by a click, one's own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QWidget

from app.controller import Controller
from app.dialogs import name as ask_name
from app.docks.poses import PoseShelf
from app.files import own_poses
from app.files.intake import Intake
from app.files.naming import ask_file_name
from app.files.opening import Opening
from app.files.poses import LibraryPose
from app.files.reading import Reader
from app.notify import Notices
from app.pose_pictures import PosePictures
from app.settings import Settings
from engine.errors import InputError
from engine.pose import formats


class PoseLibrary:
    """parent: of the dialogs. What goes wrong is told as a notice."""

    def __init__(
        self,
        parent: QWidget,
        controller: Controller,
        opening: Opening,
        notices: Notices,
        settings: Settings,
    ):
        self._parent, self._controller, self._opening = parent, controller, opening
        self._notices, self._settings = notices, settings
        self._reader = Reader(parent, notices.show)
        self.pictures = PosePictures(controller)
        self._shelf: PoseShelf | None = None

    def connect(self, shelf: PoseShelf) -> None:
        """Fill the panel and hear what is done in it."""
        self._shelf = shelf
        shelf.taken.connect(self._opening.take_library_pose)
        shelf.pointed.connect(self._opening.glance_at)
        shelf.whole_wanted.connect(self._show_whole)
        shelf.rename_wanted.connect(self._rename)
        shelf.share_wanted.connect(self._share)
        shelf.remove_wanted.connect(self._remove)
        self.pictures.drawn.connect(shelf.show_picture)
        self.pictures.outdated.connect(shelf.show_own_pictures)
        self._list()

    def keep(self) -> None:
        """Ask for a name and keep the present pose under it."""
        c = self._controller
        name = self._ask("Keep this pose", own_poses.free_name())
        if name and self._tried(lambda: own_poses.keep(c.pose, c.frame_size, name)):
            self._notices.show("good", f"{name} is among your poses.")

    def take_in(self, thing: Intake) -> None:
        """Keep the pose of a file, or a pasted one, under the file's name."""
        name, size = Path(thing.name).stem, self._controller.frame_size

        def read() -> formats.Taken:
            if isinstance(thing.source, Path):
                return formats.take(formats.read_people(thing.source), size)
            return formats.take(formats.parse_people(str(thing.source), thing.name), size)

        def keep(taken: formats.Taken) -> None:
            if self._tried(lambda: own_poses.keep(taken.pose_18x3, size, name)):
                self._notices.show("good", " ".join((f"{name} is among your poses.", *taken.notes)))

        self._reader.read(thing.name, read, keep)

    def _ask(self, title: str, name: str) -> str:
        return ask_name.ask(self._parent, title, "Name", name) or ""

    def _tried(self, call: Callable[[], object]) -> bool:
        """Whether it went well; the list is read again."""
        try:
            call()
        except (InputError, OSError) as error:
            self._notices.show("error", str(error))
            return False
        self._list()
        return True

    def _list(self) -> None:
        library = own_poses.library()
        if self._shelf is not None:
            self._shelf.show_library(library)
        self.pictures.show(library)

    def _show_whole(self, whole: bool) -> None:
        self._opening.whole = whole
        self.pictures.set_whole(whole)

    def _rename(self, pose: LibraryPose) -> None:
        name = self._ask("Rename this pose", pose.name)
        if name and name != pose.name:
            self._tried(lambda: own_poses.rename(pose, name))

    def _remove(self, pose: LibraryPose) -> None:
        if self._tried(lambda: own_poses.remove(pose)):
            self._notices.show("info", f"{pose.name} is no longer among your poses.")

    def _share(self, pose: LibraryPose) -> None:
        path = ask_file_name(
            self._parent,
            self._settings,
            "pose",
            "Share this pose",
            "OpenPose JSON (*.json)",
            f"{pose.name}.json",
        )
        if path is not None and self._tried(lambda: own_poses.share(pose, path)):
            self._notices.show("good", f"Saved {path.name}.")
