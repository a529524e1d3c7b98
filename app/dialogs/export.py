"""How a picture is to be exported."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QDialog, QDialogButtonBox, QLabel, QRadioButton, QVBoxLayout, QWidget

from engine.export import ExportOptions

SIZES = (1, 2)


class ExportDialog(QDialog):
    """size: (H, W) of the picture as it is drawn. taken: called with the options once they are decided on."""

    def __init__(
        self,
        parent: QWidget,
        size: tuple[int, int],
        options: ExportOptions,
        taken: Callable[[ExportOptions], None],
    ):
        super().__init__(parent)
        self.setWindowTitle("Export with options")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._taken = taken
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(10)
        self._sizes = [QRadioButton(f"{times * size[1]} × {times * size[0]} px") for times in SIZES]
        self._skeleton = QCheckBox("With the skeleton")
        self._transparent = QCheckBox("The person alone, on a transparent ground")
        self._pose_only = QCheckBox("Only the skeleton, on black (for ControlNet)")
        self._names = QCheckBox("With the names of the photos, in the metadata")
        heading = QLabel("Size")
        heading.setProperty("role", "muted")
        for widget in (heading, *self._sizes):
            column.addWidget(widget)
        column.addSpacing(6)
        for box, on in (
            (self._skeleton, options.skeleton),
            (self._transparent, options.transparent),
            (self._pose_only, options.pose_only),
            (self._names, options.names),
        ):
            box.setChecked(on)
            column.addWidget(box)
        self._sizes[SIZES.index(options.times)].setChecked(True)
        self._pose_only.toggled.connect(self._show_what_counts)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        export = buttons.addButton("Export…", QDialogButtonBox.ButtonRole.AcceptRole)
        export.setProperty("primary", True)
        export.setDefault(True)
        buttons.accepted.connect(self._take)
        buttons.rejected.connect(self.reject)
        column.addSpacing(6)
        column.addWidget(buttons)
        self._show_what_counts()

    def _show_what_counts(self) -> None:
        for box in (self._skeleton, self._transparent):
            box.setEnabled(not self._pose_only.isChecked())

    def _take(self) -> None:
        chosen = next(t for t, button in zip(SIZES, self._sizes, strict=True) if button.isChecked())
        boxes = (self._skeleton, self._transparent, self._pose_only, self._names)
        self.accept()
        self._taken(ExportOptions(chosen, *(box.isChecked() for box in boxes)))
