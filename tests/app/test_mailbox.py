"""The scheduling rule as plain data: finish the frame on the way, then the newest; jobs are never dropped."""

from __future__ import annotations

import queue
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.mailbox import Closed, LevelPicker, Mailbox


@given(st.lists(st.sampled_from(["post", "job", "take"]), max_size=60))
def test_any_stream_ends_on_its_last_frame_and_keeps_every_job(steps):
    box, posted, submitted, frames, jobs = Mailbox(), 0, 0, [], []
    for step in [*steps, *["take"] * len(steps)]:
        if step == "post":
            posted += 1
            box.post(posted)
        elif step == "job":
            submitted += 1
            box.submit(submitted)
        elif (task := box.take(timeout=0)) is not None:
            (frames if task[0] == "frame" else jobs).append(task[1])
    assert jobs == list(range(1, submitted + 1))
    assert frames == sorted(set(frames))
    assert not posted or frames[-1] == posted


def test_a_slow_taker_sees_only_the_newest():
    box = Mailbox()
    for stamp in range(200):
        box.post(stamp)
    assert box.take() == ("frame", 199)
    assert box.take(timeout=0) is None


def test_jobs_go_first():
    box = Mailbox()
    box.post("frame")
    box.submit("job")
    assert [box.take()[0], box.take()[0]] == ["job", "frame"]


def test_a_frame_that_waits_comes_after_each_job():
    box = Mailbox()
    for job in ("read", "read again", "save"):
        box.submit(job)
    taken = [box.take()]
    box.post("old")
    box.post("new")
    taken += [box.take(), box.take(), box.take()]
    assert taken == [("job", "read"), ("frame", "new"), ("job", "read again"), ("job", "save")]
    box.post("last")
    assert box.take(timeout=0) == ("frame", "last")
    assert box.take(timeout=0) is None


def test_closing_wakes_the_taker():
    box, ended = Mailbox(), threading.Event()

    def taker():
        with pytest.raises(Closed):
            box.take()
        ended.set()

    thread = threading.Thread(target=taker)
    thread.start()
    box.close()
    assert ended.wait(5)
    thread.join()


@pytest.mark.parametrize(("leave", "taken"), [(Mailbox.post, "frame"), (Mailbox.submit, "job")])
def test_what_comes_wakes_the_taker(leave, taken):
    box, tasks = Mailbox(), queue.Queue()
    thread = threading.Thread(target=lambda: tasks.put(box.take()))
    thread.start()
    leave(box, "this")
    try:
        assert tasks.get(timeout=5) == (taken, "this")
    finally:
        box.close()
        thread.join()


def test_closing_leaves_what_is_to_be_kept():
    box = Mailbox()
    for job in ("read", "save", "read again", "save again"):
        box.submit(job)
    box.post("frame")
    box.close(keep=lambda job: job.startswith("save"))
    box.submit("too late")
    assert [box.take(), box.take()] == [("job", "save"), ("job", "save again")]
    with pytest.raises(Closed):
        box.take()


def test_a_fast_machine_never_leaves_the_whole_picture():
    picker = LevelPicker((64, 128, 256), budget_ms=60)
    for _ in range(5):
        assert picker.pick() == 256
        picker.note(256, 33.0)


def drag(picker: LevelPicker, cost: dict[int, float], frames: int = 12) -> list[int]:
    """The levels of so many frames, on a machine where they cost that."""
    levels = []
    for _ in range(frames):
        levels.append(picker.pick())
        picker.note(levels[-1], cost[levels[-1]])
    return levels


def test_a_slow_machine_goes_down_and_stays():
    picker = LevelPicker((64, 128, 256), budget_ms=60)
    drag(picker, {64: 40.0, 128: 110.0, 256: 300.0})
    assert picker.pick() == 64


def test_what_was_too_slow_is_tried_again_after_a_rest():
    picker = LevelPicker((64, 128, 256), budget_ms=60)
    busy, quiet = {64: 9.0, 128: 30.0, 256: 90.0}, {64: 5.0, 128: 14.0, 256: 34.0}
    assert drag(picker, busy)[-1] == 128
    assert set(drag(picker, quiet)) == {128}, (
        "what is known to be too slow is not tried again while a hand moves"
    )
    picker.rest()
    assert drag(picker, quiet)[-1] == 256


@pytest.mark.parametrize("cost", [{64: 13, 128: 21, 256: 33}, {64: 17, 128: 27, 256: 45}])
def test_one_slow_frame_does_not_cost_the_whole_picture_for_good(cost):
    picker = LevelPicker((64, 128, 256), budget_ms=60)
    assert picker.pick() == 256
    picker.note(256, 160.0)
    picker.rest()
    drag(picker, cost, frames=4)
    assert picker.pick() == 256


def test_a_guess_comes_from_below():
    picker = LevelPicker((128, 256, 512), budget_ms=60)
    drag(picker, {128: 10.0, 256: 25.0, 512: 400.0}, frames=6)
    assert picker.pick() == 256


def picked(*noted: tuple[int, float], levels: tuple[int, ...] = (64, 128, 256)) -> int:
    """The level after frames of these levels and costs, each picked anew."""
    picker = LevelPicker(levels)
    for level, ms in noted:
        picker.pick()
        picker.note(level, ms)
    return picker.pick()


@pytest.mark.parametrize(("ms", "level"), [(60.0, 256), (60.01, 128)])
def test_a_frame_may_cost_the_budget_and_no_more(ms, level):
    assert picked((256, ms)) == level


@pytest.mark.parametrize(("ms", "level"), [(44.9, 256), (45.1, 128)])
def test_climbing_needs_a_quarter_of_the_budget_to_spare(ms, level):
    """From 128 rows, where a slow frame has led, to a whole picture that is known to cost this by now."""
    picker = LevelPicker((128, 256), weight=1.0)
    picker.note(256, 100.0)
    assert picker.pick() == 128
    picker.note(256, ms)
    assert picker.pick() == level


@pytest.mark.parametrize(("ms", "level"), [(28.1, 128), (28.2, 64)])
def test_an_unknown_level_is_guessed_from_the_one_below(ms, level):
    """1.6 times 28.1 ms is within the 45 that climbing allows, 1.6 times 28.2 is not."""
    picker = LevelPicker((64, 128, 256))
    picker.note(256, 300.0)
    assert picker.pick() == 64
    picker.rest()
    picker.note(64, ms)
    assert picker.pick() == level


@pytest.mark.parametrize(("ms", "level"), [(95.9, 128), (96.1, 64)])
def test_or_from_the_one_above(ms, level):
    assert picked((256, ms)) == level


@pytest.mark.parametrize(("frames", "level"), [([40, 106.6], 256), ([40, 80], 256), ([40, 80, 80], 128)])
def test_costs_are_averaged_over_the_last_frames(frames, level):
    """40 + 0.3 (106.6 - 40) = 59.98; 52; 52 + 0.3 (80 - 52) = 60.4."""
    assert picked(*((256, ms) for ms in frames)) == level


def test_below_all_that_is_known_the_nearest_tells():
    picker = LevelPicker((32, 64, 128, 256))
    for level, ms in ((256, 100.0), (128, 200.0)):
        picker.note(level, ms)
    assert picker.pick() == 32, "not what the whole picture cost when there was less to do"


def test_a_rest_forgets_nothing_of_what_is_in_reach():
    picker = LevelPicker((64, 128, 256))
    for level, ms in ((256, 90.0), (64, 15.0), (128, 59.0)):
        picker.note(level, ms)
    assert picker.pick() == 128
    picker.rest()
    assert picker.pick() == 128, "64 rows alone would promise the whole picture"
    picker.note(128, 62.0)
    assert picker.pick() == 128, "one slow frame is averaged with those before the rest: 59 + 0.3 (62 - 59)"


def test_a_level_of_another_network_teaches_nothing():
    assert picked((512, 900.0)) == 256


@given(st.lists(st.floats(0.1, 5000), min_size=1, max_size=40))
def test_the_level_is_always_one_of_the_network(costs):
    picker = LevelPicker((64, 128, 256))
    for ms in costs:
        level = picker.pick()
        assert level in picker.levels
        picker.note(level, ms)
