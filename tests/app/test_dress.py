"""Dress: what they wear is pointed at, chosen, taken from another photo, and taken back."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from fake_engine import FAKE, FakeEngine
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from app import worker
from app.dialogs.which import PeopleInPhoto
from app.document import Worn
from app.jobs import LeaveRefining
from engine.editing import outlines
from engine.editing.outlines import sharp

SHIRT, TROUSERS, FACE, WALL = (88.0, 90.0), (88.0, 170.0), (88.0, 40.0), (20.0, 20.0)
NONE = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def dressing(open_window, photo, standing, monkeypatch):
    """A window in Dress mode, with a dark photo of somebody on its shelf. Exact pictures come right after a
    click: no test here looks at a hand that rests."""
    monkeypatch.setattr(worker, "REST_S", 0.01)
    driver = open_window(pose=standing)
    shelve(driver, photo("linen.png"))
    QTest.keyClick(driver.window, Qt.Key.Key_2)
    driver.until(lambda: driver.window.modes.dressing._pieces_hw is not None)
    driver.until_full()
    return driver


def shelve(driver, path) -> str:
    before = len(driver.controller.document.look.photos)
    driver.controller.photos.open_photo(path, path.name, "garment")
    driver.until(lambda: len(driver.controller.document.look.photos) > before)
    driver.until_full()
    return driver.controller.document.look.photos[-1].key


def click(driver, xy, keys=NONE) -> None:
    spot = driver.canvas.to_widget(xy)
    driver.mouse(QEvent.Type.MouseButtonPress, spot, keys=keys)
    driver.mouse(QEvent.Type.MouseButtonRelease, spot, keys=keys)


def move(driver, xy) -> None:
    driver.mouse(QEvent.Type.MouseMove, driver.canvas.to_widget(xy), button=Qt.MouseButton.NoButton)


def wheel(driver, steps: int, keys=NONE) -> None:
    viewport = driver.canvas.viewport()
    spot = driver.canvas.to_widget(SHIRT)
    event = QWheelEvent(
        spot, viewport.mapToGlobal(spot), QPoint(), QPoint(0, 120 * steps), Qt.MouseButton.NoButton, keys,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(viewport, event)


def card(driver, key: str):
    return next(card for card in driver.window.docks.shelf.cards if card.key == key)


def outfit(driver) -> tuple[Worn, ...]:
    return driver.controller.document.look.outfit


def take(driver, xy=SHIRT, key: str = "") -> str:
    """Choose what is there and click a photo, by default the last on the shelf."""
    key = key or driver.controller.document.look.photos[-1].key
    before = outfit(driver)
    click(driver, xy)
    QTest.mouseClick(card(driver, key), Qt.MouseButton.LeftButton)
    driver.until(lambda: outfit(driver) != before)
    driver.until_full()
    return key


def test_pointing_outlines_and_leaving_takes_the_outline_away(dressing):
    move(dressing, SHIRT)
    assert dressing.canvas.pointed.isVisible()
    box = dressing.canvas.pointed.path().boundingRect()
    assert abs(box.center().x() - 88) < 2 and abs(box.height() - 72) < 4  # of 36 rows, in px of the frame
    move(dressing, WALL)
    assert not dressing.canvas.pointed.isVisible()
    move(dressing, FACE)
    QApplication.sendEvent(dressing.canvas, QEvent(QEvent.Type.Leave))
    assert not dressing.canvas.pointed.isVisible()


def test_photos_light_up_where_they_have_what_is_pointed_at_before_anything_is_chosen(dressing):
    mode, key = dressing.window.modes.dressing, dressing.controller.document.look.photos[-1].key
    person = dressing.controller.document.look.person
    lit = []
    mode.lights_changed.connect(lit.append)
    plain = card(dressing, key)._picture.pixmap().toImage()
    move(dressing, TROUSERS)  # its maps are asked for now
    dressing.until(lambda: card(dressing, key).lit)
    assert card(dressing, key).lit and not card(dressing, person).lit and mode.choice == ()
    assert card(dressing, key)._picture.pixmap().toImage() != plain
    light_hw = lit[-1][key]
    assert light_hw.max() == pytest.approx(1.0) and light_hw.min() >= 0
    move(dressing, FACE)  # which that photo does not lend
    assert not card(dressing, key).lit and card(dressing, key)._picture.pixmap().toImage() == plain
    move(dressing, TROUSERS)
    move(dressing, WALL)
    assert not card(dressing, key).lit
    click(dressing, TROUSERS)
    move(dressing, WALL)
    assert card(dressing, key).lit  # what is chosen stays lit
    QTest.keyClick(dressing.window, Qt.Key.Key_1)
    assert not card(dressing, key).lit


def test_lines_are_made_once_for_a_picture_that_comes_again_with_its_maps(dressing, monkeypatch):
    made, frames = [], []
    monkeypatch.setattr(outlines, "sharp", lambda *given: made.append(given) or sharp(*given))
    dressing.controller.frames.mapped.connect(frames.append)
    click(dressing, SHIRT)
    dressing.until(lambda: frames)
    before, box = len(made), dressing.canvas.chosen.path().boundingRect()
    dressing.controller.frames.mapped.emit(frames[-1])
    assert len(made) == before and dressing.canvas.chosen.path().boundingRect() == box
    higher = replace(frames[-1], pieces=np.roll(frames[-1].pieces, -8, 0))
    dressing.controller.frames.mapped.emit(higher)
    assert len(made) > before and dressing.canvas.chosen.path().boundingRect().top() < box.top() - 8
    before = len(made)
    dressing.controller.frames.mapped.emit(replace(higher, image=255 - higher.image))
    assert len(made) > before, "along the edges of another picture"


def test_click_shift_alt_and_wheel_choose(dressing):
    mode = dressing.window.modes.dressing
    click(dressing, SHIRT)
    assert mode.choice == ("top",) and dressing.canvas.chosen.isVisible()
    click(dressing, TROUSERS, Qt.KeyboardModifier.ShiftModifier)
    assert mode.choice == ("top", "trousers")
    click(dressing, SHIRT, Qt.KeyboardModifier.AltModifier)
    assert mode.choice == ("trousers",)
    wheel(dressing, 1)
    assert mode.choice == ("trousers", "top")
    wheel(dressing, -1)
    assert mode.choice == ("trousers",)
    zoom = dressing.canvas.zoom
    wheel(dressing, 1, Qt.KeyboardModifier.ControlModifier)
    assert mode.choice == ("trousers",) and dressing.canvas.zoom > zoom
    click(dressing, WALL)
    assert mode.choice == () and not dressing.canvas.chosen.isVisible()
    wheel(dressing, 1)  # with nothing chosen it zooms, as ever
    assert mode.choice == ()


def test_a_click_on_a_photo_takes_the_garment_as_one_step_and_undo_brings_the_picture_back(dressing):
    before, steps = dressing.controller.frames.still.copy(), dressing.controller.undo_stack.index()
    key = take(dressing)
    assert outfit(dressing) == (Worn("top", key),)
    assert dressing.controller.undo_stack.index() == steps + 1
    assert dressing.controller.undo_stack.undoText() == "Take the top from linen.png"
    request = dressing.backend.session.log[-1]
    assert [(swap.reference, swap.garment, swap.strength) for swap in request.swaps] == [(key, "top", 1.0)]
    assert (dressing.controller.frames.still != before).any()
    QTest.keyClick(dressing.window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    dressing.until_full()
    assert outfit(dressing) == () and np.array_equal(dressing.controller.frames.still, before)


def test_a_second_click_on_the_wall_means_the_wall_and_another_photos_is_taken(dressing):
    click(dressing, SHIRT)
    click(dressing, WALL)
    assert dressing.window.modes.dressing.choice == ()
    click(dressing, WALL)
    assert dressing.window.modes.dressing.choice == ("background",) and dressing.canvas.chosen.isVisible()
    key = dressing.controller.document.look.photos[-1].key
    QTest.mouseClick(card(dressing, key), Qt.MouseButton.LeftButton)
    dressing.until(lambda: outfit(dressing) == (Worn("background", key),))
    assert dressing.controller.undo_stack.undoText() == "Take the background from linen.png"
    assert [row.word for row in dressing.window.docks.outfit.rows] == ["background"]
    dressing.until_full()
    assert [swap.garment for swap in dressing.backend.session.log[-1].swaps] == ["background"]
    click(dressing, WALL)
    assert dressing.window.modes.dressing.choice == ()


def test_a_second_garment_is_drawn_while_the_first_is_still_refined(dressing, photo):
    session, linen = dressing.backend.session, dressing.controller.document.look.photos[-1].key
    other = shelve(dressing, photo("other.png", top=(10, 90, 20)))
    session.refine_steps, session.refine_parts = 1, 1 << 30  # it takes for ever
    take(dressing, TROUSERS, linen)
    dressing.until(lambda: session.parts > 3)
    before = dressing.controller.frames.still.copy()
    take(dressing, SHIRT, other)
    assert [swap.garment for swap in session.log[-1].swaps] == ["trousers", "top"]
    assert (dressing.controller.frames.still != before).any() and session.refined == 0


def test_a_garment_is_shown_as_a_preview_first_and_then_exactly(dressing):
    answered = len(dressing.backend.session.log)
    take(dressing)
    levels = [request.level for request in dressing.backend.session.log[answered:] if request.swaps]
    assert levels[0] is not None and levels[-1] is None


def test_escape_lets_go_of_what_is_chosen_after_a_slider_was_pulled_too(dressing):
    key, modes = dressing.controller.document.look.photos[-1].key, dressing.window.modes
    click(dressing, SHIRT)
    modes.dressing.take(key)
    dressing.until(lambda: outfit(dressing) == (Worn("top", key),))
    slider = dressing.window.docks.outfit.rows[0].slider
    QTest.mouseClick(slider, Qt.MouseButton.LeftButton, pos=QPoint(4, slider.height() // 2))
    dressing.until(lambda: outfit(dressing)[0].strength < 1.0)
    assert slider.hasFocus() and modes.dressing.choice == ("top",)
    QTest.keyClick(slider, Qt.Key.Key_Escape)
    assert modes.dressing.choice == ()


def test_the_keyboard_does_it_all(dressing):
    canvas, key = dressing.canvas, dressing.controller.document.look.photos[-1].key
    canvas.setFocus()
    for word in ("face", "top", "trousers"):
        QTest.keyClick(canvas, Qt.Key.Key_Tab)
        assert dressing.window.modes.dressing.choice == (word,)
    QTest.keyClick(canvas, Qt.Key.Key_Backtab)
    QTest.keyClick(canvas, Qt.Key.Key_Return)
    dressing.until(lambda: outfit(dressing) == (Worn("top", key),))
    QTest.keyClick(canvas, Qt.Key.Key_Tab)
    QTest.keyClick(canvas, Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)  # the second photo of the shelf
    dressing.until(lambda: outfit(dressing) == (Worn("top", key), Worn("trousers", key)))
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert dressing.window.modes.dressing.choice == ()
    QTest.keyClick(dressing.window, Qt.Key.Key_1)
    assert not dressing.window.modes.dressing.on and canvas.skeleton.shown


def test_pose_mode_is_as_it_was(dressing):
    assert not dressing.canvas.skeleton.shown
    start = dressing.pose.copy()
    dressing.drag(7, 10, 10)
    assert np.array_equal(dressing.pose, start)
    QTest.keyClick(dressing.window, Qt.Key.Key_1)
    dressing.drag(7, 10, 10)
    assert not np.array_equal(dressing.pose, start)
    assert dressing.window.actions_by_id["pose_mode"].isChecked()


def test_a_dressed_person_is_dragged(dressing):
    take(dressing)
    QTest.keyClick(dressing.window, Qt.Key.Key_1)
    dressing.drag(4, -12, -8)
    dressing.until_full()
    assert all(request.swaps for request in dressing.backend.session.log[-3:])


def test_the_outfit_dock_changes_strength_hides_locks_orders_and_takes_off(dressing):
    key, panel = take(dressing), dressing.window.docks.outfit
    take(dressing, TROUSERS)
    assert [row.word for row in panel.rows] == ["trousers", "top"]  # the uppermost first
    steps = dressing.controller.undo_stack.index()
    slider = panel.rows[1].slider
    slider.setFocus()
    for _ in range(3):
        QTest.keyClick(slider, Qt.Key.Key_PageDown)
    assert outfit(dressing)[0] == Worn("top", key, 0.7) and panel.rows[1].slider is slider
    assert dressing.controller.undo_stack.index() == steps + 3
    assert dressing.controller.undo_stack.undoText() == "Set the top to 70 %"

    def press(row: int, button: str) -> None:
        QTest.mouseClick(getattr(panel.rows[row], button), Qt.MouseButton.LeftButton)

    press(1, "mute")
    dressing.until_full()
    assert [swap.garment for swap in dressing.backend.session.log[-1].swaps] == ["trousers"]
    press(1, "mute")
    press(1, "forward")
    assert [worn.word for worn in outfit(dressing)] == ["trousers", "top"]
    press(0, "lock")
    press(0, "off")
    assert "Locked in the outfit: top. Unlock that first." in dressing.sentences
    assert len(outfit(dressing)) == 2
    press(0, "lock")
    press(0, "off")
    assert [worn.word for worn in outfit(dressing)] == ["trousers"] and len(panel.rows) == 1
    while dressing.controller.undo_stack.canUndo():
        dressing.controller.undo_stack.undo()
    assert outfit(dressing) == () and panel.rows == []


def test_every_region_has_a_row_and_those_of_the_person_are_chosen_by_it(dressing):
    panel, look = dressing.window.docks.outfit, dressing.controller.document.look
    regions = ["hair", "face", "top", "dress", "trousers", "arms", "legs", "background"]
    assert list(panel.own_rows) == regions and panel.rows == []
    assert panel.of_person.text() == f"From {look.name_of(look.person)}:"
    QTest.keyClick(dressing.window, Qt.Key.Key_1)
    QTest.mouseClick(panel.own_rows["trousers"], Qt.MouseButton.LeftButton)
    mode = dressing.window.modes.dressing
    assert mode.on and mode.choice == ("trousers",)
    take(dressing)
    assert [row.word for row in panel.rows] == ["top"]
    assert list(panel.own_rows) == [word for word in regions if word != "top"]
    dressing.controller.undo_stack.undo()
    assert list(panel.own_rows) == regions and panel.rows == []


def test_a_worn_dress_takes_up_top_and_trousers_too(dressing):
    panel, key = dressing.window.docks.outfit, dressing.controller.document.look.photos[-1].key
    dressing.controller.outfit.take(("dress",), key, {"dress": "dress"})
    assert [row.word for row in panel.rows] == ["dress"]
    assert list(panel.own_rows) == ["hair", "face", "arms", "legs", "background"]


def test_photos_that_cannot_lend_it_say_so_in_a_sentence(dressing, photo):
    click(dressing, FACE)
    person, linen = (photo.key for photo in dressing.controller.document.look.photos)
    dressing.window.modes.dressing.take(linen)
    dressing.until(lambda: "linen.png shows no face that could be taken." in dressing.sentences)
    dressing.window.modes.dressing.take(person)
    dressing.until(lambda: any("is the person" in sentence for sentence in dressing.sentences))
    click(dressing, WALL)
    dressing.window.modes.dressing.take(linen)
    assert any("Click what they wear first" in sentence for sentence in dressing.sentences)
    assert outfit(dressing) == ()


def test_a_garment_photographed_alone_is_told_so_and_changes_nothing(dressing):
    linen = dressing.controller.document.look.photos[-1]
    before = dressing.controller.frames.still.copy()
    dressing.controller.outfit.take(("top",), linen.key, {})
    assert dressing.sentences[-1] == (
        "Nobody was found in linen.png. Garments are taken from photos of people who wear them."
    )
    assert outfit(dressing) == () and np.array_equal(dressing.controller.frames.still, before)


def test_photos_that_cannot_lend_it_fade_while_something_is_chosen(dressing, photo):
    bright = shelve(dressing, photo("bright.png", top=(240, 240, 240), bottom=(230, 230, 230)))
    linen = dressing.controller.document.look.photos[1].key
    click(dressing, TROUSERS)
    dressing.until(lambda: card(dressing, bright).faded)
    person = dressing.controller.document.look.person
    assert card(dressing, person).faded and not card(dressing, linen).faded
    click(dressing, WALL)
    assert not any(each.faded for each in dressing.window.docks.shelf.cards)


def test_a_locked_garment_is_not_replaced(dressing, photo):
    key = take(dressing)
    dressing.controller.outfit.set_locked("top", True)
    other = shelve(dressing, photo("other.png", top=(10, 90, 20)))
    dressing.until(lambda: "Locked in the outfit: top. Unlock that first." in dressing.sentences)
    assert other != key and outfit(dressing) == (Worn("top", key, locked=True),)


def test_a_photo_that_arrives_while_something_is_chosen_gives_it(dressing, photo):
    click(dressing, SHIRT)
    key = shelve(dressing, photo("coat.png", top=(10, 90, 20)))
    dressing.until(lambda: outfit(dressing) == (Worn("top", key),))
    dressing.controller.undo_stack.undo()
    dressing.controller.undo_stack.undo()
    dressing.controller.undo_stack.redo()  # back on the shelf, and nothing more
    assert outfit(dressing) == () and dressing.controller.document.look.photo(key)


def test_a_photo_that_leaves_the_shelf_takes_its_garments_along_and_undo_brings_both(dressing):
    key = take(dressing)
    dressing.controller.shelving.remove(key)
    assert outfit(dressing) == ()
    dressing.until_full()
    dressing.controller.undo_stack.undo()
    assert outfit(dressing) == (Worn("top", key),)


def test_the_giver_made_the_person_wears_the_own_and_a_draft_ends_the_mode(dressing):
    key = take(dressing)
    dressing.controller.shelving.make_person(key)
    dressing.until_full()
    assert dressing.backend.session.log[-1].swaps == ()
    dressing.backend.pose = None
    dressing.controller.photos.open_photo(np.full((300, 200, 3), 90, np.uint8), "wall.png", "person")
    dressing.until(lambda: dressing.controller.draft is not None)
    assert (
        not dressing.window.modes.dressing.on and not dressing.window.actions_by_id["dress_mode"].isEnabled()
    )


def test_other_weights_know_the_garments_too(dressing, tmp_path):
    take(dressing)
    dressing.controller.open_weights(tmp_path / "other.safetensors")
    dressing.until(lambda: dressing.backend.session.log and dressing.backend.session.log[-1].swaps)
    dressing.until_full()
    assert dressing.sentences == [s for s in dressing.sentences if "went wrong" not in s]


def test_points_far_outside_are_nothing(dressing):
    for xy in ((-500.0, 3.0), (5000.0, 5000.0)):
        dressing.window.modes.dressing.hovered(xy)
        dressing.window.modes.dressing.pressed(xy, False, False)
        assert dressing.window.modes.dressing.choice == ()


def test_of_two_people_in_the_givers_photo_one_is_asked_for_and_nobody_else_gives(dressing, standing, photo):
    left, right = standing.copy(), standing.copy()
    left[:, 0] -= 30
    right[:, 0] += 30
    dressing.backend.crowd = (left, right)
    click(dressing, SHIRT)
    before = len(dressing.controller.document.look.photos)
    dressing.controller.photos.open_photo(photo("pair.png"), "pair.png", "garment")
    dressing.until(lambda: dressing.window.findChildren(PeopleInPhoto))
    assert outfit(dressing) == () and len(dressing.controller.document.look.photos) == before
    people = dressing.window.findChildren(PeopleInPhoto)[0]
    (asked,) = (label.text() for label in people.parentWidget().findChildren(QLabel))
    assert asked == "There are 2 people in pair.png. Click the one whose clothes to take."
    QTest.keyClick(people, Qt.Key.Key_Right)
    QTest.keyClick(people, Qt.Key.Key_Return)
    dressing.until(lambda: outfit(dressing) != ())
    pair = dressing.controller.document.look.photos[-1]
    assert outfit(dressing) == (Worn("top", pair.key),)
    assert np.array_equal(pair.source.pose_18x3, right)


def test_a_garment_taken_while_weights_change_is_drawn_by_the_new_ones(dressing, tmp_path):
    old, key = dressing.backend.session, dressing.controller.document.look.photos[-1].key
    click(dressing, SHIRT)
    dressing.controller.open_weights(tmp_path / "other.safetensors")
    QTest.mouseClick(card(dressing, key), Qt.MouseButton.LeftButton)
    dressing.until(lambda: outfit(dressing) == (Worn("top", key),))
    dressing.until(lambda: dressing.backend.session is not old)
    dressing.until(lambda: dressing.backend.session.log and dressing.backend.session.log[-1].swaps)
    dressing.until_full()
    assert not any("went wrong" in sentence for sentence in dressing.sentences)


def test_rows_stay_the_same_widgets_so_the_keyboard_keeps_its_place(dressing):
    panel = dressing.window.docks.outfit
    take(dressing)
    row, own = panel.rows[0], panel.own_rows["hair"]
    row.mute.setFocus()
    QTest.keyClick(row.mute, Qt.Key.Key_Space)
    assert outfit(dressing)[0].muted and row.mute.accessibleName() == "Show the top"
    assert QApplication.focusWidget() is row.mute and panel.rows == [row]
    QTest.keyClick(row.mute, Qt.Key.Key_Space)
    assert not outfit(dressing)[0].muted and row.mute.accessibleName() == "Hide the top"
    own.setFocus()
    take(dressing, TROUSERS)
    assert panel.own_rows["hair"] is own and [each.word for each in panel.rows] == ["trousers", "top"]
    own.setFocus()
    panel.show_look(dressing.controller.document.look)
    assert QApplication.focusWidget() is own


def test_tab_goes_through_the_outfit_from_above_downwards(dressing):
    panel = dressing.window.docks.outfit
    take(dressing)
    take(dressing, TROUSERS)
    for words in (["trousers", "top"], ["top", "trousers"]):
        upper, lower = panel.rows
        assert [upper.word, lower.word] == words
        expected = [upper.slider, upper.mute, upper.lock, upper.off]  # it is the uppermost already
        expected += [lower.slider, lower.mute, lower.lock, lower.forward, lower.off]
        expected += [*panel.own_rows.values(), panel.brush.brush, panel.brush.words]
        upper.slider.setFocus()
        for widget in expected:
            assert QApplication.focusWidget() is widget
            QTest.keyClick(widget, Qt.Key.Key_Tab)
        assert not panel.isAncestorOf(QApplication.focusWidget())
        dressing.controller.outfit.bring_forward("top")


def test_while_a_skeleton_is_laid_on_a_photo_the_outfit_says_that_it_comes_first(dressing):
    panel = dressing.window.docks.outfit
    take(dressing)
    dressing.backend.pose = None
    dressing.controller.photos.open_photo(np.full((300, 200, 3), 90, np.uint8), "wall.png", "person")
    dressing.until(lambda: dressing.controller.draft is not None)
    sentence = "First use the skeleton that is laid on this photo, or cancel it."
    assert panel.hint.text() == sentence
    own = panel.own_rows["trousers"]
    assert not own.isEnabled() and own.toolTip() == own.accessibleDescription() == sentence
    assert not panel.rows[0].isEnabled()
    QTest.mouseClick(own, Qt.MouseButton.LeftButton)
    assert not dressing.window.modes.dressing.on
    dressing.controller.photos.leave_draft()
    dressing.until(lambda: own.isEnabled())
    assert panel.rows[0].isEnabled() and panel.hint.text() != sentence


def test_clicks_before_it_is_known_what_is_where_are_not_lost(open_window, photo, standing):
    driver = open_window(pose=standing)
    key = shelve(driver, photo("linen.png"))
    driver.backend.session.gate.clear()  # the picture that tells what is where is still to come
    QTest.keyClick(driver.window, Qt.Key.Key_2)
    click(driver, TROUSERS)
    QTest.mouseClick(card(driver, key), Qt.MouseButton.LeftButton)
    assert outfit(driver) == () and not any("first" in each for each in driver.sentences)
    driver.backend.session.gate.set()
    driver.until(lambda: outfit(driver) == (Worn("trousers", key),))


def test_each_garment_comes_from_the_photo_that_was_clicked_for_it_however_late_that_answers(
    dressing, photo, monkeypatch
):
    first = dressing.controller.document.look.photos[-1].key
    second = shelve(dressing, photo("other.png", top=(30, 120, 60)))
    lending, late = dressing.controller.lending, {first, second}
    known = lending.of
    monkeypatch.setattr(lending, "of", lambda photo: None if photo.key in late else known(photo))
    click(dressing, SHIRT)
    QTest.mouseClick(card(dressing, first), Qt.MouseButton.LeftButton)
    click(dressing, TROUSERS)
    QTest.mouseClick(card(dressing, second), Qt.MouseButton.LeftButton)
    click(dressing, FACE)
    assert outfit(dressing) == ()
    late.clear()
    lending.answered.emit(second)
    lending.answered.emit(first)
    assert outfit(dressing) == (Worn("trousers", second), Worn("top", first))
    assert dressing.window.modes.dressing.choice == ("face",)


def test_of_two_photos_clicked_for_one_garment_the_later_is_worn(dressing, photo, monkeypatch):
    first = dressing.controller.document.look.photos[-1].key
    second = shelve(dressing, photo("other.png", top=(30, 120, 60)))
    lending, late = dressing.controller.lending, {first}
    known = lending.of
    dressing.until(lambda: known(dressing.controller.document.look.photo(second).reference) is not None)
    monkeypatch.setattr(lending, "of", lambda photo: None if photo.key in late else known(photo))
    click(dressing, SHIRT)
    for key in (first, second):
        QTest.mouseClick(card(dressing, key), Qt.MouseButton.LeftButton)
    late.clear()
    lending.answered.emit(first)
    assert outfit(dressing) == (Worn("top", second),)


def test_rows_of_the_outfit_stay_where_they_are_while_its_hint_changes(dressing):
    take(dressing)
    row = dressing.window.docks.outfit.rows[0]
    places = set()
    for spot in (SHIRT, TROUSERS, WALL):
        click(dressing, spot)
        QApplication.processEvents()
        places.add(row.y())
    QTest.keyClick(dressing.window, Qt.Key.Key_B)
    QApplication.processEvents()
    assert places == {row.y()}


@pytest.mark.parametrize(
    "way", ["button", "keys", "escape", "escape while posing", "escape while inspecting"]
)
def test_refining_can_be_stopped_and_begins_anew_only_with_what_is_worn_anew(dressing, way):
    session, row = dressing.backend.session, dressing.window.docks.outfit.refining
    session.refine_steps = 1 << 30  # it takes for ever
    key = take(dressing)
    dressing.until(lambda: session.refined > 3 and row.isVisible())
    assert row.told.text() == "Refining the top: 0%"
    frames = dressing.controller.frames
    assert "refining the top 0%" in frames.status.figures
    if way == "button":
        dressing.canvas.setFocus()
        dressing.until(dressing.canvas.hasFocus)
        QTest.mouseClick(row.stop, Qt.MouseButton.LeftButton)
    elif way == "keys":
        row.stop.setFocus(Qt.FocusReason.TabFocusReason)
        dressing.until(row.stop.hasFocus)
        QTest.keyClick(row.stop, Qt.Key.Key_Space)
    elif way == "escape while posing":
        QTest.keyClick(dressing.window, Qt.Key.Key_1)
        dressing.canvas.skeleton.select(4)
        QTest.keyClick(dressing.canvas, Qt.Key.Key_Escape)  # lets go of the joint
        assert dressing.canvas.skeleton.selected < 0 and row.isVisible()
        QTest.keyClick(dressing.canvas, Qt.Key.Key_Escape)
    elif way == "escape while inspecting":
        QTest.keyClick(dressing.window, Qt.Key.Key_3)
        dressing.until_full()
        dressing.until(lambda: frames.status.refining)  # it goes on once there are maps
        QTest.keyClick(dressing.canvas, Qt.Key.Key_Escape)
    else:
        QTest.keyClick(dressing.canvas, Qt.Key.Key_Escape)  # lets go of what is chosen
        assert dressing.window.modes.dressing.choice == () and row.isVisible()
        QTest.keyClick(dressing.canvas, Qt.Key.Key_Escape)
    assert not row.isVisible() and not frames.status.refining
    assert frames.status.figures[-1] == "the top stays as it is now"
    if way in ("button", "keys"):
        assert dressing.canvas.hasFocus(), "and no slider, which arrows would change"
    worker, done = dressing.controller.worker, []
    worker.job_done.connect(lambda *_job: done.append(1))
    worker.submit(LeaveRefining("top"))  # behind it all that was asked for before is over
    dressing.until(lambda: done)
    found = session.refined
    QTest.keyClick(dressing.window, Qt.Key.Key_1)
    dressing.drag(4, 0, -8)
    dressing.until_full()
    assert session.refined == found and not row.isVisible() and outfit(dressing) == (Worn("top", key),)
    for step in ("undo", "undo", "redo"):  # the drag, the garment
        getattr(dressing.controller.undo_stack, step)()
        dressing.until_full()
    dressing.until(lambda: session.refined > found and row.isVisible())


def test_stop_leaves_the_garment_that_it_names_and_the_next_one_is_refined(dressing):
    session, row = dressing.backend.session, dressing.window.docks.outfit.refining
    take(dressing)
    session.refine_steps = 1 << 30
    take(dressing, TROUSERS)
    dressing.until(lambda: row.isVisible() and row.told.text().startswith("Refining the top"))
    QTest.mouseClick(row.stop, Qt.MouseButton.LeftButton)
    dressing.until(lambda: row.isVisible() and row.told.text().startswith("Refining the trousers"))
    QTest.mouseClick(row.stop, Qt.MouseButton.LeftButton)
    assert not row.isVisible()


def test_another_engine_refines_anew_what_was_left(open_window, photo, standing, tmp_path):
    other = FakeEngine("other", "Other", "Draws too.", tmp_path / "other.safetensors")
    other.weights.touch()
    driver = open_window(pose=standing, box=(FAKE, other))
    driver.backend.session.refine_steps = 1 << 30
    shelve(driver, photo("linen.png"))
    QTest.keyClick(driver.window, Qt.Key.Key_2)
    driver.until(lambda: driver.window.modes.dressing._pieces_hw is not None)
    take(driver)
    row = driver.window.docks.outfit.refining
    driver.until(row.isVisible)
    QTest.mouseClick(row.stop, Qt.MouseButton.LeftButton)
    [menu] = [action.menu() for action in driver.window.menuBar().actions() if action.text() == "E&ngine"]
    next(action for action in menu.actions() if action.text().startswith("Other")).trigger()
    driver.until(lambda: driver.backend.session.engine == "other")
    driver.until_full()
    driver.backend.session.refine_steps = 1 << 30
    QTest.keyClick(driver.window, Qt.Key.Key_1)
    driver.drag(4, 0, -8)
    driver.until(row.isVisible)


def test_where_refining_fails_no_row_tells_of_it_any_more(dressing, monkeypatch):
    session, row = dressing.backend.session, dressing.window.docks.outfit.refining
    session.refine_steps = 1 << 30
    take(dressing)
    dressing.until(row.isVisible)

    def fail(_request):
        raise RuntimeError("no memory")

    monkeypatch.setattr(session, "refine_part", fail)
    dressing.until(lambda: not row.isVisible())
    assert dressing.controller.frames.status.settled == 1.0


def test_a_hand_that_pulls_takes_the_progress_of_refining_away(dressing):
    session, row = dressing.backend.session, dressing.window.docks.outfit.refining
    session.refine_steps = 1 << 30
    take(dressing)
    dressing.until(row.isVisible)
    QTest.keyClick(dressing.window, Qt.Key.Key_1)
    start = dressing.at(4)
    dressing.mouse(QEvent.Type.MouseButtonPress, start)
    dressing.mouse(QEvent.Type.MouseMove, start + QPointF(9, 9))
    dressing.mouse(QEvent.Type.MouseMove, start + QPointF(18, 18))
    assert not row.isVisible()
    told = " ".join(dressing.controller.frames.status.figures)
    assert "refining" not in told and "looking closer" not in told
    dressing.mouse(QEvent.Type.MouseButtonRelease, start + QPointF(18, 18))
    dressing.until(row.isVisible)


def test_what_refining_brought_is_told_until_the_outfit_is_another(dressing):
    """The engine of tests draws the same again: nothing was left."""
    session, frames = dressing.backend.session, dressing.controller.frames
    session.refine_steps = 1
    take(dressing)
    dressing.until(lambda: "nothing left to refine in the top" in frames.status.figures)
    frames.ask()
    dressing.until_full()
    assert "nothing left to refine in the top" in frames.status.figures
    dressing.controller.undo_stack.undo()
    dressing.until_full()
    assert not any("refine" in figure for figure in frames.status.figures)


def test_a_picture_that_refining_drew_anew_is_told_by_how_much(dressing, monkeypatch):
    session, frames = dressing.backend.session, dressing.controller.frames
    session.refine_steps = 1
    draw = session.frames

    def drawn(request):
        for frame in draw(request):
            image_HWC = frame.image.copy()
            if session.refined and request.level is None:
                image_HWC[: len(image_HWC) // 4] ^= 128
            yield replace(frame, image=image_HWC, fine=None)

    monkeypatch.setattr(session, "frames", drawn)
    take(dressing)
    dressing.until(lambda: "refined the top: 25.0% of the picture anew" in frames.status.figures)


@pytest.mark.parametrize("fails", ["after it", "before it", "both"])
def test_of_a_picture_that_failed_nothing_is_told_that_refining_brought(dressing, monkeypatch, fails):
    """What is shown is the picture of before, which tells nothing of the garment."""
    session, status = dressing.backend.session, dressing.controller.frames
    session.refine_steps = 1
    draw, told = session.frames, []
    dressing.controller.worker.refined.connect(lambda *brought: told.append(brought))

    def drawn(request):
        refined = session.refined > 0
        if (
            request.level is None
            and request.swaps
            and fails in ("both", "after it" if refined else "before it")
        ):
            raise RuntimeError("no picture")
        return draw(request)

    monkeypatch.setattr(session, "frames", drawn)
    click(dressing, SHIRT)
    QTest.mouseClick(
        card(dressing, dressing.controller.document.look.photos[-1].key), Qt.MouseButton.LeftButton
    )
    dressing.until(lambda: session.refined and status.status.settled == 1.0 and not status.status.refining)
    dressing.until(lambda: any("went wrong" in sentence for sentence in dressing.sentences))
    assert told == [] and status.status.refined == ""
