"""Files are read beside the window's thread, which waits for them no longer than a blink."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from contextlib import suppress
from typing import TypeVar

from PySide6.QtCore import QObject, Signal

from app.trouble import Trouble
from engine.errors import InputError

Value = TypeVar("Value")

PATIENCE_S = (
    0.2  # a file of our kinds is there after a hundredth of it; a drive that sleeps, or is gone, is not
)


def aside(call: Callable[[], Value]) -> Future[Value]:
    """Call it on a thread of its own, which does not keep the program from ending."""
    future: Future[Value] = Future()

    def run() -> None:
        try:
            future.set_result(call())
        except BaseException as error:  # told to whoever asks for the value
            future.set_exception(error)

    threading.Thread(target=run, name="reading", daemon=True).start()
    return future


def at_once(call: Callable[[], Value], otherwise: Value) -> Value:
    """The value of a call that reads; another one where it fails or takes longer than a blink."""
    future = aside(call)
    wait([future], PATIENCE_S)
    return otherwise if not future.done() or future.exception() else future.result()


class Reader(QObject):
    """Hands over what was read: at once where it is there within a blink, else when it comes.

    tell: called with a grade, a sentence and details.
    """

    _late = Signal(object)

    def __init__(self, parent: QObject, tell: Callable[[str, str, str], None]):
        super().__init__(parent)
        self._tell = tell
        self._late.connect(lambda answer: answer())

    def read(
        self, name: str, call: Callable[[], Value], then: Callable[[Value], None], silent: bool = False
    ) -> None:
        """Call `then` with the value on the window's thread; a fault is told. name: of the file. silent:
        whether nothing is said where it takes its time."""
        future = aside(call)
        wait([future], PATIENCE_S)
        if future.done():
            self._answer(name, future, then)
            return
        if not silent:
            self._tell("info", f"{name} takes its time to be read.", "")
        future.add_done_callback(lambda _: self._come(lambda: self._answer(name, future, then)))

    def _come(self, answer: Callable[[], None]) -> None:
        with suppress(RuntimeError):  # the window is gone
            self._late.emit(answer)

    def _answer(self, name: str, future: Future[Value], then: Callable[[Value], None]) -> None:
        if error := future.exception():
            trouble = Trouble.of(error, f"reading {name}")
            self._tell("error", trouble.sentence, trouble.details)
            return
        try:
            then(future.result())
        except InputError as fault:
            self._tell("error", str(fault), "")
