"""Colours and the style sheet: the one place in the window that names a colour. Fusion underneath.

Skeleton colours tell the person's sides apart without red and green: left is blue, right is orange.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from engine.garments import DRESS, PIECE_OF_CLASS, SKIRT, painted_as
from engine.paths import RESOURCES

SYSTEM, DARK_NAME, LIGHT_NAME = "system", "dark", "light"


@dataclass(frozen=True)
class Colours:
    """One palette, as #rrggbb. `desk` lies behind the picture, `panel` under docks, `raised` under fields."""

    name: str
    desk: str
    panel: str
    raised: str
    hover: str
    line: str
    text: str
    muted: str
    accent: str
    on_accent: str
    accent_soft: str
    good: str
    busy: str
    bad: str
    left: str = "#4aa3ff"
    right: str = "#ff9d3c"
    centre: str = "#f2f2f2"
    halo: str = "#101114"


DARK = Colours(
    DARK_NAME, desk="#17181b", panel="#202226", raised="#2a2d32", hover="#34383f", line="#33363d",
    text="#e7e9ec", muted="#9ba1ab", accent="#8ea2ff", on_accent="#10131f", accent_soft="#2e3550",
    good="#5fcf93", busy="#f0b955", bad="#ff7a76",
)  # fmt: skip
LIGHT = Colours(
    LIGHT_NAME, desk="#dfe1e5", panel="#f6f7f8", raised="#ffffff", hover="#e9ebef", line="#d3d6dc",
    text="#1d2025", muted="#5d6470", accent="#3d52c9", on_accent="#ffffff", accent_soft="#e0e5fb",
    good="#14713f", busy="#8a5a00", bad="#b3261e",
)  # fmt: skip

# Of regions, told apart also without red and green (Okabe and Ito, "Color Universal Design"). The first
# region is what is behind the person and has none.
REGIONS = ("#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7")
REGION_ALPHA = 0.72
# Of whatever else is to be told apart, twelve at most: each chosen farthest from those before it, also to
# eyes that do not tell red from green.
CATEGORIES = (
    "#ee9900", "#55bbee", "#009977", "#eedd44", "#0077aa", "#dd6600",
    "#6611ff", "#6677ff", "#00ff99", "#cc0044", "#00ffff", "#ff99bb",
)  # fmt: skip
DETAIL = CATEGORIES[0]  # of the ring where detail is copied from
ARROW = "#ffffff"  # of a flow, over every hue
UNCOLOURED = "#808080"  # of what is nowhere, where a colour is chosen for the first time

_present = DARK


def colours() -> Colours:
    """The palette in use."""
    return _present


def colour(value: str, alpha: float = 1.0) -> QColor:
    """A QColor of one of the palette's values."""
    made = QColor(value)
    made.setAlphaF(alpha)
    return made


def ink_on(value: str) -> QColor:
    """Of the dark and the light that are read on pictures, the one with more contrast to a colour (WCAG)."""
    dark, light = (_luminance(QColor(ink)) for ink in (_present.halo, _present.centre))
    ground = _luminance(QColor(value))
    return QColor(_present.halo if (ground + 0.05) ** 2 > (dark + 0.05) * (light + 0.05) else _present.centre)


def _luminance(colour: QColor) -> float:
    parts = (colour.redF(), colour.greenF(), colour.blueF())
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def region_colour(region: int) -> str:
    """Of a region by its number from 1; they recur after the seventh."""
    return REGIONS[(region - 1) % len(REGIONS)]


def garment_colour(word: str) -> str:
    """Of a garment by its word: its region's; of the background none of them."""
    piece = painted_as(word)
    region = PIECE_OF_CLASS.index(SKIRT if piece == DRESS else piece)
    return region_colour(region) if region else UNCOLOURED


def region_colours(count: int) -> np.ndarray:
    """uint8 RGBA [count, 4] of so many regions, the first transparent."""
    coloured = [colour(region_colour(region), REGION_ALPHA).getRgb() for region in range(1, count)]
    return np.array([(0, 0, 0, 0), *coloured], np.uint8)


def categories() -> np.ndarray:
    """uint8 RGBA [12, 4] of `CATEGORIES`."""
    return np.array([colour(value, REGION_ALPHA).getRgb() for value in CATEGORIES], np.uint8)


def resolve(choice: str) -> Colours:
    """The palette for a setting: dark, light, or the system's."""
    if choice == SYSTEM:
        scheme = QGuiApplication.styleHints().colorScheme()
        return LIGHT if scheme == Qt.ColorScheme.Light else DARK
    return LIGHT if choice == LIGHT_NAME else DARK


def apply(application: QApplication, choice: str) -> Colours:
    """Dress the application; the palette is set by hand too, for platforms without colour schemes."""
    global _present
    _present = resolve(choice)
    application.setStyle("Fusion")
    application.setPalette(_palette(_present))
    application.setStyleSheet(_sheet(_present))
    return _present


def _palette(c: Colours) -> QPalette:
    palette = QPalette()
    roles = QPalette.ColorRole
    for role, value in (
        (roles.Window, c.panel), (roles.WindowText, c.text), (roles.Base, c.raised),
        (roles.AlternateBase, c.panel),
        (roles.Text, c.text), (roles.Button, c.raised), (roles.ButtonText, c.text),
        (roles.ToolTipBase, c.raised),
        (roles.ToolTipText, c.text), (roles.PlaceholderText, c.muted), (roles.Highlight, c.accent),
        (roles.HighlightedText, c.on_accent), (roles.Link, c.accent), (roles.BrightText, c.bad),
        (roles.Light, c.hover), (roles.Midlight, c.hover), (roles.Mid, c.line), (roles.Dark, c.line),
        (roles.Shadow, c.desk), (roles.Accent, c.accent),
    ):  # fmt: skip
        palette.setColor(role, QColor(value))
    faded = QColor(c.muted)
    faded.setAlphaF(0.55)
    for role in (roles.WindowText, roles.Text, roles.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, faded)
    return palette


def _sheet(c: Colours) -> str:
    sheet = SHEET.replace("@icons", (RESOURCES / "icons").as_posix())
    for name, value in asdict(c).items():
        sheet = sheet.replace(f"@{name};", f"{value};").replace(f"@{name} ", f"{value} ")
    return sheet


SHEET = """
QMainWindow, QDialog { background: @panel; }
QMainWindow::separator { background: @line; width: 1px; height: 1px; }
QMenuBar { background: @panel; padding: 2px 6px; border: none; }
QMenuBar::item { padding: 5px 9px; border-radius: 5px; background: transparent; }
QMenuBar::item:selected { background: @hover; }
QMenu { background: @raised; border: 1px solid @line; border-radius: 8px; padding: 5px; }
QMenu::item { padding: 6px 26px 6px 10px; border-radius: 5px; }
QMenu::item:selected { background: @accent_soft; color: @text; }
QMenu::item:disabled { color: @muted; }
QMenu::separator { height: 1px; background: @line; margin: 5px 8px; }
QMenu::icon { padding-left: 8px; }
QToolBar { background: @panel; border: none; border-bottom: 1px solid @line; padding: 5px 8px; spacing: 3px; }
QToolBar::separator { background: @line; width: 1px; margin: 5px 7px; }
QToolButton { border: 1px solid transparent; border-radius: 6px; padding: 5px 7px; color: @text; }
QToolButton:hover { background: @hover; }
QToolButton:pressed, QToolButton:checked { background: @accent_soft; }
QToolButton:focus { border-color: @accent; }
QToolButton:disabled { color: @muted; }
QToolButton[popupMode="2"] { padding-right: 18px; }
QToolButton::menu-indicator { image: url("@icons/chevron_down.svg"); width: 11px; height: 11px;
    subcontrol-origin: padding; subcontrol-position: center right; right: 4px; }
QPushButton { background: @raised; border: 1px solid @line; border-radius: 6px; padding: 6px 13px;
    color: @text; }
QPushButton:hover { background: @hover; }
QPushButton:focus { border-color: @accent; }
QPushButton:checked { background: @accent; color: @on_accent; border-color: @accent; }
QPushButton:disabled { color: @muted; background: @panel; }
QPushButton[primary="true"], QToolButton[primary="true"] {
    background: @accent; color: @on_accent; border: 1px solid @accent; font-weight: 600; padding: 5px 13px; }
QPushButton[primary="true"]:hover, QToolButton[primary="true"]:hover { border-color: @text; }
QPushButton[primary="true"]:disabled, QToolButton[primary="true"]:disabled {
    background: @hover; color: @muted; border-color: @hover; }
QPushButton[flat="true"] { background: transparent; border: 1px solid transparent; color: @accent;
    padding: 4px 8px; }
QPushButton[flat="true"]:hover { background: @hover; }
QPushButton[flat="true"]:focus { border-color: @accent; }
QDockWidget { color: @text; }
#dockTitle { background: @panel; }
#dockTitle QLabel { color: @muted; font-weight: 600; }
#dockTitle QToolButton { padding: 2px; }
#dockBody { background: @panel; }
QTabBar { background: @panel; }
QTabBar::tab { background: transparent; color: @muted; padding: 7px 12px; border: none;
    border-bottom: 2px solid transparent; }
QTabBar::tab:selected { color: @text; border-bottom: 2px solid @accent; }
QTabBar::tab:hover { color: @text; }
QLabel[role="muted"] { color: @muted; }
QLabel[role="heading"] { font-weight: 600; }
QLabel[role="number"] { color: @muted; }
QComboBox, QSpinBox, QDoubleSpinBox, QLineEdit {
    background: @raised; border: 1px solid @line; border-radius: 6px; padding: 4px 8px; min-height: 20px;
    selection-background-color: @accent; selection-color: @on_accent; }
QComboBox:hover, QAbstractSpinBox:hover, QLineEdit:hover { border-color: @muted; }
QComboBox:focus, QAbstractSpinBox:focus, QLineEdit:focus { border-color: @accent; }
QAbstractSpinBox QLineEdit { background: transparent; border: none; padding: 0; min-height: 0; }
QComboBox::drop-down { border: none; width: 22px; }
QComboBox::down-arrow { image: url("@icons/chevron_down.svg"); width: 12px; height: 12px; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { subcontrol-origin: border; border: none;
    width: 20px; background: transparent; }
QAbstractSpinBox::up-button { subcontrol-position: top right; margin-top: 2px; }
QAbstractSpinBox::down-button { subcontrol-position: bottom right; margin-bottom: 2px; }
QAbstractSpinBox::up-arrow { image: url("@icons/chevron_up.svg"); width: 11px; height: 11px; }
QAbstractSpinBox::down-arrow { image: url("@icons/chevron_down.svg"); width: 11px; height: 11px; }
QCheckBox::indicator, QListView::indicator { width: 15px; height: 15px; border: 1px solid @muted;
    border-radius: 4px; background: @raised; }
QCheckBox::indicator:checked, QListView::indicator:checked { background: @accent; border-color: @accent;
    image: url("@icons/check.svg"); }
QCheckBox::indicator:focus, QRadioButton::indicator:focus { border-color: @text; }
QRadioButton { spacing: 7px; }
QRadioButton::indicator { width: 15px; height: 15px; border: 1px solid @muted; border-radius: 8px;
    background: @raised; }
QRadioButton::indicator:checked { border: 5px solid @accent; width: 7px; height: 7px;
    background: @on_accent; }
QComboBox QAbstractItemView { background: @raised; border: 1px solid @line; padding: 4px; outline: none;
    selection-background-color: @accent_soft; selection-color: @text; }
QSlider::groove:horizontal { height: 4px; border-radius: 2px; background: @hover; }
QSlider::sub-page:horizontal { height: 4px; border-radius: 2px; background: @accent; }
QSlider::handle:horizontal { background: @text; width: 14px; height: 14px; margin: -5px 0;
    border-radius: 7px; }
QSlider::handle:horizontal:hover { background: @accent; }
QSlider::handle:horizontal:focus { background: @accent; }
QSlider::handle:horizontal:disabled { background: @muted; }
QSlider::sub-page:horizontal:disabled { background: @line; }
QScrollArea { background: transparent; border: none; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar::handle:vertical { background: @hover; border-radius: 4px; min-height: 28px; margin: 2px; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle:horizontal { background: @hover; border-radius: 4px; min-width: 28px; margin: 2px; }
QScrollBar::handle:hover { background: @muted; }
QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page {
    background: transparent; border: none; width: 0; height: 0; }
QListView, QTreeView, QTableView, QPlainTextEdit, QTextBrowser {
    background: @panel; outline: none; border-radius: 6px; border: 1px solid transparent; }
QListView:focus, QTreeView:focus, QTableView:focus, QPlainTextEdit:focus, QTextBrowser:focus {
    border-color: @accent; }
QListView::item { padding: 5px 8px; border-radius: 5px; color: @text; }
QListView::item:hover { background: @hover; }
QTableView::item { padding: 3px 8px; border: none; color: @text; }
QTableView::item:selected { background: @accent_soft; color: @text; }
QHeaderView, QHeaderView::section { background: @panel; color: @muted; border: none; padding: 3px 8px; }
QListView::item:selected { background: @accent_soft; color: @text; }
QStatusBar { background: @panel; border-top: 1px solid @line; color: @muted; }
QStatusBar::item { border: none; }
QStatusBar QLabel { color: @muted; padding: 0 6px; }
QToolTip { background: @raised; color: @text; border: 1px solid @line; padding: 5px 7px; }
QCheckBox { spacing: 7px; }
QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }
#banner { background: @accent_soft; border-bottom: 1px solid @line; }
#banner QLabel { color: @text; }
#banner[grade="error"] { border-left: 3px solid @bad; background: @raised; }
#toast { background: @raised; border: 1px solid @line; border-radius: 9px; }
#card { background: @raised; border: 1px solid @line; border-radius: 9px; }
#card:hover { border-color: @muted; }
#card[chosen="true"] { border: 1px solid @accent; background: @accent_soft; }
#card:focus { border-color: @accent; }
#dropHint { border: 1px dashed @line; border-radius: 9px; color: @muted; padding: 10px; }
#chip { background: @raised; border: 1px solid @line; border-radius: 10px; padding: 2px 9px; color: @text; }
#chip:hover { background: @hover; }
#chip:focus { border-color: @accent; }
"""
