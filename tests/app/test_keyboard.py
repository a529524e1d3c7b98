"""The window without a mouse, other keys, proportions, and sharpness while a hand moves: the real window."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QDialogButtonBox,
    QFileDialog,
    QLineEdit,
    QMenu,
    QPushButton,
    QWidget,
)

from app import theme
from app.dialogs.palette import Palette, matches
from app.dialogs.rebind import RebindDialog
from app.docks.panel import Panel
from app.keyboard import reached
from app.window import MainWindow

LEFT_WRIST = 7
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def driver(open_window):
    driver = open_window()
    driver.window.activateWindow()
    driver.canvas.setFocus()
    return driver


def panel_of_focus(driver) -> str:
    widget = QApplication.focusWidget()
    while widget is not None and not isinstance(widget, Panel):
        widget = widget.parentWidget()
    return widget.windowTitle() if widget is not None else "canvas"


def test_f6_goes_round_the_panels_and_shift_f6_back(driver):
    shown = [panel.windowTitle() for panel in driver.window.docks.panels if panel.isVisible()]
    seen = []
    for _ in range(len(shown) + 1):
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_F6)
        seen.append(panel_of_focus(driver))
    assert seen == [*shown, "canvas"]
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_F6, SHIFT)
    assert panel_of_focus(driver) == shown[-1]


def test_the_canvas_wears_a_ring_where_keys_led_to_it_and_the_history_can_be_walked(driver):
    edge = driver.canvas.viewport().rect().adjusted(0, 0, -1, -1)

    def ringed() -> bool:
        accent = theme.colour(theme.colours().accent)
        seen = driver.canvas.viewport().grab().toImage().pixelColor(edge.center().x(), 1)
        return seen == accent

    driver.drag(LEFT_WRIST, 10, -30)
    assert not ringed(), "a mouse needs none"
    QTest.keyClick(driver.canvas, Qt.Key.Key_F6)
    for _ in driver.window.docks.panels:
        if panel_of_focus(driver) == "History":
            assert QApplication.focusWidget() is driver.window.docks.history
            QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Up)
            assert driver.controller.undo_stack.index() == 0
        if panel_of_focus(driver) == "canvas":
            break
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_F6)
    assert panel_of_focus(driver) == "canvas" and ringed()
    QTest.keyClick(driver.canvas, Qt.Key.Key_F6)
    assert not ringed()


def test_a_look_is_made_without_a_mouse(open_window, standing, photo, monkeypatch):
    """A photo for the clothes, a pose, a garment, why a pixel is so, and the look pinned: keys alone."""
    driver = open_window(pose=standing)
    driver.window.activateWindow()
    canvas, window, made = driver.canvas, driver.window, driver.window.actions_by_id
    chosen = str(photo())
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (chosen, ""))
    QTest.keyClick(window, Qt.Key.Key_O, CTRL | SHIFT)
    driver.until(lambda: len(driver.controller.document.look.photos) == 2)
    canvas.setFocus()
    for _ in range(5):
        QTest.keyClick(canvas, Qt.Key.Key_Tab)
    assert canvas.skeleton.item.joints[canvas.skeleton.selected].describe().startswith("right wrist")
    start = driver.pose.copy()
    QTest.keyClick(canvas, Qt.Key.Key_Up, SHIFT)
    QTest.keyClick(window, Qt.Key.Key_M, SHIFT)
    driver.until_full()
    assert (driver.pose[[4, LEFT_WRIST], 1] < start[[4, LEFT_WRIST], 1]).all()
    QTest.keyClick(window, Qt.Key.Key_2)
    driver.until(lambda: window.modes.dressing._pieces_hw is not None)
    for _ in range(8):
        QTest.keyClick(canvas, Qt.Key.Key_Tab)
        if window.modes.dressing.choice == ("trousers",):
            break
    QTest.keyClick(canvas, Qt.Key.Key_Return)
    driver.until(lambda: driver.controller.document.look.outfit)
    assert [worn.word for worn in driver.controller.document.look.outfit] == ["trousers"]
    QTest.keyClick(window, Qt.Key.Key_3)
    driver.until(lambda: window.inspecting.inspection is not None)
    QTest.keyClick(canvas, Qt.Key.Key_Right)
    QTest.keyClick(canvas, Qt.Key.Key_Return)
    assert window.inspecting.inspection.pinned
    QTest.keyClick(window, Qt.Key.Key_1)
    driver.until_full()
    QTest.keyClick(window, Qt.Key.Key_P)
    assert any(snapshot.pinned for snapshot in window.snapshots.strip.snapshots)
    assert made["pose_mode"].isChecked()


def test_tab_reaches_the_contents_of_a_panel_before_its_button(driver):
    QTest.keyClick(driver.canvas, Qt.Key.Key_F6)
    shelf = driver.window.docks.panels[0]
    assert QApplication.focusWidget() is driver.window.docks.shelf.cards[0]
    for _ in range(20):
        focused = QApplication.focusWidget()
        if focused is shelf.close_button:
            break
        assert shelf.isAncestorOf(focused)
        QTest.keyClick(focused, Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is shelf.close_button


def test_the_keys_are_seen_wherever_they_are(driver):
    """Every stop of F6 and of Tab looks otherwise than without the keys."""
    driver.drag(LEFT_WRIST, 10, -30)
    driver.until_full()
    driver.window.snapshots.take()
    driver.window.docks.panels[7].show()
    blind, stops = [], 0
    for panel in driver.window.docks.panels:
        for widget in reached(panel.widget()) if panel.isVisible() else []:
            driver.canvas.setFocus()
            driver.until(driver.canvas.hasFocus)
            QApplication.processEvents()
            before = panel.grab().toImage()
            widget.setFocus(Qt.FocusReason.TabFocusReason)
            driver.until(widget.hasFocus)
            stops += 1
            if panel.grab().toImage() == before:
                blind.append((panel.windowTitle(), widget.accessibleName() or type(widget).__name__))
    assert stops > 12 and not blind, blind


def test_a_key_is_held_wherever_no_text_is_typed(driver):
    driver.drag(LEFT_WRIST, 10, -30)
    driver.until_full()
    driver.window.snapshots.take()
    docks = driver.window.docks
    docks.panels[7].show()
    told = []
    driver.canvas.weighed.connect(told.append)
    lists = docks.looks.row, docks.poses.grid, docks.history
    slider, *others = docks.proportions.sliders["head"], docks.poses.whole, docks.shelf.cards[0]
    for widget in (*lists, slider, *others):
        widget.setFocus()
        chosen = [each.currentIndex().row() for each in lists]
        QTest.keyPress(widget, Qt.Key.Key_E)
        assert told == [True], widget.accessibleName()
        assert [each.currentIndex().row() for each in lists] == chosen, "nothing is searched by its name"
        QTest.keyRelease(widget, Qt.Key.Key_E)
        driver.until(lambda: told == [True, False])
        told.clear()
    number = docks.joint.findChild(QLineEdit)
    number.setFocus()
    QTest.keyClick(number, Qt.Key.Key_E)
    assert not told, "typed into a number"
    slider.setFocus()
    QTest.keyPress(slider, Qt.Key.Key_E)
    dialog = QWidget(driver.window, Qt.WindowType.Dialog)
    dialog.show()
    dialog.activateWindow()
    driver.until(lambda: told == [True, False])  # another window is told of the release


def test_f6_reaches_what_is_offered_and_it_waits(driver):
    taken = []
    driver.window.centre.notices.show("good", "Only told.")
    driver.window.centre.notices.offer("It lies on its side.", "Turn it", lambda: taken.append("turned"))
    told, offer = driver.window.centre.notices.toasts
    QTest.keyClick(driver.canvas, Qt.Key.Key_F6)
    button = QApplication.focusWidget()
    assert offer.isAncestorOf(button) and button.text() == "Turn it"
    for toast in (told, offer):
        toast._clock.timeout.emit()
    assert driver.sentences == ["It lies on its side."], "not taken away under the hand"
    QTest.keyClick(button, Qt.Key.Key_Space)
    assert taken == ["turned"] and driver.sentences == []
    assert driver.canvas.hasFocus()
    QTest.keyClick(driver.canvas, Qt.Key.Key_F6)
    assert panel_of_focus(driver) == "References"


def test_a_notice_that_the_keys_are_in_outlives_newer_ones(driver):
    driver.window.centre.notices.offer("It lies on its side.", "Turn it", lambda: None)
    QTest.keyClick(driver.canvas, Qt.Key.Key_F6)
    for number in range(4):
        driver.window.centre.notices.show("good", f"Saved {number}.png.")
    assert driver.sentences == ["It lies on its side.", "Saved 2.png.", "Saved 3.png."]
    assert QApplication.focusWidget().text() == "Turn it"


def test_a_click_on_a_notice_leaves_the_keys_where_they_are(driver):
    driver.canvas.setFocus()
    driver.until(driver.canvas.hasFocus)
    driver.window.centre.notices.show("error", "It failed.", details="Why it did.")
    [toast] = driver.window.centre.notices.toasts
    [copy] = [b for b in toast.findChildren(QPushButton) if b.text() == "Copy details"]
    QTest.mouseClick(copy, Qt.MouseButton.LeftButton)
    assert QApplication.clipboard().text() == "Why it did." and driver.canvas.hasFocus()


def test_f6_reaches_the_question_above_the_canvas(driver, photo):
    driver.backend.pose = None
    driver.controller.photos.open_photo(photo("new.png"), "new.png")
    driver.until(lambda: driver.window.centre.banner.isVisible())
    driver.canvas.setFocus()
    QTest.keyClick(driver.canvas, Qt.Key.Key_F6)
    assert driver.window.centre.banner.isAncestorOf(QApplication.focusWidget())


def test_the_palette_finds_by_words_and_does_it(driver):
    start = driver.pose.copy()
    QTest.keyClick(driver.canvas, Qt.Key.Key_P, CTRL | SHIFT)
    palette = driver.window.findChild(Palette)
    QTest.keyClicks(palette.field, "exchange left")
    assert [palette.list.item(row).text().split("\t")[0] for row in range(palette.list.count())] == ["Mirror"]
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert not np.array_equal(driver.pose, start)
    assert driver.controller.undo_stack.undoText() == "Mirror the pose"


def test_the_palette_knows_the_themes(driver):
    QTest.keyClick(driver.canvas, Qt.Key.Key_P, CTRL | SHIFT)
    palette = driver.window.findChild(Palette)
    QTest.keyClicks(palette.field, "light")
    assert palette.list.item(0).text() == "Light theme"
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert driver.window.settings.theme == theme.LIGHT_NAME and theme.colours() == theme.LIGHT


def test_the_palette_knows_the_panels(driver):
    panel = driver.window.findChild(Panel, "proportions")
    assert not panel.isVisible()
    QTest.keyClick(driver.canvas, Qt.Key.Key_P, CTRL | SHIFT)
    palette = driver.window.findChild(Palette)
    QTest.keyClicks(palette.field, "proport")
    assert palette.list.item(0).text() == "Proportions"
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert panel.isVisible()


def test_what_cannot_be_done_now_is_not_offered(driver):
    driver.window.actions_by_id["palette"].trigger()
    palette = driver.window.findChild(Palette)
    QTest.keyClicks(palette.field, "redo")
    assert palette.list.count() == 0 and not palette._none.isHidden()
    QTest.keyClick(palette.field, Qt.Key.Key_Escape)
    assert matches("", "Anything") and matches("pos mir", "Mirror the pose") and not matches("x y", "x")


def test_keys_are_changed_taken_over_remembered_and_given_back(driver, settings):
    driver.window.actions_by_id["change_keys"].trigger()
    dialog = driver.window.findChild(RebindDialog)
    QTest.keyClicks(dialog.field, "mirror")
    row = next(row for row in range(dialog.table.rowCount()) if dialog.table.item(row, 0).text() == "Mirror")
    assert not dialog.table.isRowHidden(row)
    QTest.keyClick(dialog.field, Qt.Key.Key_Return)
    assert dialog.isVisible() and not dialog.told.text(), "nothing is changed by searching"
    assert QApplication.focusWidget() is not dialog.field, "the keys come next"
    assert dialog.table.currentRow() == row, "what was found is what gets the keys"
    dialog.keys.setKeySequence(QKeySequence("T"))
    dialog.take.click()
    assert dialog.told.text() == "T was taken from “Turn around”."
    made = driver.window.actions_by_id
    assert made["mirror"].shortcut() == QKeySequence("T") and made["turn_around"].shortcuts() == []
    assert "(T)" in made["mirror"].toolTip()
    dialog.keys.setFocus()
    driver.until(lambda: dialog.keys.isAncestorOf(QApplication.focusWidget()) or dialog.keys.hasFocus())
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)
    assert not dialog.isVisible(), "a way out for who has no mouse"
    driver.window.activateWindow()
    driver.canvas.setFocus()
    driver.until(driver.canvas.hasFocus)
    QTest.keyClick(driver.canvas, Qt.Key.Key_T)
    assert driver.controller.undo_stack.undoText() == "Mirror the pose"
    later = MainWindow(driver.backend, settings)
    assert later.actions_by_id["mirror"].shortcut() == QKeySequence("T")
    later.keys.change("mirror", None)
    later.keys.change("turn_around", None)
    assert later.actions_by_id["turn_around"].shortcut() == QKeySequence("T") and settings.keys == {}
    later.deleteLater()


def test_keys_are_taken_from_nobody_while_no_command_is_found(driver):
    driver.window.actions_by_id["change_keys"].trigger()
    dialog = driver.window.findChild(RebindDialog)
    QTest.keyClicks(dialog.field, "zzzz")
    QTest.keyClick(dialog.keys, Qt.Key.Key_T)
    assert dialog.keys.keySequence() == QKeySequence("T")
    QTest.mouseClick(dialog.take, Qt.MouseButton.LeftButton)
    made = driver.window.actions_by_id
    assert not dialog.told.text() and made["turn_around"].shortcut() == QKeySequence("T")
    assert not any(button.isEnabled() for button in (dialog.take, dialog.none, dialog.reset))
    dialog.field.clear()
    assert all(button.isEnabled() for button in (dialog.take, dialog.none, dialog.reset))
    dialog.reject()


def test_enter_presses_the_button_that_the_keys_are_on(driver):
    driver.window.actions_by_id["change_keys"].trigger()
    dialog, made = driver.window.findChild(RebindDialog), driver.window.actions_by_id
    QTest.keyClicks(dialog.field, "mirror")
    dialog.keys.setKeySequence(QKeySequence("F9"))

    def enter(button) -> None:
        button.setFocus(Qt.FocusReason.TabFocusReason)
        driver.until(button.hasFocus)
        QTest.keyClick(button, Qt.Key.Key_Return)

    before = made["mirror"].shortcuts()
    enter(dialog.take)
    assert made["mirror"].shortcut() == QKeySequence("F9")
    enter(dialog.none)
    assert made["mirror"].shortcuts() == []
    enter(dialog.reset)
    assert made["mirror"].shortcuts() == before
    enter(dialog.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Close))
    assert not dialog.isVisible()


def test_sliders_change_the_proportions_as_one_step_and_spring_back(driver):
    driver.window.docks.panels[7].show()
    panel, start = driver.window.docks.proportions, driver.pose.copy()
    slider = panel.sliders["legs"]
    slider.setFocus()
    for _ in range(5):
        QTest.keyClick(slider, Qt.Key.Key_Right)
    shin = np.linalg.norm(driver.pose[10, :2] - driver.pose[9, :2])
    before = np.linalg.norm(start[10, :2] - start[9, :2])
    assert shin == pytest.approx(1.05 * before, rel=1e-3) and panel._values["legs"].text() == "105 %"
    while driver.controller.undo_stack.canUndo():
        driver.controller.undo_stack.undo()
    assert np.array_equal(driver.pose, start)
    assert slider.value() == 100


def test_the_background_stays_sharp_while_a_hand_moves(driver):
    pictures = []
    driver.controller.picture_changed.connect(lambda rgb, rows: pictures.append(rgb))
    sharp = driver.controller.frames.still.copy()
    assert len(sharp) == 512
    driver.drag(LEFT_WRIST, 12, -40)
    driver.until_full()
    assert all(len(picture) == 512 for picture in pictures), "as fine as before"
    assert all(np.array_equal(picture[:40, :40], sharp[:40, :40]) for picture in pictures)
    assert any(not np.array_equal(picture, sharp) for picture in pictures)


def test_the_samples_in_the_menu_have_pictures(driver):
    menus = driver.window.findChildren(QMenu)
    menu = next(menu for menu in menus if menu.title() == "Open a &sample")
    assert menu.actions()[0].icon().isNull()
    menu.aboutToShow.emit()
    assert all(not action.icon().isNull() for action in menu.actions())


@pytest.mark.parametrize("size", [(1024, 640), (1024, 700), (1440, 900)])
def test_the_window_keeps_the_size_it_is_given(open_window, size):
    driver = open_window()
    driver.window.resize(*size)
    QApplication.processEvents()
    assert (driver.window.width(), driver.window.height()) == size
    assert driver.canvas.height() >= 240 and driver.canvas.width() >= 300
