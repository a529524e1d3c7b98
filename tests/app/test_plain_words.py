"""Names that look like HTML are shown as they are: nothing they name is loaded."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import Qt as Text
from PySide6.QtWidgets import QLabel, QMessageBox, QToolTip, QWidget

from app import plain
from app.dialogs.unsaved import ask  # the tests' windows do not ask
from app.docks.outfit import OutfitRow
from app.document import Worn

HOSTILE = "<b>she</b> <img src='/dev/zero'>.png"


def html_shown(window: QWidget) -> list[str]:
    """What labels and tool tips of a window would take for HTML and the name with it."""
    said = [widget.toolTip() for widget in [window, *window.findChildren(QWidget)]]
    labels = [label for label in window.findChildren(QLabel) if label.textFormat() != Qt.TextFormat.PlainText]
    said += [label.text() for label in labels]
    return [text for text in said if Text.mightBeRichText(text) and "<img" in text]


def test_a_name_is_shown_as_it_is_wherever_the_window_shows_it(open_window, photo, standing):
    driver = open_window(pose=standing)
    driver.controller.photos.open_photo(photo(), HOSTILE, "garment")
    driver.until(lambda: len(driver.window.docks.shelf.cards) == 2)
    driver.controller.borrowing.borrow(driver.controller.document.look.borrow.key, 0.5)
    driver.controller.photos.open_photo(photo("b.png", (9, 9, 9)), HOSTILE, "person")
    driver.until(lambda: driver.window.windowTitle().startswith(HOSTILE))
    assert html_shown(driver.window) == []
    shown = [label.text() for label in driver.window.findChildren(QLabel)]
    assert any("<b>" in text for text in shown), "and it is shown"
    row = OutfitRow("top")
    row.show_worn(Worn("top", HOSTILE), driver.controller.document.look.photos[-1], True)
    assert html_shown(row) == []


def test_the_question_before_it_goes_away_names_it_as_it_is(open_window, monkeypatch):
    asked = []
    monkeypatch.setattr(
        QMessageBox, "exec", lambda box: asked.append(box) or QMessageBox.StandardButton.Cancel
    )
    ask(open_window().window, HOSTILE)
    assert asked[0].textFormat() == Qt.TextFormat.PlainText and HOSTILE in asked[0].text()


@pytest.mark.parametrize("text", [HOSTILE, "a < b > c & d", "plain.png", "two\nlines <b>"])
def test_words_read_as_they_are_written(text):
    shown = QLabel(plain.words(text))
    assert not Text.mightBeRichText(plain.words(text)) or "<img" not in plain.words(text)
    QToolTip.showText(shown.pos(), plain.words(text), shown)
    assert QToolTip.text() == plain.words(text)
    QToolTip.hideText()
