"""Exports say what they are, help names licences, and the first own photo brings a sentence, once."""

from __future__ import annotations

from PIL import Image
from PySide6.QtWidgets import QDialog, QLabel

from app.window import CONSENT
from engine import provenance


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
    text = " ".join(label.text() for label in dialog.findChildren(QLabel))
    for word in ("MIT", "CC0 1.0", "CC BY-NC 4.0", "MakeHuman", "torch", "pillow", "Apache-2.0"):
        assert word in text
    dialog.close()
