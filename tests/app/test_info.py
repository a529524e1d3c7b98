"""What the help dialogs say."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QTextBrowser

from app import actions
from app.dialogs import info


def test_a_card_is_told_as_lines_without_brackets():
    card = {
        "name": "crisp",
        "recipe": {"levels": [{"rows": 16}, {"rows": 32}], "warm_up": 20, "betas": [0.9, 0.99], "clip": None},
    }
    assert info.card_rows(card) == [
        ("name", "crisp"), ("recipe, levels 1, rows", "16"), ("recipe, levels 2, rows", "32"),
        ("recipe, warm up", "20"), ("recipe, betas", "0.9, 0.99"),
    ]  # fmt: skip


def test_a_card_with_a_checksum_fits_the_dialog(open_window):
    driver = open_window()
    facts = driver.controller.facts
    facts.weights["card"] = {"data": {"sha256": "0f" * 32, "words": "people " * 30}}
    driver.window.actions_by_id["show_model"].trigger()
    [dialog] = [each for each in driver.window.findChildren(QDialog) if each.isVisible()]
    scroll = dialog.findChild(QTextBrowser)
    assert scroll.horizontalScrollBar().maximum() == 0
    dialog.close()


def test_the_page_of_keys_tells_every_key_there_is(open_window):
    driver = open_window()
    QTest.keyClick(driver.window, Qt.Key.Key_F1)
    [dialog] = [each for each in driver.window.findChildren(QDialog) if each.isVisible()]
    page = dialog.findChild(QTextBrowser)
    words = page.toPlainText()
    for spec in actions.ACTIONS:
        if spec.keys:
            assert spec.text.replace("&", "").rstrip("…") in words, spec.id
    for gesture in ("Shift + drag", "Alt + wheel", "Hold Z", "Hold E", "Ctrl + drag", "Alt + 1 to 9"):
        assert gesture in words
    driver.until(page.hasFocus)
    QTest.keyClick(page, Qt.Key.Key_PageDown)
    assert page.verticalScrollBar().value() > 0, "read on without a mouse"
    dialog.close()
