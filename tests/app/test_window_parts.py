"""Parts of the window by themselves: each works with what its constructor asks for, without the window."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QUndoGroup
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget

from app.centre import Centre
from app.docks.layout import Docks
from app.draft import Draft
from app.draft_banner import DraftBanner
from app.files.drops import DropOverlay, Drops
from app.fitting import ENOUGH_ANCHORS
from app.jobs import GARMENT, PERSON
from app.notify import Banner
from engine.pose.kinematics import t_pose

NO_BUTTON, NO_KEYS = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier


def test_the_centre_points_its_hint_at_the_first_joint_that_is_shown(qtbot):
    centre = Centre(coached=True)
    qtbot.addWidget(centre)
    centre.resize(600, 500)
    centre.show()
    centre.canvas.show_picture(np.zeros((256, 176, 3), np.uint8), 256)
    pose = t_pose((256, 176))
    for hidden, pointed in (([], 7), ([7], 4)):
        pose[hidden, 2] = 0
        centre.canvas.skeleton.show_pose(pose)
        centre.point_coach()
        at = centre.canvas.to_widget(tuple(pose[pointed, :2].tolist()))
        assert 0 < centre.coach.x() - at.x() < 40
        assert abs(centre.coach.geometry().center().y() - at.y()) < 3
    centre.resize(600, 300)
    assert centre.hud.geometry().bottom() < centre.canvas.height()
    for spot in (
        QPointF(590, 100),
        QPointF(300, 100),
    ):  # without room on the right it stands left of the joint
        centre.coach.point_at(spot)
        assert centre.canvas.rect().contains(centre.coach.geometry())
        assert (centre.coach.geometry().right() < spot.x()) == (spot.x() > 500)


def test_docks_remember_what_was_open_and_where_they_stood_at_first(qtbot):
    window = QMainWindow()
    qtbot.addWidget(window)
    window.setCentralWidget(QWidget())
    docks = Docks(window, QUndoGroup(window))
    window.show()
    docks.restore(None)
    first = [panel.isHidden() for panel in docks.panels]
    docks.panels[1].close()
    docks.hide_all(True)
    assert all(panel.isHidden() for panel in docks.panels)
    docks.hide_all(False)
    assert [panel.isHidden() for panel in docks.panels] == [first[0], True, *first[2:]] and not any(first[:3])
    docks.panels[0].setFloating(True)
    docks.reset()
    assert [panel.isHidden() for panel in docks.panels] == first
    assert not any(panel.isFloating() for panel in docks.panels)


@pytest.mark.parametrize(("role", "buttons"), [(PERSON, 2), (GARMENT, 3)])
def test_a_draft_is_used_once_enough_joints_are_placed(qtbot, role, buttons):
    banner, pressed = Banner(), []
    qtbot.addWidget(banner)
    photos = SimpleNamespace(
        use_draft=lambda: pressed.append("pose"),
        use_whole=lambda: pressed.append("whole"),
        leave_draft=lambda: pressed.append("left"),
        turn_draft=lambda: pressed.append("turned"),
    )
    photo, reason = np.zeros((400, 300, 3), np.uint8), "I could not find a person."
    draft = Draft(photo, "a.png", role, reason, QUndoGroup())
    parts = DraftBanner(banner, photos)
    parts.show(draft)
    labels = ("Use this pose", "Use as it is", "Cancel")
    assert sum(banner.button(label) is not None for label in labels) == buttons
    assert banner.text.startswith(f"{reason} Put head, hands and feet in place")
    pose = draft.pose.copy()
    for count, joint in enumerate((0, 4, 7, 10, 13), 1):
        pose[joint, 2] = 2
        draft.document.settle(pose=pose.copy())
        parts.tell(draft)
        assert banner.button("Use this pose").isEnabled() == (count >= ENOUGH_ANCHORS)
        assert f"{count} placed" in banner.text
    for label in labels:
        if banner.button(label):
            banner.button(label).click()
    assert pressed == (["pose", "left"] if role == PERSON else ["pose", "whole", "left"])


@pytest.fixture
def drops(qtbot):
    """A plain widget with a shelf at its left that takes drops; what was taken, what was told."""
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(600, 400)
    shelf, taken, told, moved = QWidget(window), [], [], []
    shelf.setGeometry(0, 0, 100, 400)
    library = QWidget(window)
    library.hide()
    overlay = DropOverlay(window)
    answering = Drops(
        window,
        overlay,
        shelf,
        library,
        lambda thing, role, wanted: taken.append((thing.name, role, wanted)),
        told.append,
        lambda key, at: moved.append(key),
        lambda thing: pytest.fail("nothing was let go over the library"),
        lambda at, let_go: None,
    )
    window.setAcceptDrops(True)
    window.show()
    return SimpleNamespace(window=window, overlay=overlay, taken=taken, told=told, answering=answering)


def drop(drops, mime: QMimeData, at: QPoint) -> None:
    copy = Qt.DropAction.CopyAction
    QApplication.sendEvent(drops.window, QDragEnterEvent(at, copy, mime, NO_BUTTON, NO_KEYS))
    assert drops.overlay.isVisible()
    QApplication.sendEvent(drops.window, QDropEvent(QPointF(at), copy, mime, NO_BUTTON, NO_KEYS))
    assert not drops.overlay.isVisible()


@pytest.mark.parametrize(("x", "role"), [(200, PERSON), (450, GARMENT), (10, GARMENT)])
def test_the_first_file_goes_where_it_was_dropped_the_others_join_the_shelf(drops, photo, x, role):
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(photo(name))) for name in ("a.png", "b.png")])
    drop(drops, mime, QPoint(x, 200))
    first, (name, other, wish) = drops.taken
    assert first == ("a.png", role, None) and (name, other) == ("b.png", GARMENT) and not drops.told
    assert wish.of(("top",)) == ()  # it is there to be worn, nothing of it is put on


def test_nothing_usable_is_told(drops):
    mime = QMimeData()
    mime.setText("hello")
    drop(drops, mime, QPoint(200, 200))
    assert not drops.taken
    assert drops.told[0].startswith("I can read PNG")
