"""Every action of the window as data: its name, keys, icon, place, and when it works."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from app import icons


@dataclass(frozen=True)
class Spec:
    """id: what the window knows its verb by. keys: portable sequences. enabled: name of a condition, "" =
    always.

    tip: what it does, in a line. menu: where it stands; a new `group` within a menu draws a line above it.
    """

    id: str
    text: str
    keys: tuple[str, ...] = ()
    icon: str = ""
    menu: str = ""
    group: int = 0
    enabled: str = ""
    checkable: bool = False
    tip: str = ""


MENUS = ("&File", "&Edit", "&Pose", "&Inspect", "&View", "E&ngine", "&Help")

ACTIONS = (
    Spec("new", "&New", ("Ctrl+N",), "", "&File", enabled="awake",
         tip="Begin anew with the sample; what is not saved is asked about"),
    Spec("open_person", "&Open…", ("Ctrl+O",), "open", "&File",
         tip="A saved look, or a photo of a person to be posed"),
    Spec("open_garment", "Add &garment reference…", ("Ctrl+Shift+O",), "garment", "&File", enabled="awake",
         tip="A second photo whose textures can be mixed in"),
    Spec("save", "&Save", ("Ctrl+S",), "save", "&File", 1, "somebody",
         tip="The look with its photos, as a .look file"),
    Spec("save_as", "Save &as…", ("Ctrl+Shift+S",), "", "&File", 1, "somebody"),
    Spec("save_copy", "Save a &copy…", (), "", "&File", 1, "somebody",
         tip="Into another file; the window goes on with this one"),
    Spec("save_picture", "&Export picture…", ("Ctrl+E",), "export", "&File", 2, "rendered",
         tip="The person as shown, at full quality, as PNG"),
    Spec("export_options", "Export &with options…", ("Ctrl+Alt+E",), "", "&File", 2, "rendered",
         tip="Twice as large, the person alone, with the skeleton, or the skeleton for ControlNet"),
    Spec("contact_sheet", "Contact &sheet…", (), "", "&File", 2, "rendered",
         tip="Some poses on some people, as one picture"),
    Spec("in_between", "In-&between…", (), "", "&File", 2, "rendered",
         tip="From one pose to another, as GIF or MP4"),
    Spec("import_pose", "&Import pose…", ("Ctrl+I",), "open_pose", "&File", 3,
         tip="OpenPose JSON or keypoints text"),
    Spec("export_pose", "Export p&ose…", ("Ctrl+Shift+E",), "save_pose", "&File", 3, tip="OpenPose JSON"),
    Spec("quit", "&Quit", ("Ctrl+Q", "Ctrl+W"), "", "&File", 4),
    Spec("undo", "&Undo", ("Ctrl+Z",), "undo", "&Edit", enabled="can_undo"),
    Spec("redo", "&Redo", ("Ctrl+Shift+Z", "Ctrl+Y"), "redo", "&Edit", enabled="can_redo"),
    Spec("copy_pose", "&Copy pose", ("Ctrl+C",), "", "&Edit", 1, tip="As OpenPose JSON"),
    Spec("copy_picture", "Copy p&icture", ("Ctrl+Shift+C",), "", "&Edit", 1, "rendered"),
    Spec("paste", "&Paste photo or pose", ("Ctrl+V",), "paste", "&Edit", 1),
    Spec("select_all", "Select &all joints", ("Ctrl+A",), "", "&Edit", 2,
         tip="In a box that moves, turns and scales them; so does a band drawn around some"),
    Spec("pin_look", "Pi&n this look", ("P",), "star", "&Edit", 1, "rendered",
         tip="Keep it in the strip of looks"),
    Spec("pose_mode", "&Pose", ("1",), "joint", "&Edit", 2, checkable=True,
         tip="A click takes a joint"),
    Spec("dress_mode", "&Dress", ("2",), "dress", "&Edit", 2, "can_dress", checkable=True,
         tip="A click takes what they wear; a photo on the shelf is then where it comes from"),
    Spec("inspect_mode", "&Inspect", ("3",), "attention", "&Edit", 2, "can_inspect", checkable=True,
         tip="Pointing asks where a pixel came from; hold I for a glance in any mode, E for what is copied"),
    Spec("brush", "Paint a &region", ("B",), "", "&Edit", 3, checkable=True,
         tip="In Dress mode: say what is where. Ctrl or Alt: background; the wheel and [ ] change the size"),
    Spec("brush_wider", "&Wider brush", ("]",), "", "&Edit", 3),
    Spec("brush_narrower", "&Narrower brush", ("[",), "", "&Edit", 3),
    Spec("toggle_joint", "&Hide or show joint", ("Del", "Backspace"), "hide", "&Pose", enabled="joint_chosen",
         tip="A hidden joint keeps its place; the network is told it is not seen. All in a box are hidden"),
    Spec("show_all_joints", "Show &all joints", (), "show", "&Pose", enabled="some_hidden"),
    Spec("flip_limb", "Bend the other &way", ("X",), "", "&Pose", 1, "limb_chosen",
         tip="Elbow or knee of the chosen limb to its other side, also while it is pulled"),
    Spec("symmetric", "&Symmetric", ("S",), "", "&Pose", 1, checkable=True,
         tip="A pulled joint takes the one of the other side along"),
    Spec("keep_lengths", "Keep &lengths", ("L",), "", "&Pose", 1, checkable=True,
         tip="Bones of a pulled joint stay as long as they are; off: the one above it stretches"),
    Spec("bend_limbs", "&Bend limbs", ("K",), "", "&Pose", 1, checkable=True,
         tip="A pulled hand or foot bends its arm or leg; off: it turns forearm or shin alone"),
    Spec("copy_limb", "&Copy limb across", ("Shift+M",), "", "&Pose", 1, "limb_chosen",
         tip="The chosen arm or leg, to the other side"),
    Spec("mirror", "&Mirror", ("M",), "mirror", "&Pose", 1, tip="Exchange left and right"),
    Spec("turn_around", "&Turn around", ("T",), "", "&Pose", 1, tip="The person seen from the other side"),
    Spec("reset_pose", "&Reset to the photo's pose", ("Ctrl+R",), "reset", "&Pose", 1,
         tip="The pose the person has in the photo"),
    Spec("keep_pose", "Keep in my &library…", ("Ctrl+D",), "save_pose", "&Pose", 2,
         tip="Among the poses, as a JSON file of its own"),
    Spec("next_texture", "&Next texture", (".",), "", "&Inspect", enabled="inspecting"),
    Spec("previous_texture", "&Previous texture", (",",), "", "&Inspect", enabled="inspecting"),
    Spec("next_layer", "Next &map", ("Shift+.",), "", "&Inspect", enabled="inspecting",
         tip="The next layer of attention, or another of the engine's maps"),
    Spec("previous_layer", "Previous m&ap", ("Shift+,",), "", "&Inspect", enabled="inspecting"),
    Spec("export_map", "Export the pictures with the &map…", (), "", "&Inspect", 1, "inspecting",
         tip="Result and photos with the map over them, each as a PNG beside the others"),
    Spec("export_atlas", "Export &all textures…", (), "", "&Inspect", 1, "inspecting",
         tip="Every texture of the layer in one PNG"),
    Spec("export_row", "Export a &row as in papers…", (), "", "&Inspect", 1, "inspecting",
         tip="Photo, result and the strongest textures of the place pointed at, as PNG or SVG"),
    Spec("export_arrays", "Export the a&rrays…", (), "", "&Inspect", 1, "inspecting",
         tip="All maps as numbers, .npz, as the command attention writes them"),
    Spec("fit", "&Fit", ("Ctrl+0",), "fit", "&View"),
    Spec("actual_size", "&100 %", ("Ctrl+1",), "", "&View"),
    Spec("zoom_in", "Zoom &in", ("Ctrl++", "Ctrl+="), "zoom_in", "&View"),
    Spec("zoom_out", "Zoom &out", ("Ctrl+-",), "zoom_out", "&View"),
    Spec("toggle_skeleton", "&Skeleton", ("Ctrl+H",), "skeleton", "&View", 1, checkable=True,
         tip="Show the skeleton over the picture"),
    Spec("toggle_reference", "&Compare with the photo", ("C",), "compare", "&View", 1, "rendered",
         checkable=True, tip="Beside the present picture; hold \\ for a glance at the photo"),
    Spec("compare_way", "Compare in &another way", ("Shift+C",), "", "&View", 1, "rendered",
         tip="With a slider, side by side, flipped"),
    Spec("full_now", "Full &quality now", ("Ctrl+Return", "Ctrl+Enter", "Shift+Return", "Shift+Enter"), "",
         "&View", 1, "rendered",
         tip="The exact picture at once, also while a hand moves; garments and photos are refined behind it"),
    Spec("next_panel", "&Next panel", ("F6",), "", "&View", 2, tip="The keys go on there"),
    Spec("previous_panel", "&Previous panel", ("Shift+F6",), "", "&View", 2),
    Spec("toggle_panels", "Hide &panels", ("F",), "", "&View", 2, checkable=True),
    Spec("full_screen", "F&ull screen", ("F11",), "", "&View", 2, checkable=True),
    Spec("reset_layout", "Reset &layout", (), "", "&View", 2),
    Spec("choose_weights", "Choose &weights…", (), "", "E&ngine", 1, tip="A trained network, .safetensors"),
    Spec("default_weights", "Weights in the &box", (), "", "E&ngine", 1, "own_weights",
         tip="Back to the network that comes with the program"),
    Spec("show_model", "About the &network", (), "info", "E&ngine", 2, enabled="awake"),
    Spec("show_keys", "&Keys and mouse", ("F1", "Ctrl+Alt+/"), "", "&Help"),
    Spec("palette", "&Commands…", ("Ctrl+Shift+P",), "", "&Help", tip="Find what can be done by its name"),
    Spec("change_keys", "C&hange keys…", ("Ctrl+,",), "", "&Help"),
    Spec("licences", "&Licences", (), "", "&Help", 1, tip="Of the program, its data and its libraries"),
    Spec("open_logs", "Open &log folder", (), "", "&Help", 1),
    Spec("about", "&About Poseloom", (), "poseloom", "&Help", 1),
)  # fmt: skip

TOOLBAR = (
    ("open_person", "save", "open_garment"),
    ("pose_mode", "dress_mode", "inspect_mode"),
    ("undo", "redo"),
    ("mirror", "toggle_joint", "reset_pose"),
    ("toggle_reference", "toggle_skeleton", "zoom_out", "fit", "zoom_in"),
)


def build_actions(window: QWidget, verbs: Mapping[str, Callable[..., object]]) -> dict[str, QAction]:
    """QActions of the table, by id. verbs: what each calls; the checkable ones say whether they are on."""
    made = {}
    for spec in ACTIONS:
        action = QAction(spec.text, window)
        action.setObjectName(spec.id)
        action.setShortcuts([QKeySequence(keys) for keys in spec.keys])
        action.setCheckable(spec.checkable)
        if spec.icon:
            action.setIcon(icons.icon(spec.icon))
        action.setToolTip(tool_tip(spec, spec.keys))
        action.setStatusTip(spec.tip)
        verb = verbs[spec.id]
        action.triggered.connect(verb if spec.checkable else lambda _on=False, verb=verb: verb())
        window.addAction(action)
        made[spec.id] = action
    return made


def tool_tip(spec: Spec, keys: tuple[str, ...]) -> str:
    """What an action says of itself, with the first of its keys."""
    plain = spec.text.replace("&", "").rstrip("…")
    first = f"  ({QKeySequence(keys[0]).toString(QKeySequence.SequenceFormat.NativeText)})" if keys else ""
    return f"{plain}{first}" + (f"\n{spec.tip}" if spec.tip else "")


def fill_menus(bar: QMenuBar, made: Mapping[str, QAction]) -> dict[str, QMenu]:
    """The menu bar from the table; returns the menus by their title."""
    menus = {}
    for title in MENUS:
        menu = menus[title] = bar.addMenu(title)
        group = 0
        for spec in ACTIONS:
            if spec.menu != title:
                continue
            if spec.group != group:
                menu.addSeparator()
                group = spec.group
            menu.addAction(made[spec.id])
    return menus


def refresh(made: Mapping[str, QAction], conditions: Mapping[str, bool]) -> None:
    """Enable what the present conditions allow."""
    for spec in ACTIONS:
        if spec.enabled:
            made[spec.id].setEnabled(conditions[spec.enabled])


def name_step(action: QAction, verb: str, step: str) -> None:
    """Say in the text of undo or redo which step it is about, "" for none."""
    action.setText(f"&{verb} {step[:1].lower()}{step[1:]}" if step else f"&{verb}")
