"""From request to picture: what a hand that moves fast gets to see, and what happens when things go wrong."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest
from fake_engine import FakeBackend
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton

from app import worker
from app.status import familiarity
from engine.api import Frame, Settled
from engine.errors import InputError

LEFT_WRIST = 7


def test_a_slow_engine_finishes_its_frame_and_goes_on_with_the_last_pose(open_window):
    driver = open_window()
    session, spot = driver.backend.session, driver.at(LEFT_WRIST)
    shown, answered, begun = [], len(session.log), session.begun
    driver.controller.frames.shown.connect(shown.append)
    session.gate.clear()
    driver.mouse(QEvent.Type.MouseButtonPress, spot)
    for step in range(1, 121):
        driver.mouse(QEvent.Type.MouseMove, spot + QPointF(0.5 * step, -0.8 * step))
        driver.until(lambda: session.begun > begun)
    session.gate.set()
    driver.until(lambda: len(shown) >= 2)
    first, second = (request.keypoints_18x3 for request in session.log[answered : answered + 2])
    assert not np.array_equal(first, driver.pose), "the frame on the way was finished and shown"
    assert np.array_equal(second, driver.pose), "what lay between was skipped"
    driver.mouse(QEvent.Type.MouseButtonRelease, spot + QPointF(60, -95))
    driver.until_full()
    assert np.array_equal(session.log[-1].keypoints_18x3, driver.pose)
    stamps = [frame.stamp for frame in shown]
    assert stamps == sorted(stamps)
    assert shown[-1].exact


def test_the_hud_says_live_while_the_hand_moves_and_full_when_it_rests(open_window):
    driver = open_window(delay=0.01)
    said = []
    driver.controller.frames.status_changed.connect(lambda status: said.append(status.state))
    driver.drag(LEFT_WRIST, 20, -60, steps=15)
    driver.until_full()
    assert "live" in said
    text = driver.window.centre.hud.text
    assert "full quality" in text and "ms" in text and "CPU" in text


@pytest.mark.parametrize(
    ("error", "gauge"),
    [(None, ""), (0.0, "●●●●●"), (0.049, "●●●●●"), (0.051, "●●●●○"), (0.14, "●●●○○"), (0.19, "●●○○○"),
     (0.21, "●○○○○"), (0.9, "●○○○○")],
)  # fmt: skip
def test_familiarity_is_a_gauge(error, gauge):
    assert familiarity(error) == (f"familiarity {gauge}" if gauge else "")


def test_the_hud_shows_how_familiar_the_persons_photo_is_now(open_window, photo, standing):
    """Of that person, as it is settled, by the weights that are open."""
    driver = open_window(pose=standing)
    hud, controller = driver.window.centre.hud, driver.controller
    assert "familiar" not in hud.text
    controller.photos.open_photo(photo(), "linen.png")
    driver.until(lambda: len(controller.document.look.photos) == 2)
    driver.until_full()
    key = controller.document.look.person

    def drawn_with(error):
        driver.backend.session.own_pose_errors[key] = error
        driver.drag(LEFT_WRIST, 6, 6)
        driver.until_full()

    drawn_with(0.22)
    assert "familiarity ●○○○○" in hud.text
    drawn_with(0.12)
    assert "familiarity ●●●○○" in hud.text, "settling brought it nearer"
    before = driver.backend.session
    controller.open_weights(None)
    driver.until(lambda: driver.backend.session is not before)
    driver.until_full()
    assert "familiar" not in hud.text, "of other weights nothing is known yet"
    driver.backend.session.own_pose_errors[key] = 0.12
    driver.window.actions_by_id["undo"].trigger()
    driver.until_full()
    driver.window.actions_by_id["undo"].trigger()
    driver.window.actions_by_id["undo"].trigger()
    driver.until_full()
    assert controller.document.look.person != key and "familiar" not in hud.text, "that was another's"


def test_a_preview_is_followed_by_the_exact_picture(open_window):
    driver = open_window(delay=0.15)
    driver.drag(LEFT_WRIST, 20, -60)
    driver.until_full()
    levels = [request.level for request in driver.backend.session.log]
    assert levels[-1] is None
    assert any(level is not None for level in levels), "150 ms a frame is too slow to preview exactly"


def test_a_rest_lets_a_drag_try_the_whole_picture_again(open_window, monkeypatch):
    """On a busy machine drags leave the whole picture, and come back to it when that is quiet again."""
    driver = open_window(delay=0.15)
    session = driver.backend.session

    def levels_of_a_drag(dx):
        answered = len(session.log)
        driver.drag(LEFT_WRIST, dx, 10)
        driver.until_full()
        return {request.level for request in session.log[answered:]} - {None}

    busy = [levels_of_a_drag(dx) for dx in (20, -20)]
    assert 256 not in busy[-1]
    session.delay = 0.0
    quiet = [levels_of_a_drag(dx) for dx in (20, -20, 20, -20)]
    assert 256 in quiet[-1]


def test_a_preview_is_as_fine_and_lies_where_the_exact_picture_lay(open_window):
    driver = open_window()
    canvas, sizes = driver.window.centre.canvas, set()
    before = canvas.transform(), canvas.sceneRect(), canvas.picture.boundingRect()
    driver.controller.frames.shown.connect(lambda _: sizes.add(canvas.picture.pixmap().height()))
    driver.drag(LEFT_WRIST, 20, -40, steps=15)
    driver.until_full()
    assert sizes == {512}, "a preview lies over the exact picture of before, and is as fine"
    assert (canvas.transform(), canvas.sceneRect(), canvas.picture.boundingRect()) == before
    assert driver.controller.frames.still.shape == (512, 352, 3)


def test_a_fault_while_drawing_is_told_and_the_next_change_tries_again(open_window, caplog):
    driver = open_window()
    before = driver.controller.frames.still.copy()
    driver.backend.session.fail_next = RuntimeError("out of memory")
    driver.drag(LEFT_WRIST, 10, -30, steps=1)
    driver.until(lambda: any("out of memory" in sentence for sentence in driver.sentences))
    assert "out of memory" in caplog.text
    [toast] = driver.window.centre.notices.toasts
    toast.findChild(QPushButton).click()
    assert "Traceback" in QApplication.clipboard().text()
    assert before.shape == driver.controller.frames.still.shape
    driver.drag(LEFT_WRIST, -10, 20)
    driver.until_full()


def test_a_stale_frame_of_another_person_is_dropped(open_window, photo, standing):
    driver = open_window(delay=0.05, pose=standing)
    driver.controller.photos.open_photo(photo(), "linen.png")
    driver.until(
        lambda: driver.controller.document.look.photo("") is None and driver.controller.undo_stack.count()
    )
    wanted = driver.controller.frames._oldest_wanted
    shown = []
    driver.controller.frames.shown.connect(shown.append)
    driver.until_full()
    assert all(frame.stamp >= wanted for frame in shown)
    still = driver.controller.frames.still
    driver.controller.worker.rendered.emit(Frame(0 * still, 256, True, 1.0, stamp=wanted - 1))
    assert driver.controller.frames.still is still


def test_maps_left_out_of_a_fast_drag_are_owed_to_the_pose_it_rests_on(open_window, monkeypatch):
    monkeypatch.setattr(worker, "MAPS_EVERY_S", 1e9)
    monkeypatch.setattr(worker, "LevelPicker", partial(worker.LevelPicker, budget_ms=1e9))
    driver = open_window()
    driver.controller.frames.set_wants_maps(True)
    driver.until_full()
    log, spot = driver.backend.session.log, driver.at(LEFT_WRIST)
    driver.mouse(QEvent.Type.MouseButtonPress, spot)
    for step in range(1, 5):
        driver.mouse(QEvent.Type.MouseMove, spot + QPointF(2 * step, -5 * step))
        driver.until(lambda: np.array_equal(log[-1].keypoints_18x3, driver.pose))
    driver.until(lambda: log[-1].maps)
    assert np.array_equal(log[-1].keypoints_18x3, driver.pose)
    assert any(request.level == 256 and not request.maps for request in log), "whole, but for the maps"


def test_maps_come_ten_times_a_second_or_with_every_picture(monkeypatch):
    for picture_ms in range(2, 300):
        made, now_s = [0.0], [0.0]
        monkeypatch.setattr(worker, "time", SimpleNamespace(monotonic=lambda now_s=now_s: now_s[0]))
        drawing = worker.RenderWorker(FakeBackend())
        drawing._live_s = picture_ms / 1e3
        for picture in range(400):
            due, now_s[0] = drawing._maps_are_due(), (picture + 1) * picture_ms / 1e3
            if due:
                drawing._maps_at = now_s[0]
                made.append(now_s[0])
        apart_s = np.diff(made[1:])
        assert apart_s.max() <= max(0.1, picture_ms / 1e3) + 1e-9, picture_ms
        assert apart_s.min() + picture_ms / 1e3 > 0.1 - 1e-9, "no more of them than that takes"


def test_pictures_do_not_wait_for_maps_and_those_of_a_drag_do_not_queue(open_window, monkeypatch):
    monkeypatch.setattr(worker, "MAPS_EVERY_S", 0.0)
    driver = open_window()
    session, maps = driver.backend.session, []
    driver.controller.frames.mapped.connect(maps.append)
    session.maps_gate.clear()
    driver.controller.frames.set_wants_maps(True)
    driver.until_full()
    log, spot = session.log, driver.at(LEFT_WRIST)
    driver.mouse(QEvent.Type.MouseButtonPress, spot)
    for step in range(1, 5):
        driver.mouse(QEvent.Type.MouseMove, spot + QPointF(2 * step, -5 * step))
        driver.until(lambda: np.array_equal(log[-1].keypoints_18x3, driver.pose))
    assert not maps and session.maps_begun == 1, "those of the picture before"
    driver.mouse(QEvent.Type.MouseButtonRelease, spot + QPointF(8, -20))
    driver.until(lambda: driver.controller.frames._shown == driver.controller.frames._asked and log[-1].maps)
    session.maps_gate.set()
    driver.until(lambda: maps and maps[-1].stamp == driver.controller.frames._shown)
    stamps = [frame.stamp for frame in maps]
    assert stamps == sorted(stamps) and len({*stamps}) == 2, "none of a picture in between"


def test_maps_that_a_newer_picture_has_overtaken_are_shown_but_never_older_ones_after_them(open_window):
    driver = open_window()
    maps, frame = [], Frame(driver.controller.frames.still, 256, True, 1.0)
    driver.controller.frames.mapped.connect(maps.append)
    newest = driver.controller.frames._shown
    for stamp in (newest - 1, newest, newest - 1):
        driver.controller.worker.mapped.emit(replace(frame, stamp=stamp))
    driver.until(lambda: len(maps) >= 2)
    assert [each.stamp for each in maps] == [newest - 1, newest]
    driver.controller.frames._oldest_wanted = newest + 2  # another person is on the way
    driver.controller.worker.mapped.emit(replace(frame, stamp=newest + 1))
    QApplication.processEvents()
    assert len(maps) == 2


def test_what_was_under_way_and_is_no_more_is_not_told_for_ever(open_window):
    """As by another engine, which settles nothing."""
    driver = open_window()
    session, frames = driver.backend.session, driver.controller.frames
    session.settle_steps = 1 << 30
    driver.drag(4, 0, -8)
    driver.until(lambda: frames.status.settled < 1)
    session.settle = lambda _reference: Settled(1, 1, changed=False)
    driver.until(lambda: frames.status.settled == 1)
    assert not any("looking closer" in fact for fact in frames.status.figures)


def test_a_photo_is_settled_while_nothing_else_is_asked_for(open_window):
    driver = open_window()
    session, shown, said = driver.backend.session, [], []
    driver.controller.frames.shown.connect(shown.append)
    driver.controller.frames.status_changed.connect(lambda status: said.append(status.figures))
    session.settle_steps = 6
    answered = len(session.log)
    driver.drag(LEFT_WRIST, 10, -40)
    driver.until(lambda: 6 in session.settled.values() and driver.controller.frames.status.settled == 1)
    driver.until(lambda: shown[-1].stamp == driver.controller.frames._asked)
    exact = [request for request in session.log[answered:] if request.level is None]
    assert len(exact) == 4, "what the hand left, and three times what is drawn of the photo better"
    assert all(np.array_equal(request.keypoints_18x3, driver.pose) for request in exact)
    frames = driver.controller.frames
    assert shown[-1].stamp == frames._asked and frames.status.state == "full"
    assert any("looking closer 50%" in figures for figures in said)
    assert not any("looking closer" in fact for fact in said[-1])


def test_a_hand_that_pulls_is_not_kept_waiting_by_what_can_wait(open_window):
    driver = open_window(delay=0.02)
    session, spot = driver.backend.session, driver.at(LEFT_WRIST)
    session.settle_steps = 10_001  # an odd number: never done here
    driver.mouse(QEvent.Type.MouseButtonPress, spot)
    for step in range(1, 5):
        before = len(session.settled_after)
        driver.mouse(QEvent.Type.MouseMove, spot + QPointF(2 * step, -5 * step))
        driver.until(lambda: np.array_equal(session.log[-1].keypoints_18x3, driver.pose))
        later = session.settled_after[before:]
        assert len(later) <= 1 or later[-1] >= len(session.log) - 1, "steps go on only once it is answered"
    driver.until(lambda: len(session.settled_after) > before + 3)


def test_missing_weights_leave_a_window_that_poses(open_window, tmp_path):
    driver = open_window(awake=False, fault=InputError("The weights that come with the program are missing."))
    driver.until(lambda: driver.controller.frames.status.state == "missing")
    assert driver.window.centre.banner.isVisible()
    assert driver.window.centre.banner.button("Choose weights…") is not None
    assert "The weights that come with the program are missing." in driver.sentences
    start = driver.pose.copy()
    driver.drag(LEFT_WRIST, 10, -40)
    assert not np.array_equal(driver.pose, start)
    driver.window.saving.save_pose(tmp_path / "pose.json")
    content = json.loads((tmp_path / "pose.json").read_text())
    points_18x3 = np.reshape(content["people"][0]["pose_keypoints_2d"], (18, 3))
    canvas = content["canvas_width"], content["canvas_height"]
    assert (points_18x3[:, :2] > 0).all() and (points_18x3[:, :2] < canvas).all(), "as it is seen"
    driver.backend.fault = None
    driver.controller.open_weights(tmp_path / "other.safetensors")
    driver.until_full()
    assert not driver.window.centre.banner.isVisible()


def test_weights_that_do_not_fit_leave_the_old_ones_running(open_window, tmp_path):
    driver = open_window()
    driver.backend.fault = InputError("other.safetensors is not a network of this program.")
    driver.controller.open_weights(tmp_path / "other.safetensors")
    driver.until(lambda: driver.sentences == ["other.safetensors is not a network of this program."])
    driver.until_full()
    driver.drag(LEFT_WRIST, 10, -40)
    driver.until_full()


def test_weights_are_remembered_once_they_work_and_those_in_the_box_are_a_way_back(
    open_window, settings, tmp_path
):
    driver = open_window()
    back = driver.window.actions_by_id["default_weights"]
    own = tmp_path / "own.safetensors"
    own.touch()
    driver.backend.fault = InputError("own.safetensors is not a network of this program.")
    driver.window.engines.use(own)
    driver.until(lambda: driver.sentences)
    assert settings.weights is None and not back.isEnabled()
    driver.backend.fault = None
    driver.window.engines.use(own)
    driver.until(lambda: "Drawing with fake now." in driver.sentences)
    assert settings.weights == own and back.isEnabled()
    back.trigger()
    driver.until(lambda: settings.weights is None)
    assert not back.isEnabled()
    driver.until_full()


def test_weights_given_at_the_start_that_do_not_work_leave_a_way_to_those_in_the_box(open_window, tmp_path):
    fault = InputError("own.safetensors is not a network of this program.")
    driver = open_window(awake=False, fault=fault, weights=tmp_path / "own.safetensors")
    banner, back = driver.window.centre.banner, driver.window.actions_by_id["default_weights"]
    driver.until(lambda: banner.button("Use those in the box"))
    assert back.isEnabled()
    driver.backend.fault = None
    QTest.mouseClick(banner.button("Use those in the box"), Qt.MouseButton.LeftButton)
    driver.until_full()
    assert not banner.isVisible() and not back.isEnabled()


def test_other_weights_know_the_photos_again_and_undo_still_works(open_window, photo, standing):
    driver = open_window(pose=standing)
    driver.controller.photos.open_photo(photo(), "linen.png")
    driver.until(lambda: len(driver.controller.document.look.photos) == 2)
    driver.until_full()
    first = driver.backend.session
    driver.controller.open_weights(photo("other.png"))
    for step in range(30):  # a hand that goes on while the weights change
        driver.drag(LEFT_WRIST, 2, -2 if step % 2 else 2, steps=1)
        QApplication.processEvents()
    driver.until(lambda: driver.backend.session is not first and driver.backend.session.log)
    driver.until_full()
    assert first.closed
    while driver.window.actions_by_id["undo"].isEnabled():
        driver.window.actions_by_id["undo"].trigger()
    driver.until_full()
    assert driver.backend.session.log[-1].identity == driver.controller.document.look.person
    assert driver.sentences == []


def test_a_photo_that_left_the_shelf_under_other_weights_comes_back_by_undo(open_window, photo, standing):
    driver = open_window(pose=standing)
    driver.controller.photos.open_photo(photo(), "linen.png", "garment")
    driver.until(lambda: driver.controller.document.look.borrow)
    key = driver.controller.document.look.borrow.key
    driver.controller.borrowing.borrow(key, 0.5)
    driver.controller.shelving.remove(key)
    first = driver.backend.session
    driver.controller.open_weights(photo("other.png"))
    driver.until(lambda: driver.backend.session is not first)
    driver.window.actions_by_id["undo"].trigger()
    driver.until_full()
    assert driver.backend.session.log[-1].mixes
    (told,) = driver.sentences
    assert told.startswith("linen.png is on the shelf.")


def test_the_window_closes_while_the_engine_works(open_window):
    driver = open_window(delay=0.3)
    driver.drag(LEFT_WRIST, 10, -40)
    driver.window.close()
    assert driver.window.stopped
    assert driver.backend.session.closed
    assert not driver.controller.worker.isRunning()


def test_attention_follows_the_drag_and_is_only_asked_for_when_seen(open_window):
    driver = open_window()
    driver.canvas.setFocus()
    QTest.keyPress(driver.canvas, Qt.Key.Key_I)
    driver.until(lambda: driver.window.inspecting.inspection)
    painted = lambda: driver.window.inspecting.inspection.painting  # noqa: E731
    driver.until(lambda: driver.backend.session.log[-1].maps)
    driver.window.inspecting.choose_texture(0, LEFT_WRIST)
    before, read = painted().result.pixels, painted().photos[0].pixels
    driver.drag(LEFT_WRIST, 15, -60)
    driver.until(lambda: not np.array_equal(painted().result.pixels, before))
    driver.until_full()
    assert painted().result.pixels.min() >= 0 and painted().result.pixels.max() <= 1
    assert painted().photos[0].pixels.max() == 1, "extraction is shown relative to its peak"
    assert painted().photos[0].pixels.shape == read.shape
    QTest.keyRelease(driver.canvas, Qt.Key.Key_I)
    driver.until(lambda: not driver.window.inspecting.glancing)
    driver.drag(LEFT_WRIST, -5, 20)
    driver.until_full()
    assert not driver.backend.session.log[-1].maps


def test_the_picture_is_shown_before_its_maps_and_maps_of_an_older_one_are_dropped(open_window):
    driver = open_window()
    told = []
    driver.controller.frames.shown.connect(lambda frame: told.append((frame.stamp, frame.maps)))
    driver.controller.frames.mapped.connect(lambda frame: told.append((frame.stamp, frame.maps)))
    driver.controller.frames.set_wants_maps(True)
    driver.until(lambda: len(told) >= 2)
    assert told[0][0] == told[1][0] and told[0][1] is None and len(told[1][1]) == 6
    frame, maps = Frame(driver.controller.frames.still, 256, True, 1.0, stamp=told[1][0] - 1), told[1][1]
    driver.controller.worker.mapped.emit(replace(frame, maps=maps))
    assert len(told) == 2


def test_maps_that_cannot_be_made_leave_the_picture(open_window, monkeypatch):
    driver = open_window()

    def broken(request):
        yield driver.backend.session.respond(replace(request, maps=False))
        raise ValueError("no maps")

    monkeypatch.setattr(driver.backend.session, "frames", broken)
    driver.controller.frames.set_wants_maps(True)
    driver.controller.posing.place(LEFT_WRIST, (30.0, 60.0))
    driver.until_full()
    assert driver.sentences == []


def test_an_exact_picture_of_an_older_pose_is_not_called_full(open_window):
    driver = open_window()
    driver.backend.session.gate.clear()
    driver.controller.posing.place(0, (80.0, 40.0))
    older = driver.controller.frames._asked - 1
    driver.controller.worker.rendered.emit(Frame(driver.controller.frames.still, 256, True, 1.0, stamp=older))
    assert "full quality" not in driver.window.centre.hud.text
    driver.backend.session.gate.set()
    driver.until_full()


def test_the_picture_is_faint_until_it_follows(open_window):
    driver = open_window(awake=False)
    assert driver.canvas.picture.opacity() < 1
    driver.until_full()
    assert driver.canvas.picture.opacity() == 1


def test_the_same_notice_is_on_screen_once_and_never_more_than_three(open_window):
    driver = open_window()
    for sentence in "aabcd":
        driver.window.centre.notices.show("info", sentence)
    assert driver.sentences == ["b", "c", "d"]
    driver.window.centre.notices.show("info", "c")
    assert driver.sentences == ["b", "d", "c"]
