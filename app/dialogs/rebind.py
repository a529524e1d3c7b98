"""Other keys for what the window can do."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QKeyCombination, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QHeaderView,
    QKeySequenceEdit,
    QLabel,
    QLineEdit,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.actions import ACTIONS
from app.dialogs.palette import matches

ID = Qt.ItemDataRole.UserRole
NATIVE = QKeySequence.SequenceFormat.NativeText


class _Keys(QKeySequenceEdit):
    """Takes any keys but Escape, which is the dialog's own."""

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.keyCombination() == QKeyCombination(Qt.Key.Key_Escape):
            event.ignore()
        else:
            super().keyPressEvent(event)


class _Search(QLineEdit):
    """Keeps Enter, which goes on to the field of the keys, from the button that Enter presses elsewhere."""

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        super().keyPressEvent(event)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.accept()


class RebindDialog(QDialog):
    """bound: the keys of each action, by id. changed: called with the id of an action and its keys, None for
    those of the table."""

    def __init__(
        self,
        parent: QWidget,
        bound: Callable[[], Mapping[str, tuple[str, ...]]],
        changed: Callable[[str, tuple[str, ...] | None], None],
    ):
        super().__init__(parent)
        self.setWindowTitle("Change keys")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._bound, self._changed = bound, changed
        self.field = _Search(placeholderText="Search")
        self.table = QTableWidget(len(ACTIONS), 2)
        self.table.setHorizontalHeaderLabels(["Action", "Keys"])
        self.table.verticalHeader().hide()
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.table.setShowGrid(False)
        self.table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.setTabKeyNavigation(False)
        for row, spec in enumerate(ACTIONS):
            item = QTableWidgetItem(spec.text.replace("&", "").rstrip("…"))
            item.setData(ID, spec.id)
            self.table.setItem(row, 0, item)
            self.table.setItem(row, 1, QTableWidgetItem())
        self.keys = _Keys()
        self.keys.setMaximumSequenceLength(1)
        self.keys.setAccessibleName("New keys")
        self.take = QPushButton("Use these keys")
        self.none = QPushButton("No keys")
        self.reset = QPushButton("As it was")
        self.told = QLabel()
        self.told.setWordWrap(True)
        line = QHBoxLayout()
        for widget in (self.keys, self.take, self.none, self.reset):
            line.addWidget(widget)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        self.field.returnPressed.connect(self.keys.setFocus)
        column = QVBoxLayout(self)
        column.addWidget(self.field)
        column.addWidget(self.table, 1)
        column.addLayout(line)
        column.addWidget(self.told)
        column.addWidget(buttons)
        self.field.textChanged.connect(self._filter)
        self.take.clicked.connect(self._take)
        self.none.clicked.connect(lambda: self._change(()))
        self.reset.clicked.connect(lambda: self._change(None))
        self.table.selectRow(0)
        self._show()
        self.resize(560, 520)

    def _chosen(self) -> str:
        item = self.table.item(self.table.currentRow(), 0)
        return item.data(ID) if item is not None else ""

    def _filter(self, wanted: str) -> None:
        for row in range(self.table.rowCount()):
            item = self.table.item(row, 0)
            self.table.setRowHidden(row, item is not None and not matches(wanted, item.text()))
        seen = [row for row in range(self.table.rowCount()) if not self.table.isRowHidden(row)]
        if self.table.currentRow() not in seen:  # keys are given to what is seen
            self.table.setCurrentCell(seen[0] if seen else -1, 0)
        for button in (self.take, self.none, self.reset):
            button.setEnabled(bool(seen))

    def _take(self) -> None:
        sequence = self.keys.keySequence()
        if sequence.isEmpty():
            self.told.setText("Press the keys in the field first.")
            return
        portable = sequence.toString()
        chosen = self._chosen()
        loser = next(
            (each for each, keys in self._bound().items() if portable in keys and each != chosen), ""
        )
        self._change((portable,))
        if loser:
            name = next(spec.text for spec in ACTIONS if spec.id == loser).replace("&", "").rstrip("…")
            self.told.setText(f"{sequence.toString(NATIVE)} was taken from “{name}”.")
        self.keys.clear()

    def _change(self, keys: tuple[str, ...] | None) -> None:
        if chosen := self._chosen():
            self.told.clear()
            self._changed(chosen, keys)
            self._show()

    def _show(self) -> None:
        bound = self._bound()
        for row, spec in enumerate(ACTIONS):
            item = self.table.item(row, 1)
            if item is not None:
                item.setText(", ".join(QKeySequence(key).toString(NATIVE) for key in bound[spec.id]))
