"""Every form of file that the window writes, after any hands: it comes back by the window's own ways in; and
what damage makes of it is taken or refused in a sentence that names the file, with nothing lost.

A few by default; more by `--files 200`.
"""

from __future__ import annotations

import random
import threading
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from gestures import GESTURES, press_action
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from PySide6.QtWidgets import QApplication, QFileDialog

from app.dialogs import people
from app.document import drawn_alike
from app.files.saving import ON_FRAME, ON_PHOTO, ON_PICTURE
from engine.export import AS_DRAWN, ExportOptions

OF_THE_POSE = {ON_FRAME: "frame.json", ON_PHOTO: "photo.json", ON_PICTURE: "picture.json"}
OF_THE_LOOK = {"look": "a.look", "png": "a.png", "nameless": "nameless.png"}
FORMS = (*OF_THE_LOOK.values(), *OF_THE_POSE.values())
# Those that leave the person visible, so that there is a pose to be written.
HANDS = ("pull a joint", "mix in", "take a garment", "change a texture", "paint a region", "nudge")
NO_SHRINKING = (Phase.explicit, Phase.reuse, Phase.generate)  # a window that waits in vain takes its time
UNKNOWN = st.sampled_from(["cut", "flipped", "emptied", "doubled", "renamed", "zeroed"])


@dataclass(frozen=True)
class Marker:
    """A job that does nothing: behind it all that was ordered before is done."""

    doing: str = "waiting"

    def run(self) -> None:
        pass


def read_to_the_end(driver) -> None:
    """Until whatever was opened is there, or was refused."""
    told: list[object] = []
    driver.window.files.done.connect(lambda job, _value: told.append(job))
    for _ in range(2):  # what was read on one thread may be encoded on another, and the other way round
        driver.until(lambda: not any(thread.name == "reading" for thread in threading.enumerate()))
        QApplication.processEvents()
        marker = Marker()
        driver.window.files.submit(marker)
        driver.until(lambda marker=marker: any(job is marker for job in told))
        driver.until(lambda: not driver.controller.photos._under_way and not driver.window.looks._arriving)


@pytest.fixture
def driver(open_window, photo, standing, monkeypatch):
    """A person and a garment; nobody shows where a photo is, and the first of several people is taken."""
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: ("", ""))
    monkeypatch.setattr(people, "ask", lambda parent, file, proposed: 1)
    driver = open_window(pose=standing)
    for name, role in (("ada.png", "person"), ("linen.png", "garment")):
        before = len(driver.controller.document.look.photos)
        driver.controller.photos.open_photo(photo(name, top=(len(name), 60, 60)), name, role)
        driver.until(lambda before=before: len(driver.controller.document.look.photos) > before)
    driver.until_full()
    return driver


def write_all(driver, folder: Path) -> None:
    """The present look and pose in every form."""
    for kind, name in OF_THE_POSE.items():
        driver.window.saving.save_pose(folder / name, kind)
    options = {"png": ExportOptions(names=True), "nameless": AS_DRAWN}
    for form, name in OF_THE_LOOK.items():
        (folder / name).unlink(missing_ok=True)
        if form == "look":
            driver.window.looks.path = folder / name
            driver.window.looks.save()
        else:
            driver.window.saving.save_picture(folder / name, options[form])
        driver.until((folder / name).is_file)
    read_to_the_end(driver)


def examples(request) -> int:
    return request.config.getoption("--files")


def test_every_form_comes_back_whatever_hands_had_made(driver, tmp_path, request):
    start = driver.controller.document.look

    @settings(
        max_examples=max(3, examples(request) // 8),
        phases=NO_SHRINKING,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    )
    @given(hands=st.lists(st.tuples(st.sampled_from(HANDS), st.integers(0, 999)), min_size=1, max_size=4))
    def comes_back(hands):
        driver.controller.open_look(start, saved=False)
        driver.until_full()
        for name, seed in hands:
            GESTURES[name](driver, random.Random(seed))
        driver.until_full()
        write_all(driver, tmp_path)
        made = driver.controller.document.look
        for form in FORMS:
            driver.controller.open_look(start, saved=True)
            driver.window.opening.open_all([tmp_path / form])
            read_to_the_end(driver)
            now = driver.controller.document.look
            seen = made.pose[:, 2] > 0
            assert (now.pose[:, 2] > 0).tolist() == seen.tolist(), form
            assert now.pose[seen] == pytest.approx(made.pose[seen], abs=0.02), form
            if form in OF_THE_LOOK.values():
                exact = form == "a.look"
                assert not exact or drawn_alike(now, made), form
                assert (now.person, now.outfit, now.textures, now.strokes) == (
                    made.person, made.outfit, made.textures, made.strokes,
                ), form  # fmt: skip
                assert now.borrow == made.borrow, form

    comes_back()


def damaged(content: bytes, other: bytes, how: str, chance: random.Random) -> bytes:
    """What a bad disk, a bad mail program or a hand makes of a file."""
    place = chance.randrange(1, len(content))
    if how == "cut":
        return content[:place]
    if how == "flipped":
        flipped = bytearray(content)
        for _ in range(chance.choice((1, 1, 8))):
            flipped[chance.randrange(len(flipped))] ^= 1 << chance.randrange(8)
        return bytes(flipped)
    if how == "zeroed":
        return content[:place] + bytes(len(content) - place)
    return {"emptied": b"", "doubled": content + content, "renamed": other}[how]


def test_what_damage_makes_of_a_file_is_taken_or_refused_and_nothing_is_lost(driver, tmp_path, request):
    driver.drag(7, 10, -40)
    driver.until_full()
    write_all(driver, tmp_path)
    start, stack = driver.controller.document.look, driver.controller.undo_stack
    whole = {form: (tmp_path / form).read_bytes() for form in FORMS}

    @settings(
        max_examples=examples(request),
        phases=NO_SHRINKING,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    )
    @given(form=st.sampled_from(FORMS), other=st.sampled_from(FORMS), how=UNKNOWN, seed=st.integers(0, 9999))
    def is_survived(form, other, how, seed):
        driver.controller.open_look(start, saved=True)
        for toast in driver.window.centre.notices.toasts:
            toast.dismiss()
        path = tmp_path / f"bad{Path(form).suffix}"
        path.write_bytes(damaged(whole[form], whole[other], how, random.Random(seed)))
        driver.window.opening.open_all([path])
        read_to_the_end(driver)
        if driver.controller.draft:  # a picture of nobody any more
            driver.controller.photos.leave_draft()
        now, said = driver.controller.document.look, driver.sentences
        assert all("bad" in sentence and "Something went wrong" not in sentence for sentence in said), said
        assert now is not start or said, "nothing happened, and nothing was said"
        assert np.isfinite(now.pose).all()
        while stack.canUndo():
            press_action(driver, "undo")
        driver.until_full()

    is_survived()
