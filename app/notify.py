"""What the window tells without being asked: toasts that pass, a banner that stays until it is dealt with."""

from __future__ import annotations

from collections.abc import Callable

import shiboken6
from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QEnterEvent, QGuiApplication, QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app import icons
from engine.traces import without_folders

SECONDS = {"info": 6, "good": 5, "error": 12}
LINGER_MS = 3000  # once the pointer or the keys have left it
OFFER_SECONDS = 20  # what can be taken up is first understood, and looked for on the picture
ROLES = {"info": "accent", "good": "good", "error": "bad"}
MOST = 3
WIDTH = 380
WIDE = 640  # px from which a banner has room for its buttons beside the words


class Toast(QFrame):
    """One passing notice: icon, sentence, perhaps a button, and a way to close it."""

    def __init__(
        self,
        grade: str,
        sentence: str,
        details: str,
        parent: QWidget,
        choice: tuple[str, Callable[[], None]] | None = None,
    ):
        super().__init__(parent)
        self.setObjectName("toast")
        self.sentence, self._host = sentence, parent
        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(12, 10, 8, 10)
        row.setSpacing(10)
        picture = QLabel()
        picture.setPixmap(icons.pixmap(grade, 20, ROLES[grade], self.devicePixelRatioF()))
        row.addWidget(picture, alignment=Qt.AlignmentFlag.AlignTop)
        words = QLabel(sentence)
        words.setAlignment(Qt.AlignmentFlag.AlignTop)
        words.setContentsMargins(0, 2, 0, 0)
        words.setWordWrap(True)
        words.setTextFormat(Qt.TextFormat.PlainText)
        words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        words.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        column = QVBoxLayout()
        column.setSpacing(4)
        column.addWidget(words)
        if details:
            copy = QPushButton("Copy details")
            copy.setProperty("flat", True)
            copy.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keys where they are
            copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(without_folders(details)))
            column.addWidget(copy, alignment=Qt.AlignmentFlag.AlignLeft)
        if choice:
            act = QPushButton(choice[0])
            act.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            act.clicked.connect(choice[1])
            act.clicked.connect(self.dismiss)
            column.addWidget(act, alignment=Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)
        row.addLayout(column, 1)
        close = QToolButton()
        close.setIcon(icons.icon("close", "muted"))
        close.setAccessibleName("Close this notice")
        close.clicked.connect(self.dismiss)
        row.addWidget(close, alignment=Qt.AlignmentFlag.AlignTop)
        self.setAccessibleName(sentence)
        self._clock = QTimer(self)
        self._clock.setSingleShot(True)
        self._clock.timeout.connect(self._expire)
        self._clock.start((OFFER_SECONDS if choice else SECONDS[grade]) * 1000)

    def tall_at(self, width: int) -> int:
        """The height that the words need at this width."""
        return self._row.totalHeightForWidth(width)

    @property
    def offers(self) -> bool:
        """Whether it has a button."""
        return self.findChild(QPushButton) is not None

    @property
    def holds_keys(self) -> bool:
        """Whether the focus is in it."""
        focused = QApplication.focusWidget()
        return focused is not None and self.isAncestorOf(focused)

    def _expire(self) -> None:
        """Its time is over, unless the keys are in it."""
        if self.holds_keys:
            self._clock.start(LINGER_MS)
        else:
            self.dismiss()

    def dismiss(self) -> None:
        """Take it away now; keys that are in it go on where it stood."""
        if self.holds_keys:
            self._host.setFocus()
        self.hide()
        self.setParent(None)
        self.deleteLater()

    def enterEvent(self, event: QEnterEvent) -> None:  # noqa: N802
        self._clock.stop()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802
        self._clock.start(LINGER_MS)
        super().leaveEvent(event)


class Notices(QObject):
    """Stacks toasts in the lower right corner of a widget; the same sentence is not shown twice at once."""

    def __init__(self, host: QWidget, keep_clear: QWidget):
        super().__init__(host)
        self._host = host
        self._keep_clear = keep_clear
        self._shown: list[Toast] = []
        host.installEventFilter(self)
        keep_clear.installEventFilter(self)

    @property
    def toasts(self) -> list[Toast]:
        """Those on screen, oldest first."""
        # Not by the host's children: raising one changes their order.
        self._shown = [toast for toast in self._shown if shiboken6.isValid(toast) and not toast.isHidden()]
        return list(self._shown)

    @property
    def offers(self) -> list[Toast]:
        """Those with a button, the newest first."""
        return [toast for toast in reversed(self.toasts) if toast.offers]

    def offer(self, sentence: str, label: str, act: Callable[[], None]) -> None:
        """Tell something, with a button for what can be done about it."""
        self.show("info", sentence, choice=(label, act))

    def show(
        self,
        grade: str,
        sentence: str,
        details: str = "",
        choice: tuple[str, Callable[[], None]] | None = None,
    ) -> None:
        """Show a sentence of a grade: "info", "good" or "error". choice: a button, its words and its call."""
        for toast in self.toasts:
            if toast.sentence == sentence:
                toast.dismiss()
        while len(self.toasts) >= MOST:
            next(toast for toast in self.toasts if not toast.holds_keys).dismiss()
        toast = Toast(grade, sentence, details, self._host, choice)
        self._shown.append(toast)
        toast.show()
        self._place()

    def _place(self) -> None:
        width = min(WIDTH, self._host.width() - 28)
        bottom = self._host.height() - 14
        if self._keep_clear.isVisible() and self._host.width() - width - 14 < self._keep_clear.width() + 22:
            bottom = self._keep_clear.y() - 8
        for toast in reversed(self.toasts):
            toast.setFixedWidth(width)
            height = toast.tall_at(width)
            toast.setGeometry(self._host.width() - width - 14, bottom - height, width, height)
            toast.raise_()
            bottom -= height + 8

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Move):
            self._place()
        return False


class Banner(QFrame):
    """A line above the canvas for a state that asks something of the user."""

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.setObjectName("banner")
        self._parts = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._parts.setContentsMargins(14, 8, 10, 8)
        self._parts.setSpacing(8)
        said = QHBoxLayout()
        said.setSpacing(8)
        self._picture = QLabel()
        self._words = QLabel()
        self._words.setWordWrap(True)
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        said.addWidget(self._picture)
        said.addWidget(self._words, 1)
        self._row = QHBoxLayout()
        self._row.setSpacing(8)
        self._row.addStretch(1)
        self._parts.addLayout(said, 1)
        self._parts.addLayout(self._row)
        self._buttons: list[QPushButton] = []
        self.hide()

    @property
    def text(self) -> str:
        return self._words.text()

    def ask(self, grade: str, sentence: str, *choices: tuple[str, Callable[[], None]]) -> None:
        """Show a sentence with buttons; the first choice is the one to take."""
        self.put_away()
        self.setProperty("grade", grade)
        self.style().polish(self)
        self._picture.setPixmap(icons.pixmap(grade, 20, ROLES[grade], self.devicePixelRatioF()))
        self._words.setText(sentence)
        for place, (label, act) in enumerate(choices):
            button = QPushButton(label)
            button.setProperty("primary", place == 0)
            button.clicked.connect(lambda _checked=False, act=act: act())
            self._row.addWidget(button)
            self._buttons.append(button)
        self.show()

    def say(self, sentence: str) -> None:
        """Change the sentence, keep the buttons."""
        self._words.setText(sentence)

    def enable(self, label: str, on: bool) -> None:
        """Whether the button with this label can be pressed."""
        for button in self._buttons:
            if button.text() == label:
                button.setEnabled(on)

    def button(self, label: str) -> QPushButton | None:
        """The button with this label."""
        return next((button for button in self._buttons if button.text() == label), None)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        beside = self.width() >= WIDE
        direction = QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom
        self._parts.setDirection(direction)

    def put_away(self) -> None:
        """Hide it and forget its buttons."""
        for button in self._buttons:
            self._row.removeWidget(button)
            button.deleteLater()
        self._buttons.clear()
        self.hide()
