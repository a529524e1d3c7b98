"""What Inspect shows, on its way to files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import QWidget

from app import theme
from app.docks.scale import ScalePanel
from app.file_thread import FileThread
from app.files.naming import ask_file_name
from app.modes.inspect import InspectMode
from app.notify import Notices
from app.settings import Settings
from app.trouble import Trouble
from engine.files import write_whole
from engine.inspecting import exports
from engine.inspecting.arrays import npz_of
from engine.inspecting.sheets import Panel, sheet_png, sheet_svg

PNG, SVG, NPZ = "PNG (*.png)", "SVG (*.svg)", "NumPy arrays (*.npz)"


@dataclass(frozen=True, eq=False)
class WriteMaps:
    """Make the bytes of a file and write it whole."""

    path: Path
    make: Callable[[], bytes]

    @property
    def doing(self) -> str:
        return f"writing {self.path.name}"

    def run(self) -> None:
        write_whole(self.path, self.make())


class MapSaving:
    """parent: of the dialogs. What was written, and what could not be, is told as a notice."""

    def __init__(
        self,
        parent: QWidget,
        mode: InspectMode,
        scale: ScalePanel,
        files: FileThread,
        notices: Notices,
        settings: Settings,
    ):
        self._parent, self._mode, self._scale = parent, mode, scale
        self._files, self._notices, self._settings = files, notices, settings
        files.done.connect(self._on_done)
        files.failed.connect(self._on_failed)

    def choose_map(self) -> None:
        self._ask("map", "Export the pictures with the map", PNG, self.save_map)

    def choose_atlas(self) -> None:
        self._ask("textures", "Export all textures", PNG, self.save_atlas)

    def choose_row(self) -> None:
        self._ask("row", "Export a row", f"{PNG};;{SVG}", self.save_row)

    def choose_arrays(self) -> None:
        self._ask("maps", "Export the arrays", NPZ, self.save_arrays)

    def save_map(self, path: Path) -> None:
        """Result and photos beside each other, with what is laid over them."""
        if sight := self._sight():
            panels = exports.map_panels
            self._write(path, lambda: _sheet(path, panels(sight), len(sight.photos) + 1))

    def save_atlas(self, path: Path) -> None:
        if sight := self._sight():
            panels = exports.texture_panels(sight)
            if panels:
                self._write(path, lambda: _sheet(path, panels, exports.ATLAS_COLUMNS))
            else:
                self._notices.show("info", "This map has no textures to lay side by side.")

    def save_row(self, path: Path) -> None:
        """.svg makes an SVG file, everything else a PNG."""
        if sight := self._sight():
            columns, palette = exports.row_columns(sight), theme.categories()
            self._write(path, lambda: _sheet(path, exports.row_panels(sight, palette), columns))

    def save_arrays(self, path: Path) -> None:
        """The person's maps, as the command `attention` writes them."""
        if sight := self._sight():
            self._write(path, lambda: npz_of(sight.inspection.subject.photos[0].maps))

    def _sight(self) -> exports.Sight | None:
        mode = self._mode
        if mode.inspection is None:
            return None
        result, *photos = exports.alike([mode.finest, *(each.reference.finest_HWC for each in mode.photos)])
        return exports.Sight(
            mode.inspection,
            result,
            tuple(photos),
            tuple(f"photo {number}" for number, _ in enumerate(mode.photos, 1)),  # not as files are called
            self._scale.scale,
            self._scale.table,
        )

    def _ask(self, purpose: str, title: str, kinds: str, save: Callable[[Path], None]) -> None:
        suffix = kinds.partition("*")[2].partition(")")[0]
        name = Path(self._mode.photos[0].name).stem if self._mode.photos else "person"
        path = ask_file_name(self._parent, self._settings, purpose, title, kinds, f"{name}-{purpose}{suffix}")
        if path is not None:
            save(path)

    def _write(self, path: Path, make: Callable[[], bytes]) -> None:
        self._files.submit(WriteMaps(path, make))

    def _on_done(self, job: object, _value: object) -> None:
        if isinstance(job, WriteMaps):
            self._notices.show("good", f"Saved {job.path.name}.")

    def _on_failed(self, job: object, trouble: Trouble) -> None:
        if isinstance(job, WriteMaps):
            self._notices.show("error", trouble.sentence, trouble.details)


def _sheet(path: Path, panels: list[Panel], columns: int) -> bytes:
    make = sheet_svg if path.suffix.lower() == ".svg" else sheet_png
    return make(panels, columns)
