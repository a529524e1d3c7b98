"""What can be said about looks without looking: contrast, icons, actions, and that nothing is cut off."""

from __future__ import annotations

import re

import numpy as np
import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QIcon, QImage, QKeySequence, QPainter
from PySide6.QtWidgets import QApplication

from app import actions, icons, theme


def luminance(value: str) -> float:
    channels = np.array(QColor(value).getRgbF()[:3])
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_numbers_are_read_on_every_colour_that_they_stand_on():
    for ground in (*theme.CATEGORIES, *theme.REGIONS, theme.DARK.muted, theme.LIGHT.muted):
        ink = theme.ink_on(ground).name()
        assert contrast(ink, ground) >= 4.3
        assert contrast(ink, ground) == max(contrast(each, ground) for each in ("#101114", "#f2f2f2"))


@pytest.mark.parametrize("palette", [theme.DARK, theme.LIGHT], ids=["dark", "light"])
def test_words_can_be_read(palette):
    for ground in (palette.panel, palette.raised, palette.accent_soft):
        assert contrast(palette.text, ground) >= 4.5
    for ground in (palette.panel, palette.raised):
        for words in (palette.muted, palette.accent):
            assert contrast(words, ground) >= 4.5
    assert contrast(palette.on_accent, palette.accent) >= 4.5
    for mark in (palette.good, palette.busy, palette.bad):
        assert contrast(mark, palette.panel) >= 3


def test_every_icon_is_there_and_takes_the_theme_s_colour(qapp):
    named = {spec.icon for spec in actions.ACTIONS if spec.icon} | {"info", "good", "error", "close", "star"}
    for name in named:
        assert "currentColor" in (icons.FOLDER / f"{name}.svg").read_text()
        picture = icons.pixmap(name, 20, "bad").toImage()
        strongest = max(
            (picture.pixelColor(x, y) for x in range(20) for y in range(20)), key=lambda c: c.alpha()
        )
        assert strongest.alpha() > 100
        assert abs(strongest.hue() - QColor(theme.colours().bad).hue()) < 12


@pytest.mark.parametrize("choice", ["dark", "light"])
def test_a_disabled_button_keeps_its_icon(qapp, choice):
    theme.apply(qapp, choice)
    ground = theme.colours().hover
    pixmap = icons.icon("export", "on_accent").pixmap(20, 20, QIcon.Mode.Disabled)
    picture = QImage(20, 20, QImage.Format.Format_RGB32)
    picture.fill(QColor(ground))
    painter = QPainter(picture)
    painter.drawPixmap(0, 0, pixmap)
    painter.end()
    shades = [picture.pixelColor(x, y).name() for x in range(20) for y in range(20)]
    assert max(contrast(shade, ground) for shade in shades) > 1.5


def test_no_colour_is_named_outside_the_theme():
    folder = icons.FOLDER.parents[1] / "app"
    for path in folder.rglob("*.py"):
        if path.name != "theme.py":
            assert not re.findall(r"#[0-9a-fA-F]{6}\b|QColor\(\d", path.read_text(encoding="utf-8")), path


def test_every_action_has_its_verb_and_no_key_has_two(open_window):
    verbs = open_window(awake=False).window.verbs
    assert verbs.keys() == {spec.id for spec in actions.ACTIONS}
    seen: dict[str, str] = {}
    for spec in actions.ACTIONS:
        assert callable(verbs[spec.id]), spec.id
        for keys in spec.keys:
            sequence = QKeySequence(keys).toString()
            assert sequence and sequence not in seen, f"{keys}: {spec.id} and {seen.get(sequence)}"
            seen[sequence] = spec.id


@pytest.mark.parametrize("choice", ["dark", "light"])
def test_the_window_fits_small_screens_in_both_themes(open_window, choice):
    driver = open_window()
    driver.window.themes.choose(choice)
    driver.window.resize(1024, 700)
    QApplication.processEvents()
    assert (driver.window.width(), driver.window.height()) == (1024, 700)
    assert driver.canvas.width() >= 400
    shown = driver.window.grab().toImage()
    expected = QColor(theme.resolve(choice).panel)
    corner = shown.pixelColor(shown.width() - 3, 3)
    assert abs(corner.lightness() - expected.lightness()) < 6


@pytest.mark.parametrize("width", [1440, 1024])
def test_a_banner_leaves_the_canvas_its_room(open_window, width):
    driver = open_window()
    driver.window.resize(width, 700)
    banner = driver.window.centre.banner
    banner.ask("info", "This many words need some room. " * 4, *((f"Choice {i}", print) for i in range(3)))
    driver.until(lambda: banner.height() < 130 and banner.isVisible())
    last = banner.button("Choice 2")
    assert banner.rect().contains(last.geometry())


def test_panels_hide_and_come_back_and_the_layout_is_kept(open_window, settings):
    driver = open_window()
    hide = driver.window.actions_by_id["toggle_panels"]
    first = [panel.isHidden() for panel in driver.window.docks.panels]
    hide.trigger()
    assert all(panel.isHidden() for panel in driver.window.docks.panels)
    hide.trigger()
    assert [panel.isHidden() for panel in driver.window.docks.panels] == first and not first[2]
    driver.window.docks.panels[2].close()
    driver.window.close()
    again = open_window()
    assert again.window.docks.panels[2].isHidden() and not again.window.docks.panels[0].isHidden()
    again.window.actions_by_id["reset_layout"].trigger()
    assert not again.window.docks.panels[2].isHidden()


def test_help_lists_every_key(open_window):
    from PySide6.QtWidgets import QTextBrowser

    from app.dialogs import info

    driver = open_window()
    for dialog in (
        info.keys(driver.window, driver.window.keys.bound()),
        info.about(driver.window),
        info.network(driver.window, driver.controller.facts),
    ):
        words = dialog.findChild(QTextBrowser).toPlainText()
        assert len(words) > 100
        if "Ctrl+Shift+Z" in words:
            assert "Nudge" not in words and "Mirror" in words
        dialog.close()


def test_an_icon_without_room_is_nothing_and_says_nothing(qtbot):
    """Qt's warnings fail the test: a painter on a pixmap without pixels would say five lines."""
    from app.icons import _TintedEngine

    engine = _TintedEngine("poseloom", "text")
    for size in (QSize(0, 0), QSize(0, 16), QSize(16, 0)):
        assert engine.pixmap(size, QIcon.Mode.Normal, QIcon.State.Off).isNull()
    assert not engine.pixmap(QSize(16, 16), QIcon.Mode.Normal, QIcon.State.Off).isNull()
