"""The brush of Dress mode: by mouse, wheel and keys, undone, kept in the file."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fake_engine import FAKE
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from test_dress import FACE, NONE, SHIRT, TROUSERS, click, dressing, move, shelve, wheel  # noqa: F401

from app import theme
from app.docks.outfit import TOLD
from engine.models.registry import ENGINES

ALT = Qt.KeyboardModifier.AltModifier


def strokes(driver):
    return driver.controller.document.look.strokes


def paint(driver, *spots, keys=NONE) -> None:
    """Press at the first, draw to the others, let go."""
    at = [driver.canvas.to_widget(spot) for spot in spots]
    driver.mouse(QEvent.Type.MouseButtonPress, at[0], keys=keys)
    for spot in at[1:]:
        driver.mouse(QEvent.Type.MouseMove, spot, keys=keys)
    driver.mouse(QEvent.Type.MouseButtonRelease, at[-1], keys=keys)


@pytest.fixture
def brushing(dressing):  # noqa: F811
    """In Dress mode with the brush in the hand, painting trousers."""
    click(dressing, TROUSERS)
    QTest.keyClick(dressing.window, Qt.Key.Key_B)
    return dressing


def test_a_stroke_is_one_step_that_the_engine_is_asked_for_and_undo_takes_it_back(brushing):
    steps = brushing.controller.undo_stack.index()
    paint(brushing, (60, 90), (90, 90), (110, 95))
    assert brushing.controller.undo_stack.index() == steps + 1
    assert brushing.controller.undo_stack.undoText() == "Paint trousers"
    (stroke,) = strokes(brushing)
    assert stroke.word == "trousers" and len(stroke.points) == 3
    assert stroke.points[0] == pytest.approx((60 / 256, 90 / 256), abs=0.01)
    brushing.until_full()
    request = brushing.backend.session.log[-1]
    assert request.strokes == (stroke,) and request.level is None
    paint(brushing, (60, 60), keys=ALT)
    assert [each.word for each in strokes(brushing)] == ["trousers", "background"]
    for _ in range(2):
        QTest.keyClick(brushing.window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert strokes(brushing) == ()
    brushing.until_full()
    assert brushing.backend.session.log[-1].strokes == ()


def test_wheel_and_brackets_change_the_size_and_the_rim_shows_it(brushing):
    def width() -> float:
        return brushing.canvas.pointed.path().boundingRect().width()

    move(brushing, SHIRT)
    assert width() == pytest.approx(2 * brushing.window.modes.dressing.brush.radius, rel=0.02)
    before = width()
    wheel(brushing, 2)
    assert width() == pytest.approx(before * 1.44, rel=0.02)
    QTest.keyClick(brushing.window, Qt.Key.Key_BracketLeft)
    assert width() == pytest.approx(before * 1.2, rel=0.02)
    QTest.keyClick(brushing.window, Qt.Key.Key_BracketRight)
    wheel(brushing, -100)
    assert 1 < width() < 4
    zoom = brushing.canvas.zoom
    wheel(brushing, 1, Qt.KeyboardModifier.ControlModifier)
    assert brushing.canvas.zoom > zoom


def test_without_the_brush_nothing_is_painted_and_escape_puts_it_away(brushing):
    mode, actions = brushing.window.modes.dressing, brushing.window.actions_by_id
    assert actions["brush"].isChecked() and brushing.window.docks.outfit.brush.brush.isChecked()
    QTest.keyClick(brushing.canvas, Qt.Key.Key_Escape)
    assert not mode.brush.on and mode.choice == ("trousers",) and not actions["brush"].isChecked()
    paint(brushing, SHIRT, FACE)
    assert strokes(brushing) == () and mode.choice == ("top",)
    QTest.keyClick(brushing.window, Qt.Key.Key_1)
    assert not actions["brush"].isEnabled()
    QTest.keyClick(brushing.window, Qt.Key.Key_B)
    assert not mode.brush.on


def test_the_dock_chooses_what_is_painted_and_clears_all_of_it(brushing):
    row = brushing.window.docks.outfit.brush
    assert row.words.currentText() == "Trousers" and not row.clear.isEnabled()
    row.words.setFocus()
    QTest.keyClick(row.words, Qt.Key.Key_Down)
    assert brushing.window.modes.dressing.brush.word == "skirt"
    paint(brushing, SHIRT)
    assert strokes(brushing)[0].word == "skirt" and row.clear.isEnabled()
    QTest.mouseClick(row.clear, Qt.MouseButton.LeftButton)
    assert strokes(brushing) == () and not row.clear.isEnabled()
    brushing.controller.undo_stack.undo()
    assert len(strokes(brushing)) == 1


def test_what_was_painted_is_not_another_persons(brushing, photo):
    paint(brushing, SHIRT)
    QTest.keyClick(brushing.window, Qt.Key.Key_B)
    brushing.controller.shelving.make_person(brushing.controller.document.look.photos[-1].key)
    assert strokes(brushing) == ()
    brushing.controller.undo_stack.undo()
    assert len(strokes(brushing)) == 1


def test_ctrl_paints_background_as_alt_does_for_window_managers_keep_alt(brushing):
    paint(brushing, SHIRT, keys=Qt.KeyboardModifier.ControlModifier)
    assert [each.word for each in strokes(brushing)] == ["background"]


def test_what_the_brush_paints_is_outlined_in_its_own_colour_and_a_stroke_shows_before_its_picture(brushing):
    canvas, session = brushing.canvas, brushing.backend.session
    brushing.until(canvas.chosen.isVisible)
    trousers = canvas.chosen.path().boundingRect()
    assert canvas.chosen.ink == theme.garment_colour("trousers") != theme.colours().accent
    words = brushing.window.docks.outfit.brush.words
    words.setFocus()
    for _ in range(8):
        QTest.keyClick(words, Qt.Key.Key_Up)
    assert words.currentText() == "Top" and brushing.window.modes.dressing.choice == ("trousers",)
    assert canvas.chosen.ink == theme.garment_colour("top")
    assert canvas.chosen.path().boundingRect().top() < trousers.top() - 20
    brushing.until_full()
    session.gate.clear()  # no picture comes
    at = [canvas.to_widget(spot) for spot in (SHIRT, (88, 120))]
    brushing.mouse(QEvent.Type.MouseButtonPress, at[0])
    brushing.mouse(QEvent.Type.MouseMove, at[1])
    assert canvas.stroke.isVisible()
    assert canvas.stroke.pen().color().name() == theme.garment_colour("top")
    assert canvas.stroke.pen().widthF() == pytest.approx(2 * brushing.window.modes.dressing.brush.radius)
    assert canvas.stroke.path().boundingRect().bottom() == pytest.approx(120, abs=1)
    brushing.mouse(QEvent.Type.MouseButtonRelease, at[1])
    assert canvas.stroke.isVisible()
    session.gate.set()
    brushing.until(lambda: not canvas.stroke.isVisible())
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert canvas.chosen.ink == theme.colours().accent  # what is chosen, again


def test_a_click_that_waits_for_its_picture_is_no_stroke_of_the_brush_taken_up_meanwhile(
    open_window, standing
):
    driver = open_window(pose=standing)
    driver.until_full()
    driver.backend.session.gate.clear()
    QTest.keyClick(driver.window, Qt.Key.Key_2)
    click(driver, TROUSERS)
    QTest.keyClick(driver.window, Qt.Key.Key_B)
    driver.backend.session.gate.set()
    driver.until(lambda: driver.window.modes.dressing._pieces_hw is not None)
    driver.until_full()
    move(driver, SHIRT)
    move(driver, FACE)
    assert driver.window.modes.dressing.brush.on and strokes(driver) == ()


def test_a_stroke_is_no_longer_shown_in_another_mode(brushing):
    brushing.until_full()
    brushing.backend.session.gate.clear()
    paint(brushing, SHIRT, FACE)
    assert brushing.canvas.stroke.isVisible()
    QTest.keyClick(brushing.window, Qt.Key.Key_1)
    assert not brushing.canvas.stroke.isVisible()
    brushing.backend.session.gate.set()
    brushing.until_full()
    assert not brushing.canvas.stroke.isVisible()


def test_a_picture_that_was_asked_for_before_a_stroke_does_not_hide_it(brushing):
    brushing.until_full()
    session, frames = brushing.backend.session, brushing.controller.frames
    session.gate.clear()
    begun = session.begun
    frames.ask(at_rest=True)
    earlier = frames.asked
    brushing.until(lambda: session.begun > begun)
    paint(brushing, SHIRT, FACE)
    seen = []
    frames.shown.connect(lambda frame: seen.append((frame.stamp, brushing.canvas.stroke.isVisible())))
    session.gate.set()
    brushing.until(lambda: not brushing.canvas.stroke.isVisible())
    assert (earlier, True) in seen, "the picture without the stroke came, and the stroke stayed over it"


def test_a_stroke_whose_picture_came_before_the_brush_was_lifted_is_hidden_as_it_is_lifted(brushing):
    at = [brushing.canvas.to_widget(spot) for spot in (SHIRT, FACE)]
    brushing.mouse(QEvent.Type.MouseButtonPress, at[0])
    brushing.mouse(QEvent.Type.MouseMove, at[1])
    brushing.until_full()
    assert brushing.canvas.stroke.isVisible()
    brushing.mouse(QEvent.Type.MouseButtonRelease, at[1])
    brushing.until(lambda: not brushing.canvas.stroke.isVisible())


@pytest.mark.parametrize("paints", [True, False])
def test_the_dock_says_whether_what_is_painted_is_drawn(open_window, standing, paints):
    driver = open_window(pose=standing, box=(replace(FAKE, paints=paints),))
    QTest.keyClick(driver.window, Qt.Key.Key_2)
    QTest.keyClick(driver.window, Qt.Key.Key_B)
    hint = driver.window.docks.outfit.hint
    assert (hint.text() == TOLD) == (not paints)


def test_what_the_dock_says_of_engines_that_draw_it_can_be_followed(brushing):
    """There is such a menu, and in it those that can, and no others, say so of themselves."""
    menus = [action.text().replace("&", "") for action in brushing.window.menuBar().actions()]
    assert "Engine" in menus and "menu Engine" in TOLD and "from a map of regions" in TOLD
    for engine in ENGINES.values():
        can = any(
            isinstance(each, type) and getattr(getattr(each, "capabilities", None), "paint_regions", False)
            for each in vars(engine.module("adapter")).values()
        )
        assert ("from a map of regions" in engine.good_for) == can, engine.name


def test_the_brush_looks_as_it_is(brushing):
    button = brushing.window.docks.outfit.brush.brush

    def ground():
        return button.grab().toImage().pixelColor(4, button.height() // 2).name()

    button.clearFocus()
    held = ground()
    QTest.keyClick(brushing.window, Qt.Key.Key_B)
    assert ground() != held
