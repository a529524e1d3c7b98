"""Exports say what they are, help names licences, and the first own photo brings a sentence, once."""

from __future__ import annotations

import pytest
from PIL import Image
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QFileDialog, QPushButton, QTextBrowser

from app.dialogs.series import SheetDialog
from app.window import CONSENT
from engine import provenance
from engine.animation import contact_sheet


def test_an_exported_picture_says_that_it_is_synthesised(open_window, tmp_path):
    driver = open_window()
    driver.window.saving.save_picture(tmp_path / "out.png")
    driver.until(lambda: "Saved out.png." in driver.sentences)
    with Image.open(tmp_path / "out.png") as image:
        assert provenance.SOURCE_TYPE in image.text[provenance.PNG_KEY]


def test_the_first_photo_of_ones_own_brings_a_sentence_once(open_window, photo, standing, settings):
    driver = open_window(pose=standing)
    assert driver.window.statusBar().currentMessage() == ""
    driver.controller.photos.open_photo(photo(), "linen.png")
    driver.until(lambda: driver.window.statusBar().currentMessage() == CONSENT)
    assert settings.consent_told
    driver.window.statusBar().clearMessage()
    driver.controller.photos.open_photo(photo("other.png", top=(1, 2, 3)), "other.png")
    driver.until(lambda: driver.window.windowTitle().startswith("other.png"))
    assert driver.window.statusBar().currentMessage() == ""


def test_help_names_the_licences_of_everything(open_window):
    driver = open_window()
    driver.window.actions_by_id["licences"].trigger()
    [dialog] = driver.window.findChildren(QDialog)
    text = dialog.findChild(QTextBrowser).toPlainText()
    for word in ("MIT", "CC0 1.0", "CC BY-NC 4.0", "MakeHuman", "torch", "pillow", "Apache-2.0"):
        assert word in text
    dialog.close()


def test_a_picture_on_the_clipboard_says_so_too(open_window):
    driver = open_window()
    driver.window.actions_by_id["copy_picture"].trigger()
    image = QGuiApplication.clipboard().mimeData().imageData()
    assert provenance.SOURCE_TYPE in image.text(provenance.PNG_KEY)


@pytest.mark.parametrize("wanted", [False, True])
def test_a_contact_sheet_calls_photos_by_their_files_only_where_that_is_wanted(
    open_window, tmp_path, monkeypatch, wanted
):
    called = []

    def sheet(rows, columns, names):
        called.extend(names)
        return contact_sheet(rows, columns, names)

    monkeypatch.setattr("engine.animation.contact_sheet", sheet)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "sheet.png"), ""))
    driver = open_window()
    driver.window.actions_by_id["contact_sheet"].trigger()
    dialog = driver.window.findChild(SheetDialog)
    dialog.names.setChecked(wanted)
    dialog.accept()
    driver.until(lambda: "Saved sheet.png." in driver.sentences)
    assert called == (["Ada"] if wanted else ["photo 1"])


def test_what_is_copied_to_report_a_fault_names_no_folders(open_window):
    driver = open_window()
    driver.window.centre.notices.show("error", "It went wrong.", "OSError: '/home/jane/Photos of me/a.png'")
    [toast] = driver.window.centre.notices.toasts
    next(each for each in toast.findChildren(QPushButton) if each.text() == "Copy details").click()
    assert QGuiApplication.clipboard().text() == "OSError: 'a.png'"
