"""What hands do on the canvas and in the panels, as calls of the controller."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from app.centre import Centre
from app.controller import Controller
from app.docks.layout import Docks
from app.modes.dress import DressMode
from app.settings import Settings


class Hands:
    """Connects the parts that are touched. settings: remembers that a hint was taken."""

    def __init__(
        self,
        centre: Centre,
        docks: Docks,
        controller: Controller,
        settings: Settings,
        made: Mapping[str, QAction],
        dressing: DressMode,
    ):
        self._centre = centre
        self._docks = docks
        self._controller = controller
        self._settings = settings
        self._actions = made
        self._dressing = dressing
        self._connect_canvas()
        self._connect_docks()

    def _connect_canvas(self) -> None:
        canvas, posing = self._centre.canvas, self._controller.posing
        canvas.hand.grabbed.connect(self._grab)
        canvas.hand.group_grabbed.connect(lambda joints, mode, x, y: posing.grab_group(joints, mode, (x, y)))
        canvas.hand.pulled.connect(lambda x, y, steady: posing.pull((x, y), steady))
        canvas.hand.turned.connect(posing.turn)
        canvas.hand.let_go.connect(self._controller.let_go)
        canvas.hand.cancelled.connect(posing.cancel)
        canvas.hand.nudged.connect(lambda joint, dx, dy, alone: posing.nudge(joint, (dx, dy), alone))
        canvas.hand.group_nudged.connect(lambda joints, dx, dy: posing.nudge_group(joints, (dx, dy)))
        canvas.skeleton.joint_selected.connect(self._show_chosen)
        canvas.skeleton.group_chosen.connect(self._show_chosen)
        canvas.hand.joint_toggled.connect(self._toggle)
        canvas.hand.group_hidden.connect(posing.hide)
        canvas.menu_wanted.connect(self._open_menu)

    def _connect_docks(self) -> None:
        c, shelf, joint = self._controller, self._docks.shelf, self._docks.joint
        joint.place_wanted.connect(lambda joint, x, y: c.posing.place(joint, (x, y)))
        joint.shown_wanted.connect(c.posing.set_shown)
        joint.chip_clicked.connect(self._bring_back)
        shelf.chosen.connect(self.use_garment)
        shelf.person_wanted.connect(c.shelving.become)
        shelf.correct_wanted.connect(c.shelving.correct)
        shelf.turn_wanted.connect(c.shelving.turn)
        shelf.alone_wanted.connect(c.shelving.take_as)
        shelf.renamed.connect(c.shelving.rename)
        shelf.moved.connect(c.shelving.move_by)
        shelf.remove_wanted.connect(c.shelving.remove)
        shelf.slide_began.connect(c.borrowing.begin_slide)
        shelf.amount_changed.connect(c.borrowing.borrow)

    def _grab(self, joint: int, mode: str, x: float, y: float) -> None:
        if self._centre.coach.isVisible():
            self._centre.coach.hide()
            self._settings.hint_seen = True
        self._controller.posing.grab(joint, mode, (x, y))

    def _toggle(self, joint: int) -> None:
        if joint >= 0:
            self._controller.posing.set_shown(joint, self._controller.pose[joint, 2] <= 0)

    def _show_chosen(self) -> None:
        skeleton = self._centre.canvas.skeleton
        self._docks.joint.show_joint(skeleton.selected, self._controller.pose, len(skeleton.group.joints))

    def _bring_back(self, joint: int) -> None:
        self._controller.posing.set_shown(joint, True)
        self._centre.canvas.skeleton.select(joint)
        self._centre.canvas.setFocus()

    def move_photo(self, key: str, at: QPoint) -> None:
        """A photo was let go at a spot of the shelf."""
        place = self._docks.shelf.place_at(at)
        if place is not None:
            self._controller.shelving.move_to(key, place)

    def use_garment(self, key: str) -> None:
        """Take what is chosen from this photo, or let the slider mix it in."""
        if self._dressing.take(key):
            self._centre.canvas.setFocus()
        elif key != self._controller.document.look.person:
            self._docks.shelf.choose(key)
            self._docks.shelf.slider.setFocus()

    def _open_menu(self, joint: int, where: QPoint) -> None:
        menu = QMenu(self._centre)
        names = ["toggle_joint", "flip_limb", "copy_limb"] if joint >= 0 else []
        for name in (*names, "show_all_joints", "mirror", "turn_around", "reset_pose", "paste", "fit"):
            menu.addAction(self._actions[name])
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(where)
