"""Memory runs out while a picture is drawn: it is drawn coarser, told, and work goes on."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from fake_engine import LEVELS, FakeSession

from app import headroom
from app.mailbox import LevelPicker
from app.trouble import Trouble
from engine.errors import OutOfMemory

LEFT_WRIST = 7


def with_room_for(monkeypatch, rows: int) -> list[int]:
    """The rows that there is room for from here on may be changed in what is returned."""
    respond, room = FakeSession.respond, [rows]

    def limited(self, request):
        if (request.level or LEVELS[-1] + 1) > room[0]:
            raise OutOfMemory("not enough memory on cpu")
        return respond(self, request)

    monkeypatch.setattr(FakeSession, "respond", limited)
    return room


def test_the_level_drops_and_work_goes_on(open_window, monkeypatch):
    with_room_for(monkeypatch, LEVELS[1])
    driver = open_window(awake=False)
    driver.until(lambda: driver.controller.frames.status.state == "short")
    assert driver.controller.frames.status.level == LEVELS[1]
    assert any(f"drawn with {LEVELS[1]} rows" in said for said in driver.sentences)
    for _ in range(3):
        driver.drag(LEFT_WRIST, 5, -20)
        driver.until(lambda: driver.controller.frames.status.state == "short")
    assert driver.controller.undo_stack.count() == 3
    assert driver.window.centre.hud.text.startswith("short of memory")


def test_where_there_is_no_room_at_all_the_last_picture_stays(open_window, monkeypatch):
    driver = open_window()
    before = driver.controller.frames.still
    with_room_for(monkeypatch, 0)
    driver.drag(LEFT_WRIST, 5, -20)
    driver.until(lambda: any("not enough memory to draw" in said for said in driver.sentences))
    assert driver.controller.frames.still is before
    monkeypatch.undo()
    driver.drag(LEFT_WRIST, 5, -20)
    driver.until(lambda: driver.controller.frames.status.state == "short")


def test_a_job_without_memory_is_one_sentence():
    trouble = Trouble.of(OutOfMemory("x"), "reading coat.png")
    assert trouble.sentence == (
        "There was not enough memory while reading coat.png. Close other programs and try again."
    )


def test_the_picker_goes_down_and_no_higher():
    picker = LevelPicker((64, 128, 256))
    assert picker.most is None and picker.lower(None) and picker.most == 256 == picker.pick()
    assert picker.lower(256) and picker.most == 128 == picker.pick()
    for level in (64, 128):
        picker.note(level, 1.0)
    assert picker.pick() == 128
    assert picker.lower(128) and picker.pick() == 64
    assert not picker.lower(64)


@pytest.mark.parametrize(
    ("error", "short"),
    [
        (MemoryError(), True),
        (
            RuntimeError("DefaultCPUAllocator: can't allocate memory"),
            True,
        ),
        (RuntimeError("MPS backend out of memory (MPS allocated: 9 GB)"), True),
        (RuntimeError("could not create a primitive"), True),
        (RuntimeError("shape mismatch"), False),
        (ValueError("out of memory"), False),
    ],
)
def test_how_torch_says_that_memory_ran_out(error, short):
    from engine.plan import is_out_of_memory

    assert is_out_of_memory(error) == short


ROOM_MIB = 96  # less than a picture of 1024x768 takes, more than a coarse one (64)

SHORT = f"""
import resource
from pathlib import Path
import numpy as np, torch
from small_networks import small_nted
from engine.errors import OutOfMemory
from engine.models.nted.adapter import NtedModel
from engine.plan import Plan, give_back_memory
from engine.pose.kinematics import t_pose
from engine.session import Session

size, plan = (1024, 768), Plan(torch.device("cpu"), torch.float32, 1)
session = Session(NtedModel(small_nted(0), plan, size), plan)
reference = session.set_reference(np.full((*size, 3), 128, np.uint8), t_pose(size))
whole = session.render().image
session.set_pose(t_pose(size) + np.float32((1, 0, 0)))
session.render()  # the pose before is drawn anew, once it comes again
session.set_pose(t_pose(size))
give_back_memory()
pages = int(Path("/proc/self/statm").read_text().split()[0])
_, hard = resource.getrlimit(resource.RLIMIT_AS)
resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + (2 * {ROOM_MIB} << 20), hard))
held = []
try:
    while True:  # what is free within the process is as much as it happens to be: all is taken, and some left
        held.append(np.ones(1 << 18, np.uint8))
except MemoryError:
    del held[-4 * {ROOM_MIB}:]
try:
    session.render()
    print("there was enough")
except OutOfMemory as error:
    print(error)
coarse = session.render(session.levels[0])
print(coarse.level)
resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
print(np.array_equal(session.render().image, whole))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="limits the address space")
def test_a_real_limit_is_told_and_what_is_lower_still_drawn():
    """The system itself refuses memory here, to all libraries alike."""
    tests = Path(__file__).parents[1]
    environ = {**os.environ, "PYTHONPATH": f"{tests}{os.pathsep}{tests.parent}", "OMP_NUM_THREADS": "1"}
    done = subprocess.run([sys.executable, "-c", SHORT], capture_output=True, text=True, env=environ)
    assert done.stdout.splitlines() == ["not enough memory on cpu", "256", "True"], done.stderr


def test_a_session_says_it_in_one_way(monkeypatch):
    import numpy as np
    import torch
    from small_networks import SIZE, small_nted

    from engine.models.nted.adapter import NtedModel
    from engine.plan import Plan
    from engine.pose.kinematics import t_pose
    from engine.session import Session

    session = Session(
        NtedModel(small_nted(0), Plan(torch.device("cpu"), torch.float32, 1)),
        Plan(torch.device("cpu"), torch.float32, 1),
    )
    session.set_reference(np.full((*SIZE, 3), 128, np.uint8), t_pose(SIZE))
    monkeypatch.setattr(session._model, "render", lambda *args, **options: torch.empty(1 << 60))
    with pytest.raises(OutOfMemory, match="not enough memory on cpu"):
        session.render()
    monkeypatch.undo()
    assert session.render().image.shape == (*SIZE, 3)
    session.close()


def test_it_comes_back_by_steps_with_nothing_done(open_window, monkeypatch):
    """And is told once when it went and once when it is whole again."""
    monkeypatch.setattr(headroom, "FIRST_S", 0.2)
    room = with_room_for(monkeypatch, LEVELS[0])
    driver = open_window(awake=False)
    driver.until(lambda: driver.controller.frames.status.state == "short")
    told: list[int] = []
    driver.controller.worker.bounded.connect(told.append)
    room[0] = LEVELS[1]
    driver.until(lambda: driver.controller.frames.status.level == LEVELS[1])
    assert told == [LEVELS[1]] and driver.controller.frames.status.state == "short"
    room[0] = LEVELS[-1] + 1
    driver.until_full()
    assert told == [LEVELS[1], LEVELS[2], 0]
    assert sum("Memory is short" in said for said in driver.sentences) <= 1
    assert "There is enough memory for whole pictures again." in driver.sentences


def test_tries_in_vain_are_not_told_and_become_rare(open_window, monkeypatch):
    monkeypatch.setattr(headroom, "FIRST_S", 0.05)
    with_room_for(monkeypatch, LEVELS[1])
    driver = open_window(awake=False)
    driver.until(lambda: driver.controller.frames.status.state == "short")
    told: list[int] = []
    worker = driver.controller.worker
    worker.bounded.connect(told.append)
    driver.until(lambda: worker._headroom._pause >= 0.8)
    assert told == [] and driver.controller.frames.status.level == LEVELS[1]
    driver.drag(LEFT_WRIST, 5, -20)
    driver.until(lambda: driver.controller.frames.status.state == "short")
    assert driver.controller.frames.status.level == LEVELS[1]


def test_pauses_double_up_to_ten_minutes():
    now = [0.0]
    room = headroom.Headroom(clock=lambda: now[0])
    assert room.wait_s() == 0
    waits = []
    for _ in range(9):
        room.short()
        waits.append(room.wait_s())
        now[0] += 3.0
        assert room.wait_s() == waits[-1] - 3.0
    assert waits == [10, 20, 40, 80, 160, 320, 640, 640, 640]
    now[0] += 1000.0
    assert room.wait_s() == 0


def test_the_picker_is_lifted_a_level_at_a_time():
    picker = LevelPicker((64, 128, 256))
    picker.lower(128)
    for most in (128, 256, None, None):
        picker.lift()
        assert picker.most == most
