"""What each action of the table does, by its id."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from app import crash
from app.dialogs import info
from app.dialogs.palette import Palette
from app.dialogs.rebind import RebindDialog

if TYPE_CHECKING:
    from app.window import MainWindow

ZOOM_STEP = 1.25

Verbs = dict[str, Callable[..., object]]


def verbs_of(window: MainWindow) -> Verbs:
    """Asked for while the window is built: what comes later in it is looked up when it is called."""
    return {
        **_of_files(window),
        **_of_editing(window),
        **_of_poses(window),
        **_of_inspecting(window),
        **_of_sight(window),
        **_of_help(window),
    }


def _of_files(window: MainWindow) -> Verbs:
    return {
        "new": window.looks.new,
        "open_person": window.opening.choose_person,
        "open_garment": window.opening.choose_garment,
        "save": window.looks.save,
        "save_as": window.looks.save_as,
        "save_copy": window.looks.save_copy,
        "save_picture": window.saving.choose_picture,
        "export_options": window.saving.choose_options,
        "contact_sheet": window.series.choose_sheet,
        "in_between": window.series.choose_between,
        "import_pose": window.opening.choose_pose,
        "export_pose": window.saving.choose_pose,
        "choose_weights": window.engines.choose_file,
        "default_weights": window.engines.use_default,
        "quit": window.close,
    }


def _of_editing(window: MainWindow) -> Verbs:
    c, skeleton = window.controller, window.centre.canvas.skeleton
    return {
        "undo": c.undo_group.undo,
        "redo": c.undo_group.redo,
        "copy_pose": window.saving.copy_pose,
        "copy_picture": window.saving.copy_picture,
        "paste": window.opening.paste,
        "select_all": lambda: skeleton.choose_group(tuple(np.flatnonzero(c.pose[:, 2] > 0).tolist())),
        "pin_look": window.snapshots.pin,
        "pose_mode": lambda _on: window.modes.pose(),
        "dress_mode": lambda _on: window.modes.dress(),
        "inspect_mode": lambda _on: window.modes.inspect(),
        "brush": lambda on: window.modes.dressing.take_brush(on),
        "brush_wider": lambda: window.modes.dressing.brush.widen(1),
        "brush_narrower": lambda: window.modes.dressing.brush.widen(-1),
    }


def _of_poses(window: MainWindow) -> Verbs:
    posing, canvas = window.controller.posing, window.centre.canvas
    skeleton = canvas.skeleton
    return {
        "toggle_joint": canvas.hand.toggle,
        "show_all_joints": posing.show_all,
        "flip_limb": lambda: posing.flip(skeleton.selected),
        "symmetric": posing.set_symmetric,
        "keep_lengths": posing.set_lengths_kept,
        "bend_limbs": posing.set_limbs_bend,
        "copy_limb": lambda: posing.copy_across(skeleton.selected),
        "mirror": posing.mirror,
        "turn_around": posing.turn_around,
        "reset_pose": posing.reset,
        "keep_pose": window.pose_library.keep,
    }


def _of_inspecting(window: MainWindow) -> Verbs:
    inspecting, saving = window.inspecting, window.map_saving
    return {
        "next_texture": lambda: inspecting.step_texture(1),
        "previous_texture": lambda: inspecting.step_texture(-1),
        "next_layer": lambda: inspecting.step_layer(1),
        "previous_layer": lambda: inspecting.step_layer(-1),
        "export_map": saving.choose_map,
        "export_atlas": saving.choose_atlas,
        "export_row": saving.choose_row,
        "export_arrays": saving.choose_arrays,
    }


def _of_sight(window: MainWindow) -> Verbs:
    canvas, camera = window.centre.canvas, window.centre.canvas.camera
    return {
        "fit": camera.fit,
        "actual_size": lambda: camera.magnify(1.0),
        "zoom_in": lambda: camera.zoom_to(camera.zoom * ZOOM_STEP),
        "zoom_out": lambda: camera.zoom_to(camera.zoom / ZOOM_STEP),
        "toggle_skeleton": canvas.set_skeleton_shown,
        "full_now": lambda: window.controller.frames.ask(at_rest=True),
        "toggle_reference": lambda on: window.comparing.show(on),
        "compare_way": lambda: window.comparing.next_way(),
        "next_panel": lambda: window.panel_keys.next(),
        "previous_panel": lambda: window.panel_keys.previous(),
        "toggle_panels": window.docks.hide_all,
        "reset_layout": lambda: _reset_layout(window),
        "full_screen": lambda on: _fill_screen(window, on),
    }


def _named(window: MainWindow) -> list[QAction]:
    """All that can be asked for by its name: what has an action, the panels and the themes."""
    themes = window.findChild(QMenu, "theme")
    panels = [panel.toggleViewAction() for panel in window.docks.panels]
    return [*window.actions_by_id.values(), *panels, *(themes.actions() if themes else [])]


def _of_help(window: MainWindow) -> Verbs:
    return {
        "show_keys": lambda: info.keys(window, window.keys.bound()),
        "palette": lambda: Palette(window, _named(window)).open(),
        "change_keys": lambda: RebindDialog(window, window.keys.bound, window.keys.change).open(),
        "show_model": lambda: _show_model(window),
        "licences": lambda: info.licences(window),
        "open_logs": lambda: _open_logs(window),
        "about": lambda: info.about(window),
    }


def _fill_screen(window: MainWindow, fill: bool) -> None:
    state, full = window.windowState(), Qt.WindowState.WindowFullScreen
    window.setWindowState(state | full if fill else state & ~full)


def _reset_layout(window: MainWindow) -> None:
    window.actions_by_id["toggle_panels"].setChecked(False)
    window.modes.pose()  # whose panels these are
    window.docks.reset()
    window.centre.canvas.camera.fit()


def _show_model(window: MainWindow) -> None:
    if window.controller.facts:
        info.network(window, window.controller.facts)


def _open_logs(window: MainWindow) -> None:
    if not crash.open_log_folder():
        window.centre.notices.show("info", f"The logs are in {crash.log_folder()}.")
