"""Which actions work at the moment, and which step undo and redo are about."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtGui import QAction

from app import actions
from app.canvas.skeleton import Skeleton
from app.controller import Controller
from app.engine_choice import EngineChoice
from app.modes.inspect import InspectMode
from engine.pose.symmetry import limb_of


class Conditions:
    """made: the actions by id; they are enabled and named anew whenever something they depend on changes."""

    def __init__(
        self,
        made: Mapping[str, QAction],
        controller: Controller,
        skeleton: Skeleton,
        inspecting: InspectMode,
        engines: EngineChoice,
    ):
        self._actions, self._controller, self._skeleton = made, controller, skeleton
        self._inspecting, self._engines = inspecting, engines
        self._known: dict[str, bool] = {}
        c = controller
        for told in (
            c.pose_changed, c.look_changed, c.frames.shown, c.draft_changed,
            c.undo_group.indexChanged, inspecting.offered, inspecting.begun,
            skeleton.joint_selected, skeleton.group_chosen,
        ):  # fmt: skip
            told.connect(self._refresh)
        c.engine_awake.connect(self._refresh)
        c.engine_missing.connect(self._refresh)
        self._refresh()

    def _refresh(self) -> None:
        c = self._controller
        able = c.facts is not None and not c.draft
        present = {
            "awake": c.facts is not None,
            "somebody": bool(c.document.look.person),
            "can_dress": able,
            "can_inspect": able,
            "inspecting": self._inspecting.inspection is not None,
            "own_weights": self._engines.own,
            "rendered": c.frames.status.level > 0 and not c.draft,
            "can_undo": c.undo_group.canUndo(),
            "can_redo": c.undo_group.canRedo(),
            "joint_chosen": self._skeleton.selected >= 0 or bool(self._skeleton.group.joints),
            "limb_chosen": bool(limb_of(self._skeleton.selected)),
            "some_hidden": bool((c.pose[:, 2] <= 0).any()),
        }
        if present != self._known:  # a hand that pulls asks at every step
            self._known = present
            actions.refresh(self._actions, present)
        actions.name_step(self._actions["undo"], "Undo", c.undo_group.undoText())
        actions.name_step(self._actions["redo"], "Redo", c.undo_group.redoText())
