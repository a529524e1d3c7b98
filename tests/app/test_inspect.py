"""Inspect with a real window: pointing, holding, what canvas and panel then show, and their numbers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from fake_engine import PIECES_HW, SIZE
from inspecting import click, inspect, move, pick, spot
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip

from app import theme
from app.canvas.beside import photo_boxes, picture_at
from app.canvas.marks import CAPTION_ROOM
from app.modes.inspect import InspectMode
from engine.api import DISTRIBUTION, EXTRACTION, Maps
from engine.garments import TOP
from engine.inspecting import choices as views
from engine.inspecting.doing import doings
from engine.inspecting.values import RESULT, peak_of, shares_at

LEFT_WRIST = 7
NAMED, UNNAMED = "Layer of 64 rows, first pass (64a)", "Layer of 32 rows, first pass (32a)"


@pytest.fixture
def window(open_window):
    """A window in Inspect mode, at the layer that has names."""
    driver = inspect(open_window())
    pick(panel(driver).layer, NAMED)
    return driver


def panel(driver):
    return driver.window.docks.inspector


def mode(driver) -> InspectMode:
    return driver.window.inspecting


def maps_of(driver, kind: str, name: str = "64a") -> np.ndarray:
    """The engine's own arrays of what is shown."""
    return mode(driver).inspection.subject.photos[0].maps.of(kind)[name]


def wrist(driver) -> tuple[float, float]:
    return tuple(float(v) for v in driver.pose[LEFT_WRIST, :2] / (SIZE[1], SIZE[0]))


def ask(widget, at: QPoint) -> str:
    """The tooltip that a resting hand gets."""
    QToolTip.hideText()
    QApplication.sendEvent(widget, QHelpEvent(QEvent.Type.ToolTip, at, widget.mapToGlobal(at)))
    return QToolTip.text()


def heat(driver, picture: int) -> np.ndarray:
    """The opacity of what lies over a picture, 0 to 255, [h, w]."""
    image = driver.canvas.maps.heats[picture]._image
    return np.array(
        [[image.pixelColor(x, y).alpha() for x in range(image.width())] for y in range(image.height())]
    )


# Pointing.


def test_pointing_at_the_result_tells_the_engines_own_shares(window):
    at = wrist(window)
    move(window, at)
    share_K = shares_at(maps_of(window, DISTRIBUTION), *at)
    bars = panel(window).bars.bars
    assert [bar.share for bar in bars] == pytest.approx(sorted(share_K.tolist(), reverse=True)[: len(bars)])
    assert {bar.words.split(", ")[0] for bar in bars[:2]} == {"The left wrist (0)", "The left wrist (1)"}
    assert bars[0].words.endswith(f", texture {mode(window).inspection.parts[0].channel + 1}")
    assert bars[0].chosen and bars[0].share == share_K.max() == share_K[mode(window).inspection.aim.channel]
    assert panel(window).read_out.text() == f"{share_K.max():.2f}"
    x, y = int(at[0] * SIZE[1]), int(at[1] * SIZE[0])
    assert panel(window).headline.text() == f"This pixel ({x}, {y}) is made of"
    assert "left wrist" in panel(window).bars.accessibleDescription()


def test_the_texture_under_the_pointer_lies_over_both_pictures_and_its_peak_is_ringed(window):
    move(window, wrist(window))
    shown = mode(window).inspection
    channel = shown.aim.channel
    made_hw, read_hw = maps_of(window, DISTRIBUTION)[channel], maps_of(window, EXTRACTION)[channel]
    np.testing.assert_array_equal(shown.painting.result.pixels, made_hw)
    np.testing.assert_allclose(shown.painting.photos[0].pixels, read_hw / read_hw.max())
    assert np.unravel_index(heat(window, 0).argmax(), read_hw.shape) == np.unravel_index(
        read_hw.argmax(), read_hw.shape
    )
    ring, [box] = window.canvas.maps.peaks[0], photo_boxes(SIZE, 1)
    assert ring.isVisible() and ring.pos() == QPointF(*box.point(peak_of(read_hw)))
    assert window.canvas.maps._pulse.running
    assert window.canvas.maps.cross.isVisible() and not window.canvas.maps.cross.pinned


def test_pointing_at_the_photo_tells_who_reads_there_and_rings_the_result(window):
    at = peak_of(maps_of(window, EXTRACTION)[LEFT_WRIST])
    move(window, at, picture=0)
    read_K = shares_at(maps_of(window, EXTRACTION), *at)
    bars = panel(window).bars.bars
    assert bars[0].share == pytest.approx(float(read_K.max() / read_K.sum()))
    assert panel(window).headline.text().startswith("This place of Ada")
    channel = mode(window).inspection.parts[0].channel
    expected = peak_of(maps_of(window, DISTRIBUTION)[channel])
    assert window.canvas.maps.peaks[0].pos() == QPointF(expected[0] * SIZE[1], expected[1] * SIZE[0])


def test_the_photo_beside_the_result_is_as_fine_as_it_is_and_the_picture_stays_sharp(window):
    [photo] = window.canvas.maps.photos
    finest = mode(window).photos[0].reference.finest_HWC
    assert (photo.pixmap().height(), photo.pixmap().width()) == finest.shape[:2]
    assert window.canvas.picture.pixmap().height() == 2 * SIZE[0], "fine, under a map of 64 rows"
    box = photo.sceneBoundingRect()
    assert box.right() < 0 and box.height() == pytest.approx(SIZE[0], abs=0.01)
    corners = [window.canvas.to_widget((x, y)) for x, y in ((box.left(), 0), (SIZE[1], SIZE[0]))]
    assert all(window.canvas.viewport().rect().contains(corner.toPoint()) for corner in corners)


def test_a_ring_has_its_bar_also_where_there_is_room_for_half_of_them(window):
    window.window.resize(1024, 640)
    QApplication.processEvents()
    several = next(
        at
        for at in np.argwhere(np.ones((8, 6))) / (8, 6)
        if move(window, tuple(at), picture=0) or len(panel(window).bars.bars) > 3
    )
    assert len(several) and panel(window).bars.room == 3
    rings = [ring for ring in window.canvas.maps.peaks if ring.isVisible()]
    assert [ring._rank for ring in rings] == [1, 2, 3]
    assert panel(window).bars.height() >= panel(window).bars.row(2).bottom()


def test_rings_follow_the_room_for_bars_when_the_window_is_resized(window):
    window.window.resize(1440, 1000)
    QApplication.processEvents()
    next(
        at
        for at in np.argwhere(np.ones((8, 6))) / (8, 6)
        if move(window, tuple(at), picture=0) or len(panel(window).bars.bars) > 3
    )

    def ranks() -> list[int]:
        return [ring._rank for ring in window.canvas.maps.peaks if ring.isVisible()]

    whole = ranks()
    assert len(whole) > 3 and panel(window).bars.room == 6
    for size, expected in (((1024, 640), [1, 2, 3]), ((1440, 1000), whole)):
        window.window.resize(*size)
        QApplication.processEvents()
        assert ranks() == expected


def test_beside_the_pictures_nothing_is_told_and_leaving_lets_go(window):
    move(window, wrist(window))
    before = mode(window).inspection.aim.channel
    gap = window.canvas.to_widget((-6.0, 100.0))
    window.mouse(QEvent.Type.MouseMove, gap, button=Qt.MouseButton.NoButton)
    assert panel(window).bars.bars == () and panel(window).headline.text() == "Point at a picture"
    assert mode(window).inspection.aim.channel == before, "the last texture stays in sight"
    move(window, wrist(window))
    QApplication.sendEvent(window.canvas, QEvent(QEvent.Type.Leave))
    assert panel(window).bars.bars == () and not window.canvas.maps.cross.isVisible()


# Holding.


def test_a_click_holds_and_escape_lets_go(window):
    click(window, wrist(window))
    held = panel(window).bars.bars
    assert mode(window).pinned and window.canvas.maps.cross.pinned
    assert "held" in panel(window).headline.text()
    move(window, (0.1, 0.1))
    assert panel(window).bars.bars == held
    QTest.keyClick(window.canvas, Qt.Key.Key_Escape)
    assert not mode(window).pinned and panel(window).bars.bars == ()
    move(window, (0.1, 0.1))
    assert panel(window).bars.bars and panel(window).bars.bars != held
    QTest.keyClick(window.canvas, Qt.Key.Key_Return)
    assert mode(window).pinned
    window.mouse(QEvent.Type.MouseButtonPress, window.canvas.to_widget((-6.0, 100.0)))
    assert not mode(window).pinned, "a click beside the pictures lets go"


def test_what_is_held_follows_the_picture_that_changes(window):
    click(window, wrist(window))
    before, channel = panel(window).bars.bars, mode(window).inspection.aim.channel
    window.controller.posing.place(LEFT_WRIST, (30.0, 60.0))
    window.until_full()
    window.until(lambda: panel(window).bars.bars != before)
    assert mode(window).inspection.aim.channel == channel and mode(window).pinned


# Textures and layers.


def test_keys_go_through_the_textures_in_their_order_and_through_the_layers(window):
    order = mode(window).inspection.order_K.tolist()
    here = order.index(mode(window).inspection.aim.channel)
    window.canvas.setFocus()
    QTest.keyClick(window.canvas, Qt.Key.Key_Period)
    assert mode(window).inspection.aim.channel == order[(here + 1) % 32]
    QTest.keyClick(window.canvas, Qt.Key.Key_Comma)
    QTest.keyClick(window.canvas, Qt.Key.Key_Comma)
    assert mode(window).inspection.aim.channel == order[(here - 1) % 32]
    window.window.actions_by_id["next_layer"].trigger()
    assert panel(window).layer.currentText() == UNNAMED, "behind the last comes the first"
    window.window.actions_by_id["previous_layer"].trigger()
    assert panel(window).layer.currentText() == NAMED


def test_people_count_from_one_and_unnamed_textures_are_numbers(window):
    tile = panel(window).tiles.tile(LEFT_WRIST).center().toPoint()
    assert ask(panel(window).tiles, tile) == "Texture 8: the left wrist (0)"
    QTest.mouseClick(panel(window).tiles, Qt.MouseButton.LeftButton, pos=tile)
    assert mode(window).inspection.aim.channel == LEFT_WRIST and panel(window).tiles._channel == LEFT_WRIST
    assert (
        "Texture 8" in panel(window).texture.text() and "the left wrist (0)" in panel(window).texture.text()
    )
    pick(panel(window).layer, UNNAMED)
    assert ask(panel(window).tiles, panel(window).tiles.tile(4).center().toPoint()) == "Texture 5"


def test_a_bar_that_is_clicked_is_the_texture_that_is_shown(window):
    click(window, wrist(window))
    second = mode(window).inspection.parts[1].channel
    place = panel(window).bars.row(1).center().toPoint()
    QTest.mouseClick(panel(window).bars, Qt.MouseButton.LeftButton, pos=place)
    assert mode(window).inspection.aim.channel == second
    assert [bar.chosen for bar in panel(window).bars.bars[:3]] == [False, True, False]
    bar = panel(window).bars.bars[1]
    its_1hw = maps_of(window, DISTRIBUTION)[second : second + 1]
    assert bar.does == str(doings(its_1hw, PIECES_HW)[0])
    bars = panel(window).bars
    assert bars.written() == [f"Texture {part.channel + 1}" for part in mode(window).inspection.parts]
    bars.resize(600, bars.height())
    assert bars.written() == [each.words for each in bars.bars], "where there is room"
    assert ask(panel(window).bars, place) == f"{bar.words}; does here: {bar.does}"


def test_the_atlas_is_sorted_by_area_by_number_and_by_the_share_here(window):
    click(window, wrist(window))
    tiles, share_K = panel(window).tiles, shares_at(maps_of(window, DISTRIBUTION), *wrist(window))
    area_K = maps_of(window, DISTRIBUTION).mean((1, 2))
    for order, by_K in (("by area", area_K), ("by share here", share_K), ("by number", -np.arange(32))):
        pick(panel(window).order, order)
        assert tiles.channel_at(tiles.tile(int(by_K.argmax())).center()) == by_K.argmax()
        first = min(range(32), key=lambda k: (tiles.tile(k).y(), tiles.tile(k).x()))
        assert first == by_K.argmax(), order


def test_the_first_texture_shown_says_something_and_layers_come_from_the_network(window):
    names = [each.name for each in window.controller.facts.maps if each.kind == DISTRIBUTION]
    layer = panel(window).layer
    assert [layer.itemText(i).split("(")[1] for i in range(layer.count())] == [f"{name})" for name in names]
    made_Khw = maps_of(window, DISTRIBUTION)
    assert made_Khw[mode(window).inspection.aim.channel].std() > 0.5 * made_Khw.std((1, 2)).max()


def test_the_tiles_are_laid_anew_for_another_room(window):
    tiles = panel(window).tiles
    pick(panel(window).layer, UNNAMED)
    pick(panel(window).order, "by number")
    wide, channel = tiles.tile(0), tiles._channel
    tiles.resize(80, 600)
    assert tiles.tile(0).y() == wide.y() and tiles.tile(8).y() > tiles.tile(0).y()
    assert tiles.tile(15).bottom() > 300, "they fill the height"
    assert tiles._channel == channel


def test_what_is_told_of_a_texture_is_the_same_in_every_view(window):
    click(window, wrist(window))
    channel = mode(window).inspection.aim.channel
    told = panel(window).texture.text()
    peak = maps_of(window, EXTRACTION)[channel].max()
    assert f"{peak:.1%} of it gathered at its peak" in told
    for view in (views.TRACE, views.TRACE_ALL, views.SEGMENTS, views.EVIDENCE, views.WARP):
        pick(panel(window).view, view)
        assert panel(window).texture.text() == told, view


# Scales.


def test_levels_opacity_and_colours_change_what_lies_over_the_picture(window):
    move(window, wrist(window))
    scale, before = panel(window).scale, heat(window, RESULT)
    scale.opacity.setValue(100)
    assert (heat(window, RESULT) == 255).all(), "the map alone"
    scale.opacity.setValue(0)
    assert (heat(window, RESULT) == 0).all(), "the picture alone"
    scale.opacity.setValue(65)
    np.testing.assert_array_equal(heat(window, RESULT), before)
    bar = scale.levels
    for end, x in ((bar.high, 0.5), (bar.low, 0.25)):
        QTest.mousePress(bar, Qt.MouseButton.LeftButton, pos=bar.handle(end).toPoint())
        QTest.mouseMove(bar, bar.handle(x).toPoint())
        QTest.mouseRelease(bar, Qt.MouseButton.LeftButton, pos=bar.handle(x).toPoint())
    assert (bar.low, bar.high) == pytest.approx((0.25, 0.5), abs=0.01)
    made_hw, after = mode(window).inspection.painting.result.pixels, heat(window, RESULT)
    assert (after[made_hw < bar.low] == before.min()).all()
    assert made_hw.max() < bar.high and after.max() > before.max(), "stretched"
    QTest.keyClick(bar, Qt.Key.Key_Right)
    QTest.keyClick(bar, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert (bar.low, bar.high) == pytest.approx((0.27, 0.48), abs=0.011)
    image = window.canvas.maps.heats[RESULT]._image.copy()
    pick(scale.colour_map, "Viridis")
    assert window.canvas.maps.heats[RESULT]._image != image


def test_the_bar_tells_what_its_end_stands_for(window):
    click(window, wrist(window))
    read_hw = maps_of(window, EXTRACTION)[mode(window).inspection.aim.channel]
    assert panel(window).scale.levels._top == f"1 on the result, {read_hw.max():.1%} on the photo"
    pick(panel(window).view, views.SEGMENTS)
    assert panel(window).scale.levels._top == "" and not panel(window).scale.levels.isEnabled()


def test_the_colours_of_the_scale_stay_where_a_trace_waits_for_a_hand(window):
    scale = panel(window).scale
    pick(panel(window).view, views.TRACE)
    QTest.keyClick(window.canvas, Qt.Key.Key_Escape)
    assert scale.levels.isVisible() and not scale.levels.isEnabled(), "or all below would jump"
    move(window, wrist(window))
    assert scale.levels.isEnabled()
    pick(panel(window).view, views.SEGMENTS)
    assert not scale.levels.isVisible() and not scale.colour_map.isVisible()


def test_a_map_that_stays_is_not_painted_again(window):
    click(window, wrist(window))
    heats = window.canvas.maps.heats
    before = {number: heat._image.cacheKey() for number, heat in heats.items()}
    subject = mode(window)._subject
    shares = Maps(
        replace(each, values_Khw=each.values_Khw[..., ::-1]) if each.kind == DISTRIBUTION else each
        for each in subject.photos[0].maps
    )
    mode(window)._subject = replace(subject, photos=(replace(subject.photos[0], maps=shares),))
    mode(window)._refresh()
    assert heats[RESULT]._image.cacheKey() != before[RESULT]
    assert heats[0]._image.cacheKey() == before[0], "no pose changes what was gathered"
    panel(window).scale.opacity.setValue(30)
    assert heats[0]._image.cacheKey() != before[0]


def test_twelve_colours_are_told_apart_also_by_eyes_that_see_no_red_or_green():
    from engine.cv import cv2

    rgb_13 = theme.categories()[:, :3].astype(np.float64) / 255
    linear = np.where(rgb_13 <= 0.04045, rgb_13 / 12.92, ((rgb_13 + 0.055) / 1.055) ** 2.4)
    # Deuteranopia as Machado, Oliveira and Fernandes (2009) simulate it.
    blind = np.array([[0.3673, 0.8606, -0.2280], [0.2801, 0.6725, 0.0474], [-0.0118, 0.0429, 0.9690]])
    for seen, least in ((linear, 25), (linear @ blind.T, 14)):
        seen = seen.clip(0, 1)
        gamma = np.where(seen <= 0.0031308, 12.92 * seen, 1.055 * seen ** (1 / 2.4) - 0.055)
        lab = cv2.cvtColor(gamma[None].astype(np.float32), cv2.COLOR_RGB2LAB)[0]
        apart = np.linalg.norm(lab[:, None] - lab[None], axis=2) + 1e3 * np.eye(12)
        assert apart.min() > least


# Views.


def test_a_trace_lies_over_the_photo_with_one_ring_at_its_peak(window):
    pick(panel(window).view, views.TRACE)
    move(window, wrist(window))
    share_K = shares_at(maps_of(window, DISTRIBUTION), *wrist(window))
    expected_hw = np.einsum("k,khw->hw", share_K, maps_of(window, EXTRACTION))
    over = mode(window).inspection.painting.photos[0]
    np.testing.assert_allclose(over.pixels * over.peak, expected_hw, atol=1e-6)
    assert not window.canvas.maps.heats[RESULT].isVisible() and window.canvas.maps.heats[0].isVisible()
    [ring] = [ring for ring in window.canvas.maps.peaks if ring.isVisible()]
    [box] = photo_boxes(SIZE, 1)
    assert ring.pos() == QPointF(*box.point(peak_of(expected_hw)))


@pytest.mark.parametrize(
    "view", [views.SEGMENTS, views.EVIDENCE, views.WARP, views.TRACE_ALL, views.DIFFERENCE]
)
def test_every_view_is_shown_and_says_what_it_is(window, view):
    pick(panel(window).view, view)
    click(window, wrist(window))
    shown = mode(window).inspection
    assert shown.view == view
    for number, over in ((RESULT, shown.painting.result), (0, shown.painting.photos[0])):
        assert window.canvas.maps.heats[number].isVisible() == (over is not None)
        words = window.canvas.maps._captions[number].words
        assert words == {RESULT: "Result", 0: "Ada"}[number] or over.words[1:] in words


def test_bars_and_rings_have_the_colours_that_areas_have_on_the_picture(window):
    pick(panel(window).view, views.SEGMENTS)
    for at in (wrist(window), (0.5, 0.4), (0.02, 0.98)):
        click(window, at)
        painted, parts = mode(window).inspection.painting, mode(window).inspection.parts
        rings = [ring._colour for ring in window.canvas.maps.peaks if ring.isVisible()]
        bars = [bar.colour for bar in panel(window).bars.bars]
        assert rings == bars and len(bars) == len(parts)
        rows, columns = painted.result.pixels.shape[:2]
        under = painted.result.pixels[int(at[1] * rows), int(at[0] * columns)]
        if (0, parts[0].channel) in painted.colours:
            assert theme.colour(bars[0]).getRgb()[:3] == tuple(under[:3].tolist())
        else:
            assert bars[0] == theme.colours().muted
    pick(panel(window).view, views.TEXTURE)
    assert [bar.colour for bar in panel(window).bars.bars] == list(theme.CATEGORIES[: len(parts)])
    pick(panel(window).view, views.TRACE)
    assert {bar.colour for bar in panel(window).bars.bars} == {theme.colours().muted}, "it rings no bar"


def test_a_picture_that_was_kept_is_compared_with_later_ones(window):
    pick(panel(window).view, views.CHANGE)
    assert panel(window).headline.text() == "Keep a picture first" and panel(window).keep.isVisible()
    QTest.mouseClick(panel(window).keep, Qt.MouseButton.LeftButton)
    assert mode(window).inspection.painting.result.pixels.max() == 0
    window.controller.posing.place(LEFT_WRIST, (30.0, 60.0))
    window.until(lambda: mode(window).inspection.painting.result.pixels.max() > 0)


# Other photos.


def test_a_garments_textures_lie_on_the_photo_that_it_comes_from(open_window, photo, standing):
    driver = open_window(pose=standing)
    driver.controller.photos.open_photo(photo(), "linen.png", "garment")
    driver.until(lambda: len(driver.controller.document.look.photos) == 2)
    key = driver.controller.document.look.photos[-1].key
    driver.until(lambda: driver.controller.lending.of(driver.controller.document.look.photo(key).reference))
    driver.controller.outfit.take(("top",), key, {"top": "top"})
    inspect(driver)
    driver.until(lambda: len(mode(driver).photos) == 2)
    assert [each.name for each in mode(driver).photos] == ["Ada", "linen.png"]
    rows, columns = np.argwhere(PIECES_HW == TOP).mean(0) / PIECES_HW.shape
    move(driver, (float(columns), float(rows)))
    assert all(bar.words.endswith("(linen.png)") for bar in panel(driver).bars.bars)
    assert driver.canvas.maps.heats[1].isVisible() and not driver.canvas.maps.heats[0].isVisible()
    [_, box] = photo_boxes(SIZE, 2)
    peak = mode(driver).inspection.parts[0].peak
    assert driver.canvas.maps.peaks[0].pos() == QPointF(*box.point(peak))
    move(driver, (0.05, 0.05))
    assert all(bar.words.endswith("(Ada)") for bar in panel(driver).bars.bars)
    assert driver.canvas.maps.heats[0].isVisible() and not driver.canvas.maps.heats[1].isVisible()
    driver.controller.undo_stack.undo()
    driver.until(lambda: len(mode(driver).photos) == 1)
    assert len(driver.canvas.maps.photos) == 1


def test_two_photos_of_one_name_are_told_apart(open_window, photo, standing):
    driver = open_window(pose=standing)
    for place, garment in enumerate(("top", "trousers"), 1):
        driver.controller.photos.open_photo(
            photo(f"{place}.png", top=(90 * place, 9, 9)), "studio.png", "garment"
        )
        driver.until(lambda place=place: len(driver.controller.document.look.photos) == 1 + place)
        key = driver.controller.document.look.photos[-1].key
        reference = driver.controller.document.look.photo(key).reference
        driver.until(lambda reference=reference: driver.controller.lending.of(reference))
        driver.controller.outfit.take((garment,), key, {garment: garment})
    inspect(driver)
    driver.until(lambda: len(mode(driver).photos) == 3)
    names = [driver.canvas.maps._captions[number].words.split(":")[0] for number in range(3)]
    assert names == ["Ada", "studio.png", "studio.png (2)"]
    assert mode(driver).photos[1].name == mode(driver).photos[2].name == "studio.png"
    boxes, zoom = photo_boxes(SIZE, 3), driver.canvas.zoom
    assert (boxes[2].y - boxes[1].y - boxes[1].height) * zoom >= CAPTION_ROOM
    below = (PIECES_HW == TOP).nonzero()
    move(driver, (below[1].mean() / 88, below[0].mean() / 128))
    assert all(bar.words.endswith("(studio.png)") for bar in panel(driver).bars.bars)
    assert not panel(driver).tools.take.isEnabled(), "the garment's own; Dress takes garments"
    assert panel(driver).tools.mute.isEnabled()
    move(driver, (0.05, 0.05))
    assert panel(driver).tools.take.isEnabled()


def test_textures_that_are_mixed_lie_on_both_photos(open_window, photo, standing):
    driver = open_window(pose=standing)
    driver.controller.photos.open_photo(photo(), "linen.png", "garment")
    driver.until(lambda: driver.controller.document.look.borrow)
    driver.controller.borrowing.borrow(driver.controller.document.look.borrow.key, 0.25)
    inspect(driver)
    driver.until(lambda: len(mode(driver).photos) == 2)
    click(driver, wrist(driver))
    own, linen = mode(driver).inspection.painting.photos
    assert own.pixels.max() == pytest.approx(0.75) and linen.pixels.max() == pytest.approx(0.25)


# Where things stand.


@pytest.mark.parametrize("count", [0, 1, 2, 3, 5])
def test_pictures_stand_apart_and_are_found_again(count):
    boxes = photo_boxes(SIZE, count)
    assert len(boxes) == count
    for number, box in enumerate(boxes):
        assert box.x + box.width < 0 and box.y >= 0 and box.y + box.height <= SIZE[0] + 1e-6
        assert box.width / box.height == pytest.approx(SIZE[1] / SIZE[0])
        assert picture_at(SIZE, count, box.point((0.25, 0.75))) == (number, pytest.approx((0.25, 0.75)))
        for other in boxes[:number]:
            apart_x = box.x + box.width < other.x
            assert apart_x or box.y >= other.y + other.height or other.y >= box.y + box.height
    assert picture_at(SIZE, count, (1.0, 1.0))[0] == RESULT
    assert picture_at(SIZE, count, (-1.0, 1.0)) is None


# The mode among others.


def test_the_panel_takes_the_side_and_gives_it_back(open_window):
    driver = open_window()
    docks = driver.window.docks
    assert not panel(driver).isVisible() and docks.joint.isVisible()
    inspect(driver)
    assert panel(driver).isVisible() and not docks.joint.isVisible() and not docks.outfit.isVisible()
    assert driver.window.actions_by_id["inspect_mode"].isChecked()
    assert not driver.canvas.skeleton.shown
    QTest.keyClick(driver.window, Qt.Key.Key_1)
    assert not panel(driver).isVisible() and docks.joint.isVisible() and driver.canvas.skeleton.shown
    assert driver.canvas.maps.photos == [] and not driver.canvas.maps.heats[RESULT].isVisible()
    assert driver.canvas.shown_box() == driver.canvas.picture.boundingRect()


def test_maps_are_asked_for_only_while_they_are_seen(open_window):
    driver = open_window()
    assert not driver.backend.session.log[-1].maps
    inspect(driver)
    assert driver.backend.session.log[-1].maps
    QTest.keyClick(driver.window, Qt.Key.Key_2)
    driver.until_full()
    assert driver.window.modes.dressing.on and not driver.window.inspecting.on
    driver.controller.posing.place(LEFT_WRIST, (30.0, 60.0))
    driver.until_full()
    assert not driver.backend.session.log[-1].maps


def test_attention_follows_the_picture(window):
    click(window, wrist(window))
    before, read = (
        mode(window).inspection.painting.result.pixels,
        mode(window).inspection.painting.photos[0],
    )
    window.controller.posing.place(LEFT_WRIST, (30.0, 60.0))
    window.until_full()
    window.until(lambda: not np.array_equal(mode(window).inspection.painting.result.pixels, before))
    over = mode(window).inspection.painting.result.pixels
    assert over.min() >= 0 and over.max() <= 1
    assert mode(window).inspection.painting.photos[0].pixels.max() == 1, "relative to its peak"
    assert mode(window).inspection.painting.photos[0].pixels.shape == read.pixels.shape


def test_a_held_key_shows_the_map_in_other_modes(open_window):
    driver = open_window()
    driver.canvas.setFocus()
    QTest.keyPress(driver.canvas, Qt.Key.Key_I)
    driver.until(driver.canvas.maps.heats[RESULT].isVisible)
    assert driver.canvas.maps.photos == [] and driver.canvas.skeleton.shown
    QTest.keyRelease(driver.canvas, Qt.Key.Key_I)
    driver.until(lambda: not driver.window.inspecting.glancing)
    assert not driver.canvas.maps.heats[RESULT].isVisible() and not driver.controller.frames.wants_maps


def test_a_draft_ends_the_mode(window):
    window.backend.pose = None
    window.controller.photos.open_photo(np.full((300, 200, 3), 90, np.uint8), "wall.png", "person")
    window.until(lambda: window.controller.draft is not None)
    assert not mode(window).on and not window.window.actions_by_id["inspect_mode"].isEnabled()
    assert window.canvas.maps.photos == []


def test_closing_in_the_mode_keeps_the_layout_of_the_others(window, settings):
    window.window.throw_away()
    assert not mode(window).on and not window.window.docks.panels[3].isVisibleTo(window.window)


def test_points_far_outside_are_nothing(window):
    for xy in ((-5000.0, 3.0), (5000.0, 5000.0)):
        mode(window).hovered(xy)
        mode(window).pressed(xy, False, False)
        assert panel(window).bars.bars == () and not mode(window).pinned


def test_the_rings_rest_after_they_have_pulsed(window):
    move(window, wrist(window))
    pulse = window.canvas.maps._pulse
    while pulse.running:
        pulse._next()
    assert all(ring.swell == 0 for ring in window.canvas.maps.peaks)
    move(window, wrist(window))
    assert not pulse.running, "the same place again"
    mode(window)._refresh()
    assert not pulse.running, "another picture, the same peaks"


def test_zooming_keeps_the_place_under_the_pointer(window):
    at = spot(window, (0.3, 0.4))
    before = window.canvas.to_pose(at)
    window.canvas.camera.zoom_to(2 * window.canvas.zoom, at)
    assert window.canvas.to_pose(at) == pytest.approx(before, abs=0.51)
    assert not window.canvas.camera.fitted
