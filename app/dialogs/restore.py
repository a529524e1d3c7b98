"""What was not saved when the program was ended: to be restored, thrown away, or decided about later."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QDate, QDateTime, QLocale, QSize, Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from engine.look.journal import LeftBehind

PICTURE = QSize(88, 128)
OF_WINDOW = 0.6  # of the window's height, that rows take up at most


class RestoreDialog(QDialog):
    """A row a look. restore, throw_away: called with the one that was decided about."""

    def __init__(
        self,
        parent: QWidget,
        left: list[LeftBehind],
        restore: Callable[[LeftBehind], None],
        throw_away: Callable[[LeftBehind], None],
    ):
        super().__init__(parent)
        self.setWindowTitle("Restore changes?")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._waiting = list(left)
        self._restore, self._throw_away = restore, throw_away
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(12)
        words = QLabel("Poseloom was ended before this was saved. It is kept until you decide.")
        words.setWordWrap(True)
        column.addWidget(words)
        column.addWidget(self._rows_in_sight([self._row(each) for each in left], parent.height()))
        buttons = QDialogButtonBox()
        later = buttons.addButton("Decide later", QDialogButtonBox.ButtonRole.RejectRole)
        later.clicked.connect(self.reject)
        column.addWidget(buttons)
        self.setMinimumWidth(440)

    def _rows_in_sight(self, rows: list[QWidget], high: int) -> QWidget:
        """The rows, which scroll where they would be higher than a window of this height (px) has room."""
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        for row in rows:
            column.addWidget(row)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inner)
        area.setFixedHeight(min(inner.sizeHint().height(), round(high * OF_WINDOW)))
        return area

    def _row(self, left: LeftBehind) -> QWidget:
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(14)
        picture = QLabel()
        pixmap = QPixmap()
        if pixmap.loadFromData(left.look.thumbnail):
            ratio = self.devicePixelRatioF()
            aspect, smooth = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
            pixmap = pixmap.scaled(PICTURE * ratio, aspect, smooth)
            pixmap.setDevicePixelRatio(ratio)
            picture.setPixmap(pixmap)
        picture.setAccessibleName("How it looked")
        line.addWidget(picture)
        column = QVBoxLayout()
        name, when = QLabel(name_of(left)), QLabel(said_when(left.when))
        for label, role in ((name, "heading"), (when, "muted")):
            label.setProperty("role", role)
            label.setTextFormat(Qt.TextFormat.PlainText)
            column.addWidget(label)
        column.addStretch(1)
        choices = QHBoxLayout()
        for text, decided, primary in (
            ("Restore", self._restore, True),
            ("Throw away", self._throw_away, False),
        ):
            button = QPushButton(text)
            button.setProperty("primary", primary)
            button.setAccessibleName(f"{text} {name_of(left)}")
            button.clicked.connect(lambda _on=False, decided=decided: self._decide(row, left, decided))
            choices.addWidget(button)
        choices.addStretch(1)
        column.addLayout(choices)
        line.addLayout(column, 1)
        return row

    def _decide(self, row: QWidget, left: LeftBehind, decided: Callable[[LeftBehind], None]) -> None:
        self._waiting.remove(left)
        row.hide()
        decided(left)
        if decided is self._restore or not self._waiting:
            self.accept()

    def done(self, result: int) -> None:
        """Whatever was not decided about stays for another start."""
        for left in self._waiting:
            left.release()
        self._waiting = []
        super().done(result)


def name_of(left: LeftBehind) -> str:
    """What people call the look: its file, else its person."""
    if left.saved_as is not None:
        return left.saved_as.name
    person = left.look.photo(left.look.person)
    return person.name if person else "Untitled"


def said_when(seconds: float) -> str:
    """The time, and the day where it is not today's."""
    when, locale, short = (
        QDateTime.fromSecsSinceEpoch(int(seconds)),
        QLocale(),
        QLocale.FormatType.ShortFormat,
    )
    day = "Today" if when.date() == QDate.currentDate() else locale.toString(when.date(), short)
    return f"{day}, {locale.toString(when.time(), short)}"
