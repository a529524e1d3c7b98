"""The menu bar and the tool bar of a window, from the table of actions and what joins them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QActionGroup, QIcon, QPixmap
from PySide6.QtWidgets import (
    QApplication,
    QDockWidget,
    QMainWindow,
    QMenu,
    QProxyStyle,
    QSizePolicy,
    QStyle,
    QStyleOption,
    QToolBar,
    QToolButton,
    QWidget,
)

from app import actions, icons, plain, theme
from app.files import samples
from app.jobs import GARMENT, PERSON

SampleEntry = tuple[str, Path, Path]
SAMPLE_SIDE = 56  # px of a sample's picture in the menu


def fill_menu_bar(
    window: QMainWindow,
    made: Mapping[str, QAction],
    panels: Iterable[QDockWidget],
    open_sample: Callable[[SampleEntry, str], None],
    recent: Callable[[], Iterable[Path]],
    open_look: Callable[[Path], None],
    chosen_theme: str,
    choose_theme: Callable[[str], None],
) -> dict[str, QMenu]:
    """made: the actions by id. open_sample: called with an entry of the box and its role. recent: the looks
    that `open_look` may be called with.

    Returns the menus by their title.
    """
    menus = actions.fill_menus(window.menuBar(), made)
    menus["&File"].insertMenu(made["open_garment"], _recent_menu(window, recent, open_look))
    for title, icon, role in (
        ("Open a &sample", "person", PERSON),
        ("Add a sample g&arment", "garment", GARMENT),
    ):
        box = _sample_menu(window, title, role, open_sample)
        box.setIcon(icons.icon(icon))
        menus["&File"].insertMenu(made["save"], box)
    view = menus["&View"]
    view.addSeparator()
    for panel in panels:
        toggle = panel.toggleViewAction()
        toggle.setStatusTip("Shows or hides this panel")
        view.addAction(toggle)
    view.addMenu(_theme_menu(window, chosen_theme, choose_theme))
    return menus


def _sample_menu(
    window: QMainWindow, title: str, role: str, open_sample: Callable[[SampleEntry, str], None]
) -> QMenu:
    menu = QMenu(title, window)
    for entry in samples.listed(kind=role):
        action = menu.addAction(entry[0])
        action.setIconVisibleInMenu(True)
        action.triggered.connect(lambda _on=False, entry=entry: open_sample(entry, role))
    menu.setEnabled(not menu.isEmpty())
    menu.setStyle(_TallIcons(QApplication.style().name()))
    menu.aboutToShow.connect(lambda: _show_pictures(menu, role))
    return menu


class _TallIcons(QProxyStyle):
    """Icons of a menu as tall as a small photo."""

    def pixelMetric(  # noqa: N802
        self,
        metric: QStyle.PixelMetric,
        option: QStyleOption | None = None,
        widget: QWidget | None = None,
    ) -> int:
        tall = metric == QStyle.PixelMetric.PM_SmallIconSize
        return SAMPLE_SIDE if tall else super().pixelMetric(metric, option, widget)


def _show_pictures(menu: QMenu, role: str) -> None:
    """What each of the samples looks like, read when it is first asked for."""
    for action, (_, image, _) in zip(menu.actions(), samples.listed(kind=role), strict=False):
        if action.icon().isNull():
            picture = QPixmap(str(image)).scaled(
                QSize(SAMPLE_SIDE, SAMPLE_SIDE) * menu.devicePixelRatioF(),
                Qt.AspectRatioMode.KeepAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )
            action.setIcon(QIcon(picture))


def _recent_menu(
    window: QMainWindow, recent: Callable[[], Iterable[Path]], open_look: Callable[[Path], None]
) -> QMenu:
    menu = QMenu("Open &recent", window)

    def fill() -> None:
        menu.clear()
        for path in recent():
            action = menu.addAction(path.name.replace("&", "&&"))
            action.setToolTip(plain.words(str(path)))
            action.triggered.connect(lambda _on=False, path=path: open_look(path))
        if menu.isEmpty():
            menu.addAction("Looks that were saved or opened are listed here").setEnabled(False)

    menu.setToolTipsVisible(True)
    menu.aboutToShow.connect(fill)
    return menu


def _theme_menu(window: QMainWindow, chosen: str, choose: Callable[[str], None]) -> QMenu:
    menu = QMenu("&Theme", window)
    menu.setObjectName("theme")
    group = QActionGroup(window)
    for choice in (theme.SYSTEM, theme.DARK_NAME, theme.LIGHT_NAME):
        action = menu.addAction(f"{choice.capitalize()} theme")
        action.setCheckable(True)
        action.setChecked(choice == chosen)
        action.triggered.connect(lambda _on=False, choice=choice: choose(choice))
        group.addAction(action)
    return menu


def add_tool_bar(window: QMainWindow, made: Mapping[str, QAction]) -> None:
    """The groups of `actions.TOOLBAR`, and at the far end the button to export."""
    bar = QToolBar("Tools", window)
    bar.setObjectName("tools")
    bar.setMovable(False)
    bar.setIconSize(QSize(20, 20))
    bar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
    for place, group in enumerate(actions.TOOLBAR):
        if place:
            bar.addSeparator()
        for name in group:
            bar.addAction(made[name])
    space = QWidget()
    space.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
    bar.addWidget(space)
    save = made["save_picture"]
    export = QToolButton()
    export.setIcon(icons.icon("export", "on_accent"))
    export.setText("Export")
    export.setToolTip(save.toolTip())
    export.clicked.connect(save.trigger)
    save.enabledChanged.connect(export.setEnabled)
    export.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    export.setProperty("primary", True)
    bar.addWidget(export)
    window.addToolBar(bar)
